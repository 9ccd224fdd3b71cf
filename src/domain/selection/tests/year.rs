//! A year at a shop with 500 customers: it closes on business days only and forgets some closes, people pay late, in
//! part or not at all, promise, dispute and opt out. Every day the invariants hold; the totals are on record.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{Datelike, TimeDelta};

use super::super::*;
use super::world::{World, contact, customer, day, policy_row, receivable};
use crate::domain::ids::CustomerId;
use crate::domain::receivable::Customer;

const CUSTOMERS: usize = 500;

/// A generator of our own (SplitMix64), so that the year is the same with every version of every crate.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// True so many times in ten thousand.
    fn chance(&mut self, of_ten_thousand: u64) -> bool {
        self.roll() % 10_000 < of_ten_thousand
    }

    fn within(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.roll() % u64::try_from(to - from + 1).unwrap()).unwrap()
    }
}

/// Our side: what the outbox would know.
#[derive(Default)]
struct Book {
    past: Past,
    runs: usize,
    notices: usize,
    to_both: usize,
    stages: BTreeMap<Stage, usize>,
    reasons: BTreeMap<SkipReason, usize>,
    promises: usize,
    disputes: usize,
    opt_outs: usize,
    told_cents: i64,
}

struct Shop {
    dice: Dice,
    customers: Vec<Customer>,
    contacts: Vec<Vec<Contact>>,
    titles: Vec<Vec<Receivable>>,
    next_title: usize,
    settled: usize,
    paid_cents: i64,
}

impl Shop {
    fn open(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let (mut customers, mut contacts) = (Vec::new(), Vec::new());
        for n in 0..CUSTOMERS {
            let id = n.to_string();
            let mut one = customer(&id);
            one.blocked = dice.chance(200);
            one.email_notice = !dice.chance(300);
            customers.push(one);
            let people = dice.within(0, 20).clamp(1, 20);
            let count = if people == 20 {
                0
            } else {
                1 + usize::from(people > 14)
            };
            let mut theirs = Vec::new();
            for person in 0..count {
                let phone = match dice.within(0, 30) {
                    0 => "0800 000 1234".to_owned(),
                    1 => "não tem".to_owned(),
                    2 => format!("3{:03} {:04}", n % 900, 1_000 + n),
                    // Now and then the same number stands at the neighbour too.
                    3 => format!("(51) 9 7{:03}-{:04}", n / 2 % 1_000, 1_000),
                    _ => format!("(51) 9{person}{:03}-{:04}", n % 1_000, 1_000 + n),
                };
                let flagged = person == 0 || dice.chance(5_000);
                theirs.push(contact(&(person + 1).to_string(), &id, &phone, flagged));
            }
            contacts.push(theirs);
        }
        let titles = vec![Vec::new(); CUSTOMERS];
        Shop {
            dice,
            customers,
            contacts,
            titles,
            next_title: 1,
            settled: 0,
            paid_cents: 0,
        }
    }

    /// A day's trade: sales on installments, payments whole and in part, protests.
    fn trade(&mut self, today: NaiveDate) {
        for n in 0..CUSTOMERS {
            if self.dice.chance(150) {
                let (count, cents) = (self.dice.within(1, 3), self.dice.within(1_500, 90_000));
                for installment in 1..=count {
                    let due_on = today + TimeDelta::days(30 * installment - self.dice.within(0, 12));
                    let id = format!("{:05}", self.next_title);
                    self.next_title += 1;
                    let branch = if n % 7 == 0 { "2" } else { "1" };
                    self.titles[n].push(receivable(&id, &n.to_string(), branch, due_on, cents));
                }
            }
            for title in &mut self.titles[n] {
                let late = (today - title.due_on).num_days();
                let likely = match late {
                    ..-3 => 30,
                    -3..=0 => 1_800,
                    1..=5 => 900,
                    6..=30 => 350,
                    _ => 60,
                };
                if title.balance.is_positive() && self.dice.chance(likely) {
                    let part = if self.dice.chance(1_000) { 3 } else { 1 };
                    let paid = title.balance.get() / part;
                    self.paid_cents += paid;
                    title.balance = title.balance - Cents::new(paid);
                    self.settled += usize::from(title.balance == Cents::ZERO);
                }
                if late == 45 && self.dice.chance(2_000) {
                    title.excluded_reason = Some("protestado".to_owned());
                }
            }
            // Titles that were settled long ago leave the window that the ERP is asked for.
            self.titles[n].retain(|t| t.balance.is_positive() || (today - t.due_on).num_days() < 40);
        }
    }
}

/// One morning: everybody is decided about, everything is checked, the notices leave.
fn morning(shop: &Shop, world: &mut World, book: &mut Book) {
    let policies = world.policies();
    let mut told_today: HashSet<Recipient> = HashSet::new();
    for (n, one) in shop.customers.iter().enumerate() {
        let titles = &shop.titles[n];
        if titles.is_empty() {
            continue;
        }
        let case = Case {
            id: &one.id,
            customer: Some(one),
            contacts: &shop.contacts[n],
            receivables: titles,
        };
        let rules = world.rules(&policies);
        let decided = select(&rules, &book.past, &case, &|r| r.as_str().ends_with('0'));

        nobody_is_forgotten(&rules, book, &case, &decided);
        for notice in &decided.selected {
            let recipient = Recipient {
                branch: notice.branch.clone(),
                customer: one.id.clone(),
                phone: notice.phone.clone(),
            };
            assert!(!one.blocked && one.email_notice, "{} {}", world.day, one.id);
            assert!(
                !book.past.opted_out.contains(&notice.phone),
                "{} opted out",
                one.id
            );
            let held = book.past.holds.get(&one.id);
            assert!(
                held.is_none_or(|h| h.until.is_some_and(|u| u < world.day)),
                "{} on hold",
                one.id
            );
            assert!(notice.total() >= Cents::new(2_000), "below the minimum");
            for item in &notice.items {
                let title = titles.iter().find(|t| t.id == item.receivable).unwrap();
                assert!(title.balance.is_positive(), "a paid debt: {}", title.id);
                assert_eq!((title.balance, &title.branch), (item.balance, &notice.branch));
                assert!(title.excluded_reason.is_none());
                *book.stages.entry(item.stage).or_default() += 1;
                let key = (item.receivable.clone(), notice.phone.clone(), item.stage);
                assert!(
                    book.past.claims.insert(key),
                    "twice for {} {}",
                    item.receivable,
                    item.stage
                );
            }
            let last = book.past.last_written.insert(recipient.clone(), world.day);
            assert!(
                last.is_none_or(|l| (world.day - l).num_days() >= 2),
                "too soon after {last:?}"
            );
            assert!(told_today.insert(recipient), "two notices on a day");
            book.notices += 1;
            book.to_both += usize::from(notice.kind == NoticeKind::Both);
            book.told_cents += notice.total().get();
        }
        for skipped in &decided.skipped {
            *book.reasons.entry(skipped.reason).or_default() += 1;
        }
    }
    book.runs += 1;
}

/// Whoever has reached a stage was told, is told now, or there is a reason about the receivable, the contact or the
/// customer.
fn nobody_is_forgotten(rules: &Rules<'_>, book: &Book, case: &Case<'_>, decided: &Decisions) {
    for (id, phone, stage) in reached(rules, case) {
        let before = book.past.claims.contains(&(id.clone(), phone.clone(), stage));
        let now = decided
            .selected
            .iter()
            .any(|s| s.phone == phone && s.claims().contains(&(id.clone(), stage)));
        let contacts: Vec<&ContactId> = case
            .contacts
            .iter()
            .filter(|c| Phone::parse_field(&c.phone, rules.area_code).as_ref() == Ok(&phone))
            .map(|c| &c.id)
            .collect();
        let why = decided.skipped.iter().any(|s| match (&s.contact, &s.receivable) {
            (Some(contact), None) => contacts.contains(&contact),
            (Some(contact), Some(title)) => contacts.contains(&contact) && *title == id,
            (None, Some(title)) => *title == id,
            (None, None) => true,
        });
        assert!(before || now || why, "{}: nothing about {id} {stage}", rules.day);
        assert!(!(before && now), "{}: {id} {stage} again", rules.day);
    }
}

/// What people answer to today's notices.
fn answers(shop: &mut Shop, book: &mut Book, today: NaiveDate) {
    let told: BTreeSet<Recipient> = book
        .past
        .last_written
        .iter()
        .filter(|(_, on)| **on == today)
        .map(|(r, _)| r.clone())
        .collect();
    for recipient in told {
        let mut hold = |until: Option<NaiveDate>, kind: &str| {
            let hold = Hold {
                customer: recipient.customer.clone(),
                until,
                kind: kind.to_owned(),
            };
            book.past.holds.insert(hold.customer.clone(), hold);
        };
        if shop.dice.chance(500) {
            hold(Some(today + TimeDelta::days(shop.dice.within(2, 12))), "promise");
            book.promises += 1;
        } else if shop.dice.chance(40) {
            hold(None, "dispute");
            book.disputes += 1;
        } else if shop.dice.chance(60) {
            book.past.opted_out.insert(recipient.phone.clone());
            book.opt_outs += 1;
        }
    }
    // Staff settle half of the disputes within a month or so.
    if today.day() == 1 {
        let kept = &mut shop.dice;
        let mut disputes: Vec<CustomerId> = book
            .past
            .holds
            .values()
            .filter(|h| h.until.is_none())
            .map(|h| h.customer.clone())
            .collect();
        disputes.sort();
        for customer in disputes {
            if kept.chance(5_000) {
                book.past.holds.remove(&customer);
            }
        }
    }
}

fn totals(shop: &Shop, book: &Book) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "runs {}", book.runs);
    let _ = writeln!(out, "titles {}, settled {}", shop.next_title - 1, shop.settled);
    let _ = writeln!(out, "notices {}, of both kinds {}", book.notices, book.to_both);
    let _ = writeln!(
        out,
        "told R$ {}, paid R$ {}",
        Cents::new(book.told_cents),
        Cents::new(shop.paid_cents)
    );
    let _ = writeln!(
        out,
        "promises {}, disputes {}, opt-outs {}",
        book.promises, book.disputes, book.opt_outs
    );
    for (stage, count) in &book.stages {
        let _ = writeln!(out, "{stage}: {count}");
    }
    for (reason, count) in &book.reasons {
        let _ = writeln!(out, "{}: {count}", reason.word());
    }
    out
}

#[test]
fn a_year_of_500_customers() {
    let mut shop = Shop::open(2026);
    let mut book = Book::default();
    let mut row = policy_row(None, "5,2,0", "1,7,15,30");
    row.repeat_every_days = Some(30);
    row.stop_after_days = Some(120);
    row.min_amount = Some(Cents::new(2_000));
    let mut world = World {
        rows: vec![row, policy_row(Some("2"), "3", "5,20")],
        gap: 2,
        ..World::default()
    };
    world.rows[1].min_amount = Some(Cents::new(2_000));

    for today in day("2026-01-02").iter_days().take(364) {
        shop.trade(today);
        // Closes on business days only; one in twenty is forgotten. The bank's file is late now and then.
        if !world.banks.is_business_day(today) || shop.dice.chance(500) {
            continue;
        }
        world.day = today;
        world.stale = shop.dice.chance(200);
        morning(&shop, &mut world, &mut book);
        answers(&mut shop, &mut book, today);
    }
    insta::assert_snapshot!(totals(&shop, &book), @r"
    runs 236
    titles 5478, settled 4454
    notices 8608, of both kinds 368
    told R$ 4234887.33, paid R$ 2051085.05
    promises 430, disputes 25, opt-outs 49
    upcoming:0: 568
    upcoming:2: 1555
    upcoming:3: 405
    upcoming:5: 2942
    overdue:1: 1128
    overdue:5: 167
    overdue:7: 903
    overdue:15: 683
    overdue:20: 107
    overdue:30: 407
    overdue:60: 259
    overdue:90: 187
    overdue:120: 72
    no_flagged_contact: 658
    email_notice_off: 578
    blocked: 1078
    on_hold: 2122
    excluded: 5878
    settled: 103613
    in_grace: 1956
    no_stage: 121459
    past_stop: 7359
    stage_claimed: 28462
    bank_return_stale: 1073
    below_minimum: 216
    unusable_phone: 2111
    opted_out: 2912
    written_recently: 1086
    ");
}
