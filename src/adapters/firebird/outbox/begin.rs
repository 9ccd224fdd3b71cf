//! The intent: one transaction that decides whether a part may leave now, and says so to everybody else.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Connection, Value};
use super::block::Block;
use super::instance::{RESTRICTION, restriction};
use super::parts::{event_word, learnt_meanwhile, push_log};
use super::replies::SAVE_CANONICAL;
use super::rows::{OWNER_BYTES, Reader, at, cut, id, ms, read_all, short};
use crate::domain::notice::{MessageId, NoticeId, NoticeState, PartEvent, PartKey, PartState, notice_state};
use crate::ports::gateway::CanonicalId;
use crate::ports::outbox::{Begin, Begun, OutboxError, Restriction};

/// What [`begin`] decides by.
struct Candidate {
    state: PartState,
    attempt: u32,
    token: Option<i64>,
    next_try_at: Option<DateTime<Utc>>,
    message_id: MessageId,
    instance: String,
    notice_open: bool,
    held: bool,
    opted_out: bool,
    unsettled_before: bool,
    unknown_after: bool,
    phone: String,
    recipient_known: bool,
    counted_on: Option<NaiveDate>,
    counter_day: Option<NaiveDate>,
    contacts: u32,
    pause_left: Duration,
    restriction: Option<Restriction>,
    untouched: bool,
    revision: i64,
}

/// Milliseconds that an instance I must still pause. More than the whole pause is left only when the server's clock was
/// set back: nobody waits for that.
pub(super) const PAUSE_LEFT: &str = "CASE WHEN DATEDIFF(MILLISECOND FROM LOCALTIMESTAMP TO I.NEXT_ALLOWED) \
     BETWEEN 1 AND I.GAP_MS + 1000 \
     THEN CAST(DATEDIFF(MILLISECOND FROM LOCALTIMESTAMP TO I.NEXT_ALLOWED) AS BIGINT) ELSE 0 END";

pub(super) fn pause(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

fn candidate(
    connection: &mut Connection,
    identity: &str,
    part: PartKey,
    to: &CanonicalId,
) -> Result<Option<Candidate>, OutboxError> {
    let sql = format!(
        "SELECT P.STATE, P.ATTEMPT, P.TOKEN, P.NEXT_TRY_AT, P.MESSAGE_ID, N.INSTANCE, N.STATE, N.ENDING, R.HELD, \
         (SELECT COUNT(*) FROM WA_OPT_OUT O WHERE O.PHONE = N.PHONE), \
         (SELECT COUNT(*) FROM WA_PART E WHERE E.NOTICE = P.NOTICE AND E.SEQ < P.SEQ \
          AND E.STATE IN ('queued', 'sending', 'unknown')), \
         (SELECT COUNT(*) FROM WA_PART E WHERE E.NOTICE = P.NOTICE AND E.SEQ > P.SEQ AND E.STATE = 'unknown'), \
         N.PHONE, (SELECT COUNT(*) FROM WA_RECIPIENT T WHERE T.RECIPIENT = ? AND T.PHONE = N.PHONE), \
         N.COUNTED_ON, I.COUNTED_DAY, I.CONTACTS, {PAUSE_LEFT}, {RESTRICTION}, N.FIRST_DEPARTURE, N.REVISION \
         FROM WA_PART P JOIN WA_NOTICE N ON N.ID = P.NOTICE JOIN WA_RUN R ON R.ID = N.RUN \
         JOIN WA_INSTANCE I ON I.INSTANCE = N.INSTANCE WHERE P.NOTICE = ? AND P.SEQ = ?"
    );
    let rows = connection.query(
        &sql,
        &[id(&to.0)?, part.notice.0.into(), u32::from(part.seq).into()],
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut row = Reader::new("WA_PART", row);
    Ok(Some(Candidate {
        state: row.word(PartState::from_word)?,
        attempt: row.number()?,
        token: row.opt_int()?,
        next_try_at: row.opt_at()?,
        message_id: message_id(row.opt_text()?.as_deref(), identity, part.notice, part.seq),
        instance: row.id()?,
        notice_open: row.word(NoticeState::from_word)?.is_open() & row.opt_text()?.is_none(),
        held: row.flag()?,
        opted_out: row.flag()?,
        unsettled_before: row.flag()?,
        unknown_after: row.flag()?,
        phone: row.text()?,
        recipient_known: row.flag()?,
        counted_on: row.opt_date()?,
        counter_day: row.opt_date()?,
        contacts: row.number()?,
        pause_left: pause(row.int()?),
        restriction: restriction(&mut row)?,
        untouched: row.opt_date()?.is_none(),
        revision: row.int()?,
    }))
}

/// Commits the intent to send one part. `token` is this call's own: when an earlier commit of the same call may have
/// happened, it is recognised by it.
pub(super) fn begin(
    connection: &mut Connection,
    identity: &str,
    begin: &Begin,
    token: i64,
    uncertain: bool,
) -> Result<Begun, OutboxError> {
    let part = begin.part;
    let Some(found) = candidate(connection, identity, part, &begin.to)? else {
        return Ok(Begun::NotNow);
    };
    if uncertain && found.token == Some(token) && found.state == PartState::Sending {
        return Ok(Begun::Go {
            attempt: found.attempt,
            message_id: found.message_id,
        });
    }
    let ours = found.state == PartState::Queued
        && found.notice_open
        && !found.held
        && !found.opted_out
        && !found.unsettled_before
        && (!found.untouched || found.revision == begin.revision)
        && found.next_try_at.is_none_or(|at| at <= begin.now);
    if !ours {
        return Ok(Begun::NotNow);
    }
    if let Some(restriction) = found.restriction.filter(|r| r.holds_on(begin.today)) {
        return Ok(Begun::Restricted(restriction));
    }
    if !found.pause_left.is_zero() {
        return Ok(Begun::Wait(found.pause_left));
    }
    // On another day the counter starts afresh; counted anew, so that a clock that jumped there and back loses none.
    let contacts = if found.counter_day == Some(begin.today) {
        found.contacts
    } else {
        contacts_on(connection, &found.instance, begin.today)?
    };
    let counts = found.counted_on != Some(begin.today);
    if counts && begin.daily_cap.is_some_and(|cap| contacts >= cap) {
        return Ok(Begun::CapReached);
    }
    let contacts = contacts + u32::from(counts);

    // From here on a conflict means that another worker was faster: the whole runs again on what it left.
    let to = id(&begin.to.0)?;
    let attempt = found.attempt + 1;
    let mut block = Block::default();
    if !found.recipient_known {
        let sql = "UPDATE OR INSERT INTO WA_RECIPIENT (RECIPIENT, PHONE) VALUES (?a, ?w) MATCHING (RECIPIENT, PHONE)";
        block.push(connection, sql, [to.clone(), found.phone.as_str().into()])?;
    }
    if let Some(resolved_at) = begin.resolved_at {
        let values = [found.phone.as_str().into(), to.clone(), at(resolved_at)];
        block.push(connection, SAVE_CANONICAL, values)?;
    }
    block.push_one(
        connection,
        "UPDATE WA_INSTANCE SET NEXT_ALLOWED = DATEADD(?i MILLISECOND TO LOCALTIMESTAMP), GAP_MS = ?i, \
         COUNTED_DAY = ?d, CONTACTS = ?i, DEPARTURES = DEPARTURES + 1, FIRST_USED_ON = COALESCE(FIRST_USED_ON, ?d) WHERE INSTANCE = ?a",
        [
            ms(begin.gap),
            ms(begin.gap),
            begin.today.into(),
            contacts.into(),
            begin.today.into(),
            id(&found.instance)?,
        ],
    )?;
    block.push_one(
        connection,
        "UPDATE WA_PART SET STATE = 'sending', ATTEMPT = ?i, MAY_HAVE_LEFT = 1, REASON = NULL, NEXT_TRY_AT = NULL, \
         OWNER = ?u, LEASE_UNTIL = DATEADD(?i MILLISECOND TO LOCALTIMESTAMP), LEASE_MS = ?i, TOKEN = ?i, \
         MESSAGE_ID = ?w, RECIPIENT = ?a, CONTENT = ?b, FILE_NAME = ?u, BEGUN_AT = ?t, BEGUN_ON = ?d, GATEWAY_ID = NULL \
         WHERE NOTICE = ?i AND SEQ = ?i AND STATE = 'queued' AND ATTEMPT = ?i",
        [
            attempt.into(),
            cut(&begin.owner, OWNER_BYTES),
            ms(begin.lease),
            ms(begin.lease),
            token.into(),
            found.message_id.as_str().into(),
            to,
            begin.text.as_deref().map(str::as_bytes).into(),
            begin.file_name.as_deref().map_or(Value::Null, short),
            at(begin.now),
            begin.today.into(),
            part.notice.0.into(),
            u32::from(part.seq).into(),
            found.attempt.into(),
        ],
    )?;
    let states: &[PartState] = if found.unknown_after {
        &[PartState::Sending, PartState::Unknown]
    } else {
        &[PartState::Sending]
    };
    block.push_one(
        connection,
        "UPDATE WA_NOTICE SET STATE = ?a, REASON = NULL, FIRST_DEPARTURE = COALESCE(FIRST_DEPARTURE, ?d), \
         COUNTED_ON = ?d, REVISION = REVISION + 1 WHERE ID = ?i AND ENDING IS NULL",
        [
            notice_state(None, states).word().into(),
            begin.today.into(),
            begin.today.into(),
            part.notice.0.into(),
        ],
    )?;
    let detail = format!("attempt {attempt}, message {}", found.message_id.as_str());
    let (notice, seq) = (Some(part.notice), Some(part.seq));
    push_log(
        connection,
        &mut block,
        begin.now,
        notice,
        seq,
        event_word(PartEvent::Claim),
        &detail,
    )?;
    // The only keys that these can violate are those of what others have learnt meanwhile.
    block.send(connection).map_err(learnt_meanwhile)?;
    Ok(Begun::Go {
        attempt,
        message_id: found.message_id,
    })
}

/// The id of a part's messages: what it was begun with, else what it will be.
pub(super) fn message_id(stored: Option<&str>, identity: &str, notice: NoticeId, seq: u16) -> MessageId {
    stored.map_or_else(
        || MessageId::derive(identity, notice, seq),
        MessageId::from_stored,
    )
}

fn contacts_on(connection: &mut Connection, instance: &str, day: NaiveDate) -> Result<u32, OutboxError> {
    let sql = "SELECT COUNT(*) FROM WA_NOTICE WHERE COUNTED_ON = ? AND INSTANCE = ?";
    let rows = connection.query(sql, &[day.into(), id(instance)?])?;
    Ok(read_all("WA_NOTICE", &rows, |row| row.number())?
        .pop()
        .unwrap_or(0))
}
