//! `pair` and `instances`: the link between an instance and the shop's phone.

use std::path::{Path, PathBuf};

use console::Term;
use serde_json::json;

use super::args::{InstancesArgs, PairArgs};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::files::{self, Readers};
use super::{wiring, words};
use crate::app::pair::{PairView, Paired, pair};
use crate::ports::clock::Clock;
use crate::ports::gateway::{Gateway, LinkState, PairWith, Pairing};
use crate::ports::outbox::Outbox;
use crate::render::qr;

/// Runs `pair`.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &PairArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::clock(context);
    let gateways = wiring::Gateways::read(settings, &erp, clock.now())?;
    let instance = gateways.choose(context, args.instance.as_deref())?;
    let failed = |error| CliError::Gateway {
        instance: instance.to_string(),
        error,
    };
    let gateway = gateways.open(&instance).map_err(failed)?;
    let before = gateway.status().map_err(failed)?;
    let out = &context.output;
    let state = |key: &str, state: &LinkState| {
        context.text(
            key,
            &[
                ("instance", instance.to_string().into()),
                ("state", words::link(context, state).into()),
            ],
        )
    };

    if args.status {
        if out.is_json() {
            out.json(&json!({"instance": instance, "state": words::link_word(&before)}))?;
        } else {
            out.line(&state("pair-state", &before))?;
        }
        return Ok(if matches!(before, LinkState::Open { .. }) {
            ExitCode::Done
        } else {
            ExitCode::NotPaired
        });
    }
    if args.unlink {
        if matches!(before, LinkState::Open { .. } | LinkState::Connecting) {
            gateway.logout().map_err(failed)?;
        }
        let after = gateway.status().map_err(failed)?;
        if out.is_json() {
            out.json(&json!({"instance": instance, "before": words::link_word(&before), "after": words::link_word(&after)}))?;
        } else {
            out.line(&state("pair-before", &before))?;
            out.line(&state("pair-after", &after))?;
        }
        return Ok(ExitCode::Done);
    }

    out.say(&state("pair-before", &before));
    if !matches!(before, LinkState::Open { .. }) {
        out.say(&context.say("pair-ban-risk"));
    }
    let with = args.code.clone().map_or(PairWith::Qr, PairWith::Code);
    let mut view = ConsoleView {
        context,
        png: args.png.clone(),
        drawn: 0,
        failed: None,
    };
    let paired = pair(&gateway, &gateway, &with, &clock, &mut view);
    if let Some(error) = view.failed.take() {
        return Err(error);
    }
    let (word, after) = match paired.map_err(failed)? {
        Paired::Already(after) => ("already", Some(after)),
        Paired::Linked(after) => ("linked", Some(after)),
        Paired::Expired => ("expired", None),
        Paired::Interrupted => ("interrupted", None),
    };
    tracing::info!(instance = %instance, outcome = word, "pair");
    if word == "linked" {
        // Whoever links has the phone in hand: a restriction of the number is not held against it any more. Before
        // `init` there is nothing to forget.
        let lifted = wiring::outbox(context, settings)
            .and_then(|mut outbox| {
                outbox
                    .lift_restriction(Some(&instance), clock.now())
                    .map_err(CliError::Outbox)
            })
            .unwrap_or_else(|error| {
                tracing::debug!(?error, "no outbox to forget a restriction in");
                0
            });
        if lifted > 0 {
            out.say(&context.text("send-resumed", &[("count", lifted.into())]));
        }
    }
    if out.is_json() {
        let after = after.as_ref().map(words::link_word);
        out.json(&json!({"instance": instance, "before": words::link_word(&before), "after": after, "outcome": word}))?;
    } else {
        match &after {
            Some(after) => out.line(&state("pair-after", after))?,
            None => out.prose(&context.say(&format!("pair-{word}")))?,
        }
    }
    Ok(if after.is_some() {
        ExitCode::Done
    } else {
        ExitCode::NotPaired
    })
}

/// Shows the codes in the console: each in place of the last one.
struct ConsoleView<'a> {
    context: &'a Context,
    png: Option<PathBuf>,
    /// Lines of the last code on the terminal.
    drawn: usize,
    /// A file that could not be written; the loop goes on until it is asked.
    failed: Option<CliError>,
}

impl PairView for ConsoleView<'_> {
    fn waiting(&mut self) {
        self.context.output.say(&self.context.say("pair-waiting"));
    }

    fn qr(&mut self, text: &str) {
        if let Some(path) = &self.png {
            match write_png(path, text) {
                Ok(()) => {
                    let path = path.display().to_string();
                    self.context
                        .output
                        .warn(&self.context.text("pair-png", &[("path", path.into())]));
                }
                Err(error) => self.failed = Some(error),
            }
            return;
        }
        let Ok((picture, width, height)) = qr::qr_console(text) else {
            self.context.output.warn(&self.context.say("pair-qr-too-long"));
            return;
        };
        let term = Term::stderr();
        if let Some((rows, columns)) = term.size_checked() {
            // The hint and the cursor need two lines besides the code.
            if usize::from(columns) < width || usize::from(rows) < height + 2 {
                let args = [
                    ("columns", width.into()),
                    ("rows", (height + 2).into()),
                    ("have_columns", usize::from(columns).into()),
                    ("have_rows", usize::from(rows).into()),
                ];
                self.context
                    .output
                    .warn(&self.context.text("pair-too-small", &args));
                return;
            }
        }
        if self.drawn > 0 && term.is_term() {
            let _ = term.clear_last_lines(self.drawn);
        }
        self.context.output.tell(picture.trim_end_matches('\n'));
        self.context.output.warn(&self.context.say("pair-scan"));
        self.drawn = height + 1;
    }

    fn code(&mut self, code: &str) {
        self.context.output.warn(
            &self
                .context
                .text("pair-code", &[("code", code.to_owned().into())]),
        );
    }
}

/// A scanner may look at the file while it is replaced, and whoever scans it holds the shop's WhatsApp.
fn write_png(path: &Path, text: &str) -> Result<(), CliError> {
    let bytes = qr::qr_png(text).map_err(|e| CliError::file(path, std::io::Error::other(e.to_string())))?;
    files::replace(path, &bytes, Readers::Owner)
}

/// Runs `instances`.
///
/// # Errors
/// [`CliError`].
pub fn instances(context: &Context, _args: &InstancesArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::reading_clock(context);
    let gateways = wiring::Gateways::read(settings, &erp, clock.now())?;
    let mut rows: Vec<(
        String,
        bool,
        Result<LinkState, crate::ports::gateway::GatewayError>,
    )> = Vec::new();
    for name in gateways.names() {
        let link = gateways.open(&name).and_then(|gateway| gateway.status());
        rows.push((name.to_string(), true, link));
    }
    // What the gateway has besides: only a global key may ask, and a refusal of that is no failure.
    if let Some(first) = gateways.names().first()
        && let Ok(all) = gateways.open(first).and_then(|gateway| gateway.instances())
    {
        for (name, state) in all {
            if !rows.iter().any(|(known, ..)| *known == name) {
                rows.push((name, false, Ok(state)));
            }
        }
    }
    let out = &context.output;
    if out.is_json() {
        out.json(&json!(
            rows.iter()
                .map(|(name, contracted, link)| json!({
                    "instance": name,
                    "contracted": contracted,
                    "state": match link { Ok(state) => words::link_word(state), Err(_) => "unreachable" },
                }))
                .collect::<Vec<_>>()
        ))?;
    } else if rows.is_empty() {
        return Err(CliError::said(
            ExitCode::Configuration,
            Words::new(context.text("instance-none", &[("name", "".into()), ("names", "".into())]))
                .hint(context.text("instance-none-hint", &[("name", "".into()), ("names", "".into())])),
        ));
    } else {
        let mut table =
            out.table(&["send-instance", "instances-contract", "status-link"].map(|key| context.say(key)));
        for (name, contracted, link) in &rows {
            let link = match link {
                Ok(state) => words::link(context, state),
                Err(_) => context.say("link-unreachable"),
            };
            table.add_row(vec![
                name.clone(),
                context.say(if *contracted { "yes-word" } else { "no-word" }),
                link,
            ]);
        }
        out.rows(&table)?;
    }
    // One that cannot be asked is worth its own words.
    match rows
        .into_iter()
        .find_map(|(name, contracted, link)| link.err().filter(|_| contracted).map(|e| (name, e)))
    {
        Some((instance, error)) => Err(CliError::Gateway { instance, error }),
        None => Ok(ExitCode::Done),
    }
}
