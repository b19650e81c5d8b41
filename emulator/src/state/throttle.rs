//! Token buckets.

use std::collections::HashMap;

use crate::base::clock::Millis;

/// How much a bucket holds, and how much flows back in a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) capacity: f64,
    pub(crate) per_second: f64,
}

impl Limit {
    /// `rate` in a second, and never fewer than one at once.
    pub(crate) const fn per_second(rate: f64) -> Self {
        Limit {
            capacity: if rate > 1.0 { rate } else { 1.0 },
            per_second: rate,
        }
    }

    /// `count` in a minute.
    pub(crate) fn per_minute(count: u32) -> Self {
        Limit {
            capacity: f64::from(count),
            per_second: f64::from(count) / 60.0,
        }
    }
}

#[derive(Debug)]
struct Bucket {
    level: f64,
    at: Millis,
}

/// All buckets, by name.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: HashMap<String, Bucket>,
}

impl Throttle {
    /// Takes one from the bucket: what is left, or the whole seconds until there is one again.
    pub(crate) fn take(&mut self, name: String, limit: Limit, now: Millis) -> Result<u64, u64> {
        let bucket = self.buckets.entry(name).or_insert(Bucket {
            level: limit.capacity,
            at: now,
        });
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds between two requests"
        )]
        let elapsed = now.saturating_sub(bucket.at) as f64 / 1_000.0;
        bucket.level = (bucket.level + elapsed * limit.per_second).min(limit.capacity);
        bucket.at = now;
        if bucket.level >= 1.0 {
            bucket.level -= 1.0;
            Ok(whole(bucket.level.floor()))
        } else {
            let wait = (1.0 - bucket.level) / limit.per_second;
            Err(whole(wait.ceil()).max(1))
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "levels and waits are small and not negative"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_refills() {
        let mut throttle = Throttle::default();
        let limit = Limit {
            capacity: 200.0,
            per_second: 10.0,
        };
        let mut take = |now| throttle.take("x".to_owned(), limit, now);
        for left in (0..200).rev() {
            assert_eq!(take(0), Ok(left));
        }
        assert_eq!(take(0), Err(1));
        assert_eq!(take(99), Err(1));
        assert_eq!(take(100), Ok(0), "10 flow back in a second");
        assert_eq!(take(100_000), Ok(199), "never more than it holds");
    }

    #[test]
    fn the_wait_is_in_whole_seconds_and_long_enough() {
        let mut throttle = Throttle::default();
        let limit = Limit::per_minute(2);
        assert_eq!(throttle.take("vm".to_owned(), limit, 0), Ok(1));
        assert_eq!(throttle.take("vm".to_owned(), limit, 0), Ok(0));
        assert_eq!(throttle.take("vm".to_owned(), limit, 0), Err(30));
        assert_eq!(throttle.take("vm".to_owned(), limit, 30_000), Ok(0));
    }
}
