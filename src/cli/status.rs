//! `status` and `resolve`: see and settle.

use std::collections::BTreeMap;

use comfy_table::CellAlignment;
use serde_json::json;

use super::args::{ResolveArgs, StatusArgs, Verdict};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::{wiring, words};
use crate::app::send::settle::expire_if_over;
use crate::app::status::{StatusReport, status};
use crate::domain::notice::PartState;
use crate::i18n::format;
use crate::ports::clock::Clock;
use crate::ports::outbox::{Outbox, OutboxError, Resolution};

/// Runs `status`.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &StatusArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let clock = wiring::reading_clock(context);
    let mut outbox = wiring::outbox(context, settings)?;
    // The gateway is asked where the ERP and the contract allow; without them the outbox still tells its part.
    let erp = wiring::erp(context, settings)?;
    let gateways = wiring::Gateways::read(settings, &erp, clock.now()).ok();
    let names = gateways.as_ref().map(wiring::Gateways::names).unwrap_or_default();
    let opener = gateways.as_ref().map(wiring::Gateways::opener);
    let report = status(&mut outbox, &shop, &clock, args.close, &names, opener.as_deref())
        .map_err(CliError::Outbox)?;
    if context.output.is_json() {
        context.output.json(&document(&report))?;
    } else {
        print(context, &report, &shop)?;
    }
    Ok(if report.needs_person() > 0 {
        ExitCode::NeedsPerson
    } else {
        ExitCode::Done
    })
}

/// The document of `--json`; its keys are public and may only grow.
fn document(report: &StatusReport) -> serde_json::Value {
    json!({
        "close": report.close,
        "notices": report.counts.notices.iter().map(|(s, n)| (s.word(), n)).collect::<BTreeMap<_, _>>(),
        "parts": report.counts.parts.iter().map(|(s, n)| (s.word(), n)).collect::<BTreeMap<_, _>>(),
        "needs_person": report.needs_person(),
        "held": report.counts.held,
        "without_receipt": report.counts.without_receipt,
        "arrived_late": report.counts.arrived_late.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unknown": report.unknown.iter().map(|(notice, part)| json!({
            "part": part.key.to_string(),
            "kind": part.kind.word(),
            "customer_id": notice.customer,
            "phone": notice.phone.e164(),
            "reference": notice.reference,
            "reason": part.reason,
            "begun_at": part.begun_at,
        })).collect::<Vec<_>>(),
        "replies": report.replies.iter().map(|r| json!({
            "phone": r.reply.phone.e164(),
            "at": r.reply.at,
            "intent": r.reply.intent.word(),
            "text": r.reply.text,
            "media": r.reply.media,
            "notice": r.reply.notice,
        })).collect::<Vec<_>>(),
        "instances": report.instances.iter().map(|i| json!({
            "instance": i.instance,
            "state": match &i.link {
                None => None,
                Some(Ok(state)) => Some(words::link_word(state)),
                Some(Err(_)) => Some("unreachable"),
            },
            "contacts_today": i.row.as_ref().map_or(0, |r| r.contacts_today),
            "first_used_on": i.row.as_ref().and_then(|r| r.first_used_on),
            "restricted_until": i.row.as_ref().and_then(|r| r.restriction.as_ref())
                .filter(|r| r.holds_on(report.today)).map(|r| r.until),
            "pause_seconds": i.row.as_ref().map_or(0, |r| r.pause_left.as_secs()),
        })).collect::<Vec<_>>(),
        "last_runs": report.last_runs,
        "moved_clock": report.moved_clock,
    })
}

fn print(context: &Context, report: &StatusReport, shop: &crate::app::shop::Shop) -> Result<(), CliError> {
    let (out, lang) = (&context.output, context.lang());
    if report.moved_clock {
        out.prose(&context.say("status-moved-clock"))?;
    }
    // What needs a person comes first.
    if !report.unknown.is_empty() {
        out.prose(&context.say("status-unknown"))?;
        let header = [
            "status-part",
            "status-what",
            "scan-phone",
            "status-reference",
            "status-since",
        ];
        let mut table = out.table(&header.map(|key| context.say(key)));
        for (notice, part) in &report.unknown {
            table.add_row(vec![
                part.key.to_string(),
                words::part_kind(context, &part.kind),
                words::phone(&notice.phone),
                notice.reference.to_string(),
                part.begun_at
                    .map(|at| format::date_time(lang, shop.local(at)))
                    .unwrap_or_default(),
            ]);
        }
        out.rows(&table)?;
        out.prose(&context.say("status-unknown-hint"))?;
        out.line("")?;
    }
    for (instance, restriction) in report.restricted() {
        let args = [
            ("instance", instance.to_string().into()),
            ("why", restriction.why.as_str().into()),
            ("until", format::date(lang, restriction.until).into()),
        ];
        out.prose(&context.text("status-restricted", &args))?;
    }
    if !report.counts.arrived_late.is_empty() {
        let parts: Vec<_> = report
            .counts
            .arrived_late
            .iter()
            .map(ToString::to_string)
            .collect();
        let first = parts.first().cloned().unwrap_or_default();
        let args = [("parts", parts.join(", ").into()), ("first", first.into())];
        out.prose(&context.text("status-arrived-late", &args))?;
    }
    if report.counts.held > 0 {
        out.prose(&context.text("status-held", &[("count", report.counts.held.into())]))?;
    }
    if report.counts.without_receipt > 0 {
        out.prose(&context.text(
            "status-no-receipt",
            &[("count", report.counts.without_receipt.into())],
        ))?;
    }
    if !report.replies.is_empty() {
        out.prose(&context.say("status-replies"))?;
        for stored in &report.replies {
            let reply = &stored.reply;
            let text = reply
                .text
                .clone()
                .or_else(|| reply.media.as_ref().map(|m| format!("[{m}]")))
                .unwrap_or_default();
            let notice = reply.notice.map(|n| format!("{n}. ")).unwrap_or_default();
            let line = format!(
                "  {notice}{}  {}  {}: {}",
                format::date_time(lang, shop.local(reply.at)),
                words::phone(&reply.phone),
                words::intent(context, reply.intent),
                text.replace(['\n', '\r'], " "),
            );
            out.line(&super::text::wrap(&line, out.columns(), "    "))?;
        }
        out.prose(&context.say("status-replies-hint"))?;
        out.line("")?;
    }
    if report.counts.notices.is_empty() {
        out.prose(&context.say("status-empty"))?;
    } else {
        let mut table = out.table(&["status-notices", "scan-count"].map(|key| context.say(key)));
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for (state, count) in &report.counts.notices {
            table.add_row(vec![words::notice_state(context, *state), count.to_string()]);
        }
        out.rows(&table)?;
    }
    if !report.instances.is_empty() {
        out.line("")?;
        let mut table =
            out.table(&["send-instance", "status-link", "status-today"].map(|key| context.say(key)));
        for instance in &report.instances {
            let link = match &instance.link {
                None => context.say("link-not-asked"),
                Some(Ok(state)) => words::link(context, state),
                Some(Err(_)) => context.say("link-unreachable"),
            };
            let today = instance.row.as_ref().map_or(0, |r| r.contacts_today);
            table.add_row(vec![instance.instance.to_string(), link, today.to_string()]);
        }
        out.rows(&table)?;
    }
    if !report.last_runs.is_empty() {
        out.line("")?;
        let header = [
            "status-close",
            "status-when",
            "status-selected",
            "status-skipped",
            "status-bad-rows",
            "status-held-column",
        ];
        let mut table = out.table(&header.map(|key| context.say(key)));
        for run in &report.last_runs {
            table.add_row(vec![
                format::date(lang, run.close),
                format::date_time(lang, shop.local(run.started_at)),
                run.notices.to_string(),
                run.skipped.to_string(),
                run.bad_rows.to_string(),
                context.say(if run.held { "yes-word" } else { "no-word" }),
            ]);
        }
        out.rows(&table)?;
    }
    Ok(())
}

/// Runs `resolve`.
///
/// # Errors
/// [`CliError`].
pub fn resolve(context: &Context, args: &ResolveArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let clock = wiring::clock(context);
    let _lock = context.lock(clock.now())?;
    let mut outbox = wiring::outbox(context, settings)?;
    let resolution = match args.verdict {
        Verdict::Sent => Resolution::Sent,
        Verdict::Retry => Resolution::Retry,
        Verdict::Drop => Resolution::Drop,
    };
    let refused = |key: &str, part_state: String| {
        let args = [
            ("part", args.part.to_string().into()),
            ("state", part_state.into()),
        ];
        CliError::said(
            ExitCode::Usage,
            Words::new(context.text(key, &args)).hint(context.text(&format!("{key}-hint"), &args)),
        )
    };
    let notice = outbox.notice(args.part.notice).map_err(CliError::Outbox)?;
    if notice.is_none_or(|n| !n.parts.iter().any(|p| p.key == args.part)) {
        return Err(refused("resolve-no-part", String::new()));
    }
    let state = outbox
        .resolve(args.part, resolution, clock.now())
        .map_err(|error| match error {
            OutboxError::Illegal(illegal) => {
                refused("resolve-settled", words::part_state(context, illegal.from))
            }
            error => CliError::Outbox(error),
        })?;
    let (state, too_late) = if state == PartState::Queued {
        let shop = wiring::shop(context, settings);
        let expired =
            expire_if_over(&mut outbox, &shop, &clock, args.part.notice).map_err(CliError::Outbox)?;
        (if expired { PartState::Expired } else { state }, expired)
    } else {
        (state, false)
    };
    tracing::info!(part = %args.part, state = state.word(), "resolved by a person");
    if context.output.is_json() {
        context
            .output
            .json(&json!({"part": args.part.to_string(), "state": state.word()}))?;
    } else {
        let values = [
            ("part", args.part.to_string().into()),
            ("state", words::part_state(context, state).into()),
        ];
        context.output.prose(&context.text("resolve-done", &values))?;
        if too_late {
            context.output.warn(&context.text(
                "resolve-too-late",
                &[
                    ("part", args.part.to_string().into()),
                    ("days", settings.sending.expire_after_days.into()),
                ],
            ));
        }
    }
    Ok(ExitCode::Done)
}
