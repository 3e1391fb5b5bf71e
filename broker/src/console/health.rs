//! Health checks, as Kubernetes and load balancers ask for them: 200 for yes, 503 for no, and a word why.
//!
//! - `/startupz`: the log dirs are open and clients are served, or were.
//! - `/readyz`: clients are served now, and records can be written somewhere.
//! - `/healthz`: the process works. What a restart would not make better is no reason for one: not a failed disk, and not a
//!   recovery that takes its time. A broker whose metadata has failed ends by itself.
//!
//! With `?verbose` the answer is JSON with each check by name.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Console;
use crate::node::Broker;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

/// What was found, and whether it is enough.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    checks: Vec<Check>,
}

impl Health {
    fn of(checks: Vec<Check>) -> Self {
        let ok = checks.iter().all(|check| check.ok);
        Self { status: if ok { "ok" } else { "not ok" }, checks }
    }

    fn code(&self) -> StatusCode {
        if self.checks.iter().all(|check| check.ok) {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        }
    }

    /// For people: the state, and a line for each thing that is wrong.
    fn text(&self) -> String {
        let wrong = self.checks.iter().filter(|check| !check.ok);
        let lines = wrong.map(|check| format!("{}: {}\n", check.name, check.detail));
        std::iter::once(format!("{}\n", self.status)).chain(lines).collect()
    }

    fn answer(self, query: Option<&str>) -> Response {
        let code = self.code();
        let fresh = [(header::CACHE_CONTROL, "no-store")];
        let wants_all = query.unwrap_or_default().split('&').any(|key| key.starts_with("verbose"));
        match wants_all {
            true => (code, fresh, Json(self)).into_response(),
            false => (code, fresh, self.text()).into_response(),
        }
    }
}

/// `/startupz`.
pub(super) async fn started(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    Health::of(vec![opened(&console)]).answer(query.as_deref())
}

/// `/readyz`.
pub(super) async fn ready(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let mut checks = vec![opened(&console), not_stopping(&console)];
    if let Some(broker) = console.broker() {
        checks.push(controller(broker));
        checks.push(log_dirs(broker));
    }
    Health::of(checks).answer(query.as_deref())
}

/// `/healthz`.
pub(super) async fn live(RawQuery(query): RawQuery) -> Response {
    let process = Check { name: "process", ok: true, detail: "it answers".to_owned() };
    Health::of(vec![process]).answer(query.as_deref())
}

fn opened(console: &Console) -> Check {
    let ok = console.broker().is_some();
    let detail = if ok { "clients are served" } else { "the log dirs are being opened" };
    Check { name: "start", ok, detail: detail.to_owned() }
}

fn not_stopping(console: &Console) -> Check {
    let ok = console.state() != super::State::Stopping;
    let detail = if ok { "it stays" } else { "the broker is stopping" };
    Check { name: "stop", ok, detail: detail.to_owned() }
}

fn controller(broker: &Broker) -> Check {
    let leader = broker.controller.quorum().leader;
    let detail = match leader {
        Some(leader) => format!("node {leader} is the active controller"),
        None => "no controller is active: nothing can be created or changed".to_owned(),
    };
    Check { name: "controller", ok: leader.is_some(), detail }
}

/// As long as one log dir works, its partitions are served; which do not is in the detail.
fn log_dirs(broker: &Broker) -> Check {
    let failed: Vec<String> = broker
        .logs
        .dirs()
        .filter(|dir| dir.health().failure().is_some())
        .map(|dir| dir.path().display().to_string())
        .collect();
    let ok = failed.len() < broker.logs.dirs().len();
    let detail = match failed.is_empty() {
        true => "all are well".to_owned(),
        false => format!("failed and offline until a restart: {}", failed.join(", ")),
    };
    Check { name: "log-dirs", ok, detail }
}
