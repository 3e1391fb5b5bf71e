//! `kafka-consumer-groups --describe`: where groups stand, and in which state they are.

use super::options::{MEMBERS, OFFSETS, STATE, VERBOSE};
use super::rows::Row;
use super::{Call, MISSING, print_error};
use crate::admin::GroupDescription;
use crate::cli::applets::{Screen, Stop, Thrown};

impl Call<'_> {
    /// Prints what was asked for of each group, in the order of their names.
    pub(super) async fn describe(&self, screen: &mut Screen) -> Result<(), Stop> {
        let names = self.groups(screen).await?;
        let mut groups = self.descriptions(&names, screen).await.map_err(Thrown::in_execution)?;
        groups.sort_by(|a, b| a.group.cmp(&b.group));
        let offsets = self.parsed.has(OFFSETS) || self.parsed.count(&[MEMBERS, STATE]) == 0;
        let mut rows = Vec::new();
        for group in groups.iter().filter(|_| offsets) {
            rows.push(self.rows(group).await?);
        }
        if offsets {
            for (group, rows) in groups.iter().zip(&rows) {
                self.print_offsets(group, rows, screen);
            }
        } else if self.parsed.has(MEMBERS) {
            groups.iter().for_each(|group| self.print_members(group, screen));
        } else {
            groups.iter().for_each(|group| self.print_state(group, screen));
        }
        Ok(())
    }

    /// What the coordinators know of these groups; one that is not there is an exception.
    pub(super) async fn descriptions(
        &self,
        names: &[String],
        screen: &mut Screen,
    ) -> Result<Vec<GroupDescription>, Thrown> {
        self.link.reach("describeConsumerGroups(api=FIND_COORDINATOR)", screen).await?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let each = self.link.admin.describe_groups(&names).await?;
        let found = |(name, group): (String, Result<GroupDescription, _>)| {
            group.map_err(|error| not_found(&name, error))
        };
        each.into_iter().map(found).collect()
    }

    /// Whether there is something to print, with a word on standard error or output where the group is not well.
    pub(super) fn tells(group: &GroupDescription, rows: usize, screen: &mut Screen) -> bool {
        let name = &group.group;
        match group.state.as_str() {
            "Dead" => print_error(screen, &format!("Consumer group '{name}' does not exist.")),
            "Empty" => {
                screen.complain(format!("\nConsumer group '{name}' has no active members."));
            }
            "PreparingRebalance" | "CompletingRebalance" | "Assigning" | "Reconciling" => {
                screen.complain(format!("\nWarning: Consumer group '{name}' is rebalancing."));
            }
            _ => {}
        }
        group.state != "Dead" && rows > 0
    }

    fn print_offsets(&self, group: &GroupDescription, rows: &[Row], screen: &mut Screen) {
        if !Self::tells(group, rows.len(), screen) {
            return;
        }
        let verbose = self.parsed.has(VERBOSE);
        let mut header = vec![
            "GROUP",
            "TOPIC",
            "PARTITION",
            "LEADER-EPOCH",
            "CURRENT-OFFSET",
            "LOG-END-OFFSET",
            "LAG",
            "CONSUMER-ID",
            "HOST",
            "CLIENT-ID",
        ];
        if !verbose {
            header.remove(3);
        }
        let widest = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0).max(15);
        let mut widths = vec![widest(|row| row.group.len()), widest(|row| row.of.topic.len()), 10];
        widths.extend(if verbose { vec![15; 4] } else { vec![15; 3] });
        widths.extend([widest(|row| row.consumer.len()), widest(|row| row.host.len()), 0]);
        let header = header.into_iter().map(str::to_owned).collect();
        for cells in std::iter::once(header).chain(rows.iter().map(|row| row.cells(verbose))) {
            screen.text(format!("\n{}", columns(&cells, &widths)));
        }
        screen.line("");
    }

    fn print_state(&self, group: &GroupDescription, screen: &mut Screen) {
        if !Self::tells(group, 1, screen) {
            return;
        }
        let view = self.link.admin.cluster().view();
        let address = view.brokers.get(&group.coordinator).map(|broker| broker.address.to_string());
        let address = address.unwrap_or_default();
        let coordinator = format!("{address}  ({})", group.coordinator);
        let strategy = if group.assignor.is_empty() { MISSING } else { &group.assignor };
        let count = group.members.len().to_string();
        let mut header = vec!["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"];
        let mut row = vec![&group.group, coordinator.as_str(), strategy, &group.state];
        let mut widths = vec![group.group.len().max(15), coordinator.len().max(25), 20, 20];
        if self.parsed.has(VERBOSE) {
            header.extend(["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"]);
            row.extend([MISSING, MISSING]);
            widths.extend([15, 25]);
        }
        header.push("#MEMBERS");
        row.push(&count);
        widths.push(0);
        screen.text(format!("\n{}\n{}", columns(&header, &widths), columns(&row, &widths)));
        screen.line("");
    }
}

/// Cells flush left in columns of these widths, with a blank between them.
pub(super) fn columns<T: AsRef<str>>(cells: &[T], widths: &[usize]) -> String {
    let cell = |(cell, width): (&T, &usize)| format!("{:width$}", cell.as_ref());
    let cells: Vec<String> = cells.iter().zip(widths).map(cell).collect();
    cells.join(" ")
}

/// The exception for a group that is not there, with the words of brokers that have some.
fn not_found(name: &str, error: crate::error::Error) -> Thrown {
    let thrown = Thrown::from(error);
    match thrown.is_a("GroupIdNotFoundException") {
        true => Thrown::kafka("GroupIdNotFoundException", format!("Group {name} not found.")),
        false => thrown,
    }
}
