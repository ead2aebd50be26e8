//! The schema: one forward-only history of plain SQL for both databases.

use spine::db::{Migration, SPINE};

/// Every migration, in order.
pub const MIGRATIONS: &[Migration] = &[
    SPINE,
    Migration { version: 2, name: "access", sql: include_str!("../migrations/0002_access.sql") },
    Migration {
        version: 3,
        name: "practices",
        sql: include_str!("../migrations/0003_practices.sql"),
    },
    Migration { version: 6, name: "intake", sql: include_str!("../migrations/0006_intake.sql") },
];
