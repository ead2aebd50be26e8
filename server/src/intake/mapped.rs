//! From events in a shape of their own to alerts: asks the integration's mapping, hands the
//! signals in, and keeps the events as examples.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use alerts::{Mapped, Mapping, MappingError, MappingRule, Received, Signal};
use kernel::{Actor, SpaceId, Time};
use serde::Serialize;
use serde_json::{Map, Value};
use spine::Fault;
use utoipa::ToSchema;

use super::orders;
use super::source::Source;
use super::store::{self, EXAMPLES, Example};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Longest body that is kept as an example, in bytes.
const EXAMPLE_BYTES_MAX: usize = 64 * 1024;

/// An event that came.
pub struct Came {
    /// Headers that say what it is.
    pub headers: Value,
    /// The attributes of a CloudEvent.
    pub event: Value,
    /// The body, or the data.
    pub body: Value,
}

/// What became of the events of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// How many alerts they spoke of.
    pub taken: usize,
    /// How many events no rule is for; they are kept as examples.
    pub unmapped: usize,
    /// What to do about those; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Takes the events: alerts, and examples, are on disk afterwards.
///
/// # Errors
/// 422 when a rule fails on an event: then nothing is taken, and the events are examples all the
/// same.
pub async fn take(
    app: &App,
    source: &Source,
    events: Vec<Came>,
    unwritten: &[MappingRule],
) -> Answer<Taken> {
    let mapping = current(app, &source.space, &source.name, unwritten).await?;
    let (name, now) = (source.name.clone(), app.world.now());
    let work = move || {
        let results: Vec<Result<Mapped, MappingError>> =
            events.iter().map(|event| mapping.map(&event.received(), &name, now)).collect();
        (events, results)
    };
    let joined = tokio::task::spawn_blocking(work).await;
    let (events, results) = joined.map_err(|_| Fault::Other("a mapping broke off".to_owned()))?;
    let examples = examples(app, now, events, &results);
    keep(app, source, examples).await?;
    let several = results.len() > 1;
    let mut signals: Vec<Signal> = Vec::new();
    let mut unmapped = 0;
    for (index, result) in results.into_iter().enumerate() {
        let mapped = result.map_err(|error| {
            let place = if several { format!("event {index}: ") } else { String::new() };
            Problem::refused(format!("{place}the mapping fails: {error}; nothing was taken"))
                .at(error.field)
                .remedy("the event is kept as an example; mend the mapping and send it again")
        })?;
        unmapped += usize::from(mapped.rule.is_none());
        signals.extend(mapped.signals);
    }
    for signal in &mut signals {
        let before = orders::warm(app, source, signal.fingerprint()).map(|alert| alert.record);
        signal.starts_at = orders::begins(before.as_ref(), signal.starts_at);
    }
    let taken = signals.len();
    if taken > 0 {
        app.intake.take(source.space.clone(), signals).await?;
    }
    let why = (unmapped > 0).then(|| {
        format!(
            "no rule is for {unmapped} of the events; they are kept as examples, against which \
             the mapping of `{}` can be written",
            source.name
        )
    });
    Ok(Taken { taken, unmapped, why })
}

impl Came {
    fn received(&self) -> Received<'_> {
        Received { body: &self.body, event: &self.event, headers: &self.headers }
    }
}

/// A mapping with the version that it was compiled at.
type Compiled = (i64, Arc<Mapping>);

/// The mapping of an integration as it is now, compiled once for each version.
async fn current(
    app: &App,
    space: &SpaceId,
    integration: &str,
    unwritten: &[MappingRule],
) -> Answer<Arc<Mapping>> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Compiled>>> = LazyLock::new(Mutex::default);
    let stored = store::mapping(&mut app.db.reader().await?, space, integration).await?;
    let Some((rules, version)) = stored else {
        return Ok(Arc::new(compiled(unwritten)?));
    };
    let data = serde_json::json!(rules).to_string();
    let key = format!("{space} {integration} {data}");
    let known = |key: &str| {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(at, _)| *at == version).map(|(_, mapping)| mapping.clone())
    };
    if let Some(mapping) = known(&key) {
        return Ok(mapping);
    }
    let mapping = Arc::new(compiled(&rules)?);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() > 256 {
        known.clear();
    }
    known.insert(key, (version, mapping.clone()));
    Ok(mapping)
}

/// Compiles rules.
///
/// # Errors
/// 422 that names rule and expression.
pub fn compiled(rules: &[MappingRule]) -> Answer<Mapping> {
    Mapping::compile(rules).map_err(|error| {
        Problem::refused(error.to_string()).at(format!("{}.{}", error.index, error.field))
    })
}

/// The last events of a request, as they are kept.
fn examples(
    app: &App,
    now: Time,
    events: Vec<Came>,
    results: &[Result<Mapped, MappingError>],
) -> Vec<Example> {
    let moment = app.moment(Actor::system("intake"));
    let past = events.len().saturating_sub(usize::try_from(EXAMPLES).unwrap_or_default());
    let kept = events.into_iter().zip(results).skip(past);
    let example = |(event, result): (Came, &Result<Mapped, MappingError>)| {
        let length = event.body.to_string().len();
        let body = if length > EXAMPLE_BYTES_MAX {
            Value::String(format!("{length} bytes; too long to be kept"))
        } else {
            event.body
        };
        Example {
            id: moment.id(),
            at: now,
            outcome: outcome(result),
            headers: event.headers,
            event: event.event,
            body,
        }
    };
    kept.map(example).collect()
}

/// What an event came to, in words.
pub fn outcome(result: &Result<Mapped, MappingError>) -> String {
    match result {
        Ok(Mapped { rule: None, .. }) => "no rule is for it".to_owned(),
        Ok(Mapped { rule: Some(rule), signals }) => {
            format!("rule `{rule}` made {} signals", signals.len())
        }
        Err(error) => error.to_string(),
    }
}

async fn keep(app: &App, source: &Source, examples: Vec<Example>) -> Answer<()> {
    let (space, name) = (source.space.clone(), source.name.clone());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::keep(tx, &space, &name, &examples).await })
    });
    Ok(work.await?)
}

/// The headers that say what an event is. Others may hold secrets, and are never looked at.
pub fn telling(headers: &axum::http::HeaderMap) -> Value {
    const TELLING: [&str; 3] = ["content-type", "user-agent", "x-event-key"];
    let kept = headers.iter().filter(|(name, _)| {
        let name = name.as_str();
        TELLING.contains(&name) || name.starts_with("x-") && name.ends_with("-event")
    });
    let told = kept.take(16).filter_map(|(name, value)| {
        let text: String = value.to_str().ok()?.chars().take(200).collect();
        Some((name.as_str().to_owned(), Value::String(text)))
    });
    Value::Object(told.collect::<Map<_, _>>())
}
