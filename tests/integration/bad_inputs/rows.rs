//! Source queries and rows that are not what they should be: named, never a crash, never a silent drop.

use super::said;
use crate::support::site::{SEND_AT, Site};

/// The site with one source query of its own.
fn with_query(customers: u32, name: &str, text: &str) -> Site {
    let site = Site::of(customers);
    let folder = site.dir.path().join("sql");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.sql")), text).unwrap();
    site.reconfigure("[gateway]", "[source]\ndir = \"sql\"\n\n[gateway]");
    site
}

#[test]
fn a_query_without_a_column() {
    let query =
        include_str!("../../../sql/source/receivables.sql").replace("T.SALDO AS BALANCE", "T.SALDO AS SALDO");
    let site = with_query(1, "receivables", &query);
    for args in [&["scan"][..], &["scan", "--dry-run"]] {
        let ran = site.run("08:30", args).expect(4);
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: [DIR]/sql/receivables.sql: falta a coluna BALANCE (número exato).
    → Corrija o arquivo e rode de novo.
    "#); }
    }
    assert_eq!(site.look("SELECT COUNT(*) FROM WA_RUN"), ["0"]);
}

#[test]
fn text_where_a_number_belongs() {
    let query = include_str!("../../../sql/source/receivables.sql").replace(
        "T.SALDO AS BALANCE",
        "CASE WHEN T.ID = 1 THEN 'trezentos e cinquenta' ELSE CAST(T.SALDO AS VARCHAR(30)) END AS BALANCE",
    );
    let site = with_query(3, "receivables", &query);
    let scan = site.json("08:30", &["scan"], 8);
    let bad = &scan["bad_rows"];
    assert_eq!(bad.as_array().unwrap().len(), 1, "{bad}");
    assert_eq!(
        (&bad[0]["query"], &bad[0]["key"], &bad[0]["column"]),
        (&"receivables".into(), &"1".into(), &"BALANCE".into())
    );
    assert!(
        !bad[0]["value"].as_str().unwrap().contains("trezentos"),
        "masked: {bad}"
    );
    let customers: Vec<_> = super::super::day::notices(&scan)
        .iter()
        .map(|n| n["customer_id"].as_str().unwrap())
        .collect();
    assert_eq!(customers, ["2", "2", "3"], "the others are noticed, exactly");
    let table = site.run("08:40", &["scan", "--dry-run"]).expect(8).stdout;
    insta::assert_snapshot!(table.lines().find(|line| line.starts_with("Linha não lida")).unwrap_or(&table), @r#"
    Linha não lida: consulta receivables, chave 1, coluna BALANCE: não é número
    "#);
    assert_eq!(site.look("SELECT ROW_KEY FROM WA_BAD_ROW"), ["1"], "on record");
    site.send(0);
}

#[test]
fn no_due_date() {
    let site = Site::of(2);
    site.sql("UPDATE TITULO_RECEBER SET VENCIMENTO = NULL WHERE CLIENTE = 1");
    let scan = site.json("08:30", &["scan"], 8);
    let bad = &scan["bad_rows"][0];
    assert_eq!(
        (&bad["key"], &bad["column"], &bad["problem"]),
        (&"1".into(), &"DUE_ON".into(), &"missing".into())
    );
    assert_eq!(super::super::day::notices(&scan).len(), 2);
}

/// What turns bad between scan and departure is not sent, and not forgotten.
#[test]
fn a_due_date_that_goes_missing_before_departure() {
    let site = Site::of(2);
    site.scan();
    site.sql("UPDATE TITULO_RECEBER SET VENCIMENTO = NULL WHERE CLIENTE = 1");
    let report = site.json(SEND_AT, &["send"], 0);
    assert_eq!(report["notices"], serde_json::json!({"sent": 2, "skipped": 1}));
    assert!(
        site.look("SELECT STAGE FROM WA_CLAIM WHERE NOTICE = 1")
            .is_empty()
    );
}
