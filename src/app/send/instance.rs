//! One instance: its link, its notices in order, and what makes it stop before the last of them.

use crate::domain::ids::InstanceId;
use crate::domain::notice::{NoticeId, NoticeState};
use crate::ports::gateway::{Gateway, LinkState};

use super::notice::{self, Done};
use super::restriction::remember;
use super::workers::Run;
use super::{SendContext, SendError, SendEvent, SendReport, Stop};

/// So many notices in a row with an answer that proves nothing open the circuit breaker.
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
    let mut unclear = 0;
    for id in notices {
        if let Some(stop) = before_the_next(ctx, run, instance) {
            return Ok(Some(stop));
        }
        let done = notice::work(ctx, &*gateway, *id, run, report);
        if !done.as_ref().is_ok_and(|done| done.departed) {
            run.put_back();
        }
        let done = match done {
            Err(error) if error.is_interruption() => return Ok(Some(Stop::Interrupted)),
            done => done?,
        };
        tell(ctx, *id, &done, report);
        unclear = if done.unclear { unclear + 1 } else { 0 };
        if let Some(stop) = after(ctx, &*gateway, run, instance, done.stop, unclear, report)? {
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
/// `unclear`: so many notices in a row, this one the last, had an answer that proves nothing.
fn after(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    run: &Run<'_>,
    instance: &InstanceId,
    stop: Option<Stop>,
    unclear: usize,
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
    let in_a_row = || Stop::Unclear {
        instance: instance.clone(),
    };
    Ok(down.or_else(|| (unclear >= UNCLEAR_IN_A_ROW).then(in_a_row)))
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
