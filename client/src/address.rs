//! An address: where a broker listens, as people write it.

use std::fmt;
use std::str::FromStr;

/// The port that Kafka's brokers listen on if nobody says otherwise.
pub const DEFAULT_PORT: u16 = 9092;

/// A host name or IP address, and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// A name to resolve, or an IP address; IPv6 without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl Address {
    /// An address from its parts.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// A list as it stands in `bootstrap.servers`: separated by commas, blanks and empty entries forgiven.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, InvalidAddress> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let list = entries.map(str::parse).collect::<Result<Vec<Self>, _>>()?;
        if list.is_empty() {
            return Err(InvalidAddress(text.into()));
        }
        Ok(list)
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    /// `host`, `host:port`, `[v6]:port`; a listener's `PLAINTEXT://` or tansu's `tcp://` before it is skipped.
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let invalid = || InvalidAddress(text.into());
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(v6) => {
                let (host, after) = v6.split_once(']').ok_or_else(invalid)?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')) };
                (host, port.map(|port| port.ok_or_else(invalid)).transpose()?)
            }
            // More than one colon without brackets can only be a bare IPv6 address.
            None if rest.matches(':').count() > 1 => (rest, None),
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().map_err(|_| invalid())?,
            None => DEFAULT_PORT,
        };
        if host.is_empty() || host.contains(['/', ' ', '@']) {
            return Err(invalid());
        }
        Ok(Self::new(host, port))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A text that names no host and port.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no broker's address; write HOST:PORT, and commas between several")]
pub struct InvalidAddress(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_parse_as_people_write_them_and_print_back() {
        let parsed = |text: &str| text.parse::<Address>().map(|address| address.to_string());
        assert_eq!(parsed("kafka"), Ok("kafka:9092".into()));
        assert_eq!(parsed("10.0.0.5:9093"), Ok("10.0.0.5:9093".into()));
        assert_eq!(parsed("[::1]:9094"), Ok("[::1]:9094".into()));
        assert_eq!(parsed("::1"), Ok("[::1]:9092".into()));
        assert_eq!(parsed("PLAINTEXT://a:1"), Ok("a:1".into()));
        for wrong in ["", ":9092", "a:b", "a:99999", "[::1", "a/b:1"] {
            assert_eq!(parsed(wrong), Err(InvalidAddress(wrong.into())), "{wrong}");
        }
    }

    #[test]
    fn a_list_forgives_blanks_but_not_emptiness() {
        let list = Address::parse_list(" a:1 ,b:2,").expect("two addresses");
        assert_eq!(list, [Address::new("a", 1), Address::new("b", 2)]);
        assert!(Address::parse_list(" , ").is_err());
    }
}
