//! What the pages load: embedded, from here.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("tail.js");
const ICON: &str = include_str!("icon.svg");

/// Asked for again at every visit, and short: a new version of the broker is seen at once.
const FRESH: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")), FRESH], STYLE)
}

pub(super) async fn script() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")), FRESH],
        SCRIPT,
    )
}

pub(super) async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")), FRESH], ICON)
}
