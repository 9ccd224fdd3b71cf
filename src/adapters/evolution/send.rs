//! One message, and the meaning of its answer.
//!
//! The request leaves at most once. A refusal is called one only where it is proven (see `answer`); whatever else is
//! no success is ambiguous, and a lookup or a person settles it.
//!
//! `503 LICENSE_REQUIRED` of an unlicensed 2.4 counts as ambiguous too: it is documented but was never measured, and a proxy
//! or a container that goes down answers 503 also after it passed a request on. `status` meets the same 503 first
//! and stops the run before any part leaves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::answer::Problem;
use super::http::{Answer, Failure};
use super::scrub::lines_of;
use super::wire::{canonical, is_person, time};
use super::{EvolutionGateway, MAX_DOCUMENT};
use crate::domain::notice::MessageId;
use crate::ports::gateway::{CanonicalId, Content, Rejection, SendOutcome};

impl EvolutionGateway {
    pub(super) fn send_once(&self, id: &MessageId, to: &CanonicalId, content: &Content) -> SendOutcome {
        let prepared = recipient(to).and_then(|number| Ok((request(id, &number, content)?, number)));
        let ((action, body), number) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return SendOutcome::Rejected(Rejection::InvalidRequest(why)),
        };
        match self.ask_instance(Method::POST, "message", action, Some(body), self.request_timeout) {
            Ok(answer) => self.judge(&answer, &number, content),
            Err(Failure::NeverLeft(why)) => SendOutcome::Rejected(Rejection::Unreachable(why)),
            Err(Failure::TimedOut(after)) => SendOutcome::Ambiguous {
                detail: format!("no answer within {} s", after.as_secs_f32()),
            },
            Err(Failure::Broken(detail)) => SendOutcome::Ambiguous { detail },
        }
    }

    fn judge(&self, answer: &Answer, number: &str, content: &Content) -> SendOutcome {
        if matches!(answer.status, 200 | 201) {
            return accepted(answer).unwrap_or_else(|| SendOutcome::Ambiguous {
                detail: format!(
                    "HTTP {} without a message key, {} bytes",
                    answer.status,
                    answer.body.len()
                ),
            });
        }
        let problem = Problem::read(answer);
        let detail = problem.detail(std::iter::once(self.http.key()).chain(ours(content)));
        if problem.restriction() {
            self.note_restriction(detail.clone());
        }
        match answer.status {
            401 => SendOutcome::Rejected(Rejection::Unauthorized),
            429 => SendOutcome::Rejected(Rejection::RateLimited {
                retry_after: answer.retry_after,
            }),
            _ if problem.says_absent(number) => SendOutcome::Rejected(Rejection::NotOnWhatsApp),
            _ if problem.is_validation() => SendOutcome::Rejected(Rejection::InvalidRequest(detail)),
            _ if problem.is_unknown_instance() => SendOutcome::Rejected(Rejection::UnknownInstance),
            _ => SendOutcome::Ambiguous { detail },
        }
    }
}

/// The answer as an acceptance: it is one only with the message's id, and whatever else is in it or not. The id alone
/// leads to receipts, and a sent message in doubt would wait for a person.
fn accepted(answer: &Answer) -> Option<SendOutcome> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let id = body.pointer("/key/id")?.as_str().filter(|id| !id.is_empty())?;
    let jid = body.pointer("/key/remoteJid").and_then(Value::as_str);
    Some(SendOutcome::Accepted {
        gateway_id: id.to_owned(),
        canonical: jid.map(canonical).filter(|id| is_person(&id.0)),
        at: time(&body["messageTimestamp"]).filter(|at| *at > DateTime::<Utc>::UNIX_EPOCH),
    })
}

/// A canonical id as the gateway takes it: the digits of a phone, a LID as it stands.
pub(super) fn recipient(to: &CanonicalId) -> Result<String, String> {
    let jid = canonical(&to.0).0;
    let (user, server) = jid.split_once('@').unwrap_or((&jid, "s.whatsapp.net"));
    if user.is_empty() || !user.bytes().all(|b| b.is_ascii_digit()) {
        return Err("recipient is not a number".to_owned());
    }
    match server {
        "s.whatsapp.net" | "c.us" => Ok(user.to_owned()),
        "lid" => Ok(jid),
        _ => Err("recipient is not a person".to_owned()),
    }
}

/// Action and body of the request, or why the gateway would spoil it.
fn request(id: &MessageId, number: &str, content: &Content) -> Result<(&'static str, Value), String> {
    match content {
        Content::Text(text) if text.trim().is_empty() => Err("empty text".to_owned()),
        Content::Text(text) => Ok((
            "sendText",
            json!({"number": number, "text": text, "linkPreview": false, "messageId": id.as_str()}),
        )),
        Content::Document {
            file_name,
            mime_type,
            caption,
            bytes,
        } => {
            if bytes.is_empty() {
                return Err("empty document".to_owned());
            }
            if bytes.len() as u64 > MAX_DOCUMENT {
                return Err(format!(
                    "document of {} bytes, at most {MAX_DOCUMENT}",
                    bytes.len()
                ));
            }
            // The gateway takes the type from the extension; without one it sends the type "false".
            if std::path::Path::new(file_name).extension().is_none() {
                return Err("file name without extension".to_owned());
            }
            let mut body = json!({
                "number": number,
                "mediatype": "document",
                "mimetype": mime_type,
                "fileName": file_name,
                "media": STANDARD.encode(bytes),
                "messageId": id.as_str(),
            });
            if let Some(caption) = caption {
                body["caption"] = json!(caption);
            }
            Ok(("sendMedia", body))
        }
    }
}

/// Texts of the message that an error of the gateway may repeat.
fn ours(content: &Content) -> impl Iterator<Item = &str> {
    let (text, file_name) = match content {
        Content::Text(text) => (text.as_str(), None),
        Content::Document {
            file_name, caption, ..
        } => (caption.as_deref().unwrap_or_default(), Some(file_name.as_str())),
    };
    lines_of(text).chain(file_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_go_as_digits_and_lids_as_they_stand() {
        for (canonical, number) in [
            ("555187654321@s.whatsapp.net", Ok("555187654321")),
            ("555187654321:3@s.whatsapp.net", Ok("555187654321")),
            ("25511987654321@lid", Ok("25511987654321@lid")),
            ("120363001234567890@g.us", Err("recipient is not a person")),
            ("status@broadcast", Err("recipient is not a number")),
            ("", Err("recipient is not a number")),
        ] {
            let got = recipient(&CanonicalId(canonical.to_owned()));
            assert_eq!(got.as_deref().map_err(String::as_str), number, "{canonical}");
        }
    }

    #[test]
    fn what_the_gateway_would_spoil_is_not_sent() {
        let id = MessageId::from_stored("3EB0");
        let document = |file_name: &str, bytes: &[u8]| Content::Document {
            file_name: file_name.to_owned(),
            mime_type: "application/pdf".to_owned(),
            caption: None,
            bytes: bytes.to_vec(),
        };
        for content in [
            Content::Text(" \n".to_owned()),
            document("boleto", b"%PDF"),
            document(".pdf", b"%PDF"),
            document("boleto.pdf", b""),
        ] {
            assert!(request(&id, "5551987654321", &content).is_err(), "{content:?}");
        }
        let (_, body) = request(&id, "5551987654321", &document("b.pdf", b"%PDF")).unwrap();
        assert_eq!(body.get("caption"), None);
        assert_eq!(body["media"], "JVBERg==");
    }
}
