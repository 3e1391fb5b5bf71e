//! What a peer program tells: one line for each scenario, `ok name`, or `fail name reason`.

use anyhow::{Result, bail};
use protocol::ApiKey;
use std::collections::BTreeMap;

/// The outcome of each scenario by its name; `Err` carries the peer's own words.
#[derive(Debug, Default)]
pub struct Report(BTreeMap<String, Result<(), String>>);

impl Report {
    /// Picks the outcomes out of all that the peer wrote.
    pub fn parse(output: &str) -> Self {
        let outcomes = output.lines().filter_map(|line| {
            let (verdict, rest) = line.split_once(' ')?;
            let (name, reason) = rest.split_once(' ').unwrap_or((rest, ""));
            match verdict {
                "ok" => Some((name.to_owned(), Ok(()))),
                "fail" => Some((name.to_owned(), Err(reason.to_owned()))),
                _ => None,
            }
        });
        Self(outcomes.collect())
    }

    /// Checks that each of `must` came out well, and that each of `later` did not: what works is to be announced. A
    /// scenario that the peer did not speak of has failed.
    pub fn check(&self, must: &[&str], later: &[(&str, ApiKey)]) -> Result<()> {
        let mut faults = Vec::new();
        for &name in must {
            match self.0.get(name) {
                Some(Ok(())) => {}
                Some(Err(reason)) => faults.push(format!("{name}: {reason}")),
                None => faults.push(format!("{name}: no word of it")),
            }
        }
        for &(name, api) in later {
            match self.0.get(name) {
                Some(Err(reason)) => println!("{name} waits for {api:?}: {reason}"),
                other => faults.push(format!(
                    "{name} needs {api:?}, which is not announced, but said {other:?}"
                )),
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            bail!("{} scenarios failed\n  {}", faults.len(), faults.join("\n  "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_that_was_not_spoken_of_has_failed() {
        let report = Report::parse("noise\nok first\n");
        assert!(report.check(&["first"], &[]).is_ok());
        assert!(report.check(&["first", "second"], &[]).is_err());
    }

    #[test]
    fn a_feature_that_came_is_no_longer_excused() {
        let report = Report::parse("ok transactions\nfail other because of this\n");
        assert!(report.check(&[], &[("other", ApiKey::EndTxn)]).is_ok());
        assert!(report.check(&[], &[("transactions", ApiKey::EndTxn)]).is_err());
        assert!(report.check(&["other"], &[]).is_err());
    }
}
