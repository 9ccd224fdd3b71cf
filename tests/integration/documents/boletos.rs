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
    // What is longer still ends in an ellipsis; this is all whole: names, addresses, value, line, instructions.
    assert!(!text.contains('…'), "{text}");
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
    assert!(bytes.len() < 12 * 8_000, "{} bytes", bytes.len());
    // The promise of docs/BENCHMARKS.md.
    let one = boleto_pdf(&views[0]).len();
    assert!(one < 8_000, "{one} bytes");
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
        "1234560000100040000000064",
    );
    let record = wa_notify::domain::receivable::BoletoRecord {
        barcode: Some(code.unwrap().as_str().to_owned()),
        ..Default::default()
    };
    let text = Pdf::new(&boleto_pdf(&samples::view(&receivable, &record))).text();
    assert!(text.contains("104-0") && text.contains("0800 726 0101"), "{text}");
    // What this ERP does not keep beside the code is read from it: our number and the payee's code, in recibo and ficha.
    for printed in ["14000000000000006-5", "123456-0"] {
        assert_eq!(text.matches(printed).count(), 2, "{printed}: {text}");
    }
}

/// Forty codes of many shapes, every resolution: minutes of work, run by hand with `--ignored`.
#[test]
#[ignore = "minutes; run when bars or QR are drawn otherwise"]
fn scanners_read_forty_of_forty() {
    let mut views = Vec::new();
    let mut expected = Vec::new();
    let mut seed = 7u64;
    let mut next = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for n in 0..40u64 {
        let mut receivable = samples::receivable("NF 1", "1", "2026-12-05", 1);
        let cents = i64::try_from(next(9_999_999)).unwrap() + 1;
        receivable.amount = wa_notify::domain::money::Cents::new(cents);
        receivable.balance = receivable.amount;
        let mut view = samples::view(
            &receivable,
            &samples::record(&receivable, &format!("{:08}", next(99_999_999))),
        );
        // From the shortest addresses of charges to the longest that the Banco Central allows (77 characters).
        let url: String = (0..21 + n)
            .map(|_| char::from(b"0123456789abcdef"[usize::try_from(next(16)).unwrap()]))
            .collect();
        let name = "SILVA AUTOPECAS LTDA POA ";
        let code = format!(
            "00020101021226{:02}0014br.gov.bcb.pix25{:02}pix.example.com/v2/{url}52040000530398654101234567.89\
             5802BR59{:02}{name}6012PORTO ALEGRE62290525{}6304A{:03}",
            22 + 19 + url.len(),
            19 + url.len(),
            name.len(),
            "RPIX0".repeat(5),
            n
        );
        expected.push(format!("I2/5:{}", view.code.barcode().as_str()));
        expected.push(format!("QR-Code:{code}"));
        view.pix_code = Some(code);
        views.push(view);
    }
    expected.sort();
    let pdf = Pdf::new(&boletos_pdf(&views));
    let mut missed = Vec::new();
    for dpi in [100, 150, 200, 300] {
        for picture in [Picture::Png, Picture::Jpeg60] {
            let found = pdf.scan(dpi, picture);
            let lost: Vec<&String> = expected.iter().filter(|code| !found.contains(code)).collect();
            let (bars, qr): (Vec<&&String>, Vec<&&String>) =
                lost.iter().partition(|code| code.starts_with("I2/5"));
            missed.push((dpi, picture, bars.len(), qr.len()));
        }
    }
    assert!(
        missed.iter().all(|m| (m.2, m.3) == (0, 0)),
        "missed (dpi, picture, bars, QR): {missed:?}"
    );
}
