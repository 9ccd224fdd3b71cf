//! `[database]`, and `[outbox]`, which has the same keys and takes over what it leaves out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::connection_string;
use super::errors::{ConfigProblem, Contradiction, Expected, ProblemKind};
use super::secrets;
use super::section::{Item, Origin, Section};
use super::settings::{Database, Driver, Place};
use super::values::{self, empty, whole_number};
use crate::domain::secret::Secret;

const PORT: u16 = 3050;
const USER: &str = "SYSDBA";
const PASSWORD: &str = "masterkey";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const QUERY_TIMEOUT: Duration = Duration::from_secs(120);

/// A section as read, with what `[outbox]` takes over from it.
pub struct ReadDatabase {
    /// The checked settings.
    pub settings: Database,
    /// Values as TOML, for `config show` of the outbox.
    sources: Vec<(&'static str, String)>,
}

/// What a section leaves out: the same key of `[database]`, else the default.
#[derive(Clone, Copy)]
struct Base<'a>(Option<&'a ReadDatabase>);

impl<'a> Base<'a> {
    fn settings(self) -> Option<&'a Database> {
        self.0.map(|base| &base.settings)
    }

    /// What `config show` says of a key that is taken over.
    fn shown(self, key: &str) -> Option<(&'a str, Origin)> {
        let (_, text) = self.0?.sources.iter().find(|(name, _)| *name == key)?;
        Some((text.as_str(), Origin::Database))
    }

    fn shown_or(self, key: &str, default: &'a str) -> Option<(&'a str, Origin)> {
        self.shown(key).or(Some((default, Origin::Default)))
    }

    fn server(self) -> Option<(&'a str, u16)> {
        match &self.settings()?.place {
            Place::Server { host, port } => Some((host, *port)),
            Place::Embedded => None,
        }
    }
}

/// Reads `[database]`.
pub fn database(section: Section<'_>) -> ReadDatabase {
    read(section, Base(None))
}

/// Reads `[outbox]`: what it leaves out is as in `[database]`, but the path.
pub fn outbox(section: Section<'_>, base: &ReadDatabase) -> Option<Database> {
    if !section.is_given() {
        return None;
    }
    let (line, document) = (section.line(), section.document);
    let outbox = read(section, Base(Some(base))).settings;
    let same = outbox.place == base.settings.place && outbox.path == base.settings.path;
    if same && !outbox.path.is_empty() {
        let key = Some("outbox.path".to_owned());
        document.problem(ConfigProblem {
            line,
            key,
            kind: Contradiction::SameOutbox.into(),
        });
    }
    Some(outbox)
}

fn read(section: Section<'_>, base: Base<'_>) -> ReadDatabase {
    let from = base.settings();
    let (host, port, path) = address(&section, base);
    let (driver, client_library) = client(&section, host.is_some(), base);
    let user = section.optional("user", base.shown_or("user", "\"SYSDBA\""), |item| {
        let text = item.text(Expected::SomeText)?.trim();
        if text.is_empty() {
            Err(empty(Expected::SomeText))
        } else {
            Ok(text.to_owned())
        }
    });
    let default_password = match from {
        Some(from) => (from.password.expose(), Origin::Database),
        None => (PASSWORD, Origin::Default),
    };
    let password = secrets::read(
        &section,
        ["password", "password_env", "password_file"],
        Some(default_password),
    );
    let charset = section.optional("charset", base.shown_or("charset", "\"auto\""), charset);
    let timeout = |key, default| section.optional(key, base.shown_or(key, default), values::duration);
    let connect_timeout = timeout("connect_timeout", "\"10s\"");
    let query_timeout = timeout("query_timeout", "\"120s\"");
    let embedded_root = section.optional("embedded_root", None, |item| item.path(Expected::SomeText));

    let taken_over = [
        "host",
        "port",
        "user",
        "charset",
        "connect_timeout",
        "query_timeout",
    ];
    let sources = taken_over
        .into_iter()
        .filter_map(|key| section.item(key).map(|item| (key, item.source.to_owned())))
        .collect();
    let folder = section.document.folder;
    let settings = Database {
        place: match host {
            None => Place::Embedded,
            Some(host) => Place::Server {
                host,
                port: port.unwrap_or(PORT),
            },
        },
        path,
        user: user.unwrap_or_else(|| from.map_or(USER.to_owned(), |from| from.user.clone())),
        // Without one a problem was noted, and these settings go nowhere.
        password: password.unwrap_or_else(|| Secret::new("")),
        driver,
        client_library: client_library.or_else(|| from?.client_library.clone()),
        charset: charset.unwrap_or_else(|| from?.charset.clone()),
        connect_timeout: connect_timeout
            .or_else(|| Some(from?.connect_timeout))
            .unwrap_or(CONNECT_TIMEOUT),
        query_timeout: query_timeout
            .or_else(|| Some(from?.query_timeout))
            .unwrap_or(QUERY_TIMEOUT),
        embedded_root: embedded_root
            .map(|root| folder.join(root))
            .or_else(|| from?.embedded_root.clone()),
    };
    section.finish();
    ReadDatabase {
        settings: on_this_machine(settings, folder),
        sources,
    }
}

/// Where the database is: a connection string, or fields.
fn address(section: &Section<'_>, base: Base<'_>) -> (Option<String>, Option<u16>, String) {
    let connection = section.optional("connection", None, connection_string::connection);
    let host = section.optional("host", base.shown("host"), |item| {
        item.text(Expected::Text).map(|text| text.trim().to_owned())
    });
    let port: Option<u16> = section.optional("port", base.shown_or("port", "3050"), whole_number(1, 65_535));
    let path = section.optional("path", None, |item| {
        item.path(Expected::DatabasePath)
            .map(|text| text.trim().to_owned())
    });

    let given = |key: &'static str| section.item(key).is_some();
    if given("connection") {
        let fields: Vec<&'static str> = ["host", "port", "path"]
            .into_iter()
            .filter(|key| given(key))
            .collect();
        if !fields.is_empty() {
            let keys = std::iter::once("connection")
                .chain(fields)
                .map(|key| section.full(key))
                .collect();
            let kind = Contradiction::Together { keys }.into();
            section.problem(section.line_of("connection"), "connection", kind);
        }
        return match connection {
            Some(connection) => (connection.host, connection.port, connection.path),
            // Unreadable, and noted: go on as with a server, which contradicts least.
            None => (Some(String::new()), None, String::new()),
        };
    }
    if !given("path") {
        let kind = ProblemKind::Missing {
            expected: Expected::DatabasePath,
        };
        section.problem(section.line(), "path", kind);
    }
    if given("port") && !given("host") && base.server().is_none() {
        section.problem(
            section.line_of("port"),
            "port",
            Contradiction::PortWithoutHost.into(),
        );
    }
    let path = path.unwrap_or_default();
    if holds_a_server(&path) {
        let kind = Contradiction::PathIsConnection {
            suggestion: format!("connection = '{path}'"),
        };
        section.problem(section.line_of("path"), "path", kind.into());
    }
    // `host = ""` says "embedded" where a host would be taken over; one of a wrong type was noted.
    let host = match host {
        Some(host) => Some(host).filter(|host| !host.is_empty()),
        None if given("host") => Some(String::new()),
        None => base.server().map(|(host, _)| host.to_owned()),
    };
    (host, port.or_else(|| Some(base.server()?.1)), path)
}

/// `srv:C:\S4\DADOS.FDB`: a connection string where a path belongs. An alias may hold a colon, a path behind one
/// gives it away.
fn holds_a_server(path: &str) -> bool {
    connection_string::parse(path)
        .is_some_and(|connection| connection.host.is_some() && connection.path.contains(['\\', '/', '.']))
}

/// The client, and the library that it loads.
fn client(section: &Section<'_>, server: bool, base: Base<'_>) -> (Driver, Option<PathBuf>) {
    let words = [("rust", Driver::Rust), ("native", Driver::Native)];
    let library = section.optional("client_library", None, |item| item.path(Expected::SomeText));
    let default = match base.settings() {
        _ if !server => Driver::Native,
        // Who names a library wants it used.
        _ if library.is_some() => Driver::Native,
        Some(base) if section.item("host").is_none() => base.driver,
        _ => Driver::Rust,
    };
    let shown = if default == Driver::Native {
        "\"native\""
    } else {
        "\"rust\""
    };
    let driver = section.optional("driver", Some((shown, Origin::Default)), |item| item.word(&words));
    if driver == Some(Driver::Rust) && !server {
        section.problem(
            section.line_of("driver"),
            "driver",
            Contradiction::RustDriverWithoutHost.into(),
        );
    }
    if driver == Some(Driver::Rust) && library.is_some() {
        let kind = Contradiction::LibraryWithRustDriver.into();
        section.problem(section.line_of("client_library"), "client_library", kind);
    }
    // A bare name is left to the system's search path; anything with a slash counts from the file.
    let library = library.map(|name| match name.contains(['/', '\\']) {
        true => section.document.folder.join(name),
        false => PathBuf::from(name),
    });
    (driver.unwrap_or(default), library)
}

/// An embedded database's path counts from the configuration's folder. An alias (no slash, no dot) stays.
fn on_this_machine(mut database: Database, folder: &Path) -> Database {
    if database.place == Place::Embedded && database.path.contains(['/', '\\', '.']) {
        database.path = folder.join(&database.path).to_string_lossy().into_owned();
    }
    database
}

/// `auto` is `None`; another name is checked for its form only: which sets there are, the server says.
fn charset(item: &Item<'_>) -> Result<Option<String>, ProblemKind> {
    let text = item.text(Expected::Charset)?.trim();
    if text.is_empty()
        || !text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    {
        return Err(ProblemKind::BadValue {
            value: text.to_owned(),
            expected: Expected::Charset,
            nearest: None,
        });
    }
    let plain = text.to_ascii_uppercase().replace('-', "_");
    Ok(match plain.as_str() {
        "AUTO" => None,
        "UTF_8" => Some("UTF8".to_owned()),
        "WINDOWS_1252" | "CP1252" | "WIN_1252" => Some("WIN1252".to_owned()),
        "ISO_8859_1" | "LATIN1" => Some("ISO8859_1".to_owned()),
        _ => Some(plain),
    })
}
