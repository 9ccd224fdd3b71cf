//! The ERP's reader on small schemas of its own: awkward types, bad rows, broken queries.

use chrono::NaiveDate;
use wa_notify::adapters::firebird::connection::{
    Batch as SqlBatch, Connection, DatabaseError, Driver, Value,
};
use wa_notify::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use wa_notify::domain::ids::{BranchId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::{BadRow, BadValue};
use wa_notify::ports::erp::{Erp, ErpError, ErpSnapshot, QueryProblem, Scope};

use crate::support::firebird::{TestDatabase, embedded_database};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The tables of a small ERP, as old ones are: CHAR flags, padded codes, TIMESTAMP due dates, four decimals.
const TABLES: &[&str] = &[
    "CREATE TABLE SISTEMA (DATA_MOVIMENTO DATE, ULTIMO_FECHAMENTO TIMESTAMP)",
    "CREATE TABLE FILIAL (COD CHAR(4) NOT NULL PRIMARY KEY, RAZAO VARCHAR(60), CNPJ VARCHAR(20), RUA VARCHAR(60), \
     CIDADE VARCHAR(40), UF CHAR(2), LOGO BLOB SUB_TYPE BINARY)",
    "CREATE TABLE CLIENTE (COD INTEGER NOT NULL PRIMARY KEY, NOME VARCHAR(60), DOC VARCHAR(20), EMAIL CHAR(1), \
     BLOQ CHAR(3))",
    "CREATE TABLE CONTATO (SEQ INTEGER, CLI INTEGER, NOME VARCHAR(40), FONE VARCHAR(30), ZAP CHAR(1))",
    "CREATE TABLE TITULO (ID BIGINT NOT NULL PRIMARY KEY, FIL CHAR(4), CLI INTEGER, DOC VARCHAR(20), VENC TIMESTAMP, \
     VALOR NUMERIC(18,4), SALDO NUMERIC(18,4), MULTA NUMERIC(9,4), MOTIVO VARCHAR(30))",
    "CREATE INDEX TITULO_VENC ON TITULO (VENC)",
    "CREATE INDEX TITULO_CLI ON TITULO (CLI)",
    "CREATE TABLE BOLETO (TIT BIGINT NOT NULL PRIMARY KEY, LINHA VARCHAR(60), ATE DATE, PDF BLOB, \
     INSTR BLOB SUB_TYPE TEXT)",
];

const ROWS: &[&str] = &[
    "INSERT INTO SISTEMA VALUES ('2026-11-20', '2026-11-19 22:10:00')",
    "INSERT INTO FILIAL VALUES ('01', 'Comércio Açaí Ltda', '11.222.333/0001-81', 'Rua São João, 1', 'Ijuí', 'RS', x'89504E47')",
    "INSERT INTO FILIAL VALUES ('02', 'Letras SA', '12.ABC.345/01DE-35', 'Av. Um', 'Ijuí', 'RS', NULL)",
    "INSERT INTO CLIENTE VALUES (1, 'João d''Ávila', '529.982.247-25', 'S', 'N')",
    "INSERT INTO CLIENTE VALUES (2, 'Conceição', '00000000000', 's', NULL)",
    "INSERT INTO CLIENTE VALUES (3, 'Sem Títulos', '52998224725', NULL, 'S')",
    "INSERT INTO CONTATO VALUES (1, 1, 'João', '(51) 9 8765-4321', 'S')",
    "INSERT INTO CONTATO VALUES (1, 2, NULL, NULL, 'S')",
    "INSERT INTO CONTATO VALUES (2, 3, 'Eva', '51987654321', 'N')",
    "INSERT INTO TITULO VALUES (10, '01', 1, 'NF 1', '2026-11-01', 100.1250, 100.1250, 2.0000, NULL)",
    "INSERT INTO TITULO VALUES (11, '01', 1, 'NF 2', '2026-11-30 14:30:00', 90071992547409.9300, 90071992547409.9300, NULL, NULL)",
    "INSERT INTO TITULO VALUES (12, '01', 1, 'NF 3', '2026-11-10', 50, 0, NULL, NULL)",
    "INSERT INTO TITULO VALUES (13, '02', 2, 'NF 4', '2026-12-01', 10, 10, NULL, 'protestado')",
    "INSERT INTO TITULO VALUES (14, '02', 2, 'NF 5', '2026-11-15', 10, 0.0010, NULL, NULL)",
    "INSERT INTO BOLETO VALUES (10, '00190.00009', '2026-12-31', x'255044462D', 'Não receber após o limite')",
    "INSERT INTO BOLETO VALUES (13, NULL, NULL, NULL, NULL)",
];

/// The site's own queries over those tables. The PDF would fail if it were ever computed without being asked for.
const QUERIES: &[(&str, &str)] = &[
    (
        "system",
        "SELECT DATA_MOVIMENTO AS BUSINESS_DATE, ULTIMO_FECHAMENTO AS LAST_CLOSED_DATE FROM SISTEMA",
    ),
    (
        "branches",
        "SELECT COD AS BRANCH_ID, RAZAO AS LEGAL_NAME, CNPJ AS TAX_ID, RUA AS ADDRESS, CIDADE AS CITY, UF AS STATE, LOGO FROM FILIAL",
    ),
    (
        "contract",
        "SELECT 'WHATSAPP' AS FEATURE, 1 AS ACTIVE FROM rdb$database -- um só; sem validade",
    ),
    (
        "instances",
        "SELECT 'loja' AS INSTANCE, CAST(NULL AS INTEGER) AS BRANCH_ID, 'segredo' AS TOKEN FROM rdb$database;",
    ),
    (
        "notice_policy",
        "SELECT NULL AS BRANCH_ID, 'T' AS EMAIL_CONFIGURED, TRUE AS NOTIFY_UPCOMING, '5,2,0' AS UPCOMING_DAYS, \
         'S' AS NOTIFY_OVERDUE, 15 AS OVERDUE_DAYS, CAST(30 AS NUMERIC(9,2)) AS REPEAT_EVERY_DAYS, 0 AS STOP_AFTER_DAYS, \
         CAST(5.005 AS NUMERIC(18,3)) AS MIN_AMOUNT FROM rdb$database",
    ),
    (
        "customers",
        "SELECT COD AS CUSTOMER_ID, NOME AS NAME, DOC AS TAX_ID, EMAIL AS EMAIL_NOTICE, BLOQ AS BLOCKED FROM CLIENTE",
    ),
    (
        "contacts",
        "SELECT SEQ AS CONTACT_ID, CLI AS CUSTOMER_ID, NOME AS CONTACT_NAME, FONE AS PHONE, ZAP AS RECEIVES_WHATSAPP FROM CONTATO",
    ),
    (
        "receivables",
        "SELECT ID AS RECEIVABLE_ID, FIL AS BRANCH_ID, CLI AS CUSTOMER_ID, DOC AS DOCUMENT, VENC AS DUE_ON, \
         VALOR AS AMOUNT, SALDO AS BALANCE, MULTA AS FINE_PERCENT, MOTIVO AS EXCLUDED_REASON FROM TITULO",
    ),
    (
        "boletos",
        "SELECT TIT AS RECEIVABLE_ID, LINHA AS DIGITABLE_LINE, ATE AS PAYABLE_UNTIL, \
         CASE WHEN TIT / (TIT - 13) > -99 THEN PDF END AS BOLETO_PDF, INSTR AS INSTRUCTIONS FROM BOLETO",
    ),
];

/// A database with those tables and rows, and the folder of its queries.
struct Site {
    db: TestDatabase,
    dir: tempfile::TempDir,
}

impl Site {
    fn new(db: TestDatabase) -> Site {
        let mut connection = db.with(TABLES);
        for row in ROWS {
            connection
                .execute(row, &[])
                .unwrap_or_else(|error| panic!("{row}: {error}"));
        }
        let site = Site {
            db,
            dir: tempfile::tempdir().unwrap(),
        };
        for (name, sql) in QUERIES {
            site.query(name, sql);
        }
        site
    }

    fn on_server() -> Site {
        Site::new(TestDatabase::create("WIN1252"))
    }

    /// Replaces a query.
    fn query(&self, name: &str, sql: &str) -> &Site {
        std::fs::write(self.dir.path().join(format!("{name}.sql")), sql).unwrap();
        self
    }

    fn execute(&self, sql: &str) -> &Site {
        self.db
            .connect()
            .execute(sql, &[])
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        self
    }

    fn erp(&self) -> FirebirdErp {
        FirebirdErp::new(
            self.db.settings.clone(),
            SourceQueries::load(Some(self.dir.path())).unwrap(),
        )
    }

    fn problem<T: std::fmt::Debug>(
        &self,
        read: impl FnOnce(&mut dyn ErpSnapshot) -> Result<T, ErpError>,
    ) -> (String, QueryProblem) {
        let erp = self.erp();
        match read(erp.snapshot().unwrap().as_mut()) {
            Err(ErpError::Query {
                query,
                file: Some(_),
                problem,
            }) => (query, problem),
            other => panic!("{other:?}"),
        }
    }
}

fn november() -> Scope {
    Scope::DueBetween {
        from: day("2026-11-01"),
        to: day("2026-11-30"),
    }
}

fn of(customers: &[&str]) -> Scope {
    Scope::Customers(customers.iter().map(CustomerId::new).collect())
}

fn ids(snapshot: &mut dyn ErpSnapshot, scope: &Scope) -> Vec<String> {
    let batch = snapshot.receivables(scope).unwrap();
    assert_eq!(batch.bad, []);
    batch.rows.iter().map(|row| row.id.to_string()).collect()
}

#[test]
fn everything_is_read_over_each_way_in() {
    let mut native = TestDatabase::create("WIN1252");
    native.settings.driver = Driver::Native;
    for site in [
        Site::on_server(),
        Site::new(native),
        Site::new(embedded_database("WIN1252")),
        Site::new(TestDatabase::create("NONE")),
        Site::new(TestDatabase::create("UTF8")),
    ] {
        let erp = site.erp();
        let mut snapshot = erp.snapshot().unwrap();
        let system = snapshot.system().unwrap();
        assert_eq!(
            (system.business_date, system.last_close()),
            (day("2026-11-20"), day("2026-11-19"))
        );

        let branches = snapshot.branches().unwrap();
        assert_eq!(branches.bad, []);
        assert_eq!(branches.rows[0].id, BranchId::new("01"));
        assert_eq!(
            (
                branches.rows[0].legal_name.as_str(),
                branches.rows[0].city.as_str()
            ),
            ("Comércio Açaí Ltda", "Ijuí")
        );
        assert_eq!(branches.rows[1].tax_id.as_str(), "12ABC34501DE35");

        let contract = snapshot.contract().unwrap();
        assert_eq!(
            (contract.rows[0].feature.as_str(), contract.rows[0].active),
            ("WHATSAPP", true)
        );
        let instances = snapshot.instances().unwrap();
        assert_eq!(instances.rows[0].branch, None);
        assert_eq!(instances.rows[0].token.as_deref(), Some("segredo"));
        let policy = &snapshot.notice_policy().unwrap().rows[0];
        assert!(
            policy.branch.is_none()
                && policy.email_configured
                && policy.notify_upcoming
                && policy.notify_overdue
        );
        assert_eq!(
            (policy.upcoming_days.as_slice(), policy.overdue_days.as_slice()),
            (&[5, 2, 0][..], &[15][..])
        );
        assert_eq!(
            (policy.repeat_every_days, policy.stop_after_days),
            (Some(30), None)
        );
        assert_eq!(
            policy.min_amount,
            Some(Cents::new(501)),
            "half a cent rounds away from zero"
        );

        let receivables = snapshot.receivables(&november()).unwrap();
        assert_eq!(receivables.bad, []);
        let [first, second] = receivables.rows.as_slice() else {
            panic!("{receivables:?}")
        };
        assert_eq!(
            (first.amount, first.fine_percent),
            (Cents::new(10_013), Some(Cents::new(200)))
        );
        assert_eq!(
            second.due_on,
            day("2026-11-30"),
            "a time of day does not push it out of the last day"
        );
        assert_eq!(
            second.balance,
            Cents::new(9_007_199_254_740_993),
            "not one digit lost"
        );
        assert_eq!(first.branch, branches.rows[0].id, "padding trimmed on both sides");

        let customers = snapshot.customers(&november()).unwrap();
        assert_eq!(customers.bad, []);
        let names: Vec<&str> = customers.rows.iter().map(|row| row.name.as_str()).collect();
        // Customer 2's only open balance in November is a tenth of a cent: the database cannot know that it rounds to none.
        assert_eq!(names, ["João d'Ávila", "Conceição"]);
        assert_eq!(customers.rows[0].tax_id.as_ref().unwrap().as_str(), "52998224725");
        assert_eq!(
            (customers.rows[1].tax_id.as_ref(), customers.rows[1].email_notice),
            (None, true)
        );

        let contacts = snapshot.contacts(&of(&["2", "3"])).unwrap();
        assert_eq!(contacts.bad, []);
        assert_eq!(
            (
                contacts.rows[0].phone.as_str(),
                contacts.rows[0].receives_whatsapp
            ),
            ("", true)
        );
        assert_eq!(
            (contacts.rows[1].name.as_str(), contacts.rows[1].receives_whatsapp),
            ("Eva", false)
        );

        let boletos = snapshot.boletos(&november()).unwrap();
        assert_eq!((boletos.rows.len(), boletos.bad.len()), (1, 0));
        assert_eq!(boletos.rows[0].payable_until, Some(day("2026-12-31")));
        assert_eq!(
            (
                boletos.rows[0].instructions.as_ref(),
                boletos.rows[0].pdf.as_ref()
            ),
            (None, None),
            "a scan draws nothing"
        );
        let boletos = snapshot.boletos(&of(&["1"])).unwrap();
        assert_eq!(
            boletos.rows[0].instructions.as_deref(),
            Some("Não receber após o limite")
        );

        assert_eq!(snapshot.logo(&BranchId::new("01")).unwrap().unwrap(), b"\x89PNG");
        assert_eq!(snapshot.logo(&BranchId::new("02")).unwrap(), None);
        let pdf = snapshot
            .boleto_pdf(&CustomerId::new("1"), &ReceivableId::new("10"))
            .unwrap();
        assert_eq!(pdf.unwrap(), b"%PDF-");
    }
}

#[test]
fn blobs_are_not_touched_unless_asked_for() {
    let site = Site::on_server();
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    // Computing the PDF of title 13 divides by zero.
    let boletos = snapshot.boletos(&of(&["2"])).unwrap();
    assert_eq!(boletos.rows.len(), 1);
    let error = snapshot
        .boleto_pdf(&CustomerId::new("2"), &ReceivableId::new("13"))
        .unwrap_err();
    assert!(
        matches!(
            error,
            ErpError::Query {
                problem: QueryProblem::Refused { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn scopes() {
    let site = Site::on_server();
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    let snapshot = snapshot.as_mut();
    assert_eq!(
        ids(snapshot, &november()),
        ["10", "11"],
        "neither settled nor below half a cent"
    );
    let december = Scope::DueBetween {
        from: day("2026-12-01"),
        to: day("2026-12-31"),
    };
    assert_eq!(ids(snapshot, &december), ["13"]);
    assert_eq!(
        ids(snapshot, &of(&["1"])),
        ["10", "11", "12"],
        "settled ones, too"
    );
    assert_eq!(ids(snapshot, &of(&["nobody", "9", "1'; --"])), [""; 0]);
    assert_eq!(ids(snapshot, &of(&[])), [""; 0]);
    assert_eq!(snapshot.contacts(&december).unwrap().rows.len(), 1);
}

#[test]
fn thousands_of_customers_are_asked_for_in_parts() {
    let site = Site::on_server();
    let mut connection = site.db.connect();
    connection
        .with_write::<_, DatabaseError>(|connection| {
            let mut batch = SqlBatch::new();
            for id in 1_000..2_100_i64 {
                batch.push(
                    connection,
                    "INSERT INTO CLIENTE VALUES (?, 'Fulano', NULL, 'N', 'N')",
                    &[id.into()],
                )?;
            }
            batch.send(connection)
        })
        .unwrap();
    let wanted: Vec<CustomerId> = (1_000..2_100).map(|id| CustomerId::new(id.to_string())).collect();
    let erp = site.erp();
    let found = erp
        .snapshot()
        .unwrap()
        .customers(&Scope::Customers(wanted.clone()))
        .unwrap();
    let found: Vec<CustomerId> = found.rows.into_iter().map(|row| row.id).collect();
    assert_eq!(found, wanted);
}

#[test]
fn one_snapshot_sees_one_instant() {
    let site = Site::on_server();
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    assert_eq!(ids(snapshot.as_mut(), &november()), ["10", "11"]);
    site.execute("UPDATE TITULO SET SALDO = 0");
    assert_eq!(ids(snapshot.as_mut(), &november()), ["10", "11"]);
    drop(snapshot);
    assert_eq!(ids(erp.snapshot().unwrap().as_mut(), &november()), [""; 0]);
}

#[test]
fn finding_customers() {
    let site = Site::on_server();
    site.execute("UPDATE CLIENTE SET NOME = 'João d''Ávila 3' WHERE COD = 1");
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    let mut find = |text: &str, limit| -> Vec<String> {
        snapshot
            .find_customers(text, limit)
            .unwrap()
            .rows
            .iter()
            .map(|row| row.id.to_string())
            .collect()
    };
    assert_eq!(find("joão", 10), ["1"]);
    assert_eq!(find("d'áv", 10), ["1"]);
    assert_eq!(
        find("529.982", 10),
        ["1", "3"],
        "with or without punctuation, here as there"
    );
    assert_eq!(find("3", 10), ["3", "1"], "the very id first");
    assert_eq!(find("3", 1), ["3"]);
    assert_eq!(find("ninguém", 10), [""; 0]);
}

#[test]
fn bad_rows_are_named_and_the_others_read() {
    let site = Site::on_server();
    site.execute("INSERT INTO TITULO VALUES (20, '01', 1, 'NF', NULL, 10, 10, NULL, NULL)");
    site.execute("INSERT INTO TITULO VALUES (21, '01', 1, '  ', '2026-11-05', 10, 10, NULL, NULL)");
    site.execute("INSERT INTO TITULO VALUES (22, NULL, 1, 'NF', '2026-11-05', 10, 10, NULL, NULL)");
    site.execute("INSERT INTO TITULO VALUES (23, '01', 1, 'NF', '2026-11-05', 10, NULL, NULL, NULL)");
    site.execute("INSERT INTO TITULO VALUES (24, '01', 1, 'NF', '2026-11-05', 10, -10, NULL, NULL)");
    site.execute("INSERT INTO CLIENTE VALUES (30, NULL, NULL, 'S', 'N')");
    site.execute("INSERT INTO CLIENTE VALUES (31, 'Ana', '529.982.247-24', 'S', 'N')");
    site.execute("INSERT INTO CLIENTE VALUES (32, 'Bia', 'isento', '?', 'N')");
    site.execute("INSERT INTO FILIAL VALUES ('03', 'Sem CNPJ', '123', 'Rua', 'Ijuí', 'RS', NULL)");
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    let bad = |rows: Vec<BadRow>| -> Vec<(String, String, BadValue, String)> {
        rows.into_iter()
            .map(|row| (row.key, row.column, row.problem, row.value))
            .collect()
    };
    let expect = |key: &str, column: &str, problem, value: &str| {
        (key.to_owned(), column.to_owned(), problem, value.to_owned())
    };

    let receivables = snapshot.receivables(&november()).unwrap();
    assert_eq!(receivables.rows.len(), 2);
    assert_eq!(
        bad(receivables.bad),
        [
            expect("20", "DUE_ON", BadValue::Missing, ""),
            expect("21", "DOCUMENT", BadValue::Missing, ""),
            expect("22", "BRANCH_ID", BadValue::Missing, ""),
            expect("23", "BALANCE", BadValue::Missing, ""),
            expect("24", "BALANCE", BadValue::OutOfRange, "-99.9999"),
        ]
    );
    let customers = snapshot.customers(&of(&["30", "31", "32"])).unwrap();
    assert_eq!(customers.rows.len(), 1, "a bad tax id alone drops nobody");
    assert_eq!(
        (customers.rows[0].name.as_str(), customers.rows[0].tax_id.as_ref()),
        ("Ana", None)
    );
    assert_eq!(
        bad(customers.bad),
        [
            expect("30", "NAME", BadValue::Missing, ""),
            expect("31", "TAX_ID", BadValue::NotATaxId, "999.999.999-99"),
            expect("32", "EMAIL_NOTICE", BadValue::NotAFlag, "?"),
        ]
    );
    let branches = snapshot.branches().unwrap();
    assert_eq!(branches.rows.len(), 2);
    assert_eq!(
        bad(branches.bad),
        [expect("03", "TAX_ID", BadValue::NotATaxId, "999")]
    );
}

#[test]
fn numbers_and_dates_kept_as_text() {
    let site = Site::on_server();
    site.execute("CREATE TABLE TXT (ID CHAR(10), VENC VARCHAR(20), VALOR VARCHAR(20), SALDO VARCHAR(20), MULTA DOUBLE PRECISION)");
    for row in [
        "'A1', '05/11/2026', '1.234,56', '1234.56', 2",
        "'A2', '2026-11-06', '10', '0,00', NULL",
        "'A3', '2026-12-06', '10', '10', NULL",
        "'A4', '31/02/2026', '10', '10', NULL",
        "'A5', '2026-11-07', '10', 'dez reais', NULL",
        "'A1', '05/11/2026', '1.234,56', '1234.56', 2",
    ] {
        site.execute(&format!("INSERT INTO TXT VALUES ({row})"));
    }
    site.query(
        "receivables",
        "SELECT ID AS RECEIVABLE_ID, '01' AS BRANCH_ID, 1 AS CUSTOMER_ID, ID AS DOCUMENT, VENC AS DUE_ON, VALOR AS AMOUNT, \
         SALDO AS BALANCE, MULTA AS FINE_PERCENT FROM TXT",
    );
    let erp = site.erp();
    let batch = erp.snapshot().unwrap().receivables(&november()).unwrap();
    let [only] = batch.rows.as_slice() else {
        panic!("{batch:?}")
    };
    assert_eq!(
        (only.id.as_str(), only.due_on, only.amount),
        ("A1", day("2026-11-05"), Cents::new(123_456))
    );
    assert_eq!(only.fine_percent, Some(Cents::new(200)));
    let bad: Vec<_> = batch
        .bad
        .iter()
        .map(|row| {
            (
                row.key.as_str(),
                row.column.as_str(),
                row.problem,
                row.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        bad,
        [
            ("A4", "DUE_ON", BadValue::NotADate, "99/99/9999"),
            ("A5", "BALANCE", BadValue::NotANumber, "xxx xxxxx"),
            ("A1", "RECEIVABLE_ID", BadValue::Duplicate, "x9"),
        ]
    );
}

#[test]
fn a_file_may_name_the_due_dates_itself_and_keep_its_comments() {
    let site = Site::on_server();
    site.query(
        "receivables",
        "-- títulos 😀 ; com vencimento\nSELECT ID AS RECEIVABLE_ID, FIL AS BRANCH_ID, CLI AS CUSTOMER_ID, DOC AS DOCUMENT,\n\
         CAST(VENC AS DATE) AS DUE_ON, VALOR AS AMOUNT, SALDO AS BALANCE FROM TITULO\n\
         WHERE VENC >= :DUE_FROM AND VENC < :due_to + 1 ORDER BY ID DESC; -- fim",
    );
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    assert_eq!(ids(snapshot.as_mut(), &november()), ["11", "10"]);
    assert_eq!(ids(snapshot.as_mut(), &of(&["1"])), ["12", "11", "10"]);
    assert_eq!(snapshot.boletos(&november()).unwrap().rows.len(), 1);
}

#[test]
fn a_with_clause_and_quoted_names_can_be_wrapped() {
    let site = Site::on_server();
    site.query(
        "customers",
        "WITH C AS (SELECT * FROM CLIENTE) SELECT COD AS \"Customer_Id\", NOME AS \"name\", EMAIL AS EMAIL_NOTICE FROM C",
    );
    let erp = site.erp();
    let customers = erp.snapshot().unwrap().customers(&of(&["1"])).unwrap();
    assert_eq!(
        (customers.rows.len(), customers.rows[0].name.as_str()),
        (1, "João d'Ávila")
    );
}

#[test]
fn a_query_that_breaks_the_contract_says_how() {
    let site = Site::on_server();
    site.query(
        "customers",
        "SELECT COD AS CUSTOMER_ID, NOME AS NAME, EMAIL AS EMAIL_NOTICES FROM CLIENTE",
    );
    let (query, problem) = site.problem(|s| s.customers(&november()));
    assert_eq!(query, "customers");
    assert_eq!(
        problem,
        QueryProblem::MissingColumn {
            column: "EMAIL_NOTICE".to_owned(),
            expected: "yes or no".to_owned(),
            nearest: Some("EMAIL_NOTICES".to_owned()),
        }
    );

    site.query(
        "contract",
        "SELECT 'WHATSAPP' AS FEATURE, CURRENT_DATE AS ACTIVE FROM rdb$database",
    );
    let (_, problem) = site.problem(|s| s.contract());
    assert_eq!(
        problem,
        QueryProblem::WrongType {
            column: "ACTIVE".to_owned(),
            expected: "yes or no".to_owned(),
            found: "date".to_owned(),
        }
    );

    site.query(
        "branches",
        "SELECT COD AS BRANCH_ID,\n  RAZAO AS LEGAL_NAME,\n  NOPE AS TAX_ID\nFROM FILIAL",
    );
    let (_, problem) = site.problem(|s| s.branches());
    assert!(
        matches!(&problem, QueryProblem::Refused { text, line: Some(3) } if text.contains("NOPE")),
        "{problem:?}"
    );

    site.execute("INSERT INTO SISTEMA VALUES ('2026-11-21', NULL)");
    assert_eq!(
        site.problem(|s| s.system()).1,
        QueryProblem::RowCount { found: 2 }
    );
    site.execute("DELETE FROM SISTEMA");
    assert_eq!(
        site.problem(|s| s.system()).1,
        QueryProblem::RowCount { found: 0 }
    );
    site.execute("INSERT INTO SISTEMA VALUES (NULL, NULL)");
    assert!(matches!(
        site.problem(|s| s.system()).1,
        QueryProblem::WrongType { .. }
    ));
}

#[test]
fn all_problems_of_a_query_can_be_listed() {
    let site = Site::on_server();
    site.query(
        "contract",
        "SELECT 1 AS FEATUR, CURRENT_DATE AS ACTIVE FROM rdb$database",
    );
    let erp = site.erp();
    let problems = erp.open().unwrap().problems("contract").unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(erp.open().unwrap().problems("system").unwrap(), []);
}

#[test]
fn a_query_that_may_not_be_read_is_a_matter_of_permission() {
    let site = Site::on_server();
    let user = format!("READER{}", std::process::id());
    site.execute(&format!("CREATE USER {user} PASSWORD 'read'"));
    let mut settings = site.db.settings.clone();
    settings.user = user.clone();
    settings.password = wa_notify::domain::secret::Secret::new("read");
    let erp = FirebirdErp::new(settings, SourceQueries::load(Some(site.dir.path())).unwrap());
    let error = erp.snapshot().unwrap().system().unwrap_err();
    assert!(
        matches!(error, ErpError::Database(DatabaseError::Permission { .. })),
        "{error:?}"
    );
    site.execute(&format!("DROP USER {user}"));
}

#[test]
fn a_dialect_1_database_is_read() {
    // The clients cannot create one; isql can.
    let server = crate::support::firebird::TestServer::shared();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d1.fdb");
    let script = format!(
        "SET SQL DIALECT 1; CREATE DATABASE '127.0.0.1/{}:{}' USER 'SYSDBA' PASSWORD 'masterkey' DEFAULT CHARACTER SET WIN1252;\n\
         CREATE TABLE T (ID INTEGER, VENC DATE, VALOR NUMERIC(15,2)); COMMIT;\n\
         INSERT INTO T VALUES (1, '2026-11-05', 1234567890.12); INSERT INTO T VALUES (2, '2026-12-05', 1); COMMIT;\n",
        server.port,
        path.display()
    );
    let mut isql = std::process::Command::new("isql-fb")
        .arg("-q")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(isql.stdin.as_mut().unwrap(), script.as_bytes()).unwrap();
    assert!(isql.wait().unwrap().success());
    let dir = tempfile::tempdir().unwrap();
    let sql = "SELECT ID AS RECEIVABLE_ID, '01' AS BRANCH_ID, 1 AS CUSTOMER_ID, 'NF' AS DOCUMENT, VENC AS DUE_ON, \
               VALOR AS AMOUNT, VALOR AS BALANCE FROM T WHERE VENC >= :DUE_FROM";
    std::fs::write(dir.path().join("receivables.sql"), sql).unwrap();
    let erp = FirebirdErp::new(
        server.settings(&path),
        SourceQueries::load(Some(dir.path())).unwrap(),
    );
    let batch = erp.snapshot().unwrap().receivables(&november()).unwrap();
    assert_eq!(batch.bad, []);
    assert_eq!(
        (batch.rows.len(), batch.rows[0].balance),
        (1, Cents::new(123_456_789_012))
    );
}

/// The database filters, by its indices: a site with a million titles must not ship them all.
#[test]
fn due_dates_are_looked_up_by_index() {
    let site = Site::on_server();
    let mut connection: Connection = site.db.connect();
    connection
        .with_write::<_, DatabaseError>(|connection| {
            let mut batch = SqlBatch::new();
            for id in 1_000..4_000_i64 {
                let due = day("2020-01-01") + chrono::Days::new(id as u64 % 365);
                let values = [id.into(), due.into(), Value::from("10")];
                let sql = "INSERT INTO TITULO (ID, FIL, CLI, DOC, VENC, VALOR, SALDO) VALUES (?, '01', 3, 'X', ?, 10, ?)";
                batch.push(connection, sql, &values)?;
            }
            batch.send(connection)
        })
        .unwrap();
    drop(connection);
    site.execute("SET STATISTICS INDEX TITULO_VENC");
    // Rows that others have read from the table without an index, as the server counts them.
    let scanned = || {
        let sql = "SELECT SUM(s.mon$record_seq_reads) FROM mon$table_stats t \
                   JOIN mon$record_stats s ON s.mon$stat_id = t.mon$record_stat_id \
                   JOIN mon$attachments a ON a.mon$stat_id = t.mon$stat_id \
                   WHERE a.mon$attachment_id <> CURRENT_CONNECTION AND t.mon$table_name = 'TITULO'";
        site.db.connect().query(sql, &[]).unwrap()[0]
            .opt_int(0)
            .unwrap()
            .unwrap_or(0)
    };
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    assert_eq!(ids(snapshot.as_mut(), &november()), ["10", "11"]);
    assert_eq!(snapshot.customers(&november()).unwrap().rows.len(), 2);
    assert_eq!(snapshot.contacts(&november()).unwrap().rows.len(), 2);
    assert_eq!(snapshot.boletos(&november()).unwrap().rows.len(), 1);
    assert_eq!(ids(snapshot.as_mut(), &of(&["1"])), ["10", "11", "12"]);
    assert_eq!(scanned(), 0, "no table scan");
    drop(snapshot);
    // The count would show one: a computed due date cannot use the index.
    let (name, sql) = QUERIES[7];
    site.query(name, &sql.replace("VENC AS", "VENC + 0 AS"));
    let erp = site.erp();
    let mut snapshot = erp.snapshot().unwrap();
    assert_eq!(ids(snapshot.as_mut(), &november()), ["10", "11"]);
    assert!(scanned() > 3_000, "{}", scanned());
}
