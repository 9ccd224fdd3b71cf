//! Connections that break, servers that die, Ctrl-C.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use wa_notify::adapters::firebird::connection::ConnectionSettings;
use wa_notify::adapters::firebird::outbox::FirebirdOutbox;
use wa_notify::domain::notice::{PartEvent, PartState};
use wa_notify::ports::erp::DatabaseError;
use wa_notify::ports::outbox::{Begun, Outbox, OutboxError, Recorded};

use super::{ANA, World, begin, look, notice, outcome, part, run};
use crate::support::firebird::TestServer;

/// Passes bytes on to the server. When told, it cuts one connection after so many answers: the request that follows
/// still reaches the server, its answer nobody.
struct Cutter {
    port: u16,
    /// Answers to pass on before the cut; negative: no cut.
    answers: Arc<AtomicI64>,
}

impl Cutter {
    fn before(settings: &ConnectionSettings) -> Cutter {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::new(AtomicI64::new(-1));
        let (server, shared) = (settings.port, Arc::clone(&answers));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
                    break;
                };
                let (client, server) = (Arc::new(client), Arc::new(server));
                let (from, to) = (Arc::clone(&client), Arc::clone(&server));
                std::thread::spawn(move || pass(&from, &to, || true));
                let answers = Arc::clone(&shared);
                std::thread::spawn(move || {
                    pass(&server, &client, || answers.fetch_sub(1, Ordering::SeqCst) != 0)
                });
            }
        });
        Cutter { port, answers }
    }

    fn settings(&self, settings: &ConnectionSettings) -> ConnectionSettings {
        ConnectionSettings {
            port: self.port,
            ..settings.clone()
        }
    }

    fn cut_after(&self, answers: i64) {
        self.answers.store(answers, Ordering::SeqCst);
    }

    /// It cut.
    fn has_cut(&self) -> bool {
        self.answers.load(Ordering::SeqCst) < 0
    }
}

fn pass(from: &TcpStream, to: &TcpStream, mut go_on: impl FnMut() -> bool) {
    let (mut reader, mut writer) = (from, to);
    let mut buffer = [0; 65_536];
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        if !go_on() || writer.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// Wherever the line breaks, also between a commit and its answer: a part is begun once and its outcome recorded once.
#[test]
fn a_line_that_breaks_anywhere_neither_doubles_nor_loses_a_claim_or_an_outcome() {
    let mut world = World::new();
    let cutter = Cutter::before(&world.database.settings);
    // From a cut before the first answer to one that comes after the last.
    for n in 0.. {
        let id = world.store(ANA, &[&format!("R{n}")]);
        let mut worker = super::another(&cutter.settings(&world.database.settings));
        cutter.cut_after(n);
        let begun = worker.begin(&begin(part(id, 1))).expect("begin");
        assert!(
            matches!(begun, Begun::Go { attempt: 1, .. }),
            "cut after {n}: {begun:?}"
        );
        let recorded = worker
            .record(part(id, 1), 1, &outcome(PartEvent::RefusedForNow))
            .expect("record");
        assert_eq!(recorded, Recorded::Now(PartState::Queued), "cut after {n}");
        worker.begin(&begin(part(id, 1))).expect("begin again");
        let (recorded, begun) = worker
            .record_and_begin(part(id, 1), 2, &outcome(PartEvent::Accept), &begin(part(id, 2)))
            .expect("record and begin");
        assert_eq!(recorded, Recorded::Now(PartState::Accepted), "cut after {n}");
        assert!(
            matches!(begun, Begun::Go { attempt: 1, .. }),
            "cut after {n}: {begun:?}"
        );
        let cut = cutter.has_cut();
        cutter.cut_after(-1);
        let events = world.outbox.events(id).unwrap();
        let kinds: Vec<_> = events.iter().map(|e| e.kind.as_str()).collect();
        assert_eq!(
            kinds,
            ["claim", "refused_for_now", "claim", "accept", "claim"],
            "cut after {n}"
        );
        if !cut {
            assert!(n >= 40, "the line broke in {n} rounds only");
            break;
        }
    }
}

#[test]
fn a_line_that_breaks_anywhere_leaves_a_run_whole_or_not_at_all() {
    let world = World::new();
    let cutter = Cutter::before(&world.database.settings);
    for n in 0.. {
        let before = world.look("SELECT COUNT(*) FROM WA_NOTICE");
        let mut worker = super::another(&cutter.settings(&world.database.settings));
        let new = run((0..3).map(|k| notice(ANA, &[&format!("R{n}.{k}")])).collect());
        cutter.cut_after(n);
        let stored = worker.store_run(&new);
        let cut = cutter.has_cut();
        cutter.cut_after(-1);
        let added = world.look("SELECT COUNT(*) FROM WA_NOTICE") - before;
        match stored {
            Ok((_, ids)) => assert_eq!((ids.len(), added), (3, 3), "cut after {n}"),
            Err(OutboxError::OutcomeUncertain(_)) => {
                assert!(added == 0 || added == 3, "cut after {n}: {added}")
            }
            Err(error) => panic!("cut after {n}: {error:?}"),
        }
        let orphans = "SELECT COUNT(*) FROM WA_CLAIM C WHERE NOT EXISTS(SELECT 1 FROM WA_NOTICE_ITEM I \
                       WHERE I.NOTICE = C.NOTICE AND I.RECEIVABLE = C.RECEIVABLE)";
        assert_eq!(world.look(orphans), 0);
        if !cut {
            assert!(n >= 15, "the line broke in {n} rounds only");
            break;
        }
    }
}

#[test]
fn a_server_killed_in_the_middle_leaves_nothing_of_the_transaction() {
    let server = TestServer::private();
    let database = server.database("WIN1252");
    let path = database.path().to_owned();
    let settings = database.settings.clone();
    let mut world = World::on(database);
    let mut connection = world.database.connect();
    connection
        .begin(wa_notify::adapters::firebird::connection::Transaction::Write)
        .unwrap();
    connection
        .execute(
            "INSERT INTO WA_OPT_OUT VALUES ('+5551', 'asked', LOCALTIMESTAMP)",
            &[],
        )
        .unwrap();
    let kept = world.store(ANA, &["R1"]);
    server.kill();
    assert!(connection.commit().is_err());
    let error = world
        .outbox
        .store_run(&run(vec![notice(ANA, &["R2"])]))
        .unwrap_err();
    assert!(
        matches!(
            error,
            OutboxError::Database(DatabaseError::Unreachable { .. } | DatabaseError::ConnectionLost { .. })
        ),
        "{error:?}"
    );

    // The file as it lies there, opened by a server that starts afterwards.
    let successor = TestServer::private();
    let settings = ConnectionSettings {
        port: successor.port,
        ..settings
    };
    assert!(path.exists());
    let mut outbox = FirebirdOutbox::open(&settings).expect("the database after the crash");
    assert_eq!(outbox.notice(kept).unwrap().map(|n| n.parts.len()), Some(3));
    let mut connection = wa_notify::adapters::firebird::connection::Connection::open(&settings).unwrap();
    assert_eq!(look(&mut connection, "SELECT COUNT(*) FROM WA_OPT_OUT"), 0);
    assert_eq!(look(&mut connection, "SELECT COUNT(*) FROM WA_NOTICE"), 1);
}

#[test]
fn what_happened_is_recorded_even_after_ctrl_c() {
    let mut world = World::new();
    let id = world.store(ANA, &["R1"]);
    // Settings of its own: clones share the interrupt.
    let settings = world.database.settings.uninterrupted();
    let mut worker = super::another(&settings);
    let attempt = super::go(&mut worker, part(id, 1));
    settings.interrupt.trip();
    let recorded = worker
        .record(part(id, 1), attempt, &outcome(PartEvent::Accept))
        .unwrap();
    assert_eq!(recorded, Recorded::Now(PartState::Accepted));

    let mut second = FirebirdOutbox::open(&settings).map(drop).unwrap_err();
    assert!(
        matches!(&mut second, OutboxError::Database(DatabaseError::Interrupted)),
        "{second:?}"
    );
    assert_eq!(
        world.outbox.notice(id).unwrap().unwrap().parts[0].state,
        PartState::Accepted
    );
}

#[test]
fn the_high_water_mark_grows_with_every_departure_and_shows_a_restored_backup() {
    let mut world = World::new();
    assert_eq!(world.outbox.high_water().unwrap(), 0);
    let id = world.store(ANA, &["R1"]);
    super::send(&mut world.outbox, part(id, 1), PartEvent::Accept);
    assert_eq!(world.outbox.high_water().unwrap(), 1);
    let backup = std::fs::read(world.database.path()).unwrap();
    super::send(&mut world.outbox, part(id, 2), PartEvent::Accept);
    assert_eq!(world.outbox.high_water().unwrap(), 2);

    let restored = crate::support::firebird::TestDatabase::create("WIN1252");
    std::fs::write(restored.path(), backup).unwrap();
    assert_eq!(super::another(&restored.settings).high_water().unwrap(), 1);
    assert!(world.outbox.forced_writes().unwrap());
}
