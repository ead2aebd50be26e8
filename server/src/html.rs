//! Markup that Operate writes itself: the page behind a link in a mail, and mails.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
pub use connectors::markup::escaped;

/// A page for whoever follows a link; `body` is markup.
pub fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{} · Operate</title>\
         <style>{STYLE}</style></head><body><main><h1>{}</h1>{body}</main></body></html>",
        escaped(title),
        escaped(title)
    );
    let headers = [("referrer-policy", "no-referrer"), ("cache-control", "no-store")];
    (status, headers, Html(html)).into_response()
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;\
    margin:0;display:grid;min-height:100vh;place-items:center}main{max-width:28rem;padding:1.5rem}\
    h1{font-size:1.25rem}.what{font-size:1.25rem;font-weight:600}.what span{font-size:1rem;\
    font-weight:400;opacity:.8}button{font:inherit;font-weight:600;width:100%;padding:1rem;\
    border:0;border-radius:.5rem;background:#1c5fd4;color:#fff}.other{margin-top:.75rem;\
    background:none;color:inherit;border:1px solid}.hint{opacity:.75}\
    ul{padding-left:1.25rem}li{margin:0 0 1rem}li span{opacity:.8}";
