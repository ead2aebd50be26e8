use std::collections::BTreeMap;

use kernel::{Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Wait, unset};
use crate::reference::{EscalationPolicyRef, TeamRef};

/// People who answer for something together.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamSpec {
    /// What the team is there for.
    #[serde(rename = "type", default)]
    pub team_type: TeamType,
    /// A mailbox that reaches all of it.
    #[serde(default, skip_serializing_if = "unset")]
    pub email: Option<String>,
    /// Called for items of the team that name no policy of their own.
    #[serde(default, skip_serializing_if = "unset")]
    pub escalation_policy: Option<EscalationPolicyRef>,
    /// The rooms of chat services that show its incidents.
    #[serde(default, skip_serializing_if = "unset")]
    pub chat: ChatRooms,
}

/// Rooms of chat services.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatRooms {
    /// In Slack: a name such as `#payments-ops`, or an id.
    #[serde(default, skip_serializing_if = "unset")]
    pub slack: Option<String>,
    /// In Mattermost: a team and a name such as `ops/payments`, or an id.
    #[serde(default, skip_serializing_if = "unset")]
    pub mattermost: Option<String>,
}

impl ChatRooms {
    /// Each room with the name of its service.
    pub fn rooms(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = [("slack", &self.slack), ("mattermost", &self.mattermost)];
        named.into_iter().filter_map(|(service, room)| Some((service, room.as_deref()?)))
    }
}

/// What a team is there for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TeamType {
    /// Builds and owns products.
    #[default]
    Product,
    /// Runs what others build on.
    ItOperations,
    /// Keeps services reliable by engineering.
    Sre,
}

/// Somebody who can be called.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonSpec {
    /// Where mail reaches them.
    pub email: String,
    /// Where a signed call reaches them: a URL.
    #[serde(default, skip_serializing_if = "unset")]
    pub webhook: Option<String>,
    /// Their time zone by its IANA name, such as Europe/Berlin. UTC when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub time_zone: Option<String>,
    /// The teams they are in.
    #[serde(default, skip_serializing_if = "unset")]
    pub teams: Vec<TeamRef>,
    /// Where they are reached in other ways, such as `sms: "+4930123456"` or `ntfy: ada-pages`.
    #[serde(default, skip_serializing_if = "unset")]
    pub addresses: BTreeMap<ContactMethod, String>,
    /// How to call them, all at once. Every way that is known when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub contact_methods: Vec<ContactMethod>,
    /// How they want to be called by what it is about and when, instead of `contactMethods`.
    #[serde(default, skip_serializing_if = "unset")]
    pub notify: Vec<NotifyRule>,
    /// Whether and when they are told of their shifts: an hour before one begins when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub shift_notice: ShiftNotice,
}

/// Whether and when somebody is told of their shifts, by mail and chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftNotice {
    /// How long before a shift begins they are told; an hour when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub before: Option<Wait>,
    /// Whether they are told nothing of their shifts.
    #[serde(default, skip_serializing_if = "unset")]
    pub off: bool,
}

/// How long before a shift begins somebody is told who has not said it.
const NOTICE_BEFORE: Wait = Wait::from_seconds(3600);

/// One wish of a person: for these incidents, at these hours, after so long, in these ways.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotifyRule {
    /// For which incidents; for all when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub priorities: Vec<Priority>,
    /// At which hours in the person's zone; at all when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub between: Option<ClockHours>,
    /// How long after their turn came, if nobody has answered.
    #[serde(default, skip_serializing_if = "unset")]
    pub after: Wait,
    /// In which ways, all at once.
    pub by: Vec<ContactMethod>,
}

/// Hours of every day; over midnight when the end comes before the beginning.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockHours {
    /// Their beginning, as `HH:MM`.
    pub from: String,
    /// Their end, as `HH:MM`.
    pub until: String,
}

/// A way to call somebody.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContactMethod {
    /// By mail to their address.
    Email,
    /// By a signed call to their URL.
    Webhook,
    /// By a direct message in Slack.
    Slack,
    /// By a message in Mattermost.
    Mattermost,
    /// By a card in Microsoft Teams.
    Teams,
    /// By a message in Telegram.
    Telegram,
    /// By push to the ntfy app.
    Ntfy,
    /// By push to the Gotify app.
    Gotify,
    /// By text message to a telephone.
    Sms,
    /// By a call that reads it out.
    Voice,
    /// By a notification in the browsers that they added themselves.
    Push,
}

impl NotifyRule {
    /// Whether it is for incidents of a priority.
    pub fn is_for(&self, priority: Priority) -> bool {
        self.priorities.is_empty() || self.priorities.contains(&priority)
    }
}

impl ContactMethod {
    /// Every way.
    pub const ALL: [ContactMethod; 11] = [
        ContactMethod::Email,
        ContactMethod::Webhook,
        ContactMethod::Slack,
        ContactMethod::Mattermost,
        ContactMethod::Teams,
        ContactMethod::Telegram,
        ContactMethod::Ntfy,
        ContactMethod::Gotify,
        ContactMethod::Sms,
        ContactMethod::Voice,
        ContactMethod::Push,
    ];

    /// The name of the channel, as it is written in files.
    pub fn channel(self) -> &'static str {
        match self {
            ContactMethod::Email => "email",
            ContactMethod::Webhook => "webhook",
            ContactMethod::Slack => "slack",
            ContactMethod::Mattermost => "mattermost",
            ContactMethod::Teams => "teams",
            ContactMethod::Telegram => "telegram",
            ContactMethod::Ntfy => "ntfy",
            ContactMethod::Gotify => "gotify",
            ContactMethod::Sms => "sms",
            ContactMethod::Voice => "voice",
            ContactMethod::Push => "push",
        }
    }
}

impl ClockHours {
    /// The same for a wall time as it is written: `07:30`.
    pub fn holds_at(&self, clock: &str) -> bool {
        minutes(clock).and_then(|minute| self.holds(minute)).unwrap_or(false)
    }

    /// Whether a wall time, as minutes of its day, lies in them; `None` when they are no hours.
    pub fn holds(&self, minute: u16) -> Option<bool> {
        let (from, until) = (minutes(&self.from)?, minutes(&self.until)?);
        Some(if from <= until {
            (from..until).contains(&minute)
        } else {
            minute >= from || minute < until
        })
    }
}

/// `07:30` as minutes of the day; up to `24:00`.
fn minutes(clock: &str) -> Option<u16> {
    let (hour, minute) = clock.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hour, minute) = (two(hour)?, two(minute)?);
    (minute < 60).then_some(hour * 60 + minute).filter(|minutes| *minutes <= 24 * 60)
}

impl PersonSpec {
    /// How and where to call them, in the order given, when these are their browsers.
    pub fn contacts<'a>(&'a self, devices: &'a [String]) -> Vec<(ContactMethod, &'a str)> {
        let methods = match self.contact_methods.is_empty() {
            true => &ContactMethod::ALL[..],
            false => &self.contact_methods,
        };
        methods.iter().flat_map(|method| self.reached(*method, devices)).collect()
    }

    /// Every address at which they are reached in this way; browsers by their names.
    pub fn reached<'a>(
        &'a self,
        method: ContactMethod,
        devices: &'a [String],
    ) -> impl Iterator<Item = (ContactMethod, &'a str)> {
        let devices = if method == ContactMethod::Push { devices } else { &[] };
        let named = devices.iter().map(String::as_str);
        self.address(method).into_iter().chain(named).map(move |to| (method, to))
    }

    /// Whether they are ever called in this way, by what they wish for.
    pub fn wants(&self, method: ContactMethod) -> bool {
        match self.notify.is_empty() {
            true => self.contact_methods.is_empty() || self.contact_methods.contains(&method),
            false => self.notify.iter().any(|rule| rule.by.contains(&method)),
        }
    }

    /// How long before a shift begins they are told; `None`: they are told nothing of shifts.
    pub fn notice_before(&self) -> Option<Wait> {
        (!self.shift_notice.off).then(|| self.shift_notice.before.unwrap_or(NOTICE_BEFORE))
    }

    /// How they are told what is no call: by mail, and by chat where that is a way of theirs.
    pub fn notice_ways(&self) -> Vec<(ContactMethod, &str)> {
        use ContactMethod::{Email, Mattermost, Slack, Teams, Telegram};
        let chat =
            |(way, _): &(ContactMethod, &str)| matches!(way, Slack | Mattermost | Teams | Telegram);
        let chats = self.contacts(&[]).into_iter().filter(chat);
        std::iter::once((Email, self.email.as_str())).chain(chats).collect()
    }

    /// Where they are reached in this way, as files say it.
    pub fn address(&self, method: ContactMethod) -> Option<&str> {
        match method {
            ContactMethod::Email => Some(&self.email),
            ContactMethod::Webhook => self.webhook.as_deref(),
            other => self.addresses.get(&other).map(String::as_str),
        }
    }

    /// The minute of their day at a time; of the day in UTC when their zone is not said.
    pub fn minute_of_day(&self, at: Time) -> u16 {
        self.local(at).0
    }

    /// The minute of their day, and their date as days since 1970.
    pub fn local(&self, at: Time) -> (u16, i64) {
        local_minute(self.time_zone.as_deref(), at)
    }

    /// How they want to be called about an incident whose turn comes at a minute of their day,
    /// with the time after which each call is made. Their wishes decide where they have any, for
    /// everything: where none fits, they are not called.
    pub fn calls<'a>(
        &'a self,
        devices: &'a [String],
        priority: Priority,
        minute: u16,
    ) -> Vec<(Wait, ContactMethod, &'a str)> {
        if self.notify.is_empty() {
            let at_once = |(method, to)| (Wait::default(), method, to);
            return self.contacts(devices).into_iter().map(at_once).collect();
        }
        let fits = |rule: &&NotifyRule| {
            rule.is_for(priority)
                && rule.between.as_ref().is_none_or(|hours| hours.holds(minute) != Some(false))
        };
        let mut calls = Vec::new();
        for rule in self.notify.iter().filter(fits) {
            for method in &rule.by {
                let reached = self.reached(*method, devices);
                calls.extend(reached.map(|(method, to)| (rule.after, method, to)));
            }
        }
        calls.sort_by_key(|(after, ..)| *after);
        calls
    }
}

/// When it is 08:00 next in a zone; in UTC when there is no such zone.
pub fn next_morning(zone: Option<&str>, now: Time) -> Option<Time> {
    let zone = jiff::tz::TimeZone::get(zone.unwrap_or("UTC")).unwrap_or(jiff::tz::TimeZone::UTC);
    let wall = zone.to_datetime(jiff::Timestamp::from_microsecond(now.micros()).ok()?);
    let today = wall.date().at(8, 0, 0, 0);
    let day = if today > wall { wall.date() } else { wall.date().tomorrow().ok()? };
    let morning = zone.to_timestamp(day.at(8, 0, 0, 0)).ok()?;
    Some(Time::from_micros(morning.as_microsecond()))
}

/// The minute of the day in a zone, and the date as days since 1970; in UTC when there is no such
/// zone.
pub fn local_minute(zone: Option<&str>, at: Time) -> (u16, i64) {
    let zone = jiff::tz::TimeZone::get(zone.unwrap_or("UTC")).unwrap_or(jiff::tz::TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default();
    let wall = zone.to_datetime(instant);
    let minute = u16::try_from(i16::from(wall.hour()) * 60 + i16::from(wall.minute()));
    let midnight = wall.date().to_zoned(jiff::tz::TimeZone::UTC).map(|day| day.timestamp());
    let day = midnight.map_or(0, |midnight| midnight.as_second().div_euclid(86_400));
    (minute.unwrap_or(0), day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_morning_is_that_of_the_own_zone() {
        let in_zone = |zone: &str, now: &str| {
            let now = Time::parse(now).unwrap();
            next_morning(Some(zone), now).unwrap().to_string()
        };
        assert_eq!(in_zone("Europe/Berlin", "2026-03-02T21:00:00Z"), "2026-03-03T07:00:00Z");
        assert_eq!(in_zone("Europe/Berlin", "2026-03-02T06:59:00Z"), "2026-03-02T07:00:00Z");
        assert_eq!(in_zone("Europe/Berlin", "2026-03-02T07:00:00Z"), "2026-03-03T07:00:00Z");
        // The night in which the clocks go forward.
        assert_eq!(in_zone("Europe/Berlin", "2026-03-28T20:00:00Z"), "2026-03-29T06:00:00Z");
        assert_eq!(in_zone("Nowhere/Land", "2026-03-02T21:00:00Z"), "2026-03-03T08:00:00Z");
    }

    fn ada(webhook: Option<&str>, contact_methods: Vec<ContactMethod>) -> PersonSpec {
        PersonSpec {
            email: "ada@example.org".to_owned(),
            webhook: webhook.map(str::to_owned),
            time_zone: None,
            teams: Vec::new(),
            addresses: BTreeMap::new(),
            contact_methods,
            notify: Vec::new(),
            shift_notice: ShiftNotice::default(),
        }
    }

    #[test]
    fn a_person_is_called_in_every_known_way_unless_they_choose() {
        let mail = (ContactMethod::Email, "ada@example.org");
        let call = (ContactMethod::Webhook, "https://x.example");
        assert_eq!(ada(None, vec![]).contacts(&[]), [mail]);
        assert_eq!(ada(Some(call.1), vec![]).contacts(&[]), [mail, call]);
        assert_eq!(ada(Some(call.1), vec![ContactMethod::Webhook]).contacts(&[]), [call]);
    }

    #[test]
    fn every_browser_of_a_person_is_called_unless_they_choose_other_ways() {
        let devices = ["Firefox on Linux".to_owned(), "Telephone".to_owned()];
        let mail = (ContactMethod::Email, "ada@example.org");
        let push = devices.each_ref().map(|name| (ContactMethod::Push, name.as_str()));
        assert_eq!(ada(None, vec![]).contacts(&devices), [mail, push[0], push[1]]);
        assert_eq!(ada(None, vec![ContactMethod::Email]).contacts(&devices), [mail]);
        let mut choosy = ada(None, vec![]);
        choosy.notify = vec![NotifyRule {
            priorities: Vec::new(),
            between: None,
            after: Wait::from_seconds(60),
            by: vec![ContactMethod::Push],
        }];
        let calls = choosy.calls(&devices, Priority::P1, 0);
        let said: Vec<(u32, &str)> = calls.iter().map(|(at, _, to)| (at.seconds(), *to)).collect();
        assert_eq!(said, [(60, "Firefox on Linux"), (60, "Telephone")]);
        assert!(choosy.wants(ContactMethod::Push) && !choosy.wants(ContactMethod::Email));
    }

    #[test]
    fn wishes_say_how_to_call_by_what_it_is_and_when() {
        use ContactMethod::{Email, Ntfy, Sms};
        let rule = |priorities: &[Priority], hours: Option<(&str, &str)>, after, by| NotifyRule {
            priorities: priorities.to_vec(),
            between: hours
                .map(|(from, until)| ClockHours { from: from.into(), until: until.into() }),
            after: Wait::from_seconds(after),
            by: vec![by],
        };
        let mut ada = ada(None, vec![]);
        ada.addresses = BTreeMap::from([(Ntfy, "ada".to_owned()), (Sms, "+49301".to_owned())]);
        let urgent = [Priority::P1, Priority::P2];
        ada.notify = vec![
            rule(&urgent, None, 120, Sms),
            rule(&urgent, None, 0, Ntfy),
            rule(&[Priority::P3], Some(("07:00", "22:00")), 0, Email),
        ];
        let ways = |priority, minute| {
            let calls = ada.calls(&[], priority, minute);
            calls.iter().map(|(after, by, _)| (after.seconds(), *by)).collect::<Vec<_>>()
        };
        assert_eq!(ways(Priority::P1, 180), [(0, Ntfy), (120, Sms)]);
        assert_eq!(ways(Priority::P3, 420), [(0, Email)]);
        assert_eq!(ways(Priority::P3, 1320), []);
        assert_eq!(ways(Priority::P5, 720), []);
    }

    #[test]
    fn of_shifts_people_are_told_by_mail_and_chat_an_hour_before_unless_they_say_otherwise() {
        use ContactMethod::{Email, Slack, Sms};
        let mut ada = ada(None, vec![]);
        ada.addresses = BTreeMap::from([(Slack, "U1".to_owned()), (Sms, "+49301".to_owned())]);
        let mail = (Email, "ada@example.org");
        assert_eq!(ada.notice_ways(), [mail, (Slack, "U1")], "no call at night for this");
        ada.contact_methods = vec![Sms];
        assert_eq!(ada.notice_ways(), [mail]);
        assert_eq!(ada.notice_before(), Some(Wait::from_seconds(3600)));
        ada.shift_notice.before = Some(Wait::from_seconds(60));
        assert_eq!(ada.notice_before(), Some(Wait::from_seconds(60)));
        ada.shift_notice.off = true;
        assert_eq!(ada.notice_before(), None);
    }

    #[test]
    fn hours_may_go_over_midnight() {
        let night = ClockHours { from: "22:00".to_owned(), until: "07:00".to_owned() };
        let holds = |minute| night.holds(minute).unwrap();
        assert!(holds(1320) && holds(0) && holds(419));
        assert!(!holds(420) && !holds(1319));
        let wrong = ClockHours { from: "7:00".to_owned(), until: "25:00".to_owned() };
        assert_eq!(wrong.holds(0), None);
    }
}
