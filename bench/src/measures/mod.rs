//! What is measured, as data: each measure with the program that takes it, the figures that its
//! samples come to, their targets, and its plots.

mod table;

use std::collections::BTreeMap;

use crate::results::Results;
use crate::stats::Summary;

pub use table::{MEASURES, SESSION};

/// A thing to measure.
pub struct Measure {
    /// The name that `--measure` takes.
    pub id: &'static str,
    /// What takes it.
    pub how: How,
    /// Whether it runs only where `--measure` names it, because it takes long.
    pub opt_in: bool,
    /// The names of its samples, in the order of the page.
    pub samples: &'static [Kind],
    /// What its samples come to.
    pub figures: &'static [Figure],
    /// Its plots.
    pub plots: &'static [Plot],
}

/// What takes a measure.
#[derive(Clone, Copy)]
pub enum How {
    /// A PowerShell script of `bench/scripts`.
    Script(Script),
    /// `own::import`.
    Import,
    /// `own::session`.
    Session,
    /// `own::size`.
    Size,
    /// `own::demo`.
    Demo,
    /// `own::test`.
    Test,
}

/// A script that prints samples.
#[derive(Clone, Copy)]
pub struct Script {
    /// Its file in `bench/scripts`.
    pub file: &'static str,
    /// The parameters that it has beside -Round and -Quick.
    pub takes: &'static [Parameter],
}

/// A parameter of the scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// The folder of the release module.
    ModulePath,
    /// The bare client.
    Floor,
    /// An emulator with TLS that was started for this script, and its certificate.
    Endpoint,
    /// The emulator as a program, for a script that starts its own.
    EmulatorPath,
    /// A Python with the Azure SDK; without one the parameter is omitted.
    Python,
    /// A Python with the Azure CLI; without one the parameter is omitted.
    AzureCli,
}

impl Parameter {
    /// The names of the script's parameters that it stands for.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::ModulePath => &["ModulePath"],
            Self::Floor => &["Floor"],
            Self::Endpoint => &["Endpoint", "CertificateFile"],
            Self::EmulatorPath => &["EmulatorPath"],
            Self::Python => &["Python"],
            Self::AzureCli => &["AzureCli"],
        }
    }
}

/// Samples of one name.
pub struct Kind {
    /// The name, which is the samples' `measure`.
    pub name: &'static str,
    /// What they are of.
    pub what: &'static str,
    /// The series that it is to have. One of these that has no samples is named on the page.
    pub series: &'static [&'static str],
    /// What a place is, with `{}` for it, where a row of the page is of each; a plot has the others.
    pub at: Option<&'static str>,
}

/// What samples come to: one number with its spread, which is better the smaller it is.
pub struct Figure {
    /// What it says.
    pub what: &'static str,
    /// The name of the samples.
    pub of: &'static str,
    /// How the samples become values.
    pub value: Value,
    /// Which of the values counts.
    pub counts: Counts,
    /// What the figure may be at most.
    pub target: Option<f64>,
    /// The unit; `times` of a ratio.
    pub unit: &'static str,
    /// Whether the README has it.
    pub headline: bool,
}

/// How samples become the values of a figure. Ratios and differences are of two samples of the same
/// round and place, so that what else the machine does at the time is in both.
#[derive(Clone, Copy)]
pub enum Value {
    /// The samples of a series.
    Of(&'static str),
    /// Those of the first over those of the second.
    Ratio(&'static str, &'static str),
    /// Those of the first less those of the second.
    Difference(&'static str, &'static str),
    /// Those of a series at the second place over those at the first.
    Growth(&'static str, u64, u64),
}

/// Which of the values is held to the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The median.
    Median,
    /// The largest.
    Worst,
}

/// A plot of samples with places.
pub struct Plot {
    /// The file's name in `docs/performance`, without its ending.
    pub file: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The name of the samples.
    pub of: &'static str,
    /// What the horizontal axis has.
    pub x: &'static str,
}

/// What a figure came to.
pub struct Outcome {
    /// Its values.
    pub summary: Summary,
    /// The value that is held to the target.
    pub counted: f64,
    /// Whether the target was reached; nothing of a figure without one.
    pub reached: Option<bool>,
}

impl Measure {
    /// The measure of a name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(id: &str) -> Result<&'static Self, String> {
        let found = MEASURES.iter().find(|measure| measure.id == id);
        found.ok_or_else(|| {
            let ids: Vec<_> = MEASURES.iter().map(|measure| measure.id).collect();
            format!("unknown measure {id}; the measures are: {}", ids.join(", "))
        })
    }
}

impl Figure {
    /// A name that distinguishes it from all others.
    pub fn key(&self) -> String {
        let of = self.of;
        match self.value {
            Value::Of(series) => format!("{of}: {series}"),
            Value::Ratio(one, other) => format!("{of}: {one} over {other}"),
            Value::Difference(one, other) => format!("{of}: {one} less {other}"),
            Value::Growth(series, from, to) => format!("{of}: {series} at {to} over {from}"),
        }
    }

    /// A value of it as a person reads it.
    pub fn shown(&self, value: f64) -> String {
        shown(value, self.unit)
    }

    /// Whether it says the same of a slower machine.
    pub fn is_of_any_machine(&self) -> bool {
        !["min", "s", "ms", "µs"].contains(&self.unit)
    }

    /// What it came to; nothing where there are no samples for it.
    pub fn outcome(&self, results: &Results) -> Option<Outcome> {
        let summary = Summary::of(&self.values(results))?;
        let counted = match self.counts {
            Counts::Median => summary.median,
            Counts::Worst => summary.max,
        };
        Some(Outcome {
            summary,
            counted,
            reached: self.target.map(|target| counted <= target),
        })
    }

    fn values(&self, results: &Results) -> Vec<f64> {
        let of = |series| results.points(self.of, series);
        let paired = |one, other, join: fn(f64, f64) -> f64| {
            let others = of(other);
            let pair = |(at, value)| others.get(&at).map(|&other| join(value, other));
            of(one).into_iter().filter_map(pair).collect()
        };
        match self.value {
            Value::Of(series) => of(series).into_values().collect(),
            Value::Ratio(one, other) => paired(one, other, |one, other| one / other),
            Value::Difference(one, other) => paired(one, other, |one, other| one - other),
            Value::Growth(series, from, to) => {
                let points = of(series);
                let at = |round, x| points.get(&(round, Some(x)));
                let rounds = points.keys().filter(|(_, x)| *x == Some(to));
                rounds
                    .filter_map(|&(round, _)| Some(at(round, to)? / at(round, from)?))
                    .collect()
            }
        }
    }
}

/// A value with its unit as a person reads it. What is counted has no digits where it is whole.
pub fn shown(value: f64, unit: &str) -> String {
    let is_count = ["requests", "sockets"].contains(&unit);
    match is_count && value.fract() == 0.0 {
        true => format!("{value:.0} {unit}"),
        false => format!("{} {unit}", number(value)),
    }
}

/// A number with as many digits as a person compares.
pub fn number(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        0.0 => 0,
        _ if size < 0.1 => 3,
        _ if size < 10.0 => 2,
        _ if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// A whole number with a comma after each three digits.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The values of a series at each place, in the order of the places.
pub fn places(results: &Results, of: &str, series: &str) -> Vec<(Option<u64>, Summary)> {
    let mut places: BTreeMap<Option<u64>, Vec<f64>> = BTreeMap::new();
    for ((_, x), value) in results.points(of, series) {
        places.entry(x).or_default().push(value);
    }
    let summary = |(x, values): (_, Vec<f64>)| Some((x, Summary::of(&values)?));
    places.into_iter().filter_map(summary).collect()
}

#[cfg(test)]
mod tests;
