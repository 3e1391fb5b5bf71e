//! What must be equal of what a command said, and how it is told where it is not.

use regex::Regex;
use sapwood_tests::peers::Ran;

/// What must be equal: ids, times and the log aside.
pub(super) fn of(ran: &Ran) -> Ran {
    /// What differs from run to run, and what stands for it. Nothing else may.
    const RULES: &[(&str, &str)] = &[
        (r"TopicId: [A-Za-z0-9_-]{22}", "TopicId: ID"),
        // A member's id: the client's, and a UUID.
        (r"-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "-UUID"),
        (r"directory\.id=[A-Za-z0-9_-]{22}, ", "directory.id=ID, "),
        // What the load tools measure, as they lay it out: the counts stay.
        (
            r"[0-9]+\.[0-9]{1,6} records/sec \([0-9]+\.[0-9]{2} MB/sec\), [0-9]+\.[0-9]{2} ms avg latency, [0-9]+\.[0-9]{2} ms max latency, [0-9]+ ms 50th, [0-9]+ ms 95th, [0-9]+ ms 99th, [0-9]+ ms 99\.9th\.",
            "RATES.",
        ),
        (
            r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}, (\d+\.\d{4}), \d+\.\d{4}, (\d+), \d+\.\d{4}, \d+, \d+, \d+\.\d{4}, \d+\.\d{4}$",
            "FROM, TO, $1, RATE, $2, RATES",
        ),
        (r"(?m)^(\d+)\t\d+\.\d+$", "$1\tLATENCY"),
        (r"Avg latency: \d+\.\d{4} ms", "Avg latency: LATENCY ms"),
        (r"50th = \d+, 99th = \d+, 99\.9th = \d+", "LATENCIES"),
        (r#""avg_throughput":\d+\.\d+(E\d+)?}"#, r#""avg_throughput":RATE}"#),
        (r"\b1[0-9]{12}\b", "TIME"),
        (r"\b[0-9]+ ms ago", "TIME ago"),
    ];
    let mut out = ran.out.clone();
    for (pattern, replacement) in RULES {
        let rule = Regex::new(pattern).expect("the rule is an expression");
        out = rule.replace_all(&out, *replacement).into_owned();
    }
    // Columns are as wide as what stands in them.
    let log = r"^\s+at |^\s*\.\.\. \d+ more|^Caused by: |^\[\d{4}-|^WARN |^(Exception in thread \S+ )?([a-z0-9_]+\.)+[A-Z][A-Za-z$]*(Exception|Error)[A-Za-z]*(: |$)|^joptsimple\.";
    let log = Regex::new(log).expect("the rule is an expression");
    let err: Vec<&str> =
        ran.err.lines().filter(|line| !line.trim().is_empty() && !log.is_match(line)).collect();
    Ran { code: ran.code, out, err: err.join("\n") }
}

/// Where the two differ, line by line.
pub(super) fn told(kafka: &Ran, ours: &Ran) -> String {
    let code = |ran: &Ran| format!("exit code {}", ran.code);
    let mut told = Vec::new();
    for (kafka, ours) in [
        (code(kafka), code(ours)),
        (kafka.out.clone(), ours.out.clone()),
        (kafka.err.clone(), ours.err.clone()),
    ] {
        let (mut kafka, mut ours) = (kafka.split('\n'), ours.split('\n'));
        loop {
            match (kafka.next(), ours.next()) {
                (None, None) => break,
                (kafka, ours) if kafka == ours => {}
                (kafka, ours) => {
                    told.extend(kafka.map(|line| format!("  kafka: {line}")));
                    told.extend(ours.map(|line| format!("  ours:  {line}")));
                }
            }
        }
    }
    told.truncate(20);
    told.join("\n")
}
