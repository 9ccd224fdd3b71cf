//! What every use case must know before it touches anything: the ERP's dates, the contract, the policies, the
//! branches and the instances. Fail closed: what cannot be read refuses the day.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use crate::domain::calendar::BankingCalendar;
use crate::domain::ids::{BranchId, InstanceId};
use crate::domain::policy::{NoticeKinds, Policy, row_for};
use crate::domain::receivable::{
    BadRow, BadValue, Batch, Branch, ContractFeature, ContractInstance, PolicyRow, SystemDates,
};
use crate::domain::selection::{BranchPolicy, Rules};
use crate::ports::erp::{ErpError, ErpSnapshot};

use super::shop::Shop;

/// The contract's feature that allows WhatsApp notices.
pub const FEATURE: &str = "WHATSAPP";

/// Why a use case may not go on.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    /// The ERP could not be read.
    #[error(transparent)]
    Erp(#[from] ErpError),
    /// A precondition is not met (exit code 7).
    #[error(transparent)]
    Precondition(#[from] Precondition),
}

/// Preconditions of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Precondition {
    /// The feature is not in the contract.
    #[error("feature {FEATURE} is not contracted")]
    NotContracted,
    /// It was, but not any more.
    #[error("feature {FEATURE} was contracted until {0}")]
    ContractEnded(NaiveDate),
    /// E-mail notices are configured for no branch.
    #[error("e-mail notices are not configured")]
    EmailNotConfigured,
    /// A row that must be known first could not be read: the contract's, or that of all policies there are.
    #[error("row {} of {} cannot be read: {}", .0.key, .0.query, .0.column)]
    Unreadable(BadRow),
    /// The day asked for is not closed yet.
    #[error("{asked} is not closed, the last close is {last}")]
    NotClosed {
        /// The day asked for.
        asked: NaiveDate,
        /// The last closed day.
        last: NaiveDate,
    },
}

/// The ground of a run.
#[derive(Debug)]
pub struct Ground {
    /// The ERP's dates.
    pub system: SystemDates,
    /// Branches by id.
    pub branches: HashMap<BranchId, Branch>,
    /// Policies by branch.
    pub policies: HashMap<BranchId, BranchPolicy>,
    /// Instances of the contract.
    pub instances: Vec<ContractInstance>,
    /// The banks' calendar of the shop.
    pub banks: BankingCalendar,
    /// Rows that could not be read.
    pub bad_rows: Vec<BadRow>,
}

impl Ground {
    /// Reads the ground and checks what must hold on `day`.
    ///
    /// # Errors
    /// [`GroundError`].
    pub fn read(snapshot: &mut dyn ErpSnapshot, shop: &Shop, day: NaiveDate) -> Result<Self, GroundError> {
        check_contract(snapshot, day)?;
        let ground = Self::look(snapshot, shop)?;
        ground.check_email()?;
        Ok(ground)
    }

    /// Reads the ground without asking whether anything may be done on it: for those who only explain.
    ///
    /// # Errors
    /// [`ErpError`].
    pub fn look(snapshot: &mut dyn ErpSnapshot, shop: &Shop) -> Result<Self, ErpError> {
        let system = snapshot.system()?;
        let branches = snapshot.branches()?;
        let policy_rows = snapshot.notice_policy()?;
        let instances = snapshot.instances()?;
        let policies = policies(&branches.rows, &policy_rows, shop.kinds);
        let mut bad_rows = branches.bad;
        bad_rows.extend(policy_rows.bad);
        bad_rows.extend(instances.bad);
        Ok(Ground {
            system,
            branches: branches.rows.into_iter().map(|b| (b.id.clone(), b)).collect(),
            policies,
            instances: instances.rows,
            banks: shop.banks.clone(),
            bad_rows,
        })
    }

    /// E-mail notices are configured for a branch at least.
    ///
    /// # Errors
    /// [`Precondition::EmailNotConfigured`]; [`Precondition::Unreadable`] where nobody knows.
    pub fn check_email(&self) -> Result<(), Precondition> {
        if self
            .policies
            .values()
            .any(|p| matches!(p, BranchPolicy::Active(_)))
        {
            return Ok(());
        }
        // What says no, or nothing, because it could not be read is to be mended, not to be configured.
        let unread = ["notice_policy", "branches"].iter().find_map(|query| {
            let hides = |bad: &&BadRow| bad.query == *query && bad.problem != BadValue::Duplicate;
            self.bad_rows.iter().find(hides)
        });
        Err(unread.map_or(Precondition::EmailNotConfigured, |bad| {
            Precondition::Unreadable(bad.clone())
        }))
    }

    /// The last bank return is older than `max_bank_return_age` business days (banks' calendar). An ERP that tells
    /// no date is not held: it may not keep one.
    pub fn bank_return_stale(&self, shop: &Shop, day: NaiveDate) -> bool {
        self.system
            .last_bank_return
            .is_some_and(|last| shop.banks.business_days_between(last, day) > shop.max_bank_return_age)
    }

    /// The rules of selection for `day`.
    pub fn rules<'a>(&'a self, shop: &'a Shop, day: NaiveDate) -> Rules<'a> {
        Rules {
            day,
            banks: &shop.banks,
            grace_business_days: shop.grace_business_days,
            area_code: shop.area_code,
            min_days_between: shop.min_days_between,
            require_boleto: shop.require_boleto,
            bank_return_stale: self.bank_return_stale(shop, day),
            policies: &self.policies,
        }
    }

    /// First and last due date that can matter on `day`.
    pub fn due_window(&self, day: NaiveDate) -> (NaiveDate, NaiveDate) {
        let active = || {
            self.policies.values().filter_map(|p| match p {
                BranchPolicy::Active(policy) => Some(policy),
                BranchPolicy::EmailNotConfigured => None,
            })
        };
        let back = active()
            .filter(|p| !p.overdue.is_empty())
            .map(|p| u64::from(p.stop_after))
            .max()
            .unwrap_or(0);
        let ahead = active()
            .map(|p| u64::from(p.upcoming_horizon()))
            .max()
            .unwrap_or(0);
        (
            day.checked_sub_days(Days::new(back)).unwrap_or(NaiveDate::MIN),
            day.checked_add_days(Days::new(ahead)).unwrap_or(NaiveDate::MAX),
        )
    }

    /// The instance that a branch writes from: the contract's for this branch, else the contract's for all, else
    /// the configuration's. Where the contract has several for the same branches, the configuration chooses.
    pub fn instance_for(&self, branch: &BranchId, shop: &Shop) -> Option<InstanceId> {
        let configured = shop.instance.as_deref().map(InstanceId::new);
        let own: Vec<_> = self
            .instances
            .iter()
            .filter(|i| i.branch.as_ref() == Some(branch))
            .collect();
        let shared: Vec<_> = self.instances.iter().filter(|i| i.branch.is_none()).collect();
        for group in [own, shared] {
            match (group.as_slice(), &configured) {
                ([], _) => {}
                ([only], _) => return Some(only.instance.clone()),
                (several, Some(name)) if several.iter().any(|i| i.instance == *name) => {
                    return Some(name.clone());
                }
                ([first, ..], _) => return Some(first.instance.clone()),
            }
        }
        configured
    }
}

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

/// The policy of each branch that could be read. A branch whose own row could not be is left out, and its receivables
/// are refused as unreadable: the row for all may want what this branch does not.
fn policies(
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
mod tests {
    use super::*;
    use crate::app::shop::tests::shop;
    use crate::domain::calendar::SendingCalendar;
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

    fn row(branch: Option<&str>, email_configured: bool) -> PolicyRow {
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

    /// One line a case: the contract's rows (feature, in force, until), keys of rows not read, what it comes to.
    #[test]
    fn one_row_in_force_is_a_contract() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let ended = |text| Err(Precondition::ContractEnded(day(text)));
        let unread = |key| {
            Err(Precondition::Unreadable(BadRow {
                query: "contract".to_owned(),
                ..bad(key)
            }))
        };
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
                bad: unread
                    .iter()
                    .map(|key| BadRow {
                        query: "contract".to_owned(),
                        ..bad(key)
                    })
                    .collect(),
            };
            assert_eq!(
                contracted(&contract, day("2026-08-19")),
                expected,
                "{rows:?} {unread:?}"
            );
        }
    }

    fn ground(policies: &[(&str, BranchPolicy)], last_bank_return: Option<&str>) -> Ground {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        Ground {
            system: SystemDates {
                business_date: day("2026-08-19"),
                last_closed_date: None,
                last_bank_return: last_bank_return.map(day),
            },
            branches: HashMap::new(),
            policies: policies
                .iter()
                .map(|(id, policy)| (BranchId::new(id), policy.clone()))
                .collect(),
            instances: Vec::new(),
            banks: BankingCalendar::default(),
            bad_rows: Vec::new(),
        }
    }

    /// Business days from the last bank return to the day; older than two holds.
    #[test]
    fn a_bank_return_ages_by_business_days() {
        let shop = Shop {
            max_bank_return_age: 2,
            ..shop("America/Sao_Paulo", "09:00", SendingCalendar::lawful(vec![]))
        };
        for (last, day, stale) in [
            (Some("2026-08-17"), "2026-08-19", false),
            (Some("2026-08-14"), "2026-08-18", false),
            (Some("2026-08-14"), "2026-08-19", true),
            (Some("2026-08-13"), "2026-08-17", false),
            // Carnival Monday and Tuesday are none.
            (Some("2026-02-13"), "2026-02-19", false),
            (Some("2026-02-13"), "2026-02-20", true),
            (Some("2026-08-20"), "2026-08-19", false),
            (Some("2020-01-02"), "2026-08-19", true),
            // An ERP that tells no date is not held.
            (None, "2026-08-19", false),
        ] {
            let ground = ground(&[], last);
            assert_eq!(
                ground.bank_return_stale(&shop, day.parse().unwrap()),
                stale,
                "{last:?} seen on {day}"
            );
        }
    }

    /// As far back and ahead as any branch's policy looks, and not a day farther.
    #[test]
    fn the_window_is_as_wide_as_the_policies() {
        let policy = |upcoming: &[u32], overdue: &[u32], stop| {
            BranchPolicy::Active(Policy::from_row(
                &PolicyRow {
                    upcoming_days: upcoming.to_vec(),
                    overdue_days: overdue.to_vec(),
                    stop_after_days: stop,
                    ..row(None, true)
                },
                NoticeKinds::Both,
            ))
        };
        for (policies, from, to) in [
            (
                vec![policy(&[5, 2, 0], &[1, 30], Some(180))],
                "2026-02-20",
                "2026-08-24",
            ),
            (vec![policy(&[], &[1], None)], "2021-08-20", "2026-08-19"),
            (vec![policy(&[], &[1], Some(9_999))], "2021-08-20", "2026-08-19"),
            (vec![policy(&[3], &[], Some(180))], "2026-08-19", "2026-08-22"),
            (
                vec![policy(&[3], &[1], Some(10)), policy(&[1], &[5], Some(20))],
                "2026-07-30",
                "2026-08-22",
            ),
            (
                vec![policy(&[3], &[1], Some(10)), BranchPolicy::EmailNotConfigured],
                "2026-08-09",
                "2026-08-22",
            ),
        ] {
            let named: Vec<(&str, BranchPolicy)> = ["1", "2"].into_iter().zip(policies).collect();
            let (first, last) = ground(&named, None).due_window("2026-08-19".parse().unwrap());
            assert_eq!(
                (first.to_string(), last.to_string()),
                (from.to_owned(), to.to_owned()),
                "{named:?}"
            );
        }
    }
}
