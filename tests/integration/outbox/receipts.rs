//! Receipts, and their absence.

use std::cell::RefCell;

use chrono::{DateTime, TimeDelta, Utc};
use wa_notify::app::receipts::{Receipts, collect};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::{PartEvent, PartState};
use wa_notify::ports::gateway::{Ack, AckLevel};
use wa_notify::ports::outbox::Outbox;

use super::{ANA, World, now, part, send};

/// Three parts that the gateway took just now.
fn accepted() -> World {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    for seq in 1..=3 {
        send(&mut world.outbox, part(id, seq), PartEvent::Accept);
    }
    world
}

/// Asks a gateway that says this of every message; `None`: it does not answer.
fn ask(world: &mut World, level: Option<AckLevel>, at: DateTime<Utc>) -> Receipts {
    let acks = |_: &InstanceId, ids: &[String]| -> Option<Vec<Ack>> {
        let level = level?;
        let ack = |id: &String| Ack {
            gateway_id: id.clone(),
            level,
        };
        Some(ids.iter().map(ack).collect())
    };
    collect(&mut world.outbox, &acks, &|_| true, now(), at).unwrap()
}

#[test]
fn a_phone_that_delivers_nothing_is_told_of_when_it_is_certain() {
    let mut world = accepted();
    let later = now() + TimeDelta::minutes(3);
    let silent = |receipts: &Receipts| !receipts.silent.is_empty();
    // Too early to tell; and a gateway that does not answer proves nothing.
    assert!(!silent(&ask(&mut world, Some(AckLevel::Pending), now())));
    assert!(!silent(&ask(&mut world, None, later)));
    let told = ask(&mut world, Some(AckLevel::Pending), later);
    assert_eq!((told.recorded, told.silent.len()), (0, 1));
    // Acknowledged after all: three receipts, and no more silence.
    let told = ask(&mut world, Some(AckLevel::Server), later);
    assert_eq!((told.recorded, silent(&told)), (3, false));
    assert!(!silent(&ask(&mut world, Some(AckLevel::Pending), later)));
    assert_eq!(
        ask(&mut world, Some(AckLevel::Server), later).recorded,
        0,
        "known"
    );
}

#[test]
fn one_message_or_two_prove_nothing() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    for seq in 1..=2 {
        send(&mut world.outbox, part(id, seq), PartEvent::Accept);
    }
    let told = ask(&mut world, Some(AckLevel::Pending), now() + TimeDelta::hours(1));
    assert_eq!(told, Receipts::default());
}

#[test]
fn only_what_is_wanted_is_asked_for() {
    let mut world = accepted();
    let asked = RefCell::new(0);
    let acks = |_: &InstanceId, ids: &[String]| {
        *asked.borrow_mut() += ids.len();
        Some(Vec::new())
    };
    let wanted = |one: &wa_notify::ports::outbox::AwaitingReceipt| one.part.seq == 2;
    collect(&mut world.outbox, &acks, &wanted, now(), now()).unwrap();
    assert_eq!(*asked.borrow(), 1);
    let state = world
        .outbox
        .awaiting_receipts(now() - TimeDelta::days(1))
        .unwrap();
    assert!(state.len() == 3 && state.iter().all(|one| one.state == PartState::Accepted));
}
