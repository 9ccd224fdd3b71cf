//! `send --test`: one customer's notice, marked TESTE, to a phone of ours. The outbox stays untouched, so that a
//! test never blocks the real notice as a double.

use crate::domain::ids::{CustomerId, InstanceId};
use crate::domain::notice::{MessageId, NoticeId, PartKind, Reference, parts_of};
use crate::domain::phone::Phone;
use crate::domain::selection::{Past, Skipped};
use crate::ports::clock::{Clock, Random};
use crate::ports::erp::{Erp, ErpError};
use crate::ports::gateway::{Content, GatewayError, LinkState, OpenGateway, SendOutcome};

use super::super::dossier::{Dossier, DossierError, Letter};
use super::super::ground::GroundError;
use super::super::shop::Shop;
use super::notice::pause;

/// The mark before the text and the captions, and the reference in the file names.
pub const MARK: &str = "TESTE";

/// Why a test did not go out.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The ERP, or a precondition.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// A document could not be made.
    #[error(transparent)]
    Dossier(#[from] DossierError),
    /// The gateway.
    #[error("{instance}: {error}")]
    Gateway {
        /// Which instance.
        instance: InstanceId,
        /// Why.
        error: GatewayError,
    },
    /// The instance is not linked.
    #[error("{instance} is not linked")]
    NotPaired {
        /// Which instance.
        instance: InstanceId,
        /// Its state.
        state: LinkState,
    },
    /// The phone is not on WhatsApp.
    #[error("not on WhatsApp")]
    NotOnWhatsApp,
    /// Nothing would be sent to this customer; the reasons.
    #[error("nothing to send")]
    NothingToSend(Vec<Skipped>),
    /// No instance to send from.
    #[error("no instance")]
    NoInstance,
    /// A part was not accepted; how many were before it.
    #[error("part {part} of {of} was not accepted: {outcome:?}")]
    NotAccepted {
        /// Which, from 1.
        part: usize,
        /// Of how many.
        of: usize,
        /// What the gateway said.
        outcome: SendOutcome,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl From<ErpError> for TrialError {
    fn from(error: ErpError) -> Self {
        TrialError::Ground(error.into())
    }
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialReport {
    /// From which instance.
    pub instance: InstanceId,
    /// The parts, in order.
    pub parts: Vec<PartKind>,
}

/// Sends the first notice that `customer` would get today, claims and earlier notices left aside, to `to`.
///
/// # Errors
/// [`TrialError`].
pub fn send_test(
    erp: &dyn Erp,
    shop: &Shop,
    clock: &dyn Clock,
    random: &dyn Random,
    gateway: &OpenGateway<'_>,
    customer: &CustomerId,
    to: &Phone,
) -> Result<TrialReport, TrialError> {
    let now = clock.now();
    let dossier = {
        let mut snapshot = erp.snapshot()?;
        Dossier::read(&mut *snapshot, shop, customer, shop.local(now))?
    };
    let decisions = dossier
        .debtors
        .decide(&dossier.ground, shop, dossier.day, &Past::default());
    let Some(selected) = decisions.selected.first() else {
        return Err(TrialError::NothingToSend(decisions.skipped));
    };
    let boletos: Vec<_> = selected
        .items
        .iter()
        .map(|i| (i.receivable.clone(), i.has_boleto))
        .collect();
    let parts = parts_of(&boletos, shop.max_boletos, shop.send_code);
    let letter = Letter::of_selected(selected, parts.clone(), Reference::fixed(MARK));
    let instance = dossier
        .ground
        .instance_for(&selected.branch, shop)
        .ok_or(TrialError::NoInstance)?;
    let failed = |error| TrialError::Gateway {
        instance: instance.clone(),
        error,
    };
    let gateway = gateway(&instance).map_err(failed)?;
    match gateway.status().map_err(failed)? {
        LinkState::Open { .. } => {}
        state => return Err(TrialError::NotPaired { instance, state }),
    }
    let canonical = gateway
        .resolve(std::slice::from_ref(to))
        .map_err(failed)?
        .into_iter()
        .next()
        .and_then(|r| r.canonical)
        .ok_or(TrialError::NotOnWhatsApp)?;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 && !pause(clock, random.between(shop.pace.part_gap.0, shop.pace.part_gap.1)) {
            return Err(TrialError::Interrupted);
        }
        let content = marked(dossier.content(shop, &letter, part)?, part);
        // A test is nobody's notice: its ids come from the moment, so that two tests differ.
        let id = MessageId::derive(
            &format!("{MARK}:{}", now.timestamp_micros()),
            NoticeId(0),
            index as u16,
        );
        match gateway.send(&id, &canonical, &content) {
            SendOutcome::Accepted { .. } => {}
            outcome => {
                return Err(TrialError::NotAccepted {
                    part: index + 1,
                    of: parts.len(),
                    outcome,
                });
            }
        }
    }
    Ok(TrialReport { instance, parts })
}

/// Marks text and captions; a code to copy stays bare.
fn marked(content: Content, part: &PartKind) -> Content {
    match (content, part) {
        (Content::Text(text), PartKind::Text) => Content::Text(format!("*[{MARK}]* {text}")),
        (
            Content::Document {
                file_name,
                mime_type,
                caption,
                bytes,
            },
            _,
        ) => Content::Document {
            file_name,
            mime_type,
            caption: Some(format!("[{MARK}] {}", caption.unwrap_or_default())),
            bytes,
        },
        (content, _) => content,
    }
}
