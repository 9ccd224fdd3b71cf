//! One instance: its link, its notices in order, and what makes it stop before the last of them.

use crate::domain::ids::InstanceId;
use crate::domain::notice::{NoticeId, NoticeState};
use crate::ports::gateway::{Gateway, GatewayError, LinkState};

use super::notice::{self, Done};
use super::restriction::remember;
use super::workers::Run;
use super::{SendContext, SendError, SendEvent, SendReport, Stop};

/// So many notices in a row with an answer that proves nothing, or with none about their number, open the circuit breaker.
const UNCLEAR_IN_A_ROW: usize = 3;

/// Works through the notices of one instance; why it stopped early is among the stops of its report.
pub fn send_instance(
    ctx: &mut SendContext<'_>,
    run: &Run<'_>,
    instance: &InstanceId,
    notices: &[NoticeId],
    report: &mut SendReport,
) -> Result<(), SendError> {
    let stop = until_stopped(ctx, run, instance, notices, report)?;
    report.stops.extend(stop);
    Ok(())
}

/// The same. `Some`: it stopped early.
fn until_stopped(
    ctx: &mut SendContext<'_>,
    run: &Run<'_>,
    instance: &InstanceId,
    notices: &[NoticeId],
    report: &mut SendReport,
) -> Result<Option<Stop>, SendError> {
    let gateway = match (ctx.gateway)(instance) {
        Ok(gateway) => gateway,
        Err(error) => {
            return Ok(Some(Stop::Gateway {
                instance: instance.clone(),
                error,
            }));
        }
    };
    if let Some(stop) = link_down(&*gateway, instance) {
        // That WhatsApp has ended the link is remembered; nothing was under way, so the others go on.
        report.stops.extend(remember(ctx, &*gateway, instance)?);
        return Ok(Some(stop));
    }
    let mut passed_over = None;
    let stop = one_after_the_other(ctx, &*gateway, run, instance, notices, (report, &mut passed_over))?;
    // What kept them from leaving is told once, as a stop, though the others went on.
    let passed_over = passed_over.map(|error| Stop::Gateway {
        instance: instance.clone(),
        error,
    });
    if passed_over.is_some() && passed_over != stop {
        report.stops.extend(passed_over);
    }
    Ok(stop)
}

/// The notices, until one shows that it is of no use to go on. `passed_over`: why the last one was whose number could not
/// be asked about.
fn one_after_the_other(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    run: &Run<'_>,
    instance: &InstanceId,
    notices: &[NoticeId],
    (report, passed_over): (&mut SendReport, &mut Option<GatewayError>),
) -> Result<Option<Stop>, SendError> {
    let mut unclear = 0;
    for id in notices {
        if let Some(stop) = before_the_next(ctx, run, instance) {
            return Ok(Some(stop));
        }
        let done = notice::work(ctx, gateway, *id, run, report);
        if !done.as_ref().is_ok_and(|done| done.departed) {
            run.put_back();
        }
        let done = match done {
            Err(error) if error.is_interruption() => return Ok(Some(Stop::Interrupted)),
            done => done?,
        };
        tell(ctx, *id, &done, report);
        let no_proof = done.unclear || done.unresolved.is_some();
        unclear = if no_proof { unclear + 1 } else { 0 };
        let breaker = match &done.unresolved {
            Some(error) => Stop::Gateway {
                instance: instance.clone(),
                error: error.clone(),
            },
            None => Stop::Unclear {
                instance: instance.clone(),
            },
        };
        *passed_over = done.unresolved.or_else(|| passed_over.take());
        if let Some(stop) = after(ctx, gateway, run, instance, done.stop, (unclear, breaker), report)? {
            return Ok(Some(stop));
        }
    }
    Ok(None)
}

/// What keeps the next notice from being begun. `None`: one is taken out of the limit.
fn before_the_next(ctx: &SendContext<'_>, run: &Run<'_>, instance: &InstanceId) -> Option<Stop> {
    if ctx.clock.stopping() {
        return Some(Stop::Interrupted);
    }
    run.request
        .window_closed(ctx.shop, ctx.clock.now())
        .or_else(|| run.stopped_by_another(instance))
        .or_else(|| (!run.take()).then_some(Stop::Limit))
}

/// Counts a notice that was worked on, and says what became of it.
fn tell(ctx: &mut SendContext<'_>, id: NoticeId, done: &Done, report: &mut SendReport) {
    let Some(state) = done.state else {
        return;
    };
    *report.notices.entry(state).or_default() += 1;
    (ctx.on_event)(&SendEvent::NoticeDone {
        id,
        state,
        reason: done.reason.clone(),
    });
    if !matches!(state, NoticeState::Queued | NoticeState::Sending) {
        report.waiting = report.waiting.saturating_sub(1);
    }
}

/// What a notice has shown of the instance: whether it goes on with the next one. `stop`: what the notice itself says;
/// `unclear`: so many notices in a row, this one the last, had an answer that proves nothing, and what to say when they
/// are too many.
fn after(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    run: &Run<'_>,
    instance: &InstanceId,
    stop: Option<Stop>,
    (unclear, breaker): (usize, Stop),
    report: &mut SendReport,
) -> Result<Option<Stop>, SendError> {
    if let Some(sign) = remember(ctx, gateway, instance)? {
        run.restricted(instance);
        return Ok(Some(sign));
    }
    if stop.is_some() || unclear == 0 {
        return Ok(stop);
    }
    // An answer that proves nothing is often a lost link: look before the next customer's message.
    let down = link_down(gateway, instance);
    if let Some(sign) = remember(ctx, gateway, instance)? {
        run.restricted(instance);
        report.stops.extend(down);
        return Ok(Some(sign));
    }
    Ok(down.or_else(|| (unclear >= UNCLEAR_IN_A_ROW).then_some(breaker)))
}

/// Why nothing can be sent from an instance at this moment; `None`: its link is open.
fn link_down(gateway: &dyn Gateway, instance: &InstanceId) -> Option<Stop> {
    let instance = instance.clone();
    match gateway.status() {
        Ok(LinkState::Open { .. }) => None,
        Ok(state) => Some(Stop::NotPaired { instance, state }),
        Err(error) => Some(Stop::Gateway { instance, error }),
    }
}
