//! The due-date factor (fator de vencimento): days since 7 October 1997, four digits. 9999 was 21 February 2025;
//! the next day started again at 1000, and so it goes on every 9000 days (FEBRABAN/CENEGESC 082/2012).
//!
//! Reading one back needs a day to stand on: the window of 3,000 days before to 5,500 days after `today`. It is
//! shorter than the 9000 days of a turn, so at most one date fits and 499 factors fit none on any day.

use chrono::{Datelike, NaiveDate};

/// Days of one turn of the factor: 1000 to 9999.
const TURN: i64 = 9000;
/// First day that has a factor of four digits: 3 July 2000.
const FIRST: i64 = EPOCH + 1000;
/// 7 October 1997 as days from the common era, as `chrono` counts.
const EPOCH: i64 = 729_304;
/// A factor may lie this many days before `today`.
pub const WINDOW_BEFORE: i64 = 3000;
/// A factor may lie this many days after `today`.
pub const WINDOW_AFTER: i64 = 5500;

/// The factor of a due date. `None` up to 7 October 1997. Dates before 3 July 2000 give the historical factors
/// 1 to 999, which no barcode of today holds (see [`encode`](super::encode)).
pub fn of(due: NaiveDate) -> Option<u16> {
    let days = i64::from(due.num_days_from_ce()) - EPOCH;
    let factor = match days {
        ..=0 => return None,
        1..=9999 => days,
        _ => (days - 1000) % TURN + 1000,
    };
    u16::try_from(factor).ok()
}

/// The date that a factor means on `today`; `None` for a factor below 1000 and for one that has no date within
/// the window.
pub fn date(factor: u16, today: NaiveDate) -> Option<NaiveDate> {
    if !(1000..=9999).contains(&factor) {
        return None;
    }
    let today = i64::from(today.num_days_from_ce());
    let first = EPOCH + i64::from(factor);
    let earliest = today - WINDOW_BEFORE;
    // The first day not before `earliest` that has this factor.
    let day = earliest + (first - earliest).rem_euclid(TURN);
    if day > today + WINDOW_AFTER || day < FIRST {
        return None;
    }
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn the_epoch_is_7_october_1997() {
        assert_eq!(i64::from(day(1997, 10, 7).num_days_from_ce()), EPOCH);
        assert_eq!(of(day(1997, 10, 7)), None);
        assert_eq!(of(NaiveDate::MIN), None);
        assert!(of(NaiveDate::MAX).is_some());
    }

    #[test]
    fn the_window_of_one_day_to_the_edges() {
        // FACTS.md, section 1: on 22 November 2026.
        let today = day(2026, 11, 22);
        for (factor, due) in [
            (1000, Some(day(2025, 2, 22))),
            (7138, Some(day(2041, 12, 13))),
            (7139, None),
            (7637, None),
            (7638, Some(day(2018, 9, 5))),
            (9999, Some(day(2025, 2, 21))),
            (0, None),
            (1, None),
            (999, None),
            (10_000, None),
            (u16::MAX, None),
        ] {
            assert_eq!(date(factor, today), due, "{factor}");
        }
        assert_eq!((1000..=9999).filter(|f| date(*f, today).is_none()).count(), 499);
        // Early days: nothing before the first four-digit factor, and no panic at the ends of the calendar.
        assert_eq!(date(9999, day(2000, 7, 3)), None);
        for today in [NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(date(1000, today).and_then(of).unwrap_or(1000), 1000);
        }
    }

    proptest! {
        #[test]
        fn a_date_within_the_window_comes_back(ahead in -3000i64..=5500, today in 733_000i32..1_000_000) {
            let today = NaiveDate::from_num_days_from_ce_opt(today).unwrap();
            let due = today + chrono::Duration::days(ahead);
            prop_assume!(due >= day(2000, 7, 3));
            prop_assert_eq!(date(of(due).unwrap(), today), Some(due));
        }

        #[test]
        fn outside_the_window_it_never_does(ahead in prop_oneof![-9000i64..-3000, 5501i64..9000], today in 740_000i32..1_000_000) {
            let today = NaiveDate::from_num_days_from_ce_opt(today).unwrap();
            let due = today + chrono::Duration::days(ahead);
            prop_assert_ne!(date(of(due).unwrap(), today), Some(due));
        }
    }
}
