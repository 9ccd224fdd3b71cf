//! Statements: what they say, over one page and over many.

use wa_notify::domain::document::{Creditor, Debtor, Payee, StatementInput, StatementView};
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::Receivable;
use wa_notify::i18n::Lang;
use wa_notify::render::statement_pdf::statement_pdf;

use super::samples::{self, branch, customer, day, receivable};
use super::tools::Pdf;

fn statement(receivables: &[Receivable], with_boletos: bool) -> StatementView {
    let creditor = Creditor::of(&branch());
    let payee = Payee {
        name: creditor.legal_name.clone(),
        tax_id: Some(creditor.tax_id.clone()),
    };
    StatementView::of(StatementInput {
        creditor,
        debtor: Debtor::of(&customer()),
        receivables: &receivables.iter().collect::<Vec<_>>(),
        today: day("2026-11-23"),
        upcoming_horizon: 30,
        payable_on: &|due| due,
        payees: if with_boletos { vec![payee] } else { Vec::new() },
        generated_at: day("2026-11-23").and_hms_opt(9, 5, 0).unwrap(),
        reference: samples::REFERENCE.to_owned(),
    })
}

fn usual() -> StatementView {
    let partly_paid = Receivable {
        balance: Cents::new(20_000),
        ..receivable("NF 4512", "1/3", "2026-11-05", 35_000)
    };
    statement(
        &[
            partly_paid,
            receivable("NF 4100", "", "2026-08-10", 123_456),
            receivable("NF 4512", "2/3", "2026-11-23", 35_000),
            receivable("NF 4512", "3/3", "2026-12-05", 35_000),
        ],
        true,
    )
}

#[test]
fn a_usual_statement_in_both_languages() {
    for (lang, name) in [(Lang::PtBr, "statement_pt"), (Lang::En, "statement_en")] {
        let pdf = Pdf::new(&statement_pdf(&usual(), lang));
        pdf.check();
        insta::assert_snapshot!(name, pdf.text());
    }
}

#[test]
fn without_boletos_or_titles_it_says_so() {
    let only_upcoming = statement(&[receivable("NF 1", "1", "2026-12-01", 100)], false);
    let text = Pdf::new(&statement_pdf(&only_upcoming, Lang::PtBr)).text();
    assert!(!text.contains("Multa*"), "no charges before the due date");
    assert!(text.contains("Use os boletos que você já recebeu ou fale conosco"));
    let text = Pdf::new(&statement_pdf(&statement(&[], false), Lang::PtBr)).text();
    assert!(text.contains("Nenhum título em aberto."));
}

#[test]
fn a_thousand_titles_over_many_pages() {
    let receivables: Vec<Receivable> = (0..1_000)
        .map(|n| {
            let mut title = receivable(&format!("NF {}", 1_000 + n), "1/1", "2026-01-01", 10_000 + n);
            title.due_on = day("2025-01-01") + chrono::Days::new(u64::try_from(n).unwrap() / 2);
            title
        })
        .collect();
    let view = statement(&receivables, true);
    let bytes = statement_pdf(&view, Lang::PtBr);
    assert_eq!(statement_pdf(&view, Lang::PtBr), bytes);
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    let pdf = Pdf::new(&bytes);
    pdf.check();
    let pages: usize = pdf.info("Pages").parse().unwrap();
    let text = pdf.text();
    for n in 1..=pages {
        assert!(text.contains(&format!("Página {n} de {pages}")));
    }
    assert_eq!(
        text.matches("Documento  Parcela").count(),
        pages,
        "columns are named on every page"
    );
    assert_eq!(text.matches("Gerado em 23/11/2026 09:05").count(), pages);
    // The creditor's legal name, tax id and address are on every page, above or below.
    assert!(text.matches("CNPJ 11.222.333/0001-81").count() >= pages);
    for n in [0, 1, 498, 999] {
        assert_eq!(
            text.matches(&format!("NF {}  ", 1_000 + n)).count(),
            1,
            "title {n} once"
        );
    }
    assert!(text.contains("1.000 títulos"));
    let total: i64 = (0..1_000).map(|n| 10_000 + n).sum();
    let total = wa_notify::i18n::format::amount(Lang::PtBr, Cents::new(total));
    assert!(text.contains(&total), "{total}");
}

#[test]
fn enormous_values_and_names_stay_in_their_columns() {
    let mut title = receivable(
        "NFS-e 2026/000000012345-A-COMPLEMENTAR",
        "112/124",
        "2026-11-05",
        9_999_999_999_999,
    );
    title.balance = Cents::new(9_999_999_999_998);
    let mut view = statement(&[title.clone(), title], true);
    view.creditor.name = "COMERCIO E REPRESENTACOES ".repeat(5);
    view.debtor.name = "MARIA APARECIDA WANDERLEIA ".repeat(5);
    let pdf = Pdf::new(&statement_pdf(&view, Lang::PtBr));
    pdf.check();
    insta::assert_snapshot!("statement_brutal", pdf.text());
}

#[test]
fn the_logo_is_part_of_the_letterhead() {
    let mut view = usual();
    view.creditor.logo = Some(samples::logo());
    let pdf = Pdf::new(&statement_pdf(&view, Lang::PtBr));
    pdf.check();
    assert_eq!(pdf.images(), 1);
    assert_eq!(pdf.info("Title"), "Extrato de débitos, Auto Peças Silva");
}
