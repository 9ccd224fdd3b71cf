//! One notice: its first departure rebuilds everything from a fresh read; a resume goes on where it stopped.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::domain::ids::ReceivableId;
use crate::domain::notice::{
    Ending, NoticeId, NoticeState, PartEvent, PartKey, PartKind, PartState, notice_state, parts_of,
};
use crate::domain::selection::Selected;
use crate::ports::clock::Clock;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{CanonicalId, Content, Gateway, GatewayError, Rejection};
use crate::ports::outbox::{Departure, Notice, NoticeItem, OutboxError};

use super::super::choose::past;
use super::super::dossier::{Dossier, DossierError, Letter};
use super::super::ground::GroundError;
use super::super::shop::Shop;
use super::part::{self, PartResult, Ready};
use super::workers::Run;
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
    run: &Run<'_>,
    report: &mut SendReport,
) -> Result<Done, SendError> {
    let Some(stored) = ctx.ask(|outbox| outbox.notice(id))? else {
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
    let started = ctx.clock.monotonic();
    let mut snapshot = ctx.erp.snapshot().map_err(GroundError::from)?;
    let dossier = Dossier::read(&mut *snapshot, ctx.shop, &stored.customer, ctx.shop.local(now))?;
    ctx.spent.erp += ctx.clock.monotonic().saturating_sub(started);
    // A snapshot that stays open for the second that an unpaced notice takes keeps the server from clearing up after
    // each of its commits: half as many pages are written. Where there are pauses, nothing is held open over them.
    let _open = (!ctx.shop.pace.has_part_gaps()).then_some(snapshot);
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
                let ended = ctx.ask(|outbox| outbox.end_untouched(id, Ending::Skipped, &reason, now))?;
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
                ctx.ask(|outbox| outbox.end_untouched(id, Ending::Failed, reason, now))?;
            } else {
                settle_rest(ctx, id, PartEvent::Skip, reason)?;
            }
            return current(ctx, id);
        }
    };
    failpoint::reached(Step::AfterResolve);
    send_parts(ctx, gateway, id, &dossier, &to, run, report)
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
    let notice = ctx.ask(|outbox| outbox.notice(id))?;
    Ok(Done {
        state: notice.as_ref().map(|n| n.state),
        reason: notice.and_then(|n| n.reason),
        ..Done::default()
    })
}

/// The same after its parts were worked on. What all was accepted needs no look; and when Ctrl-C breaks the look off,
/// what is known of its parts stands: it must not be counted as waiting.
fn ended(ctx: &mut SendContext<'_>, notice: &Notice) -> Result<Done, SendError> {
    let states: Vec<PartState> = notice.parts.iter().map(|p| p.state).collect();
    let known = Done {
        state: Some(notice_state(None, &states)),
        ..Done::default()
    };
    if states.iter().all(|state| state.is_accepted()) {
        return Ok(known);
    }
    match current(ctx, notice.id) {
        Err(error) if error.is_interruption() => Ok(known),
        current => current,
    }
}

/// Selection re-run for the actual day, for this contact and branch. `Err`: why nothing fires any more.
fn reselect(
    ctx: &mut SendContext<'_>,
    dossier: &Dossier,
    stored: &Notice,
) -> Result<Result<Selected, String>, SendError> {
    let firing = dossier.debtors.firing(&dossier.ground, ctx.shop, dossier.day);
    let memory = ctx.ask(|outbox| outbox.memory(&firing))?;
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
    if says_the_same(stored, &departure) {
        // What the scan stored still stands, and `begin` finds out whether it is untouched.
        return Ok(true);
    }
    match ctx.ask(|outbox| outbox.rebuild(stored.id, &departure)) {
        Ok(ready) => Ok(ready),
        // Another notice took a stage since the read: leave this one for the next run.
        Err(OutboxError::ClaimTaken) => Ok(false),
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
        ctx.ask(|outbox| outbox.settle_queued(&keys(&queued), PartEvent::Expire, "days_over", now))?;
        return Ok(false);
    }
    let memory = ctx.ask(|outbox| outbox.memory(&[]))?;
    if memory.opted_out.contains(&stored.phone) {
        ctx.ask(|outbox| outbox.settle_queued(&keys(&queued), PartEvent::Skip, "opted_out", now))?;
        return Ok(false);
    }
    // A crash came between the refusal and this: boletos never arrive bare.
    let text = stored.parts.iter().find(|p| p.kind == PartKind::Text);
    if text.is_some_and(|text| text.state == PartState::Failed) {
        ctx.ask(|outbox| outbox.settle_queued(&keys(&queued), PartEvent::Skip, "text_failed", now))?;
        return Ok(false);
    }
    let open = dossier.open_of(stored);
    if open.is_empty() {
        ctx.ask(|outbox| outbox.settle_queued(&keys(&queued), PartEvent::Skip, "paid", now))?;
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
            ctx.ask(|outbox| outbox.settle_queued(parts, PartEvent::Skip, reason, now))?;
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
    if let Some((at, Some(canonical))) = ctx.ask(|outbox| outbox.canonical(&stored.phone))?
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
        error => Stop::Gateway {
            instance: stored.instance.clone(),
            error,
        },
    };
    match gateway.resolve(std::slice::from_ref(&stored.phone)) {
        Ok(answers) => {
            let canonical = answers.into_iter().next().and_then(|r| r.canonical);
            ctx.ask(|outbox| outbox.save_canonical(&stored.phone, canonical.as_ref(), now))?;
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
    let Some(notice) = ctx.ask(|outbox| outbox.notice(id))? else {
        return Ok(());
    };
    let queued: Vec<_> = notice
        .parts
        .iter()
        .filter(|p| p.state == PartState::Queued)
        .map(|p| p.key)
        .collect();
    let now = ctx.clock.now();
    Ok(ctx.ask(|outbox| outbox.settle_queued(&queued, event, reason, now))?)
}

/// Sends the queued parts in order, until one is unsettled or the run must stop.
fn send_parts(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    id: NoticeId,
    dossier: &Dossier,
    to: &CanonicalId,
    run: &Run<'_>,
    report: &mut SendReport,
) -> Result<Done, SendError> {
    let mut departed = false;
    let mut unclear = false;
    let mut stop = None;
    let mut gone = None;
    let Some(mut notice) = ctx.ask(|outbox| outbox.notice(id))? else {
        return Ok(Done::default());
    };
    // Parts that follow each other without a pause are made beforehand, so that the outcome of one and the intent of
    // the next can be one commit. Otherwise each is made when its turn comes.
    let mut contents: Vec<Option<Content>> = vec![None; notice.parts.len()];
    if !ctx.shop.pace.has_part_gaps() {
        let letter = Letter::of_notice(&notice);
        for (part, content) in notice.parts.iter().zip(&mut contents) {
            if part.state == PartState::Queued {
                // One that cannot be made says so when its turn comes.
                *content = make(ctx, dossier, &letter, &part.kind).ok();
            }
        }
    }
    // Begun already, with the outcome of the part before it.
    let mut claim = None;
    let mut seq = 0;
    while seq < notice.parts.len() {
        let stored = &notice.parts[seq];
        if stored.state.is_settled() {
            seq += 1;
            continue;
        }
        if stored.state != PartState::Queued {
            break;
        }
        if claim.is_none() {
            if ctx.clock.stopping() {
                stop = Some(Stop::Interrupted);
                break;
            }
            if let Some(closed) = window_closed(ctx, run.request) {
                stop = Some(closed);
                break;
            }
        }
        let content = match contents[seq].take() {
            Some(content) => content,
            None => match make(ctx, dossier, &Letter::of_notice(&notice), &stored.kind) {
                Ok(content) => content,
                // What the ERP does not show any more (a customer whose row cannot be read) stops this notice only: it
                // waits, and expires when its days are over.
                Err(SendError::Dossier(error @ DossierError::Gone(_))) => {
                    gone = Some(format!("gone: {error}"));
                    break;
                }
                Err(error) => return Err(error),
            },
        };
        let is_last = |index: usize| {
            notice.parts[index + 1..]
                .iter()
                .all(|p| p.state != PartState::Queued)
        };
        let ready = Ready {
            index: seq,
            content: &content,
            is_last: is_last(seq),
            run,
        };
        let next = contents.get(seq + 1).and_then(|content| {
            let open = window_closed(ctx, run.request).is_none() && !run.is_stopped();
            Some(Ready {
                index: seq + 1,
                content: content.as_ref().filter(|_| open)?,
                is_last: is_last(seq + 1),
                run,
            })
        });
        let (result, next_claim) = loop {
            match part::send(ctx, gateway, &notice, to, &ready, claim.take(), next.as_ref())? {
                // It closed during a pause, and whoever started this run wants it to go on.
                (PartResult::Stop(Stop::Window(_)), None) if run.request.ignore_window => {}
                done => break done,
            }
        };
        claim = next_claim;
        let key = notice.parts[seq].key;
        match result {
            PartResult::Settled(state) => {
                departed = true;
                notice.parts[seq].state = state;
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
                notice.parts[seq].state = PartState::Unknown;
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
            PartResult::NotNow => {
                // Somebody else may have settled it: then what comes after it is ours still.
                match ctx.ask(|outbox| outbox.notice(id))? {
                    Some(fresh) if fresh.parts.get(seq).is_some_and(|p| p.state.is_settled()) => {
                        notice = fresh;
                        contents = vec![None; notice.parts.len()];
                    }
                    _ => break,
                }
            }
            PartResult::Stop(why) => {
                stop = Some(why);
                break;
            }
        }
        seq += 1;
    }
    let now = ended(ctx, &notice)?;
    Ok(Done {
        departed,
        unclear,
        stop,
        reason: gone.or(now.reason),
        ..now
    })
}

/// A text or a document, by the watch.
fn make(
    ctx: &mut SendContext<'_>,
    dossier: &Dossier,
    letter: &Letter,
    part: &PartKind,
) -> Result<Content, SendError> {
    let started = ctx.clock.monotonic();
    let content = dossier.content(ctx.shop, letter, part)?;
    ctx.spent.documents += ctx.clock.monotonic().saturating_sub(started);
    Ok(content)
}

/// The window has closed since the run began.
fn window_closed(ctx: &SendContext<'_>, request: &SendRequest) -> Option<Stop> {
    let now = ctx.clock.now();
    (!request.ignore_window && !ctx.shop.may_send(now)).then(|| Stop::Window(ctx.shop.next_opening(now)))
}

/// Whether a refusal is for good, and if not, whether it is of use to go on with other customers.
pub fn is_for_good(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::NotOnWhatsApp | Rejection::InvalidRequest(_))
}

/// Waits, unless the program was asked to stop.
pub fn pause(clock: &dyn Clock, duration: std::time::Duration) -> bool {
    duration.is_zero() || clock.sleep(duration)
}
