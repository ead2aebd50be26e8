//! How much of what may be down is used: what people are warned of, and what one incident took.

use kernel::IncidentId;

use super::Figures;
use super::outlook::length;

/// The source of the alerts that tell of allowances. No integration can be called so.
pub const SOURCE: &str = "contract allowances";

/// Shares of an allowance at which people are warned, in percent.
const WARN_AT: [u8; 3] = [50, 75, 90];

/// What is said of the allowance of a period while it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AllowanceAlarm {
    /// The last share that was passed, in percent; nothing when all of it is used.
    pub share: Option<u8>,
    /// How much of what is used, for people.
    pub summary: String,
}

impl AllowanceAlarm {
    /// What has to be said of a period: nothing below the first share.
    pub fn of(title: &str, figures: &Figures) -> Option<AllowanceAlarm> {
        let (allowance, left) = (figures.allowance_seconds?, figures.left_seconds?);
        let used = figures.down_seconds;
        if used <= 0.0 {
            return None;
        }
        let promise = format!(
            "{title}: {} down in {}, {} are allowed",
            length(used),
            figures.period.name,
            length(allowance)
        );
        if left <= 0.0 {
            let end = if left < 0.0 { "the promise is broken" } else { "nothing is left" };
            return Some(AllowanceAlarm { share: None, summary: format!("{promise}: {end}") });
        }
        let passed = |share: &&u8| used >= allowance * f64::from(**share) / 100.0;
        let share = *WARN_AT.iter().rfind(passed)?;
        let summary = format!("{promise}: {share} % of it are used, {} left", length(left));
        Some(AllowanceAlarm { share: Some(share), summary })
    }

    /// The name of the alert.
    pub fn name(&self) -> &'static str {
        if self.share.is_some() { "ContractAllowanceWarning" } else { "ContractAllowanceUsedUp" }
    }

    /// How grave it is, as for clocks: half of it is worth knowing, the end of it is an error.
    pub fn severity(&self) -> &'static str {
        match self.share {
            None => "error",
            Some(share) if share >= 75 => "warning",
            Some(_) => "info",
        }
    }
}

/// What an incident took of what a contract allows in a period.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    /// How much of it counts.
    pub counted_seconds: f64,
    /// Whether it still goes on.
    pub ongoing: bool,
    /// Whether it was the one that used the allowance up, or took more when nothing was left.
    pub used_up: bool,
    /// Why the last of it counts, or does not.
    pub because: String,
}

impl Figures {
    /// What an incident took in this period; nothing where no outage of it is in the period.
    pub fn taken_by(&self, incident: IncidentId) -> Option<Taken> {
        let own = || {
            let of = |line: &&super::Line| line.incident.as_ref().is_some_and(|i| i.id == incident);
            self.lines.iter().filter(of)
        };
        let counts = || own().filter(|line| line.counted_seconds > 0.0);
        let beyond = |missed| counts().any(|line| line.to > missed);
        Some(Taken {
            because: counts().next_back().or(own().next_back())?.why.clone(),
            counted_seconds: own().map(|line| line.counted_seconds).sum(),
            ongoing: counts().any(|line| line.ongoing),
            used_up: self.missed_at.is_some_and(beyond),
        })
    }
}
