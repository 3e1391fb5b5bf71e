//! Software: what clients call themselves, and how many connections each has.
//!
//! The names come from outside, so they are kept for as long as somebody is connected under them, and only so many at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::page::Page;
use super::rows::CLIENT_CONNECTIONS;

/// How many names are kept apart at once. The clients that come after share one.
const NAMES_MAX: usize = 500;

/// What stands for a name beyond those.
const OTHER: &str = "other";

/// A listener, and a client's name and version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Client {
    listener: Arc<str>,
    name: Box<str>,
    version: Box<str>,
}

/// How many connections each client has.
#[derive(Debug, Default)]
pub struct Software(Mutex<BTreeMap<Arc<Client>, usize>>);

/// One connection that is counted, for as long as this lives.
#[derive(Debug)]
pub struct Present {
    software: Arc<Software>,
    client: Arc<Client>,
}

impl Software {
    /// A connection has told what its client is.
    pub fn present(self: &Arc<Self>, listener: &Arc<str>, name: &str, version: &str) -> Present {
        let client = |name: &str, version: &str| Client {
            listener: Arc::clone(listener),
            name: name.into(),
            version: version.into(),
        };
        let mut clients = self.0.lock();
        let mut told = client(name, version);
        if clients.len() >= NAMES_MAX && !clients.contains_key(&told) {
            told = client(OTHER, OTHER);
        }
        let known = clients.get_key_value(&told).map(|(known, _)| Arc::clone(known));
        let client = known.unwrap_or_else(|| Arc::new(told));
        *clients.entry(Arc::clone(&client)).or_default() += 1;
        Present { software: Arc::clone(self), client }
    }

    /// Writes how many connections each client has.
    pub(super) fn write(&self, page: &mut Page) {
        for (client, count) in &*self.0.lock() {
            let labels = [&*client.listener, &*client.name, &*client.version];
            page.sample(&CLIENT_CONNECTIONS, &labels, *count as f64);
        }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut clients = self.software.0.lock();
        match clients.get_mut(&self.client) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(clients.remove(&self.client)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(software: &Software) -> Vec<String> {
        let mut page = Page::new(&[]);
        software.write(&mut page);
        let text = page.finish();
        let ours = text.lines().filter(|line| line.starts_with(CLIENT_CONNECTIONS.name));
        ours.map(|line| line.trim_start_matches(CLIENT_CONNECTIONS.name).to_owned()).collect()
    }

    #[test]
    fn a_client_is_there_as_long_as_it_has_a_connection() {
        let (software, listener) = (Arc::new(Software::default()), Arc::from("L"));
        let first = software.present(&listener, "a", "1");
        let second = software.present(&listener, "a", "1");
        let one = |count| vec![format!("{{listener=\"L\",software=\"a\",version=\"1\"}} {count}")];
        assert_eq!(lines(&software), one(2));
        drop(first);
        assert_eq!(lines(&software), one(1));
        drop(second);
        assert_eq!(lines(&software), Vec::<String>::new());
    }

    #[test]
    fn names_without_end_share_one() {
        let (software, listener) = (Arc::new(Software::default()), Arc::from("L"));
        let present: Vec<Present> = (0..2 * NAMES_MAX)
            .map(|number| software.present(&listener, "a", &number.to_string()))
            .collect();
        let shown = lines(&software);
        assert_eq!(shown.len(), NAMES_MAX + 1);
        let other = format!("{{listener=\"L\",software=\"other\",version=\"other\"}} {NAMES_MAX}");
        assert!(shown.contains(&other), "{shown:?}");
        drop(present);
        assert!(lines(&software).is_empty());
    }
}
