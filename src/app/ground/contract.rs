//! Whether WhatsApp notices are contracted on a day.

use chrono::NaiveDate;

use crate::domain::receivable::{BadRow, Batch, ContractFeature};
use crate::ports::erp::ErpSnapshot;

use super::{GroundError, Precondition};

/// The contract's feature that allows WhatsApp notices.
pub const FEATURE: &str = "WHATSAPP";

/// Checks that WhatsApp notices are contracted on `day`: one row in force is enough, whatever others say.
///
/// # Errors
/// [`Precondition::NotContracted`], [`Precondition::ContractEnded`], [`Precondition::Unreadable`], or the ERP's error.
pub fn check_contract(snapshot: &mut dyn ErpSnapshot, day: NaiveDate) -> Result<(), GroundError> {
    Ok(contracted(&snapshot.contract()?, day)?)
}

fn contracted(contract: &Batch<ContractFeature>, day: NaiveDate) -> Result<(), Precondition> {
    let rows: Vec<_> = contract
        .rows
        .iter()
        .filter(|f| f.active && f.feature.trim().eq_ignore_ascii_case(FEATURE))
        .collect();
    if rows
        .iter()
        .any(|f| f.valid_until.is_none_or(|until| day <= until))
    {
        return Ok(());
    }
    // The row that counts, or one of which nobody knows what it is about.
    let unread = |bad: &&BadRow| bad.key.eq_ignore_ascii_case(FEATURE) || bad.key.starts_with('#');
    if let Some(bad) = contract.bad.iter().find(unread) {
        return Err(Precondition::Unreadable(bad.clone()));
    }
    // Several lapsed rows: the latest end is the one to tell.
    Err(rows
        .iter()
        .filter_map(|f| f.valid_until)
        .max()
        .map_or(Precondition::NotContracted, Precondition::ContractEnded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::receivable::BadValue;

    fn bad(key: &str) -> BadRow {
        BadRow {
            query: "contract".to_owned(),
            key: key.to_owned(),
            column: "VALID_UNTIL".to_owned(),
            problem: BadValue::NotADate,
            value: "**".to_owned(),
        }
    }

    /// One line a case: the contract's rows (feature, in force, until), keys of rows not read, what it comes to.
    #[test]
    fn one_row_in_force_is_a_contract() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let ended = |text| Err(Precondition::ContractEnded(day(text)));
        let unread = |key| Err(Precondition::Unreadable(bad(key)));
        type Rows = &'static [(&'static str, bool, &'static str)];
        let cases: [(Rows, &[&str], _); 11] = [
            (&[("WHATSAPP", true, "")], &[], Ok(())),
            (&[(" whatsapp ", true, "2026-08-19")], &[], Ok(())),
            (&[("WHATSAPP", true, "2026-08-18")], &[], ended("2026-08-18")),
            (&[("WHATSAPP", false, "")], &[], Err(Precondition::NotContracted)),
            (&[("BOLETO", true, "")], &[], Err(Precondition::NotContracted)),
            (&[], &[], Err(Precondition::NotContracted)),
            // A history of the contract, in any order.
            (
                &[("WHATSAPP", false, ""), ("WHATSAPP", true, "2027-01-01")],
                &[],
                Ok(()),
            ),
            (
                &[("WHATSAPP", true, "2025-01-01"), ("WHATSAPP", true, "2026-01-01")],
                &[],
                ended("2026-01-01"),
            ),
            (&[("WHATSAPP", true, "")], &["WHATSAPP", "#2"], Ok(())),
            (
                &[("BOLETO", true, "")],
                &["FISCAL", "WhatsApp"],
                unread("WhatsApp"),
            ),
            (&[], &["#1"], unread("#1")),
        ];
        for (rows, unread, expected) in cases {
            let contract = Batch {
                rows: rows
                    .iter()
                    .map(|(feature, active, until)| ContractFeature {
                        feature: (*feature).to_owned(),
                        active: *active,
                        valid_until: until.parse().ok(),
                    })
                    .collect(),
                bad: unread.iter().map(|key| bad(key)).collect(),
            };
            assert_eq!(
                contracted(&contract, day("2026-08-19")),
                expected,
                "{rows:?} {unread:?}"
            );
        }
    }
}
