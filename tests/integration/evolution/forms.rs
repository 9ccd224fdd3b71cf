//! Answers that say the same in another form: other JSON types, `null` for a list, one thing for a list of one. A gateway
//! that is a patch level or a proxy away must not turn what was sent into a doubt.

use serde_json::{Value, json};
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::phone::Phone;
use wa_notify::ports::gateway::{
    Ack, AckLevel, Fingerprint, Gateway, GatewayError, LinkState, Lookup, Pairing, Probe, SendOutcome,
};

use super::server::Play;
use super::{TEXT, send, start, to, when};

const AT: i64 = 1_795_363_134;

fn ok(body: &Value) -> Play {
    Play::json("200 OK", &body.to_string())
}

#[test]
fn an_acceptance_is_one_by_its_id_whatever_stands_beside_it() {
    let key = json!({"id": "3EB0BB", "remoteJid": "555187654321@s.whatsapp.net", "fromMe": true});
    for (status, body, canonical, timed) in [
        (
            "201 Created",
            json!({"key": key, "messageTimestamp": AT, "MessageUpdate": null}),
            true,
            true,
        ),
        (
            "201 Created",
            json!({"key": key, "messageTimestamp": "1795363134", "pushName": null}),
            true,
            true,
        ),
        (
            "201 Created",
            json!({"key": key, "messageTimestamp": 1_795_363_134.0_f64, "message": null}),
            true,
            true,
        ),
        (
            "200 OK",
            json!({"key": {"id": "3EB0BB", "remoteJid": null, "fromMe": null}}),
            false,
            false,
        ),
        (
            "200 OK",
            json!({"key": {"id": "3EB0BB", "fromMe": "true"}, "messageTimestamp": null}),
            false,
            false,
        ),
    ] {
        let (_server, gateway) = start(vec![Play::json(status, &body.to_string())]);
        let SendOutcome::Accepted {
            gateway_id,
            canonical: found,
            at,
        } = send(&gateway)
        else {
            panic!("{body}")
        };
        assert_eq!(
            (gateway_id.as_str(), found.is_some()),
            ("3EB0BB", canonical),
            "{body}"
        );
        assert_eq!(at, timed.then(|| when(AT)), "{body}");
    }
    for body in [
        json!({"key": {"id": ""}}),
        json!({"key": {"id": 7}}),
        json!({"key": null}),
        json!([]),
        json!({}),
    ] {
        let (_server, gateway) = start(vec![Play::json("201 Created", &body.to_string())]);
        super::ambiguous(send(&gateway));
    }
}

#[test]
fn a_lookup_reads_records_of_every_form() {
    let probe = Probe {
        message_id: MessageId::from_stored(""),
        gateway_id: None,
        to: to(),
        from: when(AT - 60),
        until: when(AT + 60),
        fingerprint: Fingerprint::Text(TEXT.to_owned()),
        not_these: Default::default(),
    };
    let record = |from_me: Value, at: Value, updates: Value| {
        json!({
            "key": {"id": "3EB0BB", "remoteJid": "5551987654321@s.whatsapp.net", "fromMe": from_me,
                "participant": null, "remoteJidAlt": null},
            "message": {"conversation": TEXT}, "messageTimestamp": at, "pushName": null, "messageType": null,
            "MessageUpdate": updates,
        })
    };
    let page = |total: Value, pages: Value, records: Value| json!({"messages": {"total": total, "pages": pages, "currentPage": total, "records": records}});
    for (body, ack) in [
        (
            page(
                json!(1),
                json!(1),
                json!([record(json!(true), json!(AT), json!([]))]),
            ),
            AckLevel::Pending,
        ),
        (
            page(
                json!("1"),
                json!("1"),
                json!([record(json!("true"), json!("1795363134"), Value::Null)]),
            ),
            AckLevel::Pending,
        ),
        (
            page(
                json!(1.0),
                json!(1.0),
                json!([record(
                    json!(true),
                    json!(1_795_363_134.0_f64),
                    json!({"status": "READ"})
                )]),
            ),
            AckLevel::Read,
        ),
        (
            page(
                json!(2),
                json!(1),
                json!([
                    {"id": "a row without a key"},
                    record(json!(true), json!({"low": AT, "high": 0}), json!([{"status": 3}, null, {"status": null}])),
                ]),
            ),
            AckLevel::Delivered,
        ),
    ] {
        let (_server, gateway) = start(vec![ok(&body)]);
        assert_eq!(
            gateway.lookup(&probe),
            Ok(Lookup::Found {
                gateway_id: "3EB0BB".to_owned(),
                ack
            }),
            "{body}"
        );
    }
    // Nothing is not everything, and what is no page is none.
    let (_server, gateway) = start(vec![ok(&page(json!(0), Value::Null, Value::Null))]);
    assert_eq!(gateway.lookup(&probe), Ok(Lookup::NotFound));
    let (_server, gateway) = start(vec![ok(&page(json!("many"), json!(1), json!([])))]);
    assert!(matches!(
        gateway.lookup(&probe),
        Err(GatewayError::UnexpectedAnswer { .. })
    ));
}

#[test]
fn receipts_of_every_form() {
    let one = |status: Value| json!({"keyId": "3EB0BB", "status": status, "fromMe": true});
    for (body, level) in [
        (json!([one(json!("SERVER_ACK"))]), Some(AckLevel::Server)),
        (one(json!("DELIVERY_ACK")), Some(AckLevel::Delivered)),
        (
            json!([null, {"status": "READ"}, one(Value::Null), one(json!(4))]),
            Some(AckLevel::Read),
        ),
        (Value::Null, None),
        (json!({}), None),
    ] {
        let (_server, gateway) = start(vec![ok(&body)]);
        let acks = level.map(|level| Ack {
            gateway_id: "3EB0BB".to_owned(),
            level,
        });
        assert_eq!(
            gateway.acks(&["3EB0BB".to_owned()]),
            Ok(acks.into_iter().collect()),
            "{body}"
        );
    }
}

#[test]
fn numbers_of_every_form() {
    let phones = [Phone::from_e164("5551987654321").unwrap()];
    let jid = "555187654321@s.whatsapp.net";
    for number in [
        json!("5551987654321"),
        json!(5_551_987_654_321_u64),
        json!("+5551987654321"),
        json!("5551987654321@s.whatsapp.net"),
    ] {
        for (exists, canonical) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (Value::Null, false),
        ] {
            let (_server, gateway) = start(vec![ok(
                &json!([{"jid": jid, "exists": exists, "number": number}]),
            )]);
            let resolved = gateway.resolve(&phones).unwrap();
            assert_eq!(
                resolved[0].canonical.as_ref().map(|id| id.0.as_str()),
                canonical.then_some(jid)
            );
        }
    }
    let (_server, gateway) = start(vec![ok(
        &json!([{"jid": jid, "exists": "perhaps", "number": "5551987654321"}]),
    )]);
    assert!(matches!(
        gateway.resolve(&phones),
        Err(GatewayError::UnexpectedAnswer { .. })
    ));
}

#[test]
fn why_a_link_ended_in_every_form() {
    let state = ok(&json!({"instance": {"instanceName": "loja", "state": "close"}}));
    let object = json!({"error": {"data": {"content": [{"attrs": {"type": "device_removed"}}]}}});
    for (code, object) in [(json!(401), json!(object.to_string())), (json!("401"), object)] {
        let row = json!([
            {"id": "of somebody else, without a name"},
            {"name": "loja", "connectionStatus": "close", "disconnectionReasonCode": code, "disconnectionObject": object},
        ]);
        let (_server, gateway) = start(vec![state.clone(), ok(&row)]);
        let reason = Some("401 device_removed".to_owned());
        assert_eq!(
            gateway.status(),
            Ok(LinkState::Closed {
                removed: true,
                reason
            })
        );
        let (_server, gateway) = start(vec![ok(&row)]);
        assert_eq!(gateway.instances().unwrap().len(), 1);
    }
}
