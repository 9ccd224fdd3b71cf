//! Boletos: what they say, and what scanners read.

use wa_notify::domain::document::BoletoView;
use wa_notify::render::boleto_pdf::{boleto_pdf, boletos_pdf, check_bank_pdf};

use super::samples::{self, brutal, hybrid, usual};
use super::tools::{Pdf, Picture};

#[test]
fn a_usual_boleto_says_what_banks_and_the_law_want() {
    let pdf = Pdf::new(&boleto_pdf(&usual()));
    pdf.check();
    insta::assert_snapshot!("boleto_usual", pdf.text());
}

#[test]
fn a_hybrid_boleto_carries_the_pix_code_in_the_receipt() {
    let view = hybrid();
    let pdf = Pdf::new(&boleto_pdf(&view));
    pdf.check();
    let text = pdf.text();
    insta::assert_snapshot!("boleto_hybrid", text);
    // Copying the lines of the code together gives the code again.
    assert!(text.replace('\n', "").contains(samples::PIX));
    // Nothing of Pix stands in the ficha, where bars and teller want room.
    let (_, slip) = text.split_once("Corte na linha pontilhada").unwrap();
    assert!(!slip.contains("Pix") && !slip.contains("br.gov.bcb.pix"));
}

#[test]
fn the_longest_of_everything_stays_inside_its_fields() {
    let view = brutal();
    let pdf = Pdf::new(&boleto_pdf(&view));
    pdf.check();
    let text = pdf.text();
    insta::assert_snapshot!("boleto_brutal", text);
    // What may be shortened ends in an ellipsis; value, line and all instructions are whole.
    assert!(text.contains("99.999.999.999,99"));
    assert_eq!(text.matches(&view.code.barcode().formatted_line()).count(), 3);
    for n in 1..=6 {
        assert!(text.contains(&format!("{n}ª instrução")), "instruction {n}");
    }
    assert!(!text.contains('?'), "accents that came decomposed are whole");
}

/// The barcode and the QR of all samples, at every resolution that printers and phones make of them.
#[test]
fn scanners_read_bars_and_pix_at_any_resolution() {
    let views = [usual(), hybrid(), brutal()];
    let pdf = Pdf::new(&boletos_pdf(&views));
    let bars = |view: &BoletoView| format!("I2/5:{}", view.code.barcode().as_str());
    let mut expected: Vec<String> = views.iter().map(bars).collect();
    expected.extend([samples::PIX, samples::PIX].map(|code| format!("QR-Code:{code}")));
    expected.sort();
    for dpi in [100, 150, 200, 300] {
        assert_eq!(pdf.scan(dpi, Picture::Png), expected, "{dpi} dpi");
        assert_eq!(
            pdf.scan(dpi, Picture::Jpeg60),
            expected,
            "{dpi} dpi, JPEG quality 60"
        );
    }
}

#[test]
fn the_same_boleto_has_the_same_bytes() {
    let first = boleto_pdf(&usual());
    // Whatever else was drawn in between.
    let merged = boletos_pdf(&[hybrid(), brutal()]);
    assert_eq!(boleto_pdf(&usual()), first);
    assert_eq!(boletos_pdf(&[hybrid(), brutal()]), merged);
    assert_ne!(boleto_pdf(&hybrid()), first);
}

#[test]
fn one_boleto_a_page_and_small() {
    let views = vec![hybrid(); 12];
    let bytes = boletos_pdf(&views);
    let pdf = Pdf::new(&bytes);
    pdf.check();
    assert_eq!(pdf.info("Pages"), "12");
    assert!(pdf.text().contains("Boleto 12 de 12"));
    assert!(bytes.len() < 12 * 16_000, "{} bytes", bytes.len());
    // Our own files pass the check for the banks' files.
    check_bank_pdf(&bytes).unwrap();
}

#[test]
fn the_file_says_what_it_is() {
    let pdf = Pdf::new(&boleto_pdf(&usual()));
    assert_eq!(pdf.info("Title"), "Boleto NF 4512/1, vencimento 05/11/2026");
    assert_eq!(pdf.info("Author"), "SILVA AUTOPEÇAS LTDA");
    assert!(pdf.info("Producer").starts_with("wa-notify "));
    assert_eq!(pdf.info("Page size"), "595.276 x 841.89 pts (A4)");
    assert!(pdf.objects().contains("/Lang (pt-BR)"));
}

#[test]
fn the_tellers_fields_stay_blank() {
    let text = Pdf::new(&boleto_pdf(&usual())).text();
    let (_, slip) = text.split_once("Corte na linha pontilhada").unwrap();
    for label in [
        "(-) Desconto / Abatimento",
        "(+) Juros / Multa",
        "(=) Valor cobrado",
    ] {
        let (_, after) = slip.split_once(label).unwrap();
        let next = after.lines().next().unwrap();
        assert_eq!(next, "", "{label} is the last of its line");
    }
    assert_eq!(
        slip.matches("350,00").count(),
        1,
        "the value stands in its field only"
    );
}

#[test]
fn a_logo_is_drawn_once_in_the_file_and_a_broken_one_is_left_out() {
    let mut view = usual();
    let plain = boleto_pdf(&view);
    view.creditor.logo = Some(samples::logo());
    let pdf = Pdf::new(&boletos_pdf(&[view.clone(), view.clone()]));
    pdf.check();
    assert_eq!(pdf.images(), 2, "one picture, listed for both pages");
    assert!(
        !pdf.objects().contains("/SMask"),
        "no transparency: old printers stumble over it"
    );
    view.creditor.logo = Some(b"not a picture".to_vec());
    assert_eq!(boleto_pdf(&view), plain);
}

#[test]
fn a_caixa_boleto_carries_its_service_numbers() {
    let receivable = samples::receivable("NF 1", "1", "2026-12-05", 35_000);
    let code = wa_notify::domain::boleto::encode(
        "104",
        Some(receivable.due_on),
        receivable.balance,
        "0055077222133320001780649",
    );
    let record = wa_notify::domain::receivable::BoletoRecord {
        barcode: Some(code.unwrap().as_str().to_owned()),
        ..Default::default()
    };
    let text = Pdf::new(&boleto_pdf(&samples::view(&receivable, &record))).text();
    assert!(text.contains("104-0") && text.contains("0800 726 0101"), "{text}");
}
