//! What runs when, so that all processors have something to do until the end: the longest first, by
//! how long each took last time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a file of tests begins a line with to get a process of its own, and why.
const OWN_PROCESS: &str = "# Own process: ";

/// What is taken for the time of a byte of tests of which no run has told the time.
const BYTE: Duration = Duration::from_micros(500);

/// How long things took when they last ran, by name.
pub struct Times {
    file: PathBuf,
    known: BTreeMap<String, Duration>,
}

impl Times {
    /// Those of earlier runs. Without them the order is another one, and no more.
    pub fn read(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let known = text.lines().filter_map(|line| {
            let (milliseconds, name) = line.split_once(' ')?;
            let time = Duration::from_millis(milliseconds.parse().ok()?);
            Some((name.to_owned(), time))
        });
        Self {
            known: known.collect(),
            file,
        }
    }

    /// How long it took.
    pub fn of(&self, name: &str) -> Option<Duration> {
        self.known.get(name).copied()
    }

    /// Keeps how long it took for the next run.
    pub fn note(&mut self, name: &str, time: Duration) {
        self.known.insert(name.to_owned(), time);
    }

    /// Writes them for the next run.
    pub fn write(&self) {
        let lines = self.known.iter();
        let text: String = lines
            .map(|(name, time)| format!("{} {name}\n", time.as_millis()))
            .collect();
        // Should it fail, the next run's order is another one.
        let _ = fs::write(&self.file, text);
    }

    /// How long a file of tests took, or is thought to take.
    fn of_file(&self, file: &Path) -> Duration {
        self.of(&file_name(file)).unwrap_or_else(|| {
            let size = fs::metadata(file).map_or(0, |file| file.len());
            BYTE * u32::try_from(size).unwrap_or(u32::MAX)
        })
    }
}

/// The name of a file of tests, by which its time is known.
pub fn file_name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Files of tests that run in one process, and how long that will take.
pub struct Process {
    pub files: Vec<PathBuf>,
    pub time: Duration,
}

/// Files of tests by the process that they run in: in one of their own those that say so, and the
/// others in as many as `count`, which take the same time.
pub fn processes(
    files: impl Iterator<Item = PathBuf>,
    count: usize,
    times: &Times,
) -> Vec<Process> {
    let timed = files.map(|file| Process {
        time: times.of_file(&file),
        files: vec![file],
    });
    let (mut all, mut shared): (Vec<_>, Vec<_>) = timed.partition(has_own_process);
    // The longest first, each to the process that has least to do.
    shared.sort_by_key(|one| Reverse(one.time));
    let rest = shared.split_off(count.min(shared.len()));
    for one in rest {
        if let Some(least) = shared.iter_mut().min_by_key(|process| process.time) {
            least.time += one.time;
            least.files.extend(one.files);
        }
    }
    all.extend(shared);
    all
}

fn has_own_process(process: &Process) -> bool {
    process.files.iter().any(|file| {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines().any(|line| line.starts_with(OWN_PROCESS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(process: &Process) -> Vec<String> {
        process.files.iter().map(|file| file_name(file)).collect()
    }

    #[test]
    fn files_are_spread_by_the_time_that_they_took() {
        let folder = tempfile::tempdir().expect("can be made");
        let file = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("can be written");
            file
        };
        let mut times = Times::read(folder.path().join("times"));
        let mut files = vec![file("own", &format!("{OWN_PROCESS}why\n"))];
        for (name, seconds) in [("a", 1), ("b", 6), ("c", 3), ("d", 4)] {
            files.push(file(name, ""));
            times.note(name, Duration::from_secs(seconds));
        }
        // Of this one only the size is known: some 5 s.
        files.push(file("new", &"#".repeat(10_000)));
        times.write();

        let times = Times::read(folder.path().join("times"));
        let found = processes(files.into_iter(), 2, &times);
        let found: Vec<_> = found.iter().map(names).collect();
        let expected: [&[&str]; 3] = [&["own"], &["b", "c", "a"], &["new", "d"]];
        assert_eq!(found, expected);
    }

    #[test]
    fn no_process_is_without_files() {
        let times = Times::read(PathBuf::from("none"));
        let files = ["a", "b"].map(PathBuf::from);
        assert_eq!(processes(files.into_iter(), 8, &times).len(), 2);
        assert!(processes(std::iter::empty(), 2, &times).is_empty());
    }
}
