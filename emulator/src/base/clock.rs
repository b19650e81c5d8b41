//! The one source of time, and the time formats that Azure writes.
//!
//! Time advances with tokio's clock, so that a test which pauses tokio's clock decides when a
//! long-running operation ends or a token expires, without sleeping.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub(crate) type Millis = u64;

/// Wall-clock time at the start plus what tokio's clock has counted since, plus what it was put
/// forward by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    base: Millis,
    start: Instant,
    advanced: Millis,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let base = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Clock {
            base: millis(base),
            start: Instant::now(),
            advanced: 0,
        }
    }

    pub(crate) fn now(&self) -> Millis {
        self.base + self.advanced + millis(self.start.elapsed())
    }

    /// Puts the clock forward. It never goes back: what has expired stays so.
    pub(crate) fn advance(&mut self, by: Millis) {
        self.advanced += by;
    }

    /// How far it was put forward altogether.
    pub(crate) fn advanced(&self) -> Millis {
        self.advanced
    }
}

/// A duration in whole milliseconds.
pub(crate) fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A point in time taken apart, in UTC.
struct DateTime {
    year: i64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    milli: u64,
}

impl DateTime {
    /// Days to year, month and day in the proleptic Gregorian calendar, counted in eras of 400
    /// years that begin on 1 March, so that the leap day is the last day of its year.
    fn of(time: Millis) -> Self {
        let days = i64::try_from(time / 86_400_000).unwrap_or(0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let in_day = time % 86_400_000;
        DateTime {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month.unsigned_abs(),
            day: day.unsigned_abs(),
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1_000 % 60,
            milli: in_day % 1_000,
        }
    }
}

/// `2026-01-12T04:09:07.8860000+00:00`, as the compute provider writes times.
pub(crate) fn compute_time(time: Millis) -> String {
    let c = DateTime::of(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}0000+00:00",
        c.year, c.month, c.day, c.hour, c.minute, c.second, c.milli
    )
}

/// `2026-01-12T04:09:07.886Z`.
pub(crate) fn iso_time(time: Millis) -> String {
    let c = DateTime::of(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second, c.milli
    )
}

/// `20260112T040907Z`, the middle part of `x-ms-routing-request-id`.
pub(crate) fn compact_time(time: Millis) -> String {
    let c = DateTime::of(time);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// `2026-01-12 04:09:07Z`, as the token endpoint writes times.
pub(crate) fn login_time(time: Millis) -> String {
    let c = DateTime::of(time);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// `1/12/2026 4:09:07 AM`, as the message of `ExpiredAuthenticationToken` writes times.
pub(crate) fn us_time(time: Millis) -> String {
    let c = DateTime::of(time);
    let (hour, half) = match c.hour {
        0 => (12, "AM"),
        1..=11 => (c.hour, "AM"),
        12 => (12, "PM"),
        _ => (c.hour - 12, "PM"),
    };
    format!(
        "{}/{}/{} {}:{:02}:{:02} {half}",
        c.month, c.day, c.year, hour, c.minute, c.second
    )
}

/// `Mon, 12 Jan 2026 04:09:07 GMT`, the `Date` header.
pub(crate) fn http_date(time: Millis) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let c = DateTime::of(time);
    let pick = |names: &[&'static str], index: u64| names[(index as usize) % names.len()];
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        pick(&DAYS, time / 86_400_000),
        c.day,
        pick(&MONTHS, c.month - 1),
        c.year,
        c.hour,
        c.minute,
        c.second
    )
}

/// Year, month and day, for the validity of certificates.
#[cfg(feature = "tls")]
pub(crate) fn date(time: Millis) -> (i32, u8, u8) {
    let c = DateTime::of(time);
    let small = |number: u64| u8::try_from(number).unwrap_or(1);
    (
        i32::try_from(c.year).unwrap_or(i32::MAX),
        small(c.month),
        small(c.day),
    )
}

/// Ticks of 100 ns since the year 1: the `t` of a signed operation URL.
pub(crate) fn ticks(time: Millis) -> u64 {
    621_355_968_000_000_000 + time * 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_known_instants() {
        // 2024-02-29T23:59:59.007Z, a leap day.
        let leap = 1_709_251_199_007;
        assert_eq!(compute_time(leap), "2024-02-29T23:59:59.0070000+00:00");
        assert_eq!(iso_time(leap), "2024-02-29T23:59:59.007Z");
        assert_eq!(compact_time(leap), "20240229T235959Z");
        assert_eq!(login_time(leap), "2024-02-29 23:59:59Z");
        assert_eq!(us_time(leap), "2/29/2024 11:59:59 PM");
        assert_eq!(us_time(leap + 1_000), "3/1/2024 12:00:00 AM");
        assert_eq!(iso_time(0), "1970-01-01T00:00:00.000Z");
        #[cfg(feature = "tls")]
        assert_eq!(date(leap), (2024, 2, 29));
        assert_eq!(ticks(0), 621_355_968_000_000_000);
        assert_eq!(http_date(leap), "Thu, 29 Feb 2024 23:59:59 GMT");
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[tokio::test(start_paused = true)]
    async fn the_clock_is_put_forward() {
        let mut clock = Clock::start();
        let before = clock.now();
        clock.advance(3_600_000);
        clock.advance(1);
        assert_eq!(clock.now() - before, 3_600_001);
        assert_eq!(clock.advanced(), 3_600_001);
    }

    #[tokio::test(start_paused = true)]
    async fn time_follows_the_paused_clock() {
        let clock = Clock::start();
        let before = clock.now();
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now() - before, 1_500);
    }
}
