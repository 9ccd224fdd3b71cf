//! `scan`: dry runs, repetition, the ERP's tables.

use std::collections::{BTreeMap, BTreeSet};

use wa_notify::adapters::firebird::sample::{Ledger, SampleSpec, seed};

use super::notices;
use crate::documents::tools::Pdf;
use crate::support::site::{DAY, SEND_AT, Site};

#[test]
fn looking_changes_not_one_row() {
    let site = Site::of(20);
    let before = site.dump();
    assert!(
        before.len() > 20 && before["TITULO_RECEBER"].len() > 20,
        "the dump sees the tables"
    );
    let first = site.json("08:20", &["scan", "--dry-run"], 0);
    let second = site.json("08:20", &["scan", "--dry-run"], 0);
    assert_eq!(first, second, "and it finds the same");
    assert_eq!(notices(&first).len(), 14);
    let csv = site.dir.path().join("varredura.csv");
    site.run("08:21", &["scan", "--dry-run", "--csv", &csv.to_string_lossy()])
        .expect(0);
    site.run("08:22", &["status"]).expect(0);
    site.run("08:22", &["pair", "--status"]).expect(0);
    site.run(
        "08:22",
        &[
            "preview",
            "1",
            "--out",
            &site.dir.path().join("out").to_string_lossy(),
        ],
    )
    .expect(0);
    assert_eq!(site.dump(), before);

    let rows = std::fs::read_to_string(csv).unwrap();
    let selected = rows.lines().filter(|line| line.starts_with("selected;")).count();
    let items: usize = notices(&first)
        .iter()
        .map(|n| n["receivables"].as_array().unwrap().len())
        .sum();
    assert_eq!(selected, items, "one line a receivable:\n{rows}");

    site.scan();
    let stored = site.dump();
    site.run("08:40", &["scan", "--dry-run"]).expect(0);
    site.run(SEND_AT, &["send", "--dry-run"]).expect(0);
    site.run(SEND_AT, &["send", "--test", "1", "--to", "51 99999-0001"])
        .expect(0);
    assert_eq!(site.dump(), stored, "with notices in the outbox, too");
    assert!(
        site.messages()[0].text.starts_with("*[TESTE]* Olá"),
        "the test itself went out"
    );
}

#[test]
fn a_second_scan_of_one_close_adds_nothing() {
    let site = Site::of(20);
    let erp = |dump: &BTreeMap<String, Vec<String>>| -> BTreeMap<String, Vec<String>> {
        dump.iter()
            .filter(|(table, _)| !table.starts_with("WA_"))
            .map(|(t, r)| (t.clone(), r.clone()))
            .collect()
    };
    let before = site.dump();
    assert_eq!(notices(&site.scan()).len(), 14);
    let stored = site.dump();
    assert_eq!(
        erp(&stored),
        erp(&before),
        "the ERP's tables are never written to"
    );
    assert_eq!(stored["WA_NOTICE"].len(), 14);
    let again = site.json("08:50", &["scan"], 0);
    assert_eq!(notices(&again).len(), 0);
    assert_eq!(
        (&again["totals"]["standing"], &again["run"]),
        (&14.into(), &serde_json::Value::Null)
    );
    assert_eq!(site.dump(), stored);
}

#[test]
fn a_second_send_sends_nothing_twice() {
    let site = Site::of(3);
    site.scan();
    assert_eq!(site.send(0)["notices"], serde_json::json!({"sent": 4}));
    let lines = site.sandbox.log_lines();
    assert!(lines.len() > 12);
    let again = site.json("09:05", &["send"], 0);
    assert_eq!((&again["due"], &again["parts_accepted"]), (&0.into(), &0.into()));
    // Nor when the close is scanned again, nor a day later.
    assert_eq!(notices(&site.json("09:10", &["scan"], 0)).len(), 0);
    site.json("09:11", &["send"], 0);
    site.json("2026-08-12 09:01", &["send"], 0);
    assert_eq!(site.sandbox.log_lines(), lines);
}

#[test]
fn one_customer_alone() {
    let site = Site::of(4);
    let scan = site.json("08:30", &["scan", "--customer", "2"], 0);
    let customers: Vec<_> = notices(&scan)
        .iter()
        .map(|n| n["customer_id"].as_str().unwrap())
        .collect();
    assert_eq!(customers, ["2", "2"]);
    // To look, whatever explain takes names somebody; to store, only the very id does.
    let padaria = site.json(
        "08:31",
        &["scan", "--dry-run", "--customer", "padaria sao joao"],
        0,
    );
    assert_eq!(padaria["totals"]["standing"], 2);
    for args in [
        &["scan", "--customer", "padaria"][..],
        &["scan", "--customer", "99999"],
        &["scan", "--dry-run", "--customer", "99999"],
        &["scan", "--dry-run", "--customer", "a"],
    ] {
        let said = site.run("08:32", args).expect(2).stderr;
        assert!(said.contains("cliente com"), "{args:?}: {said}");
    }
    // The others come with the scan of all, and these do not come again.
    let rest = site.scan();
    assert_eq!(notices(&rest).len(), 3);
    assert_eq!(rest["totals"]["standing"], 2);
}

/// More than one piece of a table, of a statement list and of a block.
#[test]
fn a_large_shop_is_told_and_stored_whole() {
    let site = Site::of(3);
    let spec = SampleSpec {
        customers: 3_000,
        ledger: Ledger::AllOpen,
        ..SampleSpec::new(DAY.parse().unwrap())
    };
    seed(&site.database().settings, &spec, &mut |_, _| {}).unwrap();
    let dry = site.json("08:20", &["scan", "--dry-run"], 0);
    let told = notices(&dry);
    assert!(told.len() > 550, "two pieces of a table: {}", told.len());
    assert_eq!(dry["totals"]["notices"], told.len());

    let text = site.run("08:20", &["scan", "--dry-run"]).expect(0).stdout;
    assert_eq!(
        text.matches("Cliente ").count(),
        1,
        "one header: {}",
        &text[..400]
    );
    let (table, _) = text.split_once("\n\n").unwrap();
    let amounts: Vec<&str> = table.lines().filter(|line| line.contains("R$ ")).collect();
    assert_eq!(amounts.len(), told.len(), "a row for each notice");
    assert!(table.lines().all(|line| line.chars().count() <= 80));
    // Amounts stand right-aligned in one column, through all pieces.
    let ends: BTreeSet<usize> = amounts
        .iter()
        .map(|line| {
            let (before, amount) = line.split_once("R$ ").unwrap();
            let amount = amount.split(' ').next().unwrap();
            before.chars().count() + amount.chars().count()
        })
        .collect();
    assert_eq!(ends.len(), 1, "{ends:?}");

    let stored = site.json("08:21", &["scan"], 10);
    assert_eq!(
        stored["notices"], dry["notices"],
        "the dry run told what is stored"
    );
    assert_eq!(stored["skipped"], dry["skipped"]);
    let items: usize = told
        .iter()
        .map(|n| n["receivables"].as_array().unwrap().len())
        .sum();
    let parts: usize = told
        .iter()
        .map(|n| n["documents"].as_array().unwrap().len())
        .sum();
    let skipped = dry["skipped"].as_array().unwrap().len();
    for (table, rows) in [
        ("WA_NOTICE", told.len()),
        ("WA_NOTICE_ITEM", items),
        ("WA_CLAIM", items),
        ("WA_PART", parts),
        ("WA_DECISION", skipped),
    ] {
        assert_eq!(
            site.look(&format!("SELECT COUNT(*) FROM {table}")),
            [rows.to_string()],
            "{table}"
        );
    }
    let again = site.json("08:31", &["scan"], 10);
    assert_eq!(again["totals"]["standing"], told.len());
    assert_eq!(
        (notices(&again).len(), &again["run"]),
        (0, &serde_json::Value::Null)
    );
}

/// What a command writes to a terminal of so many columns.
#[cfg(target_os = "linux")]
fn on_terminal(site: &Site, columns: u32, args: &[&str]) -> String {
    let command = site.command("08:20", args);
    let quoted: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let line = format!("stty cols {columns} rows 50; exec {}", quoted.join(" "));
    let mut terminal = std::process::Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        terminal.current_dir(folder);
    }
    let output = terminal.output().expect("script, of bsdutils");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

/// 80 columns hold it, and what 160 have room for is there.
#[cfg(target_os = "linux")]
#[test]
fn the_table_uses_the_room_there_is() {
    let site = Site::of(20);
    for (columns, header) in [
        (
            80,
            ["Cliente", "Título, venc., etapa", "Total", "Boletos"].as_slice(),
        ),
        (120, &["Cliente", "Título, venc., etapa", "Total", "Boletos"]),
        (
            160,
            &[
                "Cliente",
                "Contato",
                "Título, venc., etapa, saldo",
                "Total",
                "Documentos",
            ],
        ),
    ] {
        let text = on_terminal(&site, columns, &["scan", "--dry-run"]);
        let found: Vec<&str> = text
            .lines()
            .next()
            .unwrap()
            .split("  ")
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect();
        assert_eq!(found, header, "{columns}: {text}");
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns as usize, "{columns}: {widest}\n{text}");
        // Customer 9 owes two branches: which of them writes is told, and of nobody else.
        let branches: Vec<&str> = text.matches("filial ").collect();
        assert_eq!(branches.len(), 2, "{columns}: {text}");
        assert_eq!(
            text.contains("1 boleto, 1 código, extrato"),
            columns == 160,
            "{columns}: {text}"
        );
        assert!(text.contains("a partir das 09:00"), "{columns}: {text}");
    }
}

/// Thousands of rows with the same fault are a line; each of them is in the document.
#[test]
fn many_bad_rows_are_told_together() {
    let site = Site::of(40);
    site.sql("UPDATE TITULO_RECEBER SET VENCIMENTO = '9999-12-31' WHERE SALDO > 0");
    let text = site.run("08:20", &["scan", "--dry-run"]).expect(8).stdout;
    let open = site
        .look("SELECT COUNT(*) FROM TITULO_RECEBER WHERE SALDO > 0")
        .remove(0);
    let count: usize = open.parse().unwrap();
    assert!(count > 20, "{count}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.starts_with(&format!(
            "{count} linhas não lidas: consulta receivables, coluna DUE_ON: fora dos limites. Chaves: 1, 2, 3,"
        )),
        "{text}"
    );
    assert_eq!(text.matches("DUE_ON").count(), 1, "{text}");
    let dry = site.json("08:20", &["scan", "--dry-run"], 8);
    assert_eq!(dry["bad_rows"].as_array().unwrap().len(), count);
}

/// The ERP's date stands still when nobody closes the day, and the computer's clock can be wrong: both are named.
#[test]
fn a_clock_far_from_the_erp_s_date_is_told() {
    let site = Site::of(3);
    let warning = |at: &str| {
        let scan = site.json(at, &["scan", "--dry-run"], 0);
        let all = scan["warnings"].as_array().unwrap().clone();
        all.into_iter().find(|w| w["kind"] == "clock_disagrees")
    };
    // A long weekend is no reason, on either side.
    for at in ["2026-08-06 08:30", "2026-08-11 08:30", "2026-08-16 08:30"] {
        assert_eq!(warning(at), None, "{at}");
    }
    for at in ["2026-08-05 08:30", "2026-08-17 08:30", "2027-08-11 08:30"] {
        let expected = serde_json::json!({
            "kind": "clock_disagrees", "business_date": DAY, "today": &at[..10],
        });
        assert_eq!(warning(at), Some(expected), "{at}");
    }
    let text = site
        .run("2026-08-17 08:30", &["scan", "--dry-run"])
        .expect(0)
        .stdout;
    assert!(
        text.contains("11/08/2026") && text.contains("17/08/2026"),
        "{text}"
    );
}

/// An accountant's phone, at two customers: a warning, and a notice for each under its own name.
#[test]
fn a_number_of_two_customers_is_written_to_for_each() {
    let site = Site::of(20);
    let scan = site.json("08:30", &["scan"], 0);
    let shared: Vec<_> = scan["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|w| w["kind"] == "shared_number")
        .collect();
    assert_eq!(shared.len(), 1, "{shared:?}");
    assert_eq!(shared[0]["customers"], serde_json::json!(["1", "20"]));
    let names: BTreeSet<&str> = notices(&scan)
        .iter()
        .filter(|n| n["phone"] == shared[0]["phone"])
        .map(|n| n["customer_name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    site.send(0);
    let phone = shared[0]["phone"]
        .as_str()
        .unwrap()
        .trim_start_matches('+')
        .to_owned();
    let texts: Vec<String> = site
        .messages()
        .into_iter()
        .filter(|m| m.to.contains(&phone) || phone.contains(m.to.trim_start_matches('+')))
        .map(|m| m.text)
        .collect();
    // Never two debts in one message: each text has its customer's title, each statement its customer's name.
    let greetings: Vec<&String> = texts.iter().filter(|text| text.starts_with("Olá, ")).collect();
    assert_eq!(greetings.len(), 2, "{texts:#?}");
    for title in ["NF 4512", "NF 4538"] {
        let told = greetings.iter().filter(|text| text.contains(title)).count();
        assert_eq!(told, 1, "{title}: {greetings:#?}");
    }
    let statements: Vec<String> = pdfs(&site.sandbox.media_dir())
        .into_iter()
        .filter(|path| path.to_string_lossy().contains(&phone[4..]))
        .map(|path| Pdf::new(&std::fs::read(path).unwrap()).text())
        .filter(|text| text.to_uppercase().contains("EXTRATO"))
        .collect();
    assert_eq!(statements.len(), 2);
    for name in names {
        let own = statements.iter().filter(|text| text.contains(name)).count();
        assert_eq!(own, 1, "{name}: {statements:#?}");
    }
}

fn pdfs(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(pdfs(&path));
        } else if path.extension().is_some_and(|e| e == "pdf") {
            found.push(path);
        }
    }
    found
}
