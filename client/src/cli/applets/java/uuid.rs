//! A UUID as Kafka writes it: 16 bytes in Base64 for URLs.

/// Why a text is no UUID, as Java's decoder and Kafka's `Uuid` see it.
pub fn why_no_uuid(text: &str) -> String {
    match text.len() {
        1 => "Input byte[] should at least have 2 bytes for base64 bytes".into(),
        25.. => {
            let prefix = text.get(..24).unwrap_or(text);
            format!(
                "Input string with prefix `{prefix}` is too long to be decoded as a base64 UUID"
            )
        }
        length => format!(
            "Input string `{text}` decoded as {} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID",
            length * 3 / 4
        ),
    }
}
