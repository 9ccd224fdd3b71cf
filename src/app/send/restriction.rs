//! A number that WhatsApp restricts: the sign is written down for all runs to come, and the instance rests.

use chrono::Days;

use crate::domain::ids::InstanceId;
use crate::domain::pacing::restricted_until;
use crate::ports::clock::Clock;
use crate::ports::gateway::Gateway;
use crate::ports::outbox::{Outbox, OutboxError, Restriction};

use super::super::shop::Shop;
use super::{SendContext, SendError, Stop};

/// A restriction as the reason why an instance stopped.
pub fn restricted(instance: &InstanceId, restriction: Restriction) -> Stop {
    Stop::Restricted {
        instance: instance.clone(),
        sign: restriction.why,
        until: restriction.until,
    }
}

/// Writes down the sign of a restriction that the gateway has met, for all runs to come.
pub fn remember(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    instance: &InstanceId,
) -> Result<Option<Stop>, SendError> {
    let Some(why) = gateway.restriction() else {
        return Ok(None);
    };
    let found = note_restriction(ctx.outbox, ctx.shop, ctx.clock, instance, why)?;
    Ok(Some(restricted(instance, found)))
}

/// Remembers a sign that WhatsApp restricts an instance's number, and for how long it rests.
///
/// # Errors
/// [`OutboxError`].
pub fn note_restriction(
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
    instance: &InstanceId,
    why: String,
) -> Result<Restriction, OutboxError> {
    let now = clock.now();
    let today = shop.today(now);
    let known = outbox
        .instances(today)?
        .into_iter()
        .find(|row| row.instance == *instance);
    let before = known.and_then(|row| row.restriction);
    let tomorrow = today + Days::new(1);
    let next = shop
        .sending
        .next_sending_day(tomorrow, shop.send_at)
        .unwrap_or(tomorrow);
    let restriction = Restriction {
        on: today,
        until: restricted_until(today, next, before.as_ref().map(|r| r.on)),
        why,
    };
    // Another process has noted it, and for longer.
    if let Some(before) = before.filter(|before| before.until > restriction.until && before.on == today) {
        return Ok(before);
    }
    outbox.restrict(instance, &restriction, now)?;
    Ok(restriction)
}
