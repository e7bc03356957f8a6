//! Errors of the JetStream API: a HTTP-like code, the server's own number and a text.

use std::borrow::Cow;
use std::fmt::Display;

use super::error_table::TABLE;
use crate::nats::json::as_json;

/// An error as `$JS.API` responses and publish acknowledgements carry it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description} ({err_code})")]
pub struct ApiError {
    /// HTTP-like: 400 the request is wrong, 404 not there, 500 refused, 503 not now.
    pub code: u16,
    /// The server's number of the error, 10002 to 10227.
    pub err_code: u16,
    /// What went wrong, in the server's words.
    pub description: Cow<'static, str>,
}

as_json! {
    lenient ApiError, from Self { code: 0, err_code: 0, description: Cow::Borrowed("") };
    code required, err_code, description
}

/// Errors whose text is always the same.
macro_rules! fixed {
    ($($name:ident = $number:literal;)*) => {
        impl ApiError {
            $(
                #[doc = concat!("Error ", stringify!($number), ".")]
                pub const $name: Self = Self::fixed($number);
            )*
        }
        #[cfg(test)]
        const FIXED: &[(u16, ApiError)] = &[$(($number, ApiError::$name)),*];
    };
}

/// Errors with words to fill in.
macro_rules! filled {
    ($($name:ident($($word:ident),+) = $number:literal;)*) => {
        impl ApiError {
            $(
                #[doc = concat!("Error ", stringify!($number), ".")]
                pub fn $name($($word: impl Display),+) -> Self {
                    Self::filled($number, &[$((stringify!($word), &$word)),+])
                }
            )*
        }
    };
}

fixed! {
    ACCOUNT_RESOURCES_EXCEEDED = 10002;
    BAD_REQUEST = 10003;
    CLUSTER_NOT_AVAILABLE = 10008;
    CLUSTER_REQUIRED = 10010;
    CONSUMER_NAME_EXISTS = 10013;
    CONSUMER_NOT_FOUND = 10014;
    SNAPSHOT_DELIVER_SUBJECT_INVALID = 10015;
    CONSUMER_NAME_MISMATCH = 10017;
    CONSUMER_DURABLE_NOT_SET = 10018;
    CONSUMER_EPHEMERAL_WITH_DURABLE = 10020;
    INSUFFICIENT_RESOURCES = 10023;
    MAXIMUM_CONSUMERS = 10026;
    MAXIMUM_STREAMS = 10027;
    MEMORY_RESOURCES_EXCEEDED = 10028;
    MIRROR_MAX_MSG_SIZE = 10030;
    MIRROR_WITH_SOURCES = 10031;
    MIRROR_WITH_SUBJECTS = 10034;
    NO_MESSAGE_FOUND = 10037;
    NOT_EMPTY_REQUEST = 10038;
    NOT_ENABLED_FOR_ACCOUNT = 10039;
    PEER_NOT_MEMBER = 10040;
    SOURCE_MAX_MSG_SIZE = 10046;
    STORAGE_RESOURCES_EXCEEDED = 10047;
    MESSAGE_TOO_LARGE = 10054;
    MIRROR_NOT_UPDATABLE = 10055;
    STREAM_MISMATCH = 10056;
    STREAM_NAME_EXISTS = 10058;
    STREAM_NOT_FOUND = 10059;
    STREAM_NOT_MATCH = 10060;
    STREAM_SUBJECT_OVERLAP = 10065;
    REPLICAS_NOT_SUPPORTED = 10074;
    PEER_REMAP = 10075;
    CONSUMER_CONFIG_REQUIRED = 10078;
    DELIVER_WILDCARDS = 10079;
    PUSH_MAX_WAITING = 10080;
    DELIVER_CYCLE = 10081;
    MAX_PENDING_ACK_POLICY = 10082;
    SMALL_HEARTBEAT = 10083;
    PULL_REQUIRES_ACK = 10084;
    PULL_WITH_RATE_LIMIT = 10086;
    MAX_WAITING_NEGATIVE = 10087;
    HEARTBEAT_REQUIRES_PUSH = 10088;
    FLOW_CONTROL_REQUIRES_PUSH = 10089;
    DIRECT_REQUIRES_PUSH = 10090;
    DIRECT_REQUIRES_EPHEMERAL = 10091;
    STREAM_HEADER_TOO_LARGE = 10097;
    WORK_QUEUE_REQUIRES_ACK = 10098;
    WORK_QUEUE_MULTIPLE_UNFILTERED = 10099;
    WORK_QUEUE_NOT_UNIQUE = 10100;
    WORK_QUEUE_NOT_DELIVER_ALL = 10101;
    FLOW_CONTROL_NEEDS_HEARTBEATS = 10108;
    STREAM_SEALED = 10109;
    DELIVER_INVALID = 10112;
    MAX_BYTES_REQUIRED = 10113;
    MAX_REQUEST_BATCH_NEGATIVE = 10114;
    MAX_REQUEST_EXPIRES_TOO_SMALL = 10115;
    MAX_DELIVER_BACKOFF = 10116;
    STREAM_OFFLINE = 10118;
    CONSUMER_OFFLINE = 10119;
    NO_LIMITS = 10120;
    MAX_STREAM_BYTES_EXCEEDED = 10122;
    STREAM_MOVE_AND_SCALE = 10123;
    CONSUMER_REPLICAS_EXCEEDS_STREAM = 10126;
    CONSUMER_NAME_PATH_SEPARATORS = 10127;
    STREAM_NAME_PATH_SEPARATORS = 10128;
    STREAM_MOVE_NOT_IN_PROGRESS = 10129;
    STREAM_NAME_EXISTS_RESTORE = 10130;
    CREATE_FILTER_MISMATCH = 10131;
    DURABLE_NAME_MISMATCH = 10132;
    REPLICAS_NEGATIVE = 10133;
    CONSUMER_REPLICAS_MUST_MATCH = 10134;
    DUPLICATE_FILTERS = 10136;
    MULTIPLE_FILTERS_IN_SUBJECT = 10137;
    OVERLAPPING_FILTERS = 10138;
    EMPTY_FILTER = 10139;
    SOURCE_DUPLICATE = 10140;
    SOURCE_INVALID_NAME = 10141;
    MIRROR_INVALID_NAME = 10142;
    MIRROR_WITH_FIRST_SEQ = 10143;
    SOURCE_MULTIPLE_FILTERS = 10144;
    SOURCE_OVERLAPPING_FILTERS = 10147;
    CONSUMER_ALREADY_EXISTS = 10148;
    CONSUMER_DOES_NOT_EXIST = 10149;
    MIRROR_MULTIPLE_FILTERS = 10150;
    MIRROR_OVERLAPPING_FILTERS = 10152;
    DUPLICATE_IN_PROCESS = 10158;
    PRIORITY_POLICY_WITHOUT_GROUP = 10159;
    INVALID_PRIORITY_GROUP = 10160;
    EMPTY_GROUP_NAME = 10161;
    INVALID_GROUP_NAME = 10162;
    WRONG_LAST_SEQUENCE_UNKNOWN = 10164;
    TTL_INVALID = 10165;
    TTL_DISABLED = 10166;
    TOO_MANY_REQUESTS = 10167;
    COUNTER_DISABLED = 10168;
    COUNTER_MISSING_INCREMENT = 10169;
    COUNTER_WITH_PAYLOAD = 10170;
    COUNTER_INVALID_INCREMENT = 10171;
    COUNTER_BROKEN = 10172;
    MIRROR_WITH_COUNTERS = 10173;
    BATCH_DISABLED = 10174;
    BATCH_MISSING_SEQUENCE = 10175;
    BATCH_INCOMPLETE = 10176;
    PUSH_WITH_PRIORITY_GROUP = 10178;
    BATCH_INVALID_ID = 10179;
    ACK_POLICY_INVALID = 10181;
    REPLAY_POLICY_INVALID = 10182;
    ACK_WAIT_NEGATIVE = 10183;
    BACKOFF_NEGATIVE = 10184;
    REQUIRED_API_LEVEL = 10185;
    MIRROR_WITH_SCHEDULES = 10186;
    SOURCE_WITH_SCHEDULES = 10187;
    SCHEDULES_DISABLED = 10188;
    SCHEDULE_PATTERN_INVALID = 10189;
    SCHEDULE_TARGET_INVALID = 10190;
    SCHEDULE_TTL_INVALID = 10191;
    SCHEDULE_ROLLUP_INVALID = 10192;
    EXPECTED_SUBJECT_WITHOUT_SEQUENCE = 10193;
    PRIORITY_GROUP_WITHOUT_POLICY = 10196;
    PINNED_TTL_WITHOUT_POLICY = 10197;
    MIRROR_WITH_ATOMIC = 10198;
    BATCH_INVALID_COMMIT = 10200;
    BATCH_DUPLICATE_ID = 10201;
    SCHEDULE_SOURCE_INVALID = 10203;
    FAST_DISABLED = 10205;
    FAST_PATTERN = 10206;
    FAST_INVALID_ID = 10207;
    FAST_UNKNOWN_ID = 10208;
    MIRROR_WITH_BATCHED = 10209;
    BATCH_TOO_MANY_INFLIGHT = 10210;
    FAST_TOO_MANY_INFLIGHT = 10211;
    SCHEDULER_INVALID = 10212;
    MIRROR_CONSUMER_INVALID = 10213;
    MIRROR_CONSUMER_ACKS = 10214;
    SOURCE_CONSUMER_INVALID = 10215;
    SOURCE_CONSUMER_DUPLICATE = 10216;
    SOURCE_CONSUMER_ACKS = 10217;
    ACK_FC_REQUIRES_PUSH = 10218;
    ACK_FC_REQUIRES_FLOW_CONTROL = 10219;
    ACK_FC_REQUIRES_MAX_ACK_PENDING = 10220;
    ACK_FC_REQUIRES_NO_ACK_WAIT = 10221;
    ACK_FC_REQUIRES_NO_MAX_DELIVER = 10222;
    SCHEDULE_TIME_ZONE_INVALID = 10223;
    STREAM_RECONFIGURATION = 10226;
    STREAM_SOURCE_HEADER = 10227;
}

filled! {
    no_peers(err) = 10005;
    consumer_create(err) = 10012;
    external_api_overlap(prefix, subject) = 10021;
    external_deliver_wildcards(prefix) = 10024;
    invalid_json(err) = 10025;
    sequence_not_found(seq) = 10043;
    stream_create(err) = 10049;
    invalid_config(err) = 10052;
    message_delete_failed(err) = 10057;
    restore_failed(err) = 10062;
    snapshot_failed(err) = 10064;
    stream_update(err) = 10069;
    wrong_last_msg_id(id) = 10070;
    wrong_last_sequence(seq) = 10071;
    store_failed(err) = 10077;
    consumer_invalid_policy(err) = 10094;
    consumer_sampling(err) = 10095;
    consumer_name_too_long(max) = 10102;
    consumer_store_failed(err) = 10104;
    consumer_description_too_long(max) = 10107;
    purge_failed(err) = 10110;
    rollup_failed(err) = 10111;
    consumer_max_pending_exceeded(limit) = 10121;
    consumer_max_batch_exceeded(limit) = 10125;
    consumer_metadata_too_long(limit) = 10135;
    source_transform_source(err) = 10145;
    source_transform(err) = 10146;
    mirror_transform_source(err) = 10151;
    consumer_inactive_threshold(limit) = 10153;
    mirror_transform(err) = 10154;
    stream_transform_source(err) = 10155;
    stream_transform(err) = 10156;
    pedantic(err) = 10157;
    batch_unsupported_header(header) = 10177;
    batch_too_large(size) = 10199;
    invalid_reset(err) = 10204;
    stream_identity(msg) = 10225;
}

impl ApiError {
    /// The error of this number, for numbers whose text needs no filling in. A number that is not
    /// in the table gives its first row; a test keeps that from happening.
    pub const fn fixed(err_code: u16) -> Self {
        let mut row = 0;
        while row + 1 < TABLE.len() && TABLE[row].0 != err_code {
            row += 1;
        }
        let (err_code, code, text) = TABLE[row];
        Self { code, err_code, description: Cow::Borrowed(text) }
    }

    /// The error of this number with words in braces replaced.
    pub fn filled(err_code: u16, words: &[(&str, &dyn Display)]) -> Self {
        let Self { code, err_code, description } = Self::fixed(err_code);
        let mut text = description.into_owned();
        // Only the template's own braces count, not those in what was filled in before.
        let mut from = 0;
        for (word, value) in words {
            let hole = format!("{{{word}}}");
            if let Some(at) = text[from..].find(&hole) {
                let value = value.to_string();
                text.replace_range(from + at..from + at + hole.len(), &value);
                from += at + value.len();
            }
        }
        Self { code, err_code, description: Cow::Owned(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_its_own_number() {
        for (number, error) in FIXED {
            assert_eq!(error.err_code, *number);
            assert!(!error.description.contains('{'), "{number} has words to fill in");
        }
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn words_are_filled_in() {
        let error = ApiError::external_api_overlap("{subject}", "$JS.API");
        assert_eq!(
            error.description,
            "stream external api prefix {subject} must not overlap with $JS.API"
        );
        assert_eq!((error.code, error.err_code), (400, 10021));
        assert_eq!(ApiError::wrong_last_sequence(3).description, "wrong last sequence: 3");
    }
}
