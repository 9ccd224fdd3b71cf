//! Who gets a notice, and who not, and why (DESIGN.md section 7). Pure: one customer at a time, everything that
//! matters is an argument, every decision carries its reason.
//!
//! | module | holds |
//! |---|---|
//! | here | [`select`]: one customer, from what fires to whom it is said |
//! | `stage` | [`firing_stage`]: which stage a receivable has reached; [`reached`]: all of them, for a baseline |
//! | `facts` | what is asked: [`Rules`], [`Past`], [`Case`] |
//! | `decision` | what is answered: [`Selected`], [`Skipped`] and its [`SkipReason`] |

mod decision;
mod facts;
mod stage;

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use super::ids::{BranchId, ContactId, ReceivableId};
use super::money::Cents;
use super::phone::Phone;
use super::policy::Stage;
use super::receivable::{Contact, Receivable};

pub use self::decision::{Decisions, NoticeKind, Selected, SelectedItem, SkipReason, Skipped};
pub use self::facts::{BranchPolicy, Case, Hold, Past, Recipient, Rules};
pub use self::stage::{firing_stage, reached};

/// A day on which somebody was written to counts though it is to come, when it is no further off than this.
pub const FURTHEST_SET_BACK_DAYS: i64 = 7;

/// Decides about one customer. `has_boleto` tells whether a boleto can be attached to a receivable on the
/// reference day.
pub fn select(
    rules: &Rules<'_>,
    past: &Past,
    case: &Case<'_>,
    has_boleto: &dyn Fn(&ReceivableId) -> bool,
) -> Decisions {
    let selection = Selection {
        rules,
        past,
        case,
        has_boleto,
    };
    let mut out = Decisions::default();
    let firing = selection.firing(&mut out.skipped);
    if firing.is_empty() {
        return out;
    }
    if let Some((reason, detail)) = selection.refusal() {
        out.skipped.push(selection.skip(None, None, reason, detail));
        return out;
    }
    for (contact, phone) in selection.recipients(&mut out.skipped) {
        for (branch, receivables) in &firing {
            let items = selection.unclaimed(contact, &phone, receivables, &mut out.skipped);
            let Some(kind) = NoticeKind::of(items.iter().map(|i| i.stage)) else {
                continue;
            };
            if let Some((reason, detail)) = selection.hindrance(branch, &phone, &items) {
                out.skipped
                    .push(selection.skip(Some(&contact.id), None, reason, detail));
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

/// A reason against, with its detail.
type Against = (SkipReason, String);

/// What is asked about one customer.
struct Selection<'a> {
    rules: &'a Rules<'a>,
    past: &'a Past,
    case: &'a Case<'a>,
    has_boleto: &'a dyn Fn(&ReceivableId) -> bool,
}

impl<'a> Selection<'a> {
    fn skip(
        &self,
        contact: Option<&ContactId>,
        receivable: Option<&ReceivableId>,
        reason: SkipReason,
        detail: String,
    ) -> Skipped {
        Skipped {
            customer: self.case.id.clone(),
            contact: contact.cloned(),
            receivable: receivable.cloned(),
            reason,
            detail,
        }
    }

    /// What fires, by branch; a BTreeMap and a sort, so that the order of rows never matters.
    fn firing(&self, skipped: &mut Vec<Skipped>) -> BTreeMap<&'a BranchId, Vec<(Stage, &'a Receivable)>> {
        let mut firing: BTreeMap<&BranchId, Vec<(Stage, &Receivable)>> = BTreeMap::new();
        for receivable in self.case.receivables {
            let stage = firing_stage(self.rules, receivable).and_then(|stage| {
                let lacks_boleto = self.rules.require_boleto && !(self.has_boleto)(&receivable.id);
                match lacks_boleto {
                    true => Err((SkipReason::NoBoleto, String::new())),
                    false => Ok(stage),
                }
            });
            match stage {
                Ok(stage) => firing
                    .entry(&receivable.branch)
                    .or_default()
                    .push((stage, receivable)),
                Err((reason, detail)) => {
                    skipped.push(self.skip(None, Some(&receivable.id), reason, detail));
                }
            }
        }
        skipped.sort_by(|a, b| a.receivable.cmp(&b.receivable));
        for items in firing.values_mut() {
            items.sort_by(|(_, a), (_, b)| (a.due_on, &a.id).cmp(&(b.due_on, &b.id)));
        }
        firing
    }

    /// Why nobody of this customer is written to at all.
    fn refusal(&self) -> Option<Against> {
        match self.case.customer {
            None => Some((SkipReason::CustomerUnreadable, String::new())),
            Some(c) if c.blocked => Some((SkipReason::Blocked, String::new())),
            Some(c) if !c.email_notice => Some((SkipReason::EmailNoticeOff, String::new())),
            Some(_) => {
                let hold = self.past.holds.get(self.case.id)?;
                if hold.until.is_some_and(|until| until < self.rules.day) {
                    return None;
                }
                let until = hold.until.map(|d| format!(" until {d}")).unwrap_or_default();
                Some((SkipReason::OnHold, format!("{}{until}", hold.kind)))
            }
        }
    }

    /// The flagged contacts with a usable phone, one for each number.
    fn recipients(&self, skipped: &mut Vec<Skipped>) -> Vec<(&'a Contact, Phone)> {
        let contacts = self.case.contacts;
        let mut flagged: Vec<&Contact> = contacts.iter().filter(|c| c.receives_whatsapp).collect();
        flagged.sort_by(|a, b| a.id.cmp(&b.id));
        if flagged.is_empty() {
            let detail = format!("{} contacts", contacts.len());
            skipped.push(self.skip(None, None, SkipReason::NoFlaggedContact, detail));
        }
        let mut seen = HashSet::new();
        let mut recipients = Vec::new();
        for contact in flagged {
            let (reason, detail) = match Phone::parse_field(&contact.phone, self.rules.area_code) {
                Err(why) => (SkipReason::UnusablePhone, why.to_string()),
                Ok(phone) if self.past.opted_out.contains(&phone) => (SkipReason::OptedOut, String::new()),
                Ok(phone) if !seen.insert(phone.clone()) => (SkipReason::SameNumber, String::new()),
                Ok(phone) => {
                    recipients.push((contact, phone));
                    continue;
                }
            };
            skipped.push(self.skip(Some(&contact.id), None, reason, detail));
        }
        recipients
    }

    /// What of a branch's receivables a contact was not told yet.
    fn unclaimed(
        &self,
        contact: &Contact,
        phone: &Phone,
        receivables: &[(Stage, &Receivable)],
        skipped: &mut Vec<Skipped>,
    ) -> Vec<SelectedItem> {
        let mut items = Vec::new();
        for (stage, receivable) in receivables {
            let claim = (receivable.id.clone(), phone.clone(), *stage);
            if self.past.claims.contains(&claim) {
                skipped.push(self.skip(
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
                has_boleto: (self.has_boleto)(&receivable.id),
            });
        }
        items
    }

    /// What speaks against telling a phone of these items now: written to lately, or the sum is too small.
    fn hindrance(&self, branch: &BranchId, phone: &Phone, items: &[SelectedItem]) -> Option<Against> {
        let recipient = Recipient {
            branch: branch.clone(),
            customer: self.case.id.clone(),
            phone: phone.clone(),
        };
        // A clock set back makes days ago negative: still too recent, unless no pause is wanted at all. A day further off
        // than that was written down by a clock that was wrong, and must not keep anybody waiting until then.
        let pause = i64::from(self.rules.min_days_between);
        let too_recent = |written: NaiveDate| {
            pause > 0 && (-FURTHEST_SET_BACK_DAYS..pause).contains(&(self.rules.day - written).num_days())
        };
        let written = self.past.last_written.get(&recipient).copied();
        if let Some(written) = written.filter(|written| too_recent(*written)) {
            return Some((SkipReason::WrittenRecently, format!("on {written}")));
        }
        let total: Cents = items.iter().map(|i| i.balance).sum();
        let minimum = match self.rules.policies.get(branch) {
            Some(BranchPolicy::Active(policy)) => policy.min_amount,
            _ => Cents::ZERO,
        };
        (total < minimum).then(|| (SkipReason::BelowMinimum, format!("{total} < {minimum}")))
    }
}

#[cfg(test)]
mod tests;
