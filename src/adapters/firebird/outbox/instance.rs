//! What an instance's row remembers of WhatsApp's signs that its number is restricted.

use chrono::{DateTime, Utc};

use super::super::connection::Connection;
use super::parts::log;
use super::rows::{Reader, id, read_all, short};
use crate::domain::ids::InstanceId;
use crate::ports::outbox::{OutboxError, Restriction};

/// Columns of an instance I for [`restriction`].
pub(super) const RESTRICTION: &str = "I.RESTRICTED_ON, I.RESTRICTED_UNTIL, I.RESTRICTED_WHY";

/// Reads [`RESTRICTION`].
pub(super) fn restriction(row: &mut Reader<'_>) -> Result<Option<Restriction>, OutboxError> {
    let (on, until, why) = (row.opt_date()?, row.opt_date()?, row.opt_utf8()?);
    Ok(on.zip(until).map(|(on, until)| Restriction {
        on,
        until,
        why: why.unwrap_or_default(),
    }))
}

pub(super) fn restrict(
    connection: &mut Connection,
    instance: &InstanceId,
    restriction: &Restriction,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    connection.execute(
        "UPDATE WA_INSTANCE I SET I.RESTRICTED_ON = ?, I.RESTRICTED_UNTIL = ?, I.RESTRICTED_WHY = ? \
         WHERE I.INSTANCE = ? AND (I.RESTRICTED_UNTIL IS NULL OR I.RESTRICTED_UNTIL <= ?)",
        &[
            restriction.on.into(),
            restriction.until.into(),
            short(&restriction.why),
            id(instance.as_str())?,
            restriction.until.into(),
        ],
    )?;
    let detail = format!("{instance} until {}: {}", restriction.until, restriction.why);
    log(connection, now, None, None, "restricted", &detail)
}

pub(super) fn lift(
    connection: &mut Connection,
    instance: Option<&InstanceId>,
    now: DateTime<Utc>,
) -> Result<u32, OutboxError> {
    let rows = connection.query(
        "SELECT INSTANCE FROM WA_INSTANCE WHERE RESTRICTED_ON IS NOT NULL ORDER BY INSTANCE",
        &[],
    )?;
    let mut restricted: Vec<InstanceId> = read_all("WA_INSTANCE", &rows, |row| row.instance())?;
    restricted.retain(|one| instance.is_none_or(|asked| asked == one));
    for one in &restricted {
        connection.execute(
            "UPDATE WA_INSTANCE SET RESTRICTED_ON = NULL, RESTRICTED_UNTIL = NULL, RESTRICTED_WHY = NULL WHERE INSTANCE = ?",
            &[id(one.as_str())?],
        )?;
        log(connection, now, None, None, "restriction_lifted", one.as_str())?;
    }
    Ok(restricted.len() as u32)
}
