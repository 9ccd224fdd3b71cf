//! What a departure commits, and what it may be told.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::NoticeItem;
use crate::domain::ids::InstanceId;
use crate::domain::notice::{MessageId, NoticeId, PartEvent, PartKey, PartKind, PartState};
use crate::domain::phone::Phone;
use crate::domain::selection::NoticeKind;
use crate::ports::gateway::CanonicalId;

/// An open notice that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub notice: NoticeId,
    /// The instance that sends it.
    pub instance: InstanceId,
    /// To whom.
    pub phone: Phone,
    /// Day of its first departure; `None`: nothing of it was begun yet.
    pub first_departure: Option<NaiveDate>,
    /// Parts that wait.
    pub queued: u32,
}

/// What a notice's first departure found by its fresh read; replaces what the scan stored.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Kind of the day.
    pub kind: NoticeKind,
    /// What fires today.
    pub items: Vec<NoticeItem>,
    /// The parts of today.
    pub parts: Vec<PartKind>,
}

/// The intent to send one part.
#[derive(Debug, Clone)]
pub struct Begin {
    /// Which part.
    pub part: PartKey,
    /// The notice as the contents were made from, see [`super::Notice::revision`]. It fences the first departure: when another
    /// worker has rebuilt the notice since, what it says and claims now is not what would leave.
    pub revision: i64,
    /// Name of this worker (host, process).
    pub owner: String,
    /// How long the request may take at most; the lease ends after it by the server's clock.
    pub lease: Duration,
    /// Recipient.
    pub to: CanonicalId,
    /// When the gateway named the recipient, where that is not on record yet: it is kept with this.
    pub resolved_at: Option<DateTime<Utc>>,
    /// The text of a text message (kept to recognise it).
    pub text: Option<String>,
    /// The file name of a document.
    pub file_name: Option<String>,
    /// Now, by the program's clock.
    pub now: DateTime<Utc>,
    /// Today in the shop's zone: day of the counter.
    pub today: NaiveDate,
    /// After this part nothing may leave the instance for so long.
    pub gap: Duration,
    /// Contacts that the instance may write to today; `None`: no limit.
    pub daily_cap: Option<u32>,
}

/// Answer to [`Begin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The intent is committed: send now, under this attempt.
    Go {
        /// Fences the outcome.
        attempt: u32,
        /// Our id for the message.
        message_id: MessageId,
    },
    /// The instance must pause so long.
    Wait(Duration),
    /// The instance has written to as many contacts as it may today.
    CapReached,
    /// WhatsApp restricts the instance's number: nothing leaves it until a day, or a person's word.
    Restricted(Restriction),
    /// Not ours to send (taken, settled, ended, or an earlier part is unsettled).
    NotNow,
}

/// A sign that WhatsApp restricts the number of an instance, remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Day (shop's zone) of the sign.
    pub on: NaiveDate,
    /// First day on which the instance may send again by itself.
    pub until: NaiveDate,
    /// The sign, scrubbed.
    pub why: String,
}

impl Restriction {
    /// Nothing may leave the instance on `today`.
    pub fn holds_on(&self, today: NaiveDate) -> bool {
        today < self.until
    }
}

/// What became of a part, to be recorded under its attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The event.
    pub event: PartEvent,
    /// The gateway's id, where known.
    pub gateway_id: Option<String>,
    /// Why, in a snake_case word, with detail after a colon; scrubbed.
    pub reason: Option<String>,
    /// When it may be tried again.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Now, by the program's clock.
    pub now: DateTime<Utc>,
}

/// What recording did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The part is now in this state.
    Now(PartState),
    /// A later attempt was begun meanwhile: logged as an event, a person must look (exit 8).
    LateAnswer,
}

/// An accepted part whose receipts are still wanted.
#[derive(Debug, Clone)]
pub struct AwaitingReceipt {
    /// Which part.
    pub part: PartKey,
    /// At which instance.
    pub instance: InstanceId,
    /// The gateway's id.
    pub gateway_id: String,
    /// State so far.
    pub state: PartState,
    /// Since when.
    pub accepted_at: DateTime<Utc>,
}

/// A person's word on a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It is there: accepted.
    Sent,
    /// It is not there: send it again.
    Retry,
    /// Leave it; the rest goes on without it.
    Drop,
}
