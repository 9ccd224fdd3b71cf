//! How fast an instance may write. Unofficial gateways get numbers restricted for regularity and for haste
//! (RULES.md 10): random gaps, a daily cap, and a ramp for a number that is new to it.

use std::time::Duration;

use chrono::NaiveDate;

/// A pace: gaps drawn at random between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two parts to one contact, shortest and longest.
    pub part_gap: (Duration, Duration),
    /// Between two contacts.
    pub contact_gap: (Duration, Duration),
    /// Contacts a day; `None`: no cap.
    pub daily_cap: Option<u32>,
    /// A new number starts slowly.
    pub warm_up: bool,
}

impl Pace {
    /// No pauses at all (tests, stand-in gateway); typing presence is off too.
    pub const NONE: Pace = Pace {
        part_gap: (Duration::ZERO, Duration::ZERO),
        contact_gap: (Duration::ZERO, Duration::ZERO),
        daily_cap: None,
        warm_up: false,
    };

    /// Contacts that a number may write to on `today`, its first day of use being `first_used_on`.
    pub fn cap_on(&self, today: NaiveDate, first_used_on: Option<NaiveDate>) -> Option<u32> {
        let ramp = self.warm_up.then(|| {
            let age = first_used_on.map_or(0, |first| (today - first).num_days().max(0));
            WARM_UP.get(usize::try_from(age).unwrap_or(usize::MAX)).copied()
        });
        match (self.daily_cap, ramp.flatten()) {
            (Some(cap), Some(ramp)) => Some(cap.min(ramp)),
            (cap, ramp) => cap.or(ramp),
        }
    }

    /// Whether "typing..." is worth showing.
    pub fn shows_typing(&self) -> bool {
        self.has_part_gaps()
    }

    /// There are pauses between the parts of a notice.
    pub fn has_part_gaps(&self) -> bool {
        self.part_gap.1 > Duration::ZERO
    }

    /// About how long `contacts` notices of `parts` parts in all take.
    pub fn estimate(&self, contacts: u32, parts: u32) -> Duration {
        let mean = |(low, high): (Duration, Duration)| (low + high) / 2;
        // What a message itself takes at a real gateway, upload included.
        let message = if self.shows_typing() {
            Duration::from_secs(2)
        } else {
            Duration::from_millis(20)
        };
        mean(self.contact_gap) * contacts.saturating_sub(1)
            + mean(self.part_gap) * parts.saturating_sub(contacts)
            + message * parts
    }
}

/// A second sign within so many days means that the first rest was too short.
const SIGN_AGAIN_DAYS: i64 = 7;

/// The first day on which a number may send again by itself after a sign on `today` that WhatsApp restricts it. Most
/// restrictions are of a day: the next sending day, `next`. A second sign within a week: a week later. `before`: the day
/// of the last sign that nobody has lifted.
pub fn restricted_until(today: NaiveDate, next: NaiveDate, before: Option<NaiveDate>) -> NaiveDate {
    let again = before.is_some_and(|day| (1..=SIGN_AGAIN_DAYS).contains(&(today - day).num_days()));
    if again {
        next.max(today + chrono::Days::new(SIGN_AGAIN_DAYS.unsigned_abs()))
    } else {
        next
    }
}

/// Contacts a day on the first, second, ... day of a number: half again each day, from what was seen to be safe.
const WARM_UP: [u32; 8] = [20, 30, 45, 65, 90, 120, 150, 180];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_number_starts_slowly() {
        let pace = Pace {
            daily_cap: Some(100),
            warm_up: true,
            ..Pace::NONE
        };
        let first: NaiveDate = "2026-11-02".parse().unwrap();
        let cap = |day: &str| pace.cap_on(day.parse().unwrap(), Some(first));
        assert_eq!(pace.cap_on(first, None), Some(20));
        assert_eq!(cap("2026-11-02"), Some(20));
        assert_eq!(cap("2026-11-04"), Some(45));
        assert_eq!(cap("2026-11-08"), Some(100));
        assert_eq!(cap("2027-11-08"), Some(100));
        assert_eq!(Pace::NONE.cap_on(first, None), None);
    }

    #[test]
    fn a_sign_rests_until_the_next_sending_day_and_a_second_one_for_a_week() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (friday, monday) = (day("2026-11-20"), day("2026-11-23"));
        assert_eq!(restricted_until(friday, monday, None), monday);
        // Two processes that note the same sign are no second one, and a sign of last month is forgiven.
        assert_eq!(restricted_until(friday, monday, Some(friday)), monday);
        assert_eq!(restricted_until(friday, monday, Some(day("2026-10-20"))), monday);
        assert_eq!(
            restricted_until(friday, monday, Some(day("2026-11-13"))),
            day("2026-11-27")
        );
        // A clock that was ahead proves nothing.
        assert_eq!(restricted_until(friday, monday, Some(day("2026-12-01"))), monday);
    }

    #[test]
    fn estimates_grow_with_the_work() {
        let pace = Pace {
            part_gap: (Duration::from_secs(2), Duration::from_secs(4)),
            contact_gap: (Duration::from_secs(20), Duration::from_secs(60)),
            daily_cap: None,
            warm_up: false,
        };
        assert_eq!(
            pace.estimate(10, 40),
            Duration::from_secs(9 * 40 + 30 * 3 + 40 * 2)
        );
    }
}
