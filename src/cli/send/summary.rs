//! What `send` tells a person at its end.

use super::super::context::Context;
use super::super::error::{CliError, Words};
use super::super::words;
use super::tell_error;
use crate::app::send::{SendReport, Stop};
use crate::i18n::format;
use crate::ports::gateway::{LinkState, Rejection};

/// What would leave, and when.
pub fn dry_run(context: &Context, report: &SendReport) -> Result<(), CliError> {
    let out = &context.output;
    if !report.plan.is_empty() {
        let header = ["send-notice", "scan-phone", "send-instance", "send-parts"];
        let mut table = out.table(&header.map(|key| context.say(key)));
        for planned in &report.plan {
            table.add_row(vec![
                planned.notice.to_string(),
                words::phone(&planned.phone),
                planned.instance.to_string(),
                planned.queued.to_string(),
            ]);
        }
        out.rows(&table)?;
    }
    let args = [
        ("notices", report.due.into()),
        ("duration", words::duration(context, report.estimate).into()),
    ];
    out.prose(&context.text("send-would", &args))
}

/// What became of what was due.
pub fn summary(context: &Context, report: &SendReport) -> Result<(), CliError> {
    let out = &context.output;
    if report.due == 0 && report.unknown.is_empty() {
        return out.prose(&context.say("send-nothing"));
    }
    let states: Vec<String> = report
        .notices
        .iter()
        .map(|(state, count)| format!("{count} {}", words::notice_state(context, *state)))
        .collect();
    let states = if states.is_empty() {
        context.say("send-none")
    } else {
        states.join(", ")
    };
    out.prose(&context.text(
        "send-done",
        &[
            ("states", states.into()),
            ("parts", report.accepted.into()),
            ("waiting", report.waiting.into()),
        ],
    ))?;
    for (key, parts) in [
        ("send-unknown", &report.unknown),
        ("send-late", &report.late_answers),
    ] {
        if !parts.is_empty() {
            let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            out.prose(&context.text(key, &[("parts", parts.join(", ").into())]))?;
        }
    }
    Ok(())
}

/// Why it stopped, what is safe, what to do.
pub fn tell_stop(context: &Context, stop: &Stop, waiting: usize) {
    let (key, instance, detail) = match stop {
        Stop::Window(opens) => {
            let opens = opens.map_or_else(String::new, |at| format::date_time(context.lang(), at));
            let args = [("opens", opens.into()), ("waiting", waiting.into())];
            return context.output.say(&context.text("stop-window", &args));
        }
        Stop::Limit => {
            return context
                .output
                .say(&context.text("stop-limit", &[("waiting", waiting.into())]));
        }
        Stop::Interrupted => {
            return context
                .output
                .warn(&context.text("stop-interrupted", &[("waiting", waiting.into())]));
        }
        Stop::NotPaired {
            instance,
            state: LinkState::Absent,
        } => ("stop-absent", instance, String::new()),
        Stop::NotPaired { instance, .. } => ("stop-not-paired", instance, String::new()),
        Stop::Gateway { instance, error } => {
            let error = CliError::Gateway {
                instance: instance.to_string(),
                error: error.clone(),
            };
            tell_error(context, &error);
            return context
                .output
                .warn(&context.text("stop-waiting", &[("waiting", waiting.into())]));
        }
        Stop::Refused {
            instance,
            rejection: Rejection::Unauthorized,
        } => ("stop-unauthorized", instance, String::new()),
        Stop::Refused {
            instance,
            rejection: Rejection::UnknownInstance,
        } => ("stop-absent", instance, String::new()),
        Stop::Refused {
            instance,
            rejection: Rejection::RateLimited { .. },
        } => ("stop-rate-limited", instance, String::new()),
        Stop::Refused {
            instance,
            rejection: Rejection::Unreachable(detail),
        } => ("stop-unreachable", instance, detail.clone()),
        Stop::Refused { instance, .. } => ("stop-refused", instance, String::new()),
        Stop::Restricted { instance, sign, .. } => ("stop-restricted", instance, sign.clone()),
        Stop::OfAnother { instance, .. } => ("stop-of-another", instance, String::new()),
        Stop::Unclear { instance } => ("stop-unclear", instance, String::new()),
        Stop::CapReached { instance } => ("stop-cap", instance, String::new()),
    };
    let mut args = vec![
        ("instance", instance.to_string().into()),
        ("waiting", waiting.into()),
    ];
    match stop {
        Stop::Restricted { until, .. } => args.push(("until", format::date(context.lang(), *until).into())),
        Stop::OfAnother { restricted, .. } => args.push(("restricted", restricted.to_string().into())),
        _ => {}
    }
    let words = Words::new(context.text(key, &args)).detail(detail);
    context.output.warn(&match &words.detail {
        Some(detail) => format!("{}\n  {detail}", words.message),
        None => words.message,
    });
}
