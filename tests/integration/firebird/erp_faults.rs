//! Rows that cannot be read, and queries that break their contract.

use wa_notify::adapters::firebird::connection::DatabaseError;
use wa_notify::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use wa_notify::adapters::firebird::source_check;
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::{BadRow, BadValue};
use wa_notify::ports::erp::{Erp, ErpError, QueryProblem};

use super::site::{Site, day, november, of};

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

    // Title 24 is overpaid, which is a way of being settled: neither open nor bad.
    let receivables = snapshot.receivables(&november()).unwrap();
    assert_eq!(receivables.rows.len(), 2);
    assert_eq!(
        bad(receivables.bad),
        [
            expect("20", "DUE_ON", BadValue::Missing, ""),
            expect("21", "DOCUMENT", BadValue::Missing, ""),
            expect("22", "BRANCH_ID", BadValue::Missing, ""),
            expect("23", "BALANCE", BadValue::Missing, ""),
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
fn a_check_finds_everything_and_shows_nobody() {
    let site = Site::on_server();
    site.query(
        "contract",
        "SELECT 1 AS FEATUR, CURRENT_DATE AS ACTIVE FROM rdb$database",
    );
    site.query("system", "SELECT NOPE FROM SISTEMA");
    let checked = source_check::check(&site.erp(), 1).unwrap();
    let of = |query: &str| checked.iter().find(|one| one.query == query).unwrap();
    assert_eq!(checked.len(), 9);
    assert_eq!(of("contract").problems.len(), 2, "both are told at once");
    assert!(matches!(
        of("system").problems[..],
        [QueryProblem::Refused { line: Some(1), .. }]
    ));
    assert!(of("system").file.is_some() && of("system").sample.is_empty());
    let shown = |query: &str, column: &str| {
        let row = &of(query).sample[0];
        row.iter().find(|(name, _)| *name == column).unwrap().1.clone()
    };
    assert_eq!(shown("receivables", "DUE_ON"), "2026-11-01");
    assert_eq!(shown("receivables", "AMOUNT"), "100.1250");
    assert_eq!(shown("customers", "NAME"), "xxxx x'xxxxx");
    assert_eq!(shown("customers", "TAX_ID"), "999.999.999-99");
    assert_eq!(shown("contacts", "PHONE"), "(99) 9 9999-9999");
    assert_eq!(shown("instances", "TOKEN"), "***");
}

#[test]
fn a_query_that_may_not_be_read_is_a_matter_of_permission() {
    let site = Site::on_server();
    // A fixed name: the pure Rust client cannot log in one in 256 names (docs/operations.md, "exit 4, login refused").
    let user = "READER".to_owned();
    site.execute(&format!("CREATE OR ALTER USER {user} PASSWORD 'read'"));
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
