use std::time::Duration;

use kernel::{Lifecycle, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::plan::Window;
use crate::{Silence, Verb};

/// A silence as the API shows it: the record with what may be asked of it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SilenceView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub silence: &'a Silence,
    /// The present window and those to come: ten, and all of the next four weeks, sixty at most;
    /// none when it is over.
    pub windows: Vec<Window>,
    /// The row's version, for `If-Match`.
    pub version: i64,
    /// What a person may ask now.
    pub allowed: Vec<&'static Offer>,
}

/// A command that a person may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = SilenceOffer)]
pub struct Offer {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// What has to be filled in beside the plan: nothing.
    #[schema(value_type = Vec<Object>, max_items = 0)]
    pub fields: [(); 0],
    /// The verb behind it.
    #[serde(skip)]
    pub verb: Verb,
}

const OFFERS: [Offer; 2] = [
    Offer { command: "edit", label: "Edit", fields: [], verb: Verb::Edit },
    Offer { command: "expire", label: "Expire", fields: [], verb: Verb::Expire },
];

/// Windows that a silence is shown with, however far away they are.
const WINDOWS: usize = 10;
/// Windows that it is shown with at most.
const WINDOWS_MAX: usize = 60;
/// How far a calendar looks ahead.
const AHEAD: Duration = Duration::from_secs(29 * 86_400);

impl Silence {
    /// The silence as the API shows it.
    pub fn view(&self, version: i64, now: Time) -> View<'_> {
        let mut windows = self.windows(now, WINDOWS_MAX);
        let near = windows.iter().take_while(|window| window.from < now + AHEAD).count();
        windows.truncate(near.max(WINDOWS));
        View { silence: self, windows, version, allowed: self.offers() }
    }

    /// The present window and those to come, at most `count`; none when it is over.
    pub fn windows(&self, now: Time, count: usize) -> Vec<Window> {
        if self.stage.open() { self.times().windows(now, count) } else { Vec::new() }
    }

    /// The windows in which it held something back between these times, at most `count`: an end
    /// before its time counts.
    pub fn held(&self, from: Time, to: Time, count: usize) -> Vec<Window> {
        let end = self.ended_at.unwrap_or(self.ends_at).min(to);
        let windows = self.times().windows(from, count).into_iter();
        let cut =
            |window: Window| Window { from: window.from.max(from), until: window.until.min(end) };
        windows.map(cut).filter(|window| window.from < window.until).collect()
    }

    /// The commands that a person may send now.
    pub fn offers(&self) -> Vec<&'static Offer> {
        OFFERS.iter().filter(|offer| self.allows(offer.verb)).collect()
    }
}
