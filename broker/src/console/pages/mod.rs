//! The pages: what the broker shows to a person with a browser.
//!
//! Drawn here, whole, at every request. A page works without scripts and loads nothing from elsewhere; the one script
//! keeps a topic's newest records coming. Nothing can be changed here.

mod chart;
mod files;
mod group;
mod groups;
mod numbers;
mod overview;
mod tail;
mod topic;
mod topics;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};

use super::Console;

/// Nothing from elsewhere, nothing inline, no frame around it, no form that leaves.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes of all pages.
pub(super) fn router(console: &Console) -> Router<Console> {
    Router::new()
        .route("/", get(overview::page))
        .route("/topics", get(topics::page))
        .route("/topics/{topic}", get(topic::page))
        .route("/topics/{topic}/tail", get(tail::stream))
        .route("/groups", get(groups::page))
        .route("/groups/{group}", get(group::page))
        .route("/style.css", get(files::style))
        .route("/tail.js", get(files::script))
        .route("/icon.svg", get(files::icon))
        .layer(middleware::map_response(guarded))
        .layer(middleware::from_fn_with_state(console.clone(), own_name_only))
}

async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A port on the loopback address is for this machine. A page from elsewhere could have its own name point there (DNS
/// rebinding) and would then be let in by the browser; but the browser still sends that name.
async fn own_name_only(State(console): State<Console>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if console.is_local && !host.is_some_and(names_this_machine) {
        let said =
            "this page is served to this machine alone, as localhost or by its loopback address\n";
        return (StatusCode::MISDIRECTED_REQUEST, said).into_response();
    }
    next.run(request).await
}

fn names_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
}

/// A page around `content`. `here` is the entry of the menu that it belongs to.
fn layout(title: &str, here: &str, content: &Markup) -> Markup {
    let entry = |path: &str, name: &str| {
        html! { a href=(path) aria-current=[(here == path).then_some("page")] { (name) } }
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Sapwood" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
            }
            body {
                header {
                    a.skip href="#content" { "To the content" }
                    nav aria-label="Pages" {
                        a.brand href="/" { img src="/icon.svg" alt="" width="24" height="24"; "Sapwood" }
                        (entry("/", "Overview"))
                        (entry("/topics", "Topics"))
                        (entry("/groups", "Groups"))
                        a href="/metrics" { "Metrics" }
                    }
                }
                main id="content" { (content) }
                footer { "Sapwood " (env!("CARGO_PKG_VERSION")) ". This page shows and changes nothing." }
            }
        }
    }
}

/// What there is to see before the broker serves.
fn starting() -> Response {
    let content = html! {
        h1 { "The broker is starting" }
        p { "The log dirs are being opened, and logs that were not closed in order are recovered. This page shows more when clients are served." }
    };
    (StatusCode::SERVICE_UNAVAILABLE, layout("Starting", "/", &content)).into_response()
}

/// There is no such thing.
fn missing(what: &str, name: &str, list: &str) -> Response {
    let content = html! {
        h1 { "No such " (what) }
        p { "There is no " (what) " named " code { (name) } " here." }
        p { a href=(list) { "All " (what) "s" } }
    };
    (StatusCode::NOT_FOUND, layout("Not found", list, &content)).into_response()
}

/// A path that is safe as a part of an address, whatever the name holds.
fn in_path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' => {
                path.push(byte as char)
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for host in [
            "localhost",
            "localhost:9644",
            "127.0.0.1:9644",
            "[::1]:9644",
            "a.localhost",
            "127.8.8.8",
        ] {
            assert!(names_this_machine(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:9644",
            "10.0.0.1:9644",
            "",
            "localhost.evil.example:9644",
        ] {
            assert!(!names_this_machine(host), "{host}");
        }
    }

    #[test]
    fn any_name_is_one_part_of_a_path() {
        assert_eq!(in_path("apache_logs.v1-x"), "apache_logs.v1-x");
        assert_eq!(in_path("a/b ?ä"), "a%2Fb%20%3F%C3%A4");
    }
}
