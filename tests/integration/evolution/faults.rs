//! What the network, a proxy or a sick gateway can do to a call. The rule for sends: one request at most, a refusal only
//! where it is proven, and nothing private in what is reported.

use std::time::Duration;

use serde_json::json;
use wa_notify::adapters::evolution::{EvolutionGateway, SettingsError};
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::phone::Phone;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::gateway::{
    CanonicalId, Content, Gateway, GatewayError, Inbox, LinkState, Pairing, Rejection, SendOutcome,
};

use super::server::{Play, Server};
use super::{KEY, SENT, TEXT, ambiguous, gateway_at, send, settings, start, to, when};

/// With timeouts that a test can wait for.
fn impatient(play: Play) -> (Server, EvolutionGateway) {
    let server = Server::start(vec![play]);
    let mut settings = settings(&server.url());
    settings.request_timeout = Duration::from_millis(250);
    settings.query_timeout = Duration::from_millis(250);
    (server, EvolutionGateway::new(settings).unwrap())
}

#[test]
fn a_refused_connection_proves_that_nothing_left() {
    // A port that was free a moment ago and on which nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let gateway = gateway_at(&format!("http://joao:s3nha@127.0.0.1:{port}/evo"));
    let SendOutcome::Rejected(Rejection::Unreachable(detail)) = send(&gateway) else {
        panic!()
    };
    assert!(detail.contains("os error"), "the system's text: {detail}");
    let Err(GatewayError::Unreachable { address, detail }) = gateway.status() else {
        panic!()
    };
    assert_eq!(address, format!("http://127.0.0.1:{port}"));
    for text in [address, detail, format!("{gateway:?}")] {
        assert!(
            !text.contains("s3nha") && !text.contains("evo/") && !text.contains(KEY),
            "{text}"
        );
    }
}

#[test]
fn no_tls_no_request() {
    let https = |address: String| {
        let mut settings = settings(&format!("https://{address}"));
        settings.connect_timeout = Duration::from_millis(250);
        EvolutionGateway::new(settings)
    };
    let server = Server::start(vec![Play::Hang]);
    // One that does not speak TLS, and one whose greeting never comes: the system takes connections that nobody accepts.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [
        server.url().replace("http://", ""),
        silent.local_addr().unwrap().to_string(),
    ] {
        match https(address) {
            Ok(gateway) => {
                let outcome = send(&gateway);
                assert!(
                    matches!(outcome, SendOutcome::Rejected(Rejection::Unreachable(_))),
                    "{outcome:?}"
                );
            }
            // A machine without certificate authorities cannot speak https, and hears it at once.
            Err(error) => assert!(matches!(error, SettingsError::Client(_)), "{error:?}"),
        }
    }
    assert_eq!(
        server.seen().len(),
        0,
        "the server cannot read a request out of a TLS greeting"
    );
}

#[test]
fn a_broken_connection_proves_nothing_and_nothing_is_sent_twice() {
    for (name, play) in [
        ("closed before the answer", Play::Hang),
        ("reset", Play::Reset),
        ("cut in the head", Play::Bytes(b"HTTP/1.1 201 Crea".to_vec())),
        (
            "cut in the body",
            Play::Bytes(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"key\":".to_vec()),
        ),
        (
            "a refusal that is cut",
            Play::Bytes(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{\"response\":".to_vec()),
        ),
        ("no HTTP", Play::Bytes(b"220 mail.example ESMTP\r\n".to_vec())),
    ] {
        let (server, gateway) = start(vec![play]);
        let detail = ambiguous(send(&gateway));
        assert!(
            !detail.is_empty() && !detail.contains("http://"),
            "{name}: {detail}"
        );
        assert_eq!(server.seen().len(), 1, "{name}");
        // A connection of the pool would be tried again here; a document is still being written when the reset comes.
        let document = Content::Document {
            file_name: "boleto.pdf".to_owned(),
            mime_type: "application/pdf".to_owned(),
            caption: None,
            bytes: vec![b'%'; 4 * 1024 * 1024],
        };
        ambiguous(gateway.send(&MessageId::from_stored("3EB0AB"), &to(), &document));
        assert_eq!(server.seen().len(), 2, "{name}");
        let Err(GatewayError::UnexpectedAnswer { .. }) = gateway.instances() else {
            panic!("{name}")
        };
    }
}

#[test]
fn a_mute_gateway_is_given_up_in_time() {
    let (server, gateway) = impatient(Play::Mute);
    assert_eq!(ambiguous(send(&gateway)), "no answer within 0.25 s");
    assert_eq!(server.seen().len(), 1);
    assert!(gateway.send_timeout() >= Duration::from_millis(250));
    let (_server, gateway) = impatient(Play::Mute);
    assert_eq!(
        gateway.status(),
        Err(GatewayError::TimedOut(Duration::from_millis(250)))
    );
}

#[test]
fn a_trickling_answer_does_not_stretch_the_timeout() {
    let head = b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n".to_vec();
    let (_server, gateway) = impatient(Play::Drip(head, Duration::from_millis(20)));
    let (done, outcome) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(send(&gateway)));
    let outcome = outcome
        .recv_timeout(Duration::from_secs(20))
        .expect("the send ends although bytes keep coming");
    assert_eq!(ambiguous(outcome), "no answer within 0.25 s");
}

#[test]
fn a_huge_answer_is_not_swallowed() {
    let mut bytes = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n".to_vec();
    bytes.resize(bytes.len() + 17 * 1024 * 1024, b' ');
    let (_server, gateway) = start(vec![Play::Bytes(bytes)]);
    assert_eq!(ambiguous(send(&gateway)), "HTTP 201: answer above 16777216 bytes");
    let Err(GatewayError::UnexpectedAnswer { .. }) = gateway.status() else {
        panic!()
    };
}

#[test]
fn answers_of_proxies_prove_nothing() {
    let html = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
    let page = |status: &str| Play::answer(status, &[("Content-Type", "text/html")], html);
    let (_server, gateway) = start(vec![page("502 Bad Gateway")]);
    assert_eq!(
        ambiguous(send(&gateway)),
        "HTTP 502, text/html: 502 Bad Gateway nginx"
    );
    let Err(GatewayError::Refused {
        status: 502, detail, ..
    }) = gateway.status()
    else {
        panic!()
    };
    assert!(detail.contains("502 Bad Gateway"), "{detail}");

    // A login page of a captive portal.
    let (_server, gateway) = start(vec![page("200 OK")]);
    let size = html.len();
    assert_eq!(
        ambiguous(send(&gateway)),
        format!("HTTP 200 without a message key, {size} bytes")
    );
    let Err(GatewayError::UnexpectedAnswer { call, detail }) = gateway.status() else {
        panic!()
    };
    assert_eq!(call, "GET /instance/connectionState");
    assert!(detail.contains("text/html"), "{detail}");

    // A 404 of somebody else's server is neither an unknown instance nor an absent one.
    let (_server, gateway) = start(vec![page("404 Not Found")]);
    ambiguous(send(&gateway));
    assert!(matches!(
        gateway.status(),
        Err(GatewayError::Refused { status: 404, .. })
    ));
}

#[test]
fn a_success_without_a_key_is_no_acceptance() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"key":{}}"#,
        r#"{"key":{"id":"","remoteJid":"x@lid"}}"#,
        "{\"key\":",
    ] {
        let (_server, gateway) = start(vec![Play::json("201 Created", body)]);
        ambiguous(send(&gateway));
    }
    // A wrong content type does not make an acceptance ambiguous: the key is there.
    let (_server, gateway) = start(vec![Play::answer(
        "201 Created",
        &[("Content-Type", "text/plain")],
        SENT,
    )]);
    let SendOutcome::Accepted {
        gateway_id,
        canonical,
        at,
    } = send(&gateway)
    else {
        panic!()
    };
    assert_eq!(gateway_id, "3EB0BB");
    assert_eq!(
        canonical,
        Some(CanonicalId("555187654321@s.whatsapp.net".to_owned()))
    );
    assert_eq!(at, Some(when(1)));
    let (_server, gateway) = start(vec![Play::json("202 Accepted", SENT)]);
    ambiguous(send(&gateway));
}

#[test]
fn refusals_by_status() {
    let (_server, gateway) = start(vec![Play::answer(
        "429 Too Many Requests",
        &[("Retry-After", "120")],
        "slow",
    )]);
    let retry_after = Some(Duration::from_secs(120));
    assert_eq!(
        send(&gateway),
        SendOutcome::Rejected(Rejection::RateLimited { retry_after })
    );
    assert_eq!(gateway.status(), Err(GatewayError::RateLimited { retry_after }));

    let (_server, gateway) = start(vec![Play::answer("401 Unauthorized", &[], "")]);
    assert_eq!(send(&gateway), SendOutcome::Rejected(Rejection::Unauthorized));

    // Documented for 2.4 but not measured, and any proxy says 503: no proof.
    let license = r#"{"error":"LICENSE_REQUIRED","message":"activate at /manager"}"#;
    let (_server, gateway) = start(vec![Play::json("503 Service Unavailable", license)]);
    assert_eq!(ambiguous(send(&gateway)), "HTTP 503: activate at /manager");
    assert!(matches!(
        gateway.status(),
        Err(GatewayError::Refused { status: 503, .. })
    ));
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Server::start(vec![Play::json("201 Created", SENT)]);
    let location = format!("{}/message/sendText/loja", elsewhere.url());
    for status in ["301 Moved Permanently", "307 Temporary Redirect"] {
        let (_server, gateway) = start(vec![Play::answer(status, &[("Location", &location)], "")]);
        ambiguous(send(&gateway));
        assert!(matches!(
            gateway.status(),
            Err(GatewayError::Refused {
                status: 301 | 307,
                ..
            })
        ));
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[test]
fn nothing_private_is_reported() {
    let error = |text: &str| {
        json!({"status": 500, "response": {"message": [
            format!("apikey {KEY} token 054A6053-D8F8-435A-A80F-A458DA4BD3B6"),
            "to: \"5551987654321@s.whatsapp.net\", call +55 (51) 98765-4321",
            text,
        ]}})
    };
    // What a database says that could not store the message: the whole message.
    let echo = error(&format!(
        "Invalid `prisma.message.create()`: data: {{ conversation: \"{TEXT}\" }}"
    ));
    let (_server, gateway) = start(vec![
        Play::json("500 Internal Server Error", &echo.to_string()),
        Play::json("500 Internal Server Error", &error("").to_string()),
    ]);
    let detail = ambiguous(send(&gateway));
    assert!(
        detail.starts_with("HTTP 500: apikey *** token ***; to: \"*********4321@s.whatsapp.net\""),
        "{detail}"
    );
    assert!(detail.ends_with("conversation: \"*** ***\" }"), "{detail}");
    let resolve = gateway
        .resolve(&[Phone::from_e164("5551987654321").unwrap()])
        .unwrap_err();
    for text in [
        detail,
        format!("{resolve} {resolve:?}"),
        format!("{gateway:?}"),
        format!("{:?}", settings("http://u:pw@127.0.0.1:1/x")),
    ] {
        for private in [
            KEY,
            "5551987654321",
            "98765-4321",
            "Maria",
            "parcela",
            "054A6053",
            "pw@",
        ] {
            assert!(!text.contains(private), "{private} in {text}");
        }
    }
    let mut bad = settings("http://127.0.0.1:1");
    bad.api_key = Secret::new("s3cret\nkey");
    let error = EvolutionGateway::new(bad).unwrap_err();
    assert_eq!(error, SettingsError::Key);
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn signs_of_restriction_are_remembered() {
    let error =
        r#"{"status":400,"error":"Bad Request","response":{"message":["Error: 463 reach-out timelock"]}}"#;
    let (_server, gateway) = start(vec![
        Play::json("400 Bad Request", error),
        Play::json("201 Created", SENT),
        Play::json(
            "403 Forbidden",
            r#"{"status":403,"response":{"message":["Forbidden"]}}"#,
        ),
    ]);
    assert_eq!(gateway.restriction(), None);
    ambiguous(send(&gateway));
    let sign = Some("HTTP 400: Error: 463 reach-out timelock".to_owned());
    assert_eq!(gateway.restriction(), sign);
    assert!(matches!(send(&gateway), SendOutcome::Accepted { .. }));
    let phones = [Phone::from_e164("5551987654321").unwrap()];
    assert_eq!(
        gateway.resolve(&phones),
        Err(GatewayError::Restricted("HTTP 403: Forbidden".to_owned()))
    );
    assert_eq!(gateway.restriction(), sign, "the first sign stays");

    let state = Play::json(
        "200 OK",
        r#"{"instance":{"instanceName":"loja","state":"close"}}"#,
    );
    let row =
        json!([{"name": "loja", "connectionStatus": "close", "disconnectionReasonCode": 403}]).to_string();
    let (_server, gateway) = start(vec![state, Play::json("200 OK", &row)]);
    let closed = LinkState::Closed {
        removed: true,
        reason: Some("403".to_owned()),
    };
    assert_eq!(gateway.status(), Ok(closed));
    assert_eq!(
        gateway.restriction(),
        Some("link ended by WhatsApp: 403".to_owned())
    );

    // What is read from the gateway's own database never reached WhatsApp: a bare 403 is a proxy's.
    let (_server, gateway) = start(vec![
        Play::answer(
            "403 Forbidden",
            &[("Content-Type", "text/html")],
            "<h1>403 Forbidden</h1>",
        ),
        Play::json("400 Bad Request", error),
    ]);
    let read = || gateway.messages(when(0), when(1));
    assert!(matches!(read(), Err(GatewayError::Refused { status: 403, .. })));
    assert_eq!(gateway.restriction(), None);
    assert!(matches!(read(), Err(GatewayError::Restricted(_))));
    assert_eq!(gateway.restriction(), sign);

    // A key that may not create instances is no matter of WhatsApp's.
    let absent = r#"{"status":404,"response":{"message":["The \"loja\" instance does not exist"]}}"#;
    let forbidden = r#"{"status":403,"response":{"message":["Missing global api key"]}}"#;
    let (_server, gateway) = start(vec![
        Play::json("404 Not Found", absent),
        Play::json("403 Forbidden", forbidden),
    ]);
    assert!(matches!(
        gateway.ensure_instance(),
        Err(GatewayError::Refused { status: 403, .. })
    ));
    assert_eq!(gateway.restriction(), None);
}
