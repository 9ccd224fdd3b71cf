//! Messages, and what their answers prove.

use std::time::Duration;

use wa_notify::adapters::evolution::EvolutionGateway;
use wa_notify::ports::gateway::{CanonicalId, Content, Gateway, Rejection, SendOutcome};

use super::Step::{Answer, Same};
use super::{Case, at, case, id, jid};

/// Added to every text: our id (kept by 2.4, ignored before), and no preview of links.
const TEXT: &[&str] = &["/messageId", "/linkPreview"];

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

const SHORT_PDF: &[u8] = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";

fn send_text(gateway: &EvolutionGateway, to: &CanonicalId, text: &str) -> SendOutcome {
    gateway.send(&id(), to, &Content::Text(text.to_owned()))
}

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

pub(super) fn sends_without_link() -> Vec<Case> {
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

pub(super) fn sends() -> Vec<Case> {
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
