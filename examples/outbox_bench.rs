//! How fast is the outbox on a given server? Creates a database there, stores a run, and sends its parts through one
//! worker with nothing between `begin` and `record`.
//!
//! `cargo run --release --example outbox_bench -- HOST PORT PATH_ON_SERVER [NOTICES] [DECISIONS]` (SYSDBA, masterkey)

#![expect(clippy::print_stdout, reason = "its figures are its output")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::time::{Duration, Instant};

use chrono::Utc;
use wa_notify::adapters::firebird::connection::{Connection, ConnectionSettings};
use wa_notify::adapters::firebird::migrations::migrate;
use wa_notify::adapters::firebird::outbox::FirebirdOutbox;
use wa_notify::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::notice::{PartEvent, PartKey, PartKind};
use wa_notify::domain::phone::Phone;
use wa_notify::domain::policy::Stage;
use wa_notify::domain::selection::{NoticeKind, Selected, SelectedItem, SkipReason, Skipped};
use wa_notify::ports::gateway::CanonicalId;
use wa_notify::ports::outbox::{Begin, Begun, NewNotice, NewRun, Outbox, Outcome};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, path, rest @ ..] = arguments.as_slice() else {
        return Err("HOST PORT PATH_ON_SERVER [NOTICES] [DECISIONS]".into());
    };
    let count = |n: usize, default: usize| rest.get(n).map_or(Ok(default), |text| text.parse());
    let (notices, decisions) = (count(0, 5_000)?, count(1, 20_000)?);
    let mut settings = ConnectionSettings::new(Some(host), path.as_str());
    settings.port = port.parse()?;

    let mut connection = Connection::create_database(&settings, "WIN1252")?;
    timed("migrations", 1, || migrate(&mut connection))?;
    drop(connection);
    let mut outbox = FirebirdOutbox::open(&settings)?;
    println!("forced writes: {}", outbox.forced_writes()?);

    let run = run(notices, decisions)?;
    let (_, ids) = timed("store_run: notices", notices, || outbox.store_run(&run))?;
    let receivables: Vec<_> = run
        .notices
        .iter()
        .flat_map(|n| &n.selected.items)
        .map(|i| i.receivable.clone())
        .collect();
    timed("memory: receivables", receivables.len(), || {
        outbox.memory(&receivables)
    })?;
    let sent = ids
        .iter()
        .take(500)
        .flat_map(|id| (1..=2).map(|seq| PartKey { notice: *id, seq }));
    let sent: Vec<PartKey> = sent.collect();
    let (mut beginning, mut recording) = (Duration::ZERO, Duration::ZERO);
    let before = page_writes(&settings)?;
    timed("begin + record: parts", sent.len(), || {
        for part in &sent {
            let started = Instant::now();
            let Begun::Go { attempt, .. } = outbox.begin(&begin(*part)?)? else {
                return Err(format!("{part} is not ready").into());
            };
            beginning += started.elapsed();
            let started = Instant::now();
            let outcome = Outcome {
                event: PartEvent::Accept,
                gateway_id: Some(format!("3EB0{part}")),
                reason: None,
                next_try_at: None,
                now: Utc::now(),
            };
            outbox.record(*part, attempt, &outcome)?;
            recording += started.elapsed();
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    println!("  of this begin {beginning:.1?}, record {recording:.1?}");
    let written = page_writes(&settings)? - before;
    println!(
        "  pages written: {:.1} a part",
        written as f64 / sent.len() as f64
    );
    timed("notice", 200, || {
        ids.iter()
            .take(200)
            .try_for_each(|id| outbox.notice(*id).map(drop))
    })?;
    timed("due", 1, || outbox.due(run.send_on))?;
    timed("counts", 1, || outbox.counts(None, Utc::now()))?;
    Ok(())
}

/// Pages that the server has written to this database since it was opened.
fn page_writes(settings: &ConnectionSettings) -> Result<i64, Box<dyn std::error::Error>> {
    let sql =
        "SELECT S.MON$PAGE_WRITES FROM MON$DATABASE D JOIN MON$IO_STATS S ON S.MON$STAT_ID = D.MON$STAT_ID";
    let rows = Connection::open(settings)?.query(sql, &[])?;
    Ok(rows.first().map_or(Ok(0), |row| row.int(0))?)
}

fn timed<T, E>(what: &str, count: usize, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    let result = work();
    let took = started.elapsed();
    println!(
        "{what} {count}: {took:.1?}, {:.0} a second",
        count as f64 / took.as_secs_f64()
    );
    result
}

fn run(notices: usize, decisions: usize) -> Result<NewRun, Box<dyn std::error::Error>> {
    let today = Utc::now().date_naive();
    let selected = |n: usize| -> Result<NewNotice, Box<dyn std::error::Error>> {
        let receivables: Vec<_> = (0..2).map(|k| ReceivableId::new(format!("{n}{k}"))).collect();
        let items = receivables.iter().map(|id| SelectedItem {
            receivable: id.clone(),
            document: format!("NF {id} 1/2"),
            due_on: today,
            stage: Stage::Overdue(7),
            balance: Cents::new(12_345),
            has_boleto: true,
        });
        Ok(NewNotice {
            selected: Selected {
                branch: BranchId::new("1"),
                customer: CustomerId::new(n.to_string()),
                contact: ContactId::new(n.to_string()),
                contact_name: "Maria Conceição da Silva".to_owned(),
                phone: Phone::from_e164(&format!("+55519{n:08}"))?,
                kind: NoticeKind::Overdue,
                items: items.collect(),
            },
            instance: InstanceId::new("bench"),
            parts: vec![
                PartKind::Text,
                PartKind::Boleto(receivables[0].clone()),
                PartKind::Statement,
            ],
        })
    };
    let skipped = |n: usize| Skipped {
        customer: CustomerId::new(n.to_string()),
        contact: None,
        receivable: Some(ReceivableId::new(n.to_string())),
        reason: SkipReason::NoStage,
        detail: "4 days overdue".to_owned(),
    };
    Ok(NewRun {
        close: today,
        reference_day: today,
        started_at: Utc::now(),
        send_on: today,
        held: false,
        notices: (0..notices).map(selected).collect::<Result<_, _>>()?,
        skipped: (0..decisions).map(skipped).collect(),
        bad_rows: Vec::new(),
        superseded: Vec::new(),
    })
}

fn begin(part: PartKey) -> Result<Begin, Box<dyn std::error::Error>> {
    Ok(Begin {
        // As the scan stored it.
        revision: 0,
        part,
        owner: "bench".to_owned(),
        lease: Duration::from_secs(90),
        to: CanonicalId(format!("55519{:08}@s.whatsapp.net", part.notice.0)),
        resolved_at: None,
        text: (part.seq == 1).then(|| "Olá! ".repeat(120)),
        file_name: (part.seq > 1).then(|| "Boleto NF 1.pdf".to_owned()),
        now: Utc::now(),
        today: Utc::now().date_naive(),
        gap: Duration::ZERO,
        daily_cap: None,
    })
}
