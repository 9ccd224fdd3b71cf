//! `send`: when, and to whom no more.

use std::collections::BTreeSet;

use serde_json::json;
use wa_notify::adapters::firebird::sample::{Case, Switch, close_day, import_bank_return, pay, set_flag};
use wa_notify::domain::ids::{ContactId, CustomerId, ReceivableId};

use super::{heard, nothing_came_twice, notices, phone};
use crate::support::site::{DAY, Plan, Site, eventually};

#[test]
fn at_the_hour_of_the_day_after_the_close_and_not_a_minute_before() {
    let site = Site::new();
    // The evening of the close itself is in the window, but is not the day.
    let scan = site.json("2026-08-10 19:30", &["scan"], 0);
    assert_eq!(
        (&scan["reference_day"], &scan["send_on"]),
        (&"2026-08-11".into(), &"2026-08-11".into())
    );
    let evening = site.json("2026-08-10 19:40", &["send"], 0);
    assert_eq!((&evening["due"], &evening["stops"]), (&0.into(), &json!([])));

    let early = site.json("08:59", &["send"], 0);
    assert_eq!(
        early["stops"],
        json!([{"kind": "window", "opens": "2026-08-11T09:00:00"}])
    );
    assert_eq!(early["waiting"], 3);
    let said = site.run("08:59", &["send"]).expect(0);
    insta::assert_snapshot!(said.stderr.trim(), @r"
    Fora do horário de envio: 3 avisos aguardam, nada se perdeu. Próximo horário:
    11/08/2026 09:00.
    ");
    assert_eq!(site.sandbox.requests("POST message/sendText"), 0);

    let sent = site.send(0);
    assert_eq!(
        (&sent["notices"], &sent["stops"]),
        (&json!({"sent": 3}), &json!([]))
    );
    assert_eq!(heard(&site).len(), 3);
}

#[test]
fn after_the_window_it_waits_for_the_next_day() {
    let site = Site::of(1);
    site.scan();
    let late = site.json("20:01", &["send"], 0);
    assert_eq!(
        late["stops"],
        json!([{"kind": "window", "opens": "2026-08-12T09:00:00"}])
    );
    // A person may insist.
    assert_eq!(
        site.json("20:02", &["send", "--ignore-window"], 0)["notices"],
        json!({"sent": 1})
    );
}

#[test]
fn sundays_and_holidays_wait() {
    // Saturday is closed, Sunday is the day after; Monday is the seventh of September.
    let site = Site::with(Plan {
        today: "2026-09-06",
        ..Plan::default()
    });
    site.scan();
    let opens = json!([{"kind": "window", "opens": "2026-09-08T09:00:00"}]);
    assert_eq!(site.json("2026-09-06 10:00", &["send"], 0)["stops"], opens);
    assert_eq!(site.json("2026-09-07 10:00", &["send"], 0)["stops"], opens);
    assert!(site.messages().is_empty());
    assert_eq!(
        site.json("2026-09-08 09:01", &["send"], 0)["notices"],
        json!({"sent": 3})
    );
    // Texts are of the day on which they leave.
    let statement = site
        .messages()
        .into_iter()
        .find(|m| m.text.starts_with("Extrato"))
        .unwrap();
    assert!(statement.text.contains("08/09/2026"), "{}", statement.text);
}

#[test]
fn not_what_was_paid_in_between() {
    let site = Site::of(3);
    let scan = site.scan();
    let both = notices(&scan)
        .iter()
        .find(|n| n["kind"] == "both")
        .expect("Case::Both");
    let (paid, open) = (&both["receivables"][0], &both["receivables"][1]);
    let id = |value: &serde_json::Value| ReceivableId::new(value.as_str().unwrap());
    site.erp(|erp| {
        assert!(pay(erp, &id(&notices(&scan)[0]["receivables"][0]["id"])).unwrap());
        assert!(pay(erp, &id(&paid["id"])).unwrap());
    });
    assert_eq!(site.send(0)["notices"], json!({"sent": 3, "skipped": 1}));
    assert_eq!(
        site.look("SELECT REASON FROM WA_NOTICE WHERE STATE = 'skipped'"),
        ["settled"]
    );
    // Nobody was told, so the stage is free again.
    let claims = |receivable: &serde_json::Value| {
        site.look(&format!(
            "SELECT STAGE FROM WA_CLAIM WHERE RECEIVABLE = '{}'",
            receivable.as_str().unwrap()
        ))
    };
    assert!(claims(&notices(&scan)[0]["receivables"][0]["id"]).is_empty());
    assert!(!heard(&site).contains_key(&phone(&scan, 0)), "paid: no word");

    let chat: Vec<_> = site
        .messages()
        .into_iter()
        .filter(|m| format!("+{}", m.to) == both["phone"].as_str().unwrap())
        .collect();
    let kinds: Vec<_> = chat.iter().map(|m| m.kind.as_str()).collect();
    assert_eq!(kinds, ["text", "document", "text", "document"]);
    let (paid, open) = (
        paid["document"].as_str().unwrap(),
        open["document"].as_str().unwrap(),
    );
    assert!(
        chat[0].text.contains(open) && !chat[0].text.contains(paid),
        "{}",
        chat[0].text
    );
    assert!(chat[1].text.starts_with("Boleto 1/1"), "{}", chat[1].text);
    let statement = site
        .sandbox
        .media_dir()
        .join(&chat[3].to)
        .join(chat[3].file_name.as_deref().unwrap());
    let statement = crate::documents::tools::Pdf::new(&std::fs::read(statement).unwrap()).text();
    assert!(
        statement.contains("13/08/2026") && !statement.contains("14/07/2026"),
        "{statement}"
    );
}

#[test]
fn not_whom_the_erp_unflagged_or_blocked_in_between() {
    let site = Site::of(3);
    let scan = site.scan();
    let contact = |nth: usize| ContactId::new(notices(&scan)[nth]["contact_id"].as_str().unwrap());
    site.erp(|erp| {
        set_flag(erp, &Switch::ReceivesNotice(contact(0)), false).unwrap();
        set_flag(erp, &Switch::Blocked(CustomerId::new("3")), true).unwrap();
    });
    assert_eq!(site.send(0)["notices"], json!({"sent": 2, "skipped": 2}));
    let mut reasons = site.look("SELECT REASON FROM WA_NOTICE WHERE STATE = 'skipped'");
    reasons.sort();
    assert_eq!(reasons, ["blocked", "no_flagged_contact"]);
    assert!(!heard(&site).contains_key(&phone(&scan, 0)));
}

#[test]
fn not_whom_who_opted_out_in_between() {
    let site = Site::of(9);
    let scan = site.scan();
    let customer = (Case::TwoBranches.customer_id()).to_string();
    let to = notices(&scan)
        .iter()
        .find(|n| n["customer_id"] == customer.as_str())
        .unwrap()["phone"]
        .as_str()
        .unwrap()
        .trim_start_matches('+')
        .to_owned();
    let before = notices(&scan)
        .iter()
        .position(|n| n["customer_id"] == customer.as_str())
        .unwrap()
        + 1;
    // The first of its two notices leaves; then the person has enough.
    let stops = site.json("09:01", &["send", "--limit", &before.to_string()], 0)["stops"].clone();
    assert_eq!(stops, json!([{"kind": "limit"}]));
    let heard_so_far = heard(&site)[&to];
    site.sandbox.reply(&to, "SAIR");
    assert_eq!(site.json("09:05", &["replies"], 0)["opted_out"], 1);
    site.json("09:06", &["send"], 0);
    assert_eq!(
        site.look("SELECT REASON FROM WA_NOTICE WHERE STATE = 'skipped'"),
        ["opted_out"]
    );
    assert_eq!(heard(&site)[&to], heard_so_far + 1, "only the confirmation came");
}

#[test]
fn not_without_a_contract_and_nothing_is_lost() {
    let site = Site::new();
    site.scan();
    site.erp(|erp| set_flag(erp, &Switch::Contracted, false).unwrap());
    let refused = site.run("09:01", &["send"]).expect(7);
    insta::assert_snapshot!(refused.stderr.trim(), @r"
    erro: O contrato não inclui avisos por WhatsApp. Nada foi feito.
      → No ERP: funcionalidades contratadas, Atualizar contrato.
    ");
    assert!(site.messages().is_empty());
    site.erp(|erp| set_flag(erp, &Switch::Contracted, true).unwrap());
    assert_eq!(site.json("09:31", &["send"], 0)["notices"], json!({"sent": 3}));
}

#[test]
fn a_missed_day_forgets_nobody_and_doubles_nobody() {
    let site = Site::of(11);
    let first = site.scan();
    let phones = |scan: &serde_json::Value| -> BTreeSet<String> {
        notices(scan)
            .iter()
            .map(|n| n["phone"].as_str().unwrap().to_owned())
            .collect()
    };
    // The machine was off on the day of sending.
    site.erp(|erp| close_day(erp, site.today).unwrap());
    let second = site.json("2026-08-12 08:30", &["scan"], 0);
    assert_eq!(
        second["totals"]["superseded"].as_u64().unwrap() as usize,
        notices(&first).len()
    );
    // Whose title was due on the missed day is between the stages now: grace first, then overdue.
    let between: Vec<String> = phones(&first).difference(&phones(&second)).cloned().collect();
    let due_today = notices(&first)
        .iter()
        .find(|n| n["receivables"][0]["stage"] == "upcoming:0")
        .expect("one is due");
    assert_eq!(
        between,
        [due_today["phone"].as_str().unwrap()],
        "nobody else is missing"
    );
    site.json("2026-08-12 09:01", &["send"], 0);
    let states = site.json("2026-08-12 09:05", &["status"], 0)["notices"].clone();
    assert_eq!(
        states["superseded"].as_u64().unwrap() as usize,
        notices(&first).len()
    );
    let mut texts: Vec<String> = site
        .messages()
        .into_iter()
        .filter(|m| m.opens())
        .map(|m| m.text)
        .collect();
    assert_eq!(texts.len(), notices(&second).len(), "nobody is written to twice");
    texts.dedup();
    assert_eq!(texts.len(), notices(&second).len());
    nothing_came_twice(&site);
    site.erp(|erp| close_day(erp, "2026-08-12".parse().unwrap()).unwrap());
    // Nobody imported the bank's file since the tenth: who paid must not be dunned.
    let stale = site.json("2026-08-13 08:20", &["scan", "--dry-run"], 0);
    assert!(notices(&stale).iter().all(|n| n["kind"] == "upcoming"), "{stale}");
    assert_eq!(
        stale["warnings"][0],
        json!({"kind": "bank_return_stale", "last": "2026-08-10"})
    );
    site.erp(|erp| import_bank_return(erp, "2026-08-12".parse().unwrap()).unwrap());
    let third = site.json("2026-08-13 08:30", &["scan"], 0);
    assert!(phones(&third).contains(&between[0]), "and this one comes, too");
}

#[test]
fn a_notice_under_way_ends_by_itself_and_the_next_scan_leaves_it_alone() {
    let site = Site::of(1);
    let scan = site.scan();
    site.sandbox
        .faults(json!({"fault": "too_many_requests", "retry_after": 0, "skip": 1, "times": 5}));
    let report = site.json("09:01", &["send"], 5);
    assert_eq!(
        report["stops"],
        json!([{"kind": "refused", "instance": "loja", "error": "rate_limited"}])
    );
    assert_eq!(site.messages().len(), 1, "the text left");
    site.erp(|erp| close_day(erp, site.today).unwrap());
    let next = site.json("2026-08-12 08:30", &["scan"], 0);
    assert_eq!(
        (notices(&next).len(), &next["totals"]["superseded"]),
        (0, &0.into())
    );
    // Three sending days later it is too late for the rest.
    assert_eq!(site.json("2026-08-14 09:01", &["send"], 0)["parts_accepted"], 0);
    assert_eq!(site.parts("1")[1..], ["expired", "expired", "expired"]);
    assert_eq!(heard(&site)[&phone(&scan, 0)], 1);
}

/// Two computers of one shop, each with a configuration of its own, on one queue.
#[test]
fn two_at_once_share_the_queue_and_double_nothing() {
    let site = Site::of(9);
    let scan = site.scan();
    let parts: usize = notices(&scan)
        .iter()
        .map(|n| n["documents"].as_array().unwrap().len())
        .sum();
    let second = site.dir.path().join("segunda");
    std::fs::create_dir(&second).unwrap();
    std::fs::copy(site.config(), second.join("wa-notify.toml")).unwrap();
    // Slow enough that both are there before one is done.
    site.sandbox.faults(json!({"fault": "delay", "ms": 60}));
    let here = site.start("09:01", &["--json", "send"]);
    let mut there = crate::support::site::program();
    there
        .arg("--config")
        .arg(second.join("wa-notify.toml"))
        .args(["--json", "send"])
        .env("WA_NOTIFY_NOW", crate::support::site::instant(DAY, "09:01"));
    let there = there.output().unwrap();
    let here = here.wait().expect(0).json();
    assert_eq!(there.status.code(), Some(0), "{there:?}");
    let there: serde_json::Value = serde_json::from_slice(&there.stdout).unwrap();
    let accepted = [&here, &there].map(|report| report["parts_accepted"].as_u64().unwrap() as usize);
    // Whatever one of them left alone because the other had it, the next run takes.
    let rest = site.json("09:31", &["send"], 0)["parts_accepted"]
        .as_u64()
        .unwrap() as usize;
    assert_eq!(
        (accepted.iter().sum::<usize>() + rest, site.messages().len()),
        (parts, parts),
        "{here} {there}"
    );
    assert!(
        accepted.iter().all(|n| *n > 0),
        "both had a hand in it: {accepted:?}"
    );
    nothing_came_twice(&site);
    // Each chat is in order, whoever wrote: text first, statement last.
    for to in heard(&site).into_keys() {
        let chat: Vec<_> = site.messages().into_iter().filter(|m| m.to == to).collect();
        assert!(
            chat[0].opens() && chat.last().unwrap().text.starts_with("Extrato"),
            "{chat:?}"
        );
    }
    // The stand-in delivers a moment after it accepts: a receipt that came too late for one run is the next one's.
    eventually("all delivered", || {
        site.run("09:32", &["send"]);
        site.json("09:32", &["status"], 0)["notices"] == json!({"delivered": notices(&scan).len()})
    });
}
