//! A stored notice, whole.

use chrono::{DateTime, NaiveDate, Utc};

use super::RunId;
use crate::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use crate::domain::money::Cents;
use crate::domain::notice::{MessageId, NoticeId, NoticeState, PartKey, PartKind, PartState, Reference};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::selection::NoticeKind;
use crate::ports::gateway::CanonicalId;

/// A stored notice, whole.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Key.
    pub id: NoticeId,
    /// Its short reference.
    pub reference: Reference,
    /// Its run.
    pub run: RunId,
    /// The run's close.
    pub close: NaiveDate,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Recipient.
    pub contact: ContactId,
    /// Recipient's name as it was at selection.
    pub contact_name: String,
    /// Recipient's phone.
    pub phone: Phone,
    /// The instance it leaves from.
    pub instance: InstanceId,
    /// Overdue, upcoming or both.
    pub kind: NoticeKind,
    /// First day on which it may leave.
    pub send_on: NaiveDate,
    /// State.
    pub state: NoticeState,
    /// Why it ended so.
    pub reason: Option<String>,
    /// Day (shop's zone) of the first claim of a part; `None`: untouched.
    pub first_departure: Option<NaiveDate>,
    /// Grows with each change of the notice or its parts.
    pub revision: i64,
    /// The receivables that fire.
    pub items: Vec<NoticeItem>,
    /// The parts in order.
    pub parts: Vec<Part>,
}

impl Notice {
    /// The parts that wait for their turn, in order.
    pub fn queued(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.state == PartState::Queued)
    }
}

/// A receivable of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeItem {
    /// Receivable.
    pub receivable: ReceivableId,
    /// Document and installment as people know them.
    pub document: String,
    /// Due date.
    pub due_on: NaiveDate,
    /// Stage.
    pub stage: Stage,
    /// Balance when it was selected or last rebuilt.
    pub balance: Cents,
    /// A boleto goes along.
    pub has_boleto: bool,
}

/// A stored part.
#[derive(Debug, Clone)]
pub struct Part {
    /// Key.
    pub key: PartKey,
    /// What it is.
    pub kind: PartKind,
    /// Our id of the message.
    pub message_id: MessageId,
    /// State.
    pub state: PartState,
    /// How often a request was begun.
    pub attempt: u32,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// Not before this instant (a retry's backoff).
    pub next_try_at: Option<DateTime<Utc>>,
    /// The recipient that the last request named.
    pub to: Option<CanonicalId>,
    /// What the last request carried, to recognise it by.
    pub text: Option<String>,
    /// File name of a document.
    pub file_name: Option<String>,
    /// When the last request was begun (the program's clock).
    pub begun_at: Option<DateTime<Utc>>,
    /// The gateway's id.
    pub gateway_id: Option<String>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// An earlier attempt was accepted after a person had ordered it sent again: it may be there twice. Until a person
    /// says [`super::Resolution::Sent`].
    pub arrived_late: bool,
}
