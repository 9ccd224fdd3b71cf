//! What has happened to a customer: notices with their receipts, replies, decisions of earlier runs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::page::{Page, stage_words};
use crate::app::explain::Explanation;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::{text, words};
use crate::domain::selection::SkipReason;
use crate::i18n::format;

impl Page<'_> {
    pub(super) fn notices(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        self.heading("explain-notices")?;
        if !story.initialised {
            return out.prose(&context.say("explain-before-init"));
        }
        if story.notices.is_empty() {
            return out.prose(&context.say("explain-no-notices"));
        }
        for view in &story.notices {
            let notice = &view.notice;
            let reason = notice
                .reason
                .as_deref()
                .map(|r| format!(" ({})", words::stored_reason(context, r)))
                .unwrap_or_default();
            let line = context.text(
                "explain-notice",
                &[
                    ("notice", notice.id.to_string().into()),
                    ("reference", notice.reference.to_string().into()),
                    ("close", self.date(notice.close).into()),
                    ("phone", words::phone(&notice.phone).into()),
                    ("state", notice_state(context, notice.state.word()).into()),
                    ("reason", reason.into()),
                ],
            );
            out.line(&text::wrap(&format!("  {line}"), out.width(), "    "))?;
            let items: Vec<String> = notice
                .items
                .iter()
                .map(|i| format!("{} {}", i.document, stage_words(context, i.stage)))
                .collect();
            out.line(&text::wrap(
                &format!("    {}", items.join("; ")),
                out.width(),
                "    ",
            ))?;
            for part in &notice.parts {
                let when = part.accepted_at.or(part.begun_at);
                let when = when.map(|at| format::date_time(context.lang(), self.shop.local(at)));
                let why = part.reason.as_deref().map(|r| words::stored_reason(context, r));
                let rest: Vec<String> = [when, why].into_iter().flatten().collect();
                let rest = if rest.is_empty() {
                    String::new()
                } else {
                    format!(", {}", rest.join(", "))
                };
                out.line(&text::wrap(
                    &format!(
                        "    {} {}: {}{rest}",
                        part.key,
                        words::part_kind(context, &part.kind),
                        words::part_state(context, part.state),
                    ),
                    out.width(),
                    "      ",
                ))?;
            }
            if out.verbosity() > 0 {
                for event in &view.events {
                    let at = format::date_time(context.lang(), self.shop.local(event.at));
                    let seq = event.seq.map(|s| format!(".{s}")).unwrap_or_default();
                    let line = format!("      {at} {}{seq} {} {}", notice.id, event.kind, event.detail);
                    out.line(&text::wrap(line.trim_end(), out.width(), "        "))?;
                }
            }
        }
        for (to, on) in &story.last_written {
            let args = [
                ("phone", words::phone(&to.phone).into()),
                ("on", self.date(*on).into()),
            ];
            out.line(&text::wrap(
                &format!("  {}", context.text("explain-last-written", &args)),
                out.width(),
                "    ",
            ))?;
        }
        Ok(())
    }

    pub(super) fn replies(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        if story.replies.is_empty() {
            return Ok(());
        }
        self.heading("explain-replies")?;
        for stored in &story.replies {
            let reply = &stored.reply;
            let media = || reply.media.as_ref().map(|m| format!("[{m}]"));
            let written = reply.text.clone().or_else(media).unwrap_or_default();
            let line = format!(
                "  {}  {}  {}: {}",
                format::date_time(context.lang(), self.shop.local(reply.at)),
                words::phone(&reply.phone),
                words::intent(context, reply.intent),
                written.replace(['\n', '\r'], " "),
            );
            out.line(&text::wrap(&line, out.width(), "    "))?;
        }
        Ok(())
    }

    /// What the last runs decided against, one line a close and reason.
    pub(super) fn decisions(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        let mut by_close: BTreeMap<NaiveDate, BTreeMap<SkipReason, BTreeSet<String>>> = BTreeMap::new();
        for (close, skipped) in &story.stored {
            let about = by_close
                .entry(*close)
                .or_default()
                .entry(skipped.reason)
                .or_default();
            if let Some(receivable) = &skipped.receivable {
                let known = story.receivables.iter().find(|v| v.receivable.id == *receivable);
                about.insert(known.map_or_else(|| receivable.to_string(), |v| v.receivable.label()));
            }
        }
        if by_close.is_empty() {
            return Ok(());
        }
        self.heading("explain-decisions")?;
        for (close, reasons) in by_close.into_iter().rev() {
            for (reason, about) in reasons {
                let about: Vec<String> = about.into_iter().collect();
                let about = if about.is_empty() {
                    String::new()
                } else {
                    format!(": {}", about.join(", "))
                };
                let line = format!(
                    "  {}  {}{about}",
                    self.date(close),
                    words::reason(context, reason)
                );
                out.line(&text::wrap(&line, out.width(), "    "))?;
            }
        }
        Ok(())
    }
}

/// The state of one notice; the words of `status` are those of many.
fn notice_state(context: &Context, word: &str) -> String {
    context.say(&format!("explain-state-{word}"))
}
