//! What the program works with: every value checked, every default filled in. The key of each field stands in
//! DESIGN.md section 11; keys beyond it are marked *(added)*.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveTime;
use chrono_tz::Tz;

use super::section::Effective;
use crate::domain::calendar::{ExtraHoliday, SendingCalendar};
use crate::domain::ids::InstanceId;
use crate::domain::lang::Lang;
use crate::domain::pacing::Pace;
use crate::domain::phone::Phone;
use crate::domain::policy::NoticeKinds;
use crate::domain::secret::Secret;

/// The checked configuration of one site.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file it came from.
    pub file: PathBuf,
    /// `lang` *(added)*: language of the operator; `None`: that of the operating system.
    pub lang: Option<Lang>,
    /// `[database]`: the ERP's, and ours unless there is an `[outbox]`.
    pub database: Database,
    /// `[outbox]`: a database of our own for the `WA_*` tables.
    pub outbox: Option<Database>,
    /// `[source]`.
    pub source: Source,
    /// `[gateway]`.
    pub gateway: Gateway,
    /// `[features]`.
    pub features: Features,
    /// `[settings]`.
    pub sending: Sending,
    /// `[settings.pacing]`.
    pub pacing: Pace,
    /// `[settings.replies]`.
    pub replies: Replies,
    /// `[calendar]`.
    pub calendar: Calendar,
    /// `[log]`.
    pub log: Log,
    /// Every key with its value as TOML, secrets as `***`: what `config show` prints.
    pub effective: Vec<Effective>,
}

impl Settings {
    /// The database that holds the `WA_*` tables.
    pub fn outbox_database(&self) -> &Database {
        self.outbox.as_ref().unwrap_or(&self.database)
    }

    /// The folder from which relative paths count: that of the file.
    pub fn folder(&self) -> &std::path::Path {
        self.file.parent().unwrap_or(std::path::Path::new(""))
    }
}

/// How to reach a Firebird database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Server or embedded engine.
    pub place: Place,
    /// Path or alias: as the server knows it; for an embedded database a file here, counted from the
    /// configuration's folder.
    pub path: String,
    /// User.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// Client.
    pub driver: Driver,
    /// fbclient to load; `None`: where the system finds it.
    pub client_library: Option<PathBuf>,
    /// Character set of the connection; `None`: `auto`.
    pub charset: Option<String>,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest time for one statement.
    pub query_timeout: Duration,
    /// `embedded_root` *(added)*: Firebird's root folder for an embedded engine of our own.
    pub embedded_root: Option<PathBuf>,
}

/// Where a database is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// By the engine inside this process.
    Embedded,
    /// By a server.
    Server {
        /// Name or address.
        host: String,
        /// TCP port.
        port: u16,
    },
}

/// The Firebird client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// Pure Rust, over TCP.
    Rust,
    /// fbclient, loaded at run time.
    Native,
}

/// `[source]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Folder with this site's own queries; `None`: the shipped ones.
    pub dir: Option<PathBuf>,
}

/// `[gateway]`: used where the `instances` query gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Kind.
    pub kind: GatewayKind,
    /// Address, without a slash at its end.
    pub url: String,
    /// Global key, or the instance's token.
    pub api_key: Option<Secret>,
    /// Instance to use when the contract names several.
    pub instance: Option<InstanceId>,
}

/// Kinds of gateway of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayKind {
    /// Evolution API 2.3.
    Evolution,
    /// Meta's Cloud API.
    CloudApi,
    /// WAHA.
    Waha,
    /// Z-API.
    ZApi,
}

impl GatewayKind {
    /// All, with their words in the file.
    pub const WORDS: [(&'static str, GatewayKind); 4] = [
        ("evolution", GatewayKind::Evolution),
        ("cloud_api", GatewayKind::CloudApi),
        ("waha", GatewayKind::Waha),
        ("z_api", GatewayKind::ZApi),
    ];

    /// Its word in the file and in the `instances` query.
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(word, _)| word)
    }
}

/// `[features]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// Kinds of notice.
    pub notices: NoticeKinds,
    /// Text of the message (minijinja); `None`: the default text.
    pub message: Option<String>,
    /// More boletos than these become one merged PDF.
    pub max_boletos: usize,
    /// Receivables without a boleto get no notice.
    pub require_boleto: bool,
    /// The code to copy goes as a message of its own.
    pub send_code: bool,
}

/// `[settings]`.
#[derive(Debug, Clone)]
pub struct Sending {
    /// First minute of `send`.
    pub send_at: NaiveTime,
    /// The shop's zone.
    pub time_zone: Tz,
    /// Hours in which messages may leave, with the holidays of `[calendar]`.
    pub window: SendingCalendar,
    /// Sending days after which an unfinished notice expires.
    pub expire_after_days: u32,
    /// Days between two notices to the same phone.
    pub min_days_between: u32,
    /// Notices above which one of the first runs is held for a person.
    pub first_runs_limit: u32,
    /// `default_area_code` *(added)*: DDD of phones typed without one.
    pub default_area_code: Option<u8>,
}

/// `[settings.replies]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replies {
    /// What becomes of an answer.
    pub treatment: Treatment,
    /// Text of the automatic answer (minijinja); `None`: the default text.
    pub text: Option<String>,
    /// Only an answer within so many days gets one.
    pub reply_window_days: u32,
    /// `forward_to` *(added)*: who gets forwarded answers; set whenever the treatment is `forward`.
    pub forward_to: Option<Phone>,
}

/// How answers are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Not even read.
    Ignore,
    /// Stored for the staff.
    Store,
    /// Stored, and answered once.
    AutoReply,
    /// Stored, and passed on.
    Forward,
}

/// `[calendar]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Municipal and other holidays.
    pub extra_holidays: Vec<ExtraHoliday>,
    /// Business days after the due date before the first overdue stage.
    pub grace_business_days: u32,
    /// Business days after which a missing bank return holds overdue notices.
    pub max_bank_return_age: u32,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Folder.
    pub dir: PathBuf,
    /// Least severe level written.
    pub level: LogLevel,
    /// `keep_days` *(added)*: older files go.
    pub keep_days: usize,
}

/// Severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Failures.
    Error,
    /// And what needs eyes.
    Warn,
    /// And what was done.
    Info,
    /// And how.
    Debug,
    /// And every step.
    Trace,
}
