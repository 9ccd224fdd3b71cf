//! The command line: addresses, languages, exit codes, the end by Ctrl-C.

use std::process::{Command, Output};

use serde_json::json;

use super::MARIA;
use crate::support::sandbox::Sandbox;

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wa-sandbox"))
        .args(args)
        .output()
        .expect("wa-sandbox runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let refused = run(&["--listen", "0.0.0.0:0", "--lang", "pt-BR"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    assert!(
        stderr(&refused).contains("--allow-remote"),
        "{}",
        stderr(&refused)
    );
    assert!(
        stderr(&refused).contains("outros computadores"),
        "{}",
        stderr(&refused)
    );
    let english = run(&["--listen", "0.0.0.0:0", "--lang", "en"]);
    assert!(
        stderr(&english).contains("other machines"),
        "{}",
        stderr(&english)
    );
}

#[test]
fn wrong_arguments_are_explained() {
    for args in [
        &["--fault", "explode"][..],
        &["--fault", "delay,ms"],
        &["--listen", "nowhere"],
        &["--lang", "fr"],
        &["--qr-seconds", "0"],
        &["--nonsense"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let sandbox = Sandbox::start();
    let output = run(&["--listen", sandbox.address()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(sandbox.address()), "{}", stderr(&output));
}

#[test]
fn a_log_that_cannot_be_written_stops_the_start() {
    let output = run(&["--log", "/no/such/folder/log.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn help_speaks_both_languages() {
    for (lang, word) in [("pt-BR", "Uso: wa-sandbox"), ("en", "Usage: wa-sandbox")] {
        let output = run(&["--lang", lang, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(help.contains(word) && help.contains("--auto-link"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    }
}

#[test]
fn the_clock_can_be_moved() {
    let sandbox = Sandbox::start_at(&[], Some("2026-11-20T09:00:00-03:00"));
    let now = sandbox.state()["now"].as_str().unwrap().to_owned();
    assert!(now.starts_with("2026-11-20T12:00:"), "{now}");
    let output = Command::new(env!("CARGO_BIN_EXE_wa-sandbox"))
        .env("WA_NOTIFY_NOW", "amanhã")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn faults_come_from_the_command_line_too() {
    let sandbox = Sandbox::start_with(&["--fault", "drop_after,times=1,number=5551987654321"]);
    sandbox.link("loja");
    let send = || sandbox.post("/message/sendText/loja", &json!({"number": MARIA, "text": "Olá"}));
    assert!(send().was_dropped());
    assert_eq!(send().status, 201);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly() {
    let sandbox = Sandbox::start();
    assert_eq!(sandbox.interrupt().code(), Some(0));
}
