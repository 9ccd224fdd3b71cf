//! One notice: what of it still stands is found by a fresh read, its number is resolved, its parts leave in order.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::notice::{Ending, NoticeId, NoticeState, PartEvent};
use crate::ports::clock::Clock;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{CanonicalId, Gateway, GatewayError, LinkState, Rejection};
use crate::ports::outbox::Notice;

use super::super::dossier::Dossier;
use super::super::ground::GroundError;
use super::departure::{Standing, depart, is_untouched, reselect, resume};
use super::sequence::send_parts;
use super::workers::Run;
use super::{SendContext, SendError, SendEvent, SendReport, Stop};

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
    /// Its number could not be asked about, and nothing of it left.
    pub unresolved: Option<GatewayError>,
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
    let standing = if untouched {
        match reselect(ctx, &dossier, &stored)? {
            Ok(selected) => {
                let standing = depart(ctx, &stored, &selected)?;
                failpoint::reached(Step::AfterRebuild);
                standing
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
    if standing == Standing::Over {
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
        Resolution::Later(error) => {
            tracing::warn!(notice = %id, %error, "no answer about its number: it waits");
            return Ok(Done {
                unresolved: Some(error),
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
    // What was read stands; what another worker does to it before the first part is begun, its revision tells.
    let notice = match standing {
        Standing::AsStored => stored,
        _ => match ctx.ask(|outbox| outbox.notice(id))? {
            Some(notice) => notice,
            None => return Ok(Done::default()),
        },
    };
    send_parts(ctx, gateway, notice, &dossier, &to, run, report)
}

/// What the outbox says of a notice now.
pub(super) fn current(ctx: &mut SendContext<'_>, id: NoticeId) -> Result<Done, SendError> {
    let notice = ctx.ask(|outbox| outbox.notice(id))?;
    Ok(Done {
        state: notice.as_ref().map(|n| n.state),
        reason: notice.and_then(|n| n.reason),
        ..Done::default()
    })
}

/// Whom a notice goes to.
#[derive(Debug)]
pub struct To {
    /// The recipient as the gateway names it.
    pub id: CanonicalId,
    /// When the gateway said so, where it was asked just now: goes on record with the first part that is begun.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// What became of the question whose number it is.
enum Resolution {
    To(To),
    NotOnWhatsApp,
    /// No answer about this number: the notice waits, and those behind it are not held up.
    Later(GatewayError),
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
        return Ok(Resolution::To(To {
            id: canonical,
            resolved_at: None,
        }));
    }
    let instance = || stored.instance.clone();
    let error = match gateway.resolve(std::slice::from_ref(&stored.phone)) {
        Ok(answers) => {
            let Some(id) = answers.into_iter().next().and_then(|r| r.canonical) else {
                ctx.ask(|outbox| outbox.save_canonical(&stored.phone, None, now))?;
                return Ok(Resolution::NotOnWhatsApp);
            };
            return Ok(Resolution::To(To {
                id,
                resolved_at: Some(now),
            }));
        }
        Err(error) => error,
    };
    Ok(match error {
        // It may be this number alone: a gateway that fails on it would else hold up everybody behind it, in every run.
        GatewayError::TimedOut(_) | GatewayError::Refused { .. } | GatewayError::UnexpectedAnswer { .. } => {
            Resolution::Later(error)
        }
        GatewayError::NotConnected => Resolution::Stop(Stop::NotPaired {
            instance: instance(),
            state: LinkState::Closed {
                removed: false,
                reason: None,
            },
        }),
        error => Resolution::Stop(Stop::Gateway {
            instance: instance(),
            error,
        }),
    })
}

/// Settles the parts that are still queued.
pub(super) fn settle_rest(
    ctx: &mut SendContext<'_>,
    id: NoticeId,
    event: PartEvent,
    reason: &str,
) -> Result<(), SendError> {
    let Some(notice) = ctx.ask(|outbox| outbox.notice(id))? else {
        return Ok(());
    };
    let queued: Vec<_> = notice.queued().map(|p| p.key).collect();
    let now = ctx.clock.now();
    Ok(ctx.ask(|outbox| outbox.settle_queued(&queued, event, reason, now))?)
}

/// A refusal of this message to this number that no repetition will change.
pub fn is_for_good(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::NotOnWhatsApp | Rejection::InvalidRequest(_))
}

/// Waits, unless the program was asked to stop.
pub fn pause(clock: &dyn Clock, duration: Duration) -> bool {
    duration.is_zero() || clock.sleep(duration)
}
