//! What became of what the gateway took: receipts are asked for by `send` after its last message and by `replies`.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Duration, Utc};

use crate::domain::ids::InstanceId;
use crate::domain::notice::PartState;
use crate::ports::failpoint::{self, Step};
use crate::ports::gateway::{Ack, AckLevel};
use crate::ports::outbox::{AwaitingReceipt, Outbox, OutboxError};

/// Receipts are asked for, for so many days.
const RECEIPT_DAYS: i64 = 7;

/// WhatsApp's server acknowledges in seconds; after this long its silence says something.
const SILENCE_MINUTES: i64 = 2;

/// Fewer messages than this prove nothing.
const SILENT_PARTS: usize = 3;

/// Asks the gateway of an instance about messages by its own ids; `None`: it does not answer.
pub type AskForAcks<'a> = dyn Fn(&InstanceId, &[String]) -> Option<Vec<Ack>> + 'a;

/// What asking came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipts {
    /// Receipts that said something new.
    pub recorded: usize,
    /// Instances of which WhatsApp acknowledged nothing of what they took since a given moment: the sign of a phone
    /// that was linked anew and delivers nothing.
    pub silent: Vec<InstanceId>,
}

/// Asks for the receipts that are still wanted, and records what is new. `acks` asks an instance's gateway; `None`: it
/// does not answer, and is asked next time. `since`: from when on silence counts.
///
/// # Errors
/// [`OutboxError`].
pub fn collect(
    outbox: &mut dyn Outbox,
    acks: &AskForAcks<'_>,
    wanted: &dyn Fn(&AwaitingReceipt) -> bool,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Receipts, OutboxError> {
    let mut by_instance: BTreeMap<InstanceId, Vec<AwaitingReceipt>> = BTreeMap::new();
    for awaiting in outbox.awaiting_receipts(now - Duration::days(RECEIPT_DAYS))? {
        by_instance
            .entry(awaiting.instance.clone())
            .or_default()
            .push(awaiting);
    }
    let mut receipts = Receipts::default();
    for (instance, mut awaiting) in by_instance {
        awaiting.retain(wanted);
        let ids: Vec<String> = awaiting.iter().map(|a| a.gateway_id.clone()).collect();
        let Some(acks) = (!ids.is_empty()).then(|| acks(&instance, &ids)).flatten() else {
            continue;
        };
        failpoint::reached(Step::AfterReceipts);
        let levels: HashMap<&str, AckLevel> = acks.iter().map(|a| (a.gateway_id.as_str(), a.level)).collect();
        let level = |one: &AwaitingReceipt| levels.get(one.gateway_id.as_str()).copied();
        // Most of them say what is on record already.
        let news: Vec<_> = awaiting
            .iter()
            .filter_map(|one| Some((one, level(one)?)))
            .filter(|(one, level)| level.is_news_for(one.state))
            .map(|(one, level)| (one.part, level))
            .collect();
        receipts.recorded += outbox.receipts(&news, now)?;
        let ripe = now - Duration::minutes(SILENCE_MINUTES);
        let judged: Vec<_> = awaiting
            .iter()
            .filter(|one| (since..=ripe).contains(&one.accepted_at))
            .collect();
        let heard = |one: &&AwaitingReceipt| {
            one.state != PartState::Accepted || level(one).is_some_and(|level| level != AckLevel::Pending)
        };
        if judged.len() >= SILENT_PARTS && !judged.iter().any(heard) {
            receipts.silent.push(instance);
        }
    }
    Ok(receipts)
}
