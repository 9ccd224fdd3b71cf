//! `send`: what is due, what happened, what waits.

mod document;
mod summary;

use indicatif::ProgressBar;
use serde_json::json;

use super::args::SendArgs;
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::high_water::{self, HighWater, Verdict};
use super::{progress, wiring, words};
use crate::adapters::firebird::outbox::FirebirdOutbox;
use crate::adapters::system_clock::SystemRandom;
use crate::app::dossier::DossierError;
use crate::app::scan::after_restore;
use crate::app::send::trial::{TrialError, send_test};
use crate::app::send::{SendContext, SendError, SendEvent, SendReport, SendRequest, Spent, Stop, send};
use crate::app::shop::Shop;
use crate::domain::ids::InstanceId;
use crate::ports::clock::Clock;
use crate::ports::erp::Erp;
use crate::ports::gateway::{GatewayError, SendOutcome};
use crate::ports::outbox::Outbox;

/// Runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &SendArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::clock(context);
    let gateways = wiring::Gateways::read(settings, &erp, clock.now())?;
    gateways.refuse_moved_clock(&clock)?;
    let opener = gateways.opener();

    if let (Some(customer), Some(to)) = (&args.test, &args.to) {
        let report = send_test(&erp, &shop, &clock, &SystemRandom, &opener, customer, to)
            .map_err(|e| trial_error(context, e))?;
        if context.output.is_json() {
            context.output.json(&json!({
                "test": true,
                "instance": report.instance,
                "parts": report.parts.iter().map(|p| p.word()).collect::<Vec<_>>(),
            }))?;
        } else {
            let args = [
                ("parts", words::documents(context, &report.parts).into()),
                ("to", words::phone(to).into()),
                ("instance", report.instance.to_string().into()),
            ];
            context.output.prose(&context.text("send-tested", &args))?;
        }
        return Ok(ExitCode::Done);
    }

    let _lock = context.lock(clock.now())?;
    let mut outbox = wiring::outbox(context, settings)?;
    let (mut water, verdict) = HighWater::read(&settings.file, &mut outbox)?;
    if args.confirm_restore {
        return confirm_restore(context, &erp, &mut outbox, &shop, &clock);
    }
    match verdict {
        Verdict::First | Verdict::Fine => {}
        Verdict::AnotherOutbox => context.output.say(&context.say("restore-another")),
        Verdict::Unreadable => context.output.warn(&context.say("restore-unreadable")),
        Verdict::Restored { seen, found } if !args.dry_run => {
            return Err(high_water::restored(context, seen, found));
        }
        Verdict::Restored { seen, found } => {
            // A dry run shows what waits; it is how a person looks before confirming.
            let args = [("seen", seen.into()), ("found", found.into())];
            context.output.warn(&context.text("restore-held", &args));
        }
    }
    if let Some(instance) = args.resume.as_deref() {
        resume(context, &mut outbox, instance, &clock)?;
    }
    let request = SendRequest {
        limit: args.limit.map(|n| n as usize),
        ignore_window: args.ignore_window,
        dry_run: args.dry_run,
    };
    let tables = wiring::connection(context, settings, settings.outbox_database());
    let more = || {
        let outbox = FirebirdOutbox::open(&tables)?;
        Ok(Box::new(outbox) as Box<dyn Outbox>)
    };
    let mut bar = ProgressBar::hidden();
    let mut on_event = |event: &SendEvent| {
        if matches!(event, SendEvent::Departs(_)) {
            water.departed();
        }
        watch(context, &mut bar, event);
    };
    let report = send(
        &mut SendContext {
            erp: &erp,
            outbox: &mut outbox,
            more: &more,
            shop: &shop,
            clock: &clock,
            random: &SystemRandom,
            gateway: &opener,
            owner: owner(),
            on_event: &mut on_event,
            spent: Spent::default(),
        },
        &request,
    );
    bar.finish_and_clear();
    if !args.dry_run {
        // When the database is lost now, the mark stands at what this run has seen: enough to hold a restored one.
        if let Err(error) = water.settle(&mut outbox) {
            tracing::warn!(?error, "high-water mark not settled");
        }
    }
    let report = report.map_err(|e| error(context, e))?;
    tracing::info!(
        due = report.due,
        accepted = report.accepted,
        unknown = report.unknown.len(),
        "send"
    );
    tell(context, args, report)
}

/// A person has looked: nothing of what may have left since the backup leaves again.
fn confirm_restore(
    context: &Context,
    erp: &dyn Erp,
    outbox: &mut FirebirdOutbox,
    shop: &Shop,
    clock: &dyn Clock,
) -> Result<ExitCode, CliError> {
    let file = &context.settings()?.file;
    let restarted =
        after_restore(erp, outbox, shop, clock).map_err(|error| super::scan::error(context, error))?;
    // By its new identity. A crash before this leaves a mark of another outbox, which says nothing of this one.
    let (water, _) = HighWater::read(file, outbox)?;
    water.write()?;
    tracing::warn!(
        ?restarted,
        departures = water.departures(),
        "restored database confirmed"
    );
    if context.output.is_json() {
        context.output.json(&json!({
            "confirmed_restore": true,
            "departures": water.departures(),
            "stages_recorded": restarted.stages,
            "superseded": restarted.superseded,
            "parts_skipped": restarted.parts_skipped,
        }))?;
    } else {
        let args = [
            ("stages", restarted.stages.into()),
            ("notices", restarted.superseded.into()),
            ("parts", restarted.parts_skipped.into()),
        ];
        context.output.prose(&context.text("restore-confirmed", &args))?;
    }
    Ok(ExitCode::Done)
}

/// A person has looked at the phone: instances whose number was restricted may send again, in this run already.
fn resume(
    context: &Context,
    outbox: &mut FirebirdOutbox,
    instance: &str,
    clock: &dyn Clock,
) -> Result<(), CliError> {
    let one = (!instance.is_empty()).then(|| InstanceId::new(instance));
    let lifted = outbox
        .lift_restriction(one.as_ref(), clock.now())
        .map_err(CliError::Outbox)?;
    tracing::warn!(lifted, "restriction lifted by a person");
    context
        .output
        .say(&context.text("send-resumed", &[("count", lifted.into())]));
    Ok(())
}

/// Host and process: who holds a lease.
fn owner() -> String {
    format!(
        "{}:{}",
        gethostname::gethostname().to_string_lossy(),
        std::process::id()
    )
}

/// A progress bar on a terminal, a line in the log otherwise; never a name or a whole phone.
fn watch(context: &Context, bar: &mut ProgressBar, event: &SendEvent) {
    match event {
        SendEvent::Begins { notices, estimate } => {
            *bar = progress::bar(&context.output, *notices as u64, context.say("send-progress"));
            if *notices > 0 {
                let args = [
                    ("notices", (*notices).into()),
                    ("duration", words::duration(context, *estimate).into()),
                ];
                bar.suspend(|| context.output.say(&context.text("send-begins", &args)));
            }
        }
        SendEvent::Notice { id, phone } => {
            tracing::debug!(notice = id.0, phone = %phone.masked(), "notice");
        }
        SendEvent::Departs(key) => tracing::debug!(part = %key, "departs"),
        SendEvent::Part { key, state } => {
            tracing::info!(part = %key, state = state.word(), "part");
        }
        SendEvent::NoticeDone { id, state, reason } => {
            tracing::info!(
                notice = id.0,
                state = state.word(),
                reason = reason.as_deref(),
                "notice done"
            );
            bar.inc(1);
        }
        SendEvent::Pause(length) => {
            tracing::debug!(seconds = length.as_secs_f32(), "pause");
        }
    }
}

fn tell(context: &Context, args: &SendArgs, mut report: SendReport) -> Result<ExitCode, CliError> {
    let out = &context.output;
    let failures: Vec<(String, CliError)> = std::mem::take(&mut report.failures)
        .into_iter()
        .map(|(instance, failure)| (instance.to_string(), error(context, failure)))
        .collect();
    let report = &report;
    if out.is_json() {
        let mut document = document::document(report);
        document["failures"] = failures
            .iter()
            .map(|(instance, error)| {
                let mut failure = super::error::document(error, &context.catalog);
                failure["instance"] = instance.as_str().into();
                failure
            })
            .collect();
        out.json(&document)?;
    } else if args.dry_run {
        summary::dry_run(context, report)?;
    } else {
        summary::summary(context, report)?;
    }
    for (instance, error) in &failures {
        if !out.is_json() {
            out.warn(&context.text("send-instance-failed", &[("instance", instance.as_str().into())]));
            tell_error(context, error);
        }
        tracing::error!(instance, ?error, "worker failed");
    }
    for instance in &report.silent {
        out.warn(&context.text("send-silent", &[("instance", instance.to_string().into())]));
        tracing::error!(%instance, "nothing that was accepted was acknowledged");
    }
    for stop in &report.stops {
        if !out.is_json() {
            summary::tell_stop(context, stop, report.waiting);
        }
        tracing::warn!(stop = ?stop, "stopped");
    }
    // An error stops more than a number that is not linked: it is the code to look at first.
    let failed = failures.iter().map(|(_, error)| error.exit_code());
    Ok(failed.min().unwrap_or_else(|| code(report, args.dry_run)))
}

/// An error in the words of its own, where it does not end the command.
fn tell_error(context: &Context, error: &CliError) {
    let words = super::error::render(
        error,
        &context.catalog,
        context.output.width(),
        context.output.has_colour(),
    );
    context.output.tell(words.trim_end());
}

/// The worst that happened decides.
fn code(report: &SendReport, dry_run: bool) -> ExitCode {
    let mut codes: Vec<ExitCode> = report
        .stops
        .iter()
        .filter_map(|stop| match stop {
            Stop::NotPaired { .. } => Some(ExitCode::NotPaired),
            Stop::Gateway {
                error: GatewayError::NotConnected,
                ..
            } => Some(ExitCode::NotPaired),
            Stop::Gateway { .. } | Stop::Refused { .. } | Stop::Unclear { .. } => Some(ExitCode::Gateway),
            Stop::Restricted { .. } => Some(ExitCode::NeedsPerson),
            Stop::OfAnother { .. }
            | Stop::Window(_)
            | Stop::CapReached { .. }
            | Stop::Limit
            | Stop::Interrupted => None,
        })
        .collect();
    let failed = report.notices.keys().any(|s| {
        matches!(
            s,
            crate::domain::notice::NoticeState::Failed | crate::domain::notice::NoticeState::NeedsPerson
        )
    });
    let doubtful = !report.unknown.is_empty() || !report.late_answers.is_empty() || !report.silent.is_empty();
    if !dry_run && (failed || doubtful) {
        codes.push(ExitCode::NeedsPerson);
    }
    // Not paired says more than a gateway error, and both more than "look at something".
    [ExitCode::NotPaired, ExitCode::Gateway, ExitCode::NeedsPerson]
        .into_iter()
        .find(|c| codes.contains(c))
        .unwrap_or(ExitCode::Done)
}

fn error(context: &Context, error: SendError) -> CliError {
    match error {
        SendError::Ground(error) => wiring::ground_error(error),
        SendError::Outbox(error) => CliError::Outbox(error),
        SendError::Dossier(error) => dossier_error(context, &error),
    }
}

/// A document that could not be made.
pub fn dossier_error(context: &Context, error: &DossierError) -> CliError {
    match error {
        DossierError::Template(template) => CliError::said(
            ExitCode::Configuration,
            Words::new(context.say("template-bad"))
                .detail(template.to_string())
                .hint(context.say("template-bad-hint")),
        ),
        DossierError::Gone(what) => CliError::said(
            ExitCode::Database,
            Words::new(context.say("dossier-gone"))
                .detail(what.clone())
                .hint(context.say("dossier-gone-hint")),
        ),
    }
}

fn trial_error(context: &Context, error: TrialError) -> CliError {
    match error {
        TrialError::Ground(error) => wiring::ground_error(error),
        TrialError::Dossier(error) => dossier_error(context, &error),
        TrialError::Gateway { instance, error } => CliError::Gateway {
            instance: instance.to_string(),
            error,
        },
        TrialError::NotPaired { instance, .. } => CliError::Gateway {
            instance: instance.to_string(),
            error: GatewayError::NotConnected,
        },
        TrialError::NotOnWhatsApp => CliError::said(
            ExitCode::Gateway,
            Words::new(context.say("trial-not-on-whatsapp")).hint(context.say("trial-not-on-whatsapp-hint")),
        ),
        TrialError::NothingToSend(skipped) => {
            let mut reasons: Vec<String> = skipped.iter().map(|s| words::reason(context, s.reason)).collect();
            reasons.sort();
            reasons.dedup();
            CliError::said(
                ExitCode::Precondition,
                Words::new(context.say("trial-nothing"))
                    .detail(reasons.join("; "))
                    .hint(context.say("trial-nothing-hint")),
            )
        }
        TrialError::NoInstance => CliError::said(
            ExitCode::Configuration,
            Words::new(context.text("instance-none", &[("name", "".into()), ("names", "".into())])),
        ),
        TrialError::NotAccepted { part, of, outcome } => {
            let detail = match outcome {
                SendOutcome::Rejected(rejection) => document::rejection_word(&rejection).to_owned(),
                SendOutcome::Ambiguous { detail } => detail,
                SendOutcome::Accepted { .. } => String::new(),
            };
            CliError::said(
                ExitCode::Gateway,
                Words::new(context.text("trial-not-accepted", &[("part", part.into()), ("of", of.into())]))
                    .detail(detail),
            )
        }
        TrialError::Interrupted => {
            CliError::said(ExitCode::Unexpected, Words::new(context.say("interrupted")))
        }
    }
}
