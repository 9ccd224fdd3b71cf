//! What `send` does: claims, outcomes, sweeps, endings.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::super::connection::{Connection, DatabaseError};
use super::block::Block;
use super::contents::{push_claim, replace_contents};
use super::parts::{Change, Loaded, event_word, log};
use super::replies::PHONES;
use super::rows::{at, id, read_all};
use super::scan::UNTOUCHED;
use crate::domain::notice::{Ending, IllegalMove, NoticeId, PartEvent, PartKey, PartState, next_state};
use crate::domain::phone::Phone;
use crate::ports::gateway::{AckLevel, CanonicalId};
use crate::ports::outbox::{AwaitingReceipt, Departure, Due, OutboxError, Outcome, Recorded, Resolution};

/// How long after its departure a part may still be found accepted by a lookup, at most.
const FOUND_AFTER: TimeDelta = TimeDelta::days(10);
/// More of a lease left than it was long, and this: the server's clock was set back.
const CLOCK_SLACK_SECONDS: u32 = 60;

/// Records an outcome, fenced by the attempt's number. `token` as in `begin`.
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
    // The gateway's word about a part that somebody settled meanwhile, by its answer, a lookup or by hand.
    let answer = matches!(
        outcome.event,
        PartEvent::Accept
            | PartEvent::RefusedForNow
            | PartEvent::RefusedForGood
            | PartEvent::Ambiguous
            | PartEvent::Requeue
    );
    let overtaken = answer && next_state(part.state, outcome.event).is_err();
    if part.attempt != attempt || overtaken {
        let state = part.state;
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
        let superseded = part.attempt != attempt;
        if outcome.event == PartEvent::Accept && superseded {
            accepted_late(connection, &mut notice, place, outcome, token)?;
        }
        // What proves nothing takes nothing back, and gives nobody anything to look at.
        return Ok(match outcome.event {
            PartEvent::Ambiguous | PartEvent::Requeue if !superseded => Recorded::Now(state),
            _ => Recorded::LateAnswer,
        });
    }
    // Found accepted once more: what has become of it since (refused after acceptance, ...) stands.
    if outcome.event == PartEvent::Accept && part.accepted_at.is_some() && part.state.is_settled() {
        return Ok(Recorded::Now(part.state));
    }
    // It is there already, by an earlier attempt: this one's refusal must not have it sent once more.
    let event = match outcome.event {
        PartEvent::RefusedForNow | PartEvent::RefusedForGood | PartEvent::Ambiguous if part.arrived_late => {
            PartEvent::Accept
        }
        event => event,
    };
    let ended = !notice.state.is_open();
    let change = Change {
        gateway_id: outcome.gateway_id.as_deref(),
        reason: outcome.reason.as_deref(),
        next_try_at: outcome.next_try_at,
        token: Some(token),
    };
    let state = notice.apply(connection, place, event, &change, outcome.now)?;
    notice.finish(connection)?;
    if ended && event == PartEvent::Accept {
        claim_what_is_free(connection, &notice)?;
    }
    Ok(Recorded::Now(state))
}

/// The gateway took an earlier attempt after all. What is not on its way again is accepted; what is, is marked, so that
/// nothing that becomes of it gives its claims away or sends it by itself.
fn accepted_late(
    connection: &mut Connection,
    notice: &mut Loaded,
    place: usize,
    outcome: &Outcome,
    token: i64,
) -> Result<(), OutboxError> {
    let state = notice.parts[place].state;
    let ended = !notice.state.is_open();
    notice.arrived_late(connection, place, outcome.now)?;
    if state.is_settled() && !state.is_accepted() || state == PartState::Queued {
        let change = Change {
            gateway_id: outcome.gateway_id.as_deref(),
            reason: Some("arrived_late"),
            token: Some(token),
            ..Change::default()
        };
        notice.apply(connection, place, PartEvent::Accept, &change, outcome.now)?;
    }
    notice.finish(connection)?;
    if ended {
        claim_what_is_free(connection, notice)?;
    }
    Ok(())
}

/// A notice that had let go of its stages turns out to have told them: it holds those again that no other notice has
/// taken since.
fn claim_what_is_free(connection: &mut Connection, notice: &Loaded) -> Result<(), OutboxError> {
    let phone = notice.phone.e164();
    let sql = "INSERT INTO WA_CLAIM (RECEIVABLE, PHONE, STAGE, NOTICE) \
               SELECT I.RECEIVABLE, CAST(? AS VARCHAR(16) CHARACTER SET ASCII), I.STAGE, I.NOTICE FROM WA_NOTICE_ITEM I \
               WHERE I.NOTICE = ? AND NOT EXISTS(SELECT 1 FROM WA_CLAIM C WHERE C.RECEIVABLE = I.RECEIVABLE \
               AND C.PHONE = ? AND C.STAGE = I.STAGE)";
    connection
        .execute(sql, &[phone.into(), notice.id.0.into(), phone.into()])
        .map_err(super::parts::duplicate_is_conflict)?;
    Ok(())
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

pub(super) fn due(connection: &mut Connection, today: NaiveDate) -> Result<Vec<Due>, OutboxError> {
    let sql = "SELECT N.ID, N.INSTANCE, N.PHONE, N.FIRST_DEPARTURE, \
               (SELECT COUNT(*) FROM WA_PART P WHERE P.NOTICE = N.ID AND P.STATE = 'queued') \
               FROM WA_NOTICE N JOIN WA_RUN R ON R.ID = N.RUN \
               WHERE N.STATE IN ('queued', 'sending') AND N.ENDING IS NULL AND R.HELD = 0 \
               AND (N.SEND_ON <= ? OR N.FIRST_DEPARTURE IS NOT NULL) \
               ORDER BY IIF(N.FIRST_DEPARTURE IS NULL, 1, 0), N.SEND_ON, N.ID";
    read_all("WA_NOTICE", &connection.query(sql, &[today.into()])?, |row| {
        Ok(Due {
            notice: row.notice()?,
            instance: row.instance()?,
            phone: row.phone()?,
            first_departure: row.opt_date()?,
            queued: row.number()?,
        })
    })
}

/// The guard of all that only an untouched notice may suffer; it also keeps two workers from doing it at once.
fn take_untouched(connection: &mut Connection, notice: NoticeId) -> Result<bool, OutboxError> {
    let sql = format!("UPDATE WA_NOTICE N SET N.REVISION = N.REVISION + 1 WHERE N.ID = ? AND {UNTOUCHED}");
    Ok(connection.execute(&sql, &[notice.0.into()])? == 1)
}

pub(super) fn rebuild(
    connection: &mut Connection,
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
    let replaced = replace_contents(connection, notice, &phone, &departure.items, &departure.parts);
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
    let sql = format!(
        "SELECT P.GATEWAY_ID FROM ({PHONES}) X JOIN WA_NOTICE N ON N.PHONE = X.PHONE \
         JOIN WA_PART P ON P.NOTICE = N.ID WHERE P.RECIPIENT = ? AND P.GATEWAY_ID IS NOT NULL"
    );
    let to = vec![id(&to.0)?; 4];
    read_all("WA_PART", &connection.query(&sql, &to)?, |row| row.id())
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
    if from.is_accepted() && notice.parts[place].arrived_late && resolution == Resolution::Sent {
        connection.execute(
            "UPDATE WA_PART SET ARRIVED_LATE = 0 WHERE NOTICE = ? AND SEQ = ?",
            &[key.notice.0.into(), u32::from(key.seq).into()],
        )?;
        log(
            connection,
            now,
            Some(key.notice),
            Some(key.seq),
            "seen",
            "arrived late",
        )?;
        return Ok(from);
    }
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
    let held = "SELECT COUNT(*) FROM WA_NOTICE_ITEM I JOIN WA_CLAIM C ON C.RECEIVABLE = I.RECEIVABLE AND C.PHONE = ? \
                AND C.STAGE = I.STAGE AND C.NOTICE = I.NOTICE WHERE I.NOTICE = ?";
    let held = connection.query(held, &[notice.phone.e164().into(), notice.id.0.into()])?;
    if read_all("WA_CLAIM", &held, |row| row.int())?.pop() != Some(0) {
        return Ok(());
    }
    let sql = "SELECT RECEIVABLE, STAGE FROM WA_NOTICE_ITEM WHERE NOTICE = ?";
    let items = connection.query(sql, &[notice.id.0.into()])?;
    let mut block = Block::default();
    for (receivable, stage) in read_all("WA_NOTICE_ITEM", &items, |row| {
        Ok((row.receivable()?, row.stage()?))
    })? {
        push_claim(
            connection,
            &mut block,
            &receivable,
            &notice.phone,
            stage,
            Some(notice.id),
        )
        .map_err(claim_taken)?;
    }
    block.send(connection).map_err(claim_taken)
}

pub(super) fn awaiting_receipts(
    connection: &mut Connection,
    since: DateTime<Utc>,
) -> Result<Vec<AwaitingReceipt>, OutboxError> {
    // By the day of the departure, which has an index: an unknown part may be found accepted days after it.
    let departed = (since - FOUND_AFTER).date_naive();
    let sql = "SELECT P.NOTICE, P.SEQ, N.INSTANCE, P.GATEWAY_ID, P.STATE, P.ACCEPTED_AT FROM WA_NOTICE N \
               JOIN WA_PART P ON P.NOTICE = N.ID \
               WHERE N.COUNTED_ON >= ? AND P.ACCEPTED_AT > ? AND P.STATE IN ('accepted', 'server_ack', 'delivered') \
               AND P.GATEWAY_ID IS NOT NULL ORDER BY P.ACCEPTED_AT, P.NOTICE, P.SEQ";
    read_all(
        "WA_PART",
        &connection.query(sql, &[departed.into(), at(since)])?,
        |row| {
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
        },
    )
}

pub(super) fn receipt(
    connection: &mut Connection,
    key: PartKey,
    level: AckLevel,
    now: DateTime<Utc>,
) -> Result<bool, OutboxError> {
    let Some(event) = level.event() else {
        return Ok(false);
    };
    let (mut notice, place) = Loaded::load_part(connection, key)?;
    let from = notice.parts[place].state;
    // What is not accepted (any more) was refused after acceptance meanwhile, or a person has ordered it sent again:
    // this is news of the earlier attempt, and proves nothing about the next.
    if !from.is_accepted() || next_state(from, event).is_ok_and(|to| to == from) {
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
