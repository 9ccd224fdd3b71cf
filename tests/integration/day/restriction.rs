//! A sign that WhatsApp restricts the number: everything stops, and it is remembered.

use serde_json::json;

use super::nothing_came_twice;
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
