//! What each number of `/metrics` means.

use metrics::{SharedString, Unit};

/// What kind of number it is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// It only rises.
    Counter,
    /// It is as it is now.
    Gauge,
    /// How it is spread.
    Histogram,
}

impl Kind {
    /// Tells the recorder.
    pub fn describe(self, name: &'static str, help: &'static str) {
        let (name, help) = (name.into(), SharedString::const_str(help));
        // The unit stands in the name.
        let unit: Option<Unit> = None;
        metrics::with_recorder(|recorder| match self {
            Kind::Counter => recorder.describe_counter(name, unit, help),
            Kind::Gauge => recorder.describe_gauge(name, unit, help),
            Kind::Histogram => recorder.describe_histogram(name, unit, help),
        });
    }
}

use Kind::{Counter, Gauge, Histogram};

/// Every number that is shown.
pub const METRICS: &[(&str, Kind, &str)] = &[
    ("alertmanager_alerts", Gauge, "Alerts that fire, by whether something holds them back."),
    ("alertmanager_alerts_invalid_total", Counter, "Alerts that could not be taken."),
    ("alertmanager_alerts_received_total", Counter, "Alerts that came in."),
    ("alertmanager_build_info", Gauge, "The version whose API is spoken, always 1."),
    (
        "alertmanager_config_last_reload_success_timestamp_seconds",
        Gauge,
        "When the routing was last read, in seconds since 1970.",
    ),
    ("alertmanager_config_last_reload_successful", Gauge, "Whether the routing was read last."),
    ("alertmanager_notification_latency_seconds", Histogram, "How long an attempt to tell takes."),
    ("alertmanager_notifications_failed_total", Counter, "Attempts to tell that failed."),
    ("alertmanager_notifications_total", Counter, "Attempts to tell receivers of groups."),
    ("alertmanager_silences", Gauge, "Silences, by where they are in their life."),
    ("operate_alert_history_overdue_seconds", Gauge, "How late the tidying of history is."),
    ("operate_alerts_firing", Gauge, "Alerts that fire."),
    ("operate_alerts_unclassified", Gauge, "Alerts that fire and that no rule classifies."),
    ("operate_alerts_unclassified_total", Counter, "Alerts that came and no rule classifies."),
    (
        "operate_backup_last_success_timestamp_seconds",
        Gauge,
        "When the last backup was made, in seconds since 1970.",
    ),
    ("operate_clockwork_failures_total", Counter, "Deadlines that could not be kept at once."),
    ("operate_clockwork_lag_seconds", Gauge, "How late the oldest deadline is."),
    ("operate_db_works_per_commit", Histogram, "Changes that one commit brings to disk."),
    ("operate_deliveries_total", Counter, "Attempts to deliver a message, by channel and result."),
    ("operate_delivery_seconds", Histogram, "How long an attempt to deliver a message takes."),
    ("operate_digests_total", Counter, "Digests that were sent."),
    ("operate_dispatch_lag_seconds", Gauge, "How late the oldest notification of a group is."),
    ("operate_follower_failures_total", Counter, "Failures to follow the journal, tried again."),
    ("operate_follower_lag_seconds", Gauge, "Age of the oldest entry that is not followed."),
    ("operate_http_request_seconds", Histogram, "How long requests take, by route and status."),
    ("operate_incidents_open", Gauge, "Incidents in which work is left."),
    ("operate_incidents_potential", Gauge, "Open incidents of which nothing has failed yet."),
    ("operate_info", Gauge, "The version, always 1."),
    ("operate_journal_parked", Gauge, "Entries that were laid aside since they always fail."),
    ("operate_nodes", Gauge, "Processes that work on this database."),
    ("operate_notifications_total", Counter, "Notifications of groups, by integration and result."),
    ("operate_objective_lag_seconds", Gauge, "How long a source of measures has not answered."),
    ("operate_objective_rounds_total", Counter, "How often a source was asked, by result."),
    ("operate_objectives", Gauge, "Objectives that are judged."),
    ("operate_objectives_look_seconds", Histogram, "How long judging all objectives takes."),
    ("operate_outbox_dead", Gauge, "Messages that failed for good."),
    ("operate_outbox_waiting", Gauge, "Messages that wait to be delivered."),
    ("operate_pages_ringing", Gauge, "Pages that call somebody now."),
    ("operate_refusals_total", Counter, "Commands that were refused."),
    ("operate_round_failures_total", Counter, "Failures of work in the background, by round."),
    (
        "operate_round_last_success_timestamp_seconds",
        Gauge,
        "When work in the background was last done as a whole, in seconds since 1970.",
    ),
    ("operate_signals_total", Counter, "Signals that were taken in."),
    ("operate_sms_answers_total", Counter, "Text messages that answered a call, by result."),
    ("operate_uptime_seconds", Gauge, "How long the process runs."),
    ("process_cpu_seconds_total", Counter, "Processor time of the process, of user and system."),
    ("process_open_fds", Gauge, "Open file descriptors."),
    ("process_resident_memory_bytes", Gauge, "Memory of the process that is in RAM."),
];
