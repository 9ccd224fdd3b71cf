//! One customer's notices as documents, from one fresh read: texts, captions, file names and PDFs. `send`,
//! `send --test` and `preview` all write with this, so that what is previewed is what is sent.

use std::collections::{BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::document::message::{MessageView, distinct};
use crate::domain::document::slip::BoletoView;
use crate::domain::document::statement::{StatementInput, StatementView};
use crate::domain::document::{Creditor, Debtor, Payee};
use crate::domain::ids::{BranchId, ContactId, CustomerId, ReceivableId};
use crate::domain::notice::{PartKind, Reference};
use crate::domain::policy::Stage;
use crate::domain::receivable::{Branch, Contact, Customer, Receivable};
use crate::domain::selection::{BranchPolicy, Selected};
use crate::ports::erp::{ErpSnapshot, Scope};
use crate::ports::gateway::Content;
use crate::ports::outbox::Notice;
use crate::render::message::TemplateError;
use crate::render::{boleto_pdf, file_names, message, statement_pdf};

use super::choose::Debtors;
use super::ground::{Ground, GroundError};
use super::shop::Shop;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// The configured text.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A receivable, contact or branch of the notice is not in the fresh read.
    #[error("{0} is gone from the ERP")]
    Gone(String),
}

/// A fresh read of one customer.
#[derive(Debug)]
pub struct Dossier {
    /// The day of the values.
    pub day: NaiveDate,
    /// The moment of the read, by the shop's clock.
    pub drawn_at: NaiveDateTime,
    /// Dates, policies, branches.
    pub ground: Ground,
    /// The customer with contacts, receivables and boletos.
    pub debtors: Debtors,
    bank_pdfs: HashMap<ReceivableId, Vec<u8>>,
}

/// One notice, as far as its documents need to know it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Recipient.
    pub contact: ContactId,
    /// Recipient's name.
    pub contact_name: String,
    /// What fires.
    pub items: Vec<(ReceivableId, Stage)>,
    /// All parts, those that left included: they number the boletos.
    pub parts: Vec<PartKind>,
    /// Reference.
    pub reference: Reference,
}

impl Letter {
    /// Of a stored notice.
    pub fn of_notice(notice: &Notice) -> Self {
        Letter {
            branch: notice.branch.clone(),
            customer: notice.customer.clone(),
            contact: notice.contact.clone(),
            contact_name: notice.contact_name.clone(),
            items: notice
                .items
                .iter()
                .map(|i| (i.receivable.clone(), i.stage))
                .collect(),
            parts: notice.parts.iter().map(|p| p.kind.clone()).collect(),
            reference: notice.reference.clone(),
        }
    }

    /// Of a selection that is not stored.
    pub fn of_selected(selected: &Selected, parts: Vec<PartKind>, reference: Reference) -> Self {
        Letter {
            branch: selected.branch.clone(),
            customer: selected.customer.clone(),
            contact: selected.contact.clone(),
            contact_name: selected.contact_name.clone(),
            items: selected.claims(),
            parts,
            reference,
        }
    }
}

impl Dossier {
    /// Reads one customer afresh. Logos and the banks' PDFs are fetched here and nowhere else.
    ///
    /// # Errors
    /// [`GroundError`]: fail closed.
    pub fn read(
        snapshot: &mut dyn ErpSnapshot,
        shop: &Shop,
        customer: &CustomerId,
        drawn_at: NaiveDateTime,
    ) -> Result<Self, GroundError> {
        let day = drawn_at.date();
        let mut ground = Ground::read(snapshot, shop, day)?;
        let debtors = Debtors::read(
            snapshot,
            &Scope::Customers(vec![customer.clone()]),
            &ground,
            shop,
            day,
        )?;
        let mut bank_pdfs = HashMap::new();
        for id in debtors.boletos.keys() {
            // A file that is no PDF, or too large, is left aside: the boleto is drawn from its code.
            if let Some(bytes) = snapshot.boleto_pdf(customer, id)?
                && boleto_pdf::check_bank_pdf(&bytes).is_ok()
            {
                bank_pdfs.insert(id.clone(), bytes);
            }
        }
        let branches: BTreeSet<BranchId> = debtors
            .receivables
            .values()
            .flatten()
            .map(|r| r.branch.clone())
            .collect();
        for id in branches {
            if let Some(branch) = ground.branches.get_mut(&id).filter(|b| b.logo.is_none()) {
                branch.logo = snapshot.logo(&id)?;
            }
        }
        Ok(Dossier {
            day,
            drawn_at,
            ground,
            debtors,
            bank_pdfs,
        })
    }

    /// The boleto of a receivable may still go along.
    pub fn can_attach(&self, receivable: &ReceivableId) -> bool {
        self.debtors.boletos.contains_key(receivable)
    }

    /// Those of the notice's receivables that are still open.
    pub fn open_of(&self, notice: &Notice) -> Vec<&Receivable> {
        notice
            .items
            .iter()
            .filter_map(|i| self.receivable(&notice.customer, &i.receivable))
            .filter(|r| r.balance.is_positive())
            .collect()
    }

    /// What a part of the letter carries.
    ///
    /// # Errors
    /// [`DossierError`].
    pub fn content(&self, shop: &Shop, letter: &Letter, part: &PartKind) -> Result<Content, DossierError> {
        let lang = shop.lang;
        match part {
            PartKind::Text => Ok(Content::Text(self.text(shop, letter)?)),
            PartKind::Code(id) => {
                let overdue = letter
                    .items
                    .iter()
                    .any(|(item, stage)| item == id && stage.is_overdue());
                Ok(Content::Text(self.boleto(letter, id)?.code_to_copy(overdue)))
            }
            PartKind::Boleto(id) => {
                let view = self.boleto(letter, id)?;
                let boletos = || letter.parts.iter().filter(|p| matches!(p, PartKind::Boleto(_)));
                let number = boletos().position(|p| p == part).map_or(1, |at| at + 1);
                let of = boletos().count().max(number);
                let bytes = match self.bank_pdfs.get(id) {
                    Some(bytes) => bytes.clone(),
                    None => boleto_pdf::boleto_pdf(&view),
                };
                Ok(pdf(
                    file_names::boleto(lang, &view, number, of),
                    message::boleto_caption(&view, number, of, lang),
                    bytes,
                ))
            }
            PartKind::MergedBoletos => {
                let views = letter
                    .items
                    .iter()
                    .filter(|(id, _)| self.can_attach(id))
                    .map(|(id, _)| self.boleto(letter, id))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(pdf(
                    file_names::merged_boletos(lang, &views),
                    message::merged_caption(&views, lang),
                    boleto_pdf::boletos_pdf(&views),
                ))
            }
            PartKind::Statement => {
                let view = self.statement(letter)?;
                Ok(pdf(
                    file_names::statement(lang, &view),
                    message::statement_caption(&view, lang),
                    statement_pdf::statement_pdf(&view, lang),
                ))
            }
        }
    }

    fn text(&self, shop: &Shop, letter: &Letter) -> Result<String, DossierError> {
        let customer = self.customer(letter)?;
        let firing: Vec<(&Receivable, Stage)> = letter
            .items
            .iter()
            .filter_map(|(id, stage)| Some((self.receivable(&letter.customer, id)?, *stage)))
            .filter(|(r, _)| r.balance.is_positive())
            .collect();
        let contact = Contact {
            id: letter.contact.clone(),
            customer: letter.customer.clone(),
            name: letter.contact_name.clone(),
            phone: String::new(),
            receives_whatsapp: true,
        };
        let view = MessageView::of(
            Creditor::of(self.branch(letter)?),
            customer,
            &contact,
            &firing,
            self.payees(letter)?,
            letter.parts.iter().any(|p| matches!(p, PartKind::Code(_))),
            letter.reference.as_str(),
        );
        Ok(message::text(shop.message.as_deref(), &view, shop.lang)?)
    }

    fn boleto(&self, letter: &Letter, id: &ReceivableId) -> Result<BoletoView, DossierError> {
        let gone = || DossierError::Gone(format!("boleto of receivable {id}"));
        let receivable = self.receivable(&letter.customer, id).ok_or_else(gone)?;
        let record = self.debtors.boletos.get(id).ok_or_else(gone)?;
        let creditor = Creditor::of(self.branch(letter)?);
        let payer = Debtor::of(self.customer(letter)?);
        BoletoView::of(
            &creditor,
            &payer,
            receivable,
            record,
            self.day,
            letter.reference.as_str(),
        )
        .map_err(|_| gone())
    }

    /// The payees of the boletos among the parts.
    fn payees(&self, letter: &Letter) -> Result<Vec<Payee>, DossierError> {
        let creditor = Creditor::of(self.branch(letter)?);
        let with_boleto = letter.items.iter().filter(|(id, _)| {
            self.can_attach(id)
                && letter
                    .parts
                    .iter()
                    .any(|p| *p == PartKind::MergedBoletos || *p == PartKind::Boleto(id.clone()))
        });
        Ok(distinct(
            with_boleto
                .filter_map(|(id, _)| self.debtors.boletos.get(id))
                .map(|r| Payee::of(r, &creditor)),
        ))
    }

    fn statement(&self, letter: &Letter) -> Result<StatementView, DossierError> {
        let branch = self.branch(letter)?;
        let receivables: Vec<&Receivable> = self
            .debtors
            .receivables
            .get(&letter.customer)
            .into_iter()
            .flatten()
            .filter(|r| r.branch == letter.branch)
            .collect();
        let upcoming_horizon = match self.ground.policies.get(&letter.branch) {
            Some(BranchPolicy::Active(policy)) => policy.upcoming_horizon(),
            _ => 0,
        };
        let banks = self.ground.banks.clone();
        Ok(StatementView::of(StatementInput {
            creditor: Creditor::of(branch),
            debtor: Debtor::of(self.customer(letter)?),
            receivables: &receivables,
            today: self.day,
            upcoming_horizon,
            payable_on: &|due| banks.on_or_after(due),
            payees: self.payees(letter)?,
            generated_at: self.drawn_at,
            reference: letter.reference.to_string(),
        }))
    }

    fn branch(&self, letter: &Letter) -> Result<&Branch, DossierError> {
        self.ground
            .branches
            .get(&letter.branch)
            .ok_or_else(|| DossierError::Gone(format!("branch {}", letter.branch)))
    }

    fn customer(&self, letter: &Letter) -> Result<&Customer, DossierError> {
        self.debtors
            .customers
            .get(&letter.customer)
            .ok_or_else(|| DossierError::Gone(format!("customer {}", letter.customer)))
    }

    fn receivable(&self, customer: &CustomerId, id: &ReceivableId) -> Option<&Receivable> {
        self.debtors
            .receivables
            .get(customer)?
            .iter()
            .find(|r| r.id == *id)
    }
}

fn pdf(file_name: String, caption: String, bytes: Vec<u8>) -> Content {
    Content::Document {
        file_name,
        mime_type: "application/pdf".to_owned(),
        caption: Some(caption),
        bytes,
    }
}
