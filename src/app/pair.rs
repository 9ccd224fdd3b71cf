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
    view.waiting();
    loop {
        let step = pairing.pair(with)?;
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
        if matches!(gateway.status()?, LinkState::Open { .. }) {
            return settled(gateway, clock);
        }
    }
}

/// Waits until the gateway itself says that the link is open.
fn settled(gateway: &dyn Gateway, clock: &dyn Clock) -> Result<Paired, GatewayError> {
    let start = clock.monotonic();
    loop {
        let state = gateway.status()?;
        if matches!(state, LinkState::Open { .. }) {
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
