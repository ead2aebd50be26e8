//! The schema: one forward-only history of plain SQL for both databases.

use spine::db::{Migration, SPINE, packs};

/// Every migration, in order.
pub const MIGRATIONS: &[Migration] = &[
    SPINE,
    Migration { version: 2, name: "access", sql: include_str!("../migrations/0002_access.sql") },
    Migration {
        version: 3,
        name: "practices",
        sql: include_str!("../migrations/0003_practices.sql"),
    },
    Migration {
        version: 4,
        name: "silences",
        sql: include_str!("../migrations/0004_silences.sql"),
    },
    packs(5),
    Migration { version: 6, name: "intake", sql: include_str!("../migrations/0006_intake.sql") },
    Migration { version: 7, name: "service", sql: include_str!("../migrations/0007_service.sql") },
    Migration {
        version: 8,
        name: "notifications",
        sql: include_str!("../migrations/0008_notifications.sql"),
    },
    Migration { version: 9, name: "digests", sql: include_str!("../migrations/0009_digests.sql") },
    Migration { version: 10, name: "tuning", sql: include_str!("../migrations/0010_tuning.sql") },
    Migration {
        version: 11,
        name: "alert_history",
        sql: include_str!("../migrations/0011_alert_history.sql"),
    },
    Migration {
        version: 12,
        name: "fingerprints",
        sql: include_str!("../migrations/0012_fingerprints.sql"),
    },
    Migration { version: 13, name: "classes", sql: include_str!("../migrations/0013_classes.sql") },
    Migration { version: 14, name: "routing", sql: include_str!("../migrations/0014_routing.sql") },
    Migration { version: 15, name: "clocks", sql: include_str!("../migrations/0015_clocks.sql") },
    Migration {
        version: 16,
        name: "objectives",
        sql: include_str!("../migrations/0016_objectives.sql"),
    },
    Migration {
        version: 17,
        name: "compliance",
        sql: include_str!("../migrations/0017_compliance.sql"),
    },
    Migration {
        version: 18,
        name: "report_mails",
        sql: include_str!("../migrations/0018_report_mails.sql"),
    },
    Migration {
        version: 19,
        name: "incident_recent",
        sql: include_str!("../migrations/0019_incident_recent.sql"),
    },
    Migration {
        version: 20,
        name: "push_devices",
        sql: include_str!("../migrations/0020_push_devices.sql"),
    },
    Migration {
        version: 21,
        name: "shift_feeds",
        sql: include_str!("../migrations/0021_shift_feeds.sql"),
    },
    Migration { version: 22, name: "shifts", sql: include_str!("../migrations/0022_shifts.sql") },
    Migration { version: 23, name: "chat", sql: include_str!("../migrations/0023_chat.sql") },
    Migration {
        version: 24,
        name: "contact_lines",
        sql: include_str!("../migrations/0024_contact_lines.sql"),
    },
    Migration {
        version: 25,
        name: "sms_answers",
        sql: include_str!("../migrations/0025_sms_answers.sql"),
    },
    Migration {
        version: 26,
        name: "objective_targets",
        sql: include_str!("../migrations/0026_objective_targets.sql"),
    },
    Migration {
        version: 27,
        name: "leave_calendars",
        sql: include_str!("../migrations/0027_leave_calendars.sql"),
    },
    Migration {
        version: 28,
        name: "not_told",
        sql: include_str!("../migrations/0028_not_told.sql"),
    },
    Migration {
        version: 29,
        name: "major_incidents",
        sql: include_str!("../migrations/0029_major_incidents.sql"),
    },
    Migration { version: 30, name: "kept_in", sql: include_str!("../migrations/0030_kept_in.sql") },
    Migration {
        version: 31,
        name: "consumers",
        sql: include_str!("../migrations/0031_consumers.sql"),
    },
    Migration {
        version: 32,
        name: "leave_told",
        sql: include_str!("../migrations/0032_leave_told.sql"),
    },
    Migration {
        version: 33,
        name: "layer_calendars",
        sql: include_str!("../migrations/0033_layer_calendars.sql"),
    },
    Migration {
        version: 34,
        name: "policy_turns",
        sql: include_str!("../migrations/0034_policy_turns.sql"),
    },
    Migration {
        version: 35,
        name: "closing_inputs",
        sql: include_str!("../migrations/0035_closing_inputs.sql"),
    },
    Migration {
        version: 36,
        name: "cause_class",
        sql: include_str!("../migrations/0036_cause_class.sql"),
    },
];
