//! What the alerts of an objective say.

use std::collections::BTreeSet;

use alerts::{Labels, Signal};
use budgets::{PairNow, SOURCE, amount, explain, length, percent, share};
use kernel::Time;
use objectives::Severity;

use super::decide::SPENT;
use super::evaluate::Standing;
use super::store::Decided;
use super::terms::Known;

/// An alert that the error budget burns.
const BURN: &str = "ErrorBudgetBurn";
/// An alert that the error budget is spent.
const EMPTY: &str = "ErrorBudgetSpent";

/// The signals that bring what alerts say in line with what they have to.
pub fn signals(
    decided: &Decided,
    known: Option<Known<'_>>,
    standing: Option<&Standing>,
    now: Time,
) -> Vec<Signal> {
    let windows = |text: &'static str, of: &str| -> BTreeSet<String> {
        let all = of.split(',').filter(|window| !window.is_empty());
        all.map(|window| format!("{text}{window}")).collect()
    };
    let (firing, told) = (windows("", &decided.firing), windows("", &decided.told));
    let one = |window: &String, fires: bool| {
        Words { decided, known, standing }.signal(window, fires, now)
    };
    let begun = firing.difference(&told).map(|window| one(window, true));
    let over = told.difference(&firing).map(|window| one(window, false));
    begun.chain(over).collect()
}

struct Words<'a> {
    decided: &'a Decided,
    known: Option<Known<'a>>,
    standing: Option<&'a Standing>,
}

impl Words<'_> {
    fn signal(&self, window: &str, fires: bool, now: Time) -> Signal {
        let name = &self.decided.objective;
        let item = self.known.map(|known| known.spec.item.to_string()).unwrap_or_default();
        let pair = self.standing.and_then(|standing| {
            let mut pairs = standing.figures.pairs.iter();
            pairs.find(|pair| length(pair.pair.long_micros) == window)
        });
        let spent = window == SPENT;
        let short = pair.map(|pair| length(pair.pair.short_micros)).unwrap_or_default();
        let severity = match pair.map(|pair| pair.pair.severity) {
            Some(Severity::Page) => "critical",
            Some(Severity::Ticket) => "warning",
            None if spent || window.ends_with('d') => "warning",
            None => "critical",
        };
        let labels = [
            ("alertname", if spent { EMPTY } else { BURN }),
            ("objective", name.as_str()),
            ("item", item.as_str()),
            ("severity", severity),
            ("window", if spent { "" } else { window }),
            ("short_window", short.as_str()),
        ];
        let (summary, description) = self.texts(window, pair);
        Signal {
            source: SOURCE.into(),
            key: Some(format!("objective/{name}/{window}").into()),
            rule: None,
            labels: Labels::new(labels.into_iter().filter(|(_, value)| !value.is_empty())),
            annotations: Labels::new([
                ("summary", summary.as_str()),
                ("description", description.as_str()),
            ]),
            starts_at: None,
            ends_at: Some(if fires { Time::MAX } else { now }),
            generator_url: format!("/objectives/{name}").into(),
        }
    }

    fn texts(&self, window: &str, pair: Option<&PairNow>) -> (String, String) {
        let name = &self.decided.objective;
        let title = self.known.map_or(name.as_str(), |known| known.resource.title());
        let Some(standing) = self.standing else {
            return (format!("{title}: nothing is promised any more"), String::new());
        };
        let figures = &standing.figures;
        let description = self.known.and_then(|known| known.spec.indicator.description.as_deref());
        let said = explain(&standing.terms, figures, description);
        let all = format!("{} {} {}", said.objective, said.budget, said.burn);
        let left = figures.remaining.map(|left| format!("; {} of it is left", share(left)));
        let left = left.unwrap_or_default();
        let summary = match pair {
            Some(pair) => match pair.long_burn {
                Some(burn) => format!(
                    "{title}: the error budget burns {burn:.1} times as fast as it may over \
                     {window} ({} bad of {}){left}",
                    percent(pair.long.bad() / pair.long.total.max(1.0)),
                    amount(&standing.terms, pair.long.total)
                ),
                None => {
                    let bad = amount(&standing.terms, pair.long.bad());
                    format!("{title}: {bad} bad within {window}, and nothing may be")
                }
            },
            None => format!(
                "{title}: the error budget of {} is spent{left}",
                length(figures.window.length())
            ),
        };
        (summary, all)
    }
}
