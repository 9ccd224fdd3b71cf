//! What a scan reads and stores.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::{BranchId, CustomerId, InstanceId, ReceivableId};
use crate::domain::notice::{NoticeId, PartKind};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::BadRow;
use crate::domain::selection::{Hold, Recipient, Selected, Skipped};

/// Key of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

/// What selection must know of the past.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Stage claims of the receivables asked for.
    pub claims: Vec<Claim>,
    /// Notices of which nothing was ever claimed by a worker, with their items.
    pub untouched: Vec<Untouched>,
    /// The last day on which a notice left, or may have left, to a recipient.
    pub last_written: Vec<(Recipient, NaiveDate)>,
    /// Phones that do not want notices.
    pub opted_out: Vec<Phone>,
    /// Customers on hold.
    pub holds: Vec<Hold>,
}

/// A stage claim: primary key (receivable, phone, stage).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// Receivable.
    pub receivable: ReceivableId,
    /// To whom.
    pub phone: Phone,
    /// Which stage.
    pub stage: Stage,
    /// By which notice; `None`: by a baseline.
    pub notice: Option<NoticeId>,
}

/// A notice that a scan may supersede.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    /// Key.
    pub id: NoticeId,
    /// The close it came from.
    pub close: NaiveDate,
    /// First day on which it may leave.
    pub send_on: NaiveDate,
    /// Its run waits for a person.
    pub held: bool,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Recipient.
    pub phone: Phone,
    /// What it fires for.
    pub items: Vec<(ReceivableId, Stage)>,
}

/// One run to store, with all that it decided.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The close.
    pub close: NaiveDate,
    /// Reference day R.
    pub reference_day: NaiveDate,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// First day on which its notices may leave.
    pub send_on: NaiveDate,
    /// Held by the guard until confirmed.
    pub held: bool,
    /// The notices.
    pub notices: Vec<NewNotice>,
    /// Who got none, and why.
    pub skipped: Vec<Skipped>,
    /// Rows that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// Untouched notices to supersede, their claims released, in the same transaction.
    pub superseded: Vec<NoticeId>,
}

/// One notice to store.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// Who and what for.
    pub selected: Selected,
    /// The instance it leaves from.
    pub instance: InstanceId,
    /// Its parts in the order of sending.
    pub parts: Vec<PartKind>,
}

/// A stored run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RunSummary {
    /// Key.
    pub id: RunId,
    /// The close.
    pub close: NaiveDate,
    /// Reference day.
    pub reference_day: NaiveDate,
    /// When.
    pub started_at: DateTime<Utc>,
    /// Waits for a person.
    pub held: bool,
    /// Notices selected.
    pub notices: u32,
    /// Decisions against.
    pub skipped: u32,
    /// Rows that could not be read.
    pub bad_rows: u32,
}

/// What [`super::Outbox::after_restore`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restarted {
    /// Stages taken as told.
    pub stages: u32,
    /// Notices that had waited.
    pub superseded: usize,
    /// Messages of half-sent notices that stay behind.
    pub parts_skipped: usize,
}
