//! How the API shows incidents, and what it takes for a new one.

use std::borrow::Cow;

use incidents::{AllowedCommand, Incident, Open, Phase, Severity, StageClock};
use kernel::{Impact, ItemRef, Time, Urgency};
use reports::DEGRADED_FACTOR;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::practices::clocks::routes::NextClock;

/// An incident as the API shows it: the record, its version, and what may be asked of it now.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentView<'a> {
    /// The record.
    #[serde(flatten)]
    incident: &'a Incident,
    /// The row's version, for `If-Match`.
    version: i64,
    /// The phase of the work.
    phase: Phase,
    /// What whoever is charged with it does next.
    next_step: &'static str,
    /// The time that it may stay in its stage, where there is a target.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage_clock: Option<StageClock>,
    /// Minutes that its users have lost until now, each for themselves, degraded ones by half;
    /// absent while it is not known how many users are affected, and where nothing failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_minutes: Option<f64>,
    /// What may be asked now.
    allowed: Vec<AllowedCommand>,
    /// The clocks that contracts set on it, the next due first. Absent in the answer to a command:
    /// they follow it a moment later.
    #[serde(skip_serializing_if = "Option::is_none")]
    clocks: Option<Vec<contracts::clocks::View>>,
    /// In whose queue it is by what it hits, and why. Absent in the answer to a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    duties: Option<Vec<estate::Assigned>>,
}

/// An incident as the API shows it.
pub fn view(incident: &Incident, version: i64, now: Time) -> Value {
    json!(IncidentView {
        incident,
        version,
        phase: incident.phase(),
        next_step: incident.next_step(),
        stage_clock: incident.stage_clock(),
        user_minutes: (!incident.potential)
            .then(|| incident.user_minutes(now, DEGRADED_FACTOR))
            .flatten(),
        allowed: incident.allowed(now),
        clocks: None,
        duties: None,
    })
}

/// An incident as a row of a list: without what only its own page shows.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct IncidentRow(Value);

/// What only the page of an incident shows.
const HEAVY: [&str; 7] = ["comments", "tasks", "links", "priority_lines", "hits", "policy", "past"];

/// An incident as a row of a list.
pub fn row(incident: &Incident, version: i64) -> IncidentRow {
    let mut shown = json!(incident);
    if let Value::Object(fields) = &mut shown {
        HEAVY.iter().for_each(|heavy| drop(fields.remove(*heavy)));
        fields.insert("version".to_owned(), version.into());
        fields.insert("phase".to_owned(), json!(incident.phase()));
        fields.insert("next_step".to_owned(), incident.next_step().into());
        if let Some(clock) = incident.stage_clock() {
            fields.insert("stage_clock".to_owned(), json!(clock));
        }
    }
    IncidentRow(shown)
}

impl IncidentRow {
    /// With the clock that is due next, where one counts.
    #[must_use]
    pub fn counted(mut self, next: Option<&NextClock>) -> IncidentRow {
        if let (Value::Object(fields), Some(next)) = (&mut self.0, next) {
            fields.insert("next_clock".to_owned(), json!(next));
        }
        self
    }
}

impl PartialSchema for IncidentRow {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut row)) = Incident::schema() else {
            return Incident::schema();
        };
        row.properties.retain(|name, _| !HEAVY.contains(&name.as_str()));
        row.required.retain(|name| !HEAVY.contains(&name.as_str()));
        row.description = Some("An incident, without what only its own page shows.".to_owned());
        row.properties.insert("version".to_owned(), i64::schema());
        row.properties.insert("phase".to_owned(), Ref::from_schema_name(Phase::name()).into());
        row.properties.insert("next_step".to_owned(), String::schema());
        let clock = Ref::from_schema_name(StageClock::name());
        row.properties.insert("stage_clock".to_owned(), clock.into());
        let next = Ref::from_schema_name(NextClock::name());
        row.properties.insert("next_clock".to_owned(), next.into());
        row.required.extend(["version", "phase", "next_step"].map(str::to_owned));
        row.into()
    }
}

impl ToSchema for IncidentRow {
    fn name() -> Cow<'static, str> {
        "IncidentRow".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Incident::schemas(schemas);
        schemas.push((Phase::name().into_owned(), Phase::schema()));
        schemas.push((StageClock::name().into_owned(), StageClock::schema()));
        schemas.push((NextClock::name().into_owned(), NextClock::schema()));
        NextClock::schemas(schemas);
    }
}

/// What a person says about a new incident.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIncident {
    /// One line that says what is wrong.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Anything to add.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    description: String,
    /// The item that is hit.
    #[serde(default)]
    pub item: Option<ItemRef>,
    /// Technical gravity.
    #[serde(default)]
    severity: Option<Severity>,
    /// How much is hit, where the reporter knows better than the estate.
    #[serde(default)]
    impact: Option<Impact>,
    /// How soon, where the reporter knows better.
    #[serde(default)]
    urgency: Option<Urgency>,
    /// When the fault began, where it is known.
    #[serde(default)]
    started_at: Option<Time>,
    /// The team to charge with it; the owner of the item, if not said.
    #[serde(default)]
    team: Option<ItemRef>,
    /// The person to charge with it.
    #[serde(default)]
    assignee: Option<ItemRef>,
    /// Charge the person although they are away.
    #[serde(default)]
    even_if_away: bool,
}

impl NewIncident {
    /// Who is charged with it and has to be there for that.
    pub(super) fn to_be_there(&self) -> Option<&ItemRef> {
        self.assignee.as_ref().filter(|_| !self.even_if_away)
    }
}

impl From<NewIncident> for Open {
    fn from(new: NewIncident) -> Open {
        Open {
            description: new.description,
            item: new.item,
            severity: new.severity,
            impact: new.impact,
            urgency: new.urgency,
            started_at: new.started_at,
            team: new.team,
            assignee: new.assignee,
            ..Open::titled(new.title)
        }
    }
}
