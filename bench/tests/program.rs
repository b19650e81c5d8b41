//! The program as `cargo xtask bench` runs it: what it says, and its exit code.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the program, and returns whether it succeeded and what it printed.
fn bench(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    let output = command
        .args(arguments)
        .output()
        .expect("the program starts");
    let printed = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&printed).into_owned(),
    )
}

/// Results of three rounds of a list that takes so many seconds, and the bare client one.
fn results(folder: &Path, name: &str, seconds: f64) -> String {
    let sample = |round, series, value| {
        format!(
            r#"{{"measure":"list-10000","series":"{series}","round":{round},"value":{value},"unit":"s"}}"#
        )
    };
    let samples: Vec<_> = (1..=3)
        .flat_map(|round| {
            [
                sample(round, "module", seconds),
                sample(round, "floor", 1.0),
            ]
        })
        .collect();
    let text = format!(
        r#"{{"machine":{{"cores":2,"processor":"a","memoryGb":1,"os":"b","versions":{{}}}},
        "measures":{{"list-10000":{{"date":"2026-01-31","quick":false,"failed":false,"samples":[{}]}}}}}}"#,
        samples.join(",")
    );
    let file = folder.join(name);
    fs::write(&file, text).expect("can be written");
    file.display().to_string()
}

#[test]
fn what_is_wrong_on_the_command_line_is_said_before_anything_is_measured() {
    for (arguments, expected) in [
        (
            &["--measure", "nonsense"][..],
            "unknown measure nonsense; the measures are: import, session",
        ),
        (&["--rounds", "0"], "--rounds 0: it must be at least 1"),
        (&["--rounds", "many"], "many"),
        (&["--nonsense"], "--nonsense"),
        (&["--against", "no/such/file.json"], "no/such/file.json"),
    ] {
        let arguments = [arguments, &["--check"]].concat();
        let (ok, output) = bench(&arguments);
        assert!(!ok && output.contains(expected), "{expected}: {output}");
    }
    assert_eq!(
        bench(&["--measure", "size", "--check"]),
        (true, String::new())
    );
}

#[test]
fn the_exit_code_tells_whether_all_targets_are_reached() {
    let folder = tempfile::tempdir().expect("can be made");
    let reached = results(folder.path(), "reached.json", 1.2);
    let (ok, output) = bench(&["--from", &reached]);
    assert!(ok && output.contains("0 targets missed"), "{output}");
    let missed = results(folder.path(), "missed.json", 1.9);
    let (ok, output) = bench(&["--from", &missed]);
    assert!(!ok, "{output}");
    let line = "missed: A list of 10,000, over the bare client: 1.90 times";
    assert!(output.contains(line), "{output}");
}

#[test]
fn with_other_results_the_exit_code_tells_whether_a_figure_turned() {
    let folder = tempfile::tempdir().expect("can be made");
    let before = results(folder.path(), "before.json", 1.9);
    let same = results(folder.path(), "same.json", 1.9);
    // The target is missed in both, and nothing turned.
    let (ok, output) = bench(&["--from", &same, "--against", &before]);
    assert!(ok && output.contains("0 figures turned"), "{output}");
    for (seconds, direction) in [(2.5, "worse: "), (1.1, "better: ")] {
        let after = results(folder.path(), "after.json", seconds);
        let (ok, output) = bench(&["--from", &after, "--against", &before]);
        let line = format!("{direction}A list of 10,000, over the bare client");
        assert!(!ok && output.contains(&line), "{output}");
    }
}
