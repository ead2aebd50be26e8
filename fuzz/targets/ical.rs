//! iCalendar files with holidays, and the years that they close.
#![no_main]

use calendar::{Definition, When, Years};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let years = Years { first: 2026, last: 2027 };
    let feed = When::Ical(text.to_owned());
    let _ = Definition::always("Europe/Berlin").holiday("feed", feed).compile(years);
});
