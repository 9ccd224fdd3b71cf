//! The words of a notice, with each optional part there and not there, in both languages.

use std::path::PathBuf;

use wa_notify::domain::document::{Creditor, MessageView, Payee};
use wa_notify::domain::ids::ContactId;
use wa_notify::domain::policy::Stage;
use wa_notify::domain::receivable::{Contact, Receivable};
use wa_notify::i18n::Lang;
use wa_notify::render::{file_names, message, qr};

use super::samples::{self, branch, brutal, customer, hybrid, receivable, usual};
use super::tools::scan;

fn full() -> MessageView {
    let titles = [
        receivable("NF 4512", "1", "2026-11-05", 35_000),
        receivable("NF 4100", "", "2026-08-10", 123_456),
        receivable("NF 4512", "2", "2026-12-05", 35_000),
    ];
    let stages = [Stage::Overdue(15), Stage::Overdue(30), Stage::Upcoming(15)];
    let firing: Vec<(&Receivable, Stage)> = titles.iter().zip(stages).collect();
    let contact = Contact {
        id: ContactId::new("1"),
        customer: customer().id,
        name: "JOÃO CONCEIÇÃO".to_owned(),
        phone: String::new(),
        receives_whatsapp: true,
    };
    let payee = usual().payee;
    MessageView::of(
        Creditor::of(&branch()),
        &customer(),
        &contact,
        &firing,
        [payee.clone(), payee],
        true,
        samples::REFERENCE,
    )
}

#[test]
fn every_optional_part_there_and_not_there() {
    type Change = fn(&mut MessageView);
    let cases: [(&str, Change); 9] = [
        ("all parts", |_| {}),
        ("no first name", |v| v.first_name = None),
        ("no phone", |v| v.creditor.phone = None),
        ("only overdue", |v| v.upcoming.clear()),
        ("only upcoming", |v| v.overdue.clear()),
        ("no codes", |v| v.codes = false),
        ("no boletos", |v| {
            v.payees.clear();
            v.codes = false;
        }),
        ("two payees, one without tax id", |v| {
            v.payees.push(Payee {
                name: "FUNDO XX".to_owned(),
                tax_id: None,
            });
        }),
        ("nothing optional", |v| {
            v.first_name = None;
            v.creditor.phone = None;
            v.payees.clear();
            v.codes = false;
            v.upcoming.clear();
        }),
    ];
    for (lang, name) in [(Lang::PtBr, "messages_pt"), (Lang::En, "messages_en")] {
        let mut all = String::new();
        for (title, change) in cases {
            let mut view = full();
            change(&mut view);
            let text = message::text(None, &view, lang).unwrap();
            assert!(
                !text.contains("\n\n\n") && !text.lines().any(|line| line.ends_with(' ')),
                "{title}"
            );
            all.push_str(&format!("=== {title}\n{text}\n\n"));
        }
        insta::assert_snapshot!(name, all);
    }
}

#[test]
fn captions_answers_and_file_names() {
    for (lang, name) in [(Lang::PtBr, "words_pt"), (Lang::En, "words_en")] {
        let views = [usual(), hybrid(), brutal()];
        let mut all = String::new();
        for (i, view) in views.iter().enumerate() {
            all.push_str(&format!("{}\n", message::boleto_caption(view, i + 1, 3, lang)));
            all.push_str(&format!("{}\n", file_names::boleto(lang, view, i + 1, 3)));
        }
        all.push_str(&format!("{}\n", message::merged_caption(&views, lang)));
        all.push_str(&format!("{}\n", file_names::merged_boletos(lang, &views)));
        let creditor = Creditor::of(&branch());
        for text in [
            message::auto_reply(None, &creditor, lang).unwrap().as_str(),
            message::opt_out(lang),
            message::opt_in(lang),
            message::wrong_number(lang),
        ] {
            all.push_str(&format!("{text}\n"));
        }
        insta::assert_snapshot!(name, all);
    }
}

#[test]
fn the_code_to_copy_is_bare() {
    assert_eq!(
        usual().code_to_copy(true),
        usual().code.barcode().digitable_line()
    );
    assert_eq!(hybrid().code_to_copy(false), samples::PIX);
    assert_eq!(
        hybrid().code_to_copy(true),
        hybrid().line_digits(),
        "a Pix code mostly dies at the due date"
    );
    assert!(usual().line_digits().bytes().all(|b| b.is_ascii_digit()));
}

/// What the console shows, turned into pixels as a terminal would: light is white, dark is black, whatever the
/// theme, since the colours are set.
#[test]
fn a_phone_reads_the_code_on_the_console() {
    let text = format!("2@{}", "aB3/x+Yz0=,".repeat(21));
    let (drawn, width, height) = qr::qr_console(&text).unwrap();
    let cell = 6;
    let mut pixels = vec![vec![255u8; width * cell]; height * 2 * cell];
    for (line, cells) in drawn.lines().enumerate() {
        let cells = cells
            .strip_prefix("\x1b[38;5;16;48;5;231m")
            .unwrap()
            .strip_suffix("\x1b[0m")
            .unwrap();
        for (column, c) in cells.chars().enumerate() {
            let halves = match c {
                '█' => [true, true],
                '▀' => [true, false],
                '▄' => [false, true],
                ' ' => [false, false],
                other => panic!("{other:?}"),
            };
            for (half, dark) in halves.into_iter().enumerate() {
                for y in 0..cell {
                    for x in 0..cell {
                        pixels[(line * 2 + half) * cell + y][column * cell + x] = if dark { 0 } else { 255 };
                    }
                }
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let picture = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut pgm = format!("P5 {} {} 255\n", width * cell, height * 2 * cell).into_bytes();
    pgm.extend(pixels.concat());
    assert_eq!(scan(&picture("console.pgm", &pgm)), [format!("QR-Code:{text}")]);
    assert_eq!(
        scan(&picture("code.png", &qr::qr_png(&text).unwrap())),
        [format!("QR-Code:{text}")]
    );
}
