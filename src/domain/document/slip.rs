//! A stored boleto, checked against its receivable: a view to print and send, or the reason why not.
//!
//! Nothing is ever corrected or recomputed: the code that the bank registered is the only one it pays.

use chrono::NaiveDate;
use serde::Serialize;

use super::charges::{fine, interest_a_day};
use super::text::{clean, clean_lines};
use super::{Creditor, Debtor, Payee, filled};
use crate::domain::boleto::{Barcode, Cobranca, Code};
use crate::domain::money::Cents;
use crate::domain::receivable::{BoletoRecord, Receivable};

/// What one boleto says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoletoView {
    /// The bank's code, as stored.
    pub code: Cobranca,
    /// Who the bank shows as payee.
    pub payee: Payee,
    /// The payee is the branch itself, whose address is printed with it; else the branch is named as final
    /// beneficiary.
    pub payee_is_creditor: bool,
    /// The shop.
    pub creditor: Creditor,
    /// Who pays.
    pub payer: Debtor,
    /// `NF 4512/2`.
    pub document: String,
    /// Date of the document.
    pub issued_on: Option<NaiveDate>,
    /// Printed due date.
    pub due_on: NaiveDate,
    /// Value of the document; zero leaves the printed field blank, as the code does.
    pub amount: Cents,
    /// Nosso número as stored.
    pub our_number: Option<String>,
    /// `1234/56789-0`.
    pub agency_account: Option<String>,
    /// Carteira.
    pub wallet: Option<String>,
    /// Instructions as the ERP has them; empty: made from [`Self::terms`].
    pub instructions: Vec<String>,
    /// What the contract adds after the due date, in reais.
    pub terms: Terms,
    /// The bank's Pix copia-e-cola.
    pub pix_code: Option<String>,
    /// The notice's reference.
    pub reference: String,
}

/// Late charges and limits of one boleto, as amounts and dates: banks refuse percentages and day counts in
/// instructions (Itaú CNAB400 manual, March 2015).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// Fine after the due date.
    pub fine: Option<Cents>,
    /// Interest for each day of delay.
    pub interest_a_day: Option<Cents>,
    /// Last day on which it can be paid.
    pub payable_until: Option<NaiveDate>,
}

/// Why a stored boleto is not attached. It drops only itself, not its notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BoletoRefusal {
    /// Neither barcode nor line.
    #[error("no barcode and no digitable line")]
    NoCode,
    /// The stored code is broken: length, characters or a check digit.
    #[error("the stored code is no valid code")]
    BadCode,
    /// Barcode and line are two different codes.
    #[error("barcode and digitable line differ")]
    CodesDiffer,
    /// A utility bill (starts with 8), not a bank's boleto.
    #[error("not a boleto of a bank")]
    NotABoleto,
    /// The code is in another currency than the real.
    #[error("not in reais")]
    NotInReais,
    /// The bank of the code is not the stored one.
    #[error("the code belongs to another bank")]
    BankDiffers,
    /// The value of the code is not the open balance (partly paid).
    #[error("the value differs from the balance")]
    AmountDiffers,
    /// The due date of the code is not the receivable's, or out of the range that banks accept.
    #[error("the due date differs")]
    DueDateDiffers,
    /// The bank takes it no more.
    #[error("past the last day of payment")]
    PastPayableUntil,
}

/// The stored code, whichever form it is stored in; both must agree where both are.
///
/// # Errors
/// [`BoletoRefusal`]: the first thing wrong with the code itself.
pub fn stored_code(record: &BoletoRecord) -> Result<Cobranca, BoletoRefusal> {
    let bar = filled(record.barcode.as_deref());
    let line = filled(record.digitable_line.as_deref());
    let bar = bar
        .map(|text| Barcode::parse(&text))
        .transpose()
        .map_err(|_| BoletoRefusal::BadCode)?;
    let line = line
        .map(|text| Barcode::parse(&text))
        .transpose()
        .map_err(|_| BoletoRefusal::BadCode)?;
    let barcode = match (bar, line) {
        (Some(bar), Some(line)) if bar != line => return Err(BoletoRefusal::CodesDiffer),
        (Some(code), _) | (None, Some(code)) => code,
        (None, None) => return Err(BoletoRefusal::NoCode),
    };
    let Code::Cobranca(code) = barcode.code() else {
        return Err(BoletoRefusal::NotABoleto);
    };
    if code.currency() != '9' {
        return Err(BoletoRefusal::NotInReais);
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    // Banks are stored as `341`, `341-7`, `1` or `001`.
    let stored = record
        .bank_code
        .as_deref()
        .map(|text| digits(text.split('-').next().unwrap_or(text)));
    match stored.filter(|bank| !bank.is_empty()) {
        Some(bank) if format!("{bank:0>3}") != code.bank() => Err(BoletoRefusal::BankDiffers),
        _ => Ok(code),
    }
}

/// Checks a stored boleto against its receivable on `today`.
///
/// # Errors
/// [`BoletoRefusal`]: why it must not be sent.
pub fn usable_code(
    record: &BoletoRecord,
    receivable: &Receivable,
    today: NaiveDate,
) -> Result<Cobranca, BoletoRefusal> {
    let code = stored_code(record)?;
    if code.amount() != Cents::ZERO && code.amount() != receivable.balance {
        return Err(BoletoRefusal::AmountDiffers);
    }
    // A zero leaves the value to the payer: only sent while nothing was paid yet.
    if code.amount() == Cents::ZERO && receivable.balance != receivable.amount {
        return Err(BoletoRefusal::AmountDiffers);
    }
    match code.due_factor() {
        // The factor's date is sought around the stored due date; whether banks still take it depends on today.
        Some(factor) if factor != 0 => {
            if code.due_on(today) != Some(receivable.due_on) {
                return Err(BoletoRefusal::DueDateDiffers);
            }
        }
        _ => {}
    }
    if record.payable_until.is_some_and(|last| today > last) {
        return Err(BoletoRefusal::PastPayableUntil);
    }
    Ok(code)
}

impl BoletoView {
    /// What the boleto of `receivable` says on `today`.
    ///
    /// # Errors
    /// [`BoletoRefusal`]: why it must not be sent.
    pub fn of(
        creditor: &Creditor,
        payer: &Debtor,
        receivable: &Receivable,
        record: &BoletoRecord,
        today: NaiveDate,
        reference: &str,
    ) -> Result<Self, BoletoRefusal> {
        let code = usable_code(record, receivable, today)?;
        let payee = Payee::of(record, creditor);
        let is_branch = payee.tax_id.as_deref() == Some(&creditor.tax_id);
        let amount = code.amount();
        Ok(BoletoView {
            code,
            payee,
            payee_is_creditor: is_branch,
            creditor: creditor.clone(),
            payer: payer.clone(),
            document: clean(&receivable.label()),
            issued_on: receivable.issued_on,
            due_on: receivable.due_on,
            amount,
            our_number: filled(record.our_number.as_deref()),
            agency_account: match (
                filled(record.agency.as_deref()),
                filled(record.account.as_deref()),
            ) {
                (Some(agency), Some(account)) => Some(format!("{agency} / {account}")),
                (agency, account) => agency.or(account),
            },
            wallet: filled(record.wallet.as_deref()),
            instructions: record
                .instructions
                .as_deref()
                .map(clean_lines)
                .unwrap_or_default(),
            terms: Terms {
                fine: fine(amount, receivable.fine_percent),
                interest_a_day: interest_a_day(amount, receivable.interest_percent_month),
                payable_until: record.payable_until,
            },
            pix_code: usable_pix(record.pix_code.as_deref()),
            reference: reference.to_owned(),
        })
    }

    /// The line, 47 digits without punctuation: what is pasted into a bank's app.
    pub fn line_digits(&self) -> String {
        self.code.barcode().digitable_line()
    }

    /// The code to copy: overdue the line, since a bank's Pix code mostly dies at the due date; before it the
    /// bank's Pix code where there is one (TEXTS: choice of the code).
    pub fn code_to_copy(&self, overdue: bool) -> String {
        match &self.pix_code {
            Some(pix) if !overdue => pix.clone(),
            _ => self.line_digits(),
        }
    }
}

/// The bank's Pix code without what a database adds to it; `None` where it is no BR Code.
fn usable_pix(stored: Option<&str>) -> Option<String> {
    let code = stored?.trim().to_owned();
    (code.len() >= 20 && code.starts_with("000201") && !code.chars().any(char::is_control)).then_some(code)
}
