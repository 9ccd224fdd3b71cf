//! The sample ERP on a real Firebird, and the shipped source queries on the sample.

use chrono::NaiveDate;
use wa_notify::adapters::firebird::connection::{
    Connection, ConnectionSettings, DatabaseError, Interrupt, Row, Value,
};
use wa_notify::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use wa_notify::adapters::firebird::sample::{self, Case, Dirt, SampleSpec, SeedError, Switch};
use wa_notify::domain::boleto;
use wa_notify::domain::ids::{ContactId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::BadRow;
use wa_notify::ports::erp::{Erp, Scope};

use crate::support::firebird::{TestDatabase, TestServer, embedded_database};

/// DESIGN.md section 4.
const CONTRACT: &[(&str, &str, &str)] = &[
    (
        "system",
        include_str!("../../sql/source/system.sql"),
        "BUSINESS_DATE LAST_CLOSED_DATE LAST_BANK_RETURN",
    ),
    (
        "branches",
        include_str!("../../sql/source/branches.sql"),
        "BRANCH_ID LEGAL_NAME TRADE_NAME TAX_ID ADDRESS DISTRICT CITY STATE POSTAL_CODE PHONE EMAIL LOGO",
    ),
    (
        "contract",
        include_str!("../../sql/source/contract.sql"),
        "FEATURE ACTIVE VALID_UNTIL",
    ),
    (
        "instances",
        include_str!("../../sql/source/instances.sql"),
        "INSTANCE BRANCH_ID KIND URL TOKEN",
    ),
    (
        "notice_policy",
        include_str!("../../sql/source/notice_policy.sql"),
        "BRANCH_ID EMAIL_CONFIGURED NOTIFY_UPCOMING UPCOMING_DAYS NOTIFY_OVERDUE OVERDUE_DAYS REPEAT_EVERY_DAYS \
         STOP_AFTER_DAYS MIN_AMOUNT",
    ),
    (
        "customers",
        include_str!("../../sql/source/customers.sql"),
        "CUSTOMER_ID NAME TAX_ID ADDRESS DISTRICT CITY STATE POSTAL_CODE EMAIL_NOTICE BLOCKED",
    ),
    (
        "contacts",
        include_str!("../../sql/source/contacts.sql"),
        "CONTACT_ID CUSTOMER_ID CONTACT_NAME PHONE RECEIVES_WHATSAPP",
    ),
    (
        "receivables",
        include_str!("../../sql/source/receivables.sql"),
        "RECEIVABLE_ID BRANCH_ID CUSTOMER_ID DOCUMENT INSTALLMENT ISSUED_ON DUE_ON AMOUNT BALANCE FINE_PERCENT \
         INTEREST_PERCENT_MONTH EXCLUDED_REASON",
    ),
    (
        "boletos",
        include_str!("../../sql/source/boletos.sql"),
        "RECEIVABLE_ID CUSTOMER_ID BANK_CODE AGENCY ACCOUNT WALLET OUR_NUMBER BARCODE DIGITABLE_LINE PIX_CODE \
         BENEFICIARY_NAME BENEFICIARY_TAX_ID PAYABLE_UNTIL BOLETO_PDF INSTRUCTIONS",
    ),
];

const TABLES: &[&str] = &[
    "PARAMETRO_SISTEMA",
    "FECHAMENTO_DIARIO",
    "RETORNO_BANCARIO",
    "FILIAL",
    "CONTRATO_FUNCIONALIDADE",
    "WHATSAPP_INSTANCIA",
    "AVISO_DEBITO_CONFIG",
    "PESSOA",
    "CLIENTE",
    "CONTATO",
    "TITULO_RECEBER",
    "BOLETO",
];

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn spec() -> SampleSpec {
    SampleSpec::new(date("2026-11-23"))
}

fn seed(settings: &ConnectionSettings, spec: &SampleSpec) -> sample::SeedSummary {
    sample::seed(settings, spec, &mut |_, _| ()).unwrap()
}

/// A seeded database.
fn seeded(spec: &SampleSpec) -> TestDatabase {
    let database = TestDatabase::create("WIN1252");
    seed(&database.settings, spec);
    database
}

fn query(name: &str) -> &'static str {
    CONTRACT.iter().find(|(query, _, _)| *query == name).unwrap().1
}

/// The rows of a shipped query, wrapped as the product wraps it.
fn derived(connection: &mut Connection, name: &str, rest: &str, values: &[Value]) -> Vec<Row> {
    let sql = format!("SELECT Q.* FROM (\n{}\n) Q {rest}", query(name));
    connection
        .query(&sql, values)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every row of every table.
fn dump(settings: &ConnectionSettings) -> Vec<(&'static str, Vec<Row>)> {
    let mut connection = Connection::open(settings).unwrap();
    let rows = |table: &&'static str| {
        (
            *table,
            connection
                .query(&format!("SELECT * FROM {table} ORDER BY 1"), &[])
                .unwrap(),
        )
    };
    TABLES.iter().map(rows).collect()
}

fn count(connection: &mut Connection, table: &str) -> i64 {
    connection
        .query(&format!("SELECT COUNT(*) FROM {table}"), &[])
        .unwrap()[0]
        .int(0)
        .unwrap()
}

#[test]
fn the_same_seed_gives_the_same_database() {
    let one = seeded(&spec());
    let two = seeded(&SampleSpec {
        seed: 9,
        customers: 70,
        dirt: Dirt::Full,
        ..spec()
    });
    let other = dump(&two.settings);
    assert_ne!(dump(&one.settings), other);
    let summary = seed(&two.settings, &spec());
    assert!(summary.replaced && !summary.created_database);
    assert_eq!((summary.customers, summary.receivables), (50, 250));
    assert_eq!(dump(&one.settings), dump(&two.settings));
}

#[test]
fn every_shipped_query_stands_as_a_derived_table_with_the_columns_of_the_contract() {
    let database = seeded(&spec());
    let mut connection = database.connect();
    for (name, sql, columns) in CONTRACT {
        let rows = derived(&mut connection, name, "", &[]);
        let names: Vec<&str> = rows.first().unwrap().names().iter().map(|n| &**n).collect();
        assert_eq!(names, columns.split_whitespace().collect::<Vec<_>>(), "{name}");
        for column in columns.split_whitespace() {
            assert!(
                sql.contains(&format!("\n-- {column} ")),
                "{name}.sql does not explain {column}"
            );
        }
    }
    let system = derived(&mut connection, "system", "", &[]);
    assert_eq!(system.len(), 1);
    assert_eq!(system[0].date("BUSINESS_DATE").unwrap(), date("2026-11-23"));
    assert_eq!(system[0].date("LAST_CLOSED_DATE").unwrap(), date("2026-11-22"));
    assert_eq!(
        system[0].date("LAST_BANK_RETURN").unwrap(),
        date("2026-11-19"),
        "20 November is a holiday"
    );
    let instances = derived(&mut connection, "instances", "", &[]);
    assert_eq!(instances.len(), 1);
    assert_eq!(instances[0].text("INSTANCE").unwrap(), "loja");
    assert_eq!(instances[0].opt_text("URL").unwrap(), None);
    let contract = derived(&mut connection, "contract", "WHERE Q.FEATURE = 'WHATSAPP'", &[]);
    assert_eq!(contract[0].text("ACTIVE").unwrap(), "S");
    let first = derived(&mut connection, "customers", "WHERE Q.CUSTOMER_ID = 1", &[]);
    assert_eq!(first[0].text("NAME").unwrap(), "Maria da Conceição Araújo");
    let both = i64::from(Case::Both.customer_id());
    let both = derived(
        &mut connection,
        "receivables",
        "WHERE Q.CUSTOMER_ID = ? ORDER BY Q.DUE_ON",
        &[both.into()],
    );
    assert_eq!(both[0].text("INSTALLMENT").unwrap(), "2/3");
    assert_eq!(
        both[0].text("DOCUMENT").unwrap(),
        both[1].text("DOCUMENT").unwrap()
    );
    let one = derived(&mut connection, "receivables", "WHERE Q.CUSTOMER_ID = 1", &[]);
    assert_eq!(one[0].opt_text("INSTALLMENT").unwrap(), None);
    assert_eq!(one[0].text("DOCUMENT").unwrap(), "NF 4512");
}

#[test]
fn boletos_come_back_valid_but_for_the_mistyped() {
    let database = seeded(&SampleSpec {
        customers: 400,
        ..spec()
    });
    let mut connection = database.connect();
    let wrapped = format!(
        "SELECT B.*, CAST(R.AMOUNT * 100 AS BIGINT) AS CENTS, R.DUE_ON FROM (\n{}\n) B JOIN (\n{}\n) R \
         ON R.RECEIVABLE_ID = B.RECEIVABLE_ID",
        query("boletos"),
        query("receivables")
    );
    let rows = connection.query(&wrapped, &[]).unwrap();
    let mut broken = Vec::new();
    for row in &rows {
        let (barcode, line) = (row.text("BARCODE").unwrap(), row.text("DIGITABLE_LINE").unwrap());
        match boleto::parse(&barcode) {
            Ok(code) => {
                assert_eq!(boleto::parse(&line), Ok(code), "{line}");
                assert_eq!(code.amount().unwrap().get(), row.int("CENTS").unwrap());
                assert_eq!(code.due_on(date("2026-11-23")), Some(row.date("DUE_ON").unwrap()));
            }
            Err(_) => broken.push(row.int("CUSTOMER_ID").unwrap()),
        }
    }
    assert!(rows.len() > 1_000, "{} boletos", rows.len());
    assert!(broken.contains(&i64::from(Case::BrokenBoleto.customer_id())));
    assert!(broken.len() < 30, "{broken:?}");
}

#[test]
fn the_product_reads_every_row_of_the_sample() {
    let today = date("2026-11-23");
    let all = (1..=50).map(|id: u32| CustomerId::new(id.to_string())).collect();
    let scope = Scope::Customers(all);
    let database = seeded(&spec());
    let erp = FirebirdErp::new(database.settings.clone(), SourceQueries::load(None).unwrap());
    let mut snapshot = erp.snapshot().unwrap();
    let system = snapshot.system().unwrap();
    assert_eq!(
        (system.business_date, system.last_close()),
        (today, date("2026-11-22"))
    );
    let (branches, policy) = (snapshot.branches().unwrap(), snapshot.notice_policy().unwrap());
    assert_eq!((branches.rows.len(), branches.bad.len()), (3, 0));
    assert_eq!(policy.rows[0].upcoming_days, [5, 2, 0]);
    assert_eq!(policy.rows[0].overdue_days, [1, 7, 15, 30]);
    assert_eq!(policy.rows[0].min_amount, Some(Cents::new(1_000)));
    let logo = snapshot.logo(&branches.rows[0].id).unwrap().unwrap();
    assert!(logo.starts_with(b"\x89PNG"));

    let customers = snapshot.customers(&scope).unwrap();
    let contacts = snapshot.contacts(&scope).unwrap();
    let receivables = snapshot.receivables(&scope).unwrap();
    let boletos = snapshot.boletos(&scope).unwrap();
    let expected: Vec<_> = spec().customers().flat_map(|rows| rows.receivables).collect();
    // An overpaid receivable may count as settled or as out of range; all else must be read.
    let overpaid: Vec<_> = expected.iter().filter(|r| r.balance.unwrap().get() < 0).collect();
    assert!(!overpaid.is_empty());
    let is_overpaid = |row: &BadRow| {
        row.column == "BALANCE"
            && overpaid
                .iter()
                .any(|r| ReceivableId::new(r.id.to_string()).as_str() == row.key)
    };
    let mut bad = [customers.bad, contacts.bad, receivables.bad, boletos.bad].concat();
    bad.retain(|row| !is_overpaid(row));
    assert!(bad.is_empty(), "the usual dirt can be read: {bad:?}");
    assert_eq!(customers.rows.len(), 50);
    let label = |id: &str| {
        receivables
            .rows
            .iter()
            .find(|r| r.id == ReceivableId::new(id))
            .unwrap()
            .label()
    };
    assert_eq!(label("1"), "NF 4512");
    for row in expected.iter().filter(|r| r.balance.unwrap().get() >= 0) {
        let read = receivables
            .rows
            .iter()
            .find(|r| r.id == ReceivableId::new(row.id.to_string()))
            .unwrap();
        assert_eq!(
            (Some(read.due_on), read.amount, Some(read.balance)),
            (row.due_on, row.amount, row.balance)
        );
        assert_eq!(read.fine_percent, Some(Cents::new(200)));
        assert_eq!(read.interest_percent_month, Some(Cents::new(100)));
    }
    drop(snapshot);

    // Each unreadable row is named.
    let database = seeded(&SampleSpec {
        dirt: Dirt::Full,
        ..spec()
    });
    let erp = FirebirdErp::new(database.settings.clone(), SourceQueries::load(None).unwrap());
    let mut snapshot = erp.snapshot().unwrap();
    let bad = [
        snapshot.customers(&scope).unwrap().bad,
        snapshot.contacts(&scope).unwrap().bad,
        snapshot.receivables(&scope).unwrap().bad,
    ]
    .concat();
    for column in [
        "NAME",
        "TAX_ID",
        "EMAIL_NOTICE",
        "RECEIVES_WHATSAPP",
        "DUE_ON",
        "DOCUMENT",
        "BALANCE",
    ] {
        assert!(
            bad.iter().any(|row| row.column == column),
            "no unreadable {column} in {bad:?}"
        );
    }
}

/// Rows of `table` that this connection read one after the other, without an index.
fn sequential_reads(connection: &mut Connection, table: &str) -> i64 {
    let sql = "SELECT COALESCE(SUM(R.MON$RECORD_SEQ_READS), 0) FROM MON$TABLE_STATS T \
               JOIN MON$RECORD_STATS R ON R.MON$STAT_ID = T.MON$RECORD_STAT_ID \
               JOIN MON$ATTACHMENTS A ON A.MON$STAT_ID = T.MON$STAT_ID \
               WHERE A.MON$ATTACHMENT_ID = CURRENT_CONNECTION AND T.MON$TABLE_NAME = ?";
    connection.query(sql, &[table.into()]).unwrap()[0].int(0).unwrap()
}

#[test]
fn the_filters_of_a_run_reach_the_indexes() {
    let database = seeded(&SampleSpec {
        customers: 2_000,
        ..spec()
    });
    for (name, rest, values) in [
        (
            "receivables",
            "WHERE Q.DUE_ON BETWEEN ? AND ? AND Q.BALANCE > 0",
            vec![Value::from(date("2026-11-20")), Value::from(date("2026-11-28"))],
        ),
        (
            "receivables",
            "WHERE Q.CUSTOMER_ID IN (?, ?)",
            vec![Value::from(3), Value::from(40)],
        ),
        (
            "customers",
            "WHERE Q.CUSTOMER_ID IN (?, ?)",
            vec![Value::from(3), Value::from(40)],
        ),
        (
            "contacts",
            "WHERE Q.CUSTOMER_ID IN (?, ?)",
            vec![Value::from(3), Value::from(40)],
        ),
        (
            "boletos",
            "WHERE Q.CUSTOMER_ID IN (?, ?)",
            vec![Value::from(3), Value::from(4)],
        ),
        (
            "boletos",
            "WHERE Q.RECEIVABLE_ID IN (?, ?)",
            vec![Value::from(1), Value::from(2)],
        ),
    ] {
        let mut connection = database.connect();
        assert!(
            !derived(&mut connection, name, rest, &values).is_empty(),
            "{name} {rest}"
        );
        for table in ["TITULO_RECEBER", "BOLETO", "CLIENTE", "PESSOA", "CONTATO"] {
            assert_eq!(
                sequential_reads(&mut connection, table),
                0,
                "{name} {rest} reads all of {table}"
            );
        }
        // The measure itself can fail.
        count(&mut connection, "CONTATO");
        assert!(sequential_reads(&mut connection, "CONTATO") > 1_000);
    }
}

#[test]
fn a_database_that_holds_other_tables_is_left_alone() {
    // A real ERP, of which one table has a name of the sample's.
    let database = TestDatabase::create("WIN1252");
    drop(database.with(&[
        "CREATE TABLE CLIENTE (CODIGO INTEGER)",
        "CREATE TABLE NOTA_FISCAL (ID INTEGER)",
        "CREATE TABLE WA_META (ID INTEGER)",
        "INSERT INTO CLIENTE VALUES (77)",
    ]));
    match sample::seed(&database.settings, &spec(), &mut |_, _| ()) {
        Err(SeedError::ForeignTables { tables }) => assert_eq!(tables, ["CLIENTE", "NOTA_FISCAL"]),
        other => panic!("{other:?}"),
    }
    assert_eq!(count(&mut database.connect(), "CLIENTE"), 1);

    // A sample in which somebody made a table.
    let database = seeded(&spec());
    drop(database.with(&[
        "CREATE TABLE MINHA_TABELA (ID INTEGER)",
        "CREATE TABLE WA_META (ID INTEGER)",
    ]));
    let before = dump(&database.settings);
    match sample::seed(
        &database.settings,
        &SampleSpec { seed: 2, ..spec() },
        &mut |_, _| (),
    ) {
        Err(error @ SeedError::ForeignTables { .. }) => assert!(error.to_string().ends_with("MINHA_TABELA")),
        other => panic!("{other:?}"),
    }
    assert_eq!(dump(&database.settings), before);
    drop(database.with(&["DROP TABLE MINHA_TABELA", "INSERT INTO WA_META VALUES (1)"]));
    seed(&database.settings, &SampleSpec { seed: 2, ..spec() });
    assert_eq!(
        count(&mut database.connect(), "WA_META"),
        1,
        "our own tables stay"
    );
}

#[test]
fn a_missing_database_is_created_in_windows_1252() {
    let neighbour = TestDatabase::create("WIN1252");
    let path = neighbour.path().with_extension("new.fdb");
    let settings = TestServer::shared().settings(&path);
    let mut steps = Vec::new();
    let summary = sample::seed(&settings, &spec(), &mut |done, total| steps.push((done, total))).unwrap();
    assert!(summary.created_database && !summary.replaced);
    assert_eq!(
        (steps.first(), steps.last()),
        (Some(&(0, 300)), Some(&(300, 300)))
    );
    let mut connection = Connection::open(&settings).unwrap();
    let sql = "SELECT TRIM(rdb$character_set_name) FROM rdb$database";
    assert_eq!(connection.query(sql, &[]).unwrap()[0].text(0).unwrap(), "WIN1252");
    drop(connection);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_sample_left_half_made_is_never_scanned_and_can_be_made_anew() {
    let database = TestDatabase::create("WIN1252");
    let mut settings = database.settings.clone();
    settings.interrupt = Interrupt::default();
    let ctrl_c = settings.interrupt.clone();
    let spec = SampleSpec {
        customers: 500,
        ..spec()
    };
    let outcome = sample::seed(&settings, &spec, &mut |done, _| {
        if done > 0 {
            ctrl_c.trip();
        }
    });
    assert!(
        matches!(outcome, Err(SeedError::Database(DatabaseError::Interrupted))),
        "{outcome:?}"
    );
    let mut connection = database.connect();
    assert!(
        derived(&mut connection, "system", "", &[]).is_empty(),
        "nothing to go by"
    );
    // The server notices the loss in its own time.
    let others = "SELECT COUNT(*) FROM MON$ATTACHMENTS \
                  WHERE MON$SYSTEM_FLAG = 0 AND MON$ATTACHMENT_ID <> CURRENT_CONNECTION";
    let alone = (0..10_000).any(|_| connection.query(others, &[]).unwrap()[0].int(0).unwrap() == 0);
    assert!(alone, "the broken connection is still there");
    drop(connection);
    assert!(seed(&database.settings, &spec).replaced);
    assert_eq!(derived(&mut database.connect(), "system", "", &[]).len(), 1);
}

#[test]
fn an_embedded_database_gets_the_same_sample() {
    let embedded = embedded_database("WIN1252");
    seed(&embedded.settings, &spec());
    let over_tcp = seeded(&spec());
    let (one, two) = (dump(&embedded.settings), dump(&over_tcp.settings));
    for ((table, one), (_, two)) in one.iter().zip(&two) {
        assert_eq!(one.len(), two.len(), "{table}");
    }
    let name = |dump: &[(&str, Vec<Row>)]| dump[7].1[0].text("NOME").unwrap();
    assert_eq!(name(&one), "Maria da Conceição Araújo");
    assert_eq!(name(&one), name(&two));
}

#[test]
fn full_dirt_can_be_written() {
    let database = seeded(&SampleSpec {
        dirt: Dirt::Full,
        customers: 120,
        ..spec()
    });
    let mut connection = database.connect();
    assert!(!derived(&mut connection, "receivables", "WHERE Q.DUE_ON IS NULL", &[]).is_empty());
    assert!(!derived(&mut connection, "customers", "WHERE Q.NAME IS NULL", &[]).is_empty());
}

#[test]
fn the_shop_goes_on() {
    let database = seeded(&spec());
    let mut connection = database.connect();
    sample::close_day(&mut connection, date("2026-11-23")).unwrap();
    sample::close_day(&mut connection, date("2026-11-23")).unwrap();
    sample::import_bank_return(&mut connection, date("2026-11-23")).unwrap();
    let system = derived(&mut connection, "system", "", &[]);
    assert_eq!(system[0].date("BUSINESS_DATE").unwrap(), date("2026-11-24"));
    assert_eq!(system[0].date("LAST_CLOSED_DATE").unwrap(), date("2026-11-23"));
    assert_eq!(system[0].date("LAST_BANK_RETURN").unwrap(), date("2026-11-23"));

    let open = "WHERE Q.RECEIVABLE_ID = 1 AND Q.BALANCE > 0";
    assert_eq!(derived(&mut connection, "receivables", open, &[]).len(), 1);
    assert!(sample::pay(&mut connection, &ReceivableId::new("1")).unwrap());
    assert!(!sample::pay(&mut connection, &ReceivableId::new("999999")).unwrap());
    assert_eq!(derived(&mut connection, "receivables", open, &[]).len(), 0);
    let settled = "WHERE Q.RECEIVABLE_ID = 1 AND Q.BALANCE = 0";
    assert_eq!(derived(&mut connection, "receivables", settled, &[]).len(), 1);

    for (switch, name, rest) in [
        (
            Switch::ReceivesNotice(ContactId::new("1")),
            "contacts",
            "WHERE CONTACT_ID = 1 AND RECEIVES_WHATSAPP = 'S'",
        ),
        (
            Switch::EmailNotice(CustomerId::new("1")),
            "customers",
            "WHERE CUSTOMER_ID = 1 AND EMAIL_NOTICE = 'S'",
        ),
        (
            Switch::EmailConfigured,
            "notice_policy",
            "WHERE EMAIL_CONFIGURED = 'S'",
        ),
        (
            Switch::Contracted,
            "contract",
            "WHERE FEATURE = 'WHATSAPP' AND ACTIVE = 'S'",
        ),
    ] {
        for on in [false, true] {
            assert!(sample::set_flag(&mut connection, &switch, on).unwrap());
            assert_eq!(
                derived(&mut connection, name, rest, &[]).len(),
                usize::from(on),
                "{switch:?}"
            );
        }
    }
    assert!(sample::set_flag(&mut connection, &Switch::Blocked(CustomerId::new("1")), true).unwrap());
    let blocked = "WHERE CUSTOMER_ID = 1 AND BLOCKED = 'S'";
    assert_eq!(derived(&mut connection, "customers", blocked, &[]).len(), 1);
}

/// `cargo test --release --test integration a_million -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: run by hand"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a measurement for people"
)]
fn a_million_receivables() {
    let database = TestDatabase::create("WIN1252");
    let spec = SampleSpec {
        customers: 200_000,
        receivables: Some(1_000_000),
        ..spec()
    };
    let begun = std::time::Instant::now();
    let mut last = 0;
    let summary = sample::seed(&database.settings, &spec, &mut |done, total| {
        if done * 20 / total > last {
            last = done * 20 / total;
            eprintln!("{:>3} % after {:.0?}", last * 5, begun.elapsed());
        }
    })
    .unwrap();
    eprintln!("{summary:?} in {:.1?}", begun.elapsed());
    assert_eq!((summary.customers, summary.receivables), (200_000, 1_000_000));
    let mut connection = database.connect();
    assert_eq!(count(&mut connection, "TITULO_RECEBER"), 1_000_000);
    let begun = std::time::Instant::now();
    let rest = "WHERE Q.DUE_ON BETWEEN ? AND ? AND Q.BALANCE > 0";
    let values = [Value::from(date("2026-05-27")), Value::from(date("2026-11-28"))];
    let rows = derived(&mut connection, "receivables", rest, &values).len();
    eprintln!(
        "{rows} open receivables of the policy's window in {:.1?}",
        begun.elapsed()
    );
}
