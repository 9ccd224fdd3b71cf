//! Numbers, "typing...", searches, receipts.

use std::time::Duration;

use wa_notify::ports::gateway::{
    AckLevel, CanonicalId, Fingerprint, Gateway, GatewayError, Inbox, Lookup, Probe,
};

use super::Step::{Answer, Same};
use super::{Case, at, case, id, jid, phone};

/// Added to every search: pages of a size of our own.
const PAGING: &[&str] = &["/page", "/offset"];

/// Added to a search by recipient: its time.
const WINDOW: &[&str] = &["/page", "/offset", "/where/messageTimestamp"];

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

pub(super) fn numbers_and_presence() -> Vec<Case> {
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

pub(super) fn searches() -> Vec<Case> {
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
