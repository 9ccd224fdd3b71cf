//! Evolution's JSON as far as it is read. Fields that are not needed (the instance's token is among them) are left
//! out, so that they can never be shown.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::lenient;
use crate::domain::phone::Phone;
use crate::ports::gateway::{Ack, AckLevel, CanonicalId, ChatMessage, LinkState};

/// `key` of a message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Key {
    pub id: String,
    pub remote_jid: String,
    #[serde(default)]
    pub remote_jid_alt: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    pub from_me: bool,
}

/// A message: the answer to a send, a record of findMessages, the data of `messages.upsert`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub key: Key,
    #[serde(default)]
    pub push_name: Option<String>,
    #[serde(default)]
    pub message: Value,
    #[serde(default)]
    pub message_type: Option<String>,
    #[serde(default)]
    pub message_timestamp: Value,
    #[serde(default, rename = "MessageUpdate", deserialize_with = "lenient::list")]
    pub updates: Vec<Update>,
}

/// A receipt of a record.
#[derive(Deserialize)]
pub(super) struct Update {
    #[serde(default)]
    pub status: Value,
}

/// A receipt of findStatusMessage or of `messages.update`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    pub key_id: String,
    #[serde(default)]
    pub status: Value,
}

/// Answer of findMessages.
#[derive(Deserialize)]
pub(super) struct Found {
    pub messages: Page,
}

/// One page, newest message first.
#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(deserialize_with = "lenient::count")]
    pub total: u64,
    #[serde(deserialize_with = "lenient::count")]
    pub pages: u64,
    #[serde(deserialize_with = "lenient::list")]
    pub records: Vec<Value>,
}

/// Answer of whatsappNumbers, for one number.
#[derive(Deserialize)]
pub(super) struct NumberCheck {
    pub jid: String,
    #[serde(deserialize_with = "lenient::flag")]
    pub exists: bool,
    /// As it was asked for; see [`Self::is_about`].
    #[serde(deserialize_with = "lenient::text")]
    number: String,
}

impl NumberCheck {
    /// The answer for this number, whether it comes back bare, with a `+` or as a JID.
    pub(super) fn is_about(&self, digits: &str) -> bool {
        let user = self.number.split('@').next().unwrap_or_default();
        user.trim_start_matches('+') == digits
    }
}

/// A row of fetchInstances.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstanceRow {
    pub name: String,
    #[serde(default)]
    pub connection_status: Option<String>,
    #[serde(default)]
    pub owner_jid: Option<String>,
    #[serde(default, deserialize_with = "lenient::code")]
    pub disconnection_reason_code: Option<u16>,
    /// JSON in a text, or as it is.
    #[serde(default)]
    pub disconnection_object: Value,
}

/// Why WhatsApp ended the link for good. The gateway stores these codes and never clears them, so they count only
/// while the stored state is `close`.
const ENDED_FOR_GOOD: [u16; 5] = [401, 402, 403, 406, 463];

impl InstanceRow {
    /// The number linked.
    pub(super) fn number(&self) -> Option<Phone> {
        let digits = canonical(self.owner_jid.as_deref()?).0;
        Phone::from_e164(digits.strip_suffix("@s.whatsapp.net")?).ok()
    }

    /// The code by which WhatsApp ended the link, when the link is ended.
    pub(super) fn ended_by(&self) -> Option<u16> {
        self.disconnection_reason_code.filter(|code| {
            self.connection_status.as_deref() == Some("close") && ENDED_FOR_GOOD.contains(code)
        })
    }

    /// The state as stored. It lags behind `connectionState`: a dropped connection still shows `open` here.
    pub(super) fn state(&self) -> LinkState {
        self.state_as(self.connection_status.as_deref().unwrap_or("close"))
    }

    /// The state, where `live` is the word of `connectionState`.
    pub(super) fn state_as(&self, live: &str) -> LinkState {
        match live {
            "open" => LinkState::Open {
                number: self.number(),
            },
            "connecting" => LinkState::Connecting,
            "close" => {
                let code = self.ended_by();
                LinkState::Closed {
                    removed: code.is_some(),
                    reason: code.map(|code| self.reason(code)),
                }
            }
            other => LinkState::Closed {
                removed: false,
                reason: Some(other.to_owned()),
            },
        }
    }

    /// `401 device_removed`: the code and WhatsApp's word for it.
    fn reason(&self, code: u16) -> String {
        let object = match &self.disconnection_object {
            Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            object => object.clone(),
        };
        let word = [
            "/error/data/content/0/attrs/type",
            "/error/output/payload/message",
        ]
        .iter()
        .find_map(|at| object.pointer(at)?.as_str().map(str::to_owned));
        word.map_or_else(
            || code.to_string(),
            |word| format!("{code} {}", super::scrub::scrub(&word, [])),
        )
    }
}

impl Message {
    /// When; `None` for a time that cannot be read.
    pub(super) fn at(&self) -> Option<DateTime<Utc>> {
        time(&self.message_timestamp)
    }

    /// Text, or the caption of a media message, or what was chosen from a list.
    pub(super) fn text(&self) -> Option<&str> {
        let inner = unwrapped(&self.message);
        [
            "/conversation",
            "/extendedTextMessage/text",
            "/imageMessage/caption",
            "/documentMessage/caption",
            "/videoMessage/caption",
            "/reactionMessage/text",
            "/buttonsResponseMessage/selectedDisplayText",
            "/templateButtonReplyMessage/selectedDisplayText",
            "/listResponseMessage/title",
        ]
        .iter()
        .find_map(|at| inner.pointer(at)?.as_str())
        .filter(|text| !text.is_empty())
    }

    /// File name of a document.
    pub(super) fn file_name(&self) -> Option<&str> {
        unwrapped(&self.message)
            .pointer("/documentMessage/fileName")?
            .as_str()
    }

    /// Kind of media; `None` for text.
    pub(super) fn media(&self) -> Option<String> {
        const KINDS: [(&str, &str); 12] = [
            ("imageMessage", "image"),
            ("documentMessage", "document"),
            ("audioMessage", "audio"),
            ("videoMessage", "video"),
            ("ptvMessage", "video"),
            ("stickerMessage", "sticker"),
            ("contactMessage", "contact"),
            ("contactsArrayMessage", "contact"),
            ("locationMessage", "location"),
            ("liveLocationMessage", "location"),
            ("reactionMessage", "reaction"),
            ("protocolMessage", "protocol"),
        ];
        let inner = unwrapped(&self.message);
        let known = KINDS
            .iter()
            .find(|(name, _)| inner.get(name).is_some())
            .map(|(_, kind)| (*kind).to_owned());
        known.or_else(|| {
            let kind = self.message_type.as_deref().filter(|_| self.text().is_none())?;
            Some(kind.strip_suffix("Message").unwrap_or(kind).to_owned())
        })
    }

    /// Best receipt of a record.
    pub(super) fn ack(&self) -> AckLevel {
        best(self.updates.iter().filter_map(|u| level(&u.status))).unwrap_or(AckLevel::Pending)
    }

    /// The message as the port has it; `None` for what is no person's chat (groups, status, newsletters) and for a
    /// message without a readable time.
    pub(super) fn into_chat_message(self) -> Option<ChatMessage> {
        let chat = canonical(&self.key.remote_jid);
        if !is_person(&chat.0) {
            return None;
        }
        let alt = self.key.remote_jid_alt.as_deref().map(canonical);
        Some(ChatMessage {
            at: self.at()?,
            text: self.text().map(str::to_owned),
            media: self.media(),
            chat,
            chat_alt: alt.filter(|alt| alt.0.ends_with("@s.whatsapp.net")),
            from_me: self.key.from_me,
            push_name: self.push_name.filter(|name| !name.is_empty()),
            gateway_id: self.key.id,
        })
    }
}

/// A time in whole seconds, in any form.
pub(super) fn time(seconds: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(lenient::whole(seconds)?, 0)
}

/// A chat with one person. Groups are never written to and never read.
pub(super) fn is_person(jid: &str) -> bool {
    jid.ends_with("@s.whatsapp.net") || jid.ends_with("@lid")
}

/// A JID without its device number: `5551...:12@s.whatsapp.net` is `5551...@s.whatsapp.net`.
pub(super) fn canonical(jid: &str) -> CanonicalId {
    let (user, server) = jid.split_once('@').unwrap_or((jid, ""));
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    CanonicalId(if server.is_empty() {
        user.to_owned()
    } else {
        format!("{user}@{server}").to_lowercase()
    })
}

/// A status as a level: the word, or the number that the WhatsApp library has for it. `None` for what says nothing about
/// delivery.
pub(super) fn level(status: &Value) -> Option<AckLevel> {
    match (status.as_str(), status.as_u64()) {
        (Some("PENDING"), _) | (_, Some(1)) => Some(AckLevel::Pending),
        (Some("SERVER_ACK"), _) | (_, Some(2)) => Some(AckLevel::Server),
        (Some("DELIVERY_ACK"), _) | (_, Some(3)) => Some(AckLevel::Delivered),
        (Some("READ" | "PLAYED"), _) | (_, Some(4 | 5)) => Some(AckLevel::Read),
        (Some("ERROR"), _) | (_, Some(0)) => Some(AckLevel::Error),
        _ => None,
    }
}

/// The farthest of several receipts. They come in any order, and an error does not undo a delivery.
pub(super) fn best(levels: impl Iterator<Item = AckLevel>) -> Option<AckLevel> {
    levels.max_by_key(|level| match level {
        AckLevel::Pending => 0,
        AckLevel::Server => 1,
        AckLevel::Error => 2,
        AckLevel::Delivered => 3,
        AckLevel::Read => 4,
    })
}

/// The receipts of one message, of a list that may hold those of others (a filter that the gateway ignores gives
/// them all).
pub(super) fn ack_of(gateway_id: &str, receipts: &[Receipt]) -> Option<Ack> {
    let own = receipts.iter().filter(|receipt| receipt.key_id == gateway_id);
    let level = best(own.filter_map(|receipt| level(&receipt.status)))?;
    Some(Ack {
        gateway_id: gateway_id.to_owned(),
        level,
    })
}

/// The message inside its wrappers.
fn unwrapped(message: &Value) -> &Value {
    let mut inner = message;
    // Wrappers nest two deep at most (a disappearing document with caption).
    for _ in 0..4 {
        let Some(next) = [
            "/ephemeralMessage/message",
            "/viewOnceMessage/message",
            "/viewOnceMessageV2/message",
            "/documentWithCaptionMessage/message",
            "/editedMessage/message",
        ]
        .iter()
        .find_map(|at| inner.pointer(at)) else {
            break;
        };
        inner = next;
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(content: Value) -> Message {
        serde_json::from_value(json!({
            "key": {"id": "A", "remoteJid": "5551987654321:7@s.whatsapp.net", "fromMe": false},
            "messageTimestamp": {"low": 1_795_363_134, "high": 0, "unsigned": true},
            "messageType": "someMessage",
            "message": content,
        }))
        .unwrap()
    }

    #[test]
    fn texts_and_media_of_many_forms() {
        for (content, text, media) in [
            (json!({"conversation": "oi"}), Some("oi"), None),
            (json!({"extendedTextMessage": {"text": "oi"}}), Some("oi"), None),
            (
                json!({"ephemeralMessage": {"message": {"conversation": "oi"}}}),
                Some("oi"),
                None,
            ),
            (
                json!({"imageMessage": {"caption": "paguei"}}),
                Some("paguei"),
                Some("image"),
            ),
            (json!({"imageMessage": {"url": "x"}}), None, Some("image")),
            (
                json!({"documentWithCaptionMessage": {"message": {"documentMessage": {"caption": "c", "fileName": "f.pdf"}}}}),
                Some("c"),
                Some("document"),
            ),
            (json!({"audioMessage": {}}), None, Some("audio")),
            (
                json!({"reactionMessage": {"text": "👍"}}),
                Some("👍"),
                Some("reaction"),
            ),
            (json!({"unheardOf": {}}), None, Some("some")),
            (Value::Null, None, Some("some")),
        ] {
            let read = message(content.clone()).into_chat_message().unwrap();
            assert_eq!(
                (read.text.as_deref(), read.media.as_deref()),
                (text, media),
                "{content}"
            );
            assert_eq!(read.chat, CanonicalId("5551987654321@s.whatsapp.net".to_owned()));
            assert_eq!(read.at.timestamp(), 1_795_363_134);
        }
    }

    #[test]
    fn groups_and_status_are_nobodys_answer() {
        for jid in [
            "120363001234567890@g.us",
            "status@broadcast",
            "1203630@newsletter",
        ] {
            let mut group = message(json!({"conversation": "oi"}));
            group.key.remote_jid = jid.to_owned();
            assert_eq!(group.into_chat_message(), None, "{jid}");
        }
    }

    #[test]
    fn an_error_beats_the_server_but_not_the_phone() {
        use AckLevel::{Delivered, Error, Pending, Read, Server};
        assert_eq!(best([Server, Error, Pending].into_iter()), Some(Error));
        assert_eq!(best([Error, Delivered].into_iter()), Some(Delivered));
        assert_eq!(best([Read, Delivered].into_iter()), Some(Read));
        assert_eq!(best(std::iter::empty()), None);
    }

    #[test]
    fn an_old_removal_does_not_count_after_a_new_link() {
        let row = |stored: &str, code: u16| -> InstanceRow {
            serde_json::from_value(
                json!({"name": "loja", "connectionStatus": stored, "disconnectionReasonCode": code}),
            )
            .unwrap()
        };
        let closed = |removed, reason: Option<&str>| LinkState::Closed {
            removed,
            reason: reason.map(str::to_owned),
        };
        assert_eq!(row("close", 401).state_as("close"), closed(true, Some("401")));
        assert_eq!(row("open", 401).state_as("close"), closed(false, None));
        assert_eq!(row("close", 515).state_as("close"), closed(false, None));
        assert_eq!(row("open", 401).state_as("connecting"), LinkState::Connecting);
        assert_eq!(row("open", 0).state_as("refused"), closed(false, Some("refused")));
    }
}
