//! `doctor`: everything that must hold, one line each, with what to do where it does not. Changes nothing.

use chrono::{DateTime, Offset, TimeZone, Utc};
use serde_json::json;

use super::args::DoctorArgs;
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::high_water::{HighWater, Verdict};
use super::lock::Lock;
use super::{config, schedule, text, wiring, words};
use crate::adapters::firebird::connection::Connection;
use crate::adapters::firebird::outbox::FirebirdOutbox;
use crate::adapters::firebird::{migrations, source_check};
use crate::app::doctor::{Fact, Status, erp_side, gateway_side, outbox_side};
use crate::app::shop::Shop;
use crate::config::Settings;
use crate::i18n::{Value, format};
use crate::ports::clock::Clock;
use crate::ports::erp::ErpError;
use crate::ports::gateway::LinkState;
use crate::render::message;

/// One line of the report.
#[derive(Debug)]
struct Row {
    check: &'static str,
    status: Status,
    detail: String,
    hint: Option<String>,
    /// How the program ends when this is the first problem.
    code: ExitCode,
}

/// Runs the command.
///
/// # Errors
/// [`CliError`] only when the report itself cannot be written; all that is wrong with the site is in the report.
pub fn run(context: &Context, _args: &DoctorArgs) -> Result<ExitCode, CliError> {
    let mut report = Report {
        context,
        rows: Vec::new(),
    };
    match context.settings() {
        Ok(settings) => {
            // A process started anew for an embedded database tells all of it.
            match wiring::embedded_ready(context) {
                Ok(Some(code)) => return Ok(code),
                Ok(None) => report.look(settings),
                Err(error) => report.error("database", &error),
            }
        }
        Err(error) => report.error("config", &error),
    }
    report.tell()
}

struct Report<'a> {
    context: &'a Context,
    rows: Vec<Row>,
}

impl Report<'_> {
    fn look(&mut self, settings: &Settings) {
        let shop = wiring::shop(self.context, settings);
        let clock = wiring::reading_clock(self.context);
        let now = clock.now();
        self.ok("config", settings.file.display().to_string());
        self.templates(settings, &shop);
        self.log(settings);
        self.lock(settings, now);
        self.time_zone(settings, now);
        let reachable = self.database(settings);
        self.outbox(settings, &shop, &clock);
        if reachable {
            self.erp(settings, &shop, &clock);
        }
        self.schedule(settings);
    }

    fn templates(&mut self, settings: &Settings, shop: &Shop) {
        let problems = config::templates(self.context, settings);
        if !problems.is_empty() {
            let errors = crate::config::ConfigErrors {
                file: settings.file.clone(),
                problems,
            };
            return self.error("templates", &CliError::Config(errors));
        }
        let missing = settings
            .features
            .message
            .as_deref()
            .map(|t| message::left_out_by_law(t, shop.lang))
            .unwrap_or_default();
        if missing.is_empty() {
            self.ok("templates", self.context.say("doctor-templates-ok"));
        } else {
            self.warn(
                "templates",
                "doctor-templates-law",
                &[("names", missing.join(", ").into())],
            );
        }
    }

    fn log(&mut self, settings: &Settings) {
        let folder = &settings.log.dir;
        let shown = || folder.display().to_string();
        match std::fs::create_dir_all(folder).and_then(|()| tempfile::NamedTempFile::new_in(folder)) {
            Ok(_) => self.ok("log", shown()),
            Err(error) => {
                let args = [("folder", shown().into()), ("error", error.to_string().into())];
                self.warn("log", "doctor-log", &args);
            }
        }
    }

    fn lock(&mut self, settings: &Settings, now: DateTime<Utc>) {
        match Lock::take(
            &settings.file,
            self.context.command,
            now,
            settings.sending.time_zone,
        ) {
            Ok(_) => self.ok("lock", self.context.say("doctor-lock-free")),
            // Somebody at work is no fault.
            Err(error @ CliError::Locked(_)) => {
                let words = self.words(&error);
                self.push("lock", Status::Ok, words.0, None, ExitCode::Locked);
            }
            Err(error) => self.error_as("lock", &error, ExitCode::Configuration),
        }
    }

    /// cron and Task Scheduler go by the machine's clock, the sending window by the shop's.
    fn time_zone(&mut self, settings: &Settings, now: DateTime<Utc>) {
        let utc = now.naive_utc();
        let machine = chrono::Local.offset_from_utc_datetime(&utc).fix();
        let shop = settings.sending.time_zone.offset_from_utc_datetime(&utc).fix();
        let zone = settings.sending.time_zone.name();
        if machine == shop {
            self.ok("time_zone", format!("{zone} ({shop})"));
        } else {
            let args = [
                ("zone", zone.into()),
                ("shop", shop.to_string().into()),
                ("machine", machine.to_string().into()),
            ];
            self.warn("time_zone", "doctor-time-zone", &args);
        }
    }

    /// The ERP's database; `false`: nothing more can be asked of it.
    fn database(&mut self, settings: &Settings) -> bool {
        let connected = Connection::open(&wiring::connection(self.context, settings, &settings.database))
            .and_then(|mut c| {
                let version = c.server_version()?;
                let facts = c.query("SELECT CAST(MON$SQL_DIALECT AS INTEGER) FROM MON$DATABASE", &[])?;
                let dialect = facts.first().map(|row| row.int(0)).transpose()?.unwrap_or(3);
                Ok((version, c.charset(), dialect))
            });
        match connected {
            Ok((version, charset, dialect)) => {
                let args = [
                    ("version", version.into()),
                    ("charset", charset.into()),
                    ("dialect", dialect.into()),
                ];
                let detail = self.context.text("doctor-database", &args);
                self.ok("database", detail);
                true
            }
            Err(error) => {
                self.error("database", &CliError::from(error));
                false
            }
        }
    }

    fn outbox(&mut self, settings: &Settings, shop: &Shop, clock: &dyn Clock) {
        let connection = wiring::connection(self.context, settings, settings.outbox_database());
        let mut outbox = match FirebirdOutbox::open(&connection) {
            Ok(outbox) => outbox,
            Err(error) => return self.error("outbox", &CliError::Outbox(error)),
        };
        self.ok(
            "outbox",
            self.context
                .text("doctor-outbox", &[("version", migrations::KNOWN.into())]),
        );
        match outbox.forced_writes() {
            Ok(true) => self.ok("forced_writes", self.context.say("doctor-forced-writes-on")),
            Ok(false) => self.problem("forced_writes", "doctor-forced-writes", &[], ExitCode::Database),
            Err(error) => self.error("forced_writes", &CliError::Outbox(error)),
        }
        match HighWater::read(&settings.file, &mut outbox) {
            Ok((_, Verdict::Restored { seen, found })) => {
                self.warn(
                    "high_water",
                    "doctor-restored",
                    &[("seen", seen.into()), ("found", found.into())],
                );
            }
            Ok((water, Verdict::First | Verdict::Fine)) => {
                let args = [("departures", water.departures().into())];
                self.ok("high_water", self.context.text("doctor-high-water", &args));
            }
            Ok((_, Verdict::AnotherOutbox)) => self.warn("high_water", "doctor-another-outbox", &[]),
            Ok((_, Verdict::Unreadable)) => self.warn("high_water", "doctor-mark-unreadable", &[]),
            Err(error) => self.error("high_water", &error),
        }
        match outbox_side(&mut outbox, shop, clock) {
            Ok(facts) => facts.iter().for_each(|fact| self.fact(fact)),
            Err(error) => self.error("waiting", &CliError::Outbox(error)),
        }
    }

    /// Queries, indexes, contract, policies, dates; then the gateway, whose address the ERP may give.
    fn erp(&mut self, settings: &Settings, shop: &Shop, clock: &dyn Clock) {
        let erp = match wiring::erp(self.context, settings) {
            Ok(erp) => erp,
            Err(error) => return self.error("queries", &error),
        };
        let checked = match source_check::check(&erp, 1) {
            Ok(checked) => checked,
            Err(error) => return self.error("queries", &CliError::from(error)),
        };
        let count = checked.len();
        let mut sound = true;
        for query in checked {
            for problem in query.problems {
                sound = false;
                let error = ErpError::Query {
                    query: query.query.to_owned(),
                    file: query.file.clone(),
                    problem: Box::new(problem),
                };
                self.error("queries", &CliError::from(error));
            }
        }
        if !sound {
            return;
        }
        self.ok(
            "queries",
            self.context.text("doctor-queries", &[("count", count.into())]),
        );
        self.indexes(&erp, shop, clock);
        let ground = match erp_side(&erp, shop, clock) {
            Ok((ground, facts)) => {
                facts.iter().for_each(|fact| self.fact(fact));
                ground
            }
            Err(error) => return self.error("contract", &CliError::from(error)),
        };
        let gateways = wiring::Gateways::of(settings, ground.instances);
        gateway_side(&gateways.names(), &gateways.opener())
            .iter()
            .for_each(|fact| self.fact(fact));
    }

    /// Large tables that the server reads as a whole to find a day's or a customer's rows.
    fn indexes(&mut self, erp: &crate::adapters::firebird::erp::FirebirdErp, shop: &Shop, clock: &dyn Clock) {
        let today = shop.today(clock.now());
        match erp.open().and_then(|mut snapshot| snapshot.whole_tables(today)) {
            Ok(tables) => {
                if tables.is_empty() {
                    self.ok("indexes", self.context.say("doctor-indexes-ok"));
                }
                for whole in tables {
                    let key = if whole.column == "CUSTOMER_ID" {
                        "doctor-indexes-customer"
                    } else {
                        "doctor-indexes"
                    };
                    let detail = self
                        .context
                        .text(key, &[("table", whole.table.into()), ("rows", whole.rows.into())]);
                    let hint = match whole.index {
                        Some(index) => self
                            .context
                            .text("doctor-indexes-create", &[("index", index.into())]),
                        None => self.context.text(
                            "doctor-indexes-hint",
                            &[("column", whole.column.into()), ("query", whole.query.into())],
                        ),
                    };
                    self.push(
                        "indexes",
                        Status::Warning,
                        detail,
                        Some(hint),
                        ExitCode::NeedsPerson,
                    );
                }
            }
            // A user without a view of the monitoring tables loses only this check.
            Err(error) => {
                let words = self.words(&CliError::from(error)).0;
                self.push("indexes", Status::Warning, words, None, ExitCode::Database);
            }
        }
    }

    fn schedule(&mut self, settings: &Settings) {
        if cfg!(windows) {
            return;
        }
        match schedule::is_installed(settings) {
            Ok(true) => self.ok("schedule", self.context.say("doctor-schedule-on")),
            Ok(false) => self.warn("schedule", "doctor-schedule", &[]),
            Err(error) => {
                let (detail, hint) = self.words(&error);
                self.push("schedule", Status::Warning, detail, hint, ExitCode::NeedsPerson);
            }
        }
    }

    /// A fact of the use case, in words.
    fn fact(&mut self, fact: &Fact) {
        let (context, status) = (self.context, fact.status());
        let date = |day| format::date(context.lang(), day);
        let (key, args): (&str, Vec<(&str, Value<'_>)>) = match fact {
            Fact::Contract(Err(refusal)) | Fact::Email(Err(refusal)) => {
                return self.error(fact.check(), &CliError::Precondition(refusal.clone()));
            }
            Fact::Contract(Ok(())) => ("doctor-contract", vec![]),
            Fact::Email(Ok(())) => ("doctor-email", vec![]),
            Fact::Dates { business_date, today } => (
                "doctor-dates",
                vec![
                    ("business", date(*business_date).into()),
                    ("today", date(*today).into()),
                ],
            ),
            Fact::LastClose { last, age } => (
                "doctor-close",
                vec![("last", date(*last).into()), ("age", (*age).into())],
            ),
            Fact::BankReturn { last: None, .. } => ("doctor-no-bank-return", vec![]),
            Fact::BankReturn { last: Some(last), .. } => {
                ("doctor-bank-return", vec![("last", date(*last).into())])
            }
            Fact::NoInstance => ("doctor-no-instance", vec![]),
            Fact::Link {
                instance,
                link: Err(error),
            }
            | Fact::Version {
                instance,
                version: Err(error),
            } => {
                let error = CliError::Gateway {
                    instance: instance.to_string(),
                    error: error.clone(),
                };
                return self.error(fact.check(), &error);
            }
            Fact::Link {
                instance,
                link: Ok(link),
            } => (
                "doctor-link",
                vec![
                    ("instance", instance.to_string().into()),
                    ("state", words::link(context, link).into()),
                ],
            ),
            Fact::Version {
                instance,
                version: Ok(version),
            } => (
                "doctor-gateway",
                vec![
                    ("instance", instance.to_string().into()),
                    (
                        "version",
                        version.clone().unwrap_or_else(|| "?".to_owned()).into(),
                    ),
                ],
            ),
            Fact::Restricted { instance, until } => (
                "doctor-restricted",
                vec![
                    ("instance", instance.to_string().into()),
                    ("until", date(*until).into()),
                ],
            ),
            Fact::Waiting {
                unknown,
                held,
                replies,
                without_receipt,
            } => (
                "doctor-waiting",
                vec![
                    ("unknown", (*unknown).into()),
                    ("held", (*held).into()),
                    ("replies", (*replies).into()),
                    ("silent", (*without_receipt).into()),
                ],
            ),
        };
        let code = match fact {
            Fact::NoInstance => ExitCode::Configuration,
            Fact::Link {
                link: Ok(LinkState::Open { .. }),
                ..
            } => ExitCode::Done,
            Fact::Link { .. } => ExitCode::NotPaired,
            _ => ExitCode::NeedsPerson,
        };
        let hint = (status != Status::Ok).then(|| context.say(&format!("{key}-hint")));
        self.push(fact.check(), status, context.text(key, &args), hint, code);
    }

    fn push(
        &mut self,
        check: &'static str,
        status: Status,
        detail: String,
        hint: Option<String>,
        code: ExitCode,
    ) {
        self.rows.push(Row {
            check,
            status,
            detail,
            hint,
            code,
        });
    }

    fn ok(&mut self, check: &'static str, detail: String) {
        self.push(check, Status::Ok, detail, None, ExitCode::Done);
    }

    /// `key` and `key-hint`.
    fn warn(&mut self, check: &'static str, key: &str, args: &[(&str, Value<'_>)]) {
        let hint = self.context.say(&format!("{key}-hint"));
        self.push(
            check,
            Status::Warning,
            self.context.text(key, args),
            Some(hint),
            ExitCode::NeedsPerson,
        );
    }

    fn problem(&mut self, check: &'static str, key: &str, args: &[(&str, Value<'_>)], code: ExitCode) {
        let hint = self.context.say(&format!("{key}-hint"));
        self.push(
            check,
            Status::Problem,
            self.context.text(key, args),
            Some(hint),
            code,
        );
    }

    /// An error with the words that any command would say.
    fn error(&mut self, check: &'static str, error: &CliError) {
        self.error_as(check, error, error.exit_code());
    }

    fn error_as(&mut self, check: &'static str, error: &CliError, code: ExitCode) {
        for words in error.words(&self.context.catalog) {
            let detail = match words.detail {
                Some(detail) => format!("{} ({})", words.message, detail.trim()),
                None => words.message,
            };
            self.push(check, Status::Problem, detail, words.hint, code);
        }
    }

    /// Message and hint of an error.
    fn words(&self, error: &CliError) -> (String, Option<String>) {
        let words = error
            .words(&self.context.catalog)
            .into_iter()
            .next()
            .unwrap_or_default();
        (words.message, words.hint)
    }

    fn tell(self) -> Result<ExitCode, CliError> {
        let (context, out) = (self.context, &self.context.output);
        if out.is_json() {
            let rows: Vec<_> = self
                .rows
                .iter()
                .map(|row| {
                    json!({
                        "check": row.check, "status": row.status.word(), "detail": row.detail, "hint": row.hint,
                    })
                })
                .collect();
            out.json(&rows)?;
        } else {
            for row in &self.rows {
                let status = context.say(&format!("doctor-status-{}", row.status.word()));
                let name = context.say(&format!("check-{}", row.check));
                let line = format!("{status:<9}{name}: {}", row.detail);
                // The words of the status are padded, which the wrapping would take for one blank.
                let (head, rest) = line.split_at(line.char_indices().nth(9).map_or(line.len(), |(at, _)| at));
                let rest = text::wrap(rest, out.width() - 9, "").replace('\n', "\n           ");
                out.line(&format!("{head}{rest}"))?;
                if let Some(hint) = row.hint.as_ref().filter(|_| row.status != Status::Ok) {
                    let hint = text::wrap(&format!("→ {hint}"), out.width() - 11, "");
                    out.line(&format!("         {}", hint.replace('\n', "\n           ")))?;
                }
            }
        }
        let first = self
            .rows
            .iter()
            .find(|row| row.status == Status::Problem)
            .map(|row| row.code);
        let warned = self.rows.iter().any(|row| row.status == Status::Warning);
        let code = first.unwrap_or(if warned {
            ExitCode::NeedsPerson
        } else {
            ExitCode::Done
        });
        if !out.is_json() {
            let count = |status| self.rows.iter().filter(|row| row.status == status).count();
            let args = [
                ("problems", count(Status::Problem).into()),
                ("warnings", count(Status::Warning).into()),
            ];
            out.line("")?;
            out.prose(&context.text("doctor-end", &args))?;
        }
        Ok(code)
    }
}
