//! The parts of a notice in their order, until one is unsettled or the run must stop.

use std::ops::ControlFlow;

use crate::domain::notice::{PartEvent, PartKind, PartState, notice_state};
use crate::ports::gateway::{Content, Gateway};
use crate::ports::outbox::Notice;

use super::super::dossier::{Dossier, DossierError, Letter};
use super::notice::{Done, To, current, settle_rest};
use super::part::{self, Claim, PartResult, Ready};
use super::workers::Run;
use super::{SendContext, SendError, SendEvent, SendReport, Stop};

/// A notice on its way.
struct Sequence<'a> {
    gateway: &'a dyn Gateway,
    dossier: &'a Dossier,
    to: &'a To,
    run: &'a Run<'a>,
    /// The notice, with the states of its parts as they become.
    notice: Notice,
    /// What its parts carry, as far as it was made beforehand.
    contents: Vec<Option<Content>>,
    /// The next part was begun already, with the outcome of the one before it.
    claim: Option<Claim>,
    /// What came of it so far; its state is found at the end.
    done: Done,
}

/// Sends the queued parts of a notice.
///
/// # Errors
/// [`SendError`].
pub fn send_parts(
    ctx: &mut SendContext<'_>,
    gateway: &dyn Gateway,
    notice: Notice,
    dossier: &Dossier,
    to: &To,
    run: &Run<'_>,
    report: &mut SendReport,
) -> Result<Done, SendError> {
    let mut sequence = Sequence {
        gateway,
        dossier,
        to,
        run,
        contents: made_beforehand(ctx, dossier, &notice),
        notice,
        claim: None,
        done: Done::default(),
    };
    let mut index = 0;
    while let Some(part) = sequence.notice.parts.get(index) {
        match part.state {
            PartState::Queued => {
                if sequence.send(ctx, index, report)?.is_break() {
                    break;
                }
            }
            state if state.is_settled() => {}
            _ => break,
        }
        index += 1;
    }
    let now = ended(ctx, &sequence.notice)?;
    Ok(Done {
        state: now.state,
        reason: sequence.done.reason.or(now.reason),
        ..sequence.done
    })
}

/// Parts that follow each other without a pause are made beforehand, so that the outcome of one and the intent of the
/// next can be one commit. Otherwise each is made when its turn comes.
fn made_beforehand(ctx: &mut SendContext<'_>, dossier: &Dossier, notice: &Notice) -> Vec<Option<Content>> {
    if ctx.shop.pace.has_part_gaps() {
        return vec![None; notice.parts.len()];
    }
    let letter = Letter::of_notice(notice);
    let made = notice.parts.iter().map(|part| match part.state {
        // One that cannot be made says so when its turn comes.
        PartState::Queued => make(ctx, dossier, &letter, &part.kind).ok(),
        _ => None,
    });
    made.collect()
}

impl Sequence<'_> {
    /// Sends one queued part. Break: nothing more of the notice leaves now.
    fn send(
        &mut self,
        ctx: &mut SendContext<'_>,
        index: usize,
        report: &mut SendReport,
    ) -> Result<ControlFlow<()>, SendError> {
        if self.claim.is_none()
            && let Some(stop) = self.may_not_begin(ctx)
        {
            return Ok(self.stopped(stop));
        }
        let Some(content) = self.content(ctx, index)? else {
            return Ok(ControlFlow::Break(()));
        };
        let parts = &self.notice.parts;
        let is_last = |index: usize| parts[index + 1..].iter().all(|p| p.state != PartState::Queued);
        let ready = Ready {
            index,
            content: &content,
            is_first: !self.done.departed,
            is_last: is_last(index),
            run: self.run,
        };
        let next = self.contents.get(index + 1).and_then(|content| {
            let open = self.window_closed(ctx).is_none() && !self.run.is_stopped();
            Some(Ready {
                index: index + 1,
                content: content.as_ref().filter(|_| open)?,
                is_first: false,
                is_last: is_last(index + 1),
                run: self.run,
            })
        });
        let (result, claim) = loop {
            let claim = self.claim.take();
            match part::send(
                ctx,
                self.gateway,
                &self.notice,
                self.to,
                &ready,
                claim,
                next.as_ref(),
            )? {
                // It closed during a pause, and whoever started this run wants it to go on.
                (PartResult::Stop(Stop::Window(_)), None) if self.run.request.ignore_window => {}
                done => break done,
            }
        };
        self.claim = claim;
        self.settle(ctx, index, result, report)
    }

    /// Takes in what became of a part.
    fn settle(
        &mut self,
        ctx: &mut SendContext<'_>,
        index: usize,
        result: PartResult,
        report: &mut SendReport,
    ) -> Result<ControlFlow<()>, SendError> {
        let part = &mut self.notice.parts[index];
        let key = part.key;
        match result {
            PartResult::Settled(state) => {
                self.done.departed = true;
                part.state = state;
                (ctx.on_event)(&SendEvent::Part { key, state });
                if state.is_accepted() {
                    report.accepted += 1;
                } else if state == PartState::Failed && part.kind == PartKind::Text {
                    settle_rest(ctx, self.notice.id, PartEvent::Skip, "text_failed")?;
                    return Ok(ControlFlow::Break(()));
                }
                Ok(ControlFlow::Continue(()))
            }
            PartResult::Unknown => {
                self.done.departed = true;
                self.done.unclear = true;
                report.unknown.push(key);
                let state = PartState::Unknown;
                part.state = state;
                (ctx.on_event)(&SendEvent::Part { key, state });
                Ok(ControlFlow::Break(()))
            }
            PartResult::Late => {
                report.late_answers.push(key);
                Ok(ControlFlow::Break(()))
            }
            // Somebody else may have settled it: then what comes after it is ours still.
            PartResult::NotNow => match ctx.ask(|outbox| outbox.notice(self.notice.id))? {
                Some(fresh) if fresh.parts.get(index).is_some_and(|p| p.state.is_settled()) => {
                    self.contents = vec![None; fresh.parts.len()];
                    self.notice = fresh;
                    Ok(ControlFlow::Continue(()))
                }
                _ => Ok(ControlFlow::Break(())),
            },
            PartResult::Stop(stop) => Ok(self.stopped(stop)),
        }
    }

    fn stopped(&mut self, stop: Stop) -> ControlFlow<()> {
        self.done.stop = Some(stop);
        ControlFlow::Break(())
    }

    /// What a part carries; `None`: it cannot be made, and the notice says why.
    fn content(&mut self, ctx: &mut SendContext<'_>, index: usize) -> Result<Option<Content>, SendError> {
        if let Some(content) = self.contents[index].take() {
            return Ok(Some(content));
        }
        let letter = Letter::of_notice(&self.notice);
        match make(ctx, self.dossier, &letter, &self.notice.parts[index].kind) {
            Ok(content) => Ok(Some(content)),
            // What the ERP does not show any more (a customer whose row cannot be read) stops this notice only: it
            // waits, and expires when its days are over.
            Err(SendError::Dossier(error @ DossierError::Gone(_))) => {
                self.done.reason = Some(format!("gone: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Why no part may be begun at this moment.
    fn may_not_begin(&self, ctx: &SendContext<'_>) -> Option<Stop> {
        if ctx.clock.stopping() {
            return Some(Stop::Interrupted);
        }
        self.window_closed(ctx)
    }

    /// The window has closed since the run began.
    fn window_closed(&self, ctx: &SendContext<'_>) -> Option<Stop> {
        self.run.request.window_closed(ctx.shop, ctx.clock.now())
    }
}

/// A text or a document, by the watch.
fn make(
    ctx: &mut SendContext<'_>,
    dossier: &Dossier,
    letter: &Letter,
    part: &PartKind,
) -> Result<Content, SendError> {
    let started = ctx.clock.monotonic();
    let content = dossier.content(ctx.shop, letter, part)?;
    ctx.spent.documents += ctx.clock.monotonic().saturating_sub(started);
    Ok(content)
}

/// What became of a notice whose parts were worked on. What all was accepted needs no look; and when Ctrl-C breaks the look off,
/// what is known of its parts stands: it must not be counted as waiting.
fn ended(ctx: &mut SendContext<'_>, notice: &Notice) -> Result<Done, SendError> {
    let states: Vec<PartState> = notice.parts.iter().map(|p| p.state).collect();
    let known = Done {
        state: Some(notice_state(None, &states)),
        ..Done::default()
    };
    if states.iter().all(|state| state.is_accepted()) {
        return Ok(known);
    }
    match current(ctx, notice.id) {
        Err(error) if error.is_interruption() => Ok(known),
        current => current,
    }
}
