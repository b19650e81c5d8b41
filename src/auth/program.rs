//! Another program that is run for what it prints. It is looked for in the folders of a PATH alone
//! and run by its full path, so that no file of the current directory is run in its place.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::try_join3;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use family::Family;

/// A program on this machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    path: PathBuf,
    folder: PathBuf,
}

/// What a program printed before it ended.
#[derive(Debug)]
pub(super) struct Printed {
    /// Whether it ended with the exit code 0.
    pub(super) succeeded: bool,
    pub(super) output: Vec<u8>,
    pub(super) errors: Vec<u8>,
}

/// The names that a program may have, the first of them first, as Windows does by its PATHEXT. A
/// batch file is run by the `cmd.exe` of the system's folder: the standard library sees to that.
const EXTENSIONS: &[&str] = match cfg!(windows) {
    true => &[".exe", ".bat", ".cmd"],
    false => &[""],
};

/// The most that is read of what a program prints, in bytes.
const LONGEST: u64 = 1 << 20;

impl Program {
    /// The first program of that name in the folders of a PATH. An entry that is empty or no full
    /// path means the current directory or one of its folders, and is skipped.
    pub(super) fn find(name: &str, path: &OsStr) -> Option<Self> {
        let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
        let files = folders.flat_map(|folder| {
            let file = |extension: &&str| folder.join(format!("{name}{extension}"));
            EXTENSIONS.iter().map(file).collect::<Vec<_>>()
        });
        let path = files.into_iter().find(|file| is_program(file))?;
        let folder = path.parent()?.to_owned();
        Some(Self { path, folder })
    }

    /// Runs it to its end, with its own folder as the current directory: whoever can write there
    /// can replace the program as well.
    ///
    /// # Errors
    /// Those of the system; `TimedOut` when it takes longer than `patience`. All of its processes
    /// are ended then, and when this is dropped.
    pub(super) async fn run(
        &self,
        arguments: &[String],
        variables: Option<&BTreeMap<String, String>>,
        patience: Duration,
    ) -> io::Result<Printed> {
        let mut command = Command::new(&self.path);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(variables) = variables {
            command.env_clear().envs(variables);
        }
        family::prepare(&mut command);
        let mut child = command.spawn()?;
        let family = Family::of(&child);
        let printed = timeout(patience, printed(&mut child)).await??;
        family.release();
        Ok(printed)
    }
}

async fn printed(child: &mut Child) -> io::Result<Printed> {
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let (output, errors, status) = try_join3(read(output), read(errors), child.wait()).await?;
    Ok(Printed {
        succeeded: status.success(),
        output,
        errors,
    })
}

async fn read(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(LONGEST).read_to_end(&mut content).await?;
        // What comes after that is not kept, but a program that can't write would not end.
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(content)
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// A program and all that it starts: on Unix a process group.
#[cfg(unix)]
mod family {
    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::process::{Child, Command};

    /// Ends them when it is dropped.
    pub(super) struct Family(Option<Pid>);

    pub(super) fn prepare(command: &mut Command) {
        command.process_group(0);
    }

    impl Family {
        pub(super) fn of(child: &Child) -> Self {
            let id = child.id().and_then(|id| i32::try_from(id).ok());
            Self(id.and_then(Pid::from_raw))
        }

        /// Lets what still runs in the background go on.
        pub(super) fn release(mut self) {
            self.0 = None;
        }
    }

    impl Drop for Family {
        fn drop(&mut self) {
            if let Some(leader) = self.0 {
                // Fails when all have ended.
                let _ = kill_process_group(leader, Signal::KILL);
            }
        }
    }
}

/// A program and all that it starts: on Windows a job. The program is assigned to it right after its
/// start, before `cmd.exe` has read the batch file.
#[cfg(windows)]
mod family {
    use tokio::process::{Child, Command};
    use win32job::{ExtendedLimitInfo, Job};

    /// Ends them when it is dropped. None where the system allows no job.
    pub(super) struct Family(Option<Job>);

    /// `CREATE_NO_WINDOW` of the Windows API: no console appears.
    const NO_WINDOW: u32 = 0x0800_0000;

    pub(super) fn prepare(command: &mut Command) {
        command.creation_flags(NO_WINDOW);
    }

    impl Family {
        pub(super) fn of(child: &Child) -> Self {
            let mut limits = ExtendedLimitInfo::new();
            limits.limit_kill_on_job_close();
            let job = Job::create_with_limit_info(&limits).ok();
            let assigned = job.filter(|job| {
                child
                    .raw_handle()
                    .is_some_and(|handle| job.assign_process(handle as isize).is_ok())
            });
            Self(assigned)
        }

        /// Lets what still runs in the background go on.
        pub(super) fn release(self) {
            if let Some(job) = &self.0 {
                // Without its limit the job ends nothing. When that fails, no token is lost by it.
                let _ = job.set_extended_limit_info(&ExtendedLimitInfo::new());
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use futures_util::future::{Either, select};

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    /// A folder with a program in it, and maybe others.
    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with(script: &str) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            folder.put("az", script);
            folder
        }

        /// Written by another process: a file that this one has open for writing when another
        /// test starts a program could not be run.
        fn put(&self, name: &str, script: &str) {
            let status = std::process::Command::new("sh")
                .args([
                    "-c",
                    "printf '#!/bin/sh\n%s\n' \"$2\" >\"$1\" && chmod +x \"$1\"",
                    "sh",
                ])
                .arg(self.path(name))
                .arg(script)
                .status();
            assert!(status.unwrap().success());
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn find(&self) -> Program {
            Program::find("az", self.0.path().as_os_str()).unwrap()
        }

        async fn text(&self, name: &str) -> String {
            loop {
                match std::fs::read_to_string(self.path(name)) {
                    Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
                    _ => tokio::task::yield_now().await,
                }
            }
        }
    }

    #[test]
    fn nothing_is_found_by_a_relative_path() {
        let folder = Folder::with("echo planted");
        let up = "../".repeat(std::env::current_dir().unwrap().components().count());
        let relative = format!("{up}{}", &folder.0.path().to_str().unwrap()[1..]);
        assert!(Path::new(&relative).join("az").exists());
        for path in ["", ".", ":", &relative, &format!("bin:{relative}:")] {
            assert_eq!(Program::find("az", path.as_ref()), None, "{path}");
        }
    }

    #[test]
    fn the_first_folder_with_a_program_counts() {
        let (empty, first, second) = (
            tempfile::tempdir().unwrap(),
            Folder::with("echo first"),
            Folder::with("echo second"),
        );
        // A folder and a file that nobody may run are no programs.
        std::fs::create_dir(empty.path().join("az")).unwrap();
        let locked = tempfile::tempdir().unwrap();
        std::fs::write(locked.path().join("az"), "").unwrap();
        let folders = [empty.path(), locked.path(), first.0.path(), second.0.path()];
        let path = std::env::join_paths(folders).unwrap();
        assert_eq!(Program::find("az", &path).unwrap().path, first.path("az"));
    }

    #[tokio::test]
    async fn it_runs_in_its_own_folder_with_the_variables_given() {
        let folder = Folder::with("pwd; echo \"$1 $MARK\" >&2; exit 3");
        let variables = BTreeMap::from([("MARK".to_owned(), "m".to_owned())]);
        let arguments = ["a b".to_owned()];
        let printed = folder
            .find()
            .run(&arguments, Some(&variables), TIMEOUT)
            .await;
        let printed = printed.unwrap();
        let own = folder.0.path().canonicalize().unwrap();
        let works_in = String::from_utf8(printed.output).unwrap();
        assert_eq!(Path::new(works_in.trim()).canonicalize().unwrap(), own);
        assert_eq!(printed.errors, b"a b m\n");
        assert!(!printed.succeeded);
    }

    #[tokio::test]
    async fn what_it_prints_is_bounded() {
        let folder = Folder::with("head -c 9000000 /dev/zero; echo done >&2");
        let printed = folder.find().run(&[], None, TIMEOUT).await.unwrap();
        assert_eq!(printed.output.len() as u64, LONGEST);
        assert_eq!(printed.errors, b"done\n");
    }

    /// Waits until no process has that id.
    async fn until_gone(id: &str) {
        while Path::new(&format!("/proc/{id}/stat")).exists()
            && !std::fs::read_to_string(format!("/proc/{id}/stat"))
                .is_ok_and(|stat| stat.contains(") Z "))
        {
            tokio::task::yield_now().await;
        }
    }

    const WITH_CHILD: &str = "sleep 1000 & echo $! >\"$0.child\"; wait";

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn all_of_its_processes_end_when_it_is_cancelled() {
        let folder = Folder::with(WITH_CHILD);
        let program = folder.find();
        let child = {
            let running = std::pin::pin!(program.run(&[], None, TIMEOUT));
            let started = std::pin::pin!(folder.text("az.child"));
            match select(running, started).await {
                Either::Right((child, _)) => child,
                Either::Left((ended, _)) => panic!("{ended:?}"),
            }
        };
        until_gone(&child).await;
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn all_of_its_processes_end_when_it_takes_too_long() {
        let folder = Folder::with(WITH_CHILD);
        let program = folder.find();
        let running = program.run(&[], None, Duration::from_millis(500));
        let error = running.await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let child = folder.text("az.child").await;
        until_gone(&child).await;
    }
}
