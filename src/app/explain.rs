//! Why a customer gets a notice, or not: everything that selection looks at, what was decided and sent before, and
//! what would happen next. The verdicts come from the same code as those of `scan`.

mod explanation;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Days, NaiveDate};

use crate::domain::document::slip::usable_code;
use crate::domain::ids::{BranchId, CustomerId, ReceivableId};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::{BoletoRecord, Contact, Customer, Receivable};
use crate::domain::selection::{Past, Recipient, Skipped, firing_stage};
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError, ErpSnapshot, Scope};
use crate::ports::outbox::{Claim, Memory, Outbox, OutboxError, StoredReply};

pub use self::explanation::{
    BoletoVerdict, BranchView, ContactView, Explanation, Forecast, NoticeView, ReceivableView,
};
use super::choose::{Debtors, past};
use super::customers::Whom;
use super::ground::{Ground, GroundError, Precondition, check_contract};
use super::shop::Shop;

/// Newest notices, replies and decisions told.
const LAST: u32 = 20;

/// How far ahead the next stage of a receivable is looked for.
const LOOK_AHEAD_DAYS: u64 = 400;

/// Why nothing can be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The ERP.
    #[error(transparent)]
    Erp(#[from] ErpError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

/// Whom a text means.
#[derive(Debug)]
pub enum Found {
    /// One customer.
    One(Box<Explanation>),
    /// Several; at most `limit` of them.
    Several(Vec<Customer>),
    /// Nobody.
    Nobody,
}

/// Finds the customer that `text` means (id, tax id, phone or part of the name) and explains it. `limit`: how many
/// are listed where several fit. `outbox` may be `None` before `init`.
///
/// # Errors
/// [`ExplainError`].
pub fn explain(
    erp: &dyn Erp,
    outbox: Option<&mut dyn Outbox>,
    shop: &Shop,
    clock: &dyn Clock,
    text: &str,
    limit: usize,
) -> Result<Found, ExplainError> {
    let mut snapshot = erp.snapshot()?;
    let id = match Whom::find(&mut *snapshot, text, limit)? {
        Whom::One(customer) => customer.id,
        Whom::Unreadable(id) => id,
        Whom::Several(customers) => return Ok(Found::Several(customers)),
        Whom::Nobody => return Ok(Found::Nobody),
    };
    let read = Read::of(&mut *snapshot, shop, clock, id)?;
    drop(snapshot);
    Ok(Found::One(Box::new(read.explain(outbox, shop)?)))
}

/// What one snapshot says about the customer.
struct Read {
    id: CustomerId,
    today: NaiveDate,
    day: NaiveDate,
    refusal: Option<Precondition>,
    ground: Ground,
    debtors: Debtors,
    boletos: BTreeMap<ReceivableId, BoletoVerdict>,
}

impl Read {
    fn of(
        snapshot: &mut dyn ErpSnapshot,
        shop: &Shop,
        clock: &dyn Clock,
        id: CustomerId,
    ) -> Result<Self, ExplainError> {
        let today = shop.today(clock.now());
        let ground = Ground::look(snapshot, shop)?;
        let close = ground.system.last_close();
        let day = close.checked_add_days(Days::new(1)).unwrap_or(close).max(today);
        // What refuses everybody does not end the story: it is told on top of it.
        let refusal = match check_contract(snapshot, day) {
            Ok(()) => ground.check_email().err(),
            Err(GroundError::Precondition(refusal)) => Some(refusal),
            Err(GroundError::Erp(error)) => return Err(error.into()),
        };
        let scope = Scope::Customers(vec![id.clone()]);
        let debtors = Debtors::read(snapshot, &scope, &ground, shop, day)?;
        let boletos = verdicts(&snapshot.boletos(&scope)?.rows, &debtors, day);
        Ok(Read {
            id,
            today,
            day,
            refusal,
            ground,
            debtors,
            boletos,
        })
    }

    fn explain(mut self, outbox: Option<&mut dyn Outbox>, shop: &Shop) -> Result<Explanation, ExplainError> {
        let own = self.debtors.receivables.get(&self.id).into_iter().flatten();
        let ids: Vec<ReceivableId> = own.map(|r| r.id.clone()).collect();
        let initialised = outbox.is_some();
        let (memory, story) = match outbox {
            Some(outbox) => (outbox.memory(&ids)?, Story::of(outbox, &self.id)?),
            None => (Memory::default(), Story::default()),
        };
        let now = self
            .debtors
            .decide(&self.ground, shop, self.day, &self.past_now(&memory));
        let next = self.forecast(shop, &memory);
        let receivables = self.receivables(shop, &memory);
        let branches = self.branches(&receivables);
        let contacts = self.contacts(shop, &memory);
        let mut bad_rows = self.ground.bad_rows.clone();
        bad_rows.append(&mut self.debtors.bad_rows);
        Ok(Explanation {
            customer: self.debtors.customers.remove(&self.id),
            system: self.ground.system,
            today: self.today,
            day: self.day,
            refusal: self.refusal,
            bank_return_stale: self.ground.bank_return_stale(shop, self.day),
            contacts,
            branches,
            receivables,
            hold: memory.holds.iter().find(|h| h.customer == self.id).cloned(),
            last_written: memory
                .last_written
                .iter()
                .filter(|(r, _)| r.customer == self.id)
                .cloned()
                .collect(),
            notices: story.notices,
            replies: story.replies,
            stored: story.stored,
            now,
            next,
            bad_rows,
            initialised,
            id: self.id,
        })
    }

    /// The receivables by due date, each with its verdict.
    fn receivables(&self, shop: &Shop, memory: &Memory) -> Vec<ReceivableView> {
        let rules = self.ground.rules(shop, self.day);
        let view = |receivable: &Receivable| {
            let mut claims: Vec<Claim> = memory
                .claims
                .iter()
                .filter(|c| c.receivable == receivable.id)
                .cloned()
                .collect();
            claims.sort();
            let boleto = self.boletos.get(&receivable.id).copied();
            ReceivableView {
                verdict: firing_stage(&rules, receivable),
                boleto: boleto.unwrap_or(BoletoVerdict::None),
                claims,
                next: next_stage(&self.ground, shop, self.day, receivable),
                receivable: receivable.clone(),
            }
        };
        let own = self.debtors.receivables.get(&self.id).into_iter().flatten();
        let mut views: Vec<ReceivableView> = own.map(view).collect();
        views.sort_by(|a, b| {
            (a.receivable.due_on, &a.receivable.id).cmp(&(b.receivable.due_on, &b.receivable.id))
        });
        views
    }

    /// The branches of these receivables.
    fn branches(&self, receivables: &[ReceivableView]) -> Vec<BranchView> {
        let ids: BTreeSet<&BranchId> = receivables.iter().map(|v| &v.receivable.branch).collect();
        ids.into_iter()
            .map(|id| BranchView {
                id: id.clone(),
                branch: self.ground.branches.get(id).cloned(),
                policy: self.ground.policies.get(id).cloned(),
            })
            .collect()
    }

    /// The contacts by key, as selection sees them.
    fn contacts(&self, shop: &Shop, memory: &Memory) -> Vec<ContactView> {
        let view = |contact: &Contact| {
            let phone = Phone::parse_field(&contact.phone, shop.area_code);
            ContactView {
                contact: contact.clone(),
                opted_out: phone.as_ref().is_ok_and(|p| memory.opted_out.contains(p)),
                phone,
            }
        };
        let own = self.debtors.contacts.get(&self.id).into_iter().flatten();
        let mut views: Vec<ContactView> = own.map(view).collect();
        views.sort_by(|a, b| a.contact.id.cmp(&b.contact.id));
        views
    }

    /// What a scan would see of the past: what waits untouched may be replaced.
    fn past_now(&self, memory: &Memory) -> Past {
        let free: HashSet<_> = memory
            .untouched
            .iter()
            .filter(|n| n.customer == self.id)
            .map(|n| n.id)
            .collect();
        past(memory, &free)
    }

    /// The selection after the next close, were nothing paid until then. What waits has left by then, but for what a
    /// guard holds.
    fn forecast(&self, shop: &Shop, memory: &Memory) -> Forecast {
        let system = &self.ground.system;
        let last = system.last_close();
        let close = system
            .business_date
            .max(last.checked_add_days(Days::new(1)).unwrap_or(last));
        let day = close
            .checked_add_days(Days::new(1))
            .unwrap_or(close)
            .max(self.today);
        let own = || memory.untouched.iter().filter(|n| n.customer == self.id);
        let free: HashSet<_> = own().filter(|n| n.held).map(|n| n.id).collect();
        let mut known = past(memory, &free);
        let leaves = shop
            .sending
            .next_sending_day(self.today, shop.send_at)
            .unwrap_or(self.today);
        for notice in own().filter(|n| !n.held) {
            let recipient = Recipient {
                branch: notice.branch.clone(),
                customer: notice.customer.clone(),
                phone: notice.phone.clone(),
            };
            known.last_written.insert(recipient, leaves);
        }
        Forecast {
            close,
            day,
            decisions: self.debtors.decide(&self.ground, shop, day, &known),
        }
    }
}

/// What is to be said of each receivable's boleto, as for a notice: the first good one counts, else the last problem.
fn verdicts(
    records: &[BoletoRecord],
    debtors: &Debtors,
    day: NaiveDate,
) -> BTreeMap<ReceivableId, BoletoVerdict> {
    let mut boletos = BTreeMap::new();
    for receivable in debtors.receivables.values().flatten() {
        let own = records
            .iter()
            .filter(|b| b.receivable.as_ref() == Some(&receivable.id));
        for record in own {
            let verdict = match usable_code(record, receivable, day) {
                Ok(_) => BoletoVerdict::Usable,
                Err(why) => BoletoVerdict::Refused(why),
            };
            boletos.insert(receivable.id.clone(), verdict);
            if verdict == BoletoVerdict::Usable {
                break;
            }
        }
    }
    boletos
}

/// What the outbox has about the customer.
#[derive(Default)]
struct Story {
    notices: Vec<NoticeView>,
    replies: Vec<StoredReply>,
    stored: Vec<(NaiveDate, Skipped)>,
}

impl Story {
    fn of(outbox: &mut dyn Outbox, id: &CustomerId) -> Result<Self, OutboxError> {
        let mut notices = Vec::new();
        for notice in outbox.notices_of(id, LAST)? {
            notices.push(NoticeView {
                events: outbox.events(notice.id)?,
                notice,
            });
        }
        Ok(Story {
            notices,
            replies: outbox.replies_of(id, LAST)?,
            stored: outbox.decisions_of(id, LAST)?,
        })
    }
}

/// The first day after `day` on which a receivable reaches another stage than it has on `day`, were nothing paid and
/// the bank returns imported.
fn next_stage(
    ground: &Ground,
    shop: &Shop,
    day: NaiveDate,
    receivable: &Receivable,
) -> Option<(NaiveDate, Stage)> {
    let stage_on = |day| {
        let mut rules = ground.rules(shop, day);
        rules.bank_return_stale = false;
        firing_stage(&rules, receivable).ok()
    };
    let present = stage_on(day);
    (1..=LOOK_AHEAD_DAYS)
        .filter_map(|n| day.checked_add_days(Days::new(n)))
        .find_map(|later| {
            stage_on(later)
                .filter(|stage| Some(*stage) != present)
                .map(|stage| (later, stage))
        })
}
