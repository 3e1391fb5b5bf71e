//! A listener: a name, where it listens, what it speaks.
//!
//! Kafka spreads a listener over four keys: `listeners` says where, `advertised.listeners` what clients are told,
//! `listener.security.protocol.map` what it speaks, and `controller.listener.names` whom it is for. Here are the
//! values of those keys; [`super::cluster`] puts them together.

use std::collections::BTreeMap;
use std::fmt;

use super::value::{Kind, Value, choice, members};

/// A listener's name, in capitals: names that differ in case alone are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerName(String);

impl ListenerName {
    /// The name as Kafka compares it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_ascii_uppercase())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ListenerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

choice! {
    /// What is spoken on a listener.
    SecurityProtocol {
        /// Kafka's protocol as it is.
        Plaintext = "PLAINTEXT",
        /// Within TLS.
        Ssl = "SSL",
        /// After a SASL exchange.
        SaslPlaintext = "SASL_PLAINTEXT",
        /// Within TLS, after a SASL exchange.
        SaslSsl = "SASL_SSL",
    }
}

/// A host and a port. No host: every interface, or not known yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    /// A name or an address, without the brackets of IPv6; empty for every interface.
    pub host: String,
    /// The port; 0 for a free one.
    pub port: u16,
}

impl HostPort {
    /// Reads `host:port`, where an IPv6 address stands in brackets.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refusal = || format!("{text:?} is not host:port, with a port from 0 to 65535");
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(refusal)?;
        let port = port.parse().map_err(|_| refusal())?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match bare {
            Some(address) => Ok(Self { host: address.into(), port }),
            None if host.contains([':', '/', ' ']) => Err(refusal()),
            None => Ok(Self { host: host.into(), port }),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The value of `http.listener`; `None` if nothing is to be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpListener(pub Option<HostPort>);

impl HttpListener {
    /// The port that Redpanda and those who came after it use for this.
    pub const DEFAULT: &str = "127.0.0.1:9644";

    /// Whether it is the address that nobody chose.
    pub fn is_default(&self) -> bool {
        Self::parse(Self::DEFAULT).as_ref() == Ok(self)
    }
}

impl Value for HttpListener {
    const KIND: Kind = Kind::String;

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self(None)),
            text => HostPort::parse(text).map(|address| Self(Some(address))),
        }
    }
}

/// The value of `metrics.graphite`; `None` if nothing is to be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphiteAddress(pub Option<HostPort>);

impl Value for GraphiteAddress {
    const KIND: Kind = Kind::String;

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self(None)),
            text if text.starts_with(':') => Err(format!("{text:?} names a port and no host")),
            text => HostPort::parse(text).map(|address| Self(Some(address))),
        }
    }
}

/// One `NAME://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The listener.
    pub name: ListenerName,
    /// Where it is.
    pub address: HostPort,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.name, self.address)
    }
}

/// The value of `listeners` and of `advertised.listeners`: at least one endpoint, no name twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints(pub Vec<Endpoint>);

impl Endpoints {
    /// The endpoint of this name.
    pub fn of(&self, name: &ListenerName) -> Option<&Endpoint> {
        self.0.iter().find(|endpoint| endpoint.name == *name)
    }
}

impl Value for Endpoints {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        let mut endpoints: Vec<Endpoint> = Vec::new();
        for member in members(text) {
            let endpoint = endpoint(member)?;
            if endpoints.iter().any(|other| other.name == endpoint.name) {
                return Err(format!("the listener {} is there twice", endpoint.name));
            }
            endpoints.push(endpoint);
        }
        if endpoints.is_empty() {
            return Err("it must name at least one NAME://host:port".into());
        }
        Ok(Self(endpoints))
    }
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    let (name, address) =
        text.split_once("://").ok_or_else(|| format!("{text:?} is not NAME://host:port"))?;
    if name.is_empty() {
        return Err(format!("{text:?} has no listener name before ://"));
    }
    Ok(Endpoint { name: ListenerName::new(name), address: HostPort::parse(address)? })
}

/// The value of `listener.security.protocol.map`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolMap(pub BTreeMap<ListenerName, SecurityProtocol>);

impl ProtocolMap {
    /// What the listener of this name speaks: what the map says, or else the protocol of that name.
    pub fn of(&self, name: &ListenerName) -> Option<SecurityProtocol> {
        self.0.get(name).copied().or_else(|| SecurityProtocol::parse(name.as_str()).ok())
    }
}

impl Value for ProtocolMap {
    const KIND: Kind = Kind::String;

    fn parse(text: &str) -> Result<Self, String> {
        let mut map = BTreeMap::new();
        for member in members(text) {
            let (name, protocol) =
                member.split_once(':').ok_or_else(|| format!("{member:?} is not NAME:PROTOCOL"))?;
            let protocol = SecurityProtocol::parse(&protocol.trim().to_ascii_uppercase())
                .map_err(|why| format!("the protocol of {name:?} is unknown: {why}"))?;
            if map.insert(ListenerName::new(name), protocol).is_some() {
                return Err(format!("the listener {name:?} is there twice"));
            }
        }
        Ok(Self(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_with_names_in_any_case_and_addresses_of_any_kind() {
        let endpoints = Endpoints::parse("plaintext://:9092, Controller://[::1]:9093,X://host:0")
            .expect("three good endpoints");
        let texts: Vec<String> = endpoints.0.iter().map(Endpoint::to_string).collect();
        assert_eq!(texts, ["PLAINTEXT://:9092", "CONTROLLER://[::1]:9093", "X://host:0"]);
    }

    #[test]
    fn endpoints_that_cannot_be_meant_are_refused() {
        for bad in ["", "PLAINTEXT", "PLAINTEXT://host", "A://h:99999", "://h:1", "A://::1:9092"] {
            assert!(Endpoints::parse(bad).is_err(), "{bad:?}");
        }
        let twice = Endpoints::parse("A://:1,a://:2").expect_err("one name twice");
        assert!(twice.contains("A is there twice"), "{twice}");
    }

    #[test]
    fn a_listener_named_like_a_protocol_needs_no_map() {
        let map = ProtocolMap::parse("CONTROLLER:PLAINTEXT").expect("a good map");
        assert_eq!(map.of(&ListenerName::new("controller")), Some(SecurityProtocol::Plaintext));
        assert_eq!(map.of(&ListenerName::new("SSL")), Some(SecurityProtocol::Ssl));
        assert_eq!(map.of(&ListenerName::new("INSIDE")), None);
    }
}
