//! Customers on hold.

use chrono::{DateTime, Utc};

use super::super::connection::{Connection, Value};
use super::parts::{duplicate_is_conflict, log};
use super::rows::id;
use crate::domain::ids::CustomerId;
use crate::domain::selection::Hold;
use crate::ports::outbox::OutboxError;

pub(super) fn hold(connection: &mut Connection, hold: &Hold, now: DateTime<Utc>) -> Result<(), OutboxError> {
    let sql = "UPDATE OR INSERT INTO WA_HOLD (CUSTOMER, UNTIL_ON, KIND) VALUES (?, ?, ?) MATCHING (CUSTOMER)";
    let values = [
        id(hold.customer.as_str())?,
        hold.until.map_or(Value::Null, Value::from),
        hold.kind.as_str().into(),
    ];
    connection.execute(sql, &values).map_err(duplicate_is_conflict)?;
    let until = hold.until.map(|day| format!(" until {day}")).unwrap_or_default();
    let detail = format!("customer {}: {}{until}", hold.customer, hold.kind);
    log(connection, now, None, None, "hold", &detail)
}

pub(super) fn lift(
    connection: &mut Connection,
    customer: &CustomerId,
    now: DateTime<Utc>,
) -> Result<bool, OutboxError> {
    let sql = "DELETE FROM WA_HOLD WHERE CUSTOMER = ?";
    let lifted = connection.execute(sql, &[id(customer.as_str())?])? > 0;
    if lifted {
        log(
            connection,
            now,
            None,
            None,
            "hold_lifted",
            &format!("customer {customer}"),
        )?;
    }
    Ok(lifted)
}
