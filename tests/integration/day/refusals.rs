//! What is refused, and with which exit code.

use serde_json::json;
use wa_notify::adapters::firebird::sample::{Switch, set_flag};

use super::notices;
use crate::support::site::{Plan, SEND_AT, Site, eventually};

#[test]
fn without_a_contract() {
    let site = Site::new();
    let before = site.dump();
    site.erp(|erp| set_flag(erp, &Switch::Contracted, false).unwrap());
    for args in [
        &["scan"][..],
        &["scan", "--dry-run"],
        &["send"],
        &["replies"],
        &["pair"],
        &["preview", "1"],
    ] {
        let refused = site.run(SEND_AT, args).expect(7);
        assert!(
            refused
                .stderr
                .starts_with("erro: O contrato não inclui avisos por WhatsApp."),
            "{refused:?}"
        );
    }
    site.erp(|erp| set_flag(erp, &Switch::Contracted, true).unwrap());
    site.sql("UPDATE CONTRATO_FUNCIONALIDADE SET VALIDADE = '10.08.2026' WHERE FUNCIONALIDADE = 'WHATSAPP'");
    let ended = site.run(SEND_AT, &["scan"]).expect(7);
    assert!(
        ended
            .stderr
            .starts_with("erro: O contrato de avisos por WhatsApp terminou em 10/08/2026."),
        "{ended:?}"
    );
    let document = site.json(SEND_AT, &["scan"], 7);
    assert_eq!(document["error"]["exit_code"], 7, "{document}");
    assert_eq!(site.dump()["WA_RUN"], before["WA_RUN"]);
}

#[test]
fn without_notices_by_email() {
    let site = Site::new();
    site.erp(|erp| set_flag(erp, &Switch::EmailConfigured, false).unwrap());
    for args in [&["scan"][..], &["scan", "--dry-run"]] {
        let refused = site.run("08:30", args).expect(7);
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused.stderr.trim(), @r"
            erro: Avisos por e-mail não estão configurados em nenhuma filial; o WhatsApp só
              os complementa. Nada foi feito.
              → Configure o aviso de débitos por e-mail no ERP.
            ");
        }
    }
}

#[test]
fn a_day_that_is_not_closed_and_one_long_closed() {
    let site = Site::new();
    let open = site.run("08:30", &["scan", "--close", "2026-08-11"]).expect(7);
    insta::assert_snapshot!(open.stderr.trim(), @r"
    erro: O ERP ainda não fechou 11/08/2026 (último fechamento: 10/08/2026). Nada
      foi selecionado.
      → Faça o fechamento do dia no ERP; o agendador tenta de novo sozinho.
    ");
    site.run("08:30", &["scan", "--close", "2026-08-11", "--dry-run"])
        .expect(7);
    let old = site.run("08:30", &["scan", "--close", "2026-08-05"]).expect(2);
    assert!(old.stderr.contains("05/08/2026"), "{old:?}");
    let looked = site.json("08:30", &["scan", "--close", "2026-08-05", "--dry-run"], 0);
    assert_eq!(
        (&looked["close"], &looked["reference_day"]),
        (&"2026-08-05".into(), &"2026-08-06".into())
    );
    assert!(site.look("SELECT ID FROM WA_RUN").is_empty());
}

#[test]
fn while_another_command_runs() {
    let site = Site::of(1);
    site.scan();
    site.sandbox.faults(json!({"fault": "freeze", "ms": 60_000}));
    let sending = site.start(SEND_AT, &["send"]);
    eventually("the request is at the gateway", || {
        site.sandbox.requests("POST message/sendText") == 1
    });
    for args in [
        &["send"][..],
        &["scan"],
        &["replies"],
        &["resolve", "1.1", "sent"],
        &["init"],
    ] {
        let locked = site.run("09:02", args).expect(9);
        let said = locked.stderr.split("(processo").next().unwrap_or_default();
        assert_eq!(
            said, "erro: Já há um \"wa-notify send\" rodando com esta configuração ",
            "{locked:?}"
        );
    }
    // Looking is always possible.
    site.run("09:02", &["status"]).expect(0);
    site.run("09:02", &["scan", "--dry-run"]).expect(0);
    sending.kill();
    // The lock goes with its holder.
    site.run("09:03", &["scan"]).expect(0);
}

#[test]
fn a_first_run_that_is_too_large_waits_for_a_person() {
    let site = Site::with(Plan {
        settings: "first_runs_limit = 2".into(),
        ..Plan::default()
    });
    let looked = site.json("08:20", &["scan", "--dry-run"], 0);
    assert!(!looked["held"].is_null(), "a dry run only reports it");
    let held = site.json("08:30", &["scan"], 10);
    assert_eq!((notices(&held).len(), &held["held"]), (3, &looked["held"]));
    let sent = site.send(0);
    assert_eq!(sent["due"], 0, "held notices are not due");
    assert!(site.messages().is_empty());
    assert_eq!(site.json("09:02", &["status"], 8)["held"], 3);
    assert_eq!(
        site.json("09:03", &["scan", "--confirm"], 0),
        json!({"confirmed": 3})
    );
    assert_eq!(site.json("09:04", &["send"], 0)["notices"], json!({"sent": 3}));
    site.run("09:05", &["status"]).expect(0);
}

#[test]
fn what_a_baseline_covers_is_never_sent() {
    let site = Site::of(3);
    let looked = site.json("08:20", &["scan", "--dry-run"], 0);
    let stages: usize = notices(&looked)
        .iter()
        .map(|n| n["receivables"].as_array().unwrap().len())
        .sum();
    assert_eq!(
        site.json("08:25", &["scan", "--baseline"], 0),
        json!({"baseline": stages})
    );
    let scan = site.scan();
    assert_eq!(notices(&scan).len(), 0);
    assert_eq!(scan["totals"]["skipped_by_reason"]["stage_claimed"], stages);
    assert_eq!(site.send(0)["due"], 0);
    // A stage that is reached later fires: customer 2 is five days before on the 11th, two days before on the 12th.
    site.erp(|erp| wa_notify::adapters::firebird::sample::close_day(erp, site.today).unwrap());
    let next = site.json("2026-08-12 08:30", &["scan"], 0);
    let customers: Vec<_> = notices(&next)
        .iter()
        .map(|n| n["customer_id"].as_str().unwrap())
        .collect();
    assert_eq!(customers, ["2", "2"]);
}
