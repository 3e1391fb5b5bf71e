//! `/`: the broker at a glance.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::chart::{Line, chart};
use super::{groups, layout, numbers, starting, topics};
use crate::console::{Console, groups as coordinated};
use crate::node::Broker;
use crate::node::room::space;

/// How many topics and groups are shown; their own pages have all.
const SHOWN: usize = 10;

pub(super) async fn page(State(console): State<Console>) -> Response {
    let Some(broker) = console.broker() else { return starting() };
    let all_groups = coordinated::survey(broker).await;
    let listed = topics::survey(broker, &console.history.lock());
    let mut busiest: Vec<_> = listed.iter().filter(|topic| !topic.is_internal).collect();
    busiest
        .sort_by(|a, b| b.rates.bytes_in.total_cmp(&a.rates.bytes_in).then(b.bytes.cmp(&a.bytes)));
    busiest.truncate(SHOWN);
    let mut behind: Vec<_> = all_groups.iter().map(|group| (group, group.lag())).collect();
    behind.sort_by_key(|(_, lag)| std::cmp::Reverse(*lag));
    behind.truncate(SHOWN);
    let content = html! {
        h1 { "Broker " (broker.node_id) }
        (warnings(broker))
        (tiles(&console, broker, &listed))
        (charts(&console))
        h2 { "Busiest topics" }
        @if busiest.is_empty() {
            p { "There is no topic yet. Make one:" }
            pre.command { "sapwood topic create apache_logs -p 8" }
        } @else {
            (topics::table(&busiest, None))
            p { a href="/topics" { "All " (listed.len()) " topics" } }
        }
        h2 { "Groups furthest behind" }
        @if behind.is_empty() {
            p.quiet { "No consumer group has a position or a member here." }
        } @else {
            (groups::table(&behind))
        }
        h2 { "This broker" }
        (facts(&console, broker))
    };
    layout("Overview", "/", &content).into_response()
}

/// What an operator should know before anything else.
fn warnings(broker: &Broker) -> Markup {
    let image = broker.image();
    let partitions = || image.topics().iter().flat_map(|topic| &topic.partitions);
    let leaderless = partitions().filter(|partition| partition.leader.is_none()).count();
    let short =
        partitions().filter(|partition| partition.isr.len() < partition.replicas.len()).count();
    let failed = broker.logs.dirs().filter(|dir| dir.health().failure().is_some());
    let full = broker.logs.dirs().enumerate().filter(|(number, _)| !broker.rooms.has_room(*number));
    html! {
        @for dir in failed {
            p.notice { strong.bad { "A log dir has failed: " } code { (dir.path().display()) }
                ". Its partitions are offline until the broker is restarted; check the disk first." }
        }
        @for (_, dir) in full {
            p.notice { strong.bad { "Too little disk space: " } code { (dir.path().display()) }
                ". Produce requests are refused until there is more than " code { "storage.min.free.bytes" } "." }
        }
        @if leaderless > 0 { p.notice { strong.bad { (leaderless) " partitions have no leader." } } }
        @if short > 0 { p.notice { strong.bad { (short) " partitions have fewer replicas in sync than replicas." } } }
    }
}

fn tiles(console: &Console, broker: &Broker, listed: &[topics::Listed]) -> Markup {
    let now = console.history.lock().all().now();
    let connections: i64 =
        broker.metrics.listeners.all().iter().map(|(_, metrics)| metrics.connections.get()).sum();
    let bytes: u64 = listed.iter().map(|topic| topic.bytes).sum();
    let partitions: usize = listed.iter().map(|topic| topic.partitions).sum();
    let tile = |name: &str, value: String| html! { div { dt { (name) } dd { (value) } } };
    html! {
        dl.tiles {
            (tile("Records in", numbers::a_second(now.records_in)))
            (tile("In", numbers::bytes_a_second(now.bytes_in)))
            (tile("Out", numbers::bytes_a_second(now.bytes_out)))
            (tile("Requests", numbers::a_second(now.requests)))
            (tile("Connections", numbers::whole(connections)))
            (tile("Topics", numbers::whole(listed.len() as u64)))
            (tile("Partitions", numbers::whole(partitions as u64)))
            (tile("Stored", numbers::bytes(bytes as f64)))
        }
    }
}

fn charts(console: &Console) -> Markup {
    let history = console.history.lock();
    let track = history.all();
    let traffic = [
        Line { name: "in", points: track.points(|rates| rates.bytes_in) },
        Line { name: "out", points: track.points(|rates| rates.bytes_out) },
    ];
    let records = [Line { name: "in", points: track.points(|rates| rates.records_in) }];
    let requests = [Line { name: "all", points: track.points(|rates| rates.requests) }];
    html! {
        div.charts {
            (chart("Traffic", &traffic, numbers::bytes_a_second))
            (chart("Records", &records, numbers::a_second))
            (chart("Requests", &requests, numbers::a_second))
        }
    }
}

fn facts(console: &Console, broker: &Arc<Broker>) -> Markup {
    let image = broker.image();
    let quorum = broker.controller.quorum();
    let endpoints = image.brokers().get(broker.node_id).map(|known| {
        let each = known.endpoints.iter();
        let each = each.map(|at| format!("{}://{}:{}", at.listener, at.host, at.port));
        each.collect::<Vec<_>>().join(", ")
    });
    html! {
        dl.facts {
            dt { "Cluster" } dd { code { (broker.cluster_id) } ", " (image.brokers().active().count()) " broker(s)" }
            dt { "Controller" } dd { (quorum.leader.map_or_else(|| "none".to_owned(), |leader| format!("node {leader}"))) }
            dt { "Clients connect to" } dd { code { (endpoints.unwrap_or_default()) } }
            dt { "Serving for" } dd { (numbers::duration(console.served_for(broker))) }
            @for dir in broker.logs.dirs() {
                dt { "Log dir" }
                dd { code { (dir.path().display()) } " " (room(dir.path())) }
            }
        }
    }
}

fn room(path: &std::path::Path) -> Markup {
    let Ok(space) = space(path) else { return html! { span.bad { "cannot be read" } } };
    let used = space.total.saturating_sub(space.usable);
    html! {
        meter min="0" max=(space.total) high=(space.total / 10 * 9) value=(used) { (numbers::bytes(used as f64)) }
        " " (numbers::bytes(space.usable as f64)) " free of " (numbers::bytes(space.total as f64))
    }
}
