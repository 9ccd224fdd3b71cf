//! What `send` does: claims, outcomes, sweeps, endings.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Batch, Connection, DatabaseError, Value};
use super::parts::{Change, Loaded, event_word, log};
use super::rows::{Reader, at, id, ms, overtaken, read_all, short};
use super::scan::{INSERT_CLAIM, UNTOUCHED, replace_contents};
use crate::domain::notice::{
    Ending, IllegalMove, MessageId, NoticeId, NoticeState, PartEvent, PartKey, PartState, notice_state,
};
use crate::domain::phone::Phone;
use crate::ports::gateway::{AckLevel, CanonicalId};
use crate::ports::outbox::{
    AwaitingReceipt, Begin, Begun, Departure, OutboxError, Outcome, Recorded, Resolution,
};

/// More of a lease left than it was long, and this: the server's clock was set back.
const CLOCK_SLACK_SECONDS: u32 = 60;

/// What [`begin`] decides by.
struct Candidate {
    state: PartState,
    attempt: u32,
    token: Option<i64>,
    next_try_at: Option<DateTime<Utc>>,
    message_id: String,
    instance: String,
    notice_open: bool,
    held: bool,
    opted_out: bool,
    unsettled_before: bool,
    unknown_after: bool,
    counted_on: Option<NaiveDate>,
    counter_day: Option<NaiveDate>,
    contacts: u32,
    pause_left: Duration,
}

/// Milliseconds that an instance I must still pause. More than the whole pause is left only when the server's clock was
/// set back: nobody waits for that.
pub(super) const PAUSE_LEFT: &str = "CASE WHEN DATEDIFF(MILLISECOND FROM LOCALTIMESTAMP TO I.NEXT_ALLOWED) \
     BETWEEN 1 AND I.GAP_MS + 1000 \
     THEN CAST(DATEDIFF(MILLISECOND FROM LOCALTIMESTAMP TO I.NEXT_ALLOWED) AS BIGINT) ELSE 0 END";

pub(super) fn pause(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

fn candidate(connection: &mut Connection, part: PartKey) -> Result<Option<Candidate>, OutboxError> {
    let sql = format!(
        "SELECT P.STATE, P.ATTEMPT, P.TOKEN, P.NEXT_TRY_AT, P.MESSAGE_ID, N.INSTANCE, N.STATE, N.ENDING, R.HELD, \
         (SELECT COUNT(*) FROM WA_OPT_OUT O WHERE O.PHONE = N.PHONE), \
         (SELECT COUNT(*) FROM WA_PART E WHERE E.NOTICE = P.NOTICE AND E.SEQ < P.SEQ \
          AND E.STATE IN ('queued', 'sending', 'unknown')), \
         (SELECT COUNT(*) FROM WA_PART E WHERE E.NOTICE = P.NOTICE AND E.SEQ > P.SEQ AND E.STATE = 'unknown'), \
         N.COUNTED_ON, I.COUNTED_DAY, I.CONTACTS, {PAUSE_LEFT} \
         FROM WA_PART P JOIN WA_NOTICE N ON N.ID = P.NOTICE JOIN WA_RUN R ON R.ID = N.RUN \
         JOIN WA_INSTANCE I ON I.INSTANCE = N.INSTANCE WHERE P.NOTICE = ? AND P.SEQ = ?"
    );
    let rows = connection.query(&sql, &[part.notice.0.into(), u32::from(part.seq).into()])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut row = Reader::new("WA_PART", row);
    Ok(Some(Candidate {
        state: row.word(PartState::from_word)?,
        attempt: row.number()?,
        token: row.opt_int()?,
        next_try_at: row.opt_at()?,
        message_id: row.text()?,
        instance: row.id()?,
        notice_open: row.word(NoticeState::from_word)?.is_open() & row.opt_text()?.is_none(),
        held: row.flag()?,
        opted_out: row.flag()?,
        unsettled_before: row.flag()?,
        unknown_after: row.flag()?,
        counted_on: row.opt_date()?,
        counter_day: row.opt_date()?,
        contacts: row.number()?,
        pause_left: pause(row.int()?),
    }))
}

/// Commits the intent to send one part. `token` is this call's own: when an earlier commit of the same call may have
/// happened, it is recognised by it.
pub(super) fn begin(
    connection: &mut Connection,
    begin: &Begin,
    token: i64,
    uncertain: bool,
) -> Result<Begun, OutboxError> {
    let part = begin.part;
    let Some(found) = candidate(connection, part)? else {
        return Ok(Begun::NotNow);
    };
    if uncertain && found.token == Some(token) && found.state == PartState::Sending {
        let message_id = MessageId::from_stored(&found.message_id);
        return Ok(Begun::Go {
            attempt: found.attempt,
            message_id,
        });
    }
    let ours = found.state == PartState::Queued
        && found.notice_open
        && !found.held
        && !found.opted_out
        && !found.unsettled_before
        && found.next_try_at.is_none_or(|at| at <= begin.now);
    if !ours {
        return Ok(Begun::NotNow);
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
    let paced = connection.execute(
        "UPDATE WA_INSTANCE SET NEXT_ALLOWED = DATEADD(CAST(? AS BIGINT) MILLISECOND TO LOCALTIMESTAMP), GAP_MS = ?, \
         COUNTED_DAY = ?, CONTACTS = ?, FIRST_USED_ON = COALESCE(FIRST_USED_ON, ?) WHERE INSTANCE = ?",
        &[
            ms(begin.gap),
            ms(begin.gap),
            begin.today.into(),
            contacts.into(),
            begin.today.into(),
            id(&found.instance)?,
        ],
    )?;
    let attempt = found.attempt + 1;
    let departs = connection.execute(
        "UPDATE WA_PART SET STATE = 'sending', ATTEMPT = ?, MAY_HAVE_LEFT = 1, REASON = NULL, NEXT_TRY_AT = NULL, \
         OWNER = ?, LEASE_UNTIL = DATEADD(CAST(? AS BIGINT) MILLISECOND TO LOCALTIMESTAMP), LEASE_MS = ?, TOKEN = ?, \
         RECIPIENT = ?, CONTENT = ?, FILE_NAME = ?, BEGUN_AT = ?, BEGUN_ON = ?, GATEWAY_ID = NULL \
         WHERE NOTICE = ? AND SEQ = ? AND STATE = 'queued' AND ATTEMPT = ?",
        &[
            attempt.into(),
            short(&begin.owner),
            ms(begin.lease),
            ms(begin.lease),
            token.into(),
            id(&begin.to.0)?,
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
    let moved = connection.execute(
        "UPDATE WA_NOTICE SET STATE = ?, REASON = NULL, FIRST_DEPARTURE = COALESCE(FIRST_DEPARTURE, ?), \
         COUNTED_ON = ?, REVISION = REVISION + 1 WHERE ID = ? AND ENDING IS NULL",
        &[
            notice_state(None, states).word().into(),
            begin.today.into(),
            begin.today.into(),
            part.notice.0.into(),
        ],
    )?;
    if (paced, departs, moved) != (1, 1, 1) {
        return Err(overtaken("the part"));
    }
    let detail = format!("attempt {attempt}, message {}", found.message_id);
    log(
        connection,
        begin.now,
        Some(part.notice),
        Some(part.seq),
        event_word(PartEvent::Claim),
        &detail,
    )?;
    Ok(Begun::Go {
        attempt,
        message_id: MessageId::from_stored(&found.message_id),
    })
}

fn contacts_on(connection: &mut Connection, instance: &str, day: NaiveDate) -> Result<u32, OutboxError> {
    let sql = "SELECT COUNT(*) FROM WA_NOTICE WHERE COUNTED_ON = ? AND INSTANCE = ?";
    let rows = connection.query(sql, &[day.into(), id(instance)?])?;
    Ok(read_all("WA_NOTICE", &rows, |row| row.number())?
        .pop()
        .unwrap_or(0))
}

/// Records an outcome, fenced by the attempt's number. `token` as in [`begin`].
pub(super) fn record(
    connection: &mut Connection,
    key: PartKey,
    attempt: u32,
    outcome: &Outcome,
    token: i64,
    uncertain: bool,
) -> Result<Recorded, OutboxError> {
    let (mut notice, place) = Loaded::load_part(connection, key)?;
    let part = &notice.parts[place];
    if uncertain && part.token == Some(token) {
        return Ok(Recorded::Now(part.state));
    }
    if part.attempt != attempt {
        let detail = format!(
            "{} of attempt {attempt} came when the part was {} under attempt {}{}",
            event_word(outcome.event),
            part.state.word(),
            part.attempt,
            outcome
                .gateway_id
                .as_deref()
                .map(|id| format!(", id {id}"))
                .unwrap_or_default()
        );
        log(
            connection,
            outcome.now,
            Some(key.notice),
            Some(key.seq),
            "late_answer",
            &detail,
        )?;
        return Ok(Recorded::LateAnswer);
    }
    let change = Change {
        gateway_id: outcome.gateway_id.as_deref(),
        reason: outcome.reason.as_deref(),
        next_try_at: outcome.next_try_at,
        token: Some(token),
    };
    let state = notice.apply(connection, place, outcome.event, &change, outcome.now)?;
    notice.finish(connection)?;
    Ok(Recorded::Now(state))
}

/// Parts whose lease ran out become unknown.
pub(super) fn sweep(connection: &mut Connection, now: DateTime<Utc>) -> Result<Vec<PartKey>, OutboxError> {
    let sql = format!(
        "SELECT P.NOTICE, P.SEQ FROM WA_NOTICE N JOIN WA_PART P ON P.NOTICE = N.ID \
         WHERE N.STATE IN ('sending', 'needs_person') AND P.STATE = 'sending' \
         AND (P.LEASE_UNTIL < LOCALTIMESTAMP OR DATEADD(-P.LEASE_MS MILLISECOND TO P.LEASE_UNTIL) \
         > DATEADD({CLOCK_SLACK_SECONDS} SECOND TO LOCALTIMESTAMP)) ORDER BY P.NOTICE, P.SEQ"
    );
    let found = read_all("WA_PART", &connection.query(&sql, &[])?, |row| {
        Ok(PartKey {
            notice: row.notice()?,
            seq: row.number()?,
        })
    })?;
    let change = Change {
        reason: Some("lease_ran_out"),
        ..Change::default()
    };
    for key in &found {
        let (mut notice, place) = Loaded::load_part(connection, *key)?;
        notice.apply(connection, place, PartEvent::LeaseRanOut, &change, now)?;
        notice.finish(connection)?;
    }
    Ok(found)
}

pub(super) fn due(connection: &mut Connection, today: NaiveDate) -> Result<Vec<NoticeId>, OutboxError> {
    let sql = "SELECT N.ID FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN \
               WHERE N.STATE IN ('queued', 'sending') AND N.ENDING IS NULL AND N.SEND_ON <= ? AND R.HELD = 0 \
               ORDER BY IIF(N.FIRST_DEPARTURE IS NULL, 1, 0), N.SEND_ON, N.ID";
    read_all("WA_NOTICE", &connection.query(sql, &[today.into()])?, |row| {
        row.notice()
    })
}

/// The guard of all that only an untouched notice may suffer; it also keeps two workers from doing it at once.
fn take_untouched(connection: &mut Connection, notice: NoticeId) -> Result<bool, OutboxError> {
    let sql = format!("UPDATE WA_NOTICE N SET N.REVISION = N.REVISION + 1 WHERE N.ID = ? AND {UNTOUCHED}");
    Ok(connection.execute(&sql, &[notice.0.into()])? == 1)
}

pub(super) fn rebuild(
    connection: &mut Connection,
    identity: &str,
    notice: NoticeId,
    departure: &Departure,
) -> Result<bool, OutboxError> {
    if !take_untouched(connection, notice)? {
        return Ok(false);
    }
    let rows = connection.query("SELECT PHONE FROM WA_NOTICE WHERE ID = ?", &[notice.0.into()])?;
    let Some(phone) = read_all("WA_NOTICE", &rows, |row| row.phone())?.pop() else {
        return Ok(false);
    };
    connection.execute(
        "UPDATE WA_NOTICE SET KIND = ? WHERE ID = ?",
        &[departure.kind.word().into(), notice.0.into()],
    )?;
    let replaced = replace_contents(
        connection,
        identity,
        notice,
        &phone,
        &departure.items,
        &departure.parts,
    );
    replaced.map_err(claim_taken)?;
    Ok(true)
}

fn claim_taken(error: OutboxError) -> OutboxError {
    match error {
        OutboxError::Database(DatabaseError::Duplicate { .. }) => OutboxError::ClaimTaken,
        other => other,
    }
}

pub(super) fn end_untouched(
    connection: &mut Connection,
    notice: NoticeId,
    ending: Ending,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, OutboxError> {
    let Some(mut notice) = Loaded::load(connection, notice)?.filter(|n| n.untouched) else {
        return Ok(false);
    };
    notice.end(connection, ending, reason, now)?;
    notice.finish(connection)?;
    Ok(true)
}

/// Parts that are not queued any more are left alone.
pub(super) fn settle_queued(
    connection: &mut Connection,
    parts: &[PartKey],
    event: PartEvent,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let mut keys = parts.to_vec();
    keys.sort_unstable();
    let change = Change {
        reason: Some(reason),
        ..Change::default()
    };
    for keys in keys.chunk_by(|a, b| a.notice == b.notice) {
        let Some(mut notice) = Loaded::load(connection, keys[0].notice)? else {
            continue;
        };
        let mut changed = false;
        for place in 0..notice.parts.len() {
            let part = &notice.parts[place];
            if part.state == PartState::Queued && keys.iter().any(|k| k.seq == part.seq) {
                notice.apply(connection, place, event, &change, now)?;
                changed = true;
            }
        }
        if changed {
            notice.finish(connection)?;
        }
    }
    Ok(())
}

/// Opt-outs and the like: ends what is untouched, skips what is queued of the rest.
pub(super) fn stop_writing_to(
    connection: &mut Connection,
    phone: &Phone,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), OutboxError> {
    let sql = "SELECT ID FROM WA_NOTICE WHERE PHONE = ? AND STATE IN ('queued', 'sending', 'needs_person') ORDER BY ID";
    let open = read_all(
        "WA_NOTICE",
        &connection.query(sql, &[phone.e164().into()])?,
        |row| row.notice(),
    )?;
    for id in open {
        if end_untouched(connection, id, Ending::Skipped, reason, now)? {
            continue;
        }
        let Some(notice) = Loaded::load(connection, id)? else {
            continue;
        };
        let keys: Vec<PartKey> = notice
            .parts
            .iter()
            .map(|p| PartKey {
                notice: id,
                seq: p.seq,
            })
            .collect();
        settle_queued(connection, &keys, PartEvent::Skip, reason, now)?;
    }
    Ok(())
}

pub(super) fn with_unknown_parts(connection: &mut Connection) -> Result<Vec<NoticeId>, OutboxError> {
    let sql = "SELECT ID FROM WA_NOTICE WHERE STATE = 'needs_person' ORDER BY ID";
    read_all("WA_NOTICE", &connection.query(sql, &[])?, |row| row.notice())
}

pub(super) fn known_gateway_ids(
    connection: &mut Connection,
    to: &CanonicalId,
) -> Result<Vec<String>, OutboxError> {
    let sql = "SELECT GATEWAY_ID FROM WA_PART WHERE RECIPIENT = ? AND GATEWAY_ID IS NOT NULL";
    read_all("WA_PART", &connection.query(sql, &[id(&to.0)?])?, |row| row.id())
}

pub(super) fn resolve(
    connection: &mut Connection,
    key: PartKey,
    resolution: Resolution,
    now: DateTime<Utc>,
) -> Result<PartState, OutboxError> {
    let (event, reason) = match resolution {
        Resolution::Sent => (PartEvent::Accept, "resolved_sent"),
        Resolution::Retry => (PartEvent::Requeue, "resolved_retry"),
        Resolution::Drop => (PartEvent::Skip, "resolved_drop"),
    };
    let (mut notice, place) = Loaded::load_part(connection, key)?;
    let from = notice.parts[place].state;
    if !matches!(from, PartState::Unknown | PartState::Failed) {
        return Err(IllegalMove { from, event }.into());
    }
    let ended = !notice.state.is_open();
    let change = Change {
        reason: Some(reason),
        ..Change::default()
    };
    let state = notice.apply(connection, place, event, &change, now)?;
    notice.finish(connection)?;
    if ended && notice.state.is_open() {
        claim_again(connection, &notice)?;
    }
    Ok(state)
}

/// A notice that had ended and let go of its stages goes on: it must hold them again, or a person learns that another
/// notice does.
fn claim_again(connection: &mut Connection, notice: &Loaded) -> Result<(), OutboxError> {
    let held = connection.query(
        "SELECT COUNT(*) FROM WA_CLAIM WHERE NOTICE = ?",
        &[notice.id.0.into()],
    )?;
    if read_all("WA_CLAIM", &held, |row| row.int())?.pop() != Some(0) {
        return Ok(());
    }
    let sql = "SELECT RECEIVABLE, STAGE FROM WA_NOTICE_ITEM WHERE NOTICE = ?";
    let items = connection.query(sql, &[notice.id.0.into()])?;
    let mut batch = Batch::new();
    for (receivable, stage) in read_all("WA_NOTICE_ITEM", &items, |row| {
        Ok((row.receivable()?, row.stage()?.to_string()))
    })? {
        let values = [
            id(receivable.as_str())?,
            notice.phone.e164().into(),
            stage.into(),
            notice.id.0.into(),
        ];
        batch
            .push(connection, INSERT_CLAIM, &values)
            .map_err(|e| claim_taken(e.into()))?;
    }
    batch.send(connection).map_err(|e| claim_taken(e.into()))
}

pub(super) fn awaiting_receipts(
    connection: &mut Connection,
    since: DateTime<Utc>,
) -> Result<Vec<AwaitingReceipt>, OutboxError> {
    let sql = "SELECT P.NOTICE, P.SEQ, N.INSTANCE, P.GATEWAY_ID, P.STATE, P.ACCEPTED_AT FROM WA_PART P \
               JOIN WA_NOTICE N ON N.ID = P.NOTICE \
               WHERE P.ACCEPTED_AT > ? AND P.STATE IN ('accepted', 'server_ack', 'delivered') \
               AND P.GATEWAY_ID IS NOT NULL ORDER BY P.ACCEPTED_AT, P.NOTICE, P.SEQ";
    read_all("WA_PART", &connection.query(sql, &[at(since)])?, |row| {
        Ok(AwaitingReceipt {
            part: PartKey {
                notice: row.notice()?,
                seq: row.number()?,
            },
            instance: row.instance()?,
            gateway_id: row.id()?,
            state: row.word(PartState::from_word)?,
            accepted_at: row.at()?,
        })
    })
}

pub(super) fn receipt(
    connection: &mut Connection,
    key: PartKey,
    level: AckLevel,
    now: DateTime<Utc>,
) -> Result<bool, OutboxError> {
    let event = match level {
        AckLevel::Pending => return Ok(false),
        AckLevel::Server => PartEvent::ServerReceipt,
        AckLevel::Delivered => PartEvent::DeliveryReceipt,
        AckLevel::Read => PartEvent::ReadReceipt,
        AckLevel::Error => PartEvent::ErrorReceipt,
    };
    let (mut notice, place) = Loaded::load_part(connection, key)?;
    let from = notice.parts[place].state;
    if crate::domain::notice::next_state(from, event)? == from {
        return Ok(false);
    }
    let reason = (event == PartEvent::ErrorReceipt).then_some("refused_after_acceptance");
    notice.apply(
        connection,
        place,
        event,
        &Change {
            reason,
            ..Change::default()
        },
        now,
    )?;
    notice.finish(connection)?;
    Ok(true)
}
