//! docs/faults.md, made of what happened.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;

use super::cell::Extent;

/// What each command came to, by the extent of the fault; none where it met none.
type Row = BTreeMap<Extent, Option<String>>;

/// The faults in their order.
#[derive(Default)]
pub struct Page {
    faults: Vec<Section>,
}

/// A fault, with its summary and the rows of the commands.
struct Section {
    fault: &'static str,
    summary: &'static str,
    rows: Vec<(&'static str, Row)>,
}

const HEAD: &str = "\
# Faults

<!-- MI_BLESS=1 cargo test --test suite faults::each writes this page. -->

What each command does on each fault of the emulator's catalogue. `Get-Help
about_ManagedIdentity_Emulator` says how to select a fault: with `Start-ArmEmulator -Fault`, with the
header `x-emulator-fault` for one request, or with a call of the control interface. A test runs every
command against every fault, each time on an emulator of its own, and writes this page.

The runs are those of a connection with `-RetryCount 2 -RequestTimeoutSec 2 -TimeoutSec 10`. The waits
between attempts take a thousandth of their time, a list may have 20 pages and a response 1 MiB.

Each cell contains the result of the command (`succeeds`, or the code of its error), how many of its
requests met the fault, and what a command that changes something has changed by then:

- *changed*: each of its changes was made, once.
- *some of the changes*: some of them were made, each once, and the error says which.
- *no change*: nothing was changed.
- *changed n times alike*: the response to the change was lost or could not be read, and the command
  sent the same request again. Such a request says how the resource is to be (a PUT, or the tags of an
  identity), so the second one changes nothing. No other PATCH, no POST and no DELETE is carried out
  twice.

An error after a change says that Azure may have made it, or how its operation ended. *Several hits* and *one
or more hits*: the command has several requests under way at once. *Hits until then*: it polls until its time is up.
*Once or more*: Azure refuses a write of a federated credential while another one runs.

The columns say which requests met the fault: the first or every one of those that it is for, and for
commands that change something the first or every one that writes. A dash: the command sends no such
request.

";

impl Page {
    pub fn add(
        &mut self,
        fault: &'static str,
        summary: &'static str,
        command: &'static str,
        extent: Extent,
        told: Option<String>,
    ) {
        if self.faults.last().is_none_or(|last| last.fault != fault) {
            self.faults.push(Section {
                fault,
                summary,
                rows: Vec::new(),
            });
        }
        let Some(Section { rows, .. }) = self.faults.last_mut() else {
            return;
        };
        if rows.last().is_none_or(|(last, _)| *last != command) {
            rows.push((command, Row::new()));
        }
        if let Some((_, row)) = rows.last_mut() {
            row.insert(extent, told);
        }
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.text()).unwrap();
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for section in &self.faults {
            let Section { fault, summary, .. } = section;
            let _ = write!(text, "## {fault}\n\n{summary}\n\n");
            for writes in [false, true] {
                table(&mut text, &section.rows, writes);
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// A cell of a command that met no fault.
const NONE: &str = "–";

/// The rows for the commands that have none of their own.
const OTHERS: [&str; 2] = ["all others", "all"];

/// The page as it was written.
pub struct Written {
    /// By fault and by whether they are of the commands that write: the rows, each with its cells.
    tables: HashMap<(String, bool), Vec<Vec<String>>>,
}

impl Written {
    pub fn read(text: &str) -> Self {
        let mut tables: HashMap<_, Vec<Vec<String>>> = HashMap::new();
        let mut fault = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("## ") {
                fault = name;
            }
            let Some(row) = line.strip_prefix("| ") else {
                continue;
            };
            let cells = row.trim_end_matches(" |").split(" | ").map(str::to_owned);
            let cells: Vec<_> = cells.collect();
            let key = (fault.to_owned(), cells.len() > 3);
            tables.entry(key).or_default().push(cells);
        }
        Self { tables }
    }

    /// What the page says of a command, one of those that write or not.
    pub fn told(&self, fault: &str, command: &str, extent: Extent, writes: bool) -> Option<&str> {
        let rows = self.tables.get(&(fault.to_owned(), writes))?;
        let own = |row: &&Vec<String>| row[0].split(", ").any(|name| name == command);
        let others = |row: &&Vec<String>| OTHERS.contains(&row[0].as_str());
        let row = rows.iter().find(own).or(rows.iter().find(others))?;
        let column = Extent::all().position(|one| one == extent)?;
        row.get(column + 1)
            .map(String::as_str)
            .filter(|told| *told != NONE)
    }
}

/// The table of the commands that read, or of those that write.
fn table(text: &mut String, rows: &[(&'static str, Row)], writes: bool) {
    let rows: Vec<_> = rows
        .iter()
        .filter(|(_, row)| row.contains_key(&Extent::FirstWrite) == writes)
        .collect();
    if !rows
        .iter()
        .any(|(_, row)| row.values().any(Option::is_some))
    {
        return;
    }
    text.push_str(match writes {
        false => "| Command | First request | Every request |\n| --- | --- | --- |\n",
        true => {
            "| Command | First request | Every request | First write | Every write |\n\
             | --- | --- | --- | --- | --- |\n"
        }
    });
    for (commands, row) in grouped(&rows) {
        let _ = write!(text, "| {commands} |");
        for told in row.values() {
            let _ = write!(text, " {} |", told.as_deref().unwrap_or(NONE));
        }
        text.push('\n');
    }
    text.push('\n');
}

/// The rows that are alike as one, with the names of their commands. The largest group is the last
/// one, "all others".
fn grouped<'a>(rows: &[&'a (&'static str, Row)]) -> Vec<(String, &'a Row)> {
    let mut groups: Vec<(Vec<&str>, &Row)> = Vec::new();
    for (command, row) in rows {
        match groups.iter_mut().find(|(_, known)| *known == row) {
            Some((commands, _)) => commands.push(command),
            None => groups.push((vec![command], row)),
        }
    }
    let most = groups.iter().map(|(commands, _)| commands.len()).max();
    let largest = groups
        .iter()
        .position(|(commands, _)| Some(commands.len()) == most);
    let others = largest.filter(|_| groups.len() > 1 && most > Some(2));
    let last = others.map(|at| (OTHERS[0].to_owned(), groups.remove(at).1));
    let all = groups.len() == 1 && last.is_none() && rows.len() > 2;
    let named = groups.into_iter().map(|(commands, row)| match all {
        true => (OTHERS[1].to_owned(), row),
        false => (commands.join(", "), row),
    });
    named.chain(last).collect()
}
