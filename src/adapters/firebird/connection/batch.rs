//! Many statements in few round trips: EXECUTE BLOCK, a tenth of the time of one prepared INSERT after the other.

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
