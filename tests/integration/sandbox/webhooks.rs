//! Webhooks, received by a listener of the test and compared with the recorded ones.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use super::contract::differ;
use super::{MARIA, send_text};
use crate::support::sandbox::Sandbox;

/// Where events are posted to, and the events as they come: path, `authorization`, body.
fn receiver() -> (String, Receiver<(String, String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, events) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                lines.push(line.trim().to_owned());
            }
            let header = |name: &str| {
                lines
                    .iter()
                    .find_map(|line| line.strip_prefix(name))
                    .unwrap_or("")
                    .to_owned()
            };
            let mut body = vec![0; header("Content-Length: ").parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            stream
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .unwrap();
            let path = lines[0].split(' ').nth(1).unwrap().to_owned();
            let event = (
                path,
                header("authorization: "),
                serde_json::from_slice(&body).unwrap(),
            );
            // The test is over when nobody listens.
            if sender.send(event).is_err() {
                break;
            }
        }
    });
    (url, events)
}

fn next(events: &Receiver<(String, String, Value)>, event: &str) -> (String, String, Value) {
    loop {
        let received = events
            .recv_timeout(Duration::from_secs(20))
            .unwrap_or_else(|_| panic!("no {event}"));
        if received.2["event"] == event {
            return received;
        }
    }
}

/// The first recorded event of a kind.
fn recorded(event: &str) -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/evolution-transcripts/webhook-events.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["body"].clone());
    lines
        .into_iter()
        .find(|body| body["event"] == event)
        .unwrap_or_else(|| panic!("no recorded {event}"))
}

fn create(sandbox: &Sandbox, webhook: Value) {
    let asked = json!({
        "instanceName": "loja3", "integration": "WHATSAPP-BAILEYS", "qrcode": true, "webhook": webhook,
    });
    assert_eq!(sandbox.post("/instance/create", &asked).status, 201);
}

#[test]
fn events_come_as_recorded() {
    let sandbox = Sandbox::start();
    let (url, events) = receiver();
    create(
        &sandbox,
        json!({"enabled": true, "url": url, "headers": {"authorization": "Bearer abc"}}),
    );
    let (path, authorization, qr) = next(&events, "qrcode.updated");
    assert_eq!((path.as_str(), authorization.as_str()), ("/hook", "Bearer abc"));
    assert!(qr["data"]["qrcode"]["code"].as_str().unwrap().starts_with("2@"));
    sandbox.scan("loja3");
    let (_, _, open) = next(&events, "connection.update");
    assert_eq!(
        open["data"],
        json!({"instance": "loja3", "state": "open", "statusReason": 200})
    );

    let lid = sandbox.control(
        "/sandbox/reply",
        &json!({"from": "5511987654321", "text": "Ja paguei esse boleto ontem", "lid": "with_alt", "name": "Maria Cliente"}),
    )["jid"]
        .clone();
    let sent = json!({"number": lid, "text": "obrigado"});
    assert_eq!(sandbox.post("/message/sendText/loja3", &sent).status, 201);
    for event in ["messages.upsert", "send.message", "messages.update"] {
        let mut expected = recorded(event);
        let (_, _, mut ours) = next(&events, event);
        // This run's opaque jid, and the first acknowledgement, which the recorded WhatsApp left out.
        let place = if event == "messages.update" {
            "/data/remoteJid"
        } else {
            "/data/key/remoteJid"
        };
        assert_eq!(ours.pointer(place), Some(&lid));
        *expected.pointer_mut(place).unwrap() = lid.clone();
        if event == "messages.update" {
            assert_eq!(ours["data"]["status"], "SERVER_ACK");
            ours["data"]["status"] = expected["data"]["status"].clone();
        }
        let mut differences = Vec::new();
        differ(&expected, &ours, event, &mut differences);
        assert!(differences.is_empty(), "{}\n{ours:#}", differences.join("\n"));
    }
    sandbox.unlink("loja3");
    let (_, _, closed) = next(&events, "connection.update");
    assert_eq!(
        closed["data"],
        json!({"instance": "loja3", "state": "close", "statusReason": 401})
    );
}

#[test]
fn only_what_was_asked_for_comes_and_where_it_was_asked_for() {
    let sandbox = Sandbox::start();
    let (url, events) = receiver();
    create(
        &sandbox,
        json!({"enabled": true, "url": url, "byEvents": true, "events": ["MESSAGES_UPSERT"]}),
    );
    sandbox.wait_for("/instance/connect/loja3", |answer| answer.get("code").is_some());
    sandbox.scan("loja3");
    sandbox.post(
        "/message/sendText/loja3",
        &json!({"number": MARIA, "text": "Olá"}),
    );
    sandbox.reply(MARIA, "oi");
    let (path, _, event) = events.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(
        (path.as_str(), &event["event"]),
        ("/hook/messages-upsert", &json!("messages.upsert"))
    );
}

#[test]
fn another_machine_is_never_called() {
    let sandbox = Sandbox::start();
    sandbox.link("loja");
    let asked = json!({"webhook": {"enabled": true, "url": "http://192.0.2.1/hook"}});
    assert_eq!(sandbox.post("/webhook/set/loja", &asked).status, 201);
    assert_eq!(send_text(&sandbox, MARIA, "Olá").status, 201);
    let state = sandbox.wait_for("/sandbox/state", |state| {
        state["webhooks"]["refused"].as_u64() >= Some(1)
    });
    assert_eq!(state["webhooks"]["posted"], 0);
}
