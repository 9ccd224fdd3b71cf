//! The sandbox against the recordings of a real Evolution API 2.3.6: each recorded request is sent again, and status
//! and body must be what was recorded, but for ids, times, keys and codes, of which the type must be the same.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::{MARIA, found, linked, send_text, statuses, updates_until};
use crate::support::sandbox::{API_KEY, Reply, Sandbox};

struct Recorded {
    method: String,
    path: String,
    key: Option<String>,
    body: String,
    status: u16,
    answer: Value,
}

/// Reads `tests/data/evolution-transcripts/NAME.http`.
fn recorded(name: &str) -> Recorded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/evolution-transcripts")
        .join(name);
    let text = std::fs::read_to_string(path.with_extension("http")).expect("the recording");
    let (request, response) = text.split_once("HTTP/1.1 ").expect("a response");
    let mut first = None;
    let mut key = None;
    let mut body = String::new();
    for line in request.lines() {
        match line.strip_prefix(">>> ") {
            Some(line) if first.is_none() => first = line.split_once(' '),
            Some(line) => key = line.strip_prefix("apikey: ").or(key),
            None => body.push_str(line),
        }
    }
    let (method, path) = first.unwrap_or_default();
    let (_, answer) = response
        .split_once("\n\n")
        .or(response.split_once("\r\n\r\n"))
        .expect("a body");
    let answer = answer.split("\n###").next().expect("before the timing");
    Recorded {
        method: method.to_owned(),
        path: path.to_owned(),
        key: key.map(str::to_owned),
        body,
        status: response[..3].parse().expect("a status"),
        answer: serde_json::from_str(answer).unwrap_or_else(|error| panic!("{name}: {error}: {answer}")),
    }
}

/// Sends a recorded request, with some texts exchanged for this run's, and compares.
fn replay_with(sandbox: &Sandbox, name: &str, exchanged: &[(&str, &str)]) -> Value {
    let recorded = recorded(name);
    let exchange = |text: &str| {
        exchanged
            .iter()
            .fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
    };
    let key = recorded.key.as_deref().map(|key| {
        if key == "probe-key" {
            API_KEY.to_owned()
        } else {
            exchange(key)
        }
    });
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(key.as_deref().map(|key| ("apikey", key)));
    let path = exchange(&recorded.path);
    let reply = sandbox.raw(
        &recorded.method,
        &path,
        &headers,
        exchange(&recorded.body).as_bytes(),
    );
    compare(name, &recorded, &reply)
}

fn replay(sandbox: &Sandbox, name: &str) -> Value {
    replay_with(sandbox, name, &[])
}

fn compare(name: &str, recorded: &Recorded, reply: &Reply) -> Value {
    assert_eq!(reply.status, recorded.status, "{name}: {}", reply.text());
    assert_eq!(
        reply.header("content-type"),
        Some("application/json; charset=utf-8"),
        "{name}"
    );
    let answer = reply.json();
    let mut differences = Vec::new();
    differ(&recorded.answer, &answer, name, &mut differences);
    assert!(differences.is_empty(), "{}\n{answer:#}", differences.join("\n"));
    answer
}

/// Values that are different every time.
const VOLATILE: &[&str] = &[
    "id",
    "instanceId",
    "hash",
    "token",
    "createdAt",
    "updatedAt",
    "disconnectionAt",
    "disconnectionObject",
    "messageTimestamp",
    "low",
    "code",
    "base64",
    "url",
    "directPath",
    "mediaKey",
    "fileEncSha256",
    "keyId",
    "messageId",
    "documentation",
    "date_time",
    "server_url",
    "apikey",
    "destination",
    "sender",
];

/// The recorded WhatsApp was a stand-in too: which acknowledgements came is not part of the contract.
const NOT_COMPARED: &[&str] = &["MessageUpdate"];

pub(super) fn differ(recorded: &Value, ours: &Value, at: &str, differences: &mut Vec<String>) {
    let last = at.rsplit('.').next().unwrap_or_default();
    if NOT_COMPARED.contains(&last) {
        return;
    }
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            let keys =
                |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
            // A volatile object (bytes by number) may have any keys.
            if keys(recorded) != keys(ours) && !VOLATILE.contains(&last) {
                differences.push(format!("{at}: keys {:?}, ours {:?}", keys(recorded), keys(ours)));
            }
            for (key, value) in recorded {
                if let Some(ours) = ours.get(key).filter(|_| !VOLATILE.contains(&last)) {
                    differ(value, ours, &format!("{at}.{key}"), differences);
                }
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            if recorded.len() != ours.len() {
                differences.push(format!("{at}: {} entries, ours {}", recorded.len(), ours.len()));
            }
            for (index, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
                differ(recorded, ours, &format!("{at}[{index}]"), differences);
            }
        }
        (recorded, ours) => {
            let same_type = std::mem::discriminant(recorded) == std::mem::discriminant(ours);
            if !same_type || (recorded != ours && !VOLATILE.contains(&last)) {
                differences.push(format!("{at}: {recorded}, ours {ours}"));
            }
        }
    }
}

#[test]
fn an_instance_that_was_never_linked_answers_as_recorded() {
    let sandbox = Sandbox::start();
    for name in [
        "01-nokey",
        "02-wrongkey",
        "03-fetchInstances-empty",
        "04-unknown-instance",
        "05-create-noname",
        "06-create-no-integration",
    ] {
        replay(&sandbox, name);
    }
    let token = replay(&sandbox, "07-create")["hash"].as_str().unwrap().to_owned();
    for name in [
        "08-create-dup",
        "09-state",
        "10-fetchInstances",
        "12-notfound",
        "20-sendText-notconnected",
        "21-sendMedia-notconnected",
        "22-sendText-invalid",
        "23-sendText-badtypes",
        "24-sendMedia-nofilename",
        "25-sendMedia-dataurl",
        "26-whatsappNumbers-notconnected",
        "27-whatsappNumbers-invalid",
        "28-findMessages",
        "29-findMessages-jid",
        "30-findStatusMessage",
        "31-findChats",
        "32-findContacts",
        "33-markRead",
        "34-sendPresence",
        "35-logout-close",
        "36-restart-close",
        "37-brokenjson",
        "38-unknown-instance-send",
    ] {
        replay(&sandbox, name);
    }
    replay_with(
        &sandbox,
        "39-instance-token-key",
        &[("054A6053-D8F8-435A-A80F-A458DA4BD3B6", &token)],
    );
    replay(&sandbox, "40-webhook-find");
    replay(&sandbox, "41-webhook-set");
}

#[test]
fn an_instance_that_is_being_linked_answers_as_recorded() {
    let sandbox = Sandbox::start();
    let asked = json!({"instanceName": "cobranca", "integration": "WHATSAPP-BAILEYS", "qrcode": false});
    assert_eq!(sandbox.post("/instance/create", &asked).status, 201);
    for name in [
        "50-connect",
        "60-sendText-connecting",
        "61-whatsappNumbers-connecting",
        "62-sendMedia-connecting",
        "64-logout-connecting",
        "65-state-after",
        "66-delete",
        "67-state-after-delete",
    ] {
        replay(&sandbox, name);
    }
}

#[test]
fn a_linked_instance_answers_as_recorded() {
    let sandbox = Sandbox::start_with(&[
        "--old-account",
        "5551987654321",
        "--unknown-number",
        "5511900000000",
    ]);
    replay(&sandbox, "70-create-qr");
    replay(&sandbox, "72-state");
    sandbox.wait_for("/instance/connect/loja", |answer| answer.get("code").is_some());
    replay(&sandbox, "73-qr-ready");
    sandbox.scan("loja");
    replay(&sandbox, "74-state-open");
    replay(&sandbox, "75-connect-when-open");
    replay(&sandbox, "80-whatsappNumbers");
    let id = replay(&sandbox, "81-sendText")["key"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for name in [
        "82-sendText-9digit",
        "83-sendText-notOnWhatsApp",
        "84-sendMedia-base64",
        "85-sendMedia-noext",
        "86-sendMedia-notOnWhatsApp",
        "87-sendText-custom-id",
        "93-findChats",
        "94-sendPresence",
        "95-markRead",
        "96-fetchInstances-open",
    ] {
        replay(&sandbox, name);
    }
    found_by_jid(&sandbox);
    replay(&sandbox, "100-sendText-noack");
    replay_with(
        &sandbox,
        "90-findMessages-by-id",
        &[("3EB011528DFAE213F4C795", &id)],
    );
    assert_eq!(
        send_text(&sandbox, "5511987654321", "depois da queda").status,
        201
    );
    sandbox.unlink("loja");
    for name in [
        "107-state-after-logout",
        "108-send-after-logout",
        "109-fetchInstances-after-logout",
        "111-delete",
    ] {
        replay(&sandbox, name);
    }
}

/// Recording 92: two documents of one second came in an order that the database chose, so the recorded one is looked
/// for among ours.
fn found_by_jid(sandbox: &Sandbox) {
    let recording = recorded("92-findMessages-jid");
    let asked: Value = serde_json::from_str(&recording.body).unwrap();
    let answer = sandbox.post(&recording.path, &asked).json();
    let mut paging = recording.answer["messages"].clone();
    paging["records"] = answer["messages"]["records"].clone();
    assert_eq!(answer["messages"], paging);
    let mut differences = Vec::new();
    let all = found(sandbox, asked["where"].clone());
    for expected in recording.answer["messages"]["records"].as_array().unwrap() {
        let ours = all.iter().find(|record| {
            ["/message/conversation", "/message/documentMessage/fileName"]
                .iter()
                .all(|text| record.pointer(text) == expected.pointer(text))
        });
        differ(
            expected,
            ours.expect("among ours"),
            "92-findMessages-jid",
            &mut differences,
        );
    }
    assert!(differences.is_empty(), "{differences:?}");
}

#[test]
fn answers_of_customers_are_found_as_recorded() {
    // The recording asks for a window of time around this moment.
    let sandbox = Sandbox::start_at(&[], Some("2026-11-22T15:58:54Z"));
    sandbox.link("loja3");
    let reply = |from: &str, text: &str, lid: Option<&str>| {
        let mut body = json!({"from": from, "text": text, "name": "Maria Cliente"});
        if let Some(lid) = lid {
            body["lid"] = lid.into();
        }
        sandbox.control("/sandbox/reply", &body)["jid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let lid = reply("5511987654321", "Ja paguei esse boleto ontem", Some("with_alt"));
    reply("5521988887777", "quero segunda via", None);
    let hidden = reply("5531977776666", "oi sem telefone", Some("without_alt"));
    // The jids of the answers are this run's; the recorded ones are put in their place.
    let compare_found = |name: &str, exchanged: &[(&str, &str)]| {
        let recording = recorded(name);
        let body = exchanged
            .iter()
            .fold(recording.body.clone(), |body, (old, new)| body.replace(old, new));
        let headers = [("apikey", API_KEY), ("content-type", "application/json")];
        let mut answer = sandbox.raw(&recording.method, &recording.path, &headers, body.as_bytes());
        let text = answer
            .text()
            .replace(&lid, "25511987654321@lid")
            .replace(&hidden, "31234567890@lid");
        answer.bytes = text.into_bytes();
        compare(name, &recording, &answer)
    };
    compare_found("130-poll-replies", &[]);
    let sent = compare_found("131-sendText-to-lid", &[("25511987654321@lid", &lid)]);
    compare_found("132-find-by-pn", &[]);
    compare_found("133-find-by-alt", &[]);
    let id = sent["key"]["id"].as_str().unwrap();
    let updates = updates_until(&sandbox, "loja3", id, "DELIVERY_ACK");
    let mut differences = Vec::new();
    let mut expected = recorded("134-status-by-id").answer[0].clone();
    expected["remoteJid"] = lid.clone().into();
    differ(
        &expected,
        updates.last().unwrap(),
        "134-status-by-id",
        &mut differences,
    );
    assert!(differences.is_empty(), "{differences:?}");

    let big = json!({"number": "5511987654321", "mediatype": "document", "fileName": "big.pdf", "media": "JVBERi0xLjQK"});
    assert_eq!(sandbox.post("/message/sendMedia/loja3", &big).status, 201);
    compare(
        "140-sendMedia-multipart",
        &recorded("140-sendMedia-multipart"),
        &multipart(&sandbox),
    );
    // `fromMe: false` filters nothing: our own messages come too. Bytes of big.pdf are not the recorded ones.
    let all = sandbox
        .post(
            "/chat/findMessages/loja3",
            &json!({"where": {"key": {"fromMe": false}}}),
        )
        .json();
    assert_eq!(all["messages"]["total"], 6);
    assert_eq!(all["messages"]["records"][0]["key"]["fromMe"], true);
    let mut differences = Vec::new();
    let recorded = &recorded("150-find-fromMe-false").answer["messages"]["records"][0];
    differ(recorded, &all["messages"]["records"][0], "150", &mut differences);
    assert!(differences.is_empty(), "{differences:?}");
}

/// The file of the recordings, uploaded in a form.
fn multipart(sandbox: &Sandbox) -> Reply {
    let mut body = String::new();
    let fields = [
        ("number", "5511987654321"),
        ("mediatype", "document"),
        ("fileName", "boleto-mp.pdf"),
        ("caption", "oi"),
    ];
    for (name, value) in fields {
        body.push_str(&format!(
            "--X\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"b.pdf\"\r\n");
    body.push_str("content-type: application/pdf\r\n\r\n");
    body.push_str("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    body.push_str("\r\n--X--\r\n");
    let headers = [
        ("apikey", API_KEY),
        ("content-type", "multipart/form-data; boundary=X"),
    ];
    sandbox.raw("POST", "/message/sendMedia/loja3", &headers, body.as_bytes())
}

#[test]
fn a_token_opens_its_own_instance_only() {
    let sandbox = Sandbox::start();
    let token = sandbox.link("loja");
    sandbox.link("outra");
    let get = |path: &str| sandbox.raw("GET", path, &[("apikey", token.as_str())], b"");
    assert_eq!(get("/instance/connectionState/loja").status, 200);
    assert_eq!(get("/instance/connectionState/outra").status, 401);
    let listed = get("/instance/fetchInstances").json();
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["name"]),
        (1, &json!("loja"))
    );
    let create = json!({"instanceName": "x", "integration": "WHATSAPP-BAILEYS"}).to_string();
    assert_eq!(
        sandbox
            .raw(
                "POST",
                "/instance/create",
                &[("apikey", &token)],
                create.as_bytes()
            )
            .status,
        401
    );
    assert_eq!(
        sandbox.get("/instance/fetchInstances?instanceName=nope").status,
        404
    );
}

#[test]
fn qr_codes_change_and_an_old_one_does_not_link() {
    let sandbox = Sandbox::start_with(&["--qr-seconds", "1"]);
    let asked = json!({"instanceName": "loja", "integration": "WHATSAPP-BAILEYS"});
    sandbox.post("/instance/create", &asked);
    assert_eq!(
        sandbox.get("/instance/connect/loja").json(),
        json!({"count": 0}),
        "not ready at first"
    );
    let first = sandbox.wait_for("/instance/connect/loja", |answer| answer["count"] == 1);
    let code = first["code"].as_str().unwrap();
    assert!(
        code.starts_with("2@") && code.split(',').count() == 4 && code.len() > 200,
        "{code}"
    );
    let picture = first["base64"]
        .as_str()
        .unwrap()
        .strip_prefix("data:image/png;base64,")
        .expect("a picture");
    assert!(picture.starts_with("iVBORw0KGgo"), "PNG's first bytes");
    assert!(
        sandbox
            .get("/sandbox/qr.png?instance=loja&count=1")
            .bytes
            .starts_with(b"\x89PNG")
    );
    let second = sandbox.wait_for("/instance/connect/loja", |answer| answer["count"] == 2);
    assert_ne!(first["code"], second["code"]);
    assert_eq!(sandbox.post("/sandbox/scan", &json!({"code": code})).status, 409);
    assert_eq!(
        sandbox.get("/instance/connectionState/loja").json()["instance"]["state"],
        "connecting"
    );
    sandbox.control("/sandbox/scan", &json!({}));
    assert_eq!(
        sandbox.get("/instance/connectionState/loja").json()["instance"]["state"],
        "open"
    );
}

#[test]
fn a_code_in_letters_comes_for_the_asking() {
    let sandbox = Sandbox::start();
    sandbox.post(
        "/instance/create",
        &json!({"instanceName": "loja", "integration": "WHATSAPP-BAILEYS"}),
    );
    let path = "/instance/connect/loja?number=5511900000001";
    let answer = sandbox.wait_for(path, |answer| answer.get("code").is_some());
    let mut differences = Vec::new();
    let mut expected = recorded("113-connect-number").answer;
    let letters = answer["pairingCode"].as_str().expect("letters");
    assert!(
        letters.len() == 8
            && letters
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
        "{letters}"
    );
    expected["pairingCode"] = letters.into();
    differ(&expected, &answer, "113-connect-number", &mut differences);
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(
        sandbox.get(path).json()["pairingCode"],
        letters,
        "the same until linked"
    );
}

#[test]
fn auto_link_scans_the_code_that_was_fetched() {
    let sandbox = Sandbox::start_with(&["--auto-link"]);
    sandbox.post(
        "/instance/create",
        &json!({"instanceName": "loja", "integration": "WHATSAPP-BAILEYS"}),
    );
    sandbox.wait_for("/instance/connect/loja", |answer| answer.get("code").is_some());
    sandbox.wait_for("/instance/connectionState/loja", |answer| {
        answer["instance"]["state"] == "open"
    });
    assert_eq!(send_text(&sandbox, MARIA, "oi").status, 201);
}

#[test]
fn acknowledgements_come_in_order_and_read_when_the_chat_is_opened() {
    let sandbox = linked();
    let id = send_text(&sandbox, MARIA, "Olá").json()["key"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        statuses(&sandbox, &id, "DELIVERY_ACK"),
        ["SERVER_ACK", "DELIVERY_ACK"]
    );
    sandbox.open_chat(MARIA);
    assert_eq!(
        statuses(&sandbox, &id, "READ"),
        ["SERVER_ACK", "DELIVERY_ACK", "READ"]
    );
    let records = found(&sandbox, json!({"key": {"id": id}}));
    let expected = json!([{"status": "SERVER_ACK"}, {"status": "DELIVERY_ACK"}, {"status": "READ"}]);
    assert_eq!(records[0]["MessageUpdate"], expected);
}

#[test]
fn a_find_shows_its_traps() {
    let sandbox = linked();
    send_text(&sandbox, MARIA, "um");
    sandbox.reply(MARIA, "dois");
    sandbox.shop_writes(MARIA, "três");
    let count = |filter: Value| found(&sandbox, filter).len();
    assert_eq!(count(json!({})), 3);
    assert_eq!(
        count(json!({"key": {"fromMe": false}})),
        3,
        "false filters nothing"
    );
    assert_eq!(count(json!({"key": {"fromMe": true}})), 2);
    assert_eq!(
        count(json!({"messageTimestamp": {"gte": "2099-01-01T00:00:00Z"}})),
        3,
        "half a window filters nothing"
    );
    let future = json!({"messageTimestamp": {"gte": "2099-01-01T00:00:00Z", "lte": "2099-01-02T00:00:00Z"}});
    assert_eq!(count(future), 0);
    let newest_first: Vec<Value> = found(&sandbox, json!({}))
        .iter()
        .map(|record| record["message"]["conversation"].clone())
        .collect();
    assert_eq!(newest_first, ["três", "dois", "um"]);
    let page = |page: u64| {
        sandbox
            .post("/chat/findMessages/loja", &json!({"page": page, "offset": 2}))
            .json()["messages"]
            .clone()
    };
    assert_eq!(
        (&page(1)["pages"], page(1)["records"].as_array().unwrap().len()),
        (&json!(2), 2)
    );
    assert_eq!(page(2)["records"].as_array().unwrap().len(), 1);
    let by_key_id = json!({"where": {"keyId": "3EB0NOSUCH"}});
    let id = send_text(&sandbox, MARIA, "quatro").json()["key"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    statuses(&sandbox, &id, "DELIVERY_ACK");
    let updates = sandbox.post("/chat/findStatusMessage/loja", &by_key_id).json();
    assert!(!updates.as_array().unwrap().is_empty(), "where.keyId is ignored");
}
