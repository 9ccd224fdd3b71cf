//! What may be wrong with a site, as far as the ports tell: dates, contract, policies, links, what waits for a person.
//! What only the machine or the database server can tell is gathered beside it, by whoever may see them.

use chrono::{Duration, NaiveDate};

use crate::domain::ids::InstanceId;
use crate::domain::notice::PartState;
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError};
use crate::ports::gateway::{Gateway, GatewayError, LinkState};
use crate::ports::outbox::{Counts, Outbox, OutboxError};

use super::ground::{Ground, GroundError, Precondition, check_contract};
use super::shop::Shop;
use super::status::RECEIPT_HOURS;

/// A last close this many business days back means that nobody closes the day any more.
const OLD_CLOSE_DAYS: u32 = 3;

/// More days than this between the ERP's date and ours are worth a warning, as for a scan: a long weekend is four.
const CLOCK_TOLERANCE_DAYS: i64 = 5;

/// How well something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Ok,
    /// Works, but a person should look.
    Warning,
    /// Does not work.
    Problem,
}

impl Status {
    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Warning => "warning",
            Status::Problem => "problem",
        }
    }
}

/// Something that was looked at, and what was found.
#[derive(Debug)]
pub enum Fact {
    /// WhatsApp notices are contracted today.
    Contract(Result<(), Precondition>),
    /// E-mail notices are configured.
    Email(Result<(), Precondition>),
    /// The ERP's date and ours.
    Dates {
        /// The ERP's.
        business_date: NaiveDate,
        /// Ours, in the shop's zone.
        today: NaiveDate,
    },
    /// The last close.
    LastClose {
        /// The day.
        last: NaiveDate,
        /// Business days since.
        age: u32,
    },
    /// The last imported bank return; `None`: the ERP tells none.
    BankReturn {
        /// Its date.
        last: Option<NaiveDate>,
        /// Too old: overdue notices wait.
        stale: bool,
    },
    /// Neither contract nor configuration names an instance.
    NoInstance,
    /// The link of one instance.
    Link {
        /// The instance.
        instance: InstanceId,
        /// Its link.
        link: Result<LinkState, GatewayError>,
    },
    /// The gateway's version, as one instance's address tells it.
    Version {
        /// The instance.
        instance: InstanceId,
        /// What it says.
        version: Result<Option<String>, GatewayError>,
    },
    /// WhatsApp restricts an instance's number: it sends nothing for now.
    Restricted {
        /// The instance.
        instance: InstanceId,
        /// First day on which it sends again by itself.
        until: NaiveDate,
    },
    /// What waits for a person.
    Waiting {
        /// Parts in doubt.
        unknown: u32,
        /// Notices held by the guard.
        held: u32,
        /// Replies to read.
        replies: u32,
        /// Accepted parts without a receipt for hours.
        without_receipt: u32,
    },
}

impl Fact {
    /// Name of the check; stable.
    pub fn check(&self) -> &'static str {
        match self {
            Fact::Contract(_) => "contract",
            Fact::Email(_) => "email_policy",
            Fact::Dates { .. } => "business_date",
            Fact::LastClose { .. } => "last_close",
            Fact::BankReturn { .. } => "bank_return",
            Fact::NoInstance | Fact::Link { .. } => "instance",
            Fact::Version { .. } => "gateway",
            Fact::Restricted { .. } => "restriction",
            Fact::Waiting { .. } => "waiting",
        }
    }

    /// How well it stands.
    pub fn status(&self) -> Status {
        let warn = |bad: bool| if bad { Status::Warning } else { Status::Ok };
        match self {
            Fact::Contract(Err(_)) | Fact::Email(Err(_)) | Fact::NoInstance => Status::Problem,
            Fact::Contract(Ok(())) | Fact::Email(Ok(())) => Status::Ok,
            Fact::Dates { business_date, today } => {
                warn((*business_date - *today).num_days().abs() > CLOCK_TOLERANCE_DAYS)
            }
            Fact::LastClose { age, .. } => warn(*age > OLD_CLOSE_DAYS),
            Fact::BankReturn { stale, .. } => warn(*stale),
            Fact::Link {
                link: Ok(LinkState::Open { .. }),
                ..
            }
            | Fact::Version { version: Ok(_), .. } => Status::Ok,
            Fact::Restricted { .. } => Status::Warning,
            Fact::Link { .. } | Fact::Version { version: Err(_), .. } => Status::Problem,
            Fact::Waiting {
                unknown,
                held,
                replies,
                without_receipt,
            } => warn(unknown + held + replies + without_receipt > 0),
        }
    }
}

/// Looks at the ERP's side: contract, policies, dates.
///
/// # Errors
/// [`ErpError`].
pub fn erp_side(erp: &dyn Erp, shop: &Shop, clock: &dyn Clock) -> Result<(Ground, Vec<Fact>), ErpError> {
    let today = shop.today(clock.now());
    let mut snapshot = erp.snapshot()?;
    let ground = Ground::look(&mut *snapshot, shop)?;
    let contract = match check_contract(&mut *snapshot, today) {
        Ok(()) => Ok(()),
        Err(GroundError::Precondition(refusal)) => Err(refusal),
        Err(GroundError::Erp(error)) => return Err(error),
    };
    let system = ground.system;
    let last = system.last_close();
    let facts = vec![
        Fact::Contract(contract),
        Fact::Email(ground.check_email()),
        Fact::Dates {
            business_date: system.business_date,
            today,
        },
        Fact::LastClose {
            last,
            age: shop.banks.business_days_between(last, today),
        },
        Fact::BankReturn {
            last: system.last_bank_return,
            stale: ground.bank_return_stale(shop, today),
        },
    ];
    Ok((ground, facts))
}

/// Opens the gateway of an instance.
pub type Open<'a> = &'a dyn Fn(&InstanceId) -> Result<Box<dyn Gateway>, GatewayError>;

/// Asks each instance's gateway for its version and the link.
pub fn gateway_side(instances: &[InstanceId], open: Open<'_>) -> Vec<Fact> {
    if instances.is_empty() {
        return vec![Fact::NoInstance];
    }
    let mut facts = Vec::new();
    for instance in instances {
        let gateway = match open(instance) {
            Ok(gateway) => gateway,
            Err(error) => {
                facts.push(Fact::Version {
                    instance: instance.clone(),
                    version: Err(error),
                });
                continue;
            }
        };
        // A gateway that does not answer at all is told once, and the link is not asked for: each call waits long.
        let version = gateway.version();
        let silent = matches!(
            version,
            Err(GatewayError::Unreachable { .. } | GatewayError::TimedOut(_))
        );
        facts.push(Fact::Version {
            instance: instance.clone(),
            version,
        });
        if !silent {
            facts.push(Fact::Link {
                instance: instance.clone(),
                link: gateway.status(),
            });
        }
    }
    facts
}

/// Looks for what waits for a person.
///
/// # Errors
/// [`OutboxError`].
pub fn outbox_side(
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
) -> Result<Vec<Fact>, OutboxError> {
    let today = shop.today(clock.now());
    let mut facts: Vec<Fact> = outbox
        .instances(today)?
        .into_iter()
        .filter_map(|row| {
            let restriction = row.restriction.filter(|r| r.holds_on(today))?;
            Some(Fact::Restricted {
                instance: row.instance,
                until: restriction.until,
            })
        })
        .collect();
    let counts: Counts = outbox.counts(None, clock.now() - Duration::hours(RECEIPT_HOURS))?;
    let unknown = counts
        .parts
        .iter()
        .find(|(state, _)| *state == PartState::Unknown)
        .map_or(0, |(_, n)| *n);
    facts.push(Fact::Waiting {
        unknown,
        held: counts.held,
        replies: counts.replies_for_person,
        without_receipt: counts.without_receipt,
    });
    Ok(facts)
}
