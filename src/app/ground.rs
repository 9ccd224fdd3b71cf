//! What every use case must know before it touches anything: the ERP's dates, the contract, the policies, the
//! branches and the instances. Fail closed: what cannot be read refuses the day.
//!
//! | module | holds |
//! |---|---|
//! | here | [`Ground`] and what is asked of it |
//! | `contract` | whether the feature is contracted |
//! | `policies` | the policy that counts for each branch |

mod contract;
mod policies;

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use crate::domain::calendar::BankingCalendar;
use crate::domain::ids::{BranchId, InstanceId};
use crate::domain::receivable::{BadRow, BadValue, Branch, ContractInstance, SystemDates};
use crate::domain::selection::{BranchPolicy, Rules};
use crate::ports::erp::{ErpError, ErpSnapshot};

pub use self::contract::{FEATURE, check_contract};
use self::policies::policies;
use super::shop::Shop;

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

#[cfg(test)]
mod tests {
    use super::policies::tests::row;
    use super::*;
    use crate::app::shop::tests::shop;
    use crate::domain::calendar::SendingCalendar;
    use crate::domain::policy::{NoticeKinds, Policy};
    use crate::domain::receivable::PolicyRow;

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
