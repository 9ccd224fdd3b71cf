//! Power cuts and Ctrl-C in the middle of sending.

use serde_json::json;

use super::nothing_came_twice;
use crate::support::firebird::TestServer;
use crate::support::site::{Plan, SEND_AT, Site, eventually};

/// The lease of a part under way runs out: the test's right, instead of two minutes of waiting.
fn lease_runs_out(site: &Site) {
    site.sql("UPDATE WA_PART SET LEASE_UNTIL = DATEADD(-1 MINUTE TO LOCALTIMESTAMP) WHERE STATE = 'sending'");
}

#[test]
fn killed_after_the_message_arrived() {
    let site = Site::of(1);
    site.scan();
    site.sandbox
        .faults(json!({"fault": "delay_after", "ms": 60_000, "skip": 1, "times": 1}));
    let sending = site.start(SEND_AT, &["send"]);
    eventually("the second part is on the phone", || site.messages().len() == 2);
    sending.kill();
    assert_eq!(
        site.parts("1")[1..],
        ["sending", "queued", "queued"],
        "the intent was on disk"
    );
    // While the lease runs, whoever holds it may still be at work.
    site.json("09:05", &["send"], 0);
    assert_eq!(
        (site.messages().len(), site.parts("1")[1].as_str()),
        (2, "sending")
    );
    lease_runs_out(&site);
    let report = site.json("09:06", &["send"], 0);
    assert_eq!(report["notices"], json!({"sent": 1}));
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
}

#[test]
fn killed_before_the_message_arrived() {
    let site = Site::of(1);
    site.scan();
    site.sandbox
        .faults(json!({"fault": "delay", "ms": 60_000, "skip": 1, "times": 1}));
    let sending = site.start(SEND_AT, &["send"]);
    eventually("the second part is at the gateway", || {
        site.sandbox.requests("POST message/sendMedia") == 1
    });
    sending.kill();
    lease_runs_out(&site);
    for at in ["09:06", "09:36"] {
        let report = site.json(at, &["send"], 8);
        assert_eq!(
            (&report["unknown"], &report["parts_accepted"]),
            (&json!(["1.2"]), &0.into())
        );
    }
    assert_eq!(
        site.parts("1")[1..],
        ["unknown", "queued", "queued"],
        "absence is no proof"
    );
    assert_eq!(site.messages().len(), 1);
}

#[cfg(unix)]
#[test]
fn interrupted_while_the_gateway_takes_its_time() {
    let site = Site::new();
    site.scan();
    site.sandbox
        .faults(json!({"fault": "delay_after", "ms": 2_000, "skip": 1, "times": 1}));
    let sending = site.start(SEND_AT, &["--json", "send"]);
    eventually("the second part is on the phone", || site.messages().len() == 2);
    sending.interrupt();
    let ended = sending.wait().expect(0);
    let report = ended.json();
    assert_eq!(
        (&report["stops"], &report["parts_accepted"]),
        (&json!([{"kind": "interrupted"}]), &2.into())
    );
    assert_eq!(site.messages().len(), 2, "the message in hand, and no other");
    let open = site.look("SELECT STATE FROM WA_PART WHERE STATE IN ('sending', 'unknown')");
    assert!(open.is_empty(), "nothing is half recorded: {open:?}");
    let report = site.json("09:05", &["send"], 0);
    assert_eq!(report["notices"], json!({"sent": 3}));
    assert_eq!(site.messages().len(), 12);
    nothing_came_twice(&site);
}

/// Between two customers there are minutes: Ctrl-C does not wait for them.
#[cfg(unix)]
#[test]
fn interrupted_in_a_pause() {
    let site = Site::new();
    site.scan();
    site.reconfigure("contact_gap = [0, 0]", "contact_gap = [900, 900]");
    let sending = site.start(SEND_AT, &["--json", "send"]);
    eventually("the first notice is done with", || {
        site.logs().contains("notice done notice=1 ")
    });
    sending.interrupt();
    let report = sending.wait().expect(0).json();
    assert_eq!(
        (&report["stops"], &report["waiting"]),
        (&json!([{"kind": "interrupted"}]), &2.into())
    );
    assert_eq!(site.messages().len(), 4);
}

/// The server of the database dies between the request and its outcome, and comes back.
#[test]
fn the_database_is_gone_for_a_moment() {
    let server = TestServer::private();
    let site = Site::on(
        &server,
        Plan {
            customers: 1,
            ..Plan::default()
        },
    );
    site.scan();
    site.sandbox
        .faults(json!({"fault": "delay_after", "ms": 3_000, "skip": 1, "times": 1}));
    let sending = site.start(SEND_AT, &["--json", "send"]);
    eventually("the second part is on the phone", || site.messages().len() == 2);
    server.kill();
    server.restart();
    let report = sending.wait().expect(0).json();
    assert_eq!(
        report["notices"],
        json!({"sent": 1}),
        "the outcome was recorded on a fresh connection"
    );
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
}

/// The same, but it stays away longer than anyone waits.
#[test]
fn the_database_is_gone_for_good() {
    let server = TestServer::private();
    let site = Site::on(
        &server,
        Plan {
            customers: 1,
            ..Plan::default()
        },
    );
    site.scan();
    site.sandbox
        .faults(json!({"fault": "delay_after", "ms": 1_000, "skip": 1, "times": 1}));
    let sending = site.start(SEND_AT, &["--json", "send"]);
    eventually("the second part is on the phone", || site.messages().len() == 2);
    server.kill();
    sending.wait().expect(4);
    server.restart();
    assert_eq!(site.parts("1")[1..], ["sending", "queued", "queued"]);
    lease_runs_out(&site);
    assert_eq!(site.json("09:06", &["send"], 0)["notices"], json!({"sent": 1}));
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
}

/// `replies` dies while its answer is on the way: the customer may stay without one, but never gets two.
#[test]
fn an_automatic_answer_in_doubt_is_not_repeated() {
    let site = Site::of(1);
    let scan = site.scan();
    site.send(0);
    let before = site.messages().len();
    site.sandbox.reply(&super::phone(&scan, 0), "Bom dia");
    site.sandbox
        .faults(json!({"fault": "delay_after", "ms": 60_000, "times": 1}));
    let replying = site.start("09:05", &["replies"]);
    eventually("the answer is on the phone", || {
        site.messages().len() == before + 1
    });
    replying.kill();
    for at in ["09:06", "09:07"] {
        site.run(at, &["replies"]);
    }
    assert_eq!(site.messages().len(), before + 1);
    assert_eq!(
        site.look("SELECT CONTENT FROM WA_REPLY"),
        ["Bom dia"],
        "what was said is on record"
    );
}

/// Ctrl-C while `init` works: tables whole or not there, and the next `init` goes on.
#[cfg(unix)]
#[test]
fn an_interrupted_init_is_whole_or_not_there() {
    let server = TestServer::private();
    let site = Site::on(
        &server,
        Plan {
            ready: false,
            ..Plan::default()
        },
    );
    site.json("07:00", &["demo", "seed", "--customers", "1"], 0);
    let note = site.dir.path().join("wa-notify.toml.running");
    let ours = || {
        let sql = "SELECT COUNT(*) FROM RDB$RELATIONS WHERE RDB$RELATION_NAME STARTING WITH 'WA_'";
        site.look(sql)
    };
    // A server that says nothing is not waited for.
    let frozen = server.freeze();
    let starting = site.start("07:30", &["init"]);
    eventually("it has the lock", || note.exists());
    starting.interrupt();
    let ended = starting.wait().expect(1);
    assert!(ended.stderr.contains("Interrompido a pedido"), "{ended:?}");
    drop(frozen);
    assert_eq!(ours(), ["0"]);

    // At any moment of its work.
    let mut ended = Vec::new();
    for _ in 0..3 {
        let starting = site.start("07:30", &["init"]);
        eventually("it has the lock, or is over", || note.exists() || ours() != ["0"]);
        starting.interrupt();
        ended.push(starting.wait().code);
    }
    assert!(ended.iter().all(|code| matches!(code, Some(0 | 1))), "{ended:?}");
    let applied = site.json("07:31", &["init"], 0)["migrations_applied"].clone();
    assert!(applied.is_array(), "{ended:?}");
    site.json("08:00", &["pair", "--status"], 0);
    assert_eq!(site.scan()["notices"].as_array().map(Vec::len), Some(1));
}

/// Ctrl-C while `scan` works: all of it or nothing.
#[cfg(unix)]
#[test]
fn an_interrupted_scan_is_whole_or_not_there() {
    let site = Site::of(11);
    let note = site.dir.path().join("wa-notify.toml.running");
    let mut ended = Vec::new();
    for _ in 0..3 {
        let scanning = site.start("08:30", &["scan"]);
        eventually("it has the lock, or is over", || {
            note.exists() || !site.look("SELECT ID FROM WA_RUN").is_empty()
        });
        scanning.interrupt();
        let ran = scanning.wait();
        let stored: Vec<usize> = ["WA_RUN", "WA_NOTICE", "WA_CLAIM"]
            .iter()
            .map(|table| site.dump()[*table].len())
            .collect();
        ended.push((ran.code, stored.clone()));
        assert!(stored.iter().all(|n| *n == 0) || stored[1] == 13, "{ended:?}");
    }
    site.scan();
    assert_eq!(site.look("SELECT COUNT(*) FROM WA_NOTICE"), ["13"], "{ended:?}");
}
