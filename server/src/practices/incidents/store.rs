//! Incidents in the database.

use std::collections::{BTreeMap, BTreeSet};

use incidents::{Incident, MajorStage, Pace, Phase, Severity, Stage};
use kernel::{Actor, IncidentId, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::clockwork::Clocked;
use spine::db::Dialect;
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;

use crate::listing::{Clauses, Page, Sort, pattern};

/// Where incidents are kept.
pub static INCIDENTS: Table<Incident> = Table {
    name: "incident",
    columns: &[
        "number",
        "title",
        "stage",
        "phase",
        "priority",
        "main_item",
        "team",
        "assignee",
        "opened_at",
        "updated_at",
        "ended_at",
        "potential",
        "major",
        "cause_class",
    ],
    values: |incident| {
        params![
            i64::try_from(incident.number).unwrap_or(i64::MAX),
            &incident.title,
            word(incident.stage),
            phase_word(incident.stage.phase()),
            incident.priority,
            incident.main_item.as_ref(),
            incident.team.as_ref(),
            incident.assignee.as_ref(),
            incident.opened_at,
            incident.updated_at,
            incident.times.resolved.map(|stamp| stamp.at),
            i64::from(incident.potential),
            major_word(incident),
            incident.cause_class.map(word),
        ]
    },
    tags: |incident| {
        let items = incident.items.iter().chain(incident.main_item.as_ref());
        let items = items.map(|item| format!("item:{item}"));
        let alerts = incident.members.iter().filter(|member| !member.detached);
        let alerts = alerts.map(|member| format!("alert:{}", member.alert));
        let parents = incident.parent.into_iter().chain(incident.merged_into).map(parent_tag);
        let warnings = warnings(incident).into_iter().map(warning_tag);
        let reporter = incident.reporter.iter().map(reporter_tag);
        items.chain(alerts).chain(parents).chain(warnings).chain(reporter).collect()
    },
};

/// What an incident asks somebody to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentWarning)]
pub enum Warning {
    /// Nobody was charged with it for longer than the policy allows.
    Unassigned,
    /// Its service is back, and a check says that this may not hold.
    CheckFailed,
    /// Most of the time that it may stay in its stage is over.
    StageDueSoon,
    /// It is in its stage for longer than it should be.
    StageOverdue,
}

/// What an incident asks somebody to look at now.
pub fn warnings(incident: &Incident) -> Vec<Warning> {
    let unassigned = incident.unassigned_too_long.is_some().then_some(Warning::Unassigned);
    let back = matches!(incident.stage, Stage::Restored | Stage::Resolved);
    let failed = back && incident.checks.iter().any(|check| !check.passed);
    let told = incident.stage_clock().and_then(|clock| clock.told);
    let pace = told.map(|pace| match pace {
        Pace::DueSoon => Warning::StageDueSoon,
        Pace::Overdue => Warning::StageOverdue,
    });
    let failed = failed.then_some(Warning::CheckFailed);
    unassigned.into_iter().chain(failed).chain(pace).collect()
}

fn warning_tag(warning: Warning) -> String {
    format!("warning:{}", word(warning))
}

fn reporter_tag(reporter: &Actor) -> String {
    format!("reporter:{reporter}")
}

/// By which what hangs on an incident, and what was merged into it, is found.
pub fn parent_tag(parent: IncidentId) -> String {
    format!("parent:{parent}")
}

/// Incidents, for the clockwork.
pub struct Incidents;

impl Clocked for Incidents {
    type Record = Incident;
    const TABLE: &'static Table<Incident> = &INCIDENTS;
}

/// The word of a unit enum, as serde writes it.
pub fn word<T: serde::Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// How far it is with it as a major incident; what is only proposed ends with the incident.
fn major_word(incident: &Incident) -> Option<String> {
    let stage = incident.major_stage();
    let said = stage.filter(|stage| incident.is_open() || *stage != MajorStage::Proposed);
    said.map(word)
}

fn phase_word(phase: Phase) -> String {
    word(phase)
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only open ones (`true`) or only ended ones (`false`).
    pub open: Option<bool>,
    /// Only these stages.
    pub stages: Vec<String>,
    /// Only these phases.
    pub phases: Vec<String>,
    /// Only these priorities.
    pub priorities: Vec<String>,
    /// Only this team's.
    pub team: Option<String>,
    /// Only those in a queue.
    pub queue: Option<Queue>,
    /// Only this person's.
    pub assignee: Option<String>,
    /// Only those that this one reported.
    pub reporter: Option<Actor>,
    /// Only those that touch this item.
    pub item: Option<String>,
    /// Only those that are about to happen (`true`), or only the others (`false`).
    pub potential: Option<bool>,
    /// Only those that are so far as major incidents.
    pub majors: Vec<String>,
    /// Only those with one of these warnings.
    pub warnings: Vec<Warning>,
    /// Only those that hang on this one, or were merged into it.
    pub parent: Option<IncidentId>,
    /// Only those of these kinds of cause.
    pub causes: Vec<String>,
    /// Only those whose title or items hold this text, or whose number it is …
    pub text: Option<String>,
    /// … or that touch one of these items, whose titles hold it.
    pub titled: Vec<String>,
    /// Opened at or after.
    pub from: Option<Time>,
    /// Opened before.
    pub to: Option<Time>,
    /// Resolved at or after.
    pub resolved_from: Option<Time>,
    /// Resolved before.
    pub resolved_to: Option<Time>,
    /// A clock of a contract is due before.
    pub due_before: Option<Time>,
}

/// The work of some teams: what they are charged with, and what hits items that are theirs.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The teams.
    pub teams: Vec<String>,
    /// What they own or operate.
    pub items: Vec<String>,
}

/// By what a list of incidents can be sorted: the name in the API and the column.
pub const SORTS: &[(&str, &str, bool)] = &[
    ("opened_at", "opened_at", true),
    ("updated_at", "updated_at", true),
    ("number", "number", true),
    ("priority", "priority", false),
    ("stage", "stage", false),
    ("title", "title", false),
    ("due", "clock_due", true),
];

impl Filter {
    fn clauses(&self, space: &SpaceId, dialect: Dialect) -> Clauses {
        let mut clauses = Clauses::in_space(space);
        if let Some(Queue { teams, items }) = &self.queue {
            let tags: Vec<String> = items.iter().map(|item| format!("item:{item}")).collect();
            let (theirs, hit) = (dialect.texts("$$1"), dialect.texts("$$2"));
            clauses.add_all(
                &format!(
                    "(team IN ({theirs}) OR id IN (SELECT id FROM record_tag WHERE space_id = $1 \
                     AND kind = 'incident' AND tag IN ({hit})))"
                ),
                vec![json!(teams).to_string().into(), json!(tags).to_string().into()],
            );
        }
        match self.open {
            Some(true) => clauses.add("phase <> 'done'"),
            Some(false) => clauses.add("phase = 'done'"),
            None => {}
        }
        match self.potential {
            Some(true) => clauses.add("potential = 1"),
            Some(false) => clauses.add("potential = 0"),
            None => {}
        }
        clauses.any_of("major", &self.majors);
        clauses.any_of("stage", &self.stages);
        clauses.any_of("phase", &self.phases);
        clauses.any_of("priority", &self.priorities);
        clauses.equal("team", self.team.as_deref());
        clauses.equal("assignee", self.assignee.as_deref());
        clauses.at_least("opened_at", self.from);
        clauses.below("opened_at", self.to);
        clauses.at_least("ended_at", self.resolved_from);
        clauses.below("ended_at", self.resolved_to);
        clauses.any_of("cause_class", &self.causes);
        clauses.below("clock_due", self.due_before);
        let item = self.item.as_ref().map(|item| format!("item:{item}"));
        let reporter = self.reporter.as_ref().map(reporter_tag);
        for tag in item.into_iter().chain(self.parent.map(parent_tag)).chain(reporter) {
            clauses.add_with(
                "id IN (SELECT id FROM record_tag WHERE space_id = $1 AND kind = 'incident' \
                 AND tag = $$)",
                tag,
            );
        }
        let warnings: Vec<String> = self.warnings.iter().copied().map(warning_tag).collect();
        clauses.any_tag("incident", &warnings);
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            match text.trim_start_matches('#').parse::<i64>() {
                Ok(number) => clauses.add_with("number = $$", number),
                Err(_) => self.named(&mut clauses, text, dialect),
            }
        }
        clauses
    }

    /// Title, or an item by its name or title.
    fn named(&self, clauses: &mut Clauses, text: &str, dialect: Dialect) {
        let tags: Vec<String> = self.titled.iter().map(|item| format!("item:{item}")).collect();
        let titled = dialect.texts("$$3");
        clauses.add_all(
            &format!(
                "(LOWER(title) LIKE $$1 ESCAPE '\\' OR id IN (SELECT id FROM record_tag \
                 WHERE space_id = $1 AND kind = 'incident' \
                 AND (tag LIKE $$2 ESCAPE '\\' OR tag IN ({titled}))))"
            ),
            vec![
                format!("%{}%", pattern(text)).into(),
                format!("item:%{}%", pattern(text)).into(),
                json!(tags).to_string().into(),
            ],
        );
    }
}

/// One page of the list.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub async fn list(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    page: &Page,
) -> Result<(Vec<Versioned<Incident>>, i64), Fault> {
    let mut clauses = filter.clauses(space, conn.dialect());
    let sql = format!("SELECT COUNT(*) AS n FROM incident WHERE {}", clauses.text());
    let total = conn.number(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    let tail = page.tail(&mut clauses);
    let sql = format!("SELECT version, data FROM incident WHERE {} {tail}", clauses.text());
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    Ok((rows.iter().map(versioned).collect::<Result<_, _>>()?, total))
}

/// Every incident that is not over.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub async fn open(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Versioned<Incident>>, Fault> {
    let filter = Filter { open: Some(true), ..Filter::default() };
    let page = Page::first(100_000, Sort::ascending("priority", false));
    Ok(list(conn, space, &filter, &page).await?.0)
}

/// Among which incidents correlation looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Among {
    /// Those that hit one of some items, which are related to this one.
    Kin(ItemRef, BTreeSet<ItemRef>),
    /// Those that hit nothing known.
    WithoutItem,
    /// All: what joins them is not known before.
    All(Option<ItemRef>),
}

/// The incidents that correlation looks at: open ones that hit the item itself, and others to which
/// something happened lately; the latest, when there are very many.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub async fn near(
    conn: &mut Conn,
    space: &SpaceId,
    among: &Among,
    updated_after: Time,
) -> Result<Vec<Incident>, Fault> {
    let tag = |item: &ItemRef| format!("item:{item}");
    let itself = match among {
        Among::Kin(item, _) | Among::All(Some(item)) => tag(item),
        Among::WithoutItem | Among::All(None) => String::new(),
    };
    let mut values = params![space, updated_after, itself];
    let hits = "id IN (SELECT id FROM record_tag WHERE space_id = $1 AND kind = 'incident' AND tag";
    let those = match among {
        Among::All(_) => String::new(),
        Among::WithoutItem => " AND main_item IS NULL".to_owned(),
        Among::Kin(_, kin) => {
            let tags: Vec<String> = (4..4 + kin.len()).map(|place| format!("${place}")).collect();
            values.extend(kin.iter().map(|item| Value::from(tag(item))));
            format!(" AND {hits} IN ({}))", tags.join(", "))
        }
    };
    let sql = format!(
        "SELECT version, data FROM incident WHERE space_id = $1 AND phase <> 'done'{those} \
         AND (updated_at >= $2 OR {hits} = $3)) ORDER BY updated_at DESC, id LIMIT 2000"
    );
    let rows = conn.all(AssertSqlSafe(sql), values).await?;
    rows.iter().map(|row| Ok(versioned(row)?.record)).collect()
}

/// Incidents opened in a period, ended in it, or still open: what reports count.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub async fn in_period(
    conn: &mut Conn,
    space: &SpaceId,
    from: Time,
    to: Time,
) -> Result<Vec<Incident>, Fault> {
    let sql = "SELECT version, data FROM incident WHERE space_id = $1 \
               AND opened_at < $3 \
               AND (opened_at >= $2 OR updated_at >= $2 OR phase <> 'done') ORDER BY opened_at";
    let rows = conn.all(sql, params![space, from, to]).await?;
    rows.iter().map(|row| Ok(versioned(row)?.record)).collect()
}

/// The incident that an alert belongs to, the newest if several.
///
/// # Errors
/// When the database refuses.
pub async fn of_tag(conn: &mut Conn, space: &SpaceId, tag: &str) -> Result<Vec<IncidentId>, Fault> {
    let sql = "SELECT id FROM record_tag WHERE space_id = $1 AND tag = $2 AND kind = 'incident' \
               ORDER BY id DESC";
    conn.all(sql, params![space, tag]).await?.iter().map(|row| row.parse("id")).collect()
}

/// The numbers by which people know incidents; what is not there is left out.
///
/// # Errors
/// When the database refuses.
pub async fn numbers(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &BTreeSet<IncidentId>,
) -> Result<BTreeMap<IncidentId, u64>, Fault> {
    let mut found = BTreeMap::new();
    for id in ids {
        let sql = "SELECT number FROM incident WHERE space_id = $1 AND id = $2";
        if let Some(row) = conn.first(sql, params![space, id.to_string()]).await? {
            found.insert(*id, u64::try_from(row.get::<i64>("number")?).unwrap_or_default());
        }
    }
    Ok(found)
}

/// Open incidents by phase and by priority: `(phase, priority, count)`.
///
/// # Errors
/// When the database refuses.
pub async fn counts(conn: &mut Conn, space: &SpaceId) -> Result<Vec<(String, String, i64)>, Fault> {
    let sql = "SELECT phase, priority, COUNT(*) AS n FROM incident \
               WHERE space_id = $1 AND phase <> 'done' GROUP BY phase, priority";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter().map(|row| Ok((row.get("phase")?, row.get("priority")?, row.get("n")?))).collect()
}

/// An item that an open incident hits.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The item.
    pub item: ItemRef,
    /// How far it is with the incident.
    pub stage: Stage,
    /// Whether it is as grave as can be, and says more than that a budget burns.
    pub critical: bool,
}

/// Items that open incidents touch; what is only about to happen breaks none.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub async fn broken_items(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Broken>, Fault> {
    let incidents = open(conn, space).await?;
    Ok(incidents
        .into_iter()
        .filter(|found| !found.record.potential)
        .flat_map(|Versioned { record, .. }| {
            let stage = record.stage;
            let critical = record.severity == Severity::Critical && record.away_since().is_some();
            record.items.into_iter().map(move |item| Broken { item, stage, critical })
        })
        .collect())
}

/// Draws the next number that people will call an incident by.
///
/// # Errors
/// When the database refuses.
pub async fn next_number(tx: &mut Tx, space: &SpaceId) -> Result<u64, Fault> {
    let row = tx
        .first(
            "INSERT INTO counter (space_id, name, value) VALUES ($1, 'incident', 1) \
             ON CONFLICT (space_id, name) DO UPDATE SET value = counter.value + 1 \
             RETURNING value AS n",
            params![space],
        )
        .await?;
    let number: i64 = row.map_or(Ok(1), |row| row.get("n"))?;
    Ok(u64::try_from(number).unwrap_or_default())
}

fn versioned(row: &Row) -> Result<Versioned<Incident>, Fault> {
    Ok(Versioned { record: row.json("data")?, version: row.get("version")? })
}

/// The value that a page of a sorted list ends with; the order by due clocks is not known here.
pub fn sort_value(incident: &Incident, column: &str) -> Value {
    match column {
        "opened_at" => incident.opened_at.into(),
        "updated_at" => incident.updated_at.into(),
        "number" => i64::try_from(incident.number).unwrap_or(i64::MAX).into(),
        "stage" => word(incident.stage).into(),
        "title" => incident.title.as_str().into(),
        _ => incident.priority.into(),
    }
}
