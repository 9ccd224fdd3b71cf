//! What the stand-in gateway remembers: instances, their links, their messages.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::faults::Kind;
use super::webhook::Webhook;
use super::wire;

pub(super) struct Instance {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) token: String,
    pub(super) setting_id: String,
    pub(super) settings: Value,
    pub(super) number: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) link: Link,
    pub(super) disconnection: Option<Disconnection>,
    pub(super) webhook: Option<Webhook>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) messages: Vec<Message>,
    /// Status updates in the order in which they came.
    pub(super) updates: Vec<StatusUpdate>,
}

/// State of the link to the shop's phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// Created, never asked to connect.
    Unused,
    /// Showing QR codes.
    Pairing(Pairing),
    /// Linked.
    Open,
    /// Was open or pairing, and no longer is.
    Closed,
}

/// A pairing under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pairing {
    /// Tells this pairing from a later one of the same instance.
    pub(super) serial: u64,
    /// Codes shown so far.
    pub(super) count: u32,
    pub(super) code: Option<String>,
    pub(super) pairing_code: Option<String>,
}

/// Why the link was lost.
#[derive(Debug, Clone)]
pub(super) struct Disconnection {
    pub(super) reason: u16,
    pub(super) at: DateTime<Utc>,
}

pub(super) struct Message {
    /// The row in the gateway's database.
    pub(super) row: String,
    /// `key.id`.
    pub(super) id: String,
    /// `key.remoteJid`.
    pub(super) jid: String,
    /// `key.remoteJidAlt`.
    pub(super) jid_alt: Option<String>,
    /// The person's number with its ninth digit, as only the sandbox knows it; the jid where it does not either.
    pub(super) person: String,
    pub(super) from_me: bool,
    pub(super) push_name: String,
    pub(super) body: Body,
    /// Seconds since 1970.
    pub(super) at: i64,
    pub(super) origin: Origin,
    /// The gateway's database has it.
    pub(super) stored: bool,
    /// It reached the customer's phone.
    pub(super) delivered: bool,
    /// Nothing will ever be acknowledged.
    pub(super) never_ack: bool,
    /// The customer opened the chat since.
    pub(super) seen: bool,
    pub(super) status: Status,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Sent through the gateway's API.
    Api,
    /// The shop's own phone.
    ShopPhone,
    /// The customer.
    Customer,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Text(String),
    Document(Document),
}

#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) file_name: String,
    pub(super) mimetype: String,
    pub(super) caption: Option<String>,
    pub(super) bytes: Arc<[u8]>,
    pub(super) sha256: [u8; 32],
}

impl Document {
    pub(super) fn new(file_name: String, caption: Option<String>, bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&bytes).into();
        let mimetype = wire::mimetype(&file_name).unwrap_or("false").to_owned();
        Document {
            file_name,
            mimetype,
            caption,
            bytes: bytes.into(),
            sha256,
        }
    }
}

impl Body {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Body::Text(_) => Kind::Text,
            Body::Document(_) => Kind::Document,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Body::Text(text) => Some(text),
            Body::Document(document) => document.caption.as_deref(),
        }
    }
}

/// How far a message of ours came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Pending,
    ServerAck,
    DeliveryAck,
    Read,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::ServerAck => "SERVER_ACK",
            Status::DeliveryAck => "DELIVERY_ACK",
            Status::Read => "READ",
        }
    }
}

pub(super) struct StatusUpdate {
    pub(super) row: String,
    pub(super) message_row: String,
    pub(super) key_id: String,
    pub(super) jid: String,
    pub(super) from_me: bool,
    pub(super) status: Status,
}

impl Instance {
    /// `close`, `connecting` or `open`.
    pub(super) fn state(&self) -> &'static str {
        match self.link {
            Link::Unused | Link::Closed => "close",
            Link::Pairing(_) => "connecting",
            Link::Open => "open",
        }
    }

    pub(super) fn pairing(&self) -> Option<&Pairing> {
        match &self.link {
            Link::Pairing(pairing) => Some(pairing),
            _ => None,
        }
    }
}
