//! The key, the instance, its link to a phone.

use wa_notify::adapters::evolution::EvolutionGateway;
use wa_notify::ports::gateway::{Gateway, GatewayError, LinkState, PairStep, PairWith, Pairing};

use super::Step::{Answer, Same};
use super::{Case, case, phone};

fn closed(removed: bool, reason: Option<&str>) -> Result<LinkState, GatewayError> {
    Ok(LinkState::Closed {
        removed,
        reason: reason.map(str::to_owned),
    })
}

pub(super) fn keys_and_instances() -> Vec<Case> {
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

pub(super) fn links() -> Vec<Case> {
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
