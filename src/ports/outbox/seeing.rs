//! Replies, figures and the log.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::Restriction;
use crate::domain::ids::{BranchId, CustomerId, InstanceId};
use crate::domain::notice::{NoticeId, NoticeState, PartKey, PartState};
use crate::domain::phone::Phone;
use crate::domain::reply::Intent;
use crate::ports::gateway::CanonicalId;

/// A reply to store.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// Instance that got it.
    pub instance: InstanceId,
    /// The chat as the gateway names it.
    pub chat: CanonicalId,
    /// The gateway's id of the message.
    pub gateway_id: String,
    /// Who wrote.
    pub phone: Phone,
    /// The notice that it answers.
    pub notice: Option<NoticeId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What was written; emoji and all.
    pub text: Option<String>,
    /// Kind of media.
    pub media: Option<String>,
    /// What it means; [`Intent::consent`] is carried out with it.
    pub intent: Intent,
}

/// What storing a reply did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStored {
    /// It was on record.
    Known,
    /// It is on record now.
    New {
        /// The phone wants no more notices, or wants them again, and did not before.
        consent_changed: bool,
    },
}

/// A stored reply.
#[derive(Debug, Clone)]
pub struct StoredReply {
    /// The reply.
    pub reply: NewReply,
    /// A person should look.
    pub needs_person: bool,
}

/// The notice that a phone's message would answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answerable {
    /// Key.
    pub notice: NoticeId,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// To whom it went.
    pub phone: Phone,
    /// When the first of its parts that may have left was begun.
    pub first_begun_at: DateTime<Utc>,
    /// A part was accepted: it is certain that we have written to them.
    pub accepted: bool,
    /// An automatic answer was begun already.
    pub answered: bool,
}

/// What became of an automatic answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerOutcome {
    /// The gateway took it.
    Accepted,
    /// Proven not accepted: it may be begun again.
    Refused,
    /// Nobody knows: not sent again.
    Unknown,
}

/// Counts of all stored runs, or of one close.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Notices by state.
    pub notices: Vec<(NoticeState, u32)>,
    /// Parts by state.
    pub parts: Vec<(PartState, u32)>,
    /// Notices whose run is held.
    pub held: u32,
    /// Replies that a person should look at.
    pub replies_for_person: u32,
    /// Parts of which an earlier attempt was accepted late: they may be there twice.
    pub arrived_late: Vec<PartKey>,
    /// Accepted parts without a receipt since before a given instant.
    pub without_receipt: u32,
}

/// An instance as the outbox knows it.
#[derive(Debug, Clone)]
pub struct InstanceRow {
    /// Name.
    pub instance: InstanceId,
    /// Day of the counter.
    pub day: Option<NaiveDate>,
    /// Contacts written to on that day.
    pub contacts_today: u32,
    /// First day on which anything left it (warm-up).
    pub first_used_on: Option<NaiveDate>,
    /// How long it must still pause.
    pub pause_left: Duration,
    /// The last sign of a restriction that nobody has lifted; see [`Restriction::holds_on`].
    pub restriction: Option<Restriction>,
}

/// An entry of the append-only log.
#[derive(Debug, Clone)]
pub struct Event {
    /// When (the program's clock).
    pub at: DateTime<Utc>,
    /// Notice.
    pub notice: Option<NoticeId>,
    /// Part.
    pub seq: Option<u16>,
    /// What, in a snake_case word (`claim`, `accept`, `late_answer`, ...).
    pub kind: String,
    /// Detail without personal data.
    pub detail: String,
}
