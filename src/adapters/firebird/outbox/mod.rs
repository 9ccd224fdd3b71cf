//! The outbox on Firebird: the WA_* tables behind [`Outbox`].
//!
//! | module | holds |
//! |---|---|
//! | `transaction` | one method = one transaction: conflicts, lost connections, lost answers to a commit |
//! | `rows`, `block` | values to columns and back; several writes in one round trip |
//! | `parts` | a notice's parts as the state machine sees them |
//! | `store` | a run, in batches |
//! | `begin` | the intent to send one part |
//! | `instance` | signs of a restriction |
//! | `scan`, `send`, `replies`, `seeing` | the other statements, by who asks for them |
//!
//! The rules behind it:
//!
//! - Whoever changes a part updates its notice's row in the same transaction, so that two cannot: the later one meets a
//!   conflict and runs again. `begin` also updates its instance's row: pace and counter hold across processes.
//! - Leases and pauses are the server's clock (LOCALTIMESTAMP), all other times are the caller's.
//! - `begin` and `record` leave a token of their own in the part. When the answer to their commit is lost they look for
//!   it on a fresh connection, and run again where it is missing. Only if that fails, too, is the outcome uncertain.
//! - What was recorded is recorded even after Ctrl-C; reads and long writes stop at it.
//!
//! Any number of these, in one process or many, may work on the same tables.

mod begin;
mod block;
mod contents;
mod holds;
mod instance;
mod parts;
mod replies;
mod rows;
mod scan;
mod seeing;
mod send;
mod store;
mod transaction;

use chrono::{DateTime, NaiveDate, Utc};

use self::transaction::{Link, Policy};
use super::connection::{Connection, ConnectionSettings};
use super::migrations;
use crate::domain::ids::{CustomerId, InstanceId, ReceivableId};
use crate::domain::notice::{Ending, MessageId, NoticeId, PartEvent, PartKey, PartState};
use crate::domain::phone::Phone;
use crate::domain::selection::{Hold, Skipped};
use crate::ports::gateway::{AckLevel, CanonicalId};
use crate::ports::outbox::{
    AnswerOutcome, Answerable, AwaitingReceipt, Begin, Begun, Claim, Counts, Departure, Due, Event,
    InstanceRow, Memory, NewReply, NewRun, Notice, Outbox, OutboxError, Outcome, Recorded, ReplyStored,
    Resolution, Restarted, Restriction, RunId, RunSummary, StoredReply,
};

/// The WA_* tables of one database.
#[derive(Debug)]
pub struct FirebirdOutbox {
    link: Link,
    identity: String,
}

impl FirebirdOutbox {
    /// Connects and checks the tables' version. The connection's character set is ours to choose (none), whatever
    /// `settings` say: the tables hold ASCII and bytes only.
    ///
    /// # Errors
    /// [`OutboxError::NotInitialised`], [`OutboxError::SchemaTooOld`] or [`OutboxError::SchemaTooNew`], and what
    /// connecting may meet.
    pub fn open(settings: &ConnectionSettings) -> Result<Self, OutboxError> {
        let mut link = Link::open(settings)?;
        let identity = link.read(|connection| {
            migrations::check(connection)?;
            read_identity(connection)
        })?;
        Ok(FirebirdOutbox { link, identity })
    }

    /// How many departures were begun so far, over all instances. Only a database that was put back to an older state
    /// shows fewer than before: keep the number beside the configuration to notice it.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn high_water(&mut self) -> Result<i64, OutboxError> {
        self.link.read(|connection| {
            let sql = "SELECT CAST(SUM(DEPARTURES) AS BIGINT) FROM WA_INSTANCE";
            let rows = connection.query(sql, &[])?;
            Ok(rows
                .first()
                .map(|row| row.opt_int(0))
                .transpose()?
                .flatten()
                .unwrap_or(0))
        })
    }

    /// Whether commits reach the disk at once, see [`migrations::forced_writes`].
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn forced_writes(&mut self) -> Result<bool, OutboxError> {
        self.link
            .read(|connection| Ok(migrations::forced_writes(connection)?))
    }
}

fn read_identity(connection: &mut Connection) -> Result<String, OutboxError> {
    let rows = connection.query("SELECT META_VALUE FROM WA_META WHERE META_KEY = 'identity'", &[])?;
    let identity = rows.first().map(|row| row.text(0)).transpose()?;
    identity.ok_or_else(|| rows::corrupt("WA_META", "no identity"))
}

/// A number that no other call of any process has.
fn token() -> i64 {
    fastrand::i64(..)
}

impl Outbox for FirebirdOutbox {
    fn identity(&mut self) -> Result<String, OutboxError> {
        Ok(self.identity.clone())
    }

    fn memory(&mut self, receivables: &[ReceivableId]) -> Result<Memory, OutboxError> {
        self.link.read(|c| scan::memory(c, receivables))
    }

    fn memory_of(
        &mut self,
        customer: &CustomerId,
        phone: &Phone,
        receivables: &[ReceivableId],
    ) -> Result<Memory, OutboxError> {
        self.link
            .read(|c| scan::memory_of(c, customer, phone, receivables))
    }

    fn store_run(&mut self, run: &NewRun) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
        self.link.write(Policy::BULK, |c, _| store::store_run(c, run))
    }

    fn runs(&mut self, close: Option<NaiveDate>, limit: u32) -> Result<Vec<RunSummary>, OutboxError> {
        self.link.read(|c| scan::runs(c, close, limit))
    }

    fn confirm_held(&mut self) -> Result<u32, OutboxError> {
        self.link.write(Policy::ONCE, |c, _| scan::confirm_held(c))
    }

    fn baseline(&mut self, claims: &[Claim], now: DateTime<Utc>) -> Result<u32, OutboxError> {
        self.link
            .write(Policy::STOPPABLE, |c, _| scan::baseline(c, claims, now))
    }

    fn after_restore(&mut self, claims: &[Claim], now: DateTime<Utc>) -> Result<Restarted, OutboxError> {
        let rows = self.link.read(|c| {
            let sql = "SELECT UUID_TO_CHAR(GEN_UUID()) FROM RDB$DATABASE";
            Ok(c.query(sql, &[])?.first().map(|row| row.text(0)).transpose()?)
        })?;
        let identity = rows.ok_or_else(|| rows::corrupt("WA_META", "no identity"))?;
        let restarted = self.link.write(Policy::ONCE, |c, _| {
            scan::after_restore(c, claims, &identity, now)
        })?;
        self.identity = identity;
        Ok(restarted)
    }

    fn sweep(&mut self, now: DateTime<Utc>) -> Result<Vec<PartKey>, OutboxError> {
        self.link.write(Policy::ONCE, |c, _| send::sweep(c, now))
    }

    fn due(&mut self, today: NaiveDate) -> Result<Vec<Due>, OutboxError> {
        self.link.read(|c| send::due(c, today))
    }

    fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>, OutboxError> {
        let identity = &self.identity;
        self.link.read(|c| seeing::notice(c, identity, id))
    }

    fn rebuild(&mut self, id: NoticeId, departure: &Departure) -> Result<bool, OutboxError> {
        self.link
            .write(Policy::STOPPABLE, |c, _| send::rebuild(c, id, departure))
    }

    fn end_untouched(
        &mut self,
        id: NoticeId,
        ending: Ending,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, OutboxError> {
        self.link.write(Policy::RECORD, |c, _| {
            send::end_untouched(c, id, ending, reason, now)
        })
    }

    fn begin(&mut self, begin: &Begin) -> Result<Begun, OutboxError> {
        let token = token();
        let identity = &self.identity;
        self.link.write(Policy::RECORD, |c, uncertain| {
            begin::begin(c, identity, begin, token, uncertain)
        })
    }

    fn record(&mut self, part: PartKey, attempt: u32, outcome: &Outcome) -> Result<Recorded, OutboxError> {
        let token = token();
        self.link.write(Policy::RECORD, |c, uncertain| {
            send::record(c, part, attempt, outcome, token, uncertain)
        })
    }

    fn record_and_begin(
        &mut self,
        part: PartKey,
        attempt: u32,
        outcome: &Outcome,
        next: &Begin,
    ) -> Result<(Recorded, Begun), OutboxError> {
        let tokens = (token(), token());
        let identity = &self.identity;
        self.link.write(Policy::RECORD, |c, uncertain| {
            let recorded = send::record(c, part, attempt, outcome, tokens.0, uncertain)?;
            let begun = match recorded {
                Recorded::Now(_) => begin::begin(c, identity, next, tokens.1, uncertain)?,
                Recorded::LateAnswer => Begun::NotNow,
            };
            Ok((recorded, begun))
        })
    }

    fn settle_queued(
        &mut self,
        parts: &[PartKey],
        event: PartEvent,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.link.write(Policy::RECORD, |c, _| {
            send::settle_queued(c, parts, event, reason, now)
        })
    }

    fn with_unknown_parts(&mut self) -> Result<Vec<NoticeId>, OutboxError> {
        self.link.read(send::with_unknown_parts)
    }

    fn known_gateway_ids(&mut self, to: &CanonicalId) -> Result<Vec<String>, OutboxError> {
        self.link.read(|c| send::known_gateway_ids(c, to))
    }

    fn resolve(
        &mut self,
        part: PartKey,
        resolution: Resolution,
        now: DateTime<Utc>,
    ) -> Result<PartState, OutboxError> {
        self.link
            .write(Policy::ONCE, |c, _| send::resolve(c, part, resolution, now))
    }

    fn awaiting_receipts(&mut self, since: DateTime<Utc>) -> Result<Vec<AwaitingReceipt>, OutboxError> {
        self.link.read(|c| send::awaiting_receipts(c, since))
    }

    fn receipt(&mut self, part: PartKey, level: AckLevel, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.link
            .write(Policy::RECORD, |c, _| send::receipt(c, part, level, now))
    }

    fn receipts(
        &mut self,
        receipts: &[(PartKey, AckLevel)],
        now: DateTime<Utc>,
    ) -> Result<usize, OutboxError> {
        // Not all in one: while it runs, nobody else gets at these notices.
        const A_COMMIT: usize = 100;
        let mut news = 0;
        for some in receipts.chunks(A_COMMIT) {
            news += self.link.write(Policy::RECORD, |c, _| {
                some.iter().try_fold(0, |news, (part, level)| {
                    Ok(news + usize::from(send::receipt(c, *part, *level, now)?))
                })
            })?;
        }
        Ok(news)
    }

    fn canonical(
        &mut self,
        phone: &Phone,
    ) -> Result<Option<(DateTime<Utc>, Option<CanonicalId>)>, OutboxError> {
        self.link.read(|c| replies::canonical(c, phone))
    }

    fn save_canonical(
        &mut self,
        phone: &Phone,
        canonical: Option<&CanonicalId>,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.link.write(Policy::RECORD, |c, _| {
            replies::save_canonical(c, phone, canonical, now)
        })
    }

    fn phone_of(&mut self, chat: &CanonicalId) -> Result<Option<Phone>, OutboxError> {
        self.link.read(|c| replies::phone_of(c, chat))
    }

    fn save_lid(&mut self, lid: &CanonicalId, phone: &Phone) -> Result<(), OutboxError> {
        self.link
            .write(Policy::RECORD, |c, _| replies::save_lid(c, lid, phone))
    }

    fn read_until(&mut self, instance: &InstanceId) -> Result<Option<DateTime<Utc>>, OutboxError> {
        self.link.read(|c| replies::read_until(c, instance))
    }

    fn set_read_until(&mut self, instance: &InstanceId, until: DateTime<Utc>) -> Result<(), OutboxError> {
        self.link
            .write(Policy::RECORD, |c, _| replies::set_read_until(c, instance, until))
    }

    fn answerable(
        &mut self,
        instance: &InstanceId,
        phone: &Phone,
        at: DateTime<Utc>,
    ) -> Result<Option<Answerable>, OutboxError> {
        self.link.read(|c| replies::answerable(c, instance, phone, at))
    }

    fn store_reply(
        &mut self,
        reply: &NewReply,
        needs_person: bool,
        now: DateTime<Utc>,
    ) -> Result<ReplyStored, OutboxError> {
        self.link.write(Policy::ONCE, |c, _| {
            replies::store_reply(c, reply, needs_person, now)
        })
    }

    fn begin_answer(
        &mut self,
        notice: NoticeId,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<MessageId>, OutboxError> {
        let identity = &self.identity;
        self.link.write(Policy::ONCE, |c, _| {
            replies::begin_answer(c, identity, notice, text, now)
        })
    }

    fn record_answer(
        &mut self,
        notice: NoticeId,
        outcome: AnswerOutcome,
        gateway_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.link.write(Policy::RECORD, |c, _| {
            replies::record_answer(c, notice, outcome, gateway_id, now)
        })
    }

    fn own_gateway_ids(&mut self, to: &CanonicalId) -> Result<Vec<String>, OutboxError> {
        self.link.read(|c| replies::own_gateway_ids(c, to))
    }

    fn opt_out(&mut self, phone: &Phone, why: &str, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.link
            .write(Policy::ONCE, |c, _| replies::opt_out(c, phone, why, now))
    }

    fn opt_in(&mut self, phone: &Phone, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.link
            .write(Policy::ONCE, |c, _| replies::opt_in(c, phone, now))
    }

    fn hold(&mut self, hold: &Hold, now: DateTime<Utc>) -> Result<(), OutboxError> {
        self.link.write(Policy::ONCE, |c, _| holds::hold(c, hold, now))
    }

    fn lift_hold(&mut self, customer: &CustomerId, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.link
            .write(Policy::ONCE, |c, _| holds::lift(c, customer, now))
    }

    fn replies_done(&mut self, notice: Option<NoticeId>, now: DateTime<Utc>) -> Result<u32, OutboxError> {
        self.link
            .write(Policy::ONCE, |c, _| replies::done(c, notice, now))
    }

    fn counts(
        &mut self,
        close: Option<NaiveDate>,
        receipt_deadline: DateTime<Utc>,
    ) -> Result<Counts, OutboxError> {
        self.link.read(|c| seeing::counts(c, close, receipt_deadline))
    }

    fn instances(&mut self, today: NaiveDate) -> Result<Vec<InstanceRow>, OutboxError> {
        self.link.read(|c| seeing::instances(c, today))
    }

    fn restrict(
        &mut self,
        instance: &InstanceId,
        restriction: &Restriction,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.link.write(Policy::RECORD, |c, _| {
            instance::restrict(c, instance, restriction, now)
        })
    }

    fn lift_restriction(
        &mut self,
        instance: Option<&InstanceId>,
        now: DateTime<Utc>,
    ) -> Result<u32, OutboxError> {
        self.link
            .write(Policy::ONCE, |c, _| instance::lift(c, instance, now))
    }

    fn notices_of(&mut self, customer: &CustomerId, limit: u32) -> Result<Vec<Notice>, OutboxError> {
        let identity = &self.identity;
        self.link
            .read(|c| seeing::notices_of(c, identity, customer, limit))
    }

    fn decisions_of(
        &mut self,
        customer: &CustomerId,
        limit: u32,
    ) -> Result<Vec<(NaiveDate, Skipped)>, OutboxError> {
        self.link.read(|c| seeing::decisions_of(c, customer, limit))
    }

    fn replies_for_person(&mut self, limit: u32) -> Result<Vec<StoredReply>, OutboxError> {
        self.link.read(|c| seeing::replies_for_person(c, limit))
    }

    fn replies_of(&mut self, customer: &CustomerId, limit: u32) -> Result<Vec<StoredReply>, OutboxError> {
        self.link.read(|c| seeing::replies_of(c, customer, limit))
    }

    fn events(&mut self, notice: NoticeId) -> Result<Vec<Event>, OutboxError> {
        self.link.read(|c| seeing::events(c, notice))
    }
}
