//! A notice and its parts: identity, states, and the moves between them.

use std::fmt;

use sha2::{Digest, Sha256};

use super::ids::ReceivableId;
use super::words::stored_words;

/// Our own id of one message, derived from (outbox, notice, part): the same part always has the same id, and no
/// two parts of any outbox share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Derives the id. `outbox` is the outbox's own identity, so that a restored copy beside its original does
    /// not collide with it.
    pub fn derive(outbox: &str, notice: NoticeId, seq: u16) -> Self {
        let digest = Sha256::digest(format!("wa-notify:{outbox}:{}:{seq}", notice.0));
        // The form that WhatsApp Web itself gives its ids: 3EB0 and 18 hexadecimal digits.
        let hex: String = digest.iter().take(9).map(|b| format!("{b:02X}")).collect();
        MessageId(format!("3EB0{hex}"))
    }

    /// An id read back from the outbox.
    pub fn from_stored(text: &str) -> Self {
        MessageId(text.trim().to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Key of a notice in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct NoticeId(pub i64);

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part of a notice; written `17.2` by people (`resolve 17.2 sent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartKey {
    /// The notice.
    pub notice: NoticeId,
    /// Place in the order of sending, from 1.
    pub seq: u16,
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.notice, self.seq)
    }
}

/// Letters and digits that people do not mix up on paper or phone.
const REFERENCE_ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// The short reference that message and file names carry (`K7Q2`): by it a person, or a lookup at a gateway that
/// does not keep our ids, recognises the notice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// The reference of a notice: four places, unique for the first 923,521 notices, then five and more.
    /// Neighbouring notices look nothing alike.
    pub fn of(notice: NoticeId) -> Self {
        let n = notice.0.unsigned_abs();
        let base = REFERENCE_ALPHABET.len() as u64;
        let (mut places, mut offset, mut size) = (4u32, 0u64, base.pow(4));
        while n - offset >= size && places < 12 {
            offset += size;
            places += 1;
            size = base.pow(places);
        }
        // 31^k is odd and prime to this multiplier, so the map is one to one.
        let scrambled = (u128::from(n - offset) * 514_229 + 77_017) % u128::from(size);
        let mut rest = scrambled as u64;
        let mut text = vec![0u8; places as usize];
        for place in text.iter_mut().rev() {
            *place = REFERENCE_ALPHABET[(rest % base) as usize];
            rest /= base;
        }
        Reference(text.into_iter().map(char::from).collect())
    }

    /// A reference that belongs to no notice (`preview`, `send --test`, examples).
    pub fn fixed(text: &str) -> Self {
        Reference(text.to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// The message text; always first.
    Text,
    /// The boleto of one receivable, PDF.
    Boleto(ReceivableId),
    /// Its code alone, to copy.
    Code(ReceivableId),
    /// All boletos in one PDF (above `max_boletos`).
    MergedBoletos,
    /// The debt statement, PDF; always last.
    Statement,
}

impl PartKind {
    /// The word stored in the outbox.
    pub fn word(&self) -> &'static str {
        match self {
            PartKind::Text => "text",
            PartKind::Boleto(_) => "boleto",
            PartKind::Code(_) => "code",
            PartKind::MergedBoletos => "boletos",
            PartKind::Statement => "statement",
        }
    }

    /// The receivable it is about.
    pub fn receivable(&self) -> Option<&ReceivableId> {
        match self {
            PartKind::Boleto(id) | PartKind::Code(id) => Some(id),
            _ => None,
        }
    }

    /// Reads what [`Self::word`] and [`Self::receivable`] stored.
    pub fn from_stored(word: &str, receivable: Option<ReceivableId>) -> Option<Self> {
        match (word.trim(), receivable) {
            ("text", None) => Some(PartKind::Text),
            ("boleto", Some(id)) => Some(PartKind::Boleto(id)),
            ("code", Some(id)) => Some(PartKind::Code(id)),
            ("boletos", None) => Some(PartKind::MergedBoletos),
            ("statement", None) => Some(PartKind::Statement),
            _ => None,
        }
    }
}

/// The parts of a notice in the order of sending: text first (an unknown PDF looks like a scam), then each boleto
/// with its code alone, the statement last. Above `max_boletos`: one merged PDF and no codes.
///
/// `receivables`: what fires, in order, each with whether a boleto can be attached.
pub fn parts_of(receivables: &[(ReceivableId, bool)], max_boletos: usize, send_code: bool) -> Vec<PartKind> {
    let boletos: Vec<_> = receivables
        .iter()
        .filter(|(_, has)| *has)
        .map(|(id, _)| id)
        .collect();
    let mut parts = vec![PartKind::Text];
    if boletos.len() > max_boletos {
        parts.push(PartKind::MergedBoletos);
    } else {
        for id in boletos {
            parts.push(PartKind::Boleto(id.clone()));
            if send_code {
                parts.push(PartKind::Code(id.clone()));
            }
        }
    }
    parts.push(PartKind::Statement);
    parts
}

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
    use std::collections::HashSet;

    #[test]
    fn references_are_one_to_one_and_short() {
        let seen: HashSet<_> = (1..200_000).map(|n| Reference::of(NoticeId(n)).0).collect();
        assert_eq!(seen.len(), 199_999);
        assert!(seen.iter().all(|r| r.len() == 4));
        assert_eq!(Reference::of(NoticeId(923_521)).0.len(), 5);
    }

    #[test]
    fn parts_in_the_order_of_the_texts() {
        let words = |n: usize, max, code| {
            let receivables: Vec<_> = (0..n)
                .map(|i| (ReceivableId::new(i.to_string()), i != 1))
                .collect();
            parts_of(&receivables, max, code)
                .iter()
                .map(PartKind::word)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(words(0, 3, true), "text statement");
        assert_eq!(words(3, 3, true), "text boleto code boleto code statement");
        assert_eq!(words(3, 3, false), "text boleto boleto statement");
        assert_eq!(words(4, 2, true), "text boletos statement");
    }

    #[test]
    fn message_ids_differ_by_outbox_notice_and_part() {
        let id = |outbox, notice, seq| MessageId::derive(outbox, NoticeId(notice), seq);
        assert_eq!(id("a", 1, 1), id("a", 1, 1));
        let all = [
            id("a", 1, 1),
            id("b", 1, 1),
            id("a", 2, 1),
            id("a", 1, 2),
            id("a", 11, 1),
        ];
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert_eq!(id("a", 1, 1).as_str().len(), 22);
    }

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
