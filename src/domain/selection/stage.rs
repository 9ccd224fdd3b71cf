//! Which stage a receivable has reached on the reference day, whoever it is about.

use std::collections::BTreeSet;

use crate::domain::ids::ReceivableId;
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::Receivable;

use super::{BranchPolicy, Case, Rules, SkipReason};

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
