//! What a scan reads and stores.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Batch, Connection, DatabaseError, MAX_PARAMETERS, Value, literal};
use super::parts::log;
use super::rows::{at, flag, id, opt_id, read_all, short_literal};
use crate::domain::ids::{BranchId, ReceivableId};
use crate::domain::notice::{MessageId, NoticeId, PartKind, Reference};
use crate::domain::phone::Phone;
use crate::domain::receivable::BadValue;
use crate::domain::selection::{Hold, Selected};
use crate::ports::outbox::{
    Claim, Memory, NewNotice, NewRun, NoticeItem, OutboxError, RunId, RunSummary, Untouched,
};

/// A condition on WA_NOTICE N and its run R: a scan may supersede it.
pub(super) const UNTOUCHED: &str = "N.STATE = 'queued' AND N.FIRST_DEPARTURE IS NULL AND N.ENDING IS NULL";

pub(super) const INSERT_ITEM: &str = "INSERT INTO WA_NOTICE_ITEM (NOTICE, RECEIVABLE, DOCUMENT, DUE_ON, STAGE, \
                                      BALANCE_CENTS, HAS_BOLETO) VALUES (?, ?, ?, ?, ?, ?, ?)";
pub(super) const INSERT_PART: &str =
    "INSERT INTO WA_PART (NOTICE, SEQ, KIND, RECEIVABLE, MESSAGE_ID) VALUES (?, ?, ?, ?, ?)";
pub(super) const INSERT_CLAIM: &str =
    "INSERT INTO WA_CLAIM (RECEIVABLE, PHONE, STAGE, NOTICE) VALUES (?, ?, ?, ?)";

pub(super) fn memory(
    connection: &mut Connection,
    receivables: &[ReceivableId],
) -> Result<Memory, OutboxError> {
    let mut memory = Memory::default();
    for chunk in receivables.chunks(MAX_PARAMETERS) {
        // Always the same statement text but for the last, shorter list: it stays prepared.
        let marks = vec!["?"; chunk.len()].join(", ");
        let sql =
            format!("SELECT RECEIVABLE, PHONE, STAGE, NOTICE FROM WA_CLAIM WHERE RECEIVABLE IN ({marks})");
        let ids = chunk
            .iter()
            .map(|r| id(r.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        memory
            .claims
            .extend(read_all("WA_CLAIM", &connection.query(&sql, &ids)?, |row| {
                Ok(Claim {
                    receivable: row.receivable()?,
                    phone: row.phone()?,
                    stage: row.stage()?,
                    notice: row.opt_notice()?,
                })
            })?);
    }
    memory.untouched = untouched(connection)?;
    memory.last_written = last_written(connection)?;
    let phones = connection.query("SELECT PHONE FROM WA_OPT_OUT", &[])?;
    memory.opted_out = read_all("WA_OPT_OUT", &phones, |row| row.phone())?;
    let holds = connection.query("SELECT CUSTOMER, UNTIL_ON, KIND FROM WA_HOLD", &[])?;
    memory.holds = read_all("WA_HOLD", &holds, |row| {
        Ok(Hold {
            customer: row.customer()?,
            until: row.opt_date()?,
            kind: row.text()?,
        })
    })?;
    Ok(memory)
}

fn untouched(connection: &mut Connection) -> Result<Vec<Untouched>, OutboxError> {
    let sql = format!(
        "SELECT N.ID, R.CLOSE_DAY, R.HELD, N.BRANCH, N.CUSTOMER, N.PHONE, I.RECEIVABLE, I.STAGE \
         FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN JOIN WA_NOTICE_ITEM I ON I.NOTICE = N.ID \
         WHERE {UNTOUCHED} ORDER BY N.ID, I.DUE_ON, I.RECEIVABLE"
    );
    let mut notices: Vec<Untouched> = Vec::new();
    read_all("WA_NOTICE", &connection.query(&sql, &[])?, |row| {
        let notice = Untouched {
            id: row.notice()?,
            close: row.date()?,
            held: row.flag()?,
            branch: row.branch()?,
            customer: row.customer()?,
            phone: row.phone()?,
            items: vec![(row.receivable()?, row.stage()?)],
        };
        match notices.last_mut().filter(|last| last.id == notice.id) {
            Some(last) => last.items.extend(notice.items),
            None => notices.push(notice),
        }
        Ok(())
    })?;
    Ok(notices)
}

/// What is noted of departures that came to an end, and what is on its way.
fn last_written(connection: &mut Connection) -> Result<Vec<(Phone, BranchId, NaiveDate)>, OutboxError> {
    let sql = "SELECT PHONE, BRANCH, LAST_ON FROM WA_WRITTEN UNION ALL \
               SELECT N.PHONE, N.BRANCH, P.BEGUN_ON FROM WA_NOTICE N JOIN WA_PART P ON P.NOTICE = N.ID \
               WHERE N.STATE IN ('sending', 'needs_person') AND P.STATE = 'sending' AND P.BEGUN_ON IS NOT NULL";
    let mut days: BTreeMap<(Phone, BranchId), NaiveDate> = BTreeMap::new();
    read_all("WA_WRITTEN", &connection.query(sql, &[])?, |row| {
        let (phone, branch, day) = (row.phone()?, row.branch()?, row.date()?);
        let known = days.entry((phone, branch)).or_insert(day);
        *known = day.max(*known);
        Ok(())
    })?;
    Ok(days.into_iter().map(|((phone, branch), day)| (phone, branch, day)).collect())
}

/// So many consecutive values of a sequence; the first of them.
fn take_ids(connection: &mut Connection, sequence: &str, count: usize) -> Result<i64, OutboxError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let sql = format!("SELECT GEN_ID({sequence}, CAST(? AS BIGINT)) FROM RDB$DATABASE");
    let rows = connection.query(&sql, &[count.into()])?;
    let last = rows
        .first()
        .map(|row| row.int(0))
        .transpose()?
        .unwrap_or_default();
    Ok(last - count + 1)
}

/// Stores a run. A claim or a notice that somebody else got hold of meanwhile is [`OutboxError::ClaimTaken`].
pub(super) fn store_run(
    connection: &mut Connection,
    identity: &str,
    run: &NewRun,
) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
    let stored = store_run_rows(connection, identity, run);
    stored.map_err(|error| match error {
        OutboxError::Database(DatabaseError::Duplicate { .. } | DatabaseError::Conflict { .. }) => {
            OutboxError::ClaimTaken
        }
        other => other,
    })
}

fn store_run_rows(
    connection: &mut Connection,
    identity: &str,
    run: &NewRun,
) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
    // Claims released here are taken again below, and their keys must be gone first.
    supersede(connection, &run.superseded, "new_scan", run.started_at)?;

    let run_id = take_ids(connection, "WA_RUN_ID", 1)?;
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    connection.execute(
        "INSERT INTO WA_RUN (ID, CLOSE_DAY, REFERENCE_DAY, STARTED_AT, SEND_ON, HELD, NOTICES, SKIPPED, BAD_ROWS) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            run_id.into(),
            run.close.into(),
            run.reference_day.into(),
            at(run.started_at),
            run.send_on.into(),
            flag(run.held),
            count(run.notices.len()),
            count(run.skipped.len()),
            count(run.bad_rows.len()),
        ],
    )?;
    let instances: BTreeSet<_> = run.notices.iter().map(|n| &n.instance).collect();
    for instance in instances {
        ensure_instance(connection, instance.as_str())?;
    }

    let first = take_ids(connection, "WA_NOTICE_ID", run.notices.len())?;
    let ids: Vec<NoticeId> = (first..).map(NoticeId).take(run.notices.len()).collect();
    let mut batch = Batch::new();
    for (notice, id) in run.notices.iter().zip(&ids) {
        push_notice(
            connection,
            &mut batch,
            identity,
            RunId(run_id),
            run.send_on,
            *id,
            notice,
        )?;
    }
    let mut row_id = take_ids(connection, "WA_ROW_ID", run.skipped.len() + run.bad_rows.len())?;
    for skipped in &run.skipped {
        let values = [
            row_id.into(),
            run_id.into(),
            id(skipped.customer.as_str())?,
            opt_id(skipped.contact.as_ref().map(|c| c.as_str()))?,
            opt_id(skipped.receivable.as_ref().map(|r| r.as_str()))?,
            skipped.reason.word().into(),
            short_literal(&skipped.detail),
        ];
        let sql = "INSERT INTO WA_DECISION (ID, RUN, CUSTOMER, CONTACT, RECEIVABLE, REASON, DETAIL) \
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        batch.push(connection, sql, &values)?;
        row_id += 1;
    }
    for bad in &run.bad_rows {
        let values = [
            row_id.into(),
            run_id.into(),
            short_literal(&bad.query),
            short_literal(&bad.key),
            short_literal(&bad.column),
            bad_value_word(bad.problem).into(),
            short_literal(&bad.value),
        ];
        let sql = "INSERT INTO WA_BAD_ROW (ID, RUN, SOURCE, ROW_KEY, COLUMN_NAME, PROBLEM, MASKED) \
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        batch.push(connection, sql, &values)?;
        row_id += 1;
    }
    batch.send(connection)?;
    let summary = format!(
        "run {run_id}, {} notices, {} superseded{}",
        ids.len(),
        run.superseded.len(),
        if run.held { ", held" } else { "" }
    );
    log(connection, run.started_at, None, None, "run", &summary)?;
    Ok((RunId(run_id), ids))
}

/// Makes the row of an instance, if it is not there.
pub(super) fn ensure_instance(connection: &mut Connection, instance: &str) -> Result<(), OutboxError> {
    let known = connection.query("SELECT 1 FROM WA_INSTANCE WHERE INSTANCE = ?", &[id(instance)?])?;
    if known.is_empty() {
        connection
            .execute("INSERT INTO WA_INSTANCE (INSTANCE) VALUES (?)", &[id(instance)?])
            .map_err(super::parts::duplicate_is_conflict)?;
    }
    Ok(())
}

/// Ends untouched notices and releases their claims, all or none of them.
fn supersede(
    connection: &mut Connection,
    notices: &[NoticeId],
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let reason = literal(&Value::Bytes(reason.as_bytes().to_vec()));
    for chunk in notices.chunks(400) {
        let list = chunk
            .iter()
            .map(|n| n.0.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        // The guard counts: a notice that a worker has begun meanwhile must not be selected afresh.
        let ended = connection.execute(
            &format!(
                "UPDATE WA_NOTICE N SET N.STATE = 'superseded', N.ENDING = 'superseded', N.REASON = {reason}, \
                 N.REVISION = N.REVISION + 1 WHERE N.ID IN ({list}) AND {UNTOUCHED}"
            ),
            &[],
        )?;
        if ended != chunk.len() {
            return Err(OutboxError::ClaimTaken);
        }
        connection.execute(
            &format!(
                "UPDATE WA_PART SET STATE = 'skipped', REASON = {reason} WHERE NOTICE IN ({list}) AND STATE = 'queued'"
            ),
            &[],
        )?;
        connection.execute(&format!("DELETE FROM WA_CLAIM WHERE NOTICE IN ({list})"), &[])?;
        connection.execute(
            &format!(
                "INSERT INTO WA_EVENT (ID, HAPPENED_AT, NOTICE, KIND, DETAIL) \
                 SELECT NEXT VALUE FOR WA_EVENT_ID, CAST(? AS TIMESTAMP), ID, 'superseded', {reason} \
                 FROM WA_NOTICE WHERE ID IN ({list})"
            ),
            &[at(now)],
        )?;
    }
    if !notices.is_empty() {
        // A held run of which nothing is left waits for nobody.
        connection.execute(
            "UPDATE WA_RUN R SET R.HELD = 0 WHERE R.HELD = 1 AND NOT EXISTS(SELECT 1 FROM WA_NOTICE N \
             WHERE N.RUN = R.ID AND N.STATE = 'queued')",
            &[],
        )?;
    }
    Ok(())
}

fn push_notice(
    connection: &mut Connection,
    batch: &mut Batch,
    identity: &str,
    run: RunId,
    send_on: NaiveDate,
    notice_id: NoticeId,
    notice: &NewNotice,
) -> Result<(), OutboxError> {
    let Selected {
        branch,
        customer,
        contact,
        contact_name,
        phone,
        kind,
        items,
    } = &notice.selected;
    let sql = "INSERT INTO WA_NOTICE (ID, REFERENCE, RUN, BRANCH, CUSTOMER, CONTACT, CONTACT_NAME, PHONE, INSTANCE, \
               KIND, SEND_ON) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = [
        notice_id.0.into(),
        Reference::of(notice_id).as_str().into(),
        run.0.into(),
        id(branch.as_str())?,
        id(customer.as_str())?,
        id(contact.as_str())?,
        short_literal(contact_name),
        phone.e164().into(),
        id(notice.instance.as_str())?,
        kind.word().into(),
        send_on.into(),
    ];
    batch.push(connection, sql, &values)?;
    let items: Vec<NoticeItem> = items
        .iter()
        .map(|item| NoticeItem {
            receivable: item.receivable.clone(),
            document: item.document.clone(),
            due_on: item.due_on,
            stage: item.stage,
            balance: item.balance,
            has_boleto: item.has_boleto,
        })
        .collect();
    push_contents(
        connection,
        batch,
        identity,
        notice_id,
        phone,
        &items,
        &notice.parts,
    )
}

/// Items, their claims, and parts of a notice.
pub(super) fn push_contents(
    connection: &mut Connection,
    batch: &mut Batch,
    identity: &str,
    notice: NoticeId,
    phone: &Phone,
    items: &[NoticeItem],
    parts: &[PartKind],
) -> Result<(), OutboxError> {
    for item in items {
        let receivable = id(item.receivable.as_str())?;
        let stage = Value::Text(item.stage.to_string());
        let values = [
            notice.0.into(),
            receivable.clone(),
            short_literal(&item.document),
            item.due_on.into(),
            stage.clone(),
            item.balance.get().into(),
            flag(item.has_boleto),
        ];
        batch.push(connection, INSERT_ITEM, &values)?;
        batch.push(
            connection,
            INSERT_CLAIM,
            &[receivable, phone.e164().into(), stage, notice.0.into()],
        )?;
    }
    for (part, seq) in parts.iter().zip(1u16..) {
        let values = [
            notice.0.into(),
            u32::from(seq).into(),
            part.word().into(),
            opt_id(part.receivable().map(|r| r.as_str()))?,
            MessageId::derive(identity, notice, seq).as_str().into(),
        ];
        batch.push(connection, INSERT_PART, &values)?;
    }
    Ok(())
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

    let mut standing: HashMap<ReceivableId, BTreeSet<(String, String)>> = HashMap::new();
    let receivables: BTreeSet<&ReceivableId> = claims.iter().map(|c| &c.receivable).collect();
    let receivables: Vec<&ReceivableId> = receivables.into_iter().collect();
    for chunk in receivables.chunks(MAX_PARAMETERS) {
        let marks = vec!["?"; chunk.len()].join(", ");
        let sql = format!("SELECT RECEIVABLE, PHONE, STAGE FROM WA_CLAIM WHERE RECEIVABLE IN ({marks})");
        let ids = chunk
            .iter()
            .map(|r| id(r.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        read_all("WA_CLAIM", &connection.query(&sql, &ids)?, |row| {
            let receivable = row.receivable()?;
            standing
                .entry(receivable)
                .or_default()
                .insert((row.text()?, row.text()?));
            Ok(())
        })?;
    }
    let mut batch = Batch::new();
    let mut added = 0;
    for claim in claims {
        let key = (claim.phone.e164().to_owned(), claim.stage.to_string());
        if standing
            .entry(claim.receivable.clone())
            .or_default()
            .insert(key.clone())
        {
            let values = [
                id(claim.receivable.as_str())?,
                key.0.into(),
                key.1.into(),
                Value::Null,
            ];
            batch.push(connection, INSERT_CLAIM, &values)?;
            added += 1;
        }
    }
    batch
        .send(connection)
        .map_err(super::parts::duplicate_is_conflict)?;
    log(
        connection,
        now,
        None,
        None,
        "baseline",
        &format!("{added} claims, {} notices superseded", held.len()),
    )?;
    Ok(added)
}

fn bad_value_word(problem: BadValue) -> &'static str {
    match problem {
        BadValue::Missing => "missing",
        BadValue::NotADate => "not_a_date",
        BadValue::NotANumber => "not_a_number",
        BadValue::NotAFlag => "not_a_flag",
        BadValue::NotAListOfDays => "not_a_list_of_days",
        BadValue::NotATaxId => "not_a_tax_id",
        BadValue::NotText => "not_text",
        BadValue::OutOfRange => "out_of_range",
        BadValue::Duplicate => "duplicate",
    }
}

/// Replaces items, claims and parts of an untouched notice.
pub(super) fn replace_contents(
    connection: &mut Connection,
    identity: &str,
    notice: NoticeId,
    phone: &Phone,
    items: &[NoticeItem],
    parts: &[PartKind],
) -> Result<(), OutboxError> {
    for table in ["WA_CLAIM", "WA_NOTICE_ITEM", "WA_PART"] {
        connection.execute(
            &format!("DELETE FROM {table} WHERE NOTICE = ?"),
            &[notice.0.into()],
        )?;
    }
    let mut batch = Batch::new();
    push_contents(connection, &mut batch, identity, notice, phone, items, parts)?;
    batch.send(connection)?;
    Ok(())
}
