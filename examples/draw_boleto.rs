//! Draws two sample boletos: `cargo run --example draw_boleto [OUT.pdf]`.
//!
//! The people are made up; the code is made here only because no ERP is at hand.

use wa_notify::domain::boleto::encode;
use wa_notify::domain::boleto::free_field::{self, Part};
use wa_notify::domain::document::{BoletoView, Creditor, Debtor};
use wa_notify::domain::ids::{BranchId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::{BoletoRecord, Branch, Receivable};
use wa_notify::domain::tax_id::TaxId;
use wa_notify::render::boleto_pdf::boletos_pdf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "boleto.pdf".to_owned());
    let creditor = Creditor::of(&Branch {
        id: BranchId::new("1"),
        legal_name: "SILVA AUTOPEÇAS LTDA".to_owned(),
        trade_name: Some("Auto Peças Silva".to_owned()),
        tax_id: TaxId::parse("11.222.333/0001-81")?,
        address: "Av. Assis Brasil, 1200".to_owned(),
        district: Some("Passo d'Areia".to_owned()),
        city: "Porto Alegre".to_owned(),
        state: "RS".to_owned(),
        postal_code: Some("91010000".to_owned()),
        phone: Some("(51) 3333-4444".to_owned()),
        email: Some("contato@autopecassilva.example".to_owned()),
        logo: None,
    });
    let payer = Debtor {
        name: "João Conceição de Araújo".to_owned(),
        tax_id: Some("CPF 529.982.247-25".to_owned()),
        address: "Rua das Acácias, 45, Centro, Canoas/RS, CEP 92010-000".to_owned(),
    };
    let today = "2026-11-22".parse()?;
    let mut views = Vec::new();
    for (n, due, cents, pix) in [(1, "2026-11-05", 35_000, false), (2, "2026-12-05", 123_456, true)] {
        let due_on = due.parse()?;
        let our_number = format!("0022335{n}");
        let parts = [
            (Part::Wallet, "109"),
            (Part::OurNumber, our_number.as_str()),
            (Part::Agency, "1234"),
            (Part::Account, "56789"),
        ];
        let barcode = encode(
            "341",
            Some(due_on),
            Cents::new(cents),
            &free_field::build("341", &parts)?,
        )?;
        let receivable = Receivable {
            id: ReceivableId::new("1"),
            branch: BranchId::new("1"),
            customer: CustomerId::new("1"),
            document: "NF 4512".to_owned(),
            installment: Some(n.to_string()),
            issued_on: Some("2026-10-05".parse()?),
            due_on,
            amount: Cents::new(cents),
            balance: Cents::new(cents),
            fine_percent: Some(Cents::new(200)),
            interest_percent_month: Some(Cents::new(100)),
            excluded_reason: None,
        };
        let record = BoletoRecord {
            bank_code: Some("341".to_owned()),
            agency: Some("1234".to_owned()),
            account: Some("56789-7".to_owned()),
            wallet: Some("109".to_owned()),
            our_number: Some(our_number),
            barcode: Some(barcode.as_str().to_owned()),
            pix_code: pix.then(|| {
                "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/\
                9d36b84fc70b478fb95c12729b90ca255204000053039865802BR5920SILVA AUTOPECAS LTDA6012PORTO ALEGRE62070503***6304F4CE"
                    .to_owned()
            }),
            ..BoletoRecord::default()
        };
        views.push(BoletoView::of(
            &creditor,
            &payer,
            &receivable,
            &record,
            today,
            "K7Q2",
        )?);
    }
    std::fs::write(out, boletos_pdf(&views))?;
    Ok(())
}
