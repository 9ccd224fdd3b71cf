//! What holds whatever the figures are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;

use super::super::*;
use super::world::{World, contact, day, policy_row, receivable};
use crate::domain::calendar::ExtraHoliday;

/// A few numbers, some of them the same, some of them none.
const PHONES: [&str; 6] = [
    "51987654321",
    "(51) 8765-4321",
    "51912345678",
    "3222-1234",
    "0800 123 4567",
    "51 93333-4444 / 51 94444-5555",
];

fn arb_world() -> impl Strategy<Value = World> {
    let list = || prop::collection::vec(0_u32..40, 0..5);
    let policy = (
        list(),
        list(),
        prop::option::of(1_u32..40),
        prop::option::of(0_u32..90),
        prop::option::of(0_i64..40_000),
    );
    let titles = prop::collection::vec((-100_i64..30, 0_i64..3, 0_i64..4, any::<bool>()), 1..7);
    let people = prop::collection::vec((prop::sample::select(PHONES.to_vec()), any::<bool>()), 0..4);
    // A policy of branch 2's own, now and then, and days of the town's own.
    let own = prop::option::of((list(), list(), prop::option::of(1_u32..40)));
    let town = prop::collection::vec(-20_i64..2, 0..4);
    let shop = (
        0_i64..730,
        0_u32..4,
        any::<bool>(),
        any::<bool>(),
        0_u32..3,
        own,
        town,
    );
    (policy, titles, people, shop).prop_map(|((before, after, every, stop, min), titles, people, shop)| {
        let (offset, grace, require_boleto, stale, gap, own, town) = shop;
        let mut world = World {
            day: day("2026-01-01") + TimeDelta::days(offset),
            grace,
            require_boleto,
            stale: stale && gap == 0,
            gap,
            ..World::default()
        };
        let row = &mut world.rows[0];
        row.upcoming_days = before;
        row.overdue_days = after;
        row.repeat_every_days = every;
        row.stop_after_days = stop;
        row.min_amount = min.map(Cents::new);
        if let Some((before, after, every)) = own {
            let mut row = policy_row(Some("2"), "", "");
            (row.upcoming_days, row.overdue_days, row.repeat_every_days) = (before, after, every);
            world.rows.push(row);
        }
        let day = world.day;
        world
            .banks
            .extra
            .extend(town.iter().map(|n| ExtraHoliday::Once(day + TimeDelta::days(*n))));
        for (n, (due, balance, branch, excluded)) in titles.into_iter().enumerate() {
            let due_on = world.day + TimeDelta::days(due);
            let branch = if branch == 0 { "2" } else { "1" };
            let mut title = receivable(&n.to_string(), "7", branch, due_on, balance * 5_000);
            title.excluded_reason = (excluded && n % 3 == 0).then(|| "acordo".to_owned());
            world.boletos.extend((n % 2 == 0).then(|| title.id.clone()));
            world.receivables.push(title);
        }
        for (n, (phone, flagged)) in people.into_iter().enumerate() {
            world
                .contacts
                .push(contact(&(n + 1).to_string(), "7", phone, flagged || n == 0));
        }
        world
    })
}

type Keys = BTreeSet<(ReceivableId, Phone, Stage)>;

fn claims(decisions: &Decisions) -> Vec<(ReceivableId, Phone, Stage)> {
    decisions
        .selected
        .iter()
        .flat_map(|s| {
            s.claims()
                .into_iter()
                .map(|(r, stage)| (r, s.phone.clone(), stage))
        })
        .collect()
}

/// The stages reached, straight from the words of DESIGN.md section 7 and not from [`Policy`].
fn reached_by_the_words(world: &World, title: &Receivable) -> Option<Stage> {
    let own = world
        .rows
        .iter()
        .find(|row| row.branch.as_ref() == Some(&title.branch));
    let row = own.unwrap_or(&world.rows[0]);
    let late = (world.day - title.due_on).num_days();
    let mut payable = title.due_on;
    while !world.banks.is_business_day(payable) {
        payable += TimeDelta::days(1);
    }
    let mut left = world.grace;
    while left > 0 {
        payable += TimeDelta::days(1);
        left -= u32::from(world.banks.is_business_day(payable));
    }
    if late <= 0 {
        let reached = row.upcoming_days.iter().filter(|n| -late <= i64::from(**n));
        return reached.min().map(|n| Stage::Upcoming(*n));
    }
    let last = *row.overdue_days.iter().max()?;
    let mut stages = row.overdue_days.clone();
    if let Some(every) = row.repeat_every_days {
        stages.extend((1..200).map(|k| last + k * every));
    }
    let stop = row.stop_after_days.unwrap_or(1_825).min(1_825);
    stages
        .into_iter()
        .filter(|n| late >= i64::from(*n) && world.day > payable && late <= i64::from(stop))
        .max()
        .map(Stage::Overdue)
}

proptest! {
    #[test]
    fn nothing_fires_before_its_stage_and_nothing_but_the_most_urgent(world in arb_world()) {
        for notice in &world.decide().selected {
            prop_assert!(!notice.items.is_empty());
            for item in &notice.items {
                let title = world.receivables.iter().find(|r| r.id == item.receivable).unwrap();
                prop_assert_eq!(Some(item.stage), reached_by_the_words(&world, title));
                prop_assert!(item.balance.is_positive() && item.balance == title.balance);
                prop_assert!(title.excluded_reason.is_none() && title.branch == notice.branch);
            }
        }
    }

    /// Every receivable that is open and has reached a stage is in a notice to every number, or there is a reason.
    #[test]
    fn everything_is_a_notice_or_a_reason(world in arb_world()) {
        let decided = world.decide();
        for title in &world.receivables {
            let told = decided.selected.iter().any(|s| s.items.iter().any(|i| i.receivable == title.id));
            let about_it = decided.skipped.iter().any(|s| s.receivable.as_ref() == Some(&title.id));
            let about_all = decided.skipped.iter().any(|s| s.receivable.is_none());
            prop_assert!(told || about_it || about_all, "{}", title.id);
            if reached_by_the_words(&world, title).is_none() {
                prop_assert!(!told && about_it);
            }
        }
    }

    #[test]
    fn a_payment_never_adds_a_notice(world in arb_world(), paid in prop::collection::vec(0_i64..3, 7)) {
        let before = world.decide();
        let mut after = world;
        for (title, part) in after.receivables.iter_mut().zip(paid) {
            if part > 0 {
                title.balance = Cents::new(title.balance.get() / (part + 1) * (2 - part));
                // A boleto whose value differs from the balance is not attached.
                after.boletos.remove(&title.id);
            }
        }
        let (before, after): (Keys, Keys) =
            (claims(&before).into_iter().collect(), claims(&after.decide()).into_iter().collect());
        prop_assert!(after.is_subset(&before));
    }

    #[test]
    fn the_order_of_rows_never_matters(world in arb_world(), seed in any::<u64>()) {
        let mut other = World { past: Past::default(), rows: world.rows.clone(), ..world };
        let straight = other.decide();
        other.rows.reverse();
        other.receivables.reverse();
        other.contacts.reverse();
        let turn = usize::try_from(seed % 7).unwrap();
        let (titles, people) = (other.receivables.len(), other.contacts.len().max(1));
        other.receivables.rotate_left(turn % titles);
        let by = if other.contacts.is_empty() { 0 } else { turn % people };
        other.contacts.rotate_left(by);
        prop_assert_eq!(other.decide(), straight);
    }

    /// Run every day or skip any days: each stage once a phone, and in the end the same most urgent stage. (A minimum
    /// and a pause between notices are left out: they make the outcome depend on what was told before, as they should.)
    #[test]
    fn skipped_days_lose_nothing_and_repeat_nothing(
        world in arb_world(),
        days in 1_usize..50,
        runs in prop::collection::vec(any::<bool>(), 50),
    ) {
        let first = world.day;
        let mut world = World { gap: 0, ..world };
        world.rows[0].min_amount = None;
        let mut ends = Vec::new();
        for every_day in [true, false] {
            world.past = Past::default();
            let mut sent = BTreeMap::new();
            for (n, run) in runs.iter().enumerate().take(days) {
                if !(every_day || *run || n + 1 == days) {
                    continue;
                }
                world.day = first + TimeDelta::days(n as i64);
                for key in claims(&world.decide()) {
                    prop_assert!(world.past.claims.insert(key.clone()), "told twice: {key:?}");
                    *sent.entry((key.0, key.1)).or_insert(key.2) = key.2;
                }
            }
            let last_day: Vec<_> = world.receivables.iter().map(|r| reached_by_the_words(&world, r)).collect();
            // What counts is who knows of what is reached on the last day.
            let told: Keys = world
                .receivables
                .iter()
                .zip(last_day)
                .filter_map(|(r, stage)| Some((r, stage?)))
                .flat_map(|(r, stage)| world.past.claims.iter().filter(move |c| c.0 == r.id && c.2 == stage).cloned())
                .collect();
            ends.push(told);
        }
        prop_assert_eq!(&ends[0], &ends[1]);
    }

    /// What is on record is not told again the same day, whoever asks.
    #[test]
    fn a_second_run_of_a_day_finds_nothing_new(world in arb_world()) {
        let mut world = World { gap: 0, ..world };
        world.past.claims.extend(claims(&world.decide()));
        prop_assert_eq!(world.decide().selected, []);
    }

    #[test]
    fn no_dates_make_it_panic(today in any::<i32>(), due in prop::collection::vec(any::<i32>(), 1..4), near in 0_i32..9) {
        let date = |n: i32| NaiveDate::from_num_days_from_ce_opt(n).unwrap_or(NaiveDate::MAX);
        let mut world = World { day: date(today), ..World::of("A@+0 every:30") };
        world.receivables = due
            .into_iter()
            .flat_map(|n| [n, today.saturating_add(near), today.saturating_sub(near), i32::MAX, i32::MIN])
            .enumerate()
            .map(|(n, due)| receivable(&n.to_string(), "7", "1", date(due), i64::MAX / 8))
            .collect();
        world.receivables.truncate(6);
        let decided = world.decide();
        prop_assert!(decided.selected.len() <= 1);
    }
}
