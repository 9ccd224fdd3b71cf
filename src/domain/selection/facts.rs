//! What selection goes by: the rules of the run, what the past says, and the customer in question.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::calendar::BankingCalendar;
use crate::domain::ids::{BranchId, CustomerId, ReceivableId};
use crate::domain::phone::Phone;
use crate::domain::policy::{Policy, Stage};
use crate::domain::receivable::{Contact, Customer, Receivable};

/// To whom a notice goes, as `min_days_between` counts: two branches are two creditors and each may write; a number
/// that stands at two customers is written to for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient {
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Phone.
    pub phone: Phone,
}

/// A customer who is not to be written to for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Customer.
    pub customer: CustomerId,
    /// Last day of the hold; `None`: until lifted.
    pub until: Option<NaiveDate>,
    /// Why: `promise`, `dispute`, ...
    pub kind: String,
}

impl Hold {
    /// The customer promised to pay.
    pub const PROMISE: &str = "promise";
    /// The customer disputes the debt.
    pub const DISPUTE: &str = "dispute";
}

/// The policy that counts for a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BranchPolicy {
    /// In force.
    Active(Policy),
    /// E-mail notices are not configured (or there is no row): WhatsApp never works without.
    EmailNotConfigured,
}

/// What is the same for all customers of a run.
#[derive(Debug)]
pub struct Rules<'a> {
    /// Reference day R.
    pub day: NaiveDate,
    /// The banks' calendar.
    pub banks: &'a BankingCalendar,
    /// Business days after the due date within which nobody is dunned.
    pub grace_business_days: u32,
    /// DDD of numbers typed without one.
    pub area_code: Option<u8>,
    /// Days between two notices to one phone.
    pub min_days_between: u32,
    /// No notice about a receivable without a boleto.
    pub require_boleto: bool,
    /// No bank return lately: overdue ones wait.
    pub bank_return_stale: bool,
    /// Policies of the branches whose rows could be read.
    pub policies: &'a HashMap<BranchId, BranchPolicy>,
}

/// What the past says.
#[derive(Debug, Default)]
pub struct Past {
    /// Stages claimed, to whom. Claims of notices that this run may supersede are not among them.
    pub claims: HashSet<(ReceivableId, Phone, Stage)>,
    /// The last day on which a notice left to a recipient.
    pub last_written: HashMap<Recipient, NaiveDate>,
    /// Phones that want no notices.
    pub opted_out: HashSet<Phone>,
    /// Customers on hold.
    pub holds: HashMap<CustomerId, Hold>,
}

/// One customer with what belongs to it.
#[derive(Debug)]
pub struct Case<'a> {
    /// The key by which receivables name the customer.
    pub id: &'a CustomerId,
    /// The customer; `None`: the row could not be read.
    pub customer: Option<&'a Customer>,
    /// Its contacts.
    pub contacts: &'a [Contact],
    /// Its receivables.
    pub receivables: &'a [Receivable],
}
