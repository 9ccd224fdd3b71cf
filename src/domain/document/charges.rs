//! Fine and interest once overdue: an estimate for the statement, never part of a payment code. What counts is
//! what the paying bank computes from the registered boleto.

use chrono::NaiveDate;

use crate::domain::money::Cents;
use crate::domain::receivable::Receivable;

/// What a late payment would add, by the ERP's percentages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charges {
    /// Multa: once.
    pub fine: Cents,
    /// Juros: simple, by the day.
    pub interest: Cents,
}

/// A month of interest has thirty days (simple interest pro rata die, as banks register it).
const DAYS_A_MONTH: i64 = 30;

impl Charges {
    /// The charges of `receivable` on `today`, for an overdue that began at its due date.
    pub fn estimate(receivable: &Receivable, today: NaiveDate) -> Self {
        let days = (today - receivable.due_on).num_days();
        if days <= 0 || !receivable.balance.is_positive() {
            return Charges::default();
        }
        Charges {
            fine: share(receivable.balance, receivable.fine_percent, 1, 1),
            interest: share(
                receivable.balance,
                receivable.interest_percent_month,
                days,
                DAYS_A_MONTH,
            ),
        }
    }

    /// Both.
    pub fn total(self) -> Cents {
        self.fine + self.interest
    }
}

/// The fine of a boleto in reais, for its instructions; `None` where there is none.
pub fn fine(amount: Cents, percent: Option<Cents>) -> Option<Cents> {
    Some(share(amount, percent, 1, 1)).filter(|cents| cents.is_positive())
}

/// The interest of one day in reais, for a boleto's instructions; `None` where there is none.
pub fn interest_a_day(amount: Cents, percent_month: Option<Cents>) -> Option<Cents> {
    Some(share(amount, percent_month, 1, DAYS_A_MONTH)).filter(|cents| cents.is_positive())
}

/// `amount` x `percent` (hundredths of a percent) x `times` / `of`, rounded half away from zero to the cent.
/// Percentages below zero count as none; what does not fit 64 bits stays at the largest amount.
fn share(amount: Cents, percent: Option<Cents>, times: i64, of: i64) -> Cents {
    let percent = percent.map_or(0, Cents::get).max(0);
    let product = i128::from(amount.get()) * i128::from(percent) * i128::from(times);
    let unit = 10_000 * i128::from(of);
    let rounded = (product.abs() * 2 + unit) / (2 * unit) * product.signum();
    Cents::new(i64::try_from(rounded).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BranchId, CustomerId, ReceivableId};

    fn receivable(balance: i64, fine: i64, interest: i64) -> Receivable {
        Receivable {
            id: ReceivableId::new("1"),
            branch: BranchId::new("1"),
            customer: CustomerId::new("1"),
            document: "NF 1".to_owned(),
            installment: None,
            issued_on: None,
            due_on: NaiveDate::from_ymd_opt(2026, 11, 5).unwrap(),
            amount: Cents::new(balance),
            balance: Cents::new(balance),
            fine_percent: Some(Cents::new(fine)),
            interest_percent_month: Some(Cents::new(interest)),
            excluded_reason: None,
        }
    }

    #[test]
    fn two_percent_and_one_a_month() {
        let after = |days| NaiveDate::from_ymd_opt(2026, 11, 5).unwrap() + chrono::Days::new(days);
        let r = receivable(35_000, 200, 100);
        assert_eq!(Charges::estimate(&r, after(0)), Charges::default());
        let one = Charges {
            fine: Cents::new(700),
            interest: Cents::new(12),
        };
        assert_eq!(Charges::estimate(&r, after(1)), one);
        assert_eq!(Charges::estimate(&r, after(30)).interest, Cents::new(350));
        // R$ 0,15 x 1 % x 10 / 30 = 0.05 cents; R$ 15,00 gives exactly half a cent: away from zero.
        assert_eq!(
            Charges::estimate(&receivable(15, 0, 100), after(10)).interest,
            Cents::ZERO
        );
        assert_eq!(
            Charges::estimate(&receivable(1_500, 0, 100), after(1)).interest,
            Cents::new(1)
        );
    }

    #[test]
    fn nothing_settled_negative_or_enormous_misbehaves() {
        let later = NaiveDate::from_ymd_opt(2030, 1, 1).unwrap();
        assert_eq!(
            Charges::estimate(&receivable(0, 200, 100), later),
            Charges::default()
        );
        assert_eq!(
            Charges::estimate(&receivable(1_000, -5, -5), later),
            Charges::default()
        );
        assert_eq!(
            Charges::estimate(&receivable(i64::MAX, 200, 100_000), later).interest,
            Cents::new(i64::MAX)
        );
    }
}
