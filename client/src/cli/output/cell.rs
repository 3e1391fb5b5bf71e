//! A cell: one value, as programs read it and as people see it.

use protocol::ids::{LeaderEpoch, NodeId, Offset, PartitionIndex, TopicName};
use serde_json::Value;

use super::size;

/// A value for programs, with another text for people where the plain one would be hard to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    value: Value,
    shown: Option<String>,
}

impl Cell {
    /// A number of bytes: a number for programs, with a unit for people.
    pub fn bytes(bytes: Option<i64>) -> Self {
        let shown = bytes.and_then(|bytes| u64::try_from(bytes).ok()).map(size);
        Self { value: bytes.into(), shown }
    }

    /// A value that people see as another text.
    pub fn shown(value: impl Into<Self>, shown: impl Into<String>) -> Self {
        Self { value: value.into().value, shown: Some(shown.into()) }
    }

    /// What programs read.
    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// What people see: a dash for what is not known.
    pub(super) fn text(&self) -> String {
        match (&self.shown, &self.value) {
            (Some(shown), _) => shown.clone(),
            (None, Value::Null) => "-".into(),
            (None, Value::Array(items)) if items.is_empty() => "-".into(),
            (None, value) => plain(value),
        }
    }

    /// What stands in a CSV file: nothing for what is not known.
    pub(super) fn csv(&self) -> String {
        match &self.value {
            Value::Bool(is) => is.to_string(),
            other => plain(other),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        Self { value, shown: None }
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self { value: Value::Null, shown: None }, Into::into)
    }
}

/// Cells from the values that serde_json takes, and from our own types as what they hold.
macro_rules! cells {
    ($($type:ty),*; $($own:ty => $get:expr),*) => {
        $(impl From<$type> for Cell {
            fn from(value: $type) -> Self {
                Value::from(value).into()
            }
        })*
        $(impl From<$own> for Cell {
            fn from(value: $own) -> Self {
                Value::from(($get)(value)).into()
            }
        })*
    };
}

cells!(
    bool, i16, i32, i64, u32, u64, usize, &str, String, Vec<i32>, Vec<String>;
    NodeId => |id: NodeId| id.get(),
    PartitionIndex => |index: PartitionIndex| index.get(),
    Offset => |offset: Offset| offset.get(),
    LeaderEpoch => |epoch: LeaderEpoch| Some(epoch.get()).filter(|epoch| *epoch >= 0),
    &TopicName => |name: &TopicName| name.to_string(),
    &[NodeId] => |ids: &[NodeId]| ids.iter().map(|id| id.get()).collect::<Vec<_>>()
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_units_and_dashes_and_programs_the_values() {
        let cell = Cell::bytes(Some(3 << 20));
        assert_eq!((cell.text().as_str(), cell.csv().as_str()), ("3.0 MiB", "3145728"));
        let nothing = Cell::from(None::<i64>);
        assert_eq!((nothing.text().as_str(), nothing.csv().as_str()), ("-", ""));
        assert_eq!(Cell::from(vec![1, 2]).text(), "1,2");
        assert_eq!(Cell::from(true).text(), "yes");
        assert_eq!(Cell::from(true).csv(), "true");
        assert_eq!(Cell::from(LeaderEpoch::NONE).text(), "-");
    }
}
