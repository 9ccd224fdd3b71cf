//! What crashes and unclear answers left behind: unknown parts are looked up at the gateway. And receipts.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::domain::ids::InstanceId;
use crate::domain::notice::{NoticeId, PartEvent, PartState};
use crate::ports::clock::Clock;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{AckLevel, Fingerprint, Gateway, GatewayError, Lookup, OwnIds, Probe};
use crate::ports::outbox::{Outbox, OutboxError, Outcome, Recorded};

use super::super::receipts;
use super::super::shop::Shop;
use super::departure::days_are_over;
use super::{SendContext, SendError, SendEvent, SendReport};

/// A part is looked up no sooner than this after its request was begun: what is on its way may still arrive.
const QUIET_MINUTES: i64 = 2;

/// A lookup's window begins so long before the request, for clocks that differ, and ends so long after.
const WINDOW_BEFORE_MINUTES: i64 = 10;
const WINDOW_AFTER_HOURS: i64 = 6;

/// Looks up the unknown parts at their gateways. Found: accepted. Not found: queued again only where the gateway
/// proves absence and drops doubles of our id; else it waits for a person.
///
/// # Errors
/// [`SendError`].
pub fn look_up_unknown(ctx: &mut SendContext<'_>, report: &mut SendReport) -> Result<(), SendError> {
    let mut gateways: HashMap<InstanceId, Option<Box<dyn Gateway>>> = HashMap::new();
    for id in ctx.outbox.with_unknown_parts()? {
        let Some(notice) = ctx.outbox.notice(id)? else {
            continue;
        };
        let opened = gateways
            .entry(notice.instance.clone())
            .or_insert_with(|| (ctx.gateway)(&notice.instance).ok());
        for part in notice.parts.iter().filter(|p| p.state == PartState::Unknown) {
            let now = ctx.clock.now();
            let gateway = opened.as_deref().filter(|g| g.capabilities().lookup);
            let (Some(gateway), Some(to), Some(begun)) = (gateway, &part.to, part.begun_at) else {
                report.unknown.push(part.key);
                continue;
            };
            if now - begun < Duration::minutes(QUIET_MINUTES) {
                report.unknown.push(part.key);
                continue;
            }
            let fingerprint = match (&part.text, &part.file_name) {
                (Some(text), _) => Fingerprint::Text(text.clone()),
                (None, Some(name)) => Fingerprint::FileName(name.clone()),
                (None, None) => {
                    report.unknown.push(part.key);
                    continue;
                }
            };
            let probe = Probe {
                message_id: part.message_id.clone(),
                gateway_id: part.gateway_id.clone(),
                to: to.clone(),
                from: begun - Duration::minutes(WINDOW_BEFORE_MINUTES),
                until: begun + Duration::hours(WINDOW_AFTER_HOURS),
                fingerprint,
                not_these: ctx.outbox.known_gateway_ids(to)?,
            };
            let answer = gateway.lookup(&probe);
            failpoint::reached(Step::AfterLookup);
            let is_of_no_use = matches!(
                answer,
                Err(GatewayError::TimedOut(_)
                    | GatewayError::Unreachable { .. }
                    | GatewayError::Unauthorized)
            );
            let outcome = match answer {
                Ok(Lookup::Found { gateway_id, ack }) => Some((
                    Outcome {
                        event: PartEvent::Accept,
                        gateway_id: Some(gateway_id),
                        reason: Some("found_by_lookup".to_owned()),
                        next_try_at: None,
                        now,
                    },
                    Some(ack),
                )),
                Ok(Lookup::NotFound)
                    if gateway.capabilities().proves_absence
                        && gateway.capabilities().own_ids == OwnIds::Deduplicated =>
                {
                    Some((
                        Outcome {
                            event: PartEvent::Requeue,
                            gateway_id: None,
                            reason: Some("absent_at_gateway".to_owned()),
                            next_try_at: None,
                            now,
                        },
                        None,
                    ))
                }
                // Absence is no proof here, and an error proves nothing: it waits.
                Ok(Lookup::NotFound) | Err(_) => None,
            };
            // One that is frozen or refuses the key is not asked about each of them: minutes would go by before anything leaves.
            if is_of_no_use {
                *opened = None;
            }
            let Some((outcome, ack)) = outcome else {
                report.unknown.push(part.key);
                continue;
            };
            let recorded = ctx.outbox.record(part.key, part.attempt, &outcome)?;
            failpoint::reached(Step::AfterLookupRecord);
            if let Recorded::Now(state) = recorded {
                (ctx.on_event)(&SendEvent::Part { key: part.key, state });
                if let Some(level) = ack.filter(|a| *a != AckLevel::Pending) {
                    ctx.outbox.receipt(part.key, level, now)?;
                }
            }
        }
    }
    Ok(())
}

/// Notices under way whose days are over expire, whether or not their gateway can be reached: an instance that never
/// comes back must not leave them open for ever.
///
/// # Errors
/// [`SendError`].
pub fn expire(ctx: &mut SendContext<'_>, today: NaiveDate) -> Result<(), SendError> {
    for due in ctx.outbox.due(today)? {
        // Those under way come first.
        let Some(since) = due.first_departure else { break };
        if days_are_over(ctx.shop, since, today) {
            expire_if_over(ctx.outbox, ctx.shop, ctx.clock, due.notice)?;
        }
    }
    Ok(())
}

/// A person ordered a part of this notice sent again: when the notice's days are over nothing of it leaves any more, and
/// its queued parts expire at once. What it had claimed is free then, unless something of it may have left, and the next
/// scan selects afresh. `true`: they were over.
///
/// # Errors
/// [`OutboxError`].
pub fn expire_if_over(
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
    notice: NoticeId,
) -> Result<bool, OutboxError> {
    let Some(notice) = outbox.notice(notice)? else {
        return Ok(false);
    };
    let now = clock.now();
    let over = |since| days_are_over(shop, since, shop.today(now));
    if !notice.first_departure.is_some_and(over) {
        return Ok(false);
    }
    let queued: Vec<_> = notice.queued().map(|p| p.key).collect();
    outbox.settle_queued(&queued, PartEvent::Expire, "days_over", now)?;
    Ok(true)
}

/// Asks the gateways for the receipts that are still wanted. A gateway that does not answer is asked next time.
/// `since`: when the run began.
///
/// # Errors
/// [`SendError`].
pub fn collect_receipts(
    ctx: &mut SendContext<'_>,
    since: DateTime<Utc>,
    report: &mut SendReport,
) -> Result<(), SendError> {
    let started = ctx.clock.monotonic();
    let (gateway, now) = (ctx.gateway, ctx.clock.now());
    let acks = |instance: &InstanceId, ids: &[String]| gateway(instance).ok()?.acks(ids).ok();
    let receipts = receipts::collect(ctx.outbox, &acks, &|_| true, since, now)?;
    report.silent = receipts.silent;
    // By a watch of its own: it comes after the last part, and is no part of the sending.
    ctx.spent.receipts += ctx.clock.monotonic().saturating_sub(started);
    Ok(())
}
