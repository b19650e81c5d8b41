//! How many tests passed, read from what each runner says at its end.

use std::fmt;
use std::ops::AddAssign;
use std::time::Duration;

/// Tests by their outcome.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Those that passed.
    pub passed: u64,
    /// Those that failed, and everything that crashed or never ended.
    pub failed: u64,
    /// Those that were not run.
    pub skipped: u64,
}

impl Counts {
    /// One test that passed.
    pub const PASSED: Self = Self::new(1, 0, 0);
    /// One test that failed.
    pub const FAILED: Self = Self::new(0, 1, 0);
    /// One test that was not run.
    pub const SKIPPED: Self = Self::new(0, 0, 1);

    /// The three numbers.
    pub const fn new(passed: u64, failed: u64, skipped: u64) -> Self {
        Self {
            passed,
            failed,
            skipped,
        }
    }

    /// The counts, with a failure more when the runner failed and no test tells why.
    pub fn explain(mut self, runner_ok: bool) -> Self {
        if !runner_ok && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(
            formatter,
            "{passed} passed, {failed} failed, {skipped} skipped"
        )
    }
}

/// The counts of `cargo test`: a line per test program. A program that was started and has no
/// such line has crashed, which is a failure.
pub fn cargo(output: &str) -> Counts {
    let mut counts = Counts::default();
    let (mut started, mut ended) = (0, 0);
    for line in output.lines().map(str::trim) {
        if line.starts_with("Running ") || line.starts_with("Doc-tests ") {
            started += 1;
        }
        let Some(result) = line.strip_prefix("test result: ") else {
            continue;
        };
        ended += 1;
        let numbers = result.split_once(". ").map_or("", |(_, numbers)| numbers);
        for part in numbers.split("; ") {
            match part
                .split_once(' ')
                .map(|(n, what)| (n.parse::<u64>(), what))
            {
                Some((Ok(number), "passed")) => counts.passed += number,
                Some((Ok(number), "failed")) => counts.failed += number,
                Some((Ok(number), "ignored")) => counts.skipped += number,
                _ => {}
            }
        }
    }
    counts.failed += u64::saturating_sub(started, ended);
    counts
}

/// A program of tests that `cargo test --no-run` has built, from a line of its output: the name and
/// the path.
pub fn test_program(line: &str) -> Option<(&str, &str)> {
    // What was compiled has no parenthesis; the folder may have one.
    let (_, path) = line.trim().strip_prefix("Executable ")?.split_once(" (")?;
    let path = path.strip_suffix(')')?;
    let file = path.rsplit(['/', '\\']).next()?;
    let (name, _) = file.rsplit_once('-')?;
    Some((name, path))
}

/// The counts of a program of tests that was run by itself.
pub fn program(output: &str) -> Counts {
    cargo(&format!("Running it\n{output}"))
}

/// What a runner of several files says of one of them.
#[derive(PartialEq, Eq, Debug)]
pub struct Section<'a> {
    /// The file.
    pub name: &'a str,
    /// Nothing when it did not come to its end.
    pub counts: Option<Counts>,
    /// How long it took.
    pub time: Option<Duration>,
    /// All of it.
    pub output: String,
}

/// The files that have begun: each with a line `== <file>`, and at its end a line `took <n> s` and one
/// of counts.
pub fn sections(output: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for text in output.lines() {
        if let Some(name) = text.strip_prefix("== ") {
            sections.push(Section {
                name: name.trim_end(),
                counts: None,
                time: None,
                output: String::new(),
            });
        } else if let Some(last) = sections.last_mut() {
            last.counts = line(text).or(last.counts);
            last.time = took(text).or(last.time);
            last.output.push_str(text);
            last.output.push('\n');
        }
    }
    sections
}

fn took(line: &str) -> Option<Duration> {
    let seconds = line.strip_prefix("took ")?.trim_end().strip_suffix(" s")?;
    Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
}

/// The counts of a `.trx` file, which `dotnet test` writes.
pub fn trx(file: &str) -> Option<Counts> {
    let counters = element(file, "Counters")?;
    let number = |name| attribute(counters, name);
    let (total, passed) = (number("total")?, number("passed")?);
    let executed = number("executed")?;
    Some(Counts::new(
        passed,
        executed.saturating_sub(passed),
        total.saturating_sub(executed),
    ))
}

/// The counts of a JUnit file, which pytest writes.
pub fn junit(file: &str) -> Option<Counts> {
    let suite = element(file, "testsuite")?;
    let number = |name| attribute(suite, name);
    let failed = number("failures")? + number("errors")?;
    let skipped = number("skipped")?;
    let passed = number("tests")?.saturating_sub(failed + skipped);
    Some(Counts::new(passed, failed, skipped))
}

/// The counts of a line `N passed, M failed, K skipped`, the last such line of an output.
pub fn line(output: &str) -> Option<Counts> {
    output.lines().rev().find_map(|line| {
        let mut numbers = [0; 3];
        let mut parts = line.trim().split(", ");
        for (number, what) in numbers.iter_mut().zip([" passed", " failed", " skipped"]) {
            *number = parts.next()?.strip_suffix(what)?.parse().ok()?;
        }
        let [passed, failed, skipped] = numbers;
        parts
            .next()
            .is_none()
            .then_some(Counts::new(passed, failed, skipped))
    })
}

/// The attributes of the first XML element of this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name} "))?;
    rest.split_once('>').map(|(attributes, _)| attributes)
}

fn attribute(attributes: &str, name: &str) -> Option<u64> {
    let attributes = format!(" {attributes}");
    let (_, rest) = attributes.split_once(&format!(" {name}=\""))?;
    rest.split_once('"')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_s_lines_are_added_up() {
        let output = "     Running unittests src/lib.rs (target/debug/deps/a-1)\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
            finished in 0.00s\n     Running tests/b.rs (target/debug/deps/b-1)\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(cargo(output), Counts::new(4, 2, 1));
    }

    #[test]
    fn a_test_program_that_crashed_is_a_failure() {
        let output = "     Running tests/a.rs (a)\nrunning 1 test\nerror: test failed\n   \
            Doc-tests a\ntest result: ok. 0 passed; 0 failed; 0 ignored\n";
        assert_eq!(cargo(output), Counts::FAILED);
    }

    #[test]
    fn the_programs_of_tests_are_found() {
        let line = "  Executable unittests src/lib.rs (target/debug/deps/a_b-0c1d)";
        let found = test_program(line);
        assert_eq!(found, Some(("a_b", "target/debug/deps/a_b-0c1d")));
        let line = r"  Executable tests\suite\main.rs (C:\t (1)\debug\deps\suite-0c1d.exe)";
        let path = r"C:\t (1)\debug\deps\suite-0c1d.exe";
        assert_eq!(test_program(line), Some(("suite", path)));
        assert_eq!(
            test_program("    Finished `test` profile (optimized)"),
            None
        );
    }

    #[test]
    fn a_program_that_says_nothing_is_a_failure() {
        assert_eq!(program("running 2 tests\n"), Counts::FAILED);
        let output = "test result: ok. 2 passed; 0 failed; 0 ignored\n";
        assert_eq!(program(output), Counts::new(2, 0, 0));
    }

    #[test]
    fn a_file_without_its_line_of_counts_has_not_come_to_its_end() {
        let output = "loaded\n== A.Tests.ps1\r\n1 passed, 0 failed, 0 skipped\n\
                      == B.Tests.ps1\n[-] x\n";
        let found = sections(output);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].name, found[0].counts),
            ("A.Tests.ps1", Some(Counts::PASSED))
        );
        assert_eq!((found[1].name, found[1].counts), ("B.Tests.ps1", None));
        assert_eq!(found[1].output, "[-] x\n");
    }

    #[test]
    fn a_runner_s_failure_counts_once() {
        assert_eq!(
            Counts::new(2, 0, 0).explain(false),
            Counts::new(2, 1, 0),
            "nothing else tells"
        );
        assert_eq!(Counts::new(2, 1, 0).explain(false), Counts::new(2, 1, 0));
        assert_eq!(Counts::new(2, 0, 1).explain(true), Counts::new(2, 0, 1));
    }

    #[test]
    fn trx_and_junit_are_read() {
        let trx_file = r#"<ResultSummary outcome="Failed"><Counters total="6" executed="5" passed="4" failed="1" error="0" /></ResultSummary>"#;
        assert_eq!(trx(trx_file), Some(Counts::new(4, 1, 1)));
        let junit_file = r#"<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="1" tests="9" time="0.5">"#;
        assert_eq!(junit(junit_file), Some(Counts::new(5, 3, 1)));
        assert_eq!(trx("<TestRun>"), None);
    }

    #[test]
    fn the_last_line_of_counts_wins() {
        let output = "1 passed, 0 failed, 0 skipped\nnoise\n12 passed, 3 failed, 4 skipped\r\n";
        assert_eq!(line(output), Some(Counts::new(12, 3, 4)));
        assert_eq!(line("12 passed"), None);
        assert_eq!(line("1 passed, 2 failed, 3 skipped, 4 lost"), None);
        assert_eq!(
            Counts::new(1, 2, 3).to_string(),
            "1 passed, 2 failed, 3 skipped"
        );
    }
}
