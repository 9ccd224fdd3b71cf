//! Treats what customers answer (DESIGN.md section 8).
//!
//! The paired phone is often the shop's own, so everything here is narrow: a message counts only when it comes from
//! a number that we wrote a notice to, within `reply_window_days`; others are never stored, answered or marked as
//! read. An automatic answer goes out once a notice, and never when a person of the shop wrote in that chat after
//! the notice. Opt-outs are honoured whenever they come.
//!
//! | module | holds |
//! |---|---|
//! | here | the poll of all instances, and what a restriction means to it |
//! | `treat` | whose message it is, what it means, what is stored of it |
//! | `answer` | the one automatic answer, and forwarding to the shop |

mod answer;
mod treat;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Duration, Utc};

use crate::domain::ids::{BranchId, InstanceId};
use crate::domain::notice::PartState;
use crate::domain::phone::Phone;
use crate::domain::receivable::Branch;
use crate::domain::reply::Intent;
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError};
use crate::ports::gateway::{Gateway, GatewayError, Inbox, LinkState};
use crate::ports::outbox::{AwaitingReceipt, Outbox, OutboxError, Restriction};
use crate::render::message::TemplateError;

use super::ground::{GroundError, check_contract};
use super::receipts;
use super::shop::Shop;
use treat::treat;

/// Polling windows overlap by so much: a message that the gateway stored late is still seen (and seen once, by its
/// key).
const OVERLAP_MINUTES: i64 = 15;

/// How far back the very first poll looks.
const FIRST_LOOK_DAYS: i64 = 3;

/// A gateway that can both send and read.
pub trait Chatting: Gateway + Inbox {}
impl<T: Gateway + Inbox> Chatting for T {}

/// Opens the gateway of an instance, to read and to answer.
pub type OpenChat<'a> = dyn Fn(&InstanceId) -> Result<Box<dyn Chatting>, GatewayError> + 'a;

/// The shop's branches, for the name under an answer.
type Branches = HashMap<BranchId, Branch>;

/// What a run needs.
pub struct RepliesContext<'a> {
    /// The ERP: contract, and the branch's name for the answer.
    pub erp: &'a dyn Erp,
    /// Our tables.
    pub outbox: &'a mut dyn Outbox,
    /// The shop's settings.
    pub shop: &'a Shop,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Opens the gateway of an instance.
    pub gateway: &'a OpenChat<'a>,
    /// Where `forward` sends to.
    pub forward_to: Option<Phone>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepliesReport {
    /// Messages seen in the window, in all chats.
    pub seen: usize,
    /// Stored as answers to our notices, for the first time.
    pub stored: usize,
    /// By what they mean.
    pub intents: BTreeMap<Intent, usize>,
    /// Answered automatically.
    pub answered: usize,
    /// Forwarded to the shop.
    pub forwarded: usize,
    /// Phones that opted out in this run.
    pub opted_out: usize,
    /// Phones that came back.
    pub opted_in: usize,
    /// Messages under an opaque id whose phone is not known: left alone.
    pub unmatched: usize,
    /// A person should look at so many.
    pub needs_person: usize,
    /// Automatic answers of which nobody knows whether they left: not sent again.
    pub unclear: usize,
    /// Ctrl-C: the rest is treated by the next run.
    pub interrupted: bool,
    /// Instances that could not be read, and why.
    pub failed: Vec<(InstanceId, GatewayError)>,
    /// Instances that are not linked.
    pub not_paired: Vec<(InstanceId, LinkState)>,
    /// Instances of which this run met the sign that WhatsApp restricts their number: written down for all runs to come.
    pub restricted: Vec<(InstanceId, Restriction)>,
}

/// Why a run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum RepliesError {
    /// The ERP, or the contract.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The configured text of the answer.
    #[error(transparent)]
    Message(#[from] TemplateError),
}

impl From<ErpError> for RepliesError {
    fn from(error: ErpError) -> Self {
        RepliesError::Ground(error.into())
    }
}

/// Polls the instances once.
///
/// # Errors
/// [`RepliesError`]; what was treated until then is on record and is not treated again.
pub fn poll(ctx: &mut RepliesContext<'_>, instances: &[InstanceId]) -> Result<RepliesReport, RepliesError> {
    let mut report = RepliesReport::default();
    let now = ctx.clock.now();
    let branches: Branches = {
        let mut snapshot = ctx.erp.snapshot()?;
        check_contract(&mut *snapshot, ctx.shop.today(now))?;
        snapshot
            .branches()?
            .rows
            .into_iter()
            .map(|b| (b.id.clone(), b))
            .collect()
    };
    for instance in instances {
        if ctx.clock.stopping() {
            break;
        }
        let gateway = match (ctx.gateway)(instance) {
            Ok(gateway) => gateway,
            Err(error) => {
                report.failed.push((instance.clone(), error));
                continue;
            }
        };
        let linked = match gateway.status() {
            Ok(LinkState::Open { .. }) => true,
            // Messages that came while it was linked can still be read.
            Ok(state) => {
                report.not_paired.push((instance.clone(), state));
                false
            }
            Err(error) => {
                report.failed.push((instance.clone(), error));
                continue;
            }
        };
        let since = looks_back_to(ctx.outbox.read_until(instance)?, now);
        let messages = gateway.messages(since, now);
        if let Ok(messages) = &messages {
            report.seen += messages.len();
            treat(
                ctx,
                &*gateway,
                (instance, linked),
                &branches,
                messages,
                &mut report,
            )?;
        }
        remember(ctx, &*gateway, instance, &mut report)?;
        match messages {
            Ok(_) => {}
            // Told already, with what follows from it.
            Err(GatewayError::Restricted(_)) => continue,
            Err(error) => {
                report.failed.push((instance.clone(), error));
                continue;
            }
        }
        // What was written while the link was down comes with its own, older times once it is up again.
        if linked && !ctx.clock.stopping() {
            ctx.outbox.set_read_until(instance, now)?;
        }
    }
    report.interrupted = ctx.clock.stopping();
    if !report.interrupted {
        let gateway = ctx.gateway;
        let acks = |instance: &InstanceId, ids: &[String]| gateway(instance).ok()?.acks(ids).ok();
        // Often, so only the fresh ones that may not have arrived yet; `send` asks for the rest.
        let fresh = now - Duration::days(1);
        let undelivered =
            |one: &AwaitingReceipt| one.accepted_at >= fresh && one.state != PartState::Delivered;
        receipts::collect(ctx.outbox, &acks, &undelivered, fresh, ctx.clock.now())?;
    }
    Ok(report)
}

/// The instance's number was restricted, and its rest is not over.
fn rests(ctx: &mut RepliesContext<'_>, instance: &InstanceId) -> Result<bool, OutboxError> {
    let today = ctx.shop.today(ctx.clock.now());
    Ok(ctx.outbox.instances(today)?.into_iter().any(|row| {
        row.instance == *instance
            && row
                .restriction
                .is_some_and(|restriction| restriction.holds_on(today))
    }))
}

/// Writes down a sign of restriction that this run has met, so that no `send` begins anything either. One that shows for as
/// long as the link is down is written down once, and not at each poll until it counts as the next one.
fn remember(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    instance: &InstanceId,
    report: &mut RepliesReport,
) -> Result<(), OutboxError> {
    let Some(why) = gateway.restriction() else {
        return Ok(());
    };
    if !rests(ctx, instance)? {
        let found = super::send::note_restriction(ctx.outbox, ctx.shop, ctx.clock, instance, why)?;
        report.restricted.push((instance.clone(), found));
    }
    Ok(())
}

/// From when on a poll looks. A mark ahead of the clock was made while the clock was wrong: it marks nothing.
pub fn looks_back_to(mark: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let mark = mark.filter(|mark| *mark <= now);
    mark.map_or(now - Duration::days(FIRST_LOOK_DAYS), |mark| {
        mark - Duration::minutes(OVERLAP_MINUTES)
    })
}
