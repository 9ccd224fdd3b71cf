//! Rows by the thousand: an EXECUTE BLOCK whose body stands in it once, as a procedure of its own, and is called for each row.
//!
//! Against one statement a row ([`super::Block`]) the server compiles less, is not bound to 255 tables a block, and a row
//! whose values go into several tables or rows is sent once.

use std::fmt::Write;

use super::batch::kind_of;
use super::value::Value;
use super::{Connection, DatabaseError, MAX_PARAMETERS};

/// What a message of parameters may hold as declared: the protocol ends at 64 KB.
const MAX_MESSAGE_BYTES: usize = 60_000;
/// Parameters of a full block, at least and at most.
const FULL: (usize, usize) = (60, 480);
const _: () = assert!(FULL.1 <= MAX_PARAMETERS, "a connection refuses more");

/// How many parameters a full block should have when so many are to come. Preparing a text costs the server some 20 us for
/// each of its parameters (the last block's is one more text), a round trip costs as much as ten of them: the least of
/// `20 b + 200 n / b` is where b is about three times the root of n.
fn best_block(parameters: usize) -> usize {
    (3 * parameters.isqrt()).clamp(FULL.0, FULL.1)
}

/// Collects rows for one body of PSQL and sends them block by block, within the transaction that is open. Full blocks have
/// the same text, which stays prepared.
#[derive(Debug)]
pub struct Load {
    procedure: String,
    kinds: Vec<&'static str>,
    full: usize,
    values: Vec<Value>,
    /// The text of a block of `full` rows, once it was needed.
    whole: Option<String>,
}

impl Load {
    /// `columns` are the names that `body` uses (`:NAME`), each with the letter of its type as in [`super::Block`]. `rows`:
    /// about so many will come.
    pub fn new(columns: &[(&str, char)], body: &str, rows: usize) -> Self {
        let mut declared = String::new();
        let (mut kinds, mut bytes) = (Vec::new(), 0);
        for (name, letter) in columns {
            let (kind, size) = kind_of(*letter);
            let comma = if kinds.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(declared, "{comma}{name} {kind}");
            kinds.push(kind);
            bytes += size;
        }
        Load {
            procedure: format!("DECLARE PROCEDURE A_ROW ({declared}) AS BEGIN {body} END"),
            full: (best_block(rows * kinds.len()) / kinds.len().max(1))
                .clamp(1, MAX_MESSAGE_BYTES / bytes.max(1)),
            kinds,
            values: Vec::new(),
            whole: None,
        }
    }

    /// Adds a row; a full block is sent first.
    ///
    /// # Errors
    /// Those of [`Self::send`].
    pub fn push(
        &mut self,
        connection: &mut Connection,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), DatabaseError> {
        if self.values.len() == self.full * self.kinds.len() {
            self.send(connection)?;
        }
        self.values.extend(values);
        debug_assert!(
            self.values.len().is_multiple_of(self.kinds.len()),
            "a value for each column of {}",
            self.procedure
        );
        Ok(())
    }

    /// Sends what is left.
    ///
    /// # Errors
    /// Those of [`Connection::execute`].
    pub fn send(&mut self, connection: &mut Connection) -> Result<(), DatabaseError> {
        let rows = self.values.len() / self.kinds.len().max(1);
        if rows == 0 {
            return Ok(());
        }
        let sent = if rows == self.full {
            let text = self.whole.take().unwrap_or_else(|| self.text(rows));
            let sent = connection.execute(&text, &self.values);
            self.whole = Some(text);
            sent
        } else {
            connection.execute(&self.text(rows), &self.values)
        };
        self.values.clear();
        sent.map(drop)
    }

    fn text(&self, rows: usize) -> String {
        let width = self.kinds.len();
        let mut text = String::from("EXECUTE BLOCK (");
        for (number, kind) in self.kinds.iter().cycle().take(rows * width).enumerate() {
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(text, "{comma}P{number} {kind}=?");
        }
        let _ = writeln!(text, ") AS {} BEGIN", self.procedure);
        for row in 0..rows {
            text.push_str("EXECUTE PROCEDURE A_ROW(");
            for number in row * width..(row + 1) * width {
                let comma = if number == row * width { "" } else { "," };
                let _ = write!(text, "{comma}:P{number}");
            }
            text.push_str(");\n");
        }
        text.push_str("END");
        text
    }
}
