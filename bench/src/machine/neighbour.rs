//! The neighbour: the broker's process, if it runs on this machine and may be looked at.
//!
//! A listening socket has an inode in `/proc/net/tcp`, and the process that holds it has a descriptor that says so. Nobody else's
//! descriptors can be read without being root: then there is no neighbour, and the result does without its figures.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use super::Usage;

/// The state of a socket that listens.
const LISTEN: &str = "0A";

/// A broker on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its process.
    pub pid: u32,
    /// What it is called.
    pub name: String,
}

impl Neighbour {
    /// Who listens at this address here.
    pub fn at(host: &str, port: u16) -> Option<Self> {
        let wanted: Vec<IpAddr> =
            (host, port).to_socket_addrs().ok()?.map(|address| address.ip()).collect();
        let inode = ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().find_map(|file| {
            let table = fs::read_to_string(file).ok()?;
            listeners(&table).find_map(|(at, inode)| {
                let serves = at.ip().is_unspecified() || wanted.contains(&at.ip().to_canonical());
                (at.port() == port && serves).then_some(inode)
            })
        })?;
        // A socket for all addresses serves only those that are this machine's.
        let is_here = wanted.iter().any(|ip| std::net::UdpSocket::bind((*ip, 0)).is_ok());
        let pid = is_here.then(|| holder(inode)).flatten()?;
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        Some(Self { pid, name: name.trim().to_owned() })
    }

    /// What it has used since it began; `None` once it is gone.
    pub fn usage(&self) -> Option<Usage> {
        Usage::of(&self.pid.to_string())
    }
}

/// The listening sockets of a table such as `/proc/net/tcp`, with their inodes.
fn listeners(table: &str) -> impl Iterator<Item = (SocketAddr, u64)> + '_ {
    table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let [_, local, _, LISTEN, _, _, _, _, _, inode, ..] = fields.as_slice() else {
            return None;
        };
        Some((address(local)?, inode.parse().ok()?))
    })
}

/// `0100007F:2384`: words in the machine's order, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words: Option<Vec<[u8; 4]>> = (0..ip.len())
        .step_by(8)
        .map(|at| Some(u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?.to_ne_bytes()))
        .collect();
    let bytes = words?.concat();
    let ip = match (<[u8; 4]>::try_from(bytes.as_slice()), <[u8; 16]>::try_from(bytes.as_slice())) {
        (Ok(four), _) => IpAddr::from(Ipv4Addr::from(four)),
        (_, Ok(sixteen)) => IpAddr::from(Ipv6Addr::from(sixteen)),
        _ => return None,
    };
    Some(SocketAddr::new(ip.to_canonical(), port))
}

/// The process that holds the socket with this inode.
fn holder(inode: u64) -> Option<u32> {
    let wanted = format!("socket:[{inode}]");
    let holds = |pid: &u32| {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        let mut targets = descriptors.flatten().filter_map(|fd| fs::read_link(fd.path()).ok());
        targets.any(|target| target.as_os_str() == wanted.as_str())
    };
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.find(holds)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn tables_are_read_whatever_the_family() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0\n\
             1: 0100007F:2385 0100007F:2384 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100 0 0 10 0\n\
             2: 0000000000000000FFFF00000100007F:0050 0:0 0A 0:0 0:0 0 0 0 4713 1 0\n";
        let all: Vec<_> = listeners(table).map(|(at, inode)| (at.to_string(), inode)).collect();
        assert_eq!(all, [("127.0.0.1:9092".into(), 4711), ("127.0.0.1:80".into(), 4713)]);
    }

    #[test]
    fn whoever_listens_here_is_found_and_nobody_else() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound listener").port();
        let found = Neighbour::at("127.0.0.1", port).expect("this process listens");
        assert_eq!(found.pid, std::process::id());
        assert!(found.usage().is_some());
        drop(listener);
        assert_eq!(Neighbour::at("127.0.0.1", port), None);
    }
}
