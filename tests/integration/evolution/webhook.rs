//! The webhooks that were measured, as the port's types.

use chrono::{TimeZone, Utc};
use wa_notify::adapters::evolution::webhook::{WebhookError, WebhookEvent, parse};
use wa_notify::domain::ids::InstanceId;
use wa_notify::ports::gateway::{AckLevel, CanonicalId, ChatMessage, LinkState};

/// Bodies of a file of webhooks.
fn bodies(file: &str) -> Vec<Vec<u8>> {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/evolution-transcripts")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["body"].to_string().into_bytes()
        })
        .collect()
}

fn loja3() -> InstanceId {
    InstanceId::new("loja3")
}

fn answer(id: &str, chat: &str, alt: Option<&str>, text: &str, unix: i64) -> ChatMessage {
    ChatMessage {
        gateway_id: id.to_owned(),
        chat: CanonicalId(chat.to_owned()),
        chat_alt: alt.map(|alt| CanonicalId(alt.to_owned())),
        from_me: false,
        push_name: Some("Maria Cliente".to_owned()),
        text: Some(text.to_owned()),
        media: None,
        at: Utc.timestamp_opt(unix, 0).unwrap(),
    }
}

#[test]
fn answers_come_with_the_phone_behind_the_lid_where_it_is_told() {
    let expected = [
        answer(
            "3A00AA01",
            "25511987654321@lid",
            Some("5511987654321@s.whatsapp.net"),
            "Ja paguei esse boleto ontem",
            1_795_363_134,
        ),
        answer(
            "3A00AA02",
            "5521988887777@s.whatsapp.net",
            None,
            "quero segunda via",
            1_795_363_137,
        ),
        answer(
            "3A00AA03",
            "31234567890@lid",
            None,
            "oi sem telefone",
            1_795_363_140,
        ),
    ];
    let bodies = bodies("webhook-incoming.jsonl");
    assert_eq!(bodies.len(), expected.len());
    for (body, message) in bodies.iter().zip(expected) {
        assert_eq!(
            parse(body),
            Ok(WebhookEvent::Messages {
                instance: loja3(),
                messages: vec![message]
            })
        );
    }
}

#[test]
fn our_own_messages_and_their_receipts() {
    let events: Vec<_> = bodies("webhook-events.jsonl")
        .iter()
        .map(|body| parse(body).unwrap())
        .collect();
    let mut own = Vec::new();
    let mut acks = Vec::new();
    let mut theirs = 0;
    for event in events {
        match event {
            WebhookEvent::Messages { instance, messages } => {
                assert_eq!(instance, loja3());
                theirs += messages.iter().filter(|m| !m.from_me).count();
                own.extend(
                    messages
                        .into_iter()
                        .filter(|m| m.from_me)
                        .map(|m| (m.gateway_id, m.media)),
                );
            }
            WebhookEvent::Receipts { acks: some, .. } => acks.extend(some),
            other => panic!("{other:?}"),
        }
    }
    let document = Some("document".to_owned());
    let ids = [
        "3EB0D2DA8205BBC7FDB771",
        "3EB005F4406A26288E3FA7",
        "3EB03FAEE6E13B9388EF54",
    ]
    .map(str::to_owned);
    let media = [None, document.clone(), document];
    assert_eq!(theirs, 3);
    assert_eq!(own, ids.clone().into_iter().zip(media).collect::<Vec<_>>());
    assert!(acks.iter().map(|a| &a.gateway_id).eq(&ids));
    assert!(acks.iter().all(|a| a.level == AckLevel::Delivered));
}

#[test]
fn the_link_and_what_else_there_is() {
    let link = |data: &str| {
        let body =
            format!(r#"{{"event":"connection.update","instance":"loja3","data":{data},"apikey":"T"}}"#);
        match parse(body.as_bytes()) {
            Ok(WebhookEvent::Link { state, .. }) => state,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        link(r#"{"instance":"loja3","state":"close","statusReason":401}"#),
        LinkState::Closed {
            removed: true,
            reason: Some("401".to_owned())
        }
    );
    assert_eq!(
        link(r#"{"instance":"loja3","state":"close","statusReason":428}"#),
        LinkState::Closed {
            removed: false,
            reason: None
        }
    );
    assert_eq!(
        link(r#"{"instance":"loja3","state":"connecting","statusReason":200}"#),
        LinkState::Connecting
    );
    let LinkState::Open { number: Some(number) } =
        link(r#"{"state":"open","statusReason":200,"wuid":"5511900000001@s.whatsapp.net"}"#)
    else {
        panic!()
    };
    assert_eq!(number.digits(), "5511900000001");
    assert_eq!(
        parse(br#"{"event":"QRCODE_UPDATED","instance":"loja3","data":{"qrcode":{"code":"2@x"}}}"#),
        Ok(WebhookEvent::Other {
            instance: loja3(),
            event: "qrcode.updated".to_owned()
        })
    );
}

#[test]
fn what_is_no_webhook_says_why_and_shows_nothing() {
    assert_eq!(
        parse(b"{\n oops"),
        Err(WebhookError::NotJson { line: 2, column: 2 })
    );
    assert_eq!(
        parse(br#"{"instance":"loja3"}"#),
        Err(WebhookError::NotAnEnvelope)
    );
    assert_eq!(parse(br#"[1]"#), Err(WebhookError::NotAnEnvelope));
    let body = br#"{"event":"messages.upsert","instance":"loja3","data":{"secret":"x"},"apikey":"T0KEN"}"#;
    let error = parse(body).unwrap_err();
    assert_eq!(
        error,
        WebhookError::BadData {
            event: "messages.upsert".to_owned()
        }
    );
    // Nor do the events of the measured files, token and all.
    for body in bodies("webhook-events.jsonl") {
        assert!(!format!("{:?}", parse(&body)).contains("BD2D7413"));
    }
}
