//! One connection to one Firebird database, by the pure Rust client over TCP or by `fbclient`.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | where the database is and how to reach it |
//! | [`value`] | values, rows, literals |
//! | [`batch`], `load` | many statements, or rows, in few round trips |
//! | `open` | connecting, logging in, creating a database |
//! | `relay` | time limits that hold, Ctrl-C |
//! | `error` | the server's words -> [`DatabaseError`] |
//! | `charset` | which character set a connection speaks |
//!
//! What this layer takes off its callers (each was met on a real server):
//!
//! - The clients' default transaction waits for other people's locks for ever: here reads are read-only snapshots and
//!   writes do not wait, or wait a stated time.
//! - Neither client has a timeout: see `relay`.
//! - After a row that does not decode, the pure Rust client is out of step and hands out garbage: such a connection
//!   is closed at once and says so ([`Connection::is_broken`]); open another.
//! - `INSERT ... RETURNING` must go through [`Connection::query_returning`]; `UPDATE ... RETURNING` must not be used at
//!   all (with no row it puts the client out of step): take the row count of a plain `UPDATE`.
//! - At most [`MAX_PARAMETERS`] parameters; above 900 the pure Rust client never comes back.
//! - NUMERIC with decimal places arrives as a float: [`value::Value::Inexact`], which no getter reads. `CAST(x AS
//!   VARCHAR(40))` and parse, and write as text.
//! - A parameter longer than its column is an error (-303) even in a WHERE: check lengths, or CAST.
//! - Prepared statements are kept (the last [`STATEMENT_CACHE`] texts): use `?` and the same text again. DDL on a table
//!   that a kept statement names may find it in use: run migrations on a connection of their own.

pub mod batch;
pub(super) mod charset;
mod error;
mod load;
mod open;
mod relay;
pub mod settings;
pub mod value;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use rsfbclient::prelude::{
    Execute, Queryable, TrDataAccessMode, TrIsolationLevel, TrLockResolution, TransactionConfiguration,
};
use rsfbclient::{Charset, FbError, SimpleConnection, SqlType};

pub use self::batch::{Batch, Block};
pub use self::load::Load;
pub use self::relay::Interrupt;
pub use self::settings::{CharsetChoice, ConnectionSettings, Driver};
pub use self::value::{Column, ColumnKey, ColumnKind, Row, Value, literal};
pub use crate::ports::erp::DatabaseError;

use self::relay::Relay;

/// More parameters than this are refused.
pub const MAX_PARAMETERS: usize = 500;
/// Prepared statements kept per connection.
pub const STATEMENT_CACHE: usize = 40;
/// Logging off must not hold the program up.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// Kind of a transaction. All are snapshots: they see the database as it was at their begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// Reads only; never blocks and is never blocked.
    ReadSnapshot,
    /// Writes; a row that another transaction holds is a [`DatabaseError::Conflict`] at once.
    Write,
    /// Writes; waits so many seconds for a row that another transaction holds, then [`DatabaseError::Conflict`].
    WriteWait(u32),
}

impl From<Transaction> for TransactionConfiguration {
    fn from(kind: Transaction) -> Self {
        TransactionConfiguration {
            data_access: match kind {
                Transaction::ReadSnapshot => TrDataAccessMode::ReadOnly,
                _ => TrDataAccessMode::ReadWrite,
            },
            isolation: TrIsolationLevel::Concurrency,
            lock_resolution: match kind {
                Transaction::WriteWait(seconds) => TrLockResolution::Wait(Some(seconds)),
                _ => TrLockResolution::NoWait,
            },
        }
    }
}

/// A connection. Statements outside [`Self::begin`] and [`Self::commit`] get a transaction of their own.
pub struct Connection {
    /// `None` once broken.
    client: Option<SimpleConnection>,
    relay: Option<Relay>,
    settings: ConnectionSettings,
    charset: Charset,
    in_transaction: bool,
    /// Why it broke, for calls that come after.
    broken: Option<DatabaseError>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("settings", &self.settings)
            .field("charset", &self.charset)
            .field("in_transaction", &self.in_transaction)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Begins a transaction.
    ///
    /// # Errors
    /// [`DatabaseError`]; [`DatabaseError::Other`] when one is open already.
    pub fn begin(&mut self, kind: Transaction) -> Result<(), DatabaseError> {
        if self.in_transaction {
            return Err(misuse("a transaction is open already"));
        }
        self.call("begin", |client| client.begin_transaction_config(kind.into()))?;
        self.in_transaction = true;
        Ok(())
    }

    /// Commits. When this fails for want of an answer ([`DatabaseError::ConnectionLost`],
    /// [`DatabaseError::TimedOut`]) nobody knows whether the server did: look.
    ///
    /// # Errors
    /// [`DatabaseError`]; the transaction is over in any case.
    pub fn commit(&mut self) -> Result<(), DatabaseError> {
        self.in_transaction = false;
        self.call("commit", SimpleConnection::commit)
    }

    /// Takes everything back since [`Self::begin`].
    ///
    /// # Errors
    /// [`DatabaseError`]; the server takes it back by itself when the connection is lost.
    pub fn rollback(&mut self) -> Result<(), DatabaseError> {
        self.in_transaction = false;
        self.call("rollback", SimpleConnection::rollback)
    }

    /// A transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// All rows of a SELECT.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        self.query_each(sql, parameters, &mut |row| {
            rows.push(row.take());
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// Rows of a SELECT one by one, in constant memory: each in the place of the one before. `Break` ends it early. The
    /// time limit counts anew for every block of rows that is fetched.
    ///
    /// # Errors
    /// [`DatabaseError`]; rows may have been handed out before.
    pub fn query_each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        each: &mut dyn FnMut(&mut Row) -> ControlFlow<()>,
    ) -> Result<(), DatabaseError> {
        let parameters = self.checked(sql, parameters)?;
        self.within(Transaction::ReadSnapshot, |connection| {
            let limit = connection.settings.query_timeout;
            let relay = connection.relay.as_ref();
            let client = connection
                .client
                .as_mut()
                .ok_or_else(|| FbError::from("closed"))?;
            let arm = |on: bool| {
                if let Some(relay) = relay {
                    if on {
                        relay.arm(limit, "query")
                    } else {
                        relay.disarm()
                    }
                }
            };
            arm(true);
            let mut rows = client.query_iter::<_, rsfbclient::Row>(sql, parameters)?;
            let mut current: Option<Row> = None;
            loop {
                arm(true);
                let next = rows.next();
                arm(false);
                let Some(row) = next else { break };
                let columns = row?.cols;
                let row = current.get_or_insert_with(|| {
                    let names = columns.iter().map(|c| Arc::clone(&c.name)).collect();
                    Row::new(names, Vec::with_capacity(columns.len()))
                });
                row.fill(columns.into_iter().map(|column| Value::from_sql(column.value)));
                if each(row).is_break() {
                    break;
                }
            }
            // Closing the cursor may want an answer, too.
            arm(true);
            drop(rows);
            arm(false);
            Ok(())
        })
    }

    /// Columns of a SELECT without parameters, without reading a row. In messages of the server the text of `select`
    /// begins at line 2.
    ///
    /// # Errors
    /// [`DatabaseError`] when the server refuses the text.
    pub fn describe(&mut self, select: &str) -> Result<Vec<Column>, DatabaseError> {
        let sql = format!(
            "SELECT q.* FROM rdb$database d LEFT JOIN (SELECT FIRST 0 s.* FROM (\n{select}\n) s) q ON 1 = 1"
        );
        let parameters = self.checked(&sql, &[])?;
        let native = self.settings.is_native();
        // The clients name columns only in rows: the outer join makes one that is all null.
        self.within(Transaction::ReadSnapshot, |connection| {
            connection.timed("statement", |client| {
                let row = client
                    .query_iter::<_, rsfbclient::Row>(&sql, parameters)?
                    .next()
                    .transpose()?;
                let columns = row.map(|row| row.cols).unwrap_or_default();
                Ok(columns
                    .into_iter()
                    .map(|column| Column {
                        kind: ColumnKind::from_raw(column.raw_type, native),
                        name: column.name,
                    })
                    .collect())
            })
        })
    }

    /// One statement that gives no rows; tells how many rows it touched.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, DatabaseError> {
        let parameters = self.checked(sql, parameters)?;
        self.within(Transaction::Write, |connection| {
            connection.timed("statement", |client| client.execute(sql, parameters))
        })
    }

    /// `INSERT ... RETURNING` or `EXECUTE PROCEDURE`: the one row that it gives.
    ///
    /// # Errors
    /// [`DatabaseError`]; [`DatabaseError::Other`] for `UPDATE` and `DELETE`, which may touch no row.
    pub fn query_returning(&mut self, sql: &str, parameters: &[Value]) -> Result<Row, DatabaseError> {
        let first = sql.split_whitespace().next().unwrap_or_default();
        if !["INSERT", "EXECUTE"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
        {
            return Err(misuse("RETURNING is for INSERT only"));
        }
        let parameters = self.checked(sql, parameters)?;
        self.within(Transaction::Write, |connection| {
            let row: rsfbclient::Row =
                connection.timed("statement", |client| client.execute_returnable(sql, parameters))?;
            let names = row.cols.iter().map(|c| Arc::clone(&c.name)).collect();
            Ok(Row::new(
                names,
                row.cols
                    .into_iter()
                    .map(|column| Value::from_sql(column.value))
                    .collect(),
            ))
        })
    }

    /// A statement whose text does not come again.
    pub(super) fn execute_once(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.execute(sql, &[]).map(drop)
    }

    /// Runs `work` in a transaction that does not wait for locks: commits on `Ok`, takes back on `Err`.
    ///
    /// # Errors
    /// Those of `work`, and of begin and commit.
    pub fn with_write<T, E: From<DatabaseError>>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with_transaction(Transaction::Write, work)
    }

    /// The same with a transaction of any kind.
    ///
    /// # Errors
    /// Those of `work`, and of begin and commit.
    pub fn with_transaction<T, E: From<DatabaseError>>(
        &mut self,
        kind: Transaction,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(kind)?;
        match work(self) {
            Ok(value) => {
                self.commit()?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one that tells; a broken connection is taken back by the server.
                let _ = self.rollback();
                Err(error)
            }
        }
    }

    /// Moves it elsewhere; what stays behind is closed.
    pub(super) fn take(&mut self) -> Self {
        Connection {
            client: self.client.take(),
            relay: self.relay.take(),
            settings: self.settings.clone(),
            charset: self.charset.clone(),
            in_transaction: std::mem::take(&mut self.in_transaction),
            broken: self.broken.take(),
        }
    }

    /// It was closed after an error that left it out of step, a time limit, or a loss: open another.
    pub fn is_broken(&self) -> bool {
        self.client.is_none()
    }

    /// What it was opened with.
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// Firebird's name of the character set spoken.
    pub fn charset(&self) -> &'static str {
        self.charset.on_firebird
    }

    /// The server's version, such as `3.0.11`.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn server_version(&mut self) -> Result<String, DatabaseError> {
        let sql = "SELECT rdb$get_context('SYSTEM', 'ENGINE_VERSION') FROM rdb$database";
        self.query(sql, &[])?
            .first()
            .map_or_else(|| Ok(String::new()), |row| row.text(0))
    }

    /// What must hold before anything is sent: half a message cannot be taken back.
    fn checked(&self, sql: &str, parameters: &[Value]) -> Result<Vec<SqlType>, DatabaseError> {
        if sql.len() > batch::MAX_SQL_BYTES {
            return Err(misuse("statement longer than 60 KB"));
        }
        if parameters.len() > MAX_PARAMETERS {
            return Err(misuse("more than 500 parameters"));
        }
        charset::check(&self.charset, sql)?;
        for parameter in parameters {
            if let Value::Text(text) = parameter {
                charset::check(&self.charset, text)?;
            }
        }
        parameters.iter().map(Value::to_sql).collect()
    }

    /// Runs `work` in the open transaction, or in one of its own.
    fn within<T>(
        &mut self,
        kind: Transaction,
        work: impl FnOnce(&mut Self) -> Result<T, FbError>,
    ) -> Result<T, DatabaseError> {
        self.usable()?;
        let own = !self.in_transaction;
        if own {
            self.begin(kind)?;
        }
        let result = work(self);
        if let Some(relay) = &self.relay {
            relay.disarm();
        }
        let result = result.map_err(|error| self.fail(error));
        if own {
            match result {
                Ok(value) => return self.commit().map(|()| value),
                Err(_) => drop(self.rollback()),
            }
        }
        result
    }

    fn call<T>(
        &mut self,
        during: &'static str,
        work: impl FnOnce(&mut SimpleConnection) -> Result<T, FbError>,
    ) -> Result<T, DatabaseError> {
        self.usable()?;
        self.timed(during, work).map_err(|error| self.fail(error))
    }

    fn timed<T>(
        &mut self,
        during: &'static str,
        work: impl FnOnce(&mut SimpleConnection) -> Result<T, FbError>,
    ) -> Result<T, FbError> {
        let client = self.client.as_mut().ok_or_else(|| FbError::from("closed"))?;
        if let Some(relay) = &self.relay {
            relay.arm(self.settings.query_timeout, during);
        }
        let result = work(client);
        if let Some(relay) = &self.relay {
            relay.disarm();
        }
        result
    }

    fn usable(&mut self) -> Result<(), DatabaseError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        if self.settings.interrupt.is_tripped() {
            self.give_up(DatabaseError::Interrupted);
            return Err(DatabaseError::Interrupted);
        }
        Ok(())
    }

    /// Maps an error; closes the connection when it cannot be trusted any more.
    fn fail(&mut self, error: FbError) -> DatabaseError {
        let out_of_step = matches!(error, FbError::Other(_) | FbError::Io(_));
        let cut = self.relay.as_ref().and_then(Relay::why_cut);
        let error = error::map(error, &self.settings, cut, false);
        let lost = matches!(
            error,
            DatabaseError::ConnectionLost { .. }
                | DatabaseError::TimedOut { .. }
                | DatabaseError::Interrupted
        );
        if out_of_step || lost {
            self.give_up(error.clone());
        }
        error
    }

    fn give_up(&mut self, why: DatabaseError) {
        self.broken.get_or_insert(why);
        self.in_transaction = false;
        // First the sockets: the client says goodbye when it is dropped and would wait for an answer.
        if let Some(relay) = self.relay.take() {
            relay.close();
        }
        self.client = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            if let Some(relay) = &self.relay {
                relay.arm(CLOSE_LIMIT, "close");
            }
            let _ = client.close();
        }
    }
}

fn misuse(detail: &str) -> DatabaseError {
    DatabaseError::Other {
        code: -1,
        detail: detail.to_owned(),
    }
}
