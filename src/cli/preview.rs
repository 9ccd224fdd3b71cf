//! `preview`: texts and PDFs of one customer's notices, as files.

use std::fs;

use serde_json::json;

use super::args::PreviewArgs;
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::files::{self, Readers};
use super::{wiring, words};
use crate::app::preview::{PreviewError, preview};
use crate::domain::notice::PartKind;
use crate::ports::gateway::Content;
use crate::ports::outbox::{Outbox, OutboxError};

/// Runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &PreviewArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::reading_clock(context);
    let mut outbox = match wiring::outbox(context, settings) {
        Ok(outbox) => Some(outbox),
        Err(CliError::Outbox(OutboxError::NotInitialised)) => None,
        Err(error) => return Err(error),
    };
    let outbox = outbox.as_mut().map(|o| o as &mut dyn Outbox);
    let made = preview(&erp, outbox, &shop, &clock, &args.customer).map_err(|error| match error {
        PreviewError::Ground(error) => wiring::ground_error(error),
        PreviewError::Outbox(error) => CliError::Outbox(error),
        PreviewError::Dossier(error) => super::send::dossier_error(context, &error),
    })?;
    let out = &context.output;
    fs::create_dir_all(&args.out).map_err(|e| CliError::file(&args.out, e))?;
    let mut files = Vec::new();
    for preview in &made.previews {
        let mut text = String::new();
        for (kind, content) in &preview.parts {
            match content {
                Content::Text(part) => text.push_str(&format!("{part}\n\n")),
                Content::Document {
                    file_name,
                    caption,
                    bytes,
                    ..
                } => {
                    files::replace(&args.out.join(file_name), bytes, Readers::Owner)?;
                    files.push(args.out.join(file_name));
                    text.push_str(&format!(
                        "[{file_name}]\n{}\n\n",
                        caption.as_deref().unwrap_or_default()
                    ));
                }
            }
            if *kind == PartKind::Text {
                text.push_str("---\n\n");
            }
        }
        let name = format!("{} {}.txt", preview.letter.reference, preview.phone.digits());
        files::replace(&args.out.join(&name), text.as_bytes(), Readers::Owner)?;
        files.push(args.out.join(name));
        if !out.is_json() {
            out.line(&text)?;
        }
    }
    if out.is_json() {
        out.json(&json!({
            "customer_id": args.customer,
            "already_claimed": made.already_claimed,
            "files": files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>(),
            "skipped": made.skipped.iter().map(|s| json!({
                "contact_id": s.contact,
                "receivable_id": s.receivable,
                "reason": s.reason.word(),
                "detail": s.detail,
            })).collect::<Vec<_>>(),
        }))?;
        return Ok(ExitCode::Done);
    }
    if made.already_claimed {
        out.prose(&context.say("preview-already"))?;
    }
    if made.previews.is_empty() {
        out.prose(&context.say("preview-nothing"))?;
        let mut reasons: Vec<String> = made
            .skipped
            .iter()
            .map(|s| words::reason(context, s.reason))
            .collect();
        reasons.sort();
        reasons.dedup();
        for reason in reasons {
            out.line(&format!("  {reason}"))?;
        }
    } else {
        out.prose(&context.text(
            "preview-files",
            &[("folder", args.out.display().to_string().into())],
        ))?;
        for file in &files {
            out.line(&format!("  {}", file.display()))?;
        }
    }
    Ok(ExitCode::Done)
}
