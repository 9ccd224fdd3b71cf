//! One site of one round: a database of its own, a stand-in gateway, and processes with their own configuration files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;
use wa_notify::adapters::firebird::connection::{Connection, ConnectionSettings};
use wa_notify::adapters::firebird::migrations::migrate;
use wa_notify::adapters::firebird::outbox::FirebirdOutbox;
use wa_notify::adapters::firebird::sample::{Dirt, SampleSpec, pay, seed};
use wa_notify::adapters::system_clock::{StopSignal, SystemClock};
use wa_notify::domain::notice::{NoticeId, NoticeState, PartState};
use wa_notify::ports::clock::Clock;
use wa_notify::ports::outbox::{Notice, Outbox};

use super::check;
use crate::support::firebird::TestServer;
use crate::support::sandbox::{API_KEY, Sandbox, pause};

/// Configuration files of one queue: as many `send`s can run at once.
pub const CONFIGS: usize = 3;
/// Customers of the site: the first cases of the sample, with every kind of part.
const CUSTOMERS: u32 = 3;
/// A process that lives longer hangs.
const LONGEST: Duration = Duration::from_secs(150);

/// A server to be killed at will, and the database that each round copies.
pub struct Template {
    server: TestServer,
    settings: ConnectionSettings,
    database: PathBuf,
}

impl Template {
    pub fn new() -> Template {
        let server = TestServer::private();
        let database = server.data_folder().join("template.fdb");
        let settings = server.settings(&database);
        let spec = SampleSpec {
            customers: CUSTOMERS,
            dirt: Dirt::None,
            ..SampleSpec::new(day())
        };
        seed(&settings, &spec, &mut |_, _| {}).expect("the sample");
        migrate(&mut Connection::open(&settings).expect("a connection")).expect("the tables");
        Template {
            server,
            settings,
            database,
        }
    }

    /// After a round: the server runs, whatever the round did to it.
    pub fn ready(&self) {
        if Connection::open(&self.settings).is_err() {
            self.server.restart();
        }
    }
}

/// The day of sending, a Monday; the close is the day before.
pub fn day() -> NaiveDate {
    "2026-11-23".parse().expect("a date")
}

/// 09:00 in the shop.
fn nine() -> DateTime<Utc> {
    day().and_hms_opt(12, 0, 0).expect("a time").and_utc()
}

/// What a round saw.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    pub delivered: usize,
    pub doubles: usize,
    pub lost: usize,
    pub stuck: usize,
    pub for_person: usize,
    pub killed: usize,
    pub restarts: usize,
    pub exits: BTreeMap<String, usize>,
    pub steps: BTreeMap<String, usize>,
    pub gateway: BTreeMap<String, usize>,
    pub problems: Vec<String>,
}

/// A running `wa-notify`.
pub struct Process {
    child: Child,
    name: String,
    step: Option<String>,
}

/// See the module.
pub struct Site<'a> {
    template: &'a Template,
    pub settings: ConnectionSettings,
    database: PathBuf,
    folder: tempfile::TempDir,
    pub sandbox: Sandbox,
    clock: SystemClock,
    /// How far the processes' clock is ahead of the gateway's, by time that has passed in the round.
    ahead: TimeDelta,
    processes: usize,
    pub tally: Tally,
    /// What went wrong while the faults were on.
    pub problems: Vec<String>,
    /// Something may have left that the gateway cannot show.
    pub unprovable: bool,
    /// Something was sent as of another day: letters may differ.
    pub other_day: bool,
}

impl<'a> Site<'a> {
    pub fn new(template: &'a Template) -> Site<'a> {
        let folder = tempfile::Builder::new()
            .prefix("wa-notify-chaos-")
            .tempdir()
            .expect("a folder");
        let name = folder
            .path()
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let database = template.server.data_folder().join(format!("{name}.fdb"));
        fs::copy(&template.database, &database).expect("a copy of the template");
        let settings = template.server.settings(&database);
        let sandbox = Sandbox::start_at(&[], Some(&nine().to_rfc3339()));
        sandbox.link("loja");
        let site = Site {
            template,
            database,
            folder,
            sandbox,
            clock: SystemClock::new(Some(nine()), StopSignal::default()),
            ahead: TimeDelta::zero(),
            settings,
            processes: 0,
            tally: Tally::default(),
            problems: Vec::new(),
            unprovable: false,
            other_day: false,
        };
        let url = site.sandbox.url().to_owned();
        (0..CONFIGS).for_each(|config| site.configure(config, &url));
        site
    }

    /// Writes a configuration file: the same queue, a lock of its own.
    pub fn configure(&self, config: usize, url: &str) {
        let path = self.config(config);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        let text = format!(
            "[database]\nhost = \"127.0.0.1\"\nport = {}\npath = '{}'\nuser = \"SYSDBA\"\npassword = \"masterkey\"\n\
             [gateway]\nurl = \"{url}\"\napi_key = \"{API_KEY}\"\n\
             [settings.pacing]\npart_gap = [0, 0]\ncontact_gap = [0, 0]\ndaily_cap = 0\nwarm_up = false\n",
            self.settings.port,
            self.database.display(),
        );
        fs::write(path, text).expect("the configuration");
    }

    fn config(&self, config: usize) -> PathBuf {
        self.folder
            .path()
            .join(format!("config-{config}"))
            .join("wa-notify.toml")
    }

    /// The time of the round.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now() + self.ahead
    }

    /// Time passes: quiet periods end, retries become due.
    pub fn later(&mut self, by: TimeDelta) {
        self.ahead += by;
    }

    /// Starts a command at the time of the round.
    pub fn start(&mut self, config: usize, args: &[&str]) -> Process {
        self.start_with(config, args, self.now(), None)
    }

    /// The same at any time, to die at `step`.
    pub fn start_with(
        &mut self,
        config: usize,
        args: &[&str],
        now: DateTime<Utc>,
        step: Option<&str>,
    ) -> Process {
        self.processes += 1;
        let name = format!("{:02}-{}-{config}", self.processes, args[0]);
        let file =
            |ending: &str| File::create(self.folder.path().join(format!("{name}.{ending}"))).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_wa-notify"));
        command
            .env_clear()
            .env("WA_NOTIFY_NOW", now.to_rfc3339())
            .arg("--config")
            .arg(self.config(config))
            .args(["--lang", "en", "--json"])
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"));
        if let Some(step) = step {
            command.env("WA_NOTIFY_FAILPOINT", step);
        }
        Process {
            child: command.spawn().expect("wa-notify starts"),
            name,
            step: step.map(|step| step.split(':').next().unwrap_or(step).to_owned()),
        }
    }

    /// Waits for its end; its exit code, unless it was killed, must be one of these.
    pub fn wait(&mut self, mut process: Process, allowed: &[i32]) {
        let mut waited = Duration::ZERO;
        let status = loop {
            if let Some(status) = process.child.try_wait().expect("its status") {
                break status;
            }
            if waited > LONGEST {
                let _ = process.child.kill();
                let _ = process.child.wait();
                self.problems.push(format!("{} hung", process.name));
                return;
            }
            pause(Duration::from_millis(15));
            waited += Duration::from_millis(15);
        };
        let code = status.code();
        let end = code.map_or_else(|| "killed".to_owned(), |code| format!("exit {code}"));
        *self.tally.exits.entry(end).or_default() += 1;
        match (code, process.step) {
            (Some(code), _) if !allowed.contains(&code) => {
                let err = self.folder.path().join(format!("{}.err", process.name));
                let err = fs::read_to_string(err).unwrap_or_default();
                self.problems
                    .push(format!("{} ended with {code}: {}", process.name, err.trim()));
            }
            (Some(_), _) => {}
            (None, step) => {
                self.tally.killed += 1;
                if let Some(step) = step {
                    *self.tally.steps.entry(step).or_default() += 1;
                }
            }
        }
    }

    /// SIGKILL, then the rest as [`Self::wait`].
    pub fn kill(&mut self, mut process: Process, allowed: &[i32]) {
        let _ = process.child.kill();
        self.wait(process, allowed);
    }

    /// The scan of the close, at half past eight.
    pub fn scan(&mut self) {
        let scan = self.start_with(0, &["scan"], nine() - TimeDelta::minutes(30), None);
        self.wait(scan, &[0, 8]);
    }

    pub fn kill_database(&mut self) {
        self.template.server.kill();
        self.tally.restarts += 1;
    }

    pub fn restart_database(&self) {
        self.template.server.restart();
    }

    fn connect(&self) -> Connection {
        Connection::open(&self.settings).expect("a connection")
    }

    /// Lets all leases run out now, as the server's clock would have done in time.
    pub fn leases_run_out(&self) {
        let sql = "UPDATE WA_PART SET LEASE_UNTIL = DATEADD(-1 HOUR TO LOCALTIMESTAMP), LEASE_MS = 1000 \
                   WHERE STATE = 'sending'";
        // A process of the round may hold the row for a moment.
        for _ in 0..200 {
            if self.connect().execute(sql, &[]).is_ok() {
                return;
            }
            pause(Duration::from_millis(20));
        }
        panic!("the leases could not be touched");
    }

    /// Counts by notice.
    pub fn counts(&self, sql: &str) -> BTreeMap<i64, i64> {
        let rows = self.connect().query(sql, &[]).expect(sql);
        let int = |row: &wa_notify::adapters::firebird::connection::Row, at: usize| {
            row.opt_int(at).expect(sql).expect("not null")
        };
        rows.iter().map(|row| (int(row, 0), int(row, 1))).collect()
    }

    /// The first notices' receivables are paid; letters differ from those of a round in which nobody pays.
    pub fn somebody_pays(&mut self, notices: i64) {
        self.other_day = true;
        let mut outbox = FirebirdOutbox::open(&self.settings).expect("the outbox");
        let mut connection = self.connect();
        for id in 1..=notices {
            let notice = outbox.notice(NoticeId(id)).expect("a notice");
            for item in notice.into_iter().flat_map(|notice| notice.items) {
                pay(&mut connection, &item.receivable).expect("a payment");
            }
        }
    }

    /// All notices, whole.
    pub fn notices(&self) -> Vec<Notice> {
        let ids = self.counts("SELECT ID, 1 FROM WA_NOTICE ORDER BY ID");
        let mut outbox = FirebirdOutbox::open(&self.settings).expect("the outbox");
        let whole = |id: &i64| {
            outbox
                .notice(NoticeId(*id))
                .expect("a notice")
                .expect("it is there")
        };
        ids.keys().map(whole).collect()
    }

    /// Without faults: a scan, then `send` until nothing changes any more.
    pub fn settle(&mut self) -> Vec<String> {
        self.sandbox.clear_faults();
        self.leases_run_out();
        let url = self.sandbox.url().to_owned();
        (0..CONFIGS).for_each(|config| self.configure(config, &url));
        let scan = self.start(0, &["scan"]);
        self.wait(scan, &[0, 8]);
        self.send_on()
    }

    /// `send` until nothing changes any more.
    pub fn send_on(&mut self) -> Vec<String> {
        let mut last = self.picture();
        for turn in 0..8 {
            self.later(TimeDelta::minutes(10));
            let send = self.start(turn % CONFIGS, &["send"]);
            self.wait(send, &[0, 8]);
            let picture = self.picture();
            if picture == last {
                break;
            }
            last = picture;
        }
        std::mem::take(&mut self.problems)
    }

    /// States in words, for people and to see that nothing changes.
    pub fn picture(&self) -> String {
        let parts = |notice: &Notice| {
            let one = |part: &wa_notify::ports::outbox::Part| {
                let reason = part
                    .reason
                    .as_deref()
                    .map(|r| format!(" ({r})"))
                    .unwrap_or_default();
                // A receipt that comes in is no change.
                let state = if part.state.is_accepted() {
                    "accepted"
                } else {
                    part.state.word()
                };
                format!(
                    "  {} {} attempt {} {state}{reason}",
                    part.key,
                    part.kind.word(),
                    part.attempt
                )
            };
            notice.parts.iter().map(one).collect::<Vec<_>>().join("\n")
        };
        let state = |notice: &Notice| {
            let state = match notice.state {
                NoticeState::Delivered => NoticeState::Sent,
                state => state,
            };
            format!(
                "{} {} {:?}\n{}",
                notice.id,
                state.word(),
                notice.reason,
                parts(notice)
            )
        };
        self.notices().iter().map(state).collect::<Vec<_>>().join("\n")
    }

    /// A person looks at the phone for each unknown part and says what is there.
    pub fn ask_a_person(&mut self) -> Vec<String> {
        for notice in self.notices() {
            for part in notice
                .parts
                .iter()
                .filter(|part| part.state == PartState::Unknown)
            {
                self.tally.for_person += 1;
                let there = check::is_delivered(self, &notice, part);
                let verdict = if there { "sent" } else { "retry" };
                let resolve = self.start(0, &["resolve", &part.key.to_string(), verdict]);
                self.wait(resolve, &[0]);
            }
        }
        std::mem::take(&mut self.problems)
    }

    /// What `status` says.
    pub fn status(&mut self) -> Value {
        let status = self.start(0, &["status"]);
        let name = status.name.clone();
        self.wait(status, &[0, 8]);
        let text = fs::read_to_string(self.folder.path().join(format!("{name}.out"))).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// The figures of the round.
    pub fn tally(&mut self) -> Tally {
        self.tally.delivered = self.sandbox.delivered().len();
        self.tally.clone()
    }

    /// Notes which faults of the gateway happened; those that are set now.
    pub fn note_faults(&mut self) {
        for rule in self
            .sandbox
            .get("/sandbox/faults")
            .json()
            .as_array()
            .into_iter()
            .flatten()
        {
            let fired = rule["fired"].as_u64().unwrap_or_default() as usize;
            let name = rule["fault"].as_str().unwrap_or_default().to_owned();
            *self.tally.gateway.entry(name).or_default() += fired;
        }
    }

    /// Keeps the folder of a failed round, with the states and the ground truth.
    pub fn keep(&self, keep: Option<&Path>, name: &str) -> String {
        let folder = keep.map_or_else(std::env::temp_dir, Path::to_owned).join(name);
        let copied = fs::create_dir_all(&folder).is_ok()
            && Command::new("cp")
                .arg("-r")
                .arg(self.folder.path())
                .arg(&folder)
                .status()
                .is_ok_and(|s| s.success());
        let truth: Vec<String> = self.sandbox.delivered().iter().map(Value::to_string).collect();
        let _ = fs::write(folder.join("delivered.jsonl"), truth.join("\n"));
        let _ = fs::write(folder.join("states.txt"), self.picture());
        let _ = fs::copy(&self.database, folder.join("site.fdb"));
        if copied {
            folder.display().to_string()
        } else {
            "nothing".to_owned()
        }
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.database);
    }
}
