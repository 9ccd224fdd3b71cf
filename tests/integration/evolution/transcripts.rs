//! Every measured exchange and its meaning. The answer is replayed byte for byte; where the adapter makes that very call,
//! its request must be the measured one, and what it adds or does otherwise is named in the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use serde_json::Value;
use wa_notify::adapters::evolution::{EvolutionGateway, EvolutionSettings, EvolutionWebhook};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::phone::Phone;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::gateway::{
    AckLevel, CanonicalId, Content, Fingerprint, Gateway, GatewayError, Inbox, LinkState, Lookup, PairStep,
    PairWith, Pairing, Probe, Rejection, SendOutcome,
};

use super::server::{Play, Seen, Server};

/// One exchange of a case.
enum Step {
    /// We make this very call. The second and third name what of the measured body (as JSON pointers) we say otherwise
    /// or leave out, and what we add.
    Same(&'static str, &'static [&'static str], &'static [&'static str]),
    /// The answer counts; it comes to a call of ours that is not the measured one.
    Answer(&'static str),
}
use Step::{Answer, Same};

/// Added to every search: pages of a size of our own.
const PAGING: &[&str] = &["/page", "/offset"];
/// Added to a search by recipient: its time.
const WINDOW: &[&str] = &["/page", "/offset", "/where/messageTimestamp"];
/// Added to every text: our id (kept by 2.4, ignored before), and no preview of links.
const TEXT: &[&str] = &["/messageId", "/linkPreview"];

struct Case {
    steps: Vec<Step>,
    act: fn(&EvolutionGateway),
}

fn case(steps: impl Into<Vec<Step>>, act: fn(&EvolutionGateway)) -> Case {
    Case {
        steps: steps.into(),
        act,
    }
}

/// Exchanges that the adapter never makes and whose answer it can never get.
const NEVER_MADE: &[(&str, &str)] = &[
    (
        "11-root",
        "no call needs the version: what differs shows in the answers",
    ),
    (
        "31-findChats",
        "findMessages over a time window tells all that is needed",
    ),
    ("32-findContacts", "no contact list of the shop is ever read"),
    ("33-markRead", "answers are left unread for the staff"),
    ("42-websocket-find", "webhooks and polling only"),
    (
        "66-delete",
        "an instance is unlinked, never deleted: it may be the ERP's",
    ),
    ("93-findChats", "as 31"),
    ("95-markRead", "as 33"),
    ("111-delete", "as 66"),
    ("120-del", "as 66"),
];

fn jid(user: &str) -> CanonicalId {
    CanonicalId(format!("{user}@s.whatsapp.net"))
}

fn at(unix: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(unix, 0).unwrap()
}

fn id() -> MessageId {
    MessageId::from_stored("3EB0MYOWNID")
}

fn send_text(gateway: &EvolutionGateway, to: &CanonicalId, text: &str) -> SendOutcome {
    gateway.send(&id(), to, &Content::Text(text.to_owned()))
}

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const SHORT_PDF: &[u8] = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";

fn send_pdf(
    gateway: &EvolutionGateway,
    user: &str,
    name: &str,
    caption: Option<&str>,
    pdf: &[u8],
) -> SendOutcome {
    let content = Content::Document {
        file_name: name.to_owned(),
        mime_type: "application/pdf".to_owned(),
        caption: caption.map(str::to_owned),
        bytes: pdf.to_vec(),
    };
    gateway.send(&id(), &jid(user), &content)
}

fn accepted(gateway_id: &str, canonical: &str, unix: i64) -> SendOutcome {
    SendOutcome::Accepted {
        gateway_id: gateway_id.to_owned(),
        canonical: Some(CanonicalId(canonical.to_owned())),
        at: Some(at(unix)),
    }
}

fn rejected(why: Rejection) -> SendOutcome {
    SendOutcome::Rejected(why)
}

#[track_caller]
fn assert_ambiguous(outcome: SendOutcome, text: &str) {
    let SendOutcome::Ambiguous { detail } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(detail, text);
}

#[track_caller]
fn assert_invalid(outcome: SendOutcome, text: &str) {
    let SendOutcome::Rejected(Rejection::InvalidRequest(detail)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(detail, text);
}

fn closed(removed: bool, reason: Option<&str>) -> Result<LinkState, GatewayError> {
    Ok(LinkState::Closed {
        removed,
        reason: reason.map(str::to_owned),
    })
}

fn probe(to: CanonicalId, fingerprint: Fingerprint) -> Probe {
    Probe {
        message_id: id(),
        gateway_id: None,
        to,
        from: at(1_795_362_700),
        until: at(1_795_363_200),
        fingerprint,
        not_these: Vec::new(),
    }
}

fn text_probe(user: &str, text: &str) -> Probe {
    probe(jid(user), Fingerprint::Text(text.to_owned()))
}

fn phone(digits: &str) -> Phone {
    Phone::from_e164(digits).unwrap()
}

/// The table. Files are named by what stands before `.http`.
fn cases() -> Vec<Case> {
    let mut all = keys_and_instances();
    all.extend(links());
    all.extend(sends_without_link());
    all.extend(sends());
    all.extend(numbers_and_presence());
    all.extend(searches());
    all
}

fn keys_and_instances() -> Vec<Case> {
    vec![
        case([Answer("01-nokey")], |g| {
            assert_eq!(g.instances(), Err(GatewayError::Unauthorized))
        }),
        case([Same("02-wrongkey", &[], &[])], |g| {
            assert_eq!(g.instances(), Err(GatewayError::Unauthorized))
        }),
        case([Same("03-fetchInstances-empty", &[], &[])], |g| {
            assert_eq!(g.instances(), Ok(vec![]))
        }),
        case([Same("04-unknown-instance", &[], &[])], |g| {
            assert_eq!(g.status(), Ok(LinkState::Absent))
        }),
        // No name, no integration: we always give both; the answer is a plain refusal.
        case([Answer("04-unknown-instance"), Answer("05-create-noname")], |g| {
            assert_eq!(g.ensure_instance(), Err(refused_create("Invalid integration")));
        }),
        case(
            [Answer("04-unknown-instance"), Answer("06-create-no-integration")],
            |g| {
                assert_eq!(g.ensure_instance(), Err(refused_create("Invalid integration")));
            },
        ),
        case(
            [Answer("04-unknown-instance"), Same("07-create", &[], &[])],
            |g| {
                assert_eq!(g.ensure_instance(), Ok(()));
            },
        ),
        // Somebody else was faster: the instance is there, which is what was wanted.
        case(
            [
                Answer("04-unknown-instance"),
                Same("08-create-dup", &[], &["/groupsIgnore"]),
            ],
            |g| {
                assert_eq!(g.ensure_instance(), Ok(()));
            },
        ),
        case(
            [Same("09-state", &[], &[]), Same("10-fetchInstances", &[], &[])],
            |g| {
                assert_eq!(g.status(), closed(false, None));
            },
        ),
        // A 404 that is not about the instance is no absence: the address is wrong.
        case([Answer("12-notfound")], |g| {
            let Err(GatewayError::Refused {
                status: 404, detail, ..
            }) = g.status()
            else {
                panic!()
            };
            assert_eq!(detail, "Cannot GET /instance/nothing/cobranca");
        }),
        case(
            [
                Same("39-instance-token-key", &[], &[]),
                Answer("10-fetchInstances"),
            ],
            |g| {
                assert_eq!(g.status(), closed(false, None));
            },
        ),
        // The webhook stands as wanted: nothing is set.
        case([Answer("09-state"), Same("40-webhook-find", &[], &[])], |g| {
            assert_eq!(g.ensure_instance(), Ok(()))
        }),
        // There is none: it is set.
        case(
            [
                Answer("09-state"),
                Answer("42-websocket-find"),
                Same("41-webhook-set", &[], &[]),
            ],
            |g| {
                assert_eq!(g.ensure_instance(), Ok(()));
            },
        ),
        // We create without a QR code, so that the call does not block for 5 s to say `count: 0`.
        case(
            [
                Answer("04-unknown-instance"),
                Same("70-create-qr", &["/qrcode"], &[]),
            ],
            |g| {
                assert_eq!(g.ensure_instance(), Ok(()));
            },
        ),
        case(
            [Answer("04-unknown-instance"), Answer("112-create-pairing")],
            |g| {
                assert_eq!(g.ensure_instance(), Ok(()));
            },
        ),
        case([Answer("04-unknown-instance"), Answer("121-create")], |g| {
            assert_eq!(g.ensure_instance(), Ok(()))
        }),
    ]
}

fn refused_create(detail: &str) -> GatewayError {
    GatewayError::Refused {
        call: "POST /instance/create".to_owned(),
        status: 400,
        detail: detail.to_owned(),
    }
}

fn links() -> Vec<Case> {
    vec![
        case([Same("35-logout-close", &[], &[])], |g| {
            assert_eq!(g.logout(), Err(GatewayError::NotConnected))
        }),
        // `restart` is never called; its way to fail, a 200 that says `error`, is that of `connect` too.
        case([Answer("36-restart-close")], |g| {
            let Err(GatewayError::Refused {
                status: 200, detail, ..
            }) = g.pair(&PairWith::Qr)
            else {
                panic!()
            };
            assert_eq!(detail, "[object Object]");
        }),
        case([Same("50-connect", &[], &[])], |g| {
            assert_eq!(g.pair(&PairWith::Qr), Ok(PairStep::Wait))
        }),
        case([Same("52-connect-again", &[], &[])], |g| {
            assert_eq!(g.pair(&PairWith::Qr), Ok(PairStep::Wait))
        }),
        case(
            [Same("51-state-connecting", &[], &[]), Answer("10-fetchInstances")],
            |g| {
                assert_eq!(g.status(), closed(false, None));
            },
        ),
        case([Same("63-state", &[], &[]), Answer("10-fetchInstances")], |g| {
            assert_eq!(g.status(), closed(false, None));
        }),
        case([Same("64-logout-connecting", &[], &[])], |g| {
            assert_eq!(g.logout(), Ok(()))
        }),
        case(
            [Same("65-state-after", &[], &[]), Answer("10-fetchInstances")],
            |g| {
                assert_eq!(g.status(), closed(false, None));
            },
        ),
        // Just deleted: still answered for, without a state.
        case([Same("67-state-after-delete", &[], &[])], |g| {
            assert_eq!(g.status(), Ok(LinkState::Absent))
        }),
        case([Same("71-connect-while-connecting", &[], &[])], |g| {
            assert_qr(g, "2@mock1795362728-1-0,")
        }),
        case([Same("72-state", &[], &[])], |g| {
            assert_eq!(g.status(), Ok(LinkState::Connecting))
        }),
        case([Same("73-qr-ready", &[], &[])], |g| {
            assert_qr(g, "2@mock1795362728-1-0,")
        }),
        case(
            [
                Same("74-state-open", &[], &[]),
                Same("96-fetchInstances-open", &[], &[]),
            ],
            |g| {
                assert_eq!(
                    g.status(),
                    Ok(LinkState::Open {
                        number: Some(phone("5511900000001"))
                    })
                );
            },
        ),
        case([Same("75-connect-when-open", &[], &[])], |g| {
            assert_eq!(g.pair(&PairWith::Qr), Ok(PairStep::Connected))
        }),
        // Dropped, and back 4 s later by itself: closed, but not removed.
        case(
            [
                Same("101-state-just-after-drop", &[], &[]),
                Answer("96-fetchInstances-open"),
            ],
            |g| {
                assert_eq!(g.status(), closed(false, None));
            },
        ),
        case(
            [
                Same("103-state-4s-after", &[], &[]),
                Answer("96-fetchInstances-open"),
            ],
            |g| {
                assert!(matches!(g.status(), Ok(LinkState::Open { .. })));
            },
        ),
        // The state says nothing of a frozen link.
        case(
            [Same("105-state", &[], &[]), Answer("96-fetchInstances-open")],
            |g| {
                assert!(matches!(g.status(), Ok(LinkState::Open { .. })));
            },
        ),
        // Removed on the phone.
        case(
            [
                Same("107-state-after-logout", &[], &[]),
                Same("109-fetchInstances-after-logout", &[], &[]),
            ],
            |g| {
                assert_eq!(g.status(), closed(true, Some("401 device_removed")));
                assert_eq!(g.restriction(), None);
            },
        ),
        case([Same("110-connect-after-logout", &[], &[])], |g| {
            assert_qr(g, "2@mock1795362884-7-0,")
        }),
        case([Same("113-connect-number", &[], &[])], assert_pair_code),
        case([Same("114-connect-number-again", &[], &[])], assert_pair_code),
        case([Same("122-state", &[], &[])], |g| {
            assert_eq!(g.status(), Ok(LinkState::Connecting))
        }),
    ]
}

#[track_caller]
fn assert_qr(gateway: &EvolutionGateway, start: &str) {
    let Ok(PairStep::Qr(code)) = gateway.pair(&PairWith::Qr) else {
        panic!()
    };
    assert!(code.starts_with(start) && code.split(',').count() == 4, "{code}");
}

fn assert_pair_code(gateway: &EvolutionGateway) {
    let step = gateway.pair(&PairWith::Code(phone("5511900000001")));
    assert_eq!(step, Ok(PairStep::PairCode("4CRV-QK9H".to_owned())));
}

fn sends_without_link() -> Vec<Case> {
    vec![
        case([Same("20-sendText-notconnected", &[], TEXT)], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "oi");
            assert_ambiguous(
                outcome,
                "HTTP 500: Cannot read properties of undefined (reading 'onWhatsApp')",
            );
        }),
        case([Same("21-sendMedia-notconnected", &[], &["/messageId"])], |g| {
            let outcome = send_pdf(g, "5511987654321", "boleto.pdf", Some("Boleto"), SHORT_PDF);
            let text =
                "HTTP 500: TypeError: Cannot read properties of undefined (reading 'waUploadToServer')";
            assert_ambiguous(outcome, text);
        }),
        // We never leave the number out, nor the file name, nor send a data: URI; the answers prove refusal.
        case([Answer("22-sendText-invalid")], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "oi");
            assert_invalid(outcome, r#"HTTP 400: instance requires property "number""#);
        }),
        case([Answer("23-sendText-badtypes")], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "oi");
            assert_invalid(outcome, "HTTP 400: Invalid format; Enter a value in milliseconds");
        }),
        case([Answer("24-sendMedia-nofilename")], |g| {
            let outcome = send_pdf(g, "5511987654321", "b.pdf", None, SHORT_PDF);
            assert_invalid(outcome, "HTTP 400: For base64 the file name must be informed.");
        }),
        case([Answer("25-sendMedia-dataurl")], |g| {
            let outcome = send_pdf(g, "5511987654321", "b.pdf", None, SHORT_PDF);
            assert_invalid(outcome, "HTTP 400: Owned media must be a url or base64");
        }),
        // A body that is no JSON never leaves us; the answer has not the form of a proven refusal.
        case([Answer("37-brokenjson")], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "oi");
            assert_ambiguous(outcome, "HTTP 400: Unexpected end of JSON input");
        }),
        case([Same("38-unknown-instance-send", &[], TEXT)], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "oi");
            assert_eq!(outcome, rejected(Rejection::UnknownInstance));
        }),
        case([Same("60-sendText-connecting", &[], TEXT)], |g| {
            assert_ambiguous(
                send_text(g, &jid("5511987654321"), "oi"),
                "HTTP 500: Connection Closed",
            );
        }),
        case([Same("62-sendMedia-connecting", &[], &["/messageId"])], |g| {
            let outcome = send_pdf(g, "5511987654321", "boleto.pdf", Some("Boleto"), b"%PDF-1.4\n");
            assert_ambiguous(outcome, "HTTP 500: Error: Connection Closed");
        }),
        case([Same("108-send-after-logout", &[], TEXT)], |g| {
            assert_ambiguous(
                send_text(g, &jid("5511987654321"), "x"),
                "HTTP 400: Error: Connection Closed",
            );
        }),
    ]
}

fn sends() -> Vec<Case> {
    vec![
        case([Same("81-sendText", &["/delay"], TEXT)], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "Ola, sua fatura 123 vence amanha");
            let is = accepted(
                "3EB011528DFAE213F4C795",
                "5511987654321@s.whatsapp.net",
                1_795_362_782,
            );
            assert_eq!(outcome, is);
        }),
        // Sent with the ninth digit, answered without: the same account.
        case([Same("82-sendText-9digit", &[], TEXT)], |g| {
            let outcome = send_text(g, &jid("5551987654321"), "Ola 9 digito");
            let is = accepted(
                "3EB02038D2A4DF12B71C97",
                "555187654321@s.whatsapp.net",
                1_795_362_782,
            );
            assert_eq!(outcome, is);
        }),
        case([Same("83-sendText-notOnWhatsApp", &[], TEXT)], |g| {
            assert_eq!(
                send_text(g, &jid("5511900000000"), "Ola"),
                rejected(Rejection::NotOnWhatsApp)
            );
        }),
        // The same answer about another number proves nothing about ours.
        case([Answer("83-sendText-notOnWhatsApp")], |g| {
            assert_ambiguous(
                send_text(g, &jid("5511987654321"), "Ola"),
                "HTTP 400: exists: false",
            );
        }),
        case([Same("84-sendMedia-base64", &[], &["/messageId"])], |g| {
            let outcome = send_pdf(g, "5511987654321", "boleto-123.pdf", Some("Boleto 123"), PDF);
            let is = accepted(
                "3EB0792D4DFD551A8E380B",
                "5511987654321@s.whatsapp.net",
                1_795_362_783,
            );
            assert_eq!(outcome, is);
        }),
        // Without an extension the gateway sends the type "false": we do not ask it to. (With one, the answer is as any.)
        case([Answer("85-sendMedia-noext")], |g| {
            assert_invalid(
                send_pdf(g, "5511987654321", "boleto", None, PDF),
                "file name without extension",
            );
            let outcome = send_pdf(g, "5511987654321", "boleto.pdf", None, PDF);
            let is = accepted(
                "3EB05E327769627ABF239D",
                "5511987654321@s.whatsapp.net",
                1_795_362_783,
            );
            assert_eq!(outcome, is);
        }),
        case(
            [Same(
                "86-sendMedia-notOnWhatsApp",
                &[],
                &["/messageId", "/mimetype"],
            )],
            |g| {
                let outcome = send_pdf(g, "5511900000000", "b.pdf", None, PDF);
                assert_eq!(outcome, rejected(Rejection::NotOnWhatsApp));
            },
        ),
        // Our id goes with the message; this version gives it another, and that one counts.
        case(
            [Same("87-sendText-custom-id", &["/key/id"], &["/linkPreview"])],
            |g| {
                let outcome = send_text(g, &jid("5511987654321"), "id custom");
                let is = accepted(
                    "3EB088F503119B726597C6",
                    "5511987654321@s.whatsapp.net",
                    1_795_362_784,
                );
                assert_eq!(outcome, is);
            },
        ),
        case([Same("100-sendText-noack", &[], TEXT)], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "sem ack");
            let is = accepted(
                "3EB0B853E6D88D5A8E6BCA",
                "5511987654321@s.whatsapp.net",
                1_795_362_810,
            );
            assert_eq!(outcome, is);
        }),
        case([Same("102-send-just-after-drop", &[], TEXT)], |g| {
            let outcome = send_text(g, &jid("5511987654321"), "depois da queda");
            let is = accepted(
                "3EB06F1308249299884FC7",
                "5511987654321@s.whatsapp.net",
                1_795_362_810,
            );
            assert_eq!(outcome, is);
        }),
        // After exactly 60 s of a frozen link.
        case([Same("104-send-server-frozen", &[], TEXT)], |g| {
            assert!(g.send_timeout() > Duration::from_secs(60));
            let outcome = send_text(g, &jid("5511955554444"), "servidor congelado");
            assert_ambiguous(
                outcome,
                "HTTP 500: Cannot read properties of undefined (reading 'find')",
            );
        }),
        case([Same("131-sendText-to-lid", &[], TEXT)], |g| {
            let outcome = send_text(g, &CanonicalId("25511987654321@lid".to_owned()), "obrigado");
            assert_eq!(
                outcome,
                accepted("3EB0D2DA8205BBC7FDB771", "25511987654321@lid", 1_795_363_177)
            );
        }),
        // We send base64, never multipart; the answer is the same.
        case([Answer("140-sendMedia-multipart")], |g| {
            let outcome = send_pdf(g, "5511987654321", "boleto-mp.pdf", Some("oi"), PDF);
            let is = accepted(
                "3EB03FAEE6E13B9388EF54",
                "5511987654321@s.whatsapp.net",
                1_795_363_185,
            );
            assert_eq!(outcome, is);
        }),
    ]
}

fn numbers_and_presence() -> Vec<Case> {
    vec![
        case([Same("26-whatsappNumbers-notconnected", &[], &[])], |g| {
            let phones = [phone("5511987654321"), phone("551187654321")];
            assert_eq!(g.resolve(&phones), Err(GatewayError::NotConnected));
        }),
        // An empty list is answered without a call; what the gateway says to one is a plain refusal.
        case([Answer("27-whatsappNumbers-invalid")], |g| {
            assert_eq!(g.resolve(&[]), Ok(vec![]));
            let Err(GatewayError::Refused {
                status: 400, detail, ..
            }) = g.resolve(&[phone("5511987654321")])
            else {
                panic!()
            };
            assert_eq!(detail, "numbers does not meet minimum length of 1");
        }),
        case([Same("61-whatsappNumbers-connecting", &[], &[])], |g| {
            assert_eq!(
                g.resolve(&[phone("5511987654321")]),
                Err(GatewayError::NotConnected)
            );
        }),
        // The fourth and fifth: a number as people type it is never asked for.
        case(
            [Same("80-whatsappNumbers", &["/numbers/3", "/numbers/4"], &[])],
            |g| {
                let phones = ["5511987654321", "5551987654321", "555187654321", "5511900000000"].map(phone);
                let resolved = g.resolve(&phones).unwrap();
                assert!(resolved.iter().map(|r| &r.phone).eq(&phones));
                let canonical: Vec<_> = resolved.into_iter().map(|r| r.canonical).collect();
                let old = Some(jid("555187654321"));
                assert_eq!(canonical, [Some(jid("5511987654321")), old.clone(), old, None]);
            },
        ),
        // "typing..." fails in silence.
        case([Same("34-sendPresence", &[], &[])], |g| {
            g.typing(&jid("5511987654321"), Duration::from_millis(1200));
            assert_eq!(g.restriction(), None);
        }),
        case([Same("94-sendPresence", &[], &[])], |g| {
            g.typing(&jid("5511987654321"), Duration::ZERO);
            g.typing(&jid("5511987654321"), Duration::from_millis(300));
        }),
    ]
}

fn searches() -> Vec<Case> {
    let unanswered = || Answer("28-findMessages");
    vec![
        case([Same("28-findMessages", &[], PAGING)], |g| {
            let probe = Probe {
                gateway_id: Some("3EB0ABC".to_owned()),
                ..text_probe("5511987654321", "oi")
            };
            assert_eq!(g.lookup(&probe), Ok(Lookup::NotFound));
        }),
        case(
            [
                unanswered(),
                Same("29-findMessages-jid", &["/offset"], WINDOW),
                unanswered(),
            ],
            |g| {
                assert_eq!(g.lookup(&text_probe("5511987654321", "oi")), Ok(Lookup::NotFound));
            },
        ),
        // `where.keyId` is ignored by the gateway, so we ask by `where.id`.
        case([Answer("30-findStatusMessage")], |g| {
            assert_eq!(g.acks(&["3EB0ABC".to_owned(), String::new()]), Ok(vec![]));
        }),
        // What came to the ignored filter: receipts of everybody. Ours only are taken.
        case([Answer("91-findStatusMessage")], |g| {
            let acks = g
                .acks(&["3EB011528DFAE213F4C795".to_owned(), "3EB0ABC".to_owned()])
                .unwrap();
            assert_eq!(acks.len(), 1);
            assert_eq!(
                (acks[0].gateway_id.as_str(), acks[0].level),
                ("3EB011528DFAE213F4C795", AckLevel::Read)
            );
        }),
        case([Same("134-status-by-id", &[], &[])], |g| {
            let acks = g.acks(&["3EB0D2DA8205BBC7FDB771".to_owned()]).unwrap();
            assert_eq!(
                acks.iter().map(|a| a.level).collect::<Vec<_>>(),
                [AckLevel::Delivered]
            );
        }),
        case([Same("90-findMessages-by-id", &[], PAGING)], |g| {
            let id = "3EB011528DFAE213F4C795".to_owned();
            let probe = Probe {
                gateway_id: Some(id.clone()),
                ..text_probe("5511987654321", "")
            };
            assert_eq!(
                g.lookup(&probe),
                Ok(Lookup::Found {
                    gateway_id: id,
                    ack: AckLevel::Read
                })
            );
        }),
        // Two pages of which the second is the first again: read anew, joined, and each message counted once.
        case(
            [
                unanswered(),
                Same("92-findMessages-jid", &["/offset", "/where/key/fromMe"], WINDOW),
            ],
            |g| {
                let is = Lookup::Found {
                    gateway_id: "3EB088F503119B726597C6".to_owned(),
                    ack: AckLevel::Delivered,
                };
                assert_eq!(g.lookup(&text_probe("5511987654321", "id custom")), Ok(is));
            },
        ),
        case([unanswered(), Answer("92-findMessages-jid")], |g| {
            let name = Fingerprint::FileName("boleto-123.pdf".to_owned());
            let is = Lookup::Found {
                gateway_id: "3EB0792D4DFD551A8E380B".to_owned(),
                ack: AckLevel::Pending,
            };
            assert_eq!(g.lookup(&probe(jid("5511987654321"), name)), Ok(is));
        }),
        // The caption is not the text, another recipient or time is another message, and one message proves one part.
        case([unanswered(), Answer("92-findMessages-jid")], |g| {
            let own = text_probe("5511987654321", "id custom");
            for probe in [
                text_probe("5511987654321", "Boleto 123"),
                text_probe("5511955554444", "id custom"),
                Probe {
                    until: at(1_795_362_783),
                    ..own.clone()
                },
                Probe {
                    from: at(1_795_362_785),
                    ..own.clone()
                },
                Probe {
                    not_these: vec!["3EB088F503119B726597C6".to_owned()],
                    ..own
                },
            ] {
                assert_eq!(g.lookup(&probe), Ok(Lookup::NotFound), "{probe:?}");
            }
        }),
        // Nothing found proves nothing: the send of 104 may still have gone out.
        case(
            [
                unanswered(),
                Same("106-find-after-freeze", &[], WINDOW),
                unanswered(),
            ],
            |g| {
                assert!(!g.capabilities().proves_absence);
                assert_eq!(
                    g.lookup(&text_probe("5511955554444", "servidor congelado")),
                    Ok(Lookup::NotFound)
                );
            },
        ),
        // The chat stands under a LID; found by the phone beside it, but what the customer wrote is not our message.
        case(
            [
                unanswered(),
                Same("132-find-by-pn", &[], WINDOW),
                Same("133-find-by-alt", &[], WINDOW),
            ],
            |g| {
                let probe = text_probe("5511987654321", "Ja paguei esse boleto ontem");
                assert_eq!(g.lookup(&probe), Ok(Lookup::NotFound));
            },
        ),
        // `fromMe: false` would be ignored: we do not say it.
        case([Same("130-poll-replies", &["/where/key/fromMe"], &[])], |g| {
            let since = "2026-11-22T14:59:37Z".parse().unwrap();
            let until = "2026-11-22T16:59:37Z".parse().unwrap();
            let messages = g.messages(since, until).unwrap();
            let read: Vec<_> = messages
                .iter()
                .map(|m| {
                    (
                        m.gateway_id.as_str(),
                        m.chat.0.as_str(),
                        m.chat_alt.as_ref().map(|a| a.0.as_str()),
                    )
                })
                .collect();
            assert_eq!(
                read,
                [
                    (
                        "3A00AA01",
                        "25511987654321@lid",
                        Some("5511987654321@s.whatsapp.net")
                    ),
                    ("3A00AA02", "5521988887777@s.whatsapp.net", None),
                    ("3A00AA03", "31234567890@lid", None),
                ]
            );
            assert_eq!(messages[1].text.as_deref(), Some("quero segunda via"));
            assert_eq!(messages[1].push_name.as_deref(), Some("Maria Cliente"));
            assert_eq!(messages[1].at, at(1_795_363_137));
            assert!(messages.iter().all(|m| !m.from_me && m.media.is_none()));
        }),
        // Both directions, told apart by the key; a window of our own narrows it.
        case([Answer("150-find-fromMe-false")], |g| {
            let messages = g.messages(at(1_795_363_134), at(1_795_363_185)).unwrap();
            assert_eq!(messages.iter().filter(|m| m.from_me).count(), 3);
            assert_eq!(messages.len(), 6);
            let media: Vec<_> = messages.iter().filter_map(|m| m.media.as_deref()).collect();
            assert_eq!(media, ["document", "document"]);
            assert_eq!(g.messages(at(1_795_363_135), at(1_795_363_139)).unwrap().len(), 1);
        }),
    ]
}

/// A file of the folder, taken apart.
struct Exchange {
    /// `None` where only the answer was kept.
    request: Option<Seen>,
    answer: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/evolution-transcripts")
}

fn exchange(name: &str) -> Exchange {
    let bytes = std::fs::read(folder().join(format!("{name}.http"))).unwrap();
    let find = |what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
    let answer_at = find(b"HTTP/1.1 ").unwrap();
    let end = find(b"\n### time_total").unwrap_or(bytes.len());
    let asked = std::str::from_utf8(&bytes[..answer_at]).unwrap();
    let mut lines = asked.lines().map_while(|line| line.strip_prefix(">>> "));
    let request = lines.next().map(|first| {
        let (method, target) = first.split_once(' ').unwrap();
        let headers: BTreeMap<_, _> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = asked.split_once("\n\n").map_or("", |(_, body)| body.trim());
        Seen {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.as_bytes().to_vec(),
        }
    });
    Exchange {
        request,
        answer: bytes[answer_at..end].to_vec(),
    }
}

/// Instance that a measured request is about.
fn instance_of(request: &Seen) -> Option<String> {
    if request.target.ends_with("/instance/create") {
        return Some(request.json()["instanceName"].as_str().unwrap_or("x").to_owned());
    }
    if let Some((_, name)) = request.target.split_once("instanceName=") {
        return Some(name.to_owned());
    }
    let path = request.target.split('?').next()?;
    path.split('/').nth(3).map(str::to_owned)
}

/// Leaves of a JSON value by pointer.
fn leaves(value: &Value, at: &str, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields
                .iter()
                .for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), into));
        }
        Value::Array(items) if !items.is_empty() => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, value)| leaves(value, &format!("{at}/{i}"), into));
        }
        leaf => drop(into.insert(at.to_owned(), leaf.clone())),
    }
}

fn under(pointer: &str, any: &[&str]) -> bool {
    any.iter()
        .any(|at| pointer == *at || pointer.strip_prefix(at).is_some_and(|rest| rest.starts_with('/')))
}

fn assert_same_request(name: &str, ours: &Seen, measured: &Seen, otherwise: &[&str], adds: &[&str]) {
    assert_eq!(
        (&ours.method, &ours.target),
        (&measured.method, &measured.target),
        "{name}"
    );
    for (header, value) in &measured.headers {
        assert_eq!(ours.headers.get(header), Some(value), "{name}: {header}");
    }
    let (mut mine, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    leaves(&ours.json(), "", &mut mine);
    leaves(&measured.json(), "", &mut theirs);
    for (pointer, value) in &theirs {
        if !under(pointer, otherwise) {
            assert_eq!(mine.get(pointer), Some(value), "{name}: {pointer}");
        }
    }
    for pointer in mine.keys().filter(|pointer| !theirs.contains_key(*pointer)) {
        assert!(
            under(pointer, adds) || under(pointer, otherwise),
            "{name}: we add {pointer}"
        );
    }
}

fn gateway(case: &Case, server: &Server) -> EvolutionGateway {
    let same = case.steps.iter().find_map(|step| match step {
        Same(name, ..) => exchange(name).request,
        Answer(_) => None,
    });
    let instance = same
        .as_ref()
        .and_then(instance_of)
        .unwrap_or_else(|| "cobranca".to_owned());
    let key = same
        .as_ref()
        .and_then(|r| r.headers.get("apikey").cloned())
        .unwrap_or_else(|| "probe-key".to_owned());
    let mut settings = EvolutionSettings::new(server.url(), Secret::new(key), InstanceId::new(instance));
    let wants_webhook = |step: &Step| {
        matches!(
            step,
            Same(
                "07-create" | "40-webhook-find" | "41-webhook-set" | "70-create-qr",
                ..
            )
        )
    };
    if case.steps.iter().any(wants_webhook) {
        settings.webhook = Some(EvolutionWebhook {
            url: "http://127.0.0.1:18090/hook".to_owned(),
            authorization: Secret::new("Bearer abc"),
        });
    }
    EvolutionGateway::new(settings).unwrap()
}

#[test]
fn every_exchange_has_its_meaning() {
    for case in cases() {
        let names: Vec<_> = case
            .steps
            .iter()
            .map(|(Same(name, ..) | Answer(name))| *name)
            .collect();
        let plays = names
            .iter()
            .map(|name| Play::Bytes(exchange(name).answer))
            .collect();
        let server = Server::start(plays);
        let gateway = gateway(&case, &server);
        println!("{names:?}");
        (case.act)(&gateway);
        let seen = server.seen();
        assert!(
            seen.len() >= case.steps.len(),
            "{names:?}: only {} calls were made",
            seen.len()
        );
        for (step, ours) in case.steps.iter().zip(&seen) {
            if let Same(name, otherwise, adds) = step {
                let measured = exchange(name).request.unwrap();
                assert_same_request(name, ours, &measured, otherwise, adds);
            }
        }
        for ours in &seen {
            assert_eq!(
                ours.headers.get("user-agent"),
                Some(&format!("wa-notify/{}", env!("CARGO_PKG_VERSION")))
            );
        }
    }
}

#[test]
fn no_exchange_is_forgotten() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(files.len(), 94, "the folder holds all that was measured");
    let mut covered: BTreeSet<String> = ["webhook-events.jsonl", "webhook-incoming.jsonl"]
        .map(str::to_owned)
        .into();
    for (name, why) in NEVER_MADE {
        assert!(!why.is_empty());
        covered.insert(format!("{name}.http"));
    }
    for case in cases() {
        covered.extend(
            case.steps
                .iter()
                .map(|(Same(name, ..) | Answer(name))| format!("{name}.http")),
        );
    }
    assert_eq!(covered, files);
}
