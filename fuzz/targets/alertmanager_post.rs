//! Bodies of `POST /api/v2/alerts`.
#![no_main]

use connectors::alertmanager::{AlertsBody, ShownAlert, parse};
use kernel::Time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(signals) = parse(body) else { return };
    // What was taken can be shown, and what is shown can be taken.
    let mut shown = AlertsBody::new("operate", signals.len());
    for signal in &signals {
        let alert = ShownAlert {
            fingerprint: 7,
            starts_at: signal.starts_at.unwrap_or(Time::EPOCH),
            ends_at: signal.ends_at.unwrap_or(Time::MAX),
            updated_at: Time::EPOCH,
            generator_url: &signal.generator_url,
        };
        let labels = signal.labels.iter().map(|(name, value)| (&**name, &**value));
        let annotations = signal.annotations.iter().map(|(name, value)| (&**name, &**value));
        shown.push(&alert, labels, annotations);
    }
    let body = shown.finish();
    let again = parse(&body).expect("what is shown can be taken");
    assert_eq!(again.len(), signals.len());
    for (again, signal) in again.iter().zip(&signals) {
        assert_eq!((&again.labels, &again.annotations), (&signal.labels, &signal.annotations));
    }
});
