//! The rules in force, and what befalls one request by them.

use std::time::Duration;

use serde::Serialize;

use super::{Fault, FaultRule, Kind, Scope};
use crate::sandbox::numbers;

/// A request that may go wrong.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    pub scope: Scope,
    pub instance: &'a str,
    pub number: Option<&'a str>,
    pub kind: Option<Kind>,
}

/// How a request ends instead of well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Error,
    Drop,
    Freeze(Duration),
    TooManyRequests { retry_after: Option<u64> },
    BadRequest,
}

/// What befalls one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub delay: Duration,
    /// Between the delivery and the answer.
    pub linger: Duration,
    pub before: Option<Ending>,
    pub after: Option<Ending>,
    /// The link ends for this reason.
    pub unlink: Option<u16>,
    pub never_ack: bool,
    pub not_delivered: bool,
}

#[derive(Debug)]
struct ActiveRule {
    id: u64,
    rule: FaultRule,
    seen: u32,
    fired: u32,
    dice: fastrand::Rng,
}

/// A rule as shown to tests and on the page.
#[derive(Debug, Clone, Serialize)]
pub struct RuleView {
    id: u64,
    #[serde(flatten)]
    rule: FaultRule,
    /// How often it happened.
    fired: u32,
    /// Whether it is used up.
    spent: bool,
}

/// All rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<ActiveRule>,
    last_id: u64,
}

impl Faults {
    pub fn add(&mut self, rule: FaultRule) {
        self.last_id += 1;
        let dice = fastrand::Rng::with_seed(rule.seed.unwrap_or(self.last_id));
        self.rules.push(ActiveRule {
            id: self.last_id,
            rule,
            seen: 0,
            fired: 0,
            dice,
        });
    }

    pub fn remove(&mut self, id: u64) {
        self.rules.retain(|active| active.id != id);
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    pub fn views(&self) -> Vec<RuleView> {
        let view = |active: &ActiveRule| RuleView {
            id: active.id,
            rule: active.rule.clone(),
            fired: active.fired,
            spent: active.rule.times.is_some_and(|times| active.fired >= times),
        };
        self.rules.iter().map(view).collect()
    }

    /// Whether a fact about a person's number is switched on. With a probability the number itself decides, so that it
    /// is the same at every request.
    pub fn is_fact(&self, fault: Fault, instance: &str, person: &str) -> bool {
        self.rules.iter().map(|active| &active.rule).any(|rule| {
            rule.fault == fault
                && rule.instance.as_deref().is_none_or(|only| only == instance)
                && rule
                    .number
                    .as_deref()
                    .is_none_or(|only| numbers::person(only) == person)
                && rule.probability.is_none_or(|p| {
                    let number: u64 = person.parse().unwrap_or_default();
                    fastrand::Rng::with_seed(number ^ rule.seed.unwrap_or_default()).f64() < p
                })
        })
    }

    /// Decides what befalls a request, and uses up what does.
    pub fn plan(&mut self, occasion: Occasion<'_>) -> Plan {
        let mut plan = Plan::default();
        for active in &mut self.rules {
            if !active.rule.applies_to(occasion) || plan.ends_before(active.rule.fault) {
                continue;
            }
            active.seen += 1;
            let spared = active.seen <= active.rule.skip;
            let spent = active.rule.times.is_some_and(|times| active.fired >= times);
            if spared || spent || active.rule.probability.is_some_and(|p| active.dice.f64() >= p) {
                continue;
            }
            active.fired += 1;
            plan.suffer(&active.rule);
        }
        plan
    }
}

impl FaultRule {
    fn applies_to(&self, occasion: Occasion<'_>) -> bool {
        !self.fault.is_about_numbers()
            && (self.on == Scope::Any || self.on == occasion.scope)
            && self
                .instance
                .as_deref()
                .is_none_or(|only| only == occasion.instance)
            && self.kind.is_none_or(|only| Some(only) == occasion.kind)
            && self.number.as_deref().is_none_or(|only| {
                occasion
                    .number
                    .is_some_and(|number| numbers::person(number) == numbers::person(only))
            })
    }
}

impl Plan {
    /// Of the faults that end a request only the first one happens; a later one is not used up.
    fn ends_before(&self, fault: Fault) -> bool {
        let ends = !matches!(
            fault,
            Fault::Delay | Fault::DelayAfter | Fault::NeverAck | Fault::NotDelivered
        );
        ends && (self.before.is_some() || self.after.is_some() || self.unlink.is_some())
    }

    fn suffer(&mut self, rule: &FaultRule) {
        match rule.fault {
            Fault::Delay => self.delay += Duration::from_millis(rule.ms.unwrap_or(1_000)),
            Fault::DelayAfter => self.linger += Duration::from_millis(rule.ms.unwrap_or(1_000)),
            Fault::ErrorBefore => self.before = Some(Ending::Error),
            Fault::ErrorAfter => self.after = Some(Ending::Error),
            Fault::DropBefore => self.before = Some(Ending::Drop),
            Fault::DropAfter => self.after = Some(Ending::Drop),
            Fault::Freeze => {
                self.before = Some(Ending::Freeze(Duration::from_millis(rule.ms.unwrap_or(60_000))));
            }
            Fault::NeverAck => self.never_ack = true,
            Fault::NotDelivered => self.not_delivered = true,
            Fault::Unlink => self.unlink = Some(rule.reason.unwrap_or(401)),
            Fault::TooManyRequests => {
                self.before = Some(Ending::TooManyRequests {
                    retry_after: rule.retry_after,
                });
            }
            Fault::BadRequestAfter => self.after = Some(Ending::BadRequest),
            Fault::NumberUnknown | Fault::NinthDigit => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEND: Occasion<'_> = Occasion {
        scope: Scope::Send,
        instance: "loja",
        number: Some("555187654321"),
        kind: Some(Kind::Text),
    };

    fn faults(rules: &[&str]) -> Faults {
        let mut faults = Faults::default();
        rules
            .iter()
            .for_each(|rule| faults.add(FaultRule::parse(rule).unwrap()));
        faults
    }

    #[test]
    fn a_rule_spares_then_happens_then_is_spent() {
        let mut faults = faults(&["error_after,skip=1,times=2"]);
        let endings: Vec<_> = (0..5).map(|_| faults.plan(SEND).after).collect();
        assert_eq!(
            endings,
            [None, Some(Ending::Error), Some(Ending::Error), None, None]
        );
        assert!(faults.views()[0].spent);
    }

    #[test]
    fn only_the_first_ending_happens_and_the_next_is_kept() {
        let mut faults = faults(&[
            "drop_before,times=1",
            "error_before,times=1",
            "delay,ms=5",
            "delay,ms=7",
        ]);
        let first = faults.plan(SEND);
        assert_eq!(
            (first.before, first.delay),
            (Some(Ending::Drop), Duration::from_millis(12))
        );
        assert_eq!(faults.plan(SEND).before, Some(Ending::Error));
        assert_eq!(faults.plan(SEND).before, None);
    }

    #[test]
    fn a_rule_is_for_its_number_kind_and_requests_only() {
        let mut by_number = faults(&["error_before,number=5551987654321"]);
        assert!(
            by_number.plan(SEND).before.is_some(),
            "the ninth digit makes no other person"
        );
        assert!(
            by_number
                .plan(Occasion {
                    number: Some("5551999990000"),
                    ..SEND
                })
                .before
                .is_none()
        );
        let mut by_kind = faults(&["error_before,kind=document"]);
        assert!(by_kind.plan(SEND).before.is_none());
        let mut by_scope = faults(&["error_before,on=find"]);
        assert!(by_scope.plan(SEND).before.is_none());
        assert!(
            by_scope
                .plan(Occasion {
                    scope: Scope::Find,
                    ..SEND
                })
                .before
                .is_some()
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let run = |rule: &str| {
            let mut faults = faults(&[rule]);
            (0..200)
                .map(|_| faults.plan(SEND).before.is_some())
                .collect::<Vec<_>>()
        };
        let first = run("drop_before,probability=0.3,seed=7");
        assert_eq!(first, run("drop_before,probability=0.3,seed=7"));
        assert_ne!(first, run("drop_before,probability=0.3,seed=8"));
        let happened = first.iter().filter(|happened| **happened).count();
        assert!((30..90).contains(&happened), "{happened} of 200 at 0.3");
    }

    #[test]
    fn facts_about_numbers_do_not_change_from_request_to_request() {
        let faults = faults(&["number_unknown,probability=0.5,seed=3"]);
        let people: Vec<String> = (0..100).map(|n| format!("55519{n:08}")).collect();
        let unknown = |_: u8| -> Vec<bool> {
            people
                .iter()
                .map(|person| faults.is_fact(Fault::NumberUnknown, "loja", person))
                .collect()
        };
        assert_eq!(unknown(1), unknown(2));
        assert!(unknown(1).contains(&true) && unknown(1).contains(&false));
    }
}
