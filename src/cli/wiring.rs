//! From checked settings to real things: connections, gateways, clock, the shop's rules.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use crate::adapters::evolution::{EvolutionGateway, EvolutionSettings};
use crate::adapters::firebird::connection::{CharsetChoice, ConnectionSettings, Driver};
use crate::adapters::firebird::embedded;
use crate::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use crate::adapters::firebird::outbox::FirebirdOutbox;
use crate::adapters::system_clock::SystemClock;
use crate::app::ground::{GroundError, Precondition, check_contract};
use crate::app::shop::{ReplyRules, Shop, Treatment};
use crate::config::settings::{self, GatewayKind, Place, Settings};
use crate::domain::ids::InstanceId;
use crate::domain::receivable::ContractInstance;
use crate::ports::clock::Clock;
use crate::ports::erp::Erp;
use crate::ports::gateway::{Gateway, GatewayError, OpenGateway};

/// The shop's rules from the settings.
pub fn shop(context: &Context, settings: &Settings) -> Shop {
    Shop {
        lang: context.lang(),
        kinds: settings.features.notices,
        message: settings.features.message.clone(),
        max_boletos: settings.features.max_boletos,
        require_boleto: settings.features.require_boleto,
        send_code: settings.features.send_code,
        send_at: settings.sending.send_at,
        time_zone: settings.sending.time_zone,
        sending: settings.sending.window.clone(),
        banks: crate::domain::calendar::BankingCalendar {
            extra: settings.calendar.extra_holidays.clone(),
        },
        grace_business_days: settings.calendar.grace_business_days,
        max_bank_return_age: settings.calendar.max_bank_return_age,
        expire_after_days: settings.sending.expire_after_days,
        min_days_between: settings.sending.min_days_between,
        first_runs_limit: settings.sending.first_runs_limit,
        area_code: settings.sending.default_area_code,
        pace: settings.pacing,
        replies: ReplyRules {
            treatment: match settings.replies.treatment {
                settings::Treatment::Ignore => Treatment::Ignore,
                settings::Treatment::Store => Treatment::Store,
                settings::Treatment::AutoReply => Treatment::AutoReply,
                settings::Treatment::Forward => Treatment::Forward,
            },
            text: settings.replies.text.clone(),
            window_days: settings.replies.reply_window_days,
        },
        instance: settings.gateway.instance.as_ref().map(|i| i.as_str().to_owned()),
    }
}

/// The program's clock, moved where the context says so. It watches Ctrl-C from here on.
pub fn clock(context: &Context) -> SystemClock {
    SystemClock::new(context.now, context.stop())
}

/// A clock for commands that only read and end at once on Ctrl-C.
pub fn reading_clock(context: &Context) -> SystemClock {
    SystemClock::new(context.now, crate::adapters::system_clock::StopSignal::default())
}

/// The connection to a database.
pub fn connection(
    context: &Context,
    settings: &Settings,
    database: &settings::Database,
) -> ConnectionSettings {
    let (host, port, path) = match &database.place {
        // A file here is counted from the configuration's folder; a server knows its own paths.
        Place::Embedded => {
            let path = settings.folder().join(&database.path);
            let path = std::path::absolute(&path).unwrap_or(path);
            (None, 3050, path.to_string_lossy().into_owned())
        }
        Place::Server { host, port } => (Some(host.clone()), *port, database.path.clone()),
    };
    ConnectionSettings {
        host,
        port,
        path,
        user: database.user.clone(),
        password: database.password.clone(),
        driver: match database.driver {
            settings::Driver::Rust => Driver::Rust,
            settings::Driver::Native => Driver::Native,
        },
        client_library: database
            .client_library
            .as_ref()
            .map(|p| p.to_string_lossy().into_owned()),
        charset: database
            .charset
            .clone()
            .map_or(CharsetChoice::Auto, CharsetChoice::Named),
        connect_timeout: database.connect_timeout,
        query_timeout: database.query_timeout,
        embedded_root: database.embedded_root.clone(),
        interrupt: context.interrupt.clone(),
    }
}

/// Makes the process fit for embedded databases: builds the private root and starts the program anew with the
/// variables that the engine wants. `Some`: the new process did the work, this one ends with its code.
///
/// # Errors
/// The engine is missing, or its root cannot be written.
pub fn embedded_ready(context: &Context) -> Result<Option<ExitCode>, CliError> {
    let settings = context.settings()?;
    let databases = [Some(&settings.database), settings.outbox.as_ref()];
    for database in databases.into_iter().flatten() {
        let connection = connection(context, settings, database);
        if connection.host.is_some() {
            continue;
        }
        let missing = embedded::needs_environment(&connection);
        if missing.is_empty() {
            return Ok(None);
        }
        prepare_root(context, &connection)?;
        let code = embedded::restart(&missing).map_err(|e| CliError::Unexpected(e.into()))?;
        return Ok(Some(ExitCode::from_number(code)));
    }
    Ok(None)
}

/// Builds the private root of an embedded database.
///
/// # Errors
/// No engine on this machine, or a folder that cannot be written.
pub fn prepare_root(context: &Context, connection: &ConnectionSettings) -> Result<(), CliError> {
    embedded::prepare_embedded_root(
        &embedded::root_of(connection),
        connection.client_library.as_deref(),
    )
    .map_err(|error| match error {
        embedded::EmbeddedError::NoEngine { .. } => CliError::said(
            ExitCode::Database,
            Words::new(context.say("embedded-no-engine"))
                .detail(error.to_string())
                .hint(context.say("embedded-no-engine-hint")),
        ),
        embedded::EmbeddedError::Write { path, error } => CliError::file(path, error),
    })
}

/// The ERP, read through the source queries.
///
/// # Errors
/// A source query cannot be read.
pub fn erp(context: &Context, settings: &Settings) -> Result<FirebirdErp, CliError> {
    let queries = SourceQueries::load(settings.source.dir.as_deref()).map_err(CliError::from)?;
    Ok(FirebirdErp::new(
        connection(context, settings, &settings.database),
        queries,
    ))
}

/// Our tables.
///
/// # Errors
/// [`CliError::Outbox`].
pub fn outbox(context: &Context, settings: &Settings) -> Result<FirebirdOutbox, CliError> {
    FirebirdOutbox::open(&connection(context, settings, settings.outbox_database())).map_err(CliError::Outbox)
}

/// Opens the gateway of an instance.
pub type Opener<'a> = Box<OpenGateway<'a>>;

/// The gateways of a site: the contract's instances over the configuration's.
pub struct Gateways<'a> {
    settings: &'a Settings,
    /// The contract's instances.
    pub contract: Vec<ContractInstance>,
}

impl<'a> Gateways<'a> {
    /// Reads the contract's instances, in the same snapshot that proves the contract.
    ///
    /// # Errors
    /// The ERP, or the contract.
    pub fn read(settings: &'a Settings, erp: &dyn Erp, now: DateTime<Utc>) -> Result<Self, CliError> {
        let mut snapshot = erp.snapshot().map_err(CliError::from)?;
        let today = now.with_timezone(&settings.sending.time_zone).date_naive();
        check_contract(&mut *snapshot, today).map_err(ground_error)?;
        let contract = snapshot.instances().map_err(CliError::from)?.rows;
        Ok(Gateways { settings, contract })
    }

    /// With the contract's instances as they were read before; the contract itself is not looked at.
    pub fn of(settings: &'a Settings, contract: Vec<ContractInstance>) -> Self {
        Gateways { settings, contract }
    }

    /// Names of the instances: the contract's, else the configuration's.
    pub fn names(&self) -> Vec<InstanceId> {
        let mut names: Vec<_> = self.contract.iter().map(|i| i.instance.clone()).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            names.extend(self.settings.gateway.instance.clone());
        }
        names
    }

    /// Opens the gateway of an instance.
    ///
    /// # Errors
    /// [`GatewayError`] when its settings make no client.
    pub fn open(&self, instance: &InstanceId) -> Result<EvolutionGateway, GatewayError> {
        let row = self.contract.iter().find(|i| i.instance == *instance);
        let kind = row
            .and_then(|r| r.kind.as_deref())
            .map_or(self.settings.gateway.kind.word(), str::trim);
        let url = self.url_of(instance);
        let unusable = |detail: String| GatewayError::Unreachable {
            address: shown(&url),
            detail,
        };
        if !kind.eq_ignore_ascii_case(GatewayKind::Evolution.word()) {
            return Err(unusable(format!(
                "gateway kind {kind} is not supported by this version"
            )));
        }
        let key = row
            .and_then(|r| r.token.as_deref())
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(crate::domain::secret::Secret::new)
            .or_else(|| self.settings.gateway.api_key.clone())
            .unwrap_or_else(|| crate::domain::secret::Secret::new(""));
        EvolutionGateway::new(EvolutionSettings::new(url.clone(), key, instance.clone()))
            .map_err(|e| unusable(e.to_string()))
    }

    fn url_of(&self, instance: &InstanceId) -> String {
        self.contract
            .iter()
            .find(|i| i.instance == *instance)
            .and_then(|r| r.url.as_deref())
            .map(str::trim)
            .filter(|u| !u.is_empty())
            .unwrap_or(&self.settings.gateway.url)
            .to_owned()
    }

    /// A moved clock must never write to real people: it is refused unless all gateways are on this machine.
    ///
    /// # Errors
    /// [`CliError::MovedClock`] (exit 3).
    pub fn refuse_moved_clock(&self, clock: &dyn Clock) -> Result<(), CliError> {
        let local = |url: String| is_loopback(&url);
        let all_local = is_loopback(&self.settings.gateway.url)
            && self.names().iter().all(|name| local(self.url_of(name)));
        if clock.is_moved() && !all_local {
            Err(CliError::MovedClock)
        } else {
            Ok(())
        }
    }

    /// As a function for the use cases.
    pub fn opener(&self) -> Opener<'_> {
        Box::new(|instance| {
            self.open(instance)
                .map(|gateway| Box::new(gateway) as Box<dyn Gateway>)
        })
    }

    /// The instance that a command is about: the one named, else the configuration's, else the only one.
    ///
    /// # Errors
    /// There is none, or there are several and none was named.
    pub fn choose(&self, context: &Context, named: Option<&str>) -> Result<InstanceId, CliError> {
        let names = self.names();
        if let Some(named) = named {
            let named = InstanceId::new(named);
            if names.contains(&named) || self.contract.is_empty() {
                return Ok(named);
            }
            return Err(no_instance(context, "instance-unknown", named.as_str(), &names));
        }
        if let Some(configured) = self
            .settings
            .gateway
            .instance
            .clone()
            .filter(|c| names.contains(c))
        {
            return Ok(configured);
        }
        match names.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(no_instance(context, "instance-none", "", &names)),
            _ => Err(no_instance(context, "instance-several", "", &names)),
        }
    }
}

fn no_instance(context: &Context, key: &str, name: &str, names: &[InstanceId]) -> CliError {
    let names = names
        .iter()
        .map(InstanceId::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let args = [("name", name.to_owned().into()), ("names", names.into())];
    CliError::said(
        ExitCode::Usage,
        Words::new(context.text(key, &args)).hint(context.text(&format!("{key}-hint"), &args)),
    )
}

/// The host of an address is this machine.
pub fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// An address without path and credentials.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{}", authority.rsplit('@').next().unwrap_or_default())
}

/// Errors of the ground, in the CLI's kinds.
pub fn ground_error(error: GroundError) -> CliError {
    match error {
        GroundError::Erp(error) => CliError::from(error),
        GroundError::Precondition(precondition) => CliError::Precondition(precondition),
    }
}

/// The words of a precondition, for the log.
pub fn precondition_word(precondition: &Precondition) -> &'static str {
    match precondition {
        Precondition::NotContracted => "not_contracted",
        Precondition::ContractEnded(_) => "contract_ended",
        Precondition::EmailNotConfigured => "email_not_configured",
        Precondition::Unreadable(_) => "row_unreadable",
        Precondition::NotClosed { .. } => "not_closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, local) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080/evo", true),
            ("http://[::1]:8080", true),
            ("http://user:pw@127.8.0.1", true),
            ("http://127.0.0.1.example.com", false),
            ("http://127.0.0.1@evil.example.com/", false),
            ("https://evo.example.com", false),
        ] {
            assert_eq!(is_loopback(url), local, "{url}");
        }
        assert_eq!(
            shown("https://user:pw@evo.example.com:8443/x?y"),
            "https://evo.example.com:8443"
        );
    }
}
