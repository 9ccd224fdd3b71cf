//! The state machine of docs/state_machine.md: the states of parts and notices, what can happen to a part, and what a
//! notice is when its parts are as they are.

use crate::domain::words::stored_words;

stored_words! {
    /// State of one part. What a crash in each leaves behind stands in docs/state_machine.md.
    PartState {
        /// Waits for its turn; nothing of it ever left, or its refusal is proven.
        Queued = "queued",
        /// The intent is committed; the request may or may not have left.
        Sending = "sending",
        /// The gateway took it.
        Accepted = "accepted",
        /// WhatsApp's server took it.
        ServerAck = "server_ack",
        /// The phone has it.
        Delivered = "delivered",
        /// It was opened.
        Read = "read",
        /// Refused for good.
        Failed = "failed",
        /// Nobody knows whether it left: looked up, else settled by a person.
        Unknown = "unknown",
        /// Not sent on purpose (paid meanwhile, dropped, an earlier part failed).
        Skipped = "skipped",
        /// Its time ran out.
        Expired = "expired",
    }
}

impl PartState {
    /// It was accepted: whatever comes, it must not be sent again.
    pub fn is_accepted(self) -> bool {
        matches!(
            self,
            PartState::Accepted | PartState::ServerAck | PartState::Delivered | PartState::Read
        )
    }

    /// It may have reached the debtor.
    pub fn possibly_accepted(self) -> bool {
        self.is_accepted() || matches!(self, PartState::Sending | PartState::Unknown)
    }

    /// Nothing more happens to it but better receipts.
    pub fn is_settled(self) -> bool {
        !matches!(self, PartState::Queued | PartState::Sending | PartState::Unknown)
    }
}

stored_words! {
    /// State of a notice: [`notice_state`] of its parts, or its [`Ending`].
    NoticeState {
        /// Nothing has left yet.
        Queued = "queued",
        /// Some part is on its way or waits behind one that left.
        Sending = "sending",
        /// A part is unknown: looked up, else a person decides.
        NeedsPerson = "needs_person",
        /// All that was to be sent was accepted; not all receipts are in.
        Sent = "sent",
        /// All that was sent reached the phone.
        Delivered = "delivered",
        /// Nothing was left to say (paid, opted out, ...).
        Skipped = "skipped",
        /// A later scan selected afresh.
        Superseded = "superseded",
        /// Its days ran out before all had left.
        Expired = "expired",
        /// A part was refused for good.
        Failed = "failed",
    }
}

impl NoticeState {
    /// `send` still has work on it.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            NoticeState::Queued | NoticeState::Sending | NoticeState::NeedsPerson
        )
    }
}

/// The end of a notice of which nothing was sent; it wins over the states of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// See [`NoticeState::Superseded`].
    Superseded,
    /// See [`NoticeState::Skipped`].
    Skipped,
    /// See [`NoticeState::Failed`]: refused before anything left (the number is not on WhatsApp).
    Failed,
}

/// The state of a notice whose parts are in `parts` (in the order of sending).
///
/// Unknown beats all, since it wants eyes; then work in progress; then failure; then expiry; then success. A
/// notice of which every part was skipped is skipped; one of which some were, is as good as the rest.
pub fn notice_state(ending: Option<Ending>, parts: &[PartState]) -> NoticeState {
    match ending {
        Some(Ending::Superseded) => return NoticeState::Superseded,
        Some(Ending::Skipped) => return NoticeState::Skipped,
        Some(Ending::Failed) => return NoticeState::Failed,
        None => {}
    }
    let any = |test: fn(PartState) -> bool| parts.iter().copied().any(test);
    if any(|p| p == PartState::Unknown) {
        NoticeState::NeedsPerson
    } else if any(|p| p == PartState::Sending) {
        NoticeState::Sending
    } else if any(|p| p == PartState::Queued) {
        if any(PartState::is_accepted) {
            NoticeState::Sending
        } else {
            NoticeState::Queued
        }
    } else if any(|p| p == PartState::Failed) {
        NoticeState::Failed
    } else if any(|p| p == PartState::Expired) {
        NoticeState::Expired
    } else if !any(PartState::is_accepted) {
        NoticeState::Skipped
    } else if any(|p| matches!(p, PartState::Accepted | PartState::ServerAck)) {
        NoticeState::Sent
    } else {
        NoticeState::Delivered
    }
}

/// Something that happens to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartEvent {
    /// A worker commits the intent to send.
    Claim,
    /// The gateway took it, or a lookup found it, or a person says it is there.
    Accept,
    /// Proven not accepted, and worth another try.
    RefusedForNow,
    /// Proven not accepted, for good.
    RefusedForGood,
    /// Not a success and not a proven refusal.
    Ambiguous,
    /// The lease ran out: the worker died or hangs.
    LeaseRanOut,
    /// Receipt: WhatsApp's server.
    ServerReceipt,
    /// Receipt: the phone.
    DeliveryReceipt,
    /// Receipt: opened.
    ReadReceipt,
    /// Receipt: WhatsApp refused it after acceptance.
    ErrorReceipt,
    /// Not to be sent any more.
    Skip,
    /// The days are over.
    Expire,
    /// A person, or a gateway that deduplicates our id, orders it sent again.
    Requeue,
}

impl PartEvent {
    /// All of them.
    pub const ALL: &[PartEvent] = &[
        PartEvent::Claim,
        PartEvent::Accept,
        PartEvent::RefusedForNow,
        PartEvent::RefusedForGood,
        PartEvent::Ambiguous,
        PartEvent::LeaseRanOut,
        PartEvent::ServerReceipt,
        PartEvent::DeliveryReceipt,
        PartEvent::ReadReceipt,
        PartEvent::ErrorReceipt,
        PartEvent::Skip,
        PartEvent::Expire,
        PartEvent::Requeue,
    ];
}

/// A move that the state machine forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part that is {} cannot take {event:?}", from.word())]
pub struct IllegalMove {
    /// State before.
    pub from: PartState,
    /// What was to happen.
    pub event: PartEvent,
}

/// The next state of a part. Total: every pair of state and event is either a move, a repetition without effect
/// (receipts never go back), or an [`IllegalMove`].
///
/// # Errors
/// [`IllegalMove`], which the caller must report: it means that two hands did what one may do.
pub fn next_state(from: PartState, event: PartEvent) -> Result<PartState, IllegalMove> {
    use PartEvent as E;
    use PartState as S;
    let illegal = Err(IllegalMove { from, event });
    match (from, event) {
        (S::Queued, E::Claim) => Ok(S::Sending),
        (S::Queued, E::Skip) => Ok(S::Skipped),
        (S::Queued, E::Expire) => Ok(S::Expired),

        // Acceptance is a proof whatever was thought before: a late answer also finds a part that a person has ordered
        // sent again (it stays), that failed on a further attempt, or that was given up.
        (S::Sending | S::Unknown | S::Queued | S::Failed | S::Skipped | S::Expired, E::Accept) => {
            Ok(S::Accepted)
        }
        (S::Sending, E::RefusedForNow) => Ok(S::Queued),
        (S::Sending, E::RefusedForGood) => Ok(S::Failed),
        (S::Sending, E::Ambiguous | E::LeaseRanOut) => Ok(S::Unknown),
        // The answer of a worker whose lease ran out still proves what it proves.
        (S::Unknown, E::RefusedForNow) => Ok(S::Queued),
        (S::Unknown, E::RefusedForGood) => Ok(S::Failed),
        (S::Unknown, E::Ambiguous | E::LeaseRanOut) => Ok(S::Unknown),
        (S::Unknown, E::Requeue) => Ok(S::Queued),
        (S::Unknown, E::Skip) => Ok(S::Skipped),
        (S::Failed, E::Requeue) => Ok(S::Queued),

        // Receipts prove acceptance, also for a part that nobody was sure of.
        (S::Sending | S::Unknown | S::Accepted, E::ServerReceipt) => Ok(S::ServerAck),
        (S::Sending | S::Unknown | S::Accepted | S::ServerAck, E::DeliveryReceipt) => Ok(S::Delivered),
        (S::Sending | S::Unknown | S::Accepted | S::ServerAck | S::Delivered, E::ReadReceipt) => Ok(S::Read),
        (S::Accepted | S::ServerAck, E::ErrorReceipt) => Ok(S::Failed),
        // Late or repeated news changes nothing.
        (S::ServerAck | S::Delivered | S::Read, E::Accept | E::ServerReceipt) => Ok(from),
        (S::Accepted, E::Accept) => Ok(from),
        (S::Delivered | S::Read, E::DeliveryReceipt | E::ErrorReceipt) => Ok(from),
        (S::Read, E::ReadReceipt) => Ok(from),
        _ => illegal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_accepted_never_goes_back_to_a_state_that_sends() {
        for from in PartState::ALL.iter().copied().filter(|s| s.is_accepted()) {
            for event in PartEvent::ALL {
                if let Ok(to) = next_state(from, *event) {
                    assert!(
                        to.is_accepted() || to == PartState::Failed,
                        "{from:?} {event:?} -> {to:?}"
                    );
                    assert_ne!(to, PartState::Queued);
                }
            }
        }
    }

    #[test]
    fn only_queued_parts_are_claimed_and_only_a_proof_or_an_order_queues_again() {
        for from in PartState::ALL {
            assert_eq!(
                next_state(*from, PartEvent::Claim).is_ok(),
                *from == PartState::Queued
            );
            for event in PartEvent::ALL {
                if *from != PartState::Queued && next_state(*from, *event) == Ok(PartState::Queued) {
                    assert!(
                        matches!(event, PartEvent::RefusedForNow | PartEvent::Requeue),
                        "{from:?} {event:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_notice_is_what_its_parts_are() {
        use NoticeState as N;
        use PartState as P;
        let state = |parts: &[P]| notice_state(None, parts);
        assert_eq!(state(&[P::Queued, P::Queued]), N::Queued);
        assert_eq!(state(&[P::Accepted, P::Queued]), N::Sending);
        assert_eq!(state(&[P::Sending, P::Queued]), N::Sending);
        assert_eq!(state(&[P::Delivered, P::Unknown, P::Queued]), N::NeedsPerson);
        assert_eq!(state(&[P::Read, P::Accepted]), N::Sent);
        assert_eq!(state(&[P::Read, P::Delivered, P::Skipped]), N::Delivered);
        assert_eq!(state(&[P::Skipped, P::Skipped]), N::Skipped);
        assert_eq!(state(&[P::Failed, P::Skipped]), N::Failed);
        assert_eq!(state(&[P::Delivered, P::Expired]), N::Expired);
        assert_eq!(
            notice_state(Some(Ending::Superseded), &[P::Skipped]),
            N::Superseded
        );
    }

    proptest! {
        /// Whatever happens in whatever order, a part that was accepted once is claimed only after a person's order.
        #[test]
        fn no_second_departure_without_proof_or_order(
            events in prop::collection::vec(prop::sample::select(PartEvent::ALL), 0..40),
        ) {
            let mut state = PartState::Queued;
            let mut open_departure = false;
            for event in events {
                let Ok(next) = next_state(state, event) else { continue };
                if event == PartEvent::Claim {
                    prop_assert!(!open_departure, "claimed while an earlier departure was unsettled");
                    open_departure = true;
                }
                if matches!(event, PartEvent::RefusedForNow | PartEvent::RefusedForGood | PartEvent::Requeue) {
                    open_departure = false;
                }
                if event == PartEvent::ErrorReceipt && next == PartState::Failed {
                    open_departure = false;
                }
                state = next;
            }
        }
    }
}
