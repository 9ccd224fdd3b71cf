//! Who gets a notice, and who not, and why (DESIGN.md section 7). Pure: one customer at a time, everything that
//! matters is an argument, every decision carries its reason.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::calendar::BankingCalendar;
use super::ids::{BranchId, ContactId, CustomerId, ReceivableId};
use super::money::Cents;
use super::phone::Phone;
use super::policy::{Policy, Stage};
use super::receivable::{Contact, Customer, Receivable};
use super::words::stored_words;

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

/// A day on which somebody was written to counts though it is to come, when it is no further off than this.
pub const FURTHEST_SET_BACK_DAYS: i64 = 7;

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

/// What was decided about one customer.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// Notices to be.
    pub selected: Vec<Selected>,
    /// Decisions against.
    pub skipped: Vec<Skipped>,
}

/// Whether a receivable fires on the reference day, regardless of whom it would go to.
///
/// # Errors
/// The reason why it does not, with a detail.
pub fn firing_stage(rules: &Rules<'_>, receivable: &Receivable) -> Result<Stage, (SkipReason, String)> {
    let stage = reached_stage(rules, receivable)?;
    if stage.is_overdue() && rules.bank_return_stale {
        return Err((SkipReason::BankReturnStale, stage.to_string()));
    }
    Ok(stage)
}

/// The most urgent stage that a receivable has reached, whether or not anybody may be told.
fn reached_stage(rules: &Rules<'_>, receivable: &Receivable) -> Result<Stage, (SkipReason, String)> {
    if !receivable.balance.is_positive() {
        return Err((SkipReason::Settled, receivable.balance.to_decimal()));
    }
    if let Some(why) = receivable
        .excluded_reason
        .as_deref()
        .map(str::trim)
        .filter(|w| !w.is_empty())
    {
        return Err((SkipReason::Excluded, why.to_owned()));
    }
    let policy = match rules.policies.get(&receivable.branch) {
        Some(BranchPolicy::Active(policy)) => policy,
        Some(BranchPolicy::EmailNotConfigured) => {
            return Err((SkipReason::EmailNotConfigured, String::new()));
        }
        None => return Err((SkipReason::BranchUnreadable, receivable.branch.to_string())),
    };
    let days_after = (rules.day - receivable.due_on).num_days();
    if days_after <= 0 {
        return policy
            .upcoming_stage(-days_after)
            .ok_or_else(|| (SkipReason::NoStage, format!("due in {} days", -days_after)));
    }
    if policy.overdue.is_empty() {
        return Err((SkipReason::NoStage, "overdue notices are off".to_owned()));
    }
    if days_after > i64::from(policy.stop_after) {
        return Err((SkipReason::PastStop, format!("{days_after} days overdue")));
    }
    let stage = policy
        .overdue_stage(days_after)
        .ok_or_else(|| (SkipReason::NoStage, format!("{days_after} days overdue")))?;
    let payable_until = rules.banks.on_or_after(receivable.due_on);
    let grace_ends = rules
        .banks
        .add_business_days(payable_until, rules.grace_business_days);
    if rules.day <= grace_ends {
        return Err((SkipReason::InGrace, format!("until {grace_ends}")));
    }
    Ok(stage)
}

/// What `scan --baseline` puts on record for one customer: every stage reached, at every usable number of a flagged
/// contact. Whatever only delays a notice (a hold, a block, a stale bank return, a minimum, an opt-out) does not count
/// here, else the old debts would come out on the day on which it ends.
pub fn reached(rules: &Rules<'_>, case: &Case<'_>) -> Vec<(ReceivableId, Phone, Stage)> {
    let phones: BTreeSet<Phone> = case
        .contacts
        .iter()
        .filter(|c| c.receives_whatsapp)
        .filter_map(|c| Phone::parse_field(&c.phone, rules.area_code).ok())
        .collect();
    case.receivables
        .iter()
        .filter_map(|r| Some((r, reached_stage(rules, r).ok()?)))
        .flat_map(|(r, stage)| phones.iter().map(move |p| (r.id.clone(), p.clone(), stage)))
        .collect()
}

/// Decides about one customer. `has_boleto` tells whether a boleto can be attached to a receivable on the
/// reference day.
pub fn select(
    rules: &Rules<'_>,
    past: &Past,
    case: &Case<'_>,
    has_boleto: &dyn Fn(&ReceivableId) -> bool,
) -> Decisions {
    let mut out = Decisions::default();
    let skip =
        |contact: Option<&ContactId>, receivable: Option<&ReceivableId>, reason, detail: String| Skipped {
            customer: case.id.clone(),
            contact: contact.cloned(),
            receivable: receivable.cloned(),
            reason,
            detail,
        };

    // What fires, by branch; a BTreeMap and a sort, so that the order of rows never matters.
    let mut firing: BTreeMap<&BranchId, Vec<(Stage, &Receivable)>> = BTreeMap::new();
    for receivable in case.receivables {
        match firing_stage(rules, receivable) {
            Ok(_) if rules.require_boleto && !has_boleto(&receivable.id) => {
                out.skipped.push(skip(
                    None,
                    Some(&receivable.id),
                    SkipReason::NoBoleto,
                    String::new(),
                ));
            }
            Ok(stage) => firing
                .entry(&receivable.branch)
                .or_default()
                .push((stage, receivable)),
            Err((reason, detail)) => out.skipped.push(skip(None, Some(&receivable.id), reason, detail)),
        }
    }
    out.skipped.sort_by(|a, b| a.receivable.cmp(&b.receivable));
    if firing.is_empty() {
        return out;
    }
    for items in firing.values_mut() {
        items.sort_by(|(_, a), (_, b)| (a.due_on, &a.id).cmp(&(b.due_on, &b.id)));
    }

    let refusal = match case.customer {
        None => Some((SkipReason::CustomerUnreadable, String::new())),
        Some(c) if c.blocked => Some((SkipReason::Blocked, String::new())),
        Some(c) if !c.email_notice => Some((SkipReason::EmailNoticeOff, String::new())),
        Some(_) => past
            .holds
            .get(case.id)
            .filter(|h| h.until.is_none_or(|until| rules.day <= until))
            .map(|h| {
                let until = h.until.map(|d| format!(" until {d}")).unwrap_or_default();
                (SkipReason::OnHold, format!("{}{until}", h.kind))
            }),
    };
    if let Some((reason, detail)) = refusal {
        out.skipped.push(skip(None, None, reason, detail));
        return out;
    }

    let recipients = recipients(rules, past, case, &mut out.skipped);
    for (contact, phone) in &recipients {
        for (branch, receivables) in &firing {
            let mut items = Vec::new();
            for (stage, receivable) in receivables {
                if past
                    .claims
                    .contains(&(receivable.id.clone(), phone.clone(), *stage))
                {
                    out.skipped.push(skip(
                        Some(&contact.id),
                        Some(&receivable.id),
                        SkipReason::StageClaimed,
                        stage.to_string(),
                    ));
                    continue;
                }
                items.push(SelectedItem {
                    receivable: receivable.id.clone(),
                    document: receivable.label(),
                    due_on: receivable.due_on,
                    stage: *stage,
                    balance: receivable.balance,
                    has_boleto: has_boleto(&receivable.id),
                });
            }
            let Some(kind) = NoticeKind::of(items.iter().map(|i| i.stage)) else {
                continue;
            };
            let recipient = Recipient {
                branch: (*branch).clone(),
                customer: case.id.clone(),
                phone: phone.clone(),
            };
            let written = past.last_written.get(&recipient);
            // A clock set back makes days ago negative: still too recent, unless no pause is wanted at all. A day further off
            // than that was written down by a clock that was wrong, and must not keep anybody waiting until then.
            let pause = i64::from(rules.min_days_between);
            if let Some(written) = written.filter(|w| {
                pause > 0 && (-FURTHEST_SET_BACK_DAYS..pause).contains(&(rules.day - **w).num_days())
            }) {
                let detail = format!("on {written}");
                out.skipped
                    .push(skip(Some(&contact.id), None, SkipReason::WrittenRecently, detail));
                continue;
            }
            let total: Cents = items.iter().map(|i| i.balance).sum();
            let minimum = match rules.policies.get(*branch) {
                Some(BranchPolicy::Active(policy)) => policy.min_amount,
                _ => Cents::ZERO,
            };
            if total < minimum {
                let detail = format!("{total} < {minimum}");
                out.skipped
                    .push(skip(Some(&contact.id), None, SkipReason::BelowMinimum, detail));
                continue;
            }
            out.selected.push(Selected {
                branch: (*branch).clone(),
                customer: case.id.clone(),
                contact: contact.id.clone(),
                contact_name: contact.name.clone(),
                phone: phone.clone(),
                kind,
                items,
            });
        }
    }
    out
}

/// The flagged contacts with a usable phone, one for each number.
fn recipients<'a>(
    rules: &Rules<'_>,
    past: &Past,
    case: &Case<'a>,
    skipped: &mut Vec<Skipped>,
) -> Vec<(&'a Contact, Phone)> {
    let mut skip = |contact: Option<&ContactId>, reason, detail: String| {
        skipped.push(Skipped {
            customer: case.id.clone(),
            contact: contact.cloned(),
            receivable: None,
            reason,
            detail,
        });
    };
    let mut flagged: Vec<&Contact> = case.contacts.iter().filter(|c| c.receives_whatsapp).collect();
    flagged.sort_by(|a, b| a.id.cmp(&b.id));
    if flagged.is_empty() {
        skip(
            None,
            SkipReason::NoFlaggedContact,
            format!("{} contacts", case.contacts.len()),
        );
    }
    let mut seen = HashSet::new();
    let mut recipients = Vec::new();
    for contact in flagged {
        match Phone::parse_field(&contact.phone, rules.area_code) {
            Err(why) => skip(Some(&contact.id), SkipReason::UnusablePhone, why.to_string()),
            Ok(phone) if past.opted_out.contains(&phone) => {
                skip(Some(&contact.id), SkipReason::OptedOut, String::new());
            }
            Ok(phone) if !seen.insert(phone.clone()) => {
                skip(Some(&contact.id), SkipReason::SameNumber, String::new());
            }
            Ok(phone) => recipients.push((contact, phone)),
        }
    }
    recipients
}

#[cfg(test)]
mod tests;
