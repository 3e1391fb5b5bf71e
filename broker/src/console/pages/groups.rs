//! `/groups`: every consumer group that this broker coordinates.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::{in_path, layout, numbers, starting};
use crate::console::Console;
use crate::console::groups::{self, Group};

pub(super) async fn page(State(console): State<Console>) -> Response {
    let Some(broker) = console.broker() else { return starting() };
    let all = groups::survey(broker).await;
    let shown: Vec<(&Group, i64)> = all.iter().map(|group| (group, group.lag())).collect();
    let content = html! {
        h1 { "Consumer groups" }
        @if shown.is_empty() {
            p { "No consumer group has a position or a member here. One begins with its first reader:" }
            pre.command { "sapwood topic consume TOPIC -g GROUP" }
        } @else {
            (table(&shown))
        }
    };
    layout("Groups", "/groups", &content).into_response()
}

/// One row a group, with how many records it is behind in what the page is about.
pub(super) fn table(groups: &[(&Group, i64)]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Consumer groups" {
            table {
                thead { tr {
                    th scope="col" { "Group" }
                    th scope="col" { "State" }
                    th.number scope="col" { "Members" }
                    th.number.wide scope="col" { "Topics" }
                    th.number scope="col" { "Behind" }
                } }
                tbody {
                    @for (group, lag) in groups {
                        tr {
                            td { a href={ "/groups/" (in_path(&group.id)) } { (group.id) } }
                            td { (group.state) }
                            td.number { (group.members.len()) }
                            td.number.wide { (group.topics()) }
                            td.number { (numbers::whole(*lag)) }
                        }
                    }
                }
            }
        }
    }
}
