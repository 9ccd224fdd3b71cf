//! The stand-in gateway: Evolution API 2.3's HTTP contract on loopback, without any WhatsApp behind it.
//!
//! For trying out and for tests: nothing that is sent to it leaves this machine. It keeps the ground truth of what
//! really reached the (simulated) phone, can be told to fail in the ways that real gateways do, and shows the
//! customers' phones on one web page, where a person can answer as the customer.
//!
//! | module | holds |
//! |---|---|
//! | [`faults`] | what can be made to go wrong, and how often |
//! | `state`, `world` | instances, links, messages; what can happen to them, behind one lock |
//! | `wire` | the recorded JSON shapes |
//! | `answer` | one HTTP answer: status, JSON, or none at all |
//! | `instances`, `sends`, `chats` | the Evolution endpoints |
//! | `control` | `/sandbox/...`: the customer's hands, the switches, the ground truth |
//! | `views` | the state as tests and the page see it |
//! | `page` | the page and its files |
//! | `log` | the ground-truth log and the folder of documents |
//! | `webhook` | events, posted to this machine only |
//! | `server` | the runtime, the listener, and how a connection is dropped without an answer |
//! | `numbers` | jids and the ninth digit |
//!
//! The async runtime stays in here; [`start`] and [`RunningSandbox`] are blocking.

mod answer;
mod chats;
mod control;
pub mod faults;
mod instances;
mod log;
mod numbers;
mod page;
mod sends;
mod server;
mod state;
mod views;
mod webhook;
mod wire;
mod world;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::lang::Lang;
use crate::domain::secret::Secret;
use crate::render::qr;

use answer::Answer;
use faults::{Ending, FaultRule, FaultRuleError, Occasion, Plan};
pub use server::{RunningSandbox, start};
use world::World;

/// Tells the time; the sandbox never reads the wall clock itself.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How quickly the simulated WhatsApp does things.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From `connect` to the first QR code; until then the answer is `{"count":0}`.
    pub qr_ready: Duration,
    /// How long each QR code is good; 30 are shown.
    pub qr_period: Duration,
    /// From a QR code's first being fetched to the link, with `auto_link`.
    pub auto_link: Duration,
    /// Between the steps of a message: sent, received by the server, delivered.
    pub acknowledgement: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            qr_ready: Duration::from_millis(150),
            qr_period: Duration::from_secs(45),
            auto_link: Duration::from_millis(1_500),
            acknowledgement: Duration::from_millis(100),
        }
    }
}

/// How to start a sandbox.
#[derive(Clone)]
pub struct SandboxOptions {
    /// Port 0 picks a free one.
    pub listen: SocketAddr,
    /// Permits an address that other machines reach; `/sandbox/...` asks for no key.
    pub allow_remote: bool,
    /// The global key.
    pub api_key: Secret,
    /// One line per delivered message is appended here.
    pub log: Option<PathBuf>,
    /// Each received document is written here, as `CHAT/FILE NAME`.
    pub media_dir: Option<PathBuf>,
    /// "Scans" the QR code shortly after it is fetched.
    pub auto_link: bool,
    /// Of the page.
    pub language: Lang,
    /// In force from the start.
    pub faults: Vec<FaultRule>,
    /// How quickly things happen.
    pub timing: Timing,
    /// The clock.
    pub now: Now,
}

impl SandboxOptions {
    /// A free port on loopback, key `sandbox`, no log, no faults.
    pub fn new(now: Now) -> Self {
        SandboxOptions {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            allow_remote: false,
            api_key: Secret::new("sandbox"),
            log: None,
            media_dir: None,
            auto_link: false,
            language: Lang::default(),
            faults: Vec::new(),
            timing: Timing::default(),
            now,
        }
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Anyone on the network could read the messages and write as the customer.
    #[error("{0} can be reached from other machines; allow_remote is not set")]
    NotLoopback(SocketAddr),
    /// Mostly: the port is taken.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The log or the folder of documents cannot be written.
    #[error("cannot open the log or the folder of documents: {0}")]
    Journal(std::io::Error),
    /// A fault that makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultRuleError),
    /// No thread to be had.
    #[error("cannot start the server: {0}")]
    Runtime(std::io::Error),
}

/// What the handlers share.
struct Sandbox {
    world: Mutex<World>,
    /// How far `POST /sandbox/clock` has put its clock ahead of the caller's.
    ahead: Mutex<TimeDelta>,
    options: SandboxOptions,
}

impl Sandbox {
    /// The state. Held for short stretches only, never across an await.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.options.now)() + *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on its clock runs on from this instant.
    fn put_clock(&self, to: DateTime<Utc>) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = to - (self.options.now)();
    }

    /// The two doors that Evolution has, in its order: the instance exists (404), and the key is the global one or that
    /// instance's token (401).
    fn admit(&self, headers: &HeaderMap, instance: Option<&str>) -> Result<(), Answer> {
        let world = self.world();
        let token = match instance {
            Some(name) => {
                let instance = world
                    .instances
                    .get(name)
                    .ok_or_else(|| Answer::no_such_instance(name))?;
                Some(instance.token.as_str())
            }
            None => None,
        };
        let given = given_key(headers).ok_or_else(Answer::unauthorized)?;
        if given == self.options.api_key.expose() || Some(given) == token {
            return Ok(());
        }
        Err(Answer::unauthorized())
    }

    /// What goes wrong before a request does anything: waits, and ends it where a fault says so.
    async fn befall(&self, occasion: Occasion<'_>) -> Result<Plan, Answer> {
        let plan = self.world().faults.plan(occasion);
        if !plan.delay.is_zero() {
            tokio::time::sleep(plan.delay).await;
        }
        match plan.before {
            Some(ending) => Err(end(ending).await),
            None => Ok(plan),
        }
    }

    /// The pairing QR code as a `data:` URI.
    fn qr_picture(&self, instance: &str) -> Option<String> {
        Some(format!(
            "data:image/png;base64,{}",
            BASE64.encode(self.qr_png(instance)?)
        ))
    }

    fn qr_png(&self, instance: &str) -> Option<Vec<u8>> {
        let code = self.world().instances.get(instance)?.pairing()?.code.clone()?;
        qr::qr_png(&code).ok()
    }
}

fn given_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("apikey")?.to_str().ok()
}

/// The answer of a request that a fault ends.
async fn end(ending: Ending) -> Answer {
    use axum::http::StatusCode;
    match ending {
        Ending::Error => Answer::error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Error: simulated failure of the gateway".into(),
        ),
        Ending::Drop => Answer::hang_up(),
        Ending::Freeze(held) => {
            tokio::time::sleep(held).await;
            let message = "Cannot read properties of undefined (reading 'find')";
            Answer::error(StatusCode::INTERNAL_SERVER_ERROR, message.into())
        }
        Ending::TooManyRequests { retry_after } => Answer::too_many_requests(retry_after),
        Ending::BadRequest => Answer::bad_request(serde_json::json!([
            "PrismaClientKnownRequestError: Invalid `prisma.message.create()` invocation"
        ])),
    }
}
