//! What is told, and how soon, beyond what Alertmanager's configuration can say. All of it is off
//! until somebody asks for it.

use alerts::{Alert, Severity};
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use routing::{Cadence, DigestTimes, FlapRule, StormRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::Json;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};
use crate::settings;

/// Name of the setting.
pub const NAME: &str = "notifications";

/// The priority of what has none.
pub const LEAST_URGENT: u8 = 5;

/// What is told, and how soon, beyond what the routes say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationPolicy {
    /// Alerts that come and go are told once, until they are quiet.
    pub flapping: Option<Flapping>,
    /// How many notifications a receiver gets before the rest waits for one digest.
    pub storm: Option<StormLimit>,
    /// How soon what has a priority is told.
    pub cadence: CadenceByPriority,
    /// When digests are sent.
    pub digests: DigestSchedule,
    /// An alert is not told while an item that its own depends on has an alert of severity error
    /// or worse.
    pub hold_dependants: bool,
}

/// When an alert counts as one that comes and goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Flapping {
    /// More changes between firing and over than this.
    #[schema(minimum = 2, maximum = 100)]
    pub changes: u32,
    /// Within so many seconds.
    #[schema(minimum = 60, maximum = 86400)]
    pub window_seconds: u32,
}

/// How many notifications a receiver gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StormLimit {
    /// At most so many.
    #[schema(minimum = 1, maximum = 10000)]
    pub most: u32,
    /// Within so many seconds.
    #[schema(minimum = 10, maximum = 86400)]
    pub window_seconds: u32,
}

/// How soon something is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HowSoon {
    /// At once.
    #[default]
    Now,
    /// In one digest a day.
    Daily,
    /// In one digest a week.
    Weekly,
    /// In one digest a month.
    Monthly,
}

/// How soon what has a priority is told. An alert's priority is its label `priority` (`P1` to
/// `P5`), else it follows from its severity: critical is P1, error P2, warning P3, info P4, and
/// none P5. A group has that of its most urgent alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CadenceByPriority {
    /// The most urgent.
    pub p1: HowSoon,
    /// Urgent.
    pub p2: HowSoon,
    /// Soon.
    pub p3: HowSoon,
    /// Some day.
    pub p4: HowSoon,
    /// The least urgent.
    pub p5: HowSoon,
}

/// When digests are sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DigestSchedule {
    /// The time of the day, by the clock on the wall: `17:00`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub time: String,
    /// The zone of that clock.
    #[schema(max_length = 64, example = "Europe/Berlin")]
    pub zone: String,
    /// The day of the weekly digest, 1 is Monday.
    #[schema(minimum = 1, maximum = 7)]
    pub weekday: i8,
    /// The day of the monthly digest; the last of the month where it has fewer days.
    #[schema(minimum = 1, maximum = 31)]
    pub day: u8,
}

/// The end of the working day, of the working week, and of the month.
impl Default for DigestSchedule {
    fn default() -> DigestSchedule {
        DigestSchedule { time: "17:00".to_owned(), zone: "UTC".to_owned(), weekday: 5, day: 31 }
    }
}

impl HowSoon {
    /// The word that names digests of this kind.
    pub fn word(self) -> &'static str {
        match self {
            HowSoon::Now => "now",
            HowSoon::Daily => "daily",
            HowSoon::Weekly => "weekly",
            HowSoon::Monthly => "monthly",
        }
    }
}

impl NotificationPolicy {
    /// When alerts count as flapping.
    pub fn flap_rule(&self) -> Option<FlapRule> {
        let window = |flapping: Flapping| SignedDuration::from_secs(flapping.window_seconds.into());
        self.flapping.map(|one| FlapRule { changes: one.changes, window: window(one) })
    }

    /// How many notifications a receiver gets.
    pub fn storm_rule(&self) -> Option<StormRule> {
        let window = |storm: StormLimit| SignedDuration::from_secs(storm.window_seconds.into());
        self.storm.map(|one| StormRule { most: one.most, window: window(one) })
    }

    /// How soon what has a priority (1 to 5) is told.
    pub fn how_soon(&self, priority: u8) -> HowSoon {
        match priority {
            1 => self.cadence.p1,
            2 => self.cadence.p2,
            3 => self.cadence.p3,
            4 => self.cadence.p4,
            _ => self.cadence.p5,
        }
    }

    /// When the next digest of a kind is sent; `None` for what is told at once.
    pub fn digest_at(&self, soon: HowSoon, now: Timestamp) -> Option<Timestamp> {
        let cadence = match soon {
            HowSoon::Now => Cadence::Now,
            HowSoon::Daily => Cadence::Daily,
            HowSoon::Weekly => Cadence::Weekly,
            HowSoon::Monthly => Cadence::Monthly,
        };
        let (times, zone) = self.digests.read().unwrap_or((DigestTimes::default(), TimeZone::UTC));
        cadence.next(now, &times, &zone)
    }

    /// # Errors
    /// The first field that cannot be followed.
    fn check(&self) -> Answer<()> {
        let within = |field: &str, value: u32, (least, most): (u32, u32)| {
            let message = format!("between {least} and {most}");
            let fits = (least..=most).contains(&value);
            if fits { Ok(()) } else { Err(Problem::refused(message).at(field)) }
        };
        if let Some(flapping) = self.flapping {
            within("flapping.changes", flapping.changes, (2, 100))?;
            within("flapping.window_seconds", flapping.window_seconds, (60, 86_400))?;
        }
        if let Some(storm) = self.storm {
            within("storm.most", storm.most, (1, 10_000))?;
            within("storm.window_seconds", storm.window_seconds, (10, 86_400))?;
        }
        let weekday = u32::try_from(self.digests.weekday).unwrap_or_default();
        within("digests.weekday", weekday, (1, 7))?;
        within("digests.day", self.digests.day.into(), (1, 31))?;
        self.digests
            .read()
            .map(|_| ())
            .map_err(|(field, message)| Problem::refused(message).at(format!("digests.{field}")))
    }
}

impl DigestSchedule {
    fn read(&self) -> Result<(DigestTimes, TimeZone), (&'static str, String)> {
        let time: jiff::civil::Time = format!("{}:00", self.time)
            .parse()
            .map_err(|_| ("time", "a time of the day such as 17:00".to_owned()))?;
        let weekday = jiff::civil::Weekday::from_monday_one_offset(self.weekday)
            .map_err(|_| ("weekday", "a day between 1 (Monday) and 7".to_owned()))?;
        let zone = TimeZone::get(&self.zone).map_err(|_| {
            ("zone", "a zone of the IANA database such as Europe/Berlin".to_owned())
        })?;
        Ok((DigestTimes { time, weekday, day: self.day }, zone))
    }
}

/// How urgent an alert is, from 1 to 5.
pub fn priority_of(alert: &Alert) -> u8 {
    let named = alert.labels.get("priority").and_then(|text| match text.as_bytes() {
        [b'P' | b'p', digit @ b'1'..=b'5'] => Some(digit - b'0'),
        _ => None,
    });
    named.unwrap_or(match alert.severity {
        Severity::Critical => 1,
        Severity::Error => 2,
        Severity::Warning => 3,
        Severity::Info => 4,
        Severity::None => 5,
    })
}

/// The routes of the policy.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_notifications, put_notifications))
}

/// What is told, and how soon, beyond what the routes say.
#[utoipa::path(get, path = "/settings/notifications", tag = "settings",
    responses((status = 200, description = "The policy", body = NotificationPolicy,
        headers(("ETag", description = "Its version")))))]
async fn get_notifications(
    State(app): State<App>,
    caller: Caller,
) -> Answer<(HeaderMap, Json<NotificationPolicy>)> {
    let mut conn = app.db.reader().await?;
    let (policy, version) = settings::get(&mut conn, &caller.space, NAME).await?;
    Ok((etag(version), Json(policy)))
}

/// Says what is told, and how soon; it holds from the next flush of each group on.
#[utoipa::path(put, path = "/settings/notifications", tag = "settings",
    request_body = NotificationPolicy, params(Call),
    responses((status = 200, description = "The policy", body = NotificationPolicy,
        headers(("ETag", description = "Its version")))))]
async fn put_notifications(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(policy): Json<NotificationPolicy>,
) -> Answer<(HeaderMap, Json<NotificationPolicy>)> {
    may(&caller, Action::Administer, &[])?;
    policy.check()?;
    let version = settings::put(&app, &caller, NAME, &policy, call.expected).await?;
    Ok((etag(version), Json(policy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_followed_is_refused_with_its_field() {
        let policy = |change: fn(&mut NotificationPolicy)| {
            let mut policy = NotificationPolicy::default();
            change(&mut policy);
            policy.check().err().and_then(|problem| problem.field)
        };
        assert_eq!(policy(|_| ()), None);
        let named = |field: &str| Some(field.to_owned());
        assert_eq!(policy(|p| p.digests.zone = "Mars/Base".into()), named("digests.zone"));
        assert_eq!(policy(|p| p.digests.time = "25:00".into()), named("digests.time"));
        assert_eq!(policy(|p| p.digests.weekday = 8), named("digests.weekday"));
        assert_eq!(policy(|p| p.digests.day = 0), named("digests.day"));
        assert_eq!(
            policy(|p| p.storm = Some(StormLimit { most: 0, window_seconds: 60 })),
            named("storm.most")
        );
    }

    #[test]
    fn a_daily_digest_is_sent_at_the_end_of_the_day_on_the_wall() {
        let mut policy = NotificationPolicy::default();
        policy.digests.zone = "Europe/Berlin".to_owned();
        let at = |soon: HowSoon, now: &str| {
            let now: Timestamp = now.parse().expect("a time");
            policy.digest_at(soon, now).map(|at| at.to_string())
        };
        let noon = "2026-11-27T12:00:00Z";
        assert_eq!(at(HowSoon::Now, noon), None);
        assert_eq!(at(HowSoon::Daily, noon).as_deref(), Some("2026-11-27T16:00:00Z"));
        assert_eq!(
            at(HowSoon::Daily, "2026-11-27T16:00:00Z").as_deref(),
            Some("2026-11-28T16:00:00Z")
        );
        assert_eq!(at(HowSoon::Weekly, noon).as_deref(), Some("2026-11-27T16:00:00Z"));
        assert_eq!(at(HowSoon::Monthly, noon).as_deref(), Some("2026-11-30T16:00:00Z"));
    }
}
