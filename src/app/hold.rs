//! Holds: a customer promised to pay, or disputes the debt, and is not written to meanwhile.

use chrono::NaiveDate;

use crate::domain::receivable::Customer;
use crate::domain::selection::Hold;
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError};
use crate::ports::outbox::{Outbox, OutboxError};

use super::customers::Whom;
use super::shop::Shop;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldRequest {
    /// Promised to pay: nothing until after this day.
    Promise(NaiveDate),
    /// Disputes the debt: nothing until lifted.
    Dispute,
    /// Write again.
    Lift,
}

/// What was done.
#[derive(Debug)]
pub enum HoldDone {
    /// The customer is on hold.
    Held(Customer, Hold),
    /// The customer is written to again.
    Lifted(Customer),
    /// There was nothing to lift.
    WasNot(Customer),
    /// More than one customer fits.
    Several(Vec<Customer>),
    /// No customer fits.
    Nobody,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The promise is for a day that is over.
    #[error("{day} is past")]
    Past {
        /// The day.
        day: NaiveDate,
        /// The shop's today.
        today: NaiveDate,
    },
    /// The ERP.
    #[error(transparent)]
    Erp(#[from] ErpError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

/// Puts the customer that `text` means on hold, or lifts that. What is queued for it is looked at when it would leave,
/// and does not leave then. `limit`: how many are listed where several fit.
///
/// # Errors
/// [`HoldError`]; nothing has changed then.
pub fn hold(
    erp: &dyn Erp,
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
    text: &str,
    request: HoldRequest,
    limit: usize,
) -> Result<HoldDone, HoldError> {
    let now = clock.now();
    let today = shop.today(now);
    let (kind, until) = match request {
        HoldRequest::Promise(day) if day < today => return Err(HoldError::Past { day, today }),
        HoldRequest::Promise(day) => (Hold::PROMISE, Some(day)),
        HoldRequest::Dispute => (Hold::DISPUTE, None),
        HoldRequest::Lift => ("", None),
    };
    let customer = match Whom::find(&mut *erp.snapshot()?, text, limit)? {
        Whom::One(customer) => customer,
        Whom::Several(customers) => return Ok(HoldDone::Several(customers)),
        Whom::Nobody | Whom::Unreadable(_) => return Ok(HoldDone::Nobody),
    };
    if request == HoldRequest::Lift {
        let lifted = outbox.lift_hold(&customer.id, now)?;
        return Ok(if lifted {
            HoldDone::Lifted(customer)
        } else {
            HoldDone::WasNot(customer)
        });
    }
    let hold = Hold {
        customer: customer.id.clone(),
        until,
        kind: kind.to_owned(),
    };
    outbox.hold(&hold, now)?;
    Ok(HoldDone::Held(customer, hold))
}
