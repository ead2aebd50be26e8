//! Where providers hand in text messages.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use connectors::paging::{Answers, Provider, received};

use crate::app::App;
use crate::problem::{Answer, Problem};

/// Largest request: a text message is far smaller.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The address that a provider is given for text messages that come in.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/sms/{provider}", post(take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn take(
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let phone = &app.config.channels.sms;
    let name = match phone.provider {
        Some(Provider::Twilio) => "twilio",
        Some(Provider::Vonage) => "vonage",
        Some(Provider::Http) => "http",
        None => "",
    };
    if phone.answers() != Answers::Webhook || name != provider {
        let message = "text messages of this provider are not taken here";
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_set_up", message)
            .remedy("set channels.sms.answers to \"webhook\" in the settings file"));
    }
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let url = format!("{}/api/v1/sms/{name}", app.config.base_url());
    let message = received(phone, &url, &header, &body, app.world.now())
        .map_err(|why| Problem::unauthorized(why.to_string()))?;
    super::take(&app, &message).await?;
    // What there is to say is said by a message of its own.
    let nothing = "<Response/>";
    Ok(([("content-type", "text/xml; charset=utf-8")], nothing).into_response())
}
