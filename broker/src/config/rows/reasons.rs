//! Why a key has no effect, or is refused: the end of a sentence that begins with the key.

pub(super) const ALONE: &str =
    "this release runs clusters of one node, which has nobody to follow, fetch from or vote with";
pub(super) const AT_ONCE: &str = "work in the background begins when there is some";
pub(super) const AUTO_JOIN: &str =
    "this release runs clusters of one node, which no controller can join";
pub(super) const BY_BYTES: &str =
    "snapshots follow metadata.log.max.record.bytes.between.snapshots alone";
pub(super) const BYTES: &str =
    "requests in progress are limited by their bytes, with queued.max.request.bytes";
pub(super) const CLASSES: &str = "a native program loads no Java classes, and to go on without this one would drop what it enforces";
pub(super) const CLASSIC: &str =
    "this release serves the classic group protocol; KIP-848 comes later";
pub(super) const CLEANER_BUFFERS: &str =
    "compaction reads and writes a megabyte at a time, and fills nine tenths of a map of keys";
pub(super) const CONNECTS: &str = "this release connects to no other node";
pub(super) const CORDON: &str = "log directories cannot be cordoned yet";
pub(super) const DIR_FAILURE: &str =
    "the controller of a cluster of one is in the same process and hears of it at once";
pub(super) const EARLY: &str = "every listener opens when the broker is ready to serve";
pub(super) const MACHINES: &str =
    "coordinators run on the threads of the partition that they write to, and write at once";
pub(super) const MOVES: &str = "this work needs no thread and no timer of its own";
pub(super) const NO_AUTHORIZER: &str =
    "there are no ACLs in this release: whoever reaches a listener may do everything";
pub(super) const NO_CREATION_RATE: &str = "the rate of new connections is not limited yet; max.connections and max.connections.per.ip are";
pub(super) const NO_JVM: &str =
    "there is no JVM and no pool of this kind: connections run on one thread for each core";
pub(super) const NO_PER_IP: &str = "addresses have one common limit, max.connections.per.ip";
pub(super) const NO_PUSH: &str = "clients are asked for no metrics";
pub(super) const NO_QUOTAS: &str = "quotas are not built yet, and there are none to measure";
pub(super) const NO_SASL: &str = "SASL is not built yet";
pub(super) const NO_SHARE: &str = "share groups are not built yet";
pub(super) const NO_STREAMS: &str =
    "streams groups (KIP-1071) are not built yet; Kafka Streams uses classic groups without them";
pub(super) const NO_TIERS: &str = "tiered storage is not built: every segment is local";
pub(super) const NO_TLS: &str = "TLS is not built yet";
pub(super) const NO_TOKENS: &str = "delegation tokens are not built yet";
pub(super) const NO_TXN: &str = "transactions are not built yet";
pub(super) const PLAIN: &str = "records of groups are small and are written as they are";
pub(super) const PREALLOCATED: &str =
    "segments are preallocated in steps that grow with the rate of their partition";
pub(super) const PULLED: &str =
    "the broker counts and pushes nothing; whoever reads the counters decides about samples";
pub(super) const SAMPLES: &str = "the times of the controller are among the metrics";
pub(super) const SHUTS: &str =
    "this release runs clusters of one node, which has nobody to hand a leadership to";
pub(super) const SNAPSHOTS: &str =
    "the metadata log is cut at each snapshot and holds what came after it";
pub(super) const TICKETS: &str =
    "a waiting request is an entry in a map and leaves nothing to sweep";
pub(super) const UNSTABLE: &str = "there are no unfinished versions to turn on";
pub(super) const WITH_POINTS: &str =
    "it is written with the recovery points, and at once when records are deleted on request";
pub(super) const WAITS: &str = "a start reports how far it is and takes as long as recovery needs";
