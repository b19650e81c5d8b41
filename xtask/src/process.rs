//! Running other programs: captured or shown, never without an end.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// What a step says when it cannot be done.
pub type Result<T> = std::result::Result<T, String>;

/// How long a program may run when nothing else is said: long enough for a slow machine, short
/// enough that a hang is told apart from work.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(40 * 60);

/// How long to wait for the rest of the output after a program has ended. A server that it left
/// running may hold its output open for as long as that server lives.
const OUTPUT_GRACE: Duration = Duration::from_secs(3);

/// A program to run.
pub struct Run {
    command: Command,
    timeout: Duration,
}

/// What became of a program whose output was captured.
pub struct Outcome {
    /// The command as a user would type it.
    pub line: String,
    /// How it ended.
    pub end: End,
    /// Standard output and standard error, in the order in which they were written.
    pub output: String,
}

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with an exit status.
    Exited(ExitStatus),
    /// Stopped by xtask, after this long.
    TimedOut(Duration),
}

impl Run {
    /// A program, by path or by name.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        // Nothing here asks questions: a program that does gets an end of file.
        command.stdin(Stdio::null());
        for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
            if let Some(own) = std::env::var_os(name) {
                command.env(name, without_own_folder(&own));
            }
        }
        Self {
            command,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Cargo, the very one that runs this program.
    pub fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes an environment variable.
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets the folder to run in.
    pub fn dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets the time after which the program and everything it started are stopped.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs it and keeps its output.
    pub fn capture(mut self) -> Result<Outcome> {
        let line = self.line();
        let failed = |error: io::Error| format!("cannot run `{line}`: {error}");
        // One pipe for both, so that errors stay beside the output they belong to.
        let (mut reader, writer) = io::pipe().map_err(failed)?;
        self.command
            .stdout(writer.try_clone().map_err(failed)?)
            .stderr(writer);
        let mut child = self.command.spawn().map_err(failed)?;
        // The command holds our copies of the pipe's writing end: without them the reader sees
        // the end when the program ends.
        self.command.stdout(Stdio::null()).stderr(Stdio::null());

        let captured = Arc::new(Mutex::new(Vec::new()));
        let (done, ended) = mpsc::channel();
        let sink = Arc::clone(&captured);
        thread::spawn(move || {
            let mut chunk = [0; 16 * 1024];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                sink.extend_from_slice(&chunk[..count]);
            }
            // Nobody listens any more when the grace is over.
            let _ = done.send(());
        });

        let end = wait(&mut child, self.timeout).map_err(failed)?;
        // Either it is all there, or it is as much as there will be.
        let _ = ended.recv_timeout(OUTPUT_GRACE);
        let captured = captured.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Outcome {
            line,
            end,
            output: String::from_utf8_lossy(&captured).into_owned(),
        })
    }

    /// Runs it, keeps its output, and fails with all of it when the program does.
    pub fn run(self) -> Result<Outcome> {
        let outcome = self.capture()?;
        if outcome.ok() {
            Ok(outcome)
        } else {
            Err(outcome.report())
        }
    }

    /// Runs it with its output going straight to the user.
    pub fn show(mut self) -> Result<()> {
        let line = self.line();
        let failed = |error: io::Error| format!("cannot run `{line}`: {error}");
        io::stdout().flush().map_err(failed)?;
        let mut child = self.command.spawn().map_err(failed)?;
        let end = wait(&mut child, self.timeout).map_err(failed)?;
        match end {
            End::Exited(status) if status.success() => Ok(()),
            end => Err(format!("`{line}` {end}")),
        }
    }

    /// The command as a user would type it.
    fn line(&self) -> String {
        let mut line = display(self.command.get_program());
        for argument in self.command.get_args() {
            // Writing to a string does not fail.
            let _ = write!(line, " {}", display(argument));
        }
        line
    }
}

impl Outcome {
    /// A program that failed with an output.
    #[cfg(test)]
    pub fn failed(output: &str) -> Self {
        Self {
            line: "cargo build".to_owned(),
            end: End::TimedOut(Duration::ZERO),
            output: output.to_owned(),
        }
    }

    /// Whether it ended by itself and well.
    pub fn ok(&self) -> bool {
        matches!(self.end, End::Exited(status) if status.success())
    }

    /// The command, how it ended, and all of its output.
    pub fn report(&self) -> String {
        format!("`{}` {}\n{}", self.line, self.end, self.output.trim_end())
    }

    /// The last line that says something: the gist of most error output.
    pub fn last_line(&self) -> &str {
        self.output
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or("no output")
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(status) if status.success() => write!(formatter, "succeeded"),
            Self::Exited(status) => write!(formatter, "failed ({status})"),
            Self::TimedOut(after) => {
                write!(formatter, "was stopped after {} s", after.as_secs())
            }
        }
    }
}

fn display(argument: &OsStr) -> String {
    let text = argument.to_string_lossy();
    if text.is_empty() || text.contains(char::is_whitespace) {
        format!("\"{text}\"")
    } else {
        text.into_owned()
    }
}

/// Waits for the program, or stops it and what it started when its time is up.
fn wait(child: &mut Child, timeout: Duration) -> io::Result<End> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exited(status));
        }
        if started.elapsed() >= timeout {
            stop(child);
            return Ok(End::TimedOut(timeout));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// A search path without the folders that cargo put there for this program: a module under test
/// must find the library that lies with it, and no other.
fn without_own_folder(path: &OsStr) -> OsString {
    let own = std::env::current_exe().unwrap_or_default();
    let own = own.parent().unwrap_or(Path::new("/"));
    let others = std::env::split_paths(path).filter(|folder| !folder.starts_with(own));
    std::env::join_paths(others).unwrap_or_default()
}

/// Stops a program with everything that it started: a test runner's hung test would otherwise
/// live on and hold files, ports and our pipe.
fn stop(child: &mut Child) {
    if cfg!(windows) {
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &child.id().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    } else if let Ok(list) = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid="])
        .stdin(Stdio::null())
        .output()
    {
        let list = String::from_utf8_lossy(&list.stdout);
        // Parents first: one that outlives its child might say so, or start another.
        let victims = [child.id()]
            .into_iter()
            .chain(descendants(child.id(), &list));
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(victims.map(|pid| pid.to_string()))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
    // The program itself, should the above have missed it. Both fail only when it has ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// The processes under `root` in a list of `pid ppid` lines, parents before their children.
fn descendants(root: u32, list: &str) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = list
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .collect();
    let mut found: Vec<u32> = Vec::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        for &(pid, ppid) in &pairs {
            if ppid == parent && !found.contains(&pid) {
                found.push(pid);
                open.push(pid);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_own_folders_are_no_place_to_find_libraries_in() {
        let own = std::env::current_exe().unwrap();
        let own = own.parent().unwrap();
        let other = Path::new("/usr/lib/other");
        let path = std::env::join_paths([own, &own.join("deps"), other]).unwrap();
        assert_eq!(without_own_folder(&path), other.as_os_str());
    }

    #[test]
    fn descendants_are_found_at_every_depth() {
        let list = "  1   0\n 10   1\n 11  10\n 12  11\n 13  1\n 10000 12\n";
        let mut found = descendants(10, list);
        found.sort_unstable();
        assert_eq!(found, [11, 12, 10000]);
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_does_not_end_is_stopped_with_its_children() {
        let started = Instant::now();
        let outcome = Run::new("sh")
            .args(["-c", "echo begun; sleep 60 & sleep 60"])
            .timeout(Duration::from_millis(300))
            .capture()
            .expect("sh runs");
        assert!(matches!(outcome.end, End::TimedOut(_)));
        assert_eq!(outcome.output, "begun\n");
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[cfg(unix)]
    #[test]
    fn output_and_errors_come_in_order() {
        let outcome = Run::new("sh")
            .args(["-c", "echo a; echo b >&2; echo c; exit 3"])
            .capture()
            .expect("sh runs");
        assert!(!outcome.ok());
        assert_eq!(outcome.output, "a\nb\nc\n");
        assert_eq!(outcome.last_line(), "c");
    }
}
