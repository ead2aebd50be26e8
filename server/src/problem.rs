//! What an HTTP client is told when something is not done: problem details (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use spine::{Denied, Fault};
use utoipa::ToSchema;

/// A problem: what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem for programs: `not_found`, `invalid`, `not_allowed_now` …
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time, for people.
    pub detail: String,
    /// The field that is wrong, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Finds the matching line in the log of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Every mistake in a text, where one was refused: line, column, field and remedy of each.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<estate::Mistake>,
    /// After how many seconds it is worth trying again: the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

/// What handlers return.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem with its status, its kind for programs, and a sentence for people.
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: kind.to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            remedy: None,
            reference: None,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// 400: the request cannot be read: not as the description of the API says.
    pub fn invalid(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "invalid", detail)
    }

    /// 422: the request can be read, and a rule says no.
    pub fn refused(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    }

    /// 404.
    pub fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 401.
    pub fn unauthorized(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// Names the wrong field.
    pub fn at(mut self, field: impl Into<String>) -> Problem {
        self.field = Some(field.into());
        self
    }

    /// Says after how many seconds it is worth trying again.
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    /// Says how to mend it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Problem {
        self.remedy = Some(remedy.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let (status, kind) = match refusal.code {
            RefusalCode::NotAllowedNow => (StatusCode::CONFLICT, "not_allowed_now"),
            RefusalCode::Conflict => (StatusCode::CONFLICT, "conflict"),
            RefusalCode::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            RefusalCode::Unknown => (StatusCode::UNPROCESSABLE_ENTITY, "unknown"),
            RefusalCode::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        };
        Problem::new(status, kind, refusal.reason)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        match denied {
            Denied::Refused(refusal) => refusal.into(),
            Denied::Missing(kind) => Problem::not_found(kind),
            Denied::Stale { .. } => {
                Problem::new(StatusCode::PRECONDITION_FAILED, "stale", denied.to_string())
                    .remedy("load the record again and repeat the change if it still applies")
            }
            Denied::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        match fault {
            Fault::Stopping => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopping",
                "Operate is stopping; nothing was changed",
            )
            .remedy("try again in a few seconds"),
            Fault::Race => Problem::new(
                StatusCode::CONFLICT,
                "race",
                "others keep changing the same record; nothing was changed",
            )
            .remedy("try again"),
            fault => {
                let reference = reference();
                tracing::error!(reference, error = %fault.chain(), "a request failed");
                let mut problem = Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "fault",
                    "Operate failed to do this; nothing was changed",
                );
                problem.reference = Some(reference);
                problem
            }
        }
    }
}

/// A short random text that ties an answer to its line in the log.
fn reference() -> String {
    format!("{:010x}", spine::World::system().seed() & 0xff_ffff_ffff)
}
