//! Several writes in one round trip: an EXECUTE BLOCK with parameters. Its text is the same from call to call, so that it
//! stays prepared; a departure and its outcome cost a handful of answers of the server instead of thirty.

use super::super::connection::{Connection, DatabaseError, Value};
use super::rows::overtaken;
use crate::ports::outbox::OutboxError;

/// A block is sent when it has more values than this; 500 parameters are the limit.
const FULL: usize = 400;

/// Collects statements. Each `?` of theirs is followed by a letter for its type: `i` BIGINT, `a` ASCII text, `u` UTF-8
/// bytes up to 300, `b` binary blob, `t` TIMESTAMP, `d` DATE.
#[derive(Debug, Default)]
pub(super) struct Block {
    declarations: String,
    body: String,
    values: Vec<Value>,
}

impl Block {
    /// Adds a statement.
    pub(super) fn push(
        &mut self,
        connection: &mut Connection,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), OutboxError> {
        if self.values.len() > FULL {
            self.send(connection)?;
        }
        let mut pieces = sql.split('?');
        self.body.push_str(pieces.next().unwrap_or_default());
        let mut values = values.into_iter();
        for piece in pieces {
            let (letter, rest) = piece.split_at(1);
            let kind = match letter {
                "i" => "BIGINT",
                "a" => "VARCHAR(200) CHARACTER SET ASCII",
                "u" => "VARCHAR(300) CHARACTER SET OCTETS",
                "b" => "BLOB SUB_TYPE BINARY",
                "t" => "TIMESTAMP",
                _ => "DATE",
            };
            let number = self.values.len();
            let comma = if number == 0 { "" } else { ", " };
            self.declarations
                .push_str(&format!("{comma}P{number} {kind} = ?"));
            self.body.push_str(&format!(":P{number}{rest}"));
            self.values.push(values.next().unwrap_or(Value::Null));
        }
        debug_assert!(values.next().is_none(), "more values than ? in {sql}");
        self.body.push_str(";\n");
        Ok(())
    }

    /// Adds a statement that must touch exactly one row: otherwise somebody was faster, and all is taken back.
    pub(super) fn push_one(
        &mut self,
        connection: &mut Connection,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), OutboxError> {
        self.push(connection, sql, values)?;
        self.body
            .push_str("IF (ROW_COUNT <> 1) THEN EXCEPTION WA_OVERTAKEN;\n");
        Ok(())
    }

    /// Sends what is left.
    pub(super) fn send(&mut self, connection: &mut Connection) -> Result<(), OutboxError> {
        let Block {
            declarations,
            body,
            values,
        } = std::mem::take(self);
        if body.is_empty() {
            return Ok(());
        }
        let declarations = if declarations.is_empty() {
            String::new()
        } else {
            format!("({declarations})")
        };
        let block = format!("EXECUTE BLOCK {declarations} AS BEGIN\n{body}END");
        match connection.execute(&block, &values) {
            Ok(_) => Ok(()),
            Err(DatabaseError::Other { detail, .. }) if detail.contains("WA_OVERTAKEN") => {
                Err(overtaken("a row"))
            }
            Err(error) => Err(error.into()),
        }
    }
}
