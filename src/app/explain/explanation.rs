//! What is told about one customer.

use chrono::NaiveDate;

use crate::app::ground::Precondition;
use crate::domain::document::slip::BoletoRefusal;
use crate::domain::ids::{BranchId, CustomerId};
use crate::domain::phone::{Phone, PhoneError};
use crate::domain::policy::Stage;
use crate::domain::receivable::{BadRow, Branch, Contact, Customer, Receivable, SystemDates};
use crate::domain::selection::{BranchPolicy, Decisions, Hold, Recipient, SkipReason, Skipped};
use crate::ports::outbox::{Claim, Event, Notice, StoredReply};

/// All about one customer.
#[derive(Debug)]
pub struct Explanation {
    /// The customer's key.
    pub id: CustomerId,
    /// The customer; `None`: its row could not be read.
    pub customer: Option<Customer>,
    /// Dates of the ERP.
    pub system: SystemDates,
    /// The shop's today.
    pub today: NaiveDate,
    /// Reference day of the last close: the day of the verdicts.
    pub day: NaiveDate,
    /// A precondition that refuses everybody on that day.
    pub refusal: Option<Precondition>,
    /// No bank return lately: overdue ones wait.
    pub bank_return_stale: bool,
    /// Contacts in the order of their keys.
    pub contacts: Vec<ContactView>,
    /// Branches that the customer owes, with their policies.
    pub branches: Vec<BranchView>,
    /// Receivables by due date.
    pub receivables: Vec<ReceivableView>,
    /// A promise, a dispute.
    pub hold: Option<Hold>,
    /// When something last left to this customer, by recipient.
    pub last_written: Vec<(Recipient, NaiveDate)>,
    /// Notices that were stored, newest first.
    pub notices: Vec<NoticeView>,
    /// Replies to them, newest first.
    pub replies: Vec<StoredReply>,
    /// Decisions against, as the last runs stored them, newest first, with the close.
    pub stored: Vec<(NaiveDate, Skipped)>,
    /// What a selection of the last close would decide now; what is stored for it and waits counts as open.
    pub now: Decisions,
    /// The next close and what a selection after it would decide, if nothing is paid and what waits leaves.
    pub next: Forecast,
    /// Rows of this customer that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// The WA_* tables are there; without them nothing is known of the past.
    pub initialised: bool,
}

/// A contact and how selection sees it.
#[derive(Debug)]
pub struct ContactView {
    /// As the ERP has it.
    pub contact: Contact,
    /// The phone as it was read.
    pub phone: Result<Phone, PhoneError>,
    /// The phone wants no notices.
    pub opted_out: bool,
}

/// A branch and its policy.
#[derive(Debug)]
pub struct BranchView {
    /// Key.
    pub id: BranchId,
    /// The branch; `None`: its row could not be read.
    pub branch: Option<Branch>,
    /// The policy that counts; `None` as above.
    pub policy: Option<BranchPolicy>,
}

/// A receivable, its verdict and what goes with it.
#[derive(Debug)]
pub struct ReceivableView {
    /// As the ERP has it.
    pub receivable: Receivable,
    /// The stage that fires on the reference day, or why none does.
    pub verdict: Result<Stage, (SkipReason, String)>,
    /// Its boleto on that day.
    pub boleto: BoletoVerdict,
    /// Stages claimed before.
    pub claims: Vec<Claim>,
    /// The next stage that is reached after the reference day, if nothing is paid.
    pub next: Option<(NaiveDate, Stage)>,
}

/// Whether a boleto could go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoletoVerdict {
    /// The ERP has none.
    None,
    /// It can be paid.
    Usable,
    /// It stays behind.
    Refused(BoletoRefusal),
}

/// A stored notice with what happened to it.
#[derive(Debug)]
pub struct NoticeView {
    /// The notice with its parts.
    pub notice: Notice,
    /// Its events, oldest first.
    pub events: Vec<Event>,
}

/// A selection to come.
#[derive(Debug)]
pub struct Forecast {
    /// The close it is for.
    pub close: NaiveDate,
    /// Its reference day.
    pub day: NaiveDate,
    /// What would be decided.
    pub decisions: Decisions,
}
