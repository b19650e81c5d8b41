//! An emulator in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// The variable that has the key for the emulator's own interface.
pub const ADMIN_KEY: &str = "EMULATOR_ADMIN_KEY";

/// An emulator with TLS, which ends with this value.
pub struct Emulator {
    child: Child,
    /// Its endpoint.
    pub endpoint: String,
    /// The file of the certificate to trust.
    pub certificate: String,
    key: String,
}

impl Emulator {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("--tls")
            .env_remove(ADMIN_KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let output = child.stdout.take();
        let lines = output
            .into_iter()
            .flat_map(|output| BufReader::new(output).lines());
        let lines: Vec<String> = lines.map_while(std::result::Result::ok).take(3).collect();
        let mut emulator = Self {
            child,
            endpoint: String::new(),
            certificate: String::new(),
            key: String::new(),
        };
        let [endpoint, certificate, key] = <[String; 3]>::try_from(lines)
            .map_err(|_| "the emulator did not print its endpoint")?;
        endpoint
            .trim_end_matches('/')
            .clone_into(&mut emulator.endpoint);
        (emulator.certificate, emulator.key) = (certificate, key);
        Ok(emulator)
    }

    /// Gives a program what it needs to reach the emulator and its own interface.
    pub fn known_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("SSL_CERT_FILE", &self.certificate)
            .env(ADMIN_KEY, &self.key)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if cfg!(unix) {
            // Asked to end, it takes its certificate along.
            let _ = Command::new("kill")
                .arg(self.child.id().to_string())
                .status();
            let deadline = Instant::now() + Duration::from_secs(5);
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
        }
        // Both fail only when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
