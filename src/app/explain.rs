//! Why a customer gets a notice, or not: everything that selection looks at, what was decided and sent before, and
//! what would happen next. The verdicts come from the same code as those of `scan`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Days, NaiveDate};

use crate::domain::document::slip::{BoletoRefusal, usable_code};
use crate::domain::ids::{BranchId, CustomerId, ReceivableId};
use crate::domain::phone::{Phone, PhoneError};
use crate::domain::policy::Stage;
use crate::domain::receivable::{BadRow, Branch, Contact, Customer, Receivable, SystemDates};
use crate::domain::selection::{
    BranchPolicy, Decisions, Hold, Past, Recipient, SkipReason, Skipped, firing_stage,
};
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError, ErpSnapshot, Scope};
use crate::ports::outbox::{Claim, Event, Memory, Notice, Outbox, OutboxError, StoredReply};

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

/// All about one customer.
#[derive(Debug)]
pub struct Explanation {
    /// The customer's key.
    pub id: CustomerId,
    /// The customer; `None`: its row could not be read.
    pub customer: Option<Customer>,
    /// Dates of the ERP.
    pub system: SystemDates,
    /// The shop's today.
    pub today: NaiveDate,
    /// Reference day of the last close: the day of the verdicts.
    pub day: NaiveDate,
    /// A precondition that refuses everybody on that day.
    pub refusal: Option<Precondition>,
    /// No bank return lately: overdue ones wait.
    pub bank_return_stale: bool,
    /// Contacts in the order of their keys.
    pub contacts: Vec<ContactView>,
    /// Branches that the customer owes, with their policies.
    pub branches: Vec<BranchView>,
    /// Receivables by due date.
    pub receivables: Vec<ReceivableView>,
    /// A promise, a dispute.
    pub hold: Option<Hold>,
    /// When something last left to this customer, by recipient.
    pub last_written: Vec<(Recipient, NaiveDate)>,
    /// Notices that were stored, newest first.
    pub notices: Vec<NoticeView>,
    /// Replies to them, newest first.
    pub replies: Vec<StoredReply>,
    /// Decisions against, as the last runs stored them, newest first, with the close.
    pub stored: Vec<(NaiveDate, Skipped)>,
    /// What a selection of the last close would decide now; what is stored for it and waits counts as open.
    pub now: Decisions,
    /// The next close and what a selection after it would decide, if nothing is paid and what waits leaves.
    pub next: Forecast,
    /// Rows of this customer that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// The WA_* tables are there; without them nothing is known of the past.
    pub initialised: bool,
}

/// A contact and how selection sees it.
#[derive(Debug)]
pub struct ContactView {
    /// As the ERP has it.
    pub contact: Contact,
    /// The phone as it was read.
    pub phone: Result<Phone, PhoneError>,
    /// The phone wants no notices.
    pub opted_out: bool,
}

/// A branch and its policy.
#[derive(Debug)]
pub struct BranchView {
    /// Key.
    pub id: BranchId,
    /// The branch; `None`: its row could not be read.
    pub branch: Option<Branch>,
    /// The policy that counts; `None` as above.
    pub policy: Option<BranchPolicy>,
}

/// A receivable, its verdict and what goes with it.
#[derive(Debug)]
pub struct ReceivableView {
    /// As the ERP has it.
    pub receivable: Receivable,
    /// The stage that fires on the reference day, or why none does.
    pub verdict: Result<Stage, (SkipReason, String)>,
    /// Its boleto on that day.
    pub boleto: BoletoVerdict,
    /// Stages claimed before.
    pub claims: Vec<Claim>,
    /// The next stage that is reached after the reference day, if nothing is paid.
    pub next: Option<(NaiveDate, Stage)>,
}

/// Whether a boleto could go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoletoVerdict {
    /// The ERP has none.
    None,
    /// It can be paid.
    Usable,
    /// It stays behind.
    Refused(BoletoRefusal),
}

/// A stored notice with what happened to it.
#[derive(Debug)]
pub struct NoticeView {
    /// The notice with its parts.
    pub notice: Notice,
    /// Its events, oldest first.
    pub events: Vec<Event>,
}

/// A selection to come.
#[derive(Debug)]
pub struct Forecast {
    /// The close it is for.
    pub close: NaiveDate,
    /// Its reference day.
    pub day: NaiveDate,
    /// What would be decided.
    pub decisions: Decisions,
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
        let records = snapshot.boletos(&scope)?.rows;
        let mut boletos: BTreeMap<ReceivableId, BoletoVerdict> = BTreeMap::new();
        for receivable in debtors.receivables.values().flatten() {
            let own = records
                .iter()
                .filter(|b| b.receivable.as_ref() == Some(&receivable.id));
            // As for a notice: the first good one counts, else the last problem is told.
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
        let receivables = self.debtors.receivables.remove(&self.id).unwrap_or_default();
        let ids: Vec<ReceivableId> = receivables.iter().map(|r| r.id.clone()).collect();
        self.debtors.receivables.insert(self.id.clone(), receivables);
        let initialised = outbox.is_some();
        let (memory, story) = match outbox {
            Some(outbox) => (outbox.memory(&ids)?, Story::of(outbox, &self.id)?),
            None => (Memory::default(), Story::default()),
        };
        let Story {
            notices,
            replies,
            stored,
        } = story;

        let now = self
            .debtors
            .decide(&self.ground, shop, self.day, &self.past_now(&memory));
        let next = self.forecast(shop, &memory);
        let rules = self.ground.rules(shop, self.day);
        let mut views: Vec<ReceivableView> = self.debtors.receivables[&self.id]
            .iter()
            .map(|receivable| {
                let mut claims: Vec<Claim> = memory
                    .claims
                    .iter()
                    .filter(|c| c.receivable == receivable.id)
                    .cloned()
                    .collect();
                claims.sort();
                ReceivableView {
                    verdict: firing_stage(&rules, receivable),
                    boleto: self
                        .boletos
                        .get(&receivable.id)
                        .copied()
                        .unwrap_or(BoletoVerdict::None),
                    claims,
                    next: next_stage(&self.ground, shop, self.day, receivable),
                    receivable: receivable.clone(),
                }
            })
            .collect();
        views.sort_by(|a, b| {
            (a.receivable.due_on, &a.receivable.id).cmp(&(b.receivable.due_on, &b.receivable.id))
        });
        let branches: BTreeSet<BranchId> = views.iter().map(|v| v.receivable.branch.clone()).collect();
        let branches = branches
            .into_iter()
            .map(|id| BranchView {
                branch: self.ground.branches.get(&id).cloned(),
                policy: self.ground.policies.get(&id).cloned(),
                id,
            })
            .collect();
        let mut contacts: Vec<ContactView> = self
            .debtors
            .contacts
            .remove(&self.id)
            .unwrap_or_default()
            .into_iter()
            .map(|contact| {
                let phone = Phone::parse_field(&contact.phone, shop.area_code);
                let opted_out = phone.as_ref().is_ok_and(|p| memory.opted_out.contains(p));
                ContactView {
                    contact,
                    phone,
                    opted_out,
                }
            })
            .collect();
        contacts.sort_by(|a, b| a.contact.id.cmp(&b.contact.id));
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
            receivables: views,
            hold: memory.holds.iter().find(|h| h.customer == self.id).cloned(),
            last_written: memory
                .last_written
                .iter()
                .filter(|(r, _)| r.customer == self.id)
                .cloned()
                .collect(),
            notices,
            replies,
            stored,
            now,
            next,
            bad_rows,
            initialised,
            id: self.id,
        })
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
