//! Reading: numbers, messages, receipts; and "typing...".

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::EvolutionGateway;
use super::lenient::readable;
use super::send::recipient;
use super::wire::{Found, Message, NumberCheck, Receipt, ack_of, canonical};
use crate::domain::phone::Phone;
use crate::ports::gateway::{
    Ack, CanonicalId, ChatMessage, Fingerprint, GatewayError, Lookup, Probe, Resolved,
};

/// Numbers asked for in one call.
const NUMBERS_A_CALL: usize = 50;

/// A chat stands under one of these: the phone, or a LID with the phone beside it.
const CHAT_NAMES: [&str; 2] = ["remoteJid", "remoteJidAlt"];

/// Messages on one page.
const PAGE: u64 = 100;

/// Pages read of one window, at most.
const MAX_PAGES: u64 = 200;

/// Readings of a window whose pages do not add up.
const READINGS: usize = 3;

/// Longest "typing..." of one call; the gateway does not answer before it is over.
const MAX_TYPING: Duration = Duration::from_secs(20);

impl EvolutionGateway {
    pub(super) fn resolve_numbers(&self, phones: &[Phone]) -> Result<Vec<Resolved>, GatewayError> {
        let mut resolved = Vec::with_capacity(phones.len());
        for phones in phones.chunks(NUMBERS_A_CALL) {
            let numbers: Vec<&str> = phones.iter().map(Phone::digits).collect();
            let checks: Vec<NumberCheck> = self.query(
                "chat",
                "whatsappNumbers",
                json!({ "numbers": numbers }),
                self.request_timeout,
            )?;
            for phone in phones {
                // The gateway may give the answers in another order.
                let check = checks.iter().find(|check| check.is_about(phone.digits()));
                let check = check.ok_or_else(|| GatewayError::UnexpectedAnswer {
                    call: "POST /chat/whatsappNumbers".to_owned(),
                    detail: format!("no answer for {}", phone.masked()),
                })?;
                let canonical = check.exists.then(|| canonical(&check.jid));
                resolved.push(Resolved {
                    phone: phone.clone(),
                    canonical,
                });
            }
        }
        Ok(resolved)
    }

    pub(super) fn look_up(&self, probe: &Probe) -> Result<Lookup, GatewayError> {
        // By an id: the gateway's own, else ours, which a gateway that keeps it (2.4) gives back.
        let known = probe.gateway_id.as_deref().filter(|id| !id.is_empty());
        let id = known.unwrap_or(probe.message_id.as_str());
        if !id.is_empty() {
            let records = self.find(json!({"key": {"id": id}}), None)?;
            if let Some(record) = records.iter().find(|r| r.key.id == id && r.key.from_me) {
                return Ok(found(record));
            }
            if known.is_some() {
                return Ok(Lookup::NotFound);
            }
        }
        // By recipient, time and content.
        for field in CHAT_NAMES {
            let records = self.find(
                json!({"key": {field: probe.to.0}}),
                Some((probe.from, probe.until)),
            )?;
            // The pages are newest first: the last match is the first that was sent.
            if let Some(record) = records.iter().rev().find(|record| proves(record, probe)) {
                return Ok(found(record));
            }
        }
        Ok(Lookup::NotFound)
    }

    pub(super) fn receipts(&self, gateway_ids: &[String]) -> Result<Vec<Ack>, GatewayError> {
        let mut acks = Vec::new();
        // Without an id the filter is no filter, and the answer would be of other messages.
        for id in gateway_ids.iter().filter(|id| !id.is_empty()) {
            // `where.id` is the message's key id; `where.keyId`, its name in the answer, is ignored by the gateway.
            let receipts: Value = self.query(
                "chat",
                "findStatusMessage",
                json!({"where": {"id": id}}),
                self.query_timeout,
            )?;
            let receipts: Vec<Receipt> = readable(receipts);
            acks.extend(ack_of(id, &receipts));
        }
        Ok(acks)
    }

    pub(super) fn messages_between(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<ChatMessage>, GatewayError> {
        // Both directions in one reading; a filter by `fromMe: false` would be ignored anyway.
        let records = self.find(json!({}), Some((since, until)))?;
        Ok(chat_messages(records, since, until))
    }

    pub(super) fn messages_of(
        &self,
        chat: &CanonicalId,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<ChatMessage>, GatewayError> {
        let mut records = Vec::new();
        for field in CHAT_NAMES {
            records.extend(self.find(json!({"key": {field: chat.0}}), Some((since, until)))?);
        }
        Ok(chat_messages(records, since, until))
    }

    /// All records of a filter and window, newest first.
    ///
    /// The gateway sorts by the second, so messages of one second may change places between two pages: one would be seen
    /// twice and one never. The total tells; then the window is read again and the readings are joined.
    fn find(
        &self,
        mut filter: Value,
        window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<Vec<Message>, GatewayError> {
        if let Some((from, until)) = window {
            let iso = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
            filter["messageTimestamp"] = json!({"gte": iso(from), "lte": iso(until)});
        }
        let mut seen: BTreeMap<(String, String, bool), Message> = BTreeMap::new();
        let mut unreadable = 0;
        for _ in 0..READINGS {
            let (records, total, pages) = self.read_pages(&filter)?;
            unreadable = 0;
            for record in records {
                match serde_json::from_value::<Message>(record) {
                    Ok(m) if m.at().is_some() => {
                        seen.insert((m.key.remote_jid.clone(), m.key.id.clone(), m.key.from_me), m);
                    }
                    _ => unreadable += 1,
                }
            }
            if pages <= 1 || seen.len() as u64 + unreadable >= total {
                break;
            }
        }
        if unreadable > 0 {
            tracing::warn!(
                instance = self.instance.as_str(),
                unreadable,
                "messages without key or time passed over"
            );
        }
        let mut messages: Vec<Message> = seen.into_values().collect();
        messages.sort_by_key(|m| std::cmp::Reverse(m.at()));
        Ok(messages)
    }

    /// One reading of all pages: records, and total and pages as the gateway counts them.
    fn read_pages(&self, filter: &Value) -> Result<(Vec<Value>, u64, u64), GatewayError> {
        let mut records = Vec::new();
        let mut page = 1;
        loop {
            let mut body = Map::new();
            body.insert("where".to_owned(), filter.clone());
            body.insert("page".to_owned(), json!(page));
            // The size of a page, whatever its name says.
            body.insert("offset".to_owned(), json!(PAGE));
            let found: Found = self.query("chat", "findMessages", Value::Object(body), self.query_timeout)?;
            let done = page >= found.messages.pages || found.messages.records.is_empty();
            records.extend(found.messages.records);
            if done {
                return Ok((records, found.messages.total, found.messages.pages));
            }
            if page == MAX_PAGES {
                return Err(GatewayError::UnexpectedAnswer {
                    call: "POST /chat/findMessages".to_owned(),
                    detail: format!("{} pages; ask for a shorter time", found.messages.pages),
                });
            }
            page += 1;
        }
    }

    /// The gateway answers when the time is over, so this lasts about `duration`.
    pub(super) fn show_typing(&self, to: &CanonicalId, duration: Duration) {
        let duration = duration.min(MAX_TYPING);
        let Ok(number) = recipient(to) else { return };
        if duration.is_zero() {
            return;
        }
        let millis = u64::try_from(duration.as_millis()).unwrap_or_default();
        let body = json!({"number": number, "presence": "composing", "delay": millis});
        let timeout = duration + self.query_timeout;
        let call = "POST /chat/sendPresence";
        let result = self.ask_instance(Method::POST, "chat", "sendPresence", Some(body), timeout);
        if let Err(error) = self.success(call, result) {
            tracing::debug!(instance = self.instance.as_str(), %error, "typing not shown");
        }
    }
}

/// Oldest first; the gateway's window is in whole seconds and ours is not.
fn chat_messages(records: Vec<Message>, since: DateTime<Utc>, until: DateTime<Utc>) -> Vec<ChatMessage> {
    let mut messages: Vec<ChatMessage> = records
        .into_iter()
        .filter_map(Message::into_chat_message)
        .filter(|message| within(message.at, since, until))
        .collect();
    messages.sort_by(|a, b| (a.at, &a.gateway_id).cmp(&(b.at, &b.gateway_id)));
    messages
}

fn found(record: &Message) -> Lookup {
    Lookup::Found {
        gateway_id: record.key.id.clone(),
        ack: record.ack(),
    }
}

/// The record is the message that the probe looks for.
fn proves(record: &Message, probe: &Probe) -> bool {
    let alt = record.key.remote_jid_alt.as_deref();
    let chat =
        canonical(&record.key.remote_jid) == probe.to || alt.is_some_and(|alt| canonical(alt) == probe.to);
    let content = match &probe.fingerprint {
        Fingerprint::Text(text) => {
            record.file_name().is_none() && record.text().is_some_and(|t| same_text(t, text))
        }
        Fingerprint::FileName(name) => record.file_name() == Some(name),
    };
    record.key.from_me
        && chat
        && content
        && record.at().is_some_and(|at| within(at, probe.from, probe.until))
        && !probe.not_these.contains(&record.key.id)
}

/// The gateway's times are whole seconds.
fn within(at: DateTime<Utc>, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
    (from.timestamp()..=until.timestamp()).contains(&at.timestamp())
}

/// The same text, whatever became of line ends and the white space behind them.
fn same_text(a: &str, b: &str) -> bool {
    let lines = |text: &str| {
        text.trim_end()
            .lines()
            .map(|l| l.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    lines(a) == lines(b)
}
