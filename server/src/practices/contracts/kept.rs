//! Reports of contracts that are in the estate no more: what was closed of them is kept.

use estate::Spec;
use kernel::{ItemRef, SpaceId};

use super::close::{self, Closing};
use super::store;
use super::views::ComplianceReport;
use crate::app::App;
use crate::problem::{Answer, Problem};

/// A closed period of a deleted contract as it was frozen; the newest where none is named.
///
/// # Errors
/// 404 when nothing was closed of such a contract; when there is no such period.
pub async fn report(
    app: &App,
    space: &SpaceId,
    contract: &ItemRef,
    name: Option<&str>,
) -> Answer<ComplianceReport> {
    let none = || Problem::not_found("contract");
    let mut closed = close::newest_of_each(app, space, contract).await?;
    closed.sort_by_key(|closed| closed.frozen.figures.period.from);
    let mut conn = app.db.reader().await?;
    let last = store::last_contract(&mut conn, space, contract).await?.ok_or_else(none)?;
    let Spec::ServiceContract(spec) = &last.spec else { return Err(none()) };
    let names: Vec<String> = closed.iter().map(|closed| closed.period.clone()).collect();
    let place = match name.filter(|name| !name.is_empty()) {
        None => names.len().checked_sub(1).ok_or_else(none)?,
        Some(name) => names.iter().position(|known| known == name).ok_or_else(|| {
            let kept = match names.is_empty() {
                true => "none of its periods was closed".to_owned(),
                false => format!("what was closed of it is kept: {}", names.join(", ")),
            };
            Problem::refused("the contract was deleted").at("period").remedy(kept)
        })?,
    };
    let one = &closed[place];
    let name_at = |place: usize| names.get(place).cloned();
    let from = one.frozen.figures.period.from.max(spec.start);
    Ok(ComplianceReport {
        contract: contract.clone(),
        title: last.title().to_owned(),
        provider: spec.provider.clone(),
        consumer: spec.consumer.clone(),
        scope: spec.scope_at(from).to_vec(),
        words: Vec::new(),
        figures: one.frozen.figures.clone(),
        clocks: one.frozen.clocks.clone(),
        closed: Some(Closing::of(one)),
        restated: None,
        drawn_at: app.world.now(),
        allowed: Vec::new(),
        not_closed_because: Some("the contract was deleted: what was closed is kept".to_owned()),
        before: place.checked_sub(1).and_then(name_at),
        after: name_at(place + 1),
    })
}
