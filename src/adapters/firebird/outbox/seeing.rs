//! What people are shown: notices, counts, decisions, replies, events.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Connection, Row, Value};
use super::begin::{PAUSE_LEFT, message_id, pause};
use super::instance::{RESTRICTION, restriction};
use super::rows::{at, corrupt, id, read_all};
use crate::domain::ids::{ContactId, CustomerId, ReceivableId};
use crate::domain::notice::{NoticeId, NoticeState, PartKey, PartState, Reference};
use crate::domain::reply::Intent;
use crate::domain::selection::{SkipReason, Skipped};
use crate::ports::gateway::CanonicalId;
use crate::ports::outbox::{
    Counts, Event, InstanceRow, NewReply, Notice, OutboxError, Part, RunId, StoredReply,
};

pub(super) fn notice(
    connection: &mut Connection,
    identity: &str,
    notice: NoticeId,
) -> Result<Option<Notice>, OutboxError> {
    let sql = "SELECT N.RUN, R.CLOSE_DAY, N.BRANCH, N.CUSTOMER, N.CONTACT, N.CONTACT_NAME, N.PHONE, N.INSTANCE, \
               N.KIND, N.SEND_ON, N.STATE, N.REASON, N.FIRST_DEPARTURE, N.REVISION \
               FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN WHERE N.ID = ?";
    let rows = connection.query(sql, &[notice.0.into()])?;
    let found = read_all("WA_NOTICE", &rows, |row| {
        Ok(Notice {
            id: notice,
            reference: Reference::of(notice),
            run: RunId(row.int()?),
            close: row.date()?,
            branch: row.branch()?,
            customer: row.customer()?,
            contact: row.contact()?,
            contact_name: row.utf8()?,
            phone: row.phone()?,
            instance: row.instance()?,
            kind: row.kind()?,
            send_on: row.date()?,
            state: row.word(NoticeState::from_word)?,
            reason: row.opt_utf8()?,
            first_departure: row.opt_date()?,
            revision: row.int()?,
            items: Vec::new(),
            parts: Vec::new(),
        })
    })?;
    let Some(mut found) = found.into_iter().next() else {
        return Ok(None);
    };
    let items = "SELECT RECEIVABLE, DOCUMENT, DUE_ON, STAGE, BALANCE_CENTS, HAS_BOLETO FROM WA_NOTICE_ITEM \
                 WHERE NOTICE = ? ORDER BY DUE_ON, RECEIVABLE";
    let items = connection.query(items, &[notice.0.into()])?;
    found.items = read_all("WA_NOTICE_ITEM", &items, |row| row.item())?;
    let parts = "SELECT SEQ, KIND, RECEIVABLE, MESSAGE_ID, STATE, ATTEMPT, REASON, NEXT_TRY_AT, RECIPIENT, CONTENT, \
                 FILE_NAME, BEGUN_AT, GATEWAY_ID, ACCEPTED_AT, ARRIVED_LATE FROM WA_PART WHERE NOTICE = ? ORDER BY SEQ";
    let parts = connection.query(parts, &[notice.0.into()])?;
    found.parts = read_all("WA_PART", &parts, |row| {
        let seq = row.number()?;
        Ok(Part {
            key: PartKey { notice, seq },
            kind: row.part_kind()?,
            message_id: message_id(row.opt_text()?.as_deref(), identity, notice, seq),
            state: row.word(PartState::from_word)?,
            attempt: row.number()?,
            reason: row.opt_utf8()?,
            next_try_at: row.opt_at()?,
            to: row.opt_id()?.map(CanonicalId),
            text: row.opt_utf8()?,
            file_name: row.opt_utf8()?,
            begun_at: row.opt_at()?,
            gateway_id: row.opt_id()?,
            accepted_at: row.opt_at()?,
            arrived_late: row.flag()?,
        })
    })?;
    Ok(Some(found))
}

/// What is counted, and where the key of its notice stands.
#[derive(Clone, Copy)]
struct Counted {
    from: &'static str,
    notice: &'static str,
}

const NOTICES: Counted = Counted {
    from: "WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN",
    notice: "N.ID",
};
const PARTS: Counted = Counted {
    from: "WA_PART P JOIN WA_NOTICE N ON N.ID = P.NOTICE JOIN WA_RUN R ON R.ID = N.RUN",
    notice: "P.NOTICE",
};
const REPLIES: Counted = Counted {
    from: "WA_REPLY A LEFT JOIN WA_NOTICE N ON N.ID = A.NOTICE LEFT JOIN WA_RUN R ON R.ID = N.RUN",
    notice: "A.NOTICE",
};

impl Counted {
    /// Selects `what` under a condition, of one close where one is asked for.
    fn select(
        self,
        connection: &mut Connection,
        close: Option<NaiveDate>,
        what: &str,
        (condition, mut parameters): (&str, Vec<Value>),
        tail: &str,
    ) -> Result<Vec<Row>, OutboxError> {
        let Counted { from, notice } = self;
        let of_close = match close {
            Some(day) => {
                parameters.push(day.into());
                // The range is what makes it quick: a close is found by its runs, and a run's notices by their keys.
                format!(
                    "AND R.CLOSE_DAY = ? AND {notice} BETWEEN R.FIRST_NOTICE AND R.FIRST_NOTICE + R.NOTICES - 1"
                )
            }
            None => String::new(),
        };
        let sql = format!("SELECT {what} FROM {from} WHERE {condition} {of_close} {tail}");
        Ok(connection.query(&sql, &parameters)?)
    }
}

pub(super) fn counts(
    connection: &mut Connection,
    close: Option<NaiveDate>,
    receipt_deadline: DateTime<Utc>,
) -> Result<Counts, OutboxError> {
    let all = || ("1 = 1", vec![]);
    let rows = NOTICES.select(connection, close, "N.STATE, COUNT(*)", all(), "GROUP BY N.STATE")?;
    let mut notices = read_all("WA_NOTICE", &rows, |row| {
        Ok((row.word(NoticeState::from_word)?, row.number()?))
    })?;
    notices.sort_unstable();
    let rows = PARTS.select(connection, close, "P.STATE, COUNT(*)", all(), "GROUP BY P.STATE")?;
    let mut parts = read_all("WA_PART", &rows, |row| {
        Ok((row.word(PartState::from_word)?, row.number()?))
    })?;
    parts.sort_unstable();

    let mut number =
        |counted: Counted, condition: &str, parameters: Vec<Value>| -> Result<u32, OutboxError> {
            let rows = counted.select(connection, close, "COUNT(*)", (condition, parameters), "")?;
            Ok(read_all("WA_NOTICE", &rows, |row| row.number())?
                .pop()
                .unwrap_or(0))
        };
    let open = "R.HELD = 1 AND N.STATE IN ('queued', 'sending', 'needs_person')";
    let held = number(NOTICES, open, vec![])?;
    let late = "P.STATE = 'accepted' AND P.ACCEPTED_AT < ?";
    let without_receipt = number(PARTS, late, vec![at(receipt_deadline)])?;
    let replies_for_person = number(REPLIES, "A.NEEDS_PERSON = 1", vec![])?;
    let late = "P.ARRIVED_LATE = 1 AND P.STATE NOT IN ('sending', 'unknown')";
    let rows = PARTS.select(
        connection,
        close,
        "P.NOTICE, P.SEQ",
        (late, vec![]),
        "ORDER BY P.NOTICE, P.SEQ",
    )?;
    let arrived_late = read_all("WA_PART", &rows, |row| {
        Ok(PartKey {
            notice: row.notice()?,
            seq: row.number()?,
        })
    })?;
    Ok(Counts {
        arrived_late,
        notices,
        parts,
        held,
        replies_for_person,
        without_receipt,
    })
}

pub(super) fn instances(
    connection: &mut Connection,
    today: NaiveDate,
) -> Result<Vec<InstanceRow>, OutboxError> {
    let sql = format!(
        "SELECT I.INSTANCE, I.COUNTED_DAY, I.CONTACTS, I.FIRST_USED_ON, {PAUSE_LEFT}, {RESTRICTION} \
         FROM WA_INSTANCE I ORDER BY I.INSTANCE"
    );
    read_all("WA_INSTANCE", &connection.query(&sql, &[])?, |row| {
        let instance = row.instance()?;
        let (day, contacts): (_, u32) = (row.opt_date()?, row.number()?);
        Ok(InstanceRow {
            instance,
            day,
            contacts_today: if day == Some(today) { contacts } else { 0 },
            first_used_on: row.opt_date()?,
            pause_left: pause(row.int()?),
            restriction: restriction(row)?,
        })
    })
}

pub(super) fn notices_of(
    connection: &mut Connection,
    identity: &str,
    customer: &CustomerId,
    limit: u32,
) -> Result<Vec<Notice>, OutboxError> {
    let sql = "SELECT ID FROM WA_NOTICE WHERE CUSTOMER = ? ORDER BY ID DESC ROWS ?";
    let rows = connection.query(sql, &[id(customer.as_str())?, limit.into()])?;
    let ids = read_all("WA_NOTICE", &rows, |row| row.notice())?;
    ids.into_iter()
        .map(|id| {
            notice(connection, identity, id)?.ok_or_else(|| corrupt("WA_NOTICE", format!("{id} has no run")))
        })
        .collect()
}

pub(super) fn decisions_of(
    connection: &mut Connection,
    customer: &CustomerId,
    limit: u32,
) -> Result<Vec<(NaiveDate, Skipped)>, OutboxError> {
    let sql = "SELECT R.CLOSE_DAY, D.CUSTOMER, D.CONTACT, D.RECEIVABLE, D.REASON, D.DETAIL \
               FROM WA_DECISION D JOIN WA_RUN R ON R.ID = D.RUN WHERE D.CUSTOMER = ? ORDER BY D.ID DESC ROWS ?";
    let rows = connection.query(sql, &[id(customer.as_str())?, limit.into()])?;
    read_all("WA_DECISION", &rows, |row| {
        let close = row.date()?;
        let skipped = Skipped {
            customer: row.customer()?,
            contact: row.opt_id()?.map(ContactId::new),
            receivable: row.opt_id()?.map(ReceivableId::new),
            reason: row.word(SkipReason::from_word)?,
            detail: row.utf8()?,
        };
        Ok((close, skipped))
    })
}

pub(super) fn replies_for_person(
    connection: &mut Connection,
    limit: u32,
) -> Result<Vec<StoredReply>, OutboxError> {
    let sql = format!("SELECT {REPLY} FROM WA_REPLY A WHERE A.NEEDS_PERSON = 1 {NEWEST_REPLIES}");
    replies(&connection.query(&sql, &[limit.into()])?)
}

pub(super) fn replies_of(
    connection: &mut Connection,
    customer: &CustomerId,
    limit: u32,
) -> Result<Vec<StoredReply>, OutboxError> {
    let sql = format!(
        "SELECT {REPLY} FROM WA_REPLY A JOIN WA_NOTICE N ON N.ID = A.NOTICE WHERE N.CUSTOMER = ? {NEWEST_REPLIES}"
    );
    replies(&connection.query(&sql, &[id(customer.as_str())?, limit.into()])?)
}

const REPLY: &str = "A.INSTANCE, A.CHAT, A.GATEWAY_ID, A.PHONE, A.NOTICE, A.WRITTEN_AT, A.CONTENT, A.MEDIA, A.INTENT, \
                     A.NEEDS_PERSON";
const NEWEST_REPLIES: &str = "ORDER BY A.WRITTEN_AT DESC, A.GATEWAY_ID ROWS ?";

fn replies(rows: &[Row]) -> Result<Vec<StoredReply>, OutboxError> {
    read_all("WA_REPLY", rows, |row| {
        let reply = NewReply {
            instance: row.instance()?,
            chat: row.canonical()?,
            gateway_id: row.id()?,
            phone: row.phone()?,
            notice: row.opt_notice()?,
            at: row.at()?,
            text: row.opt_utf8()?,
            media: row.opt_utf8()?,
            intent: row.word(Intent::from_word)?,
        };
        Ok(StoredReply {
            reply,
            needs_person: row.flag()?,
        })
    })
}

pub(super) fn events(connection: &mut Connection, notice: NoticeId) -> Result<Vec<Event>, OutboxError> {
    let sql = "SELECT HAPPENED_AT, NOTICE, SEQ, KIND, DETAIL FROM WA_EVENT WHERE NOTICE = ? ORDER BY ID";
    read_all("WA_EVENT", &connection.query(sql, &[notice.0.into()])?, |row| {
        Ok(Event {
            at: row.at()?,
            notice: row.opt_notice()?,
            seq: row.opt_int()?.and_then(|seq| u16::try_from(seq).ok()),
            kind: row.text()?,
            detail: row.utf8()?,
        })
    })
}
