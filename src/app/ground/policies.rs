//! The policy that counts for each branch, when some rows could not be read.

use std::collections::HashMap;

use crate::domain::ids::BranchId;
use crate::domain::policy::{NoticeKinds, Policy, row_for};
use crate::domain::receivable::{Batch, Branch, PolicyRow};
use crate::domain::selection::BranchPolicy;

/// The policy of each branch that could be read. A branch whose own row could not be is left out, and its receivables
/// are refused as unreadable: the row for all may want what this branch does not.
pub fn policies(
    branches: &[Branch],
    rows: &Batch<PolicyRow>,
    kinds: NoticeKinds,
) -> HashMap<BranchId, BranchPolicy> {
    let unreadable = |branch: &BranchId| {
        let own = |key: &str| key == branch.as_str();
        // A row without a branch is reported by its number.
        let general = |key: &str| key.starts_with('#');
        let any = |test: &dyn Fn(&str) -> bool| rows.bad.iter().any(|b| test(b.key.trim()));
        match row_for(&rows.rows, branch) {
            Some(row) if row.branch.is_some() => false,
            Some(_) => any(&own),
            None => any(&own) || any(&general),
        }
    };
    branches
        .iter()
        .filter(|branch| !unreadable(&branch.id))
        .map(|branch| {
            let policy = match row_for(&rows.rows, &branch.id) {
                Some(row) if row.email_configured => BranchPolicy::Active(Policy::from_row(row, kinds)),
                _ => BranchPolicy::EmailNotConfigured,
            };
            (branch.id.clone(), policy)
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::receivable::{BadRow, BadValue};
    use crate::domain::tax_id::TaxId;

    fn branch(id: &str) -> Branch {
        Branch {
            id: BranchId::new(id),
            legal_name: "Aurora Ltda".to_owned(),
            trade_name: None,
            tax_id: TaxId::parse("11.222.333/0001-81").unwrap(),
            address: "Rua A, 1".to_owned(),
            district: None,
            city: "Ijuí".to_owned(),
            state: "RS".to_owned(),
            postal_code: None,
            phone: None,
            email: None,
            logo: None,
        }
    }

    /// A row that wants notices two days before and seven after, for one branch or all.
    pub fn row(branch: Option<&str>, email_configured: bool) -> PolicyRow {
        PolicyRow {
            branch: branch.map(BranchId::new),
            email_configured,
            notify_upcoming: true,
            upcoming_days: vec![2],
            notify_overdue: true,
            overdue_days: vec![7],
            repeat_every_days: None,
            stop_after_days: None,
            min_amount: None,
        }
    }

    fn bad(key: &str) -> BadRow {
        BadRow {
            query: "notice_policy".to_owned(),
            key: key.to_owned(),
            column: "OVERDUE_DAYS".to_owned(),
            problem: BadValue::NotAListOfDays,
            value: "**".to_owned(),
        }
    }

    /// One line a case: rows read, keys of rows not read, what counts for branches 1 and 2.
    #[test]
    fn a_policy_that_cannot_be_read_is_no_policy() {
        for (rows, unread, expected) in [
            (vec![row(None, true)], vec![], ["active", "active"]),
            (vec![row(None, true)], vec!["2"], ["active", "unreadable"]),
            (vec![row(None, true)], vec!["#2"], ["active", "active"]),
            (vec![row(Some("1"), true)], vec!["#2"], ["active", "unreadable"]),
            (vec![row(Some("1"), true)], vec![], ["active", "off"]),
            (
                vec![row(None, true), row(Some("2"), false)],
                vec![],
                ["active", "off"],
            ),
            (
                vec![row(None, false), row(Some("2"), true)],
                vec![],
                ["off", "active"],
            ),
            // A second row for the same branch is reported and left aside; the first one counts.
            (
                vec![row(None, true), row(Some("2"), false)],
                vec!["2"],
                ["active", "off"],
            ),
            (vec![], vec!["1"], ["unreadable", "off"]),
        ] {
            let count = (rows.len(), unread.clone());
            let batch = Batch {
                rows,
                bad: unread.into_iter().map(bad).collect(),
            };
            let found = policies(&[branch("1"), branch("2")], &batch, NoticeKinds::Both);
            let words = ["1", "2"].map(|id| match found.get(&BranchId::new(id)) {
                Some(BranchPolicy::Active(_)) => "active",
                Some(BranchPolicy::EmailNotConfigured) => "off",
                None => "unreadable",
            });
            assert_eq!(words, expected, "{count:?}");
        }
    }
}
