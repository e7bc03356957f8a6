//! Whether a stream can become what an update wants.

use crate::nats::api::{ApiError, Retention, StreamConfig};

/// Checks the change from one normalised configuration to another. A sealing update is completed:
/// the server turns off everything that would change the stream.
///
/// # Errors
/// What cannot change.
pub fn check_update(old: &StreamConfig, new: StreamConfig) -> Result<StreamConfig, ApiError> {
    let wrong = |why: &str| Err(ApiError::invalid_config(why));
    if new.storage != old.storage {
        return wrong("stream configuration update can not change storage type");
    }
    if new.retention != old.retention
        && (new.retention == Retention::WorkQueue || old.retention == Retention::WorkQueue)
    {
        return wrong(
            "stream configuration update can not change retention policy to/from workqueue",
        );
    }
    if old.sealed && !new.sealed {
        return wrong("stream configuration update can not unseal a sealed stream");
    }
    if old.deny_delete && !new.deny_delete {
        return wrong("stream configuration update can not cancel deny message deletes");
    }
    if old.deny_purge && !new.deny_purge {
        return wrong("stream configuration update can not cancel deny purge");
    }
    if new.mirror.is_some() && new.mirror != old.mirror {
        return Err(ApiError::MIRROR_NOT_UPDATABLE);
    }
    if old.allow_msg_ttl && !new.allow_msg_ttl {
        return wrong("message TTL status can not be disabled");
    }
    if old.allow_msg_counter != new.allow_msg_counter {
        return wrong("stream configuration update can not change message counter setting");
    }
    if old.allow_msg_schedules && !new.allow_msg_schedules {
        return wrong("message schedules can not be disabled");
    }
    if old.persist_mode != new.persist_mode {
        return wrong("stream configuration update can not change persist mode");
    }
    let mut new = new;
    if new.sealed {
        new.max_age = 0;
        new.discard = crate::nats::api::Discard::New;
        new.deny_delete = true;
        new.deny_purge = true;
        new.allow_rollup_hdrs = false;
    }
    Ok(new)
}
