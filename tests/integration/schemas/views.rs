//! The ERP behind views: names in Portuguese with accents and blanks, BOOLEAN, BIGINT, text blobs, a procedure that gives
//! rows.

use super::{Erp, Shop, items, notice, skipped};

const ERP: fn(&'static str) -> Erp = |charset| Erp::new("views", charset);

#[test]
fn utf8() {
    a_day(Shop::new(ERP("UTF8")));
}

#[test]
fn utf8_native() {
    a_day(Shop::new(Erp {
        native: true,
        ..ERP("UTF8")
    }));
}

#[test]
fn iso8859_1() {
    a_day(Shop::new(ERP("ISO8859_1")));
}

#[test]
fn win1252_native_with_its_own_outbox() {
    a_day(Shop::new(Erp {
        native: true,
        together: false,
        ..ERP("WIN1252")
    }));
}

#[test]
fn none() {
    a_day(Shop::new(ERP("NONE")));
}

fn a_day(shop: Shop) {
    let scan = shop.day();
    assert_eq!(scan["totals"]["notices"], 3);
    let antonia = notice(&scan, "+5585987654321");
    assert_eq!(items(antonia), ["70000000001 overdue:30 35090 boleto"]);
    assert_eq!(antonia["customer_id"], "9000000001");
    assert_eq!(
        items(notice(&scan, "+5585991234567")),
        ["70000000003 upcoming:2 123456789 boleto"]
    );
    assert_eq!(
        items(notice(&scan, "+351912345678")),
        ["70000000005 overdue:7 770"]
    );
    assert_eq!(
        skipped(&scan),
        [
            "9000000001 in_grace",
            "9000000002 excluded",
            "9000000004 blocked",
            "9000000005 email_notice_off"
        ]
    );
    let reason = scan["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["reason"] == "excluded");
    assert_eq!(reason.unwrap()["detail"], "Em cartório");

    let text = &shop.chat("5585987654321")[0].text;
    for words in [
        "Olá, Antônia! Aqui é da *Padaria Pão de Açúcar & Cia. Ltda.*, de São Gonçalo do Amarante",
        "• NF 881/1 de 3, venceu 10/07/2026: *R$ 350,90*",
        "Praça da República, 7, loja A, São Gonçalo do Amarante/CE, CEP 62670-000",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let boleto = shop.document("5585987654321", "Boleto");
    for words in [
        "Antônia Gonçalves",
        "R$ 350,90",
        "Após o vencimento, multa de 2%. Não aceitamos cheque; dúvidas à caixa.",
        "cobrança@padaria.example",
    ] {
        assert!(boleto.contains(words), "{words} in {boleto}");
    }
    let statement = shop.document("5585987654321", "Extrato");
    // 59,97 less 39,97 and a cent.
    for words in [
        "CPF 529.982.247-25 - Travessa Três Irmãos, 12",
        "59,97  39,98",
        "R$ 370,89",
    ] {
        assert!(statement.contains(words), "{words} in {statement}");
    }
    let statement = shop.document("5585991234567", "Extrato");
    assert!(
        statement.contains("Cafeteria Crème Brûlée") && statement.contains("1.234.567,89"),
        "{statement}"
    );
}
