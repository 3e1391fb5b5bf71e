//! `/groups/{group}`: its members, and how far it has read each partition.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use client::consumer::protocol::Assignment;
use maud::{Markup, html};

use super::{in_path, layout, missing, numbers, starting};
use crate::console::Console;
use crate::console::groups::{self, Group};
use crate::group::{DescribedMember, GroupId};

pub(super) async fn page(State(console): State<Console>, Path(name): Path<String>) -> Response {
    let Some(broker) = console.broker() else { return starting() };
    let Some(group) = groups::group(broker, GroupId::from(name.as_str())).await else {
        return missing("group", &name, "/groups");
    };
    let content = html! {
        h1 { (group.id) }
        dl.tiles {
            div { dt { "State" } dd { (group.state) } }
            div { dt { "Members" } dd { (group.members.len()) } }
            div { dt { "Records behind" } dd { (numbers::whole(group.lag())) } }
            div { dt { "Assignor" } dd { @if group.protocol.is_empty() { "–" } @else { (group.protocol) } } }
        }
        h2 { "Positions" }
        (positions(&group))
        h2 { "Members" }
        (members(&group.members))
        h2 { "On the command line" }
        pre.command { "sapwood group lag " (group.id) " --watch\nsapwood group seek " (group.id) " --to start" }
    };
    layout(&group.id, "/groups", &content).into_response()
}

fn positions(group: &Group) -> Markup {
    if group.positions.is_empty() {
        return html! { p.quiet { "It has committed nothing." } };
    }
    let furthest = group.positions.iter().filter_map(|position| position.lag).max().unwrap_or(0);
    html! {
        div.scroll tabindex="0" role="region" aria-label="Positions" {
            table {
                thead { tr {
                    th scope="col" { "Topic" }
                    th.number scope="col" { "Partition" }
                    th.number scope="col" { "Position" }
                    th.number.wide scope="col" { "End offset" }
                    th.number scope="col" { "Behind" }
                    th.wide scope="col" { span.quiet { "of the furthest" } }
                } }
                tbody {
                    @for position in &group.positions {
                        tr {
                            td { a href={ "/topics/" (in_path(&position.topic)) } { (position.topic) } }
                            td.number { (position.partition) }
                            td.number { (numbers::whole(position.committed.get())) }
                            @match position.lag {
                                Some(lag) => {
                                    td.number.wide { (numbers::whole(position.committed.get() + lag)) }
                                    td.number { (numbers::whole(lag)) }
                                    td.wide { meter min="0" max=(furthest.max(1)) value=(lag) { (numbers::whole(lag)) } }
                                }
                                None => td colspan="3" { span.quiet { "on another broker" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn members(members: &[DescribedMember]) -> Markup {
    if members.is_empty() {
        return html! { p.quiet { "Nobody is in it now." } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Members" {
            table {
                thead { tr {
                    th scope="col" { "Client" }
                    th scope="col" { "Host" }
                    th.wide scope="col" { "Member id" }
                    th scope="col" { "Reads" }
                } }
                tbody {
                    @for member in members {
                        tr {
                            td { (member.client_id) @if let Some(name) = &member.instance_id { " (" (name) ")" } }
                            td { (member.client_host.trim_start_matches('/')) }
                            td.wide { code { (member.member_id) } }
                            td { (share(member)) }
                        }
                    }
                }
            }
        }
    }
}

/// The partitions that the member was given, if its assignment is a consumer's.
fn share(member: &DescribedMember) -> String {
    if member.assignment.is_empty() {
        return "nothing".to_owned();
    }
    match Assignment::decode(&member.assignment) {
        Ok(assignment) => {
            let all: Vec<String> = assignment.partitions.iter().map(ToString::to_string).collect();
            if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
        }
        Err(_) => "what only its own protocol can tell".to_owned(),
    }
}
