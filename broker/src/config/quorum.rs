//! The controllers that a configuration names.

use protocol::ids::NodeId;

use super::listeners::HostPort;
use super::value::{Kind, Value, members};

/// One controller of a fixed set: `1@host:9093`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voter {
    /// Its node id.
    pub id: NodeId,
    /// Where it listens for controllers and brokers.
    pub address: HostPort,
}

/// The value of `controller.quorum.voters`; empty if it is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voters(pub Vec<Voter>);

impl Value for Voters {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        let mut voters: Vec<Voter> = Vec::new();
        for member in members(text) {
            let voter = voter(member)?;
            if voters.iter().any(|other| other.id == voter.id) {
                return Err(format!("the voter {} is there twice", voter.id));
            }
            voters.push(voter);
        }
        Ok(Self(voters))
    }
}

fn voter(text: &str) -> Result<Voter, String> {
    let refusal = || format!("{text:?} is not id@host:port");
    let (id, address) = text.split_once('@').ok_or_else(refusal)?;
    match id.trim().parse::<i32>() {
        Ok(id) if id >= 0 => Ok(Voter { id: NodeId(id), address: named(address)? }),
        _ => Err(refusal()),
    }
}

/// The value of `controller.quorum.bootstrap.servers`; empty if it is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootstrapServers(pub Vec<HostPort>);

impl Value for BootstrapServers {
    const KIND: Kind = Kind::List;

    fn parse(text: &str) -> Result<Self, String> {
        members(text).map(named).collect::<Result<_, _>>().map(Self)
    }
}

/// An address that somebody else is to connect to, so it needs a host.
fn named(text: &str) -> Result<HostPort, String> {
    let address = HostPort::parse(text)?;
    if address.host.is_empty() {
        return Err(format!("{text:?} has no host before the port"));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voters_are_read_and_doubles_refused() {
        let voters = Voters::parse("1@a:9093,2@b:9093").expect("two good voters");
        assert_eq!(voters.0.iter().map(|voter| voter.id.get()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(Voters::parse(""), Ok(Voters(Vec::new())));
        for bad in ["a:9093", "-1@a:9093", "1@:9093", "1@a:1,1@b:1"] {
            assert!(Voters::parse(bad).is_err(), "{bad:?}");
        }
    }
}
