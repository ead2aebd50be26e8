//! Refused requests go into the journal, so that people see who tries what; not so often that
//! whoever is refused could fill the disk with it.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use kernel::{Actor, Fact, SpaceId};
use spine::Fault;
use spine::journal::{self, Stamp};

use super::Gate;

/// A layer that journals what was refused to someone we know: `access.refused`, with method and
/// path. The query is left out, it may hold a secret. Laid on with
/// `middleware::from_fn_with_state(gate, watch)`.
pub async fn watch(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let headers = request.headers().clone();
    let response = next.run(request).await;
    if response.status() == StatusCode::FORBIDDEN
        && let Ok(Some(caller)) = gate.access.anyone(&gate.db, &gate.world, &headers).await
    {
        let path: String = path.chars().take(200).collect();
        let data = serde_json::json!({ "method": method.as_str(), "path": path });
        let subject = match caller.actor() {
            Actor::Token(name) => format!("token:{name}"),
            actor => format!("account:{}", actor.name()),
        };
        gate.note_refusal(&caller.space, caller.actor(), subject, ("access.refused", data)).await;
    }
    response
}

impl Gate {
    /// Journals a refusal, at most ten a minute for each subject. Failing to do so is logged and
    /// keeps nobody from being refused.
    pub(super) async fn note_refusal(
        &self,
        space: &SpaceId,
        actor: Actor,
        subject: String,
        (kind, data): (&str, serde_json::Value),
    ) {
        metrics::counter!("operate_refusals_total", "kind" => kind.to_owned()).increment(1);
        let (space, at) = (space.clone(), self.world.now());
        if self.access.0.refusals.try_once(&subject, at).is_err() {
            return;
        }
        let fact = Fact { subject, kind: kind.to_owned(), data: data.into() };
        let written = self
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
                    journal::append(tx, &stamp, &[fact]).await
                })
            })
            .await;
        if let Err(fault) = written {
            tracing::error!(error = %fault.chain(), "a refusal could not be journaled");
        }
    }
}
