//! The whole of the stand-in gateway's memory, and what can happen to it.
//!
//! Everything stands behind one lock ([`super::Sandbox::world`]) that is never held across an await. Changes raise
//! `revision`, so that the page need not redraw what did not change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::faults::{Fault, Faults};
use super::log::{Delivered, Journal};
use super::numbers;
use super::state::{Body, Disconnection, Instance, Link, Message, Pairing, Status, StatusUpdate};
use super::webhook::Outbox;
use super::wire;

/// The number of the shop's phone, unless the pairing names one.
const DEFAULT_OWNER: &str = "5511900000001";

pub(super) struct World {
    pub(super) instances: BTreeMap<String, Instance>,
    /// Names that were deleted: Evolution then answers their state without a state.
    pub(super) deleted: BTreeSet<String>,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    pub(super) webhooks: Outbox,
    /// Requests seen, by method and first two parts of the path.
    pub(super) requests: BTreeMap<String, u64>,
    pub(super) revision: u64,
    pub(super) dice: fastrand::Rng,
}

/// What a number turns out to be.
pub(super) struct Resolved {
    pub(super) jid: String,
    pub(super) person: String,
    pub(super) exists: bool,
}

impl World {
    pub(super) fn new(journal: Journal, webhooks: Outbox) -> Self {
        World {
            instances: BTreeMap::new(),
            deleted: BTreeSet::new(),
            faults: Faults::default(),
            journal,
            webhooks,
            requests: BTreeMap::new(),
            revision: 1,
            dice: fastrand::Rng::new(),
        }
    }

    /// Whose jid a number is, in this instance's WhatsApp.
    pub(super) fn resolve(&self, instance: &str, number: &str) -> Resolved {
        if number.ends_with(numbers::LID_SUFFIX) {
            // An opaque jid is taken as it comes; whose it is we know if that person wrote before.
            let known = self
                .instances
                .get(instance)
                .and_then(|i| i.messages.iter().find(|m| m.jid == number));
            let person = known.map_or_else(|| number.to_owned(), |message| message.person.clone());
            return Resolved {
                jid: number.to_owned(),
                person,
                exists: true,
            };
        }
        let typed = numbers::digits(number);
        let person = numbers::person(number);
        if !numbers::plausible(&typed) || self.faults.is_fact(Fault::NumberUnknown, instance, &person) {
            return Resolved {
                jid: format!("{typed}{}", numbers::PHONE_SUFFIX),
                person,
                exists: false,
            };
        }
        let old_account = self.faults.is_fact(Fault::NinthDigit, instance, &person);
        let canonical = old_account
            .then(|| numbers::without_ninth_digit(&person))
            .flatten();
        let jid = format!(
            "{}{}",
            canonical.as_deref().unwrap_or(&person),
            numbers::PHONE_SUFFIX
        );
        Resolved {
            jid,
            person,
            exists: true,
        }
    }

    pub(super) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Random characters of an alphabet.
    pub(super) fn random(&mut self, length: usize, alphabet: &str) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length)
            .map(|_| letters[self.dice.usize(..letters.len())])
            .collect()
    }

    /// A row id of the gateway's database.
    pub(super) fn row_id(&mut self) -> String {
        format!("c{}", self.random(24, "0123456789abcdefghijklmnopqrstuvwxyz"))
    }

    /// A message id, as WhatsApp's clients make them.
    pub(super) fn message_id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.random(18, "0123456789ABCDEF"))
    }

    pub(super) fn uuid(&mut self) -> String {
        let hex = "0123456789abcdef";
        let groups = [8, 4, 4, 4, 12].map(|length| self.random(length, hex));
        groups.join("-")
    }

    /// A QR text of the form and length of real ones: a reference and three keys.
    pub(super) fn qr_code(&mut self) -> String {
        let base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let reference = self.random(86, base64);
        let keys: Vec<String> = (0..3).map(|_| format!("{}=", self.random(43, base64))).collect();
        format!("2@{reference},{}", keys.join(","))
    }

    /// Starts to show QR codes, and tells the serial of this pairing.
    pub(super) fn begin_pairing(
        &mut self,
        name: &str,
        number: Option<String>,
        now: DateTime<Utc>,
    ) -> Option<u64> {
        let serial = self.dice.u64(..);
        let pairing_code = number
            .as_ref()
            .map(|_| self.random(8, "123456789ABCDEFGHJKLMNPQRSTVWXYZ"));
        let instance = self.instances.get_mut(name)?;
        instance.link = Link::Pairing(Pairing {
            serial,
            count: 0,
            code: None,
            pairing_code,
        });
        if number.is_some() {
            instance.number = number;
        }
        instance.updated_at = now;
        self.touch();
        self.emit_connection(name, "connecting", 200);
        Some(serial)
    }

    /// The next QR code of a pairing; `None` when that pairing is over.
    pub(super) fn next_qr(&mut self, name: &str, serial: u64) -> Option<()> {
        let code = self.qr_code();
        let instance = self.instances.get_mut(name)?;
        let Link::Pairing(pairing) = &mut instance.link else {
            return None;
        };
        if pairing.serial != serial {
            return None;
        }
        pairing.count += 1;
        pairing.code = Some(code);
        let data = json!({ "qrcode": wire::qr_event(instance) });
        self.touch();
        self.emit(name, "qrcode.updated", data);
        Some(())
    }

    /// Nobody scanned.
    pub(super) fn end_pairing(&mut self, name: &str, serial: u64) {
        let Some(instance) = self.instances.get_mut(name) else {
            return;
        };
        if matches!(&instance.link, Link::Pairing(pairing) if pairing.serial == serial) {
            instance.link = Link::Closed;
            self.touch();
            let message = json!({"message": "QR code limit reached, please login again", "statusCode": 500});
            self.emit(name, "qrcode.updated", message);
            self.emit_connection(name, "refused", 428);
        }
    }

    /// The shop's phone scanned the code.
    pub(super) fn open(&mut self, name: &str, now: DateTime<Utc>) {
        let Some(instance) = self.instances.get_mut(name) else {
            return;
        };
        instance.link = Link::Open;
        instance.disconnection = None;
        let owner = instance
            .number
            .as_deref()
            .map_or(DEFAULT_OWNER.to_owned(), numbers::digits);
        instance.owner = Some(format!("{owner}{}", numbers::PHONE_SUFFIX));
        instance.updated_at = now;
        self.touch();
        self.emit_connection(name, "open", 200);
    }

    /// The link ends. A `reason` of 401 means that the phone removed the device.
    pub(super) fn close(&mut self, name: &str, reason: u16, now: DateTime<Utc>) {
        let Some(instance) = self.instances.get_mut(name) else {
            return;
        };
        instance.link = Link::Closed;
        instance.disconnection = Some(Disconnection { reason, at: now });
        instance.updated_at = now;
        self.touch();
        self.emit_connection(name, "close", reason);
    }

    /// Writes down what reached the phone. Comes before anything else that shows it.
    pub(super) fn record_delivery(
        &mut self,
        instance: &str,
        message: &Message,
        now: DateTime<Utc>,
    ) -> std::io::Result<()> {
        let (sha256, bytes, document) = match &message.body {
            Body::Text(text) => (Sha256::digest(text).into(), text.len(), None),
            Body::Document(document) => (document.sha256, document.bytes.len(), Some(document)),
        };
        let known = !message.person.contains('@');
        let delivered = Delivered {
            seq: 0,
            time: wire::instant(now),
            instance: instance.to_owned(),
            to: message.jid.clone(),
            number: if known {
                message.person.clone()
            } else {
                String::new()
            },
            kind: message.body.kind(),
            text: message.body.text().map(str::to_owned),
            file_name: document.map(|document| document.file_name.clone()),
            sha256: sha256
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>(),
            bytes,
            id: message.id.clone(),
            content: document.map(|document| wire::file_path(&message.id, &document.file_name)),
        };
        self.journal
            .record(delivered, document.map(|document| &document.bytes[..]))
    }

    /// A message of ours came further. Nothing goes backwards, and what is never acknowledged stays pending.
    pub(super) fn acknowledge(&mut self, name: &str, id: &str, status: Status) {
        let row = self.row_id();
        let Some(instance) = self.instances.get_mut(name) else {
            return;
        };
        let Some(message) = instance
            .messages
            .iter_mut()
            .rev()
            .find(|message| message.id == id)
        else {
            return;
        };
        if message.status >= status || message.never_ack || !message.stored {
            return;
        }
        message.status = status;
        let update = StatusUpdate {
            row,
            message_row: message.row.clone(),
            key_id: message.id.clone(),
            jid: message.jid.clone(),
            from_me: message.from_me,
            status,
        };
        let data = wire::update_event(&update, &instance.id);
        instance.updates.push(update);
        self.touch();
        self.emit(name, "messages.update", data);
    }

    pub(super) fn emit(&mut self, name: &str, event: &'static str, data: Value) {
        let Some(instance) = self.instances.get(name) else {
            return;
        };
        self.webhooks.send(instance, event, data);
    }

    fn emit_connection(&mut self, name: &str, state: &str, reason: u16) {
        self.emit(
            name,
            "connection.update",
            json!({"instance": name, "state": state, "statusReason": reason}),
        );
    }
}
