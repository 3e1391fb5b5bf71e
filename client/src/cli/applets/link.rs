//! The link: the way to the cluster, as the flags and a properties file describe it.

use std::time::Duration;

use super::settings::settings;
use super::{Opt, Parsed, Properties, Screen, Thrown};
use crate::address::Address;
use crate::admin::{Admin, ListedGroup};
use crate::cluster::{Cluster, ClusterOptions};
use crate::error::Error;
use crate::retry::Attempts;
use crate::settings::{Kind, Settings};

/// `default.api.timeout.ms` where nobody sets it: how long a tool tries to reach the cluster.
const API_TIMEOUT: Duration = Duration::from_secs(60);
/// `request.timeout.ms` where nobody sets it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// `client.id` where nobody sets it.
const CLIENT_ID: &str = "adminclient-1";

/// An admin client that has not connected yet, and how long it may try.
#[derive(Debug)]
pub struct Link {
    /// What speaks to the cluster.
    pub admin: Admin,
    api_timeout: Duration,
}

/// The properties of `--command-config`, if there is such a file to be read.
pub fn command_config(path: Option<&str>) -> Result<Properties, Thrown> {
    let Some(path) = path else { return Ok(Properties::default()) };
    match std::fs::read(path) {
        Ok(bytes) => Properties::parse(&bytes)
            .map_err(|_| Thrown::illegal_argument("Malformed \\uxxxx encoding.")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Thrown::new("java.nio.file.NoSuchFileException", path))
        }
        Err(error) => Err(Thrown::new("java.io.IOException", error.to_string())),
    }
}

impl Link {
    /// The link that these settings make, with the server of the command line before that of the file.
    pub fn new(bootstrap: Option<&str>, config: &Properties) -> Result<Self, Thrown> {
        let known = settings(Kind::Cluster, config)?;
        refuse_what_we_do_not_speak(config)?;
        let servers = bootstrap.or_else(|| config.get("bootstrap.servers")).unwrap_or_default();
        let mut options = ClusterOptions::new(addresses(servers)?);
        options.operation_timeout = API_TIMEOUT;
        options.connection.request_timeout = REQUEST_TIMEOUT;
        options.connection.client_id = protocol::StrBytes::from_static_str(CLIENT_ID);
        known.apply_to_cluster(&mut options);
        let connection = &mut options.connection;
        connection.connect_timeout = connection.request_timeout.min(connection.connect_timeout);
        let api_timeout = options.operation_timeout;
        Ok(Self { admin: Admin::new(Cluster::lazily(options)), api_timeout })
    }

    /// The link of a command line with these two options, of which one names the servers and one the file.
    pub(super) fn of(parsed: &Parsed, servers: Opt, file: Opt) -> Result<Self, Thrown> {
        let config = command_config(parsed.value(file)?.as_deref())?;
        Self::new(parsed.value(servers)?.as_deref(), &config)
    }

    /// The link with this time to reach somebody.
    pub fn patient(mut self, api_timeout: Duration) -> Self {
        self.api_timeout = api_timeout;
        self
    }

    /// Every group of every broker.
    pub(super) async fn groups(&self, screen: &mut Screen) -> Result<Vec<ListedGroup>, Thrown> {
        let class = "org.apache.kafka.common.KafkaException";
        let nobody = |_| Thrown::new(class, "Failed to find brokers to send ListGroups");
        self.reach("findAllBrokers", screen).await.map_err(nobody)?;
        Ok(self.admin.list_groups().await?)
    }

    /// Connects, or throws what Kafka's admin client throws when it has tried for long enough. `call` is its name for
    /// what it was about to ask.
    pub async fn reach(&self, call: &str, screen: &mut Screen) -> Result<(), Thrown> {
        let cluster = self.admin.cluster();
        let mut attempts = Attempts::within(cluster.options().backoff, self.api_timeout);
        let mut told = false;
        loop {
            let error = match cluster.any().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_retriable() => error,
                Err(error) => return Err(error.into()),
            };
            if !told {
                screen.complain(warning(&error, self.api_timeout));
                told = true;
            }
            if !attempts.again().await {
                let message = format!("Timed out waiting for a node assignment. Call: {call}");
                return Err(Thrown::kafka("TimeoutException", message));
            }
        }
    }
}

/// What Kafka's tools log again and again, once.
fn warning(error: &Error, patience: Duration) -> String {
    format!("WARN {error}; trying for {} s", patience.as_secs_f32())
}

fn refuse_what_we_do_not_speak(config: &Properties) -> Result<(), Thrown> {
    let Some(name) = config.get("security.protocol") else { return Ok(()) };
    Settings::default().set("security.protocol", name.trim()).map_err(|_| {
        let message = format!("security.protocol={name} is not supported yet: only PLAINTEXT is");
        Thrown::new("org.apache.kafka.common.config.ConfigException", message)
    })
}

/// What is wrong with the servers of a command line, in the words of Kafka's tools.
pub fn check_servers(servers: &str) -> Result<(), String> {
    if servers.trim().is_empty() {
        return Err("Error while validating the bootstrap address\n".into());
    }
    let has_port = |server: &str| {
        let port = server.trim().rsplit_once(':').map(|(_, port)| port);
        port.is_some_and(|port| !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()))
    };
    match servers.split(',').all(has_port) {
        true => Ok(()),
        false => Err("Please provide valid host:port like host1:9091,host2:9092\n".into()),
    }
}

/// The addresses of a list; what is wrong with it is hidden by Kafka behind the same sentence.
fn addresses(servers: &str) -> Result<Vec<Address>, Thrown> {
    let failed = || {
        Thrown::new(
            "org.apache.kafka.common.KafkaException",
            "Failed to create new KafkaAdminClient",
        )
    };
    let servers = servers.trim().trim_matches(',');
    if servers.is_empty() || servers.split(',').any(|server| !server.contains(':')) {
        return Err(failed());
    }
    Address::parse_list(servers).map_err(|_| failed())
}
