//! What a consumer was promised, how it stands, and what was kept.

use ::contracts::compliance::Verdict;
use axum::extract::State;
use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::gather::Book;
use super::views::{ContractRow, ContractState};
use super::words::{self, PromiseWords};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::{Answer, Problem};

/// Whose promises.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ConsumerQuery {
    /// A team, a person, a use case or a product.
    consumer: ItemRef,
}

/// What a consumer was promised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsumerView {
    /// Who.
    pub consumer: ItemRef,
    /// What people call them.
    pub title: String,
    /// The contracts with them, those that hold first.
    pub promises: Vec<ConsumerPromise>,
}

/// One contract from the side of its consumer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsumerPromise {
    /// How it stands, and how it ended in the past.
    #[serde(flatten)]
    pub row: ContractRow,
    /// The promise in plain words.
    pub words: Vec<PromiseWords>,
    /// How many of the past periods shown were kept.
    pub kept: usize,
    /// How many of them were missed.
    pub missed: usize,
}

/// What a consumer was promised, how it stands now, and what was kept in the past.
#[utoipa::path(get, path = "/promises", tag = "contracts", params(ConsumerQuery),
    responses((status = 200, description = "The promises", body = ConsumerView)))]
pub(super) async fn consumer(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ConsumerQuery>,
) -> Answer<Json<ConsumerView>> {
    let consumer = query.consumer;
    let book = Book::all(&app, &caller.space).await?;
    let estate = &book.snapshot.estate;
    let resource = estate.get(&consumer);
    let resource = resource
        .ok_or_else(|| Problem::refused(format!("there is no {consumer}")).at("consumer"))?;
    let title = resource.title().to_owned();
    Ok(Json(seen_by(&book, &consumer, title)))
}

/// What the contracts of a book promise to a consumer.
pub(super) fn seen_by(book: &Book, consumer: &ItemRef, title: String) -> ConsumerView {
    let estate = &book.snapshot.estate;
    let deals = book.deals.iter().filter(|deal| deal.spec.consumer == *consumer);
    let mut promises: Vec<ConsumerPromise> = deals
        .map(|deal| {
            let row = ContractRow::of(book, deal);
            let spec = &deal.spec;
            let terms = spec.terms_at(book.now).map(|(_, terms)| terms).or(spec.terms.last());
            let words = terms.map(|terms| words::of_terms(estate, terms)).unwrap_or_default();
            let count = |wanted| row.trend.iter().filter(|bar| bar.verdict == wanted).count();
            let (kept, missed) = (count(Verdict::Kept), count(Verdict::Missed));
            ConsumerPromise { words, kept, missed, row }
        })
        .collect();
    promises.sort_by_key(|promise| promise.row.state != ContractState::Active);
    ConsumerView { consumer: consumer.clone(), title, promises }
}
