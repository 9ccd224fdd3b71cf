//! The first look of a user: help, usage errors, languages, streams; through the real binary.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use clap::CommandFactory;

/// `wa-notify` in `folder`, with nothing of this machine's surroundings.
fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("wa-notify"));
    command
        .current_dir(folder)
        .env_clear()
        .args(args)
        .stdin(Stdio::null());
    command
}

/// Runs it in an empty folder.
fn run(args: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    program(folder.path(), args).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Every command and command within a command, as words on the command line.
fn commands() -> Vec<Vec<String>> {
    fn within(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
        for sub in command.get_subcommands() {
            let mut path = path.to_vec();
            path.push(sub.get_name().to_owned());
            found.push(path.clone());
            within(sub, &path, found);
        }
    }
    let mut found = vec![Vec::new()];
    within(&wa_notify::cli::args::Cli::command(), &[], &mut found);
    found
}

#[test]
fn every_page_of_help_in_both_languages() {
    for lang in ["pt-BR", "en"] {
        let mut book = String::new();
        for path in commands() {
            let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
            args.extend(["--help", "--lang", lang]);
            let long = run(&args);
            let page = text(&long.stdout);
            assert_eq!(long.status.code(), Some(0), "{args:?}");
            assert_eq!(text(&long.stderr), "", "{args:?}");
            for line in page.lines() {
                assert!(line.chars().count() <= 80, "{args:?}: {line}");
                if let Some(example) = line.strip_prefix("  wa-notify ") {
                    let word = example.split(' ').next().unwrap_or_default();
                    let known = wa_notify::cli::args::Cli::command()
                        .find_subcommand(word)
                        .is_some();
                    assert!(known, "{args:?} shows what does not exist: {line}");
                }
            }

            let at = args.len() - 3;
            args[at] = "-h";
            let short = run(&args);
            let short_page = text(&short.stdout);
            assert_eq!(short.status.code(), Some(0), "{args:?}");
            // -h is --help without the examples.
            let kept = page
                .lines()
                .take_while(|line| !matches!(*line, "Exemplos:" | "Examples:"));
            assert!(
                short_page.starts_with(kept.collect::<Vec<_>>().join("\n").trim_end()),
                "{args:?}"
            );

            book.push_str(&format!("== wa-notify {}\n{page}\n", path.join(" ")));
        }
        insta::assert_snapshot!(format!("help_{lang}"), book);
    }
}

#[test]
fn alone_it_shows_the_commands_and_the_next_step() {
    for (lang, next) in [
        ("pt-BR", "Primeira vez? wa-notify demo"),
        ("en", "First time? wa-notify demo"),
    ] {
        let output = run(&["--lang", lang]);
        assert_eq!(output.status.code(), Some(0));
        let page = text(&output.stdout);
        assert!(page.contains(next), "{page}");
        // It fits a terminal of 24 lines, with the prompt below.
        assert!(page.lines().count() <= 23, "{page}");
    }
}

#[test]
fn the_version_is_the_packages() {
    for flag in ["--version", "-V"] {
        let output = run(&[flag]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(
            text(&output.stdout),
            format!("wa-notify {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn what_is_wrong_with_the_command_line_is_said_with_exit_code_2() {
    let cases: [&[&str]; 9] = [
        &["confg"],
        &["xyzzy"],
        &["config"],
        &["config", "chek"],
        &["config", "check", "--josn"],
        &["config", "check", "extra"],
        &["config", "check", "--config"],
        &["config", "check", "--quiet", "--verbose"],
        &["config", "check", "--now", "ontem"],
    ];
    for lang in ["pt-BR", "en"] {
        let mut book = String::new();
        for case in cases {
            let args = [&["--lang", lang], case].concat();
            let output = run(&args);
            assert_eq!(output.status.code(), Some(2), "{args:?}");
            assert_eq!(text(&output.stdout), "", "{args:?}");
            book.push_str(&format!("== {}\n{}\n", case.join(" "), text(&output.stderr)));
        }
        insta::assert_snapshot!(format!("usage_{lang}"), book);
    }
}

#[test]
fn a_usage_error_is_a_document_with_json() {
    let output = run(&["config", "check", "--json", "--nope"]);
    assert_eq!(output.status.code(), Some(2));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["error"]["kind"], "usage");
}

#[test]
fn the_language_is_the_option_then_the_systems_then_portuguese() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first_line = |lang: Option<&str>, args: &[&str]| {
        let mut command = program(folder.path(), args);
        if let Some(lang) = lang {
            command.env("LANG", lang);
        }
        text(&command.output().expect("it runs").stdout)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let (portuguese, english) = (
        first_line(None, &["-h", "--lang", "pt-BR"]),
        first_line(None, &["-h", "--lang", "en"]),
    );
    assert_ne!(portuguese, english);
    assert_eq!(first_line(None, &["-h"]), portuguese);
    assert_eq!(first_line(Some("C"), &["-h"]), portuguese);
    assert_eq!(first_line(Some("pt_BR.UTF-8"), &["-h"]), portuguese);
    assert_eq!(first_line(Some("en_US.UTF-8"), &["-h"]), english);
    assert_eq!(
        first_line(Some("en_US.UTF-8"), &["-h", "--lang=pt-BR"]),
        portuguese
    );
    // One that the program does not speak is said, in Portuguese.
    let output = run(&["--lang", "tlh", "config", "check"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_bad_moved_clock_is_a_usage_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = program(folder.path(), &["config", "check"])
        .env("WA_NOTIFY_NOW", "2026-11-22 09:01")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("WA_NOTIFY_NOW"));
}

/// `wa-notify --help | head -1` must not end in an error.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut child = program(folder.path(), &["--help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let output = program(folder.path(), &["--help"])
        .stdout(full)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("erro: A saída não pôde ser gravada."));
}

/// A second command with the same configuration file ends at once, and says who runs.
#[test]
fn a_second_command_is_locked_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("wa-notify.toml");
    // Nothing listens on port 1: who gets past the lock fails at the database.
    std::fs::write(&config, "[database]\nhost = '127.0.0.1'\nport = 1\npath = 'x'\n")
        .expect("the configuration");
    let now = "2026-11-22T12:01:00Z".parse().expect("an instant");
    let scan = |args: &[&str]| {
        let args = [&["scan", "--config", "wa-notify.toml"], args].concat();
        program(folder.path(), &args).output().expect("it runs")
    };

    let lock = wa_notify::cli::lock::Lock::take(&config, "send", now, chrono_tz::America::Sao_Paulo);
    let lock = lock.expect("the first gets it");
    let output = scan(&[]);
    assert_eq!(output.status.code(), Some(9), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    let who = format!("processo {}, desde 22/11/2026 09:01:00", std::process::id());
    assert!(
        said.contains("\"wa-notify send\"") && said.replace("\n  ", " ").contains(&who),
        "{said}"
    );
    let output = scan(&["--json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["error"]["exit_code"], 9);

    drop(lock);
    let output = scan(&[]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("127.0.0.1:1"),
        "{}",
        text(&output.stderr)
    );
}

/// Nobody is told to run a command of the plan that is not in this version yet.
#[test]
fn no_sentence_names_a_command_to_come() {
    let root = wa_notify::cli::args::Cli::command();
    let planned = ["explain", "doctor", "source", "boleto", "pix", "forget"];
    let to_come: Vec<String> = planned
        .into_iter()
        .filter(|name| root.find_subcommand(name).is_none())
        .map(|name| format!("wa-notify {name}"))
        .collect();
    for lang in wa_notify::i18n::Lang::ALL {
        // Their pages of help are written already; those that are shown are read above.
        for (name, source) in wa_notify::i18n::files(lang)
            .into_iter()
            .filter(|(name, _)| !name.ends_with("help.ftl"))
        {
            for command in &to_come {
                assert!(!source.contains(command.as_str()), "{name} names {command}");
            }
        }
    }
}
