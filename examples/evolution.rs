//! Drives the Evolution adapter by hand: against a real gateway, or against `wa-sandbox`.
//!
//! ```sh
//! wa-sandbox --listen 127.0.0.1:8080 --api-key try &
//! export WA_GATEWAY_KEY=try
//! cargo run --example evolution -- http://127.0.0.1:8080 loja pair
//! cargo run --example evolution -- http://127.0.0.1:8080 loja status
//! cargo run --example evolution -- http://127.0.0.1:8080 loja resolve 5551987654321
//! cargo run --example evolution -- http://127.0.0.1:8080 loja send 5551987654321 "Bom dia"
//! ```
//!
//! It sends for real, at once and without any of the guards of `wa-notify send`.

use std::io::Write as _;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use wa_notify::adapters::evolution::{EvolutionGateway, EvolutionSettings};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::notice::{MessageId, NoticeId};
use wa_notify::domain::phone::Phone;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::gateway::{Content, Gateway, Inbox, PairWith, Pairing};

const USAGE: &str = "\
usage: evolution URL INSTANCE ACTION   (the key in WA_GATEWAY_KEY)
  status                     state of the link
  instances                  all that the key may see
  pair [NUMBER]              creates the instance if need be; the text of a QR code, or a code to type
  unlink
  resolve NUMBER...          which exist on WhatsApp
  send NUMBER TEXT           a text
  document NUMBER FILE.pdf   a PDF
  acks ID...                 receipts
  messages SINCE UNTIL       of all chats; times in RFC 3339";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (text, code) = match run(&args) {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(error) => (format!("{error:#}"), ExitCode::FAILURE),
    };
    let _ = writeln!(std::io::stdout(), "{text}");
    code
}

fn run(args: &[String]) -> anyhow::Result<String> {
    let [url, instance, action, rest @ ..] = args else {
        anyhow::bail!(USAGE)
    };
    let key =
        std::env::var("WA_GATEWAY_KEY").map_err(|_| anyhow::anyhow!("WA_GATEWAY_KEY is not set\n{USAGE}"))?;
    let gateway = EvolutionGateway::new(EvolutionSettings::new(
        url,
        Secret::new(key),
        InstanceId::new(instance),
    ))?;
    Ok(match (action.as_str(), rest) {
        ("status", []) => format!("{:?}", gateway.status()?),
        ("instances", []) => format!("{:#?}", gateway.instances()?),
        ("pair", rest) => {
            gateway.ensure_instance()?;
            let with = match rest {
                [number] => PairWith::Code(phone(number)?),
                _ => PairWith::Qr,
            };
            format!("{:?}", gateway.pair(&with)?)
        }
        ("unlink", []) => {
            gateway.logout()?;
            "unlinked".to_owned()
        }
        ("resolve", numbers) => {
            let phones = numbers
                .iter()
                .map(|n| phone(n))
                .collect::<anyhow::Result<Vec<_>>>()?;
            format!("{:#?}", gateway.resolve(&phones)?)
        }
        ("send", [number, text]) => send(&gateway, number, Content::Text(text.clone()))?,
        ("document", [number, file]) => {
            let file = std::path::Path::new(file);
            let content = Content::Document {
                file_name: file
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                mime_type: "application/pdf".to_owned(),
                caption: None,
                bytes: std::fs::read(file)?,
            };
            send(&gateway, number, content)?
        }
        ("acks", ids) => format!("{:#?}", gateway.acks(ids)?),
        ("messages", [since, until]) => {
            let messages =
                gateway.messages(since.parse::<DateTime<Utc>>()?, until.parse::<DateTime<Utc>>()?)?;
            format!("{messages:#?}")
        }
        _ => anyhow::bail!(USAGE),
    })
}

/// Resolves first, as `wa-notify send` does: writing to numbers that do not exist gets a number restricted.
fn send(gateway: &EvolutionGateway, number: &str, content: Content) -> anyhow::Result<String> {
    let resolved = gateway.resolve(&[phone(number)?])?;
    let Some(to) = resolved.into_iter().find_map(|r| r.canonical) else {
        anyhow::bail!("not on WhatsApp")
    };
    let id = MessageId::derive("examples/evolution", NoticeId(1), 1);
    Ok(format!(
        "{:?}\nrestriction: {:?}",
        gateway.send(&id, &to, &content),
        gateway.restriction()
    ))
}

fn phone(text: &str) -> anyhow::Result<Phone> {
    Ok(Phone::parse(text, None).or_else(|_| Phone::from_e164(text))?)
}
