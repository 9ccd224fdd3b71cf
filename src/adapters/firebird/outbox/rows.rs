//! Values to columns and back. The connection speaks UTF-8 and the tables' text is ASCII or bytes, so that nothing is
//! ever transliterated.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use sha2::{Digest, Sha256};

use super::super::connection::{Connection, DatabaseError, Row, Value};
use crate::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use crate::domain::notice::{NoticeId, PartKind};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::selection::NoticeKind;
use crate::ports::gateway::CanonicalId;
use crate::ports::outbox::{NoticeItem, OutboxError};

/// Length of WA_ID.
const ID_CHARS: usize = 120;
/// Length of WA_SHORT.
const SHORT_BYTES: usize = 300;
/// Lengths of columns of WA_PART; a declared byte costs each row its time, used or not.
pub(super) const REASON_BYTES: usize = 160;
pub(super) const OWNER_BYTES: usize = 60;

/// Something stored that cannot be understood.
pub(super) fn corrupt(table: &'static str, problem: impl Into<String>) -> OutboxError {
    OutboxError::Corrupt {
        table,
        problem: problem.into(),
    }
}

/// An id in printable ASCII, one to one: all other characters (and `%`) percent-escaped. It survives any character set
/// of database and connection, stays readable in isql for the ids that ERPs really have, and compares by bytes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => escaped.push(char::from(byte)),
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The key of one of the ERP's things, an instance, or a canonical id.
pub(super) fn id(text: &str) -> Result<Value, OutboxError> {
    let escaped = escape(text);
    if escaped.len() > ID_CHARS {
        return Err(corrupt(
            "WA_ID",
            format!("an id of {} characters, {ID_CHARS} fit", escaped.len()),
        ));
    }
    Ok(Value::Text(escaped))
}

/// The same for an optional one.
pub(super) fn opt_id(text: Option<&str>) -> Result<Value, OutboxError> {
    text.map_or(Ok(Value::Null), id)
}

/// A gateway's id. Recording an answer must not fail for its length: a longer one ends in its digest.
pub(super) fn gateway_id(text: &str) -> Value {
    let mut escaped = escape(text);
    if escaped.len() > ID_CHARS {
        let digest = Sha256::digest(text);
        escaped.truncate(ID_CHARS - 33);
        escaped.push('~');
        for byte in digest.iter().take(16) {
            let _ = write!(escaped, "{byte:02X}");
        }
    }
    Value::Text(escaped)
}

/// Text typed by people, up to 300 bytes of UTF-8; what is longer is cut and ends in an ellipsis.
pub(super) fn short(text: &str) -> Value {
    cut(text, SHORT_BYTES)
}

/// The same up to so many bytes.
pub(super) fn cut(text: &str, bytes: usize) -> Value {
    const ELLIPSIS: &str = "…";
    if text.len() <= bytes {
        return Value::Text(text.to_owned());
    }
    let mut end = bytes - ELLIPSIS.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Value::Text(format!("{}{ELLIPSIS}", &text[..end]))
}

/// An instant by the program's clock, as UTC.
pub(super) fn at(instant: DateTime<Utc>) -> Value {
    Value::Timestamp(instant.naive_utc())
}

/// Whole milliseconds.
pub(super) fn ms(duration: Duration) -> Value {
    Value::Int(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2))
}

/// A flag.
pub(super) fn flag(set: bool) -> Value {
    Value::Int(set.into())
}

/// Reads columns of one table's rows, in order.
pub(super) struct Reader<'a> {
    row: &'a Row,
    table: &'static str,
    column: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(table: &'static str, row: &'a Row) -> Self {
        Reader {
            row,
            table,
            column: 0,
        }
    }

    fn next(&mut self) -> usize {
        self.column += 1;
        self.column - 1
    }

    fn corrupt(&self, what: &str) -> OutboxError {
        let column = self.row.names().get(self.column - 1).map_or("?", |name| &**name);
        corrupt(self.table, format!("{column}: not {what}"))
    }

    pub(super) fn int(&mut self) -> Result<i64, OutboxError> {
        let column = self.next();
        Ok(self.row.int(column)?)
    }

    pub(super) fn opt_int(&mut self) -> Result<Option<i64>, OutboxError> {
        let column = self.next();
        Ok(self.row.opt_int(column)?)
    }

    pub(super) fn number<T: TryFrom<i64>>(&mut self) -> Result<T, OutboxError> {
        T::try_from(self.int()?).map_err(|_| self.corrupt("in range"))
    }

    pub(super) fn flag(&mut self) -> Result<bool, OutboxError> {
        Ok(self.int()? != 0)
    }

    pub(super) fn notice(&mut self) -> Result<NoticeId, OutboxError> {
        self.int().map(NoticeId)
    }

    pub(super) fn opt_notice(&mut self) -> Result<Option<NoticeId>, OutboxError> {
        Ok(self.opt_int()?.map(NoticeId))
    }

    /// ASCII text where it stands, without the padding of CHAR columns.
    fn opt_str(&mut self) -> Result<Option<&'a str>, OutboxError> {
        let column = self.next();
        match self.row.value(column) {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.trim_end_matches(' '))),
            _ => Err(self.corrupt("text")),
        }
    }

    fn str(&mut self) -> Result<&'a str, OutboxError> {
        self.opt_str()?.ok_or_else(|| self.corrupt("to be null"))
    }

    /// ASCII text.
    pub(super) fn text(&mut self) -> Result<String, OutboxError> {
        let column = self.next();
        Ok(self.row.text(column)?)
    }

    pub(super) fn opt_text(&mut self) -> Result<Option<String>, OutboxError> {
        let column = self.next();
        Ok(self.row.opt_text(column)?)
    }

    /// UTF-8 bytes, in a blob or an OCTETS column.
    pub(super) fn opt_utf8(&mut self) -> Result<Option<String>, OutboxError> {
        let column = self.next();
        match self.row.value(column) {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(Value::Bytes(bytes)) => String::from_utf8(bytes.clone())
                .map(Some)
                .map_err(|_| self.corrupt("UTF-8")),
            _ => Err(self.corrupt("text")),
        }
    }

    pub(super) fn utf8(&mut self) -> Result<String, OutboxError> {
        self.opt_utf8()?.ok_or_else(|| self.corrupt("to be null"))
    }

    pub(super) fn date(&mut self) -> Result<chrono::NaiveDate, OutboxError> {
        let column = self.next();
        Ok(self.row.date(column)?)
    }

    pub(super) fn opt_date(&mut self) -> Result<Option<chrono::NaiveDate>, OutboxError> {
        let column = self.next();
        Ok(self.row.opt_date(column)?)
    }

    pub(super) fn at(&mut self) -> Result<DateTime<Utc>, OutboxError> {
        let column = self.next();
        Ok(self.row.timestamp(column).map(utc)?)
    }

    pub(super) fn opt_at(&mut self) -> Result<Option<DateTime<Utc>>, OutboxError> {
        let column = self.next();
        Ok(self.row.opt_timestamp(column)?.map(utc))
    }

    fn opt_key(&mut self) -> Result<Option<Cow<'a, str>>, OutboxError> {
        match self.opt_str()? {
            None => Ok(None),
            Some(text) => unescape(text).map(Some).ok_or_else(|| self.corrupt("an id")),
        }
    }

    fn key(&mut self) -> Result<Cow<'a, str>, OutboxError> {
        self.opt_key()?.ok_or_else(|| self.corrupt("to be null"))
    }

    pub(super) fn opt_id(&mut self) -> Result<Option<String>, OutboxError> {
        Ok(self.opt_key()?.map(Cow::into_owned))
    }

    pub(super) fn id(&mut self) -> Result<String, OutboxError> {
        self.key().map(Cow::into_owned)
    }

    pub(super) fn branch(&mut self) -> Result<BranchId, OutboxError> {
        self.key().map(BranchId::new)
    }

    pub(super) fn customer(&mut self) -> Result<CustomerId, OutboxError> {
        self.key().map(CustomerId::new)
    }

    pub(super) fn contact(&mut self) -> Result<ContactId, OutboxError> {
        self.key().map(ContactId::new)
    }

    pub(super) fn receivable(&mut self) -> Result<ReceivableId, OutboxError> {
        self.key().map(ReceivableId::new)
    }

    pub(super) fn instance(&mut self) -> Result<InstanceId, OutboxError> {
        self.key().map(InstanceId::new)
    }

    pub(super) fn canonical(&mut self) -> Result<CanonicalId, OutboxError> {
        self.id().map(CanonicalId)
    }

    pub(super) fn phone(&mut self) -> Result<Phone, OutboxError> {
        let text = self.str()?;
        Phone::from_e164(text).map_err(|_| self.corrupt("a phone"))
    }

    pub(super) fn stage(&mut self) -> Result<Stage, OutboxError> {
        let text = self.str()?;
        text.parse().map_err(|_| self.corrupt("a stage"))
    }

    /// A stored word, by the enum's `from_word`.
    pub(super) fn word<T>(&mut self, from_word: fn(&str) -> Option<T>) -> Result<T, OutboxError> {
        let text = self.str()?;
        from_word(text).ok_or_else(|| self.corrupt("a known word"))
    }

    pub(super) fn kind(&mut self) -> Result<NoticeKind, OutboxError> {
        self.word(NoticeKind::from_word)
    }

    /// Two columns: KIND, RECEIVABLE.
    pub(super) fn part_kind(&mut self) -> Result<PartKind, OutboxError> {
        let word = self.str()?;
        let receivable = self.opt_key()?.map(ReceivableId::new);
        PartKind::from_stored(word, receivable).ok_or_else(|| self.corrupt("about what KIND says"))
    }

    /// RECEIVABLE, DOCUMENT, DUE_ON, STAGE, BALANCE_CENTS, HAS_BOLETO.
    pub(super) fn item(&mut self) -> Result<NoticeItem, OutboxError> {
        Ok(NoticeItem {
            receivable: self.receivable()?,
            document: self.utf8()?,
            due_on: self.date()?,
            stage: self.stage()?,
            balance: crate::domain::money::Cents::new(self.int()?),
            has_boleto: self.flag()?,
        })
    }
}

fn utc(stored: NaiveDateTime) -> DateTime<Utc> {
    stored.and_utc()
}

/// Reads every row by `read`.
pub(super) fn read_all<T>(
    table: &'static str,
    rows: &[Row],
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, OutboxError>,
) -> Result<Vec<T>, OutboxError> {
    rows.iter()
        .map(|row| read(&mut Reader::new(table, row)))
        .collect()
}

/// The same straight from the server, row by row: nothing is kept but what `read` keeps.
pub(super) fn read_each(
    connection: &mut Connection,
    table: &'static str,
    sql: &str,
    values: &[Value],
    mut read: impl FnMut(&mut Reader<'_>) -> Result<(), OutboxError>,
) -> Result<(), OutboxError> {
    let mut failed = None;
    connection.query_each(sql, values, &mut |row| match read(&mut Reader::new(table, row)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(()), Err)
}

/// What a guarded UPDATE that must hit one row hit instead: somebody else was there, try again.
pub(super) fn overtaken(what: &str) -> OutboxError {
    OutboxError::Database(DatabaseError::Conflict {
        detail: format!("{what} changed meanwhile"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_text_is_cut_between_characters() {
        let Value::Text(cut) = short(&"é".repeat(400)) else {
            panic!()
        };
        assert!(cut.len() <= SHORT_BYTES && cut.ends_with('…'));
        assert_eq!(short("olá"), Value::from("olá"));
    }

    #[test]
    fn a_gateway_id_always_fits_and_long_ones_differ() {
        let long = |tail: &str| gateway_id(&format!("{}{tail}", "a".repeat(500)));
        let Value::Text(stored) = long("x") else { panic!() };
        assert_eq!(stored.len(), ID_CHARS);
        assert_ne!(long("x"), long("y"));
    }

    proptest! {
        #[test]
        fn ids_come_back_as_they_were_and_are_plain_ascii(text in "\\PC{0,30}|[ -~]{0,30}") {
            let escaped = escape(&text);
            prop_assert!(escaped.bytes().all(|b| (b' '..=b'~').contains(&b)));
            let back = unescape(&escaped);
            prop_assert_eq!(back.as_deref(), Some(text.as_str()));
        }
    }
}
