//! What `replies` reads and stores: numbers, answers, opt-outs.

use chrono::{DateTime, Utc};

use super::super::connection::{Connection, DatabaseError, Value};
use super::block::Block;
use super::parts::{learnt_meanwhile, log};
use super::rows::{Reader, at, flag, gateway_id, id, opt_id, read_all, short};
use super::send::stop_writing_to;
use crate::domain::ids::InstanceId;
use crate::domain::notice::{MessageId, NoticeId};
use crate::domain::phone::Phone;
use crate::domain::reply::Consent;
use crate::ports::gateway::CanonicalId;
use crate::ports::outbox::{AnswerOutcome, Answerable, NewReply, OutboxError, ReplyStored};

/// When a phone was resolved, and to what.
pub(super) type Resolution = Option<(DateTime<Utc>, Option<CanonicalId>)>;

pub(super) fn canonical(connection: &mut Connection, phone: &Phone) -> Result<Resolution, OutboxError> {
    let sql = "SELECT RESOLVED_AT, CANONICAL FROM WA_NUMBER WHERE PHONE = ?";
    let rows = connection.query(sql, &[phone.e164().into()])?;
    Ok(read_all("WA_NUMBER", &rows, |row| {
        Ok((row.at()?, row.opt_id()?.map(CanonicalId)))
    })?
    .pop())
}

pub(super) fn save_canonical(
    connection: &mut Connection,
    phone: &Phone,
    canonical: Option<&CanonicalId>,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let values = [
        phone.e164().into(),
        opt_id(canonical.map(|c| c.0.as_str()))?,
        at(now),
    ];
    let mut block = Block::default();
    block.push(connection, SAVE_CANONICAL, values)?;
    // Two workers may ask for the same new number at once.
    block.send(connection).map_err(learnt_meanwhile)
}

/// What the gateway said about a number, as a statement of a block.
pub(super) const SAVE_CANONICAL: &str =
    "UPDATE OR INSERT INTO WA_NUMBER (PHONE, CANONICAL, RESOLVED_AT) VALUES (?w, ?a, ?t) MATCHING (PHONE)";

pub(super) fn phone_of(
    connection: &mut Connection,
    chat: &CanonicalId,
) -> Result<Option<Phone>, OutboxError> {
    let chat = id(&chat.0)?;
    let rows = connection.query(
        "SELECT PHONE FROM WA_LID WHERE LID = ?",
        std::slice::from_ref(&chat),
    )?;
    if let Some(phone) = read_all("WA_LID", &rows, |row| row.phone())?.pop() {
        return Ok(Some(phone));
    }
    // With and without the ninth digit two phones may have one canonical id; the one resolved last counts.
    let sql = "SELECT PHONE FROM WA_NUMBER WHERE CANONICAL = ? ORDER BY RESOLVED_AT DESC, PHONE ROWS 1";
    Ok(read_all("WA_NUMBER", &connection.query(sql, &[chat])?, |row| row.phone())?.pop())
}

pub(super) fn save_lid(
    connection: &mut Connection,
    lid: &CanonicalId,
    phone: &Phone,
) -> Result<(), OutboxError> {
    let sql = "UPDATE OR INSERT INTO WA_LID (LID, PHONE) VALUES (?, ?) MATCHING (LID)";
    connection
        .execute(sql, &[id(&lid.0)?, phone.e164().into()])
        .map_err(super::parts::duplicate_is_conflict)?;
    Ok(())
}

pub(super) fn read_until(
    connection: &mut Connection,
    instance: &InstanceId,
) -> Result<Option<DateTime<Utc>>, OutboxError> {
    let sql = "SELECT READ_UNTIL FROM WA_INSTANCE WHERE INSTANCE = ?";
    let rows = connection.query(sql, &[id(instance.as_str())?])?;
    Ok(read_all("WA_INSTANCE", &rows, |row| row.opt_at())?
        .pop()
        .flatten())
}

pub(super) fn set_read_until(
    connection: &mut Connection,
    instance: &InstanceId,
    until: DateTime<Utc>,
) -> Result<(), OutboxError> {
    super::store::ensure_instance(connection, instance.as_str())?;
    let sql = "UPDATE WA_INSTANCE SET READ_UNTIL = ? WHERE INSTANCE = ?";
    connection.execute(sql, &[at(until), id(instance.as_str())?])?;
    Ok(())
}

pub(super) fn answerable(
    connection: &mut Connection,
    instance: &InstanceId,
    phone: &Phone,
    by: DateTime<Utc>,
) -> Result<Option<Answerable>, OutboxError> {
    let sql = "SELECT N.ID, N.BRANCH, N.CUSTOMER, N.PHONE, \
               (SELECT MIN(P.BEGUN_AT) FROM WA_PART P WHERE P.NOTICE = N.ID AND P.MAY_HAVE_LEFT = 1), \
               (SELECT COUNT(*) FROM WA_PART P WHERE P.NOTICE = N.ID AND P.ACCEPTED_AT IS NOT NULL), \
               (SELECT COUNT(*) FROM WA_ANSWER A WHERE A.NOTICE = N.ID AND A.STATE <> 'refused') \
               FROM WA_NOTICE N WHERE N.PHONE = ? AND N.INSTANCE = ? \
               AND EXISTS(SELECT 1 FROM WA_PART P WHERE P.NOTICE = N.ID AND P.MAY_HAVE_LEFT = 1 AND P.BEGUN_AT <= ?) \
               ORDER BY N.ID DESC ROWS 1";
    let values = [phone.e164().into(), id(instance.as_str())?, at(by)];
    let rows = connection.query(sql, &values)?;
    let found = read_all("WA_NOTICE", &rows, |row| {
        Ok(Answerable {
            notice: row.notice()?,
            branch: row.branch()?,
            customer: row.customer()?,
            phone: row.phone()?,
            first_begun_at: row.at()?,
            accepted: row.flag()?,
            answered: row.flag()?,
        })
    })?;
    Ok(found.into_iter().next())
}

pub(super) fn store_reply(
    connection: &mut Connection,
    reply: &NewReply,
    needs_person: bool,
    now: DateTime<Utc>,
) -> Result<ReplyStored, OutboxError> {
    let sql = "INSERT INTO WA_REPLY (INSTANCE, CHAT, GATEWAY_ID, PHONE, NOTICE, WRITTEN_AT, CONTENT, MEDIA, INTENT, \
               NEEDS_PERSON) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = [
        id(reply.instance.as_str())?,
        id(&reply.chat.0)?,
        gateway_id(&reply.gateway_id),
        reply.phone.e164().into(),
        reply.notice.map(|n| n.0).into(),
        at(reply.at),
        reply.text.as_deref().map(str::as_bytes).into(),
        reply.media.as_deref().map_or(Value::Null, short),
        reply.intent.word().into(),
        flag(needs_person),
    ];
    match connection.execute(sql, &values) {
        Ok(_) => {}
        Err(DatabaseError::Duplicate { .. }) => return Ok(ReplyStored::Known),
        Err(error) => return Err(error.into()),
    }
    let consent_changed = match reply.intent.consent() {
        Some(Consent::Withdrawn { why }) => opt_out(connection, &reply.phone, why, now)?,
        Some(Consent::Given) => opt_in(connection, &reply.phone, now)?,
        None => false,
    };
    Ok(ReplyStored::New { consent_changed })
}

/// The id of an answer: part numbers begin at 1, so 0 is free for it.
const ANSWER_SEQ: u16 = 0;

pub(super) fn begin_answer(
    connection: &mut Connection,
    identity: &str,
    notice: NoticeId,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Option<MessageId>, OutboxError> {
    let message_id = MessageId::derive(identity, notice, ANSWER_SEQ);
    // Proven not accepted: it may be begun again.
    let again = connection.execute(
        "UPDATE WA_ANSWER SET STATE = 'sending', CONTENT = ?, BEGUN_AT = ? WHERE NOTICE = ? AND STATE = 'refused'",
        &[text.as_bytes().into(), at(now), notice.0.into()],
    )?;
    if again == 0 {
        let sql = "INSERT INTO WA_ANSWER (NOTICE, MESSAGE_ID, STATE, CONTENT, BEGUN_AT) VALUES (?, ?, 'sending', ?, ?)";
        let values = [
            notice.0.into(),
            message_id.as_str().into(),
            text.as_bytes().into(),
            at(now),
        ];
        match connection.execute(sql, &values) {
            Ok(_) => {}
            Err(DatabaseError::Duplicate { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    log(
        connection,
        now,
        Some(notice),
        None,
        "answer_begun",
        message_id.as_str(),
    )?;
    Ok(Some(message_id))
}

pub(super) fn record_answer(
    connection: &mut Connection,
    notice: NoticeId,
    outcome: AnswerOutcome,
    gateway: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let state = match outcome {
        AnswerOutcome::Accepted => "accepted",
        AnswerOutcome::Refused => "refused",
        AnswerOutcome::Unknown => "unknown",
    };
    let changed = connection.execute(
        "UPDATE WA_ANSWER SET STATE = ?, GATEWAY_ID = COALESCE(?, GATEWAY_ID) \
         WHERE NOTICE = ? AND STATE IN ('sending', 'unknown')",
        &[
            state.into(),
            gateway.map_or(Value::Null, gateway_id),
            notice.0.into(),
        ],
    )?;
    if changed > 0 {
        log(
            connection,
            now,
            Some(notice),
            None,
            &format!("answer_{state}"),
            gateway.unwrap_or_default(),
        )?;
    }
    Ok(())
}

/// Three times the chat: the phones behind it. A chat has several names (canonical ids, a LID); the phones lead to all
/// that went there.
pub(super) const PHONES: &str = "SELECT T.PHONE FROM WA_RECIPIENT T WHERE T.RECIPIENT = ? \
                                 UNION SELECT L.PHONE FROM WA_LID L WHERE L.LID = ? \
                                 UNION SELECT C.PHONE FROM WA_NUMBER C WHERE C.CANONICAL = ?";

pub(super) fn own_gateway_ids(
    connection: &mut Connection,
    to: &CanonicalId,
) -> Result<Vec<String>, OutboxError> {
    let sql = format!(
        "SELECT P.GATEWAY_ID FROM ({PHONES}) X JOIN WA_NOTICE N ON N.PHONE = X.PHONE \
         JOIN WA_PART P ON P.NOTICE = N.ID WHERE P.GATEWAY_ID IS NOT NULL UNION \
         SELECT A.GATEWAY_ID FROM ({PHONES}) X JOIN WA_NOTICE N ON N.PHONE = X.PHONE \
         JOIN WA_ANSWER A ON A.NOTICE = N.ID WHERE A.GATEWAY_ID IS NOT NULL"
    );
    let to = vec![id(&to.0)?; 6];
    read_all("WA_PART", &connection.query(&sql, &to)?, |row| row.id())
}

/// A person has read them.
pub(super) fn done(
    connection: &mut Connection,
    notice: Option<NoticeId>,
    now: DateTime<Utc>,
) -> Result<u32, OutboxError> {
    let sql = "UPDATE WA_REPLY SET NEEDS_PERSON = 0 WHERE NEEDS_PERSON = 1";
    let done = match notice {
        None => connection.execute(sql, &[])?,
        Some(notice) => connection.execute(&format!("{sql} AND NOTICE = ?"), &[notice.0.into()])?,
    };
    if done > 0 {
        log(connection, now, notice, None, "replies_done", &done.to_string())?;
    }
    Ok(done.try_into().unwrap_or(u32::MAX))
}

/// `false`: it was opted out already; what is queued to it stops in any case.
pub(super) fn opt_out(
    connection: &mut Connection,
    phone: &Phone,
    why: &str,
    now: DateTime<Utc>,
) -> Result<bool, OutboxError> {
    let sql = "SELECT COUNT(*) FROM WA_OPT_OUT WHERE PHONE = ?";
    let known = connection.query(sql, &[phone.e164().into()])?;
    let known = known
        .first()
        .map(|row| Reader::new("WA_OPT_OUT", row).flag())
        .transpose()?
        .unwrap_or(false);
    if !known {
        let sql = "INSERT INTO WA_OPT_OUT (PHONE, WHY, SINCE_AT) VALUES (?, ?, ?)";
        connection
            .execute(sql, &[phone.e164().into(), why.into(), at(now)])
            .map_err(super::parts::duplicate_is_conflict)?;
        log(
            connection,
            now,
            None,
            None,
            "opt_out",
            &format!("{}, {why}", phone.masked()),
        )?;
    }
    stop_writing_to(connection, phone, "opted_out", now)?;
    Ok(!known)
}

pub(super) fn opt_in(
    connection: &mut Connection,
    phone: &Phone,
    now: DateTime<Utc>,
) -> Result<bool, OutboxError> {
    let removed = connection.execute("DELETE FROM WA_OPT_OUT WHERE PHONE = ?", &[phone.e164().into()])? > 0;
    if removed {
        log(connection, now, None, None, "opt_in", &phone.masked())?;
    }
    Ok(removed)
}
