//! The command line of `wa-sandbox`: its options become a [`SandboxOptions`], and Ctrl-C ends it.

use std::ffi::OsString;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc;

use chrono::DateTime;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::adapters::system_clock::{StopSignal, SystemClock};
use crate::domain::lang::Lang;
use crate::domain::secret::Secret;
use crate::ports::clock::Clock;
use crate::sandbox::faults::{Fault, FaultRule};
use crate::sandbox::{self, Now, SandboxError, SandboxOptions};

/// Exit codes of `wa-sandbox`: a subset of `wa-notify`'s.
const UNEXPECTED: u8 = 1;
const USAGE: u8 = 2;

/// Runs `wa-sandbox` until Ctrl-C.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let language = language_of(&args, sys_locale::get_locale().as_deref());
    let matches = match command(language).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            // Nowhere left to say that printing failed.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match serve(&matches, language) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            let _ = writeln!(io::stderr(), "wa-sandbox: {message}");
            ExitCode::from(code)
        }
    }
}

struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn usage(message: String) -> Self {
        Failure { code: USAGE, message }
    }
}

fn serve(matches: &ArgMatches, language: Lang) -> Result<(), Failure> {
    let options = options(matches, language)?;
    let running = sandbox::start(options).map_err(|error| explain(&error, language))?;
    let unexpected = |message: String| Failure {
        code: UNEXPECTED,
        message,
    };

    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver is gone only when the end has begun already.
        let _ = stop.send(());
    })
    .map_err(|error| unexpected(error.to_string()))?;

    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", running.url())
        .and_then(|()| stdout.flush())
        .map_err(|error| unexpected(error.to_string()))?;
    let _ = writeln!(io::stderr(), "{}", greeting(language));
    let _ = stopped.recv();
    running.stop();
    Ok(())
}

fn greeting(language: Lang) -> &'static str {
    match language {
        Lang::PtBr => {
            "Simulador: nenhuma mensagem sai deste computador. Abra o endereço no navegador; Ctrl-C encerra."
        }
        Lang::En => {
            "Simulator: no message leaves this machine. Open the address in a browser; Ctrl-C ends it."
        }
    }
}

fn explain(error: &SandboxError, language: Lang) -> Failure {
    let message = match (error, language) {
        (SandboxError::NotLoopback(address), Lang::PtBr) => format!(
            "{address} pode ser acessado por outros computadores, e a página do simulador não pede senha.\n\
             Use 127.0.0.1, ou acrescente --allow-remote se é isso mesmo que deseja."
        ),
        (SandboxError::NotLoopback(address), Lang::En) => format!(
            "{address} can be reached from other machines, and the simulator's page asks for no password.\n\
             Use 127.0.0.1, or add --allow-remote if you mean it."
        ),
        (SandboxError::Listen { address, source }, Lang::PtBr) => {
            format!(
                "não foi possível escutar em {address}: {source}\nUse --listen 127.0.0.1:0 para uma porta livre."
            )
        }
        (SandboxError::Listen { address, source }, Lang::En) => {
            format!("cannot listen on {address}: {source}\nUse --listen 127.0.0.1:0 for a free port.")
        }
        (other, _) => other.to_string(),
    };
    let code = if matches!(error, SandboxError::NotLoopback(_) | SandboxError::Fault(_)) {
        USAGE
    } else {
        UNEXPECTED
    };
    Failure { code, message }
}

fn options(matches: &ArgMatches, language: Lang) -> Result<SandboxOptions, Failure> {
    let mut options = SandboxOptions::new(clock()?);
    options.language = language;
    options.allow_remote = matches.get_flag("allow-remote");
    options.auto_link = matches.get_flag("auto-link");
    options.log = matches.get_one::<PathBuf>("log").cloned();
    options.media_dir = matches.get_one::<PathBuf>("media-dir").cloned();
    if let Some(listen) = matches.get_one::<SocketAddr>("listen") {
        options.listen = *listen;
    }
    if let Some(key) = matches.get_one::<String>("api-key") {
        options.api_key = Secret::new(key);
    }
    if let Some(seconds) = matches.get_one::<u64>("qr-seconds") {
        options.timing.qr_period = std::time::Duration::from_secs(*seconds);
    }
    let texts = |name: &str| {
        matches
            .get_many::<String>(name)
            .into_iter()
            .flatten()
            .map(String::as_str)
    };
    for text in texts("fault") {
        let rule =
            FaultRule::parse(text).map_err(|error| Failure::usage(format!("--fault {text}: {error}")))?;
        options.faults.push(rule);
    }
    for (name, fault) in [
        ("unknown-number", Fault::NumberUnknown),
        ("old-account", Fault::NinthDigit),
    ] {
        for number in texts(name) {
            options.faults.push(FaultRule {
                number: Some(number.to_owned()),
                ..FaultRule::new(fault)
            });
        }
    }
    Ok(options)
}

/// The PC's clock, or one that starts at `WA_NOTIFY_NOW` and runs on.
fn clock() -> Result<Now, Failure> {
    let start = match std::env::var("WA_NOTIFY_NOW") {
        Err(_) => None,
        Ok(moved) => {
            let start = DateTime::parse_from_rfc3339(&moved)
                .map_err(|error| Failure::usage(format!("WA_NOTIFY_NOW={moved}: {error}")))?;
            Some(start.to_utc())
        }
    };
    let clock = SystemClock::new(start, StopSignal::default());
    Ok(Arc::new(move || clock.now()))
}

/// The language must be known before clap reads anything: it decides the words of clap's own help.
fn language_of(args: &[OsString], locale: Option<&str>) -> Lang {
    let texts: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let asked = texts
        .iter()
        .enumerate()
        .find_map(|(index, text)| match text.strip_prefix("--lang") {
            Some("") => texts.get(index + 1).copied(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        });
    asked.or(locale).and_then(Lang::from_tag).unwrap_or_default()
}

fn command(language: Lang) -> Command {
    let say = move |portuguese: &'static str, english: &'static str| match language {
        Lang::PtBr => portuguese,
        Lang::En => english,
    };
    Command::new("wa-sandbox")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .max_term_width(80)
        .override_usage(say("wa-sandbox [OPÇÕES]", "wa-sandbox [OPTIONS]"))
        .help_template(say(
            "{about}\n\nUso: {usage}\n\nOpções:\n{options}{after-help}",
            "{about}\n\nUsage: {usage}\n\nOptions:\n{options}{after-help}",
        ))
        .about(say(
            "Simulador do gateway (Evolution API 2.3) e dos celulares dos clientes: nada sai deste computador",
            "Simulator of the gateway (Evolution API 2.3) and of the customers' phones: nothing leaves this machine",
        ))
        .after_help(say(
            "Falhas (--fault): delay, delay_after, error_before, error_after, drop_before,\n\
             drop_after, freeze, never_ack, not_delivered, unlink, too_many_requests,\n\
             bad_request_after, number_unknown, ninth_digit; com times=N, skip=N,\n\
             probability=P, seed=S, number=FONE, instance=NOME, kind=text|document, ms=N.\n\n\
             Exemplo:\n  wa-sandbox --listen 127.0.0.1:8080 --auto-link --fault drop_after,times=1",
            "Faults (--fault): delay, delay_after, error_before, error_after, drop_before,\n\
             drop_after, freeze, never_ack, not_delivered, unlink, too_many_requests,\n\
             bad_request_after, number_unknown, ninth_digit; with times=N, skip=N,\n\
             probability=P, seed=S, number=PHONE, instance=NAME, kind=text|document, ms=N.\n\n\
             Example:\n  wa-sandbox --listen 127.0.0.1:8080 --auto-link --fault drop_after,times=1",
        ))
        .args([
            Arg::new("listen")
                .long("listen")
                .value_name(say("ENDEREÇO:PORTA", "ADDRESS:PORT"))
                .value_parser(value_parser!(SocketAddr))
                .default_value("127.0.0.1:0")
                .hide_default_value(true)
                .help(say("Onde escutar; a porta 0 (padrão) escolhe uma livre", "Where to listen; port 0 (the default) picks a free one")),
            Arg::new("allow-remote")
                .long("allow-remote")
                .action(ArgAction::SetTrue)
                .help(say("Permite um endereço que outros computadores alcançam", "Permits an address that others reach")),
            Arg::new("api-key")
                .long("api-key")
                .value_name(say("CHAVE", "KEY"))
                .default_value("sandbox")
                .hide_default_value(true)
                .help(say("A chave global da API (padrão: sandbox)", "The API's global key (default: sandbox)")),
            Arg::new("log")
                .long("log")
                .value_name("FILE.jsonl")
                .value_parser(value_parser!(PathBuf))
                .help(say(
                    "Acrescenta uma linha para cada mensagem que de fato chegou ao celular",
                    "Appends one line for each message that really reached the phone",
                )),
            Arg::new("media-dir")
                .long("media-dir")
                .value_name(say("PASTA", "DIR"))
                .value_parser(value_parser!(PathBuf))
                .help(say("Grava cada documento recebido, por conversa", "Writes each received document, by chat")),
            Arg::new("auto-link")
                .long("auto-link")
                .action(ArgAction::SetTrue)
                .help(say(
                    "\"Escaneia\" o QR code logo depois que ele é pedido",
                    "\"Scans\" the QR code shortly after it is fetched",
                )),
            Arg::new("qr-seconds")
                .long("qr-seconds")
                .value_name(say("SEGUNDOS", "SECONDS"))
                .value_parser(value_parser!(u64).range(1..))
                .default_value("45")
                .hide_default_value(true)
                .help(say("Validade de cada QR code (padrão: 45)", "How long each QR code is good (default: 45)")),
            Arg::new("fault")
                .long("fault")
                .value_name(say("FALHA,...", "FAULT,..."))
                .action(ArgAction::Append)
                .help(say("Uma falha a simular (repetível)", "A fault to simulate (repeatable)")),
            Arg::new("unknown-number")
                .long("unknown-number")
                .value_name(say("FONE", "PHONE"))
                .action(ArgAction::Append)
                .help(say("Um número sem WhatsApp (repetível)", "A number without WhatsApp (repeatable)")),
            Arg::new("old-account")
                .long("old-account")
                .value_name(say("FONE", "PHONE"))
                .action(ArgAction::Append)
                .help(say(
                    "Um celular cuja conta é anterior ao nono dígito (repetível)",
                    "A mobile whose account is older than the ninth digit (repeatable)",
                )),
            Arg::new("lang")
                .long("lang")
                .value_name(say("IDIOMA", "LANG"))
                .value_parser(|tag: &str| Lang::from_tag(tag).ok_or("pt-BR, en"))
                .help(say("Idioma da página e da ajuda", "Language of the page and of the help")),
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(say("Mostra esta ajuda", "Shows this help")),
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help(say("Mostra a versão", "Shows the version")),
        ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_well_formed_in_both_languages() {
        for language in [Lang::PtBr, Lang::En] {
            command(language).debug_assert();
        }
    }

    #[test]
    fn the_language_is_asked_for_or_the_systems_or_portuguese() {
        let args = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            language_of(&args("wa-sandbox --lang en"), Some("pt-BR")),
            Lang::En
        );
        assert_eq!(
            language_of(&args("wa-sandbox --lang=pt-BR"), Some("en-US")),
            Lang::PtBr
        );
        assert_eq!(language_of(&args("wa-sandbox"), Some("en-US")), Lang::En);
        assert_eq!(language_of(&args("wa-sandbox"), None), Lang::PtBr);
    }
}
