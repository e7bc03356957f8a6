//! The commands that do something, one name each.

/// What a command is to the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `nats pub`
    Publish,
    /// `nats request`
    Request,
    /// `nats sub`
    Subscribe,
    /// `nats reply`
    Reply,
    /// `nats stream add`
    StreamAdd,
    /// `nats stream edit`
    StreamEdit,
    /// `nats stream ls`
    StreamLs,
    /// `nats stream report`
    StreamReport,
    /// `nats stream find`
    StreamFind,
    /// `nats stream copy`
    StreamCopy,
    /// `nats stream gaps`
    StreamGaps,
    /// `nats stream backup`
    StreamBackup,
    /// `nats stream restore`
    StreamRestore,
    /// `nats stream info`
    StreamInfo,
    /// `nats stream state`
    StreamState,
    /// `nats stream subjects`
    StreamSubjects,
    /// `nats stream view`
    StreamView,
    /// `nats stream get`
    StreamGet,
    /// `nats stream rmm`
    StreamRmm,
    /// `nats stream purge`
    StreamPurge,
    /// `nats stream rm`
    StreamRm,
    /// `nats stream seal`
    StreamSeal,
    /// `nats stream cluster step-down`
    StepDown,
    /// `nats stream cluster peer-remove`
    PeerRemove,
    /// `nats stream cluster balance`
    StreamBalance,
    /// `nats stream graph`
    StreamGraph,
    /// `nats kv add`
    KvAdd,
    /// `nats kv edit`
    KvEdit,
    /// `nats kv put`
    KvPut,
    /// `nats kv get`
    KvGet,
    /// `nats kv create`
    KvCreate,
    /// `nats kv update`
    KvUpdate,
    /// `nats kv del`
    KvDel,
    /// `nats kv purge`
    KvPurge,
    /// `nats kv history`
    KvHistory,
    /// `nats kv revert`
    KvRevert,
    /// `nats kv info`
    KvInfo,
    /// `nats kv watch`
    KvWatch,
    /// `nats kv ls`
    KvLs,
    /// `nats kv compact`
    KvCompact,
    /// `nats consumer add`
    ConsumerAdd,
    /// `nats consumer edit`
    ConsumerEdit,
    /// `nats consumer copy`
    ConsumerCopy,
    /// `nats consumer ls`
    ConsumerLs,
    /// `nats consumer find`
    ConsumerFind,
    /// `nats consumer info`
    ConsumerInfo,
    /// `nats consumer state`
    ConsumerState,
    /// `nats consumer rm`
    ConsumerRm,
    /// `nats consumer next`
    ConsumerNext,
    /// `nats consumer sub`
    ConsumerSub,
    /// `nats consumer pause`
    ConsumerPause,
    /// `nats consumer resume`
    ConsumerResume,
    /// `nats consumer unpin`
    ConsumerUnpin,
    /// `nats consumer report`
    ConsumerReport,
    /// `nats consumer cluster step-down`
    ConsumerStepDown,
    /// `nats consumer cluster balance`
    ConsumerBalance,
    /// `nats consumer graph`
    ConsumerGraph,
    /// `nats object add`
    ObjectAdd,
    /// `nats object edit`
    ObjectEdit,
    /// `nats object put`
    ObjectPut,
    /// `nats object get`
    ObjectGet,
    /// `nats object del`
    ObjectDel,
    /// `nats object info`
    ObjectInfo,
    /// `nats object ls`
    ObjectLs,
    /// `nats object seal`
    ObjectSeal,
    /// `nats object watch`
    ObjectWatch,
    /// `nats object meta`
    ObjectMeta,
    /// `nats object rename`
    ObjectRename,
    /// `nats object link`
    ObjectLink,
    /// `nats bench pub`
    BenchPub,
    /// `nats bench sub`
    BenchSub,
    /// `nats bench js pub sync`
    BenchJsPub,
    /// `nats bench js pub async`
    BenchJsAsync,
    /// `nats bench js pub batch`
    BenchJsBatch,
    /// `nats bench js ordered`
    BenchJsOrdered,
    /// `nats bench js consume`
    BenchJsConsume,
    /// `nats bench js fetch`
    BenchJsFetch,
    /// `nats events`
    Events,
    /// `nats rtt`
    Rtt,
    /// `nats account info`
    AccountInfo,
    /// `nats server ls`
    ServerLs,
    /// `nats server info`
    ServerInfo,
    /// `nats server report jetstream`
    ReportJetStream,
    /// `nats server report connections`
    ReportConnections,
    /// `nats help`
    Help,
    /// `fault …`
    Fault(Harm),
    /// `link`
    Link,
    /// `topology`
    Topology,
}

/// What a line that begins with `fault` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// `fault crash`
    Crash,
    /// `fault stop`
    Stop,
    /// `fault restart`
    Restart,
    /// `fault pause`
    Pause,
    /// `fault resume`
    Resume,
    /// `fault dark`
    Dark,
    /// `fault cut`
    Cut,
    /// `fault block`
    Block,
    /// `fault heal`
    Heal,
    /// `fault remove`
    Remove,
    /// `fault power-cut`
    PowerCut,
    /// `fault slow-disk`
    SlowDisk,
    /// `fault clock`
    Clock,
    /// `fault black-hole`
    BlackHole,
    /// `fault partition`
    Partition,
    /// `fault lose-ack`
    LoseAck,
    /// `fault duplicate`
    Duplicate,
    /// `fault win`
    Win,
    /// `fault split-vote`
    SplitVote,
    /// `fault ls`
    Ls,
}
