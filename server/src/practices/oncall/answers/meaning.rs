//! Which page somebody means who answers a call by a text message: a decision by value.

use std::time::Duration;

use connectors::paging::Asked;
use kernel::{ItemRef, Time};
use oncall::Page;

/// By how much the clock of a provider may be behind ours.
const SLACK: Duration = Duration::from_secs(60);
/// How many incidents are named in an answer.
const NAMED_MAX: usize = 5;

/// Who sent a message, and what they may mean.
pub struct Called<'a> {
    /// Pages that may be meant, the newest first.
    pub pages: &'a [Page],
    /// Who has the number.
    pub people: &'a [ItemRef],
    /// When the message was sent.
    pub sent_at: Time,
}

impl<'a> Called<'a> {
    /// The pages for which one of them was called before the message was sent, with who was called
    /// last.
    fn theirs(&self) -> impl Iterator<Item = (&'a Page, &'a ItemRef)> {
        self.pages.iter().filter_map(|page| {
            let mut calls = page.calls.iter().rev();
            let call = calls.find(|call| {
                call.at <= self.sent_at + SLACK && self.people.contains(&call.contact)
            })?;
            Some((page, &call.contact))
        })
    }

    /// Those of them that wait for an answer.
    fn waiting(&self) -> Vec<(&'a Page, &'a ItemRef)> {
        let waits = |(page, person): &(&Page, &ItemRef)| {
            let asked = page.handover.as_ref().is_some_and(|over| over.to == **person);
            page.stage.unanswered() || asked
        };
        self.theirs().filter(waits).collect()
    }

    /// The page that is meant, and who means it.
    ///
    /// # Errors
    /// Why none can be told, for whoever asked.
    pub fn meant(&self, asked: Asked) -> Result<(&'a Page, &'a ItemRef), String> {
        let waiting = self.waiting();
        let (Asked::Acknowledge(number) | Asked::Escalate(number)) = asked;
        if let Some(number) = number {
            let found = waiting.first().copied().or_else(|| self.theirs().next());
            return found.ok_or_else(|| format!("You were not called for #{number}."));
        }
        match waiting.as_slice() {
            [] => Err("Nothing rings for you now.".to_owned()),
            [one] => Ok(*one),
            _ => Err(self.how_to_answer()),
        }
    }

    /// How to answer what waits.
    pub fn how_to_answer(&self) -> String {
        let mut numbers: Vec<u64> =
            self.waiting().iter().map(|(page, _)| page.summary.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let example = match numbers.first() {
            None => return "Nothing rings for you now.".to_owned(),
            Some(first) => format!("Answer ack {first} to take it, esc {first} to call the next."),
        };
        match numbers.len() {
            1 => example,
            count => {
                let named: Vec<String> =
                    numbers.iter().take(NAMED_MAX).map(|number| format!("#{number}")).collect();
                let more = if count > NAMED_MAX { " and more" } else { "" };
                format!("{count} ring for you: {}{more}. {example}", named.join(", "))
            }
        }
    }
}
