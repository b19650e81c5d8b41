//! The published page, and the README's block: pure functions of the results.

use std::fmt::Write as _;

use crate::measures::{self, Figure, Kind, MEASURES, Measure, Outcome, Value, number};
use crate::plot;
use crate::results::Results;
use crate::series;

/// What the page says beside the figures. A line such as `{{measure list-10000}}` is replaced.
const TEMPLATE: &str = include_str!("../performance.md");

/// The page, `docs/performance.md`.
///
/// # Errors
/// A line of the template can't be replaced.
pub fn page(results: &Results) -> Result<String, String> {
    let plots = plot::all(results);
    let mut page = String::new();
    for line in TEMPLATE.lines() {
        let inner = line
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"));
        let text = match inner {
            None => line.to_owned(),
            Some("machine") => machine(results),
            Some("targets") => targets(results),
            Some("targets plot") => image(
                &plots,
                plot::TARGETS,
                "The figures as parts of their targets",
            ),
            Some(inner) => {
                let id = inner.strip_prefix("measure ").unwrap_or(inner);
                measure(Measure::named(id)?, results, &plots)
            }
        };
        page.push_str(text.trim_end());
        page.push('\n');
    }
    Ok(without_gaps(&page))
}

/// The README's block, without the markers.
pub fn block(results: &Results) -> String {
    let figures = MEASURES.iter().flat_map(|measure| measure.figures);
    let mut block = String::from("| What | Measured | Target |\n| --- | --- | --- |\n");
    for figure in figures.filter(|figure| figure.headline) {
        let measured = figure.outcome(results).map_or_else(
            || "not measured".to_owned(),
            |outcome| figure.shown(outcome.counted),
        );
        let _ = writeln!(
            block,
            "| {} | {measured} | {} |",
            figure.what,
            target(figure)
        );
    }
    block
}

/// The machine, the versions and the day.
fn machine(results: &Results) -> String {
    let machine = &results.machine;
    let mut dates: Vec<_> = results.measures.values().map(|one| &*one.date).collect();
    dates.sort_unstable();
    let days = match (dates.first(), dates.last()) {
        (Some(first), Some(last)) if first == last => format!("on {first}"),
        (Some(first), Some(last)) => format!("from {first} to {last}"),
        _ => "never".to_owned(),
    };
    let versions = machine.versions.iter();
    let versions: Vec<_> = versions
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    let mut text = format!(
        "Measured {days}.\n\n| Machine | |\n| --- | --- |\n| Processor | {}, {} cores |\n| Memory | {} GB |\n\
         | Operating system | {} |\n| Programs | {} |\n",
        machine.processor,
        machine.cores,
        machine.memory_gb,
        machine.os,
        versions.join(", ")
    );
    if results.measures.values().any(|taken| taken.quick) {
        text.push_str(
            "\n**Some of these figures are of a quick run**, with fewer rounds and smaller sizes. They are a trial.\n",
        );
    }
    text
}

/// All figures that have a target.
fn targets(results: &Results) -> String {
    let figures = MEASURES.iter().flat_map(|measure| measure.figures);
    let mut table = String::from(
        "| What | Target | Measured | Range | Spread | Reached |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for figure in figures.filter(|figure| figure.target.is_some()) {
        let _ = writeln!(
            table,
            "| {} | {} | {} |",
            figure.what,
            target(figure),
            cells(figure, results)
        );
    }
    table
}

/// The last cells of a figure's row: measured, range, spread, and whether the target was reached.
fn cells(figure: &Figure, results: &Results) -> String {
    let Some(Outcome {
        summary,
        counted,
        reached,
    }) = figure.outcome(results)
    else {
        return "not measured | | |".to_owned();
    };
    let reached = match reached {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "",
    };
    format!(
        "{} | {} to {} | {} | {reached}",
        figure.shown(counted),
        number(summary.min),
        number(summary.max),
        number(summary.spread())
    )
}

fn target(figure: &Figure) -> String {
    let more = match figure.value {
        Value::Difference(..) => " more",
        _ => "",
    };
    figure.target.map_or_else(String::new, |target| {
        format!("at most {target} {}{more}", figure.unit)
    })
}

/// All that is known of a measure: its figures, its samples by series, what is missing, its plots.
fn measure(measure: &Measure, results: &Results, plots: &[(String, String)]) -> String {
    let Some(taken) = results.measures.get(measure.id) else {
        return "Not measured in this run.".to_owned();
    };
    if taken.failed {
        return "The measurement failed in this run.".to_owned();
    }
    let mut text = String::new();
    if !measure.figures.is_empty() {
        text.push_str("| Figure | Target | Median | Range | Spread | Reached |\n| --- | --- | --- | --- | --- | --- |\n");
        for figure in measure.figures {
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                figure.what,
                target(figure),
                cells(figure, results)
            );
        }
    }
    let rows: String = measure
        .samples
        .iter()
        .map(|kind| rows(kind, results))
        .collect();
    if !rows.is_empty() {
        let _ = write!(
            text,
            "\n| Measured | Of | Median | Range | Rounds |\n| --- | --- | --- | --- | --- |\n{rows}"
        );
    }
    let missing = missing(measure, results);
    if !missing.is_empty() {
        let _ = write!(
            text,
            "\nNot measured on this machine: {}.\n",
            missing.join(", ")
        );
    }
    for plot in measure.plots {
        let _ = write!(text, "\n{}\n", image(plots, plot.file, plot.title));
    }
    text
}

/// A row for each series, and for each of its places where the page is to have them.
fn rows(kind: &Kind, results: &Results) -> String {
    let unit = results.unit(kind.name);
    let mut rows = String::new();
    for series in results.series(kind.name) {
        for (x, summary) in measures::places(results, kind.name, series) {
            let what = match (x, kind.at) {
                (None, _) => kind.what.to_owned(),
                (Some(x), Some(at)) => {
                    format!("{}, {}", kind.what, at.replace("{}", &x.to_string()))
                }
                (Some(_), None) => continue,
            };
            let _ = writeln!(
                rows,
                "| {what} | {} | {} | {} to {} | {} |",
                series::name(series),
                measures::shown(summary.median, unit),
                number(summary.min),
                number(summary.max),
                summary.count
            );
        }
    }
    rows
}

/// The series that a measure is to have and has not.
fn missing(measure: &Measure, results: &Results) -> Vec<String> {
    let mut missing = Vec::new();
    for kind in measure.samples {
        let found = results.series(kind.name);
        for series in kind.series.iter().filter(|series| !found.contains(series)) {
            missing.push(format!("{} ({})", series::name(series), kind.what));
        }
    }
    missing
}

/// A plot, where there is one.
fn image(plots: &[(String, String)], file: &str, text: &str) -> String {
    let file = format!("{file}.svg");
    match plots.iter().any(|(name, _)| *name == file) {
        true => format!("![{text}](performance/{file})"),
        false => String::new(),
    }
}

/// The text with one empty line where there are several.
fn without_gaps(text: &str) -> String {
    let mut page = String::new();
    for line in text.lines() {
        if !line.is_empty() || !page.ends_with("\n\n") {
            page.push_str(line);
            page.push('\n');
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Taken;
    use crate::results::tests::{of, sample};

    fn results(id: &str, samples: &[(&str, &str, f64)]) -> Results {
        let samples = samples.iter().flat_map(|&(name, series, value)| {
            (1..=3).map(move |round| crate::sample::Sample {
                measure: name.to_owned(),
                ..sample(series, round, value + f64::from(round) * 0.01)
            })
        });
        let mut results = of(samples.collect());
        let taken = results.measures.remove("m").expect("is there");
        results.measures.insert(id.to_owned(), taken);
        results
    }

    #[test]
    fn every_measure_and_every_figure_is_on_the_page_also_without_results() {
        for measure in MEASURES {
            let place = format!("{{{{measure {}}}}}", measure.id);
            assert!(TEMPLATE.lines().any(|line| line == place), "{place}");
        }
        let page = page(&Results::default()).expect("has all");
        for measure in MEASURES {
            for figure in measure.figures.iter().filter(|one| one.target.is_some()) {
                assert!(page.contains(figure.what), "{}", figure.what);
            }
        }
        assert!(!page.contains("{{"), "{page}");
    }

    #[test]
    fn a_measure_has_its_figures_and_its_series() {
        let page = page(&results(
            "list-10000",
            &[("list-10000", "module", 0.6), ("list-10000", "floor", 0.5)],
        ));
        let page = page.expect("has all");
        for text in [
            "| A list of 10,000, over the bare client | at most 1.3 times | 1.19 times | 1.19 to 1.20 | 0.004 | yes |",
            "| a list of 10,000 | this module | 0.62 s | 0.61 to 0.63 | 3 |",
            "| a list of 10,000 | bare client in Rust | 0.52 s | 0.51 to 0.53 | 3 |",
            "Not measured on this machine: Invoke-RestMethod (a list of 10,000), Azure SDK for Python (a list of 10,000), Azure CLI",
            "Measured on 2026-01-31.",
        ] {
            assert!(page.contains(text), "{text}\n{page}");
        }
        assert!(!page.contains("\n\n\n"), "{page}");
    }

    #[test]
    fn places_are_rows_where_they_are_not_a_plot() {
        let mut results = results("update-late", &[("update-late", "module", 0.5)]);
        let taken = results.measures.get_mut("update-late").expect("is there");
        for sample in &mut taken.samples {
            sample.x = Some(20);
        }
        let page = page(&results).expect("has all");
        let row = "| from the end of Azure's operation to the end of the command, an operation of 20 s | this module | 0.52 s |";
        assert!(page.contains(row), "{page}");
    }

    #[test]
    fn what_failed_missed_or_was_only_tried_is_said() {
        let mut missed = results("size", &[("size-library", "module", 5.0)]);
        missed.measures.insert(
            "demo".to_owned(),
            Taken {
                date: "2026-02-02".to_owned(),
                quick: true,
                failed: true,
                samples: Vec::new(),
            },
        );
        let page = page(&missed).expect("has all");
        for text in [
            "**no**",
            "The measurement failed in this run.",
            "quick run",
            "Measured from 2026-01-31 to 2026-02-02.",
        ] {
            assert!(page.contains(text), "{text}\n{page}");
        }
    }

    #[test]
    fn the_block_has_the_headlines() {
        let block = block(&results("size", &[("size-library", "module", 3.5)]));
        let row = "| Size of the native library | 3.52 s | at most 4 MB |";
        assert!(block.contains(&row.replace(" s ", " MB ")), "{block}");
        assert!(block.contains("| not measured |"), "{block}");
        let headlines = MEASURES.iter().flat_map(|measure| measure.figures);
        let headlines = headlines.filter(|figure| figure.headline).count();
        assert_eq!(block.lines().count(), headlines + 2);
    }
}
