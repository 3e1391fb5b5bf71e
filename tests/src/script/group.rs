//! Stories of consumer groups: `scripts/group`.
//!
//! | command | does |
//! |---|---|
//! | `config size-max=2 …` | starts over with these settings |
//! | `join a …` | a joins: `group instance protocols topics session rebalance version type reason id` |
//! | `sync a …` | a asks for its share: `assign=a:x,b:y protocol type id gen` |
//! | `heartbeat a`, `leave a b…` | `id`, `gen`, `instance` stand in for what the member knows |
//! | `commit a logs-0=5 …` | keeps positions: `retention metadata version id gen`; as `nobody`, without membership |
//! | `fetch g`, `forget g logs-0 …` | tells and deletes positions |
//! | `describe g`, `list`, `delete g` | what administrators do |
//! | `topics-deleted logs …` | what the metadata image says |
//! | `wait 3s` | time passes, with ticks as the machine wants them |
//! | `restart` | the machine is lost, and rebuilt from its log |
//!
//! A member is called by the name in the script; it remembers its id and generation from the answers it got.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use broker::group::records::{CommittedOffset, GroupMetadata, MemberMetadata};
use broker::group::*;
use broker::machine::{Instant, Machine, Now, Out, Release, Ticket};
use bytes::{BufMut, Bytes, BytesMut};
use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TimestampMs, TopicId, TopicName};

use super::{Command, Player};

/// A coordinator and the clients of a story.
struct Story {
    config: GroupConfig,
    coordinator: Coordinator,
    now: Now,
    log: Vec<Record>,
    clients: BTreeMap<String, Client>,
    /// Whose answer each ticket is.
    asked: BTreeMap<Ticket, String>,
    tickets: u64,
    seen: Vec<String>,
}

/// What a client remembers.
#[derive(Clone, Debug, Default)]
struct Client {
    group: String,
    id: String,
    generation: i32,
    instance: Option<String>,
    /// What its last join said, which the next one says again unless the script says otherwise.
    joins_with: Vec<(String, String)>,
}

const EPOCH_MS: i64 = 1_700_000_000_000;

impl Story {
    fn new(config: GroupConfig) -> Self {
        let coordinator = Coordinator::new(config.clone());
        let now = Now { instant: Instant::default(), wall: TimestampMs(EPOCH_MS) };
        Self {
            config,
            coordinator,
            now,
            log: Vec::new(),
            clients: BTreeMap::new(),
            asked: BTreeMap::new(),
            tickets: 0,
            seen: Vec::new(),
        }
    }

    fn ask(&mut self, who: &str, input: impl FnOnce(Ticket) -> Input) -> Result<(), String> {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.asked.insert(ticket, who.to_owned());
        self.hand_in(input(ticket))?;
        if self.asked.contains_key(&ticket) {
            self.tell(&format!("{who} is parked"));
        }
        Ok(())
    }

    fn hand_in(&mut self, input: Input) -> Result<(), String> {
        let mut out = Out::new();
        self.coordinator.handle(self.now, input, &mut out);
        let (records, outputs) = out.into_parts();
        for record in records {
            self.coordinator.apply(&record);
            self.tell(&format!("log: {}", shown_record(&record)));
            self.log.push(record);
        }
        for (release, output) in outputs {
            self.hear(release, &output)?;
        }
        self.coordinator.check()
    }

    fn hear(&mut self, release: Release, output: &Output) -> Result<(), String> {
        let who = self.asked.remove(&output.ticket).ok_or("a ticket was answered twice")?;
        if let Reply::JoinGroup(reply) = &output.reply {
            self.learn(&who, reply);
        }
        let mark = if release == Release::Now { "" } else { " ✓" };
        self.tell(&format!("{who}: {}{mark}", shown_reply(&output.reply)));
        Ok(())
    }

    fn learn(&mut self, who: &str, reply: &JoinGroupReply) {
        let client = self.clients.entry(who.to_owned()).or_default();
        if matches!(reply.error, ErrorCode::None | ErrorCode::MemberIdRequired) {
            client.id = reply.member_id.to_string();
        }
        if reply.error.is_none() {
            client.generation = reply.generation.0;
        }
    }

    fn tell(&mut self, what: &str) {
        self.seen.push(format!("{:?} {what}", self.now.instant.0));
    }

    fn wait(&mut self, wait: Duration) -> Result<(), String> {
        let until = self.now.instant.after(wait);
        let mut ticks = 0;
        while let Some(due) = self.coordinator.wake_at().filter(|due| *due <= until) {
            self.advance_to(due.max(self.now.instant));
            self.hand_in(Input::Tick)?;
            ticks += 1;
            if ticks > 1_000 {
                return Err("the machine wants ticks for ever".into());
            }
        }
        self.advance_to(until);
        Ok(())
    }

    fn advance_to(&mut self, instant: Instant) {
        let passed =
            i64::try_from(instant.since(self.now.instant).as_millis()).expect("stories are short");
        self.now = Now { instant, wall: TimestampMs(self.now.wall.get() + passed) };
    }

    fn restart(&mut self) {
        let fresh = Coordinator::new(self.config.clone());
        let old = std::mem::replace(&mut self.coordinator, fresh);
        for output in old.abandon() {
            let who = self.asked.remove(&output.ticket).unwrap_or_default();
            self.tell(&format!("{who}: {}", shown_reply(&output.reply)));
        }
        for record in &self.log {
            self.coordinator.apply(record);
        }
        self.tell(&format!("{} records are replayed", self.log.len()));
    }

    /// What `who` knows, with what the command says instead.
    fn client(&self, who: &str, command: &Command) -> Result<Client, String> {
        let mut client = self
            .clients
            .get(who)
            .cloned()
            .unwrap_or(Client { generation: -1, ..Client::default() });
        if client.group.is_empty() {
            client.group = "g".into();
        }
        if let Some(group) = command.get("group") {
            client.group = group.into();
        }
        if let Some(id) = command.get("id") {
            client.id = self.clients.get(id).map_or(id.to_owned(), |other| other.id.clone());
        }
        if let Some(generation) = command.get("gen") {
            client.generation = generation.parse().map_err(|_| "gen is no number")?;
        }
        if let Some(instance) = command.get("instance") {
            client.instance = Some(instance.into()).filter(|name: &String| !name.is_empty());
        }
        Ok(client)
    }

    fn join(&mut self, command: &Command) -> Result<(), String> {
        let who = command.word(0)?.to_owned();
        let mut client = self.client(&who, command)?;
        let mut command = command.clone();
        command.settings.append(&mut client.joins_with);
        client.joins_with = command.settings.clone();
        client.joins_with.retain(|(key, _)| !matches!(key.as_str(), "id" | "reason"));
        let version: i16 =
            command.or("version", "3").parse().map_err(|_| "version is no number")?;
        let subscription = subscription(command.or("topics", "logs").split(','));
        let protocols = command.or("protocols", "range").split(',').filter(|name| !name.is_empty());
        let protocol = |name: &str| Protocol { name: name.into(), metadata: subscription.clone() };
        let session = duration(command.or("session", "10s"))?;
        let join = JoinGroup {
            group: client.group.as_str().into(),
            member_id: client.id.as_str().into(),
            instance_id: client.instance.as_deref().map(InstanceId::new),
            client_id: who.as_str().into(),
            client_host: "/127.0.0.1".into(),
            unique: (self.tickets + 1).to_string().into(),
            session_timeout: session,
            rebalance_timeout: duration(command.or("rebalance", "60s"))?,
            protocol_type: command.or("type", "consumer").into(),
            protocols: protocols.map(protocol).collect(),
            reason: command.get("reason").map(Into::into),
            requires_known_member_id: version >= 4,
            supports_skipping_assignment: version >= 9,
        };
        self.clients.insert(who.clone(), client);
        self.ask(&who, |ticket| Input::JoinGroup(ticket, join))
    }

    fn sync(&mut self, command: &Command) -> Result<(), String> {
        let who = command.word(0)?.to_owned();
        let client = self.client(&who, command)?;
        let shares = command.get("assign").into_iter().flat_map(|shares| shares.split(','));
        let share = |share: &str| {
            let (member, bytes) = share.split_once(':').unwrap_or((share, ""));
            let id = self.clients.get(member).map_or(member, |client| client.id.as_str());
            (MemberId::new(id), Bytes::copy_from_slice(bytes.as_bytes()))
        };
        let sync = SyncGroup {
            group: client.group.as_str().into(),
            generation: Generation(client.generation),
            member_id: client.id.as_str().into(),
            instance_id: client.instance.as_deref().map(InstanceId::new),
            protocol_type: command.get("type").map(Into::into),
            protocol: command.get("protocol").map(Into::into),
            assignments: shares.map(share).collect(),
        };
        self.ask(&who, |ticket| Input::SyncGroup(ticket, sync))
    }

    fn heartbeat(&mut self, command: &Command) -> Result<(), String> {
        let who = command.word(0)?.to_owned();
        let client = self.client(&who, command)?;
        let heartbeat = Heartbeat {
            group: client.group.as_str().into(),
            generation: Generation(client.generation),
            member_id: client.id.as_str().into(),
            instance_id: client.instance.as_deref().map(InstanceId::new),
        };
        self.ask(&who, |ticket| Input::Heartbeat(ticket, heartbeat))
    }

    fn leave(&mut self, command: &Command) -> Result<(), String> {
        let who = command.word(0)?.to_owned();
        let group = self.client(&who, command)?.group;
        let mut members = Vec::new();
        for name in &command.words {
            let client = self.client(name, command)?;
            members.push(LeavingMember {
                member_id: client.id.as_str().into(),
                instance_id: client.instance.as_deref().map(InstanceId::new),
                reason: command.get("reason").map(Into::into),
            });
        }
        let leave = LeaveGroup { group: group.into(), members };
        self.ask(&who, |ticket| Input::LeaveGroup(ticket, leave))
    }

    fn commit(&mut self, command: &Command) -> Result<(), String> {
        let who = command.word(0)?.to_owned();
        let client = self.client(&who, command)?;
        let version: i16 =
            command.or("version", "9").parse().map_err(|_| "version is no number")?;
        let mut topics = Vec::new();
        for (key, value) in &command.settings {
            let Some((topic, partition)) = partition_name(key) else { continue };
            let offset = value.parse().map_err(|_| "an offset is no number")?;
            let partition = CommitPartition {
                partition,
                offset: Offset(offset),
                leader_epoch: LeaderEpoch(1),
                metadata: command.or("metadata", "").into(),
            };
            topics.push(CommitTopic {
                name: topic,
                id: TopicId::ZERO,
                partitions: vec![partition],
            });
        }
        let commit = OffsetCommit {
            group: client.group.as_str().into(),
            generation: Generation(client.generation),
            member_id: client.id.as_str().into(),
            instance_id: client.instance.as_deref().map(InstanceId::new),
            retention: command.get("retention").map(duration).transpose()?,
            knows_group_id_not_found: version >= 9,
            topics,
        };
        self.ask(&who, |ticket| Input::OffsetCommit(ticket, commit))
    }

    fn forget(&mut self, command: &Command) -> Result<(), String> {
        let group = command.word(0)?.to_owned();
        let named = command.words.iter().skip(1).filter_map(|name| partition_name(name));
        let topic =
            |(name, partition)| FetchTopic { name, id: TopicId::ZERO, partitions: vec![partition] };
        let delete =
            OffsetDelete { group: group.as_str().into(), topics: named.map(topic).collect() };
        self.ask("admin", |ticket| Input::OffsetDelete(ticket, delete))
    }

    fn about_group(
        &mut self,
        command: &Command,
        input: impl FnOnce(Ticket, GroupId) -> Input,
    ) -> Result<(), String> {
        let group = GroupId::new(command.word(0)?);
        self.ask("admin", |ticket| input(ticket, group))
    }

    fn list(&mut self, command: &Command) -> Result<(), String> {
        let split = |key| {
            command.get(key).into_iter().flat_map(|list: &str| list.split(',')).map(Into::into)
        };
        let list =
            ListGroups { states: split("states").collect(), types: split("types").collect() };
        self.ask("admin", |ticket| Input::ListGroups(ticket, list))
    }

    fn configure(&mut self, command: &Command) -> Result<(), String> {
        let mut config = GroupConfig::default();
        for (key, value) in &command.settings {
            let number = || value.parse().map_err(|_| format!("{key} is no number"));
            match key.as_str() {
                "size-max" => config.size_max = number()?,
                "pending-max" => config.pending_members_max = number()?,
                "record-max" => config.record_bytes_max = number()?,
                "metadata-max" => config.offset_metadata_max = number()?,
                "delay" => config.initial_rebalance_delay = duration(value)?,
                "retention" => config.offsets_retention = duration(value)?,
                "check" => config.offsets_retention_check_interval = duration(value)?,
                _ => return Err(format!("{key} is no setting")),
            }
        }
        let (config, log) = (config, std::mem::take(&mut self.log));
        let is_new = self.tickets == 0;
        self.config = config.clone();
        if is_new {
            *self = Self::new(config);
        } else {
            self.log = log;
            self.coordinator.set_config(config);
        }
        Ok(())
    }
}

impl Player for Story {
    fn play(&mut self, command: &Command) -> Result<Vec<String>, String> {
        match command.name.as_str() {
            "config" => self.configure(command)?,
            "join" => self.join(command)?,
            "sync" => self.sync(command)?,
            "heartbeat" => self.heartbeat(command)?,
            "leave" => self.leave(command)?,
            "commit" => self.commit(command)?,
            "fetch" => self.about_group(command, |ticket, group| {
                Input::OffsetFetch(ticket, OffsetFetch { group, topics: None })
            })?,
            "forget" => self.forget(command)?,
            "describe" => self.about_group(command, Input::DescribeGroup)?,
            "delete" => self.about_group(command, Input::DeleteGroup)?,
            "list" => self.list(command)?,
            "topics-deleted" => {
                let topics =
                    command.words.iter().filter_map(|name| TopicName::new(name).ok()).collect();
                self.hand_in(Input::TopicsDeleted(topics))?;
                self.wait(Duration::ZERO)?;
            }
            "wait" => self.wait(duration(command.word(0)?)?)?,
            "restart" => self.restart(),
            other => return Err(format!("{other} is no command")),
        }
        Ok(std::mem::take(&mut self.seen))
    }
}

/// `3s`, `1500ms`, `2m`, `7d`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| format!("{text} is no time"))?;
    let unit = match &text[digits.len()..] {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        "h" => Duration::from_secs(3600),
        "d" => Duration::from_secs(24 * 3600),
        unit => return Err(format!("{unit} is no unit")),
    };
    Ok(unit * u32::try_from(number).map_err(|error| error.to_string())?)
}

/// `logs-0`.
fn partition_name(text: &str) -> Option<(TopicName, PartitionIndex)> {
    let (topic, partition) = text.rsplit_once('-')?;
    Some((TopicName::new(topic).ok()?, PartitionIndex(partition.parse().ok()?)))
}

/// A subscription of version 1, as Java clients send it.
fn subscription<'a>(topics: impl Iterator<Item = &'a str> + Clone) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_i16(1);
    bytes.put_i32(i32::try_from(topics.clone().count()).expect("few topics"));
    for topic in topics {
        bytes.put_i16(i16::try_from(topic.len()).expect("a short name"));
        bytes.put_slice(topic.as_bytes());
    }
    bytes.put_i32(-1);
    bytes.put_i32(0);
    bytes.freeze()
}

fn shown_record(record: &Record) -> String {
    match record {
        Record::Offset { group, topic, partition, value: Some(value) } => {
            format!("{group} {topic}-{partition} = {}", shown_position(value))
        }
        Record::Offset { group, topic, partition, value: None } => {
            format!("{group} {topic}-{partition} is forgotten")
        }
        Record::Group { group, value: Some(value) } => format!("{group} {}", shown_metadata(value)),
        Record::Group { group, value: None } => format!("{group} is gone"),
    }
}

fn shown_position(value: &CommittedOffset) -> String {
    let expires = match value.expires {
        TimestampMs::NONE => String::new(),
        at => format!(
            " until {:?}",
            Duration::from_millis(u64::try_from(at.get() - EPOCH_MS).unwrap_or(0))
        ),
    };
    let metadata =
        if value.metadata.is_empty() { String::new() } else { format!(" {:?}", value.metadata) };
    format!("{}{metadata}{expires}", value.offset)
}

fn shown_metadata(value: &GroupMetadata) -> String {
    let member = |member: &MemberMetadata| {
        let instance =
            member.instance_id.as_ref().map(|name| format!("[{name}]")).unwrap_or_default();
        format!("{}{instance}:{}", member.member_id, shown_bytes(&member.assignment))
    };
    let members: Vec<_> = value.members.iter().map(member).collect();
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
    format!(
        "gen={} type={} protocol={} leader={} members={}",
        value.generation,
        or_none(value.protocol_type.as_deref()),
        or_none(value.protocol.as_deref()),
        or_none(value.leader.as_deref()),
        members.join(","),
    )
}

fn shown_bytes(bytes: &Bytes) -> String {
    if bytes.len() > 20 {
        format!("{} bytes", bytes.len())
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

fn shown_reply(reply: &Reply) -> String {
    match reply {
        Reply::JoinGroup(reply) => shown_join(reply),
        Reply::SyncGroup(reply) if reply.error.is_none() => {
            format!("share {:?}", shown_bytes(&reply.assignment))
        }
        Reply::SyncGroup(reply) => format!("sync {}", reply.error.name()),
        Reply::Heartbeat(error) => format!("heartbeat {}", error.name()),
        Reply::LeaveGroup(reply) => {
            let left = reply.members.iter();
            let left: Vec<_> =
                left.map(|left| format!("{}={}", left.member_id, left.error.name())).collect();
            format!("leave {} {}", reply.error.name(), left.join(" "))
        }
        Reply::OffsetCommit(reply) => {
            let each = reply.topics.iter().flat_map(|topic| {
                topic
                    .partitions
                    .iter()
                    .map(move |(partition, error)| (&topic.name, partition, error))
            });
            let each: Vec<_> = each
                .map(|(topic, partition, error)| shown_outcome(topic, *partition, *error))
                .collect();
            format!("commit {}", each.join(" "))
        }
        Reply::OffsetFetch(reply) => {
            let each = reply
                .topics
                .iter()
                .flat_map(|topic| topic.partitions.iter().map(move |kept| (&topic.name, kept)))
                .map(|(topic, kept)| format!("{topic}-{}={}", kept.partition, kept.offset));
            format!("offsets {}", each.collect::<Vec<_>>().join(" "))
        }
        Reply::OffsetDelete(reply) => {
            let each = reply
                .topics
                .iter()
                .flat_map(|(topic, partitions)| {
                    partitions.iter().map(move |(partition, error)| (topic, partition, error))
                })
                .map(|(topic, partition, error)| shown_outcome(topic, *partition, *error));
            format!("forget {} {}", reply.error.name(), each.collect::<Vec<_>>().join(" "))
        }
        Reply::DeleteGroup(reply) => format!("delete {} {}", reply.group, reply.error.name()),
        Reply::DescribeGroup(group) => shown_group(group),
        Reply::ListGroups(groups) => {
            let each = groups
                .iter()
                .map(|group| format!("{}={}({})", group.group, group.state, group.protocol_type));
            format!("groups {}", each.collect::<Vec<_>>().join(" "))
        }
    }
}

fn shown_outcome(topic: &TopicName, partition: PartitionIndex, error: ErrorCode) -> String {
    format!("{topic}-{partition}={}", error.name())
}

fn shown_join(reply: &JoinGroupReply) -> String {
    if !reply.error.is_none() {
        return format!("join {} id={:?}", reply.error.name(), reply.member_id.as_str());
    }
    let members: Vec<_> = reply.members.iter().map(|member| member.member_id.as_str()).collect();
    let skip = if reply.skip_assignment { " skip" } else { "" };
    format!(
        "joined id={} gen={} protocol={} leader={} members={}{skip}",
        reply.member_id,
        reply.generation,
        reply.protocol.as_deref().unwrap_or("-"),
        reply.leader,
        members.join(","),
    )
}

fn shown_group(group: &DescribedGroup) -> String {
    let member = |member: &DescribedMember| {
        format!("{}:{}", member.member_id, shown_bytes(&member.assignment))
    };
    let members: Vec<_> = group.members.iter().map(member).collect();
    format!(
        "group {} {} {} type={} protocol={} members={}",
        group.group,
        group.error.name(),
        group.state,
        group.protocol_type,
        group.protocol,
        members.join(","),
    )
}

/// One test a story, named as the file is.
macro_rules! stories {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() -> Result<(), String> {
                tell(stringify!($name))
            }
        )*

        #[test]
        fn every_script_is_told() {
            let told = [$(stringify!($name)),*];
            let folder = std::fs::read_dir(folder()).expect("the folder of scripts");
            for script in folder {
                let path = script.expect("an entry").path();
                let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
                assert!(told.contains(&name), "no test tells {name}");
            }
        }
    };
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts/group")
}

fn tell(name: &str) -> Result<(), String> {
    let path = folder().join(name).with_extension("txt");
    super::check(&path, &mut Story::new(GroupConfig::default()))
}

stories! {
    administrators_remove_static_members
    assignments_have_limits
    commits_are_fenced
    commits_have_limits
    each_newcomer_extends_the_first_wait
    first_join_waits_for_others
    group_size_is_limited
    groups_are_deleted
    groups_are_listed_and_described
    heartbeats_and_generations
    large_sweeps_are_cut
    leader_is_replaced
    member_id_is_required_kip_394
    members_join_again
    members_leave
    new_member_times_out_kafka_9752
    nobody_syncs_kafka_12890
    offsets_are_deleted_kip_496
    offsets_expire_kip_211
    offsets_expire_no_earlier_after_a_restart_kafka_8069
    offsets_with_a_retention_of_their_own
    offsets_without_members
    parked_members_are_excused_kafka_8896
    protocols_are_agreed_on
    rebalance_timeout
    restart_before_the_assignment
    restart_keeps_members_and_offsets
    restart_while_joins_are_parked
    session_timeout
    session_timeout_limits
    static_leader_bounces_kip_814
    static_member_bounces
    static_member_with_no_patience
    static_member_id_survives_a_restart_kafka_10284
    static_member_is_back_while_syncs_wait_kafka_9801
    static_member_is_fenced
    sweep_in_the_same_tick_as_the_last_session
    topics_are_deleted
    two_members_share
    zombie_commits
}
