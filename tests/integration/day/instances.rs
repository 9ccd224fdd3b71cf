//! Two branches, each with an instance of its own.

use serde_json::{Value, json};

use super::nothing_came_twice;
use crate::support::site::{SEND_AT, Site, eventually};

/// Two branches with two notices each, the first from `loja`, the second from `filial`; scanned.
fn two_branches() -> Site {
    let site = Site::of(6);
    site.sql("UPDATE WHATSAPP_INSTANCIA SET FILIAL = 1");
    site.sql("INSERT INTO WHATSAPP_INSTANCIA (ID, NOME, FILIAL) VALUES (2, 'filial', 2)");
    site.sql("UPDATE TITULO_RECEBER SET FILIAL = 2 WHERE MOD(CLIENTE, 2) = 0");
    site.sandbox.link("filial");
    site.scan();
    for instance in ["loja", "filial"] {
        assert!(notices_of(&site, instance).len() >= 2, "{instance}");
    }
    site
}

fn notices_of(site: &Site, instance: &str) -> Vec<String> {
    site.look(&format!(
        "SELECT STATE FROM WA_NOTICE WHERE INSTANCE = '{instance}'"
    ))
}

/// All of its notices are with their debtors.
#[track_caller]
fn is_done(site: &Site, instance: &str) {
    let states = notices_of(site, instance);
    let left = |state: &String| state == "sent" || state == "delivered";
    assert!(states.iter().all(left), "{instance}: {states:?}");
}

/// The instance of each message that reached a phone, in order.
fn order(site: &Site) -> Vec<String> {
    let lines = site.sandbox.log_lines();
    let instance = |line: &Value| line["instance"].as_str().map(str::to_owned);
    lines.iter().filter_map(instance).collect()
}

#[test]
fn they_send_side_by_side() {
    let site = two_branches();
    // One after the other, all of one would come before all of the other.
    site.reconfigure("contact_gap = [0, 0]", "contact_gap = [4, 4]");
    let sent = site.send(0);
    assert_eq!((&sent["waiting"], &sent["stops"]), (&0.into(), &json!([])));
    let order = order(&site);
    let first = |instance: &str| order.iter().position(|i| i == instance).unwrap();
    let last = |instance: &str| order.iter().rposition(|i| i == instance).unwrap();
    assert!(
        first("filial") < last("loja") && first("loja") < last("filial"),
        "{order:?}"
    );
    for instance in ["loja", "filial"] {
        is_done(&site, instance);
    }
    nothing_came_twice(&site);
    assert_eq!(sent["parts_accepted"], order.len());
}

#[test]
fn one_that_is_not_linked_holds_up_no_other() {
    let site = two_branches();
    site.sandbox.unlink("filial");
    let sent = site.send(6);
    let stops = sent["stops"].as_array().unwrap();
    assert_eq!(stops.len(), 1, "{stops:?}");
    assert_eq!(
        (&stops[0]["kind"], &stops[0]["instance"]),
        (&"not_paired".into(), &"filial".into())
    );
    let waiting = notices_of(&site, "filial");
    assert!(waiting.iter().all(|state| state == "queued"), "{waiting:?}");
    assert_eq!(sent["waiting"], waiting.len());
    is_done(&site, "loja");
    assert!(order(&site).iter().all(|instance| instance == "loja"));

    site.sandbox
        .wait_for("/instance/connect/filial", |answer| answer.get("code").is_some());
    site.sandbox.scan("filial");
    assert_eq!(site.json("09:31", &["send"], 0)["waiting"], 0);
    is_done(&site, "filial");
    nothing_came_twice(&site);
}

#[test]
fn one_that_whatsapp_restricts_stops_the_run_and_the_next_one_goes_on_without_it() {
    let site = two_branches();
    // WhatsApp logs the number out in the middle of its first notice.
    site.sandbox
        .faults(json!({"fault": "unlink", "reason": 403, "instance": "filial", "skip": 1, "times": 1}));
    let sent = site.send(6);
    let stops = sent["stops"].as_array().unwrap();
    let sign = stops.iter().find(|stop| stop["kind"] == "restricted");
    assert_eq!(
        sign.map(|stop| &stop["instance"]),
        Some(&"filial".into()),
        "{stops:?}"
    );
    // The other one may have been done by then.
    let others = stops.iter().filter(|stop| stop["instance"] == "loja");
    for stop in others {
        assert_eq!(
            (&stop["kind"], &stop["restricted"]),
            (&"of_another".into(), &"filial".into())
        );
    }
    // Its own number is not restricted: half an hour later it goes on, and the other is not even asked.
    site.sandbox
        .wait_for("/instance/connect/filial", |answer| answer.get("code").is_some());
    site.sandbox.scan("filial");
    let next = site.json("09:31", &["send"], 8);
    assert!(
        next["stops"]
            .as_array()
            .unwrap()
            .iter()
            .all(|stop| stop["instance"] == "filial"),
        "{next}"
    );
    is_done(&site, "loja");
    let left = order(&site)
        .iter()
        .filter(|instance| *instance == "filial")
        .count();
    assert!(left <= 2, "it went on: {left}");
}

#[test]
fn what_breaks_one_worker_loses_nothing_of_the_others() {
    let site = two_branches();
    let ddl = [
        "CREATE EXCEPTION BROKEN 'broken'",
        "CREATE TRIGGER BREAKS FOR WA_INSTANCE BEFORE UPDATE AS BEGIN \
         IF (NEW.INSTANCE = 'filial') THEN EXCEPTION BROKEN; END",
    ];
    for statement in ddl {
        site.fresh(|c| c.execute(statement, &[])).expect(statement);
    }
    let sent = site.send(4);
    let failures = sent["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(
        (&failures[0]["instance"], &failures[0]["error"]["exit_code"]),
        (&"filial".into(), &4.into())
    );
    is_done(&site, "loja");
    let accepted = site.look("SELECT COUNT(*) FROM WA_PART WHERE STATE = 'accepted'");
    assert_eq!(
        order(&site).len().to_string(),
        accepted[0],
        "the truth is on record"
    );
    assert!(notices_of(&site, "filial").iter().all(|state| state == "queued"));

    site.fresh(|c| c.execute("DROP TRIGGER BREAKS", &[]))
        .expect("mended");
    assert_eq!(site.json("09:31", &["send"], 0)["waiting"], 0);
    nothing_came_twice(&site);
}

#[test]
fn the_limit_is_the_runs_and_not_each_ones() {
    let site = two_branches();
    let sent = site.json(SEND_AT, &["send", "--limit", "1"], 0);
    assert_eq!(site.messages().iter().filter(|m| m.opens()).count(), 1);
    assert_eq!(sent["stops"], json!([{"kind": "limit"}]));
    let rest = site.json("09:31", &["send"], 0);
    assert_eq!(rest["due"], sent["waiting"]);
    nothing_came_twice(&site);
}

#[test]
#[cfg(unix)]
fn ctrl_c_stops_them_all_and_each_keeps_its_record() {
    let site = two_branches();
    site.reconfigure("contact_gap = [0, 0]", "contact_gap = [600, 600]");
    let running = site.start(SEND_AT, &["--json", "send"]);
    eventually("both have sent one", || {
        let order = order(&site);
        ["loja", "filial"]
            .iter()
            .all(|wanted| order.iter().filter(|instance| instance == wanted).count() >= 2)
    });
    running.interrupt();
    let sent = running.wait().json();
    assert_eq!(sent["stops"], json!([{"kind": "interrupted"}]));
    let open = site.look("SELECT COUNT(*) FROM WA_NOTICE WHERE STATE IN ('queued', 'sending')");
    assert_eq!(sent["waiting"].to_string(), open[0]);
    assert!(
        site.look("SELECT STATE FROM WA_PART WHERE STATE IN ('sending', 'unknown')")
            .is_empty()
    );
    nothing_came_twice(&site);
}
