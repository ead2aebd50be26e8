//! Whether a closed period still follows from what it was drawn from, and what has changed since.

use axum::extract::State;
use kernel::{ItemRef, Time, hex};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use spine::journal::Position;
use utoipa::ToSchema;

use super::close::{self, Restatement};
use super::gather::Book;
use super::routes::{ContractPath, PeriodQuery};
use super::{routes, store};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::problem::{Answer, Problem};

/// Whether a closed period comes to the same when it is reckoned again.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ContractVerification {
    /// The contract.
    pub contract: ItemRef,
    /// The period.
    pub period: String,
    /// The closing that was looked at: the newest.
    pub revision: i64,
    /// When it was closed.
    pub closed_at: Time,
    /// The SHA-256 that was kept with it.
    pub inputs_hash: String,
    /// Whether what it was drawn from is as it was kept.
    pub kept: KeptInputs,
    /// Whether reckoning from the records of now gives the same figures.
    pub same_figures: bool,
    /// The figures that differ.
    pub figures: Vec<Restatement>,
    /// What of that from which they were drawn is not as it was.
    pub inputs: Vec<InputChange>,
}

/// Whether the inputs of a closing are as they were kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptInputs {
    /// Their hash is the one of the closing.
    Intact,
    /// They were changed after the closing.
    Altered,
    /// They were not kept: it was closed by a version that kept their hash alone.
    NotKept,
}

/// A part of what figures are drawn from that is not as it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct InputChange {
    /// Which part: `contract`, `calendars`, `incidents`, `maintenance`, `unknown`, `blind`,
    /// `counted`.
    pub part: String,
    /// What is different, in words.
    pub text: String,
}

/// Reckons a closed period again from the records, and holds it against what was frozen: whether
/// the figures are identical, and if not, what changed.
#[utoipa::path(get, path = "/contracts/{name}/verify", tag = "contracts",
    params(ContractPath, PeriodQuery),
    responses((status = 200, description = "What came of it", body = ContractVerification)))]
pub(super) async fn verify(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ContractPath>,
    Query(query): Query<PeriodQuery>,
) -> Answer<Json<ContractVerification>> {
    let (book, deal) = Book::one(&app, &caller.space, &path.item()?).await?;
    let period = routes::named(&book, &deal, query.period.as_deref())?;
    let closed = close::newest_of_each(&app, &caller.space, &deal.item).await?;
    let closed = close::newest(closed, &period.name).ok_or_else(|| {
        Problem::refused(format!("{} is not closed", period.name))
            .at("period")
            .remedy("close it first: there is nothing to hold it against")
    })?;
    let clocks = routes::clocks(&app, &caller.space, (&book, &deal), &period).await?;
    let figures = book.figures(&deal, &period);
    let restated = close::restated_whole(&closed.frozen, &figures, &clocks);
    let figures = restated.map(|restated| restated.changes).unwrap_or_default();
    let mut conn = app.db.reader().await?;
    let key = (&deal.item, period.name.as_str());
    let text = store::inputs(&mut conn, &caller.space, key, closed.revision).await?;
    let (tx, seq) = closed.frozen.journal;
    let now = close::inputs(&book, &deal, &period, Position { tx, seq });
    Ok(Json(ContractVerification {
        contract: deal.item,
        period: period.name,
        revision: closed.revision,
        closed_at: closed.at,
        kept: kept(text.as_deref(), &closed.frozen.inputs_hash),
        inputs_hash: closed.frozen.inputs_hash,
        same_figures: figures.is_empty(),
        figures,
        inputs: text.map(|text| changes(&text, &now)).unwrap_or_default(),
    }))
}

fn kept(text: Option<&str>, hash: &str) -> KeptInputs {
    match text {
        None => KeptInputs::NotKept,
        Some(text) if hex(&Sha256::digest(text.as_bytes())) == hash => KeptInputs::Intact,
        Some(_) => KeptInputs::Altered,
    }
}

/// What of the inputs is not as it was kept, part by part; of lists how many entries are new or
/// gone.
fn changes(kept: &str, now: &str) -> Vec<InputChange> {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (kept, now) = (read(kept), read(now));
    let nothing = serde_json::Map::new();
    let parts = kept.as_object().unwrap_or(&nothing);
    let differ = parts.iter().filter(|(part, was)| now.get(part.as_str()) != Some(was));
    let change = |(part, was): (&String, &Value)| InputChange {
        part: part.clone(),
        text: difference(part, was, now.get(part.as_str()).unwrap_or(&Value::Null)),
    };
    differ.map(change).collect()
}

fn difference(part: &str, was: &Value, is: &Value) -> String {
    if let (Some(was), Some(is)) = (was.as_array(), is.as_array()) {
        let gone: Vec<&Value> = was.iter().filter(|entry| !is.contains(entry)).collect();
        let new: Vec<&Value> = is.iter().filter(|entry| !was.contains(entry)).collect();
        let names = |entries: &[&Value]| {
            let named = entries.iter().filter_map(|entry| entry["incident"]["number"].as_u64());
            let named: Vec<String> = named.map(|number| format!("#{number}")).collect();
            if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
        };
        let (gone_names, new_names) = (names(&gone), names(&new));
        return format!(
            "{} as they were then{gone_names}, {} as they are now{new_names}",
            gone.len(),
            new.len()
        );
    }
    let (Some(was), Some(is)) = (was.as_object(), is.as_object()) else {
        return format!("the {part} is another one");
    };
    let fields = was.keys().chain(is.keys().filter(|field| !was.contains_key(*field)));
    let differ = fields.filter(|field| was.get(*field) != is.get(*field));
    format!("other: {}", differ.cloned().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_since_a_closing_is_told_part_by_part() {
        let incident =
            |number: u64, users: u64| json!({ "incident": { "number": number }, "users": users });
        let kept_text = json!({
            "contract": { "scope": ["service/web"], "terms": [] },
            "incidents": [incident(1, 5), incident(2, 5)],
            "unknown": [],
        })
        .to_string();
        let now = json!({
            "contract": { "scope": ["service/till"], "terms": [] },
            "incidents": [incident(1, 5), incident(2, 9)],
            "unknown": [],
        });
        let told = changes(&kept_text, &now.to_string());
        let told: Vec<(&str, &str)> =
            told.iter().map(|change| (change.part.as_str(), change.text.as_str())).collect();
        assert_eq!(
            told,
            [
                ("contract", "other: scope"),
                ("incidents", "1 as they were then (#2), 1 as they are now (#2)"),
            ]
        );
        assert!(changes(&kept_text, &kept_text).is_empty());
    }

    #[test]
    fn inputs_that_were_changed_after_the_closing_are_told() {
        let hash = hex(&Sha256::digest(b"{}"));
        assert_eq!(kept(Some("{}"), &hash), KeptInputs::Intact);
        assert_eq!(kept(Some("{ }"), &hash), KeptInputs::Altered);
        assert_eq!(kept(None, &hash), KeptInputs::NotKept);
    }
}
