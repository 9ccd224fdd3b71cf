//! What selection decides: the notices to be, and each decision against with its reason.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::ids::{BranchId, ContactId, CustomerId, ReceivableId};
use crate::domain::money::Cents;
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::words::stored_words;

stored_words! {
    /// What a notice is about.
    NoticeKind {
        /// Only past due dates.
        Overdue = "overdue",
        /// Only coming ones.
        Upcoming = "upcoming",
        /// Both.
        Both = "both",
    }
}

impl NoticeKind {
    /// The kind of a set of stages; `None` for an empty set.
    pub fn of(stages: impl IntoIterator<Item = Stage>) -> Option<Self> {
        stages
            .into_iter()
            .map(|s| {
                if s.is_overdue() {
                    Self::Overdue
                } else {
                    Self::Upcoming
                }
            })
            .reduce(|a, b| if a == b { a } else { Self::Both })
    }
}

stored_words! {
    /// Why something or someone was left out.
    SkipReason {
        /// No contact is flagged "Recebe aviso de débitos".
        NoFlaggedContact = "no_flagged_contact",
        /// The customer gets no e-mail notices.
        EmailNoticeOff = "email_notice_off",
        /// E-mail notices are not configured for the branch.
        EmailNotConfigured = "email_not_configured",
        /// The customer is blocked.
        Blocked = "blocked",
        /// The customer's row could not be read.
        CustomerUnreadable = "customer_unreadable",
        /// The branch's row, or its policy's, could not be read.
        BranchUnreadable = "branch_unreadable",
        /// On hold (promise, dispute).
        OnHold = "on_hold",
        /// The ERP excludes the receivable (protested, renegotiated, ...).
        Excluded = "excluded",
        /// Nothing is open.
        Settled = "settled",
        /// Past due, but still payable without charges, or its payment may be under way.
        InGrace = "in_grace",
        /// No stage is reached on this day.
        NoStage = "no_stage",
        /// More days overdue than the policy goes on for.
        PastStop = "past_stop",
        /// The stage was claimed before.
        StageClaimed = "stage_claimed",
        /// No bank return was imported lately: payers could be dunned.
        BankReturnStale = "bank_return_stale",
        /// No boleto that can be attached, and one is required.
        NoBoleto = "no_boleto",
        /// The sum is below the minimum.
        BelowMinimum = "below_minimum",
        /// The phone cannot be WhatsApp's.
        UnusablePhone = "unusable_phone",
        /// The same number stands at another contact of the customer.
        SameNumber = "same_number",
        /// The phone wants no notices.
        OptedOut = "opted_out",
        /// Written to too lately.
        WrittenRecently = "written_recently",
        /// The feature is not contracted.
        NotContracted = "not_contracted",
    }
}

/// A notice to be: one contact of one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Recipient.
    pub contact: ContactId,
    /// Recipient's name.
    pub contact_name: String,
    /// Recipient's phone.
    pub phone: Phone,
    /// Kind.
    pub kind: NoticeKind,
    /// What fires, by due date and id.
    pub items: Vec<SelectedItem>,
}

impl Selected {
    /// Sum of the balances that fire.
    pub fn total(&self) -> Cents {
        self.items.iter().map(|i| i.balance).sum()
    }

    /// (receivable, stage) pairs: what the notice claims.
    pub fn claims(&self) -> Vec<(ReceivableId, Stage)> {
        self.items
            .iter()
            .map(|i| (i.receivable.clone(), i.stage))
            .collect()
    }
}

/// A receivable that fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedItem {
    /// Key.
    pub receivable: ReceivableId,
    /// Document and installment.
    pub document: String,
    /// Due date.
    pub due_on: NaiveDate,
    /// Stage.
    pub stage: Stage,
    /// What is open.
    pub balance: Cents,
    /// A boleto can be attached.
    pub has_boleto: bool,
}

/// A decision against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Customer.
    pub customer: CustomerId,
    /// Contact, when it is about one.
    pub contact: Option<ContactId>,
    /// Receivable, when it is about one.
    pub receivable: Option<ReceivableId>,
    /// Why.
    pub reason: SkipReason,
    /// Machine-readable detail (a stage, a date, a phone error); never personal data.
    pub detail: String,
}

/// What was decided about one customer.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// Notices to be.
    pub selected: Vec<Selected>,
    /// Decisions against.
    pub skipped: Vec<Skipped>,
}
