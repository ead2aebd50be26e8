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

pub mod config;
mod matcher;
mod post;
mod query;
mod show;
mod silence;

pub use matcher::{MatchOperator, Matcher, MatcherError};
pub use post::{ALERTS_MAX, parse};
pub use query::{MATCHERS_MAX, Query, QueryError};
pub use show::{
    AlertsBody, COMPATIBLE_VERSION, ShownAlert, Status, Told, error_body, receivers_body,
};
pub use silence::{
    PostedSilence, ShownSilence, SilenceQuery, SilenceState, id_of, parse_silence, silence_id_body,
    silences_body, uuid_of,
};
