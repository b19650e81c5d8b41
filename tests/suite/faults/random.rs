//! Random commands under random faults.

use std::sync::Arc;

use serde_json::{Value, json};

use super::cell::Run;
use super::commands;
use super::stage::Fixture;
use super::{all_of, plain_runs};
use crate::support::{Random, number_of};

/// How many runs there are: some on every run of the tests, and more where time allows.
fn runs() -> u64 {
    number_of("MI_FAULT_RUNS", 200)
}

impl Random {
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Up to four faults, each on a few requests somewhere in the command.
    fn faults(&mut self, names: &[&str]) -> Vec<Value> {
        (0..=self.below(4))
            .map(|_| {
                json!({
                    "name": self.of(names),
                    "skip": self.below(4),
                    "times": 1 + self.below(3),
                    "method": self.of(&[None, Some("WRITE")]),
                })
            })
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_made_that_was_not_asked_for_and_none_twice() {
    let fixture = Arc::new(Fixture::make("faults-random").await);
    let plain = plain_runs(&fixture).await;
    let writing: Vec<_> = commands::all()
        .filter(|command| !plain[command.line].effects.is_empty())
        .collect();
    let names: Vec<_> = emulator::faults().map(|(name, _)| name).collect();
    let run = |number| {
        let mut random = Random(number);
        Run {
            command: random.of(&writing),
            faults: random.faults(&names),
        }
    };
    let outcomes = all_of((0..runs()).map(run), &fixture).await;
    for (run, outcome) in (0..runs()).map(run).zip(outcomes) {
        outcome.check(&run, &plain[run.command.line]);
    }
}
