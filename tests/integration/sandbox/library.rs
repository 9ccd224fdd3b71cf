//! The sandbox inside another program, as `wa-notify demo` runs it.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;
use wa_notify::sandbox::faults::{Fault, FaultRule};
use wa_notify::sandbox::{self, RunningSandbox, SandboxError, SandboxOptions, Timing};

use crate::support::sandbox::{exchange, pause};

fn options() -> SandboxOptions {
    let noon: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
    SandboxOptions::new(Arc::new(move || noon))
}

#[test]
fn it_runs_until_dropped() {
    let running = sandbox::start(options()).unwrap();
    let address = running.address();
    assert_eq!(running.url(), format!("http://{address}"));
    let state = exchange(&address.to_string(), "GET", "/sandbox/state", &[], b"").json();
    assert_eq!(
        state["now"], "2026-11-20T12:00:00.000Z",
        "the clock is the caller's"
    );
    drop(running);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn it_does_not_start_with_what_cannot_work() {
    let remote = SandboxOptions {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..options()
    };
    assert!(matches!(
        sandbox::start(remote),
        Err(SandboxError::NotLoopback(_))
    ));
    let folder = SandboxOptions {
        log: Some("/no/such/folder/log.jsonl".into()),
        ..options()
    };
    assert!(matches!(sandbox::start(folder), Err(SandboxError::Journal(_))));
    let rule = FaultRule {
        probability: Some(2.0),
        ..FaultRule::new(Fault::Delay)
    };
    let fault = SandboxOptions {
        faults: vec![rule],
        ..options()
    };
    assert!(matches!(sandbox::start(fault), Err(SandboxError::Fault(_))));
    let running = sandbox::start(options()).unwrap();
    let taken = SandboxOptions {
        listen: running.address(),
        ..options()
    };
    assert!(matches!(sandbox::start(taken), Err(SandboxError::Listen { .. })));
}

#[test]
fn two_run_side_by_side_and_share_nothing() {
    let (one, two) = (
        sandbox::start(options()).unwrap(),
        sandbox::start(options()).unwrap(),
    );
    let create = json!({"instanceName": "loja", "integration": "WHATSAPP-BAILEYS"}).to_string();
    let at = |address: std::net::SocketAddr, method: &str, path: &str, body: &str| {
        exchange(
            &address.to_string(),
            method,
            path,
            &[("apikey", "sandbox")],
            body.as_bytes(),
        )
    };
    assert_eq!(at(one.address(), "POST", "/instance/create", &create).status, 201);
    assert_eq!(
        at(two.address(), "GET", "/instance/fetchInstances", "").json(),
        json!([])
    );
}

#[test]
fn a_pairing_that_nobody_scans_ends_after_thirty_codes_and_can_be_begun_again() {
    let soon = Duration::from_millis(2);
    let timing = Timing {
        qr_ready: soon,
        qr_period: soon,
        ..Timing::default()
    };
    let running = sandbox::start(SandboxOptions { timing, ..options() }).unwrap();
    let create =
        json!({"instanceName": "loja", "integration": "WHATSAPP-BAILEYS", "qrcode": true}).to_string();
    let ask = |running: &RunningSandbox, method: &str, path: &str, body: &str| {
        let address = running.address().to_string();
        exchange(&address, method, path, &[("apikey", "sandbox")], body.as_bytes()).json()
    };
    ask(&running, "POST", "/instance/create", &create);
    let mut highest = 0;
    for _ in 0..1_000 {
        let state = ask(&running, "GET", "/sandbox/state", "");
        highest = highest.max(state["instances"][0]["qr"]["count"].as_u64().unwrap_or_default());
        if state["instances"][0]["state"] == "close" {
            break;
        }
        pause(soon);
    }
    assert!((1..=30).contains(&highest), "{highest}");
    assert_eq!(
        ask(&running, "GET", "/instance/connectionState/loja", "")["instance"]["state"],
        "close"
    );
    assert_eq!(
        ask(&running, "GET", "/instance/connect/loja", ""),
        json!({"count": 0})
    );
}
