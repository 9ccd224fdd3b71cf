//! Made-up shops and debtors: a usual one and a brutal one.

use chrono::NaiveDate;
use wa_notify::domain::boleto::encode;
use wa_notify::domain::boleto::free_field::{self, Part};
use wa_notify::domain::document::{BoletoView, Creditor, Debtor};
use wa_notify::domain::ids::{BranchId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::{BoletoRecord, Branch, Customer, Receivable};
use wa_notify::domain::tax_id::TaxId;

pub const REFERENCE: &str = "K7Q2";

/// A Pix code as a bank gives it with a boleto, its CRC right.
pub const PIX: &str = "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/\
    9d36b84fc70b478fb95c12729b90ca255204000053039865802BR5920SILVA AUTOPECAS LTDA6012PORTO ALEGRE62070503***6304F4CE";

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn branch() -> Branch {
    Branch {
        id: BranchId::new("1"),
        legal_name: "SILVA AUTOPEÇAS LTDA".to_owned(),
        trade_name: Some("Auto Peças Silva".to_owned()),
        tax_id: TaxId::parse("11.222.333/0001-81").unwrap(),
        address: "Av. Assis Brasil, 1200".to_owned(),
        district: Some("Passo d'Areia".to_owned()),
        city: "Porto Alegre".to_owned(),
        state: "RS".to_owned(),
        postal_code: Some("91010000".to_owned()),
        phone: Some("(51) 3333-4444".to_owned()),
        email: Some("contato@autopecassilva.example".to_owned()),
        logo: None,
    }
}

pub fn customer() -> Customer {
    let some = |text: &str| Some(text.to_owned());
    Customer {
        id: CustomerId::new("77"),
        name: "João Conceição de Araújo".to_owned(),
        tax_id: TaxId::parse("529.982.247-25").ok(),
        address: some("Rua das Acácias, 45"),
        district: some("Centro"),
        city: some("Canoas"),
        state: some("RS"),
        postal_code: some("92010-000"),
        email_notice: true,
        blocked: false,
    }
}

pub fn receivable(document: &str, installment: &str, due_on: &str, cents: i64) -> Receivable {
    Receivable {
        id: ReceivableId::new(format!("{document}/{installment}")),
        branch: BranchId::new("1"),
        customer: CustomerId::new("77"),
        document: document.to_owned(),
        installment: Some(installment.to_owned()),
        issued_on: Some(day("2026-10-05")),
        due_on: day(due_on),
        amount: Cents::new(cents),
        balance: Cents::new(cents),
        fine_percent: Some(Cents::new(200)),
        interest_percent_month: Some(Cents::new(100)),
        excluded_reason: None,
    }
}

/// An Itaú boleto whose code, number and account agree.
pub fn record(receivable: &Receivable, our_number: &str) -> BoletoRecord {
    let parts = [
        (Part::Wallet, "109"),
        (Part::OurNumber, our_number),
        (Part::Agency, "1234"),
        (Part::Account, "56789"),
    ];
    let free_field = free_field::build("341", &parts).unwrap();
    let code = encode("341", Some(receivable.due_on), receivable.balance, &free_field).unwrap();
    BoletoRecord {
        receivable: Some(receivable.id.clone()),
        bank_code: Some("341".to_owned()),
        agency: Some("1234".to_owned()),
        account: Some("56789-7".to_owned()),
        wallet: Some("109".to_owned()),
        our_number: Some(our_number.to_owned()),
        barcode: Some(code.as_str().to_owned()),
        ..BoletoRecord::default()
    }
}

pub fn view(receivable: &Receivable, record: &BoletoRecord) -> BoletoView {
    let (creditor, payer) = (Creditor::of(&branch()), Debtor::of(&customer()));
    BoletoView::of(
        &creditor,
        &payer,
        receivable,
        record,
        day("2026-11-22"),
        REFERENCE,
    )
    .unwrap()
}

/// Overdue, no Pix.
pub fn usual() -> BoletoView {
    let receivable = receivable("NF 4512", "1", "2026-11-05", 35_000);
    view(&receivable, &record(&receivable, "00223351"))
}

/// Upcoming, with the bank's Pix code.
pub fn hybrid() -> BoletoView {
    let receivable = receivable("NF 4512", "2", "2026-12-05", 123_456);
    let record = BoletoRecord {
        pix_code: Some(PIX.to_owned()),
        ..record(&receivable, "00223352")
    };
    view(&receivable, &record)
}

/// Everything as long as it gets: 80-character names, six typed instructions, a fourteen-digit value, another
/// payee, accents that are not composed.
pub fn brutal() -> BoletoView {
    let long = "COMERCIO E REPRESENTACOES DE PECAS E ACESSO\u{301}RIOS AUTOMOTIVOS IRMA\u{303}OS VASCONCELLOS E FILHOS";
    assert!(long.chars().count() >= 80);
    let branch = Branch {
        legal_name: long.to_owned(),
        trade_name: None,
        address: "Avenida Engenheiro Luiz Carlos Berrini do Nascimento e Silva, 12345, conjunto 1001"
            .to_owned(),
        ..branch()
    };
    let customer = Customer {
        name: "MARIA APARECIDA WANDERLÉIA CAVALCANTI DE ALBUQUERQUE MASCARENHAS E VASCONCELLOS NETA"
            .to_owned(),
        address: Some(
            "Rua Desembargador Joaquim Manoel de Macedo Guimarães, 10987, bloco C, apto. 1402".to_owned(),
        ),
        ..customer()
    };
    let receivable = Receivable {
        document: "NFS-e 2026/000000012345-A".to_owned(),
        ..receivable("X", "12/12", "2026-12-05", 9_999_999_999_999)
    };
    let record = BoletoRecord {
        pix_code: Some(PIX.to_owned()),
        payable_until: Some(day("2027-02-05")),
        beneficiary_name: Some("FUNDO DE INVESTIMENTO EM DIREITOS CREDITORIOS NAO PADRONIZADOS MULTISSETORIAL XX".to_owned()),
        beneficiary_tax_id: Some("12ABC34501DE35".to_owned()),
        instructions: Some(
            (1..=6)
                .map(|n| format!("{n}ª instrução do beneficiário, com acentuação e até oitenta caracteres por linha, ok\r\n"))
                .collect(),
        ),
        ..record(&receivable, "00223353")
    };
    let (creditor, payer) = (Creditor::of(&branch), Debtor::of(&customer));
    BoletoView::of(
        &creditor,
        &payer,
        &receivable,
        &record,
        day("2026-11-22"),
        REFERENCE,
    )
    .unwrap()
}

/// A small PNG.
pub fn logo() -> Vec<u8> {
    let (width, height) = (120u32, 48u32);
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            let inside = (x as i32 - 24).pow(2) + (y as i32 - 24).pow(2) < 22 * 22;
            if inside { [200, 60, 20, 255] } else { [0, 0, 0, 0] }
        })
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}
