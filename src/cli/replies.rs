//! `replies`: polls once and says what was found.

use std::collections::BTreeMap;

use serde_json::json;

use super::args::{ReadReplies, RepliesArgs};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::{wiring, words};
use crate::app::replies::{Chatting, RepliesContext, RepliesError, RepliesReport, poll};
use crate::domain::ids::InstanceId;
use crate::i18n::format;
use crate::ports::clock::Clock;
use crate::ports::gateway::GatewayError;
use crate::ports::outbox::Outbox;

/// Runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &RepliesArgs) -> Result<ExitCode, CliError> {
    if let Some(read) = args.done {
        return done(context, read);
    }
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::clock(context);
    let gateways = wiring::Gateways::read(settings, &erp, clock.now())?;
    gateways.refuse_moved_clock(&clock)?;
    let _lock = context.lock(clock.now())?;
    let mut outbox = wiring::outbox(context, settings)?;
    let opener = |instance: &InstanceId| -> Result<Box<dyn Chatting>, GatewayError> {
        gateways
            .open(instance)
            .map(|gateway| Box::new(gateway) as Box<dyn Chatting>)
    };
    let report = poll(
        &mut RepliesContext {
            erp: &erp,
            outbox: &mut outbox,
            shop: &shop,
            clock: &clock,
            gateway: &opener,
            forward_to: settings.replies.forward_to.clone(),
        },
        &gateways.names(),
    )
    .map_err(|error| match error {
        RepliesError::Ground(error) => wiring::ground_error(error),
        RepliesError::Outbox(error) => CliError::Outbox(error),
        RepliesError::Message(error) => CliError::said(
            ExitCode::Configuration,
            Words::new(context.say("template-bad"))
                .detail(error.to_string())
                .hint(context.say("template-bad-hint")),
        ),
    })?;
    tracing::info!(
        seen = report.seen,
        stored = report.stored,
        answered = report.answered,
        "replies"
    );
    tell(context, &report)
}

/// A person has read them: `status` shows them no more.
fn done(context: &Context, read: ReadReplies) -> Result<ExitCode, CliError> {
    let clock = wiring::clock(context);
    let mut outbox = wiring::outbox(context, context.settings()?)?;
    let notice = match read {
        ReadReplies::Of(notice) => Some(notice),
        ReadReplies::All => None,
    };
    let count = outbox
        .replies_done(notice, clock.now())
        .map_err(CliError::Outbox)?;
    tracing::info!(?notice, count, "replies read by a person");
    if context.output.is_json() {
        context.output.json(&json!({"notice": notice, "done": count}))?;
    } else {
        context
            .output
            .prose(&context.text("replies-done", &[("count", count.into())]))?;
    }
    Ok(ExitCode::Done)
}

fn tell(context: &Context, report: &RepliesReport) -> Result<ExitCode, CliError> {
    let out = &context.output;
    if out.is_json() {
        out.json(&json!({
            "seen": report.seen,
            "stored": report.stored,
            "intents": report.intents.iter().map(|(i, n)| (i.word(), n)).collect::<BTreeMap<_, _>>(),
            "answered": report.answered,
            "forwarded": report.forwarded,
            "opted_out": report.opted_out,
            "opted_in": report.opted_in,
            "unmatched": report.unmatched,
            "needs_person": report.needs_person,
            "unclear": report.unclear,
            "interrupted": report.interrupted,
            "failed": report.failed.iter().map(|(i, e)| json!({"instance": i, "error": e.to_string()})).collect::<Vec<_>>(),
            "restricted": report.restricted.iter().map(|(i, r)| json!({"instance": i, "error": r.why, "until": r.until})).collect::<Vec<_>>(),
            "not_paired": report.not_paired.iter().map(|(i, s)| json!({"instance": i, "state": words::link_word(s)})).collect::<Vec<_>>(),
        }))?;
    } else {
        if report.stored == 0 {
            out.prose(&context.say("replies-none"))?;
        } else {
            let intents: Vec<String> = report
                .intents
                .iter()
                .map(|(i, n)| format!("{n} {}", words::intent(context, *i)))
                .collect();
            out.prose(&context.text(
                "replies-some",
                &[
                    ("stored", report.stored.into()),
                    ("intents", intents.join(", ").into()),
                    ("answered", report.answered.into()),
                ],
            ))?;
        }
        if report.needs_person > 0 {
            out.prose(&context.text("replies-person", &[("count", report.needs_person.into())]))?;
        }
        if report.opted_out > 0 {
            out.prose(&context.text("replies-opted-out", &[("count", report.opted_out.into())]))?;
        }
    }
    if report.interrupted {
        out.warn(&context.say("interrupted"));
    }
    for (instance, error) in &report.failed {
        let error = CliError::Gateway {
            instance: instance.to_string(),
            error: error.clone(),
        };
        let words = super::error::render(&error, &context.catalog, out.width(), out.has_colour());
        out.tell(words.trim_end());
    }
    for (instance, _) in &report.not_paired {
        out.warn(&context.text("replies-not-paired", &[("instance", instance.to_string().into())]));
    }
    for (instance, restriction) in &report.restricted {
        let args = [
            ("instance", instance.to_string().into()),
            ("why", restriction.why.as_str().into()),
            ("until", format::date(context.lang(), restriction.until).into()),
        ];
        out.warn(&context.text("status-restricted", &args));
    }
    Ok(if !report.failed.is_empty() {
        ExitCode::Gateway
    } else if !report.not_paired.is_empty() {
        ExitCode::NotPaired
    } else if report.needs_person > 0 || report.unclear > 0 || !report.restricted.is_empty() {
        ExitCode::NeedsPerson
    } else {
        ExitCode::Done
    })
}
