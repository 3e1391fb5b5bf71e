//! The brokers: the arguments by which every command finds its cluster.
//!
//! From the nearest to the farthest: `-b`; `bootstrap.servers` in `-X` or in the file of `--command-config`; the profile that
//! `--profile` names; `SAPWOOD_BROKERS`, then `KAFKA_BOOTSTRAP_SERVERS`; the profile in use; `127.0.0.1:9092`. The
//! settings of a profile count for less than those of the file, and those for less than `-X`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::parse::key_value;
use super::profile::{Profiles, StoredProfile};
use super::span::Span;
use super::terminal::note;
use crate::address::Address;
use crate::admin::Admin;
use crate::cluster::{Cluster, ClusterOptions};
use crate::settings::Settings;

/// Where a cluster is looked for if nobody says.
const DEFAULT_BROKERS: &str = "127.0.0.1:9092";

/// Which cluster, and how long to try.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub struct BrokerArgs {
    /// Brokers to ask first, separated by commas [default: $SAPWOOD_BROKERS, or $KAFKA_BOOTSTRAP_SERVERS, or the profile in use, or 127.0.0.1:9092]
    #[arg(
        short = 'b',
        long,
        visible_alias = "bootstrap-server",
        value_name = "HOST:PORT,…",
        global = true
    )]
    brokers: Option<String>,
    /// A profile made with `sapwood profile create` [default: $SAPWOOD_PROFILE, or the one in use]
    #[arg(long, value_name = "NAME", global = true)]
    profile: Option<String>,
    /// A client setting, by Java's or librdkafka's name; may be given more than once
    #[arg(short = 'X', long = "setting", value_name = "KEY=VALUE", value_parser = key_value, global = true)]
    settings: Vec<(String, String)>,
    /// A .properties file of client settings, as Kafka's tools take one
    #[arg(long, value_name = "FILE", global = true)]
    command_config: Option<PathBuf>,
    /// How long to keep trying, such as 500ms, 30s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", global = true)]
    timeout: Span,
}

impl BrokerArgs {
    /// The cluster. Nothing is connected before it is needed.
    pub fn cluster(&self) -> Result<Cluster, Failure> {
        let known = self.known(&Profiles::load()?, |name| std::env::var_os(name))?;
        let mut options = ClusterOptions::new(Address::parse_list(&known.brokers)?);
        let timeout = self.timeout();
        options.operation_timeout = timeout;
        options.connection.request_timeout = timeout;
        options.connection.connect_timeout = timeout.min(options.connection.connect_timeout);
        known.settings.apply_to_cluster(&mut options);
        if let Some(path) = &self.command_config {
            for key in known.settings.unknown() {
                note(format!("warning: {}: no client knows \"{key}\"", path.display()));
            }
        }
        Ok(Cluster::lazily(options))
    }

    /// An admin client for the cluster.
    pub(super) fn admin(&self) -> Result<Admin, Failure> {
        Ok(Admin::new(self.cluster()?))
    }

    /// Takes settings that count for less than those that were typed.
    pub fn set_beneath(&mut self, settings: Vec<(String, String)>) {
        self.settings.splice(0..0, settings);
    }

    /// How long to keep trying.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout.0.max(Duration::from_millis(1))
    }

    /// The settings of the profile, of the file and of the command line.
    pub fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.known(&Profiles::load()?, |name| std::env::var_os(name))?.settings)
    }

    fn known(
        &self,
        profiles: &Profiles,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Known, Failure> {
        let variable = |name: &str| {
            let value = variable(name)?.into_string().ok()?;
            Some(value).filter(|value| !value.is_empty())
        };
        let chosen = self.profile.clone().or_else(|| variable("SAPWOOD_PROFILE"));
        let chosen = chosen.map(|name| profiles.named(&name)).transpose()?;
        let in_use = profiles.in_use().map(|(_, profile)| profile);
        let of = |profile: Option<&StoredProfile>| profile?.brokers.clone();
        let given = self.gather(chosen)?;
        let named = (self.brokers.clone())
            .or_else(|| given.get("bootstrap.servers").map(str::to_owned))
            .or_else(|| of(chosen))
            .or_else(|| variable("SAPWOOD_BROKERS"))
            .or_else(|| variable("KAFKA_BOOTSTRAP_SERVERS"));
        // What the profile in use says is meant for its own cluster, and not for another that was named.
        let (brokers, settings) = match named {
            Some(brokers) => (brokers, given),
            None => (
                of(in_use).unwrap_or_else(|| DEFAULT_BROKERS.into()),
                self.gather(chosen.or(in_use))?,
            ),
        };
        Ok(Known { brokers, settings })
    }

    fn gather(&self, profile: Option<&StoredProfile>) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        for (key, value) in profile.into_iter().flat_map(|profile| &profile.settings) {
            settings.set(key, value)?;
        }
        if let Some(path) = &self.command_config {
            settings.read(path)?;
        }
        for (key, value) in &self.settings {
            settings.set(key, value)?;
        }
        Ok(settings)
    }
}

/// What the command line, the environment and the profiles come to.
#[derive(Debug)]
struct Known {
    brokers: String,
    settings: Settings,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        brokers: BrokerArgs,
    }

    fn brokers(line: &[&str], profiles: &Profiles, variables: &[(&str, &str)]) -> String {
        let line = Line::parse_from(std::iter::once("x").chain(line.iter().copied()));
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let known = line.brokers.known(profiles, |name| variables.get(name).map(OsString::from));
        known.expect("they make sense").brokers
    }

    fn profiles() -> Profiles {
        let at = |brokers: &str| StoredProfile {
            brokers: Some(brokers.into()),
            ..StoredProfile::default()
        };
        let all = [("used".to_owned(), at("used:1")), ("other".to_owned(), at("other:1"))];
        Profiles { current: Some("used".into()), profiles: all.into() }
    }

    #[test]
    fn what_is_nearer_to_the_hand_counts_for_more() {
        let both = [("SAPWOOD_BROKERS", "ours:1"), ("KAFKA_BOOTSTRAP_SERVERS", "kafka:1")];
        let all = profiles();
        assert_eq!(brokers(&["-b", "flag:1", "--profile", "other"], &all, &both), "flag:1");
        assert_eq!(brokers(&["-X", "bootstrap.servers=x:1"], &all, &both), "x:1");
        assert_eq!(brokers(&["--profile", "other"], &all, &both), "other:1");
        assert_eq!(brokers(&[], &all, &[("SAPWOOD_PROFILE", "other"), both[0]]), "other:1");
        assert_eq!(brokers(&[], &all, &both), "ours:1");
        assert_eq!(brokers(&[], &all, &both[1..]), "kafka:1");
        assert_eq!(brokers(&[], &all, &[("SAPWOOD_BROKERS", "")]), "used:1");
        assert_eq!(brokers(&[], &Profiles::default(), &[]), DEFAULT_BROKERS);
    }

    #[test]
    fn a_profile_that_is_not_there_is_an_error_and_not_another_cluster() {
        let line = Line::parse_from(["x", "--profile", "othre"]);
        let failure = line.brokers.known(&profiles(), |_| None).expect_err("no such profile");
        assert!(failure.to_string().contains("did you mean \"other\"?"), "{failure}");
    }
}
