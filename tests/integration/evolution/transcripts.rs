//! Every measured exchange and its meaning. The answer is replayed byte for byte; where the adapter makes that very call,
//! its request must be the measured one, and what it adds or does otherwise is named in the table.

mod links;
mod reads;
mod sends;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, TimeZone, Utc};
use serde_json::Value;
use wa_notify::adapters::evolution::{EvolutionGateway, EvolutionSettings, EvolutionWebhook};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::phone::Phone;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::gateway::CanonicalId;

use super::server::{Play, Seen, Server};

/// One exchange of a case.
enum Step {
    /// We make this very call. The second and third name what of the measured body (as JSON pointers) we say otherwise
    /// or leave out, and what we add.
    Same(&'static str, &'static [&'static str], &'static [&'static str]),
    /// The answer counts; it comes to a call of ours that is not the measured one.
    Answer(&'static str),
}
use Step::{Answer, Same};

struct Case {
    steps: Vec<Step>,
    act: fn(&EvolutionGateway),
}

fn case(steps: impl Into<Vec<Step>>, act: fn(&EvolutionGateway)) -> Case {
    Case {
        steps: steps.into(),
        act,
    }
}

/// Exchanges that the adapter never makes and whose answer it can never get.
const NEVER_MADE: &[(&str, &str)] = &[
    (
        "11-root",
        "no call needs the version: what differs shows in the answers",
    ),
    (
        "31-findChats",
        "findMessages over a time window tells all that is needed",
    ),
    ("32-findContacts", "no contact list of the shop is ever read"),
    ("33-markRead", "answers are left unread for the staff"),
    ("42-websocket-find", "webhooks and polling only"),
    (
        "66-delete",
        "an instance is unlinked, never deleted: it may be the ERP's",
    ),
    ("93-findChats", "as 31"),
    ("95-markRead", "as 33"),
    ("111-delete", "as 66"),
    ("120-del", "as 66"),
];

fn jid(user: &str) -> CanonicalId {
    CanonicalId(format!("{user}@s.whatsapp.net"))
}

fn at(unix: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(unix, 0).unwrap()
}

fn id() -> MessageId {
    MessageId::from_stored("3EB0MYOWNID")
}

fn phone(digits: &str) -> Phone {
    Phone::from_e164(digits).unwrap()
}

/// The table. Files are named by what stands before `.http`.
fn cases() -> Vec<Case> {
    let mut all = links::keys_and_instances();
    all.extend(links::links());
    all.extend(sends::sends_without_link());
    all.extend(sends::sends());
    all.extend(reads::numbers_and_presence());
    all.extend(reads::searches());
    all
}

/// A file of the folder, taken apart.
struct Exchange {
    /// `None` where only the answer was kept.
    request: Option<Seen>,
    answer: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/evolution-transcripts")
}

fn exchange(name: &str) -> Exchange {
    let bytes = std::fs::read(folder().join(format!("{name}.http"))).unwrap();
    let find = |what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
    let answer_at = find(b"HTTP/1.1 ").unwrap();
    let end = find(b"\n### time_total").unwrap_or(bytes.len());
    let asked = std::str::from_utf8(&bytes[..answer_at]).unwrap();
    let mut lines = asked.lines().map_while(|line| line.strip_prefix(">>> "));
    let request = lines.next().map(|first| {
        let (method, target) = first.split_once(' ').unwrap();
        let headers: BTreeMap<_, _> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = asked.split_once("\n\n").map_or("", |(_, body)| body.trim());
        Seen {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.as_bytes().to_vec(),
        }
    });
    Exchange {
        request,
        answer: bytes[answer_at..end].to_vec(),
    }
}

/// Instance that a measured request is about.
fn instance_of(request: &Seen) -> Option<String> {
    if request.target.ends_with("/instance/create") {
        return Some(request.json()["instanceName"].as_str().unwrap_or("x").to_owned());
    }
    if let Some((_, name)) = request.target.split_once("instanceName=") {
        return Some(name.to_owned());
    }
    let path = request.target.split('?').next()?;
    path.split('/').nth(3).map(str::to_owned)
}

/// Leaves of a JSON value by pointer.
fn leaves(value: &Value, at: &str, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields
                .iter()
                .for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), into));
        }
        Value::Array(items) if !items.is_empty() => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, value)| leaves(value, &format!("{at}/{i}"), into));
        }
        leaf => drop(into.insert(at.to_owned(), leaf.clone())),
    }
}

fn under(pointer: &str, any: &[&str]) -> bool {
    any.iter()
        .any(|at| pointer == *at || pointer.strip_prefix(at).is_some_and(|rest| rest.starts_with('/')))
}

fn assert_same_request(name: &str, ours: &Seen, measured: &Seen, otherwise: &[&str], adds: &[&str]) {
    assert_eq!(
        (&ours.method, &ours.target),
        (&measured.method, &measured.target),
        "{name}"
    );
    for (header, value) in &measured.headers {
        assert_eq!(ours.headers.get(header), Some(value), "{name}: {header}");
    }
    let (mut mine, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    leaves(&ours.json(), "", &mut mine);
    leaves(&measured.json(), "", &mut theirs);
    for (pointer, value) in &theirs {
        if !under(pointer, otherwise) {
            assert_eq!(mine.get(pointer), Some(value), "{name}: {pointer}");
        }
    }
    for pointer in mine.keys().filter(|pointer| !theirs.contains_key(*pointer)) {
        assert!(
            under(pointer, adds) || under(pointer, otherwise),
            "{name}: we add {pointer}"
        );
    }
}

fn gateway(case: &Case, server: &Server) -> EvolutionGateway {
    let same = case.steps.iter().find_map(|step| match step {
        Same(name, ..) => exchange(name).request,
        Answer(_) => None,
    });
    let instance = same
        .as_ref()
        .and_then(instance_of)
        .unwrap_or_else(|| "cobranca".to_owned());
    let key = same
        .as_ref()
        .and_then(|r| r.headers.get("apikey").cloned())
        .unwrap_or_else(|| "probe-key".to_owned());
    let mut settings = EvolutionSettings::new(server.url(), Secret::new(key), InstanceId::new(instance));
    let wants_webhook = |step: &Step| {
        matches!(
            step,
            Same(
                "07-create" | "40-webhook-find" | "41-webhook-set" | "70-create-qr",
                ..
            )
        )
    };
    if case.steps.iter().any(wants_webhook) {
        settings.webhook = Some(EvolutionWebhook {
            url: "http://127.0.0.1:18090/hook".to_owned(),
            authorization: Secret::new("Bearer abc"),
        });
    }
    EvolutionGateway::new(settings).unwrap()
}

#[test]
fn every_exchange_has_its_meaning() {
    for case in cases() {
        let names: Vec<_> = case
            .steps
            .iter()
            .map(|(Same(name, ..) | Answer(name))| *name)
            .collect();
        let plays = names
            .iter()
            .map(|name| Play::Bytes(exchange(name).answer))
            .collect();
        let server = Server::start(plays);
        let gateway = gateway(&case, &server);
        (case.act)(&gateway);
        let seen = server.seen();
        assert!(
            seen.len() >= case.steps.len(),
            "{names:?}: only {} calls were made",
            seen.len()
        );
        for (step, ours) in case.steps.iter().zip(&seen) {
            if let Same(name, otherwise, adds) = step {
                let measured = exchange(name).request.unwrap();
                assert_same_request(name, ours, &measured, otherwise, adds);
            }
        }
        for ours in &seen {
            assert_eq!(
                ours.headers.get("user-agent"),
                Some(&format!("wa-notify/{}", env!("CARGO_PKG_VERSION")))
            );
        }
    }
}

#[test]
fn no_exchange_is_forgotten() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(files.len(), 94, "the folder holds all that was measured");
    let mut covered: BTreeSet<String> = ["webhook-events.jsonl", "webhook-incoming.jsonl"]
        .map(str::to_owned)
        .into();
    for (name, why) in NEVER_MADE {
        assert!(!why.is_empty());
        covered.insert(format!("{name}.http"));
    }
    for case in cases() {
        covered.extend(
            case.steps
                .iter()
                .map(|(Same(name, ..) | Answer(name))| format!("{name}.http")),
        );
    }
    assert_eq!(covered, files);
}
