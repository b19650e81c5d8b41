//! The results of runs: all samples, when and where they were taken. What is published is made from
//! these alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::sample::Sample;
use crate::series;
use crate::stats;

/// All that was measured on a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The machine.
    pub machine: Machine,
    /// What was measured, by the names of the measures.
    pub measures: BTreeMap<String, Taken>,
}

/// What may make another machine's figures differ. It has no name of the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// The number of processor cores.
    pub cores: u32,
    /// What the processor calls itself.
    pub processor: String,
    /// The memory, in gigabytes.
    pub memory_gb: f64,
    /// The operating system.
    pub os: String,
    /// Programs and their versions.
    pub versions: BTreeMap<String, String>,
}

/// A measure that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// The day, as 2026-01-31.
    pub date: String,
    /// Whether with fewer rounds and smaller sizes, to try.
    pub quick: bool,
    /// Whether the measuring program failed; there are no samples then.
    pub failed: bool,
    /// The samples.
    pub samples: Vec<Sample>,
}

impl Machine {
    /// Whether times on the other can be compared with times on this.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.cores, &self.processor, self.memory_gb, &self.os)
            == (other.cores, &other.processor, other.memory_gb, &other.os)
    }
}

/// A round, and a place on the horizontal axis where the measure has one.
pub type Point = (u32, Option<u64>);

impl Results {
    /// Reads results.
    ///
    /// # Errors
    /// The file can't be read or holds something else.
    pub fn read(file: &Path) -> Result<Self, String> {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(file).map_err(|error| told(&error))?;
        serde_json::from_str(&text).map_err(|error| told(&error))
    }

    /// Writes results.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        let told = |error: std::io::Error| format!("{}: {error}", file.display());
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(told)?;
        }
        fs::write(file, self.json()).map_err(told)
    }

    /// The JSON of a file: a line for each sample, so that a difference can be read.
    pub fn json(&self) -> String {
        let taken = self.measures.iter().map(|(id, taken)| {
            let samples: Vec<_> = taken.samples.iter().map(line).collect();
            format!(
                "  {}: {{\"date\": {}, \"quick\": {}, \"failed\": {}, \"samples\": [\n    {}\n  ]}}",
                line(id),
                line(&taken.date),
                taken.quick,
                taken.failed,
                samples.join(",\n    ")
            )
        });
        let taken: Vec<_> = taken.collect();
        format!(
            "{{\"machine\": {},\n\"measures\": {{\n{}\n}}}}\n",
            line(&self.machine),
            taken.join(",\n")
        )
    }

    /// Takes over the measures of an earlier run that this one has not, where both are of the same
    /// machine.
    ///
    /// # Errors
    /// They are of different machines.
    pub fn keep(&mut self, earlier: Self) -> Result<(), String> {
        if !earlier.machine.is_like(&self.machine) {
            return Err("the earlier results are of another machine".to_owned());
        }
        for (name, version) in earlier.machine.versions {
            self.machine.versions.entry(name).or_insert(version);
        }
        for (id, taken) in earlier.measures {
            self.measures.entry(id).or_insert(taken);
        }
        Ok(())
    }

    /// The values of a series by round and place. Several of the same are their median.
    pub fn points(&self, measure: &str, series: &str) -> BTreeMap<Point, f64> {
        let mut points: BTreeMap<Point, Vec<f64>> = BTreeMap::new();
        let of = |sample: &&Sample| sample.measure == measure && sample.series == series;
        for sample in self.samples().filter(of) {
            let point = (sample.round, sample.x);
            points.entry(point).or_default().push(sample.value);
        }
        let merged = |(point, values): (Point, Vec<f64>)| Some((point, stats::median(&values)?));
        points.into_iter().filter_map(merged).collect()
    }

    /// The series of a measure, each once, in the order in which a reader has them.
    pub fn series(&self, measure: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for sample in self.samples().filter(|sample| sample.measure == measure) {
            if !found.contains(&sample.series.as_str()) {
                found.push(&*sample.series);
            }
        }
        found.sort_by_key(|series| series::place(series));
        found
    }

    /// The unit of a measure.
    pub fn unit(&self, measure: &str) -> &str {
        let mut samples = self.samples();
        let of = samples.find(|sample| sample.measure == measure);
        of.map_or("", |sample| &sample.unit)
    }

    fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.measures.values().flat_map(|taken| &taken.samples)
    }
}

fn line(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("texts and numbers have JSON")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A sample of a measure `m` in seconds.
    pub fn sample(series: &str, round: u32, value: f64) -> Sample {
        Sample {
            measure: "m".to_owned(),
            series: series.to_owned(),
            round,
            value,
            unit: "s".to_owned(),
            x: None,
        }
    }

    /// Results with one measure.
    pub fn of(samples: Vec<Sample>) -> Results {
        let taken = Taken {
            date: "2026-01-31".to_owned(),
            quick: false,
            failed: false,
            samples,
        };
        Results {
            machine: Machine::default(),
            measures: BTreeMap::from([("m".to_owned(), taken)]),
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let folder = tempfile::tempdir().expect("can be made");
        let file = folder.path().join("new/results.json");
        let mut results = of(vec![
            sample("module", 1, 0.1),
            sample("floor", 1, 1.0 / 3.0),
        ]);
        results.machine.processor = "A \"B\" µ".to_owned();
        results.measures.insert(
            "failed".to_owned(),
            Taken {
                date: "2026-02-01".to_owned(),
                quick: true,
                failed: true,
                samples: Vec::new(),
            },
        );
        results.write(&file).expect("can be written");
        assert_eq!(Results::read(&file), Ok(results));
        let none = Results::read(folder.path()).expect_err("is a folder");
        assert!(
            none.contains(&folder.path().display().to_string()),
            "{none}"
        );
    }

    #[test]
    fn several_samples_of_a_round_are_their_median() {
        let mut at = sample("module", 2, 9.0);
        at.x = Some(10);
        let results = of(vec![
            sample("another", 1, 0.0),
            sample("floor", 1, 7.0),
            sample("module", 1, 5.0),
            sample("module", 1, 1.0),
            sample("module", 1, 2.0),
            at,
        ]);
        let points = results.points("m", "module");
        let expected = BTreeMap::from([((1, None), 2.0), ((2, Some(10)), 9.0)]);
        assert_eq!(points, expected);
        assert_eq!(results.series("m"), ["module", "floor", "another"]);
        assert_eq!(results.unit("m"), "s");
    }

    #[test]
    fn an_earlier_run_adds_what_this_one_has_not() {
        let mut earlier = of(vec![sample("module", 1, 1.0)]);
        let version = ("Python".to_owned(), "3.13.5".to_owned());
        earlier.machine.versions = BTreeMap::from([version]);
        let mut own = of(vec![sample("module", 1, 2.0)]);
        let taken = own.measures.remove("m").expect("is there");
        own.measures.insert("n".to_owned(), taken);
        own.keep(earlier.clone()).expect("is of the same machine");
        assert_eq!(own.measures.keys().collect::<Vec<_>>(), ["m", "n"]);
        assert_eq!(own.machine.versions["Python"], "3.13.5");

        let mut again = of(vec![sample("module", 1, 3.0)]);
        again.keep(earlier.clone()).expect("is of the same machine");
        assert_eq!(again.measures["m"].samples[0].value, 3.0);

        let mut elsewhere = of(Vec::new());
        elsewhere.machine.cores = 64;
        assert!(elsewhere.keep(earlier).is_err());
    }
}
