//! Whether a stored boleto may go along. A bad, missing or contradictory one drops only itself, never its notice;
//! nothing is ever "corrected".

use chrono::NaiveDate;

use super::boleto::{self, Barcode};
use super::money::Cents;
use super::receivable::{BoletoRecord, Receivable};

/// A boleto that may go along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The stored code, checked.
    pub barcode: Barcode,
    /// The bank's Pix code, where there is one.
    pub pix_code: Option<String>,
}

/// Why a stored boleto stays behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentProblem {
    /// Neither barcode nor line is stored.
    #[error("no code stored")]
    NoCode,
    /// The code is wrong in itself.
    #[error("{0}")]
    BadCode(boleto::CodeError),
    /// Barcode and line are of different boletos.
    #[error("barcode and line differ")]
    LineDiffers,
    /// The code's amount is not what is open (partly paid, or another boleto's).
    #[error("code says {code}, open is {balance}")]
    AmountDiffers {
        /// Amount in the code.
        code: Cents,
        /// Balance of the receivable.
        balance: Cents,
    },
    /// The code's due date is not the receivable's.
    #[error("code is due on {code}, receivable on {receivable}")]
    DueDateDiffers {
        /// Due date in the code.
        code: NaiveDate,
        /// Due date of the receivable.
        receivable: NaiveDate,
    },
    /// The bank in the code is not the stored one.
    #[error("code is of bank {code}, stored is {stored}")]
    BankDiffers {
        /// Bank in the code.
        code: String,
        /// Bank stored.
        stored: String,
    },
    /// It can no longer be paid.
    #[error("payable until {0}")]
    PastPayableUntil(NaiveDate),
}

/// Checks a stored boleto against its receivable on `day`.
///
/// The due date is compared only where the code has one: a factor resolves to a date within a window around `day`
/// (FEBRABAN 082/2012), so the comparison is made by factor, which is exact.
///
/// # Errors
/// [`AttachmentProblem`]: why it stays behind.
pub fn attachment(
    receivable: &Receivable,
    record: &BoletoRecord,
    day: NaiveDate,
) -> Result<Attachment, AttachmentProblem> {
    let stored = |text: &Option<String>| {
        text.as_deref()
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
    };
    let barcode = stored(&record.barcode)
        .map(|t| Barcode::parse(&t))
        .transpose()
        .map_err(AttachmentProblem::BadCode)?;
    let line = stored(&record.digitable_line)
        .map(|t| Barcode::parse(&t))
        .transpose()
        .map_err(AttachmentProblem::BadCode)?;
    let code = match (barcode, line) {
        (Some(a), Some(b)) if a != b => return Err(AttachmentProblem::LineDiffers),
        (Some(code), _) | (None, Some(code)) => code,
        (None, None) => return Err(AttachmentProblem::NoCode),
    };
    if let Some(until) = record.payable_until.filter(|until| day > *until) {
        return Err(AttachmentProblem::PastPayableUntil(until));
    }
    let parsed = code.code();
    // Zero means that the value is typed at payment: the boleto says nothing about it.
    if let Some(amount) = parsed
        .amount()
        .filter(|a| *a != Cents::ZERO && *a != receivable.balance)
    {
        return Err(AttachmentProblem::AmountDiffers {
            code: amount,
            balance: receivable.balance,
        });
    }
    if let boleto::Code::Cobranca(cobranca) = &parsed {
        if let Some(bank) = stored(&record.bank_code)
            .filter(|b| b.trim_start_matches('0') != cobranca.bank().trim_start_matches('0'))
        {
            return Err(AttachmentProblem::BankDiffers {
                code: cobranca.bank().to_owned(),
                stored: bank,
            });
        }
        if let (Some(found), Some(expected)) =
            (cobranca.due_factor(), boleto::due_factor::of(receivable.due_on))
        {
            if found != expected {
                let code = cobranca.due_on(day).unwrap_or(NaiveDate::MIN);
                return Err(AttachmentProblem::DueDateDiffers {
                    code,
                    receivable: receivable.due_on,
                });
            }
        }
    }
    Ok(Attachment {
        barcode: code,
        pix_code: stored(&record.pix_code),
    })
}
