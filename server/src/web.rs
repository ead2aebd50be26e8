//! The web application, embedded in the binary.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/dist"]
#[allow_missing = true]
struct Dist;

/// Serves a file of the web application; an address of a page gives the application itself, which
/// shows the page. Addresses of programs that do not exist are problems, not pages.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found("address").into_response();
    }
    if let Some(file) = Dist::get(path) {
        // Built files carry a hash of their content in their name.
        let cache = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        return found(path, file, cache);
    }
    if path.starts_with("assets/") {
        return Problem::not_found("file").into_response();
    }
    match Dist::get("index.html") {
        Some(file) => found("index.html", file, "no-cache"),
        None => (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], MISSING)
            .into_response(),
    }
}

/// The browsable description of the API.
pub async fn docs() -> Response {
    match Dist::get("docs.html") {
        Some(file) => found("docs.html", file, "no-cache"),
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

fn found(path: &str, file: rust_embed::EmbeddedFile, cache: &'static str) -> Response {
    let kind = kind(path);
    let mut response = Response::new(Body::from(file.data.into_owned()));
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
