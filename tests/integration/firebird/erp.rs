//! The ERP's reader: awkward types, scopes, snapshots, character sets, dialects.

use wa_notify::adapters::firebird::connection::{
    Batch as SqlBatch, Connection, DatabaseError, Driver, Value,
};
use wa_notify::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use wa_notify::domain::ids::{BranchId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::ports::erp::{Erp, ErpError, QueryProblem, Scope};

use super::site::{QUERIES, Site, day, ids, november, of};
use crate::support::firebird::{TestDatabase, embedded_database};

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
        matches!(&error, ErpError::Query { problem, .. } if matches!(**problem, QueryProblem::Refused { .. })),
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
    assert_eq!(
        find("JOAO D'AVILA", 10),
        ["1"],
        "as typed where there are no accents"
    );
    assert_eq!(find("jôão", 10), ["1"], "or too many");
    assert_eq!(find("ninguém", 10), [""; 0]);
    for odd in ["%", "_", "' OR 1=1 --", "aeiou", "😀", "\\"] {
        assert_eq!(find(odd, 10), [""; 0], "{odd}");
    }
    assert_eq!(
        find("98765-4321", 10),
        ["1", "3"],
        "by phone, without the area code"
    );
    assert_eq!(find("+55 51 8765-4321", 10), ["1", "3"], "or the ninth digit");
    assert_eq!(find("3333-3333", 10), [""; 0]);
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
        .stderr(std::process::Stdio::null())
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
