//! The faults that a test or a person can switch on, and which of them befall a request.
//!
//! A rule says what goes wrong ([`Fault`]), on which requests ([`Scope`], number, instance, kind) and how often (the
//! first `skip` spared, then `times`, or by `probability` from a seed). Rules are asked in the order in which they were
//! set; delays add up, and of the faults that end a request only the first one happens.
//!
//! Here are the rules as they are written; `plan` holds those in force and decides by them.

mod plan;

use serde::{Deserialize, Serialize};

pub(super) use self::plan::{Ending, Faults, Occasion, Plan};

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

#[cfg(test)]
mod tests {
    use super::*;

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
