//! What requests carry, read strictly: whatever cannot be read is a problem that names the field.

use axum::body::Bytes;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fields::Named;
use crate::problem::Problem;

/// A JSON body, of a request or of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Json<T>, Problem> {
        if !says_json(request.headers()) {
            let message = "the body is not marked as JSON";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message)
                .remedy("send the header `Content-Type: application/json`"));
        }
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        let value =
            read(&bytes).or_else(|problem| whole_numbers(&bytes).unwrap_or(Err(problem)))?;
        Ok(Json(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Named(&mut reader))
        .map_err(|error| wrong(error.path().to_string(), error.inner().to_string()))?;
    reader.end().map_err(|error| Problem::invalid(error.to_string()))?;
    Ok(value)
}

/// Reads once more with `5.0` as `5`: in JSON Schema both are integers, and some programs write
/// every number with a point.
fn whole_numbers<T: DeserializeOwned>(bytes: &[u8]) -> Option<Result<T, Problem>> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    let mut changed = false;
    let mut open = vec![&mut value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => open.extend(map.values_mut()),
            Value::Number(number) => {
                let exact = number.as_f64().filter(|float| float.fract() == 0.0);
                let whole = exact.filter(|float| float.abs() < EXACT && number.is_f64());
                if let Some(float) = whole {
                    *number = (float as i64).into();
                    changed = true;
                }
            }
            _ => {}
        }
    }
    changed.then(|| {
        serde_path_to_error::deserialize(Named(value))
            .map_err(|error| wrong(error.path().to_string(), error.inner().to_string()))
    })
}

/// Below this every whole number has a float of its own: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The bytes of a body that holds text.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<RawBody, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        if holds_nul(&bytes) {
            return Err(nul());
        }
        Ok(RawBody(bytes))
    }
}

fn unread(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = "the body is larger than Operate takes";
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
            .remedy("send less at once");
    }
    Problem::invalid("the body ended early")
}

/// The parameters behind the `?`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        if text.contains("%00") {
            return Err(nul());
        }
        let pairs = form_urlencoded::parse(text.as_bytes());
        let reader = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(reader).map(Query).map_err(|error| {
            let path = error.path().to_string();
            wrong(path, error.inner().to_string())
        })
    }
}

/// The parameters in the path. What cannot be one names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(nul());
        }
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let rejection = match read {
            Ok(axum::extract::Path(value)) => return Ok(Path(value)),
            Err(PathRejection::FailedToDeserializePathParams(rejection)) => rejection,
            Err(other) => return Err(nowhere(other.body_text())),
        };
        Err(match rejection.into_kind() {
            ErrorKind::DeserializeError { key, message, .. } => nowhere(message).at(key),
            ErrorKind::InvalidUtf8InPathParam { key } => {
                nowhere("this is not UTF-8".into()).at(key)
            }
            other => nowhere(other.to_string()),
        })
    }
}

fn nowhere(detail: String) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

fn says_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    let (ours, suffix) = ("application/json", "+json");
    kind.eq_ignore_ascii_case(ours) || kind.to_ascii_lowercase().ends_with(suffix)
}

/// Whether a body holds the character U+0000, as such or written `\u0000`. PostgreSQL keeps no
/// text with it.
fn holds_nul(body: &[u8]) -> bool {
    let escape = b"\\u0000";
    let escaped = |place: usize| {
        let before = body[..place].iter().rev().take_while(|byte| **byte == b'\\').count();
        before % 2 == 0
    };
    body.contains(&0)
        || body
            .windows(escape.len())
            .enumerate()
            .any(|(place, window)| window == escape && escaped(place))
}

fn nul() -> Problem {
    Problem::invalid("text cannot hold the character U+0000").remedy("leave it out")
}

/// A problem at the place where reading stopped. Where serde knows no place, because it looked at
/// the whole first, its message names the field.
fn wrong(path: String, message: String) -> Problem {
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|begin| message.strip_prefix(begin)?.split('`').next())
        .map(str::to_owned);
    let field = match (path.as_str(), named) {
        ("." | "" | "?", named) => named,
        (path, Some(named)) if path != named && !path.ends_with(&format!(".{named}")) => {
            Some(format!("{path}.{named}"))
        }
        (path, _) => Some(path.to_owned()),
    };
    let problem = match kernel::Refusal::reason_in(&message) {
        Some(reason) => Problem::refused(reason),
        None => Problem::invalid(message),
    };
    match field {
        Some(field) => problem.at(field),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        count: u32,
    }

    #[derive(serde::Deserialize, Debug)]
    struct Outer {
        inner: Vec<Inner>,
    }

    async fn field_of(body: &'static str) -> (u16, Option<String>) {
        let request = Request::post("/").header("content-type", "application/json");
        let request = request.body(body.into()).expect("a request");
        let problem = Json::<Outer>::from_request(request, &()).await.expect_err("is wrong");
        (problem.status, problem.field)
    }

    #[tokio::test]
    async fn a_wrong_body_names_the_field() {
        for (body, field) in [
            (r#"{"inner":[{"count":1},{"count":"x"}]}"#, Some("inner[1].count")),
            (r#"{"inner":[{"count":1.5}]}"#, Some("inner[0].count")),
            (r#"{"inner":[{}]}"#, Some("inner[0].count")),
            (r#"{"inner":[{"count":1,"more":2}]}"#, Some("inner[0].more")),
            (r#"{}"#, Some("inner")),
            (r#"{"#, None),
            (r#"{"inner":[]} x"#, None),
        ] {
            assert_eq!(field_of(body).await, (400, field.map(str::to_owned)), "{body}");
        }
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let whole = whole_numbers(br#"{"inner":[{"count":7.0}]}"#).expect("a number changed");
        let outer: Outer = whole.expect("it reads");
        assert_eq!(outer.inner[0].count, 7);
        assert!(whole_numbers::<Outer>(br#"{"inner":[{"count":7.5}]}"#).is_none());
        let negative = whole_numbers::<Outer>(br#"{"inner":[{"count":-1.0}]}"#);
        assert_eq!(negative.unwrap().unwrap_err().field.as_deref(), Some("inner[0].count"));
    }

    #[test]
    fn the_nul_character_is_found_but_not_a_text_that_speaks_of_it() {
        for (body, expected) in [
            (&br#"{"a":"\u0000"}"#[..], true),
            (br#"{"a":"\\u0000"}"#, false),
            (br#"{"a":"\\\u0000"}"#, true),
            (b"\0", true),
            (br#"{"a":"\u00001"}"#, true),
            (br#"{"a":"u0000"}"#, false),
        ] {
            assert_eq!(holds_nul(body), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn json_may_carry_a_charset_or_a_suffix() {
        let headers = |kind: &'static str| {
            let value = axum::http::HeaderValue::from_static(kind);
            HeaderMap::from_iter([(header::CONTENT_TYPE, value)])
        };
        assert!(says_json(&headers("application/json; charset=utf-8")));
        assert!(says_json(&headers("application/merge-patch+json")));
        assert!(!says_json(&headers("text/plain")));
        assert!(!says_json(&HeaderMap::new()));
    }
}
