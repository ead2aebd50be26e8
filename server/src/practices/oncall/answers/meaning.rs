//! Which page somebody means who answers a call by a text message: a decision by value.

use std::time::Duration;

use connectors::paging::Asked;
use kernel::{Actor, ItemRef, Time};
use oncall::{Page, Stage};
use spine::engine::Versioned;

/// By how much the clock of a provider may be behind ours.
pub(super) const SLACK: Duration = Duration::from_secs(60);
/// How many incidents are named in an answer.
const NAMED_MAX: usize = 5;
const NOTHING: &str = "Nothing rings for you now.";

/// Who sent a message, and what they may mean.
pub struct Called<'a> {
    /// Pages that may be meant, the newest first.
    pub pages: &'a [Versioned<Page>],
    /// Who has the number.
    pub people: &'a [ItemRef],
    /// As whom they act: by links and answers, and by their accounts.
    pub actors: &'a [Actor],
    /// When the message was sent.
    pub sent_at: Time,
}

/// A page that is meant, and who means it.
type Meant<'a> = (&'a Versioned<Page>, &'a ItemRef);

impl<'a> Called<'a> {
    /// The pages for which one of them was called before the message was sent, with who was called
    /// last.
    fn theirs(&self) -> impl Iterator<Item = Meant<'a>> {
        self.pages.iter().filter_map(|page| {
            let mut calls = page.record.calls.iter().rev();
            let call = calls.find(|call| {
                call.at <= self.sent_at + SLACK && self.people.contains(&call.contact)
            })?;
            Some((page, &call.contact))
        })
    }

    /// Those of them that wait for an answer.
    fn waiting(&self) -> Vec<Meant<'a>> {
        self.theirs().filter(waits).collect()
    }

    /// Those of them for which the next in line may be called: what nobody has, else what one of
    /// them has. What a colleague has stays with the colleague.
    fn escalatable(&self) -> Vec<Meant<'a>> {
        let has = |page: &Page| {
            let by = page.acknowledged_by.as_ref();
            page.stage == Stage::Acknowledged && by.is_some_and(|by| self.actors.contains(by))
        };
        let (nobodys, others): (Vec<_>, Vec<_>) =
            self.theirs().partition(|(page, _)| page.record.stage.unanswered());
        match nobodys.is_empty() {
            true => others.into_iter().filter(|(page, _)| has(&page.record)).collect(),
            false => nobodys,
        }
    }

    /// The pages that are meant, and who means them: everything of one incident that fits.
    ///
    /// # Errors
    /// Why none can be told, for whoever asked.
    pub fn meant(&self, asked: Asked) -> Result<Vec<Meant<'a>>, String> {
        let (fits, number) = match asked {
            Asked::Acknowledge(number) => (self.waiting(), number),
            Asked::Escalate(number) => (self.escalatable(), number),
        };
        match (fits.as_slice(), number) {
            ([], Some(number)) => {
                let last = self.theirs().next();
                let last = last.ok_or_else(|| format!("You were not called for #{number}."))?;
                match asked {
                    // Who has it is told.
                    Asked::Acknowledge(_) => Ok(vec![last]),
                    Asked::Escalate(_) => Err(taken(&last.0.record)),
                }
            }
            ([], None) => Err(NOTHING.to_owned()),
            ([first, others @ ..], None) if others.iter().any(|other| apart(first, other)) => {
                Err(which(&fits))
            }
            _ => Ok(fits),
        }
    }

    /// How to answer what waits.
    pub fn how_to_answer(&self) -> String {
        which(&self.waiting())
    }
}

fn waits((page, person): &Meant<'_>) -> bool {
    let asked = page.record.handover.as_ref().is_some_and(|over| over.to == **person);
    page.record.stage.unanswered() || asked
}

/// Whether they are of different incidents.
fn apart((one, _): &Meant<'_>, (other, _): &Meant<'_>) -> bool {
    one.record.incident != other.record.incident
}

/// How to say which of several is meant.
fn which(meant: &[Meant<'_>]) -> String {
    let mut numbers: Vec<u64> = meant.iter().map(|(page, _)| page.record.summary.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let Some(first) = numbers.first() else { return NOTHING.to_owned() };
    let named = numbers.iter().take(NAMED_MAX).map(|number| format!("#{number}"));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = if numbers.len() > NAMED_MAX { " and more" } else { "" };
    if meant.iter().all(|meant| !waits(meant)) {
        return format!("You have {named}{more}. Answer esc {first} to call the next.");
    }
    let example = format!("Answer ack {first} to take it, esc {first} to call the next.");
    match numbers.len() {
        1 => example,
        count => format!("{count} ring for you: {named}{more}. {example}"),
    }
}

/// Who has a page, or that nobody is needed for it.
pub fn taken(page: &Page) -> String {
    let number = page.summary.number;
    match page.acknowledged_by.as_ref().filter(|_| page.stage == Stage::Acknowledged) {
        Some(by) => format!("{} has #{number} already.", by.name()),
        None => over(number),
    }
}

/// That nobody is needed.
pub fn over(number: u64) -> String {
    format!("#{number} needs nobody any more.")
}
