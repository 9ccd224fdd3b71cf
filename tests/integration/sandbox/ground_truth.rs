//! The log of what really reached the phones, and the documents that lie there.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{JOAO, MARIA, linked, send_text};
use crate::support::sandbox::{Sandbox, read_log};

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";
const PDF_BASE64: &str = "JVBERi0xLjQKJSVFT0YK";

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn a_line_tells_all_about_a_delivery() {
    let sandbox = Sandbox::start_at(&[], Some("2026-11-20T12:00:00Z"));
    sandbox.link("loja");
    let text = send_text(&sandbox, MARIA, "Olá").json();
    let asked = json!({
        "number": MARIA, "mediatype": "document", "fileName": "Boleto 1/2.pdf", "caption": "Boleto", "media": PDF_BASE64,
    });
    let document = sandbox.post("/message/sendMedia/loja", &asked).json();
    let lines = sandbox.log_lines();
    let content = format!(
        "/sandbox/files/{}/Boleto%201%2F2.pdf",
        document["key"]["id"].as_str().unwrap()
    );
    let mut expected = [
        json!({
            "seq": 1, "instance": "loja", "to": "5551987654321@s.whatsapp.net", "number": MARIA, "kind": "text",
            "text": "Olá", "file_name": null, "sha256": hex("Olá".as_bytes()), "bytes": 4, "id": text["key"]["id"],
            "content": null,
        }),
        json!({
            "seq": 2, "instance": "loja", "to": "5551987654321@s.whatsapp.net", "number": MARIA, "kind": "document",
            "text": "Boleto", "file_name": "Boleto 1/2.pdf", "sha256": hex(PDF), "bytes": PDF.len(),
            "id": document["key"]["id"], "content": content,
        }),
    ];
    for (line, expected) in lines.iter().zip(&mut expected) {
        let time = line["time"].as_str().expect("a time");
        assert!(time.starts_with("2026-11-20T12:00:"), "{time}");
        expected["time"] = time.into();
    }
    assert_eq!(lines, expected);
    assert_eq!(sandbox.delivered(), lines, "the same over HTTP");

    let file = sandbox.get(&content);
    assert_eq!(
        (file.header("content-type"), file.bytes.as_slice()),
        (Some("application/pdf"), PDF)
    );
    let written = sandbox.media_dir().join(MARIA).join("Boleto 1_2.pdf");
    assert_eq!(std::fs::read(written).unwrap(), PDF);
}

#[test]
fn what_the_phones_wrote_is_no_delivery_of_ours() {
    let sandbox = linked();
    sandbox.reply(MARIA, "oi");
    sandbox.shop_writes(MARIA, "bom dia");
    assert!(sandbox.log_lines().is_empty());
    let events = sandbox.post("/chat/findMessages/loja", &json!({})).json();
    assert_eq!(events["messages"]["total"], 2);
}

#[test]
fn a_line_is_there_before_the_answer_and_outlives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("truth.jsonl");
    let sandbox = Sandbox::start_logging_to(&log);
    sandbox.link("loja");
    for n in 1..=20 {
        assert_eq!(send_text(&sandbox, MARIA, &format!("mensagem {n}")).status, 201);
        assert_eq!(read_log(&log).len(), n, "written before the answer left");
    }
    drop(sandbox);
    assert_eq!(read_log(&log).len(), 20);
    let again = Sandbox::start_logging_to(&log);
    again.link("loja");
    send_text(&again, MARIA, "depois");
    assert_eq!(read_log(&log).len(), 21, "appended to, never truncated");
}

#[test]
fn two_clients_at_once_lose_and_mix_nothing() {
    let sandbox = linked();
    std::thread::scope(|scope| {
        for number in [MARIA, JOAO] {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for n in 0..50 {
                    let reply = send_text(sandbox, number, &format!("{number} {n}"));
                    assert_eq!(reply.status, 201, "{}", reply.text());
                }
            });
        }
    });
    let lines = sandbox.log_lines();
    let distinct = |key: &str| {
        lines
            .iter()
            .map(|line| line[key].to_string())
            .collect::<BTreeSet<_>>()
            .len()
    };
    assert_eq!(
        (lines.len(), distinct("id"), distinct("seq"), distinct("text")),
        (100, 100, 100, 100)
    );
    for number in [MARIA, JOAO] {
        let texts: Vec<&Value> = lines
            .iter()
            .filter(|line| line["number"] == number)
            .map(|line| &line["text"])
            .collect();
        let expected: Vec<Value> = (0..50).map(|n| json!(format!("{number} {n}"))).collect();
        assert_eq!(
            texts,
            expected.iter().collect::<Vec<_>>(),
            "each client's messages in its order"
        );
    }
}

#[test]
fn a_client_that_waits_does_not_hold_up_another() {
    let sandbox = linked();
    sandbox.faults(json!({"fault": "freeze", "ms": 2_000, "number": MARIA}));
    std::thread::scope(|scope| {
        let frozen = scope.spawn(|| send_text(&sandbox, MARIA, "Olá").status);
        sandbox.wait_for("/sandbox/state", |state| state["faults"][0]["fired"] == 1);
        assert_eq!(send_text(&sandbox, JOAO, "Olá").status, 201);
        assert!(!frozen.is_finished());
        assert_eq!(frozen.join().unwrap(), 500);
    });
    assert_eq!(sandbox.log_lines().len(), 1);
}
