//! Many statements in few round trips: EXECUTE BLOCK, a tenth of the time of one prepared INSERT after the other.
//!
//! [`Batch`] writes values as literals and takes any statement; [`Block`] has parameters, and where the same statements
//! come again in the same order the server keeps them prepared: a third of the time once more, for rows by the thousand.

use std::fmt::Write;

use super::value::{Value, literal};
use super::{Connection, DatabaseError};

/// The native client cuts SQL at 64 KB in silence.
pub(super) const MAX_SQL_BYTES: usize = 60_000;
/// Firebird allows 255 contexts (tables named) in one block; a statement with a subselect takes two.
const MAX_STATEMENTS: usize = 120;
const HEAD: &str = "EXECUTE BLOCK AS BEGIN\n";
const TAIL: &str = "END";

/// Collects statements and sends them block by block, within the transaction that is open.
#[derive(Debug, Default)]
pub struct Batch {
    block: String,
    statements: usize,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Batch::default()
    }

    /// Adds one statement, its `?` filled with `values`; sends the block when it is full. A statement may name at most
    /// two tables.
    ///
    /// # Errors
    /// Those of [`Connection::execute`]; [`DatabaseError::Other`] for a statement above 60 KB (send it by itself, with
    /// parameters) or one whose `?` are not as many as the values.
    pub fn push(
        &mut self,
        connection: &mut Connection,
        sql: &str,
        values: &[Value],
    ) -> Result<(), DatabaseError> {
        let statement = fill(sql, values)?;
        if HEAD.len() + statement.len() + 2 + TAIL.len() > MAX_SQL_BYTES {
            return Err(other("statement too long for a batch"));
        }
        let full = HEAD.len() + self.block.len() + statement.len() + 2 + TAIL.len() > MAX_SQL_BYTES;
        if full || self.statements == MAX_STATEMENTS {
            self.send(connection)?;
        }
        self.block.push_str(&statement);
        self.block.push_str(";\n");
        self.statements += 1;
        Ok(())
    }

    /// Sends what is left.
    ///
    /// # Errors
    /// Those of [`Connection::execute`].
    pub fn send(&mut self, connection: &mut Connection) -> Result<(), DatabaseError> {
        if self.statements > 0 {
            let block = format!("{HEAD}{}{TAIL}", self.block);
            self.block.clear();
            self.statements = 0;
            connection.execute_once(&block)?;
        }
        Ok(())
    }
}

/// A block is sent when it has more values than this, so that it is always after the same number of equal statements.
const FULL: usize = 400;

/// Collects statements with typed parameters. Each `?` is followed by a letter for its type:
///
/// | letter | type |
/// |---|---|
/// | `i` | BIGINT |
/// | `d`, `t` | DATE, TIMESTAMP |
/// | `w`, `k`, `a` | ASCII text up to 40, 120, 200 |
/// | `u` | UTF-8 bytes up to 300 |
/// | `b` | binary blob |
/// | `s`, `l` | text in the database's character set up to 80, 500 |
///
/// All parameters of a block together must stay below 64 KB as declared: take the shortest that fits.
#[derive(Debug, Default)]
pub struct Block {
    declarations: String,
    body: String,
    values: Vec<Value>,
    statements: usize,
}

impl Block {
    /// Adds a statement of at most 100 values; a full block is sent first.
    ///
    /// # Errors
    /// Those of [`Self::send`].
    pub fn push(
        &mut self,
        connection: &mut Connection,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), DatabaseError> {
        if self.values.len() > FULL || self.statements == MAX_STATEMENTS {
            self.send(connection)?;
        }
        let mut pieces = sql.split('?');
        self.body.push_str(pieces.next().unwrap_or_default());
        let mut values = values.into_iter();
        for piece in pieces {
            let (letter, rest) = piece.split_at(1);
            let (kind, _) = kind_of(letter.chars().next().unwrap_or('d'));
            let number = self.values.len();
            let comma = if number == 0 { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(self.declarations, "{comma}P{number} {kind} = ?");
            let _ = write!(self.body, ":P{number}{rest}");
            self.values.push(values.next().unwrap_or(Value::Null));
        }
        debug_assert!(values.next().is_none(), "more values than ? in {sql}");
        self.body.push_str(";\n");
        self.statements += 1;
        Ok(())
    }

    /// Adds PSQL behind the last statement, such as a look at its ROW_COUNT.
    pub fn then(&mut self, psql: &str) {
        self.body.push_str(psql);
    }

    /// Sends what is left.
    ///
    /// # Errors
    /// Those of [`Connection::execute`].
    pub fn send(&mut self, connection: &mut Connection) -> Result<(), DatabaseError> {
        let Block {
            declarations,
            body,
            values,
            statements: _,
        } = std::mem::take(self);
        if body.is_empty() {
            return Ok(());
        }
        let declarations = if declarations.is_empty() {
            String::new()
        } else {
            format!("({declarations})")
        };
        connection
            .execute(
                &format!("EXECUTE BLOCK {declarations} AS BEGIN\n{body}END"),
                &values,
            )
            .map(drop)
    }
}

/// The type that a letter stands for, and the bytes that a parameter of it takes at most, its null flag and the filling up
/// included (four bytes for a character of `s` and `l`).
pub(super) fn kind_of(letter: char) -> (&'static str, usize) {
    match letter {
        'i' => ("BIGINT", 16),
        'w' => ("VARCHAR(40) CHARACTER SET ASCII", 48),
        'k' => ("VARCHAR(120) CHARACTER SET ASCII", 128),
        'a' => ("VARCHAR(200) CHARACTER SET ASCII", 208),
        'u' => ("VARCHAR(300) CHARACTER SET OCTETS", 308),
        'b' => ("BLOB SUB_TYPE BINARY", 16),
        't' => ("TIMESTAMP", 16),
        's' => ("VARCHAR(80)", 328),
        'l' => ("VARCHAR(500)", 2008),
        _ => ("DATE", 8),
    }
}

/// Puts literals where the `?` are, but not inside quotes or comments.
fn fill(sql: &str, values: &[Value]) -> Result<String, DatabaseError> {
    let mut filled = String::with_capacity(sql.len() + values.len() * 12);
    let mut values = values.iter();
    let mut quote: Option<char> = None;
    for c in sql.trim_end().trim_end_matches(';').chars() {
        match (quote, c) {
            (None, '?') => {
                filled.push_str(&literal(
                    values.next().ok_or_else(|| other("more ? than values"))?,
                ));
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        filled.push(c);
    }
    match values.next() {
        None => Ok(filled),
        Some(_) => Err(other("more values than ?")),
    }
}

fn other(detail: &str) -> DatabaseError {
    DatabaseError::Other {
        code: -1,
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_outside_quotes_only() {
        let sql = "INSERT INTO T (A, \"B?\", C) VALUES (?, 'why?', ?);";
        let filled = fill(sql, &[Value::from("it's?"), Value::Int(-1)]).unwrap();
        assert_eq!(
            filled,
            "INSERT INTO T (A, \"B?\", C) VALUES ('it''s?', 'why?', (-1))"
        );
        assert!(fill("VALUES (?)", &[]).is_err());
        assert!(fill("VALUES (?)", &[Value::Null, Value::Null]).is_err());
    }
}
