//! Several writes in one round trip: an EXECUTE BLOCK with parameters. Its text is the same from call to call, so that it
//! stays prepared; a departure and its outcome cost a handful of answers of the server instead of thirty.

use super::super::connection::{self, Connection, DatabaseError, Value};
use super::rows::overtaken;
use crate::ports::outbox::OutboxError;

/// A block of [`connection::Block`] that can insist on rows.
#[derive(Debug, Default)]
pub(super) struct Block(connection::Block);

impl Block {
    /// Adds a statement.
    pub(super) fn push(
        &mut self,
        connection: &mut Connection,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), OutboxError> {
        self.0.push(connection, sql, values).map_err(told)
    }

    /// Adds a statement that must touch exactly one row: otherwise somebody was faster, and all is taken back.
    pub(super) fn push_one(
        &mut self,
        connection: &mut Connection,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), OutboxError> {
        self.push(connection, sql, values)?;
        self.0.then("IF (ROW_COUNT <> 1) THEN EXCEPTION WA_OVERTAKEN;\n");
        Ok(())
    }

    /// Sends what is left.
    pub(super) fn send(&mut self, connection: &mut Connection) -> Result<(), OutboxError> {
        self.0.send(connection).map_err(told)
    }
}

fn told(error: DatabaseError) -> OutboxError {
    match error {
        DatabaseError::Other { detail, .. } if detail.contains("WA_OVERTAKEN") => overtaken("a row"),
        error => error.into(),
    }
}
