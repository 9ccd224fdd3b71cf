//! The tables one by one, and what contradicts what.

use std::path::Path;

use toml::de::DeTable;

use super::database;
use super::errors::{ConfigProblem, Contradiction, Expected, ProblemKind};
use super::secrets::{self, Env};
use super::section::{Document, Item, Origin, Section};
use super::settings::{
    Calendar, Features, Gateway, GatewayKind, Log, LogLevel, Replies, Sending, Settings, Source, Treatment,
};
use super::values::{self, empty, whole_number};
use crate::domain::calendar::SendingCalendar;
use crate::domain::ids::InstanceId;
use crate::domain::lang::Lang;
use crate::domain::pacing::Pace;
use crate::domain::policy::NoticeKinds;

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
        let read = database::database(root.section("database"));
        outbox = database::outbox(root.section("outbox"), &read);
        database = read.settings;
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
        database,
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
    let api_key = secrets::read(&section, ["api_key", "api_key_env", "api_key_file"], None);
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
