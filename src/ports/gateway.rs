//! WhatsApp gateways: sending, pairing, reading answers. A handle is bound to one instance.
//!
//! The adapters keep the meaning of every answer honest: [`SendOutcome::Rejected`] only where non-acceptance is
//! proven, [`SendOutcome::Ambiguous`] for all else that is not a success (DESIGN.md section 6).

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::ids::InstanceId;
use crate::domain::notice::{MessageId, PartEvent, PartState, next_state};
use crate::domain::phone::Phone;

/// What a gateway can prove; `send` is only as bold as that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What becomes of the id that we give a message.
    pub own_ids: OwnIds,
    /// A message that was accepted can be looked up.
    pub lookup: bool,
    /// A lookup without a result proves that nothing was accepted.
    pub proves_absence: bool,
    /// Answers can be polled.
    pub inbound_polling: bool,
    /// "typing..." can be shown.
    pub typing: bool,
    /// Largest document, bytes.
    pub max_document_bytes: u64,
}

/// What becomes of our message id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnIds {
    /// Not kept.
    Ignored,
    /// Comes back equal.
    Echoed,
    /// A second message with the same id is not sent: resending is safe.
    Deduplicated,
}

/// State of the instance's link to its phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The gateway does not know the instance yet.
    Absent,
    /// Not linked.
    Closed {
        /// The phone removed the device (or was logged out): pair again.
        removed: bool,
        /// The gateway's reason.
        reason: Option<String>,
    },
    /// Linking, or coming back.
    Connecting,
    /// Linked.
    Open {
        /// The number linked, E.164, where the gateway tells.
        number: Option<Phone>,
    },
}

/// One message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Plain text with WhatsApp's `*bold*`.
    Text(String),
    /// A PDF.
    Document {
        /// With extension.
        file_name: String,
        /// Such as `application/pdf`.
        mime_type: String,
        /// Text under the document.
        caption: Option<String>,
        /// The file.
        bytes: Vec<u8>,
    },
}

/// What is known after a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The gateway took it. Accepted is not delivered.
    Accepted {
        /// The gateway's id of the message.
        gateway_id: String,
        /// Canonical recipient as the gateway answered it.
        canonical: Option<CanonicalId>,
        /// The gateway's time of the message.
        at: Option<DateTime<Utc>>,
    },
    /// Proven not accepted.
    Rejected(Rejection),
    /// Nobody knows: look it up, never resend.
    Ambiguous {
        /// What was seen, scrubbed of secrets and personal data.
        detail: String,
    },
}

/// A proven refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The connection was refused: the request never left.
    Unreachable(String),
    /// 429.
    RateLimited {
        /// Retry-After.
        retry_after: Option<Duration>,
    },
    /// No WhatsApp account at the number.
    NotOnWhatsApp,
    /// The gateway's validation refused the request.
    InvalidRequest(String),
    /// Key or token refused.
    Unauthorized,
    /// The gateway does not know the instance.
    UnknownInstance,
}

/// The gateway's canonical recipient, such as `555187654321@s.whatsapp.net`. Compared only with its like.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalId(pub String);

impl std::fmt::Debug for CanonicalId {
    /// Masked: debug output ends up in logs and panics.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (user, server) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let kept: String = user
            .chars()
            .skip(user.chars().count().saturating_sub(4))
            .collect();
        write!(f, "CanonicalId(***{kept}@{server})")
    }
}

/// Answer to "does this number exist on WhatsApp".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The number asked for.
    pub phone: Phone,
    /// Its canonical id; `None`: not on WhatsApp.
    pub canonical: Option<CanonicalId>,
}

/// What to look a message up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Our own id.
    pub message_id: MessageId,
    /// The gateway's id, when known.
    pub gateway_id: Option<String>,
    /// Recipient.
    pub to: CanonicalId,
    /// Earliest time of the message.
    pub from: DateTime<Utc>,
    /// Latest time.
    pub until: DateTime<Utc>,
    /// Exact text of a text message, or the file name of a document: both carry the notice's reference.
    pub fingerprint: Fingerprint,
    /// Gateway ids that belong to other parts already, so that one message never proves two parts.
    pub not_these: Vec<String>,
}

/// How a message is recognised by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fingerprint {
    /// The whole text.
    Text(String),
    /// The file name, unique per part.
    FileName(String),
}

/// Answer to a [`Probe`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It is there: it was accepted.
    Found {
        /// The gateway's id.
        gateway_id: String,
        /// How far it came.
        ack: AckLevel,
    },
    /// Not there. Proof of absence only with [`Capabilities::proves_absence`].
    NotFound,
}

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AckLevel {
    /// The gateway has it.
    Pending,
    /// WhatsApp's server has it.
    Server,
    /// The phone has it.
    Delivered,
    /// It was opened.
    Read,
    /// WhatsApp refused it after acceptance.
    Error,
}

impl AckLevel {
    /// What it means for a part that was accepted; `None`: nothing yet.
    pub fn event(self) -> Option<PartEvent> {
        match self {
            AckLevel::Pending => None,
            AckLevel::Server => Some(PartEvent::ServerReceipt),
            AckLevel::Delivered => Some(PartEvent::DeliveryReceipt),
            AckLevel::Read => Some(PartEvent::ReadReceipt),
            AckLevel::Error => Some(PartEvent::ErrorReceipt),
        }
    }

    /// It tells something new about a part in this state.
    pub fn is_news_for(self, state: PartState) -> bool {
        self.event()
            .is_some_and(|event| next_state(state, event).is_ok_and(|to| to != state))
    }
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The gateway's id of the message.
    pub gateway_id: String,
    /// How far it came.
    pub level: AckLevel,
}

/// A message seen in a chat, in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// The gateway's id.
    pub gateway_id: String,
    /// The chat as the gateway names it: a canonical id or an opaque `...@lid`.
    pub chat: CanonicalId,
    /// The phone behind a LID, where the gateway tells.
    pub chat_alt: Option<CanonicalId>,
    /// Written from the paired phone (by us or by a person of the shop).
    pub from_me: bool,
    /// Name shown by the sender.
    pub push_name: Option<String>,
    /// Text, or the caption of a media message.
    pub text: Option<String>,
    /// Kind of media, when it is not text (`image`, `document`, `audio`, ...).
    pub media: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why the gateway did not do as asked (all but sending, which has [`SendOutcome`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Nothing listens there, or the name does not resolve.
    #[error("gateway at {address} unreachable: {detail}")]
    Unreachable {
        /// Address without credentials.
        address: String,
        /// The system's text.
        detail: String,
    },
    /// No answer in time.
    #[error("gateway did not answer within {0:?}")]
    TimedOut(Duration),
    /// Key refused.
    #[error("gateway refused the key")]
    Unauthorized,
    /// The instance does not exist at the gateway.
    #[error("unknown instance")]
    UnknownInstance,
    /// The instance is not linked to a phone.
    #[error("instance not connected")]
    NotConnected,
    /// 429.
    #[error("rate limited")]
    RateLimited {
        /// Retry-After.
        retry_after: Option<Duration>,
    },
    /// WhatsApp restricts the number (463, 403 bursts): stop everything.
    #[error("number restricted: {0}")]
    Restricted(String),
    /// Any other answer: what was asked, the status and the scrubbed text.
    #[error("{call}: HTTP {status}: {detail}")]
    Refused {
        /// The call, such as `POST /instance/create`.
        call: String,
        /// HTTP status.
        status: u16,
        /// Scrubbed text.
        detail: String,
    },
    /// The answer was not of the documented form.
    #[error("{call}: unexpected answer: {detail}")]
    UnexpectedAnswer {
        /// The call.
        call: String,
        /// What was expected and what came, scrubbed.
        detail: String,
    },
}

/// Sending from one instance.
pub trait Gateway: Send + Sync {
    /// What this gateway can prove.
    fn capabilities(&self) -> Capabilities;
    /// State of the link.
    ///
    /// # Errors
    /// [`GatewayError`]; an instance that does not exist is [`LinkState::Absent`], not an error.
    fn status(&self) -> Result<LinkState, GatewayError>;
    /// The gateway's name for its own version, as far as it tells one.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn version(&self) -> Result<Option<String>, GatewayError> {
        Ok(None)
    }
    /// Which numbers exist on WhatsApp, and their canonical ids. One answer a number, in the order asked.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn resolve(&self, phones: &[Phone]) -> Result<Vec<Resolved>, GatewayError>;
    /// Sends one message, once. Never retries by itself.
    fn send(&self, id: &MessageId, to: &CanonicalId, content: &Content) -> SendOutcome;
    /// The longest that [`Self::send`] can take before it gives up.
    fn send_timeout(&self) -> Duration;
    /// Shows "typing..." for about `duration`. Failure is of no account.
    fn typing(&self, to: &CanonicalId, duration: Duration);
    /// Looks a message up.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn lookup(&self, probe: &Probe) -> Result<Lookup, GatewayError>;
    /// Receipts of these messages, as far as the gateway knows them.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn acks(&self, gateway_ids: &[String]) -> Result<Vec<Ack>, GatewayError>;
    /// The first sign, in any answer so far, that WhatsApp restricts the number: ask after every call, and stop
    /// everything at the first. Such an answer is no proof of anything, so [`SendOutcome`] stays what it is.
    fn restriction(&self) -> Option<String> {
        None
    }
}

/// Opens the gateway of an instance, from whichever worker asks.
pub type OpenGateway<'a> = dyn Fn(&InstanceId) -> Result<Box<dyn Gateway>, GatewayError> + Sync + 'a;

/// Linking an instance to a phone.
pub trait Pairing {
    /// Creates the instance when the gateway does not know it.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn ensure_instance(&self) -> Result<(), GatewayError>;
    /// The present step of linking. Poll it.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn pair(&self, with: &PairWith) -> Result<PairStep, GatewayError>;
    /// Unlinks.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn logout(&self) -> Result<(), GatewayError>;
    /// Names and states of the instances that the key may see.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn instances(&self) -> Result<Vec<(String, LinkState)>, GatewayError>;
}

/// How to link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairWith {
    /// Scan a QR code.
    Qr,
    /// Type a code on the phone with this number.
    Code(Phone),
}

/// A step of linking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairStep {
    /// Not ready yet: ask again.
    Wait,
    /// The text of a QR code to show (some 45 s each).
    Qr(String),
    /// A code to type on the phone (`ABCD-1234`).
    PairCode(String),
    /// Linked.
    Connected,
    /// The gateway gave up; start again.
    Expired,
}

/// Reading chats.
pub trait Inbox {
    /// Messages of all chats from `since` to `until`, in either direction, oldest first.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn messages(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<ChatMessage>, GatewayError>;

    /// Messages of the one chat that stands under this name, or beside whose own name it stands, in the same order.
    ///
    /// # Errors
    /// [`GatewayError`].
    fn chat(
        &self,
        name: &CanonicalId,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<ChatMessage>, GatewayError>;
}
