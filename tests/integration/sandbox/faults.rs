//! Each fault does what it says: to the caller, on the wire, and to the phone.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{JOAO, MARIA, found, linked, send_text, statuses};
use crate::support::sandbox::{API_KEY, Reply, Sandbox};

/// Sends one text under a fault; what the caller saw, and how many messages the phone and the gateway's database have.
fn suffer(fault: Value) -> (Reply, usize, usize) {
    let sandbox = linked();
    sandbox.faults(fault);
    let reply = send_text(&sandbox, MARIA, "Olá");
    let outcome = (reply, sandbox.log_lines().len(), found(&sandbox, json!({})).len());
    assert_eq!(sandbox.state()["faults"][0]["fired"], 1);
    outcome
}

#[test]
fn error_before_delivery() {
    let (reply, delivered, stored) = suffer(json!({"fault": "error_before"}));
    assert_eq!((reply.status, delivered, stored), (500, 0, 0));
}

#[test]
fn error_after_delivery() {
    let (reply, delivered, stored) = suffer(json!({"fault": "error_after"}));
    assert_eq!((reply.status, delivered, stored), (500, 1, 1));
}

#[test]
fn connection_dropped_before_delivery() {
    let (reply, delivered, stored) = suffer(json!({"fault": "drop_before"}));
    assert!(reply.was_dropped(), "{reply:?}");
    assert_eq!((delivered, stored), (0, 0));
}

#[test]
fn connection_dropped_after_delivery() {
    let (reply, delivered, stored) = suffer(json!({"fault": "drop_after"}));
    assert!(reply.was_dropped(), "{reply:?}");
    assert_eq!((delivered, stored), (1, 1));
}

#[test]
fn too_many_requests_says_when_to_come_back() {
    let (reply, delivered, stored) = suffer(json!({"fault": "too_many_requests", "retry_after": 7}));
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("7")));
    assert_eq!((delivered, stored), (0, 0));
}

#[test]
fn bad_request_after_delivery_cannot_be_found_later() {
    let (reply, delivered, stored) = suffer(json!({"fault": "bad_request_after"}));
    assert_eq!((reply.status, delivered, stored), (400, 1, 0));
    assert!(
        !reply.text().contains("exists"),
        "nothing that would prove a refusal: {}",
        reply.text()
    );
}

#[test]
fn freeze_holds_then_fails_as_recorded() {
    let (begun, held) = (now(), 400);
    let (reply, delivered, stored) = suffer(json!({"fault": "freeze", "ms": held}));
    assert!(begun.elapsed() >= Duration::from_millis(held));
    assert_eq!((reply.status, delivered, stored), (500, 0, 0));
    let message = &reply.json()["response"]["message"];
    assert_eq!(message, "Cannot read properties of undefined (reading 'find')");
}

#[test]
fn delay_is_waited_and_then_all_is_well() {
    let begun = now();
    let (reply, delivered, stored) = suffer(json!({"fault": "delay", "ms": 400}));
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert_eq!((reply.status, delivered, stored), (201, 1, 1));
}

#[test]
fn delivered_at_once_but_answered_late() {
    let sandbox = linked();
    sandbox.faults(json!({"fault": "delay_after", "ms": 1_500}));
    std::thread::scope(|scope| {
        let caller = scope.spawn(|| send_text(&sandbox, MARIA, "Olá").status);
        sandbox.wait_for("/sandbox/delivered", |delivered| {
            delivered.as_array().unwrap().len() == 1
        });
        assert!(!caller.is_finished(), "the phone has it before the caller knows");
        assert_eq!(caller.join().unwrap(), 201);
    });
}

#[test]
fn unlinked_in_mid_send() {
    let sandbox = linked();
    sandbox.faults(json!({"fault": "unlink", "times": 1}));
    let reply = send_text(&sandbox, MARIA, "Olá");
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.json()["response"]["message"],
        json!(["Error: Connection Closed"])
    );
    assert!(sandbox.log_lines().is_empty());
    assert_eq!(
        sandbox.get("/instance/connectionState/loja").json()["instance"]["state"],
        "close"
    );
    assert_eq!(
        sandbox.get("/instance/fetchInstances").json()[0]["disconnectionReasonCode"],
        401
    );
    // It can be linked again, and then sends.
    sandbox.wait_for("/instance/connect/loja", |answer| answer.get("code").is_some());
    sandbox.scan("loja");
    assert_eq!(send_text(&sandbox, MARIA, "Olá").status, 201);
}

#[test]
fn never_acknowledged_and_never_delivered_both_look_accepted() {
    let sandbox = linked();
    sandbox.faults(
        json!([{"fault": "never_ack", "times": 1}, {"fault": "not_delivered", "skip": 1, "times": 1}]),
    );
    let send = |text: &str| {
        let reply = send_text(&sandbox, MARIA, text);
        assert_eq!((reply.status, &reply.json()["status"]), (201, &json!("PENDING")));
        reply.json()["key"]["id"].as_str().unwrap().to_owned()
    };
    let (unacknowledged, undelivered, normal) = (send("um"), send("dois"), send("três"));
    // The last one has all its acknowledgements, so the earlier ones would have theirs.
    statuses(&sandbox, &normal, "DELIVERY_ACK");
    sandbox.open_chat(MARIA);
    statuses(&sandbox, &normal, "READ");
    for id in [&unacknowledged, &undelivered] {
        assert_eq!(
            found(&sandbox, json!({"key": {"id": id}}))[0]["MessageUpdate"],
            json!([])
        );
    }
    let delivered: Vec<Value> = sandbox
        .log_lines()
        .iter()
        .map(|line| line["id"].clone())
        .collect();
    assert_eq!(delivered, [json!(unacknowledged), json!(normal)]);
}

#[test]
fn facts_about_numbers_hold_for_questions_and_sends() {
    let sandbox = linked();
    sandbox.faults(json!([
        {"fault": "number_unknown", "number": JOAO},
        {"fault": "ninth_digit", "number": MARIA},
    ]));
    let asked = json!({"numbers": [MARIA, "555187654321", JOAO, "5551999998888"]});
    let answer = sandbox.post("/chat/whatsappNumbers/loja", &asked).json();
    let expected = [
        ("555187654321@s.whatsapp.net", true),
        ("555187654321@s.whatsapp.net", true),
        ("5551912345678@s.whatsapp.net", false),
        ("5551999998888@s.whatsapp.net", true),
    ];
    for (index, (jid, exists)) in expected.into_iter().enumerate() {
        assert_eq!(
            (answer[index]["jid"].as_str(), answer[index]["exists"].as_bool()),
            (Some(jid), Some(exists))
        );
    }
    let refused = send_text(&sandbox, JOAO, "Olá");
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["response"]["message"][0]["exists"], false);
    assert_eq!(
        send_text(&sandbox, MARIA, "Olá").json()["key"]["remoteJid"],
        "555187654321@s.whatsapp.net"
    );
    // The customer answers under the old jid too.
    assert_eq!(sandbox.reply(MARIA, "oi")["jid"], "555187654321@s.whatsapp.net");
    assert_eq!(sandbox.log_lines().len(), 1);
    assert_eq!(sandbox.log_lines()[0]["number"], MARIA);
}

#[test]
fn a_fault_for_one_number_or_one_kind_spares_the_others() {
    let sandbox = linked();
    sandbox.faults(
        json!([{"fault": "error_before", "number": MARIA}, {"fault": "drop_before", "kind": "document"}]),
    );
    assert_eq!(send_text(&sandbox, JOAO, "Olá").status, 201);
    assert_eq!(send_text(&sandbox, MARIA, "Olá").status, 500);
    let document = json!({"number": JOAO, "mediatype": "document", "fileName": "b.pdf", "media": "JVBERi0="});
    assert!(sandbox.post("/message/sendMedia/loja", &document).was_dropped());
    sandbox.clear_faults();
    assert_eq!(send_text(&sandbox, MARIA, "Olá").status, 201);
    assert_eq!(sandbox.post("/message/sendMedia/loja", &document).status, 201);
}

#[test]
fn other_requests_can_fail_too() {
    let sandbox = linked();
    sandbox.faults(json!([
        {"fault": "drop_before", "on": "find", "times": 1},
        {"fault": "error_before", "on": "numbers", "times": 1},
        {"fault": "too_many_requests", "on": "instance", "times": 1},
    ]));
    assert!(sandbox.post("/chat/findMessages/loja", &json!({})).was_dropped());
    assert_eq!(sandbox.post("/chat/findMessages/loja", &json!({})).status, 200);
    assert_eq!(
        sandbox
            .post("/chat/whatsappNumbers/loja", &json!({"numbers": [MARIA]}))
            .status,
        500
    );
    assert_eq!(sandbox.get("/instance/connectionState/loja").status, 429);
    assert_eq!(sandbox.get("/instance/connectionState/loja").status, 200);
}

#[test]
fn a_seed_makes_the_same_mixture_twice() {
    let mixture = || {
        let sandbox = linked();
        sandbox.faults(json!([
            {"fault": "drop_after", "probability": 0.3, "seed": 11},
            {"fault": "error_before", "probability": 0.3, "seed": 12},
        ]));
        (0..40)
            .map(|n| send_text(&sandbox, MARIA, &format!("{n}")).status)
            .collect::<Vec<_>>()
    };
    let first = mixture();
    assert_eq!(first, mixture());
    for status in [0, 201, 500] {
        assert!(first.contains(&status), "{status} never happened in {first:?}");
    }
}

#[test]
fn a_rule_that_makes_no_sense_is_refused() {
    let sandbox = Sandbox::start();
    for rule in [
        json!({"fault": "explode"}),
        json!({"fault": "delay", "msec": 3}),
        json!({"fault": "delay", "probability": 1.5}),
        json!({"fault": "drop_after", "on": "find"}),
    ] {
        assert_eq!(
            sandbox.post("/sandbox/faults", &json!({"rules": [rule]})).status,
            400,
            "{rule}"
        );
    }
    assert_eq!(sandbox.state()["faults"], json!([]));
}

#[test]
fn a_send_goes_on_when_its_caller_has_given_up() {
    let sandbox = linked();
    sandbox.faults(json!({"fault": "delay", "ms": 300}));
    let body = json!({"number": MARIA, "text": "Olá"}).to_string();
    let mut caller = TcpStream::connect(sandbox.address()).unwrap();
    let head = format!(
        "POST /message/sendText/loja HTTP/1.1\r\nhost: x\r\napikey: {API_KEY}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    caller.write_all(head.as_bytes()).unwrap();
    sandbox.wait_for("/sandbox/state", |state| state["faults"][0]["fired"] == 1);
    drop(caller);
    sandbox.wait_for("/sandbox/delivered", |delivered| {
        delivered.as_array().unwrap().len() == 1
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures that a fault waits as long as it says"
)]
fn now() -> Instant {
    Instant::now()
}
