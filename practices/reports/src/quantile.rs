//! Mean, median and 90th percentile of durations.
//!
//! The median is the middle value, or the mean of the two middle values. The 90th percentile is
//! by **nearest rank**: the smallest value that at least 90 % of all values do not exceed, that
//! is the value at rank ⌈0.9 n⌉ (definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical
//! Packages", The American Statistician 50(4), 1996). So the p90 is always a duration that really
//! occurred, and its incident can be opened; interpolating definitions give values in between.

/// The arithmetic mean; `None` of nothing.
pub fn mean(seconds: &[f64]) -> Option<f64> {
    (!seconds.is_empty()).then(|| seconds.iter().sum::<f64>() / seconds.len() as f64)
}

/// The median; `None` of nothing.
pub fn median(seconds: &[f64]) -> Option<f64> {
    let sorted = sorted(seconds);
    let upper = sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(*upper);
    }
    let lower = sorted.get((sorted.len() / 2).checked_sub(1)?)?;
    Some(f64::midpoint(*lower, *upper))
}

/// The 90th percentile by nearest rank; `None` of nothing.
pub fn p90(seconds: &[f64]) -> Option<f64> {
    let sorted = sorted(seconds);
    // ⌈9 n / 10⌉ in whole numbers: 0.9 has no exact binary form.
    let rank = (9 * sorted.len()).div_ceil(10);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn sorted(seconds: &[f64]) -> Vec<f64> {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_has_no_average() {
        assert_eq!((mean(&[]), median(&[]), p90(&[])), (None, None, None));
    }

    #[test]
    fn one_value_is_all_of_them() {
        assert_eq!((mean(&[7.0]), median(&[7.0]), p90(&[7.0])), (Some(7.0), Some(7.0), Some(7.0)));
    }

    #[test]
    fn ten_values_have_the_ninth_as_p90_and_the_mean_of_the_middle_as_median() {
        let ten: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        assert_eq!((mean(&ten), median(&ten), p90(&ten)), (Some(5.5), Some(5.5), Some(9.0)));
        let eleven: Vec<f64> = (1..=11).map(f64::from).collect();
        assert_eq!((median(&eleven), p90(&eleven)), (Some(6.0), Some(10.0)));
    }

    proptest! {
        #[test]
        fn p90_occurs_and_covers_nine_in_ten(
            values in prop::collection::vec(0..10_000_u32, 1..200),
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let p90 = p90(&values).unwrap();
            let covered = values.iter().filter(|value| **value <= p90).count();
            let below = values.iter().filter(|value| **value < p90).count();
            prop_assert!(values.contains(&p90));
            prop_assert!(10 * covered >= 9 * values.len());
            prop_assert!(10 * below < 9 * values.len(), "a smaller value would do");
        }

        #[test]
        fn averages_lie_within_the_values_and_do_not_depend_on_their_order(
            values in prop::collection::vec(0..10_000_u32, 1..200),
        ) {
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let least = values.iter().copied().fold(f64::MAX, f64::min);
            let most = values.iter().copied().fold(f64::MIN, f64::max);
            let before = (median(&values), p90(&values));
            for average in [mean(&values).unwrap(), before.0.unwrap(), before.1.unwrap()] {
                prop_assert!(least - 1e-9 <= average && average <= most + 1e-9);
            }
            prop_assert!(before.0 <= before.1);
            values.reverse();
            prop_assert_eq!((median(&values), p90(&values)), before);
        }
    }
}
