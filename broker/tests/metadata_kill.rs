//! A process that serves metadata is killed with SIGKILL again and again: nothing that it acknowledged is missing.
//!
//! The test starts its own executable as the victim. The victim says every topic that was acknowledged on its standard
//! output; the test reads some lines, kills it in the middle of whatever it does, and starts the next, which first says what
//! it found.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use broker::controller::{self, AnyConfig, CreateTopics, NewTopic, RegisterBroker};
use broker::raft::{Deps, RaftHost, RaftOptions, system_clock};
use protocol::ids::{NodeId, TopicId};
use storage::disk::OsDisk;
use uuid::Uuid;

const VICTIM_DIR: &str = "SAPWOOD_TEST_VICTIM_DIR";
const ME: NodeId = NodeId(1);

#[test]
fn nothing_acknowledged_is_missing_after_twenty_kills() {
    if let Ok(dir) = std::env::var(VICTIM_DIR) {
        return live(PathBuf::from(dir));
    }
    let dir = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeSet::new();
    for round in 0..20 {
        let mut victim = Victim::start(dir.path());
        let found = victim.found();
        let missing: Vec<_> = acknowledged.difference(&found).collect();
        assert!(missing.is_empty(), "round {round}: {missing:?} are missing");
        acknowledged.extend(victim.acknowledged(1 + round * 7 % 40));
        victim.kill();
        acknowledged.extend(victim.last_words());
    }
    assert!(acknowledged.len() > 200, "{} topics were acknowledged", acknowledged.len());
}

struct Victim {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Victim {
    fn start(dir: &Path) -> Self {
        let this = std::env::current_exe().expect("the test is a file");
        let mut process = Command::new(this)
            .args(["--exact", "nothing_acknowledged_is_missing_after_twenty_kills", "--nocapture"])
            .env(VICTIM_DIR, dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the test can start itself");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        Self { process, output }
    }

    /// What the victim found in its log.
    fn found(&mut self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        loop {
            match self.line().expect("the victim says what it found") {
                line if line == "serving" => return found,
                line => found.extend(line.strip_prefix("found ").map(str::to_owned)),
            }
        }
    }

    fn acknowledged(&mut self, count: usize) -> Vec<String> {
        let next = |_| self.line().expect("the victim goes on until it is killed");
        (0..count).map(next).filter_map(|line| acknowledged(&line)).collect()
    }

    fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it is ours");
    }

    /// What it said before it died and nobody had read: acknowledged is acknowledged. A line that is cut off is not.
    fn last_words(mut self) -> Vec<String> {
        std::iter::from_fn(|| self.line()).filter_map(|line| acknowledged(&line)).collect()
    }

    /// A whole line.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the pipe reads");
        line.strip_suffix('\n').map(str::to_owned)
    }
}

fn acknowledged(line: &str) -> Option<String> {
    line.strip_prefix("acknowledged ").map(str::to_owned)
}

/// The victim's life.
fn live(dir: PathBuf) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut options = RaftOptions::alone(dir, ME);
        // Small, so that kills hit snapshots, purges and new segments too.
        (options.snapshot_bytes, options.segment_bytes) = (3_000, 5_000);
        let local = controller::Options { local: Some(ME), ..controller::Options::default() };
        let deps =
            Deps { controller: Arc::new(local), rules: Arc::new(AnyConfig), clock: system_clock() };
        let host = RaftHost::start(OsDisk, options, deps).await.expect("the log opens");
        host.image().topics().iter().for_each(|topic| say(&format!("found {}", topic.name)));
        register(&host).await;
        say("serving");
        loop {
            let topics = futures::future::join_all((0..3).map(|_| create(&host))).await;
            topics.iter().for_each(|name| say(&format!("acknowledged {name}")));
        }
    });
}

fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).expect("somebody listens");
}

async fn register(host: &RaftHost) {
    let request = RegisterBroker {
        id: ME,
        cluster_id: None,
        incarnation: Uuid::new_v4(),
        endpoints: Vec::new(),
        rack: None,
        fenced: false,
    };
    host.submit(request).await.expect("a controller").expect("it may register");
}

async fn create(host: &RaftHost) -> String {
    let id = TopicId(Uuid::new_v4());
    let topic = NewTopic {
        name: format!("t-{}", id.0),
        id,
        partitions: 1,
        replication_factor: 1,
        assignments: Vec::new(),
        configs: Vec::new(),
    };
    let reply = host.submit(CreateTopics { topics: vec![topic], validate_only: false }).await;
    let created = reply.expect("a controller")[0].clone().expect("the topic is new");
    created.name.to_string()
}
