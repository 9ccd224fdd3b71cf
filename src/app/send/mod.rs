//! Sends what is due, by the promise of DESIGN.md section 6.
//!
//! | module | holds |
//! |---|---|
//! | here | the run: what a crash left, what is due, whether the window is open |
//! | [`workers`] | several instances side by side |
//! | `instance` | one instance: its link, its notices in order, when to stop |
//! | [`notice`] | one notice: fresh read, number, and what came of it |
//! | `departure` | what of a notice still stands today: first departure or resume |
//! | `sequence` | the parts of a notice in order |
//! | [`part`] | one part: intent, request, outcome |
//! | [`settle`] | after crashes and ambiguous answers: leases, lookups; receipts |
//! | `restriction` | a number that WhatsApp restricts rests |
//! | `report` | what a run tells: events, stops, report, errors |
//! | [`trial`] | `send --test`: one notice to a phone of ours, the outbox untouched |

mod departure;
mod instance;
pub mod notice;
pub mod part;
mod report;
mod restriction;
mod sequence;
pub mod settle;
pub mod trial;
pub mod workers;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::InstanceId;
use crate::domain::notice::NoticeId;
use crate::ports::clock::{Clock, Random};
use crate::ports::erp::Erp;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::OpenGateway;
use crate::ports::outbox::{Outbox, OutboxError};

pub use self::report::{SendError, SendEvent, SendReport, Spent, Stop};
pub use self::restriction::note_restriction;
use self::restriction::restricted;
use super::shop::Shop;

/// What to send.
#[derive(Debug, Clone, Default)]
pub struct SendRequest {
    /// At most so many notices.
    pub limit: Option<usize>,
    /// Outside the window too.
    pub ignore_window: bool,
    /// Only say what would be sent.
    pub dry_run: bool,
}

impl SendRequest {
    /// The window is closed at `now`, and that counts.
    fn window_closed(&self, shop: &Shop, now: DateTime<Utc>) -> Option<Stop> {
        (!self.ignore_window && !shop.may_send(now)).then(|| Stop::Window(shop.next_opening(now)))
    }
}

/// Opens one more connection to our tables, for a worker of its own.
pub type OpenOutbox<'a> = dyn Fn() -> Result<Box<dyn Outbox>, OutboxError> + Sync + 'a;

/// What a run needs.
pub struct SendContext<'a> {
    /// The ERP, for the fresh read before each departure.
    pub erp: &'a dyn Erp,
    /// Our tables.
    pub outbox: &'a mut dyn Outbox,
    /// More of the same, when several instances send.
    pub more: &'a OpenOutbox<'a>,
    /// The shop's settings.
    pub shop: &'a Shop,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Chance.
    pub random: &'a dyn Random,
    /// Opens the gateway of an instance.
    pub gateway: &'a OpenGateway<'a>,
    /// Name of this worker: host and process.
    pub owner: String,
    /// Hears what happens, as it happens.
    pub on_event: &'a mut dyn FnMut(&SendEvent),
    /// Where the time went so far.
    pub spent: Spent,
}

impl SendContext<'_> {
    /// Asks the outbox, by the watch.
    fn ask<T>(&mut self, ask: impl FnOnce(&mut dyn Outbox) -> T) -> T {
        let started = self.clock.monotonic();
        let answer = ask(self.outbox);
        self.spent.outbox += self.clock.monotonic().saturating_sub(started);
        answer
    }
}

/// Sends what is due.
///
/// # Errors
/// [`SendError`]; what was sent until then is on record, the rest waits.
pub fn send(ctx: &mut SendContext<'_>, request: &SendRequest) -> Result<SendReport, SendError> {
    let now = ctx.clock.now();
    let today = ctx.shop.today(now);
    let mut report = SendReport::default();
    if !request.dry_run {
        // Crashes first: what may have left must be known before anything else leaves.
        ctx.outbox.sweep(now)?;
        failpoint::reached(Step::AfterSweep);
        settle::look_up_unknown(ctx, &mut report)?;
        settle::expire(ctx, today)?;
    }

    let by_instance = line_up(ctx, request, today, &mut report)?;
    let closed = request.window_closed(ctx.shop, now);
    if closed.is_some() || request.dry_run {
        report.waiting = report.due;
        report.stops.splice(0..0, closed);
        return Ok(report);
    }
    (ctx.on_event)(&SendEvent::Begins {
        notices: report.due,
        estimate: report.estimate,
    });
    workers::send_all(ctx, request, by_instance, &mut report)?;
    if !ctx.clock.stopping() && report.failures.is_empty() {
        settle::collect_receipts(ctx, now, &mut report)?;
    }
    report.spent.add(ctx.spent);
    Ok(report)
}

/// What is due, by instance, without those whose number rests; the report is told how much that is, and how long it takes.
fn line_up(
    ctx: &mut SendContext<'_>,
    request: &SendRequest,
    today: NaiveDate,
    report: &mut SendReport,
) -> Result<BTreeMap<InstanceId, Vec<NoticeId>>, SendError> {
    let due = ctx.outbox.due(today)?;
    report.due = due.len();
    let mut by_instance: BTreeMap<InstanceId, Vec<NoticeId>> = BTreeMap::new();
    let mut sizes: BTreeMap<InstanceId, (u32, u32)> = BTreeMap::new();
    for due in due {
        let (contacts, parts) = sizes.entry(due.instance.clone()).or_default();
        *contacts += 1;
        *parts += due.queued;
        by_instance
            .entry(due.instance.clone())
            .or_default()
            .push(due.notice);
        if request.dry_run {
            report.plan.push(due);
        }
    }
    // Not even the gateway is asked about a number that rests.
    for row in ctx.outbox.instances(today)? {
        let Some(restriction) = row.restriction.filter(|r| r.holds_on(today)) else {
            continue;
        };
        if let Some(notices) = by_instance.remove(&row.instance) {
            sizes.remove(&row.instance);
            report.waiting += notices.len();
            report.stops.push(restricted(&row.instance, restriction));
        }
    }
    // They send side by side: the one with the most to do is the last to end.
    let estimates = sizes
        .values()
        .map(|(contacts, parts)| ctx.shop.pace.estimate(*contacts, *parts));
    report.estimate = estimates.max().unwrap_or_default();
    Ok(by_instance)
}
