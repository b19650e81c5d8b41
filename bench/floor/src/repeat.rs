//! The same identity, again and again.

use std::time::{Duration, Instant};

use reqwest::Url;

use crate::Result;
use crate::client::Bare;
use crate::identity::Identity;
use crate::outcome::{Clock, Outcome};
use crate::sockets;

/// Reads an identity `count` times, one request after the other. One before the clock starts opens
/// the connection, which a session has, too.
pub(crate) async fn get(client: &Bare, url: Url, count: usize) -> Result<Outcome> {
    client.get(url.clone()).await?;
    let clock = Clock::start();
    let mut bytes = 0;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let started = Instant::now();
        let body = client.get(url.clone()).await?;
        bytes += body.len();
        let _: Identity = serde_json::from_slice(&body)?;
        times.push(started.elapsed());
    }
    Ok(Outcome {
        count,
        requests: count,
        seconds: clock.seconds(),
        first_seconds: None,
        median_seconds: median(times),
        cpu_seconds: clock.cpu_seconds(),
        bytes,
        sockets: sockets::open_to(&url),
    })
}

/// The median of times; none where there are none.
fn median(mut times: Vec<Duration>) -> Option<f64> {
    times.sort_unstable();
    let middle = times.len() / 2;
    let upper = *times.get(middle)?;
    let median = match times.len().is_multiple_of(2) {
        true => (times[middle - 1] + upper) / 2,
        false => upper,
    };
    Some(median.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_of_the_sorted_times() {
        let of = |times: &[u64]| median(times.iter().copied().map(Duration::from_secs).collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[9, 1, 2]), Some(2.0));
        assert_eq!(of(&[9, 1, 2, 4]), Some(3.0));
    }
}
