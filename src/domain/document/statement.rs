//! The debt statement (relatório de débitos): which titles it lists, and what they add up to.

use chrono::{NaiveDate, NaiveDateTime};

use super::charges::Charges;
use super::text::clean;
use super::{Creditor, Debtor, Payee};
use crate::domain::money::Cents;
use crate::domain::policy::STOP_AFTER_DAYS_MAX;
use crate::domain::receivable::Receivable;

/// What a statement is made from.
pub struct StatementInput<'a> {
    /// Who is owed.
    pub creditor: Creditor,
    /// Who owes.
    pub debtor: Debtor,
    /// All receivables of this customer with this branch; settled and excluded ones are left out here.
    pub receivables: &'a [&'a Receivable],
    /// The day of the values.
    pub today: NaiveDate,
    /// The farthest day before a due date that the policy knows (`Policy::upcoming_horizon`).
    pub upcoming_horizon: u32,
    /// The due date moved to the next banking day: paid until then, nothing is added (Lei 7.089/1983).
    pub payable_on: &'a dyn Fn(NaiveDate) -> NaiveDate,
    /// The payees of the boletos that come along; none: no boleto does.
    pub payees: Vec<Payee>,
    /// The moment of drawing, in the shop's zone.
    pub generated_at: NaiveDateTime,
    /// The notice's reference.
    pub reference: String,
}

/// What the statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementView {
    /// Who is owed.
    pub creditor: Creditor,
    /// Who owes.
    pub debtor: Debtor,
    /// The day of the values.
    pub today: NaiveDate,
    /// Overdue, oldest first.
    pub overdue: Vec<StatementRow>,
    /// Falling due, soonest first.
    pub upcoming: Vec<StatementRow>,
    /// The payees of the boletos that come along.
    pub payees: Vec<Payee>,
    /// The moment of drawing.
    pub generated_at: NaiveDateTime,
    /// The notice's reference.
    pub reference: String,
}

/// One title of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// Document number.
    pub document: String,
    /// Installment.
    pub installment: String,
    /// Date of issue.
    pub issued_on: Option<NaiveDate>,
    /// Due date.
    pub due_on: NaiveDate,
    /// Days past the due date, or still to go (zero: today, or moved to the next banking day).
    pub days: i64,
    /// Original amount.
    pub original: Cents,
    /// Paid so far.
    pub paid: Cents,
    /// Estimated fine and interest; zero before they begin.
    pub charges: Charges,
    /// What is open.
    pub balance: Cents,
}

impl StatementRow {
    /// Balance with estimated charges.
    pub fn updated(&self) -> Cents {
        self.balance + self.charges.total()
    }
}

/// Sums of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Number of titles.
    pub count: usize,
    /// Original amounts.
    pub original: Cents,
    /// Paid so far.
    pub paid: Cents,
    /// Estimated fines.
    pub fine: Cents,
    /// Estimated interest.
    pub interest: Cents,
    /// Open balances.
    pub balance: Cents,
    /// Open balances with charges.
    pub updated: Cents,
}

impl Totals {
    /// Adds rows up.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a StatementRow>) -> Self {
        rows.into_iter().fold(Totals::default(), |sum, row| Totals {
            count: sum.count + 1,
            original: sum.original + row.original,
            paid: sum.paid + row.paid,
            fine: sum.fine + row.charges.fine,
            interest: sum.interest + row.charges.interest,
            balance: sum.balance + row.balance,
            updated: sum.updated + row.updated(),
        })
    }
}

impl StatementView {
    /// Lists the open titles: overdue ones (but for those older than the debt itself lives, five years), and those
    /// that fall due within the policy's horizon. A title whose due date fell on a day without banks is overdue
    /// only after the next banking day.
    pub fn of(input: StatementInput<'_>) -> Self {
        let StatementInput {
            today, payable_on, ..
        } = input;
        let mut overdue = Vec::new();
        let mut upcoming = Vec::new();
        for receivable in input.receivables {
            if !receivable.balance.is_positive() || receivable.excluded_reason.is_some() {
                continue;
            }
            let late = (today - receivable.due_on).num_days();
            if late > i64::from(STOP_AFTER_DAYS_MAX) {
                continue;
            }
            let is_overdue = today > payable_on(receivable.due_on);
            if !is_overdue && -late > i64::from(input.upcoming_horizon) {
                continue;
            }
            let paid = receivable.amount - receivable.balance;
            let row = StatementRow {
                document: clean(&receivable.document),
                installment: receivable.installment.as_deref().map(clean).unwrap_or_default(),
                issued_on: receivable.issued_on,
                due_on: receivable.due_on,
                days: if is_overdue { late } else { (-late).max(0) },
                original: receivable.amount,
                paid: paid.max(Cents::ZERO),
                charges: if is_overdue {
                    Charges::estimate(receivable, today)
                } else {
                    Charges::default()
                },
                balance: receivable.balance,
            };
            if is_overdue {
                overdue.push(row)
            } else {
                upcoming.push(row)
            }
        }
        for rows in [&mut overdue, &mut upcoming] {
            rows.sort_by(|a, b| {
                (a.due_on, &a.document, &a.installment).cmp(&(b.due_on, &b.document, &b.installment))
            });
        }
        StatementView {
            creditor: input.creditor,
            debtor: input.debtor,
            today,
            overdue,
            upcoming,
            payees: input.payees,
            generated_at: input.generated_at,
            reference: input.reference,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BranchId, CustomerId, ReceivableId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn receivable(document: &str, due_on: &str, amount: i64, balance: i64) -> Receivable {
        Receivable {
            id: ReceivableId::new(document),
            branch: BranchId::new("1"),
            customer: CustomerId::new("1"),
            document: document.to_owned(),
            installment: None,
            issued_on: None,
            due_on: day(due_on),
            amount: Cents::new(amount),
            balance: Cents::new(balance),
            fine_percent: Some(Cents::new(200)),
            interest_percent_month: Some(Cents::new(100)),
            excluded_reason: None,
        }
    }

    fn statement(receivables: &[Receivable], today: &str) -> StatementView {
        let text = String::new;
        StatementView::of(StatementInput {
            creditor: Creditor {
                name: text(),
                legal_name: text(),
                tax_id: text(),
                address: text(),
                city: text(),
                phone: None,
                email: None,
                logo: None,
            },
            debtor: Debtor {
                name: text(),
                tax_id: None,
                address: text(),
            },
            receivables: &receivables.iter().collect::<Vec<_>>(),
            today: day(today),
            upcoming_horizon: 5,
            // Saturday 2026-11-21 and Sunday are no banking days.
            payable_on: &|due| {
                if due == day("2026-11-21") {
                    day("2026-11-23")
                } else {
                    due
                }
            },
            payees: Vec::new(),
            generated_at: day(today).and_hms_opt(9, 0, 0).unwrap(),
            reference: text(),
        })
    }

    #[test]
    fn what_is_listed_where() {
        let mut excluded = receivable("protested", "2026-11-01", 100, 100);
        excluded.excluded_reason = Some("protesto".to_owned());
        let all = [
            receivable("late", "2026-11-13", 10_000, 6_000),
            receivable("later", "2026-11-03", 10_000, 10_000),
            receivable("settled", "2026-11-01", 100, 0),
            excluded,
            receivable("lapsed", "2021-11-01", 100, 100),
            receivable("saturday", "2026-11-21", 100, 100),
            receivable("today", "2026-11-23", 100, 100),
            receivable("near", "2026-11-28", 100, 100),
            receivable("far", "2026-11-29", 100, 100),
        ];
        let names = |rows: &[StatementRow]| rows.iter().map(|r| r.document.clone()).collect::<Vec<_>>();
        let view = statement(&all, "2026-11-23");
        assert_eq!(names(&view.overdue), ["later", "late"]);
        assert_eq!(names(&view.upcoming), ["saturday", "today", "near"]);
        let days: Vec<i64> = view.upcoming.iter().map(|r| r.days).collect();
        assert_eq!(days, [0, 0, 5]);
        assert_eq!(
            view.upcoming[0].charges,
            Charges::default(),
            "payable on Monday without charges"
        );
        // The day after, the Saturday title is overdue since its due date.
        let view = statement(&all, "2026-11-24");
        assert_eq!(names(&view.overdue), ["later", "late", "saturday", "today"]);
        assert_eq!(view.overdue[2].days, 3);
        let late = &view.overdue[1];
        assert_eq!(
            (late.paid, late.charges.fine),
            (Cents::new(4_000), Cents::new(120)),
            "2 % of the balance"
        );
        let totals = Totals::of(&view.overdue);
        assert_eq!(totals.updated, totals.balance + totals.fine + totals.interest);
        assert_eq!(totals.count, 4);
    }
}
