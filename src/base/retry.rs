//! When a request is sent again, and after how long.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::http::{LONGEST_BODY, REQUEST_TIMEOUT};

/// How patient the client is. The defaults are for Azure; tests are quicker.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// The wait after the first failure; it doubles with each that follows.
    pub first_wait: Duration,
    /// No wait of our own choosing is longer.
    pub longest_wait: Duration,
    /// How often a request is sent at most when Azure is at fault or throttles. Seven attempts take
    /// about a minute with the waits of the module's own, in which a service that restarts is back.
    pub attempts: u32,
    /// How often at most when no connection comes about: a wrong name stays wrong.
    pub connect_attempts: u32,
    /// How long one attempt may take, from the connection to the last byte of the answer. Resource
    /// Manager ends its own requests within a minute, and this leaves room for a slow network.
    pub request_timeout: Duration,
    /// How long after its first attempt a request is sent again. Later, the caller hears of it: an
    /// error that says when to come back is of more use than a silent wait.
    pub request_limit: Duration,
    /// The wait before the first look at a long-running operation, and the shortest one that a service
    /// can ask for in seconds. In milliseconds it can ask for a twentieth of it.
    pub first_poll: Duration,
    /// The longest wait between two looks.
    pub longest_poll: Duration,
    /// How long an operation may take as a whole, where its caller says nothing else: longer than
    /// the updates of large scale sets.
    pub operation_limit: Duration,
    /// The most that is read of an answer, in bytes. Resource Manager's longest pages are far below.
    pub longest_body: usize,
    /// How many pages of a list are read at most. Azure's pages hold 100 to 1000 items.
    pub most_pages: usize,
    /// How long the service of managed identities may be gone while it is restarted.
    pub identity_restart: Duration,
    /// How long something that was created just now may be unknown to other services.
    pub replication: Duration,
    /// How long a principal may be unknown of which nothing is known: it may be mistyped.
    pub unknown_principal: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(800),
            longest_wait: Duration::from_secs(30),
            attempts: 7,
            connect_attempts: 3,
            request_timeout: REQUEST_TIMEOUT,
            request_limit: Duration::from_secs(5 * 60),
            first_poll: Duration::from_secs(1),
            longest_poll: Duration::from_secs(3),
            operation_limit: Duration::from_secs(60 * 60),
            longest_body: LONGEST_BODY,
            most_pages: 10_000,
            identity_restart: Duration::from_secs(70),
            replication: Duration::from_secs(120),
            unknown_principal: Duration::from_secs(30),
        }
    }
}

/// No `Retry-After` is honoured beyond this: the caller should hear of it instead.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);

impl RetryPolicy {
    /// The same, where a request is sent again this often after its first attempt.
    pub fn with_retries(self, count: u32) -> Self {
        let attempts = count.saturating_add(1);
        Self {
            attempts,
            connect_attempts: attempts,
            ..self
        }
    }

    /// The wait before attempt number `attempt + 1`, between half and all of the doubled wait, so
    /// that many clients do not come back at once. `chance` is 0 to 1.
    pub fn backoff(&self, attempt: u32, chance: f64) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(1 << attempt.saturating_sub(1).min(16));
        doubled
            .min(self.longest_wait)
            .mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }

    /// The wait before attempt number `attempt + 1` of a request: as long as the service asks, and
    /// at least the shortest wait of the module's own. `Retry-After: 0` must not become a loop.
    pub fn retry_wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let shortest = self.backoff(1, 0.0);
        match asked {
            Some(asked) => asked.max(shortest),
            None => self.backoff(attempt, random_fraction()),
        }
    }

    /// The wait before look number `look` (from 0) at a long-running operation: as long as Azure
    /// asks, up to five minutes. No time at all is the first wait of the module's own, and any other
    /// at least a twentieth of it: looks must not become a loop.
    pub fn poll_wait(&self, look: u32, retry_after: Option<Duration>) -> Duration {
        let asked = retry_after.map(|asked| match asked {
            Duration::ZERO => self.first_poll,
            asked => asked.clamp(self.first_poll / 20, LONGEST_RETRY_AFTER),
        });
        asked.unwrap_or_else(|| {
            if look == 0 {
                return self.first_poll;
            }
            let slower = look.saturating_sub(QUICK_LOOKS).min(100) as i32;
            self.first_poll
                .mul_f64(QUICK_LOOK * 1.02_f64.powi(slower))
                .min(self.longest_poll)
        })
    }
}

/// The looks that follow each other quickly, which is for 80 seconds: Azure takes 4 to 6 for a change of
/// identities. Many operations at once are held back by the pace of the subscription's requests.
const QUICK_LOOKS: u32 = 94;

/// The wait before each of them but the first, as a part of `first_poll`. With a look and the read
/// that follows, the end is known within a second.
const QUICK_LOOK: f64 = 0.85;

/// A number from 0 to 1, from the generator that the request ids come from.
fn random_fraction() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_u128() as u32) / f64::from(u32::MAX)
}

/// Whether the same request may succeed when it is sent again.
pub(crate) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// What `Retry-After` asks for: whole seconds, as ARM sends them; Resource Graph says instead when
/// its quota is renewed. One that asks for more than five minutes is `Err`, for the caller to give
/// up at once.
pub(crate) fn retry_after(headers: &HeaderMap) -> Result<Option<Duration>, Duration> {
    let wait = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok())
        .map(Duration::from_secs);
    match wait {
        Some(wait) if wait > LONGEST_RETRY_AFTER => Err(wait),
        wait => Ok(wait.or_else(|| quota_renewal(headers))),
    }
}

/// In how many milliseconds a service asks to be asked again. Azure's SDKs read that header too, where
/// there is no `Retry-After`.
pub(crate) fn retry_after_ms(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("x-ms-retry-after-ms")?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_millis)
}

/// In how long Resource Graph's quota is whole again: `hh:mm:ss`, at most a few minutes.
pub(crate) fn quota_renewal(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("x-ms-user-quota-resets-after")?.to_str().ok()?;
    let mut seconds: u64 = 0;
    for part in text.trim().split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    Some(Duration::from_secs(seconds.min(300)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = RetryPolicy::default();
        let waits: Vec<_> = (1..=8)
            .map(|n| policy.backoff(n, 1.0).as_millis())
            .collect();
        assert_eq!(waits, [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
        assert_eq!(policy.backoff(1, 0.0).as_millis(), 400);
        assert_eq!(policy.backoff(u32::MAX, 1.0), policy.longest_wait);
    }

    #[test]
    fn looks_follow_each_other_within_a_second_and_later_within_a_sixtieth_of_the_time() {
        let policy = RetryPolicy::default();
        let waits: Vec<_> = (0..180).map(|n| policy.poll_wait(n, None)).collect();
        assert_eq!(waits[0], policy.first_poll);
        assert!(waits[1..].is_sorted());
        let mut elapsed = waits[0];
        for wait in &waits[1..] {
            elapsed += *wait;
            let bound = Duration::from_millis(850).max(elapsed / 60);
            assert!(*wait <= bound, "{wait:?} after {elapsed:?}");
        }
        assert_eq!(waits[179], policy.longest_poll);
        let asked = Duration::from_secs(35);
        assert_eq!(policy.poll_wait(0, Some(asked)), asked);
        let absurd = Duration::from_secs(86_400);
        assert_eq!(policy.poll_wait(0, Some(absurd)), LONGEST_RETRY_AFTER);
    }

    #[test]
    fn no_service_can_make_a_loop_of_the_waits() {
        let policy = RetryPolicy::default();
        for asked in [Duration::ZERO, Duration::from_millis(1)] {
            assert_eq!(policy.retry_wait(3, Some(asked)), policy.first_wait / 2);
        }
        assert_eq!(policy.poll_wait(7, Some(Duration::ZERO)), policy.first_poll);
        let twentieth = policy.first_poll / 20;
        assert_eq!(policy.poll_wait(7, Some(twentieth / 2)), twentieth);
        let short = policy.first_poll / 2;
        assert_eq!(policy.poll_wait(7, Some(short)), short);
        let asked = Duration::from_secs(17);
        assert_eq!(policy.retry_wait(1, Some(asked)), asked);
        assert!(policy.retry_wait(1, None) >= policy.first_wait / 2);
    }

    #[test]
    fn retry_after_is_whole_seconds() {
        let header = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(header("17"), Ok(Some(Duration::from_secs(17))));
        assert_eq!(header("soon"), Ok(None));
        assert_eq!(header("-1"), Ok(None));
        assert_eq!(header("86400"), Err(Duration::from_secs(86400)));
        assert_eq!(retry_after(&HeaderMap::new()), Ok(None));
        let mut quota = HeaderMap::new();
        quota.insert("x-ms-user-quota-resets-after", "00:00:03".parse().unwrap());
        assert_eq!(retry_after(&quota), Ok(Some(Duration::from_secs(3))));
    }

    #[test]
    fn retry_after_ms_is_whole_milliseconds() {
        let header = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-ms-retry-after-ms", text.parse().unwrap());
            retry_after_ms(&headers)
        };
        assert_eq!(header("250"), Some(Duration::from_millis(250)));
        assert_eq!(header("soon"), None);
        assert_eq!(header("-1"), None);
        assert_eq!(retry_after_ms(&HeaderMap::new()), None);
    }
}
