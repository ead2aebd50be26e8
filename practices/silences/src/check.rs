//! What a silence must say, and how much it may.

use kernel::{Refusal, Time};

use crate::{Conditions, Plan};

/// Conditions of one silence at most.
pub const MATCHERS_MAX: usize = 50;
/// Longest condition, in bytes.
pub const MATCHER_BYTES_MAX: usize = 4096;
/// Longest comment, in characters.
pub const COMMENT_CHARS_MAX: usize = 4000;
/// Longest name of who wants it, in characters.
pub const CREATOR_CHARS_MAX: usize = 200;
/// Silences of one space that are pending or active, at most.
pub const OPEN_MAX: i64 = 10_000;

/// Beginning and end of a plan, where it is sound.
pub(crate) fn times(plan: &Plan, now: Time) -> Result<(Time, Time), Refusal> {
    conditions(&plan.matchers)?;
    text("comment", "why alerts are held back", &plan.comment, COMMENT_CHARS_MAX)?;
    text("created_by", "who wants it", &plan.created_by, CREATOR_CHARS_MAX)?;
    let starts_at = plan.starts_at.unwrap_or(now);
    let ends_at = match (plan.ends_at, &plan.recurrence) {
        (Some(end), _) => end,
        (None, Some(_)) => Time::MAX,
        (None, None) => return Err(Refusal::invalid("say until when: `ends_at` is missing")),
    };
    if ends_at <= starts_at {
        return Err(Refusal::invalid("start time must be before end time"));
    }
    if ends_at < now {
        return Err(Refusal::invalid("end time can't be in the past"));
    }
    Ok((starts_at, ends_at))
}

fn conditions(conditions: &Conditions) -> Result<(), Refusal> {
    let count = conditions.len();
    if count == 0 {
        return Err(Refusal::invalid("at least one matcher required"));
    }
    if count > MATCHERS_MAX {
        return Err(Refusal::invalid(format!("a silence has at most {MATCHERS_MAX} matchers")));
    }
    if conditions.longest_bytes() > MATCHER_BYTES_MAX {
        let message = format!("a matcher has at most {MATCHER_BYTES_MAX} bytes");
        return Err(Refusal::invalid(message));
    }
    if conditions.match_everything() {
        return Err(Refusal::invalid("at least one matcher must not match the empty string"));
    }
    Ok(())
}

fn text(field: &str, what: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::invalid(format!("say {what}: `{field}` is empty")));
    }
    if text.chars().count() > most {
        return Err(Refusal::invalid(format!("`{field}` has at most {most} characters")));
    }
    Ok(())
}
