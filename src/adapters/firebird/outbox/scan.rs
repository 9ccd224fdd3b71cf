//! What a scan reads, and the runs it may let go or pass over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Connection, MAX_PARAMETERS, Value};
use super::block::Block;
use super::contents::push_claim;
use super::parts::log;
use super::rows::{Reader, id, read_all, read_each};
use super::send::settle_queued;
use super::store::supersede;
use crate::domain::ids::{CustomerId, ReceivableId};
use crate::domain::notice::{PartEvent, PartKey};
use crate::domain::phone::Phone;
use crate::domain::selection::{Hold, Recipient};
use crate::ports::outbox::{Claim, Memory, OutboxError, Restarted, RunId, RunSummary, Untouched};

/// Why what a restored backup had waiting does not leave.
const RESTORED: &str = "restored";

/// A condition on WA_NOTICE N and its run R: a scan may supersede it.
pub(super) const UNTOUCHED: &str = "N.STATE = 'queued' AND N.FIRST_DEPARTURE IS NULL AND N.ENDING IS NULL";

pub(super) fn memory(
    connection: &mut Connection,
    receivables: &[ReceivableId],
) -> Result<Memory, OutboxError> {
    let mut memory = of_receivables(connection, receivables)?;
    memory.untouched = untouched(connection)?;
    memory.last_written = last_written(connection)?;
    read_each(
        connection,
        "WA_OPT_OUT",
        "SELECT PHONE FROM WA_OPT_OUT",
        &[],
        |row| {
            memory.opted_out.push(row.phone()?);
            Ok(())
        },
    )?;
    let sql = "SELECT CUSTOMER, UNTIL_ON, KIND FROM WA_HOLD";
    read_each(connection, "WA_HOLD", sql, &[], |row| {
        memory.holds.push(Hold {
            customer: row.customer()?,
            until: row.opt_date()?,
            kind: row.text()?,
        });
        Ok(())
    })?;
    Ok(memory)
}

/// The stages of these receivables that are told.
fn of_receivables(connection: &mut Connection, receivables: &[ReceivableId]) -> Result<Memory, OutboxError> {
    let mut memory = Memory::default();
    claims_of(
        connection,
        "RECEIVABLE, PHONE, STAGE, NOTICE",
        receivables,
        |row| {
            memory.claims.push(Claim {
                receivable: row.receivable()?,
                phone: row.phone()?,
                stage: row.stage()?,
                notice: row.opt_notice()?,
            });
            Ok(())
        },
    )?;
    Ok(memory)
}

/// What [`memory`] says about one customer and one phone, by the keys of the tables.
pub(super) fn memory_of(
    connection: &mut Connection,
    customer: &CustomerId,
    phone: &Phone,
    receivables: &[ReceivableId],
) -> Result<Memory, OutboxError> {
    let mut memory = of_receivables(connection, receivables)?;
    let sql = "SELECT CAST('written' AS VARCHAR(10) CHARACTER SET ASCII), W.BRANCH, W.LAST_ON FROM WA_WRITTEN W \
               WHERE W.PHONE = ? AND W.CUSTOMER = ? \
               UNION ALL SELECT 'written', N.BRANCH, P.BEGUN_ON FROM WA_NOTICE N JOIN WA_PART P ON P.NOTICE = N.ID \
               WHERE N.PHONE = ? AND N.CUSTOMER = ? AND N.STATE IN ('sending', 'needs_person') \
               AND P.STATE = 'sending' AND P.BEGUN_ON IS NOT NULL \
               UNION ALL SELECT 'opted_out', '', NULL FROM WA_OPT_OUT WHERE PHONE = ? \
               UNION ALL SELECT 'hold', KIND, UNTIL_ON FROM WA_HOLD WHERE CUSTOMER = ?";
    let (to, of): (Value, Value) = (phone.e164().into(), id(customer.as_str())?);
    let mut days = Days::new();
    let whom = [to.clone(), of.clone(), to.clone(), of.clone(), to, of];
    read_each(connection, "WA_WRITTEN", sql, &whom, |row| {
        match row.text()?.as_str() {
            "opted_out" => memory.opted_out.push(phone.clone()),
            "hold" => memory.holds.push(Hold {
                customer: customer.clone(),
                kind: row.text()?,
                until: row.opt_date()?,
            }),
            _ => {
                let recipient = Recipient {
                    branch: row.branch()?,
                    customer: customer.clone(),
                    phone: phone.clone(),
                };
                note(&mut days, recipient, row.date()?);
            }
        }
        Ok(())
    })?;
    memory.last_written = days.into_iter().collect();
    Ok(memory)
}

/// The claims of these receivables, by the table's key, in lists that the server takes.
fn claims_of(
    connection: &mut Connection,
    columns: &str,
    receivables: &[ReceivableId],
    mut read: impl FnMut(&mut Reader<'_>) -> Result<(), OutboxError>,
) -> Result<(), OutboxError> {
    // On a shop's first day, its largest, nothing was told yet.
    let first = "SELECT FIRST 1 1 FROM WA_CLAIM";
    if receivables.len() > MAX_PARAMETERS && connection.query(first, &[])?.is_empty() {
        return Ok(());
    }
    // Each list names neighbours of the index.
    let mut sorted: Vec<&ReceivableId> = receivables.iter().collect();
    sorted.sort_unstable();
    for chunk in sorted.chunks(MAX_PARAMETERS) {
        // Always the same statement text but for the last, shorter list: it stays prepared.
        let marks = vec!["?"; chunk.len()].join(", ");
        let sql = format!("SELECT {columns} FROM WA_CLAIM WHERE RECEIVABLE IN ({marks})");
        let ids = chunk
            .iter()
            .map(|r| id(r.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        read_each(connection, "WA_CLAIM", &sql, &ids, &mut read)?;
    }
    Ok(())
}

fn untouched(connection: &mut Connection) -> Result<Vec<Untouched>, OutboxError> {
    let sql = format!(
        "SELECT N.ID, R.CLOSE_DAY, N.SEND_ON, R.HELD, N.BRANCH, N.CUSTOMER, N.PHONE, I.RECEIVABLE, I.STAGE \
         FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN JOIN WA_NOTICE_ITEM I ON I.NOTICE = N.ID \
         WHERE {UNTOUCHED} ORDER BY N.ID, I.DUE_ON, I.RECEIVABLE"
    );
    let mut notices: Vec<Untouched> = Vec::new();
    read_each(connection, "WA_NOTICE", &sql, &[], |row| {
        let notice = Untouched {
            id: row.notice()?,
            close: row.date()?,
            send_on: row.date()?,
            held: row.flag()?,
            branch: row.branch()?,
            customer: row.customer()?,
            phone: row.phone()?,
            items: Vec::new(),
        };
        let item = (row.receivable()?, row.stage()?);
        match notices.last_mut().filter(|last| last.id == notice.id) {
            Some(last) => last.items.push(item),
            None => notices.push(Untouched {
                // Most have one: the room that a vector takes by itself is for four.
                items: Vec::from([item]),
                ..notice
            }),
        }
        Ok(())
    })?;
    Ok(notices)
}

/// What is noted of departures that came to an end, and what is on its way.
fn last_written(connection: &mut Connection) -> Result<Vec<(Recipient, NaiveDate)>, OutboxError> {
    let sql = "SELECT PHONE, BRANCH, CUSTOMER, LAST_ON FROM WA_WRITTEN UNION ALL \
               SELECT N.PHONE, N.BRANCH, N.CUSTOMER, P.BEGUN_ON FROM WA_NOTICE N JOIN WA_PART P ON P.NOTICE = N.ID \
               WHERE N.STATE IN ('sending', 'needs_person') AND P.STATE = 'sending' AND P.BEGUN_ON IS NOT NULL";
    let mut days = Days::new();
    read_each(connection, "WA_WRITTEN", sql, &[], |row| {
        let (phone, branch, customer, day) = (row.phone()?, row.branch()?, row.customer()?, row.date()?);
        let recipient = Recipient {
            branch,
            customer,
            phone,
        };
        note(&mut days, recipient, day);
        Ok(())
    })?;
    Ok(days.into_iter().collect())
}

/// The last day for each recipient.
type Days = BTreeMap<Recipient, NaiveDate>;

fn note(days: &mut Days, recipient: Recipient, day: NaiveDate) {
    let known = days.entry(recipient).or_insert(day);
    *known = day.max(*known);
}

pub(super) fn runs(
    connection: &mut Connection,
    close: Option<NaiveDate>,
    limit: u32,
) -> Result<Vec<RunSummary>, OutboxError> {
    let sql = "SELECT ID, CLOSE_DAY, REFERENCE_DAY, STARTED_AT, HELD, NOTICES, SKIPPED, BAD_ROWS FROM WA_RUN";
    let rows = match close {
        Some(day) => {
            let sql = format!("{sql} WHERE CLOSE_DAY = ? ORDER BY ID DESC ROWS ?");
            connection.query(&sql, &[day.into(), limit.into()])?
        }
        None => connection.query(&format!("{sql} ORDER BY ID DESC ROWS ?"), &[limit.into()])?,
    };
    read_all("WA_RUN", &rows, |row| {
        Ok(RunSummary {
            id: RunId(row.int()?),
            close: row.date()?,
            reference_day: row.date()?,
            started_at: row.at()?,
            held: row.flag()?,
            notices: row.number()?,
            skipped: row.number()?,
            bad_rows: row.number()?,
        })
    })
}

pub(super) fn confirm_held(connection: &mut Connection) -> Result<u32, OutboxError> {
    let sql = "SELECT COUNT(*) FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN WHERE R.HELD = 1 AND N.STATE = 'queued'";
    let rows = connection.query(sql, &[])?;
    let freed = read_all("WA_NOTICE", &rows, |row| row.number())?
        .pop()
        .unwrap_or(0);
    connection.execute("UPDATE WA_RUN SET HELD = 0 WHERE HELD = 1", &[])?;
    Ok(freed)
}

pub(super) fn baseline(
    connection: &mut Connection,
    claims: &[Claim],
    now: DateTime<Utc>,
) -> Result<u32, OutboxError> {
    let sql = format!(
        "SELECT N.ID FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN WHERE R.HELD = 1 AND {UNTOUCHED} ORDER BY N.ID"
    );
    let held = read_all("WA_NOTICE", &connection.query(&sql, &[])?, |row| row.notice())?;
    supersede(connection, &held, "baseline", now)?;
    connection.execute("UPDATE WA_RUN SET HELD = 0 WHERE HELD = 1", &[])?;
    let added = add_claims(connection, claims)?;
    let detail = format!("{added} claims, {} notices superseded", held.len());
    log(connection, now, None, None, "baseline", &detail)?;
    Ok(added)
}

/// Takes `claims` as told and leaves nothing to send of what a restored backup holds. `identity` becomes the outbox's:
/// ids of messages are derived from it and from numbers that the backup counts once more.
pub(super) fn after_restore(
    connection: &mut Connection,
    claims: &[Claim],
    identity: &str,
    now: DateTime<Utc>,
) -> Result<Restarted, OutboxError> {
    let sql = format!("SELECT N.ID FROM WA_NOTICE N WHERE {UNTOUCHED} ORDER BY N.ID");
    let waiting = read_all("WA_NOTICE", &connection.query(&sql, &[])?, |row| row.notice())?;
    supersede(connection, &waiting, RESTORED, now)?;
    connection.execute("UPDATE WA_RUN SET HELD = 0 WHERE HELD = 1", &[])?;
    let sql = "SELECT P.NOTICE, P.SEQ FROM WA_NOTICE N JOIN WA_PART P ON P.NOTICE = N.ID \
               WHERE N.STATE IN ('queued', 'sending', 'needs_person') AND P.STATE = 'queued' ORDER BY P.NOTICE, P.SEQ";
    let left_over = read_all("WA_PART", &connection.query(sql, &[])?, |row| {
        Ok(PartKey {
            notice: row.notice()?,
            seq: row.number()?,
        })
    })?;
    settle_queued(connection, &left_over, PartEvent::Skip, RESTORED, now)?;
    let restarted = Restarted {
        stages: add_claims(connection, claims)?,
        superseded: waiting.len(),
        parts_skipped: left_over.len(),
    };
    let sql = "UPDATE WA_META SET META_VALUE = ? WHERE META_KEY = 'identity'";
    connection.execute(sql, &[identity.into()])?;
    let detail = format!(
        "{} claims, {} notices superseded, {} parts skipped",
        restarted.stages, restarted.superseded, restarted.parts_skipped
    );
    log(connection, now, None, None, "restored", &detail)?;
    Ok(restarted)
}

/// Claims without a notice, as far as they do not stand. Tells how many were added.
fn add_claims(connection: &mut Connection, claims: &[Claim]) -> Result<u32, OutboxError> {
    let mut standing: HashMap<ReceivableId, BTreeSet<(String, String)>> = HashMap::new();
    let receivables: BTreeSet<&ReceivableId> = claims.iter().map(|c| &c.receivable).collect();
    let receivables: Vec<ReceivableId> = receivables.into_iter().cloned().collect();
    claims_of(connection, "RECEIVABLE, PHONE, STAGE", &receivables, |row| {
        let receivable = row.receivable()?;
        standing
            .entry(receivable)
            .or_default()
            .insert((row.text()?, row.text()?));
        Ok(())
    })?;
    let mut block = Block::default();
    let mut added = 0;
    for claim in claims {
        let key = (claim.phone.e164().to_owned(), claim.stage.to_string());
        if standing.entry(claim.receivable.clone()).or_default().insert(key) {
            push_claim(
                connection,
                &mut block,
                &claim.receivable,
                &claim.phone,
                claim.stage,
                None,
            )?;
            added += 1;
        }
    }
    block.send(connection).map_err(|error| match error {
        OutboxError::Database(error) => super::parts::duplicate_is_conflict(error),
        other => other,
    })?;
    Ok(added)
}
