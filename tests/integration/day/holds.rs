//! `hold` and `replies --done`: what a person says counts from then on.

use serde_json::{Value, json};

use super::{notices, phone};
use crate::support::site::Site;

fn reasons(report: &Value) -> Vec<(&str, &str)> {
    let word = |skip: &'_ Value, key: &str| skip[key].as_str().expect("a word").to_owned();
    let mut reasons: Vec<(&str, &str)> = report["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|skip| word(skip, "reason") == "on_hold")
        .map(|skip| {
            (
                skip["customer_id"].as_str().expect("an id"),
                skip["detail"].as_str().expect("a detail"),
            )
        })
        .collect();
    reasons.sort_unstable();
    reasons
}

#[test]
fn a_promise_ends_by_itself_and_a_dispute_by_a_person() {
    let site = Site::new();
    assert_eq!(notices(&site.json("08:00", &["scan", "--dry-run"], 0)).len(), 3);
    assert_eq!(site.json("08:00", &["hold"], 0), json!({"holds": []}));
    let held = site.json("08:01", &["hold", "1", "--until", "2026-08-12"], 0);
    assert_eq!(
        held,
        json!({"customer_id": "1", "on_hold": true, "changed": true, "kind": "promise", "until": "2026-08-12"})
    );
    site.json("08:02", &["hold", "2", "--dispute"], 0);
    let said = site.run("08:03", &["hold"]).expect(0).stdout;
    assert!(
        said.contains("12/08/2026") && said.contains("segunda ordem") && said.contains("contestação"),
        "{said}"
    );
    let dry = site.json("08:04", &["scan", "--dry-run"], 0);
    assert_eq!(
        reasons(&dry),
        [("1", "promise until 2026-08-12"), ("2", "dispute")]
    );

    // The day after the promise the first one is written to again; the other one waits for a word.
    let dry = site.json("2026-08-13 08:00", &["scan", "--dry-run"], 0);
    assert_eq!(reasons(&dry), [("2", "dispute")]);
    let listed = site.json("2026-08-13 08:01", &["hold"], 0)["holds"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(
        site.json("2026-08-13 08:02", &["hold", "2", "--lift"], 0)["on_hold"],
        false
    );
    let again = site.run("2026-08-13 08:03", &["hold", "2", "--lift"]).expect(0);
    assert!(again.stdout.contains("não estava em espera"), "{again:?}");
    assert!(reasons(&site.json("2026-08-13 08:04", &["scan", "--dry-run"], 0)).is_empty());
}

/// The promise comes by telephone when the notice is queued already.
#[test]
fn what_is_queued_does_not_leave_either() {
    let site = Site::new();
    site.scan();
    site.json("08:50", &["hold", "2", "--until", "2026-08-20"], 0);
    let sent = site.send(0);
    assert_eq!(sent["notices"], json!({"sent": 1, "skipped": 2}), "{sent}");
    let why = site.look("SELECT DISTINCT REASON FROM WA_NOTICE WHERE STATE = 'skipped'");
    assert_eq!(why, ["on_hold"]);
    // Nobody is forgotten: lifted, the next selection finds them.
    site.json("09:30", &["hold", "2", "--lift"], 0);
    assert_eq!(notices(&site.json("09:31", &["scan"], 0)).len(), 2);
}

#[test]
fn a_hold_needs_one_customer_and_a_day_to_come() {
    let site = Site::of(5);
    for (args, says) in [
        (&["hold", "1", "--until", "2026-08-10"][..], "já passou"),
        (&["hold", "9999", "--dispute"], "Nenhum cliente"),
        (&["hold", "a", "--dispute"], "Mais de um cliente"),
        (&["hold", "1"], "Falta"),
        (&["hold", "1", "--dispute", "--lift"], "--lift"),
        (&["hold", "--dispute"], "Falta"),
        (&["hold", "1", "--until", "amanhã"], "amanhã"),
    ] {
        let ran = site.run("08:00", args).expect(2);
        assert!(ran.stderr.contains(says), "{ran:?}");
    }
    assert!(site.look("SELECT CUSTOMER FROM WA_HOLD").is_empty());
}

#[test]
fn replies_that_somebody_has_read_are_shown_no_more() {
    let site = Site::new();
    let scan = site.scan();
    site.send(0);
    for at in [0, 1] {
        site.sandbox.reply(&phone(&scan, at), "Consigo parcelar?");
    }
    site.json("09:05", &["replies"], 8);
    let waiting = site.json("09:06", &["status"], 8);
    let first = &waiting["replies"][0]["notice"];
    let said = site.run("09:06", &["status"]).expect(8).stdout;
    assert!(
        said.contains(&format!("  {first}. ")) && said.contains("replies --done"),
        "{said}"
    );
    let done = site.json("09:07", &["replies", "--done", &first.to_string()], 0);
    assert_eq!(done["done"], 1);
    let left = site.json("09:08", &["status"], 8);
    assert_eq!(left["replies"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        site.json("09:09", &["replies", "--done", "all"], 0),
        json!({"notice": null, "done": 1})
    );
    assert_eq!(site.json("09:10", &["status"], 0)["needs_person"], 0);
    let ran = site.run("09:11", &["replies", "--done", "dezessete"]).expect(2);
    assert!(ran.stderr.contains("número de um aviso"), "{ran:?}");
}
