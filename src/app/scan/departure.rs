//! When the notices of a scan leave, and how long that takes: as far as pace, daily limits and lawful hours tell
//! beforehand.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::app::shop::Shop;
use crate::domain::ids::InstanceId;
use crate::ports::outbox::InstanceRow;

use super::ReportedNotice;

/// A year of looking ahead is enough for everybody.
const LOOKS_AHEAD: usize = 366;

/// Contacts and parts by instance.
type Sizes<'a> = BTreeMap<Option<&'a InstanceId>, (u32, u32)>;

/// When notices leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// The first day.
    pub on: NaiveDate,
    /// The hour from which they leave on it.
    pub at: NaiveTime,
    /// The last day: later than the first where a daily limit or the hours of a day are too few for all.
    pub until: NaiveDate,
    /// About how long the sending takes, nights left out. Instances send side by side.
    pub takes: Duration,
}

impl Departure {
    /// Of `notices` that may leave from `day` on; `now` on the shop's clock. `used`: what is known of the instances.
    pub(super) fn of(
        shop: &Shop,
        day: NaiveDate,
        now: NaiveDateTime,
        notices: &[ReportedNotice],
        used: &[InstanceRow],
    ) -> Self {
        let mut sizes = Sizes::new();
        for notice in notices {
            let size = sizes.entry(notice.instance.as_ref()).or_default();
            size.0 += 1;
            size.1 += u32::try_from(notice.parts.len()).unwrap_or(u32::MAX);
        }
        Self::of_sizes(shop, day, now, &sizes, used)
    }

    fn of_sizes(
        shop: &Shop,
        day: NaiveDate,
        now: NaiveDateTime,
        sizes: &Sizes<'_>,
        used: &[InstanceRow],
    ) -> Self {
        let (sending, send_at) = (&shop.sending, shop.send_at);
        let is_over = sending.opens(day, send_at).is_some_and(|opens| {
            day == now.date() && now.time() >= opens && !sending.is_open(day, now.time(), send_at)
        });
        let first = if is_over {
            day.succ_opt().unwrap_or(day)
        } else {
            day
        };
        let row_of =
            |instance: &Option<&InstanceId>| used.iter().find(|row| Some(&row.instance) == *instance);
        // The first day of an instance whose number is restricted is the one from which it may send again.
        let opens_for = |instance: &Option<&InstanceId>| {
            let free = row_of(instance)
                .and_then(|row| row.restriction.as_ref())
                .map_or(first, |restriction| restriction.until.max(first));
            sending.next_sending_day(free, send_at).unwrap_or(free)
        };
        let on = sizes
            .keys()
            .map(opens_for)
            .min()
            .unwrap_or_else(|| opens_for(&None));
        let mut out = Departure {
            on,
            at: sending.opens(on, send_at).unwrap_or(send_at),
            until: on,
            takes: Duration::ZERO,
        };
        for (instance, &(contacts, parts)) in sizes {
            let takes = shop.pace.estimate(contacts, parts);
            out.takes = out.takes.max(takes);
            let (row, on) = (row_of(instance), opens_for(instance));
            let first_used = row.and_then(|row| row.first_used_on).unwrap_or(on);
            let mut left = contacts;
            for day in on.iter_days().take(LOOKS_AHEAD) {
                let Some(opens) = sending.opens(day, send_at) else {
                    continue;
                };
                let closes = sending.hours(day).map_or(opens, |hours| hours.until);
                let each = (takes / contacts.max(1)).max(Duration::from_millis(1));
                let open = (closes - opens).to_std().unwrap_or_default();
                let fit = u32::try_from(open.as_millis() / each.as_millis()).unwrap_or(u32::MAX);
                let today = row
                    .filter(|row| row.day == Some(day))
                    .map_or(0, |row| row.contacts_today);
                let cap = shop.pace.cap_on(day, Some(first_used)).unwrap_or(u32::MAX);
                left = left.saturating_sub(cap.saturating_sub(today).min(fit.max(1)));
                out.until = out.until.max(day);
                if left == 0 {
                    break;
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::shop::tests::shop;
    use crate::domain::calendar::SendingCalendar;
    use crate::domain::pacing::Pace;
    use crate::ports::outbox::Restriction;

    fn lawful(daily_cap: Option<u32>, warm_up: bool) -> Shop {
        Shop {
            pace: Pace {
                part_gap: (Duration::ZERO, Duration::ZERO),
                contact_gap: (Duration::from_secs(60), Duration::from_secs(60)),
                daily_cap,
                warm_up,
            },
            ..shop("America/Sao_Paulo", "09:00", SendingCalendar::lawful(vec![]))
        }
    }

    /// `DAY HOUR DAY` of so many contacts by instance `loja`, on a Thursday, seen at `now`.
    fn leaves(shop: &Shop, now: &str, contacts: u32, used: &[InstanceRow]) -> String {
        let loja = InstanceId::new("loja");
        let sizes = Sizes::from([(Some(&loja), (contacts, contacts))]);
        let day = "2026-08-20".parse().unwrap();
        let departure = Departure::of_sizes(shop, day, now.parse().unwrap(), &sizes, used);
        format!(
            "{} {} {}",
            departure.on,
            departure.at.format("%H:%M"),
            departure.until
        )
    }

    #[test]
    fn within_the_hours_of_the_day_or_of_the_next_one() {
        let shop = lawful(None, false);
        for (now, expected) in [
            ("2026-08-19T19:00:00", "2026-08-20 09:00 2026-08-20"),
            ("2026-08-20T07:00:00", "2026-08-20 09:00 2026-08-20"),
            ("2026-08-20T15:00:00", "2026-08-20 09:00 2026-08-20"),
            ("2026-08-20T20:00:00", "2026-08-21 09:00 2026-08-21"),
            // A scan of an older close, and of a close to come, is about its own day.
            ("2026-08-25T22:00:00", "2026-08-20 09:00 2026-08-20"),
        ] {
            assert_eq!(leaves(&shop, now, 3, &[]), expected, "{now}");
        }
    }

    #[test]
    fn daily_limits_and_the_hours_of_a_day_stretch_it() {
        let now = "2026-08-19T19:00:00";
        let row = |first: &str, today: u32| InstanceRow {
            instance: InstanceId::new("loja"),
            day: Some("2026-08-20".parse().unwrap()),
            contacts_today: today,
            first_used_on: first.parse().ok(),
            pause_left: Duration::ZERO,
            restriction: None,
        };
        let capped = lawful(Some(100), false);
        assert_eq!(leaves(&capped, now, 100, &[]), "2026-08-20 09:00 2026-08-20");
        assert_eq!(leaves(&capped, now, 101, &[]), "2026-08-20 09:00 2026-08-21");
        assert_eq!(
            leaves(&capped, now, 301, &[]),
            "2026-08-20 09:00 2026-08-24",
            "past a Sunday"
        );
        assert_eq!(
            leaves(&capped, now, 100, &[row("2025-01-01", 1)]),
            "2026-08-20 09:00 2026-08-21"
        );
        assert_eq!(leaves(&capped, now, 0, &[]), "2026-08-20 09:00 2026-08-20");
        let restricted = InstanceRow {
            restriction: Some(Restriction {
                on: "2026-08-19".parse().unwrap(),
                until: "2026-08-22".parse().unwrap(),
                why: "463".to_owned(),
            }),
            ..row("2025-01-01", 0)
        };
        assert_eq!(
            leaves(&capped, now, 100, &[restricted]),
            "2026-08-22 09:00 2026-08-22"
        );
        // A number's first days: 20, 30, 45 contacts.
        let ramp = lawful(Some(100), true);
        assert_eq!(leaves(&ramp, now, 20, &[]), "2026-08-20 09:00 2026-08-20");
        assert_eq!(leaves(&ramp, now, 51, &[]), "2026-08-20 09:00 2026-08-22");
        assert_eq!(
            leaves(&ramp, now, 51, &[row("2025-01-01", 0)]),
            "2026-08-20 09:00 2026-08-20"
        );
        // A minute each: eleven hours hold some 660.
        let free = lawful(None, false);
        assert_eq!(leaves(&free, now, 600, &[]), "2026-08-20 09:00 2026-08-20");
        assert_eq!(leaves(&free, now, 700, &[]), "2026-08-20 09:00 2026-08-21");
    }

    #[test]
    fn instances_send_side_by_side() {
        let (a, b) = (InstanceId::new("a"), InstanceId::new("b"));
        let shop = lawful(Some(100), false);
        let now = "2026-08-19T19:00:00".parse().unwrap();
        let one = Sizes::from([(Some(&a), (90, 90))]);
        let two = Sizes::from([(Some(&a), (90, 90)), (Some(&b), (80, 80))]);
        let of = |sizes| Departure::of_sizes(&shop, "2026-08-20".parse().unwrap(), now, sizes, &[]);
        assert_eq!(of(&one), of(&two));
        assert_eq!(of(&two).takes, shop.pace.estimate(90, 90));
    }
}
