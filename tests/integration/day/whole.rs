//! The whole day: from an empty place for a database to PDFs in chats, and an answer.

use std::collections::BTreeMap;

use serde_json::Value;
use wa_notify::adapters::firebird::sample::BoletoRow;

use crate::documents::tools::{Pdf, Picture};
use crate::support::site::{Message, Plan, Site};

#[test]
fn by_tcp() {
    whole_day(&Site::with(Plan {
        customers: 20,
        ready: false,
        linked: false,
        ..Plan::default()
    }));
}

#[test]
fn on_the_embedded_engine() {
    whole_day(&Site::with(Plan {
        customers: 20,
        ready: false,
        linked: false,
        embedded: true,
        ..Plan::default()
    }));
}

fn whole_day(site: &Site) {
    let seeded = site.json("07:00", &["demo", "seed", "--customers", "20"], 0);
    assert_eq!(
        (&seeded["customers"], &seeded["created_database"]),
        (&20.into(), &true.into())
    );
    let early = site
        .run("07:10", &["--json", "scan", "--dry-run"])
        .expect(0)
        .json();
    site.json("07:30", &["init"], 0);

    let state = |code| site.json("08:00", &["pair", "--status"], code)["state"].clone();
    assert_eq!(state(6), "absent");
    let png = site.dir.path().join("qr.png");
    let paired = site.json("08:00", &["pair", "--png", &png.to_string_lossy()], 0);
    assert_eq!(
        (&paired["before"], &paired["outcome"]),
        (&"absent".into(), &"linked".into())
    );
    assert_eq!(state(0), "open");
    let qr = crate::documents::tools::scan(&png);
    assert!(qr.len() == 1 && qr[0].starts_with("QR-Code:2@"), "{qr:?}");

    let dry = site.json("08:20", &["scan", "--dry-run"], 0);
    assert_eq!(
        dry["notices"], early["notices"],
        "init changes nothing of the selection"
    );
    let scanned = site.json("08:30", &["scan"], 0);
    for key in [
        "notices",
        "skipped",
        "close",
        "reference_day",
        "totals",
        "bad_rows",
    ] {
        assert_eq!(
            scanned[key], dry[key],
            "the dry run shows what the scan does: {key}"
        );
    }
    let notices = scanned["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 14);

    let sent = site.send(0);
    let messages = site.messages();
    assert_eq!(sent["notices"], serde_json::json!({"sent": 14}));
    assert_eq!(sent["parts_accepted"], messages.len());
    chats_agree(site, notices, &messages);

    // An answer of the first customer.
    let chat = notices[0]["phone"].as_str().unwrap().trim_start_matches('+');
    site.sandbox.reply(chat, "Já paguei ontem, obrigada 😀");
    let replies = site.json("09:10", &["replies"], 8);
    assert_eq!((&replies["stored"], &replies["answered"]), (&1.into(), &1.into()));
    assert!(
        site.messages()
            .last()
            .unwrap()
            .text
            .starts_with("Recebemos sua mensagem")
    );

    // Two receipts may come after the last send; the next one collects them.
    site.json("09:31", &["send"], 0);
    let status = site.json("09:40", &["status"], 8);
    assert_eq!(status["close"], Value::Null);
    assert_eq!(status["notices"], serde_json::json!({"delivered": 14}));
    let parts: u64 = status["parts"]
        .as_object()
        .unwrap()
        .values()
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(
        parts as usize,
        messages.len(),
        "every part is on a phone, and nothing else is"
    );
    assert_eq!(status["needs_person"], 1, "the answer");
    assert_eq!(status["replies"][0]["text"], "Já paguei ontem, obrigada 😀");
    assert_eq!(status["last_runs"][0]["notices"], 14);
    assert_eq!(status["instances"][0]["state"], "open");
    assert_eq!(status["moved_clock"], true);
}

/// Each notice is in its chat: parts in order, nothing between them, documents of the ERP's own numbers.
fn chats_agree(site: &Site, notices: &[Value], messages: &[Message]) {
    let mut chats: Vec<Vec<&Message>> = Vec::new();
    for message in messages {
        match chats.last_mut() {
            Some(chat) if !message.opens() => chat.push(message),
            _ => chats.push(vec![message]),
        }
    }
    assert_eq!(chats.len(), notices.len());
    let mut boletos: BTreeMap<String, BoletoRow> = BTreeMap::new();
    for customer in 1..=20 {
        let rows = site.sample(customer).boletos;
        boletos.extend(rows.into_iter().map(|row| (row.receivable.to_string(), row)));
    }
    let mut seen = (0, 0);
    for notice in notices {
        let to = notice["phone"].as_str().unwrap().trim_start_matches('+');
        let items = notice["receivables"].as_array().unwrap();
        // One phone may have two notices (two branches, two customers): the text names its documents.
        let first = items[0]["document"].as_str().unwrap();
        let chat = chats
            .iter()
            .find(|chat| chat[0].to == to && chat[0].text.contains(&format!("• {first},")))
            .unwrap_or_else(|| panic!("no chat for {notice}"));
        let creditor = if notice["branch_id"] == "1" {
            "11.222.333/0001-81"
        } else {
            "11.222.333/0002-62"
        };
        for item in items {
            let balance = money(item["balance_cents"].as_i64().unwrap());
            assert!(
                chat[0].text.contains(&format!("*{balance}*")),
                "{balance} in {}",
                chat[0].text
            );
        }
        assert!(chat[0].text.contains(creditor));

        let documents: Vec<&str> = notice["documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d.as_str().unwrap())
            .collect();
        assert_eq!(chat.len(), documents.len(), "{documents:?} {chat:?}");
        let mut with_boleto = items.iter().filter(|item| item["has_boleto"] == true);
        let mut current = None;
        for (message, part) in chat.iter().zip(&documents) {
            let kind = if matches!(*part, "text" | "code") {
                "text"
            } else {
                "document"
            };
            assert_eq!((message.kind.as_str(), message.to.as_str()), (kind, to), "{part}");
            match *part {
                "boleto" => {
                    let item = with_boleto.next().expect("a boleto for the part");
                    let row = &boletos[item["id"].as_str().unwrap()];
                    let pdf = Pdf::new(&file(site, message));
                    let text = pdf.text();
                    assert!(text.contains(creditor) && text.contains(&amount(item)), "{text}");
                    assert!(text.contains(item["document"].as_str().unwrap()), "{text}");
                    let read = pdf.scan(150, Picture::Png);
                    assert!(read.contains(&format!("I2/5:{}", row.barcode)), "{read:?}");
                    current = Some((item, row));
                    seen.0 += 1;
                }
                "code" => {
                    let (item, row) = current.take().expect("a code follows its boleto");
                    let overdue = item["stage"].as_str().unwrap().starts_with("overdue");
                    let line: String = row.line.chars().filter(char::is_ascii_digit).collect();
                    let code = row.pix.clone().filter(|_| !overdue).unwrap_or(line);
                    assert_eq!(message.text, code, "alone and bare");
                }
                "boletos" => {
                    let pdf = Pdf::new(&file(site, message));
                    let read = pdf.scan(150, Picture::Png);
                    for item in with_boleto.by_ref() {
                        let row = &boletos[item["id"].as_str().unwrap()];
                        assert!(read.contains(&format!("I2/5:{}", row.barcode)), "{read:?}");
                        assert!(pdf.text().contains(&amount(item)));
                    }
                    seen.1 += 1;
                }
                "statement" => {
                    let text = Pdf::new(&file(site, message)).text();
                    assert!(text.contains(creditor), "{text}");
                    for item in items {
                        assert!(text.contains(&amount(item)), "{text}");
                    }
                }
                _ => {}
            }
        }
        assert_eq!(
            chat.last()
                .unwrap()
                .file_name
                .as_deref()
                .map(|n| n.starts_with("Extrato")),
            Some(true)
        );
    }
    assert_eq!(seen, (11, 1), "boletos alone and merged were looked at");
}

fn file(site: &Site, message: &Message) -> Vec<u8> {
    let name = message.file_name.as_deref().expect("a document");
    std::fs::read(site.sandbox.media_dir().join(&message.to).join(name)).expect("the document")
}

/// `1.234,56`.
fn amount(item: &Value) -> String {
    money(item["balance_cents"].as_i64().unwrap())
        .trim_start_matches("R$\u{a0}")
        .trim_start_matches("R$ ")
        .to_owned()
}

fn money(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("R$ {grouped},{:02}", cents % 100)
}
