//! An objective in plain sentences, with its own numbers.

use objectives::Runway;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Figures, Terms};

const MINUTE: f64 = 60_000_000.0;

/// What an objective means, and how it stands, in sentences.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Explained {
    /// What is counted.
    pub indicator: String,
    /// What is promised.
    pub objective: String,
    /// What may go wrong, and what has.
    pub budget: String,
    /// How fast the budget goes.
    pub burn: String,
    /// What is not known.
    pub unknown: String,
}

/// Says it.
pub fn explain(terms: &Terms, figures: &Figures, description: Option<&str>) -> Explained {
    let window = length(figures.window.length());
    let target = percent(terms.target.share());
    let what = if terms.counts_time() { "of the time" } else { "of all events" };
    let counted = &figures.tally;
    let indicator = match (description, counted.ratio()) {
        (Some(description), Some(ratio)) => {
            format!("{}: {} at present.", description.trim_end_matches('.'), percent(ratio))
        }
        (None, Some(ratio)) => {
            format!("Counted is how many {what} were good: {} at present.", percent(ratio))
        }
        (Some(description), None) => {
            format!("{}: nothing was counted yet.", description.trim_end_matches('.'))
        }
        (None, None) => "Nothing was counted yet.".to_owned(),
    };
    Explained {
        indicator,
        objective: format!("{target} {what} have to be good over {window}."),
        budget: budget(terms, figures, &window),
        burn: burn(terms, figures, &window),
        unknown: unknown(figures),
    }
}

fn budget(terms: &Terms, figures: &Figures, window: &str) -> String {
    let share_bad = terms.target.budget();
    if share_bad <= 0.0 {
        let bad = amount(terms, figures.budget.bad);
        return format!("Nothing may go wrong: there is no error budget. {bad} bad so far.");
    }
    let counted = counted(terms, figures);
    let whole = length(rounded(share_bad * counted as f64));
    let over = if counted < figures.window.length() {
        format!("the {} of {window} that count", length(counted))
    } else {
        window.to_owned()
    };
    let may = percent(share_bad);
    let begin = format!("{may} may be bad: in {over} that is {whole} of complete failure.");
    let Some(remaining) = figures.remaining.filter(|_| figures.budget.counted) else {
        return format!("{begin} Nothing was counted yet, so nothing of it is used.");
    };
    let (total, bad) = (figures.tally.total, figures.budget.bad);
    let used = if terms.counts_time() {
        format!("{} of {} were bad", amount(terms, bad), amount(terms, total))
    } else {
        format!("Of {} events {} were bad", grouped(total), grouped(bad))
    };
    let left = if remaining >= 0.0 {
        format!("{} of the error budget is left", share(remaining))
    } else {
        format!("the error budget is overspent by {}", share(-remaining))
    };
    format!("{begin} {used}, {} may be; {left}.", amount(terms, figures.budget.allowed))
}

/// How much of the window counts, in microseconds: hours and maintenance may be left out.
fn counted(terms: &Terms, figures: &Figures) -> i64 {
    terms.counting.of(figures.window)
}

/// To whole milliseconds: a share such as 0.1 % is no binary fraction.
fn rounded(micros: f64) -> i64 {
    (micros / 1_000.0).round() as i64 * 1_000
}

fn burn(terms: &Terms, figures: &Figures, window: &str) -> String {
    if terms.target.budget() <= 0.0 {
        return "There is no budget that could last: whatever is bad is told at once.".to_owned();
    }
    let Some(burn) = figures.burn else {
        return "How fast the budget goes is not known: nothing was counted lately.".to_owned();
    };
    let speed = format!(
        "The budget goes {burn:.1} times as fast as it may; at 1 it lasts exactly {window}."
    );
    let speed = match figures.pairs.is_empty() && (terms.alerts.page || terms.alerts.ticket) {
        true => format!("{speed} No alert watches it: none fits this target and window."),
        false => speed,
    };
    match figures.runway {
        Runway::Micros(micros) => {
            format!("{speed} If it goes on like this, it is spent in {}.", length(micros))
        }
        Runway::Lasting => "At present nothing of the budget is used.".to_owned(),
        Runway::Spent => format!("{speed} It is spent."),
        Runway::Unknown => speed,
    }
}

fn unknown(figures: &Figures) -> String {
    if figures.known_since.is_none() {
        return "Nothing is known of this window yet.".to_owned();
    }
    let gap = figures.unknown_share;
    let gaps = if gap > 0.0 {
        let least = gap.max(0.000_1);
        format!("{} of the time is unknown; it counts neither as good nor as bad.", percent(least))
    } else if figures.young {
        "Every minute since the first that was counted is known.".to_owned()
    } else {
        "Every minute is known.".to_owned()
    };
    if figures.young {
        return format!("{gaps} Nothing is known of the window before: the figures are young.");
    }
    gaps
}

/// So many events, or so much time.
pub fn amount(terms: &Terms, number: f64) -> String {
    if terms.counts_time() { length(number as i64) } else { grouped(number) }
}

/// A share in percent with as many places as tell it from its neighbours: `99.95 %`. What is not
/// all is never written as 100 %.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let near = percent.min(100.0 - percent).abs();
    let places = match near {
        near if !(1e-9..10.0).contains(&near) => 1,
        near if near >= 0.1 => 2,
        near if near >= 0.001 => 3,
        near => (-near.log10()).ceil() as usize,
    };
    let text = format!("{percent:.places$}");
    let short =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{short} %")
}

/// A share of a budget in whole percent.
pub fn share(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A length of time by its two greatest units: `43m 12s`, `30d`, `1h`.
pub fn length(micros: i64) -> String {
    let mut seconds = micros.unsigned_abs() / 1_000_000;
    if seconds == 0 {
        return "0s".to_owned();
    }
    let mut parts = Vec::new();
    for (unit, of) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if parts.len() < 2 && seconds >= of {
            parts.push(format!("{}{unit}", seconds / of));
            seconds %= of;
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.join(" ")
}

/// A whole number with its thousands apart: `4,300,000`; small ones with a place.
fn grouped(number: f64) -> String {
    if number.abs() < 10.0 && number.fract().abs() > 0.05 {
        return format!("{number:.1}");
    }
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0.0 { format!("-{text}") } else { text }
}

/// Minutes of complete failure that are left, for a sentence: negative when overspent.
pub fn minutes_left(terms: &Terms, figures: &Figures) -> Option<f64> {
    let whole = terms.target.budget() * counted(terms, figures) as f64 / MINUTE;
    figures.remaining.map(|remaining| remaining * whole)
}
