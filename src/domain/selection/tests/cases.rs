//! The policy's own documentation: one line a case (DESIGN.md section 7). The day is Wednesday 2026-08-19, stages are
//! 5, 2, 0 days before and 1, 7, 15, 30 after, one business day of grace, unless a case says otherwise.

use super::super::*;
use super::world::{World, in_words};
use crate::domain::ids::CustomerId;

type Cases = &'static [(&'static str, &'static str, &'static str)];

fn check(cases: Cases) {
    for (given, expected, why) in cases {
        assert_eq!(in_words(&World::of(given).decide()), *expected, "{why}: {given}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn before_the_due_date_the_smallest_stage_reached_fires() {
    check(&[
        ("A@+6", "A: no_stage (due in 6 days)", "no stage is reached yet"),
        ("A@+5", "4321: A upcoming:5", "five days before"),
        ("A@+4", "4321: A upcoming:5", "still the same stage, should the close before have been skipped"),
        ("A@+3", "4321: A upcoming:5", "and the day after that"),
        ("A@+2", "4321: A upcoming:2", "two days before"),
        ("A@+1", "4321: A upcoming:2", "the day before: no stage of its own"),
        ("A@+0", "4321: A upcoming:0", "on the due date"),
        ("before:0 A@+1", "A: no_stage (due in 1 days)", "only the due date itself"),
        ("before: A@+0", "A: no_stage (due in 0 days)", "an empty list"),
        ("A@+2 claimed:A/upcoming:5", "4321: A upcoming:2", "each stage fires for itself"),
        ("A@+4 claimed:A/upcoming:5", "contact 1, A: stage_claimed (upcoming:5)", "once"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn after_the_due_date_the_largest_stage_reached_fires() {
    check(&[
        ("A@-6", "4321: A overdue:1", "six days after: the first stage"),
        ("A@-7", "4321: A overdue:7", "a week after"),
        ("A@-8", "4321: A overdue:7", "a day late: a skipped close loses nothing"),
        ("A@-29", "4321: A overdue:15", "and sends no backlog: only the most urgent one"),
        ("A@-30", "4321: A overdue:30", "the last one"),
        ("A@-400", "4321: A overdue:30", "a year of skipped closes: one notice"),
        ("A@-6 claimed:A/overdue:1", "contact 1, A: stage_claimed (overdue:1)", "once"),
        ("A@-7 claimed:A/overdue:1", "4321: A overdue:7", "the next stage has its own turn"),
        ("A@-400 claimed:A/overdue:30", "contact 1, A: stage_claimed (overdue:30)", "the last one was the last"),
        ("after:3 A@-2", "A: no_stage (2 days overdue)", "between due date and first stage: nothing"),
        ("after:3 A@-3", "4321: A overdue:3", "one number is a list of one"),
        ("after:30,1,7,7 A@-8", "4321: A overdue:7", "any order, doubles count once"),
        ("after: A@-8", "A: no_stage (overdue notices are off)", "an empty list"),
        ("after:0,7 A@-2", "4321: A overdue:0", "zero days after: as soon as it is overdue at all"),
        ("after:0,7 grace:0 A@-1", "4321: A overdue:0", "the day after, without grace"),
        ("after:0,7 A@-1", "A: in_grace (until 2026-08-19)", "not before grace is over"),
        ("after:0,7 before: A@+0", "A: no_stage (due in 0 days)", "and never on the due date itself"),
        ("after:7 A@-7 claimed:A/overdue:1", "4321: A overdue:7", "a stage that left the policy counts for nothing"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn repeats_follow_the_last_stage() {
    check(&[
        ("every:30 A@-59", "4321: A overdue:30", "not yet"),
        ("every:30 A@-60", "4321: A overdue:60", "sixty days: the first repeat"),
        ("every:30 A@-95", "4321: A overdue:90", "the largest repeat reached, no backlog"),
        ("every:30 A@-61 claimed:A/overdue:60", "contact 1, A: stage_claimed (overdue:60)", "a repeat fires once"),
        ("every:30 A@-16", "4321: A overdue:15", "before the last stage nothing is repeated"),
        ("every:0 A@-60", "4321: A overdue:30", "every zero days is no repeat"),
        ("after:10 every:5 A@-21", "4321: A overdue:20", "first, every"),
        ("after:10 every:5 stop:20 A@-21", "A: past_stop (21 days overdue)", "until"),
        ("every:30 stop:60 A@-60", "4321: A overdue:60", "a repeat on the last day"),
        ("every:30 stop:59 A@-60", "A: past_stop (60 days overdue)", "and none the day after"),
        ("after:30,1 every:10 A@-45", "4321: A overdue:40", "behind the largest, in whatever order they stand"),
        ("after:0 every:7 A@-8", "4321: A overdue:7", "from the due date on"),
        ("every:365 A@-1825", "4321: A overdue:1490", "up to five years"),
        ("every:1 A@-31 claimed:A/overdue:30", "4321: A overdue:31", "every day"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn nothing_fires_past_the_stop() {
    check(&[
        ("stop:100 A@-100", "4321: A overdue:30", "the last day"),
        ("stop:100 A@-101", "A: past_stop (101 days overdue)", "the day after"),
        ("A@-1825", "4321: A overdue:30", "five years, when nothing else is said"),
        ("A@-1826", "A: past_stop (1826 days overdue)", "then the debt has lapsed"),
        ("stop:9999 A@-1826", "A: past_stop (1826 days overdue)", "and no policy goes further"),
        ("stop:10 after:30 A@-8", "A: no_stage (8 days overdue)", "a stage behind the stop never comes"),
        ("stop:0 A@+0", "4321: A upcoming:0", "the stop is about overdue ones"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn weekends_holidays_and_grace_come_before_the_first_overdue_stage() {
    check(&[
        ("A@-1", "A: in_grace (until 2026-08-19)", "due Tuesday: its payment may show up today"),
        ("A@-2", "4321: A overdue:1", "due Monday, grace over on Tuesday"),
        ("grace:0 A@-1", "4321: A overdue:1", "without grace"),
        ("grace:3 A@-5", "A: in_grace (until 2026-08-19)", "Friday and three business days"),
        ("grace:3 A@-6", "4321: A overdue:1", "Thursday and three business days"),
        ("day:2026-08-16 grace:0 A@-1", "A: in_grace (until 2026-08-17)", "due Saturday, seen on Sunday"),
        ("day:2026-08-17 grace:0 A@-2", "A: in_grace (until 2026-08-17)", "due Saturday: payable on Monday"),
        ("day:2026-08-18 grace:0 A@-3", "4321: A overdue:1", "due Saturday: overdue on Tuesday"),
        ("day:2026-08-18 A@-3", "A: in_grace (until 2026-08-18)", "and a business day of grace"),
        ("day:2026-11-16 grace:0 A@-2", "A: in_grace (until 2026-11-16)", "Saturday before a Sunday holiday"),
        ("day:2026-11-17 grace:0 A@-3", "4321: A overdue:1", "past it"),
        ("day:2026-02-18 grace:0 A@-4", "A: in_grace (until 2026-02-18)", "Carnival: payable on Ash Wednesday"),
        ("day:2026-02-19 grace:0 A@-5", "4321: A overdue:1", "overdue on the Thursday"),
        ("day:2026-02-19 A@-5", "A: in_grace (until 2026-02-19)", "and grace"),
        ("day:2025-01-03 A@2024-12-31", "A: in_grace (until 2025-01-03)", "the last day of the year is none for banks"),
        ("day:2026-02-23 after:7 A@2026-02-14", "4321: A overdue:7", "stages count from the date agreed on, not the moved one"),
        ("holiday:2026-08-18 A@-2", "A: in_grace (until 2026-08-19)", "a holiday of the town"),
        ("after:30 A@-1", "A: no_stage (1 days overdue)", "no stage, no grace to speak of"),
        ("day:2026-08-15 A@+0", "4321: A upcoming:0", "due on a Saturday: told on the day agreed on"),
        ("day:2026-08-16 A@-1 before:0", "A: in_grace (until 2026-08-18)", "between the two, nothing"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn both_configuration_and_erp_must_allow_a_kind() {
    check(&[
        ("A@+2 B@-8", "4321: B overdue:7, A upcoming:2", "both, in one notice"),
        ("only-overdue A@+2", "A: no_stage (due in 2 days)", "the configuration wants overdue ones"),
        ("only-overdue A@-8", "4321: A overdue:7", "and gets them"),
        ("only-upcoming A@-8", "A: no_stage (overdue notices are off)", "the configuration wants upcoming ones"),
        ("upcoming-off A@+2", "A: no_stage (due in 2 days)", "the ERP wants no upcoming ones"),
        ("overdue-off A@-8", "A: no_stage (overdue notices are off)", "the ERP wants no overdue ones"),
        ("only-overdue overdue-off A@-8 B@+2", "A: no_stage (overdue notices are off) | B: no_stage (due in 2 days)", "nothing is left"),
        ("email-unconfigured A@-8", "A: email_not_configured", "WhatsApp complements e-mail"),
        ("no-policy A@-8", "A: email_not_configured", "no row at all"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn each_branch_has_its_policy_and_writes_for_itself() {
    check(&[
        ("A@-8 B@-8/2", "4321: A overdue:7 | 4321/2: B overdue:7", "two creditors, two notices"),
        ("own-row:1/3 A@-8/2", "4321/2: A overdue:3", "a row of its own wins"),
        ("own-row:1/3 A@-8", "4321: A overdue:7", "over the one for all, and only there"),
        ("own-row-without-email A@-8 B@-8/2", "4321: A overdue:7 | B: email_not_configured", "also where it says no"),
        ("branch-2-unreadable A@-8 B@-8/2", "4321: A overdue:7 | B: branch_unreadable (2)", "fail closed"),
        ("min:150.00 A@-8 B@-8/2", "contact 1: below_minimum (100.00 < 150.00) | contact 1: below_minimum (100.00 < 150.00)", "the minimum is each branch's"),
        ("written:0 A@-8 B@-8/2", "4321/2: B overdue:7 | contact 1: written_recently (on 2026-08-19)", "the other branch may write"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_is_settled_or_excluded_never_fires() {
    check(&[
        ("A@-8=0", "A: settled (0.00)", "paid"),
        ("A@-8=-5.00", "A: settled (-5.00)", "overpaid"),
        ("A@-8=0.01", "4321: A overdue:7", "a cent is open"),
        ("A@-8=30.00", "4321: A overdue:7", "partly paid"),
        ("A@-8!protestado", "A: excluded (protestado)", "protested"),
        ("A@-8! B@-8", "4321: A overdue:7, B overdue:7", "an empty reason is none"),
        ("A@-8=0!protestado", "A: settled (0.00)", "settled says more than excluded"),
        ("A@-8 B@-8!renegociado C@-8=0", "4321: A overdue:7 | B: excluded (renegociado) | C: settled (0.00)", "the others go on"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_minimum_is_held_against_the_sum_that_fires() {
    check(&[
        ("min:150.00 A@-8", "contact 1: below_minimum (100.00 < 150.00)", "too little"),
        ("min:100.00 A@-8", "4321: A overdue:7", "just enough"),
        ("min:150.00 A@-8 B@+2", "4321: A overdue:7, B upcoming:2", "the sum counts"),
        ("min:150.00 A@-8 B@-8!acordo", "B: excluded (acordo) | contact 1: below_minimum (100.00 < 150.00)", "what does not fire does not count"),
        ("min:150.00 A@-8 B@-8 claimed:B/overdue:7", "contact 1, B: stage_claimed (overdue:7) | contact 1: below_minimum (100.00 < 150.00)", "nor what was told before"),
        ("min:150.00 A@-8 B@-8=-100.00", "B: settled (-100.00) | contact 1: below_minimum (100.00 < 150.00)", "an overpaid one neither adds nor takes"),
        ("min:150.00 A@-8 B@-1", "B: in_grace (until 2026-08-19) | contact 1: below_minimum (100.00 < 150.00)", "nor one in grace"),
        ("min:150.00 bank-return-stale A@-8 B@+2", "A: bank_return_stale (overdue:7) | contact 1: below_minimum (100.00 < 150.00)", "nor one that is held"),
        ("min:0.00 A@-8=0.01", "4321: A overdue:7", "a minimum of nothing"),
        ("min:50.00 A@-8=49.99", "contact 1: below_minimum (49.99 < 50.00)", "the balance, not the amount"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn boletos_are_wanted_but_needed_only_where_required() {
    check(&[
        ("A@-8", "4321: A overdue:7", "no boleto is no reason to skip"),
        ("require-boleto A@-8", "A: no_boleto", "unless one is required"),
        ("require-boleto boleto:A A@-8 B@-8", "4321: A overdue:7 | B: no_boleto", "for each receivable"),
        ("require-boleto A@+6", "A: no_stage (due in 6 days)", "the stage comes first"),
    ]);
    let items = World::of("boleto:A A@-8 B@-7").decide().selected.remove(0).items;
    assert_eq!(
        items.iter().map(|i| i.has_boleto).collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
#[rustfmt::skip] // One line a case.
fn nobody_is_dunned_because_nobody_imported_the_bank_s_file() {
    check(&[
        ("bank-return-stale A@-8", "A: bank_return_stale (overdue:7)", "overdue ones wait"),
        ("bank-return-stale A@-8 B@+2", "4321: B upcoming:2 | A: bank_return_stale (overdue:7)", "upcoming ones do not"),
        ("bank-return-stale A@-8=0", "A: settled (0.00)", "nothing is held that does not fire"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn customers_who_get_nothing() {
    check(&[
        ("blocked A@-8", "blocked", "blocked in the ERP"),
        ("email-notice-off A@-8", "email_notice_off", "no e-mail notices, no WhatsApp"),
        ("customer-unreadable A@-8", "customer_unreadable", "nobody knows who it is"),
        ("hold:dispute A@-8", "on_hold (dispute)", "a dispute holds until it is lifted"),
        ("hold:promise/2026-08-19 A@-8", "on_hold (promise until 2026-08-19)", "a promise holds through its last day"),
        ("hold:promise/2026-08-18 A@-8", "4321: A overdue:7", "and not a day longer"),
        ("hold:promise/2026-08-19 A@+2", "on_hold (promise until 2026-08-19)", "upcoming ones too"),
        ("blocked A@+6", "A: no_stage (due in 6 days)", "who would get nothing is not listed as blocked"),
        ("blocked hold:dispute A@-8", "blocked", "one reason is enough"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn each_flagged_contact_gets_a_notice_and_each_number_one() {
    check(&[
        ("no-contact A@-8", "no_flagged_contact (0 contacts)", "no contact"),
        ("unflagged-contact:51987654321 contact: A@-8", "contact 2: unusable_phone (empty)", "flagged, but no phone"),
        ("contact:51987654321 contact:51912345678 A@-8", "4321: A overdue:7 | 5678: A overdue:7", "two flagged contacts"),
        ("contact:51987654321 unflagged-contact:51912345678 A@-8", "4321: A overdue:7", "only flagged ones"),
        ("contact:51987654321 contact:+55_(51)_8765-4321 A@-8", "4321: A overdue:7 | contact 2: same_number", "the same number, typed differently"),
        ("contact:51987654321/51912345678 A@-8", "4321: A overdue:7", "two numbers in one field: the first"),
        ("contact:3222-1234/98765-4321 A@-8", "4321: A overdue:7", "the mobile before the landline"),
        ("contact:3222-1234 A@-8", "1234: A overdue:7", "a landline may have WhatsApp"),
        ("contact:0800_123_4567 A@-8", "contact 1: unusable_phone (service number)", "a service number"),
        ("no-area-code contact:98765-4321 A@-8", "contact 1: unusable_phone (area code missing)", "no area code"),
        ("contact:(20)98765-4321 contact:51912345678 A@-8", "5678: A overdue:7 | contact 1: unusable_phone (area code unknown)", "one bad number spoils nothing"),
        ("opted-out:5551987654321 A@-8", "contact 1: opted_out", "SAIR counts for ever"),
        ("opted-out:5551987654321 contact:51_8765-4321 contact:51912345678 A@-8", "5678: A overdue:7 | contact 1: opted_out", "for that phone, however it is typed"),
        ("claimed:A/overdue:7 contact:51987654321 contact:51912345678 A@-8", "5678: A overdue:7 | contact 1, A: stage_claimed (overdue:7)", "a stage is claimed phone by phone"),
    ]);
    let unflagged = World::of("contact:51987654321 A@-8");
    let nobody = World {
        contacts: vec![Contact {
            receives_whatsapp: false,
            ..unflagged.contacts[0].clone()
        }],
        ..unflagged
    };
    assert_eq!(in_words(&nobody.decide()), "no_flagged_contact (1 contacts)");
}

#[test]
#[rustfmt::skip] // One line a case.
fn nobody_is_written_to_too_often() {
    check(&[
        ("written:0 A@-8", "contact 1: written_recently (on 2026-08-19)", "today already"),
        ("written:-1 A@-8", "4321: A overdue:7", "yesterday, with one day between"),
        ("gap:3 written:-2 A@-8", "contact 1: written_recently (on 2026-08-17)", "two days ago, with three between"),
        ("gap:3 written:-3 A@-8", "4321: A overdue:7", "three days ago"),
        ("gap:0 written:0 A@-8", "4321: A overdue:7", "no pause wanted"),
        ("gap:0 written:+2 A@-8", "4321: A overdue:7", "nor for a day to come"),
        ("written:+2 A@-8", "contact 1: written_recently (on 2026-08-21)", "a clock set back frees nobody"),
        ("written:+8 A@-8", "4321: A overdue:7", "one that was weeks ahead holds nobody for weeks"),
        ("gap:3 written:-2 A@-8 claimed:A/overdue:7", "contact 1, A: stage_claimed (overdue:7)", "the better reason"),
    ]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_notice_holds_what_fires_by_due_date() {
    check(&[
        ("B@-8 A@-8 C@-30 D@+1", "4321: C overdue:30, A overdue:7, B overdue:7, D upcoming:2", "by due date, then by id"),
        ("A@-8 B@-7 claimed:A/overdue:7", "4321: B overdue:7 | contact 1, A: stage_claimed (overdue:7)", "what was told is not told again"),
    ]);
    let one = World::of("A@-8=10.50 B@+1=20.25").decide().selected.remove(0);
    assert_eq!((one.kind, one.total()), (NoticeKind::Both, Cents::new(3_075)));
    let one = World::of("A@-8").decide().selected.remove(0);
    assert_eq!(one.kind, NoticeKind::Overdue);
    let one = World::of("A@+1").decide().selected.remove(0);
    assert_eq!(one.kind, NoticeKind::Upcoming);
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_baseline_records_whatever_is_only_delayed() {
    let phone = Phone::from_e164("5551987654321").unwrap();
    for given in [
        "A@-400",
        "A@-400 blocked",
        "A@-400 email-notice-off",
        "A@-400 hold:dispute",
        "A@-400 opted-out:5551987654321",
        "A@-400 bank-return-stale",
        "A@-400 require-boleto",
        "A@-400 min:5000.00",
        "A@-400 written:0",
        "A@-400 customer-unreadable",
    ] {
        let world = World::of(given);
        let (policies, id) = (world.policies(), CustomerId::new("7"));
        let claims = reached(&world.rules(&policies), &world.case(&id));
        let expected = (ReceivableId::new("A"), phone.clone(), Stage::Overdue(30));
        assert_eq!(claims.as_slice(), std::slice::from_ref(&expected), "{given}");
        // And what delayed it may end: nothing comes out.
        let mut later = World::of("A@-400");
        later.past.claims.insert(expected);
        assert_eq!(
            in_words(&later.decide()),
            "contact 1, A: stage_claimed (overdue:30)"
        );
    }
    for given in [
        "A@-400=0",
        "A@-400!acordo",
        "A@-1",
        "A@+6",
        "A@-1826",
        "A@-400 no-contact",
        "A@-400 no-policy",
    ] {
        let world = World::of(given);
        let (policies, id) = (world.policies(), CustomerId::new("7"));
        assert_eq!(reached(&world.rules(&policies), &world.case(&id)), [], "{given}");
    }
}
