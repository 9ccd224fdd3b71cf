//! Claims, pace, outcomes, leases, endings.

use std::time::Duration;

use chrono::{Days, TimeDelta};
use wa_notify::domain::ids::{BranchId, CustomerId};
use wa_notify::domain::notice::{Ending, NoticeState, PartEvent, PartState};
use wa_notify::domain::selection::Recipient;
use wa_notify::ports::gateway::{AckLevel, CanonicalId};
use wa_notify::ports::outbox::{Begun, Outbox, OutboxError, Recorded, Resolution};

use super::{ANA, BIA, World, begin, go, now, outcome, part, phone, send, today};

#[test]
fn the_intent_is_on_disk_before_the_request_leaves() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let Begun::Go { attempt, message_id } = world.outbox.begin(&begin(part(id, 1))).unwrap() else {
        panic!()
    };
    let stored = world.another().notice(id).unwrap().unwrap();
    assert_eq!(
        (stored.state, stored.first_departure),
        (NoticeState::Sending, Some(today()))
    );
    let first = &stored.parts[0];
    assert_eq!((first.state, first.attempt, attempt), (PartState::Sending, 1, 1));
    assert_eq!(first.message_id, message_id);
    assert_eq!(
        first.to,
        Some(CanonicalId("555187654321@s.whatsapp.net".to_owned()))
    );
    assert_eq!(first.text.as_deref(), Some("Olá, João! 👋"));
    assert_eq!((first.begun_at, first.accepted_at), (Some(now()), None));
}

#[test]
fn an_outcome_and_the_next_intent_are_one_commit() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let attempt = go(&mut world.outbox, part(id, 1));
    let transactions = |world: &World| world.look("SELECT MAX(REVISION) FROM WA_NOTICE");
    let before = transactions(&world);
    let (recorded, begun) = world
        .outbox
        .record_and_begin(
            part(id, 1),
            attempt,
            &outcome(PartEvent::Accept),
            &begin(part(id, 2)),
        )
        .unwrap();
    assert_eq!(recorded, Recorded::Now(PartState::Accepted));
    assert!(matches!(begun, Begun::Go { attempt: 1, .. }), "{begun:?}");
    assert_eq!(transactions(&world), before + 2, "both moved the notice");
    let stored = world.another().notice(id).unwrap().unwrap();
    let states: Vec<_> = stored.parts.iter().map(|p| p.state).collect();
    assert_eq!(
        states,
        [PartState::Accepted, PartState::Sending, PartState::Queued]
    );
    assert_eq!(stored.state, NoticeState::Sending);
    let kinds: Vec<_> = world
        .outbox
        .events(id)
        .unwrap()
        .into_iter()
        .map(|e| e.kind)
        .collect();
    assert_eq!(kinds, ["claim", "accept", "claim"]);
}

#[test]
fn an_outcome_is_recorded_whatever_comes_of_the_next_part() {
    // The next one waits, is capped, or is not ours: the outcome stands in each case.
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let paused = wa_notify::ports::outbox::Begin {
        gap: Duration::from_secs(60),
        ..begin(part(id, 1))
    };
    let Begun::Go { attempt, .. } = world.outbox.begin(&paused).unwrap() else {
        panic!()
    };
    let (recorded, begun) = world
        .outbox
        .record_and_begin(
            part(id, 1),
            attempt,
            &outcome(PartEvent::Accept),
            &begin(part(id, 2)),
        )
        .unwrap();
    assert_eq!(recorded, Recorded::Now(PartState::Accepted));
    assert!(matches!(begun, Begun::Wait(_)), "{begun:?}");
    assert_eq!(world.look("SELECT ATTEMPT FROM WA_PART WHERE SEQ = 2"), 0);

    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let attempt = go(&mut world.outbox, part(id, 1));
    assert!(world.another().opt_out(&phone(ANA), "asked", now()).unwrap());
    let (recorded, begun) = world
        .outbox
        .record_and_begin(
            part(id, 1),
            attempt,
            &outcome(PartEvent::Accept),
            &begin(part(id, 2)),
        )
        .unwrap();
    assert_eq!(
        (recorded, begun),
        (Recorded::Now(PartState::Accepted), Begun::NotNow)
    );
    let stored = world.another().notice(id).unwrap().unwrap();
    let states: Vec<_> = stored.parts.iter().map(|p| p.state).collect();
    assert_eq!(
        states,
        [PartState::Accepted, PartState::Skipped, PartState::Skipped]
    );
}

#[test]
fn after_a_late_answer_nothing_is_begun() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let attempt = go(&mut world.outbox, part(id, 1));
    world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::RefusedForNow))
        .unwrap();
    let second = go(&mut world.outbox, part(id, 1));
    let (recorded, begun) = world
        .outbox
        .record_and_begin(
            part(id, 1),
            attempt,
            &outcome(PartEvent::Accept),
            &begin(part(id, 2)),
        )
        .unwrap();
    assert_eq!((recorded, begun), (Recorded::LateAnswer, Begun::NotNow));
    assert_eq!((attempt, second), (1, 2));
    assert_eq!(world.look("SELECT ATTEMPT FROM WA_PART WHERE SEQ = 2"), 0);
}

/// A person's `retry` of a part that had arrived, as its worker's late answer proves.
#[test]
fn a_late_acceptance_keeps_the_claims_whatever_became_of_the_next_attempt() {
    for second in [
        None,
        Some(PartEvent::RefusedForGood),
        Some(PartEvent::RefusedForNow),
    ] {
        let mut world = World::new();
        let id = world.store(ANA, &["R1"]);
        let key = part(id, 1);
        let first = go(&mut world.outbox, key);
        world
            .outbox
            .record(key, first, &outcome(PartEvent::Ambiguous))
            .unwrap();
        world.outbox.resolve(key, Resolution::Retry, now()).unwrap();
        let mut accepted = outcome(PartEvent::Accept);
        if let Some(refused) = second {
            let attempt = go(&mut world.outbox, key);
            if refused == PartEvent::RefusedForGood {
                world.outbox.record(key, attempt, &outcome(refused)).unwrap();
                let others: Vec<_> = (2..=3).map(|seq| part(id, seq)).collect();
                world
                    .outbox
                    .settle_queued(&others, PartEvent::Skip, "text_failed", now())
                    .unwrap();
                assert_eq!(world.look("SELECT COUNT(*) FROM WA_CLAIM"), 0, "let go of");
            }
            let late = world.outbox.record(key, first, &accepted).unwrap();
            assert_eq!(late, Recorded::LateAnswer);
            if refused == PartEvent::RefusedForNow {
                // The second attempt is refused after it: it must not have the part sent a third time by itself.
                world.outbox.record(key, attempt, &outcome(refused)).unwrap();
            }
            let counts = world.outbox.counts(None, now()).unwrap();
            assert_eq!(counts.arrived_late, [key], "a person should know");
        } else {
            // Not sent again yet: the order is overtaken.
            accepted.gateway_id = Some("3EB0FIRST".to_owned());
            let late = world.outbox.record(key, first, &accepted).unwrap();
            assert_eq!(late, Recorded::Now(PartState::Accepted));
        }
        let stored = world.outbox.notice(id).unwrap().unwrap();
        assert_eq!(stored.parts[0].state, PartState::Accepted, "{second:?}");
        assert_eq!(world.look("SELECT COUNT(*) FROM WA_CLAIM"), 1, "{second:?}");
        assert_eq!(world.look("SELECT MAY_HAVE_LEFT FROM WA_PART WHERE SEQ = 1"), 1);
        if second.is_some() {
            world.outbox.resolve(key, Resolution::Sent, now()).unwrap();
            assert!(world.outbox.counts(None, now()).unwrap().arrived_late.is_empty());
        }
    }
}

#[test]
fn of_many_workers_on_one_part_only_one_goes() {
    for _ in 0..5 {
        let mut world = World::new();
        let id = world.store(ANA, &["R1"]);
        let workers: Vec<_> = (0..4).map(|_| world.another()).collect();
        let start = std::sync::Barrier::new(workers.len());
        let answers: Vec<Begun> = std::thread::scope(|scope| {
            let threads: Vec<_> = workers
                .into_iter()
                .map(|mut worker| {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        worker.begin(&begin(part(id, 1))).expect("begin")
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let went = answers.iter().filter(|a| matches!(a, Begun::Go { .. })).count();
        assert_eq!(went, 1, "{answers:?}");
        assert_eq!(
            answers.iter().filter(|a| **a == Begun::NotNow).count(),
            3,
            "{answers:?}"
        );
        assert_eq!(world.look("SELECT ATTEMPT FROM WA_PART WHERE SEQ = 1"), 1);
        assert_eq!(
            world.look("SELECT COUNT(*) FROM WA_EVENT WHERE KIND = 'claim'"),
            1
        );
    }
}

#[test]
fn workers_share_a_queue_without_doubling_or_forgetting_a_part() {
    let mut world = World::new();
    let ids: Vec<_> = (0..12)
        .map(|n| world.store(&format!("+55519000000{n:02}"), &[&format!("R{n}")]))
        .collect();
    let workers: Vec<_> = (0..3).map(|_| world.another()).collect();
    let sent: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = workers
            .into_iter()
            .map(|mut worker| {
                let ids = &ids;
                scope.spawn(move || {
                    let mut sent = 0;
                    for id in ids {
                        for seq in 1..=3 {
                            if let Begun::Go { attempt, .. } =
                                worker.begin(&begin(part(*id, seq))).expect("begin")
                            {
                                worker
                                    .record(part(*id, seq), attempt, &outcome(PartEvent::Accept))
                                    .expect("record");
                                sent += 1;
                            }
                        }
                    }
                    sent
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    // What one worker held when another came by is left for the next pass.
    let mut last = world.another();
    let mut rest = 0;
    for id in &ids {
        for seq in 1..=3 {
            if let Begun::Go { attempt, .. } = last.begin(&begin(part(*id, seq))).unwrap() {
                last.record(part(*id, seq), attempt, &outcome(PartEvent::Accept))
                    .unwrap();
                rest += 1;
            }
        }
    }
    assert_eq!(sent + rest, 36);
    assert_eq!(
        world.look("SELECT COUNT(*) FROM WA_EVENT WHERE KIND = 'claim'"),
        36
    );
    assert_eq!(
        world.look("SELECT COUNT(*) FROM WA_PART WHERE STATE = 'accepted' AND ATTEMPT = 1"),
        36
    );
    assert_eq!(world.look("SELECT CONTACTS FROM WA_INSTANCE"), 12);
}

#[test]
fn the_pause_holds_for_every_worker() {
    let mut world = World::new();
    let (first, second) = (world.store(ANA, &["R1"]), world.store(BIA, &["R2"]));
    let mut paced = begin(part(first, 1));
    paced.gap = Duration::from_secs(600);
    assert!(matches!(world.outbox.begin(&paced).unwrap(), Begun::Go { .. }));
    let Begun::Wait(left) = world.another().begin(&begin(part(second, 1))).unwrap() else {
        panic!("no pause")
    };
    assert!(
        left > Duration::from_secs(590) && left <= Duration::from_secs(601),
        "{left:?}"
    );
    let instance = &world.outbox.instances(today()).unwrap()[0];
    assert!(instance.pause_left > Duration::from_secs(590), "{instance:?}");
    assert_eq!(
        (instance.contacts_today, instance.first_used_on),
        (1, Some(today()))
    );
    assert_eq!(
        world.outbox.instances(today() + Days::new(1)).unwrap()[0].contacts_today,
        0
    );

    // The server's clock was set back by a day: nobody waits a day for it.
    let ahead = "UPDATE WA_INSTANCE SET NEXT_ALLOWED = DATEADD(1 DAY TO NEXT_ALLOWED)";
    world.database.connect().execute(ahead, &[]).unwrap();
    assert!(matches!(
        world.outbox.begin(&begin(part(second, 1))).unwrap(),
        Begun::Go { .. }
    ));
}

#[test]
fn the_cap_counts_contacts_not_parts_and_starts_afresh_every_day() {
    let mut world = World::new();
    let (first, second) = (world.store(ANA, &["R1"]), world.store(BIA, &["R2"]));
    let capped = |key| {
        let mut begin = begin(key);
        begin.daily_cap = Some(1);
        begin
    };
    for seq in 1..=2 {
        let Begun::Go { attempt, .. } = world.outbox.begin(&capped(part(first, seq))).unwrap() else {
            panic!("{seq}")
        };
        world
            .outbox
            .record(part(first, seq), attempt, &outcome(PartEvent::Accept))
            .unwrap();
    }
    assert_eq!(
        world.outbox.begin(&capped(part(second, 1))).unwrap(),
        Begun::CapReached
    );
    assert_eq!(
        world.outbox.notice(second).unwrap().unwrap().first_departure,
        None
    );

    let mut tomorrow = capped(part(second, 1));
    tomorrow.today = today() + Days::new(1);
    assert!(matches!(world.outbox.begin(&tomorrow).unwrap(), Begun::Go { .. }));
    // A clock that comes back from tomorrow finds today's contacts counted still.
    let third = world.store(ANA, &["R3"]);
    assert_eq!(
        world.outbox.begin(&capped(part(third, 1))).unwrap(),
        Begun::CapReached
    );
}

#[test]
fn parts_leave_in_order_and_wait_for_one_that_is_unknown() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let try_second = |world: &mut World| world.outbox.begin(&begin(part(id, 2))).unwrap();
    assert_eq!(try_second(&mut world), Begun::NotNow);
    let attempt = go(&mut world.outbox, part(id, 1));
    assert_eq!(try_second(&mut world), Begun::NotNow);
    world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::Ambiguous))
        .unwrap();
    assert_eq!(try_second(&mut world), Begun::NotNow);
    assert_eq!(world.outbox.with_unknown_parts().unwrap(), [id]);
    assert!(world.due(today()).is_empty(), "it waits for a person");

    assert_eq!(
        world
            .outbox
            .resolve(part(id, 1), Resolution::Sent, now())
            .unwrap(),
        PartState::Accepted
    );
    assert_eq!(world.due(today()), [id]);
    assert!(matches!(try_second(&mut world), Begun::Go { .. }));
}

#[test]
fn a_refused_part_is_tried_again_only_when_its_time_has_come() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let attempt = go(&mut world.outbox, part(id, 1));
    let mut refused = outcome(PartEvent::RefusedForNow);
    refused.next_try_at = Some(now() + TimeDelta::minutes(5));
    refused.reason = Some("rate_limited".to_owned());
    assert_eq!(
        world.outbox.record(part(id, 1), attempt, &refused).unwrap(),
        Recorded::Now(PartState::Queued)
    );
    assert_eq!(world.outbox.begin(&begin(part(id, 1))).unwrap(), Begun::NotNow);
    let mut later = begin(part(id, 1));
    later.now = now() + TimeDelta::minutes(5);
    let Begun::Go { attempt, .. } = world.outbox.begin(&later).unwrap() else {
        panic!()
    };
    assert_eq!(attempt, 2);
}

#[test]
fn an_answer_to_an_attempt_that_was_followed_by_another_is_only_logged() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let first = go(&mut world.outbox, part(id, 1));
    world
        .outbox
        .record(part(id, 1), first, &outcome(PartEvent::RefusedForNow))
        .unwrap();
    let second = go(&mut world.outbox, part(id, 1));
    let late = world
        .outbox
        .record(part(id, 1), first, &outcome(PartEvent::Accept))
        .unwrap();
    assert_eq!(late, Recorded::LateAnswer);
    let stored = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(
        (stored.parts[0].state, stored.parts[0].gateway_id.as_deref()),
        (PartState::Sending, None)
    );
    let events = world.outbox.events(id).unwrap();
    let late = events.last().unwrap();
    assert_eq!((late.kind.as_str(), late.seq), ("late_answer", Some(1)));
    assert!(
        late.detail.contains("attempt 1") && late.detail.contains("3EB0AAAA"),
        "{late:?}"
    );
    assert_eq!(
        world
            .outbox
            .record(part(id, 1), second, &outcome(PartEvent::Accept))
            .unwrap(),
        Recorded::Now(PartState::Accepted)
    );
}

#[test]
fn a_forbidden_move_is_an_error_and_changes_nothing() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(id, 1), PartEvent::Accept);
    for event in [PartEvent::Claim, PartEvent::Skip] {
        let error = world.outbox.record(part(id, 1), 1, &outcome(event)).unwrap_err();
        assert!(matches!(error, OutboxError::Illegal(_)), "{error:?}");
    }
    let events = world.outbox.events(id).unwrap();
    assert_eq!(
        events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(),
        ["claim", "accept"]
    );
}

#[test]
fn an_answer_that_comes_when_a_lookup_has_settled_the_part_takes_nothing_back() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(id, 1), PartEvent::Accept);
    let mut late = |event| world.outbox.record(part(id, 1), 1, &outcome(event)).unwrap();
    // Proves nothing: nobody need look.
    assert_eq!(late(PartEvent::Ambiguous), Recorded::Now(PartState::Accepted));
    // Contradicts what is known.
    assert_eq!(late(PartEvent::RefusedForNow), Recorded::LateAnswer);
    assert_eq!(late(PartEvent::RefusedForGood), Recorded::LateAnswer);
    let stored = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(stored.parts[0].state, PartState::Accepted);
    let events = world.outbox.events(id).unwrap();
    assert_eq!(events.iter().filter(|e| e.kind == "late_answer").count(), 3);
}

#[test]
fn two_workers_may_learn_the_same_number_at_once() {
    let mut world = World::new();
    let mut outboxes: Vec<_> = (0..3).map(|_| world.another()).collect();
    let to = CanonicalId("555187654321@s.whatsapp.net".to_owned());
    std::thread::scope(|scope| {
        for outbox in &mut outboxes {
            let to = &to;
            scope.spawn(move || {
                for n in 0..40 {
                    let phone = phone(&format!("+55519876543{n:02}"));
                    outbox.save_canonical(&phone, Some(to), now()).expect("a number");
                }
            });
        }
    });
    assert_eq!(
        world.outbox.canonical(&phone("+5551987654339")).unwrap(),
        Some((now(), Some(to)))
    );
}

#[test]
fn a_lease_that_ran_out_makes_the_part_unknown_and_its_worker_may_still_record() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let mut short = begin(part(id, 1));
    short.lease = Duration::from_millis(1);
    let Begun::Go { attempt, .. } = world.outbox.begin(&short).unwrap() else {
        panic!()
    };
    let other = world.store(BIA, &["R2"]);
    go(&mut world.outbox, part(other, 1));

    let mut sweeper = world.another();
    let mut swept = Vec::new();
    while swept.is_empty() {
        swept = sweeper.sweep(now()).unwrap();
    }
    assert_eq!(swept, [part(id, 1)], "the lease of the other has a minute to go");
    assert!(sweeper.sweep(now()).unwrap().is_empty());
    let stored = sweeper.notice(id).unwrap().unwrap();
    assert_eq!(
        (stored.state, stored.parts[0].state),
        (NoticeState::NeedsPerson, PartState::Unknown)
    );
    assert_eq!(stored.reason.as_deref(), Some("lease_ran_out"));

    let recorded = world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::Accept))
        .unwrap();
    assert_eq!(recorded, Recorded::Now(PartState::Accepted));
    assert_eq!(
        world.outbox.notice(id).unwrap().unwrap().state,
        NoticeState::Sending
    );
}

#[test]
fn a_lease_from_before_the_servers_clock_was_set_back_runs_out_too() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    go(&mut world.outbox, part(id, 1));
    let back = "UPDATE WA_PART SET LEASE_UNTIL = DATEADD(1 DAY TO LEASE_UNTIL) WHERE SEQ = 1";
    world.database.connect().execute(back, &[]).unwrap();
    assert_eq!(world.outbox.sweep(now()).unwrap(), [part(id, 1)]);
}

/// Nobody forgotten: with nothing possibly accepted the stage is free again. Nobody dunned twice: otherwise it stays.
#[test]
fn claims_are_released_only_when_nothing_may_have_been_accepted() {
    // What happens to the first part; what to the two behind it; then: is the stage free?
    type Then = fn(&mut World, wa_notify::domain::notice::NoticeId);
    let expire: Then = |world, id| {
        let all: Vec<_> = (1..=3).map(|seq| part(id, seq)).collect();
        world
            .outbox
            .settle_queued(&all, PartEvent::Expire, "days_over", now())
            .unwrap();
    };
    let drop_then_expire: Then = |world, id| {
        world
            .outbox
            .resolve(part(id, 1), Resolution::Drop, now())
            .unwrap();
        let rest = [part(id, 2), part(id, 3)];
        world
            .outbox
            .settle_queued(&rest, PartEvent::Expire, "days_over", now())
            .unwrap();
    };
    let refused_after_acceptance: Then = |world, id| {
        assert!(world.outbox.receipt(part(id, 1), AckLevel::Error, now()).unwrap());
        let rest = [part(id, 2), part(id, 3)];
        world
            .outbox
            .settle_queued(&rest, PartEvent::Skip, "earlier_part_failed", now())
            .unwrap();
    };
    for (first, then, state, free) in [
        (PartEvent::RefusedForNow, expire, NoticeState::Expired, true),
        (PartEvent::RefusedForGood, expire, NoticeState::Failed, true),
        (PartEvent::Accept, expire, NoticeState::Expired, false),
        (
            PartEvent::Ambiguous,
            drop_then_expire,
            NoticeState::Expired,
            false,
        ),
        (
            PartEvent::Accept,
            refused_after_acceptance,
            NoticeState::Failed,
            false,
        ),
    ] {
        let mut world = World::new();
        let id = world.store(ANA, &["R1"]);
        send(&mut world.outbox, part(id, 1), first);
        assert_eq!(
            world.look("SELECT COUNT(*) FROM WA_CLAIM"),
            1,
            "{first:?}: released before it ended"
        );
        then(&mut world, id);
        let stored = world.outbox.notice(id).unwrap().unwrap();
        assert_eq!(stored.state, state, "{first:?}");
        assert!(stored.reason.is_some(), "{first:?}: an end wants its reason");
        assert_eq!(
            world.look("SELECT COUNT(*) FROM WA_CLAIM"),
            i64::from(!free),
            "{first:?}"
        );
    }
}

#[test]
fn a_failed_part_that_is_ordered_again_claims_its_stage_again_or_yields() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(id, 1), PartEvent::RefusedForGood);
    world
        .outbox
        .settle_queued(
            &[part(id, 2), part(id, 3)],
            PartEvent::Skip,
            "earlier_part_failed",
            now(),
        )
        .unwrap();
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_CLAIM"), 0);

    let newer = world.store(ANA, &["R1"]);
    let error = world
        .outbox
        .resolve(part(id, 1), Resolution::Retry, now())
        .unwrap_err();
    assert!(matches!(error, OutboxError::ClaimTaken), "{error:?}");
    assert_eq!(
        world.outbox.notice(id).unwrap().unwrap().state,
        NoticeState::Failed
    );

    world
        .outbox
        .end_untouched(newer, Ending::Skipped, "settled", now())
        .unwrap();
    assert_eq!(
        world
            .outbox
            .resolve(part(id, 1), Resolution::Retry, now())
            .unwrap(),
        PartState::Queued
    );
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_CLAIM"), 1);
    assert_eq!(world.due(today()), [id]);
    assert_eq!(go(&mut world.outbox, part(id, 1)), 2);
}

#[test]
fn a_person_has_a_say_only_where_something_is_open() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    for resolution in [Resolution::Sent, Resolution::Retry, Resolution::Drop] {
        let error = world.outbox.resolve(part(id, 1), resolution, now()).unwrap_err();
        assert!(matches!(error, OutboxError::Illegal(_)), "{error:?}");
    }
    send(&mut world.outbox, part(id, 1), PartEvent::Ambiguous);
    assert_eq!(
        world
            .outbox
            .resolve(part(id, 1), Resolution::Retry, now())
            .unwrap(),
        PartState::Queued
    );
    assert_eq!(go(&mut world.outbox, part(id, 1)), 2);
}

#[test]
fn receipts_only_go_forward_and_lift_the_notice() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    for seq in 1..=3 {
        send(&mut world.outbox, part(id, seq), PartEvent::Accept);
    }
    assert_eq!(world.outbox.notice(id).unwrap().unwrap().state, NoticeState::Sent);
    assert_eq!(
        world
            .outbox
            .awaiting_receipts(now() - TimeDelta::hours(1))
            .unwrap()
            .len(),
        3
    );
    assert!(world.outbox.awaiting_receipts(now()).unwrap().is_empty());
    for (level, new) in [
        (AckLevel::Pending, false),
        (AckLevel::Delivered, true),
        (AckLevel::Server, false),
        (AckLevel::Delivered, false),
        (AckLevel::Read, true),
        (AckLevel::Error, false),
    ] {
        assert_eq!(
            world.outbox.receipt(part(id, 1), level, now()).unwrap(),
            new,
            "{level:?}"
        );
    }
    for seq in 2..=3 {
        world
            .outbox
            .receipt(part(id, seq), AckLevel::Delivered, now())
            .unwrap();
    }
    let stored = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(
        (stored.state, stored.parts[0].state),
        (NoticeState::Delivered, PartState::Read)
    );
    assert_eq!(
        world
            .outbox
            .awaiting_receipts(now() - TimeDelta::hours(1))
            .unwrap()
            .len(),
        2
    );
}

/// As `World::store` makes them.
fn recipient(number: &str) -> Recipient {
    Recipient {
        branch: BranchId::new("1"),
        customer: CustomerId::new("C1"),
        phone: phone(number),
    }
}

#[test]
fn a_departure_counts_for_the_phone_unless_its_refusal_is_proven() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let written = |world: &mut World| world.outbox.memory(&[]).unwrap().last_written;
    let attempt = go(&mut world.outbox, part(id, 1));
    assert_eq!(written(&mut world), [(recipient(ANA), today())], "on its way");
    world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::RefusedForNow))
        .unwrap();
    assert!(written(&mut world).is_empty(), "refused");
    send(&mut world.outbox, part(id, 1), PartEvent::Ambiguous);
    assert_eq!(written(&mut world), [(recipient(ANA), today())], "perhaps");
}

#[test]
fn what_was_begun_comes_first_and_gateway_ids_are_known() {
    let mut world = World::new();
    let (first, second) = (world.store(ANA, &["R1"]), world.store(BIA, &["R2"]));
    send(&mut world.outbox, part(second, 1), PartEvent::Accept);
    assert_eq!(world.due(today()), [second, first]);
    let to = CanonicalId("555187654321@s.whatsapp.net".to_owned());
    assert_eq!(world.outbox.known_gateway_ids(&to).unwrap(), ["3EB0AAAA"]);
    assert!(
        world
            .outbox
            .known_gateway_ids(&CanonicalId("x@lid".to_owned()))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_receipt_of_an_earlier_attempt_says_nothing_about_the_next() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(id, 1), PartEvent::Accept);
    // Another worker learns of the refusal and a person orders it sent again, while this one still waits for receipts.
    assert!(world.outbox.receipt(part(id, 1), AckLevel::Error, now()).unwrap());
    let retry = world.outbox.resolve(part(id, 1), Resolution::Retry, now());
    assert_eq!(retry.unwrap(), PartState::Queued);
    for level in [
        AckLevel::Error,
        AckLevel::Server,
        AckLevel::Delivered,
        AckLevel::Read,
    ] {
        assert!(
            !world.outbox.receipt(part(id, 1), level, now()).unwrap(),
            "{level:?}"
        );
    }
    let attempt = go(&mut world.outbox, part(id, 1));
    assert!(
        !world
            .outbox
            .receipt(part(id, 1), AckLevel::Delivered, now())
            .unwrap()
    );
    let refused = world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::RefusedForGood));
    assert_eq!(refused.unwrap(), Recorded::Now(PartState::Failed));
}

#[test]
fn a_lookup_that_found_nothing_takes_no_answer_back() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let attempt = go(&mut world.outbox, part(id, 1));
    let mut slow = world.another();
    // One worker finds the part unknown and its message nowhere; before it says so the answer is on record.
    let unknown = world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::LeaseRanOut));
    assert_eq!(unknown.unwrap(), Recorded::Now(PartState::Unknown));
    let answer = world
        .outbox
        .record(part(id, 1), attempt, &outcome(PartEvent::Accept));
    assert_eq!(answer.unwrap(), Recorded::Now(PartState::Accepted));
    let absent = slow.record(part(id, 1), attempt, &outcome(PartEvent::Requeue));
    assert_eq!(absent.unwrap(), Recorded::Now(PartState::Accepted));
}

/// The clock was days ahead when it was selected and begun, and was set back.
#[test]
fn what_is_under_way_is_due_whatever_its_day() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let yesterday = today() - TimeDelta::days(1);
    assert!(world.due(yesterday).is_empty());
    send(&mut world.outbox, part(id, 1), PartEvent::Accept);
    assert_eq!(world.due(yesterday), [id]);
}
