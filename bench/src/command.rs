//! Running programs: what they print, how long they take, and how much of the processor.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::Result;

/// What a program took.
pub struct Usage {
    /// From its start to its end.
    pub wall: Duration,
    /// Of the processor, by it and by all that it waited for.
    pub cpu: Duration,
    /// What it printed to standard output.
    pub output: String,
}

/// Runs a program to its end and measures it. What it prints is kept.
///
/// # Errors
/// It does not start, or fails; then with what it printed.
pub fn measure(command: &mut Command) -> Result<Usage> {
    let line = line(command);
    let failed = |error: std::io::Error| format!("cannot run `{line}`: {error}");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().map_err(failed)?;
    // Both pipes are read while it runs: a full one would stop it.
    let errors = child.stderr.take().map(|mut errors| {
        thread::spawn(move || {
            let mut text = String::new();
            // What is not UTF-8 ends the text: it is only shown.
            let _ = errors.read_to_string(&mut text);
            text
        })
    });
    let mut output = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut output).map_err(failed)?;
    }
    let used = child.wait4().map_err(failed)?;
    let wall = started.elapsed();
    let output = String::from_utf8_lossy(&output).into_owned();
    let errors = errors
        .and_then(|reader| reader.join().ok())
        .unwrap_or_default();
    if !used.status.success() {
        return Err(format!(
            "`{line}` failed ({})\n{output}{errors}",
            used.status
        ));
    }
    Ok(Usage {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        output,
    })
}

/// Runs a program and hands on each line that it prints as it prints it; its errors are shown.
///
/// # Errors
/// It does not start, or fails, or `take` refuses a line.
pub fn lines(command: &mut Command, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let line = line(command);
    let failed = |error: std::io::Error| format!("cannot run `{line}`: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut taken = Ok(());
    if let Some(pipe) = child.stdout.take() {
        for text in BufReader::new(pipe).split(b'\n') {
            let text = text.map_err(failed)?;
            let text = String::from_utf8_lossy(&text);
            // The program ends by itself also when a line was refused: it may have to tidy up.
            if taken.is_ok() {
                taken = take(text.trim_end_matches('\r'));
            }
        }
    }
    let status = child.wait().map_err(failed)?;
    taken?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`{line}` failed ({status})")),
    }
}

/// The command as a user would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn processor_time_is_of_the_children_too() {
        // Counts in a child of the shell, for as long as a clock of the processor can tell.
        let busy = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; echo done";
        let usage = measure(&mut shell(busy)).expect("runs");
        assert_eq!(usage.output, "done\n");
        assert!(usage.cpu > Duration::ZERO);
        assert!(usage.wall > Duration::ZERO);
    }

    #[test]
    fn a_failure_has_what_was_printed() {
        let error = measure(&mut shell("echo one; echo two >&2; exit 3")).err();
        let error = error.expect("fails");
        assert!(error.contains("one") && error.contains("two"), "{error}");
    }

    #[test]
    fn lines_come_one_by_one_and_a_refused_one_is_the_result() {
        let mut seen = Vec::new();
        let run = lines(&mut shell("echo a; echo b"), |line| {
            seen.push(line.to_owned());
            Ok(())
        });
        assert_eq!((run, seen), (Ok(()), vec!["a".to_owned(), "b".to_owned()]));
        let refused = lines(&mut shell("echo a; exit 1"), |line| {
            Err(format!("not {line}"))
        });
        assert_eq!(refused, Err("not a".to_owned()));
        assert!(lines(&mut shell("exit 1"), |_| Ok(())).is_err());
    }
}
