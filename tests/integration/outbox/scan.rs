//! Storing runs: claims, superseding, holding, baselines.

use chrono::Days;
use wa_notify::domain::ids::{ContactId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::notice::{Ending, NoticeState, PartEvent, PartKind, PartState};
use wa_notify::domain::policy::Stage;
use wa_notify::domain::receivable::{BadRow, BadValue};
use wa_notify::domain::selection::{NoticeKind, SkipReason, Skipped};
use wa_notify::ports::outbox::{Begun, Claim, Departure, NoticeItem, Outbox, OutboxError};

use super::{ANA, BIA, World, day, notice, now, outcome, part, phone, run, send, today};

fn skipped(customer: &str, reason: SkipReason, detail: &str) -> Skipped {
    Skipped {
        customer: CustomerId::new(customer),
        contact: Some(ContactId::new("9")),
        receivable: None,
        reason,
        detail: detail.to_owned(),
    }
}

#[test]
fn a_run_comes_back_as_it_was_stored() {
    let mut world = World::new();
    let mut new = run(vec![
        notice(ANA, &["R1", "R'2"]),
        notice(BIA, &["Número 3 ☂ 50%"]),
    ]);
    new.skipped
        .push(skipped("C2", SkipReason::StageClaimed, "overdue:3 – João's 👍"));
    new.bad_rows.push(BadRow {
        query: "receivables".to_owned(),
        key: "R9".to_owned(),
        column: "DUE_ON".to_owned(),
        problem: BadValue::NotADate,
        value: "3*/**/****".to_owned(),
    });
    let (run_id, ids) = world.outbox.store_run(&new).unwrap();

    let runs = world.outbox.runs(None, 10).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (runs[0].id, runs[0].notices, runs[0].skipped, runs[0].bad_rows),
        (run_id, 2, 1, 1)
    );
    assert_eq!(
        (runs[0].close, runs[0].started_at, runs[0].held),
        (day("2026-11-22"), now(), false)
    );
    assert!(world.outbox.runs(Some(today()), 10).unwrap().is_empty());

    for (id, new) in ids.iter().zip(&new.notices) {
        let stored = world.outbox.notice(*id).unwrap().unwrap();
        assert_eq!(stored.contact_name, "João Conceição");
        assert_eq!(stored.phone, new.selected.phone);
        assert_eq!(
            (stored.state, stored.first_departure, stored.run),
            (NoticeState::Queued, None, run_id)
        );
        let kinds: Vec<PartKind> = stored.parts.iter().map(|p| p.kind.clone()).collect();
        assert_eq!(kinds, new.parts);
        assert_eq!(stored.items.len(), new.selected.items.len());
        for item in &stored.items {
            let selected = new
                .selected
                .items
                .iter()
                .find(|i| i.receivable == item.receivable)
                .unwrap();
            assert_eq!(
                (&item.document, item.due_on),
                (&selected.document, selected.due_on)
            );
            assert_eq!(
                (item.stage, item.balance, item.has_boleto),
                (selected.stage, selected.balance, true)
            );
        }
    }
    assert_eq!(
        world
            .outbox
            .notice(wa_notify::domain::notice::NoticeId(999))
            .unwrap()
            .map(|n| n.id),
        None
    );

    let decisions = world.outbox.decisions_of(&CustomerId::new("C2"), 5).unwrap();
    assert_eq!(decisions, [(day("2026-11-22"), new.skipped[0].clone())]);
    assert_eq!(
        world.outbox.notices_of(&CustomerId::new("C1"), 1).unwrap()[0].id,
        ids[1]
    );
    assert_eq!(
        world.look("SELECT COUNT(*) FROM WA_BAD_ROW WHERE PROBLEM = 'not_a_date'"),
        1
    );
    assert_eq!(world.due(today()), ids);
    assert!(world.due(today() - Days::new(1)).is_empty());
}

#[test]
fn a_stage_is_claimed_once_and_a_run_that_comes_too_late_leaves_nothing() {
    let mut world = World::new();
    let first = world.store(ANA, &["R1"]);
    let error = world
        .outbox
        .store_run(&run(vec![notice(BIA, &["R7"]), notice(ANA, &["R1"])]))
        .unwrap_err();
    assert!(matches!(error, OutboxError::ClaimTaken), "{error:?}");
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_RUN"), 1);
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_NOTICE"), 1);
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_CLAIM"), 1);

    let memory = world
        .outbox
        .memory(&[ReceivableId::new("R1"), ReceivableId::new("R7")])
        .unwrap();
    let claim = Claim {
        receivable: ReceivableId::new("R1"),
        phone: phone(ANA),
        stage: Stage::Overdue(3),
        notice: Some(first),
    };
    assert_eq!(memory.claims, [claim]);
    // Another phone is another claim.
    world.store(BIA, &["R1"]);
}

#[test]
fn memory_reads_more_receivables_than_one_statement_takes() {
    let mut world = World::new();
    world.store(ANA, &["R0", "R700", "R1203"]);
    let all: Vec<_> = (0..1204).map(|n| ReceivableId::new(format!("R{n}"))).collect();
    assert_eq!(world.outbox.memory(&all).unwrap().claims.len(), 3);
    assert!(world.outbox.memory(&all[1..700]).unwrap().claims.is_empty());
}

#[test]
fn an_untouched_notice_is_superseded_and_its_stages_selected_afresh_in_one_transaction() {
    let mut world = World::new();
    let old = world.store(ANA, &["R1", "R2"]);
    let untouched = world.outbox.memory(&[]).unwrap().untouched;
    assert_eq!(untouched.len(), 1);
    assert_eq!(
        (untouched[0].id, untouched[0].close, untouched[0].items.len()),
        (old, day("2026-11-22"), 2)
    );

    let mut next = run(vec![notice(ANA, &["R1", "R2", "R3"])]);
    next.superseded = vec![old];
    let new = world.outbox.store_run(&next).unwrap().1[0];
    let stored = world.outbox.notice(old).unwrap().unwrap();
    assert_eq!(
        (stored.state, stored.reason.as_deref()),
        (NoticeState::Superseded, Some("new_scan"))
    );
    assert!(stored.parts.iter().all(|p| p.state == PartState::Skipped));
    assert_eq!(world.due(today()), [new]);
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_CLAIM"), 3);
    assert_eq!(
        world.outbox.events(old).unwrap().last().unwrap().kind,
        "superseded"
    );
    // Nobody can send it any more.
    let begun = world.outbox.begin(&super::begin(part(old, 1))).unwrap();
    assert_eq!(begun, Begun::NotNow);
}

#[test]
fn a_notice_that_a_worker_began_cannot_be_superseded() {
    let mut world = World::new();
    let old = world.store(ANA, &["R1"]);
    super::go(&mut world.outbox, part(old, 1));
    assert!(world.outbox.memory(&[]).unwrap().untouched.is_empty());
    let mut next = run(vec![notice(BIA, &["R8"])]);
    next.superseded = vec![old];
    let error = world.outbox.store_run(&next).unwrap_err();
    assert!(matches!(error, OutboxError::ClaimTaken), "{error:?}");
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_NOTICE"), 1);
}

#[test]
fn a_held_run_waits_until_it_is_confirmed() {
    let mut world = World::new();
    let mut held = run(vec![notice(ANA, &["R1"]), notice(BIA, &["R2"])]);
    held.held = true;
    let ids = world.outbox.store_run(&held).unwrap().1;
    assert!(world.due(today()).is_empty());
    assert_eq!(world.outbox.counts(None, now()).unwrap().held, 2);
    assert!(world.outbox.memory(&[]).unwrap().untouched.iter().all(|u| u.held));
    let begun = world.outbox.begin(&super::begin(part(ids[0], 1))).unwrap();
    assert_eq!(begun, Begun::NotNow);

    assert_eq!(world.outbox.confirm_held().unwrap(), 2);
    assert_eq!(world.due(today()), ids);
    assert_eq!(world.outbox.counts(None, now()).unwrap().held, 0);
    assert_eq!(world.outbox.confirm_held().unwrap(), 0);
}

#[test]
fn a_baseline_claims_without_sending_and_supersedes_what_was_held() {
    let mut world = World::new();
    world.store(BIA, &["R5"]);
    let mut held = run(vec![notice(ANA, &["R1"])]);
    held.held = true;
    let held = world.outbox.store_run(&held).unwrap().1[0];
    let claim = |receivable: &str, to: &str| Claim {
        receivable: ReceivableId::new(receivable),
        phone: phone(to),
        stage: Stage::Overdue(3),
        notice: None,
    };
    // R5 stands already, by a notice; one is named twice.
    let claims = [
        claim("R1", ANA),
        claim("R2", ANA),
        claim("R5", BIA),
        claim("R2", ANA),
    ];
    assert_eq!(world.outbox.baseline(&claims, now()).unwrap(), 2);
    assert_eq!(world.outbox.baseline(&claims, now()).unwrap(), 0);
    assert_eq!(
        world.outbox.notice(held).unwrap().unwrap().state,
        NoticeState::Superseded
    );
    assert_eq!(world.outbox.confirm_held().unwrap(), 0);
    let error = world
        .outbox
        .store_run(&run(vec![notice(ANA, &["R2"])]))
        .unwrap_err();
    assert!(matches!(error, OutboxError::ClaimTaken));
}

#[test]
fn the_first_departure_replaces_items_parts_and_claims_until_something_was_begun() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1", "R2"]);
    let departure = Departure {
        kind: NoticeKind::Upcoming,
        items: vec![NoticeItem {
            receivable: ReceivableId::new("R2"),
            document: "NF 2".to_owned(),
            due_on: day("2026-11-25"),
            stage: Stage::Upcoming(2),
            balance: Cents::new(1),
            has_boleto: false,
        }],
        parts: vec![PartKind::Text, PartKind::Statement],
    };
    assert!(world.outbox.rebuild(id, &departure).unwrap());
    let stored = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(
        (stored.kind, stored.items.as_slice()),
        (NoticeKind::Upcoming, departure.items.as_slice())
    );
    assert_eq!(stored.parts.len(), 2);
    // The stages that fire no more are free again, the new one is taken.
    let claims = world
        .outbox
        .memory(&[ReceivableId::new("R1"), ReceivableId::new("R2")])
        .unwrap()
        .claims;
    assert_eq!(
        claims.iter().map(|c| c.stage).collect::<Vec<_>>(),
        [Stage::Upcoming(2)]
    );

    // Who made the contents before the rebuild must not send them: they say something else than what is claimed now.
    let mut begin = super::begin(part(id, 1));
    assert_eq!(world.outbox.begin(&begin).unwrap(), Begun::NotNow);
    begin.revision = world.outbox.notice(id).unwrap().unwrap().revision;
    let Begun::Go { attempt, .. } = world.outbox.begin(&begin).unwrap() else {
        panic!("nothing stands against it")
    };
    world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::RefusedForNow))
        .unwrap();
    assert!(
        !world.outbox.rebuild(id, &departure).unwrap(),
        "its first departure is over"
    );
    assert!(
        !world
            .outbox
            .end_untouched(id, Ending::Skipped, "paid", now())
            .unwrap()
    );
}

#[test]
fn a_rebuild_that_needs_another_notices_stage_changes_nothing() {
    let mut world = World::new();
    world.store(ANA, &["R1"]);
    let id = world.store(ANA, &["R2"]);
    let mut departure = Departure {
        kind: NoticeKind::Overdue,
        items: Vec::new(),
        parts: vec![PartKind::Text],
    };
    for receivable in ["R1", "R2"] {
        departure.items.push(NoticeItem {
            receivable: ReceivableId::new(receivable),
            document: String::new(),
            due_on: day("2026-11-20"),
            stage: Stage::Overdue(3),
            balance: Cents::new(5),
            has_boleto: false,
        });
    }
    let error = world.outbox.rebuild(id, &departure).unwrap_err();
    assert!(matches!(error, OutboxError::ClaimTaken), "{error:?}");
    assert_eq!(world.outbox.notice(id).unwrap().unwrap().parts.len(), 3);
}

#[test]
fn a_notice_without_anything_left_to_say_ends_and_frees_its_stages() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    assert!(
        world
            .outbox
            .end_untouched(id, Ending::Skipped, "settled", now())
            .unwrap()
    );
    assert!(
        !world
            .outbox
            .end_untouched(id, Ending::Skipped, "settled", now())
            .unwrap()
    );
    let stored = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(
        (stored.state, stored.reason.as_deref()),
        (NoticeState::Skipped, Some("settled"))
    );
    assert!(world.due(today()).is_empty());
    world.store(ANA, &["R1"]);
}

#[test]
fn counts_add_up() {
    let mut world = World::new();
    let first = world.store(ANA, &["R1"]);
    world.store(BIA, &["R2"]);
    send(&mut world.outbox, part(first, 1), PartEvent::Accept);
    let counts = world
        .outbox
        .counts(Some(day("2026-11-22")), now() + Days::new(1))
        .unwrap();
    assert_eq!(
        counts.notices,
        [(NoticeState::Queued, 1), (NoticeState::Sending, 1)]
    );
    assert_eq!(counts.parts, [(PartState::Queued, 5), (PartState::Accepted, 1)]);
    assert_eq!((counts.without_receipt, counts.replies_for_person), (1, 0));
    assert_eq!(world.outbox.counts(None, now()).unwrap().without_receipt, 0);
    assert!(
        world
            .outbox
            .counts(Some(today()), now())
            .unwrap()
            .notices
            .is_empty()
    );
}
