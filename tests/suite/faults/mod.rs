//! Every cmdlet that talks to a service against every fault of the emulator's catalogue.
//!
//! docs/faults.md is what happened: `MI_BLESS=1 cargo test --test suite faults::` writes it again.

mod cell;
mod commands;
mod page;
mod random;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;

use cell::{Extent, Outcome, Run};
use commands::{Command, WITHOUT_SERVICE};
use page::Page;
use stage::Fixture;

/// How many runs there are at once: more than processors, as most of the time of a run that takes
/// long is waiting.
const AT_ONCE: usize = 24;

#[test]
fn every_cmdlet_is_in_the_matrix() {
    let manifest = include_str!("../../../ps-module/ManagedIdentity.psd1");
    let exported = manifest.split("CmdletsToExport").nth(1).unwrap();
    let exported = exported.split(')').next().unwrap();
    let exported: BTreeSet<&str> = exported.split('\'').skip(1).step_by(2).collect();
    let known = commands::all().map(Command::cmdlet).chain(WITHOUT_SERVICE);
    assert_eq!(known.collect::<BTreeSet<_>>(), exported);
}

/// What each command does without a fault.
async fn plain_runs(fixture: &Arc<Fixture>) -> BTreeMap<&'static str, Outcome> {
    let mut plain = BTreeMap::new();
    let runs = commands::all().map(Run::plain);
    for (command, outcome) in commands::all().zip(all_of(runs, fixture).await) {
        assert_eq!(outcome.code, None, "{}", command.line);
        plain.insert(command.line, outcome);
    }
    plain
}

/// Carries out runs, some at once, each as a task.
async fn all_of(runs: impl Iterator<Item = Run>, fixture: &Arc<Fixture>) -> Vec<Outcome> {
    stream::iter(runs.enumerate())
        .map(|(number, run)| {
            let fixture = fixture.clone();
            tokio::spawn(async move { Outcome::of(&run, &fixture, &number.to_string()).await })
        })
        .buffered(AT_ONCE)
        .map(|ended| ended.unwrap())
        .collect()
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_command_meets_each_fault_as_the_page_says() {
    let fixture = Arc::new(Fixture::make("faults-matrix").await);
    let plain = plain_runs(&fixture).await;
    let mut cells = Vec::new();
    for (fault, summary) in emulator::faults() {
        for command in commands::all() {
            let writes = !plain[command.line].effects.is_empty();
            let extents = Extent::all().filter(|extent| writes || !extent.is_for_writes());
            cells.extend(extents.map(|extent| (fault, summary, command, extent)));
        }
    }
    let runs = cells.iter().map(|(fault, _, command, extent)| Run {
        command,
        faults: vec![extent.of(fault)],
    });
    let mut page = Page::default();
    let outcomes = all_of(runs.clone(), &fixture).await;
    for ((run, outcome), (fault, summary, command, extent)) in runs.zip(outcomes).zip(&cells) {
        let plain = &plain[command.line];
        outcome.check(&run, plain);
        page.add(fault, summary, command.line, *extent, outcome.told(plain));
    }
    page.compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md"));
}
