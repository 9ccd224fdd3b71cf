//! The columns that each source query must or may deliver (DESIGN.md section 4), and whether it does.

use crate::adapters::firebird::connection::{Column, ColumnKind};
use crate::ports::erp::QueryProblem;

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// An identifier: integer or text.
    Id,
    /// Text; numbers are taken as text, too.
    Text,
    /// DATE, TIMESTAMP, or a date as text.
    Date,
    /// Money: an exact number, or one as text.
    Money,
    /// A percentage, as money.
    Percent,
    /// A yes or no: BOOLEAN, 1/0, S/N, T/F, Y.
    Flag,
    /// `5,2,0`, or one number.
    Days,
    /// A number of days.
    Count,
    /// A binary blob.
    Blob,
}

impl Expect {
    fn accepts(self, kind: ColumnKind) -> bool {
        use ColumnKind::{Blob, Boolean, Date, Integer, Number, Text};
        // A bare NULL is described as text, so text is taken everywhere.
        match self {
            Expect::Id | Expect::Money | Expect::Percent | Expect::Count => {
                matches!(kind, Text | Integer | Number)
            }
            Expect::Text | Expect::Days => matches!(kind, Text | Integer | Number | Blob),
            Expect::Date => matches!(kind, Text | Date),
            Expect::Flag => matches!(kind, Text | Integer | Number | Boolean),
            Expect::Blob => matches!(kind, Text | Blob),
        }
    }
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Expect::Id => "integer or text",
            Expect::Text => "text",
            Expect::Date => "date",
            Expect::Money | Expect::Percent => "exact number",
            Expect::Flag => "yes or no",
            Expect::Days => "list of days",
            Expect::Count => "integer",
            Expect::Blob => "blob",
        })
    }
}

/// One column of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Name.
    pub name: &'static str,
    /// What it is read as.
    pub expect: Expect,
    /// The query must deliver it.
    pub needed: bool,
}

impl Spec {
    /// Whether its values may be shown to support staff as they are: codes, dates, amounts, settings. All else is
    /// about people, or secret.
    pub fn is_public(&self) -> bool {
        const PUBLIC_TEXTS: &[&str] = &[
            "FEATURE",
            "KIND",
            "STATE",
            "DOCUMENT",
            "INSTALLMENT",
            "EXCLUDED_REASON",
            "BANK_CODE",
            "WALLET",
        ];
        self.expect != Expect::Text || PUBLIC_TEXTS.contains(&self.name)
    }
}

const fn needed(name: &'static str, expect: Expect) -> Spec {
    Spec {
        name,
        expect,
        needed: true,
    }
}

const fn may(name: &'static str, expect: Expect) -> Spec {
    Spec {
        name,
        expect,
        needed: false,
    }
}

/// The columns of a query.
pub fn columns(query: &str) -> &'static [Spec] {
    use Expect::{Blob, Count, Date, Days, Flag, Id, Money, Percent, Text};
    match query {
        "system" => {
            &const {
                [
                    needed("BUSINESS_DATE", Date),
                    may("LAST_CLOSED_DATE", Date),
                    may("LAST_BANK_RETURN", Date),
                ]
            }
        }
        "branches" => {
            &const {
                [
                    needed("BRANCH_ID", Id),
                    needed("LEGAL_NAME", Text),
                    may("TRADE_NAME", Text),
                    needed("TAX_ID", Text),
                    needed("ADDRESS", Text),
                    may("DISTRICT", Text),
                    needed("CITY", Text),
                    needed("STATE", Text),
                    may("POSTAL_CODE", Text),
                    may("PHONE", Text),
                    may("EMAIL", Text),
                    may("LOGO", Blob),
                ]
            }
        }
        "contract" => {
            &const {
                [
                    needed("FEATURE", Text),
                    needed("ACTIVE", Flag),
                    may("VALID_UNTIL", Date),
                ]
            }
        }
        "instances" => {
            &const {
                [
                    needed("INSTANCE", Id),
                    may("BRANCH_ID", Id),
                    may("KIND", Text),
                    may("URL", Text),
                    may("TOKEN", Text),
                ]
            }
        }
        "notice_policy" => {
            &const {
                [
                    may("BRANCH_ID", Id),
                    needed("EMAIL_CONFIGURED", Flag),
                    needed("NOTIFY_UPCOMING", Flag),
                    needed("UPCOMING_DAYS", Days),
                    needed("NOTIFY_OVERDUE", Flag),
                    needed("OVERDUE_DAYS", Days),
                    may("REPEAT_EVERY_DAYS", Count),
                    may("STOP_AFTER_DAYS", Count),
                    may("MIN_AMOUNT", Money),
                ]
            }
        }
        "customers" => {
            &const {
                [
                    needed("CUSTOMER_ID", Id),
                    needed("NAME", Text),
                    may("TAX_ID", Text),
                    may("ADDRESS", Text),
                    may("DISTRICT", Text),
                    may("CITY", Text),
                    may("STATE", Text),
                    may("POSTAL_CODE", Text),
                    needed("EMAIL_NOTICE", Flag),
                    may("BLOCKED", Flag),
                ]
            }
        }
        "contacts" => {
            &const {
                [
                    needed("CONTACT_ID", Id),
                    needed("CUSTOMER_ID", Id),
                    needed("CONTACT_NAME", Text),
                    needed("PHONE", Text),
                    needed("RECEIVES_WHATSAPP", Flag),
                ]
            }
        }
        "receivables" => {
            &const {
                [
                    needed("RECEIVABLE_ID", Id),
                    needed("BRANCH_ID", Id),
                    needed("CUSTOMER_ID", Id),
                    needed("DOCUMENT", Text),
                    may("INSTALLMENT", Text),
                    may("ISSUED_ON", Date),
                    needed("DUE_ON", Date),
                    needed("AMOUNT", Money),
                    needed("BALANCE", Money),
                    may("FINE_PERCENT", Percent),
                    may("INTEREST_PERCENT_MONTH", Percent),
                    may("EXCLUDED_REASON", Text),
                ]
            }
        }
        "boletos" => {
            &const {
                [
                    needed("RECEIVABLE_ID", Id),
                    may("CUSTOMER_ID", Id),
                    may("BANK_CODE", Text),
                    may("AGENCY", Text),
                    may("ACCOUNT", Text),
                    may("WALLET", Text),
                    may("OUR_NUMBER", Text),
                    may("BARCODE", Text),
                    may("DIGITABLE_LINE", Text),
                    may("PIX_CODE", Text),
                    may("BENEFICIARY_NAME", Text),
                    may("BENEFICIARY_TAX_ID", Text),
                    may("PAYABLE_UNTIL", Date),
                    may("BOLETO_PDF", Blob),
                    may("INSTRUCTIONS", Text),
                ]
            }
        }
        other => unreachable!("no contract for the query {other}"),
    }
}

/// The columns that a query has, in the order of its contract.
pub type Present = Vec<Option<Column>>;

/// Holds the columns that the database describes against the contract.
///
/// # Errors
/// The first [`QueryProblem::MissingColumn`] or [`QueryProblem::WrongType`]; [`problems`] gives all.
pub fn hold(query: &str, described: &[Column]) -> Result<Present, QueryProblem> {
    if let Some(first) = problems(query, described).into_iter().next() {
        return Err(first);
    }
    let find = |spec: &Spec| {
        described
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(spec.name))
            .cloned()
    };
    Ok(columns(query).iter().map(find).collect())
}

/// Everything that is wrong with the columns of a query.
pub fn problems(query: &str, described: &[Column]) -> Vec<QueryProblem> {
    let specs = columns(query);
    let mut problems = Vec::new();
    for spec in specs {
        match described
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(spec.name))
        {
            None if spec.needed => problems.push(QueryProblem::MissingColumn {
                column: spec.name.to_owned(),
                expected: spec.expect.to_string(),
                nearest: nearest(spec.name, described, specs),
            }),
            Some(column) if !spec.expect.accepts(column.kind) => problems.push(QueryProblem::WrongType {
                column: spec.name.to_owned(),
                expected: spec.expect.to_string(),
                found: column.kind.to_string(),
            }),
            _ => {}
        }
    }
    problems
}

/// A column that is nobody else's and is spelt alike.
fn nearest(wanted: &str, described: &[Column], specs: &[Spec]) -> Option<String> {
    described
        .iter()
        .filter(|column| {
            !specs
                .iter()
                .any(|spec| spec.name.eq_ignore_ascii_case(&column.name))
        })
        .map(|column| (strsim::jaro_winkler(wanted, &column.name.to_uppercase()), column))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, column)| column.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.into(),
            kind,
        }
    }

    #[test]
    fn a_misspelt_column_is_named_with_its_look_alike() {
        let described = [
            column("FEATURE", ColumnKind::Text),
            column("ACTIV", ColumnKind::Text),
        ];
        assert_eq!(
            hold("contract", &described).unwrap_err(),
            QueryProblem::MissingColumn {
                column: "ACTIVE".to_owned(),
                expected: "yes or no".to_owned(),
                nearest: Some("ACTIV".to_owned()),
            }
        );
    }

    #[test]
    fn optional_columns_may_be_absent_but_not_mistyped() {
        let mut described = vec![
            column("feature", ColumnKind::Text),
            column("ACTIVE", ColumnKind::Integer),
        ];
        assert_eq!(hold("contract", &described).unwrap()[2], None);
        described.push(column("VALID_UNTIL", ColumnKind::Integer));
        assert!(matches!(
            hold("contract", &described),
            Err(QueryProblem::WrongType { .. })
        ));
    }
}
