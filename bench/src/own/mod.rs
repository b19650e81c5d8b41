//! The measures of whole processes and of files, which no script takes.

mod builds;
mod import;
mod session;
mod size;

pub use builds::{demo, test};
pub use import::import;
pub use session::session;
pub use size::size;

use std::time::Duration;

use crate::command::Usage;
use crate::sample::Sample;

/// What takes the samples.
type Sink<'a> = &'a mut dyn FnMut(Sample);

fn sample(measure: &str, series: &str, round: u32, value: f64, unit: &str) -> Sample {
    Sample {
        measure: measure.to_owned(),
        series: series.to_owned(),
        round,
        value,
        unit: unit.to_owned(),
        x: None,
    }
}

/// The samples `<measure>-wall` and `<measure>-cpu` of a process.
fn used(measure: &str, series: &str, round: u32, usage: &Usage, sink: Sink<'_>) {
    for (kind, time) in [("wall", usage.wall), ("cpu", usage.cpu)] {
        let name = format!("{measure}-{kind}");
        sink(sample(&name, series, round, milliseconds(time), "ms"));
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

/// The order in which a round takes some series: each is first as often as the others.
fn in_turn<T: Copy>(round: u32, all: &[T]) -> Vec<T> {
    let first = round as usize % all.len();
    all[first..].iter().chain(&all[..first]).copied().collect()
}

/// A text as a literal of PowerShell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_series_is_first_as_often_as_the_others() {
        let orders: Vec<_> = (1..=3)
            .map(|round| in_turn(round, &["a", "b", "c"]))
            .collect();
        assert_eq!(orders[2], ["a", "b", "c"]);
        assert_eq!(orders[0], ["b", "c", "a"]);
        assert_eq!(orders[1], ["c", "a", "b"]);
    }

    #[test]
    fn a_quoted_text_stays_one_text() {
        assert_eq!(quoted("it's"), "'it''s'");
    }
}
