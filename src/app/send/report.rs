//! What a run tells: events while it goes on, why it stopped early, its report at the end, and why there is none.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::ids::InstanceId;
use crate::domain::notice::{NoticeId, NoticeState, PartKey, PartState};
use crate::domain::phone::Phone;
use crate::ports::erp::{DatabaseError, ErpError};
use crate::ports::gateway::{GatewayError, LinkState, Rejection};
use crate::ports::outbox::{Due, OutboxError};

use super::super::dossier::DossierError;
use super::super::ground::GroundError;

/// Where the time of a run went; that of several workers is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Reading the ERP afresh.
    pub erp: Duration,
    /// Making texts and PDFs.
    pub documents: Duration,
    /// Our tables: reads, and commits that wait for the disk.
    pub outbox: Duration,
    /// Waiting for the gateway's answers to messages.
    pub gateway: Duration,
    /// Asking for receipts and recording them, once nothing more leaves.
    pub receipts: Duration,
}

impl Spent {
    pub(super) fn add(&mut self, other: Spent) {
        self.erp += other.erp;
        self.documents += other.documents;
        self.outbox += other.outbox;
        self.gateway += other.gateway;
        self.receipts += other.receipts;
    }
}

/// Something that happened in a run.
#[derive(Debug, Clone)]
pub enum SendEvent {
    /// The run begins: notices due, about how long they take.
    Begins {
        /// Notices.
        notices: usize,
        /// Estimate.
        estimate: Duration,
    },
    /// A notice is being worked on.
    Notice {
        /// Which.
        id: NoticeId,
        /// Its recipient.
        phone: Phone,
    },
    /// The intent to send a part is committed; its request leaves now.
    Departs(PartKey),
    /// A part was settled for this time.
    Part {
        /// Which.
        key: PartKey,
        /// What it is now.
        state: PartState,
    },
    /// A notice is done with for this run.
    NoticeDone {
        /// Which.
        id: NoticeId,
        /// What it is now.
        state: NoticeState,
        /// Why, where there is a reason.
        reason: Option<String>,
    },
    /// Pausing between messages.
    Pause(Duration),
}

/// Why a run stopped before its end. Nothing is lost: what was not sent waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Outside the window; opens at this time of the shop's clock.
    Window(Option<NaiveDateTime>),
    /// The instance has no link to a phone.
    NotPaired {
        /// Which.
        instance: InstanceId,
        /// Its state.
        state: LinkState,
    },
    /// The gateway cannot be used, or not for some numbers: then only their notices wait, and the others went on.
    Gateway {
        /// Which instance.
        instance: InstanceId,
        /// Why.
        error: GatewayError,
    },
    /// Refused, and trying again soon is of no use.
    Refused {
        /// Which instance.
        instance: InstanceId,
        /// Why.
        rejection: Rejection,
    },
    /// WhatsApp restricts the number: its instance sends nothing until a day, or until a person has looked. It is
    /// remembered in the database, for every process. Met on the way, it stops the whole run ([`Stop::OfAnother`]);
    /// remembered from an earlier run, only its own instance.
    Restricted {
        /// Which instance.
        instance: InstanceId,
        /// The sign.
        sign: String,
        /// First day on which it sends again by itself.
        until: NaiveDate,
    },
    /// Nothing more left of this instance in this run, since the number of another one was restricted. The next run
    /// goes on with it.
    OfAnother {
        /// Which instance.
        instance: InstanceId,
        /// The one that is restricted.
        restricted: InstanceId,
    },
    /// Several answers in a row that prove nothing: the circuit breaker opened.
    Unclear {
        /// Which instance.
        instance: InstanceId,
    },
    /// The day's contacts are used up.
    CapReached {
        /// Which instance.
        instance: InstanceId,
    },
    /// `--limit`.
    Limit,
    /// Ctrl-C.
    Interrupted,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct SendReport {
    /// Notices that were due when the run began.
    pub due: usize,
    /// Notices that this run ended or carried on, by their state now.
    pub notices: BTreeMap<NoticeState, usize>,
    /// Parts accepted in this run.
    pub accepted: usize,
    /// Parts that nobody knows about: a person must look, if the lookup does not find them.
    pub unknown: Vec<PartKey>,
    /// Answers that came after another attempt was begun.
    pub late_answers: Vec<PartKey>,
    /// Instances of which WhatsApp acknowledged nothing of what they took in this run.
    pub silent: Vec<InstanceId>,
    /// Why it stopped early; at most one an instance, the window and the limit once.
    pub stops: Vec<Stop>,
    /// Notices that still wait.
    pub waiting: usize,
    /// What a dry run would do.
    pub plan: Vec<Due>,
    /// About how long that takes.
    pub estimate: Duration,
    /// Instances whose worker gave up, and why: only where others went on beside it.
    pub failures: Vec<(InstanceId, SendError)>,
    /// Where the time went.
    pub spent: Spent,
}

impl SendReport {
    /// Of a worker that has so many notices before it.
    pub(super) fn of_waiting(notices: usize) -> Self {
        SendReport {
            waiting: notices,
            ..SendReport::default()
        }
    }

    /// Adds what a worker did.
    pub(super) fn add(&mut self, worker: SendReport) {
        for (state, count) in worker.notices {
            *self.notices.entry(state).or_default() += count;
        }
        self.accepted += worker.accepted;
        self.unknown.extend(worker.unknown);
        self.late_answers.extend(worker.late_answers);
        self.waiting += worker.waiting;
        self.spent.add(worker.spent);
        for stop in worker.stops {
            // The window, the limit and Ctrl-C are the whole run's.
            if !self.stops.contains(&stop) {
                self.stops.push(stop);
            }
        }
    }
}

/// Why a run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A precondition, or the ERP: fail closed.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// A document could not be made.
    #[error(transparent)]
    Dossier(#[from] DossierError),
}

impl SendError {
    /// Ctrl-C broke off a read: nothing of the notice in hand had begun.
    pub(super) fn is_interruption(&self) -> bool {
        matches!(
            self,
            SendError::Ground(GroundError::Erp(ErpError::Database(DatabaseError::Interrupted)))
                | SendError::Outbox(OutboxError::Database(DatabaseError::Interrupted))
        )
    }
}
