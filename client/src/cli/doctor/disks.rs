//! The disks of the brokers: whether each log directory works, and how much room is left there.

use protocol::ids::NodeId;

use super::finding::Finding;
use crate::admin::{Admin, LogDir};
use crate::cli::output::size;

/// Below this many hundredths free it is time to act: a topic that suddenly grows leaves hours.
const FREE_PERCENT_LOW: i64 = 10;
/// Below this many, the next burst or the next compaction may fill the disk, and a broker without room stops.
const FREE_PERCENT_MIN: i64 = 2;

/// A look at each log directory of each broker.
pub(super) async fn all(admin: &Admin) -> Vec<Finding> {
    let brokers = match admin.log_dirs_by_path().await {
        Ok(brokers) => brokers,
        Err(error) => {
            return vec![Finding::wrong("log dirs", error.to_string(), error.advice())];
        }
    };
    let mut findings = Vec::new();
    for (broker, dirs) in brokers {
        match dirs {
            Ok(dirs) => findings.extend(dirs.into_iter().map(|(path, dir)| match dir {
                Ok(dir) => room(broker, &dir),
                Err(error) => Finding::wrong(named(broker, &path), error.to_string(), None),
            })),
            Err(error) => {
                let check = format!("log dirs of broker {broker}");
                findings.push(Finding::wrong(check, error.to_string(), error.advice()));
            }
        }
    }
    findings
}

fn named(broker: NodeId, path: &str) -> String {
    format!("log dir {path} of broker {broker}")
}

/// How much room is left in a directory that works.
fn room(broker: NodeId, dir: &LogDir) -> Finding {
    let check = named(broker, &dir.path);
    let (Some(usable), Some(total)) = (dir.usable_bytes, dir.total_bytes.filter(|all| *all > 0))
    else {
        return Finding::fine(check, "works (a broker before Kafka 3.3 does not say what is free)");
    };
    let bytes = |bytes: i64| size(u64::try_from(bytes).unwrap_or(0));
    let percent = i128::from(usable) * 100 / i128::from(total);
    let detail = format!("{} of {} is free ({percent} %)", bytes(usable), bytes(total));
    let advice = format!(
        "`sapwood topic usage` shows what takes the room: shorten retention.ms, trim topics, or give broker {broker} a larger disk"
    );
    if percent < FREE_PERCENT_MIN.into() {
        Finding::wrong(check, detail, Some(advice))
    } else if percent < FREE_PERCENT_LOW.into() {
        Finding::doubtful(check, detail, advice)
    } else {
        Finding::fine(check, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn verdict(usable_bytes: Option<i64>) -> Verdict {
        let path = "/data".into();
        let total_bytes = usable_bytes.map(|_| 1000 << 30);
        room(NodeId(1), &LogDir { path, total_bytes, usable_bytes, partitions: Vec::new() }).verdict
    }

    #[test]
    fn a_disk_that_fills_is_told_before_it_is_full() {
        assert_eq!(verdict(Some(100 << 30)), Verdict::Fine);
        assert_eq!(verdict(Some((100 << 30) - 1)), Verdict::Doubtful);
        assert_eq!(verdict(Some(20 << 30)), Verdict::Doubtful);
        assert_eq!(verdict(Some((20 << 30) - 1)), Verdict::Wrong);
        assert_eq!(verdict(Some(0)), Verdict::Wrong);
        assert_eq!(verdict(None), Verdict::Fine);
    }
}
