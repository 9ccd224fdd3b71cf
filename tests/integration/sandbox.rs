//! The stand-in gateway itself: the real binary, over real sockets.

mod adapter;
mod command;
mod contract;
mod faults;
mod ground_truth;
mod library;
mod page;
mod webhooks;

use serde_json::{Value, json};

use crate::support::sandbox::{Reply, Sandbox};

/// A made-up customer.
const MARIA: &str = "5551987654321";
/// Another one.
const JOAO: &str = "5551912345678";

/// A linked instance `loja`.
fn linked() -> Sandbox {
    let sandbox = Sandbox::start();
    sandbox.link("loja");
    sandbox
}

fn send_text(sandbox: &Sandbox, number: &str, text: &str) -> Reply {
    sandbox.post("/message/sendText/loja", &json!({"number": number, "text": text}))
}

/// All that the gateway's database says it has.
fn found(sandbox: &Sandbox, filter: Value) -> Vec<Value> {
    let reply = sandbox.post("/chat/findMessages/loja", &json!({"where": filter}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["messages"]["records"]
        .as_array()
        .expect("records")
        .clone()
}

/// Statuses recorded for a message, waited for until the last one is `until`.
fn statuses(sandbox: &Sandbox, id: &str, until: &str) -> Vec<String> {
    let updates = updates_until(sandbox, "loja", id, until);
    updates
        .iter()
        .map(|update| update["status"].as_str().expect("a status").to_owned())
        .collect()
}

/// Rows of `findStatusMessage` for a message, waited for until the last one is `until`.
fn updates_until(sandbox: &Sandbox, instance: &str, id: &str, until: &str) -> Vec<Value> {
    for _ in 0..1_000 {
        let path = format!("/chat/findStatusMessage/{instance}");
        let answer = sandbox.post(&path, &json!({"where": {"id": id}})).json();
        let updates = answer.as_array().expect("an array");
        if updates.last().is_some_and(|last| last["status"] == until) {
            return updates.clone();
        }
        crate::support::sandbox::pause(std::time::Duration::from_millis(10));
    }
    panic!("{id} never became {until}");
}
