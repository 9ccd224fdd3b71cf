//! `boleto`, `pix` and `source` through the real binary.

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use wa_notify::adapters::firebird::sample::{self, SampleSpec};

use crate::support::firebird::TestDatabase;

const LINE: &str = "34191.09008 22335.021238 45678.970000 9 16510000123456";
const EXAMPLE: &str = include_str!("../../examples/boleto.json");

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

fn run_with(folder: &Path, args: &[&str], input: &str) -> Ran {
    let output = Command::cargo_bin("wa-notify")
        .expect("the binary")
        .current_dir(folder)
        .env_clear()
        .env("WA_NOTIFY_NOW", "2026-11-23T01:30:00Z")
        .args(args)
        .write_stdin(input)
        .output()
        .expect("it runs");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn run(args: &[&str]) -> Ran {
    run_with(&std::env::temp_dir(), args, "")
}

#[test]
fn every_key_of_a_boleto() {
    let ran = run(&["boleto", "decode", LINE, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.json(),
        json!({
            "kind": "cobranca", "bank": "341", "bank_name": "Itaú",
            "barcode": "34199165100001234561090022335021234567897000",
            "digitable_line": LINE,
            "digitable_line_digits": "34191090082233502123845678970000916510000123456",
            "amount_cents": 123_456, "due_factor": 1651, "due_on": "2026-12-05",
            "free_field": "1090022335021234567897000",
            "layout": ran.json()["layout"],
            "parts": {
                "wallet": "109", "our_number": "00223350", "our_number_digit": "2", "agency": "1234",
                "account": "56789", "account_digit": "7",
            },
            "warnings": [],
        })
    );
    let words: Vec<&str> = LINE.split(' ').collect();
    let unquoted = run(&[&["boleto", "decode"], words.as_slice(), &["--json"]].concat());
    assert_eq!(unquoted.out, ran.out);
}

#[test]
fn every_key_of_an_arrecadacao() {
    let ran = run(&[
        "--json",
        "boleto",
        "decode",
        "83640000001331201380008128846271108013618155",
    ]);
    let code = ran.json();
    assert_eq!(code["kind"], "arrecadacao");
    assert_eq!(code["segment"], "3");
    assert_eq!(
        code["digitable_line"],
        "83640000001-1 33120138000-2 81288462711-6 08013618155-1"
    );
    assert_eq!(code["amount_cents"], 13_312);
    assert!(code["due_on"].is_null() && code["due_factor"].is_null() && code.get("bank").is_none());
}

#[test]
fn what_is_only_odd_is_read_all_the_same() {
    // FACTS.md, section 1: on that day factor 7139 has no date; a zero amount; an unknown bank.
    let args = [
        "--json",
        "boleto",
        "encode",
        "--bank",
        "999",
        "--due",
        "2041-12-14",
        "--amount-cents",
        "0",
    ];
    let free = [
        "--free-field",
        "0000000000000000000000000",
        "--today",
        "2026-11-22",
    ];
    let ran = run(&[&args[..], &free].concat());
    let code = ran.json();
    assert_eq!(
        (ran.code, code["due_factor"].clone(), code["amount_cents"].clone()),
        (0, json!(7139), json!(0))
    );
    assert!(code["due_on"].is_null());
    let names: Vec<&str> = code["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["warning"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["factor_out_of_range", "unknown_bank"]);
    assert!(ran.err.contains("não se lê como data nenhuma"), "{}", ran.err);
    // Another day gives the same factor a date.
    let barcode = code["barcode"].as_str().unwrap();
    let later = run(&["--json", "boleto", "decode", barcode, "--today", "2030-01-01"]);
    assert_eq!(later.json()["due_on"], "2041-12-14");
}

#[test]
fn each_wrong_code_names_its_field_in_both_languages() {
    let digits = LINE.replace(['.', ' '], "");
    let changed = |at: usize| {
        let digit = (digits.as_bytes()[at] - b'0' + 1) % 10;
        format!("{}{digit}{}", &digits[..at], &digits[at + 1..])
    };
    let cases = [
        ("field_1", changed(9)),
        ("field_2", changed(15)),
        ("field_3", changed(31)),
        ("general", changed(32)),
        ("length", "123".to_owned()),
        ("character", "3419x".to_owned()),
        ("product", format!("{digits}0")),
        ("value_kind", format!("815{}", "0".repeat(41))),
        (
            "block_2",
            "83640000001-1 33120138000-3 81288462711-6 08013618155-1".to_owned(),
        ),
    ];
    for (field, code) in &cases {
        for (lang, label) in [("pt-BR", "erro:"), ("en", "error:")] {
            let ran = run(&["boleto", "decode", code, "--lang", lang]);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{field}");
            assert!(
                ran.err.starts_with(label) && ran.err.contains(&format!("({field})")),
                "{}",
                ran.err
            );
            assert!(
                ran.err.lines().all(|line| line.chars().count() <= 80),
                "{}",
                ran.err
            );
        }
        let ran = run(&["boleto", "decode", code, "--json"]);
        assert_eq!(
            (ran.code, &ran.json()["error"]["field"]),
            (2, &json!(field)),
            "{}",
            ran.out
        );
    }
    let found = run(&["boleto", "decode", &cases[3].1, "--json"]).json()["error"].clone();
    assert_eq!((&found["expected"], &found["found"]), (&json!(9), &json!(0)));
}

#[test]
fn a_bad_value_to_encode_names_its_option() {
    let free = "1090022335021234567897000";
    for (field, bank, due, cents, free) in [
        ("bank", "34", "2026-12-05", "1", free),
        ("bank", "812", "2026-12-05", "1", free),
        ("amount_cents", "341", "2026-12-05", "-1", free),
        ("amount_cents", "341", "2026-12-05", "1.5", free),
        ("amount_cents", "341", "2026-12-05", "10000000000000", free),
        ("due", "341", "1999-12-05", "1", free),
        ("free_field", "341", "2026-12-05", "1", "12"),
    ] {
        let args = [
            "--json",
            "boleto",
            "encode",
            "--bank",
            bank,
            "--due",
            due,
            "--amount-cents",
            cents,
        ];
        let ran = run(&[&args[..], &["--free-field", free]].concat());
        assert_eq!(
            (ran.code, &ran.json()["field"]),
            (2, &json!(field)),
            "{}",
            ran.out
        );
    }
}

#[test]
fn thousands_of_lines_get_an_answer_each() {
    let mut input = String::from("\u{feff}");
    for n in 0..20_000 {
        input.push_str(if n == 7 {
            "34191.09008 22335.021239\r\n"
        } else {
            LINE
        });
        input.push_str("\r\n");
    }
    let ran = run_with(&std::env::temp_dir(), &["boleto", "decode", "-"], &input);
    let answers = ran.lines();
    assert_eq!((ran.code, answers.len()), (2, 20_000));
    let wrong: Vec<&Value> = answers
        .iter()
        .filter(|answer| answer.get("error").is_some())
        .collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(
        (&wrong[0]["line"], &wrong[0]["field"]),
        (&json!(8), &json!("length"))
    );
    assert_eq!(answers.last().unwrap()["due_on"], "2026-12-05");
    assert_eq!(
        run_with(&std::env::temp_dir(), &["boleto", "decode", "-"], "").code,
        0
    );
}

#[test]
fn pix_codes_are_read_and_refused_by_field() {
    let code = serde_json::from_str::<Value>(EXAMPLE).unwrap()["pix_code"]
        .as_str()
        .unwrap()
        .to_owned();
    let read = run(&["pix", "decode", &code, "--json"]).json();
    for (key, value) in [
        ("kind", json!("dynamic")),
        ("key", Value::Null),
        (
            "url",
            json!("pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25"),
        ),
        ("amount_cents", json!(123_456)),
        ("name", json!("SILVA AUTOPECAS LTDA")),
        ("city", json!("PORTO ALEGRE")),
        ("txid", json!("***")),
        ("crc", json!(code[code.len() - 4..])),
        ("printable_on_boleto", json!(true)),
    ] {
        assert_eq!(read[key], value, "{key}");
    }
    for (field, code) in [
        ("crc", code.replace("SILVA", "SILVO")),
        ("crc", code[..code.len() - 8].to_owned()),
        ("tlv", code[..code.len() - 1].to_owned()),
        ("empty", " ".to_owned()),
    ] {
        let ran = run(&["pix", "decode", &code, "--json"]);
        assert_eq!(
            (ran.code, &ran.json()["field"]),
            (2, &json!(field)),
            "{}",
            ran.out
        );
        assert_eq!(run(&["pix", "decode", &code]).code, 2);
    }
    let many = run_with(
        &std::env::temp_dir(),
        &["pix", "decode", "-"],
        &format!("{code}\nx\n"),
    );
    assert_eq!((many.code, many.lines().len()), (2, 2));
    for lang in ["pt-BR", "en"] {
        let text = run(&["pix", "decode", &code, "--lang", lang]);
        assert!(
            text.out.contains("SILVA AUTOPECAS LTDA") && text.out.contains("234"),
            "{}",
            text.out
        );
    }
}

fn tool(program: &str, args: &[&str]) -> String {
    let output = std::process::Command::new(program)
        .args(args)
        .output()
        .expect(program);
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_example_is_drawn_checked_and_scanned() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("boleto.json"), EXAMPLE).unwrap();
    std::fs::write(folder.path().join("boleto.pdf"), "an older file").unwrap();
    let ran = run_with(
        folder.path(),
        &["--json", "boleto", "render", "boleto.json", "--out", "boleto.pdf"],
        "",
    );
    assert_eq!(
        (ran.code, &ran.json()["warnings"]),
        (0, &json!([])),
        "{}",
        ran.err
    );
    let pdf = folder.path().join("boleto.pdf");
    let pdf = pdf.to_str().unwrap();
    tool("qpdf", &["--check", pdf]);
    let text = tool("pdftotext", &["-layout", pdf, "-"]);
    for word in [
        LINE,
        "341-7",
        "João Conceição de Araújo",
        "1.234,56",
        "05/12/2026",
        "NF 4512/1",
        "109/00223350-2",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let png = folder.path().join("page");
    tool(
        "pdftoppm",
        &["-r", "150", "-png", "-singlefile", pdf, png.to_str().unwrap()],
    );
    let codes = tool(
        "zbarimg",
        &["-q", "--raw", png.with_extension("png").to_str().unwrap()],
    );
    assert!(
        codes.contains("34199165100001234561090022335021234567897000"),
        "{codes}"
    );
    let pix = serde_json::from_str::<Value>(EXAMPLE).unwrap()["pix_code"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(codes.contains(&pix), "{codes}");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left.len(), 3, "no temporary file stays: {left:?}");
}

#[test]
fn many_are_drawn_by_line_and_wrong_ones_named() {
    let folder = tempfile::tempdir().unwrap();
    let right: Value = serde_json::from_str(EXAMPLE).unwrap();
    let with = |key: &str, value: Value| {
        let mut changed = right.clone();
        changed[key] = value;
        changed.to_string()
    };
    let mut barcode = right.clone();
    let object = barcode.as_object_mut().unwrap();
    object.remove("digitable_line");
    object.remove("pix_code");
    object.insert(
        "barcode".to_owned(),
        json!("34199165100001234561090022335021234567897000"),
    );
    let lines = [
        right.to_string(),
        with("instrucions", json!([])),
        String::new(),
        with("due_on", json!("2026-12-06")),
        with("amount_cents", json!(1)),
        with("payer", json!({"name": "X", "taxid": "1"})),
        with("issued_on", json!("ontem")),
        barcode.to_string(),
        "{".to_owned(),
        with("pix_code", json!("00020126")),
    ];
    // As PowerShell writes it.
    let utf16: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(lines.join("\r\n").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(folder.path().join("many.jsonl"), utf16).unwrap();
    let ran = run_with(
        folder.path(),
        &["--json", "boleto", "render", "many.jsonl", "--out", "out"],
        "",
    );
    assert_eq!(ran.code, 2);
    let told = ran.json();
    assert_eq!(told["written"], 3);
    let refused: Vec<(u64, &str)> = told["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["line"].as_u64().unwrap(), one["field"].as_str().unwrap()))
        .collect();
    assert_eq!(
        refused,
        [
            (2, "instrucions"),
            (4, "due_on"),
            (5, "amount_cents"),
            (6, "payer.taxid"),
            (7, "issued_on"),
            (9, "json")
        ]
    );
    assert_eq!(told["refused"][0]["nearest"], "instructions");
    assert_eq!(told["refused"][3]["nearest"], "tax_id");
    assert_eq!(
        (&told["warnings"][0]["line"], &told["warnings"][0]["warning"]),
        (&json!(10), &json!("unreadable"))
    );
    let mut names: Vec<_> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["000001.pdf", "000008.pdf", "000010.pdf"]);
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("b.json"),
        EXAMPLE.replace("\"our_number\"", "\"ournumber\""),
    )
    .unwrap();
    for (lang, words) in [
        ("pt-BR", "Linha 17: Chave desconhecida: ournumber."),
        ("en", "Line 17: Unknown key: ournumber."),
    ] {
        let ran = run_with(
            folder.path(),
            &["boleto", "render", "b.json", "--out", "b.pdf", "--lang", lang],
            "",
        );
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.contains(words) && ran.err.contains("our_number?"),
            "{}",
            ran.err
        );
        assert!(!folder.path().join("b.pdf").exists());
    }
}

/// A folder with a configuration of this database, and the shipped queries in `sql`.
fn site(database: &TestDatabase) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let settings = &database.settings;
    let config = format!(
        "[database]\nhost = '127.0.0.1'\nport = {}\npath = '{}'\n[source]\ndir = 'sql'\n",
        settings.port,
        database.path().display()
    );
    std::fs::write(folder.path().join("wa-notify.toml"), config).unwrap();
    let exported = run_with(folder.path(), &["--json", "source", "export", "sql"], "");
    assert_eq!(
        (
            exported.code,
            exported.json()["written"].as_array().unwrap().len()
        ),
        (0, 9),
        "{}",
        exported.err
    );
    folder
}

fn check(folder: &Path, more: &[&str]) -> Ran {
    run_with(
        folder,
        &[&["source", "check", "--config", "wa-notify.toml"], more].concat(),
        "",
    )
}

#[test]
fn exported_queries_are_never_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_with(folder.path(), &["source", "export", "sql"], "").code, 0);
    let file = folder.path().join("sql/contract.sql");
    std::fs::write(&file, "SELECT 1 AS OURS FROM RDB$DATABASE").unwrap();
    std::fs::remove_file(folder.path().join("sql/system.sql")).unwrap();
    let refused = run_with(folder.path(), &["source", "export", "sql"], "");
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("contract.sql") && !refused.err.contains("boletos.sql"),
        "{}",
        refused.err
    );
    assert!(
        !folder.path().join("sql/system.sql").exists(),
        "nothing was written"
    );
    let forced = run_with(
        folder.path(),
        &["--json", "source", "export", "sql", "--force"],
        "",
    );
    assert_eq!(forced.json()["written"], json!(["system.sql", "contract.sql"]));
    assert!(std::fs::read_to_string(file).unwrap().contains("FEATURE"));
}

#[test]
fn a_check_names_what_is_wrong_and_masks_people() {
    let database = TestDatabase::create("WIN1252");
    sample::seed(
        &database.settings,
        &SampleSpec::new("2026-11-23".parse().unwrap()),
        &mut |_, _| (),
    )
    .unwrap();
    let folder = site(&database);
    let fine = check(folder.path(), &["--lang", "pt-BR"]);
    assert_eq!(fine.code, 0, "{}{}", fine.out, fine.err);
    assert!(
        fine.out.contains("Todas as 9 consultas estão certas."),
        "{}",
        fine.out
    );
    assert!(
        fine.out.lines().all(|line| line.chars().count() <= 100),
        "{}",
        fine.out
    );
    let customers = database
        .connect()
        .query("SELECT FIRST 20 NOME FROM PESSOA", &[])
        .unwrap();
    for row in &customers {
        let name = row.text(0).unwrap();
        assert!(!fine.out.contains(name.trim()), "{name} is shown");
    }

    let edit = |name: &str, from: &str, to: &str| {
        let file = folder.path().join("sql").join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{name} has {from}");
        std::fs::write(&file, text.replace(from, to)).unwrap();
    };
    // Harmless: a semicolon and a comment without an end of line.
    edit("branches.sql", "FROM FILIAL F", "FROM FILIAL F; -- fim");
    edit("contract.sql", "C.ATIVA AS ACTIVE", "C.ATIVA AS ACTIV");
    edit("receivables.sql", "T.VENCIMENTO AS DUE_ON", "T.VALOR AS DUE_ON");
    edit(
        "customers.sql",
        "C.AVISO_EMAIL AS EMAIL_NOTICE",
        "P.NOME AS EMAIL_NOTICE",
    );
    edit("contacts.sql", "FROM CONTATO K", "FROM CONTATOS K");
    std::fs::write(
        folder.path().join("sql/recievables.sql"),
        "SELECT 1 AS A FROM RDB$DATABASE",
    )
    .unwrap();
    let ran = check(folder.path(), &["--json"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    let told = ran.json();
    let of = |name: &str| {
        told["queries"]
            .as_array()
            .unwrap()
            .iter()
            .find(|query| query["query"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(of("branches")["ok"], true);
    assert_eq!(of("branches")["samples"].as_array().unwrap().len(), 3);
    let problem = |name: &str| of(name)["problems"][0].clone();
    assert_eq!(problem("contract")["kind"], "missing_column");
    assert_eq!(
        (&problem("contract")["column"], &problem("contract")["nearest"]),
        (&json!("ACTIVE"), &json!("ACTIV"))
    );
    assert_eq!(
        (&problem("receivables")["kind"], &problem("receivables")["column"]),
        (&json!("wrong_type"), &json!("DUE_ON"))
    );
    assert_eq!(
        (&problem("customers")["kind"], &problem("customers")["column"]),
        (&json!("wrong_type"), &json!("EMAIL_NOTICE"))
    );
    assert_eq!(problem("contacts")["kind"], "refused");
    assert!(of("contacts")["file"].as_str().unwrap().ends_with("contacts.sql"));
    assert_eq!(told["unknown_files"].as_array().unwrap().len(), 1);
    assert_eq!(told["ok"], false);

    for (lang, words) in [
        (
            "pt-BR",
            [
                "falta a coluna ACTIVE (sim ou não)",
                "4 de 9 consultas têm problema.",
            ],
        ),
        ("en", ["ACTIVE", "4 of 9 queries do not hold."]),
    ] {
        let ran = check(folder.path(), &["--lang", lang]);
        assert_eq!(ran.code, 4);
        let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            assert!(flat.contains(words), "{words}: {}", ran.out);
        }
    }
}
