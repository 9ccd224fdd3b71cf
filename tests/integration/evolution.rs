//! The Evolution adapter against canned bytes: every measured exchange, and every way in which HTTP goes wrong.

mod faults;
mod forms;
mod requests;
mod server;
mod transcripts;
mod webhook;

use chrono::{DateTime, TimeZone, Utc};
use wa_notify::adapters::evolution::{EvolutionGateway, EvolutionSettings};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::MessageId;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::gateway::{CanonicalId, Content, Gateway, SendOutcome};

use server::{Play, Server};

const KEY: &str = "k3y-of-the-shop";
const TEXT: &str = "Olá, Maria da Silva!\nSua parcela venceu em 10/11.";

fn settings(url: &str) -> EvolutionSettings {
    EvolutionSettings::new(url, Secret::new(KEY), InstanceId::new("loja"))
}

fn gateway_at(url: &str) -> EvolutionGateway {
    EvolutionGateway::new(settings(url)).unwrap()
}

fn start(plays: Vec<Play>) -> (Server, EvolutionGateway) {
    let server = Server::start(plays);
    let gateway = gateway_at(&server.url());
    (server, gateway)
}

fn to() -> CanonicalId {
    CanonicalId("5551987654321@s.whatsapp.net".to_owned())
}

fn send(gateway: &EvolutionGateway) -> SendOutcome {
    gateway.send(
        &MessageId::from_stored("3EB0AA"),
        &to(),
        &Content::Text(TEXT.to_owned()),
    )
}

#[track_caller]
fn ambiguous(outcome: SendOutcome) -> String {
    let SendOutcome::Ambiguous { detail } = outcome else {
        panic!("{outcome:?}")
    };
    detail
}

fn when(unix: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(unix, 0).unwrap()
}

const SENT: &str =
    r#"{"key":{"id":"3EB0BB","remoteJid":"555187654321@s.whatsapp.net","fromMe":true},"messageTimestamp":1}"#;
