//! Every cmdlet that talks to a service against every fault of the emulator's catalogue.
//!
//! docs/faults.md is what happened: `MI_BLESS=1 cargo test --test suite faults::each` writes it again.
//! A run compares some cells with it, and with `MI_FAULTS=all` every one.

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
use page::{Page, Written};
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    let bless = std::env::var_os("MI_BLESS").is_some();
    let cells: Vec<_> = cells.into_iter().step_by(step(bless)).collect();
    let runs = cells.iter().map(|(fault, _, command, extent)| Run {
        command,
        faults: vec![extent.of(fault)],
    });
    let outcomes = all_of(runs.clone(), &fixture).await;
    let written = Written::read(&std::fs::read_to_string(&path).unwrap_or_default());
    let mut page = Page::default();
    for ((run, outcome), (fault, summary, command, extent)) in runs.zip(outcomes).zip(&cells) {
        let plain = &plain[command.line];
        outcome.check(&run, plain);
        let told = outcome.told(&run, plain);
        if !bless {
            let page = written.told(fault, command.line, *extent, !plain.effects.is_empty());
            assert_eq!(told.as_deref(), page, "{run:?}: MI_BLESS=1 writes the page");
        }
        page.add(fault, summary, command.line, *extent, told);
    }
    if bless {
        page.write(&path);
    }
}

/// Of how many cells one is run: all are when the page is written, or where there is time for them.
fn step(bless: bool) -> usize {
    match bless || std::env::var("MI_FAULTS").is_ok_and(|which| which == "all") {
        true => 1,
        // No multiple of the number of commands: each fault and each command has its turn.
        false => 11,
    }
}
