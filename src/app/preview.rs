//! What `send` would write to one customer today, nothing sent and nothing stored.

use std::collections::HashSet;

use crate::domain::ids::CustomerId;
use crate::domain::notice::{PartKind, Reference, parts_of};
use crate::domain::phone::Phone;
use crate::domain::selection::{Past, Skipped};
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError};
use crate::ports::gateway::Content;
use crate::ports::outbox::{Outbox, OutboxError};

use super::choose::past;
use super::dossier::{Dossier, DossierError, Letter};
use super::ground::GroundError;
use super::shop::Shop;

/// The reference of a preview that belongs to no stored notice.
const REFERENCE: &str = "PREVIA";

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The ERP, or a precondition.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// A document could not be made.
    #[error(transparent)]
    Dossier(#[from] DossierError),
}

impl From<ErpError> for PreviewError {
    fn from(error: ErpError) -> Self {
        PreviewError::Ground(error.into())
    }
}

/// A notice as it would look.
#[derive(Debug)]
pub struct Preview {
    /// To whom.
    pub phone: Phone,
    /// The letter.
    pub letter: Letter,
    /// Its parts with their contents, in order.
    pub parts: Vec<(PartKind, Content)>,
}

/// Previews of a customer.
#[derive(Debug)]
pub struct Previews {
    /// What would be sent.
    pub previews: Vec<Preview>,
    /// Why someone or something was left out.
    pub skipped: Vec<Skipped>,
    /// Nothing would leave today because it left before: the previews show what it would be without that.
    pub already_claimed: bool,
}

/// Makes the previews. `outbox` may be `None` before `init`.
///
/// # Errors
/// [`PreviewError`].
pub fn preview(
    erp: &dyn Erp,
    outbox: Option<&mut dyn Outbox>,
    shop: &Shop,
    clock: &dyn Clock,
    customer: &CustomerId,
) -> Result<Previews, PreviewError> {
    let drawn_at = shop.local(clock.now());
    let dossier = {
        let mut snapshot = erp.snapshot()?;
        Dossier::read(&mut *snapshot, shop, customer, drawn_at)?
    };
    let mut known = Past::default();
    let mut stored = Vec::new();
    if let Some(outbox) = outbox {
        let memory = outbox.memory(&dossier.debtors.firing(&dossier.ground, shop, dossier.day))?;
        let free: HashSet<_> = memory
            .untouched
            .iter()
            .filter(|n| n.customer == *customer)
            .map(|n| n.id)
            .collect();
        known = past(&memory, &free);
        for notice in memory.untouched.iter().filter(|n| n.customer == *customer) {
            stored.extend(outbox.notice(notice.id)?);
        }
    }
    let mut decisions = dossier.debtors.decide(&dossier.ground, shop, dossier.day, &known);
    let mut already_claimed = false;
    if decisions.selected.is_empty() {
        let without_past = dossier
            .debtors
            .decide(&dossier.ground, shop, dossier.day, &Past::default());
        already_claimed = !without_past.selected.is_empty();
        decisions.selected = without_past.selected;
    }
    let mut previews = Vec::new();
    for selected in &decisions.selected {
        let boletos: Vec<_> = selected
            .items
            .iter()
            .map(|i| (i.receivable.clone(), i.has_boleto))
            .collect();
        let parts = parts_of(&boletos, shop.max_boletos, shop.send_code);
        // A stored notice that waits gives its reference: the files are then exactly those that will leave.
        let reference = stored
            .iter()
            .find(|n| n.branch == selected.branch && n.phone == selected.phone)
            .map_or_else(|| Reference::fixed(REFERENCE), |n| n.reference.clone());
        let letter = Letter::of_selected(selected, parts.clone(), reference);
        let contents = parts
            .into_iter()
            .map(|part| {
                dossier
                    .content(shop, &letter, &part)
                    .map(|content| (part, content))
            })
            .collect::<Result<Vec<_>, _>>()?;
        previews.push(Preview {
            phone: selected.phone.clone(),
            letter,
            parts: contents,
        });
    }
    Ok(Previews {
        previews,
        skipped: decisions.skipped,
        already_claimed,
    })
}
