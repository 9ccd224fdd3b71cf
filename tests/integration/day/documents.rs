//! The documents of `--json`: their keys are public and may only grow (DESIGN.md section 9), so a new one is added here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::notices;
use crate::support::site::{SEND_AT, Site};

#[track_caller]
fn keys(value: &Value, expected: &str) {
    let found: BTreeSet<&str> = value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(found, expected.split_whitespace().collect());
}

#[test]
fn have_the_keys_of_the_contract() {
    let site = Site::of(4);
    site.sql("UPDATE TITULO_RECEBER SET VENCIMENTO = NULL WHERE ID = 9");
    let scan = site.json("08:20", &["scan", "--dry-run"], 8);
    let of_scan = "close reference_day dry_run held notices skipped bad_rows dropped_boletos warnings totals run send_on \
                   send_at send_until estimate_seconds";
    keys(&scan, of_scan);
    keys(&site.json("08:30", &["scan"], 8), of_scan);
    let of_notice = "customer_id customer_name contact_id contact_name branch_id instance phone kind total_cents \
                     receivables documents";
    for notice in notices(&scan) {
        keys(notice, of_notice);
        let phone = notice["phone"].as_str().unwrap();
        assert!(
            phone.starts_with("+55") && phone[1..].bytes().all(|b| b.is_ascii_digit()),
            "{phone}"
        );
        for key in ["customer_id", "contact_id", "branch_id"] {
            assert!(notice[key].is_string(), "ids are text: {key}");
        }
        for item in notice["receivables"].as_array().unwrap() {
            keys(item, "id document due_on stage balance_cents has_boleto");
            assert!(item["id"].is_string() && item["balance_cents"].is_i64());
        }
    }
    for skipped in scan["skipped"].as_array().unwrap() {
        keys(skipped, "customer_id contact_id receivable_id reason detail");
    }
    keys(&scan["bad_rows"][0], "query key column problem value");
    keys(
        &scan["totals"],
        "notices total_cents skipped skipped_by_reason bad_rows customers superseded standing",
    );

    let of_send = "due notices parts_accepted unknown late_answers waiting estimate_seconds plan stops failures silent spent_ms";
    let plan = site.json(SEND_AT, &["send", "--dry-run"], 0);
    keys(&plan, of_send);
    keys(&plan["plan"][0], "notice phone instance parts");
    site.sandbox
        .faults(serde_json::json!({"fault": "error_before", "times": 1}));
    keys(&site.send(8), of_send);

    site.sandbox.reply(&super::phone(&scan, 1), "Bom dia");
    keys(
        &site.json("09:10", &["replies"], 8),
        "seen stored intents answered forwarded opted_out opted_in unmatched needs_person unclear failed not_paired \
         restricted interrupted",
    );

    let status = site.json("09:11", &["status"], 8);
    keys(
        &status,
        "close notices parts needs_person held without_receipt arrived_late unknown replies instances last_runs moved_clock",
    );
    keys(
        &status["unknown"][0],
        "part kind customer_id phone reference reason begun_at",
    );
    keys(&status["replies"][0], "phone at intent text media notice");
    keys(
        &status["instances"][0],
        "instance state contacts_today first_used_on restricted_until pause_seconds",
    );
    assert_eq!(status["replies"][0]["phone"], notices(&scan)[1]["phone"], "E.164");

    let part = status["unknown"][0]["part"].as_str().unwrap().to_owned();
    keys(&site.json("09:12", &["resolve", &part, "drop"], 0), "part state");
    keys(&site.json("09:13", &["pair", "--status"], 0), "instance state");
    keys(
        &site.json("09:13", &["instances"], 0)[0],
        "instance contracted state",
    );
    keys(
        &site.json("09:13", &["init"], 0),
        "config config_written migrations_applied forced_writes last_close",
    );
    let out = site.dir.path().join("out");
    let preview = site.json("09:14", &["preview", "4", "--out", &out.to_string_lossy()], 0);
    keys(&preview, "customer_id already_claimed files skipped");
    // An error is a document, too.
    site.sql("UPDATE CONTRATO_FUNCIONALIDADE SET ATIVA = 'N'");
    let refused = site.json("09:15", &["send"], 7);
    keys(&refused, "error");
    keys(&refused["error"], "exit_code kind problems");
    keys(&refused["error"]["problems"][0], "message detail hint");
}
