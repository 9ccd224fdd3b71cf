//! A run is stored: one transaction, batched, all or nothing.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::super::connection::{Connection, DatabaseError, Load, Value, literal};
use super::parts::{log, release_claims};
use super::rows::{at, flag, id, opt_id, short};
use super::scan::UNTOUCHED;
use crate::domain::ids::{BranchId, InstanceId, ReceivableId};
use crate::domain::notice::NoticeId;
use crate::domain::receivable::BadValue;
use crate::ports::outbox::{NewRun, OutboxError, RunId};

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
    run: &NewRun,
) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
    let stored = store_run_rows(connection, run);
    stored.map_err(|error| match error {
        OutboxError::Database(DatabaseError::Duplicate { .. } | DatabaseError::Conflict { .. }) => {
            OutboxError::ClaimTaken
        }
        other => other,
    })
}

fn store_run_rows(connection: &mut Connection, run: &NewRun) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
    // Claims released here are taken again below, and their keys must be gone first.
    supersede(connection, &run.superseded, "new_scan", run.started_at)?;

    let run_id = take_ids(connection, "WA_RUN_ID", 1)?;
    let first = take_ids(connection, "WA_NOTICE_ID", run.notices.len())?;
    let ids: Vec<NoticeId> = (first..).map(NoticeId).take(run.notices.len()).collect();
    let count = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    connection.execute(
        "INSERT INTO WA_RUN (ID, CLOSE_DAY, REFERENCE_DAY, STARTED_AT, SEND_ON, HELD, FIRST_NOTICE, NOTICES, SKIPPED, BAD_ROWS) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            run_id.into(),
            run.close.into(),
            run.reference_day.into(),
            at(run.started_at),
            run.send_on.into(),
            flag(run.held),
            first.into(),
            count(run.notices.len()),
            count(run.skipped.len()),
            count(run.bad_rows.len()),
        ],
    )?;
    let instances: BTreeSet<_> = run.notices.iter().map(|n| &n.instance).collect();
    for instance in instances {
        ensure_instance(connection, instance.as_str())?;
    }

    load_notices(connection, RunId(run_id), run, &ids)?;
    // The server has all that a claim needs; sorted, its index grows at its end.
    connection.execute(
        "INSERT INTO WA_CLAIM (RECEIVABLE, PHONE, STAGE, NOTICE) SELECT I.RECEIVABLE, N.PHONE, I.STAGE, I.NOTICE \
         FROM WA_NOTICE N JOIN WA_NOTICE_ITEM I ON I.NOTICE = N.ID WHERE N.ID BETWEEN ? AND ? ORDER BY 1",
        &[first.into(), ids.last().map(|id| id.0).into()],
    )?;
    load_parts(connection, run, &ids)?;
    load_skipped(connection, run_id, run)?;
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
        connection.execute(&release_claims(&list), &[])?;
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

/// Notices and what is in them.
fn load_notices(
    connection: &mut Connection,
    run_id: RunId,
    run: &NewRun,
    ids: &[NoticeId],
) -> Result<(), OutboxError> {
    let columns = [
        ("ID", 'i'),
        ("CUSTOMER", 'k'),
        ("CONTACT", 'k'),
        ("CONTACT_NAME", 'u'),
        ("PHONE", 'w'),
    ];
    // What many notices share stands in the body: a parameter costs as much as an index entry.
    let mut loads: HashMap<(&BranchId, &InstanceId, &str), Load> = HashMap::new();
    for (notice, notice_id) in run.notices.iter().zip(ids) {
        let selected = &notice.selected;
        let shared = (&selected.branch, &notice.instance, selected.kind.word());
        let load = match loads.entry(shared) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(new) => new.insert(Load::new(
                &columns,
                &format!(
                    "INSERT INTO WA_NOTICE (ID, RUN, BRANCH, CUSTOMER, CONTACT, CONTACT_NAME, PHONE, INSTANCE, KIND, SEND_ON) \
                     VALUES (:ID, {}, {}, :CUSTOMER, :CONTACT, :CONTACT_NAME, :PHONE, {}, {}, {});",
                    run_id.0,
                    literal(&id(selected.branch.as_str())?),
                    literal(&id(notice.instance.as_str())?),
                    literal(&selected.kind.word().into()),
                    literal(&run.send_on.into())
                ),
            )),
        };
        let values = [
            notice_id.0.into(),
            id(selected.customer.as_str())?,
            id(selected.contact.as_str())?,
            short(&selected.contact_name),
            selected.phone.e164().into(),
        ];
        load.push(connection, values)?;
    }
    for load in loads.values_mut() {
        load.send(connection)?;
    }
    let columns = [
        ("NOTICE", 'i'),
        ("RECEIVABLE", 'k'),
        ("DOCUMENT", 'u'),
        ("DUE_ON", 'd'),
        ("STAGE", 'w'),
        ("BALANCE_CENTS", 'i'),
    ];
    let mut items = [0, 1].map(|has_boleto| {
        let body = format!(
            "INSERT INTO WA_NOTICE_ITEM (NOTICE, RECEIVABLE, DOCUMENT, DUE_ON, STAGE, BALANCE_CENTS, HAS_BOLETO) \
             VALUES (:NOTICE, :RECEIVABLE, :DOCUMENT, :DUE_ON, :STAGE, :BALANCE_CENTS, {has_boleto});"
        );
        Load::new(&columns, &body)
    });
    for (notice, notice_id) in run.notices.iter().zip(ids) {
        for item in &notice.selected.items {
            let values = [
                notice_id.0.into(),
                id(item.receivable.as_str())?,
                short(&item.document),
                item.due_on.into(),
                item.stage.to_string().into(),
                item.balance.get().into(),
            ];
            items[usize::from(item.has_boleto)].push(connection, values)?;
        }
    }
    for load in &mut items {
        load.send(connection)?;
    }
    Ok(())
}

/// Parts, notice by notice: most notices have one of a handful of shapes, each of which is a body of its own.
fn load_parts(connection: &mut Connection, run: &NewRun, ids: &[NoticeId]) -> Result<(), OutboxError> {
    let mut shapes: HashMap<Vec<(&'static str, Option<usize>)>, Load> = HashMap::new();
    for (notice, notice_id) in run.notices.iter().zip(ids) {
        let mut receivables: Vec<&ReceivableId> = Vec::new();
        let mut shape = Vec::new();
        for part in &notice.parts {
            let place = part.receivable().map(|receivable| {
                let known = receivables.iter().position(|r| *r == receivable);
                known.unwrap_or_else(|| {
                    receivables.push(receivable);
                    receivables.len() - 1
                })
            });
            shape.push((part.word(), place));
        }
        let mut values = vec![notice_id.0.into()];
        for receivable in &receivables {
            values.push(id(receivable.as_str())?);
        }
        let load = shapes
            .entry(shape)
            .or_insert_with_key(|shape| parts_of(shape, receivables.len()));
        load.push(connection, values)?;
    }
    for load in shapes.values_mut() {
        load.send(connection)?;
    }
    Ok(())
}

/// The body for a shape: kinds of parts with the places of their receivables among those of the notice.
fn parts_of(shape: &[(&'static str, Option<usize>)], receivables: usize) -> Load {
    let mut body = String::new();
    let mut names = vec![("NOTICE".to_owned(), 'i')];
    names.extend((0..receivables).map(|place| (format!("R{place}"), 'k')));
    for ((kind, receivable), seq) in shape.iter().zip(1u16..) {
        let receivable = receivable.map_or_else(|| "NULL".to_owned(), |place| format!(":R{place}"));
        body.push_str(&format!(
            "INSERT INTO WA_PART (NOTICE, SEQ, KIND, RECEIVABLE) VALUES (:NOTICE, {seq}, '{kind}', {receivable});"
        ));
    }
    let columns: Vec<(&str, char)> = names.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    Load::new(&columns, &body)
}

fn load_skipped(connection: &mut Connection, run_id: i64, run: &NewRun) -> Result<(), OutboxError> {
    let columns = [
        ("CUSTOMER", 'k'),
        ("CONTACT", 'k'),
        ("RECEIVABLE", 'k'),
        ("REASON", 'w'),
        ("DETAIL", 'u'),
    ];
    let body = format!(
        "INSERT INTO WA_DECISION (ID, RUN, CUSTOMER, CONTACT, RECEIVABLE, REASON, DETAIL) \
         VALUES (NEXT VALUE FOR WA_ROW_ID, {run_id}, :CUSTOMER, :CONTACT, :RECEIVABLE, :REASON, :DETAIL);"
    );
    let mut decisions = Load::new(&columns, &body);
    for skipped in &run.skipped {
        let values = [
            id(skipped.customer.as_str())?,
            opt_id(skipped.contact.as_ref().map(|c| c.as_str()))?,
            opt_id(skipped.receivable.as_ref().map(|r| r.as_str()))?,
            skipped.reason.word().into(),
            short(&skipped.detail),
        ];
        decisions.push(connection, values)?;
    }
    decisions.send(connection)?;
    let columns = [
        ("SOURCE", 'u'),
        ("ROW_KEY", 'u'),
        ("COLUMN_NAME", 'u'),
        ("PROBLEM", 'w'),
        ("MASKED", 'u'),
    ];
    let body = format!(
        "INSERT INTO WA_BAD_ROW (ID, RUN, SOURCE, ROW_KEY, COLUMN_NAME, PROBLEM, MASKED) \
         VALUES (NEXT VALUE FOR WA_ROW_ID, {run_id}, :SOURCE, :ROW_KEY, :COLUMN_NAME, :PROBLEM, :MASKED);"
    );
    let mut bad_rows = Load::new(&columns, &body);
    for bad in &run.bad_rows {
        let values = [
            short(&bad.query),
            short(&bad.key),
            short(&bad.column),
            bad_value_word(bad.problem).into(),
            short(&bad.value),
        ];
        bad_rows.push(connection, values)?;
    }
    Ok(bad_rows.send(connection)?)
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
