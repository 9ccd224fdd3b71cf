//! Sends what is due, by the promise of DESIGN.md section 6.
//!
//! | module | holds |
//! |---|---|
//! | here | the run: window, order, instances, when to stop |
//! | [`notice`] | one notice: fresh read, departure or resume, its parts in order |
//! | [`part`] | one part: intent, request, outcome |
//! | [`settle`] | after crashes and ambiguous answers: leases, lookups; receipts |
//! | [`trial`] | `send --test`: one notice to a phone of ours, the outbox untouched |
//! | [`workers`] | several instances side by side |

pub mod notice;
pub mod part;
pub mod settle;
pub mod trial;
pub mod workers;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveDateTime};

use crate::domain::ids::InstanceId;
use crate::domain::notice::{NoticeId, NoticeState, PartKey, PartState};
use crate::domain::pacing::restricted_until;
use crate::domain::phone::Phone;
use crate::ports::clock::{Clock, Random};
use crate::ports::erp::{DatabaseError, Erp, ErpError};
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{Gateway, GatewayError, LinkState, OpenGateway, Rejection};
use crate::ports::outbox::{Outbox, OutboxError, Restriction};

use super::dossier::DossierError;
use super::ground::GroundError;
use super::shop::Shop;
use workers::Run;

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

/// Where the time of a run went; that of several workers is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Reading the ERP afresh.
    pub erp: Duration,
    /// Making texts and PDFs.
    pub documents: Duration,
    /// Our tables: reads, and commits that wait for the disk.
    pub outbox: Duration,
    /// Waiting for the gateway's answers to messages.
    pub gateway: Duration,
    /// Asking for receipts and recording them, once nothing more leaves.
    pub receipts: Duration,
}

impl Spent {
    fn add(&mut self, other: Spent) {
        self.erp += other.erp;
        self.documents += other.documents;
        self.outbox += other.outbox;
        self.gateway += other.gateway;
        self.receipts += other.receipts;
    }
}

/// Something that happened in a run.
#[derive(Debug, Clone)]
pub enum SendEvent {
    /// The run begins: notices due, about how long they take.
    Begins {
        /// Notices.
        notices: usize,
        /// Estimate.
        estimate: Duration,
    },
    /// A notice is being worked on.
    Notice {
        /// Which.
        id: NoticeId,
        /// Its recipient.
        phone: Phone,
    },
    /// The intent to send a part is committed; its request leaves now.
    Departs(PartKey),
    /// A part was settled for this time.
    Part {
        /// Which.
        key: PartKey,
        /// What it is now.
        state: PartState,
    },
    /// A notice is done with for this run.
    NoticeDone {
        /// Which.
        id: NoticeId,
        /// What it is now.
        state: NoticeState,
        /// Why, where there is a reason.
        reason: Option<String>,
    },
    /// Pausing between messages.
    Pause(Duration),
}

/// Why a run stopped before its end. Nothing is lost: what was not sent waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Outside the window; opens at this time of the shop's clock.
    Window(Option<NaiveDateTime>),
    /// The instance has no link to a phone.
    NotPaired {
        /// Which.
        instance: InstanceId,
        /// Its state.
        state: LinkState,
    },
    /// The gateway cannot be used.
    Gateway {
        /// Which instance.
        instance: InstanceId,
        /// Why.
        error: GatewayError,
    },
    /// Refused, and trying again soon is of no use.
    Refused {
        /// Which instance.
        instance: InstanceId,
        /// Why.
        rejection: Rejection,
    },
    /// WhatsApp restricts the number: its instance sends nothing until a day, or until a person has looked. It is
    /// remembered in the database, for every process. Met on the way, it stops the whole run ([`Stop::OfAnother`]);
    /// remembered from an earlier run, only its own instance.
    Restricted {
        /// Which instance.
        instance: InstanceId,
        /// The sign.
        sign: String,
        /// First day on which it sends again by itself.
        until: NaiveDate,
    },
    /// Nothing more left of this instance in this run, since the number of another one was restricted. The next run
    /// goes on with it.
    OfAnother {
        /// Which instance.
        instance: InstanceId,
        /// The one that is restricted.
        restricted: InstanceId,
    },
    /// Several answers in a row that prove nothing: the circuit breaker opened.
    Unclear {
        /// Which instance.
        instance: InstanceId,
    },
    /// The day's contacts are used up.
    CapReached {
        /// Which instance.
        instance: InstanceId,
    },
    /// `--limit`.
    Limit,
    /// Ctrl-C.
    Interrupted,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct SendReport {
    /// Notices that were due when the run began.
    pub due: usize,
    /// Notices that this run ended or carried on, by their state now.
    pub notices: BTreeMap<NoticeState, usize>,
    /// Parts accepted in this run.
    pub accepted: usize,
    /// Parts that nobody knows about: a person must look, if the lookup does not find them.
    pub unknown: Vec<PartKey>,
    /// Answers that came after another attempt was begun.
    pub late_answers: Vec<PartKey>,
    /// Instances of which WhatsApp acknowledged nothing of what they took in this run.
    pub silent: Vec<InstanceId>,
    /// Why it stopped early; at most one an instance, the window and the limit once.
    pub stops: Vec<Stop>,
    /// Notices that still wait.
    pub waiting: usize,
    /// What a dry run would do.
    pub plan: Vec<PlannedNotice>,
    /// About how long that takes.
    pub estimate: Duration,
    /// Instances whose worker gave up, and why: only where others went on beside it.
    pub failures: Vec<(InstanceId, SendError)>,
    /// Where the time went.
    pub spent: Spent,
}

impl SendReport {
    /// Of a worker that has so many notices before it.
    fn of_waiting(notices: usize) -> Self {
        SendReport {
            waiting: notices,
            ..SendReport::default()
        }
    }

    /// Adds what a worker did.
    fn add(&mut self, worker: SendReport) {
        for (state, count) in worker.notices {
            *self.notices.entry(state).or_default() += count;
        }
        self.accepted += worker.accepted;
        self.unknown.extend(worker.unknown);
        self.late_answers.extend(worker.late_answers);
        self.waiting += worker.waiting;
        self.spent.add(worker.spent);
        for stop in worker.stops {
            // The window, the limit and Ctrl-C are the whole run's.
            if !self.stops.contains(&stop) {
                self.stops.push(stop);
            }
        }
    }
}

/// A line of `send --dry-run`.
#[derive(Debug, Clone)]
pub struct PlannedNotice {
    /// Which.
    pub id: NoticeId,
    /// To whom.
    pub phone: Phone,
    /// Instance.
    pub instance: InstanceId,
    /// Parts still to go.
    pub parts: usize,
}

/// Why a run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A precondition, or the ERP: fail closed.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// A document could not be made.
    #[error(transparent)]
    Dossier(#[from] DossierError),
}

impl SendError {
    /// Ctrl-C broke off a read: nothing of the notice in hand had begun.
    fn is_interruption(&self) -> bool {
        matches!(
            self,
            SendError::Ground(GroundError::Erp(ErpError::Database(DatabaseError::Interrupted)))
                | SendError::Outbox(OutboxError::Database(DatabaseError::Interrupted))
        )
    }
}

/// So many answers in a row that prove nothing open the circuit breaker.
const UNCLEAR_IN_A_ROW: usize = 3;

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

    let due = ctx.outbox.due(today)?;
    report.due = due.len();
    let mut by_instance: BTreeMap<InstanceId, Vec<NoticeId>> = BTreeMap::new();
    let mut sizes: BTreeMap<InstanceId, (u32, u32)> = BTreeMap::new();
    for id in due {
        let Some(stored) = ctx.outbox.notice(id)? else {
            continue;
        };
        let open = stored
            .parts
            .iter()
            .filter(|p| p.state == PartState::Queued)
            .count();
        let (contacts, parts) = sizes.entry(stored.instance.clone()).or_default();
        *contacts += 1;
        *parts += open as u32;
        if request.dry_run {
            report.plan.push(PlannedNotice {
                id,
                phone: stored.phone.clone(),
                instance: stored.instance.clone(),
                parts: open,
            });
        }
        by_instance.entry(stored.instance).or_default().push(id);
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
    let closed =
        (!request.ignore_window && !ctx.shop.may_send(now)).then(|| Stop::Window(ctx.shop.next_opening(now)));
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

/// Works through the notices of one instance; why it stopped early is among the stops of its report.
fn send_instance(
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
        if ctx.clock.stopping() {
            return Ok(Some(Stop::Interrupted));
        }
        let now = ctx.clock.now();
        if !run.request.ignore_window && !ctx.shop.may_send(now) {
            return Ok(Some(Stop::Window(ctx.shop.next_opening(now))));
        }
        if let Some(stop) = run.stopped_by_another(instance) {
            return Ok(Some(stop));
        }
        if !run.take() {
            return Ok(Some(Stop::Limit));
        }
        let done = notice::work(ctx, &*gateway, *id, run, report);
        if !done.as_ref().is_ok_and(|done| done.departed) {
            run.put_back();
        }
        let done = match done {
            Err(error) if error.is_interruption() => return Ok(Some(Stop::Interrupted)),
            done => done?,
        };
        if let Some(state) = done.state {
            *report.notices.entry(state).or_default() += 1;
            (ctx.on_event)(&SendEvent::NoticeDone {
                id: *id,
                state,
                reason: done.reason.clone(),
            });
            if !matches!(state, NoticeState::Queued | NoticeState::Sending) {
                report.waiting = report.waiting.saturating_sub(1);
            }
        }
        if let Some(stop) = remember(ctx, &*gateway, instance)? {
            run.restricted(instance);
            return Ok(Some(stop));
        }
        if done.stop.is_some() {
            return Ok(done.stop);
        }
        unclear = if done.unclear { unclear + 1 } else { 0 };
        if done.unclear {
            // An answer that proves nothing is often a lost link: look before the next customer's message.
            let down = link_down(&*gateway, instance);
            let in_a_row = (unclear >= UNCLEAR_IN_A_ROW).then(|| Stop::Unclear {
                instance: instance.clone(),
            });
            if let Some(sign) = remember(ctx, &*gateway, instance)? {
                run.restricted(instance);
                report.stops.extend(down);
                return Ok(Some(sign));
            }
            if let Some(stop) = down.or(in_a_row) {
                return Ok(Some(stop));
            }
        }
    }
    Ok(None)
}

fn restricted(instance: &InstanceId, restriction: Restriction) -> Stop {
    Stop::Restricted {
        instance: instance.clone(),
        sign: restriction.why,
        until: restriction.until,
    }
}

/// Writes down the sign of a restriction that the gateway has met, for all runs to come.
fn remember(
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

/// Why nothing can be sent from an instance at this moment; `None`: its link is open.
fn link_down(gateway: &dyn Gateway, instance: &InstanceId) -> Option<Stop> {
    let instance = instance.clone();
    match gateway.status() {
        Ok(LinkState::Open { .. }) => None,
        Ok(state) => Some(Stop::NotPaired { instance, state }),
        Err(error) => Some(Stop::Gateway { instance, error }),
    }
}
