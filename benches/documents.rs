//! The documents' speed: `cargo bench --bench documents`.
//!
//! What `scripts/bench documents` compares with a peer; here each step stands alone, so that a change shows where it
//! came from. The people are those of the integration tests.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use wa_notify::domain::document::{Creditor, Debtor, StatementInput, StatementView};
use wa_notify::i18n::Lang;
use wa_notify::render::boleto_pdf::{boleto_pdf, boletos_pdf};
use wa_notify::render::qr::Matrix;
use wa_notify::render::statement_pdf::statement_pdf;
use wa_notify::{domain, render};

#[expect(dead_code, reason = "the tests use all of them")]
#[path = "../tests/integration/documents/samples.rs"]
mod samples;

fn statement(titles: i64) -> StatementView {
    let receivables: Vec<_> = (0..titles)
        .map(|n| {
            let mut title =
                samples::receivable(&format!("NF {}", 1_000 + n), "1/1", "2026-01-01", 10_000 + n);
            title.due_on = samples::day("2025-01-01") + chrono::Duration::days(n / 2);
            title
        })
        .collect();
    StatementView::of(StatementInput {
        creditor: Creditor::of(&samples::branch()),
        debtor: Debtor::of(&samples::customer()),
        receivables: &receivables.iter().collect::<Vec<_>>(),
        today: samples::day("2026-11-23"),
        upcoming_horizon: 30,
        payable_on: &|due| due,
        payees: Vec::new(),
        generated_at: samples::day("2026-11-23")
            .and_hms_opt(9, 5, 0)
            .unwrap_or_default(),
        reference: samples::REFERENCE.to_owned(),
    })
}

fn documents(c: &mut Criterion) {
    let (usual, hybrid) = (samples::usual(), samples::hybrid());
    c.bench_function("boleto", |b| b.iter(|| boleto_pdf(black_box(&usual))));
    c.bench_function("boleto with Pix", |b| b.iter(|| boleto_pdf(black_box(&hybrid))));
    let brutal = samples::brutal();
    c.bench_function("boleto, all as long as it gets", |b| {
        b.iter(|| boleto_pdf(black_box(&brutal)));
    });
    let twelve = vec![hybrid; 12];
    c.bench_function("twelve boletos in one file", |b| {
        b.iter(|| boletos_pdf(black_box(&twelve)));
    });
    let thousand = statement(1_000);
    // For scripts/bench, which compares sizes too.
    let kept = concat!(env!("CARGO_TARGET_TMPDIR"), "/statement.pdf");
    std::fs::write(kept, statement_pdf(&thousand, Lang::PtBr)).unwrap_or_default();
    c.bench_function("statement of 1,000 titles", |b| {
        b.iter(|| statement_pdf(black_box(&thousand), Lang::PtBr));
    });
}

fn parts(c: &mut Criterion) {
    c.bench_function("QR of a Pix code", |b| {
        b.iter(|| Matrix::for_print(black_box(samples::PIX), 77));
    });
    let digits = samples::usual().code.barcode().to_string();
    c.bench_function("bars", |b| {
        b.iter(|| render::itf::bars(black_box(digits.as_bytes())))
    });
    let line = samples::usual().line_digits();
    c.bench_function("line decoded", |b| {
        b.iter(|| domain::boleto::parse(black_box(&line)));
    });
    c.bench_function("Pix code decoded", |b| {
        b.iter(|| domain::pix::parse(black_box(samples::PIX)));
    });
}

criterion_group!(benches, documents, parts);
criterion_main!(benches);
