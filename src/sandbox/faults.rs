//! The faults that a test or a person can switch on, and which of them befall a request.
//!
//! A rule says what goes wrong ([`Fault`]), on which requests ([`Scope`], number, instance, kind) and how often (the
//! first `skip` spared, then `times`, or by `probability` from a seed). Rules are asked in the order in which they were
//! set; delays add up, and of the faults that end a request only the first one happens.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::numbers;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// All happens `ms` later (1,000 when left out).
    Delay,
    /// The message reaches the phone at once, the answer comes `ms` later (1,000 when left out).
    DelayAfter,
    /// 500, and nothing was sent.
    ErrorBefore,
    /// 500, although the message reached the phone.
    ErrorAfter,
    /// The connection is closed without an answer, and nothing was sent.
    DropBefore,
    /// The connection is closed without an answer, although the message reached the phone.
    DropAfter,
    /// Nothing for `ms` (60,000 when left out), then 500: a frozen WhatsApp link. Nothing was sent.
    Freeze,
    /// 201 and delivered, but no acknowledgement is ever recorded.
    NeverAck,
    /// 201, but the message never reaches the phone, so nothing is acknowledged: what happens after a phone changed
    /// its identity.
    NotDelivered,
    /// The link ends just before the message leaves: the phone removes the device, or WhatsApp ends it for `reason`.
    Unlink,
    /// 429, and nothing was sent; with `Retry-After: retry_after` unless that is left out.
    TooManyRequests,
    /// 400 although the message reached the phone: the gateway's own database refused the row, so that it cannot find
    /// the message later either.
    BadRequestAfter,
    /// The number has no WhatsApp: a fact about the number, also for questions about it.
    NumberUnknown,
    /// The account is older than the ninth digit: its jid comes without it.
    NinthDigit,
}

impl Fault {
    /// Facts about a number hold for every request about it; they are not used up.
    fn is_about_numbers(self) -> bool {
        matches!(self, Fault::NumberUnknown | Fault::NinthDigit)
    }
}

/// Which requests a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// `message/sendText` and `message/sendMedia`.
    #[default]
    Send,
    /// `chat/whatsappNumbers`.
    Numbers,
    /// `chat/findMessages`, `chat/findStatusMessage` and `chat/findChats`.
    Find,
    /// `instance/...`.
    Instance,
    /// All of these.
    Any,
}

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Plain text.
    Text,
    /// A file.
    Document,
}

/// One switched fault, as it comes in JSON (`POST /sandbox/faults`) and from `--fault`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// On which requests.
    #[serde(default)]
    pub on: Scope,
    /// How many times; without end when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// So many matching requests are spared first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u32,
    /// From 0 to 1; certain when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Of the probability: the same seed gives the same faults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Only for this number, with or without its ninth digit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Only for this instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Only for texts, or only for documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Milliseconds of `delay` and `freeze`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Seconds that `too_many_requests` asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Of `unlink`: 401 (removed by the phone) when left out; 403 and 463 are WhatsApp's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<u16>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Why a rule makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultRuleError {
    /// Not between 0 and 1.
    #[error("probability must be between 0 and 1")]
    Probability,
    /// `times` and `skip` do not go with facts about numbers, which hold until cleared.
    #[error("number_unknown and ninth_digit hold until cleared: times, skip, kind and on do not apply")]
    NotCounted,
    /// These happen to a message that is sent.
    #[error("this fault is for sends only")]
    SendsOnly,
    /// Not `fault,key=value,...`.
    #[error("{0}")]
    Syntax(String),
}

impl FaultRule {
    /// A rule for every send, until cleared.
    pub fn new(fault: Fault) -> Self {
        FaultRule {
            fault,
            on: Scope::Send,
            times: None,
            skip: 0,
            probability: None,
            seed: None,
            number: None,
            instance: None,
            kind: None,
            ms: None,
            retry_after: None,
            reason: None,
        }
    }

    /// Reads `drop_after,times=2,number=5551987654321`: the fault and the keys of the JSON form.
    ///
    /// # Errors
    /// [`FaultRuleError`]: unknown fault or key, or a contradiction.
    pub fn parse(text: &str) -> Result<Self, FaultRuleError> {
        let mut parts = text.split(',').map(str::trim);
        let mut object = serde_json::Map::new();
        object.insert("fault".into(), parts.next().unwrap_or_default().into());
        for part in parts {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| FaultRuleError::Syntax(format!("{part}: expected key=value")))?;
            // Numbers of phones and names of instances are text even when they are digits only.
            let value = match key {
                "number" | "instance" | "kind" | "on" => value.into(),
                _ => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
            };
            object.insert(key.into(), value);
        }
        let rule: FaultRule = serde_json::from_value(object.into())
            .map_err(|error| FaultRuleError::Syntax(error.to_string()))?;
        rule.check()?;
        Ok(rule)
    }

    pub(super) fn check(&self) -> Result<(), FaultRuleError> {
        if self.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(FaultRuleError::Probability);
        }
        let counted = self.times.is_some() || self.skip > 0 || self.kind.is_some() || self.on != Scope::Send;
        if self.fault.is_about_numbers() && counted {
            return Err(FaultRuleError::NotCounted);
        }
        let about_a_message = matches!(
            self.fault,
            Fault::DelayAfter
                | Fault::ErrorAfter
                | Fault::DropAfter
                | Fault::NeverAck
                | Fault::NotDelivered
                | Fault::Unlink
                | Fault::BadRequestAfter
        );
        if about_a_message && self.on != Scope::Send {
            return Err(FaultRuleError::SendsOnly);
        }
        Ok(())
    }
}

/// A request that may go wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub(super) scope: Scope,
    pub(super) instance: &'a str,
    pub(super) number: Option<&'a str>,
    pub(super) kind: Option<Kind>,
}

/// How a request ends instead of well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Error,
    Drop,
    Freeze(Duration),
    TooManyRequests { retry_after: Option<u64> },
    BadRequest,
}

/// What befalls one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Plan {
    pub(super) delay: Duration,
    /// Between the delivery and the answer.
    pub(super) linger: Duration,
    pub(super) before: Option<Ending>,
    pub(super) after: Option<Ending>,
    /// The link ends for this reason.
    pub(super) unlink: Option<u16>,
    pub(super) never_ack: bool,
    pub(super) not_delivered: bool,
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
pub(super) struct RuleView {
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
pub(super) struct Faults {
    rules: Vec<ActiveRule>,
    last_id: u64,
}

impl Faults {
    pub(super) fn add(&mut self, rule: FaultRule) {
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

    pub(super) fn remove(&mut self, id: u64) {
        self.rules.retain(|active| active.id != id);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(super) fn views(&self) -> Vec<RuleView> {
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
    pub(super) fn is_fact(&self, fault: Fault, instance: &str, person: &str) -> bool {
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
    pub(super) fn plan(&mut self, occasion: Occasion<'_>) -> Plan {
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

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        assert_eq!(
            FaultRule::parse("delay,probability=2"),
            Err(FaultRuleError::Probability)
        );
        assert_eq!(
            FaultRule::parse("ninth_digit,times=1"),
            Err(FaultRuleError::NotCounted)
        );
        assert_eq!(
            FaultRule::parse("drop_after,on=find"),
            Err(FaultRuleError::SendsOnly)
        );
        assert!(matches!(
            FaultRule::parse("explode"),
            Err(FaultRuleError::Syntax(_))
        ));
        assert!(matches!(
            FaultRule::parse("delay,msec=1"),
            Err(FaultRuleError::Syntax(_))
        ));
        assert!(matches!(
            FaultRule::parse("delay,3"),
            Err(FaultRuleError::Syntax(_))
        ));
    }
}
