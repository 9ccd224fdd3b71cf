//! The tables one by one, and what contradicts what.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::errors::{ConfigProblem, Contradiction, Expected, ProblemKind};
use super::secrets::{self, Env};
use super::section::{Document, Item, Origin, Section};
use super::settings::{
    Calendar, Database, Driver, Features, Gateway, GatewayKind, Log, LogLevel, Place, Replies, Sending,
    Settings, Source, Treatment,
};
use super::values;
use crate::domain::calendar::SendingCalendar;
use crate::domain::ids::InstanceId;
use crate::domain::lang::Lang;
use crate::domain::pacing::Pace;
use crate::domain::policy::NoticeKinds;
use crate::domain::secret::Secret;

/// Checks a parsed file.
///
/// # Errors
/// Every problem, in the order of the file.
pub fn settings<'a>(
    text: &'a str,
    table: &'a DeTable<'a>,
    path: &Path,
    env: &Env<'_>,
) -> Result<Settings, Vec<ConfigProblem>> {
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let document = Document::new(text, &folder, env);
    let (lang, database, outbox, source, gateway, features, pacing, replies, calendar, log);
    let mut sending;
    {
        let root = Section::root(&document, table);
        lang = root.optional("lang", None, |item| {
            item.word(&Lang::ALL.map(|lang| (lang.tag(), lang)))
        });
        database = database_section(root.section("database"), None);
        outbox = outbox_section(root.section("outbox"), &database);
        source = source_section(root.section("source"));
        gateway = gateway_section(root.section("gateway"));
        features = features_section(root.section("features"));
        (sending, pacing, replies) = settings_section(root.section("settings"));
        calendar = calendar_section(root.section("calendar"));
        sending.window.extra = calendar.extra_holidays.clone();
        log = log_section(root.section("log"));
        root.finish();
    }
    let effective = document.finish()?;
    Ok(Settings {
        file: path.to_owned(),
        lang,
        database: database.settings,
        outbox,
        source,
        gateway,
        features,
        sending,
        pacing,
        replies,
        calendar,
        log,
        effective,
    })
}

/// Where a key that stands in the wrong section belongs. Only keys that people look for elsewhere.
pub fn section_of(key: &str) -> Option<&'static str> {
    const HOMES: [(&str, &[&str]); 7] = [
        (
            "database",
            &[
                "host",
                "port",
                "path",
                "user",
                "password",
                "driver",
                "charset",
                "client_library",
            ],
        ),
        ("gateway", &["kind", "url", "api_key", "instance"]),
        (
            "features",
            &["notices", "message", "max_boletos", "require_boleto", "send_code"],
        ),
        (
            "settings",
            &[
                "send_at",
                "time_zone",
                "window",
                "expire_after_days",
                "min_days_between",
                "first_runs_limit",
                "default_area_code",
            ],
        ),
        (
            "settings.pacing",
            &["part_gap", "contact_gap", "daily_cap", "warm_up"],
        ),
        (
            "settings.replies",
            &["treatment", "reply_window_days", "forward_to"],
        ),
        (
            "calendar",
            &["extra_holidays", "grace_business_days", "max_bank_return_age"],
        ),
    ];
    HOMES
        .iter()
        .find(|(_, keys)| keys.contains(&key))
        .map(|(section, _)| *section)
}

/// `[database]` as read, with what `[outbox]` inherits.
struct ReadDatabase {
    settings: Database,
    /// Values as TOML, for `config show` of the outbox.
    sources: Vec<(&'static str, String)>,
}

fn whole_number<T: TryFrom<i64>>(min: i64, max: i64) -> impl Fn(&Item<'_>) -> Result<T, ProblemKind> {
    move |item| {
        let value = item.integer(min, max)?;
        T::try_from(value).map_err(|_| ProblemKind::OutOfRange { value, min, max })
    }
}

/// A password or key: `name`, `name_env` or `name_file`. Never shown.
fn secret(
    section: &Section<'_>,
    names: [&'static str; 3],
    default: Option<(&str, Origin)>,
) -> Option<Secret> {
    let given: Vec<&'static str> = names
        .into_iter()
        .filter(|name| section.item(name).is_some())
        .collect();
    if given.len() > 1 {
        let keys = given.iter().map(|key| section.full(key)).collect();
        section.problem(
            section.line_of(given[1]),
            given[1],
            Contradiction::Together { keys }.into(),
        );
        return None;
    }
    let Some(key) = given.first().copied() else {
        let origin = default.map_or(Origin::Default, |(_, origin)| origin);
        section.note(names[0], default.map(|_| "\"***\"".to_owned()), origin);
        return default.map(|(secret, _)| Secret::new(secret));
    };
    let item = section.item(key)?;
    let read = if key == names[1] {
        item.text(Expected::SomeText)
            .and_then(|name| secrets::from_env(name.trim(), section.document.env))
    } else if key == names[2] {
        item.path(Expected::SomeText)
            .and_then(|name| secrets::from_file(name.trim(), section.document.folder))
    } else {
        item.text(Expected::Text).map(Secret::new)
    };
    match read {
        Ok(secret) => {
            let shown = if key == names[0] {
                "\"***\"".to_owned()
            } else {
                item.source.to_owned()
            };
            section.note(key, Some(shown), Origin::Line(item.line));
            Some(secret)
        }
        Err(kind) => {
            section.problem(Some(item.line), key, kind);
            None
        }
    }
}

const DATABASE_KEYS: [&str; 7] = [
    "host",
    "port",
    "user",
    "charset",
    "connect_timeout",
    "query_timeout",
    "driver",
];

/// Reads `[database]`, or `[outbox]` with what it takes over from `base`.
fn database_section(section: Section<'_>, base: Option<&ReadDatabase>) -> ReadDatabase {
    let inherited = |key: &str| {
        base.and_then(|base| base.sources.iter().find(|(name, _)| *name == key))
            .map(|(_, text)| (text.as_str(), Origin::Database))
    };
    let shown = |key: &str, default: &'static str| inherited(key).or(Some((default, Origin::Default)));
    let from = base.map(|base| &base.settings);

    // Where: a connection string, or fields.
    let connection = section.optional("connection", None, values::connection);
    let given_fields: Vec<&'static str> = ["host", "port", "path"]
        .into_iter()
        .filter(|key| section.item(key).is_some())
        .collect();
    if let (Some(line), false) = (section.line_of("connection"), given_fields.is_empty()) {
        let keys = std::iter::once("connection").chain(given_fields.iter().copied());
        let keys = keys.map(|key| section.full(key)).collect();
        section.problem(Some(line), "connection", Contradiction::Together { keys }.into());
    }
    let host = section.optional("host", inherited("host"), |item| {
        item.text(Expected::Text).map(|text| text.trim().to_owned())
    });
    let port: Option<u16> = section.optional("port", shown("port", "3050"), whole_number(1, 65_535));
    let path = section.optional("path", None, |item| {
        item.path(Expected::DatabasePath)
            .map(|text| text.trim().to_owned())
    });

    let (mut base_host, mut base_port) = (None, None);
    if let Some(Database {
        place: Place::Server { host, port },
        ..
    }) = from
    {
        (base_host, base_port) = (Some(host.clone()), Some(*port));
    }
    let (host, port, path) = match connection {
        Some(connection) => (connection.host, connection.port, connection.path),
        None => {
            let missing =
                path.is_none() && section.item("path").is_none() && section.item("connection").is_none();
            if missing {
                let expected = Expected::DatabasePath;
                section.problem(section.line(), "path", ProblemKind::Missing { expected });
            }
            let host_given = host.is_some() || section.item("host").is_some();
            if section.item("port").is_some() && !host_given && base_host.is_none() {
                section.problem(
                    section.line_of("port"),
                    "port",
                    Contradiction::PortWithoutHost.into(),
                );
            }
            // `host = ""` says "embedded" where a host would be inherited.
            let host = host.or(base_host).filter(|host| !host.is_empty());
            (host, port.or(base_port), path.unwrap_or_default())
        }
    };
    // A Windows path never has more than one letter before its colon.
    if let Some(item) = section
        .item("path")
        .filter(|_| section.item("connection").is_none())
    {
        if let Some(other) = values::parse_connection(&path).filter(|other| other.host.is_some()) {
            let looks = other.path.contains(['\\', '/']) || other.path.contains('.');
            if looks {
                let suggestion = format!("connection = '{path}'");
                section.problem(
                    Some(item.line),
                    "path",
                    Contradiction::PathIsConnection { suggestion }.into(),
                );
            }
        }
    }

    // With which client.
    let words = [("rust", Driver::Rust), ("native", Driver::Native)];
    let default_driver = match (&host, from) {
        (None, _) => Driver::Native,
        (Some(_), Some(from)) if section.item("host").is_none() => from.driver,
        _ => Driver::Rust,
    };
    let driver_text = if default_driver == Driver::Native {
        "\"native\""
    } else {
        "\"rust\""
    };
    let driver = section.optional("driver", Some((driver_text, Origin::Default)), |item| {
        item.word(&words)
    });
    if driver == Some(Driver::Rust) && host.is_none() {
        let kind = Contradiction::RustDriverWithoutHost.into();
        section.problem(section.line_of("driver"), "driver", kind);
    }
    let client_library = section.optional("client_library", None, |item| item.path(Expected::SomeText));
    let driver = driver.unwrap_or(if client_library.is_some() && section.item("driver").is_none() {
        // Who names a library wants it used.
        Driver::Native
    } else {
        default_driver
    });
    if client_library.is_some() && driver == Driver::Rust {
        let kind = Contradiction::LibraryWithRustDriver.into();
        section.problem(section.line_of("client_library"), "client_library", kind);
    }
    // A bare name is left to the system's search path; anything with a slash counts from the file.
    let client_library = client_library.map(|name| {
        if name.contains(['/', '\\']) {
            section.document.folder.join(name)
        } else {
            PathBuf::from(name)
        }
    });

    // As whom.
    let user = section.optional("user", shown("user", "\"SYSDBA\""), |item| {
        let text = item.text(Expected::SomeText)?.trim();
        if text.is_empty() {
            Err(empty(Expected::SomeText))
        } else {
            Ok(text.to_owned())
        }
    });
    let names = ["password", "password_env", "password_file"];
    let default = from.map_or(("masterkey", Origin::Default), |from| {
        (from.password.expose(), Origin::Database)
    });
    let password = secret(&section, names, Some(default));

    // And how.
    let charset = section.optional("charset", shown("charset", "\"auto\""), charset);
    let connect_timeout = section.optional(
        "connect_timeout",
        shown("connect_timeout", "\"10s\""),
        values::duration,
    );
    let query_timeout = section.optional(
        "query_timeout",
        shown("query_timeout", "\"120s\""),
        values::duration,
    );
    let embedded_root = section.optional("embedded_root", None, |item| item.path(Expected::SomeText));

    let sources = DATABASE_KEYS
        .iter()
        .filter_map(|key| section.item(key).map(|item| (*key, item.source.to_owned())))
        .collect();
    let folder = section.document.folder;
    let default_charset = || from.and_then(|from| from.charset.clone());
    let settings = Database {
        place: match host {
            None => Place::Embedded,
            Some(host) => Place::Server {
                host,
                port: port.unwrap_or(3050),
            },
        },
        path,
        user: user.unwrap_or_else(|| from.map_or("SYSDBA".to_owned(), |from| from.user.clone())),
        password: password.unwrap_or_else(|| Secret::new("")),
        driver,
        client_library: client_library.or_else(|| from.and_then(|from| from.client_library.clone())),
        charset: charset.unwrap_or_else(default_charset),
        connect_timeout: connect_timeout
            .unwrap_or_else(|| from.map_or(std::time::Duration::from_secs(10), |from| from.connect_timeout)),
        query_timeout: query_timeout
            .unwrap_or_else(|| from.map_or(std::time::Duration::from_secs(120), |from| from.query_timeout)),
        embedded_root: embedded_root
            .map(|root| folder.join(root))
            .or_else(|| from.and_then(|from| from.embedded_root.clone())),
    };
    section.finish();
    ReadDatabase {
        settings: on_this_machine(settings, folder),
        sources,
    }
}

/// An embedded database's path counts from the configuration's folder. An alias (no slash, no dot) stays.
fn on_this_machine(mut database: Database, folder: &Path) -> Database {
    if database.place == Place::Embedded && database.path.contains(['/', '\\', '.']) {
        database.path = folder.join(&database.path).to_string_lossy().into_owned();
    }
    database
}

/// `[outbox]`: what it leaves out is as in `[database]`, but the path.
fn outbox_section(section: Section<'_>, base: &ReadDatabase) -> Option<Database> {
    if !section.is_given() {
        return None;
    }
    let (line, document) = (section.line(), section.document);
    let outbox = database_section(section, Some(base)).settings;
    if outbox.place == base.settings.place && outbox.path == base.settings.path && !outbox.path.is_empty() {
        let kind = ProblemKind::Contradiction(Contradiction::SameOutbox);
        document.problem(ConfigProblem {
            line,
            key: Some("outbox.path".to_owned()),
            kind,
        });
    }
    Some(outbox)
}

fn empty(expected: Expected) -> ProblemKind {
    ProblemKind::BadValue {
        value: String::new(),
        expected,
        nearest: None,
    }
}

/// `auto` is `None`; another name is checked for its form only: which sets there are, the server says.
fn charset(item: &Item<'_>) -> Result<Option<String>, ProblemKind> {
    let text = item.text(Expected::Charset)?.trim();
    let form = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !form {
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

fn source_section(section: Section<'_>) -> Source {
    let folder = section.document.folder;
    let dir = section
        .optional("dir", None, |item| item.path(Expected::SomeText))
        .map(|dir| folder.join(dir));
    section.finish();
    Source { dir }
}

fn gateway_section(section: Section<'_>) -> Gateway {
    let kind = section.or_default("kind", "\"evolution\"", |item| item.word(&GatewayKind::WORDS));
    if kind != GatewayKind::Evolution {
        let kind = Contradiction::GatewayNotYet {
            kind: kind.word().to_owned(),
        };
        section.problem(section.line_of("kind"), "kind", kind.into());
    }
    let url = section.or_default("url", "\"http://127.0.0.1:8080\"", values::url);
    let api_key = secret(&section, ["api_key", "api_key_env", "api_key_file"], None);
    let instance = section.optional("instance", None, |item| {
        let text = item.text(Expected::SomeText)?;
        if text.trim().is_empty() {
            Err(empty(Expected::SomeText))
        } else {
            Ok(InstanceId::new(text))
        }
    });
    section.finish();
    Gateway {
        kind,
        url,
        api_key,
        instance,
    }
}

/// A template: empty counts as left out.
fn template(item: &Item<'_>) -> Result<Option<String>, ProblemKind> {
    item.text(Expected::Text)
        .map(|text| Some(text.to_owned()).filter(|text| !text.trim().is_empty()))
}

fn features_section(section: Section<'_>) -> Features {
    let kinds = [
        ("overdue", NoticeKinds::Overdue),
        ("upcoming", NoticeKinds::Upcoming),
        ("both", NoticeKinds::Both),
    ];
    let features = Features {
        notices: section.or_default("notices", "\"both\"", |item| item.word(&kinds)),
        message: section.optional("message", None, template).flatten(),
        max_boletos: section.or_default("max_boletos", "3", whole_number(0, 50)),
        require_boleto: section.or_default("require_boleto", "false", |item| item.boolean()),
        send_code: section.or_default("send_code", "true", |item| item.boolean()),
    };
    section.finish();
    features
}

fn settings_section(section: Section<'_>) -> (Sending, Pace, Replies) {
    let send_at = section.or_default("send_at", "\"09:00\"", values::time_of_day);
    let time_zone = section.or_default("time_zone", "\"America/Sao_Paulo\"", values::time_zone);
    let window = window(&section);
    let days = [window.weekdays, window.saturday, window.sunday, window.holidays];
    match days.into_iter().flatten().map(|hours| hours.until).max() {
        None => section.problem(
            section.line_of("window"),
            "window",
            Contradiction::WindowNeverOpens.into(),
        ),
        Some(closes) if send_at >= closes => {
            let time = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
            let kind = Contradiction::SendAtAfterWindow {
                send_at: time(send_at),
                closes: time(closes),
            };
            section.problem(section.line_of("send_at"), "send_at", kind.into());
        }
        Some(_) => {}
    }
    let sending = Sending {
        send_at,
        time_zone,
        window,
        expire_after_days: section.or_default("expire_after_days", "3", whole_number(1, 60)),
        min_days_between: section.or_default("min_days_between", "1", whole_number(0, 365)),
        first_runs_limit: section.or_default("first_runs_limit", "300", whole_number(0, 1_000_000)),
        default_area_code: section.optional("default_area_code", None, values::area_code),
    };
    let pacing = pacing_section(section.section("pacing"));
    let replies = replies_section(section.section("replies"));
    section.finish();
    (sending, pacing, replies)
}

/// `window = "always"`, or hours by kind of day; a day left out keeps its lawful default.
fn window(section: &Section<'_>) -> SendingCalendar {
    use toml::de::DeValue;
    match section.item("window") {
        Some(item) if !matches!(item.value, DeValue::Table(_)) => {
            let read = match item.value {
                DeValue::String(_) => item.word(&[("always", ())]).map_err(|problem| match problem {
                    ProblemKind::BadValue { value, nearest, .. } => ProblemKind::BadValue {
                        value,
                        expected: Expected::Window,
                        nearest,
                    },
                    other => other,
                }),
                _ => Err(item.wrong_type(Expected::Window)),
            };
            match read {
                Ok(()) => section.note("window", Some(item.source.to_owned()), Origin::Line(item.line)),
                Err(kind) => section.problem(Some(item.line), "window", kind),
            }
            SendingCalendar::always()
        }
        _ => {
            let days = section.section("window");
            let window = SendingCalendar {
                extra: Vec::new(),
                weekdays: days.or_default("weekdays", "\"08:00-20:00\"", values::hour_range),
                saturday: days.or_default("saturday", "\"08:00-14:00\"", values::hour_range),
                sunday: days.or_default("sunday", "\"\"", values::hour_range),
                holidays: days.or_default("holidays", "\"\"", values::hour_range),
            };
            days.finish();
            window
        }
    }
}

fn pacing_section(section: Section<'_>) -> Pace {
    let cap: u32 = section.or_default("daily_cap", "200", whole_number(0, 100_000));
    let pacing = Pace {
        part_gap: section.or_default("part_gap", "[2, 5]", values::seconds_range),
        contact_gap: section.or_default("contact_gap", "[20, 60]", values::seconds_range),
        daily_cap: Some(cap).filter(|cap| *cap > 0),
        warm_up: section.or_default("warm_up", "true", |item| item.boolean()),
    };
    section.finish();
    pacing
}

fn replies_section(section: Section<'_>) -> Replies {
    let words = [
        ("ignore", Treatment::Ignore),
        ("store", Treatment::Store),
        ("auto_reply", Treatment::AutoReply),
        ("forward", Treatment::Forward),
    ];
    let replies = Replies {
        treatment: section.or_default("treatment", "\"auto_reply\"", |item| item.word(&words)),
        text: section.optional("text", None, template).flatten(),
        reply_window_days: section.or_default("reply_window_days", "3", whole_number(0, 90)),
        forward_to: section.optional("forward_to", None, values::phone),
    };
    if replies.treatment == Treatment::Forward && section.item("forward_to").is_none() {
        section.problem(
            section.line_of("treatment"),
            "treatment",
            Contradiction::ForwardToNobody.into(),
        );
    }
    section.finish();
    replies
}

fn calendar_section(section: Section<'_>) -> Calendar {
    let calendar = Calendar {
        extra_holidays: section.or_default("extra_holidays", "[]", values::holidays),
        grace_business_days: section.or_default("grace_business_days", "1", whole_number(0, 30)),
        max_bank_return_age: section.or_default("max_bank_return_age", "2", whole_number(0, 365)),
    };
    section.finish();
    calendar
}

fn log_section(section: Section<'_>) -> Log {
    let words = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    let folder = section.document.folder;
    let log = Log {
        dir: folder.join(section.or_default("dir", "\"logs\"", |item| {
            item.path(Expected::SomeText).map(str::to_owned)
        })),
        level: section.or_default("level", "\"info\"", |item| item.word(&words)),
        keep_days: section.or_default("keep_days", "30", whole_number(1, 3_650)),
    };
    section.finish();
    log
}
