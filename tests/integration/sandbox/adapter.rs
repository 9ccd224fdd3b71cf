//! The real Evolution adapter at the stand-in gateway: two readings of one contract, written apart, must agree.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use wa_notify::adapters::evolution::{EvolutionGateway, EvolutionSettings};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::phone::Phone;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::gateway::{
    AckLevel, CanonicalId, Content, Fingerprint, Gateway, GatewayError, Inbox, LinkState, Lookup, PairStep,
    PairWith, Pairing, Probe, Rejection, SendOutcome,
};

use super::{JOAO, MARIA};
use crate::support::sandbox::{API_KEY, Sandbox, pause};

const MARIA_JID: &str = "5551987654321@s.whatsapp.net";
const OLD_JID: &str = "555187654321@s.whatsapp.net";

fn adapter(sandbox: &Sandbox, request_timeout: Duration) -> EvolutionGateway {
    let mut settings = EvolutionSettings::new(sandbox.url(), Secret::new(API_KEY), InstanceId::new("loja"));
    settings.request_timeout = request_timeout;
    EvolutionGateway::new(settings).unwrap()
}

/// A linked instance and the adapter's handle on it.
fn ready() -> (Sandbox, EvolutionGateway) {
    let sandbox = Sandbox::start();
    sandbox.link("loja");
    let gateway = adapter(&sandbox, Duration::from_secs(20));
    (sandbox, gateway)
}

fn send(gateway: &EvolutionGateway, content: &Content) -> SendOutcome {
    gateway.send(
        &MessageId::from_stored("3EB0AA"),
        &CanonicalId(MARIA_JID.into()),
        content,
    )
}

fn text() -> Content {
    Content::Text("Olá, Maria! (ref. 7K2Q)".to_owned())
}

fn document() -> Content {
    Content::Document {
        file_name: "Boleto 7K2Q.pdf".to_owned(),
        mime_type: "application/pdf".to_owned(),
        caption: Some("Boleto".to_owned()),
        bytes: b"%PDF-1.4".to_vec(),
    }
}

#[track_caller]
fn accepted(outcome: SendOutcome) -> String {
    let SendOutcome::Accepted {
        gateway_id,
        canonical,
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(canonical.is_some());
    gateway_id
}

fn now(sandbox: &Sandbox) -> DateTime<Utc> {
    sandbox.state()["now"].as_str().unwrap().parse().unwrap()
}

/// Looks for a content in the minutes around now.
fn look_up(sandbox: &Sandbox, gateway: &EvolutionGateway, fingerprint: Fingerprint) -> Lookup {
    let now = now(sandbox);
    let probe = Probe {
        message_id: MessageId::from_stored("3EB0AA"),
        gateway_id: None,
        to: CanonicalId(MARIA_JID.into()),
        from: now - TimeDelta::minutes(5),
        until: now + TimeDelta::minutes(5),
        fingerprint,
        not_these: Vec::new(),
    };
    gateway.lookup(&probe).unwrap()
}

#[track_caller]
fn await_ack(gateway: &EvolutionGateway, id: &str, level: AckLevel) {
    for _ in 0..1_000 {
        if gateway
            .acks(&[id.to_owned()])
            .unwrap()
            .iter()
            .any(|ack| ack.level == level)
        {
            return;
        }
        pause(Duration::from_millis(10));
    }
    panic!("{id} never came to {level:?}");
}

#[test]
fn pairs_from_nothing_to_linked_and_back() {
    let sandbox = Sandbox::start();
    let gateway = adapter(&sandbox, Duration::from_secs(20));
    assert_eq!(gateway.status().unwrap(), LinkState::Absent);
    gateway.ensure_instance().unwrap();
    gateway.ensure_instance().unwrap();
    assert!(matches!(
        gateway.status().unwrap(),
        LinkState::Closed { removed: false, .. }
    ));
    let code = loop {
        match gateway.pair(&PairWith::Qr).unwrap() {
            PairStep::Wait => pause(Duration::from_millis(20)),
            PairStep::Qr(code) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(gateway.status().unwrap(), LinkState::Connecting);
    sandbox.control("/sandbox/scan", &json!({"code": code}));
    assert_eq!(gateway.pair(&PairWith::Qr).unwrap(), PairStep::Connected);
    let LinkState::Open { number: Some(number) } = gateway.status().unwrap() else {
        panic!()
    };
    assert_eq!(number.e164(), "+5511900000001");
    sandbox.unlink("loja");
    assert!(matches!(
        gateway.status().unwrap(),
        LinkState::Closed { removed: true, .. }
    ));
    assert_eq!(gateway.instances().unwrap().len(), 1);
}

#[test]
fn pairs_by_code_in_letters() {
    let sandbox = Sandbox::start();
    let gateway = adapter(&sandbox, Duration::from_secs(20));
    gateway.ensure_instance().unwrap();
    let with = PairWith::Code(Phone::from_e164("5551999990000").unwrap());
    let code = loop {
        match gateway.pair(&with).unwrap() {
            PairStep::Wait => pause(Duration::from_millis(20)),
            PairStep::PairCode(code) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(code.len(), "ABCD-1234".len());
    sandbox.scan("loja");
    let LinkState::Open { number: Some(number) } = gateway.status().unwrap() else {
        panic!()
    };
    assert_eq!(number.digits(), "5551999990000");
    gateway.logout().unwrap();
    assert!(matches!(gateway.status().unwrap(), LinkState::Closed { .. }));
}

#[test]
fn sends_and_follows_to_the_read_mark() {
    let (sandbox, gateway) = ready();
    let ids = [
        accepted(send(&gateway, &text())),
        accepted(send(&gateway, &document())),
    ];
    for id in &ids {
        await_ack(&gateway, id, AckLevel::Delivered);
    }
    sandbox.open_chat(MARIA);
    for id in &ids {
        await_ack(&gateway, id, AckLevel::Read);
    }
    let delivered = sandbox.log_lines();
    assert_eq!(
        delivered
            .iter()
            .map(|line| line["id"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ids
    );
    assert_eq!(
        (&delivered[1]["file_name"], &delivered[1]["bytes"]),
        (&json!("Boleto 7K2Q.pdf"), &json!(8))
    );
}

#[test]
fn resolves_old_accounts_and_unknown_numbers() {
    let (sandbox, gateway) = ready();
    sandbox.faults(
        json!([{"fault": "ninth_digit", "number": MARIA}, {"fault": "number_unknown", "number": JOAO}]),
    );
    let phones = [Phone::from_e164(MARIA).unwrap(), Phone::from_e164(JOAO).unwrap()];
    let resolved = gateway.resolve(&phones).unwrap();
    assert_eq!(resolved[0].canonical, Some(CanonicalId(OLD_JID.into())));
    assert_eq!(resolved[1].canonical, None);
    let to = CanonicalId(format!("{JOAO}@s.whatsapp.net"));
    let refused = gateway.send(&MessageId::from_stored("3EB0AA"), &to, &text());
    assert_eq!(refused, SendOutcome::Rejected(Rejection::NotOnWhatsApp));
}

#[test]
fn what_may_have_arrived_is_never_called_refused() {
    for (fault, arrives) in [
        ("error_before", false),
        ("error_after", true),
        ("drop_before", false),
        ("drop_after", true),
        ("freeze", false),
        ("bad_request_after", true),
        ("unlink", false),
    ] {
        let (sandbox, gateway) = ready();
        sandbox.faults(json!({"fault": fault, "ms": 50}));
        let outcome = send(&gateway, &document());
        assert!(
            matches!(outcome, SendOutcome::Ambiguous { .. }),
            "{fault}: {outcome:?}"
        );
        assert_eq!(sandbox.log_lines().len(), usize::from(arrives), "{fault}");
        let found = look_up(
            &sandbox,
            &gateway,
            Fingerprint::FileName("Boleto 7K2Q.pdf".to_owned()),
        );
        // What the gateway's database refused is on the phone and cannot be found: absence proves nothing.
        let findable = arrives && fault != "bad_request_after";
        assert_eq!(
            matches!(found, Lookup::Found { .. }),
            findable,
            "{fault}: {found:?}"
        );
    }
}

#[test]
fn an_answer_that_comes_too_late_is_ambiguous_and_found_later() {
    let (sandbox, _) = ready();
    let impatient = adapter(&sandbox, Duration::from_millis(400));
    sandbox.faults(json!({"fault": "delay_after", "ms": 5_000}));
    assert!(matches!(send(&impatient, &text()), SendOutcome::Ambiguous { .. }));
    let Content::Text(words) = text() else {
        unreachable!()
    };
    assert!(matches!(
        look_up(&sandbox, &impatient, Fingerprint::Text(words)),
        Lookup::Found { .. }
    ));
}

#[test]
fn a_rate_limit_is_a_refusal_with_its_pause() {
    let (sandbox, gateway) = ready();
    sandbox.faults(json!({"fault": "too_many_requests", "retry_after": 7}));
    let expected = Rejection::RateLimited {
        retry_after: Some(Duration::from_secs(7)),
    };
    assert_eq!(send(&gateway, &text()), SendOutcome::Rejected(expected));
}

#[test]
fn a_link_ended_by_whatsapp_is_seen_as_a_restriction() {
    let (sandbox, gateway) = ready();
    assert_eq!(gateway.restriction(), None);
    sandbox.control("/sandbox/unlink", &json!({"reason": 403}));
    gateway.status().unwrap();
    assert!(gateway.restriction().is_some());
}

#[test]
fn reads_both_sides_of_every_chat() {
    let (sandbox, gateway) = ready();
    accepted(send(&gateway, &text()));
    sandbox.reply(MARIA, "Já paguei");
    sandbox.reply_as_lid(MARIA, "oi", "with_alt");
    sandbox.reply_as_lid(MARIA, "oi?", "without_alt");
    sandbox.shop_writes(MARIA, "Obrigado, Maria");
    let now = now(&sandbox);
    let messages = gateway
        .messages(now - TimeDelta::minutes(5), now + TimeDelta::minutes(5))
        .unwrap();
    assert_eq!(messages.len(), 5);
    // All came within a second, of which the gateway keeps no order.
    let by_text = |text: &str| {
        let found = messages
            .iter()
            .find(|message| message.text.as_deref() == Some(text));
        found.unwrap_or_else(|| panic!("no {text:?}"))
    };
    let maria = CanonicalId(MARIA_JID.into());
    assert!(by_text("Olá, Maria! (ref. 7K2Q)").from_me && by_text("Obrigado, Maria").from_me);
    let (plain, with_alt, hidden) = (by_text("Já paguei"), by_text("oi"), by_text("oi?"));
    assert!(!plain.from_me && !with_alt.from_me && !hidden.from_me);
    assert_eq!(plain.chat, maria);
    assert!(with_alt.chat.0.ends_with("@lid"));
    assert_eq!(with_alt.chat_alt, Some(maria));
    assert_eq!((&hidden.chat, &hidden.chat_alt), (&with_alt.chat, &None));
}

#[test]
fn a_wrong_key_and_an_unknown_instance_are_told_apart() {
    let (sandbox, _) = ready();
    let with = |key: &str, instance: &str| {
        EvolutionGateway::new(EvolutionSettings::new(
            sandbox.url(),
            Secret::new(key),
            InstanceId::new(instance),
        ))
        .unwrap()
    };
    assert_eq!(with("wrong", "loja").status(), Err(GatewayError::Unauthorized));
    assert_eq!(
        send(&with("wrong", "loja"), &text()),
        SendOutcome::Rejected(Rejection::Unauthorized)
    );
    assert_eq!(
        send(&with(API_KEY, "outra"), &text()),
        SendOutcome::Rejected(Rejection::UnknownInstance)
    );
}
