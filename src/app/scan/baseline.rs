//! The first day at a shop with years of old debts.

use chrono::Days;

use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, Scope};
use crate::ports::outbox::{Claim, Outbox, Restarted};

use super::super::choose::Debtors;
use super::super::ground::Ground;
use super::super::shop::Shop;
use super::ScanError;

/// Records all stages that are reached now as done, without sending (`scan --baseline`): for the first day at a
/// shop with years of old debts. Returns how many claims were added.
///
/// # Errors
/// [`ScanError`].
pub fn baseline(
    erp: &dyn Erp,
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
) -> Result<u32, ScanError> {
    Ok(outbox.baseline(&reached_now(erp, shop, clock)?, clock.now())?)
}

/// Begins afresh with a database that was put back from a backup (`send --confirm-restore`): all that has been reached by
/// now is taken as told, and what the backup had waiting is dropped.
///
/// # Errors
/// [`ScanError`]; nothing has changed then.
pub fn after_restore(
    erp: &dyn Erp,
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
) -> Result<Restarted, ScanError> {
    Ok(outbox.after_restore(&reached_now(erp, shop, clock)?, clock.now())?)
}

/// Every stage that is reached, as a claim without a notice.
fn reached_now(erp: &dyn Erp, shop: &Shop, clock: &dyn Clock) -> Result<Vec<Claim>, ScanError> {
    let now = clock.now();
    let mut snapshot = erp.snapshot()?;
    let close = snapshot.system()?.last_close();
    let day = close
        .checked_add_days(Days::new(1))
        .unwrap_or(close)
        .max(shop.today(now));
    let ground = Ground::read(&mut *snapshot, shop, day)?;
    let (from, to) = ground.due_window(day);
    let scope = Scope::DueBetween { from, to };
    let debtors = Debtors::read(&mut *snapshot, &scope, &ground, shop, day)?;
    drop(snapshot);
    Ok(debtors
        .reached(&ground, shop, day)
        .into_iter()
        .map(|(receivable, phone, stage)| Claim {
            receivable,
            phone,
            stage,
            notice: None,
        })
        .collect())
}
