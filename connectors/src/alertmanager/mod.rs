//! The HTTP API v2 of Alertmanager, as Prometheus 2.42 and amtool 0.25 speak it.
//!
//! Learned from the real programs: `connectors/tests/captures` holds what they sent and answered.
//! Where Operate answers otherwise, it is on purpose:
//!
//! - A faulty body is answered 400 and never 422, with a JSON text, the only form that amtool can
//!   show. (Alertmanager mixes both, and crashes the connection on `[null]`.)
//! - Text that is not UTF-8 and anything after the list are refused, not mended or ignored.
//! - Times are answered in UTC, whatever the sender's offset was.
//! - Names of labels in filters may be quoted or have dots and dashes, as in Alertmanager 0.27.

mod matcher;
mod post;
mod query;
mod show;

pub use matcher::{MatchOperator, Matcher, MatcherError};
pub use post::{ALERTS_MAX, parse};
pub use query::{MATCHERS_MAX, Query, QueryError};
pub use show::{
    AlertsBody, COMPATIBLE_VERSION, NO_SILENCES, ShownAlert, Status, error_body, receivers_body,
};
