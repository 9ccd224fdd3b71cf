//! The log: one file a day in `[log] dir`, and on stderr with `-v`. Phones, names and tax ids are masked by who
//! logs them; secrets have no text to log (`domain::secret`).

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::config::settings::{Log, LogLevel};

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// Starts the log. Only the first call of a process has an effect.
///
/// # Errors
/// The folder cannot be made or written to; the command goes on without a log file.
pub fn start(log: &Log, verbose: u8) -> std::io::Result<()> {
    let file = appender(&log.dir, log.keep_days)?;
    let to_file = tracing_subscriber::fmt::layer()
        .with_writer(std::sync::Mutex::new(file))
        .with_ansi(false)
        .with_filter(filter(log.level));
    let to_stderr = match verbose {
        // The first -v is the command's own conversation.
        0 | 1 => LevelFilter::OFF,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let to_stderr = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(to_stderr);
    let _ = tracing_subscriber::registry()
        .with(to_file)
        .with(to_stderr)
        .try_init();
    Ok(())
}

fn appender(folder: &Path, keep_days: usize) -> std::io::Result<RollingFileAppender> {
    std::fs::create_dir_all(folder)?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("wa-notify")
        .filename_suffix("log")
        .max_log_files(keep_days)
        .build(folder)
        .map_err(std::io::Error::other)
}

/// Replaces the panic message: place and thread go to the log, the operator gets a sentence. The panic's own text
/// may hold data of a debtor; of it only what has no digits in a row is kept.
pub fn catch_panics(sentence: String) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.map(masked).unwrap_or_default();
        tracing::error!(place, text, "panic");
        let mut stderr = console::Term::stderr();
        let _ = std::io::Write::write_all(&mut stderr, format!("{sentence} ({place}: {text})\n").as_bytes());
    }));
}

/// Digits and quoted text become `*`: an id, a phone, a name.
fn masked(text: &str) -> String {
    let mut quoted = false;
    text.chars()
        .map(|c| match c {
            '"' => {
                quoted = !quoted;
                c
            }
            c if quoted || c.is_ascii_digit() => '*',
            c => c,
        })
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_keeps_no_number_and_no_quoted_text() {
        assert_eq!(
            masked("called `Result::unwrap()` on an `Err` value: Phone(\"+5551987654321\") of 12"),
            "called `Result::unwrap()` on an `Err` value: Phone(\"**************\") of **"
        );
    }

    #[test]
    fn old_files_go() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for day in 1..=9 {
            std::fs::write(folder.path().join(format!("wa-notify.2026-01-0{day}.log")), "x").expect("a log");
        }
        std::fs::write(folder.path().join("other.txt"), "x").expect("another file");
        drop(appender(folder.path(), 3).expect("the appender"));
        let left = std::fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(left, 3 + 1);
    }
}
