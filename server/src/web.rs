//! The web application, embedded in the binary.

use std::borrow::Cow;
use std::io::Read;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;

use crate::problem::Problem;

/// What built files whose content is compressed end in, after their own name.
const GZIPPED: &str = ".gz";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/dist"]
#[allow_missing = true]
struct Dist;

/// Serves a file of the web application; an address of a page gives the application itself, which
/// shows the page. Addresses of programs that do not exist are problems, not pages.
pub async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found("address").into_response();
    }
    // Built files carry a hash of their content in their name.
    if path.starts_with("assets/") {
        return asset(path, &headers);
    }
    if let Some(file) = Dist::get(path) {
        return found(path, file.data, "no-cache");
    }
    match Dist::get("index.html") {
        Some(file) => found("index.html", file.data, "no-cache"),
        None => (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], MISSING)
            .into_response(),
    }
}

/// A built file: as it is embedded, or unpacked for those that take no gzip.
fn asset(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Dist::get(&format!("{path}{GZIPPED}")) else {
        return Problem::not_found("file").into_response();
    };
    let packed = takes_gzip(headers);
    let data = if packed {
        file.data
    } else {
        let mut plain = Vec::new();
        if let Err(error) = GzDecoder::new(&file.data[..]).read_to_end(&mut plain) {
            let detail = format!("the file {path} cannot be unpacked: {error}");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Problem::new(status, "fault", detail).into_response();
        }
        plain.into()
    };
    let mut response = found(path, data, "public, max-age=31536000, immutable");
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether a request takes answers in gzip: it names it, or everything, and not with a weight of
/// nothing (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING);
    let codings: Vec<(&str, bool)> = named
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
            let weight = weight.trim().get("q=".len()..).unwrap_or_default().parse();
            (name.trim(), weight.is_ok_and(|weight: f32| weight > 0.0))
        })
        .collect();
    let wanted = |name: &str| {
        codings.iter().find(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, wanted)| *wanted)
    };
    wanted("gzip").or_else(|| wanted("*")).unwrap_or(false)
}

/// The browsable description of the API.
pub async fn docs() -> Response {
    match Dist::get("docs.html") {
        Some(file) => found("docs.html", file.data, "no-cache"),
        None => {
            (StatusCode::OK, [(header::CONTENT_TYPE, kind("docs.html"))], NO_DOCS).into_response()
        }
    }
}

const NO_DOCS: &str = "<!doctype html><title>Operate API</title><p>This binary was built without \
                       its web pages. The description of the API is at \
                       <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p>";

const MISSING: &str = "<!doctype html><title>Operate</title><p>This binary was built without its \
                       web application. Build it with <code>./run</code>, or use the API: see \
                       <a href=\"/api/docs\">/api/docs</a>.</p>";

fn found(path: &str, data: Cow<'static, [u8]>, cache: &'static str) -> Response {
    let kind = kind(path);
    let mut response = Response::new(match data {
        Cow::Borrowed(embedded) => Body::from(embedded),
        Cow::Owned(read) => Body::from(read),
    });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_alone_that_take_it() {
        for (said, takes) in [
            (&["gzip, deflate, br"][..], true),
            (&["br;q=1.0, GZIP;q=0.5"], true),
            (&["br", "gzip"], true),
            (&["*"], true),
            (&["*, gzip;q=0"], false),
            (&["gzip;q=0.000"], false),
            (&["identity"], false),
            (&["gzip;q=much"], false),
            (&[""], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in said {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(takes_gzip(&headers), takes, "{said:?}");
        }
    }
}
