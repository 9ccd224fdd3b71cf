//! The banks of the branches: they register boletos and print instructions.

use chrono::{Days, NaiveDate};

use super::codes;
use super::company::{self, BRANCHES, Bank, BranchSeed};
use super::plan::BoletoPlan;
use super::random::Dice;
use super::rows::{BoletoRow, ReceivableRow};
use crate::domain::money::Cents;

/// The boleto as it was registered: with the original amount, also when part of it was paid since.
pub(super) fn boleto(dice: &mut Dice, receivable: &ReceivableRow, plan: BoletoPlan) -> Option<BoletoRow> {
    let due_on = receivable.due_on?;
    let branch = BRANCHES.iter().find(|b| b.id == receivable.branch)?;
    let issued = register(branch, receivable.id);
    let code = codes::boleto(issued.bank, due_on, receivable.amount, &issued.free_field)?;
    let code = if plan.broken { codes::broken(&code) } else { code };
    let pix = plan.pix.then(|| {
        let record = (u128::from(dice.bits()) << 64) | u128::from(dice.bits());
        codes::pix(branch.legal_name, branch.city, receivable.amount, record)
    });
    Some(BoletoRow {
        receivable: receivable.id,
        bank: issued.bank,
        agency: issued.agency,
        account: issued.account,
        wallet: issued.wallet,
        our_number: issued.our_number,
        barcode: code.barcode,
        line: code.line,
        pix: pix.flatten(),
        beneficiary_name: plan.factoring.then_some(company::FACTORING.0),
        beneficiary_tax_id: plan.factoring.then_some(company::FACTORING.1),
        payable_until: plan
            .payable_days
            .and_then(|days| due_on.checked_add_days(Days::new(days.into()))),
        instructions: instructions(due_on, receivable.amount),
        broken: plan.broken,
    })
}

/// What a bank gives a boleto.
struct Registration {
    bank: &'static str,
    agency: &'static str,
    account: &'static str,
    wallet: &'static str,
    /// As printed.
    our_number: String,
    /// The bank's 25 digits of the barcode.
    free_field: String,
}

fn register(branch: &BranchSeed, number: u32) -> Registration {
    match branch.bank {
        Bank::Bradesco => {
            let (agency, account, wallet) = company::BRADESCO;
            let check = codes::bradesco_check(wallet, number);
            let our_number = format!("{wallet}/{number:011}-{check}");
            let free_field = format!("{agency}{wallet}{number:011}{account}0");
            Registration {
                bank: "237",
                agency,
                account,
                wallet,
                our_number,
                free_field,
            }
        }
        Bank::BancoDoBrasil => {
            let (agency, account, wallet, agreement) = company::BANCO_DO_BRASIL;
            let our_number = format!("{agreement}{number:010}");
            let free_field = format!("000000{our_number}{wallet}");
            Registration {
                bank: "001",
                agency,
                account,
                wallet,
                our_number,
                free_field,
            }
        }
    }
}

/// Fine of 2 % and interest of 1 % a month, in reais and dates, as banks want instructions.
fn instructions(due_on: NaiveDate, amount: Cents) -> String {
    let fine = Cents::new((amount.get() * 2 + 50) / 100);
    let a_day = Cents::new((amount.get() + 1_500) / 3_000);
    let date = due_on.format("%d/%m/%Y");
    format!(
        "APÓS {date} COBRAR MULTA DE R$ {}. APÓS {date} COBRAR R$ {} POR DIA DE ATRASO.",
        reais(fine),
        reais(a_day)
    )
}

/// `1.234,56`.
fn reais(amount: Cents) -> String {
    let text = amount.to_decimal();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("{grouped},{cents}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_speak_reais_and_dates() {
        let due_on = NaiveDate::from_ymd_opt(2026, 12, 5).unwrap();
        assert_eq!(
            instructions(due_on, Cents::new(6_172_850)),
            "APÓS 05/12/2026 COBRAR MULTA DE R$ 1.234,57. APÓS 05/12/2026 COBRAR R$ 20,58 POR DIA DE ATRASO."
        );
        assert_eq!(reais(Cents::new(123_456_789)), "1.234.567,89");
        assert_eq!(reais(Cents::new(7)), "0,07");
    }
}
