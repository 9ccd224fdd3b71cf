//! Where a database is and how to reach it.

use std::path::PathBuf;
use std::time::Duration;

use super::relay::Interrupt;
use crate::domain::secret::Secret;

/// Which client speaks to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Driver {
    /// The pure Rust client: nothing to install, TCP only, no legacy authentication.
    #[default]
    Rust,
    /// `fbclient`, loaded at run time: embedded databases, servers with legacy authentication only.
    Native,
}

/// The connection's character set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CharsetChoice {
    /// By the database's own: `NONE` and `WIN1252` are read as WIN1252 (what Brazilian ERPs put into both), all others
    /// as UTF8.
    #[default]
    Auto,
    /// As named, such as `WIN1252`.
    Named(String),
    /// NONE: bytes go both ways as they are, and are UTF-8 to the program. For tables whose columns are all ASCII or OCTETS, as
    /// ours: a literal of a UTF8 connection is converted each time that it meets one of them, for every row.
    Bytes,
}

/// One database.
#[derive(Debug, Clone)]
pub struct ConnectionSettings {
    /// Server; `None`: embedded, the file is opened by this process.
    pub host: Option<String>,
    /// TCP port.
    pub port: u16,
    /// Path or alias as the SERVER knows it.
    pub path: String,
    /// User.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// Client. An embedded database always takes the native one.
    pub driver: Driver,
    /// Path of `fbclient`; `None`: the system's.
    pub client_library: Option<String>,
    /// Character set of the connection.
    pub charset: CharsetChoice,
    /// Limit of everything up to the finished login.
    pub connect_timeout: Duration,
    /// Limit of one statement, of one fetched block of rows, of one commit.
    pub query_timeout: Duration,
    /// Folder of a private Firebird root for embedded use, see [`embedded`](crate::adapters::firebird::embedded).
    pub embedded_root: Option<PathBuf>,
    /// Breaks blocking calls over TCP; clones of the settings share it.
    pub interrupt: Interrupt,
}

impl ConnectionSettings {
    /// Firebird's defaults: `SYSDBA`/`masterkey`, port 3050, 10 s to connect, 120 s a statement.
    pub fn new(host: Option<&str>, path: impl Into<String>) -> Self {
        ConnectionSettings {
            host: host.map(str::to_owned),
            port: 3050,
            path: path.into(),
            user: "SYSDBA".to_owned(),
            password: Secret::new("masterkey"),
            driver: Driver::Rust,
            client_library: None,
            charset: CharsetChoice::Auto,
            connect_timeout: Duration::from_secs(10),
            query_timeout: Duration::from_secs(120),
            embedded_root: None,
            interrupt: Interrupt::default(),
        }
    }

    /// For people: `host:port`, or the file of an embedded database. Never the password.
    pub fn address(&self) -> String {
        match &self.host {
            Some(host) => format!("{host}:{}", self.port),
            None => self.path.clone(),
        }
    }

    /// The same database out of reach of Ctrl-C: for recording what has happened already.
    pub fn uninterrupted(&self) -> Self {
        ConnectionSettings {
            interrupt: Interrupt::default(),
            ..self.clone()
        }
    }

    /// `fbclient` as the loader is to find it.
    pub fn library(&self) -> &str {
        const SYSTEM: &str = if cfg!(windows) {
            "fbclient.dll"
        } else if cfg!(target_os = "macos") {
            "libfbclient.dylib"
        } else {
            "libfbclient.so.2"
        };
        self.client_library.as_deref().unwrap_or(SYSTEM)
    }

    pub(super) fn is_native(&self) -> bool {
        self.host.is_none() || self.driver == Driver::Native
    }
}
