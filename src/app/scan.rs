//! Selects after the close and stores the notices. A dry run is the same code, stopping before the store.

use std::collections::{BTreeMap, HashSet};

use chrono::{Days, NaiveDate};

use crate::domain::document::slip::BoletoRefusal;
use crate::domain::guard::{self, Held};
use crate::domain::ids::{BranchId, CustomerId, InstanceId, ReceivableId};
use crate::domain::notice::{PartKind, parts_of};
use crate::domain::phone::Phone;
use crate::domain::receivable::BadRow;
use crate::domain::selection::{Selected, Skipped};
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError, ErpSnapshot, Scope};
use crate::ports::failpoint::{self, Step};
use crate::ports::outbox::{Memory, NewNotice, NewRun, Outbox, OutboxError, RunId, Untouched};

use super::choose::{Debtors, past};
use super::ground::{Ground, GroundError, Precondition};
use super::shop::Shop;

mod baseline;
mod departure;
mod reconcile;

pub use baseline::{after_restore, baseline};
pub use departure::Departure;
use reconcile::{Reconciled, reconcile, run_size};

/// What to scan.
#[derive(Debug, Clone, Default)]
pub struct ScanRequest {
    /// Another close than the last one.
    pub close: Option<NaiveDate>,
    /// Write nothing.
    pub dry_run: bool,
    /// Only this customer.
    pub customer: Option<CustomerId>,
}

/// Why a scan ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A precondition, or the ERP.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// An older close than the last one is for a dry run only.
    #[error("close {asked} is older than the last one, {last}: only for a dry run")]
    OldClose {
        /// Asked for.
        asked: NaiveDate,
        /// The last one.
        last: NaiveDate,
    },
    /// No instance for a branch that has notices.
    #[error("no instance for branch {0}")]
    NoInstance(BranchId),
}

impl From<ErpError> for ScanError {
    fn from(error: ErpError) -> Self {
        ScanError::Ground(error.into())
    }
}

/// What a scan found and did.
#[derive(Debug)]
pub struct ScanReport {
    /// The close.
    pub close: NaiveDate,
    /// Reference day R.
    pub reference_day: NaiveDate,
    /// Nothing was written.
    pub dry_run: bool,
    /// Held by the guard (a dry run only says so).
    pub held: Option<Held>,
    /// New notices.
    pub notices: Vec<ReportedNotice>,
    /// Decisions against.
    pub skipped: Vec<Skipped>,
    /// Rows that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// Boletos that cannot go along, and why.
    pub dropped_boletos: Vec<(ReceivableId, BoletoRefusal)>,
    /// Things that a person should know.
    pub warnings: Vec<ScanWarning>,
    /// Older notices, of which nothing had left, that this run replaced.
    pub superseded: usize,
    /// Notices of this close that stand already and are as they would be selected now.
    pub standing: usize,
    /// The run, when one was stored.
    pub run: Option<RunId>,
    /// Customers looked at.
    pub customers: usize,
    /// When the notices leave, and how long that takes.
    pub departure: Departure,
}

/// A notice of a report.
#[derive(Debug, Clone)]
pub struct ReportedNotice {
    /// Who and what for.
    pub selected: Selected,
    /// Customer's name, for people.
    pub customer_name: String,
    /// The instance it leaves from; `None` only in a dry run.
    pub instance: Option<InstanceId>,
    /// Parts in the order of sending.
    pub parts: Vec<PartKind>,
}

/// Something a person should know, though nothing is wrong with the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanWarning {
    /// One number stands at several customers: each is written to under its own name.
    SharedNumber {
        /// The number.
        phone: Phone,
        /// The customers.
        customers: Vec<CustomerId>,
    },
    /// No bank return lately: overdue notices wait.
    BankReturnStale {
        /// Date of the last one.
        last: NaiveDate,
    },
    /// The ERP's date and the clock of this program are days apart.
    ClockDisagrees {
        /// The ERP's.
        business_date: NaiveDate,
        /// Ours, in the shop's zone.
        today: NaiveDate,
    },
}

/// How often a scan selects afresh when someone else claims meanwhile.
const TRIES: usize = 3;

/// More days than this between the ERP's date and ours are worth a warning: a long weekend is four.
const CLOCK_TOLERANCE_DAYS: i64 = 5;

/// Runs that the guard looks back at.
const GUARD_LOOKS_BACK: u32 = 60;

/// Selects, and stores unless it is a dry run. `outbox` may be `None` for a dry run before `init`.
///
/// # Errors
/// [`ScanError`]; nothing was stored then.
pub fn scan(
    erp: &dyn Erp,
    mut outbox: Option<&mut dyn Outbox>,
    shop: &Shop,
    clock: &dyn Clock,
    request: &ScanRequest,
) -> Result<ScanReport, ScanError> {
    let mut tries = 0;
    loop {
        tries += 1;
        // `as_deref_mut` would tie the loan to the trait object's lifetime; this reborrows for one round.
        let round = match outbox {
            Some(ref mut outbox) => scan_once(erp, Some(&mut **outbox), shop, clock, request),
            None => scan_once(erp, None, shop, clock, request),
        };
        match round {
            Err(ScanError::Outbox(OutboxError::ClaimTaken)) if tries < TRIES => {}
            done => return done,
        }
    }
}

/// What a scan is about.
#[derive(Debug)]
pub struct Plan {
    /// The close.
    pub close: NaiveDate,
    /// Reference day R.
    pub day: NaiveDate,
    /// What must be known first.
    pub ground: Ground,
    /// What it reads.
    pub scope: Scope,
}

impl Plan {
    /// Finds out what a request is about; `today` is in the shop's zone.
    ///
    /// # Errors
    /// [`ScanError`]: it must not be scanned.
    pub fn of(
        snapshot: &mut dyn ErpSnapshot,
        shop: &Shop,
        today: NaiveDate,
        request: &ScanRequest,
    ) -> Result<Self, ScanError> {
        let last = snapshot.system()?.last_close();
        let close = request.close.unwrap_or(last);
        if close > last {
            return Err(GroundError::from(Precondition::NotClosed { asked: close, last }).into());
        }
        if close < last && !request.dry_run {
            return Err(ScanError::OldClose { asked: close, last });
        }
        let after_close = close.checked_add_days(Days::new(1)).unwrap_or(close);
        let day = if close < last {
            after_close
        } else {
            after_close.max(today)
        };
        let ground = Ground::read(snapshot, shop, day)?;
        let scope = match &request.customer {
            Some(customer) => Scope::Customers(vec![customer.clone()]),
            None => {
                let (from, to) = ground.due_window(day);
                Scope::DueBetween { from, to }
            }
        };
        Ok(Plan {
            close,
            day,
            ground,
            scope,
        })
    }
}

fn scan_once(
    erp: &dyn Erp,
    outbox: Option<&mut dyn Outbox>,
    shop: &Shop,
    clock: &dyn Clock,
    request: &ScanRequest,
) -> Result<ScanReport, ScanError> {
    let started_at = clock.now();
    let today = shop.today(started_at);
    let mut snapshot = erp.snapshot()?;
    let Plan {
        close,
        day,
        ground,
        scope,
    } = Plan::of(&mut *snapshot, shop, today, request)?;
    let mut debtors = Debtors::read(&mut *snapshot, &scope, &ground, shop, day)?;
    // The outbox may be the same database: let go of the snapshot before writing to it.
    drop(snapshot);

    let mut outbox = outbox;
    let memory = match &mut outbox {
        Some(outbox) => outbox.memory(&debtors.firing(&ground, shop, day))?,
        None => Memory::default(),
    };
    let replaceable: Vec<&Untouched> = memory
        .untouched
        .iter()
        .filter(|n| n.close <= close && request.customer.as_ref().is_none_or(|c| *c == n.customer))
        .collect();
    let free: HashSet<_> = replaceable.iter().map(|n| n.id).collect();
    let mut bad_rows = ground.bad_rows.clone();
    bad_rows.append(&mut debtors.bad_rows);
    let dropped_boletos = std::mem::take(&mut debtors.dropped_boletos);
    let customers = debtors.receivables.len();
    let (decisions, names) = debtors.decide_all(&ground, shop, day, &past(&memory, &free));

    let reconciled = reconcile(decisions.selected, &replaceable, close, day);
    let size = run_size(&reconciled, &memory.untouched, close);
    let Reconciled {
        new,
        standing,
        superseded,
        mut skipped,
    } = reconciled;
    skipped.splice(0..0, decisions.skipped);

    let held = match &mut outbox {
        Some(outbox) => {
            let mut sizes: BTreeMap<NaiveDate, u32> = BTreeMap::new();
            for run in outbox
                .runs(None, GUARD_LOOKS_BACK)?
                .into_iter()
                .filter(|r| !r.held && r.close != close)
            {
                *sizes.entry(run.close).or_default() += run.notices;
            }
            let sizes: Vec<u32> = sizes.into_values().collect();
            guard::verdict(size, &sizes, shop.first_runs_limit)
        }
        None => guard::verdict(size, &[], shop.first_runs_limit),
    };

    let mut notices = Vec::new();
    for selected in new {
        let instance = ground.instance_for(&selected.branch, shop);
        if instance.is_none() && !request.dry_run {
            return Err(ScanError::NoInstance(selected.branch));
        }
        let parts = parts_of(
            &selected
                .items
                .iter()
                .map(|i| (i.receivable.clone(), i.has_boleto))
                .collect::<Vec<_>>(),
            shop.max_boletos,
            shop.send_code,
        );
        let customer_name = names.get(&selected.customer).cloned().unwrap_or_default();
        notices.push(ReportedNotice {
            selected,
            customer_name,
            instance,
            parts,
        });
    }
    let used = match &mut outbox {
        Some(outbox) => outbox.instances(today)?,
        None => Vec::new(),
    };

    let departure = Departure::of(shop, day, shop.local(started_at), &notices, &used);
    let mut report = ScanReport {
        close,
        reference_day: day,
        dry_run: request.dry_run,
        held,
        warnings: warnings(&ground, shop, day, today, &notices),
        notices,
        skipped,
        bad_rows,
        dropped_boletos,
        superseded: superseded.len(),
        standing,
        run: None,
        customers,
        departure,
    };
    if request.dry_run {
        return Ok(report);
    }
    let Some(outbox) = outbox else {
        return Err(OutboxError::NotInitialised.into());
    };
    // The first scan of a close is always on record, later ones only when they add or replace something: the
    // scheduler asks every few minutes.
    let first_of_close = request.customer.is_none() && outbox.runs(Some(close), 1)?.is_empty();
    if first_of_close || !report.notices.is_empty() || !superseded.is_empty() {
        // What is stored is lent by the report and given back: a large shop's notices do not exist twice.
        let mut names = Vec::new();
        let mut notices = Vec::new();
        for notice in std::mem::take(&mut report.notices) {
            let Some(instance) = notice.instance else {
                continue;
            };
            names.push(notice.customer_name);
            notices.push(NewNotice {
                selected: notice.selected,
                instance,
                parts: notice.parts,
            });
        }
        let run = NewRun {
            close,
            reference_day: day,
            started_at,
            send_on: day,
            held: held.is_some(),
            notices,
            skipped: std::mem::take(&mut report.skipped),
            bad_rows: std::mem::take(&mut report.bad_rows),
            superseded,
        };
        failpoint::reached(Step::BeforeStoreRun);
        report.run = Some(outbox.store_run(&run)?.0);
        report.notices = run
            .notices
            .into_iter()
            .zip(names)
            .map(|(notice, customer_name)| ReportedNotice {
                selected: notice.selected,
                customer_name,
                instance: Some(notice.instance),
                parts: notice.parts,
            })
            .collect();
        report.skipped = run.skipped;
        report.bad_rows = run.bad_rows;
        failpoint::reached(Step::AfterStoreRun);
    }
    Ok(report)
}

fn warnings(
    ground: &Ground,
    shop: &Shop,
    day: NaiveDate,
    today: NaiveDate,
    notices: &[ReportedNotice],
) -> Vec<ScanWarning> {
    let mut out = Vec::new();
    if let Some(last) = ground
        .system
        .last_bank_return
        .filter(|_| ground.bank_return_stale(shop, day))
    {
        out.push(ScanWarning::BankReturnStale { last });
    }
    let business_date = ground.system.business_date;
    if (business_date - today).num_days().abs() > CLOCK_TOLERANCE_DAYS {
        out.push(ScanWarning::ClockDisagrees { business_date, today });
    }
    let mut by_phone: BTreeMap<&Phone, Vec<CustomerId>> = BTreeMap::new();
    for notice in notices {
        let customers = by_phone.entry(&notice.selected.phone).or_default();
        if !customers.contains(&notice.selected.customer) {
            customers.push(notice.selected.customer.clone());
        }
    }
    out.extend(
        by_phone
            .into_iter()
            .filter(|(_, customers)| customers.len() > 1)
            .map(|(phone, customers)| ScanWarning::SharedNumber {
                phone: phone.clone(),
                customers,
            }),
    );
    out
}
