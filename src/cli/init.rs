//! `init`: the connection, the configuration file, the tables, the next step.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::Path;

use dialoguer::{Input, Password};

use super::args::{DriverArg, InitArgs};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::wiring;
use crate::adapters::firebird::connection::{CharsetChoice, Connection, ConnectionSettings};
use crate::adapters::firebird::migrations;
use crate::config;
use crate::ports::clock::Clock;
use crate::ports::erp::Erp;
use crate::ports::outbox::OutboxError;

/// Runs the command.
///
/// # Errors
/// [`CliError`]; a configuration that was written stays, tables are made whole or not at all.
pub fn run(context: &Context, args: &InitArgs) -> Result<ExitCode, CliError> {
    let out = &context.output;
    // With a configuration nothing is asked and nothing is overwritten.
    let fresh = context.config_path().is_err();
    if fresh {
        let path = context.new_config_path();
        let text = ask(context, args)?;
        write_new(&path, &text)?;
        out.say(&context.text(
            "init-config-written",
            &[("path", path.display().to_string().into())],
        ));
    }
    let settings = context.settings()?;
    if let Some(code) = wiring::embedded_ready(context)? {
        // The process that was started anew has the configuration by now and goes on from there.
        return Ok(code);
    }
    let clock = wiring::clock(context);
    let _lock = context.lock(clock.now())?;
    let target = ConnectionSettings {
        charset: CharsetChoice::Bytes,
        ..wiring::connection(context, settings, settings.outbox_database())
    };
    let database_error = |e| CliError::Outbox(OutboxError::Database(e));
    let mut connection = match Connection::open(&target) {
        // A database of our own may be made here; the ERP's never.
        Err(crate::ports::erp::DatabaseError::NoSuchDatabase { .. }) if settings.outbox.is_some() => {
            Connection::create_database(&target, "UTF8").map_err(database_error)?
        }
        other => other.map_err(database_error)?,
    };
    let report = migrations::migrate(&mut connection).map_err(CliError::Outbox)?;
    let forced_writes = migrations::forced_writes(&mut connection).map_err(database_error)?;
    drop(connection);
    tracing::info!(applied = report.applied.len(), forced_writes, "init");

    // The ERP's side is read once, so that a wrong query shows now and not at night.
    let erp = wiring::erp(context, settings)?;
    let mut snapshot = erp.snapshot().map_err(CliError::from)?;
    let system = snapshot.system().map_err(CliError::from)?;
    drop(snapshot);
    if out.is_json() {
        out.json(&serde_json::json!({
            "config": settings.file.display().to_string(),
            "config_written": fresh,
            "migrations_applied": report.applied,
            "forced_writes": forced_writes,
            "last_close": system.last_close(),
        }))?;
    } else {
        let key = if report.applied.is_empty() {
            "init-tables-there"
        } else {
            "init-tables-made"
        };
        out.prose(&context.text(key, &[("database", target.path.clone().into())]))?;
        if !forced_writes {
            out.warn(&context.say("init-forced-writes"));
        }
        let date = crate::i18n::format::date(context.lang(), system.last_close());
        out.prose(&context.text("init-last-close", &[("close", date.into())]))?;
        out.prose(&context.say("init-next"))?;
    }
    Ok(if forced_writes {
        ExitCode::Done
    } else {
        ExitCode::NeedsPerson
    })
}

/// The text of the new configuration, from the arguments and, on a terminal, from answers.
fn ask(context: &Context, args: &InitArgs) -> Result<String, CliError> {
    let asks = !args.yes
        && std::io::stdin().is_terminal()
        && std::io::stderr().is_terminal()
        && !context.output.is_json();
    let input = |key: &str, default: Option<&str>| -> Result<String, CliError> {
        let prompt = Input::<String>::new().with_prompt(context.say(key));
        let prompt = match default {
            Some(default) => prompt.default(default.to_owned()),
            None => prompt,
        };
        prompt.interact_text().map_err(|e| CliError::Unexpected(e.into()))
    };
    let embedded = args.embedded;
    let host = match (&args.host, embedded) {
        (Some(host), _) => Some(host.clone()),
        (None, true) => None,
        (None, false) if asks => Some(input("init-ask-host", Some("127.0.0.1"))?),
        (None, false) => Some("127.0.0.1".to_owned()),
    };
    let path = match &args.path {
        Some(path) => path.clone(),
        None if asks => input("init-ask-path", None)?,
        None => {
            return Err(CliError::said(
                ExitCode::Usage,
                Words::new(context.say("init-no-path")).hint(context.say("init-no-path-hint")),
            ));
        }
    };
    let user = match &args.user {
        Some(user) => user.clone(),
        None if asks && !embedded => input("init-ask-user", Some("SYSDBA"))?,
        None => "SYSDBA".to_owned(),
    };
    let mut database = vec![];
    if let Some(host) = host {
        database.push(("host", config::Literal::Text(host)));
        if let Some(port) = args.port {
            database.push(("port", config::Literal::Integer(i64::from(port))));
        }
    }
    database.push(("path", config::Literal::Text(path)));
    database.push(("user", config::Literal::Text(user)));
    match (&args.password_env, &args.password_file) {
        (Some(name), _) => database.push(("password_env", config::Literal::Text(name.clone()))),
        (None, Some(file)) => {
            database.push(("password_file", config::Literal::Text(file.display().to_string())));
        }
        (None, None) if asks && !embedded => {
            let typed = Password::new()
                .with_prompt(context.say("init-ask-password"))
                .allow_empty_password(true)
                .interact()
                .map_err(|e| CliError::Unexpected(e.into()))?;
            // S4's default is the program's default: it need not stand in the file.
            if !typed.is_empty() {
                database.push(("password", config::Literal::Text(typed)));
            }
        }
        (None, None) => {}
    }
    match args.driver {
        Some(DriverArg::Native) => database.push(("driver", config::Literal::Text("native".to_owned()))),
        Some(DriverArg::Rust) => database.push(("driver", config::Literal::Text("rust".to_owned()))),
        None if embedded => database.push(("driver", config::Literal::Text("native".to_owned()))),
        None => {}
    }
    if let Some(library) = &args.client_library {
        database.push((
            "client_library",
            config::Literal::Text(library.display().to_string()),
        ));
    }
    Ok(config::new_file(&context.say("init-config-comment"), &database))
}

/// Writes a file that must not exist yet, readable by its owner only: it may hold a password.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |e| CliError::file(path, e);
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}
