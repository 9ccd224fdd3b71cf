//! The outbox: our own record of who gets what, what left, and what came back (DESIGN.md sections 5 and 6).
//!
//! Each method is one transaction: when it returns `Ok` the change is on disk, when it returns `Err` nothing of it
//! is (except [`OutboxError::OutcomeUncertain`], which says so). No method waits for the outside world.

mod notice;
mod seeing;
mod sending;
mod storing;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::{CustomerId, InstanceId, ReceivableId};
use crate::domain::notice::{Ending, IllegalMove, MessageId, NoticeId, PartEvent, PartKey, PartState};
use crate::domain::phone::Phone;
use crate::domain::selection::{Hold, Skipped};
use crate::ports::erp::DatabaseError;
use crate::ports::gateway::{AckLevel, CanonicalId};

pub use self::notice::{Notice, NoticeItem, Part};
pub use self::seeing::{
    AnswerOutcome, Answerable, Counts, Event, InstanceRow, NewReply, ReplyStored, StoredReply,
};
pub use self::sending::{
    AwaitingReceipt, Begin, Begun, Departure, Due, Outcome, Recorded, Resolution, Restriction,
};
pub use self::storing::{Claim, Memory, NewNotice, NewRun, Restarted, RunId, RunSummary, Untouched};

/// Why the outbox did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The database itself.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The WA_* tables are not there: `wa-notify init`.
    #[error("the WA_* tables are missing")]
    NotInitialised,
    /// The tables are of an older version: `wa-notify init`.
    #[error("schema {found} is older than this program's {known}")]
    SchemaTooOld {
        /// Version in the database.
        found: u32,
        /// Version of this program.
        known: u32,
    },
    /// The tables were made by a newer program, which must be used.
    #[error("schema {found} is newer than this program's {known}")]
    SchemaTooNew {
        /// Version in the database.
        found: u32,
        /// Version of this program.
        known: u32,
    },
    /// The database has SQL dialect 1, which has no BIGINT: the tables need a database of their own (`[outbox]`).
    #[error("the database has SQL dialect 1; the WA_* tables need dialect 3")]
    Dialect1,
    /// Someone else claimed a stage, or touched a notice, meanwhile: select afresh.
    #[error("claimed by another run meanwhile")]
    ClaimTaken,
    /// A forbidden move of the state machine.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Something stored cannot be understood.
    #[error("{table}: {problem}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// What is wrong, without personal data.
        problem: String,
    },
    /// The commit's answer was lost: it may or may not have happened. Read back before doing anything.
    #[error("the answer to a commit was lost: {0}")]
    OutcomeUncertain(String),
}

/// Our own tables.
pub trait Outbox {
    /// Identity of this outbox, made once by `init`.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn identity(&mut self) -> Result<String, OutboxError>;

    /// What selection must know about these receivables (claims) and in general (the rest).
    ///
    /// # Errors
    /// [`OutboxError`].
    fn memory(&mut self, receivables: &[ReceivableId]) -> Result<Memory, OutboxError>;
    /// The same as far as it concerns one customer's notices to one phone: a departure must not cost more because others
    /// wait. [`Memory::untouched`] is left empty.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn memory_of(
        &mut self,
        customer: &CustomerId,
        phone: &Phone,
        receivables: &[ReceivableId],
    ) -> Result<Memory, OutboxError>;
    /// Stores a run in one transaction: run, superseded notices and their claims released, notices, items, parts,
    /// claims, decisions, bad rows.
    ///
    /// # Errors
    /// [`OutboxError::ClaimTaken`]: select afresh and try again.
    fn store_run(&mut self, run: &NewRun) -> Result<(RunId, Vec<NoticeId>), OutboxError>;
    /// The newest runs, newest first; of one close when given.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn runs(&mut self, close: Option<NaiveDate>, limit: u32) -> Result<Vec<RunSummary>, OutboxError>;
    /// Releases the held runs; tells how many notices may now leave.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn confirm_held(&mut self) -> Result<u32, OutboxError>;
    /// Records stages as reached without a notice (`scan --baseline`); claims that stand already are left alone.
    /// Held runs are superseded in the same transaction. Returns how many claims were added.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn baseline(&mut self, claims: &[Claim], now: DateTime<Utc>) -> Result<u32, OutboxError>;

    /// A backup was put back, and nobody knows what left since: `claims` (the stages reached by now) are taken as told,
    /// untouched notices are superseded, queued parts of the others skipped, held runs let go, and the outbox gets a new
    /// identity, since it will count its notices anew: all in one transaction.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn after_restore(&mut self, claims: &[Claim], now: DateTime<Utc>) -> Result<Restarted, OutboxError>;

    /// Parts in `sending` whose lease ran out (server's clock) become unknown; returns them.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn sweep(&mut self, now: DateTime<Utc>) -> Result<Vec<PartKey>, OutboxError>;
    /// Open notices that may leave on `today`, those under way first, then by day and key; held runs left out. What is
    /// under way is due though its day is to come: the clock was ahead when it began.
    /// Notices that wait for a person are left out too.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn due(&mut self, today: NaiveDate) -> Result<Vec<Due>, OutboxError>;
    /// A notice, whole.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>, OutboxError>;
    /// Replaces items, parts and claims of an untouched notice by what its first departure found. `false`: it is
    /// untouched no more.
    ///
    /// # Errors
    /// [`OutboxError::ClaimTaken`] when another notice holds a stage that fires now.
    fn rebuild(&mut self, id: NoticeId, departure: &Departure) -> Result<bool, OutboxError>;
    /// Ends an untouched notice and releases its claims. `false`: it is untouched no more.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn end_untouched(
        &mut self,
        id: NoticeId,
        ending: Ending,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, OutboxError>;
    /// Commits the intent to send one part, and advances the instance's pace and counter with it.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn begin(&mut self, begin: &Begin) -> Result<Begun, OutboxError>;
    /// Records what became of an attempt; recomputes the notice's state; when the notice ended with nothing
    /// possibly accepted, releases its claims.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn record(&mut self, part: PartKey, attempt: u32, outcome: &Outcome) -> Result<Recorded, OutboxError>;
    /// [`Self::record`], and [`Self::begin`] of the next part of the same notice, in one commit: for parts that follow
    /// each other without a pause, it halves what waits for the disk. The outcome is recorded whatever comes of the next
    /// part; after a [`Recorded::LateAnswer`] nothing is begun. What stands here says what it means; an outbox on a disk
    /// makes one commit of it.
    ///
    /// # Errors
    /// [`OutboxError`]: with one commit, neither happened.
    fn record_and_begin(
        &mut self,
        part: PartKey,
        attempt: u32,
        outcome: &Outcome,
        next: &Begin,
    ) -> Result<(Recorded, Begun), OutboxError> {
        let recorded = self.record(part, attempt, outcome)?;
        let begun = match recorded {
            Recorded::Now(_) => self.begin(next)?,
            Recorded::LateAnswer => Begun::NotNow,
        };
        Ok((recorded, begun))
    }
    /// Skips or expires parts that are still queued, with a reason (paid meanwhile, an earlier part failed, days
    /// over); recomputes the notice.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn settle_queued(
        &mut self,
        parts: &[PartKey],
        event: PartEvent,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError>;
    /// Notices with an unknown part, oldest first.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn with_unknown_parts(&mut self) -> Result<Vec<NoticeId>, OutboxError>;
    /// Gateway ids already recorded for parts to this recipient, so that one message never proves two parts.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn known_gateway_ids(&mut self, to: &CanonicalId) -> Result<Vec<String>, OutboxError>;
    /// A person's word on a part that is unknown or failed.
    ///
    /// # Errors
    /// [`OutboxError::Illegal`] when the part is in a state that leaves nothing to resolve.
    fn resolve(
        &mut self,
        part: PartKey,
        resolution: Resolution,
        now: DateTime<Utc>,
    ) -> Result<PartState, OutboxError>;
    /// Accepted parts that have not reached `read`, accepted after `since`.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn awaiting_receipts(&mut self, since: DateTime<Utc>) -> Result<Vec<AwaitingReceipt>, OutboxError>;
    /// Records a receipt. `false`: it says nothing new.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn receipt(&mut self, part: PartKey, level: AckLevel, now: DateTime<Utc>) -> Result<bool, OutboxError>;
    /// Records many receipts, in as few commits as may be; tells how many said something new.
    ///
    /// # Errors
    /// [`OutboxError`]: some of them may be on record; recording them once more does no harm.
    fn receipts(
        &mut self,
        receipts: &[(PartKey, AckLevel)],
        now: DateTime<Utc>,
    ) -> Result<usize, OutboxError> {
        let mut news = 0;
        for (part, level) in receipts {
            news += usize::from(self.receipt(*part, *level, now)?);
        }
        Ok(news)
    }

    /// The canonical id of a phone as resolved before: when, and `None` for "not on WhatsApp".
    ///
    /// # Errors
    /// [`OutboxError`].
    #[expect(
        clippy::type_complexity,
        reason = "three facts, named in the doc; a struct would be used once"
    )]
    fn canonical(
        &mut self,
        phone: &Phone,
    ) -> Result<Option<(DateTime<Utc>, Option<CanonicalId>)>, OutboxError>;
    /// Remembers a resolution.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn save_canonical(
        &mut self,
        phone: &Phone,
        canonical: Option<&CanonicalId>,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError>;
    /// The phone behind a canonical id or a LID that we have met.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn phone_of(&mut self, chat: &CanonicalId) -> Result<Option<Phone>, OutboxError>;
    /// Remembers which phone stands behind a LID.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn save_lid(&mut self, lid: &CanonicalId, phone: &Phone) -> Result<(), OutboxError>;

    /// Until when an instance's messages were read.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn read_until(&mut self, instance: &InstanceId) -> Result<Option<DateTime<Utc>>, OutboxError>;
    /// Moves that mark.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn set_read_until(&mut self, instance: &InstanceId, until: DateTime<Utc>) -> Result<(), OutboxError>;
    /// The newest notice of this instance to this phone that a message of the moment `at` can answer: one of which a part
    /// may have left by then.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn answerable(
        &mut self,
        instance: &InstanceId,
        phone: &Phone,
        at: DateTime<Utc>,
    ) -> Result<Option<Answerable>, OutboxError>;
    /// Stores a reply once, by (instance, chat, id), and does in the same transaction what it asks for: a reply on
    /// record whose opt-out is not would be lost, since it never comes again. `needs_person` marks it for the shop.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn store_reply(
        &mut self,
        reply: &NewReply,
        needs_person: bool,
        now: DateTime<Utc>,
    ) -> Result<ReplyStored, OutboxError>;
    /// Commits the intent of the one automatic answer of a notice. `None`: it was begun before.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn begin_answer(
        &mut self,
        notice: NoticeId,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<MessageId>, OutboxError>;
    /// Records what became of it.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn record_answer(
        &mut self,
        notice: NoticeId,
        outcome: AnswerOutcome,
        gateway_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError>;
    /// Gateway ids of all that we sent to this recipient (parts and answers): what is in the chat from the shop's
    /// side and not among them, a person wrote.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn own_gateway_ids(&mut self, to: &CanonicalId) -> Result<Vec<String>, OutboxError>;
    /// The phone wants no more notices, with the word why (`asked`, `wrong_number`); queued notices to it end as
    /// skipped and release their claims. Returns `false` when it was opted out already.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn opt_out(&mut self, phone: &Phone, why: &str, now: DateTime<Utc>) -> Result<bool, OutboxError>;
    /// The phone wants notices again. `false`: it was not opted out.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn opt_in(&mut self, phone: &Phone, now: DateTime<Utc>) -> Result<bool, OutboxError>;
    /// Puts a customer on hold, in place of a hold that it may be on.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn hold(&mut self, hold: &Hold, now: DateTime<Utc>) -> Result<(), OutboxError>;
    /// Ends a customer's hold. `false`: there was none.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn lift_hold(&mut self, customer: &CustomerId, now: DateTime<Utc>) -> Result<bool, OutboxError>;
    /// A person has read the replies to this notice, or all of them. Returns how many waited.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn replies_done(&mut self, notice: Option<NoticeId>, now: DateTime<Utc>) -> Result<u32, OutboxError>;

    /// Counts, over all stored runs or one close; receipts are missed since before `receipt_deadline`.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn counts(
        &mut self,
        close: Option<NaiveDate>,
        receipt_deadline: DateTime<Utc>,
    ) -> Result<Counts, OutboxError>;
    /// The instances that were used or configured.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn instances(&mut self, today: NaiveDate) -> Result<Vec<InstanceRow>, OutboxError>;
    /// Remembers a sign of restriction: [`Self::begin`] starts nothing at the instance until its day has come. What is
    /// remembered already is never shortened.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn restrict(
        &mut self,
        instance: &InstanceId,
        restriction: &Restriction,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError>;
    /// A person has looked: forgets the signs of an instance, or of all. Tells how many instances had one.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn lift_restriction(
        &mut self,
        instance: Option<&InstanceId>,
        now: DateTime<Utc>,
    ) -> Result<u32, OutboxError>;
    /// The newest notices of a customer, newest first.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn notices_of(&mut self, customer: &CustomerId, limit: u32) -> Result<Vec<Notice>, OutboxError>;
    /// The newest decisions about a customer, newest first, with the close of their run.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn decisions_of(
        &mut self,
        customer: &CustomerId,
        limit: u32,
    ) -> Result<Vec<(NaiveDate, Skipped)>, OutboxError>;
    /// Replies that a person should look at, newest first.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn replies_for_person(&mut self, limit: u32) -> Result<Vec<StoredReply>, OutboxError>;
    /// The newest replies to a customer's notices, newest first.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn replies_of(&mut self, customer: &CustomerId, limit: u32) -> Result<Vec<StoredReply>, OutboxError>;
    /// The events of a notice, oldest first.
    ///
    /// # Errors
    /// [`OutboxError`].
    fn events(&mut self, notice: NoticeId) -> Result<Vec<Event>, OutboxError>;
}
