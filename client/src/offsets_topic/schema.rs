//! The layouts of the offsets topic's records, as tables: a field, its type, and the layouts that have it.

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Type {
    I32,
    I64,
    Text,
    NullableText,
    Bytes,
    Uuid,
    Array(&'static [Field]),
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) of: Type,
    /// The first layout that has it.
    pub(super) since: i16,
    /// The last layout that has it.
    pub(super) until: i16,
    /// Its number, if it is an optional one at the end.
    pub(super) tag: Option<u32>,
}

/// One kind of record.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) key: &'static [Field],
    pub(super) value: &'static [Field],
    /// The newest layout of the value.
    pub(super) newest: i16,
    /// The first layout of the value with compact lengths and tagged fields.
    pub(super) flexible: i16,
}

/// The kind with this number.
pub(super) fn kind(number: i16) -> Option<&'static Kind> {
    match number {
        0 | 1 => Some(&OFFSET_COMMIT),
        2 => Some(&GROUP_METADATA),
        _ => None,
    }
}

const fn field(name: &'static str, of: Type) -> Field {
    since(0, name, of)
}

const fn since(since: i16, name: &'static str, of: Type) -> Field {
    Field { name, of, since, until: i16::MAX, tag: None }
}

const OFFSET_COMMIT: Kind = Kind {
    key: &[field("group", Type::Text), field("topic", Type::Text), field("partition", Type::I32)],
    value: &[
        field("offset", Type::I64),
        since(3, "leaderEpoch", Type::I32),
        field("metadata", Type::Text),
        field("commitTimestamp", Type::I64),
        Field { until: 1, ..since(1, "expireTimestamp", Type::I64) },
        Field { tag: Some(0), ..since(4, "topicId", Type::Uuid) },
    ],
    newest: 4,
    flexible: 4,
};

const GROUP_METADATA: Kind = Kind {
    key: &[field("group", Type::Text)],
    value: &[
        field("protocolType", Type::Text),
        field("generation", Type::I32),
        field("protocol", Type::NullableText),
        field("leader", Type::NullableText),
        since(2, "currentStateTimestamp", Type::I64),
        field("members", Type::Array(MEMBER)),
    ],
    newest: 4,
    flexible: 4,
};

const MEMBER: &[Field] = &[
    field("memberId", Type::Text),
    since(3, "groupInstanceId", Type::NullableText),
    field("clientId", Type::Text),
    field("clientHost", Type::Text),
    since(1, "rebalanceTimeout", Type::I32),
    field("sessionTimeout", Type::I32),
    field("subscription", Type::Bytes),
    field("assignment", Type::Bytes),
];
