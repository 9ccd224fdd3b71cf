//! A run is stored: one transaction, batched, all or nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Connection, DatabaseError, Value, literal};
use super::block::Block;
use super::parts::log;
use super::rows::{at, flag, id, opt_id, short};
use super::scan::UNTOUCHED;
use crate::domain::ids::ReceivableId;
use crate::domain::money::Cents;
use crate::domain::notice::{MessageId, NoticeId, PartKind, Reference};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::BadValue;
use crate::domain::selection::Selected;
use crate::ports::outbox::{NewNotice, NewRun, NoticeItem, OutboxError, RunId};

const INSERT_NOTICE: &str = "INSERT INTO WA_NOTICE (ID, REFERENCE, RUN, BRANCH, CUSTOMER, CONTACT, CONTACT_NAME, PHONE, \
                             INSTANCE, KIND, SEND_ON) VALUES (?i, ?w, ?i, ?k, ?k, ?k, ?u, ?w, ?k, ?w, ?d)";
const INSERT_ITEM: &str = "INSERT INTO WA_NOTICE_ITEM (NOTICE, RECEIVABLE, DOCUMENT, DUE_ON, STAGE, BALANCE_CENTS, \
                           HAS_BOLETO) VALUES (?i, ?k, ?u, ?d, ?w, ?i, ?i)";
const INSERT_PART: &str =
    "INSERT INTO WA_PART (NOTICE, SEQ, KIND, RECEIVABLE, MESSAGE_ID) VALUES (?i, ?i, ?w, ?k, ?w)";
const INSERT_CLAIM: &str = "INSERT INTO WA_CLAIM (RECEIVABLE, PHONE, STAGE, NOTICE) VALUES (?k, ?w, ?w, ?i)";
const INSERT_DECISION: &str = "INSERT INTO WA_DECISION (ID, RUN, CUSTOMER, CONTACT, RECEIVABLE, REASON, DETAIL) \
                               VALUES (?i, ?i, ?k, ?k, ?k, ?w, ?u)";
const INSERT_BAD_ROW: &str = "INSERT INTO WA_BAD_ROW (ID, RUN, SOURCE, ROW_KEY, COLUMN_NAME, PROBLEM, MASKED) \
                              VALUES (?i, ?i, ?u, ?u, ?u, ?w, ?u)";

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
    // Table by table, so that every block but the last of a table has the same text and is prepared once.
    let mut block = Block::default();
    for (notice, id) in run.notices.iter().zip(&ids) {
        push_notice(connection, &mut block, RunId(run_id), run.send_on, *id, notice)?;
    }
    let items = || {
        run.notices.iter().zip(&ids).flat_map(|(notice, id)| {
            let selected = &notice.selected;
            selected
                .items
                .iter()
                .map(move |item| (*id, &selected.phone, item))
        })
    };
    for (notice, _, item) in items() {
        let stored = Stored {
            receivable: item.receivable.as_str(),
            document: &item.document,
            due_on: item.due_on,
            stage: item.stage,
            balance: item.balance,
            has_boleto: item.has_boleto,
        };
        push_item(connection, &mut block, notice, &stored)?;
    }
    for (notice, phone, item) in items() {
        push_claim(
            connection,
            &mut block,
            &item.receivable,
            phone,
            item.stage,
            Some(notice),
        )?;
    }
    for (notice, id) in run.notices.iter().zip(&ids) {
        push_parts(connection, &mut block, identity, *id, &notice.parts)?;
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
            short(&skipped.detail),
        ];
        block.push(connection, INSERT_DECISION, values)?;
        row_id += 1;
    }
    for bad in &run.bad_rows {
        let values = [
            row_id.into(),
            run_id.into(),
            short(&bad.query),
            short(&bad.key),
            short(&bad.column),
            bad_value_word(bad.problem).into(),
            short(&bad.value),
        ];
        block.push(connection, INSERT_BAD_ROW, values)?;
        row_id += 1;
    }
    block.send(connection)?;
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
pub(super) fn supersede(
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
    block: &mut Block,
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
        items: _,
    } = &notice.selected;
    let values = [
        notice_id.0.into(),
        Reference::of(notice_id).as_str().into(),
        run.0.into(),
        id(branch.as_str())?,
        id(customer.as_str())?,
        id(contact.as_str())?,
        short(contact_name),
        phone.e164().into(),
        id(notice.instance.as_str())?,
        kind.word().into(),
        send_on.into(),
    ];
    block.push(connection, INSERT_NOTICE, values)
}

/// A receivable of a notice, wherever it stands.
struct Stored<'a> {
    receivable: &'a str,
    document: &'a str,
    due_on: NaiveDate,
    stage: Stage,
    balance: Cents,
    has_boleto: bool,
}

fn push_item(
    connection: &mut Connection,
    block: &mut Block,
    notice: NoticeId,
    item: &Stored<'_>,
) -> Result<(), OutboxError> {
    let values = [
        notice.0.into(),
        id(item.receivable)?,
        short(item.document),
        item.due_on.into(),
        item.stage.to_string().into(),
        item.balance.get().into(),
        flag(item.has_boleto),
    ];
    block.push(connection, INSERT_ITEM, values)
}

/// A claim; `notice` is `None` for a baseline's.
pub(super) fn push_claim(
    connection: &mut Connection,
    block: &mut Block,
    receivable: &ReceivableId,
    phone: &Phone,
    stage: Stage,
    notice: Option<NoticeId>,
) -> Result<(), OutboxError> {
    let values = [
        id(receivable.as_str())?,
        phone.e164().into(),
        stage.to_string().into(),
        notice.map(|id| id.0).into(),
    ];
    block.push(connection, INSERT_CLAIM, values)
}

fn push_parts(
    connection: &mut Connection,
    block: &mut Block,
    identity: &str,
    notice: NoticeId,
    parts: &[PartKind],
) -> Result<(), OutboxError> {
    for (part, seq) in parts.iter().zip(1u16..) {
        let values = [
            notice.0.into(),
            u32::from(seq).into(),
            part.word().into(),
            opt_id(part.receivable().map(|r| r.as_str()))?,
            MessageId::derive(identity, notice, seq).as_str().into(),
        ];
        block.push(connection, INSERT_PART, values)?;
    }
    Ok(())
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
    let mut block = Block::default();
    for item in items {
        let stored = Stored {
            receivable: item.receivable.as_str(),
            document: &item.document,
            due_on: item.due_on,
            stage: item.stage,
            balance: item.balance,
            has_boleto: item.has_boleto,
        };
        push_item(connection, &mut block, notice, &stored)?;
        push_claim(
            connection,
            &mut block,
            &item.receivable,
            phone,
            item.stage,
            Some(notice),
        )?;
    }
    push_parts(connection, &mut block, identity, notice, parts)?;
    block.send(connection)
}
