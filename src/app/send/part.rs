//! One part: the intent is committed, then the request leaves, then the outcome is committed. Between the first and
//! the last the process may die at any point; [`super::settle`] finds what it left behind.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::notice::{MessageId, PartEvent, PartKey, PartState};
use crate::domain::pacing::Pace;
use crate::domain::retry::{ATTEMPTS_A_RUN, longest_backoff};
use crate::ports::erp::DatabaseError;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{Content, Gateway, Rejection, SendOutcome};
use crate::ports::outbox::{Begin, Begun, Notice, OutboxError, Outcome, Recorded};

use super::notice::{To, is_for_good, pause};
use super::workers::Run;
use super::{SendContext, SendError, SendEvent, Stop, restricted};

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

/// A committed intent: its request must leave, or its end be recorded.
#[derive(Debug)]
pub struct Claim {
    attempt: u32,
    message_id: MessageId,
    /// When its claiming began, by the monotonic clock.
    since: Duration,
}

/// A part that is ready to leave.
#[derive(Debug)]
pub struct Ready<'a> {
    /// Its place in the notice.
    pub index: usize,
    /// What it carries.
    pub content: &'a Content,
    /// Nothing of the notice was sent before it in this run.
    pub is_first: bool,
    /// Nothing of the notice comes after it.
    pub is_last: bool,
    /// The run that sends it.
    pub run: &'a Run<'a>,
}

/// How much longer than the request's own limit a lease lasts. A worker that took longer than this from the claim
/// to the request starts nothing.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// "typing..." is shown for about so long before a text.
const TYPING: Duration = Duration::from_secs(2);

/// Sends one part, trying again while its refusal is proven and another try may help. `claim`: it was begun already.
/// `next`: once this part is accepted it may be begun in the same commit, when no pause lies between; its claim is the
/// second answer.
///
/// # Errors
/// [`SendError`].
pub fn send(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    notice: &Notice,
    to: &To,
    ready: &Ready<'_>,
    mut claim: Option<Claim>,
    next: Option<&Ready<'_>>,
) -> Result<(PartResult, Option<Claim>), SendError> {
    let part = &notice.parts[ready.index];
    let mut tries = 0;
    loop {
        let asked = ctx.clock.now();
        let Claim {
            attempt,
            message_id,
            since,
        } = match claim.take() {
            Some(claim) => claim,
            None => {
                if ready.run.is_stopped() {
                    let stop = ready.run.stopped_by_another(&notice.instance);
                    return Ok((stop.map_or(PartResult::NotNow, PartResult::Stop), None));
                }
                let intent = intent(ctx, gateway, notice, to, ready)?;
                let since = ctx.clock.monotonic();
                match ctx.ask(|outbox| outbox.begin(&intent))? {
                    Begun::Go { attempt, message_id } => Claim {
                        attempt,
                        message_id,
                        since,
                    },
                    Begun::NotNow => return Ok((PartResult::NotNow, None)),
                    Begun::CapReached => {
                        let instance = notice.instance.clone();
                        return Ok((PartResult::Stop(Stop::CapReached { instance }), None));
                    }
                    Begun::Restricted(restriction) => {
                        let stop = restricted(&notice.instance, restriction);
                        return Ok((PartResult::Stop(stop), None));
                    }
                    Begun::Wait(wait) => {
                        (ctx.on_event)(&SendEvent::Pause(wait));
                        if !pause(ctx.clock, wait) {
                            return Ok((PartResult::Stop(Stop::Interrupted), None));
                        }
                        if let Some(closed) = closed_since(ctx, asked) {
                            return Ok((PartResult::Stop(closed), None));
                        }
                        continue;
                    }
                }
            }
        };
        (ctx.on_event)(&SendEvent::Departs(part.key));
        failpoint::reached(Step::AfterClaim);
        // From here until the outcome is recorded nothing may return early.
        let outcome = if ctx.clock.monotonic().saturating_sub(since) >= LEASE_MARGIN {
            // The claim took so long that the lease may not outlast the request: nothing left, and that is proven.
            SendOutcome::Rejected(Rejection::Unreachable("the claim took too long".to_owned()))
        } else {
            if ctx.shop.pace.shows_typing() && matches!(ready.content, Content::Text(_)) {
                gateway.typing(&to.id, TYPING);
            }
            let asked = ctx.clock.monotonic();
            let outcome = gateway.send(&message_id, &to.id, ready.content);
            ctx.spent.gateway += ctx.clock.monotonic().saturating_sub(asked);
            outcome
        };
        if gateway.restriction().is_some() {
            // From this moment on nobody begins anything more; what came with the sign is recorded as it is.
            ready.run.restricted(&notice.instance);
        }
        failpoint::reached(Step::AfterRequest);
        let wait = backoff(ctx, &outcome, tries + 1);
        let record = recordable(ctx, &outcome, wait);
        let next =
            next.filter(|_| matches!(outcome, SendOutcome::Accepted { .. }) && !ready.run.is_stopped());
        let (recorded, next_claim) =
            record_and_claim(ctx, gateway, notice, to, (part.key, attempt, &record), next)?;
        failpoint::reached(Step::AfterRecord);
        let state = match recorded {
            Recorded::Now(state) => state,
            Recorded::LateAnswer => return Ok((PartResult::Late, None)),
        };
        let rejection = match outcome {
            SendOutcome::Accepted { .. } => return Ok((PartResult::Settled(state), next_claim)),
            // Unless somebody else found out meanwhile.
            SendOutcome::Ambiguous { .. } if state == PartState::Unknown => {
                return Ok((PartResult::Unknown, None));
            }
            SendOutcome::Ambiguous { .. } if state.is_settled() => {
                return Ok((PartResult::Settled(state), None));
            }
            SendOutcome::Ambiguous { .. } => return Ok((PartResult::NotNow, None)),
            SendOutcome::Rejected(rejection) if is_for_good(&rejection) => {
                return Ok((PartResult::Settled(state), None));
            }
            SendOutcome::Rejected(rejection) => rejection,
        };
        tries += 1;
        if let Some(stop) = before_next_try(ctx, notice, rejection, (tries, wait), asked) {
            return Ok((PartResult::Stop(stop), None));
        }
    }
}

/// How long a refused part waits before its next try: what the gateway asks for, else drawn from zero to a bound that
/// doubles with each try (full jitter).
fn backoff(ctx: &SendContext<'_>, outcome: &SendOutcome, tries: u32) -> Duration {
    match outcome {
        SendOutcome::Rejected(Rejection::RateLimited {
            retry_after: Some(after),
        }) => *after,
        SendOutcome::Rejected(_) => ctx.random.between(Duration::ZERO, longest_backoff(tries)),
        _ => Duration::ZERO,
    }
}

/// Waits before a part is tried once more; `Some`: it is of no use to try it again in this run.
fn before_next_try(
    ctx: &mut SendContext<'_>,
    notice: &Notice,
    rejection: Rejection,
    (tries, wait): (u32, Duration),
    asked: DateTime<Utc>,
) -> Option<Stop> {
    let hopeless = matches!(rejection, Rejection::Unauthorized | Rejection::UnknownInstance);
    if hopeless || tries >= ATTEMPTS_A_RUN {
        let instance = notice.instance.clone();
        return Some(Stop::Refused { instance, rejection });
    }
    (ctx.on_event)(&SendEvent::Pause(wait));
    if !pause(ctx.clock, wait) {
        return Some(Stop::Interrupted);
    }
    closed_since(ctx, asked)
}

/// The intent to send a part, at this moment.
fn intent(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    notice: &Notice,
    to: &To,
    ready: &Ready<'_>,
) -> Result<Begin, SendError> {
    let (low, high) = gap_after(&ctx.shop.pace, ready.is_last);
    let (text, file_name) = match ready.content {
        Content::Text(text) => (Some(text.clone()), None),
        Content::Document { file_name, .. } => (None, Some(file_name.clone())),
    };
    let now = ctx.clock.now();
    let today = ctx.shop.today(now);
    let daily_cap = daily_cap(ctx, notice, today)?;
    Ok(Begin {
        part: notice.parts[ready.index].key,
        revision: notice.revision,
        owner: ctx.owner.clone(),
        lease: gateway.send_timeout() + LEASE_MARGIN,
        to: to.id.clone(),
        resolved_at: to.resolved_at.filter(|_| ready.is_first),
        text,
        file_name,
        now,
        today,
        gap: ctx.random.between(low, high),
        daily_cap,
    })
}

fn gap_after(pace: &Pace, is_last: bool) -> (Duration, Duration) {
    if is_last { pace.contact_gap } else { pace.part_gap }
}

/// Records an outcome, and begins the next part with it where there is one to begin. Whatever becomes of that, the
/// outcome must be on record.
fn record_and_claim(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    notice: &Notice,
    to: &To,
    (part, attempt, outcome): (PartKey, u32, &Outcome),
    next: Option<&Ready<'_>>,
) -> Result<(Recorded, Option<Claim>), SendError> {
    let since = ctx.clock.monotonic();
    if let Some(next) = next.filter(|_| !ctx.clock.stopping())
        && let Ok(intent) = intent(ctx, gateway, notice, to, next)
    {
        match ctx.ask(|outbox| outbox.record_and_begin(part, attempt, outcome, &intent)) {
            Ok((recorded, Begun::Go { attempt, message_id })) => {
                let claim = Claim {
                    attempt,
                    message_id,
                    since,
                };
                return Ok((recorded, Some(claim)));
            }
            // Its own turn will show why not.
            Ok((recorded, _)) => return Ok((recorded, None)),
            // All fresh connections were asked for already; nobody knows, or nothing is to be had.
            Err(error @ OutboxError::OutcomeUncertain(_)) => return Err(error.into()),
            Err(
                error @ OutboxError::Database(
                    DatabaseError::ConnectionLost { .. }
                    | DatabaseError::TimedOut { .. }
                    | DatabaseError::Unreachable { .. },
                ),
            ) => return Err(error.into()),
            // Neither happened: the outcome goes on record alone.
            Err(_) => {}
        }
    }
    Ok((ctx.ask(|outbox| outbox.record(part, attempt, outcome))?, None))
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
        .ask(|outbox| outbox.instances(today))?
        .into_iter()
        .find(|i| i.instance == notice.instance)
        .and_then(|i| i.first_used_on);
    Ok(ctx.shop.pace.cap_on(today, first_used_on))
}

/// What to record about an outcome; `wait`: for so long this worker, and every other one, leaves the part alone.
fn recordable(ctx: &SendContext<'_>, outcome: &SendOutcome, wait: Duration) -> Outcome {
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
                Rejection::RateLimited { .. } => chrono::Duration::from_std(wait).ok().map(|wait| now + wait),
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
