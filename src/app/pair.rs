//! Links an instance to a phone: state before, QR or code until linked, state after.

use std::time::Duration;

use crate::ports::clock::Clock;
use crate::ports::gateway::{Gateway, GatewayError, LinkState, PairStep, PairWith, Pairing};

/// Shows the steps to a person.
pub trait PairView {
    /// A new QR code: show it in place of the last one.
    fn qr(&mut self, text: &str);
    /// A code to type on the phone.
    fn code(&mut self, code: &str);
    /// Nothing to show yet.
    fn waiting(&mut self);
}

/// How linking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paired {
    /// It was linked before; nothing was done.
    Already(LinkState),
    /// Linked now.
    Linked(LinkState),
    /// The gateway's codes ran out, or the time did.
    Expired,
    /// Stopped by the person.
    Interrupted,
}

/// How often the gateway is asked.
const POLL: Duration = Duration::from_secs(2);

/// Thirty codes of 45 s are a gateway's own limit; a person who needs longer starts again.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// After linking, the gateway may say "connecting" for a while.
const SETTLING: Duration = Duration::from_secs(30);

/// A person holds the phone, and the code on the screen stays good: a gateway that stumbles over a question is asked again,
/// so many times in a row.
const STUMBLES: u32 = 3;

/// An answer; `None`: there was none, and it is to be asked again.
fn over_stumbles<T>(answer: Result<T, GatewayError>, in_a_row: &mut u32) -> Result<Option<T>, GatewayError> {
    match answer {
        Ok(answer) => {
            *in_a_row = 0;
            Ok(Some(answer))
        }
        Err(
            GatewayError::TimedOut(_)
            | GatewayError::Unreachable { .. }
            | GatewayError::RateLimited { .. }
            | GatewayError::UnexpectedAnswer { .. }
            | GatewayError::Refused {
                status: 200 | 500..=599,
                ..
            },
        ) if *in_a_row < STUMBLES => {
            *in_a_row += 1;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Links the instance.
///
/// # Errors
/// [`GatewayError`]; nothing is half done: calling it again goes on where it stopped.
pub fn pair(
    gateway: &dyn Gateway,
    pairing: &dyn Pairing,
    with: &PairWith,
    clock: &dyn Clock,
    view: &mut dyn PairView,
) -> Result<Paired, GatewayError> {
    let before = gateway.status()?;
    if matches!(before, LinkState::Open { .. }) {
        return Ok(Paired::Already(before));
    }
    pairing.ensure_instance()?;
    let start = clock.monotonic();
    let mut shown = PairStep::Wait;
    // Counted apart: one question may always be answered and the other never.
    let (mut without_step, mut without_state) = (0, 0);
    view.waiting();
    loop {
        let step = over_stumbles(pairing.pair(with), &mut without_step)?.unwrap_or(PairStep::Wait);
        match &step {
            PairStep::Connected => return settled(gateway, clock),
            PairStep::Expired => return Ok(Paired::Expired),
            PairStep::Qr(text) if step != shown => view.qr(text),
            PairStep::PairCode(code) if step != shown => view.code(code),
            PairStep::Qr(_) | PairStep::PairCode(_) | PairStep::Wait => {}
        }
        if step != PairStep::Wait {
            shown = step;
        }
        if clock.monotonic().saturating_sub(start) >= PATIENCE {
            return Ok(Paired::Expired);
        }
        if !clock.sleep(POLL) {
            return Ok(Paired::Interrupted);
        }
        // The link may stand before the gateway stops handing out codes.
        if let Some(LinkState::Open { .. }) = over_stumbles(gateway.status(), &mut without_state)? {
            return settled(gateway, clock);
        }
    }
}

/// Waits until the gateway itself says that the link is open.
fn settled(gateway: &dyn Gateway, clock: &dyn Clock) -> Result<Paired, GatewayError> {
    let start = clock.monotonic();
    let mut without_state = 0;
    loop {
        let state = over_stumbles(gateway.status(), &mut without_state)?;
        if let Some(state @ LinkState::Open { .. }) = state {
            return Ok(Paired::Linked(state));
        }
        if clock.monotonic().saturating_sub(start) >= SETTLING {
            return Ok(Paired::Expired);
        }
        if !clock.sleep(POLL) {
            return Ok(Paired::Interrupted);
        }
    }
}
