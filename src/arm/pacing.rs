//! Slows down before Azure has to: its answers say how many requests are left.
//!
//! Azure Resource Manager keeps a bucket of requests per subscription and kind, which refills at a
//! steady rate. While a bucket is nearly empty, requests of its kind leave at that rate. Source:
//! Azure's documentation, "Understand how Azure Resource Manager throttles requests".

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, sleep_until};

/// The requests that share a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Reads,
    Writes,
    Deletes,
}

impl Kind {
    fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }

    /// How often a bucket gets another request: 25 a second for reads, 10 for the others.
    fn refill(self) -> Duration {
        match self {
            Self::Reads => Duration::from_millis(40),
            Self::Writes | Self::Deletes => Duration::from_millis(100),
        }
    }

    /// The headers that tell what is left: of the subscription's bucket, and of the tenant's.
    fn headers(self) -> [&'static str; 2] {
        match self {
            Self::Reads => [
                "x-ms-ratelimit-remaining-subscription-reads",
                "x-ms-ratelimit-remaining-tenant-reads",
            ],
            Self::Writes => [
                "x-ms-ratelimit-remaining-subscription-writes",
                "x-ms-ratelimit-remaining-tenant-writes",
            ],
            Self::Deletes => [
                "x-ms-ratelimit-remaining-subscription-deletes",
                "x-ms-ratelimit-remaining-tenant-deletes",
            ],
        }
    }
}

/// A bucket is nearly empty at this many: more may be on their way at the time.
const NEARLY_EMPTY: u32 = 40;

/// What a provider's own limits leave, such as
/// `Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;10`.
const RESOURCE_HEADER: &str = "x-ms-ratelimit-remaining-resource";

/// The numbers of the limits that hold for the whole subscription. Those of a single resource do
/// not concern the others.
fn subscription_limits(text: &str) -> impl Iterator<Item = u32> {
    text.split(',').filter_map(|limit| {
        let (name, left) = limit.split_once(';')?;
        name.contains("Subscription")
            .then(|| left.trim().parse().ok())?
    })
}

/// The pace of a connection's requests.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    lanes: [Mutex<Lane>; 3],
}

#[derive(Debug, Default)]
struct Lane {
    /// When the next request may leave.
    open_at: Option<Instant>,
    /// How far apart they leave; zero while there are plenty.
    spacing: Duration,
}

impl Pacer {
    fn lane(&self, kind: Kind) -> std::sync::MutexGuard<'_, Lane> {
        let lane = &self.lanes[kind as usize];
        lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may leave.
    pub(super) async fn leave(&self, method: &Method) {
        let at = self.lane(Kind::of(method)).take_slot(Instant::now());
        if let Some(at) = at {
            sleep_until(at).await;
        }
    }

    /// Learns from an answer.
    pub(super) fn learn(&self, method: &Method, headers: &HeaderMap) {
        let kind = Kind::of(method);
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let of_arm = kind
            .headers()
            .into_iter()
            .filter_map(|name| text(name)?.trim().parse().ok());
        let of_provider = text(RESOURCE_HEADER)
            .into_iter()
            .flat_map(subscription_limits);
        let Some(left) = of_arm.chain(of_provider).min() else {
            return;
        };
        let mut lane = self.lane(kind);
        lane.spacing = match left <= NEARLY_EMPTY {
            true => kind.refill(),
            false => Duration::ZERO,
        };
    }
}

impl Lane {
    /// When the next request may leave, if it must wait.
    fn take_slot(&mut self, now: Instant) -> Option<Instant> {
        if self.spacing.is_zero() {
            self.open_at = None;
            return None;
        }
        let at = self.open_at.map_or(now, |open_at| open_at.max(now));
        self.open_at = Some(at + self.spacing);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(pacer: &Pacer, method: &Method, count: &str) {
        let mut headers = HeaderMap::new();
        let name = Kind::of(method).headers()[0];
        headers.insert(name, count.parse().unwrap());
        pacer.learn(method, &headers);
    }

    #[tokio::test(start_paused = true)]
    async fn a_nearly_empty_bucket_is_drawn_from_as_it_refills() {
        let pacer = Pacer::default();
        let started = Instant::now();
        left(&pacer, &Method::PUT, "150");
        for _ in 0..100 {
            pacer.leave(&Method::PUT).await;
        }
        assert_eq!(started.elapsed(), Duration::ZERO, "there are plenty");

        left(&pacer, &Method::PUT, "12");
        for _ in 0..11 {
            pacer.leave(&Method::PUT).await;
        }
        assert_eq!(started.elapsed(), Duration::from_secs(1), "ten a second");
        pacer.leave(&Method::GET).await;
        assert_eq!(
            started.elapsed(),
            Duration::from_secs(1),
            "reads are others"
        );

        left(&pacer, &Method::PUT, "200");
        pacer.leave(&Method::PUT).await;
        pacer.leave(&Method::PUT).await;
        assert_eq!(started.elapsed(), Duration::from_secs(1), "plenty again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_providers_limit_for_the_subscription_counts_and_that_of_a_machine_does_not() {
        let pacer = Pacer::default();
        let learn = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RESOURCE_HEADER, text.parse().unwrap());
            pacer.learn(&Method::PATCH, &headers);
        };
        let started = Instant::now();
        learn(
            "Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;1",
        );
        pacer.leave(&Method::PATCH).await;
        pacer.leave(&Method::PATCH).await;
        assert_eq!(started.elapsed(), Duration::ZERO);
        learn("Microsoft.Compute/UpdateVMSubscriptionMaximum;3,odd,;,Microsoft.Compute/X;y");
        pacer.leave(&Method::PATCH).await;
        pacer.leave(&Method::PATCH).await;
        assert_eq!(started.elapsed(), Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_says_nothing_changes_nothing() {
        let pacer = Pacer::default();
        left(&pacer, &Method::DELETE, "3");
        pacer.learn(&Method::DELETE, &HeaderMap::new());
        left(&pacer, &Method::GET, "not a number");
        let started = Instant::now();
        pacer.leave(&Method::DELETE).await;
        pacer.leave(&Method::DELETE).await;
        pacer.leave(&Method::GET).await;
        assert_eq!(started.elapsed(), Duration::from_millis(100));
    }
}
