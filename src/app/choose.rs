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
use crate::domain::selection::{Case, Decisions, Past, Rules, firing_stage, reached, select};
use crate::ports::erp::{ErpError, ErpSnapshot, Scope};
use crate::ports::outbox::Memory;

use super::ground::Ground;
use super::shop::Shop;

/// The debtors of a scope, as read in one snapshot.
///
/// Trees and not hash tables, built in one go from sorted rows: no room is left unused where a scan holds hundreds of
/// thousands of them, and the order of rows never matters.
#[derive(Debug, Default)]
pub struct Debtors {
    /// Receivables by customer.
    pub receivables: BTreeMap<CustomerId, Vec<Receivable>>,
    /// Customers by id.
    pub customers: BTreeMap<CustomerId, Customer>,
    /// Contacts by customer.
    pub contacts: BTreeMap<CustomerId, Vec<Contact>>,
    /// Receivables with a boleto that can be attached on the day.
    pub attachable: HashSet<ReceivableId>,
    /// Those boletos. Empty when the scope is a range of due dates: nothing is drawn then.
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
        let bad_boletos = out.read_boletos(snapshot, scope, &receivables.rows, &ground.rules(shop, day))?;
        out.receivables = by_customer(receivables.rows, |r| &r.customer);
        let customers = snapshot.customers(scope)?;
        out.customers = customers.rows.into_iter().map(|c| (c.id.clone(), c)).collect();
        let contacts = snapshot.contacts(scope)?;
        out.contacts = by_customer(contacts.rows, |c| &c.customer);
        out.bad_rows = [receivables.bad, customers.bad, contacts.bad, bad_boletos].concat();
        Ok(out)
    }

    /// A receivable may hold several boletos (a second copy after a change): the first good one counts.
    fn read_boletos(
        &mut self,
        snapshot: &mut dyn ErpSnapshot,
        scope: &Scope,
        receivables: &[Receivable],
        rules: &Rules<'_>,
    ) -> Result<Vec<BadRow>, ErpError> {
        let drawn = matches!(scope, Scope::Customers(_));
        let firing: HashMap<&ReceivableId, &Receivable> = receivables
            .iter()
            .filter(|r| firing_stage(rules, r).is_ok())
            .map(|r| (&r.id, r))
            .collect();
        let mut problems: BTreeMap<ReceivableId, BoletoRefusal> = BTreeMap::new();
        let bad = snapshot.boletos_each(scope, &mut |record| {
            let Some(id) = &record.receivable else { return };
            let Some(receivable) = firing.get(id) else { return };
            if self.attachable.contains(id) {
                return;
            }
            match usable_code(&record, receivable, rules.day) {
                Ok(_) => {
                    problems.remove(id);
                    self.attachable.insert(id.clone());
                    if drawn {
                        self.boletos.insert(id.clone(), record);
                    }
                }
                Err(why) => {
                    problems.insert(id.clone(), why);
                }
            }
        })?;
        self.dropped_boletos = problems.into_iter().collect();
        Ok(bad)
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
            let decided = select(&rules, past, &case, &|r| self.attachable.contains(r));
            out.selected.extend(decided.selected);
            out.skipped.extend(decided.skipped);
        }
        out
    }

    /// The same, letting go of each customer that is decided about, so that a large shop's decisions take the room of
    /// what they came from. Gives also the names of the customers with notices.
    pub fn decide_all(
        mut self,
        ground: &Ground,
        shop: &Shop,
        day: NaiveDate,
        past: &Past,
    ) -> (Decisions, HashMap<CustomerId, String>) {
        let rules = ground.rules(shop, day);
        let mut out = Decisions::default();
        let mut names = HashMap::new();
        for (id, receivables) in std::mem::take(&mut self.receivables) {
            let customer = self.customers.remove(&id);
            let contacts = self.contacts.remove(&id).unwrap_or_default();
            let case = Case {
                id: &id,
                customer: customer.as_ref(),
                contacts: &contacts,
                receivables: &receivables,
            };
            let decided = select(&rules, past, &case, &|r| self.attachable.contains(r));
            if let Some(customer) = customer.filter(|_| !decided.selected.is_empty()) {
                names.insert(id, customer.name);
            }
            out.selected.extend(decided.selected);
            out.skipped.extend(decided.skipped);
        }
        (out, names)
    }
}

/// Rows by their customer, each customer's in the order in which they came.
fn by_customer<T>(mut rows: Vec<T>, customer: impl Fn(&T) -> &CustomerId) -> BTreeMap<CustomerId, Vec<T>> {
    rows.sort_by(|a, b| customer(a).cmp(customer(b)));
    let mut groups: Vec<(CustomerId, usize)> = Vec::new();
    for row in &rows {
        match groups.last_mut() {
            Some((id, count)) if id == customer(row) => *count += 1,
            _ => groups.push((customer(row).clone(), 1)),
        }
    }
    let mut rows = rows.into_iter();
    groups
        .into_iter()
        .map(|(id, count)| {
            let mut own = Vec::with_capacity(count);
            own.extend(rows.by_ref().take(count));
            (id, own)
        })
        .collect()
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
