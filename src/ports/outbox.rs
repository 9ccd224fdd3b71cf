//! The outbox: our own record of who gets what, what left, and what came back (DESIGN.md sections 5 and 6).
//!
//! Each method is one transaction: when it returns `Ok` the change is on disk, when it returns `Err` nothing of it
//! is (except [`OutboxError::OutcomeUncertain`], which says so). No method waits for the outside world.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use crate::domain::money::Cents;
use crate::domain::notice::{
    Ending, IllegalMove, MessageId, NoticeId, NoticeState, PartEvent, PartKey, PartKind, PartState, Reference,
};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::BadRow;
use crate::domain::reply::Intent;
use crate::domain::selection::{Hold, NoticeKind, Recipient, Selected, Skipped};

use super::erp::DatabaseError;
use super::gateway::{AckLevel, CanonicalId};

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

/// Key of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

// ---------------------------------------------------------------- scan

/// What selection must know of the past.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Stage claims of the receivables asked for.
    pub claims: Vec<Claim>,
    /// Notices of which nothing was ever claimed by a worker, with their items.
    pub untouched: Vec<Untouched>,
    /// The last day on which a notice left, or may have left, to a recipient.
    pub last_written: Vec<(Recipient, NaiveDate)>,
    /// Phones that do not want notices.
    pub opted_out: Vec<Phone>,
    /// Customers on hold.
    pub holds: Vec<Hold>,
}

/// A stage claim: primary key (receivable, phone, stage).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// Receivable.
    pub receivable: ReceivableId,
    /// To whom.
    pub phone: Phone,
    /// Which stage.
    pub stage: Stage,
    /// By which notice; `None`: by a baseline.
    pub notice: Option<NoticeId>,
}

/// A notice that a scan may supersede.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    /// Key.
    pub id: NoticeId,
    /// The close it came from.
    pub close: NaiveDate,
    /// First day on which it may leave.
    pub send_on: NaiveDate,
    /// Its run waits for a person.
    pub held: bool,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Recipient.
    pub phone: Phone,
    /// What it fires for.
    pub items: Vec<(ReceivableId, Stage)>,
}

/// One run to store, with all that it decided.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The close.
    pub close: NaiveDate,
    /// Reference day R.
    pub reference_day: NaiveDate,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// First day on which its notices may leave.
    pub send_on: NaiveDate,
    /// Held by the guard until confirmed.
    pub held: bool,
    /// The notices.
    pub notices: Vec<NewNotice>,
    /// Who got none, and why.
    pub skipped: Vec<Skipped>,
    /// Rows that could not be read.
    pub bad_rows: Vec<BadRow>,
    /// Untouched notices to supersede, their claims released, in the same transaction.
    pub superseded: Vec<NoticeId>,
}

/// One notice to store.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// Who and what for.
    pub selected: Selected,
    /// The instance it leaves from.
    pub instance: InstanceId,
    /// Its parts in the order of sending.
    pub parts: Vec<PartKind>,
}

/// A stored run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RunSummary {
    /// Key.
    pub id: RunId,
    /// The close.
    pub close: NaiveDate,
    /// Reference day.
    pub reference_day: NaiveDate,
    /// When.
    pub started_at: DateTime<Utc>,
    /// Waits for a person.
    pub held: bool,
    /// Notices selected.
    pub notices: u32,
    /// Decisions against.
    pub skipped: u32,
    /// Rows that could not be read.
    pub bad_rows: u32,
}

/// What [`Outbox::after_restore`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restarted {
    /// Stages taken as told.
    pub stages: u32,
    /// Notices that had waited.
    pub superseded: usize,
    /// Messages of half-sent notices that stay behind.
    pub parts_skipped: usize,
}

// ---------------------------------------------------------------- send

/// A stored notice, whole.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Key.
    pub id: NoticeId,
    /// Its short reference.
    pub reference: Reference,
    /// Its run.
    pub run: RunId,
    /// The run's close.
    pub close: NaiveDate,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Recipient.
    pub contact: ContactId,
    /// Recipient's name as it was at selection.
    pub contact_name: String,
    /// Recipient's phone.
    pub phone: Phone,
    /// The instance it leaves from.
    pub instance: InstanceId,
    /// Overdue, upcoming or both.
    pub kind: NoticeKind,
    /// First day on which it may leave.
    pub send_on: NaiveDate,
    /// State.
    pub state: NoticeState,
    /// Why it ended so.
    pub reason: Option<String>,
    /// Day (shop's zone) of the first claim of a part; `None`: untouched.
    pub first_departure: Option<NaiveDate>,
    /// Grows with each change of the notice or its parts.
    pub revision: i64,
    /// The receivables that fire.
    pub items: Vec<NoticeItem>,
    /// The parts in order.
    pub parts: Vec<Part>,
}

/// A receivable of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeItem {
    /// Receivable.
    pub receivable: ReceivableId,
    /// Document and installment as people know them.
    pub document: String,
    /// Due date.
    pub due_on: NaiveDate,
    /// Stage.
    pub stage: Stage,
    /// Balance when it was selected or last rebuilt.
    pub balance: Cents,
    /// A boleto goes along.
    pub has_boleto: bool,
}

/// A stored part.
#[derive(Debug, Clone)]
pub struct Part {
    /// Key.
    pub key: PartKey,
    /// What it is.
    pub kind: PartKind,
    /// Our id of the message.
    pub message_id: MessageId,
    /// State.
    pub state: PartState,
    /// How often a request was begun.
    pub attempt: u32,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// Not before this instant (a retry's backoff).
    pub next_try_at: Option<DateTime<Utc>>,
    /// The recipient that the last request named.
    pub to: Option<CanonicalId>,
    /// What the last request carried, to recognise it by.
    pub text: Option<String>,
    /// File name of a document.
    pub file_name: Option<String>,
    /// When the last request was begun (the program's clock).
    pub begun_at: Option<DateTime<Utc>>,
    /// The gateway's id.
    pub gateway_id: Option<String>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// An earlier attempt was accepted after a person had ordered it sent again: it may be there twice. Until a person
    /// says [`Resolution::Sent`].
    pub arrived_late: bool,
}

/// What a notice's first departure found by its fresh read; replaces what the scan stored.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Kind of the day.
    pub kind: NoticeKind,
    /// What fires today.
    pub items: Vec<NoticeItem>,
    /// The parts of today.
    pub parts: Vec<PartKind>,
}

/// The intent to send one part.
#[derive(Debug, Clone)]
pub struct Begin {
    /// Which part.
    pub part: PartKey,
    /// The notice as the contents were made from, see [`Notice::revision`]. It fences the first departure: when another
    /// worker has rebuilt the notice since, what it says and claims now is not what would leave.
    pub revision: i64,
    /// Name of this worker (host, process).
    pub owner: String,
    /// How long the request may take at most; the lease ends after it by the server's clock.
    pub lease: Duration,
    /// Recipient.
    pub to: CanonicalId,
    /// The text of a text message (kept to recognise it).
    pub text: Option<String>,
    /// The file name of a document.
    pub file_name: Option<String>,
    /// Now, by the program's clock.
    pub now: DateTime<Utc>,
    /// Today in the shop's zone: day of the counter.
    pub today: NaiveDate,
    /// After this part nothing may leave the instance for so long.
    pub gap: Duration,
    /// Contacts that the instance may write to today; `None`: no limit.
    pub daily_cap: Option<u32>,
}

/// Answer to [`Begin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The intent is committed: send now, under this attempt.
    Go {
        /// Fences the outcome.
        attempt: u32,
        /// Our id for the message.
        message_id: MessageId,
    },
    /// The instance must pause so long.
    Wait(Duration),
    /// The instance has written to as many contacts as it may today.
    CapReached,
    /// WhatsApp restricts the instance's number: nothing leaves it until a day, or a person's word.
    Restricted(Restriction),
    /// Not ours to send (taken, settled, ended, or an earlier part is unsettled).
    NotNow,
}

/// A sign that WhatsApp restricts the number of an instance, remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Day (shop's zone) of the sign.
    pub on: NaiveDate,
    /// First day on which the instance may send again by itself.
    pub until: NaiveDate,
    /// The sign, scrubbed.
    pub why: String,
}

impl Restriction {
    /// Nothing may leave the instance on `today`.
    pub fn holds_on(&self, today: NaiveDate) -> bool {
        today < self.until
    }
}

/// What became of a part, to be recorded under its attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The event.
    pub event: PartEvent,
    /// The gateway's id, where known.
    pub gateway_id: Option<String>,
    /// Why, in a snake_case word, with detail after a colon; scrubbed.
    pub reason: Option<String>,
    /// When it may be tried again.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Now, by the program's clock.
    pub now: DateTime<Utc>,
}

/// What recording did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The part is now in this state.
    Now(PartState),
    /// A later attempt was begun meanwhile: logged as an event, a person must look (exit 8).
    LateAnswer,
}

/// An accepted part whose receipts are still wanted.
#[derive(Debug, Clone)]
pub struct AwaitingReceipt {
    /// Which part.
    pub part: PartKey,
    /// At which instance.
    pub instance: InstanceId,
    /// The gateway's id.
    pub gateway_id: String,
    /// State so far.
    pub state: PartState,
    /// Since when.
    pub accepted_at: DateTime<Utc>,
}

/// A person's word on a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It is there: accepted.
    Sent,
    /// It is not there: send it again.
    Retry,
    /// Leave it; the rest goes on without it.
    Drop,
}

// ---------------------------------------------------------------- replies

/// A reply to store.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// Instance that got it.
    pub instance: InstanceId,
    /// The chat as the gateway names it.
    pub chat: CanonicalId,
    /// The gateway's id of the message.
    pub gateway_id: String,
    /// Who wrote.
    pub phone: Phone,
    /// The notice that it answers.
    pub notice: Option<NoticeId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What was written; emoji and all.
    pub text: Option<String>,
    /// Kind of media.
    pub media: Option<String>,
    /// What it means; [`Intent::consent`] is carried out with it.
    pub intent: Intent,
}

/// What storing a reply did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStored {
    /// It was on record.
    Known,
    /// It is on record now.
    New {
        /// The phone wants no more notices, or wants them again, and did not before.
        consent_changed: bool,
    },
}

/// A stored reply.
#[derive(Debug, Clone)]
pub struct StoredReply {
    /// The reply.
    pub reply: NewReply,
    /// A person should look.
    pub needs_person: bool,
}

/// The notice that a phone's message would answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answerable {
    /// Key.
    pub notice: NoticeId,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// To whom it went.
    pub phone: Phone,
    /// When the first of its parts that may have left was begun.
    pub first_begun_at: DateTime<Utc>,
    /// A part was accepted: it is certain that we have written to them.
    pub accepted: bool,
    /// An automatic answer was begun already.
    pub answered: bool,
}

/// What became of an automatic answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerOutcome {
    /// The gateway took it.
    Accepted,
    /// Proven not accepted: it may be begun again.
    Refused,
    /// Nobody knows: not sent again.
    Unknown,
}

// ---------------------------------------------------------------- seeing

/// Counts of all stored runs, or of one close.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Notices by state.
    pub notices: Vec<(NoticeState, u32)>,
    /// Parts by state.
    pub parts: Vec<(PartState, u32)>,
    /// Notices whose run is held.
    pub held: u32,
    /// Replies that a person should look at.
    pub replies_for_person: u32,
    /// Parts of which an earlier attempt was accepted late: they may be there twice.
    pub arrived_late: Vec<PartKey>,
    /// Accepted parts without a receipt since before a given instant.
    pub without_receipt: u32,
}

/// An instance as the outbox knows it.
#[derive(Debug, Clone)]
pub struct InstanceRow {
    /// Name.
    pub instance: InstanceId,
    /// Day of the counter.
    pub day: Option<NaiveDate>,
    /// Contacts written to on that day.
    pub contacts_today: u32,
    /// First day on which anything left it (warm-up).
    pub first_used_on: Option<NaiveDate>,
    /// How long it must still pause.
    pub pause_left: Duration,
    /// The last sign of a restriction that nobody has lifted; see [`Restriction::holds_on`].
    pub restriction: Option<Restriction>,
}

/// An entry of the append-only log.
#[derive(Debug, Clone)]
pub struct Event {
    /// When (the program's clock).
    pub at: DateTime<Utc>,
    /// Notice.
    pub notice: Option<NoticeId>,
    /// Part.
    pub seq: Option<u16>,
    /// What, in a snake_case word (`claim`, `accept`, `late_answer`, ...).
    pub kind: String,
    /// Detail without personal data.
    pub detail: String,
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
    fn due(&mut self, today: NaiveDate) -> Result<Vec<NoticeId>, OutboxError>;
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
