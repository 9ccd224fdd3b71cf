//! Evolution API 2.3: a self-hosted gateway on an unofficial WhatsApp library.
//!
//! | module | holds |
//! |---|---|
//! | `http` | one request, once: no pool, no redirect, no retry |
//! | `answer` | what an answer that is no success means, and what it proves |
//! | `send` | one message, and the meaning of its answer |
//! | `chat` | resolve numbers, look up, receipts, messages, "typing..." |
//! | `link` | state, create, pair, unlink, list |
//! | `wire` | the JSON that is read |
//! | `lenient` | fields that come in several JSON types |
//! | [`webhook`] | what the gateway posts by itself |
//! | `scrub` | what may be shown of an answer |
//!
//! What 2.3 can prove, measured: a message that is found was accepted; one that is not found may have been. Our own id
//! is ignored (2.4 takes it). A 201 says accepted, never delivered. A WhatsApp link that froze makes a send last exactly
//! 60 s and end in a 500, which proves nothing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::ids::InstanceId;
use crate::domain::notice::MessageId;
use crate::domain::phone::Phone;
use crate::domain::secret::Secret;
use crate::ports::gateway::{
    Ack, CanonicalId, Capabilities, ChatMessage, Content, Gateway, GatewayError, Inbox, LinkState, Lookup,
    OwnIds, PairStep, PairWith, Pairing, Probe, Resolved, SendOutcome,
};

mod answer;
mod chat;
mod http;
mod lenient;
mod link;
mod scrub;
mod send;
pub mod webhook;
mod wire;

use answer::{Problem, error_of};
use http::{Answer, Failure, Http, Request};

/// Largest document: base64 of it stays below the gateway's 136 MB of JSON.
const MAX_DOCUMENT: u64 = 100 * 1024 * 1024;

/// What a send may take beyond its request: encoding the document and waking up.
const SEND_SLACK: Duration = Duration::from_secs(2);

/// Where the gateway is and which instance of it is ours.
#[derive(Clone)]
pub struct EvolutionSettings {
    /// Such as `http://127.0.0.1:8080`; a path before the API's own is kept.
    pub base_url: String,
    /// The global key or the instance's token. The token cannot create instances.
    pub api_key: Secret,
    /// Name of the instance.
    pub instance: InstanceId,
    /// For a connection, TLS included.
    pub connect_timeout: Duration,
    /// For a send or a number check, connection included. Above 60 s, which is what the gateway takes to give up on a frozen
    /// link: a shorter one turns an answer into a guess.
    pub request_timeout: Duration,
    /// For every other call, connection included.
    pub query_timeout: Duration,
    /// Where the gateway shall post events to, if anywhere; set by [`Pairing::ensure_instance`].
    pub webhook: Option<EvolutionWebhook>,
}

impl EvolutionSettings {
    /// With the default timeouts (10 s, 75 s, 30 s) and no webhook.
    pub fn new(base_url: impl Into<String>, api_key: Secret, instance: InstanceId) -> Self {
        EvolutionSettings {
            base_url: base_url.into(),
            api_key,
            instance,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(75),
            query_timeout: Duration::from_secs(30),
            webhook: None,
        }
    }
}

impl std::fmt::Debug for EvolutionSettings {
    /// Without the address's path and credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = reqwest::Url::parse(&self.base_url).map(|url| url.origin().ascii_serialization());
        f.debug_struct("EvolutionSettings")
            .field("address", &address.unwrap_or_default())
            .field("api_key", &self.api_key)
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

/// Where the gateway posts events to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvolutionWebhook {
    /// Address of our listener, as the gateway reaches it.
    pub url: String,
    /// Value of the `authorization` header that the gateway sends with each event.
    pub authorization: Secret,
}

/// Settings that no request can be made with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The gateway's address.
    #[error("gateway address: {0}")]
    Url(String),
    /// The key holds characters that a header cannot carry (a line break, an accent).
    #[error("gateway key: not a text that a header can carry")]
    Key,
    /// The instance has no name.
    #[error("gateway instance: no name")]
    Instance,
    /// TLS could not be set up (no certificate authorities on this machine, for one).
    #[error("gateway client: {0}")]
    Client(String),
}

/// One instance of an Evolution API.
pub struct EvolutionGateway {
    http: Http,
    instance: InstanceId,
    request_timeout: Duration,
    query_timeout: Duration,
    webhook: Option<EvolutionWebhook>,
    /// The first sign that WhatsApp restricts the number.
    restriction: Mutex<Option<String>>,
    /// Linking by code was begun afresh once, see [`Self::pair_step`].
    began_afresh: std::sync::atomic::AtomicBool,
}

impl std::fmt::Debug for EvolutionGateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvolutionGateway")
            .field("address", &self.http.address())
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

impl EvolutionGateway {
    /// A handle on the instance. Makes no call.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: EvolutionSettings) -> Result<Self, SettingsError> {
        // An empty segment would turn a call for one instance into another call.
        if matches!(settings.instance.as_str(), "" | "." | "..") {
            return Err(SettingsError::Instance);
        }
        Ok(EvolutionGateway {
            http: Http::new(&settings)?,
            instance: settings.instance,
            request_timeout: settings.request_timeout,
            query_timeout: settings.query_timeout,
            webhook: settings.webhook,
            restriction: Mutex::new(None),
            began_afresh: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// A call about our instance: its name is the last segment.
    fn ask_instance(
        &self,
        method: Method,
        area: &str,
        action: &str,
        body: Option<Value>,
        timeout: Duration,
    ) -> Result<Answer, Failure> {
        let path = [area, action, self.instance.as_str()];
        self.http.ask(Request {
            method,
            path: &path,
            query: &[],
            body,
            timeout,
        })
    }

    /// A query about our instance, read as `T`.
    fn query<T: DeserializeOwned>(
        &self,
        area: &str,
        action: &str,
        body: Value,
        timeout: Duration,
    ) -> Result<T, GatewayError> {
        let call = format!("POST /{area}/{action}");
        let result = self.ask_instance(Method::POST, area, action, Some(body), timeout);
        self.read(&call, self.success(&call, result)?)
    }

    /// The answer if it is a success, else its error.
    fn success(&self, call: &str, result: Result<Answer, Failure>) -> Result<Answer, GatewayError> {
        let answer = result.map_err(|failure| error_of(failure, call, self.http.address()))?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let error = Problem::read(&answer).error(call, self.http.key(), answer.retry_after);
        if let GatewayError::Restricted(sign) = &error {
            self.note_restriction(sign.clone());
        }
        Err(error)
    }

    fn read<T: DeserializeOwned>(&self, call: &str, answer: Answer) -> Result<T, GatewayError> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            // serde's text can hold a value of the body; the place says enough together with the type of answer.
            let what = Problem::read(&answer).detail([self.http.key()]);
            let at = format!("line {}, column {}", error.line(), error.column());
            GatewayError::UnexpectedAnswer {
                call: call.to_owned(),
                detail: format!("{what} ({at})"),
            }
        })
    }

    fn note_restriction(&self, sign: String) {
        tracing::warn!(instance = self.instance.as_str(), sign, "sign of restriction");
        self.restriction
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(sign);
    }
}

impl Gateway for EvolutionGateway {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            own_ids: OwnIds::Ignored,
            lookup: true,
            proves_absence: false,
            inbound_polling: true,
            typing: true,
            max_document_bytes: MAX_DOCUMENT,
        }
    }

    fn status(&self) -> Result<LinkState, GatewayError> {
        self.link_state()
    }

    fn version(&self) -> Result<Option<String>, GatewayError> {
        let call = "GET /";
        let result = self.http.ask(Request {
            method: Method::GET,
            path: &[],
            query: &[],
            body: None,
            timeout: self.query_timeout,
        });
        let answer: Value = self.read(call, self.success(call, result)?)?;
        Ok(answer["version"].as_str().map(str::to_owned))
    }

    fn resolve(&self, phones: &[Phone]) -> Result<Vec<Resolved>, GatewayError> {
        self.resolve_numbers(phones)
    }

    fn send(&self, id: &MessageId, to: &CanonicalId, content: &Content) -> SendOutcome {
        self.send_once(id, to, content)
    }

    fn send_timeout(&self) -> Duration {
        self.request_timeout + SEND_SLACK
    }

    fn typing(&self, to: &CanonicalId, duration: Duration) {
        self.show_typing(to, duration);
    }

    fn lookup(&self, probe: &Probe) -> Result<Lookup, GatewayError> {
        self.look_up(probe)
    }

    fn acks(&self, gateway_ids: &[String]) -> Result<Vec<Ack>, GatewayError> {
        self.receipts(gateway_ids)
    }

    fn restriction(&self) -> Option<String> {
        self.restriction
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Pairing for EvolutionGateway {
    fn ensure_instance(&self) -> Result<(), GatewayError> {
        self.create_if_absent()
    }

    fn pair(&self, with: &PairWith) -> Result<PairStep, GatewayError> {
        self.pair_step(with)
    }

    fn logout(&self) -> Result<(), GatewayError> {
        self.unlink()
    }

    fn instances(&self) -> Result<Vec<(String, LinkState)>, GatewayError> {
        let rows = self.rows(None)?;
        Ok(rows
            .into_iter()
            .map(|row| (row.name.clone(), row.state()))
            .collect())
    }
}

impl Inbox for EvolutionGateway {
    fn messages(
        &self,
        since: chrono::DateTime<chrono::Utc>,
        until: chrono::DateTime<chrono::Utc>,
    ) -> Result<Vec<ChatMessage>, GatewayError> {
        self.messages_between(since, until)
    }

    fn chat(
        &self,
        name: &CanonicalId,
        since: chrono::DateTime<chrono::Utc>,
        until: chrono::DateTime<chrono::Utc>,
    ) -> Result<Vec<ChatMessage>, GatewayError> {
        self.messages_of(name, since, until)
    }
}
