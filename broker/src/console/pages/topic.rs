//! `/topics/{topic}`: its partitions, who reads it, what is set for it, and its newest records.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use protocol::ids::NodeId;

use super::chart::{Line, chart};
use super::groups::table as group_table;
use super::{in_path, layout, missing, numbers, starting};
use crate::console::groups::{self, Group};
use crate::console::newest::{self, Shown};
use crate::console::{Console, history::History};
use crate::metadata::Topic;
use crate::node::Broker;

/// How many records are shown.
const RECORDS: usize = 50;

pub(super) async fn page(State(console): State<Console>, Path(name): Path<String>) -> Response {
    let Some(broker) = console.broker() else { return starting() };
    let image = broker.image();
    let Some(topic) = image.topic(&name) else { return missing("topic", &name, "/topics") };
    let records = records(broker, topic).await;
    let readers = groups::survey(broker).await;
    let readers: Vec<(&Group, i64)> =
        readers.iter().filter_map(|group| Some((group, group.lag_in(&topic.name)?))).collect();
    let content = html! {
        h1 { (topic.name) }
        (facts(broker, topic))
        (charts(&topic.name, &console.history.lock()))
        h2 { "Partitions" }
        (partitions(broker, topic))
        h2 { "Consumer groups" }
        (consumers(&readers))
        h2 { "Newest records" }
        (newest_records(topic, &records))
        h2 { "On the command line" }
        pre.command { "sapwood topic consume " (topic.name) " -o end\nsapwood topic describe " (topic.name) " -p -c" }
        script src="/tail.js" defer {}
    };
    layout(&topic.name, "/topics", &content).into_response()
}

/// Reading them may wait for the disk.
async fn records(broker: &Arc<Broker>, topic: &Topic) -> Vec<Shown> {
    let Some(hosted) = broker.registry.topics().by_id(topic.id).cloned() else { return Vec::new() };
    let read = tokio::task::spawn_blocking(move || newest::newest(&hosted, RECORDS));
    read.await.unwrap_or_default()
}

fn facts(broker: &Broker, topic: &Topic) -> Markup {
    let image = broker.image();
    let set = image.configs().of_topic(&topic.name);
    html! {
        dl.facts {
            dt { "Id" } dd { code { (topic.id) } }
            dt { "Replication factor" } dd { (topic.replication_factor()) }
            dt { "Set for it" }
            dd {
                @match set {
                    Some(values) if !values.is_empty() => {
                        @for (at, (key, value)) in values.iter().enumerate() {
                            @if at > 0 { ", " }
                            code { (key) "=" (value) }
                        }
                    }
                    _ => span.quiet { "nothing: the broker's defaults count" }
                }
            }
        }
    }
}

fn charts(name: &str, history: &History) -> Markup {
    let Some(track) = history.topic(name) else {
        return html! { p.quiet { "No traffic since the broker started." } };
    };
    let traffic = [
        Line { name: "in", points: track.points(|rates| rates.bytes_in) },
        Line { name: "out", points: track.points(|rates| rates.bytes_out) },
    ];
    let records = [Line { name: "in", points: track.points(|rates| rates.records_in) }];
    html! {
        div.charts {
            (chart("Traffic", &traffic, numbers::bytes_a_second))
            (chart("Records", &records, numbers::a_second))
        }
    }
}

/// One row a partition. How unevenly they are filled is seen in the bars.
fn partitions(broker: &Broker, topic: &Topic) -> Markup {
    let topics = broker.registry.topics();
    let hosted = |index| topics.by_id(topic.id).and_then(|topic| topic.partition(index));
    let rows: Vec<_> = topic
        .numbered()
        .map(|(index, partition)| {
            let here = hosted(index).and_then(|hosted| {
                let held = hosted.lock().ok()?;
                Some((held.offsets(), held.log().size_bytes(), held.log().segments().count()))
            });
            (index, partition, here)
        })
        .collect();
    let largest =
        rows.iter().filter_map(|(.., here)| here.map(|(_, bytes, _)| bytes)).max().unwrap_or(0);
    let nodes = |ids: &[NodeId]| ids.iter().map(NodeId::to_string).collect::<Vec<_>>().join(", ");
    html! {
        div.scroll tabindex="0" role="region" aria-label="Partitions" {
            table {
                thead { tr {
                    th.number scope="col" { "#" }
                    th.number scope="col" { "Leader" }
                    th.wide scope="col" { "Replicas" }
                    th.wide scope="col" { "In sync" }
                    th.number scope="col" { "First offset" }
                    th.number scope="col" { "End offset" }
                    th.number.wide scope="col" { "Segments" }
                    th.number scope="col" { "Size" }
                    th.wide scope="col" { span.quiet { "of the largest" } }
                } }
                tbody {
                    @for (index, partition, here) in &rows {
                        tr {
                            td.number { (index) }
                            td.number { @match partition.leader { Some(leader) => (leader), None => span.bad { "none" } } }
                            td.wide { (nodes(&partition.replicas)) }
                            td.wide { (nodes(&partition.isr)) }
                            @match here {
                                Some((offsets, bytes, segments)) => {
                                    td.number { (numbers::whole(offsets.start.get())) }
                                    td.number { (numbers::whole(offsets.high_watermark.get())) }
                                    td.number.wide { (segments) }
                                    td.number { (numbers::bytes(*bytes as f64)) }
                                    td.wide { meter min="0" max=(largest.max(1)) value=(bytes) { (numbers::bytes(*bytes as f64)) } }
                                }
                                None => td colspan="5" { span.quiet { "on another broker" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn consumers(readers: &[(&Group, i64)]) -> Markup {
    if readers.is_empty() {
        return html! { p.quiet { "No group has committed a position in this topic." } };
    }
    group_table(readers)
}

fn newest_records(topic: &Topic, records: &[Shown]) -> Markup {
    let tail = format!("/topics/{}/tail", in_path(&topic.name));
    html! {
        div.bar {
            button type="button" data-tail hidden aria-pressed="false" { "Follow" }
            span.quiet data-tail-state aria-live="polite" { "the newest " (records.len()) "; times in UTC" }
        }
        div.scroll tabindex="0" role="region" aria-label="Newest records" {
            table.records data-tail=(tail) {
                thead { tr {
                    th scope="col" { "Time" }
                    th.number scope="col" { "Partition" }
                    th.number scope="col" { "Offset" }
                    th scope="col" { "Key" }
                    th scope="col" { "Value" }
                } }
                tbody {
                    @for record in records {
                        tr {
                            td.time { (record.time) }
                            td.number { (record.partition) }
                            td.number { (record.offset) }
                            td.data { (data(record.key.as_deref())) }
                            td.data {
                                (data(record.value.as_deref()))
                                @if !record.headers.is_empty() {
                                    div.quiet {
                                        @for (name, value) in &record.headers {
                                            (name) ": " (value.as_deref().unwrap_or("null")) " "
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn data(text: Option<&str>) -> Markup {
    match text {
        Some(text) => html! { (text) },
        None => html! { i { "null" } },
    }
}
