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

/// `[query, key, column, problem, value]` of each bad row, sorted.
fn bad_rows(scan: &serde_json::Value) -> Vec<String> {
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<String> = scan["bad_rows"]
        .as_array()
        .expect("bad_rows")
        .iter()
        .map(|row| {
            ["query", "key", "column", "problem", "value"]
                .map(|key| word(row, key))
                .join(" ")
        })
        .collect();
    all.sort();
    all
}

/// Due dates that no title has, on either side of all that a scan asks for: named, open ones only, and also where the
/// site's file filters by the dates of the run itself.
#[test]
fn due_dates_of_the_wrong_millennium() {
    let shipped = include_str!("../../../sql/source/receivables.sql");
    let own_filter = format!("{shipped} WHERE T.VENCIMENTO BETWEEN :DUE_FROM AND :DUE_TO");
    let reckons = format!("{shipped} WHERE T.VENCIMENTO >= :DUE_FROM - 1 AND T.VENCIMENTO < :DUE_TO + 1");
    let computed = shipped.replace("T.VENCIMENTO AS DUE_ON", "T.VENCIMENTO + 0 AS DUE_ON");
    let typed = shipped.replace(
        "T.VENCIMENTO AS DUE_ON",
        "CAST(T.VENCIMENTO AS VARCHAR(10)) AS DUE_ON",
    );
    let stamped = shipped.replace(
        "T.VENCIMENTO AS DUE_ON",
        "CAST(T.VENCIMENTO AS TIMESTAMP) AS DUE_ON",
    );
    for (what, query) in [
        ("as shipped", shipped),
        ("a file with its own filter", &own_filter),
        ("a file that reckons with the dates", &reckons),
        ("computed", &computed),
        ("as text", &typed),
        ("with a time", &stamped),
    ] {
        let site = with_query(4, "receivables", query);
        for (id, due) in [
            (1, "0206-08-01"),
            (2, "2206-08-14"),
            (3, "9999-12-31"),
            (4, "0001-01-01"),
            // The last day that a date can mean: far away, and nothing is wrong with it.
            (5, "2150-12-31"),
        ] {
            site.sql(&format!(
                "UPDATE TITULO_RECEBER SET VENCIMENTO = '{due}' WHERE ID = {id}"
            ));
        }
        // Paid ones are nobody's business.
        site.sql("UPDATE TITULO_RECEBER SET VENCIMENTO = '0026-08-01', SALDO = 0 WHERE ID = 6");
        let scan = site.json("08:30", &["scan"], 8);
        let text = what == "as text";
        let expected = [
            "receivables 1 DUE_ON out_of_range 0206-08-01",
            "receivables 2 DUE_ON out_of_range 2206-08-14",
            "receivables 3 DUE_ON out_of_range 9999-12-31",
            "receivables 4 DUE_ON out_of_range 0001-01-01",
        ];
        let shape = |row: &str| {
            row.rsplit_once(' ')
                .map(|(row, _)| row.replace("out_of_range", "?"))
                .unwrap()
        };
        let found = bad_rows(&scan);
        let on_record = found.len().to_string();
        if what == "a file that reckons with the dates" {
            // It cannot be asked for the last day of the calendar, nor for the first.
            assert_eq!(found, expected[..2], "{what}");
        } else if text {
            // Masked as any text; a year of three digits is not taken for a date.
            let found: Vec<String> = found
                .iter()
                .map(|row| shape(&row.replace("not_a_date", "out_of_range")))
                .collect();
            assert_eq!(found, expected.map(shape), "{what}");
        } else {
            assert_eq!(found, expected, "{what}");
        }
        let customers: Vec<_> = super::super::day::notices(&scan)
            .iter()
            .map(|n| n["customer_id"].as_str().unwrap())
            .collect();
        assert!(!customers.is_empty(), "{what}: the others are noticed");
        assert_eq!(
            site.look("SELECT COUNT(*) FROM WA_BAD_ROW"),
            [on_record],
            "{what}: on record"
        );
        // The customer's own story names it, too.
        let story = site.json("08:35", &["explain", "1"], 0);
        assert_eq!(bad_rows(&story).len(), 1, "{what}");
    }
}

/// A policy that cannot be read is not "e-mail not configured": it is named, and what it says is not guessed.
#[test]
fn lists_of_days_that_are_none() {
    let site = Site::of(2);
    for (days, problem) in [
        ("'abc'", "not_a_list_of_days"),
        ("'-3'", "not_a_list_of_days"),
        ("'1,,x'", "not_a_list_of_days"),
        ("'1.5'", "not_a_list_of_days"),
        ("','", "not_a_list_of_days"),
        ("'1,99999'", "out_of_range"),
        ("NULL", "missing"),
        ("'   '", "missing"),
    ] {
        site.sql(&format!("UPDATE AVISO_DEBITO_CONFIG SET DIAS_VENCIDOS = {days}"));
        let ran = site.run("08:30", &["scan"]).expect(7);
        assert!(
            ran.stderr
                .contains("notice_policy, chave #1, coluna OVERDUE_DAYS"),
            "{days}: {}",
            ran.stderr
        );
        let story = site.json("08:31", &["explain", "1"], 0);
        assert_eq!(story["refusal"], "row_unreadable", "{days}");
        assert_eq!(
            bad_rows(&story)[0].split(' ').nth(3),
            Some(problem),
            "{days}: {:?}",
            bad_rows(&story)
        );
    }
    let said = site.run("08:32", &["scan"]).expect(7);
    insta::assert_snapshot!(super::said(&site, &said), @r"
    erro: Não foi possível ler a linha que decide se há avisos: consulta notice_policy, chave #1, coluna OVERDUE_DAYS: sem valor. Nada foi feito.
    → Corrija no ERP, ou na consulta; wa-notify source check mostra as colunas.
    ");
    // Where the kind is off, nobody asks for its days.
    site.sql("UPDATE AVISO_DEBITO_CONFIG SET DIAS_VENCIDOS = 'nunca', AVISA_VENCIDOS = 'N'");
    assert_eq!(
        super::super::day::notices(&site.json("08:33", &["scan", "--dry-run"], 0)).len(),
        2
    );
    // And these are lists, whoever typed them.
    site.sql("UPDATE AVISO_DEBITO_CONFIG SET AVISA_VENCIDOS = 'S'");
    for days in ["'7'", "'30,7,1,7,15'", "' 7 , 1 '", "'7;1'", "'0,7'", "'7,'"] {
        site.sql(&format!("UPDATE AVISO_DEBITO_CONFIG SET DIAS_VENCIDOS = {days}"));
        let dry = site.json("08:34", &["scan", "--dry-run"], 0);
        let stages: Vec<String> = super::super::day::notices(&dry)
            .iter()
            .flat_map(|n| n["receivables"].as_array().unwrap())
            .filter(|item| item["id"] == "1")
            .map(|item| item["stage"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(stages, ["overdue:7"], "{days}");
    }
}

/// A contract of several rows, and one that cannot be read.
#[test]
fn a_contract_with_a_history_and_one_that_cannot_be_read() {
    let query = |rows: &str| format!("SELECT * FROM (\n{rows}\n) C");
    let row = |active: &str, until: &str| {
        format!(
            "SELECT CAST('WHATSAPP' AS VARCHAR(20)) AS FEATURE, CAST('{active}' AS CHAR(1)) AS ACTIVE, \
             CAST({until} AS DATE) AS VALID_UNTIL FROM RDB$DATABASE"
        )
    };
    let (lapsed, ended, active) = (row("N", "NULL"), row("S", "'2020-12-31'"), row("S", "NULL"));
    for (rows, code) in [
        (format!("{lapsed}\nUNION ALL {ended}\nUNION ALL {active}"), 0),
        (format!("{active}\nUNION ALL {ended}\nUNION ALL {lapsed}"), 0),
        (format!("{lapsed}\nUNION ALL {ended}"), 7),
    ] {
        let site = with_query(1, "contract", &query(&rows));
        site.run("08:30", &["scan"]).expect(code);
    }
    let site = with_query(1, "contract", &query(&row("?", "NULL")));
    let ran = site.run("08:30", &["scan"]).expect(7);
    insta::assert_snapshot!(super::said(&site, &ran), @r"
    erro: Não foi possível ler a linha que decide se há avisos: consulta contract, chave WHATSAPP, coluna ACTIVE: não é sim/não (?). Nada foi feito.
    → Corrija no ERP, ou na consulta; wa-notify source check mostra as colunas.
    ");
}

/// Balances in DOUBLE PRECISION, as old programs keep them: what subtraction leaves is no debt, and no bad row.
#[test]
fn balances_kept_as_floating_point() {
    let query = include_str!("../../../sql/source/receivables.sql").replace(
        "T.SALDO AS BALANCE",
        "CASE WHEN T.ID = 1 THEN 2.8E-14 WHEN T.ID = 2 THEN -1E-9 ELSE CAST(T.SALDO AS DOUBLE PRECISION) END AS BALANCE",
    );
    let site = with_query(3, "receivables", &query);
    let scan = site.json("08:30", &["scan"], 0);
    let exact = with_query(3, "contract", include_str!("../../../sql/source/contract.sql"));
    exact.sql("UPDATE TITULO_RECEBER SET SALDO = 0 WHERE ID IN (1, 2)");
    let told = exact.json("08:30", &["scan"], 0);
    assert_eq!(scan["notices"], told["notices"], "to the cent");
    assert!(!super::super::day::notices(&scan).is_empty());
}

/// Whoever asks for a customer whose row cannot be read is told just that.
#[test]
fn a_customer_without_a_name_is_explained_all_the_same() {
    let site = Site::of(4);
    site.sql("UPDATE PESSOA SET NOME = '  ' WHERE CODIGO = 3");
    let story = site.json("08:30", &["explain", "3"], 0);
    assert_eq!(story["customer"]["readable"], false);
    assert_eq!(bad_rows(&story), ["customers 3 NAME missing "]);
    let text = site.run("08:30", &["explain", "3"]).expect(0).stdout;
    assert!(
        text.contains("consulta customers, chave 3, coluna NAME: sem valor."),
        "{text}"
    );
    let dry = site.json("08:30", &["scan", "--dry-run", "--customer", "3"], 8);
    let reasons: Vec<_> = dry["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["reason"].as_str().unwrap())
        .collect();
    assert!(reasons.contains(&"customer_unreadable"), "{reasons:?}");
    site.run("08:30", &["explain", "33"]).expect(2);
}
