//! A year of one shop in fast motion: the real binary twice a day and more, a real Firebird, the stand-in gateway, and
//! a clock that jumps from one moment to the next. Closes are skipped, the phone is unlinked, nobody looks after what is
//! in doubt, processes die, the scheduler is off, a backup comes back.
//!
//! What must hold on each of its days is in [`Year::nobody_is_forgotten`] and [`Year::nobody_hears_twice`].

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde_json::json;
use wa_notify::adapters::firebird::connection::Value;
use wa_notify::adapters::firebird::sample::{close_day, import_bank_return, pay};
use wa_notify::domain::calendar::{BankingCalendar, is_national_holiday};
use wa_notify::domain::ids::ReceivableId;
use wa_notify::domain::phone::Phone;

use crate::support::firebird::TestServer;
use crate::support::site::{Plan, Ran, Site, instant};

const FIRST_DAY: &str = "2026-01-05";
const DAYS: u64 = 365;
const CUSTOMERS: u32 = 25;

/// Customers that buy on: those of the sample that can be written to, and some that cannot.
const BUYERS: std::ops::RangeInclusive<i32> = 1..=14;

/// What goes wrong, by the first and the last day of each.
const UNLINKED: [&str; 2] = ["2026-02-10", "2026-02-16"];
const NOBODY_LOOKS: [&str; 2] = ["2026-05-04", "2026-05-29"];
const NO_CLOSES: [&str; 2] = ["2026-07-01", "2026-07-08"];
const CRASHES: [&str; 2] = ["2026-08-03", "2026-08-14"];
const SCHEDULER_OFF: [&str; 2] = ["2026-09-08", "2026-09-18"];
const BACKUP_TAKEN: &str = "2026-10-06";
const BACKUP_RESTORED: &str = "2026-10-08";
/// The link breaks in the middle of a notice, and stays broken for more than `expire_after_days`.
const BROKEN_MIDWAY: [&str; 2] = ["2026-11-10", "2026-11-17"];

/// Steps at which a process dies in [`CRASHES`], one a day.
const STEPS: [&str; 10] = [
    "after_sweep",
    "after_read",
    "after_rebuild",
    "after_resolve",
    "after_claim",
    "after_request",
    "after_record",
    "before_commit:3",
    "after_commit:4",
    "after_receipts",
];

#[test]
fn a_year_of_one_shop() {
    let server = TestServer::private();
    let mut year = Year::begin(&server);
    for _ in 0..DAYS {
        year.live_a_day();
    }
    year.ends_well();
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::Text(text)) => text.trim_end().to_owned(),
        Some(Value::Int(number)) => number.to_string(),
        Some(Value::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Some(Value::Null) | None => String::new(),
        Some(other) => panic!("{other:?}: CAST it"),
    }
}

struct Year<'a> {
    server: &'a TestServer,
    site: Site,
    day: NaiveDate,
    dice: fastrand::Rng,
    calendar: BankingCalendar,
    /// Closed by the ERP and not scanned yet.
    unscanned: Option<NaiveDate>,
    backup: Option<Vec<u8>>,
    next_receivable: i32,
    /// Who was told what, and on which day: receivable, phone, stage. Never forgets, other than a database.
    told: BTreeMap<(String, String, String), NaiveDate>,
    /// Messages on the phones so far.
    messages: usize,
    /// Openings seen, by recipient and reference; a restored database counts its references anew.
    openings: HashSet<(bool, String, String)>,
    figures: BTreeMap<&'static str, usize>,
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn within(day: NaiveDate, [from, to]: [&str; 2]) -> bool {
    (date(from)..=date(to)).contains(&day)
}

impl<'a> Year<'a> {
    fn begin(server: &'a TestServer) -> Self {
        let site = Site::on(
            server,
            Plan {
                customers: CUSTOMERS,
                today: FIRST_DAY,
                ..Plan::default()
            },
        );
        // The log of a year at debug level is of no use to anybody.
        site.reconfigure("level = \"debug\"", "level = \"info\"");
        let day = date(FIRST_DAY);
        Year {
            server,
            site,
            day,
            dice: fastrand::Rng::with_seed(2026),
            calendar: BankingCalendar::default(),
            unscanned: day.pred_opt(),
            backup: None,
            next_receivable: 500_000,
            told: BTreeMap::new(),
            messages: 0,
            openings: HashSet::new(),
            figures: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: &'static str, n: usize) {
        *self.figures.entry(what).or_default() += n;
    }

    fn at(&self, time: &str) -> String {
        format!("{} {time}", self.day)
    }

    /// Rows of a question, each cell as text.
    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.site.fresh(|connection| {
            let rows = connection.query(sql, &[]).expect(sql);
            rows.iter()
                .map(|row| (0..row.len()).map(|at| cell(row.value(at))).collect())
                .collect()
        })
    }

    fn one(&self, sql: &str) -> usize {
        self.rows(sql)[0][0].parse().expect(sql)
    }

    fn run(&self, time: &str, args: &[&str], codes: &[i32]) -> Ran {
        let ran = self.site.run(&self.at(time), &[&["--json"], args].concat());
        assert!(
            ran.code.is_some_and(|code| codes.contains(&code)),
            "{} {time}: {ran:#?}",
            self.day
        );
        ran
    }

    // ------------------------------------------------------------ a day

    fn live_a_day(&mut self) {
        let clock = json!({"now": instant(&self.day.to_string(), "08:00")});
        self.site.sandbox.control("/sandbox/clock", &clock);
        self.what_happens_overnight();
        if !within(self.day, SCHEDULER_OFF) {
            self.morning();
        }
        self.evening();
        self.day = self.day.succ_opt().expect("a day");
    }

    fn what_happens_overnight(&mut self) {
        if self.day == date(UNLINKED[0]) {
            self.site.sandbox.unlink("loja");
        }
        let again = [UNLINKED, BROKEN_MIDWAY].map(|[_, last]| date(last).succ_opt());
        if again.contains(&Some(self.day)) {
            let linked = self.run("08:01", &["pair", "--png", "qr.png"], &[0]);
            assert_eq!(linked.json()["outcome"], "linked");
            self.count("pairings", 1);
        }
        if self.day == date(BROKEN_MIDWAY[0]) {
            self.site
                .sandbox
                .faults(json!({"fault": "unlink", "skip": 1, "times": 1}));
        }
        if self.day == date(BACKUP_RESTORED) {
            self.restore();
        }
    }

    fn morning(&mut self) {
        if let Some(close) = self.unscanned.take() {
            let scan = self.run("08:30", &["scan"], &[0, 8]).json();
            assert_eq!(scan["close"], close.to_string());
            self.count("scans", 1);
            self.count("selected", scan["notices"].as_array().map_or(0, Vec::len));
            self.nobody_is_forgotten(close);
        }
        self.payments();
        self.mischief();
        self.send();
        self.site.sandbox.clear_faults();
        self.nobody_hears_twice();
        if self.day.weekday() == Weekday::Wed {
            self.answers();
        }
        if self.day.weekday() == Weekday::Fri && !within(self.day, NOBODY_LOOKS) {
            self.a_person_looks();
        }
    }

    fn evening(&mut self) {
        let works = self.calendar.is_business_day(self.day);
        if works && self.day.weekday() == Weekday::Mon {
            self.sales();
        }
        if self.day.succ_opt() == Some(date(BROKEN_MIDWAY[0])) {
            // Somebody must be written to on that day.
            self.sale(1, self.day + Days::new(4));
        }
        if works && !within(self.day, NO_CLOSES) {
            let day = self.day;
            self.site.fresh(|connection| {
                import_bank_return(connection, day).expect("the bank's file");
                close_day(connection, day).expect("the close");
            });
            self.unscanned = Some(day);
            self.count("closes", 1);
        }
        if self.day == date(BACKUP_TAKEN) {
            self.backup();
        }
    }

    // ------------------------------------------------------------ the shop and its customers

    fn sales(&mut self) {
        for _ in 0..self.dice.usize(2..6) {
            let customer = self.dice.i32(BUYERS);
            let due = self.day + Days::new(self.dice.u64(3..35));
            self.sale(customer, due);
        }
    }

    fn sale(&mut self, customer: i32, due: NaiveDate) {
        let id = self.next_receivable;
        self.next_receivable += 1;
        let cents = self.dice.u32(900..250_000);
        self.site.fresh(|connection| {
                let sql = format!(
                    "INSERT INTO TITULO_RECEBER (ID, FILIAL, CLIENTE, DOCUMENTO, PARCELA, TOTAL_PARCELAS, EMISSAO, \
                     VENCIMENTO, VALOR, VALOR_PAGO, SALDO, MULTA_PERCENTUAL, JUROS_MES, SITUACAO) VALUES ({id}, 1, \
                     {customer}, 'NF {id}', 1, 1, '{}', '{due}', {1}.{2:02}, 0, {1}.{2:02}, 2, 1, 'A')",
                    self.day,
                    cents / 100,
                    cents % 100,
                );
                connection.execute(&sql, &[]).expect("a sale");
            });
    }

    /// Between the selection and the sending.
    fn payments(&mut self) {
        let open = self.rows("SELECT ID FROM TITULO_RECEBER WHERE SITUACAO = 'A' AND SALDO > 0 ORDER BY ID");
        if open.len() > 20 {
            let paid = ReceivableId::new(&open[self.dice.usize(0..open.len())][0]);
            assert!(
                self.site
                    .fresh(|connection| pay(connection, &paid))
                    .expect("a payment")
            );
        }
    }

    fn answers(&mut self) {
        let phones = self.rows(
            "SELECT FIRST 1 PHONE FROM WA_NOTICE WHERE STATE IN ('sent', 'delivered') ORDER BY ID DESC",
        );
        let Some(phone) = phones
            .first()
            .map(|row| row[0].trim_start_matches('+').to_owned())
        else {
            return;
        };
        if within(self.day, UNLINKED) || within(self.day, BROKEN_MIDWAY) {
            return;
        }
        self.site.sandbox.reply(&phone, "Bom dia, vou ver isso");
        let replies = self.run("09:40", &["replies"], &[0, 8]).json();
        self.count("replies", replies["stored"].as_u64().unwrap_or_default() as usize);
        self.run("09:41", &["replies", "--done", "all"], &[0]);
    }

    // ------------------------------------------------------------ sending, and what goes wrong

    /// A fault of the gateway on some days of the week.
    fn mischief(&self) {
        let fault = match (self.day.month(), self.day.weekday()) {
            (_, Weekday::Mon) => "error_after",
            (_, Weekday::Tue) => "drop_after",
            (4..=6, Weekday::Wed | Weekday::Thu) => "drop_before",
            (_, Weekday::Thu) => "error_before",
            (_, Weekday::Sat) => "bad_request_after",
            _ => return,
        };
        if !within(self.day, BROKEN_MIDWAY) {
            self.site
                .sandbox
                .faults(json!({"fault": fault, "skip": 1, "times": 1}));
        }
    }

    fn send(&mut self) {
        if within(self.day, CRASHES) {
            let nth = usize::try_from((self.day - date(CRASHES[0])).num_days()).expect("a day");
            if let Some(step) = STEPS.get(nth) {
                let died = self
                    .site
                    .command(&self.at("09:01"), &["send"])
                    .env("WA_NOTIFY_FAILPOINT", step)
                    .output()
                    .expect("wa-notify runs");
                self.count("crashes", usize::from(died.status.code().is_none()));
            }
        }
        let off = within(self.day, UNLINKED) || within(self.day, BROKEN_MIDWAY);
        let codes: &[i32] = if off { &[0, 6, 8] } else { &[0, 8] };
        // Half an hour is enough for a lease to run out and for the quiet period.
        for time in ["09:01", "09:31"] {
            let clock = json!({"now": instant(&self.day.to_string(), time)});
            self.site.sandbox.control("/sandbox/clock", &clock);
            let report = self.run(time, &["send"], codes).json();
            self.count("sends", 1);
            if self.day.weekday() == Weekday::Sun || is_national_holiday(self.day) {
                assert_eq!(report["parts_accepted"], 0, "{report}");
                break;
            }
            // The scheduler would come every half hour; a second time is of use where something is in doubt.
            if report["unknown"] == json!([]) && !within(self.day, CRASHES) {
                break;
            }
        }
    }

    /// Who looks at the shop's phone finds the message there, or not, and says so.
    fn a_person_looks(&mut self) {
        let status = self.run("16:00", &["status"], &[0, 8]).json();
        for part in status["unknown"].as_array().expect("a list") {
            let key = part["part"].as_str().expect("a part");
            let (notice, seq) = key.split_once('.').expect("notice and part");
            let sql =
                format!("SELECT FILE_NAME, CONTENT FROM WA_PART WHERE NOTICE = {notice} AND SEQ = {seq}");
            let row = &self.rows(&sql)[0];
            let there = self.site.messages().iter().any(|m| match m.file_name.as_deref() {
                Some(name) => name == row[0],
                None => row[0].is_empty() && m.text == row[1],
            });
            let verdict = if there { "sent" } else { "retry" };
            self.run("16:01", &["resolve", key, verdict], &[0]);
            self.count(if there { "resolved sent" } else { "resolved retry" }, 1);
        }
    }

    fn backup(&mut self) {
        self.server.kill();
        self.backup = Some(std::fs::read(self.site.database().path()).expect("the database"));
        self.server.restart();
    }

    /// What left since is forgotten, and `send` must not leave again what may have left.
    fn restore(&mut self) {
        let bytes = self.backup.take().expect("a backup");
        self.server.kill();
        std::fs::write(self.site.database().path(), bytes).expect("the backup comes back");
        self.server.restart();
        let held = self.run("08:05", &["send", "--ignore-window"], &[10]);
        assert!(held.stdout.contains("error"), "{held:?}");
        let confirmed = self.run("08:06", &["send", "--confirm-restore"], &[0]).json();
        assert!(confirmed["stages_recorded"].is_u64(), "{confirmed}");
        // The ERP went back with it, and is closed again to where it was.
        let last = self.day.pred_opt().expect("a day");
        for day in date(BACKUP_TAKEN)
            .succ_opt()
            .expect("a day")
            .iter_days()
            .take_while(|d| *d <= last)
        {
            self.site.fresh(|connection| {
                import_bank_return(connection, day).expect("the bank's file");
                close_day(connection, day).expect("the close");
            });
        }
        self.unscanned = Some(last);
        self.count("restores", 1);
    }

    // ------------------------------------------------------------ what must hold

    /// Each open receivable that has reached a stage has it claimed, or the run of this close says why not.
    fn nobody_is_forgotten(&mut self, close: NaiveDate) {
        let decisions = self.rows(&format!(
            "SELECT D.CUSTOMER, D.CONTACT, D.RECEIVABLE FROM WA_DECISION D JOIN WA_RUN R ON R.ID = D.RUN \
             WHERE R.CLOSE_DAY = '{close}'"
        ));
        let refused = |customer: &str, contact: &str, receivable: &str| {
            decisions.iter().any(|d| {
                d[0] == customer
                    && (d[1].is_empty() || d[1] == contact)
                    && (d[2].is_empty() || d[2] == receivable)
            })
        };
        let claims: BTreeSet<(String, String, String)> = self
            .rows("SELECT RECEIVABLE, PHONE, STAGE FROM WA_CLAIM")
            .into_iter()
            .map(|row| (row[0].clone(), row[1].clone(), row[2].clone()))
            .collect();
        let flagged = self.rows("SELECT CLIENTE, ID, TELEFONE FROM CONTATO WHERE RECEBE_AVISO_DEBITO = 'S'");
        let open = self.rows(
            "SELECT ID, CLIENTE, CAST(VENCIMENTO AS VARCHAR(10)) FROM TITULO_RECEBER WHERE SALDO > 0 AND SITUACAO = 'A' AND VENCIMENTO IS NOT NULL",
        );
        let mut reached = 0;
        for row in &open {
            let (receivable, customer, due) = (&row[0], &row[1], date(&row[2]));
            let Some(stage) = self.stage_reached(due) else {
                continue;
            };
            let contacts: Vec<_> = flagged.iter().filter(|c| c[0] == *customer).collect();
            if contacts.is_empty() {
                assert!(refused(customer, "", receivable), "{}: {row:?} {stage}", self.day);
            }
            for contact in contacts {
                reached += 1;
                let claimed = Phone::parse(&contact[2], None).is_ok_and(|phone| {
                    claims.contains(&(receivable.clone(), phone.e164().to_owned(), stage.clone()))
                });
                assert!(
                    claimed || refused(customer, &contact[1], receivable),
                    "{}: {stage} of {row:?} is reached for {contact:?}: neither a notice nor a reason",
                    self.day
                );
            }
        }
        self.count("stages looked at", reached);
    }

    /// The most urgent stage reached on this day, by the policy of the sample: 5, 2, 0 before; 1, 7, 15, 30 and every
    /// 30 after, up to 180; one business day of grace.
    fn stage_reached(&self, due: NaiveDate) -> Option<String> {
        let days = (self.day - due).num_days();
        if days <= 0 {
            let stage = [0, 2, 5].into_iter().find(|n| -days <= *n)?;
            return Some(format!("upcoming:{stage}"));
        }
        let payable = self.calendar.on_or_after(due);
        if self.day <= self.calendar.add_business_days(payable, 1) || days > 180 {
            return None;
        }
        let stages = [1, 7, 15, 30, 60, 90, 120, 150, 180];
        let stage = stages.into_iter().rev().find(|n| days >= *n)?;
        Some(format!("overdue:{stage}"))
    }

    /// Nobody was told of one stage on two days, and no message stands twice on a phone.
    fn nobody_hears_twice(&mut self) {
        let told = self.rows(&format!(
            "SELECT I.RECEIVABLE, N.PHONE, I.STAGE FROM WA_NOTICE N JOIN WA_NOTICE_ITEM I ON I.NOTICE = N.ID \
             WHERE N.FIRST_DEPARTURE = '{}' AND EXISTS(SELECT 1 FROM WA_PART P WHERE P.NOTICE = N.ID AND P.MAY_HAVE_LEFT = 1)",
            self.day
        ));
        for row in told {
            let key = (row[0].clone(), row[1].clone(), row[2].clone());
            let before = self.told.insert(key, self.day);
            assert!(
                before.is_none(),
                "{}: {row:?} was told of on {before:?} already",
                self.day
            );
        }
        let messages = self.site.messages();
        let new = &messages[self.messages..];
        let restored = self.day >= date(BACKUP_RESTORED);
        for (at, message) in new.iter().enumerate() {
            assert!(!new[..at].contains(message), "{}: twice: {message:?}", self.day);
            if message.opens() {
                let reference = message.text.rsplit("Ref. ").next().unwrap_or_default();
                let opening = (restored, message.to.clone(), reference.to_owned());
                assert!(self.openings.insert(opening), "{}: twice: {message:?}", self.day);
            }
        }
        self.messages = messages.len();
    }

    #[expect(
        clippy::print_stdout,
        reason = "figures, for whoever runs it with --nocapture"
    )]
    fn ends_well(&mut self) {
        self.run("20:30", &["status"], &[0, 8]);
        let states = self.rows("SELECT STATE, COUNT(*) FROM WA_NOTICE GROUP BY 1 ORDER BY 1");
        println!(
            "a year: {:?}, {} messages, {states:?}",
            self.figures, self.messages
        );
        let of = |state: &str| states.iter().any(|row| row[0] == state);
        for state in ["delivered", "skipped", "superseded", "expired"] {
            assert!(of(state), "no notice ever was {state}: {states:?}");
        }
        assert_eq!(
            self.one("SELECT COUNT(*) FROM WA_PART WHERE STATE = 'sending'"),
            0
        );
        for (what, least) in [
            ("closes", 230),
            ("crashes", 6),
            ("pairings", 2),
            ("replies", 30),
            ("resolved retry", 5),
            ("resolved sent", 1),
            ("restores", 1),
            ("selected", 300),
        ] {
            let seen = self.figures.get(what).copied().unwrap_or_default();
            assert!(seen >= least, "{what}: {seen}");
        }
    }
}
