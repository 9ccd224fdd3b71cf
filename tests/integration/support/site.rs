//! A shop: configuration, database, stand-in gateway, and the real binary at any moment of its days.
//!
//! Nothing here moves a clock by waiting: each command is told its moment by `WA_NOTIFY_NOW`, and the gateway's own
//! clock starts shortly after the usual moment of sending. Every output is looked through for secrets as it comes, and
//! the log files for secrets and whole phones when the site goes.
#![allow(dead_code, reason = "shared by test modules that need different parts of it")]

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;
use serde_json::Value;
use wa_notify::adapters::firebird::connection::{self, Connection};
use wa_notify::adapters::firebird::migrations::migrate;
use wa_notify::adapters::firebird::sample::{self, CustomerRows, Dirt, SampleSpec};

use super::firebird::{TestDatabase, TestServer, client_library};
use super::sandbox::{API_KEY, Sandbox, pause};

/// The day of sending in most tests: a Tuesday without holidays near; the close is the day before.
pub const DAY: &str = "2026-08-11";

/// The hour of sending is 09:00; this is its first minute.
pub const SEND_AT: &str = "09:01";

/// The gateway's clock starts here: later than [`SEND_AT`], so that answers come after notices, and near enough for
/// lookups.
const GATEWAY_AT: &str = "09:02";

/// Password of the test servers and key of the stand-in gateway.
const SECRETS: [&str; 2] = ["masterkey", API_KEY];

/// What a site is made of.
pub struct Plan {
    /// Customers of the sample: the first ones of [`sample::Case`].
    pub customers: u32,
    /// The day of sending.
    pub today: &'static str,
    /// Seeded and with the WA_* tables, in a moment; else an empty place.
    pub ready: bool,
    /// The instance is linked.
    pub linked: bool,
    /// More lines for the configuration: whole sections.
    pub config: String,
    /// More lines for `[settings]`.
    pub settings: String,
    /// No server.
    pub embedded: bool,
    /// The shop's phone scans each QR code by itself.
    pub auto_link: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            customers: 2,
            today: DAY,
            ready: true,
            linked: true,
            config: String::new(),
            settings: String::new(),
            embedded: false,
            auto_link: true,
        }
    }
}

/// A shop.
pub struct Site {
    pub dir: tempfile::TempDir,
    pub sandbox: Sandbox,
    pub today: NaiveDate,
    database: Option<TestDatabase>,
    erp: OnceCell<RefCell<Connection>>,
    /// Whole phones that were seen in JSON: none of them may stand in a log.
    phones: RefCell<BTreeSet<String>>,
}

/// How a command ended, and what it said.
#[derive(Debug, Clone)]
pub struct Ran {
    pub args: String,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Panics with all that was said when the exit code is another one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(
            self.code,
            Some(code),
            "wa-notify {}\n--- stdout\n{}\n--- stderr\n{}",
            self.args,
            self.stdout,
            self.stderr
        );
        self
    }

    /// The one document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

/// A message on a customer's phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Digits of the jid.
    pub to: String,
    /// `text` or `document`.
    pub kind: String,
    /// The text or the caption.
    pub text: String,
    pub file_name: Option<String>,
}

impl Message {
    /// Begins a notice.
    pub fn opens(&self) -> bool {
        self.text.starts_with("Olá")
    }
}

impl Site {
    /// Two customers, ready to scan.
    pub fn new() -> Site {
        Site::with(Plan::default())
    }

    /// The first customers of the sample, ready to scan.
    pub fn of(customers: u32) -> Site {
        Site::with(Plan {
            customers,
            ..Plan::default()
        })
    }

    pub fn with(plan: Plan) -> Site {
        Site::on(TestServer::shared(), plan)
    }

    /// With its database on this server.
    pub fn on(server: &TestServer, plan: Plan) -> Site {
        let dir = tempfile::Builder::new()
            .prefix("wa-notify-site-")
            .tempdir()
            .expect("a folder");
        let today: NaiveDate = plan.today.parse().expect("a date");
        let options: &[&str] = if plan.auto_link { &["--auto-link"] } else { &[] };
        let sandbox = Sandbox::start_at(options, Some(&instant(plan.today, GATEWAY_AT)));
        let (database, section) = if plan.embedded {
            let library =
                client_library().map_or_else(String::new, |path| format!("client_library = '{path}'\n"));
            (
                None,
                format!("path = \"loja.fdb\"\ndriver = \"native\"\n{library}"),
            )
        } else {
            let database = server.absent();
            if plan.ready {
                std::fs::write(database.path(), &*template(plan.customers, today))
                    .expect("a copy of the sample");
            }
            let section = format!(
                "host = \"127.0.0.1\"\nport = {}\npath = '{}'\nuser = \"SYSDBA\"\npassword = \"masterkey\"\n",
                database.settings.port,
                database.path().display()
            );
            (Some(database), section)
        };
        let config = format!(
            "[database]\n{section}\n[gateway]\nurl = \"{}\"\napi_key = \"{API_KEY}\"\n\n[settings]\n{}\n\
             [settings.pacing]\npart_gap = [0, 0]\ncontact_gap = [0, 0]\ndaily_cap = 0\nwarm_up = false\n\n\
             [log]\nlevel = \"debug\"\n\n{}",
            sandbox.url(),
            plan.settings,
            plan.config
        );
        std::fs::write(dir.path().join("wa-notify.toml"), config).expect("the configuration");
        if plan.linked {
            sandbox.link("loja");
        }
        Site {
            dir,
            sandbox,
            today,
            database,
            erp: OnceCell::new(),
            phones: RefCell::default(),
        }
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("wa-notify.toml")
    }

    /// There is no server.
    pub fn is_embedded(&self) -> bool {
        self.database.is_none()
    }

    /// Changes the configuration.
    pub fn reconfigure(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config()).expect("the configuration");
        assert!(text.contains(from), "{from} is not in\n{text}");
        std::fs::write(self.config(), text.replace(from, to)).expect("the configuration");
    }

    /// The database's file, as server and tests see it.
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("a database on the server")
    }

    /// The program, at this moment of the day of sending (`09:01`), or of another day (`2026-08-12 09:01`).
    pub fn command(&self, at: &str, args: &[&str]) -> Command {
        let now = match at.split_once(' ') {
            Some((day, time)) => instant(day, time),
            None => instant(&self.today.to_string(), at),
        };
        let mut command = program();
        command
            .arg("--config")
            .arg(self.config())
            .args(["--lang", "pt-BR"])
            .args(args)
            .env("WA_NOTIFY_NOW", now)
            .current_dir(self.dir.path());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, at: &str, args: &[&str]) -> Ran {
        let output = assert_cmd::Command::from_std(self.command(at, args))
            .timeout(Duration::from_secs(150))
            .output()
            .expect("wa-notify runs");
        self.looked_through(Ran {
            args: args.join(" "),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        })
    }

    /// Runs with `--json` and gives the document; panics on another exit code.
    #[track_caller]
    pub fn json(&self, at: &str, args: &[&str], code: i32) -> Value {
        self.run(at, &[&["--json"], args].concat()).expect(code).json()
    }

    /// Starts the program and lets it run.
    pub fn start(&self, at: &str, args: &[&str]) -> Running<'_> {
        let file = |name: &str| std::fs::File::create(self.dir.path().join(name)).expect("a file");
        let child = self
            .command(at, args)
            .stdout(file("running.stdout"))
            .stderr(file("running.stderr"))
            .spawn()
            .expect("wa-notify starts");
        Running {
            site: self,
            child,
            args: args.join(" "),
        }
    }

    /// Scans at 08:30 and gives the document. The sample may hold rows that want a person.
    pub fn scan(&self) -> Value {
        let ran = self.run("08:30", &["--json", "scan"]);
        assert!(matches!(ran.code, Some(0 | 8)), "{ran:?}");
        ran.json()
    }

    /// Sends in the first minute and gives the document.
    #[track_caller]
    pub fn send(&self, code: i32) -> Value {
        self.json(SEND_AT, &["send"], code)
    }

    /// What really reached the phones.
    pub fn messages(&self) -> Vec<Message> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.sandbox
            .log_lines()
            .iter()
            .map(|line| Message {
                to: text(&line["to"])
                    .and_then(|to| to.split('@').next().map(str::to_owned))
                    .unwrap_or_default(),
                kind: text(&line["kind"]).unwrap_or_default(),
                text: text(&line["text"]).unwrap_or_default(),
                file_name: text(&line["file_name"]),
            })
            .collect()
    }

    /// The ERP's people at work, and whoever else may write to the database.
    pub fn erp<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> T {
        let connection = self.erp.get_or_init(|| RefCell::new(self.database().connect()));
        work(&mut connection.borrow_mut())
    }

    /// Work on a connection of its own.
    pub fn fresh<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> T {
        work(&mut self.database().connect())
    }

    /// One statement of theirs; panics when it touches no row.
    pub fn sql(&self, sql: &str) {
        let touched = self
            .erp(|c| c.execute(sql, &[]))
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        assert!(touched > 0, "{sql} touched nothing");
    }

    /// First column of all rows, as text.
    pub fn look(&self, sql: &str) -> Vec<String> {
        let rows = self
            .erp(|c| c.query(sql, &[]))
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        rows.iter()
            .map(|row| match row.value(0) {
                Some(connection::Value::Text(text)) => text.trim_end().to_owned(),
                Some(connection::Value::Int(number)) => number.to_string(),
                Some(connection::Value::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                Some(connection::Value::Null) | None => "null".to_owned(),
                Some(other) => format!("{other:?}"),
            })
            .collect()
    }

    /// States of the parts of a notice, in order.
    pub fn parts(&self, notice: &str) -> Vec<String> {
        self.look(&format!(
            "SELECT STATE FROM WA_PART WHERE NOTICE = {notice} ORDER BY SEQ"
        ))
    }

    /// The row of the sample.
    pub fn sample(&self, customer: u32) -> CustomerRows {
        spec(customer, self.today)
            .customers()
            .last()
            .expect("the customer")
    }

    /// Every row of every table and every sequence, as text. Equal dumps: nothing was written.
    pub fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let names = |sql: &str| self.look(sql);
        let tables = names(
            "SELECT RDB$RELATION_NAME FROM RDB$RELATIONS WHERE RDB$SYSTEM_FLAG = 0 AND RDB$VIEW_BLR IS NULL",
        );
        let mut dump: BTreeMap<String, Vec<String>> = tables
            .into_iter()
            .map(|table| {
                let rows = self.erp(|c| c.query(&format!("SELECT * FROM {table}"), &[]));
                let mut rows: Vec<String> = rows
                    .expect("the table")
                    .iter()
                    .map(|row| format!("{row:?}"))
                    .collect();
                rows.sort();
                (table, rows)
            })
            .collect();
        for sequence in names("SELECT RDB$GENERATOR_NAME FROM RDB$GENERATORS WHERE RDB$SYSTEM_FLAG = 0") {
            let value = self.look(&format!("SELECT GEN_ID({sequence}, 0) FROM RDB$DATABASE"));
            dump.insert(sequence, value);
        }
        dump
    }

    /// All log files.
    pub fn logs(&self) -> String {
        let Ok(entries) = std::fs::read_dir(self.dir.path().join("logs")) else {
            return String::new();
        };
        entries
            .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a log"))
            .collect()
    }

    /// Secrets never come out, and phones are remembered for the look at the logs.
    #[track_caller]
    fn looked_through(&self, ran: Ran) -> Ran {
        for text in [&ran.stdout, &ran.stderr] {
            for secret in SECRETS {
                assert!(
                    !text.contains(secret),
                    "a secret came out of wa-notify {}",
                    ran.args
                );
            }
            for (at, _) in text.match_indices("+55") {
                let digits: String = text[at + 1..].chars().take_while(char::is_ascii_digit).collect();
                if (12..=13).contains(&digits.len()) {
                    self.phones.borrow_mut().insert(digits);
                }
            }
        }
        ran
    }

    /// Panics when a log holds a secret or a whole phone.
    #[track_caller]
    pub fn check_logs(&self) {
        let logs = self.logs();
        for secret in SECRETS {
            assert!(!logs.contains(secret), "a secret in the log");
        }
        for phone in self.phones.borrow().iter() {
            // With or without country and ninth digit, as people and jids write it.
            assert!(!logs.contains(&phone[4..]), "{phone} in the log:\n{logs}");
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check_logs();
        }
    }
}

/// A command under way; killed when dropped.
pub struct Running<'a> {
    site: &'a Site,
    child: Child,
    args: String,
}

impl Running<'_> {
    /// As a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("its end");
    }

    /// Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        let sent = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -INT");
    }

    /// Waits for its end, which must come within half a minute.
    #[track_caller]
    pub fn wait(mut self) -> Ran {
        let mut status = None;
        eventually(&format!("wa-notify {} ends", self.args), || {
            status = self.child.try_wait().expect("its state");
            status.is_some()
        });
        let status = status.expect("its end");
        let read = |name: &str| std::fs::read_to_string(self.site.dir.path().join(name)).expect("its output");
        self.site.looked_through(Ran {
            args: self.args.clone(),
            code: status.code(),
            stdout: read("running.stdout"),
            stderr: read("running.stderr"),
        })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // It has ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The real binary, without what the surroundings would tell it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wa-notify"));
    for variable in [
        "WA_NOTIFY_NOW",
        "WA_NOTIFY_CONFIG",
        "FIREBIRD",
        "FIREBIRD_LOCK",
        "FIREBIRD_TMP",
    ] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// A wall-clock moment of São Paulo, which keeps three hours to UTC.
pub fn instant(day: &str, time: &str) -> String {
    let time = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    format!("{day}T{time}-03:00")
}

/// Looks until it comes true; panics after 30 seconds.
#[track_caller]
pub fn eventually(what: &str, mut look: impl FnMut() -> bool) {
    for _ in 0..1_500 {
        if look() {
            return;
        }
        pause(Duration::from_millis(20));
    }
    panic!("never came true: {what}");
}

fn spec(customers: u32, today: NaiveDate) -> SampleSpec {
    SampleSpec {
        customers,
        dirt: Dirt::Normal,
        // The written-down customers have 34 receivables; more would go to the drawn crowd.
        ..SampleSpec::new(today)
    }
}

/// The file of a seeded database with the WA_* tables, made once a process.
fn template(customers: u32, today: NaiveDate) -> Arc<Vec<u8>> {
    type Templates = HashMap<(u32, NaiveDate), Arc<Vec<u8>>>;
    static MADE: Mutex<Option<Templates>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = made.get_or_insert_default();
    let bytes = made.entry((customers, today)).or_insert_with(|| {
        let database = TestServer::shared().absent();
        sample::seed(&database.settings, &spec(customers, today), &mut |_, _| ()).expect("the sample");
        migrate(&mut database.connect()).expect("the tables");
        Arc::new(read(database.path()))
    });
    Arc::clone(bytes)
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the database's file")
}
