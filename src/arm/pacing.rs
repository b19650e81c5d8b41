//! Slows down before Azure has to: its answers say how many requests are left.
//!
//! Azure Resource Manager keeps a bucket of requests per subscription and kind, which refills at a
//! steady rate. While a bucket is nearly empty, requests of its kind leave at that rate. Source:
//! Azure's documentation, "Understand how Azure Resource Manager throttles requests".
//!
//! Azure Resource Graph has a quota of queries per caller instead, and says how many are left and
//! when there are all of them again. Source: Azure's documentation, "Guidance for throttled
//! requests in Azure Resource Graph".

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use tokio::time::Instant;

use crate::base::quota_renewal;

/// Where queries of Azure Resource Graph go, whatever they are about.
pub(super) const RESOURCE_GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources";

/// The requests that share a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Reads,
    Writes,
    Deletes,
    /// Of Azure Resource Graph.
    Queries,
}

impl Kind {
    fn of(method: &Method, url: &Url) -> Self {
        match *method {
            Method::POST if url.path().eq_ignore_ascii_case(RESOURCE_GRAPH) => Self::Queries,
            Method::GET | Method::HEAD => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }

    /// How often a bucket gets another request: 25 a second for reads, 10 for the others.
    fn refill(self) -> Duration {
        match self {
            Self::Reads => Duration::from_millis(40),
            Self::Writes | Self::Deletes | Self::Queries => Duration::from_millis(100),
        }
    }

    /// The headers that tell what is left: of the subscription's bucket, and of the tenant's.
    fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Reads => &[
                "x-ms-ratelimit-remaining-subscription-reads",
                "x-ms-ratelimit-remaining-tenant-reads",
            ],
            Self::Writes => &[
                "x-ms-ratelimit-remaining-subscription-writes",
                "x-ms-ratelimit-remaining-tenant-writes",
            ],
            Self::Deletes => &[
                "x-ms-ratelimit-remaining-subscription-deletes",
                "x-ms-ratelimit-remaining-tenant-deletes",
            ],
            Self::Queries => &[],
        }
    }
}

/// A bucket is nearly empty at this many: more may be on their way at the time.
const NEARLY_EMPTY: u32 = 40;

/// What a provider's own limits leave, such as
/// `Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;10`.
const RESOURCE_HEADER: &str = "x-ms-ratelimit-remaining-resource";

/// How many queries of Resource Graph are left to the caller.
const QUOTA_LEFT: &str = "x-ms-user-quota-remaining";

/// The time for which Resource Graph's quota counts.
const QUOTA_PERIOD: Duration = Duration::from_secs(5);

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
    buckets: [Mutex<Bucket>; 4],
}

#[derive(Debug, Default)]
struct Bucket {
    /// When the next request may leave.
    open_at: Option<Instant>,
    /// Until when none may: a quota is used up.
    closed_until: Option<Instant>,
    /// How far apart they leave; zero while there are plenty.
    spacing: Duration,
}

impl Pacer {
    fn bucket(&self, kind: Kind) -> std::sync::MutexGuard<'_, Bucket> {
        let bucket = &self.buckets[kind as usize];
        bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a request must wait before it may leave, if it must.
    pub(super) fn take_slot(&self, method: &Method, url: &Url) -> Option<Duration> {
        let now = Instant::now();
        let at = self.bucket(Kind::of(method, url)).take_slot(now)?;
        Some(at.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    /// Learns from an answer.
    pub(super) fn learn(&self, method: &Method, url: &Url, headers: &HeaderMap) {
        let kind = Kind::of(method, url);
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        if kind == Kind::Queries && text(QUOTA_LEFT).map(str::trim) == Some("0") {
            let renewed = quota_renewal(headers).unwrap_or(QUOTA_PERIOD);
            self.bucket(kind).closed_until = Some(Instant::now() + renewed);
        }
        let of_arm = kind
            .headers()
            .iter()
            .filter_map(|name| text(name)?.trim().parse().ok());
        let of_provider = text(RESOURCE_HEADER)
            .into_iter()
            .flat_map(subscription_limits);
        let Some(left) = of_arm.chain(of_provider).min() else {
            return;
        };
        let mut bucket = self.bucket(kind);
        bucket.spacing = match left <= NEARLY_EMPTY {
            true => kind.refill(),
            false => Duration::ZERO,
        };
    }
}

impl Bucket {
    /// When the next request may leave, if it must wait.
    fn take_slot(&mut self, now: Instant) -> Option<Instant> {
        self.closed_until = self.closed_until.filter(|until| *until > now);
        if self.spacing.is_zero() {
            self.open_at = None;
            return self.closed_until;
        }
        let first = self.closed_until.unwrap_or(now);
        let at = self.open_at.map_or(first, |open_at| open_at.max(first));
        self.open_at = Some(at + self.spacing);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Pacer {
        async fn acquire(&self, method: &Method, url: &Url) {
            if let Some(wait) = self.take_slot(method, url) {
                tokio::time::sleep(wait).await;
            }
        }
    }

    fn anywhere() -> Url {
        "https://management.azure.com/subscriptions"
            .parse()
            .unwrap()
    }

    fn left(pacer: &Pacer, method: &Method, count: &str) {
        let mut headers = HeaderMap::new();
        let name = Kind::of(method, &anywhere()).headers()[0];
        headers.insert(name, count.parse().unwrap());
        pacer.learn(method, &anywhere(), &headers);
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_of_queries_that_is_used_up_is_waited_for() {
        let pacer = Pacer::default();
        let graph = anywhere().join(RESOURCE_GRAPH).unwrap();
        let learn = |left: &str, renewed: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(QUOTA_LEFT, left.parse().unwrap());
            let name = "x-ms-user-quota-resets-after";
            headers.insert(name, renewed.parse().unwrap());
            pacer.learn(&Method::POST, &graph, &headers);
        };
        let started = Instant::now();
        learn("1", "00:00:05");
        pacer.acquire(&Method::POST, &graph).await;
        assert_eq!(started.elapsed(), Duration::ZERO, "there is one");
        learn("0", "00:00:04");
        pacer.acquire(&Method::POST, &anywhere()).await;
        assert_eq!(started.elapsed(), Duration::ZERO, "that is another service");
        pacer.acquire(&Method::POST, &graph).await;
        pacer.acquire(&Method::POST, &graph).await;
        assert_eq!(started.elapsed(), Duration::from_secs(4));
        learn("0", "soon");
        pacer.acquire(&Method::POST, &graph).await;
        assert_eq!(started.elapsed(), Duration::from_secs(9));
    }

    #[tokio::test(start_paused = true)]
    async fn a_nearly_empty_bucket_is_drawn_from_as_it_refills() {
        let pacer = Pacer::default();
        let started = Instant::now();
        left(&pacer, &Method::PUT, "150");
        for _ in 0..100 {
            pacer.acquire(&Method::PUT, &anywhere()).await;
        }
        assert_eq!(started.elapsed(), Duration::ZERO, "there are plenty");

        left(&pacer, &Method::PUT, "12");
        for _ in 0..11 {
            pacer.acquire(&Method::PUT, &anywhere()).await;
        }
        assert_eq!(started.elapsed(), Duration::from_secs(1), "ten a second");
        pacer.acquire(&Method::GET, &anywhere()).await;
        assert_eq!(
            started.elapsed(),
            Duration::from_secs(1),
            "reads are others"
        );

        left(&pacer, &Method::PUT, "200");
        pacer.acquire(&Method::PUT, &anywhere()).await;
        pacer.acquire(&Method::PUT, &anywhere()).await;
        assert_eq!(started.elapsed(), Duration::from_secs(1), "plenty again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_providers_limit_for_the_subscription_counts_and_that_of_a_machine_does_not() {
        let pacer = Pacer::default();
        let learn = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RESOURCE_HEADER, text.parse().unwrap());
            pacer.learn(&Method::PATCH, &anywhere(), &headers);
        };
        let started = Instant::now();
        learn(
            "Microsoft.Compute/UpdateVMSubscriptionMaximum;1498,Microsoft.Compute/UpdateVMResource;1",
        );
        pacer.acquire(&Method::PATCH, &anywhere()).await;
        pacer.acquire(&Method::PATCH, &anywhere()).await;
        assert_eq!(started.elapsed(), Duration::ZERO);
        learn("Microsoft.Compute/UpdateVMSubscriptionMaximum;3,odd,;,Microsoft.Compute/X;y");
        pacer.acquire(&Method::PATCH, &anywhere()).await;
        pacer.acquire(&Method::PATCH, &anywhere()).await;
        assert_eq!(started.elapsed(), Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_says_nothing_changes_nothing() {
        let pacer = Pacer::default();
        left(&pacer, &Method::DELETE, "3");
        pacer.learn(&Method::DELETE, &anywhere(), &HeaderMap::new());
        left(&pacer, &Method::GET, "not a number");
        let started = Instant::now();
        pacer.acquire(&Method::DELETE, &anywhere()).await;
        pacer.acquire(&Method::DELETE, &anywhere()).await;
        pacer.acquire(&Method::GET, &anywhere()).await;
        assert_eq!(started.elapsed(), Duration::from_millis(100));
    }
}
