//! `/metrics`, in Prometheus' text format.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::task::JoinError;

use super::derived::Threads;
use super::{Console, groups, observe};
use crate::telemetry::{Compat, Page};

/// `/metrics`.
pub(super) async fn page(State(console): State<Console>) -> Response {
    let compat = console.compat.clone();
    match text(&console, &compat).await {
        Ok(text) => ([(header::CONTENT_TYPE, Page::CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            let said = format!("the page could not be written: {error}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, said).into_response()
        }
    }
}

/// Writes the page. While the broker recovers there is only the process to tell of.
pub(super) async fn text(console: &Console, compat: &[Compat]) -> Result<String, JoinError> {
    let Some(broker) = console.broker() else {
        let mut page = Page::new(compat);
        observe::process(console.state(), &mut page);
        return Ok(page.finish());
    };
    let groups = groups::survey(broker).await;
    let (broker, compat, state) = (broker.clone(), compat.to_vec(), console.state());
    let (derived, threads) = (console.derived.clone(), Threads::now());
    // A look at every partition and at the file systems: not for a thread that serves clients.
    let write = move || {
        broker.metrics.page(&compat, |page| {
            observe::process(state, page);
            observe::broker(&broker, page);
            observe::groups(&groups, page);
            derived.observe(&broker, threads, page);
        })
    };
    tokio::task::spawn_blocking(write).await
}
