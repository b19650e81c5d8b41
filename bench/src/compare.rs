//! Two results beside each other: which figures turned.

use std::fmt;

use crate::measures::{Figure, MEASURES};
use crate::results::Results;
use crate::stats::Summary;

/// What a figure may move by although it has no spread: a size that grows by a few bytes has not
/// turned.
const LEAST: f64 = 0.01;

/// A figure that turned.
pub struct Turn {
    figure: &'static Figure,
    before: Summary,
    after: Summary,
}

impl Turn {
    /// Whether it is worse than before. Every figure is better the smaller it is.
    pub fn is_worse(&self) -> bool {
        self.after.median > self.before.median
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            figure,
            before,
            after,
        } = self;
        write!(
            formatter,
            "{}: {} ({}): {} before, {} now (spread {} and {})",
            if self.is_worse() { "worse" } else { "better" },
            figure.what,
            figure.key(),
            figure.shown(before.median),
            figure.shown(after.median),
            figure.shown(before.spread()),
            figure.shown(after.spread()),
        )
    }
}

/// The figures of both results that turned. Times are compared where both are of the same machine,
/// and no figure of a quick run with one of a whole run.
pub fn turns(before: &Results, after: &Results) -> Vec<Turn> {
    let same_machine = before.machine.is_like(&after.machine);
    let quick = |results: &Results, id| results.measures.get(id).map(|taken| taken.quick);
    let measures = MEASURES.iter();
    let measures = measures.filter(|one| quick(before, one.id) == quick(after, one.id));
    measures
        .flat_map(|measure| measure.figures)
        .filter(|figure| same_machine || figure.is_of_any_machine())
        .filter_map(|figure| {
            let before = figure.outcome(before)?.summary;
            let after = figure.outcome(after)?.summary;
            turned(&before, &after).then_some(Turn {
                figure,
                before,
                after,
            })
        })
        .collect()
}

/// Whether the median moved by more than the spread of either, and out of all values before.
fn turned(before: &Summary, after: &Summary) -> bool {
    let moved = (after.median - before.median).abs();
    let least = before.median.abs() * LEAST;
    let is_outside = after.median < before.min || after.median > before.max;
    is_outside && moved > before.spread().max(after.spread()).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::{of, sample};

    fn summary(values: &[f64]) -> Summary {
        Summary::of(values).expect("has values")
    }

    #[test]
    fn a_figure_turns_when_it_moves_by_more_than_its_spread_in_either_direction() {
        let before = summary(&[1.0, 1.1, 1.2]);
        assert!(turned(&before, &summary(&[1.4, 1.5, 1.6])));
        assert!(turned(&before, &summary(&[0.7, 0.8, 0.9])));
        assert!(!turned(&before, &before));
        // Among the values before.
        assert!(!turned(&before, &summary(&[1.15, 1.19, 1.2])));
        // Outside, and not by more than its own spread.
        assert!(!turned(&before, &summary(&[0.9, 1.25, 1.9])));
    }

    #[test]
    fn a_figure_without_spread_turns_by_more_than_a_hundredth() {
        let before = summary(&[4.0]);
        assert!(!turned(&before, &summary(&[4.03])));
        assert!(turned(&before, &summary(&[4.05])));
        assert!(turned(&before, &summary(&[3.9])));
    }

    /// Results of three rounds of a measure in the table.
    fn results(name: &str, module: f64, floor: f64) -> Results {
        let samples = (1..=3).flat_map(|round| {
            [("module", module), ("floor", floor)].map(|(series, value)| {
                let mut sample = sample(series, round, value);
                sample.measure = name.to_owned();
                sample
            })
        });
        let mut results = of(samples.collect());
        let taken = results.measures.remove("m").expect("is there");
        results.measures.insert(name.to_owned(), taken);
        results
    }

    #[test]
    fn a_quick_run_is_not_compared_with_a_whole_one() {
        let before = results("list-10000", 1.2, 1.0);
        let mut after = results("list-10000", 9.0, 1.0);
        assert_eq!(turns(&before, &after).len(), 1);
        let taken = after.measures.get_mut("list-10000").expect("is there");
        taken.quick = true;
        assert!(turns(&before, &after).is_empty());
    }

    #[test]
    fn what_turned_is_named_with_its_direction() {
        let before = results("list-10000", 1.2, 1.0);
        let worse = turns(&before, &results("list-10000", 1.5, 1.0));
        let [worse] = &worse[..] else {
            panic!("{} turns", worse.len());
        };
        assert!(worse.is_worse());
        let text = worse.to_string();
        assert!(text.starts_with("worse: "), "{text}");
        assert!(text.contains("list-10000: module over floor"), "{text}");
        assert!(text.contains("1.20 times before, 1.50 times now"), "{text}");
        let better = turns(&before, &results("list-10000", 1.0, 1.0));
        assert!(better.iter().all(|turn| !turn.is_worse()));
        assert_eq!(better.len(), 1);
        assert!(turns(&before, &before).is_empty());
    }

    #[test]
    fn times_of_another_machine_say_nothing() {
        let before = results("get-warm", 1.0, 0.5);
        let mut after = results("get-warm", 9.0, 0.5);
        assert_eq!(turns(&before, &after).len(), 1);
        after.machine.processor = "another".to_owned();
        assert!(turns(&before, &after).is_empty());
    }

    #[test]
    fn what_one_of_both_lacks_has_not_turned() {
        let before = results("list-10000", 1.2, 1.0);
        let mut after = before.clone();
        let taken = after.measures.get_mut("list-10000").expect("is there");
        taken.samples.clear();
        assert!(turns(&before, &after).is_empty());
    }
}
