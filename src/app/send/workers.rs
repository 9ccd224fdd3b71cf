//! Several instances send side by side: a worker each, with an outbox connection, a view of the ERP and a gateway of its
//! own. Nothing is shared but what a run has once: the limit, Ctrl-C, a restriction that stops them all, and the ear of
//! whoever watches.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::domain::ids::InstanceId;
use crate::domain::notice::NoticeId;

use super::instance::send_instance;
use super::{SendContext, SendError, SendEvent, SendReport, SendRequest, Spent, Stop};

/// So many instances send at once; the others follow as these end. Each costs two connections to the database.
const AT_ONCE: usize = 16;

/// What a run has once, for all its workers together.
#[derive(Debug)]
pub struct Run<'a> {
    /// What was asked for.
    pub request: &'a SendRequest,
    /// What is left of `--limit`.
    left: AtomicUsize,
    /// The first instance whose number WhatsApp was seen to restrict.
    restricted: OnceLock<InstanceId>,
}

impl<'a> Run<'a> {
    /// One that begins.
    pub fn new(request: &'a SendRequest) -> Self {
        Run {
            request,
            left: AtomicUsize::new(request.limit.unwrap_or(usize::MAX)),
            restricted: OnceLock::new(),
        }
    }

    /// Takes one notice out of the limit; `false`: it is used up.
    pub fn take(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    }

    /// Puts back what did not depart.
    pub fn put_back(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// WhatsApp restricts this number: no worker begins anything more.
    pub fn restricted(&self, instance: &InstanceId) {
        // The first one stays.
        let _ = self.restricted.set(instance.clone());
    }

    /// A number was restricted.
    pub fn is_stopped(&self) -> bool {
        self.restricted.get().is_some()
    }

    /// Why `instance` sends no more, when the number of another one was restricted.
    pub fn stopped_by_another(&self, instance: &InstanceId) -> Option<Stop> {
        let restricted = self.restricted.get().filter(|one| *one != instance)?;
        Some(Stop::OfAnother {
            instance: instance.clone(),
            restricted: restricted.clone(),
        })
    }
}

/// An event, and what is dropped once it was heard.
type Heard = (SendEvent, Sender<()>);

/// What a worker brought back from one instance.
type Brought = (InstanceId, SendReport, Result<(), SendError>);

/// Works through the notices of all instances. One instance is served by this thread and its connections; of several,
/// each is worked through to its end whatever happens to the others.
///
/// # Errors
/// [`SendError`] of the only instance; those of several are in [`SendReport::failures`].
pub fn send_all(
    ctx: &mut SendContext<'_>,
    request: &SendRequest,
    by_instance: BTreeMap<InstanceId, Vec<NoticeId>>,
    report: &mut SendReport,
) -> Result<(), SendError> {
    let run = Run::new(request);
    if by_instance.len() <= 1 {
        for (instance, notices) in by_instance {
            let mut own = SendReport::of_waiting(notices.len());
            let result = send_instance(ctx, &run, &instance, &notices, &mut own);
            report.add(own);
            result?;
        }
        return Ok(());
    }
    for (instance, own, result) in side_by_side(ctx, &run, by_instance) {
        report.add(own);
        if let Err(error) = result {
            report.failures.push((instance, error));
        }
    }
    Ok(())
}

fn side_by_side(
    ctx: &mut SendContext<'_>,
    run: &Run<'_>,
    by_instance: BTreeMap<InstanceId, Vec<NoticeId>>,
) -> Vec<Brought> {
    let count = by_instance.len().min(AT_ONCE);
    let queue = Mutex::new(by_instance.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (say, heard): (Sender<Heard>, Receiver<Heard>) = channel();
    let hire = Hire::of(ctx);
    let (next, hire) = (&next, &hire);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..count)
            .map(|_| {
                let say = say.clone();
                scope.spawn(move || {
                    let mut brought = Vec::new();
                    while let Some((instance, notices)) = next() {
                        let mut own = SendReport::of_waiting(notices.len());
                        let result = hire.work(run, &instance, &notices, &say, &mut own);
                        brought.push((instance, own, result));
                    }
                    brought
                })
            })
            .collect();
        drop(say);
        for (event, done) in heard {
            (ctx.on_event)(&event);
            drop(done);
        }
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(brought) => brought,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// What every worker gets: the run's context without the one outbox and the one ear.
struct Hire<'a> {
    erp: &'a dyn crate::ports::erp::Erp,
    more: &'a super::OpenOutbox<'a>,
    shop: &'a super::Shop,
    clock: &'a dyn crate::ports::clock::Clock,
    random: &'a dyn crate::ports::clock::Random,
    gateway: &'a crate::ports::gateway::OpenGateway<'a>,
    owner: String,
}

impl<'a> Hire<'a> {
    fn of(ctx: &SendContext<'a>) -> Self {
        Hire {
            erp: ctx.erp,
            more: ctx.more,
            shop: ctx.shop,
            clock: ctx.clock,
            random: ctx.random,
            gateway: ctx.gateway,
            owner: ctx.owner.clone(),
        }
    }

    /// One instance, in this thread. Each event is heard before the work goes on: the intent to send is noted down
    /// outside the database, too, before its request leaves.
    fn work(
        &self,
        run: &Run<'_>,
        instance: &InstanceId,
        notices: &[NoticeId],
        say: &Sender<Heard>,
        report: &mut SendReport,
    ) -> Result<(), SendError> {
        let mut outbox = match (self.more)() {
            Ok(outbox) => outbox,
            Err(error) => {
                let error = SendError::from(error);
                if error.is_interruption() {
                    report.stops.push(Stop::Interrupted);
                    return Ok(());
                }
                return Err(error);
            }
        };
        let mut on_event = |event: &SendEvent| {
            let (done, was_heard) = channel();
            if say.send((event.clone(), done)).is_ok() {
                // Ends with the other side's end of the line.
                let _ = was_heard.recv();
            }
        };
        let mut ctx = SendContext {
            erp: self.erp,
            outbox: &mut *outbox,
            more: self.more,
            shop: self.shop,
            clock: self.clock,
            random: self.random,
            gateway: self.gateway,
            owner: self.owner.clone(),
            on_event: &mut on_event,
            spent: Spent::default(),
        };
        let result = send_instance(&mut ctx, run, instance, notices, report);
        report.spent.add(ctx.spent);
        result
    }
}
