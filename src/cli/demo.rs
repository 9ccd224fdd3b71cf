//! `demo`: the whole day on an embedded database and the stand-in gateway; `demo seed`: the sample ERP alone.
//!
//! Every station is the real program, run as a child at its own moment (`WA_NOTIFY_NOW`), so that what is seen is
//! what a shop would see.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::America::Sao_Paulo;
use serde_json::{Value as Json, json};

use super::args::{DemoAction, DemoArgs, DemoSeedArgs};
use super::context::{Context, NOW_VARIABLE};
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::{progress, wiring};
use crate::adapters::firebird::sample::{Ledger, SampleSpec, SeedError, seed};
use crate::adapters::system_clock::{StopSignal, SystemClock};
use crate::config::{Literal, new_sections};
use crate::domain::calendar::SendingCalendar;
use crate::domain::secret::Secret;
use crate::i18n::format;
use crate::ports::clock::Clock;
use crate::sandbox::{self, RunningSandbox, SandboxOptions};

/// Name of the configuration in the demo's folder; it also marks the folder as one of ours.
const CONFIG: &str = "wa-notify.toml";

/// First line of that configuration.
const MARK: &str = "wa-notify demo";

/// Runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &DemoArgs) -> Result<ExitCode, CliError> {
    match &args.action {
        Some(DemoAction::Seed(seed)) => super::with_database(context, || seed_sample(context, seed)),
        None => Day::prepare(context, args)?.run(args),
    }
}

/// Makes the sample ERP in the database of the configuration.
fn seed_sample(context: &Context, args: &DemoSeedArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let clock = wiring::clock(context);
    let _lock = context.lock(clock.now())?;
    let today = clock
        .now()
        .with_timezone(&settings.sending.time_zone)
        .date_naive();
    let spec = SampleSpec {
        customers: args.customers,
        receivables: args.receivables,
        seed: u64::from(args.seed),
        ledger: if args.all_open {
            Ledger::AllOpen
        } else {
            Ledger::Shop
        },
        ..SampleSpec::new(today)
    };
    let connection = wiring::connection(context, settings, &settings.database);
    let bar = progress::bar(&context.output, 0, context.say("demo-seeding"));
    let summary = seed(&connection, &spec, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let summary = summary.map_err(|error| match error {
        SeedError::Database(error) => CliError::from(crate::ports::erp::ErpError::from(error)),
        SeedError::ForeignTables { tables } => CliError::said(
            ExitCode::Usage,
            Words::new(context.text("demo-foreign-tables", &[("tables", tables.join(", ").into())]))
                .hint(context.say("demo-foreign-tables-hint")),
        ),
    })?;
    if context.output.is_json() {
        context.output.json(&json!({
            "created_database": summary.created_database,
            "replaced": summary.replaced,
            "customers": summary.customers,
            "contacts": summary.contacts,
            "receivables": summary.receivables,
            "boletos": summary.boletos,
            "business_date": today,
        }))?;
    } else {
        let args = [
            ("customers", summary.customers.into()),
            ("receivables", summary.receivables.into()),
            ("boletos", summary.boletos.into()),
            (
                "close",
                format::date(context.lang(), today.pred_opt().unwrap_or(today)).into(),
            ),
        ];
        context.output.prose(&context.text("demo-seeded", &args))?;
    }
    Ok(ExitCode::Done)
}

/// A clock that each station sets to its own moment; the stand-in gateway tells its time too.
type StationClock = Arc<Mutex<SystemClock>>;

/// The demonstration under way.
struct Day<'a> {
    context: &'a Context,
    dir: PathBuf,
    /// The day of sending.
    day: NaiveDate,
    clock: StationClock,
    sandbox: RunningSandbox,
}

impl<'a> Day<'a> {
    /// Folder, configuration, engine, stand-in gateway.
    fn prepare(context: &'a Context, args: &DemoArgs) -> Result<Self, CliError> {
        let dir = std::path::absolute(&args.dir).map_err(|e| CliError::file(&args.dir, e))?;
        empty_folder(context, &dir)?;
        // The next day on which messages may leave: the demo works on Sundays too.
        let now = wiring::reading_clock(context).now();
        let today = now.with_timezone(&Sao_Paulo).date_naive();
        let nine = chrono::NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
        let day = SendingCalendar::lawful(Vec::new())
            .next_sending_day(today, nine)
            .unwrap_or(today);

        let clock: StationClock = Arc::new(Mutex::new(SystemClock::new(
            Some(moment(day, 7, 0)),
            StopSignal::default(),
        )));
        let told = Arc::clone(&clock);
        let options = SandboxOptions {
            log: Some(dir.join("mensagens.jsonl")),
            media_dir: Some(dir.join("pdf")),
            auto_link: true,
            language: context.lang(),
            api_key: Secret::new("sandbox"),
            ..SandboxOptions::new(Arc::new(move || {
                told.lock().unwrap_or_else(PoisonError::into_inner).now()
            }))
        };
        let sandbox = sandbox::start(options).map_err(|e| CliError::Unexpected(e.into()))?;
        let config = new_sections(
            &format!("{MARK}\n{}", context.say("demo-config-comment")),
            &[
                (
                    "database",
                    &[
                        ("path", Literal::Text("demo.fdb".into())),
                        ("driver", Literal::Text("native".into())),
                    ],
                ),
                (
                    "gateway",
                    &[
                        ("url", Literal::Text(sandbox.url())),
                        ("api_key", Literal::Text("sandbox".into())),
                    ],
                ),
                (
                    "settings.pacing",
                    &[
                        ("part_gap", Literal::Raw("[0, 0]".into())),
                        ("contact_gap", Literal::Raw("[0, 0]".into())),
                        ("daily_cap", Literal::Integer(0)),
                        ("warm_up", Literal::Raw("false".into())),
                    ],
                ),
            ],
        );
        let path = dir.join(CONFIG);
        fs::write(&path, config).map_err(|e| CliError::file(path, e))?;
        Ok(Day {
            context,
            dir,
            day,
            clock,
            sandbox,
        })
    }

    fn run(self, args: &DemoArgs) -> Result<ExitCode, CliError> {
        let context = self.context;
        let customers = args.customers.to_string();
        self.say(&context.text("demo-begin", &[("url", self.sandbox.url().into())]));
        self.station(
            "demo-station-seed",
            (7, 0),
            &["demo", "seed", "--customers", &customers],
            &[],
        )?;
        self.station("demo-station-init", (7, 30), &["init"], &[])?;
        let png = self.dir.join("qr.png");
        self.station(
            "demo-station-pair",
            (8, 0),
            &["pair", "--png", &png.to_string_lossy()],
            &[],
        )?;
        self.station(
            "demo-station-dry-run",
            (8, 20),
            &["scan", "--dry-run"],
            &[ExitCode::NeedsPerson],
        )?;
        self.station(
            "demo-station-scan",
            (8, 30),
            &["--quiet", "scan"],
            &[ExitCode::NeedsPerson],
        )?;
        self.station("demo-station-send", (9, 1), &["send"], &[ExitCode::NeedsPerson])?;
        self.customer_answers()?;
        self.station(
            "demo-station-replies",
            (9, 30),
            &["replies"],
            &[ExitCode::NeedsPerson],
        )?;
        self.station(
            "demo-station-status",
            (9, 31),
            &["status"],
            &[ExitCode::NeedsPerson],
        )?;
        self.farewell(args.serve)?;
        Ok(ExitCode::Done)
    }

    /// One command at its moment. `also`: exit codes besides 0 that are part of a good day.
    fn station(&self, title: &str, at: (u32, u32), args: &[&str], also: &[ExitCode]) -> Result<(), CliError> {
        let now = self.at(at);
        let shown: Vec<&str> = args.iter().copied().filter(|a| *a != "--quiet").collect();
        self.say(&format!(
            "\n== {}\n$ wa-notify {}",
            self.context.say(title),
            shown.join(" ")
        ));
        let program = std::env::current_exe().map_err(|e| CliError::Unexpected(e.into()))?;
        let json = self.context.output.is_json();
        let status = Command::new(&program)
            .arg("--config")
            .arg(self.dir.join(CONFIG))
            .args(["--lang", self.context.lang().tag()])
            .args(args)
            .env(NOW_VARIABLE, now.to_rfc3339())
            .stdin(Stdio::null())
            // With --json stdout is for the one document at the end.
            .stdout(if json { Stdio::null() } else { Stdio::inherit() })
            .status()
            .map_err(|e| CliError::file(program, e))?;
        let code = status
            .code()
            .and_then(|c| u8::try_from(c).ok())
            .map_or(ExitCode::Unexpected, ExitCode::from_number);
        if code == ExitCode::Done || also.contains(&code) {
            return Ok(());
        }
        Err(CliError::said(
            code,
            Words::new(self.context.text(
                "demo-station-failed",
                &[
                    ("command", shown.join(" ").into()),
                    ("code", u32::from(code.number()).into()),
                ],
            )),
        ))
    }

    /// Sets the clock of the day.
    fn at(&self, (hour, minute): (u32, u32)) -> DateTime<Utc> {
        let now = moment(self.day, hour, minute);
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) =
            SystemClock::new(Some(now), StopSignal::default());
        now
    }

    /// The first customer who got a text says that it is paid, the second wants no more.
    fn customer_answers(&self) -> Result<(), CliError> {
        self.at((9, 20));
        let mut chats: Vec<String> = Vec::new();
        for message in self.delivered()? {
            if let Some(to) = message["to"].as_str().map(str::to_owned)
                && !chats.contains(&to)
            {
                chats.push(to);
            }
        }
        self.say(&format!("\n== {}", self.context.say("demo-station-answers")));
        for (chat, key) in chats.iter().zip(["demo-answer-paid", "demo-answer-stop"]) {
            let text = self.context.say(key);
            self.say(&format!("  {chat}: {text}"));
            let body = json!({"from": chat.split('@').next().unwrap_or(chat), "text": text}).to_string();
            post(&self.sandbox.address().to_string(), "/sandbox/reply", &body)
                .map_err(|e| CliError::Unexpected(e.into()))?;
        }
        Ok(())
    }

    /// The ground truth of the stand-in gateway.
    fn delivered(&self) -> Result<Vec<Json>, CliError> {
        let path = self.dir.join("mensagens.jsonl");
        let text = fs::read_to_string(&path).map_err(|e| CliError::file(&path, e))?;
        Ok(text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect())
    }

    fn farewell(&self, serve: bool) -> Result<(), CliError> {
        let delivered = self.delivered()?;
        let pdfs = delivered.iter().filter(|m| m["kind"] == "document").count();
        let (pdf, messages) = (self.dir.join("pdf"), self.dir.join("mensagens.jsonl"));
        if self.context.output.is_json() {
            self.context.output.json(&json!({
                "dir": self.dir.display().to_string(),
                "config": self.dir.join(CONFIG).display().to_string(),
                "messages": messages.display().to_string(),
                "pdfs": pdf.display().to_string(),
                "delivered": delivered.len(),
                "documents": pdfs,
                "phone_page": serve.then(|| self.sandbox.url()),
            }))?;
        } else {
            let args = [
                ("delivered", delivered.len().into()),
                ("documents", pdfs.into()),
                ("pdf", pdf.display().to_string().into()),
                ("messages", messages.display().to_string().into()),
                ("config", self.dir.join(CONFIG).display().to_string().into()),
            ];
            self.context
                .output
                .line(&format!("\n{}", self.context.text("demo-end", &args)))?;
        }
        if !serve {
            self.say(&self.context.say("demo-serve-hint"));
            return Ok(());
        }
        self.say(
            &self
                .context
                .text("demo-serving", &[("url", self.sandbox.url().into())]),
        );
        let clock = wiring::clock(self.context);
        while clock.sleep(Duration::from_secs(3600)) {}
        Ok(())
    }

    fn say(&self, text: &str) {
        self.context.output.say(text);
    }
}

/// A wall-clock moment of the shop.
fn moment(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let local = day.and_hms_opt(hour, minute, 0).unwrap_or_default();
    Sao_Paulo
        .from_local_datetime(&local)
        .earliest()
        .map_or_else(|| local.and_utc(), |t| t.with_timezone(&Utc))
}

/// Makes the folder, or empties an earlier demo's; a folder with anything else in it is left alone.
fn empty_folder(context: &Context, dir: &Path) -> Result<(), CliError> {
    let failed = |e| CliError::file(dir, e);
    if !dir.exists() {
        return fs::create_dir_all(dir).map_err(failed);
    }
    let ours = fs::read_to_string(dir.join(CONFIG)).is_ok_and(|text| text.starts_with(&format!("# {MARK}")));
    let empty = fs::read_dir(dir).map_err(failed)?.next().is_none();
    if !ours && !empty {
        return Err(CliError::said(
            ExitCode::Usage,
            Words::new(context.text(
                "demo-folder-taken",
                &[("folder", dir.display().to_string().into())],
            ))
            .hint(context.say("demo-folder-taken-hint")),
        ));
    }
    for name in [".firebird", "pdf", "logs"] {
        let path = dir.join(name);
        if path.is_dir() {
            fs::remove_dir_all(&path).map_err(|e| CliError::file(path, e))?;
        }
    }
    for name in [
        "demo.fdb",
        "mensagens.jsonl",
        "qr.png",
        "wa-notify.toml.high-water",
    ] {
        let path = dir.join(name);
        if path.exists() {
            fs::remove_file(&path).map_err(|e| CliError::file(path, e))?;
        }
    }
    Ok(())
}

/// One POST to the stand-in gateway, as the phone page would make it.
fn post(address: &str, path: &str, body: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    if status.starts_with('2') {
        return Ok(());
    }
    Err(std::io::Error::other(format!(
        "{path}: {}",
        answer.lines().next().unwrap_or_default()
    )))
}
