//! `/metrics`, in Prometheus' text format.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Console, groups, observe};
use crate::telemetry::Page;

/// Writes the page. While the broker recovers there is only the process to tell of.
pub(super) async fn page(State(console): State<Console>) -> Response {
    let text = match console.broker() {
        None => {
            let mut page = Page::new(&console.compat);
            observe::process(console.state(), &mut page);
            page.finish()
        }
        Some(broker) => {
            let groups = groups::survey(broker).await;
            let (broker, compat, state) = (broker.clone(), console.compat.clone(), console.state());
            // A look at every partition and at the file systems: not for a thread that serves clients.
            let write = move || {
                broker.metrics.page(&compat, |page| {
                    observe::process(state, page);
                    observe::broker(&broker, page);
                    observe::groups(&groups, page);
                })
            };
            match tokio::task::spawn_blocking(write).await {
                Ok(text) => text,
                Err(error) => {
                    let said = format!("the page could not be written: {error}\n");
                    return (StatusCode::INTERNAL_SERVER_ERROR, said).into_response();
                }
            }
        }
    };
    ([(header::CONTENT_TYPE, Page::CONTENT_TYPE)], text).into_response()
}
