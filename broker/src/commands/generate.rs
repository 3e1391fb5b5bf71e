//! `sapwood generate`: files for the programs that watch a broker, as this binary's metrics want them.
//!
//! They are those of `packaging/`, which a test holds against a running broker, so whoever has the binary has them too.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use client::cli::Failure;

const DASHBOARD: &str = include_str!("../../../packaging/grafana/sapwood.json");
const ALERTS: &str = include_str!("../../../packaging/prometheus/sapwood.rules.yml");
const SCRAPES: &str = include_str!("../../../packaging/prometheus/prometheus.yml");

/// The target in the file, which `--target` replaces.
const TARGET: &str = "127.0.0.1:9644";

/// What can be written.
#[derive(Debug, Subcommand)]
pub enum Generate {
    /// A dashboard for Grafana: Dashboards > New > Import
    GrafanaDashboard(Place),
    /// Alert rules for Prometheus: name the file under `rule_files`
    Alerts(Place),
    /// A configuration for a Prometheus that scrapes brokers and obeys the alert rules
    PrometheusConfig(PrometheusConfig),
}

/// Where it is written.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Write to this file and not to standard output
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The arguments of `prometheus-config`.
#[derive(Clone, Debug, Args)]
pub struct PrometheusConfig {
    /// The `http.listener` of a broker, as Prometheus reaches it; may be repeated
    #[arg(long = "target", value_name = "HOST:PORT", default_value = TARGET)]
    targets: Vec<String>,
    #[command(flatten)]
    place: Place,
}

impl Generate {
    /// Runs `sapwood generate`.
    pub fn run(&self) -> ExitCode {
        match self {
            Self::GrafanaDashboard(place) => place.write(DASHBOARD),
            Self::Alerts(place) => place.write(ALERTS),
            Self::PrometheusConfig(config) => config.place.write(&config.text()),
        }
    }
}

impl PrometheusConfig {
    fn text(&self) -> String {
        let quoted: Vec<String> =
            self.targets.iter().map(|target| format!("\"{}\"", target.replace('"', ""))).collect();
        SCRAPES.replace(&format!("\"{TARGET}\""), &quoted.join(", "))
    }
}

impl Place {
    fn write(&self, text: &str) -> ExitCode {
        super::run_with_output(|out| match &self.file {
            None => Ok(out.write_all(text.as_bytes())?),
            Some(path) => fs::write(path, text)
                .map_err(|error| Failure::other(&format!("write {}", path.display()), &error)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_take_the_place_of_the_usual_one() {
        let place = Place { file: None };
        let config = |targets: &[&str]| PrometheusConfig {
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            place: place.clone(),
        };
        assert_eq!(config(&[TARGET]).text(), SCRAPES);
        assert!(config(&["a:1", "b:2"]).text().contains("targets: [\"a:1\", \"b:2\"]"));
    }
}
