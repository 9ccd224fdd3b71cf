//! What the requests look like that no transcript shows: names in paths, batches, pages, searches, linking by code.

use serde_json::{Value, json};
use wa_notify::adapters::evolution::{EvolutionGateway, SettingsError};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::phone::Phone;
use wa_notify::ports::gateway::{
    AckLevel, Fingerprint, Gateway, GatewayError, Inbox, Lookup, PairStep, PairWith, Pairing, Probe,
};

use super::server::{Play, Server};
use super::{SENT, TEXT, send, settings, start, to, when};

#[test]
fn instance_names_and_base_paths_are_kept_whole() {
    let server = Server::start(vec![Play::json("201 Created", SENT)]);
    let mut odd = settings(&format!("{}/evo/", server.url()));
    odd.instance = InstanceId::new("São João/2?x#y");
    send(&EvolutionGateway::new(odd).unwrap());
    assert_eq!(
        server.seen()[0].target,
        "/evo/message/sendText/S%C3%A3o%20Jo%C3%A3o%2F2%3Fx%23y"
    );
    for name in ["", "  ", ".", ".."] {
        let mut nameless = settings(&server.url());
        nameless.instance = InstanceId::new(name);
        assert_eq!(
            EvolutionGateway::new(nameless).unwrap_err(),
            SettingsError::Instance,
            "{name:?}"
        );
    }
}

#[test]
fn numbers_are_asked_for_in_batches_and_answered_in_order() {
    let phones: Vec<_> = (0..120)
        .map(|n| Phone::from_e164(&format!("5551987{n:06}")).unwrap())
        .collect();
    // The gateway answers each batch backwards.
    let batch = |phones: &[Phone]| {
        let checks: Vec<Value> = phones
            .iter()
            .rev()
            .map(|p| json!({"jid": format!("{}@s.whatsapp.net", p.digits()), "exists": true, "number": p.digits()}))
            .collect();
        Play::json("200 OK", &Value::Array(checks).to_string())
    };
    let (server, gateway) = start(phones.chunks(50).map(batch).collect());
    let resolved = gateway.resolve(&phones).unwrap();
    assert!(resolved.iter().map(|r| &r.phone).eq(&phones));
    assert!(
        resolved
            .iter()
            .all(|r| r.canonical.as_ref().unwrap().0.starts_with(r.phone.digits()))
    );
    let sizes: Vec<_> = server
        .seen()
        .iter()
        .map(|s| s.json()["numbers"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [50, 50, 20]);

    // A number that is left out is no "does not exist".
    let (_server, gateway) = start(vec![batch(&phones[1..3])]);
    let Err(GatewayError::UnexpectedAnswer { detail, .. }) = gateway.resolve(&phones[..3]) else {
        panic!()
    };
    assert_eq!(detail, format!("no answer for {}", phones[0].masked()));
}

/// A page of findMessages with messages of these ids, all of one second.
fn page(ids: std::ops::Range<u32>, total: u32, pages: u32) -> Play {
    let records: Vec<Value> = ids
        .map(|n| {
            json!({
                "key": {"id": format!("{n:04}"), "remoteJid": "5551987654321@s.whatsapp.net", "fromMe": n % 2 == 0},
                "message": {"conversation": format!("n. {n}")},
                "messageTimestamp": 1_795_363_134,
            })
        })
        .collect();
    let body = json!({"messages": {"total": total, "pages": pages, "currentPage": 1, "records": records}});
    Play::json("200 OK", &body.to_string())
}

#[test]
fn all_pages_are_read() {
    let (server, gateway) = start(vec![
        page(0..100, 250, 3),
        page(100..200, 250, 3),
        page(200..250, 250, 3),
    ]);
    let messages = gateway
        .messages(when(1_795_363_000), when(1_795_364_000))
        .unwrap();
    assert!(
        messages
            .iter()
            .map(|m| m.gateway_id.clone())
            .eq((0..250).map(|n| format!("{n:04}")))
    );
    let pages: Vec<_> = server
        .seen()
        .iter()
        .map(|s| s.json()["page"].as_u64().unwrap())
        .collect();
    assert_eq!(pages, [1, 2, 3]);
    assert_eq!(
        server.seen()[0].json()["where"],
        json!({"messageTimestamp": {"gte": "2026-11-22T15:56:40Z", "lte": "2026-11-22T16:13:20Z"}})
    );
}

#[test]
fn pages_that_do_not_add_up_are_read_again() {
    // Messages of one second changed places between the pages: 99 came twice, 100 never.
    let (server, gateway) = start(vec![
        page(0..100, 150, 2),
        page(101..150, 150, 2),
        page(0..100, 150, 2),
        page(100..150, 150, 2),
    ]);
    let messages = gateway
        .messages(when(1_795_363_000), when(1_795_364_000))
        .unwrap();
    assert_eq!(messages.len(), 150);
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn a_record_without_key_or_time_does_not_hide_the_others() {
    let body = json!({"messages": {"total": 4, "pages": 1, "records": [
        {"key": {"id": "A", "remoteJid": "5551987654321@s.whatsapp.net"}, "messageTimestamp": 1_795_363_134},
        {"messageTimestamp": 1_795_363_134},
        {"key": {"id": "B", "remoteJid": "5551987654321@s.whatsapp.net"}},
        "?",
    ]}});
    let (_server, gateway) = start(vec![Play::json("200 OK", &body.to_string())]);
    let messages = gateway
        .messages(when(1_795_363_000), when(1_795_364_000))
        .unwrap();
    assert_eq!(
        messages.iter().map(|m| m.gateway_id.as_str()).collect::<Vec<_>>(),
        ["A"]
    );
}

#[test]
fn a_message_of_ours_is_found_under_a_lid() {
    let record = |id: &str, text: &str| {
        json!({
            "key": {"id": id, "remoteJid": "25511987654321@lid", "remoteJidAlt": "5551987654321@s.whatsapp.net",
                "fromMe": true},
            "message": {"extendedTextMessage": {"text": text}},
            "messageTimestamp": 1_795_363_134,
            "MessageUpdate": [{"status": "SERVER_ACK"}, {"status": "DELIVERY_ACK"}, {"status": "SERVER_ACK"}],
        })
    };
    let found = |records: Value| {
        let total = records.as_array().unwrap().len();
        let body = json!({"messages": {"total": total, "pages": 1, "currentPage": 1, "records": records}});
        Play::json("200 OK", &body.to_string())
    };
    let (server, gateway) = start(vec![
        found(json!([])),
        found(json!([])),
        found(json!([
            record("X", "outra"),
            record("Y", "Olá, Maria da Silva!\r\nSua parcela venceu em 10/11.\n")
        ])),
    ]);
    let probe = Probe {
        message_id: MessageId::from_stored("3EB0AA"),
        gateway_id: None,
        to: to(),
        from: when(1_795_363_100),
        until: when(1_795_363_200),
        fingerprint: Fingerprint::Text(TEXT.to_owned()),
        not_these: vec!["X".to_owned()],
    };
    let is = Lookup::Found {
        gateway_id: "Y".to_owned(),
        ack: AckLevel::Delivered,
    };
    assert_eq!(gateway.lookup(&probe), Ok(is));
    let keys: Vec<_> = server
        .seen()
        .iter()
        .map(|s| s.json()["where"]["key"].clone())
        .collect();
    assert_eq!(
        keys,
        [
            json!({"id": "3EB0AA"}),
            json!({"remoteJid": "5551987654321@s.whatsapp.net"}),
            json!({"remoteJidAlt": "5551987654321@s.whatsapp.net"}),
        ]
    );

    // A gateway that keeps our id gives the message at once.
    let mut own = record("3EB0AA", "any");
    own["MessageUpdate"] = json!([]);
    let (server, gateway) = start(vec![found(json!([own]))]);
    let is = Lookup::Found {
        gateway_id: "3EB0AA".to_owned(),
        ack: AckLevel::Pending,
    };
    assert_eq!(gateway.lookup(&probe), Ok(is));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn linking_by_code_leaves_an_attempt_by_qr_once() {
    let qr = Play::json(
        "200 OK",
        r#"{"pairingCode":null,"code":"2@x,y,z,w","base64":"","count":3}"#,
    );
    let out = Play::json(
        "200 OK",
        r#"{"status":"SUCCESS","error":false,"response":{"message":"Instance logged out"}}"#,
    );
    let refused = Play::json(
        "200 OK",
        r#"{"instance":{"instanceName":"loja","status":"refused"},"qrcode":{"count":30}}"#,
    );
    let (server, gateway) = start(vec![qr.clone(), out, qr, refused]);
    let with = PairWith::Code(Phone::from_e164("5551987654321").unwrap());
    assert_eq!(gateway.pair(&with), Ok(PairStep::Wait));
    assert_eq!(gateway.pair(&with), Ok(PairStep::Wait));
    assert_eq!(gateway.pair(&with), Ok(PairStep::Expired));
    let calls: Vec<_> = server
        .seen()
        .iter()
        .map(|s| format!("{} {}", s.method, s.target))
        .collect();
    assert_eq!(
        calls,
        [
            "GET /instance/connect/loja?number=5551987654321",
            "DELETE /instance/logout/loja",
            "GET /instance/connect/loja?number=5551987654321",
            "GET /instance/connect/loja?number=5551987654321",
        ]
    );
}
