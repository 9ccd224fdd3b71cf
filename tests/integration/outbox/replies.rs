//! Numbers, replies, the one answer, opt-outs.

use chrono::TimeDelta;
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::{NoticeState, PartEvent, PartState};
use wa_notify::domain::reply::Intent;
use wa_notify::ports::gateway::CanonicalId;
use wa_notify::ports::outbox::{AnswerOutcome, Begun, NewReply, Outbox, ReplyStored};

use super::{ANA, BIA, World, begin, now, part, phone, send, today};

fn matriz() -> InstanceId {
    InstanceId::new("matriz")
}

fn id(text: &str) -> CanonicalId {
    CanonicalId(text.to_owned())
}

fn reply(gateway_id: &str, text: &str) -> NewReply {
    NewReply {
        instance: matriz(),
        chat: id("555187654321@s.whatsapp.net"),
        gateway_id: gateway_id.to_owned(),
        phone: phone(ANA),
        notice: None,
        at: now(),
        text: Some(text.to_owned()),
        media: None,
        intent: Intent::Other,
    }
}

fn is_new(stored: ReplyStored) -> bool {
    matches!(stored, ReplyStored::New { .. })
}

#[test]
fn what_people_write_survives_any_database() {
    for charset in ["NONE", "WIN1252", "ISO8859_1", "UTF8"] {
        let mut world = World::with_charset(charset);
        let text = "Já paguei ontem 👍🏽 — “ok” ☂ ção\r\nобещаю";
        assert!(
            is_new(world.outbox.store_reply(&reply("A1", text), true, now()).unwrap()),
            "{charset}"
        );
        let mut voice = reply("A2", "");
        (voice.text, voice.media, voice.at) = (None, Some("audio".to_owned()), now() + TimeDelta::seconds(1));
        assert!(is_new(world.outbox.store_reply(&voice, true, now()).unwrap()));
        assert!(is_new(
            world
                .outbox
                .store_reply(&reply("A3", "ok"), false, now())
                .unwrap()
        ));
        let stored = world.outbox.replies_for_person(10).unwrap();
        assert_eq!(stored.len(), 2, "{charset}");
        assert_eq!(
            (stored[0].reply.media.as_deref(), stored[0].reply.text.as_deref()),
            (Some("audio"), None)
        );
        assert_eq!(stored[1].reply.text.as_deref(), Some(text), "{charset}");
        assert_eq!(world.outbox.replies_for_person(1).unwrap().len(), 1);
        assert_eq!(world.outbox.counts(None, now()).unwrap().replies_for_person, 2);
    }
}

#[test]
fn a_reply_is_stored_once() {
    let mut world = World::new();
    assert!(is_new(
        world.outbox.store_reply(&reply("A1", "oi"), true, now()).unwrap()
    ));
    assert!(!is_new(
        world.outbox.store_reply(&reply("A1", "oi"), true, now()).unwrap()
    ));
    assert!(!is_new(
        world
            .another()
            .store_reply(&reply("A1", "other"), true, now())
            .unwrap()
    ));
    let mut elsewhere = reply("A1", "oi");
    elsewhere.instance = InstanceId::new("filial");
    assert!(is_new(
        world.outbox.store_reply(&elsewhere, false, now()).unwrap()
    ));
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_REPLY"), 2);
}

#[test]
fn a_message_answers_the_newest_notice_that_reached_the_gateway() {
    let mut world = World::new();
    let first = world.store(ANA, &["R1"]);
    let second = world.store(ANA, &["R2"]);
    assert!(
        world
            .outbox
            .answerable(&matriz(), &phone(ANA), now())
            .unwrap()
            .is_none(),
        "nothing was sent"
    );
    send(&mut world.outbox, part(first, 1), PartEvent::Accept);
    let found = world
        .outbox
        .answerable(&matriz(), &phone(ANA), now())
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.notice, found.first_begun_at, found.accepted, found.answered),
        (first, now(), true, false)
    );
    send(&mut world.outbox, part(second, 1), PartEvent::Accept);
    assert_eq!(
        world
            .outbox
            .answerable(&matriz(), &phone(ANA), now())
            .unwrap()
            .unwrap()
            .notice,
        second
    );
    assert!(
        world
            .outbox
            .answerable(&InstanceId::new("filial"), &phone(ANA), now())
            .unwrap()
            .is_none()
    );
    assert!(
        world
            .outbox
            .answerable(&matriz(), &phone(BIA), now())
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_notice_is_answered_once_and_again_only_after_a_proven_refusal() {
    let mut world = World::new();
    let notice = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(notice, 1), PartEvent::Accept);
    let first = world
        .outbox
        .begin_answer(notice, "Obrigado! 🙏", now())
        .unwrap()
        .expect("the first");
    let stored = world.outbox.notice(notice).unwrap().unwrap();
    assert!(stored.parts.iter().all(|p| p.message_id != first));
    assert!(
        world
            .another()
            .begin_answer(notice, "again", now())
            .unwrap()
            .is_none()
    );
    assert!(
        world
            .outbox
            .answerable(&matriz(), &phone(ANA), now())
            .unwrap()
            .unwrap()
            .answered
    );

    world
        .outbox
        .record_answer(notice, AnswerOutcome::Refused, None, now())
        .unwrap();
    assert!(
        !world
            .outbox
            .answerable(&matriz(), &phone(ANA), now())
            .unwrap()
            .unwrap()
            .answered
    );
    assert!(
        world
            .outbox
            .begin_answer(notice, "Obrigado!", now())
            .unwrap()
            .is_some()
    );
    world
        .outbox
        .record_answer(notice, AnswerOutcome::Unknown, None, now())
        .unwrap();
    assert!(
        world
            .outbox
            .begin_answer(notice, "Obrigado!", now())
            .unwrap()
            .is_none(),
        "nobody knows"
    );
    world
        .outbox
        .record_answer(notice, AnswerOutcome::Accepted, Some("B7"), now())
        .unwrap();
    assert!(
        world
            .outbox
            .begin_answer(notice, "Obrigado!", now())
            .unwrap()
            .is_none()
    );
    // What was accepted is not taken back.
    world
        .outbox
        .record_answer(notice, AnswerOutcome::Refused, None, now())
        .unwrap();
    assert!(
        world
            .outbox
            .begin_answer(notice, "Obrigado!", now())
            .unwrap()
            .is_none()
    );
}

#[test]
fn our_own_messages_are_known_in_every_name_of_the_chat() {
    let mut world = World::new();
    let notice = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(notice, 1), PartEvent::Accept);
    world.outbox.begin_answer(notice, "Obrigado!", now()).unwrap();
    world
        .outbox
        .record_answer(notice, AnswerOutcome::Accepted, Some("B7"), now())
        .unwrap();
    let canonical = id("555187654321@s.whatsapp.net");
    assert_eq!(
        world.outbox.own_gateway_ids(&canonical).unwrap(),
        ["3EB0AAAA", "B7"]
    );
    let lid = id("98765@lid");
    assert!(world.outbox.own_gateway_ids(&lid).unwrap().is_empty());
    world.outbox.save_lid(&lid, &phone(ANA)).unwrap();
    assert_eq!(world.outbox.own_gateway_ids(&lid).unwrap(), ["3EB0AAAA", "B7"]);
}

#[test]
fn numbers_and_lids_are_remembered() {
    let mut world = World::new();
    assert!(world.outbox.canonical(&phone(ANA)).unwrap().is_none());
    world.outbox.save_canonical(&phone(ANA), None, now()).unwrap();
    assert_eq!(world.outbox.canonical(&phone(ANA)).unwrap(), Some((now(), None)));
    let canonical = id("555187654321@s.whatsapp.net");
    let later = now() + TimeDelta::hours(1);
    world
        .outbox
        .save_canonical(&phone(ANA), Some(&canonical), later)
        .unwrap();
    assert_eq!(
        world.outbox.canonical(&phone(ANA)).unwrap(),
        Some((later, Some(canonical.clone())))
    );
    assert_eq!(world.outbox.phone_of(&canonical).unwrap(), Some(phone(ANA)));
    assert_eq!(world.outbox.phone_of(&id("1@lid")).unwrap(), None);
    world.outbox.save_lid(&id("1@lid"), &phone(BIA)).unwrap();
    world.outbox.save_lid(&id("1@lid"), &phone(ANA)).unwrap();
    assert_eq!(world.outbox.phone_of(&id("1@lid")).unwrap(), Some(phone(ANA)));
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let mut world = World::new();
    assert_eq!(world.outbox.read_until(&matriz()).unwrap(), None);
    world.outbox.set_read_until(&matriz(), now()).unwrap();
    assert_eq!(world.another().read_until(&matriz()).unwrap(), Some(now()));
    assert_eq!(world.outbox.read_until(&InstanceId::new("filial")).unwrap(), None);
}

#[test]
fn an_opt_out_stops_what_is_queued_and_frees_what_was_not_begun() {
    let mut world = World::new();
    let untouched = world.store(ANA, &["R1"]);
    let under_way = world.store(ANA, &["R2"]);
    let others = world.store(BIA, &["R1"]);
    send(&mut world.outbox, part(under_way, 1), PartEvent::Accept);

    assert!(world.outbox.opt_out(&phone(ANA), "asked", now()).unwrap());
    assert!(!world.outbox.opt_out(&phone(ANA), "asked", now()).unwrap());
    let stored = world.outbox.notice(untouched).unwrap().unwrap();
    assert_eq!(
        (stored.state, stored.reason.as_deref()),
        (NoticeState::Skipped, Some("opted_out"))
    );
    let stored = world.outbox.notice(under_way).unwrap().unwrap();
    assert_eq!(stored.state, NoticeState::Sent);
    let states: Vec<_> = stored.parts.iter().map(|p| p.state).collect();
    assert_eq!(
        states,
        [PartState::Accepted, PartState::Skipped, PartState::Skipped]
    );
    assert_eq!(
        world.outbox.notice(others).unwrap().unwrap().state,
        NoticeState::Queued
    );
    assert_eq!(
        world.look("SELECT COUNT(*) FROM WA_CLAIM"),
        2,
        "the untouched one's is free"
    );
    assert_eq!(world.outbox.memory(&[]).unwrap().opted_out, [phone(ANA)]);

    // A notice that a scan stored at the same moment does not leave either.
    let late = world.store(ANA, &["R9"]);
    assert_eq!(world.outbox.begin(&begin(part(late, 1))).unwrap(), Begun::NotNow);
    assert!(world.outbox.opt_in(&phone(ANA), now()).unwrap());
    assert!(!world.outbox.opt_in(&phone(ANA), now()).unwrap());
    assert!(matches!(
        world.outbox.begin(&begin(part(late, 1))).unwrap(),
        Begun::Go { .. }
    ));
    assert_eq!(world.due(today()), [late, others]);
    let sql =
        "SELECT COUNT(*) FROM WA_EVENT WHERE KIND IN ('opt_out', 'opt_in') AND DETAIL NOT CONTAINING '98765'";
    assert_eq!(world.look(sql), 2, "the log masks the phone");
}

/// A reply never comes a second time, so what it asks for is in the transaction that stores it.
#[test]
fn a_reply_and_what_it_asks_for_are_one() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let says = |gateway_id: &str, intent: Intent| NewReply {
        intent,
        ..reply(gateway_id, "")
    };
    let mut store = |gateway_id: &str, intent| {
        world
            .outbox
            .store_reply(&says(gateway_id, intent), false, now())
            .unwrap()
    };
    let changed = |consent_changed| ReplyStored::New { consent_changed };
    assert_eq!(store("A1", Intent::Other), changed(false));
    assert_eq!(store("A2", Intent::OptOut), changed(true));
    assert_eq!(store("A3", Intent::WrongNumber), changed(false));
    assert_eq!(store("A4", Intent::OptIn), changed(true));
    // An old word that is read again undoes nothing that came after it.
    assert_eq!(store("A2", Intent::OptOut), ReplyStored::Known);
    assert!(world.outbox.memory(&[]).unwrap().opted_out.is_empty());
    let notice = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(
        (notice.state, notice.reason.as_deref()),
        (NoticeState::Skipped, Some("opted_out"))
    );

    // Disk full, power cut, Ctrl-C: neither of them or both.
    let mut ddl = world.database.with(&[
        "CREATE EXCEPTION NO_ROOM 'no room'",
        "CREATE TRIGGER T FOR WA_OPT_OUT BEFORE INSERT AS BEGIN EXCEPTION NO_ROOM; END",
    ]);
    world.outbox = world.another();
    let failed = world
        .outbox
        .store_reply(&says("A5", Intent::OptOut), false, now());
    assert!(failed.is_err(), "{failed:?}");
    ddl.execute("DROP TRIGGER T", &[]).unwrap();
    world.outbox = world.another();
    assert_eq!(
        world
            .outbox
            .store_reply(&says("A5", Intent::OptOut), false, now())
            .unwrap(),
        changed(true)
    );
}

#[test]
fn an_opt_out_while_a_part_is_on_its_way_lets_its_answer_be_recorded() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    let attempt = super::go(&mut world.outbox, part(id, 1));
    world.another().opt_out(&phone(ANA), "asked", now()).unwrap();
    world
        .outbox
        .record(part(id, 1), attempt, &super::outcome(PartEvent::Accept))
        .unwrap();
    let stored = world.outbox.notice(id).unwrap().unwrap();
    assert_eq!(stored.state, NoticeState::Sent);
    assert!(world.due(today()).is_empty());
}

#[test]
fn a_message_answers_what_was_sent_before_it() {
    let mut world = World::new();
    let first = world.store(ANA, &["R1"]);
    send(&mut world.outbox, part(first, 1), PartEvent::Accept);
    let second = world.store(ANA, &["R2"]);
    let later = now() + TimeDelta::days(1);
    let mut next = begin(part(second, 1));
    next.now = later;
    assert!(matches!(world.outbox.begin(&next).unwrap(), Begun::Go { .. }));
    let mut found = |at| world.outbox.answerable(&matriz(), &phone(ANA), at).unwrap();
    assert_eq!(found(now() - TimeDelta::seconds(1)), None);
    let between = found(later - TimeDelta::seconds(1)).unwrap();
    assert_eq!((between.notice, between.accepted), (first, true));
    // On its way, and perhaps there: not certain.
    let after = found(later).unwrap();
    assert_eq!(
        (after.notice, after.accepted, after.first_begun_at),
        (second, false, later)
    );
}
