//! A notice's parts as the state machine sees them: loaded once, moved in memory by `domain::notice`, written back
//! under the notice's row.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::connection::{Connection, Value};
use super::block::Block;
use super::rows::{REASON_BYTES, Reader, at, corrupt, cut, flag, gateway_id, id, short};
use crate::domain::ids::{BranchId, CustomerId};
use crate::domain::notice::{
    Ending, IllegalMove, NoticeId, NoticeState, PartEvent, PartKey, PartState, next_state, notice_state,
};
use crate::domain::phone::Phone;
use crate::domain::selection::FURTHEST_SET_BACK_DAYS;
use crate::ports::outbox::OutboxError;

/// What moves of a notice need to know.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) id: NoticeId,
    pub(super) phone: Phone,
    branch: BranchId,
    customer: CustomerId,
    pub(super) state: NoticeState,
    ending: Option<Ending>,
    reason: Option<String>,
    pub(super) untouched: bool,
    pub(super) parts: Vec<PartFacts>,
    /// The last day of which a departure became certain or possible by these moves.
    written_on: Option<NaiveDate>,
    /// What WA_WRITTEN says so far.
    known_written: Option<NaiveDate>,
    /// Sent by [`Loaded::finish`].
    writes: Block,
}

/// The same of a part.
#[derive(Debug, Clone)]
pub(super) struct PartFacts {
    pub(super) seq: u16,
    pub(super) state: PartState,
    pub(super) attempt: u32,
    pub(super) token: Option<i64>,
    pub(super) arrived_late: bool,
    may_have_left: bool,
    pub(super) accepted_at: Option<DateTime<Utc>>,
    begun_on: Option<NaiveDate>,
    reason: Option<String>,
}

/// What comes along with an event.
#[derive(Debug, Clone, Default)]
pub(super) struct Change<'a> {
    pub(super) gateway_id: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    pub(super) next_try_at: Option<DateTime<Utc>>,
    pub(super) token: Option<i64>,
}

pub(super) fn ending(word: &str) -> Option<Ending> {
    match word.trim() {
        "superseded" => Some(Ending::Superseded),
        "skipped" => Some(Ending::Skipped),
        "failed" => Some(Ending::Failed),
        _ => None,
    }
}

pub(super) fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Superseded => NoticeState::Superseded.word(),
        Ending::Skipped => NoticeState::Skipped.word(),
        Ending::Failed => NoticeState::Failed.word(),
    }
}

/// Word of an event in the log.
pub(super) fn event_word(event: PartEvent) -> &'static str {
    match event {
        PartEvent::Claim => "claim",
        PartEvent::Accept => "accept",
        PartEvent::RefusedForNow => "refused_for_now",
        PartEvent::RefusedForGood => "refused_for_good",
        PartEvent::Ambiguous => "ambiguous",
        PartEvent::LeaseRanOut => "lease_ran_out",
        PartEvent::ServerReceipt => "server_receipt",
        PartEvent::DeliveryReceipt => "delivery_receipt",
        PartEvent::ReadReceipt => "read_receipt",
        PartEvent::ErrorReceipt => "error_receipt",
        PartEvent::Skip => "skip",
        PartEvent::Expire => "expire",
        PartEvent::Requeue => "requeue",
    }
}

/// Appends to the log; `detail` must hold no personal data.
pub(super) fn log(
    connection: &mut Connection,
    now: DateTime<Utc>,
    notice: Option<NoticeId>,
    seq: Option<u16>,
    kind: &str,
    detail: &str,
) -> Result<(), OutboxError> {
    let mut block = Block::default();
    push_log(connection, &mut block, now, notice, seq, kind, detail)?;
    block.send(connection)
}

/// The same as part of a block.
pub(super) fn push_log(
    connection: &mut Connection,
    block: &mut Block,
    now: DateTime<Utc>,
    notice: Option<NoticeId>,
    seq: Option<u16>,
    kind: &str,
    detail: &str,
) -> Result<(), OutboxError> {
    let sql = "INSERT INTO WA_EVENT (ID, HAPPENED_AT, NOTICE, SEQ, KIND, DETAIL) \
               VALUES (NEXT VALUE FOR WA_EVENT_ID, ?t, ?i, ?i, ?a, ?u)";
    let seq = seq.map(u32::from);
    let values = [
        at(now),
        notice.map(|n| n.0).into(),
        seq.into(),
        kind.into(),
        short(detail),
    ];
    block.push(connection, sql, values)
}

impl Loaded {
    /// Reads a notice and its parts; `None`: no such notice.
    pub(super) fn load(connection: &mut Connection, id: NoticeId) -> Result<Option<Self>, OutboxError> {
        let sql = "SELECT N.PHONE, N.BRANCH, N.CUSTOMER, N.STATE, N.ENDING, N.REASON, N.FIRST_DEPARTURE, \
                   (SELECT W.LAST_ON FROM WA_WRITTEN W WHERE W.PHONE = N.PHONE \
                    AND W.CUSTOMER = N.CUSTOMER AND W.BRANCH = N.BRANCH), \
                   P.SEQ, P.STATE, P.ATTEMPT, P.TOKEN, P.MAY_HAVE_LEFT, P.ACCEPTED_AT, P.BEGUN_ON, P.REASON, P.ARRIVED_LATE \
                   FROM WA_NOTICE N LEFT JOIN WA_PART P ON P.NOTICE = N.ID WHERE N.ID = ? ORDER BY P.SEQ";
        let mut loaded: Option<Loaded> = None;
        for row in connection.query(sql, &[id.0.into()])? {
            let mut row = Reader::new("WA_PART", &row);
            let (phone, branch, customer) = (row.phone()?, row.branch()?, row.customer()?);
            let state = row.word(NoticeState::from_word)?;
            let ending = row.opt_text()?.as_deref().and_then(ending);
            let reason = row.opt_utf8()?;
            let untouched = row.opt_date()?.is_none() && ending.is_none() && state == NoticeState::Queued;
            let known_written = row.opt_date()?;
            let notice = loaded.get_or_insert_with(|| Loaded {
                id,
                phone,
                branch,
                customer,
                state,
                ending,
                reason,
                untouched,
                parts: Vec::new(),
                written_on: None,
                known_written,
                writes: Block::default(),
            });
            if let Some(seq) = row.opt_int()? {
                notice.parts.push(PartFacts {
                    seq: u16::try_from(seq).map_err(|_| corrupt("WA_PART", "SEQ out of range"))?,
                    state: row.word(PartState::from_word)?,
                    attempt: row.number()?,
                    token: row.opt_int()?,
                    may_have_left: row.flag()?,
                    accepted_at: row.opt_at()?,
                    begun_on: row.opt_date()?,
                    reason: row.opt_utf8()?,
                    arrived_late: row.opt_int()? == Some(1),
                });
            }
        }
        Ok(loaded)
    }

    /// The same for a part that must exist, with its place in [`Self::parts`].
    pub(super) fn load_part(
        connection: &mut Connection,
        part: PartKey,
    ) -> Result<(Self, usize), OutboxError> {
        let missing = || corrupt("WA_PART", format!("no part {part}"));
        let loaded = Self::load(connection, part.notice)?.ok_or_else(missing)?;
        let place = loaded
            .parts
            .iter()
            .position(|p| p.seq == part.seq)
            .ok_or_else(missing)?;
        Ok((loaded, place))
    }

    fn key(&self, place: usize) -> PartKey {
        PartKey {
            notice: self.id,
            seq: self.parts[place].seq,
        }
    }

    /// Moves a part as the state machine says, with its entry in the log. [`Self::finish`] must follow.
    pub(super) fn apply(
        &mut self,
        connection: &mut Connection,
        place: usize,
        event: PartEvent,
        change: &Change<'_>,
        now: DateTime<Utc>,
    ) -> Result<PartState, OutboxError> {
        let key = self.key(place);
        let part = &mut self.parts[place];
        let from = part.state;
        // Claims go through `begin` alone.
        if event == PartEvent::Claim {
            return Err(IllegalMove { from, event }.into());
        }
        let to = next_state(from, event)?;
        if to.is_accepted() && !from.is_accepted() {
            part.accepted_at = Some(now);
        }
        // Falls back only by a proof, or a person's word that nothing left; never once it was accepted. Dropping an
        // unknown part proves nothing.
        let dropped = to == PartState::Skipped && part.may_have_left;
        part.may_have_left = to.possibly_accepted() || part.accepted_at.is_some() || dropped;
        part.state = to;
        if to != from || change.reason.is_some() {
            part.reason = change.reason.map(str::to_owned);
        }
        if from == PartState::Sending && part.may_have_left {
            self.written_on = self.written_on.max(part.begun_on);
        }
        let sql = "UPDATE WA_PART SET STATE = ?a, MAY_HAVE_LEFT = ?i, REASON = ?u, NEXT_TRY_AT = ?t, \
                   GATEWAY_ID = COALESCE(?a, GATEWAY_ID), ACCEPTED_AT = ?t, TOKEN = ?i, \
                   LEASE_UNTIL = NULL, LEASE_MS = NULL \
                   WHERE NOTICE = ?i AND SEQ = ?i AND STATE = ?a AND ATTEMPT = ?i";
        let values = [
            to.word().into(),
            flag(part.may_have_left),
            part.reason
                .as_deref()
                .map_or(Value::Null, |why| cut(why, REASON_BYTES)),
            change.next_try_at.map_or(Value::Null, at),
            change.gateway_id.map_or(Value::Null, gateway_id),
            part.accepted_at.map_or(Value::Null, at),
            change.token.into(),
            key.notice.0.into(),
            u32::from(key.seq).into(),
            from.word().into(),
            part.attempt.into(),
        ];
        self.writes.push_one(connection, sql, values)?;
        let mut detail = format!("{} -> {}, attempt {}", from.word(), to.word(), part.attempt);
        for (name, value) in [("id", change.gateway_id), ("reason", change.reason)] {
            if let Some(value) = value {
                detail.push_str(&format!(", {name} {value}"));
            }
        }
        let (notice, seq) = (Some(key.notice), Some(key.seq));
        push_log(
            connection,
            &mut self.writes,
            now,
            notice,
            seq,
            event_word(event),
            &detail,
        )?;
        Ok(to)
    }

    /// An earlier attempt of the part turns out to have been accepted: whatever becomes of the part, its claims stay, and
    /// a person should know. [`Self::finish`] must follow.
    pub(super) fn arrived_late(
        &mut self,
        connection: &mut Connection,
        place: usize,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        let notice = self.id;
        let part = &mut self.parts[place];
        part.arrived_late = true;
        part.may_have_left = true;
        part.accepted_at = part.accepted_at.or(Some(now));
        self.written_on = self.written_on.max(part.begun_on);
        let sql = "UPDATE WA_PART SET ARRIVED_LATE = 1, MAY_HAVE_LEFT = 1, ACCEPTED_AT = COALESCE(ACCEPTED_AT, ?t) \
                   WHERE NOTICE = ?i AND SEQ = ?i AND STATE = ?a AND ATTEMPT = ?i";
        let values = [
            at(now),
            notice.0.into(),
            u32::from(part.seq).into(),
            part.state.word().into(),
            part.attempt.into(),
        ];
        self.writes.push_one(connection, sql, values)
    }

    /// Ends a notice of which nothing left; its parts are skipped. [`Self::finish`] must follow.
    pub(super) fn end(
        &mut self,
        connection: &mut Connection,
        ending: Ending,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        let change = Change {
            reason: Some(reason),
            ..Change::default()
        };
        for place in 0..self.parts.len() {
            if self.parts[place].state == PartState::Queued {
                self.apply(connection, place, PartEvent::Skip, &change, now)?;
            }
        }
        self.ending = Some(ending);
        self.reason = Some(reason.to_owned());
        let id = Some(self.id);
        push_log(
            connection,
            &mut self.writes,
            now,
            id,
            None,
            ending_word(ending),
            reason,
        )
    }

    /// Writes the notice's state, releases its claims when it ended with nothing possibly accepted, and notes the day
    /// on which its phone was written to. The notice's row is what keeps two transactions from doing this at once.
    pub(super) fn finish(&mut self, connection: &mut Connection) -> Result<(), OutboxError> {
        let states: Vec<PartState> = self.parts.iter().map(|p| p.state).collect();
        self.state = notice_state(self.ending, &states);
        if self.ending.is_none() {
            let deciding = match self.state {
                NoticeState::Failed => Some(PartState::Failed),
                NoticeState::Expired => Some(PartState::Expired),
                NoticeState::Skipped => Some(PartState::Skipped),
                NoticeState::NeedsPerson => Some(PartState::Unknown),
                _ => None,
            };
            let part = self.parts.iter().find(|p| Some(p.state) == deciding);
            self.reason = part.and_then(|p| p.reason.clone());
        }
        let sql = "UPDATE WA_NOTICE SET STATE = ?a, ENDING = ?a, REASON = ?u, REVISION = REVISION + 1 WHERE ID = ?i";
        let id_value = Value::from(self.id.0);
        let values = [
            self.state.word().into(),
            self.ending.map(ending_word).into(),
            self.reason.as_deref().map_or(Value::Null, short),
            id_value.clone(),
        ];
        self.writes.push_one(connection, sql, values)?;
        if !self.state.is_open() && !self.parts.iter().any(|p| p.may_have_left) {
            self.writes.push(connection, &release_claims("?i"), [id_value])?;
        }
        if let Some(day) = self
            .written_on
            .take()
            // A day far ahead was written down by a clock that was wrong.
            .filter(|day| {
                self.known_written
                    .is_none_or(|known| known < *day || (known - *day).num_days() > FURTHEST_SET_BACK_DAYS)
            })
        {
            let sql = match self.known_written {
                Some(_) => {
                    "UPDATE WA_WRITTEN SET LAST_ON = ?d WHERE PHONE = ?a AND CUSTOMER = ?a AND BRANCH = ?a"
                }
                None => "INSERT INTO WA_WRITTEN (LAST_ON, PHONE, CUSTOMER, BRANCH) VALUES (?d, ?a, ?a, ?a)",
            };
            let (customer, branch) = (id(self.customer.as_str())?, id(self.branch.as_str())?);
            let values = [day.into(), self.phone.e164().into(), customer, branch];
            self.writes.push(connection, sql, values)?;
        }
        // The only key that these can violate is WA_WRITTEN's.
        self.writes.send(connection).map_err(learnt_meanwhile)
    }
}

/// Deletes the claims of `notices`, a list of ids in SQL: one by one by their key, which the notice's items and phone are.
pub(super) fn release_claims(notices: &str) -> String {
    format!(
        "MERGE INTO WA_CLAIM C USING (SELECT I.RECEIVABLE, N.PHONE, I.STAGE, I.NOTICE FROM WA_NOTICE N \
         JOIN WA_NOTICE_ITEM I ON I.NOTICE = N.ID WHERE N.ID IN ({notices})) H \
         ON C.RECEIVABLE = H.RECEIVABLE AND C.PHONE = H.PHONE AND C.STAGE = H.STAGE AND C.NOTICE = H.NOTICE \
         WHEN MATCHED THEN DELETE"
    )
}

/// The same for a block whose only keys are those of what two may learn at once: a number, a recipient, a day.
pub(super) fn learnt_meanwhile(error: OutboxError) -> OutboxError {
    match error {
        OutboxError::Database(error) => duplicate_is_conflict(error),
        other => other,
    }
}

/// Two transactions inserted the same row at once: the loser finds it there when it runs again.
pub(super) fn duplicate_is_conflict(error: crate::ports::erp::DatabaseError) -> OutboxError {
    use crate::ports::erp::DatabaseError as E;
    OutboxError::Database(match error {
        E::Duplicate { detail } => E::Conflict { detail },
        other => other,
    })
}
