//! `kafka-consumer-groups --list`.

use super::Call;
use super::options::{STATE, TYPE};
use crate::admin::ListedGroup;
use crate::cli::applets::{Screen, Stop, Thrown};

/// The states that a group of consumers may be in.
const STATES: &[&str] = &[
    "PreparingRebalance",
    "CompletingRebalance",
    "Stable",
    "Dead",
    "Empty",
    "Assigning",
    "Reconciling",
];
/// The types that it may have.
const TYPES: &[&str] = &["Classic", "Consumer"];

impl Call<'_> {
    /// Prints the groups' names, or a table with their types and states.
    pub(super) async fn list(&self, screen: &mut Screen) -> Result<(), Stop> {
        if self.parsed.count(&[TYPE, STATE]) == 0 {
            let groups = self.consumer_groups(screen).await;
            let groups = groups.map_err(|thrown| thrown.in_execution().in_runtime())?;
            groups.iter().for_each(|group| screen.line(&group.group));
            return Ok(());
        }
        let types = choice(self.parsed.value(TYPE)?, TYPES, "types")?;
        let states = choice(self.parsed.value(STATE)?, STATES, "state")?;
        let mut groups = self.consumer_groups(screen).await.map_err(Thrown::in_execution)?;
        let among = |wanted: &[&str], has: &str| wanted.is_empty() || wanted.contains(&has);
        groups.retain(|group| among(&types, type_of(group)) && among(&states, state_of(group)));
        self.table(&groups, screen);
        Ok(())
    }

    fn table(&self, groups: &[ListedGroup], screen: &mut Screen) {
        let widest = groups.iter().map(|group| group.group.len()).max().unwrap_or(0).max(15) + 10;
        let (with_type, with_state) = (self.parsed.has(TYPE), self.parsed.has(STATE));
        let line = |group: &str, of_type: &str, state: &str| {
            let mut line = format!("{group:widest$}");
            for (_, word) in
                [(with_type, of_type), (with_state, state)].iter().filter(|(with, _)| *with)
            {
                line.push_str(&format!(" {word:20}"));
            }
            line
        };
        screen.line(line("GROUP", "TYPE", "STATE"));
        for group in groups {
            screen.line(line(&group.group, type_of(group), state_of(group)));
        }
    }
}

fn type_of(group: &ListedGroup) -> &'static str {
    let of_type = group.group_type.as_deref().unwrap_or_default();
    TYPES.iter().find(|known| known.eq_ignore_ascii_case(of_type)).unwrap_or(&"Unknown")
}

fn state_of(group: &ListedGroup) -> &'static str {
    let state = group.state.as_deref().unwrap_or_default();
    STATES.iter().find(|known| known.eq_ignore_ascii_case(state)).unwrap_or(&"Unknown")
}

/// The words of a list, each of which must be one of these, whatever the case.
fn choice(
    list: Option<String>,
    valid: &'static [&'static str],
    what: &str,
) -> Result<Vec<&'static str>, Thrown> {
    let Some(list) = list.filter(|list| !list.is_empty()) else { return Ok(Vec::new()) };
    let known =
        |word: &str| valid.iter().find(|known| known.eq_ignore_ascii_case(word.trim())).copied();
    let chosen: Option<Vec<&str>> = list.split(',').map(known).collect();
    chosen.ok_or_else(|| {
        let all = if what == "state" { "states" } else { what };
        let valid = valid.join(", ");
        Thrown::illegal_argument(format!("Invalid {what} list '{list}'. Valid {all} are: {valid}"))
    })
}
