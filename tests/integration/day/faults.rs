//! The gateway misbehaves.

use serde_json::json;

use super::{heard, nothing_came_twice, notices, phone};
use crate::support::sandbox::API_KEY;
use crate::support::site::{SEND_AT, Site};

/// One notice of four parts; the second one meets the fault. Gives the site after the first `send`.
fn second_part_meets(fault: &str) -> Site {
    let site = Site::of(1);
    site.scan();
    site.sandbox
        .faults(json!({"fault": fault, "skip": 1, "times": 1}));
    let report = site.send(8);
    assert_eq!(
        (&report["unknown"], &report["notices"]),
        (&json!(["1.2"]), &json!({"needs_person": 1})),
        "{fault}"
    );
    assert_eq!(
        site.parts("1")[1..],
        ["unknown", "queued", "queued"],
        "the later ones wait"
    );
    site
}

/// What may have left is not sent again, however often `send` runs, until it is found; then the notice goes on.
fn is_found(fault: &str) {
    let site = second_part_meets(fault);
    assert_eq!(site.messages().len(), 2, "{fault}: it did arrive");
    // In the quiet period nobody asks.
    site.json("09:02", &["send"], 8);
    assert_eq!(site.messages().len(), 2);
    let later = site.json("09:04", &["send"], 0);
    assert_eq!(
        (&later["parts_accepted"], &later["notices"]),
        (&2.into(), &json!({"sent": 1})),
        "{fault}"
    );
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
    site.json("09:05", &["send"], 0);
    assert_eq!(site.messages().len(), 4);
}

/// Absence is no proof: it waits for a person. Gives the site after several `send`s.
fn waits(fault: &str, arrived: usize) -> Site {
    let site = second_part_meets(fault);
    for at in ["09:02", "09:04", "09:30", "2026-08-12 09:01"] {
        let report = site.json(at, &["send"], 8);
        assert_eq!(
            (&report["unknown"], &report["parts_accepted"]),
            (&json!(["1.2"]), &0.into()),
            "{fault} {at}"
        );
    }
    assert_eq!(
        site.messages().len(),
        arrived,
        "{fault}: nothing is sent again by itself"
    );
    let status = site.json("09:31", &["status"], 8);
    assert_eq!(
        (&status["needs_person"], &status["unknown"][0]["part"]),
        (&1.into(), &"1.2".into())
    );
    site
}

#[test]
fn an_error_after_delivery_is_found() {
    is_found("error_after");
}

#[test]
fn a_connection_dropped_after_delivery_is_found() {
    is_found("drop_after");
}

#[test]
fn an_error_before_delivery_waits_and_a_person_says_retry() {
    let site = waits("error_before", 1);
    let said = site.run("09:40", &["resolve", "1.2", "retry"]).expect(0);
    insta::assert_snapshot!(said.stdout.trim(), @"Parte 1.2: na fila.");
    assert_eq!(site.json("09:41", &["send"], 0)["notices"], json!({"sent": 1}));
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
}

#[test]
fn a_connection_dropped_before_delivery_waits_and_a_person_says_drop() {
    let site = waits("drop_before", 1);
    site.json("09:40", &["resolve", "1.2", "drop"], 0);
    site.json("09:41", &["send"], 0);
    let parts = site.parts("1");
    assert_eq!(parts[1], "skipped", "{parts:?}");
    let names: Vec<_> = site
        .messages()
        .into_iter()
        .map(|m| m.file_name.is_some())
        .collect();
    assert_eq!(names, [false, false, true], "text, code, statement");
}

#[test]
fn a_refusal_after_delivery_proves_nothing_and_a_person_says_sent() {
    // The gateway's own database refused the row: 400, in the chat, and not to be found.
    let site = waits("bad_request_after", 2);
    site.json("09:40", &["resolve", "1.2", "sent"], 0);
    assert_eq!(site.json("09:41", &["send"], 0)["notices"], json!({"sent": 1}));
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
    let refused = site.run("09:42", &["resolve", "1.2", "retry"]).expect(2);
    assert!(!refused.stderr.is_empty());
    assert_eq!(
        site.run("09:42", &["resolve", "7.1", "retry"]).code,
        Some(2),
        "no such part"
    );
}

#[test]
fn a_number_that_cannot_be_asked_about_holds_up_nobody_else() {
    let site = Site::of(4);
    let scan = site.scan();
    let first = phone(&scan, 0);
    let fails_once = json!({"fault": "error_before", "on": "numbers", "times": 1});
    site.sandbox.faults(fails_once.clone());
    let report = site.send(5);
    assert_eq!(
        (&report["stops"][0]["kind"], &report["stops"][1]),
        (&json!("gateway"), &json!(null)),
        "{report}"
    );
    assert_eq!(report["waiting"], json!(1), "{report}");
    let due = report["due"].as_u64().expect("a number");
    assert_eq!(
        report["notices"],
        json!({"queued": 1, "sent": due - 1}),
        "{report}"
    );
    assert!(!heard(&site).contains_key(&first));
    // It is told again as long as it lasts, and goes out once the gateway knows.
    site.sandbox.faults(fails_once);
    assert_eq!(site.json("09:31", &["send"], 5)["waiting"], json!(1));
    assert_eq!(site.json("10:01", &["send"], 0)["notices"], json!({"sent": 1}));
    assert!(heard(&site).contains_key(&first));
    nothing_came_twice(&site);
}

#[test]
fn a_gateway_that_answers_about_no_number_is_left_alone_after_three() {
    let site = Site::of(5);
    site.scan();
    site.sandbox
        .faults(json!({"fault": "error_before", "on": "numbers"}));
    let report = site.send(5);
    assert_eq!(report["waiting"], report["due"]);
    assert_eq!(report["stops"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(site.sandbox.requests("POST chat/whatsappNumbers"), 3);
    assert!(site.messages().is_empty());
}

/// Three in doubt, and a gateway that knows the key no more: one question shows it.
#[test]
fn a_gateway_that_refuses_the_key_is_asked_about_one_of_those_in_doubt() {
    let site = Site::of(3);
    site.scan();
    site.sandbox.faults(json!({"fault": "error_before", "times": 3}));
    site.send(5);
    site.reconfigure(API_KEY, "another-key");
    let asked = || site.sandbox.requests("POST chat/findMessages");
    let before = asked();
    let report = site.json("09:31", &["send"], 5);
    assert_eq!(report["unknown"], json!(["1.1", "2.1", "3.1"]), "{report}");
    assert_eq!(asked(), before + 1);
}

#[test]
fn three_answers_in_a_row_that_prove_nothing_stop_the_run() {
    let site = Site::of(3);
    site.scan();
    site.sandbox.faults(json!({"fault": "error_before", "times": 3}));
    let report = site.send(5);
    assert_eq!(report["stops"], json!([{"kind": "unclear", "instance": "loja"}]));
    assert_eq!(
        (&report["unknown"], &report["waiting"]),
        (&json!(["1.1", "2.1", "3.1"]), &1.into())
    );
    assert!(site.messages().is_empty());
    // The one that was not begun goes out with the next run; the three wait for a person.
    let report = site.json("09:31", &["send"], 8);
    assert_eq!(
        (&report["notices"], &report["due"]),
        (&json!({"sent": 1}), &1.into())
    );
    assert_eq!(heard(&site).len(), 1);
}

#[test]
fn what_is_accepted_and_never_arrives_is_seen_after_hours() {
    let site = Site::of(1);
    site.scan();
    site.sandbox.faults(json!({"fault": "not_delivered"}));
    assert_eq!(site.send(0)["notices"], json!({"sent": 1}));
    assert!(site.messages().is_empty());
    assert_eq!(
        site.json("20:00", &["status"], 0)["without_receipt"],
        0,
        "a phone may be off for some hours"
    );
    let status = site.json("21:02", &["status"], 8);
    assert_eq!(
        (&status["without_receipt"], &status["needs_person"]),
        (&4.into(), &4.into())
    );
    let said = site.run("21:02", &["status"]).expect(8).stdout;
    assert!(
        said.contains("sem confirmação") || said.contains("confirma"),
        "{said}"
    );
}

#[test]
fn too_many_requests_are_slowed_down() {
    let site = Site::of(1);
    site.scan();
    site.sandbox
        .faults(json!({"fault": "too_many_requests", "retry_after": 1, "skip": 1, "times": 1}));
    assert_eq!(site.send(0)["notices"], json!({"sent": 1}));
    assert_eq!(site.messages().len(), 4);
    nothing_came_twice(&site);
    assert_eq!(
        site.sandbox.requests("POST message/sendMedia"),
        3,
        "two documents, one of them twice"
    );
}

#[test]
fn too_many_requests_without_a_time_back_off_and_go_on_in_the_same_run() {
    let site = Site::of(1);
    site.scan();
    site.sandbox
        .faults(json!({"fault": "too_many_requests", "skip": 1, "times": 1}));
    assert_eq!(site.send(0)["notices"], json!({"sent": 1}));
    assert_eq!(site.sandbox.requests("POST message/sendMedia"), 3);
    nothing_came_twice(&site);
}

#[test]
fn a_retry_after_the_notices_days_says_that_it_is_too_late() {
    let site = second_part_meets("error_before");
    let said = site
        .run("2026-08-20 10:00", &["resolve", "1.2", "retry"])
        .expect(0);
    let words = format!("{} {}", said.stdout, said.stderr).replace('\n', " ");
    assert!(words.contains("já passaram"), "{words}");
    assert_eq!(site.parts("1")[1..], ["expired", "expired", "expired"]);
    assert_eq!(site.messages().len(), 1);
}

#[test]
fn a_number_without_whatsapp_fails_alone() {
    let site = Site::new();
    let scan = site.scan();
    site.sandbox
        .faults(json!({"fault": "number_unknown", "number": phone(&scan, 0)}));
    let report = site.send(8);
    assert_eq!(report["notices"], json!({"failed": 1, "sent": 2}));
    assert_eq!(
        site.look("SELECT REASON FROM WA_NOTICE WHERE STATE = 'failed'"),
        ["not_on_whatsapp"]
    );
    assert_eq!(heard(&site).len(), 2);
    assert!(
        site.look("SELECT STAGE FROM WA_CLAIM WHERE NOTICE = 1")
            .is_empty(),
        "nobody was told"
    );
}

#[test]
fn unlinked_before_and_on_the_way() {
    let site = Site::new();
    site.scan();
    site.sandbox.unlink("loja");
    let report = site.send(6);
    assert_eq!(report["waiting"], 3);
    let said = site.run(SEND_AT, &["send"]).expect(6);
    insta::assert_snapshot!(said.stderr.trim(), @r"
    3 avisos na hora; cerca de 1 s. Ctrl-C termina a mensagem em curso e para.
    WhatsApp desconectado (instância loja). Nada se perdeu: 3 avisos aguardam. Com o
    celular da loja na mão: wa-notify pair
    ");
    assert!(site.messages().is_empty());

    site.run("09:05", &["pair", "--png", "qr.png"]).expect(0);
    site.sandbox
        .faults(json!({"fault": "unlink", "skip": 5, "times": 1}));
    let report = site.json("09:10", &["send"], 6);
    // "Connection closed" does not prove that the message in hand stayed; the third notice waits.
    assert_eq!(
        (&report["waiting"], &report["unknown"]),
        (&1.into(), &json!(["2.2"]))
    );
    assert_eq!(site.messages().len(), 5);
    site.run("09:12", &["pair", "--png", "qr.png"]).expect(0);
    let report = site.json("09:20", &["send"], 8);
    assert_eq!(
        (&report["notices"], &report["unknown"]),
        (&json!({"sent": 1}), &json!(["2.2"]))
    );
    assert_eq!(site.messages().len(), 9);
    site.json("09:21", &["resolve", "2.2", "retry"], 0);
    site.json("09:22", &["send"], 0);
    assert_eq!(site.messages().len(), 12);
    nothing_came_twice(&site);
}

#[test]
fn a_wrong_key_and_a_gateway_that_is_down() {
    let site = Site::new();
    site.scan();
    let key = crate::support::sandbox::API_KEY;
    site.reconfigure(key, "another-key");
    let report = site.send(5);
    assert_eq!(
        (&report["waiting"], &report["stops"][0]["kind"]),
        (&3.into(), &"gateway".into())
    );
    let said = site.run(SEND_AT, &["send"]).expect(5);
    assert!(
        said.stderr.contains("O gateway recusou a chave") && said.stderr.contains("3 avisos aguardam"),
        "{said:?}"
    );
    assert!(!said.stderr.contains("another-key"));
    site.run(SEND_AT, &["replies"]).expect(5);
    site.run(SEND_AT, &["pair", "--status"]).expect(5);
    site.reconfigure("another-key", key);

    // Port 9 of this machine is nobody's.
    let url = site.sandbox.url().to_owned();
    site.reconfigure(&url, "http://127.0.0.1:9");
    let said = site.run(SEND_AT, &["send"]).expect(5);
    assert!(
        said.stderr
            .contains("O gateway em http://127.0.0.1:9 não responde. Nada se perdeu"),
        "{said:?}"
    );
    site.run(SEND_AT, &["replies"]).expect(5);
    site.run(SEND_AT, &["pair"]).expect(5);
    site.reconfigure("http://127.0.0.1:9", &url);
    assert_eq!(
        site.json("09:05", &["send"], 0)["notices"],
        json!({"sent": 3}),
        "nothing was lost"
    );
}

#[test]
fn an_account_older_than_the_ninth_digit_is_written_to_by_its_own_id() {
    let site = Site::of(1);
    let scan = site.scan();
    let number = phone(&scan, 0);
    site.sandbox
        .faults(json!({"fault": "ninth_digit", "number": number}));
    assert_eq!(site.send(0)["notices"], json!({"sent": 1}));
    let without = format!("{}{}", &number[..4], &number[5..]);
    assert_eq!(heard(&site).into_iter().collect::<Vec<_>>(), [(without, 4)]);
    // And its answers are its own.
    site.sandbox.reply(&number, "ok");
    assert_eq!(site.json("09:05", &["replies"], 8)["stored"], 1);
    assert_eq!(
        site.look("SELECT PHONE FROM WA_REPLY"),
        [notices(&scan)[0]["phone"].as_str().unwrap()]
    );
}
