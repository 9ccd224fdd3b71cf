//! Selection over the ERP. Scan, dry run, departure and preview all choose with this code, so that what support
//! staff see is what will be sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::document::slip::{BoletoRefusal, usable_code};
use crate::domain::ids::{CustomerId, ReceivableId};
use crate::domain::notice::NoticeId;
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::{BadRow, BoletoRecord, Contact, Customer, Receivable};
use crate::domain::selection::{Case, Decisions, Past, firing_stage, reached, select};
use crate::ports::erp::{ErpError, ErpSnapshot, Scope};
use crate::ports::outbox::Memory;

use super::ground::Ground;
use super::shop::Shop;

/// The debtors of a scope, as read in one snapshot.
#[derive(Debug, Default)]
pub struct Debtors {
    /// Receivables by customer; a BTreeMap, so that the order of rows never matters.
    pub receivables: BTreeMap<CustomerId, Vec<Receivable>>,
    /// Customers by id.
    pub customers: HashMap<CustomerId, Customer>,
    /// Contacts by customer.
    pub contacts: HashMap<CustomerId, Vec<Contact>>,
    /// Boletos that can be attached on the day.
    pub boletos: HashMap<ReceivableId, BoletoRecord>,
    /// Those that cannot, and why.
    pub dropped_boletos: Vec<(ReceivableId, BoletoRefusal)>,
    /// Rows that could not be read.
    pub bad_rows: Vec<BadRow>,
}

impl Debtors {
    /// Reads the debtors of a scope. Only boletos of receivables that fire on `day` are checked.
    ///
    /// # Errors
    /// [`ErpError`].
    pub fn read(
        snapshot: &mut dyn ErpSnapshot,
        scope: &Scope,
        ground: &Ground,
        shop: &Shop,
        day: NaiveDate,
    ) -> Result<Self, ErpError> {
        let mut out = Debtors::default();
        let receivables = snapshot.receivables(scope)?;
        let customers = snapshot.customers(scope)?;
        let contacts = snapshot.contacts(scope)?;
        let boletos = snapshot.boletos(scope)?;
        out.bad_rows = [receivables.bad, customers.bad, contacts.bad, boletos.bad].concat();

        let rules = ground.rules(shop, day);
        let firing: HashMap<&ReceivableId, &Receivable> = receivables
            .rows
            .iter()
            .filter(|r| firing_stage(&rules, r).is_ok())
            .map(|r| (&r.id, r))
            .collect();
        let mut records: HashMap<&ReceivableId, Vec<_>> = HashMap::new();
        for record in &boletos.rows {
            if let Some(id) = record.receivable.as_ref().filter(|id| firing.contains_key(id)) {
                records.entry(id).or_default().push(record);
            }
        }
        // A receivable may hold several boletos (a second copy after a change): the first good one counts.
        for (id, records) in records {
            let mut problem = None;
            for record in records {
                match usable_code(record, firing[id], day) {
                    Ok(_) => {
                        out.boletos.insert(id.clone(), (*record).clone());
                        problem = None;
                        break;
                    }
                    Err(why) => problem = Some(why),
                }
            }
            if let Some(why) = problem {
                out.dropped_boletos.push((id.clone(), why));
            }
        }
        out.dropped_boletos.sort_by(|a, b| a.0.cmp(&b.0));

        for receivable in receivables.rows {
            out.receivables
                .entry(receivable.customer.clone())
                .or_default()
                .push(receivable);
        }
        out.customers = customers.rows.into_iter().map(|c| (c.id.clone(), c)).collect();
        for contact in contacts.rows {
            out.contacts
                .entry(contact.customer.clone())
                .or_default()
                .push(contact);
        }
        Ok(out)
    }

    /// Keys of the receivables that fire on the day, whoever they would go to.
    pub fn firing(&self, ground: &Ground, shop: &Shop, day: NaiveDate) -> Vec<ReceivableId> {
        let rules = ground.rules(shop, day);
        self.receivables
            .values()
            .flatten()
            .filter(|r| firing_stage(&rules, r).is_ok())
            .map(|r| r.id.clone())
            .collect()
    }

    /// The stages reached by every customer, for the baseline.
    pub fn reached(&self, ground: &Ground, shop: &Shop, day: NaiveDate) -> Vec<(ReceivableId, Phone, Stage)> {
        let rules = ground.rules(shop, day);
        self.receivables
            .iter()
            .flat_map(|(id, receivables)| reached(&rules, &self.case(id, receivables)))
            .collect()
    }

    fn case<'a>(&'a self, id: &'a CustomerId, receivables: &'a [Receivable]) -> Case<'a> {
        Case {
            id,
            customer: self.customers.get(id),
            contacts: self.contacts.get(id).map_or(&[], Vec::as_slice),
            receivables,
        }
    }

    /// Decides about every customer.
    pub fn decide(&self, ground: &Ground, shop: &Shop, day: NaiveDate, past: &Past) -> Decisions {
        let rules = ground.rules(shop, day);
        let mut out = Decisions::default();
        for (id, receivables) in &self.receivables {
            let case = self.case(id, receivables);
            let decided = select(&rules, past, &case, &|r| self.boletos.contains_key(r));
            out.selected.extend(decided.selected);
            out.skipped.extend(decided.skipped);
        }
        out
    }
}

/// What the past says, with the claims of `free` notices left out.
pub fn past(memory: &Memory, free: &HashSet<NoticeId>) -> Past {
    let is_free = |notice: &Option<NoticeId>| notice.is_some_and(|id| free.contains(&id));
    Past {
        claims: memory
            .claims
            .iter()
            .filter(|c| !is_free(&c.notice))
            .map(|c| (c.receivable.clone(), c.phone.clone(), c.stage))
            .collect(),
        last_written: memory
            .last_written
            .iter()
            .fold(HashMap::new(), |mut last, (recipient, day)| {
                let known = last.entry(recipient.clone()).or_insert(*day);
                *known = (*known).max(*day);
                last
            }),
        opted_out: memory.opted_out.iter().cloned().collect(),
        holds: memory
            .holds
            .iter()
            .map(|h| (h.customer.clone(), h.clone()))
            .collect(),
    }
}
