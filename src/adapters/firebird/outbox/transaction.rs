//! One method, one transaction: conflicts are waited out, lost connections replaced, lost answers to a commit told
//! apart from failures.
//!
//! All transactions are snapshots. Two that change the same notice (or instance) cannot both commit: the later one gets
//! a conflict and runs again on what the first one left. That is all the locking there is; it is the same on
//! Firebird 3, 4 and 5.

use std::time::Duration;

use super::super::connection::{
    CharsetChoice, Connection, ConnectionSettings, DatabaseError, Interrupt, Transaction,
};
use crate::ports::failpoint::{self, Step};
use crate::ports::outbox::OutboxError;

/// A transaction waits so many seconds for a row that another one holds.
const LOCK_SECONDS: u32 = 1;
/// Runs of one method that end in a conflict; their pauses add up to about half a minute.
const CONFLICTS: u32 = 30;
/// Fresh connections that one method asks for; the pauses between them add up to about half a minute, enough for a
/// server that restarts.
const CONNECTIONS: u32 = 20;

/// How a writing method behaves when something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    /// Runs on after Ctrl-C: what it records has happened already, or would be left half-done.
    must_finish: bool,
    /// Fresh connections it may ask for.
    connections: u32,
    /// When the answer to its commit is lost, it may run again: it recognises its own work or does no harm twice.
    repeatable: bool,
    /// Conflicts it may meet.
    conflicts: u32,
}

impl Policy {
    /// Short, harmless to repeat, and to be done even after Ctrl-C.
    pub(super) const RECORD: Policy = Policy {
        must_finish: true,
        connections: CONNECTIONS,
        repeatable: true,
        conflicts: CONFLICTS,
    };
    /// The same, but what it returns tells whether it was the first: must not be repeated unseen.
    pub(super) const ONCE: Policy = Policy {
        must_finish: true,
        connections: CONNECTIONS,
        repeatable: false,
        conflicts: CONFLICTS,
    };
    /// Long, stops at Ctrl-C; a conflict is for the caller to judge.
    pub(super) const BULK: Policy = Policy {
        must_finish: false,
        connections: 2,
        repeatable: false,
        conflicts: 0,
    };
    /// Stops at Ctrl-C; conflicts are waited out.
    pub(super) const STOPPABLE: Policy = Policy {
        must_finish: false,
        connections: 2,
        repeatable: false,
        conflicts: CONFLICTS,
    };
}

/// The connection of an outbox, replaced when it breaks.
#[derive(Debug)]
pub(super) struct Link {
    settings: ConnectionSettings,
    connection: Option<Connection>,
}

impl Link {
    /// Connects. Whatever the database's character set: our tables are ASCII and bytes.
    pub(super) fn open(settings: &ConnectionSettings) -> Result<Self, DatabaseError> {
        let settings = ConnectionSettings {
            charset: CharsetChoice::Bytes,
            ..settings.clone()
        };
        let connection = Connection::open(&settings)?;
        Ok(Link {
            settings,
            connection: Some(connection),
        })
    }

    /// The connection, a fresh one when it broke.
    fn connection(&mut self, must_finish: bool) -> Result<&mut Connection, DatabaseError> {
        let stopped = self.settings.interrupt.is_tripped();
        if self.connection.as_ref().is_some_and(Connection::is_broken) {
            self.connection = None;
        }
        if self.connection.is_none() {
            let settings = if stopped && must_finish {
                ConnectionSettings {
                    interrupt: Interrupt::default(),
                    ..self.settings.clone()
                }
            } else {
                self.settings.clone()
            };
            self.connection = Some(Connection::open(&settings)?);
        }
        self.connection
            .as_mut()
            .ok_or_else(|| DatabaseError::ConnectionLost {
                detail: "no connection".to_owned(),
            })
    }

    /// Reads in one snapshot; tried again on a fresh connection when the old one turns out to be dead.
    pub(super) fn read<T>(
        &mut self,
        mut work: impl FnMut(&mut Connection) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        let mut losses = 0;
        loop {
            let result = match self.connection(false) {
                Ok(connection) => connection.with_transaction(Transaction::ReadSnapshot, &mut work),
                Err(error) => Err(error.into()),
            };
            match result {
                Err(OutboxError::Database(error)) if is_loss(&error, false) && losses < 2 => {
                    losses += 1;
                    back_off(losses);
                }
                result => return result,
            }
        }
    }

    /// Runs `work` in one transaction and commits it. `work` runs again after conflicts and losses; its argument tells
    /// whether an earlier commit may have happened after all.
    pub(super) fn write<T>(
        &mut self,
        policy: Policy,
        mut work: impl FnMut(&mut Connection, bool) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        let (mut conflicts, mut losses) = (0, 0);
        let mut uncertain: Option<String> = None;
        loop {
            match self.attempt(policy, uncertain.is_some(), &mut work) {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(lost)) => {
                    let detail = lost.to_string();
                    if !policy.repeatable || losses >= policy.connections {
                        return Err(OutboxError::OutcomeUncertain(detail));
                    }
                    uncertain = Some(detail);
                    losses += 1;
                    back_off(losses);
                }
                Err(OutboxError::Database(DatabaseError::Conflict { .. }))
                    if conflicts < policy.conflicts =>
                {
                    conflicts += 1;
                    back_off(conflicts);
                }
                Err(OutboxError::Database(error))
                    if is_loss(&error, policy.must_finish) && losses < policy.connections =>
                {
                    losses += 1;
                    back_off(losses);
                }
                Err(error) => {
                    return Err(match uncertain {
                        Some(detail) => OutboxError::OutcomeUncertain(format!("{detail}; then: {error}")),
                        None => error,
                    });
                }
            }
        }
    }

    /// One try. `Ok(Err(_))`: the commit's answer was lost.
    fn attempt<T>(
        &mut self,
        policy: Policy,
        uncertain: bool,
        work: &mut impl FnMut(&mut Connection, bool) -> Result<T, OutboxError>,
    ) -> Result<Result<T, DatabaseError>, OutboxError> {
        let connection = self.connection(policy.must_finish)?;
        connection.begin(Transaction::WriteWait(LOCK_SECONDS))?;
        let value = match work(connection, uncertain) {
            Ok(value) => value,
            Err(error) => {
                // The first error tells more; the server takes a lost transaction back by itself.
                let _ = connection.rollback();
                return Err(error);
            }
        };
        failpoint::reached(Step::BeforeCommit);
        match connection.commit() {
            Ok(()) => {
                failpoint::reached(Step::AfterCommit);
                Ok(Ok(value))
            }
            Err(error) if is_loss(&error, true) || connection.is_broken() => Ok(Err(error)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The connection is gone, or could not be had; nothing wrong with what was asked.
fn is_loss(error: &DatabaseError, interrupted_too: bool) -> bool {
    match error {
        DatabaseError::ConnectionLost { .. }
        | DatabaseError::TimedOut { .. }
        | DatabaseError::Unreachable { .. } => true,
        DatabaseError::Interrupted => interrupted_too,
        _ => false,
    }
}

/// 5 ms at first, doubling up to 2 s, less a random part so that two workers do not meet again.
#[expect(
    clippy::disallowed_methods,
    reason = "bounded wait inside one database transaction's retries: must finish even after Ctrl-C"
)]
fn back_off(tries: u32) {
    let longest = 5u64.saturating_mul(1 << tries.min(10)).min(2_000);
    std::thread::sleep(Duration::from_millis(
        longest / 2 + fastrand::u64(0..=longest / 2),
    ));
}
