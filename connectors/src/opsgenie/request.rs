use std::fmt;
use std::str::FromStr;

use kernel::Time;

/// What was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Action {
    Create,
    Close,
    Acknowledge,
    Unacknowledge,
    Snooze,
    AddNote,
    AddTags,
    RemoveTags,
    UpdatePriority,
    UpdateMessage,
    UpdateDescription,
    Delete,
}

const ACTIONS: [(Action, &str); 12] = [
    (Action::Create, "Create"),
    (Action::Close, "Close"),
    (Action::Acknowledge, "Acknowledge"),
    (Action::Unacknowledge, "UnAcknowledge"),
    (Action::Snooze, "Snooze"),
    (Action::AddNote, "AddNote"),
    (Action::AddTags, "AddTags"),
    (Action::RemoveTags, "RemoveTags"),
    (Action::UpdatePriority, "UpdatePriority"),
    (Action::UpdateMessage, "UpdateMessage"),
    (Action::UpdateDescription, "UpdateDescription"),
    (Action::Delete, "Delete"),
];

impl Action {
    /// As Opsgenie spells it.
    pub fn name(self) -> &'static str {
        let found = ACTIONS.iter().find(|(action, _)| *action == self);
        found.map_or("", |(_, name)| name)
    }
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was done, or was so already.
    Done,
    /// There is no such alert.
    Missing,
    /// The alert's stage does not allow it.
    NotNow,
}

const OUTCOMES: [Outcome; 3] = [Outcome::Done, Outcome::Missing, Outcome::NotNow];

/// Names a request, and says all that is told of it later: it is done when it is answered, so that
/// nothing of it need be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestId {
    /// When it was done, to the millisecond.
    pub at: Time,
    /// What was asked for.
    pub action: Action,
    /// What became of it.
    pub outcome: Outcome,
    /// The fingerprint of the alert; 0 without one.
    pub alert: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = (self.at.micros().max(0) / 1000) as u64 & 0xffff_ffff_ffff;
        let place = |found: Option<usize>| found.unwrap_or(0xff) as u64;
        let action = place(ACTIONS.iter().position(|(action, _)| *action == self.action));
        let outcome = place(OUTCOMES.iter().position(|outcome| *outcome == self.outcome));
        let head = millis << 16 | action << 8 | outcome;
        let digits = format!("{head:016x}{:016x}", self.alert);
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        f.write_str(&parts.join("-"))
    }
}

impl FromStr for RequestId {
    type Err = ();

    fn from_str(text: &str) -> Result<RequestId, ()> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        if text.len() != 36 || digits.len() != 32 || !digits.is_ascii() {
            return Err(());
        }
        let number = |digits: &str| u64::from_str_radix(digits, 16).map_err(|_| ());
        let (head, alert) = (number(&digits[..16])?, number(&digits[16..])?);
        let millis = i64::try_from(head >> 16).map_err(|_| ())?;
        let (action, _) = *ACTIONS.get((head >> 8 & 0xff) as usize).ok_or(())?;
        let outcome = *OUTCOMES.get((head & 0xff) as usize).ok_or(())?;
        Ok(RequestId { at: Time::from_micros(millis * 1000), action, outcome, alert })
    }
}
