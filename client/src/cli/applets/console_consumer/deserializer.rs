//! Deserializers: bytes as Java's classes of these names read and print them.

use crate::cli::applets::Thrown;

/// One of the deserializers that come with Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deserializer {
    Text,
    Short,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Uuid,
}

const PACKAGE: &str = "org.apache.kafka.common.serialization.";

impl Deserializer {
    /// The deserializer of this class.
    pub(super) fn of(class: &str) -> Option<Self> {
        match class.strip_prefix(PACKAGE)? {
            "StringDeserializer" => Some(Self::Text),
            "ShortDeserializer" => Some(Self::Short),
            "IntegerDeserializer" => Some(Self::Integer),
            "LongDeserializer" => Some(Self::Long),
            "FloatDeserializer" => Some(Self::Float),
            "DoubleDeserializer" => Some(Self::Double),
            "BooleanDeserializer" => Some(Self::Boolean),
            "UUIDDeserializer" => Some(Self::Uuid),
            _ => None,
        }
    }

    /// The bytes as text.
    pub(super) fn show(self, bytes: &[u8]) -> Result<String, Thrown> {
        match self {
            Self::Text => Ok(String::from_utf8_lossy(bytes).into_owned()),
            Self::Short => number("ShortDeserializer", 2, bytes, i16::from_be_bytes),
            Self::Integer => number("IntegerDeserializer", 4, bytes, i32::from_be_bytes),
            Self::Long => number("LongDeserializer", 8, bytes, i64::from_be_bytes),
            Self::Float => {
                number("Deserializer", 4, bytes, |bytes| Decimal(f32::from_be_bytes(bytes).into()))
            }
            Self::Double => {
                number("Deserializer", 8, bytes, |bytes| Decimal(f64::from_be_bytes(bytes)))
            }
            Self::Boolean => match bytes {
                [0] => Ok("false".into()),
                [1] => Ok("true".into()),
                [_] => Err(wrong("Unexpected byte received by BooleanDeserializer: ")),
                _ => Err(wrong("Size of data received by BooleanDeserializer is not 1")),
            },
            Self::Uuid => Ok(String::from_utf8_lossy(bytes).to_lowercase()),
        }
    }
}

/// A number with a point, as Java prints it where it is neither very large nor very small.
struct Decimal(f64);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

fn number<const N: usize, T: std::fmt::Display>(
    class: &str,
    length: usize,
    bytes: &[u8],
    read: fn([u8; N]) -> T,
) -> Result<String, Thrown> {
    let message = || format!("Size of data received by {class} is not {length}");
    let bytes = <[u8; N]>::try_from(bytes).map_err(|_| wrong(&message()))?;
    Ok(read(bytes).to_string())
}

fn wrong(message: &str) -> Thrown {
    Thrown::kafka("SerializationException", message)
}
