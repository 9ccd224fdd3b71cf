//! The server's words -> an error that asks for one remedy.
//!
//! The clients give no gds codes (the native one gives the SQL code, the pure Rust one mostly -1), so the text
//! decides. Firebird's messages are English whatever the locale.

use rsfbclient::FbError;

use super::relay::Cut;
use super::settings::{ConnectionSettings, Driver};
use crate::ports::erp::DatabaseError;

/// An error of the client library in our words. `connecting`: it came up before the login was finished.
pub(super) fn map(
    error: FbError,
    settings: &ConnectionSettings,
    cut: Option<Cut>,
    connecting: bool,
) -> DatabaseError {
    match cut {
        Some(Cut::TimedOut(limit, during)) => {
            return DatabaseError::TimedOut {
                limit,
                during: during.to_owned(),
            };
        }
        Some(Cut::Interrupted) => return DatabaseError::Interrupted,
        None => {}
    }
    let (code, detail) = match error {
        FbError::Io(error) => {
            return DatabaseError::ConnectionLost {
                detail: error.to_string(),
            };
        }
        FbError::Sql { code, msg } => (code, msg.trim().to_owned()),
        FbError::Other(msg) => (-1, msg.trim().to_owned()),
    };
    classify(code, scrub(&detail), settings, connecting)
}

/// Takes the values of rows out of the server's text: it ends up in logs.
fn scrub(detail: &str) -> String {
    let mut lines = Vec::new();
    for line in detail.lines() {
        // `Problematic key value is ("ID" = 1)`, `conversion error from string "12,5"`
        if line.starts_with("Problematic key value") {
            continue;
        }
        match line.find("conversion error from string") {
            Some(at) => lines.push(format!("{}conversion error from string \"***\"", &line[..at])),
            None => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.join("\n")
}

fn classify(code: i32, detail: String, settings: &ConnectionSettings, connecting: bool) -> DatabaseError {
    let text = detail.to_lowercase();
    let says = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    let address = || settings.address();

    if says(&["user name and password are not defined", "contauth"]) {
        return DatabaseError::LoginFailed {
            user: settings.user.clone(),
            address: address(),
            detail,
        };
    }
    if connecting {
        if says(&[
            "incompatible wire encryption",
            "error occurred during login",
            "legacy_auth",
            "auth plugin",
        ]) || (says(&["unavailable database"])
            && settings.host.is_some()
            && settings.driver == Driver::Rust)
        {
            return DatabaseError::DriverUnsuited { detail };
        }
        if says(&[
            "already opened with engine instance",
            "lock manager",
            "file is in use",
            "is used by another",
        ]) {
            return DatabaseError::InUse { detail };
        }
        if says(&[
            "i/o error",
            "unavailable database",
            "error while trying to open file",
            "no such file",
        ]) {
            return DatabaseError::NoSuchDatabase {
                address: address(),
                path: settings.path.clone(),
                detail,
            };
        }
    }
    if says(&[
        "transliterat",
        "character set",
        "malformed string",
        "found column with an invalid",
        "found param with an invalid",
        "doesn't represent any charset",
    ]) {
        return DatabaseError::Charset { detail };
    }
    if says(&["no permission", "there is no privilege"]) {
        return DatabaseError::Permission { detail };
    }
    if says(&[
        "violation of primary or unique key",
        "attempt to store duplicate value",
    ]) {
        return DatabaseError::Duplicate { detail };
    }
    if says(&["update conflicts", "lock conflict", "deadlock", "lock time-out"]) {
        return DatabaseError::Conflict { detail };
    }
    if says(&[
        "connection shutdown",
        "connection lost",
        "error reading data from the connection",
        "error writing data to the connection",
        "connection reset",
        "broken pipe",
        "connection closed",
        "connection rejected by remote interface",
    ]) {
        return DatabaseError::ConnectionLost { detail };
    }
    if says(&["already opened with engine instance", "is used by another"]) {
        return DatabaseError::InUse { detail };
    }
    if says(&["i/o error", "no space left", "disk full"]) {
        return DatabaseError::Io { detail };
    }
    DatabaseError::Other { code, detail }
}
