//! A stored boleto, checked against its receivable: a view to print and send, or the reason why not.
//!
//! Nothing is ever corrected or recomputed: the code that the bank registered is the only one it pays.

use chrono::NaiveDate;
use serde::Serialize;

use super::charges::{fine, interest_a_day};
use super::text::{clean, clean_lines};
use super::{Creditor, Debtor, Payee, filled};
use crate::domain::boleto::Cobranca;
use crate::domain::boleto::check::{Contradiction, Expected, StoredError, checked_code};
use crate::domain::money::Cents;
use crate::domain::pix;
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
    /// The free field holds another agency than the stored one.
    #[error("the code belongs to another agency")]
    AgencyDiffers,
    /// The free field holds another account.
    #[error("the code belongs to another account")]
    AccountDiffers,
    /// The free field holds another wallet.
    #[error("the code belongs to another wallet")]
    WalletDiffers,
    /// The free field holds another our-number.
    #[error("the code belongs to another our-number")]
    OurNumberDiffers,
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

/// Checks a stored boleto against itself and its receivable on `today`: digits, bank, agency, account, wallet,
/// our-number, value, due date, last day.
///
/// # Errors
/// [`BoletoRefusal`]: why it must not be sent.
pub fn usable_code(
    record: &BoletoRecord,
    receivable: &Receivable,
    today: NaiveDate,
) -> Result<Cobranca, BoletoRefusal> {
    let expected = Expected {
        due_on: receivable.due_on,
        amount: receivable.balance,
    };
    let code = match checked_code(record, expected, today) {
        Ok(Some(code)) => code,
        Ok(None) => return Err(BoletoRefusal::NoCode),
        Err(StoredError::Barcode(_) | StoredError::Line(_)) => return Err(BoletoRefusal::BadCode),
        Err(StoredError::Contradicted(found)) => {
            return Err(found.first().map_or(BoletoRefusal::BadCode, BoletoRefusal::of));
        }
    };
    if code.currency() != '9' {
        return Err(BoletoRefusal::NotInReais);
    }
    // A zero leaves the value to the payer: only sent while nothing was paid yet.
    if code.amount() == Cents::ZERO && receivable.balance != receivable.amount {
        return Err(BoletoRefusal::AmountDiffers);
    }
    // The factor agrees with the due date, but banks take it for another day once the date is far away.
    if code.due_factor().is_some_and(|factor| factor != 0) && code.due_on(today) != Some(receivable.due_on) {
        return Err(BoletoRefusal::DueDateDiffers);
    }
    if record.payable_until.is_some_and(|last| today > last) {
        return Err(BoletoRefusal::PastPayableUntil);
    }
    Ok(code)
}

impl BoletoRefusal {
    fn of(contradiction: &Contradiction) -> Self {
        match contradiction {
            Contradiction::BarcodeAndLine => BoletoRefusal::CodesDiffer,
            Contradiction::NotABoleto => BoletoRefusal::NotABoleto,
            Contradiction::Bank { .. } => BoletoRefusal::BankDiffers,
            Contradiction::Agency { .. } => BoletoRefusal::AgencyDiffers,
            Contradiction::Account { .. } => BoletoRefusal::AccountDiffers,
            Contradiction::Wallet { .. } => BoletoRefusal::WalletDiffers,
            Contradiction::OurNumber { .. } => BoletoRefusal::OurNumberDiffers,
            Contradiction::DueDate { .. } => BoletoRefusal::DueDateDiffers,
            Contradiction::Amount { .. } => BoletoRefusal::AmountDiffers,
        }
    }
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
            // Fields that a slip must show and the ERP need not keep: the code has them, too.
            our_number: filled(record.our_number.as_deref()).or_else(|| code.our_number_text()),
            agency_account: match (
                filled(record.agency.as_deref()),
                filled(record.account.as_deref()),
            ) {
                (Some(agency), Some(account)) => Some(format!("{agency} / {account}")),
                (agency, account) => agency.or(account).or_else(|| code.agency_account_text()),
            },
            wallet: filled(record.wallet.as_deref()).or_else(|| code.wallet_text()),
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
            pix_code: usable_pix(record.pix_code.as_deref(), amount),
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

/// The bank's Pix code, as long as it is right and one that settles this boleto: a dynamic code (a home-made
/// static one settles nothing), its amount, where it tells one, that of the boleto. Anything else is left out; the
/// line still pays.
pub fn usable_pix(stored: Option<&str>, amount: Cents) -> Option<String> {
    let code = pix::parse(stored?).ok()?;
    let fits = if amount == Cents::ZERO {
        code.is_printable_on_boleto()
    } else {
        code.fits_boleto(amount)
    };
    fits.then(|| code.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::boleto::encode;
    use crate::domain::boleto::free_field::{self, Part};
    use crate::domain::ids::{BranchId, CustomerId, ReceivableId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn receivable() -> Receivable {
        Receivable {
            id: ReceivableId::new("1"),
            branch: BranchId::new("1"),
            customer: CustomerId::new("1"),
            document: "NF 1".to_owned(),
            installment: None,
            issued_on: None,
            due_on: day("2026-12-05"),
            amount: Cents::new(35_000),
            balance: Cents::new(35_000),
            fine_percent: None,
            interest_percent_month: None,
            excluded_reason: None,
        }
    }

    fn code(due: Option<NaiveDate>, cents: i64) -> Option<String> {
        let parts = [
            (Part::Wallet, "109"),
            (Part::OurNumber, "223350"),
            (Part::Agency, "1234"),
            (Part::Account, "56789"),
        ];
        let free_field = free_field::build("341", &parts).unwrap();
        Some(
            encode("341", due, Cents::new(cents), &free_field)
                .unwrap()
                .as_str()
                .to_owned(),
        )
    }

    fn record() -> BoletoRecord {
        BoletoRecord {
            bank_code: Some("341".to_owned()),
            account: Some("56789-7".to_owned()),
            barcode: code(Some(day("2026-12-05")), 35_000),
            ..BoletoRecord::default()
        }
    }

    #[test]
    fn what_must_not_be_sent_says_why() {
        type Change = fn(&mut BoletoRecord, &mut Receivable);
        let cases: [(Option<BoletoRefusal>, Change); 14] = [
            (None, |_, _| {}),
            (Some(BoletoRefusal::NoCode), |b, _| b.barcode = None),
            (Some(BoletoRefusal::BadCode), |b, _| {
                b.barcode = Some("3419".to_owned())
            }),
            (Some(BoletoRefusal::BadCode), |b, _| {
                b.digitable_line = Some("34191.09008".to_owned());
            }),
            (Some(BoletoRefusal::CodesDiffer), |b, _| {
                b.digitable_line = code(Some(day("2026-12-06")), 35_000);
            }),
            (Some(BoletoRefusal::NotABoleto), |b, _| {
                b.barcode = Some("836400000011331201380002812884627116080136181551".to_owned());
            }),
            (Some(BoletoRefusal::BankDiffers), |b, _| {
                b.bank_code = Some("237".to_owned())
            }),
            (Some(BoletoRefusal::AccountDiffers), |b, _| {
                b.account = Some("1-9".to_owned())
            }),
            (Some(BoletoRefusal::AmountDiffers), |_, r| {
                r.balance = Cents::new(20_000)
            }),
            (Some(BoletoRefusal::DueDateDiffers), |_, r| {
                r.due_on = day("2026-12-06")
            }),
            (Some(BoletoRefusal::PastPayableUntil), |b, _| {
                b.payable_until = Some(day("2026-12-09"))
            }),
            (None, |b, _| b.payable_until = Some(day("2026-12-10"))),
            // Free value and no date: both are open, as long as nothing is paid.
            (None, |b, _| b.barcode = code(None, 0)),
            (Some(BoletoRefusal::AmountDiffers), |b, r| {
                b.barcode = code(None, 0);
                r.balance = Cents::new(20_000);
            }),
        ];
        for (i, (refusal, change)) in cases.into_iter().enumerate() {
            let (mut record, mut receivable) = (record(), receivable());
            change(&mut record, &mut receivable);
            let found = usable_code(&record, &receivable, day("2026-12-10"));
            assert_eq!(found.err(), refusal, "case {i}: {record:?}");
        }
    }

    #[test]
    fn a_code_that_banks_take_for_another_day_is_refused() {
        let mut old = receivable();
        old.due_on = day("2017-01-10");
        let record = BoletoRecord {
            barcode: code(Some(old.due_on), 35_000),
            ..record()
        };
        assert_eq!(
            usable_code(&record, &old, day("2026-12-10")),
            Err(BoletoRefusal::DueDateDiffers)
        );
        assert!(usable_code(&record, &old, day("2017-02-01")).is_ok());
    }

    #[test]
    fn only_a_banks_own_right_code_is_printed() {
        let amount = Cents::new(35_000);
        let dynamic = "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/\
            9d36b84fc70b478fb95c12729b90ca255204000053039865802BR5920SILVA AUTOPECAS LTDA6012PORTO ALEGRE62070503***6304F4CE";
        assert_eq!(
            usable_pix(Some(&format!("{dynamic}  ")), amount).as_deref(),
            Some(dynamic)
        );
        assert_eq!(usable_pix(Some(dynamic), Cents::ZERO).as_deref(), Some(dynamic));
        // One character changed: the checksum fails.
        assert_eq!(usable_pix(Some(&dynamic.replace("SILVA", "SELVA")), amount), None);
        // The Banco Central's own example of a static code.
        let fixed = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR\
            5913Fulano de Tal6008BRASILIA62070503***63041D3D";
        assert!(pix::parse(fixed).is_ok());
        assert_eq!(usable_pix(Some(fixed), amount), None);
        assert_eq!(usable_pix(Some(""), amount), None);
        assert_eq!(usable_pix(None, amount), None);
    }
}
