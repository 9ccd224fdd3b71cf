//! The instance and its link to a phone.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};

use super::EvolutionGateway;
use super::answer::{Problem, error_of};
use super::http::{Answer, Failure, Request};
use super::lenient;
use super::wire::InstanceRow;
use crate::ports::gateway::{GatewayError, LinkState, PairStep, PairWith};

/// Events that the gateway shall post.
const EVENTS: [&str; 5] = [
    "QRCODE_UPDATED",
    "CONNECTION_UPDATE",
    "MESSAGES_UPSERT",
    "MESSAGES_UPDATE",
    "SEND_MESSAGE",
];

impl EvolutionGateway {
    /// State of the link, from its two halves: `connectionState` is live, fetchInstances knows number and reason.
    pub(super) fn link_state(&self) -> Result<LinkState, GatewayError> {
        let Some(live) = self.live_state()? else {
            return Ok(LinkState::Absent);
        };
        if live == "connecting" {
            return Ok(LinkState::Connecting);
        }
        let row = match self.rows(Some(self.instance.as_str())) {
            Ok(rows) => rows.into_iter().find(|row| row.name == self.instance.as_str()),
            Err(error @ (GatewayError::Unreachable { .. } | GatewayError::TimedOut(_))) => return Err(error),
            // A gateway that shows the state only is still worth its state.
            Err(_) => None,
        };
        let row = row.unwrap_or_else(|| InstanceRow {
            name: self.instance.as_str().to_owned(),
            connection_status: None,
            owner_jid: None,
            disconnection_reason_code: None,
            disconnection_object: Value::Null,
        });
        let state = row.state_as(&live);
        if let (
            LinkState::Closed {
                reason: Some(reason), ..
            },
            Some(402 | 403 | 406 | 463),
        ) = (&state, row.ended_by())
        {
            self.note_restriction(format!("link ended by WhatsApp: {reason}"));
        }
        Ok(state)
    }

    /// `None`: the gateway does not know the instance, or has just deleted it.
    fn live_state(&self) -> Result<Option<String>, GatewayError> {
        let call = "GET /instance/connectionState";
        let result = self.get("connectionState", &[]);
        match self.success(call, result) {
            Ok(answer) => {
                let body: Value = self.read(call, answer)?;
                match body.pointer("/instance/state") {
                    Some(Value::String(state)) => Ok(Some(state.clone())),
                    // For a moment after its deletion an instance is still there, without a state.
                    None | Some(Value::Null) if body.pointer("/instance/instanceName").is_some() => Ok(None),
                    _ => Err(unexpected(call, "no instance.state")),
                }
            }
            Err(GatewayError::UnknownInstance) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Rows of fetchInstances: of one instance, or of all that the key may see.
    pub(super) fn rows(&self, name: Option<&str>) -> Result<Vec<InstanceRow>, GatewayError> {
        let call = "GET /instance/fetchInstances";
        let query: Vec<_> = name.map(|name| ("instanceName", name)).into_iter().collect();
        let result = self.http.ask(Request {
            method: Method::GET,
            path: &["instance", "fetchInstances"],
            query: &query,
            body: None,
            timeout: self.query_timeout,
        });
        // A row of another program's instance that cannot be read hides none of the others.
        match self.read::<Value>(call, self.success(call, result)?)? {
            list @ Value::Array(_) => Ok(lenient::readable(list)),
            _ => Err(unexpected(call, "no list of instances")),
        }
    }

    /// Creates the instance without linking it. An existing one is left as it is, but for the webhook that was asked for.
    pub(super) fn create_if_absent(&self) -> Result<(), GatewayError> {
        if self.live_state()?.is_some() {
            return self.set_webhook();
        }
        let call = "POST /instance/create";
        let mut body = json!({
            "instanceName": self.instance.as_str(),
            "integration": "WHATSAPP-BAILEYS",
            // With true the call blocks for 5 s and may still come without a code.
            "qrcode": false,
            "groupsIgnore": true,
        });
        if let Some(webhook) = self.webhook_body() {
            body["webhook"] = webhook;
        }
        let answer = self
            .http
            .ask(Request {
                method: Method::POST,
                path: &["instance", "create"],
                query: &[],
                body: Some(body),
                timeout: self.request_timeout,
            })
            .map_err(|failure| error_of(failure, call, self.http.address()))?;
        if Problem::read(&answer).is_name_in_use() {
            // Somebody else created it meanwhile.
            return self.set_webhook();
        }
        // The answer holds the instance's token; with the key that could create it, it is not needed.
        self.success(call, Ok(answer)).map(drop)
    }

    fn webhook_body(&self) -> Option<Value> {
        let webhook = self.webhook.as_ref()?;
        Some(json!({
            "enabled": true,
            "url": webhook.url,
            "byEvents": false,
            "base64": false,
            "headers": {"authorization": webhook.authorization.expose()},
            "events": EVENTS,
        }))
    }

    /// Sets the webhook unless it stands as wanted.
    fn set_webhook(&self) -> Result<(), GatewayError> {
        let (Some(webhook), Some(body)) = (&self.webhook, self.webhook_body()) else {
            return Ok(());
        };
        let call = "GET /webhook/find";
        let result = self.ask_instance(Method::GET, "webhook", "find", None, self.query_timeout);
        let now: Value = self.read(call, self.success(call, result)?)?;
        let has = |event: &&str| {
            now["events"]
                .as_array()
                .is_some_and(|have| have.iter().any(|e| e == event))
        };
        if now["enabled"] == true
            && now["url"] == webhook.url.as_str()
            && now["webhookByEvents"] == false
            && now["headers"]["authorization"] == webhook.authorization.expose()
            && EVENTS.iter().all(has)
        {
            return Ok(());
        }
        let call = "POST /webhook/set";
        let body = json!({ "webhook": body });
        let result = self.ask_instance(Method::POST, "webhook", "set", Some(body), self.query_timeout);
        self.success(call, result).map(drop)
    }

    /// Asks the gateway to link, or how far it is.
    ///
    /// Linking that was begun for a QR code never gives a pairing code, and the gateway keeps it going for minutes. So
    /// when a code is wanted and a QR code comes alone, that attempt is dropped, once, and the next poll begins one
    /// with the number.
    pub(super) fn pair_step(&self, with: &PairWith) -> Result<PairStep, GatewayError> {
        let call = "GET /instance/connect";
        let result = match with {
            PairWith::Qr => self.get("connect", &[]),
            PairWith::Code(phone) => self.get("connect", &[("number", phone.digits())]),
        };
        let body: Value = self.read(call, self.success(call, result)?)?;
        if body["error"] == true {
            // What failed inside comes as a 200 with `error: true`, and often with the message "[object Object]".
            let text = body["message"].as_str().unwrap_or_default();
            let detail = super::scrub::scrub(text, [self.http.key()]);
            return Err(GatewayError::Refused {
                call: call.to_owned(),
                status: 200,
                detail,
            });
        }
        let text = |at: &str| {
            body.pointer(at)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        match text("/instance/state").or(text("/instance/status")) {
            Some("open") => return Ok(PairStep::Connected),
            Some("refused") => return Ok(PairStep::Expired),
            _ => {}
        }
        let code = text("/code").or(text("/qrcode/code"));
        let pairing_code = text("/pairingCode").or(text("/qrcode/pairingCode"));
        match (with, code, pairing_code) {
            (PairWith::Qr, Some(code), _) => Ok(PairStep::Qr(code.to_owned())),
            (PairWith::Code(_), _, Some(code)) => Ok(PairStep::PairCode(grouped(code))),
            (PairWith::Code(_), Some(_), None) => {
                if !self.began_afresh.swap(true, Ordering::Relaxed) {
                    match self.unlink() {
                        Ok(()) | Err(GatewayError::NotConnected) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(PairStep::Wait)
            }
            _ if body.is_object() => Ok(PairStep::Wait),
            _ => Err(unexpected(call, "neither code nor state")),
        }
    }

    /// Unlinks. An instance that is not linked answers [`GatewayError::NotConnected`].
    pub(super) fn unlink(&self) -> Result<(), GatewayError> {
        let call = "DELETE /instance/logout";
        let result = self.ask_instance(Method::DELETE, "instance", "logout", None, self.query_timeout);
        self.success(call, result).map(drop)
    }

    fn get(&self, action: &str, query: &[(&str, &str)]) -> Result<Answer, Failure> {
        let path = ["instance", action, self.instance.as_str()];
        self.http.ask(Request {
            method: Method::GET,
            path: &path,
            query,
            body: None,
            timeout: self.query_timeout,
        })
    }
}

fn unexpected(call: &str, detail: &str) -> GatewayError {
    GatewayError::UnexpectedAnswer {
        call: call.to_owned(),
        detail: detail.to_owned(),
    }
}

/// `4CRVQK9H` as the phone shows its field: `4CRV-QK9H`.
fn grouped(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((head, tail)) if code.len() == 8 => format!("{head}-{tail}"),
        _ => code.to_owned(),
    }
}
