//! The old ERP: padded CHAR, flags of its own, keys of three columns, amounts with four decimal places or as doubles.

use serde_json::json;

use super::{Erp, Shop, items, notice, skipped};

const ERP: fn(&'static str) -> Erp = |charset| Erp::new("delphi", charset);

/// One test a database, so that they run side by side.
macro_rules! databases {
    ($($name:ident: $erp:expr;)+) => {$(
        #[test]
        fn $name() {
            a_day(Shop::new($erp));
        }
    )+};
}

databases! {
    none: ERP("NONE");
    none_native: Erp { native: true, ..ERP("NONE") };
    none_dialect_1: Erp { dialect: 1, together: false, ..ERP("NONE") };
    none_dialect_1_native: Erp { dialect: 1, together: false, native: true, ..ERP("NONE") };
    win1252: ERP("WIN1252");
    win1252_dialect_1: Erp { dialect: 1, together: false, ..ERP("WIN1252") };
    iso8859_1: ERP("ISO8859_1");
    iso8859_1_native_with_its_own_outbox: Erp { together: false, native: true, ..ERP("ISO8859_1") };
    iso8859_1_dialect_1: Erp { dialect: 1, together: false, ..ERP("ISO8859_1") };
    utf8: ERP("UTF8");
    utf8_dialect_1: Erp { dialect: 1, together: false, ..ERP("UTF8") };
}

fn a_day(shop: Shop) {
    let scan = shop.day();
    assert_eq!(
        (&scan["close"], &scan["reference_day"]),
        (&json!("2026-08-10"), &json!("2026-08-11"))
    );
    assert_eq!(scan["totals"]["notices"], 4);
    // 1.234,565 and a title with no date of issue; 33,33 that are left of 100,00.
    let joao = notice(&scan, "+5551987654321");
    assert_eq!(
        items(joao),
        ["01-4512-1 overdue:15 123457 boleto", "01-4600-2/3 upcoming:0 10"]
    );
    assert_eq!(
        (&joao["kind"], &joao["total_cents"]),
        (&json!("both"), &json!(123_467))
    );
    assert_eq!(
        (&joao["customer_name"], &joao["contact_name"]),
        (&json!("JOÃO D'ÁVILA CONCEIÇÃO"), &json!("JOÃO"))
    );
    for phone in ["+5551912345678", "+5551912348765"] {
        assert_eq!(
            items(notice(&scan, phone)),
            ["01-4513-A upcoming:2 123456789 boleto"]
        );
    }
    assert_eq!(
        items(notice(&scan, "+5555999887766")),
        ["01-4514-1 overdue:7 3333"]
    );
    assert_eq!(
        scan["dropped_boletos"],
        json!([{"receivable_id": "01-4514-1", "problem": "amount_differs"}])
    );
    assert_eq!(
        skipped(&scan),
        [
            "19 in_grace",
            "20 blocked",
            "21 no_flagged_contact",
            "22 excluded",
            "24 unusable_phone",
            "25 email_notice_off",
            "26 below_minimum",
        ]
    );

    let chat = shop.chat("5551987654321");
    let text = &chat[0].text;
    for words in [
        "Olá, João! Aqui é da *Casa Conceição*, de IJUÍ",
        "• DP 4512/1, venceu 27/07/2026: *R$ 1.234,57*",
        "• DP 4600/2, vence 11/08/2026: *R$ 0,10*",
        "*IRMÃOS CONCEIÇÃO MATERIAIS DE CONSTRUÇÃO LTDA*, CNPJ 11.222.333/0001-81",
        "RUA SÃO JOÃO, 1.020, CENTRO, IJUÍ/RS, CEP 98700-000",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(chat[2].text, "00190000090312855700000000017178915200000123457");
    let boleto = shop.document("5551987654321", "Boleto");
    for words in [
        "JOÃO D'ÁVILA CONCEIÇÃO",
        "RUA DAS ACÁCIAS, 45, SÃO GERALDO, IJUÍ/RS, CEP 98700-000",
        "R$ 1.234,57",
        "NÃO RECEBER APÓS 30 DIAS",
        "27/06/2026",
    ] {
        assert!(boleto.contains(words), "{words} in {boleto}");
    }
    let statement = shop.document("5551987654321", "Extrato");
    // The interest of 1 % a month on 15 days, and the fine of 2 %: a double and a text.
    for words in [
        "CPF 529.982.247-25",
        "DP 4512  1  27/06/2026  27/07/2026  15  1.234,57  -  24,69  6,17  1.265,43",
        "DP 4600  2/3  11/08/2026  hoje  0,10  -  0,10",
    ] {
        assert!(statement.contains(words), "{words} in {statement}");
    }
    let statement = shop.document("5551912348765", "Extrato");
    for words in [
        "AÇOUGUE MÜLLER & FILHOS LTDA",
        "CNPJ 12.ABC.345/01DE-35 - AV. ÂNGELO, S/Nº",
        "1.234.567,89",
    ] {
        assert!(statement.contains(words), "{words} in {statement}");
    }
    let statement = shop.document("5555999887766", "Extrato");
    for words in ["100,00  66,67", "77,00", "R$ 110,33"] {
        assert!(statement.contains(words), "{words} in {statement}");
    }
}

/// Paid after the scan: it is found by the key of three columns, and nobody is dunned.
#[test]
fn what_is_paid_overnight_is_not_sent() {
    let shop = Shop::new(ERP("NONE"));
    let site = &shop.site;
    site.json("08:05", &["init"], 0);
    site.json("08:30", &["scan"], 0);
    site.sql("UPDATE DUPLIC SET DUP_PAGO = 1200 WHERE DUP_NUM = '4512'");
    site.sql("UPDATE DUPLIC SET DUP_PAGO = DUP_VALOR WHERE DUP_NUM = '4514'");
    assert_eq!(site.send(0)["notices"], json!({"sent": 3, "skipped": 1}));
    // 34,565 are left, which the boleto does not ask for.
    let chat = shop.chat("5551987654321");
    assert!(
        chat[0]
            .text
            .contains("• DP 4512/1, venceu 27/07/2026: *R$ 34,57*"),
        "{chat:?}"
    );
    assert_eq!(chat.len(), 2, "no boleto: {chat:?}");
    assert_eq!(shop.chat("5555999887766"), []);
}

/// The tables need BIGINT and more: `init` says so, and leaves the ERP's database as it was.
#[test]
fn the_tables_are_refused_in_dialect_1() {
    let shop = Shop::new(Erp {
        dialect: 1,
        ..ERP("NONE")
    });
    let before = shop.site.dump();
    let refused = shop.site.json("08:05", &["init"], 4);
    assert_eq!(shop.site.dump(), before);
    let said = refused["error"]["problems"][0].to_string();
    assert!(
        said.contains("dialeto SQL 1") && said.contains("[outbox]"),
        "{said}"
    );
}
