//! What many values come to.

/// The middle of some values, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The smallest.
    pub min: f64,
    /// A quarter of the values is at most this.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// A quarter of the values is at least this.
    pub upper: f64,
    /// The largest.
    pub max: f64,
    /// How many there are.
    pub count: usize,
}

impl Summary {
    /// The summary of values; none of no values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            min: *sorted.first()?,
            lower: quantile(&sorted, 0.25),
            median: quantile(&sorted, 0.5),
            upper: quantile(&sorted, 0.75),
            max: *sorted.last()?,
            count: sorted.len(),
        })
    }

    /// How far the quartiles lie apart: half of the values is between them.
    pub fn spread(&self) -> f64 {
        self.upper - self.lower
    }
}

/// The median; none of no values.
pub fn median(values: &[f64]) -> Option<f64> {
    Summary::of(values).map(|summary| summary.median)
}

/// The value below which a part of the sorted values lies; between two values, on the line that
/// joins them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index of a few thousand values, from 0"
)]
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_values_have_no_summary() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn one_value_is_all_of_its_summary() {
        let summary = Summary::of(&[2.5]).expect("has a value");
        assert_eq!(
            (summary.min, summary.median, summary.max, summary.count),
            (2.5, 2.5, 2.5, 1)
        );
        assert_eq!(summary.spread(), 0.0);
    }

    #[test]
    fn quartiles_lie_between_values_where_they_must() {
        let summary = Summary::of(&[4.0, 1.0, 3.0, 2.0]).expect("has values");
        assert_eq!((summary.min, summary.max), (1.0, 4.0));
        assert_eq!(
            (summary.lower, summary.median, summary.upper),
            (1.75, 2.5, 3.25)
        );
        assert_eq!(summary.spread(), 1.5);
    }

    #[test]
    fn one_that_is_far_off_moves_neither_median_nor_quartiles() {
        let near = Summary::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("has values");
        let far = Summary::of(&[1.0, 2.0, 3.0, 4.0, 500.0]).expect("has values");
        assert_eq!(near.median, far.median);
        assert_eq!(near.spread(), far.spread());
        assert_eq!(far.max, 500.0);
    }
}
