//! One part: the intent is committed, then the request leaves, then the outcome is committed. Between the first and
//! the last the process may die at any point; [`super::settle`] finds what it left behind.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::notice::{PartEvent, PartState};
use crate::domain::retry::{ATTEMPTS_A_RUN, longest_backoff};
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{CanonicalId, Content, Gateway, Rejection, SendOutcome};
use crate::ports::outbox::{Begin, Begun, Notice, Outcome, Recorded};

use super::notice::{is_for_good, pause};
use super::{SendContext, SendError, SendEvent, Stop};

/// What became of a part in this run.
#[derive(Debug)]
pub enum PartResult {
    /// Accepted or failed for good.
    Settled(PartState),
    /// Nobody knows.
    Unknown,
    /// The answer came after another attempt was begun.
    Late,
    /// Not ours to send now.
    NotNow,
    /// The run must stop for this instance.
    Stop(Stop),
}

/// How much longer than the request's own limit a lease lasts. A worker that took longer than this from the claim
/// to the request starts nothing.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// "typing..." is shown for about so long before a text.
const TYPING: Duration = Duration::from_secs(2);

/// Sends one part, trying again while its refusal is proven and another try may help.
///
/// # Errors
/// [`SendError`].
pub fn send(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    notice: &Notice,
    index: usize,
    to: &CanonicalId,
    content: &Content,
    is_last: bool,
) -> Result<PartResult, SendError> {
    let part = &notice.parts[index];
    let (text, file_name) = match content {
        Content::Text(text) => (Some(text.clone()), None),
        Content::Document { file_name, .. } => (None, Some(file_name.clone())),
    };
    let mut tries = 0;
    loop {
        let (low, high) = if is_last {
            ctx.shop.pace.contact_gap
        } else {
            ctx.shop.pace.part_gap
        };
        let now = ctx.clock.now();
        let today = ctx.shop.today(now);
        let daily_cap = daily_cap(ctx, notice, today)?;
        let before = ctx.clock.monotonic();
        let begun = ctx.outbox.begin(&Begin {
            part: part.key,
            owner: ctx.owner.clone(),
            lease: gateway.send_timeout() + LEASE_MARGIN,
            to: to.clone(),
            text: text.clone(),
            file_name: file_name.clone(),
            now,
            today,
            gap: ctx.random.between(low, high),
            daily_cap,
        })?;
        let (attempt, message_id) = match begun {
            Begun::Go { attempt, message_id } => {
                (ctx.on_event)(&SendEvent::Departs(part.key));
                (attempt, message_id)
            }
            Begun::NotNow => return Ok(PartResult::NotNow),
            Begun::CapReached => {
                return Ok(PartResult::Stop(Stop::CapReached {
                    instance: notice.instance.clone(),
                }));
            }
            Begun::Wait(wait) => {
                (ctx.on_event)(&SendEvent::Pause(wait));
                if !pause(ctx.clock, wait) {
                    return Ok(PartResult::Stop(Stop::Interrupted));
                }
                if let Some(closed) = closed_since(ctx, now) {
                    return Ok(PartResult::Stop(closed));
                }
                continue;
            }
        };

        failpoint::reached(Step::AfterClaim);
        // From here until the outcome is recorded nothing may return early.
        let outcome = if ctx.clock.monotonic().saturating_sub(before) >= LEASE_MARGIN {
            // The claim took so long that the lease may not outlast the request: nothing left, and that is proven.
            SendOutcome::Rejected(Rejection::Unreachable("the claim took too long".to_owned()))
        } else {
            if ctx.shop.pace.shows_typing() && matches!(content, Content::Text(_)) {
                gateway.typing(to, TYPING);
            }
            gateway.send(&message_id, to, content)
        };
        failpoint::reached(Step::AfterRequest);
        let record = recordable(ctx, &outcome, attempt);
        let recorded = ctx.outbox.record(part.key, attempt, &record)?;
        failpoint::reached(Step::AfterRecord);
        let state = match recorded {
            Recorded::Now(state) => state,
            Recorded::LateAnswer => return Ok(PartResult::Late),
        };
        let rejection = match outcome {
            SendOutcome::Accepted { .. } => return Ok(PartResult::Settled(state)),
            // Unless somebody else found out meanwhile.
            SendOutcome::Ambiguous { .. } if state == PartState::Unknown => return Ok(PartResult::Unknown),
            SendOutcome::Ambiguous { .. } if state.is_settled() => return Ok(PartResult::Settled(state)),
            SendOutcome::Ambiguous { .. } => return Ok(PartResult::NotNow),
            SendOutcome::Rejected(rejection) if is_for_good(&rejection) => {
                return Ok(PartResult::Settled(state));
            }
            SendOutcome::Rejected(rejection) => rejection,
        };
        tries += 1;
        let hopeless = matches!(rejection, Rejection::Unauthorized | Rejection::UnknownInstance);
        if hopeless || tries >= ATTEMPTS_A_RUN {
            let instance = notice.instance.clone();
            return Ok(PartResult::Stop(Stop::Refused { instance, rejection }));
        }
        let wait = match &rejection {
            Rejection::RateLimited {
                retry_after: Some(after),
            } => *after,
            _ => ctx.random.between(Duration::ZERO, longest_backoff(tries)),
        };
        (ctx.on_event)(&SendEvent::Pause(wait));
        if !pause(ctx.clock, wait) {
            return Ok(PartResult::Stop(Stop::Interrupted));
        }
        if let Some(closed) = closed_since(ctx, now) {
            return Ok(PartResult::Stop(closed));
        }
    }
}

/// The window closed during a pause.
fn closed_since(ctx: &SendContext<'_>, then: DateTime<Utc>) -> Option<Stop> {
    let now = ctx.clock.now();
    (ctx.shop.may_send(then) && !ctx.shop.may_send(now)).then(|| Stop::Window(ctx.shop.next_opening(now)))
}

/// Contacts that the instance may write to today.
fn daily_cap(
    ctx: &mut SendContext<'_>,
    notice: &Notice,
    today: chrono::NaiveDate,
) -> Result<Option<u32>, SendError> {
    if ctx.shop.pace.daily_cap.is_none() && !ctx.shop.pace.warm_up {
        return Ok(None);
    }
    let first_used_on = ctx
        .outbox
        .instances(today)?
        .into_iter()
        .find(|i| i.instance == notice.instance)
        .and_then(|i| i.first_used_on);
    Ok(ctx.shop.pace.cap_on(today, first_used_on))
}

/// What to record about an outcome.
fn recordable(ctx: &SendContext<'_>, outcome: &SendOutcome, attempt: u32) -> Outcome {
    let now = ctx.clock.now();
    let base = Outcome {
        event: PartEvent::Accept,
        gateway_id: None,
        reason: None,
        next_try_at: None,
        now,
    };
    match outcome {
        SendOutcome::Accepted { gateway_id, .. } => Outcome {
            gateway_id: Some(gateway_id.clone()),
            ..base
        },
        SendOutcome::Ambiguous { detail } => Outcome {
            event: PartEvent::Ambiguous,
            reason: Some(format!("ambiguous: {detail}")),
            ..base
        },
        SendOutcome::Rejected(rejection) => {
            let reason = match rejection {
                Rejection::Unreachable(detail) => format!("unreachable: {detail}"),
                Rejection::RateLimited { .. } => "rate_limited".to_owned(),
                Rejection::NotOnWhatsApp => "not_on_whatsapp".to_owned(),
                Rejection::InvalidRequest(detail) => format!("invalid_request: {detail}"),
                Rejection::Unauthorized => "unauthorized".to_owned(),
                Rejection::UnknownInstance => "unknown_instance".to_owned(),
            };
            let event = if is_for_good(rejection) {
                PartEvent::RefusedForGood
            } else {
                PartEvent::RefusedForNow
            };
            let next_try_at = match rejection {
                Rejection::RateLimited { retry_after } => {
                    let wait = retry_after.unwrap_or_else(|| longest_backoff(attempt));
                    chrono::Duration::from_std(wait).ok().map(|wait| now + wait)
                }
                _ => None,
            };
            Outcome {
                event,
                reason: Some(reason),
                next_try_at,
                ..base
            }
        }
    }
}
