use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::results::tests::{of, sample};

fn figure(value: Value) -> Figure {
    Figure {
        what: "a figure",
        of: "m",
        value,
        counts: Counts::Median,
        target: Some(2.0),
        unit: "s",
        headline: false,
    }
}

#[test]
fn ratios_and_differences_are_of_the_same_round() {
    let results = of(vec![
        sample("module", 1, 2.0),
        sample("floor", 1, 1.0),
        sample("module", 2, 90.0),
        sample("floor", 2, 30.0),
        // No pair.
        sample("module", 3, 1000.0),
    ]);
    let outcome = |value| figure(value).outcome(&results).expect("has samples");
    let ratio = outcome(Value::Ratio("module", "floor"));
    assert_eq!(
        (ratio.summary.min, ratio.summary.max, ratio.summary.count),
        (2.0, 3.0, 2)
    );
    assert_eq!(ratio.reached, Some(false));
    let difference = outcome(Value::Difference("module", "floor"));
    assert_eq!(
        (difference.summary.min, difference.summary.max),
        (1.0, 60.0)
    );
    assert_eq!(outcome(Value::Of("module")).summary.count, 3);
}

#[test]
fn a_target_is_held_to_the_median_or_to_the_worst() {
    let results = of([1.0, 2.0, 9.0]
        .map(|value| sample("module", 1 + value as u32, value))
        .into());
    let mut figure = figure(Value::Of("module"));
    let median = figure.outcome(&results).expect("has samples");
    assert_eq!((median.counted, median.reached), (2.0, Some(true)));
    figure.counts = Counts::Worst;
    let worst = figure.outcome(&results).expect("has samples");
    assert_eq!((worst.counted, worst.reached), (9.0, Some(false)));
    figure.target = None;
    assert_eq!(figure.outcome(&results).expect("has samples").reached, None);
}

#[test]
fn growth_is_of_two_places_of_the_same_round() {
    let at = |round, x, value| crate::sample::Sample {
        x: Some(x),
        ..sample("module", round, value)
    };
    let results = of(vec![
        at(1, 10, 4.0),
        at(1, 1000, 5.0),
        at(2, 10, 8.0),
        at(2, 1000, 4.0),
        at(3, 1000, 9.0),
    ]);
    let flat = figure(Value::Growth("module", 10, 1000)).outcome(&results);
    let summary = flat.expect("has samples").summary;
    assert_eq!((summary.min, summary.max, summary.count), (0.5, 1.25, 2));

    let places = places(&results, "m", "module");
    let medians: Vec<_> = places.iter().map(|(x, one)| (*x, one.median)).collect();
    assert_eq!(medians, [(Some(10), 6.0), (Some(1000), 5.0)]);
}

#[test]
fn a_figure_without_samples_has_no_outcome() {
    let results = of(vec![sample("floor", 1, 1.0)]);
    assert!(figure(Value::Of("module")).outcome(&results).is_none());
    let ratio = figure(Value::Ratio("module", "floor"));
    assert!(ratio.outcome(&results).is_none());
}

#[test]
fn times_alone_are_of_one_machine() {
    let of = |value, unit| Figure {
        unit,
        ..figure(value)
    };
    assert!(!of(Value::Of("module"), "s").is_of_any_machine());
    assert!(!of(Value::Difference("module", "floor"), "ms").is_of_any_machine());
    assert!(of(Value::Of("module"), "MB").is_of_any_machine());
    assert!(of(Value::Ratio("module", "floor"), "times").is_of_any_machine());
}

#[test]
fn the_table_is_consistent() {
    let mut ids = BTreeSet::new();
    let mut keys = BTreeSet::new();
    let mut names = BTreeSet::new();
    for measure in MEASURES {
        assert!(ids.insert(measure.id), "{}", measure.id);
        for kind in measure.samples {
            assert!(names.insert(kind.name), "{}", kind.name);
        }
        let has = |name, series: &[&str]| {
            let kind = measure.samples.iter().find(|kind| kind.name == name);
            let kind = kind.unwrap_or_else(|| panic!("{}: {name}", measure.id));
            series.iter().all(|one| kind.series.contains(one))
        };
        for figure in measure.figures {
            let key = figure.key();
            let series: &[&str] = match &figure.value {
                Value::Of(one) | Value::Growth(one, ..) => &[one],
                Value::Ratio(one, other) | Value::Difference(one, other) => &[one, other],
            };
            assert!(has(figure.of, series), "{key}");
            let is_ratio = matches!(figure.value, Value::Ratio(..) | Value::Growth(..));
            assert!(!is_ratio || figure.unit == "times", "{key}");
            assert!(!figure.unit.is_empty(), "{key}");
            assert!(keys.insert(key));
        }
        for plot in measure.plots {
            assert!(has(plot.of, &[]), "{}", plot.file);
        }
    }
}

/// The names of the parameters in the first `param` block of a script.
fn parameters(text: &str) -> BTreeSet<String> {
    let block = text.split_once("param(").expect("has parameters").1;
    let block = block.split_once("\n)").expect("has an end").0;
    let code = block
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    let names = code
        .filter_map(|line| line.split_once('$'))
        .map(|(_, rest)| {
            let end = rest.find(|c: char| !c.is_alphanumeric());
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
    names
        .filter(|name| name != "true" && name != "false")
        .collect()
}

#[test]
fn the_scripts_have_the_parameters_that_they_are_called_with() {
    for measure in MEASURES {
        let How::Script(script) = measure.how else {
            continue;
        };
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scripts")
            .join(script.file);
        let text =
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", script.file));
        let found = parameters(&text);
        let given = script
            .takes
            .iter()
            .flat_map(|one| one.names().iter().copied());
        for name in given.chain(["Round", "Quick"]) {
            assert!(found.contains(name), "{}: -{name}", script.file);
        }
    }
}

#[test]
fn values_have_as_many_digits_as_a_person_compares() {
    for (value, unit, expected) in [
        (0.0, "s", "0 s"),
        (0.0123, "s", "0.012 s"),
        (1.0, "times", "1.00 times"),
        (12.34, "MB", "12.3 MB"),
        (1234.5, "ms", "1234 ms"),
        (32.0, "sockets", "32 sockets"),
        (1.05, "requests", "1.05 requests"),
        (-0.5, "ms", "-0.50 ms"),
    ] {
        assert_eq!(shown(value, unit), expected);
    }
    for (value, expected) in [(1.0, "1"), (1000.0, "1,000"), (100_000.0, "100,000")] {
        assert_eq!(grouped(value), expected);
    }
}
