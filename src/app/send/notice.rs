//! One notice: its first departure rebuilds everything from a fresh read; a resume goes on where it stopped.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::domain::ids::ReceivableId;
use crate::domain::notice::{
    Ending, NoticeId, NoticeState, PartEvent, PartKey, PartKind, PartState, parts_of,
};
use crate::domain::selection::Selected;
use crate::ports::clock::Clock;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{CanonicalId, Gateway, GatewayError, Rejection};
use crate::ports::outbox::{Departure, Notice, NoticeItem, OutboxError};

use super::super::choose::past;
use super::super::dossier::{Dossier, DossierError, Letter};
use super::super::ground::GroundError;
use super::super::shop::Shop;
use super::part::{self, PartResult};
use super::{SendContext, SendError, SendEvent, SendReport, SendRequest, Stop};

/// What became of a notice in this run.
#[derive(Debug, Default)]
pub struct Done {
    /// Its state now; `None`: another worker has it.
    pub state: Option<NoticeState>,
    /// Why, where there is a reason.
    pub reason: Option<String>,
    /// Something of it was begun.
    pub departed: bool,
    /// An answer proved nothing.
    pub unclear: bool,
    /// The run must stop for this instance.
    pub stop: Option<Stop>,
}

/// A resolution of a number is good for so long; then the gateway is asked again.
const RESOLUTION_DAYS: i64 = 30;

/// Works on one notice.
///
/// # Errors
/// [`SendError`].
pub fn work(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    id: NoticeId,
    request: &SendRequest,
    report: &mut SendReport,
) -> Result<Done, SendError> {
    let Some(stored) = ctx.outbox.notice(id)? else {
        return Ok(Done::default());
    };
    if !stored.state.is_open() || stored.state == NoticeState::NeedsPerson {
        return Ok(Done::default());
    }
    (ctx.on_event)(&SendEvent::Notice {
        id,
        phone: stored.phone.clone(),
    });

    let now = ctx.clock.now();
    // Fail closed: without a fresh and whole read nothing leaves.
    let dossier = {
        let mut snapshot = ctx.erp.snapshot().map_err(GroundError::from)?;
        Dossier::read(&mut *snapshot, ctx.shop, &stored.customer, ctx.shop.local(now))?
    };
    failpoint::reached(Step::AfterRead);
    let untouched = is_untouched(&stored);
    let selected = reselect(ctx, &dossier, &stored)?;

    let ready = if untouched {
        match selected {
            Ok(selected) => {
                let ready = depart(ctx, &stored, &selected)?;
                failpoint::reached(Step::AfterRebuild);
                ready
            }
            Err(reason) => {
                let ended = ctx.outbox.end_untouched(id, Ending::Skipped, &reason, now)?;
                failpoint::reached(Step::AfterEnd);
                return Ok(Done {
                    state: ended.then_some(NoticeState::Skipped),
                    reason: Some(reason),
                    ..Done::default()
                });
            }
        }
    } else {
        resume(ctx, &dossier, &stored)?
    };
    if !ready {
        return current(ctx, id);
    }

    let to = match resolve(ctx, gateway, &stored)? {
        Resolution::To(to) => to,
        Resolution::Stop(stop) => {
            return Ok(Done {
                stop: Some(stop),
                ..current(ctx, id)?
            });
        }
        Resolution::NotOnWhatsApp => {
            let reason = "not_on_whatsapp";
            if untouched {
                ctx.outbox.end_untouched(id, Ending::Failed, reason, now)?;
            } else {
                settle_rest(ctx, id, PartEvent::Skip, reason)?;
            }
            return current(ctx, id);
        }
    };
    failpoint::reached(Step::AfterResolve);
    send_parts(ctx, gateway, id, &dossier, &to, request, report)
}

/// Nothing of it was ever begun.
fn is_untouched(notice: &Notice) -> bool {
    notice.first_departure.is_none()
        && notice
            .parts
            .iter()
            .all(|p| p.state == PartState::Queued && p.attempt == 0)
}

fn current(ctx: &mut SendContext<'_>, id: NoticeId) -> Result<Done, SendError> {
    let notice = ctx.outbox.notice(id)?;
    Ok(Done {
        state: notice.as_ref().map(|n| n.state),
        reason: notice.and_then(|n| n.reason),
        ..Done::default()
    })
}

/// Selection re-run for the actual day, for this contact and branch. `Err`: why nothing fires any more.
fn reselect(
    ctx: &mut SendContext<'_>,
    dossier: &Dossier,
    stored: &Notice,
) -> Result<Result<Selected, String>, SendError> {
    let firing = dossier.debtors.firing(&dossier.ground, ctx.shop, dossier.day);
    let memory = ctx.outbox.memory(&firing)?;
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

/// First departure: what fires today replaces what the scan stored. `false`: someone else was quicker.
fn depart(ctx: &mut SendContext<'_>, stored: &Notice, selected: &Selected) -> Result<bool, SendError> {
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
    match ctx.outbox.rebuild(stored.id, &departure) {
        Ok(ready) => Ok(ready),
        // Another notice took a stage since the read: leave this one for the next run.
        Err(OutboxError::ClaimTaken) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// So many sending days after its first departure a notice goes on no more.
pub(super) fn days_are_over(shop: &Shop, first_departure: NaiveDate, today: NaiveDate) -> bool {
    let days = shop
        .sending
        .sending_days_between(first_departure, today, shop.send_at);
    days >= shop.expire_after_days
}

/// A notice under way keeps its parts: those of receivables paid meanwhile are skipped, all are when nothing is
/// open any more or the person opted out, and the rest expires when its days are over. `true`: go on sending.
fn resume(ctx: &mut SendContext<'_>, dossier: &Dossier, stored: &Notice) -> Result<bool, SendError> {
    let now = ctx.clock.now();
    let queued: Vec<_> = stored
        .parts
        .iter()
        .filter(|p| p.state == PartState::Queued)
        .collect();
    if queued.is_empty() {
        return Ok(false);
    }
    let keys = |parts: &[&crate::ports::outbox::Part]| parts.iter().map(|p| p.key).collect::<Vec<_>>();
    let since = stored.first_departure.unwrap_or(dossier.day);
    if days_are_over(ctx.shop, since, dossier.day) {
        ctx.outbox
            .settle_queued(&keys(&queued), PartEvent::Expire, "days_over", now)?;
        return Ok(false);
    }
    let memory = ctx.outbox.memory(&[])?;
    if memory.opted_out.contains(&stored.phone) {
        ctx.outbox
            .settle_queued(&keys(&queued), PartEvent::Skip, "opted_out", now)?;
        return Ok(false);
    }
    let open = dossier.open_of(stored);
    if open.is_empty() {
        ctx.outbox
            .settle_queued(&keys(&queued), PartEvent::Skip, "paid", now)?;
        return Ok(false);
    }
    // Paid meanwhile, or the boleto changed (partly paid, past its last day): its parts stay behind, each with its why.
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
            ctx.outbox.settle_queued(parts, PartEvent::Skip, reason, now)?;
        }
    }
    let gone = [paid, changed].concat();
    Ok(gone.len() < queued.len())
}

enum Resolution {
    To(CanonicalId),
    NotOnWhatsApp,
    Stop(Stop),
}

/// The canonical id of the recipient: the remembered one while it is fresh, else the gateway's.
fn resolve(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    stored: &Notice,
) -> Result<Resolution, SendError> {
    let now = ctx.clock.now();
    if let Some((at, Some(canonical))) = ctx.outbox.canonical(&stored.phone)?
        && (now - at).num_days() < RESOLUTION_DAYS
    {
        return Ok(Resolution::To(canonical));
    }
    let stop = |error: GatewayError| match error {
        GatewayError::NotConnected => Stop::NotPaired {
            instance: stored.instance.clone(),
            state: crate::ports::gateway::LinkState::Closed {
                removed: false,
                reason: None,
            },
        },
        GatewayError::Restricted(sign) => Stop::Restricted {
            instance: stored.instance.clone(),
            sign,
        },
        error => Stop::Gateway {
            instance: stored.instance.clone(),
            error,
        },
    };
    match gateway.resolve(std::slice::from_ref(&stored.phone)) {
        Ok(answers) => {
            let canonical = answers.into_iter().next().and_then(|r| r.canonical);
            ctx.outbox
                .save_canonical(&stored.phone, canonical.as_ref(), now)?;
            Ok(canonical.map_or(Resolution::NotOnWhatsApp, Resolution::To))
        }
        Err(error) => Ok(Resolution::Stop(stop(error))),
    }
}

fn settle_rest(
    ctx: &mut SendContext<'_>,
    id: NoticeId,
    event: PartEvent,
    reason: &str,
) -> Result<(), SendError> {
    let Some(notice) = ctx.outbox.notice(id)? else {
        return Ok(());
    };
    let queued: Vec<_> = notice
        .parts
        .iter()
        .filter(|p| p.state == PartState::Queued)
        .map(|p| p.key)
        .collect();
    let now = ctx.clock.now();
    Ok(ctx.outbox.settle_queued(&queued, event, reason, now)?)
}

/// Sends the queued parts in order, until one is unsettled or the run must stop.
fn send_parts(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    id: NoticeId,
    dossier: &Dossier,
    to: &CanonicalId,
    request: &SendRequest,
    report: &mut SendReport,
) -> Result<Done, SendError> {
    let mut departed = false;
    let mut unclear = false;
    let mut stop = None;
    let mut gone = None;
    let Some(mut notice) = ctx.outbox.notice(id)? else {
        return Ok(Done::default());
    };
    let last = notice.parts.len();
    for seq in 0..last {
        // Another worker may have rebuilt it, with fewer parts, before the first of them left.
        let Some(stored) = notice.parts.get(seq) else {
            break;
        };
        if stored.state.is_settled() {
            continue;
        }
        if stored.state != PartState::Queued {
            break;
        }
        let now = ctx.clock.now();
        if ctx.clock.stopping() {
            stop = Some(Stop::Interrupted);
            break;
        }
        if !request.ignore_window && !ctx.shop.may_send(now) {
            stop = Some(Stop::Window(ctx.shop.next_opening(now)));
            break;
        }
        let content = match dossier.content(ctx.shop, &Letter::of_notice(&notice), &stored.kind) {
            Ok(content) => content,
            // What the ERP does not show any more (a customer whose row cannot be read) stops this notice only: it
            // waits, and expires when its days are over.
            Err(error @ DossierError::Gone(_)) => {
                gone = Some(format!("gone: {error}"));
                break;
            }
            Err(error) => return Err(error.into()),
        };
        let is_last = notice.parts[seq + 1..]
            .iter()
            .all(|p| p.state != PartState::Queued);
        let result = loop {
            match part::send(ctx, gateway, &notice, seq, to, &content, is_last)? {
                // It closed during a pause, and whoever started this run wants it to go on.
                PartResult::Stop(Stop::Window(_)) if request.ignore_window => {}
                result => break result,
            }
        };
        let key = notice.parts[seq].key;
        match result {
            PartResult::Settled(state) => {
                departed = true;
                (ctx.on_event)(&SendEvent::Part { key, state });
                if state.is_accepted() {
                    report.accepted += 1;
                } else if state == PartState::Failed && notice.parts[seq].kind == PartKind::Text {
                    settle_rest(ctx, id, PartEvent::Skip, "text_failed")?;
                    break;
                }
            }
            PartResult::Unknown => {
                departed = true;
                unclear = true;
                report.unknown.push(key);
                (ctx.on_event)(&SendEvent::Part {
                    key,
                    state: PartState::Unknown,
                });
                break;
            }
            PartResult::Late => {
                report.late_answers.push(key);
                break;
            }
            PartResult::NotNow => break,
            PartResult::Stop(why) => {
                stop = Some(why);
                break;
            }
        }
        match ctx.outbox.notice(id)? {
            Some(fresh) => notice = fresh,
            None => break,
        }
    }
    let now = current(ctx, id)?;
    Ok(Done {
        departed,
        unclear,
        stop,
        reason: gone.or(now.reason),
        ..now
    })
}

/// Whether a refusal is for good, and if not, whether it is of use to go on with other customers.
pub fn is_for_good(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::NotOnWhatsApp | Rejection::InvalidRequest(_))
}

/// Waits, unless the program was asked to stop.
pub fn pause(clock: &dyn Clock, duration: std::time::Duration) -> bool {
    duration.is_zero() || clock.sleep(duration)
}
