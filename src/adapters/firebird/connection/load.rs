//! Rows by the thousand: an EXECUTE BLOCK that takes them packed into one string and unpacks them in a loop.
//!
//! A parameter costs the server as much as an entry of an index, whatever it holds; so a block has two of them, and rows
//! travel as text. Taking a field out of it costs a fifth of that. The text of the block is the same for all rows: it is prepared once.
//!
//! Packed, a row is its fields one after the other, in the order of the columns:
//!
//! | letter | field |
//! |---|---|
//! | `i` | the number in 20 characters, zeros (and a minus) in front |
//! | `d` | `YYYY-MM-DD` |
//! | `w`, `k`, `u` | its length in bytes in 3 characters, then so many bytes; `-01` alone is null |

use std::fmt::Write;

use super::batch::kind_of;
use super::value::Value;
use super::{Connection, DatabaseError, misuse};

/// A VARCHAR ends at 32,765 bytes.
const PACKED_BYTES: usize = 32_000;
/// What the length of a text says in its three characters.
const MAX_TEXT_BYTES: usize = 999;

/// Collects rows for one body of PSQL and sends them block by block, within the transaction that is open.
#[derive(Debug)]
pub struct Load {
    /// The EXECUTE BLOCK.
    text: String,
    letters: Vec<char>,
    packed: String,
    rows: i64,
}

impl Load {
    /// `columns` are the names that `body` uses (`:NAME`), each with the letter of its type as in [`super::Block`]: `i`, `d`,
    /// `w`, `k` or `u`; texts may be null. The names `PACKED`, `N`, `P` and `L` are taken.
    pub fn new(columns: &[(&str, char)], body: &str) -> Self {
        let mut text = format!(
            "EXECUTE BLOCK (N BIGINT = ?, PACKED VARCHAR({PACKED_BYTES}) CHARACTER SET OCTETS = ?) AS\n\
             DECLARE P INTEGER = 1; DECLARE L INTEGER;\n"
        );
        // Writing to a string cannot fail.
        for (name, letter) in columns {
            let (kind, _) = kind_of(*letter);
            let _ = writeln!(text, "DECLARE {name} {kind};");
        }
        text.push_str("BEGIN\nWHILE (N > 0) DO BEGIN\n");
        for (name, letter) in columns {
            let _ = match fixed_width(*letter) {
                Some(width) => writeln!(
                    text,
                    "{name} = SUBSTRING(PACKED FROM P FOR {width}); P = P + {width};"
                ),
                None => writeln!(
                    text,
                    "L = SUBSTRING(PACKED FROM P FOR 3); P = P + 3; IF (L < 0) THEN {name} = NULL; \
                     ELSE BEGIN {name} = SUBSTRING(PACKED FROM P FOR L); P = P + L; END"
                ),
            };
        }
        let _ = write!(text, "{body}\nN = N - 1;\nEND END");
        Load {
            text,
            letters: columns.iter().map(|(_, letter)| *letter).collect(),
            packed: String::new(),
            rows: 0,
        }
    }

    /// Adds a row; a full block is sent first.
    ///
    /// # Errors
    /// Those of [`Self::send`]; [`DatabaseError::Other`] for values that are not the columns'. Nothing of the row is kept then.
    pub fn push(
        &mut self,
        connection: &mut Connection,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), DatabaseError> {
        let before = self.packed.len();
        self.pack(values).inspect_err(|_| self.packed.truncate(before))?;
        if self.packed.len() > PACKED_BYTES {
            let row = self.packed.split_off(before);
            self.send(connection)?;
            if row.len() > PACKED_BYTES {
                return Err(misuse("a row longer than a block"));
            }
            self.packed = row;
        }
        self.rows += 1;
        Ok(())
    }

    fn pack(&mut self, values: impl IntoIterator<Item = Value>) -> Result<(), DatabaseError> {
        let mut values = values.into_iter();
        for letter in &self.letters {
            let packed = &mut self.packed;
            // Writing to a string cannot fail.
            let _ = match (letter, values.next()) {
                ('i', Some(Value::Int(number))) => write!(packed, "{number:020}"),
                ('d', Some(Value::Date(day))) => {
                    let day = day.format("%Y-%m-%d").to_string();
                    if Some(day.len()) != fixed_width('d') {
                        return Err(misuse("a year outside 0 to 9999"));
                    }
                    packed.push_str(&day);
                    Ok(())
                }
                ('w' | 'k' | 'u', Some(Value::Null)) => write!(packed, "-01"),
                ('w' | 'k' | 'u', Some(Value::Text(text))) => {
                    if text.len() > MAX_TEXT_BYTES {
                        return Err(misuse("a text of more than 999 bytes"));
                    }
                    write!(packed, "{:03}{text}", text.len())
                }
                _ => return Err(misuse("a value that is not of its column's type")),
            };
        }
        match values.next() {
            None => Ok(()),
            Some(_) => Err(misuse("more values than columns")),
        }
    }

    /// Sends what is left.
    ///
    /// # Errors
    /// Those of [`Connection::execute`].
    pub fn send(&mut self, connection: &mut Connection) -> Result<(), DatabaseError> {
        let packed = std::mem::take(&mut self.packed);
        // The lengths are those of UTF-8.
        if connection.charset.on_rust.is_some() && !packed.is_ascii() {
            return Err(misuse("packed rows need a connection in UTF8 or bytes"));
        }
        match std::mem::take(&mut self.rows) {
            0 => Ok(()),
            rows => connection
                .execute(&self.text, &[rows.into(), packed.into()])
                .map(drop),
        }
    }
}

/// How many characters a field takes that always takes as many; none for a text, which says so itself.
fn fixed_width(letter: char) -> Option<usize> {
    match letter {
        'i' => Some(20),
        'd' => Some(10),
        _ => None,
    }
}
