//! The outbox on a real Firebird, rule by rule.

mod receipts;
mod replies;
mod scan;
mod schema;
mod send;
mod trouble;

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use wa_notify::adapters::firebird::connection::{Connection, ConnectionSettings, Value};
use wa_notify::adapters::firebird::migrations::migrate;
use wa_notify::adapters::firebird::outbox::FirebirdOutbox;
use wa_notify::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::notice::{NoticeId, PartEvent, PartKey, PartKind, PartState};
use wa_notify::domain::phone::Phone;
use wa_notify::domain::policy::Stage;
use wa_notify::domain::selection::{NoticeKind, Selected, SelectedItem};
use wa_notify::ports::gateway::CanonicalId;
use wa_notify::ports::outbox::{Begin, Begun, NewNotice, NewRun, Outbox, Outcome, Recorded};

use crate::support::firebird::TestDatabase;

/// A database with the tables, and an outbox on it.
pub struct World {
    pub database: TestDatabase,
    pub outbox: FirebirdOutbox,
}

impl World {
    /// What may leave on a day, in its order.
    pub fn due(&mut self, day: NaiveDate) -> Vec<NoticeId> {
        let due = self.outbox.due(day).unwrap();
        due.iter().map(|due| due.notice).collect()
    }

    /// On a copy of a database that has the tables: making them anew takes longer than most of the tests.
    pub fn new() -> World {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let World { database, outbox } = World::with_charset("WIN1252");
            drop(outbox);
            std::fs::read(database.path()).expect("the template")
        });
        let database = TestDatabase::create("WIN1252");
        std::fs::write(database.path(), template).expect("a copy of the template");
        World {
            outbox: another(&database.settings),
            database,
        }
    }

    pub fn with_charset(charset: &str) -> World {
        World::on(TestDatabase::create(charset))
    }

    pub fn on(database: TestDatabase) -> World {
        migrate(&mut database.connect()).expect("the tables");
        let outbox = FirebirdOutbox::open(&database.settings).expect("an outbox");
        World { database, outbox }
    }

    /// One more worker.
    pub fn another(&self) -> FirebirdOutbox {
        another(&self.database.settings)
    }

    /// Looks into the tables; first column of the first row.
    pub fn look(&self, sql: &str) -> i64 {
        look(&mut self.database.connect(), sql)
    }

    /// Stores one notice about these receivables to this phone.
    pub fn store(&mut self, phone: &str, receivables: &[&str]) -> NoticeId {
        let run = run(vec![notice(phone, receivables)]);
        self.outbox.store_run(&run).expect("a stored run").1[0]
    }
}

pub fn another(settings: &ConnectionSettings) -> FirebirdOutbox {
    FirebirdOutbox::open(settings).expect("another outbox")
}

pub fn look(connection: &mut Connection, sql: &str) -> i64 {
    let rows = connection.query(sql, &[]).expect(sql);
    match rows[0].value(0) {
        Some(Value::Int(i)) => *i,
        other => panic!("{sql}: {other:?}"),
    }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub fn today() -> NaiveDate {
    day("2026-11-23")
}

/// Noon UTC of [`today`].
pub fn now() -> DateTime<Utc> {
    today().and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

pub fn phone(digits: &str) -> Phone {
    Phone::from_e164(digits).expect("a phone")
}

/// Made up; nobody's.
pub const ANA: &str = "+5551987654321";
/// Another one.
pub const BIA: &str = "+5551912345678";

pub fn notice(to: &str, receivables: &[&str]) -> NewNotice {
    let item = |id: &&str| SelectedItem {
        receivable: ReceivableId::new(id),
        document: format!("NF {id}/1"),
        due_on: day("2026-11-20"),
        stage: Stage::Overdue(3),
        balance: Cents::new(12_345),
        has_boleto: true,
    };
    let mut parts = vec![PartKind::Text];
    parts.extend(
        receivables
            .iter()
            .map(|id| PartKind::Boleto(ReceivableId::new(id))),
    );
    parts.push(PartKind::Statement);
    NewNotice {
        selected: Selected {
            branch: BranchId::new("1"),
            customer: CustomerId::new("C1"),
            contact: ContactId::new("7"),
            contact_name: "João Conceição".to_owned(),
            phone: phone(to),
            kind: NoticeKind::Overdue,
            items: receivables.iter().map(item).collect(),
        },
        instance: InstanceId::new("matriz"),
        parts,
    }
}

pub fn run(notices: Vec<NewNotice>) -> NewRun {
    NewRun {
        close: day("2026-11-22"),
        reference_day: today(),
        started_at: now(),
        send_on: today(),
        held: false,
        notices,
        skipped: Vec::new(),
        bad_rows: Vec::new(),
        superseded: Vec::new(),
    }
}

pub fn part(notice: NoticeId, seq: u16) -> PartKey {
    PartKey { notice, seq }
}

/// No pause, no cap, a lease of a minute.
pub fn begin(part: PartKey) -> Begin {
    Begin {
        part,
        revision: 0,
        owner: "worker-1".to_owned(),
        lease: Duration::from_secs(60),
        to: CanonicalId("555187654321@s.whatsapp.net".to_owned()),
        resolved_at: None,
        text: (part.seq == 1).then(|| "Olá, João! 👋".to_owned()),
        file_name: (part.seq > 1).then(|| "Boleto São João.pdf".to_owned()),
        now: now(),
        today: today(),
        gap: Duration::ZERO,
        daily_cap: None,
    }
}

pub fn outcome(event: PartEvent) -> Outcome {
    Outcome {
        event,
        gateway_id: (event == PartEvent::Accept).then(|| "3EB0AAAA".to_owned()),
        reason: (event == PartEvent::RefusedForGood).then(|| "not_on_whatsapp".to_owned()),
        next_try_at: None,
        now: now(),
    }
}

/// Begins a part that is ready; its attempt.
pub fn go(outbox: &mut FirebirdOutbox, part: PartKey) -> u32 {
    match outbox.begin(&begin(part)).expect("begin") {
        Begun::Go { attempt, .. } => attempt,
        other => panic!("{part}: {other:?}"),
    }
}

/// Begins a part and records this.
pub fn send(outbox: &mut FirebirdOutbox, part: PartKey, event: PartEvent) -> PartState {
    let attempt = go(outbox, part);
    match outbox.record(part, attempt, &outcome(event)).expect("record") {
        Recorded::Now(state) => state,
        Recorded::LateAnswer => panic!("{part}: late"),
    }
}
