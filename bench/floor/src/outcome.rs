//! What a run took.

use std::time::{Duration, Instant};

use serde::Serialize;

/// What a run took, as it is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// How many objects were read, or requests answered where no object is.
    pub(crate) count: usize,
    pub(crate) requests: usize,
    pub(crate) seconds: f64,
    /// The seconds to the first object of a list.
    pub(crate) first_seconds: Option<f64>,
    /// The median of the seconds of each request, where they came one after the other.
    pub(crate) median_seconds: Option<f64>,
    /// The processor's seconds, of the process and the system for it; none where the system does not
    /// say.
    pub(crate) cpu_seconds: Option<f64>,
    /// The bytes of all bodies, as they were read.
    pub(crate) bytes: usize,
    /// The connections that are open at the end; none where the system does not say.
    pub(crate) sockets: Option<usize>,
}

impl Outcome {
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).expect("numbers can be written")
    }
}

/// A clock that also counts the processor's time.
pub(crate) struct Clock {
    started: Instant,
    cpu: Option<Duration>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            cpu: cpu_time(),
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    pub(crate) fn cpu_seconds(&self) -> Option<f64> {
        Some((cpu_time()? - self.cpu?).as_secs_f64())
    }
}

/// The processor's time of this process so far.
#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).ok()
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_one_line_with_the_names_that_the_scripts_read() {
        let outcome = Outcome {
            count: 2,
            requests: 3,
            seconds: 0.5,
            first_seconds: None,
            median_seconds: None,
            cpu_seconds: Some(0.25),
            bytes: 10,
            sockets: Some(1),
        };
        assert_eq!(
            outcome.line(),
            r#"{"count":2,"requests":3,"seconds":0.5,"firstSeconds":null,"medianSeconds":null,"cpuSeconds":0.25,"bytes":10,"sockets":1}"#
        );
    }

    #[cfg(unix)]
    #[test]
    fn work_takes_the_processors_time() {
        let clock = Clock::start();
        let mut sum = 0_u64;
        while clock.cpu_seconds() == Some(0.0) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(clock.cpu_seconds() > Some(0.0));
    }
}
