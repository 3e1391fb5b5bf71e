//! `/topics`: every topic of the cluster, with its size here and its traffic.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use protocol::ids::TopicName;
use serde::Deserialize;

use super::{in_path, layout, numbers, starting};
use crate::console::Console;
use crate::console::history::{History, Rates};
use crate::node::Broker;

/// A topic in short.
pub(super) struct Listed {
    pub(super) name: TopicName,
    pub(super) is_internal: bool,
    pub(super) partitions: usize,
    /// Records that can be read here.
    pub(super) records: i64,
    /// Bytes of its logs here.
    pub(super) bytes: u64,
    pub(super) rates: Rates,
}

/// What one asks for in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: Sort,
    #[serde(default)]
    internal: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Sort {
    #[default]
    Name,
    Partitions,
    Records,
    Size,
    In,
    Out,
    /// What nobody offers.
    #[serde(other)]
    Unknown,
}

/// Every topic, by name.
pub(super) fn survey(broker: &Broker, history: &History) -> Vec<Listed> {
    let (image, topics) = (broker.image(), broker.registry.topics());
    let listed = image.topics().iter().map(|topic| {
        let hosted = topics.by_id(topic.id);
        let (mut records, mut bytes) = (0, 0);
        for hosted in hosted.into_iter().flat_map(|hosted| hosted.partitions.iter().flatten()) {
            let Ok(partition) = hosted.lock() else { continue };
            let offsets = partition.offsets();
            records += offsets.high_watermark.get() - offsets.start.get();
            bytes += partition.log().size_bytes();
        }
        let rates = history.topic(&topic.name).map(|track| track.now()).unwrap_or_default();
        Listed {
            name: topic.name.clone(),
            is_internal: topic.name.is_internal(),
            partitions: topic.partitions.len(),
            records,
            bytes,
            rates,
        }
    });
    listed.collect()
}

pub(super) async fn page(State(console): State<Console>, Query(wish): Query<Wish>) -> Response {
    let Some(broker) = console.broker() else { return starting() };
    let all = survey(broker, &console.history.lock());
    let wants_internal = wish.internal.is_some();
    let mut shown: Vec<&Listed> = all
        .iter()
        .filter(|topic| wants_internal || !topic.is_internal)
        .filter(|topic| topic.name.contains(&wish.q))
        .collect();
    order(&mut shown, wish.sort);
    let content = html! {
        h1 { "Topics" }
        form.filter method="get" {
            input type="search" name="q" value=(wish.q) placeholder="Part of a name" aria-label="Part of a name";
            label { input type="checkbox" name="internal" value="1" checked[wants_internal]; " internal topics too" }
            button { "Show" }
        }
        @if shown.is_empty() {
            p { "No topic is like that. " a href="/topics?internal=1" { "Show all " (all.len()) } }
        } @else {
            (table(&shown, Some(&wish)))
        }
    };
    layout("Topics", "/topics", &content).into_response()
}

/// By name upwards; by a number the largest first.
fn order(topics: &mut [&Listed], by: Sort) {
    match by {
        Sort::Name | Sort::Unknown => topics.sort_by(|a, b| a.name.cmp(&b.name)),
        Sort::Partitions => topics.sort_by_key(|topic| std::cmp::Reverse(topic.partitions)),
        Sort::Records => topics.sort_by_key(|topic| std::cmp::Reverse(topic.records)),
        Sort::Size => topics.sort_by_key(|topic| std::cmp::Reverse(topic.bytes)),
        Sort::In => topics.sort_by(|a, b| b.rates.bytes_in.total_cmp(&a.rates.bytes_in)),
        Sort::Out => topics.sort_by(|a, b| b.rates.bytes_out.total_cmp(&a.rates.bytes_out)),
    }
}

/// The table. With a wish its headings are links that sort.
pub(super) fn table(topics: &[&Listed], wish: Option<&Wish>) -> Markup {
    let heading = |name: &str, key: &str, sort: Sort, class: &str| {
        let (now, others) = match wish {
            Some(wish) => (wish.sort == sort, others(wish)),
            None => (false, String::new()),
        };
        let order = if sort == Sort::Name { "ascending" } else { "descending" };
        html! {
            th scope="col" class=(class) aria-sort=[now.then_some(order)] {
                @if wish.is_some() { a href={ "/topics?sort=" (key) (others) } { (name) } } @else { (name) }
            }
        }
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Topics" {
            table {
                thead {
                    tr {
                        (heading("Topic", "name", Sort::Name, ""))
                        (heading("Partitions", "partitions", Sort::Partitions, "number"))
                        (heading("Records", "records", Sort::Records, "number wide"))
                        (heading("Size", "size", Sort::Size, "number"))
                        (heading("In", "in", Sort::In, "number"))
                        (heading("Out", "out", Sort::Out, "number wide"))
                    }
                }
                tbody {
                    @for topic in topics {
                        tr {
                            td { a href={ "/topics/" (in_path(&topic.name)) } { (topic.name) } }
                            td.number { (topic.partitions) }
                            td.number.wide { (numbers::whole(topic.records)) }
                            td.number { (numbers::bytes(topic.bytes as f64)) }
                            td.number { (numbers::bytes_a_second(topic.rates.bytes_in)) }
                            td.number.wide { (numbers::bytes_a_second(topic.rates.bytes_out)) }
                        }
                    }
                }
            }
        }
    }
}

/// What else was asked for, to be kept when the order changes.
fn others(wish: &Wish) -> String {
    let mut others = String::new();
    if !wish.q.is_empty() {
        others.push_str(&format!("&q={}", in_path(&wish.q)));
    }
    if wish.internal.is_some() {
        others.push_str("&internal=1");
    }
    others
}
