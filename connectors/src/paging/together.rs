//! What is told together: one message for several incidents, the most urgent first.

use kernel::Priority;

use super::PageCall;

/// Most incidents that a message lists; it counts the others.
pub const LISTED_MAX: usize = 10;
/// Most incidents that a voice reads out.
pub(super) const READ_OUT_MAX: usize = 5;

/// One of several incidents that a message tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The incident's number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its priority.
    pub priority: Priority,
    /// Where to acknowledge it alone.
    pub acknowledge_url: String,
}

impl Told {
    /// `[P2] #43 Checkout is slow`
    pub fn line(&self) -> String {
        format!("[{}] #{} {}", self.priority, self.number, super::one_line(&self.title))
    }
}

impl PageCall<'_> {
    /// The incidents besides the first one.
    pub(crate) fn others(&self) -> &[Told] {
        self.together.get(1..).unwrap_or_default()
    }

    /// `, and 4 more`, or nothing.
    pub(crate) fn and_more(&self) -> String {
        match self.others().len() {
            0 => String::new(),
            more => format!(", and {more} more"),
        }
    }

    /// What the button says.
    pub(crate) fn acknowledge(&self) -> &'static str {
        match self.others() {
            _ if self.is_test() => "It reached me",
            [] => "Acknowledge",
            _ => "Acknowledge all",
        }
    }

    /// What the link says beside it.
    pub(crate) fn open(&self) -> &'static str {
        if self.others().is_empty() { "Open incident" } else { "Open list" }
    }

    /// A line for each incident; nothing where it is one alone.
    pub(crate) fn listed(&self) -> Vec<String> {
        if self.others().is_empty() {
            return Vec::new();
        }
        let mut lines: Vec<String> =
            self.together.iter().take(LISTED_MAX).map(Told::line).collect();
        if let Some(rest) = self.together.len().checked_sub(LISTED_MAX).filter(|rest| *rest > 0) {
            lines.push(format!("… and {rest} more"));
        }
        lines
    }
}
