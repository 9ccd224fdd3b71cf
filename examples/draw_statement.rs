//! Draws a sample statement: `cargo run --example draw_statement [OUT.pdf] [TITLES]`.

use chrono::{Days, NaiveDate};
use wa_notify::domain::document::{Creditor, Debtor, Payee, StatementInput, StatementView};
use wa_notify::domain::ids::{BranchId, CustomerId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::receivable::{Branch, Receivable};
use wa_notify::domain::tax_id::TaxId;
use wa_notify::i18n::Lang;
use wa_notify::render::statement_pdf::statement_pdf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().unwrap_or_else(|| "statement.pdf".to_owned());
    let titles: u64 = args.next().map_or(Ok(9), |n| n.parse())?;
    let today: NaiveDate = "2026-11-23".parse()?;
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
    let first_due = today + Days::new(3) - Days::new(titles * 10);
    let receivables: Vec<Receivable> = (0..titles)
        .map(|n| {
            let due_on = first_due + Days::new(10 * (n + 1));
            let cents = 12_345 + 7_919 * i64::try_from(n).unwrap_or(0);
            let paid = if n % 4 == 1 { cents / 3 } else { 0 };
            Receivable {
                id: ReceivableId::new(n.to_string()),
                branch: BranchId::new("1"),
                customer: CustomerId::new("1"),
                document: format!("NF {}", 4_500 + n / 3),
                installment: Some(format!("{}/3", n % 3 + 1)),
                issued_on: due_on.checked_sub_days(Days::new(30)),
                due_on,
                amount: Cents::new(cents),
                balance: Cents::new(cents - paid),
                fine_percent: Some(Cents::new(200)),
                interest_percent_month: Some(Cents::new(100)),
                excluded_reason: None,
            }
        })
        .collect();
    let view = StatementView::of(StatementInput {
        payees: vec![Payee {
            name: creditor.legal_name.clone(),
            tax_id: Some(creditor.tax_id.clone()),
        }],
        creditor,
        debtor: Debtor {
            name: "João Conceição de Araújo".to_owned(),
            tax_id: Some("CPF 529.982.247-25".to_owned()),
            address: "Rua das Acácias, 45, Centro, Canoas/RS, CEP 92010-000".to_owned(),
        },
        receivables: &receivables.iter().collect::<Vec<_>>(),
        today,
        upcoming_horizon: 5,
        payable_on: &|due| due,
        generated_at: today.and_hms_opt(9, 0, 0).unwrap_or_default(),
        reference: "K7Q2".to_owned(),
    });
    std::fs::write(out, statement_pdf(&view, Lang::PtBr))?;
    Ok(())
}
