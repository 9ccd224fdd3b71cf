//! What of a notice still stands on the day: before its first departure it is selected and rebuilt afresh; one that is
//! under way keeps its parts, less those that have lost their reason.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::domain::ids::ReceivableId;
use crate::domain::notice::{PartEvent, PartKey, PartKind, PartState, parts_of};
use crate::domain::selection::Selected;
use crate::ports::outbox::{Departure, Notice, NoticeItem, OutboxError, Part};

use super::super::choose::past;
use super::super::dossier::Dossier;
use super::super::shop::Shop;
use super::{SendContext, SendError};

/// Nothing of it was ever begun.
pub fn is_untouched(notice: &Notice) -> bool {
    notice.first_departure.is_none()
        && notice
            .parts
            .iter()
            .all(|p| p.state == PartState::Queued && p.attempt == 0)
}

/// Selection re-run for the actual day, for this contact and branch. `Err`: why nothing fires any more.
pub fn reselect(
    ctx: &mut SendContext<'_>,
    dossier: &Dossier,
    stored: &Notice,
) -> Result<Result<Selected, String>, SendError> {
    let firing = dossier.debtors.firing(&dossier.ground, ctx.shop, dossier.day);
    let memory = ctx.ask(|outbox| outbox.memory_of(&stored.customer, &stored.phone, &firing))?;
    let decisions = dossier.debtors.decide(
        &dossier.ground,
        ctx.shop,
        dossier.day,
        &past(&memory, &HashSet::from([stored.id])),
    );
    let found = decisions
        .selected
        .into_iter()
        .find(|s| s.branch == stored.branch && s.phone == stored.phone && s.customer == stored.customer);
    if let Some(selected) = found {
        return Ok(Ok(selected));
    }
    // The reason to show is the one about this contact, else about the customer, else about its receivables.
    let of_notice: HashSet<_> = stored.items.iter().map(|i| &i.receivable).collect();
    let reason = decisions
        .skipped
        .iter()
        .filter(|s| s.contact.as_ref().is_none_or(|c| *c == stored.contact))
        .filter(|s| s.receivable.as_ref().is_none_or(|r| of_notice.contains(r)))
        .min_by_key(|s| (s.contact.is_none(), s.receivable.is_some()))
        .map_or_else(|| "settled".to_owned(), |s| s.reason.word().to_owned());
    Ok(Err(reason))
}

/// What the fresh read made of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It stands as it is stored.
    AsStored,
    /// It was changed, and goes on.
    Changed,
    /// Nothing of it leaves now: somebody else was quicker, or nothing of it is left.
    Over,
}

/// First departure: what fires today replaces what the scan stored.
pub fn depart(
    ctx: &mut SendContext<'_>,
    stored: &Notice,
    selected: &Selected,
) -> Result<Standing, SendError> {
    let boletos: Vec<_> = selected
        .items
        .iter()
        .map(|i| (i.receivable.clone(), i.has_boleto))
        .collect();
    let departure = Departure {
        kind: selected.kind,
        items: selected
            .items
            .iter()
            .map(|i| NoticeItem {
                receivable: i.receivable.clone(),
                document: i.document.clone(),
                due_on: i.due_on,
                stage: i.stage,
                balance: i.balance,
                has_boleto: i.has_boleto,
            })
            .collect(),
        parts: parts_of(&boletos, ctx.shop.max_boletos, ctx.shop.send_code),
    };
    if says_the_same(stored, &departure) {
        // What the scan stored still stands, and `begin` finds out whether it is untouched.
        return Ok(Standing::AsStored);
    }
    match ctx.ask(|outbox| outbox.rebuild(stored.id, &departure)) {
        Ok(true) => Ok(Standing::Changed),
        // Or another notice took a stage since the read: leave this one for the next run.
        Ok(false) | Err(OutboxError::ClaimTaken) => Ok(Standing::Over),
        Err(error) => Err(error.into()),
    }
}

/// The stored notice is what its departure would make of it.
fn says_the_same(stored: &Notice, departure: &Departure) -> bool {
    let sorted = |items: &[NoticeItem]| {
        let mut items = items.to_vec();
        items.sort_by(|a, b| a.receivable.cmp(&b.receivable));
        items
    };
    stored.kind == departure.kind
        && stored.parts.iter().map(|p| &p.kind).eq(&departure.parts)
        && sorted(&stored.items) == sorted(&departure.items)
}

/// So many sending days after its first departure a notice goes on no more.
pub fn days_are_over(shop: &Shop, first_departure: NaiveDate, today: NaiveDate) -> bool {
    let days = shop
        .sending
        .sending_days_between(first_departure, today, shop.send_at);
    days >= shop.expire_after_days
}

/// A notice under way keeps its parts: those of receivables paid meanwhile are skipped, all are when nothing is
/// open any more or the person opted out, and the rest expires when its days are over.
pub fn resume(ctx: &mut SendContext<'_>, dossier: &Dossier, stored: &Notice) -> Result<Standing, SendError> {
    let now = ctx.clock.now();
    let queued: Vec<&Part> = stored.queued().collect();
    if queued.is_empty() {
        return Ok(Standing::Over);
    }
    if let Some((event, reason)) = is_over(ctx, dossier, stored)? {
        let keys: Vec<PartKey> = queued.iter().map(|part| part.key).collect();
        ctx.ask(|outbox| outbox.settle_queued(&keys, event, reason, now))?;
        return Ok(Standing::Over);
    }
    // Paid meanwhile, or the boleto changed (partly paid, past its last day): its parts stay behind, each with its why.
    let open = dossier.open_of(stored);
    let is_open = |id: &ReceivableId| open.iter().any(|r| r.id == *id);
    let (mut paid, mut changed): (Vec<PartKey>, Vec<PartKey>) = (Vec::new(), Vec::new());
    for part in &queued {
        match &part.kind {
            PartKind::Boleto(id) | PartKind::Code(id) if !is_open(id) => paid.push(part.key),
            PartKind::Boleto(id) | PartKind::Code(id) if !dossier.can_attach(id) => changed.push(part.key),
            PartKind::MergedBoletos if !stored.items.iter().any(|i| dossier.can_attach(&i.receivable)) => {
                changed.push(part.key);
            }
            _ => {}
        }
    }
    for (parts, reason) in [(&paid, "paid"), (&changed, "boleto_changed")] {
        if !parts.is_empty() {
            ctx.ask(|outbox| outbox.settle_queued(parts, PartEvent::Skip, reason, now))?;
        }
    }
    Ok(match paid.len() + changed.len() {
        0 => Standing::AsStored,
        some if some < queued.len() => Standing::Changed,
        _ => Standing::Over,
    })
}

/// What ends all queued parts of a notice under way, and why; `None`: it may go on.
fn is_over(
    ctx: &mut SendContext<'_>,
    dossier: &Dossier,
    stored: &Notice,
) -> Result<Option<(PartEvent, &'static str)>, SendError> {
    let since = stored.first_departure.unwrap_or(dossier.day);
    if days_are_over(ctx.shop, since, dossier.day) {
        return Ok(Some((PartEvent::Expire, "days_over")));
    }
    let memory = ctx.ask(|outbox| outbox.memory_of(&stored.customer, &stored.phone, &[]))?;
    if memory.opted_out.contains(&stored.phone) {
        return Ok(Some((PartEvent::Skip, "opted_out")));
    }
    // A crash came between the refusal and this: boletos never arrive bare.
    let text = stored.parts.iter().find(|p| p.kind == PartKind::Text);
    if text.is_some_and(|text| text.state == PartState::Failed) {
        return Ok(Some((PartEvent::Skip, "text_failed")));
    }
    let is_paid = dossier.open_of(stored).is_empty();
    Ok(is_paid.then_some((PartEvent::Skip, "paid")))
}
