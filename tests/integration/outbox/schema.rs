//! Migrations, versions, and what the database itself refuses.

use std::sync::Barrier;

use wa_notify::adapters::firebird::migrations::{KNOWN, forced_writes, migrate};
use wa_notify::adapters::firebird::outbox::FirebirdOutbox;
use wa_notify::domain::notice::{MessageId, PartEvent, PartState};
use wa_notify::ports::outbox::{Begun, Outbox, OutboxError};

use super::{ANA, World, part, send};
use crate::support::firebird::{TestDatabase, embedded_database};

#[test]
fn a_fresh_database_gets_all_tables_and_a_second_init_changes_nothing() {
    for charset in ["NONE", "WIN1252", "ISO8859_1", "UTF8"] {
        let database = TestDatabase::create(charset);
        let before = FirebirdOutbox::open(&database.settings).expect_err("no tables yet");
        assert!(matches!(before, OutboxError::NotInitialised), "{before:?}");

        let first = migrate(&mut database.connect()).expect(charset);
        assert_eq!(
            (first.found, first.now, first.applied.len() as u32),
            (0, KNOWN, KNOWN)
        );
        let identity = FirebirdOutbox::open(&database.settings)
            .unwrap()
            .identity()
            .unwrap();
        assert_eq!(identity.len(), 36);

        let second = migrate(&mut database.connect()).expect(charset);
        assert_eq!(
            (second.found, second.now, second.applied.len()),
            (KNOWN, KNOWN, 0)
        );
        assert_eq!(
            FirebirdOutbox::open(&database.settings)
                .unwrap()
                .identity()
                .unwrap(),
            identity
        );
    }
}

#[test]
fn tables_of_a_newer_or_older_program_are_left_alone() {
    let world = World::new();
    let newer = format!("UPDATE WA_SCHEMA SET VERSION = {}", KNOWN + 1);
    world.database.connect().execute(&newer, &[]).unwrap();
    for error in [
        FirebirdOutbox::open(&world.database.settings)
            .map(drop)
            .unwrap_err(),
        migrate(&mut world.database.connect()).map(drop).unwrap_err(),
    ] {
        assert!(
            matches!(error, OutboxError::SchemaTooNew { found, known: KNOWN } if found == KNOWN + 1),
            "{error:?}"
        );
    }
    world
        .database
        .connect()
        .execute("UPDATE WA_SCHEMA SET VERSION = 0", &[])
        .unwrap();
    let error = FirebirdOutbox::open(&world.database.settings)
        .map(drop)
        .unwrap_err();
    assert!(
        matches!(
            error,
            OutboxError::SchemaTooOld {
                found: 0,
                known: KNOWN
            }
        ),
        "{error:?}"
    );
}

#[test]
fn two_inits_at_once_do_the_work_once() {
    let database = TestDatabase::create("UTF8");
    let start = Barrier::new(3);
    let settings = database.settings.clone();
    let reports: Vec<_> = std::thread::scope(|scope| {
        let init = || {
            let mut connection =
                wa_notify::adapters::firebird::connection::Connection::open(&settings).expect("a connection");
            start.wait();
            migrate(&mut connection)
        };
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(init)).collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap().expect("init"))
            .collect()
    });
    let applied: usize = reports.iter().map(|r| r.applied.len()).sum();
    assert_eq!(applied as u32, KNOWN, "{reports:?}");
    assert!(reports.iter().all(|r| r.now == KNOWN));
    assert_eq!(
        FirebirdOutbox::open(&database.settings)
            .unwrap()
            .identity()
            .unwrap()
            .len(),
        36
    );
}

#[test]
fn new_databases_are_durable() {
    let database = TestDatabase::create("UTF8");
    assert!(forced_writes(&mut database.connect()).unwrap());
}

#[test]
fn message_ids_derive_from_the_outbox_and_differ_between_outboxes() {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut world = World::with_charset("WIN1252");
        let notice = world.store(ANA, &["R1"]);
        let stored = world.outbox.notice(notice).unwrap().unwrap();
        let identity = world.outbox.identity().unwrap();
        for part in &stored.parts {
            assert_eq!(
                part.message_id,
                MessageId::derive(&identity, notice, part.key.seq)
            );
        }
        ids.push(stored.parts[0].message_id.clone());
    }
    assert_ne!(ids[0], ids[1]);
}

/// What the program's care should prevent, the database refuses.
#[test]
fn the_database_itself_keeps_the_invariants() {
    let mut world = World::new();
    let notice = world.store(ANA, &["R1"]);
    assert_eq!(
        send(&mut world.outbox, part(notice, 1), PartEvent::Accept),
        PartState::Accepted
    );
    let mut connection = world.database.connect();
    for (sql, why) in [
        ("UPDATE WA_EVENT SET DETAIL = 'x'", "append-only"),
        ("DELETE FROM WA_EVENT", "append-only"),
        (
            "UPDATE WA_PART SET STATE = 'queued' WHERE SEQ = 1",
            "state machine",
        ),
        (
            "UPDATE WA_PART SET STATE = 'sending', OWNER = 'x' WHERE SEQ = 1",
            "state machine",
        ),
        (
            // The second part is queued: the third must wait for it.
            "UPDATE WA_PART SET STATE = 'sending', ATTEMPT = 1, OWNER = 'x', MAY_HAVE_LEFT = 1, RECIPIENT = 'x', \
             LEASE_UNTIL = LOCALTIMESTAMP, BEGUN_AT = LOCALTIMESTAMP WHERE SEQ = 3",
            "state machine",
        ),
        ("UPDATE WA_PART SET STATE = 'gone' WHERE SEQ = 2", "WA_PART_WHOLE"),
        (
            "UPDATE WA_PART SET STATE = 'unknown' WHERE SEQ = 2",
            "WA_PART_WHOLE",
        ),
        (
            "UPDATE WA_PART SET STATE = 'accepted', MAY_HAVE_LEFT = 1 WHERE SEQ = 2",
            "WA_PART_WHOLE",
        ),
        (
            // It may have left, and no longer says so.
            "UPDATE WA_PART SET MAY_HAVE_LEFT = 0 WHERE SEQ = 1",
            "WA_PART_WHOLE",
        ),
        (
            // No word about who has it, and under which id.
            "UPDATE WA_PART SET STATE = 'sending', ATTEMPT = 1, MAY_HAVE_LEFT = 1, RECIPIENT = 'x', \
             LEASE_UNTIL = LOCALTIMESTAMP, BEGUN_AT = LOCALTIMESTAMP WHERE SEQ = 2",
            "WA_PART_WHOLE",
        ),
        ("UPDATE WA_PART SET ATTEMPT = -1 WHERE SEQ = 2", "state machine"),
        (
            "UPDATE WA_PART SET KIND = 'boleto' WHERE SEQ = 1",
            "WA_PART_WHOLE",
        ),
        (
            "UPDATE WA_PART SET KIND = 'letter' WHERE SEQ = 1",
            "WA_PART_WHOLE",
        ),
        (
            "UPDATE WA_PART SET MESSAGE_ID = 'another' WHERE SEQ = 1",
            "state machine",
        ),
        (
            "UPDATE WA_PART SET MESSAGE_ID = NULL WHERE SEQ = 1",
            "state machine",
        ),
        ("DELETE FROM WA_PART WHERE SEQ = 1", "it stays"),
        ("DELETE FROM WA_CLAIM", "it stays"),
        ("UPDATE WA_NOTICE SET STATE = 'superseded'", "WA_NOTICE_WHOLE"),
        ("DELETE FROM WA_NOTICE", "it stays"),
        ("DELETE FROM WA_INSTANCE", "it stays"),
        ("INSERT INTO WA_CLAIM SELECT * FROM WA_CLAIM", "WA_CLAIM_PK"),
    ] {
        let error = connection.execute(sql, &[]).expect_err(sql).to_string();
        assert!(error.contains(why), "{sql}: {error}");
    }
}

#[test]
fn retention_may_delete_in_its_own_transaction() {
    let mut world = World::new();
    world.store(ANA, &["R1"]);
    let mut connection = world.database.connect();
    connection
        .with_write(|c| {
            let open = "SELECT RDB$SET_CONTEXT('USER_TRANSACTION', 'WA_RETENTION', '1') FROM RDB$DATABASE";
            c.query(open, &[])?;
            c.execute("DELETE FROM WA_EVENT", &[])
        })
        .expect("the retention job");
    assert_eq!(world.look("SELECT COUNT(*) FROM WA_EVENT"), 0);
    let update = world
        .database
        .connect()
        .execute("UPDATE WA_NOTICE SET REVISION = 9", &[]);
    assert_eq!(update.unwrap(), 1);
}

/// An id of any script comes back as it was; one that does not fit its column is refused before anything is stored.
#[test]
fn ids_survive_and_too_long_ones_are_refused() {
    let mut world = World::new();
    let long = "é".repeat(20);
    let notice = world.store(ANA, &[&long]);
    let stored = world.outbox.notice(notice).unwrap().unwrap();
    assert_eq!(stored.items[0].receivable.as_str(), long);
    let too_long = "x".repeat(121);
    let error = world
        .outbox
        .store_run(&super::run(vec![super::notice(ANA, &[&too_long])]))
        .unwrap_err();
    assert!(
        matches!(error, OutboxError::Corrupt { table: "WA_ID", .. }),
        "{error:?}"
    );
}

#[test]
fn the_embedded_engine_keeps_the_same_tables() {
    let mut world = World::on(embedded_database("WIN1252"));
    let notice = world.store(ANA, &["R1", "Título 2"]);
    let attempt = super::go(&mut world.outbox, part(notice, 1));
    let stored = world.outbox.notice(notice).unwrap().unwrap();
    assert_eq!(stored.parts[0].text.as_deref(), Some("Olá, João! 👋"));
    assert_eq!(
        (stored.contact_name.as_str(), stored.items.len()),
        ("João Conceição", 2)
    );
    let begun = world.another().begin(&super::begin(part(notice, 1))).unwrap();
    assert_eq!(begun, Begun::NotNow, "another connection sees the claim");
    world
        .outbox
        .record(part(notice, 1), attempt, &super::outcome(PartEvent::Accept))
        .unwrap();
    assert_eq!(
        world.outbox.notice(notice).unwrap().unwrap().parts[0].state,
        PartState::Accepted
    );
    let error = world
        .outbox
        .store_run(&super::run(vec![super::notice(ANA, &["R1"])]))
        .unwrap_err();
    assert!(matches!(error, OutboxError::ClaimTaken), "{error:?}");
}
