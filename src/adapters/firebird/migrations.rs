//! The WA_* tables, made and upgraded step by step (`wa-notify init`).
//!
//! Each migration is one transaction that first takes its number in WA_SCHEMA (the primary key lets one of several
//! `init`s win) and then changes the tables; DDL is transactional in Firebird, so a crash leaves the version before.
//! Only the two tables of `0000_schema.sql` are made beforehand, since rows cannot be written in the transaction that
//! creates their table.
//!
//! Who runs `init` must be allowed to create tables. Who runs the rest needs only, granted by the site: SELECT, INSERT,
//! UPDATE and DELETE on all WA_* tables, and USAGE on the sequences WA_RUN_ID, WA_NOTICE_ID, WA_ROW_ID and WA_EVENT_ID.

use std::time::Duration;

use super::connection::{Connection, DatabaseError, Transaction};
use crate::ports::outbox::OutboxError;

/// Version that this program knows.
pub const KNOWN: u32 = MIGRATIONS.len() as u32;

const SCHEMA: &str = include_str!("../../../sql/migrations/0000_schema.sql");
/// Number n of the list makes version n + 1. Files that were released are never changed.
const MIGRATIONS: &[&str] = &[include_str!("../../../sql/migrations/0001_outbox.sql")];

/// How long one `init` waits for another that is at work.
const PEER_SECONDS: u32 = 30;
/// How often it looks whether the other has made the first tables.
const PEER_LOOKS: u32 = 40;

/// What [`migrate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Version found; 0: none.
    pub found: u32,
    /// Version now.
    pub now: u32,
    /// Migrations applied by this call, by number.
    pub applied: Vec<u32>,
}

/// Brings the tables to [`KNOWN`]. A second call changes nothing; several at once do the work once. Give it a
/// connection of its own, outside any transaction.
///
/// # Errors
/// [`OutboxError::SchemaTooNew`]; [`OutboxError::Dialect1`]; all that the server may say.
pub fn migrate(connection: &mut Connection) -> Result<MigrationReport, OutboxError> {
    let dialect = connection.query("SELECT CAST(MON$SQL_DIALECT AS INTEGER) FROM MON$DATABASE", &[])?;
    if dialect.first().map(|row| row.int(0)).transpose()? == Some(1) {
        return Err(OutboxError::Dialect1);
    }
    ensure_schema_tables(connection)?;
    let found = version(connection)?.unwrap_or(0);
    if found > KNOWN {
        return Err(OutboxError::SchemaTooNew { found, known: KNOWN });
    }
    let mut applied = Vec::new();
    for (sql, number) in MIGRATIONS.iter().zip(1u32..).skip(found as usize) {
        if apply(connection, number, sql)? {
            applied.push(number);
        }
    }
    let now = version(connection)?.unwrap_or(0);
    Ok(MigrationReport { found, now, applied })
}

/// Version of the tables; `None`: `init` was never run to its end.
///
/// # Errors
/// [`DatabaseError`].
pub fn version(connection: &mut Connection) -> Result<Option<u32>, DatabaseError> {
    if !has_schema_tables(connection)? {
        return Ok(None);
    }
    let rows = connection.query("SELECT MAX(VERSION) FROM WA_SCHEMA", &[])?;
    let version = rows.first().map(|row| row.opt_int(0)).transpose()?.flatten();
    Ok(version.and_then(|version| u32::try_from(version).ok()))
}

/// The tables are there and of this program's version.
///
/// # Errors
/// [`OutboxError::NotInitialised`], [`OutboxError::SchemaTooOld`], [`OutboxError::SchemaTooNew`].
pub fn check(connection: &mut Connection) -> Result<(), OutboxError> {
    match version(connection)? {
        None => Err(OutboxError::NotInitialised),
        Some(found) if found < KNOWN => Err(OutboxError::SchemaTooOld { found, known: KNOWN }),
        Some(found) if found > KNOWN => Err(OutboxError::SchemaTooNew { found, known: KNOWN }),
        Some(_) => Ok(()),
    }
}

/// Commits reach the disk before the server says so. Without it a power cut can take back what was sent already, and
/// the promise does not hold.
///
/// # Errors
/// [`DatabaseError`].
pub fn forced_writes(connection: &mut Connection) -> Result<bool, DatabaseError> {
    let rows = connection.query("SELECT CAST(MON$FORCED_WRITES AS INTEGER) FROM MON$DATABASE", &[])?;
    Ok(rows.first().map(|row| row.int(0)).transpose()? == Some(1))
}

fn has_schema_tables(connection: &mut Connection) -> Result<bool, DatabaseError> {
    let sql = "SELECT COUNT(*) FROM RDB$RELATIONS WHERE RDB$RELATION_NAME IN ('WA_SCHEMA', 'WA_META')";
    let rows = connection.query(sql, &[])?;
    Ok(rows.first().map(|row| row.int(0)).transpose()? == Some(2))
}

/// Another `init` may be creating the same tables at this moment; whoever loses sees them a moment later.
fn ensure_schema_tables(connection: &mut Connection) -> Result<(), DatabaseError> {
    let mut looks = 0;
    while !has_schema_tables(connection)? {
        let made = connection.with_transaction(Transaction::WriteWait(PEER_SECONDS), |connection| {
            statements(SCHEMA)
                .iter()
                .try_for_each(|sql| connection.execute(sql, &[]).map(drop))
        });
        match made {
            Ok(()) => {}
            Err(error) if looks == PEER_LOOKS || connection.is_broken() || is_final(&error) => {
                return Err(error);
            }
            Err(_) => {
                looks += 1;
                nap(Duration::from_millis(100));
            }
        }
    }
    Ok(())
}

/// `false`: another `init` did it meanwhile.
fn apply(connection: &mut Connection, number: u32, sql: &str) -> Result<bool, OutboxError> {
    let take = "INSERT INTO WA_SCHEMA (VERSION, APPLIED_AT, PROGRAM) VALUES (?, LOCALTIMESTAMP, ?)";
    let program = concat!("wa-notify ", env!("CARGO_PKG_VERSION"));
    let mut looks = 0;
    loop {
        let mut taken = false;
        let done = connection.with_transaction(Transaction::WriteWait(PEER_SECONDS), |connection| {
            connection.execute(take, &[number.into(), program.into()])?;
            taken = true;
            if number == 1 {
                let identity = "INSERT INTO WA_META (META_KEY, META_VALUE) \
                                SELECT 'identity', UUID_TO_CHAR(GEN_UUID()) FROM RDB$DATABASE";
                connection.execute(identity, &[])?;
            }
            statements(sql)
                .iter()
                .try_for_each(|sql| connection.execute(sql, &[]).map(drop))
        });
        match done {
            Ok(()) => return Ok(true),
            // The number is another's, or the other's tables stand in our way.
            Err(DatabaseError::Duplicate { .. } | DatabaseError::Conflict { .. }) if !taken => {}
            Err(DatabaseError::Conflict { .. }) if looks < PEER_LOOKS => {}
            Err(error) => return Err(error.into()),
        }
        if version(connection)?.is_some_and(|version| version >= number) {
            return Ok(false);
        }
        if looks == PEER_LOOKS {
            return Err(OutboxError::Database(DatabaseError::Conflict {
                detail: format!("another init has been at migration {number} for long"),
            }));
        }
        looks += 1;
        nap(Duration::from_millis(100));
    }
}

/// No other `init` is the cause of these.
fn is_final(error: &DatabaseError) -> bool {
    matches!(
        error,
        DatabaseError::Permission { .. } | DatabaseError::Io { .. } | DatabaseError::Interrupted
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "bounded wait for another init; part of one call to the database"
)]
fn nap(duration: Duration) {
    std::thread::sleep(duration);
}

/// The statements of a script, without comments; understands isql's SET TERM, so that triggers can be written and the
/// same file be run by isql.
fn statements(script: &str) -> Vec<String> {
    let mut terminator = ";".to_owned();
    let mut out = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        if !quoted && rest.starts_with("--") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        }
        if !quoted && rest.starts_with(terminator.as_str()) {
            rest = &rest[terminator.len()..];
            let statement = std::mem::take(&mut current).trim().to_owned();
            match statement.strip_prefix("SET TERM ") {
                Some(next) => terminator = next.trim().to_owned(),
                None if statement.is_empty() => {}
                None => out.push(statement),
            }
            continue;
        }
        quoted ^= c == '\'';
        current.push(c);
        rest = &rest[c.len_utf8()..];
    }
    let statement = current.trim();
    if !statement.is_empty() {
        out.push(statement.to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_fall_into_statements_as_isql_sees_them() {
        let script = "-- a; comment\nCREATE TABLE A (B VARCHAR(9) DEFAULT 'x;--y'); -- end\nSET TERM ^ ;\n\
                      CREATE TRIGGER T AS\nBEGIN\n  X = 1;\nEND^\nSET TERM ; ^\nDROP TABLE C";
        assert_eq!(
            statements(script),
            [
                "CREATE TABLE A (B VARCHAR(9) DEFAULT 'x;--y')",
                "CREATE TRIGGER T AS\nBEGIN\n  X = 1;\nEND",
                "DROP TABLE C",
            ]
        );
    }

    #[test]
    fn every_text_column_names_its_character_set() {
        for sql in [SCHEMA, MIGRATIONS[0]].into_iter().flat_map(statements) {
            for line in sql.lines().filter(|line| line.contains("CHAR(")) {
                assert!(line.contains("CHARACTER SET"), "{line}");
            }
        }
    }
}
