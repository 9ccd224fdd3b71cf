//! The sandbox inside another program, as `wa-notify demo` runs it.

use std::net::TcpStream;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;
use wa_notify::sandbox::faults::{Fault, FaultRule};
use wa_notify::sandbox::{self, SandboxError, SandboxOptions};

use crate::support::sandbox::exchange;

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
