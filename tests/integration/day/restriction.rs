//! A sign that WhatsApp restricts the number: everything stops, and it is remembered.

use serde_json::json;

use super::{nothing_came_twice, phone};
use crate::support::site::{SEND_AT, Site};

/// WhatsApp ends the link in the middle of the first of two notices; the gateway gets it back by itself.
fn restricted() -> Site {
    let site = Site::of(2);
    site.scan();
    site.sandbox
        .faults(json!({"fault": "unlink", "reason": 463, "skip": 1, "times": 1}));
    let sent = site.json(SEND_AT, &["send"], 6);
    let stops = sent["stops"].as_array().expect("stops");
    let sign = stops
        .iter()
        .find(|stop| stop["kind"] == "restricted")
        .expect("a sign");
    assert_eq!(
        (&sign["instance"], &sign["until"]),
        (&json!("loja"), &json!("2026-08-12"))
    );
    assert_eq!(site.messages().len(), 1);
    site.sandbox.clear_faults();
    site.sandbox
        .wait_for("/instance/connect/loja", |answer| answer.get("code").is_some());
    site.sandbox.scan("loja");
    site
}

#[test]
fn it_rests_until_the_next_sending_day_for_every_run() {
    let site = restricted();
    let asked =
        || site.sandbox.requests("POST message/sendText") + site.sandbox.requests("POST message/sendMedia");
    let before = asked();
    for at in ["09:31", "12:00", "18:00"] {
        let sent = site.json(at, &["send"], 8);
        assert_eq!(
            (&sent["stops"][0]["kind"], &sent["parts_accepted"]),
            (&json!("restricted"), &json!(0)),
            "{sent}"
        );
    }
    assert_eq!(asked(), before, "nothing was even asked for");
    let status = site.json("12:01", &["status"], 8);
    assert_eq!(status["instances"][0]["restricted_until"], "2026-08-12");
    let said = site.run("12:01", &["status"]).expect(8).stdout.replace('\n', " ");
    assert!(said.contains("wa-notify send --resume"), "{said}");
    let doctor = site.run("12:02", &["--json", "doctor"]).stdout;
    assert!(doctor.contains("\"restriction\""), "{doctor}");

    let sent = site.run("2026-08-12 09:01", &["--json", "send"]).json();
    assert!(sent["parts_accepted"].as_u64() > Some(0), "{sent}");
    nothing_came_twice(&site);
}

/// WhatsApp ends the link over an automatic answer: `replies` writes that down, and no `send` begins anything.
#[test]
fn what_replies_meets_stops_send() {
    let site = Site::of(2);
    let scan = site.scan();
    let sent = site.json(SEND_AT, &["send", "--limit", "1"], 0);
    assert!(sent["waiting"].as_u64() > Some(0), "{sent}");
    let messages = site.messages().len();
    site.sandbox.reply(&phone(&scan, 0), "Bom dia");
    site.sandbox
        .faults(json!({"fault": "unlink", "reason": 463, "times": 1}));
    let report = site.json("09:05", &["replies"], 8);
    assert_eq!(
        (
            &report["restricted"][0]["instance"],
            &report["restricted"][0]["until"]
        ),
        (&json!("loja"), &json!("2026-08-12")),
        "{report}"
    );
    // The gateway gets its link back by itself; the sign is remembered all the same.
    site.sandbox.clear_faults();
    site.sandbox
        .wait_for("/instance/connect/loja", |answer| answer.get("code").is_some());
    site.sandbox.scan("loja");
    let before = site.messages().len();
    let rests = site.json("09:31", &["send"], 8);
    assert_eq!(
        (&rests["stops"][0]["kind"], &rests["parts_accepted"]),
        (&json!("restricted"), &json!(0)),
        "{rests}"
    );
    assert_eq!(site.messages().len(), before);
    assert!(before <= messages + 1, "at most the one answer");
    // Told once: while it rests a poll has nothing new to say about it.
    assert_eq!(
        site.run("09:40", &["--json", "replies"]).json()["restricted"],
        json!([])
    );
    let sent = site.run("2026-08-12 09:01", &["--json", "send"]).json();
    assert!(sent["parts_accepted"].as_u64() > Some(0), "{sent}");
    nothing_came_twice(&site);
}

/// The link was ended while nobody sent: the poll that finds it says so in words.
#[test]
fn a_link_that_whatsapp_ended_is_written_down_by_replies() {
    let site = Site::of(2);
    site.scan();
    site.sandbox.control("/sandbox/unlink", &json!({"reason": 403}));
    let said = site
        .run("09:05", &["replies"])
        .expect(6)
        .stderr
        .replace('\n', " ");
    assert!(said.contains("wa-notify send --resume"), "{said}");
    // The same link, found down again, is no second sign.
    assert_eq!(site.json("09:15", &["replies"], 6)["restricted"], json!([]));
    let sent = site.json("09:16", &["send"], 8);
    assert_eq!(
        (&sent["stops"][0]["kind"], &sent["stops"][0]["until"]),
        (&json!("restricted"), &json!("2026-08-12")),
        "{sent}"
    );
}

#[test]
fn a_person_who_has_looked_goes_on() {
    let site = restricted();
    let said = site.run("09:31", &["send", "--resume", "another"]).expect(8);
    assert!(said.stderr.contains("Nenhuma instância"), "{said:?}");
    let sent = site.run("09:35", &["--json", "send", "--resume"]).json();
    assert!(sent["parts_accepted"].as_u64() > Some(0), "{sent}");
    assert_eq!(
        site.look("SELECT COUNT(*) FROM WA_INSTANCE WHERE RESTRICTED_ON IS NOT NULL"),
        ["0"]
    );
    nothing_came_twice(&site);
}

#[test]
fn linking_anew_lifts_it() {
    let site = restricted();
    site.sandbox.unlink("loja");
    site.run("10:00", &["pair", "--png", "qr.png"]).expect(0);
    let sent = site.run("10:05", &["--json", "send"]).json();
    assert!(sent["parts_accepted"].as_u64() > Some(0), "{sent}");
    nothing_came_twice(&site);
}
