use std::borrow::Cow;

use kernel::{ItemRef, Time};

/// Names with values, in the order in which they were sent; a name may come twice.
pub type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// What a sender said once about one thing, in no protocol's words.
///
/// Texts are borrowed from the request's body where it spells them without escapes. Nothing is
/// judged yet: empty or overlong labels and an end before the start come through as they were
/// sent.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Signal<'a> {
    /// Identifies the alert where the sender has a name for it; without one, its labels do.
    pub key: Option<Cow<'a, str>>,
    /// What it is about, for matching.
    pub labels: Pairs<'a>,
    /// What explains it, for people.
    pub annotations: Pairs<'a>,
    /// Since when it holds; `None`: unsaid.
    pub starts_at: Option<Time>,
    /// Until when it holds. In the past: it is over. `None`: until the sender has been silent for
    /// the receiver's resolve timeout. [`Time::MAX`]: until the sender says that it is over.
    pub ends_at: Option<Time>,
    /// Where the sender shows it; may be empty.
    pub generator_url: Cow<'a, str>,
    /// The item of the estate that the sender names, which no rule then has to find.
    pub item: Option<ItemRef>,
}
