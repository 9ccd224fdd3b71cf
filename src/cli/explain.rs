//! `explain`: the whole story of one customer, as text that fits 80 columns or as JSON.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use comfy_table::{CellAlignment, ColumnConstraint};
use serde_json::{Value as Json, json};

use super::args::ExplainArgs;
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::{customers, text, wiring, words};
use crate::app::explain::{
    BoletoVerdict, BranchView, ContactView, ExplainError, Explanation, Found, NoticeView, ReceivableView,
    explain,
};
use crate::app::shop::Shop;
use crate::domain::notice::NoticeId;
use crate::domain::selection::{BranchPolicy, Decisions, SkipReason, Skipped};
use crate::i18n::format;
use crate::ports::outbox::{Outbox, OutboxError};

/// Runs the command.
///
/// # Errors
/// [`CliError`]; exit 2 when nobody, or more than one, fits.
pub fn run(context: &Context, args: &ExplainArgs) -> Result<ExitCode, CliError> {
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
    let found =
        explain(&erp, outbox, &shop, &clock, &args.customer, customers::LISTED).map_err(
            |error| match error {
                ExplainError::Erp(error) => CliError::from(error),
                ExplainError::Outbox(error) => CliError::Outbox(error),
            },
        )?;
    match found {
        Found::Nobody => Err(customers::nobody(context, &args.customer)),
        Found::Several(several) => Err(customers::several(context, &args.customer, &several)?),
        Found::One(story) => {
            if context.output.is_json() {
                context.output.json(&document(&story))?;
            } else {
                Page { context, shop: &shop }.print(&story)?;
            }
            Ok(ExitCode::Done)
        }
    }
}

// ---------------------------------------------------------------- JSON

/// The document of `--json`; its keys are public and may only grow.
fn document(story: &Explanation) -> Json {
    json!({
        "customer": {
            "id": story.id,
            "name": story.customer.as_ref().map(|c| &c.name),
            "tax_id": story.customer.as_ref().and_then(|c| c.tax_id.as_ref()).map(|t| t.as_str()),
            "email_notice": story.customer.as_ref().map(|c| c.email_notice),
            "blocked": story.customer.as_ref().map(|c| c.blocked),
            "readable": story.customer.is_some(),
        },
        "today": story.today,
        "close": story.system.last_close(),
        "reference_day": story.day,
        "initialised": story.initialised,
        "refusal": story.refusal.as_ref().map(wiring::precondition_word),
        "bank_return_stale": story.bank_return_stale,
        "contacts": story.contacts.iter().map(contact_document).collect::<Vec<_>>(),
        "branches": story.branches.iter().map(branch_document).collect::<Vec<_>>(),
        "receivables": story.receivables.iter().map(receivable_document).collect::<Vec<_>>(),
        "hold": story.hold.as_ref().map(|h| json!({"kind": h.kind, "until": h.until})),
        "last_written": story.last_written.iter().map(|(to, on)| json!({
            "branch_id": to.branch, "phone": to.phone.e164(), "on": on,
        })).collect::<Vec<_>>(),
        "notices": story.notices.iter().map(notice_document).collect::<Vec<_>>(),
        "replies": story.replies.iter().map(|r| json!({
            "at": r.reply.at,
            "phone": r.reply.phone.e164(),
            "notice": r.reply.notice,
            "intent": r.reply.intent.word(),
            "text": r.reply.text,
            "media": r.reply.media,
            "needs_person": r.needs_person,
        })).collect::<Vec<_>>(),
        "decisions": story.stored.iter().map(|(close, s)| {
            let mut decision = skipped_document(s);
            decision["close"] = json!(close);
            decision
        }).collect::<Vec<_>>(),
        "now": decisions_document(&story.now),
        "next_close": {
            "close": story.next.close,
            "reference_day": story.next.day,
            "notices": decisions_document(&story.next.decisions)["notices"],
            "skipped": decisions_document(&story.next.decisions)["skipped"],
        },
        "bad_rows": story.bad_rows.iter().map(|b| json!({
            "query": b.query, "key": b.key, "column": b.column, "problem": b.problem, "value": b.value,
        })).collect::<Vec<_>>(),
    })
}

fn contact_document(view: &ContactView) -> Json {
    json!({
        "id": view.contact.id,
        "name": view.contact.name,
        "phone_typed": view.contact.phone,
        "phone": view.phone.as_ref().ok().map(|p| p.e164()),
        "phone_problem": view.phone.as_ref().err(),
        "receives_whatsapp": view.contact.receives_whatsapp,
        "opted_out": view.opted_out,
    })
}

fn branch_document(view: &BranchView) -> Json {
    let policy = match &view.policy {
        Some(BranchPolicy::Active(policy)) => Some(policy),
        Some(BranchPolicy::EmailNotConfigured) | None => None,
    };
    json!({
        "id": view.id,
        "name": view.branch.as_ref().map(|b| b.display_name()),
        "email_configured": view.policy.as_ref().map(|p| matches!(p, BranchPolicy::Active(_))),
        "upcoming_days": policy.map(|p| &p.upcoming),
        "overdue_days": policy.map(|p| &p.overdue),
        "repeat_every_days": policy.and_then(|p| p.repeat_every),
        "stop_after_days": policy.map(|p| p.stop_after),
        "min_amount_cents": policy.map(|p| p.min_amount.get()),
    })
}

fn receivable_document(view: &ReceivableView) -> Json {
    let r = &view.receivable;
    let (boleto, problem) = match view.boleto {
        BoletoVerdict::None => ("none", None),
        BoletoVerdict::Usable => ("usable", None),
        BoletoVerdict::Refused(why) => ("refused", Some(why)),
    };
    json!({
        "id": r.id,
        "branch_id": r.branch,
        "document": r.label(),
        "due_on": r.due_on,
        "amount_cents": r.amount.get(),
        "balance_cents": r.balance.get(),
        "stage": view.verdict.as_ref().ok(),
        "reason": view.verdict.as_ref().err().map(|(reason, _)| reason.word()),
        "detail": view.verdict.as_ref().err().map(|(_, detail)| detail),
        "boleto": boleto,
        "boleto_problem": problem,
        "claims": view.claims.iter().map(|c| json!({
            "phone": c.phone.e164(), "stage": c.stage, "notice": c.notice,
        })).collect::<Vec<_>>(),
        "next": view.next.map(|(on, stage)| json!({"on": on, "stage": stage})),
    })
}

fn notice_document(view: &NoticeView) -> Json {
    let notice = &view.notice;
    json!({
        "id": notice.id,
        "reference": notice.reference,
        "close": notice.close,
        "state": notice.state.word(),
        "reason": notice.reason,
        "contact_id": notice.contact,
        "phone": notice.phone.e164(),
        "branch_id": notice.branch,
        "instance": notice.instance,
        "kind": notice.kind.word(),
        "send_on": notice.send_on,
        "first_departure": notice.first_departure,
        "receivables": notice.items.iter().map(|i| json!({
            "id": i.receivable, "document": i.document, "due_on": i.due_on, "stage": i.stage,
            "balance_cents": i.balance.get(), "has_boleto": i.has_boleto,
        })).collect::<Vec<_>>(),
        "parts": notice.parts.iter().map(|p| json!({
            "part": p.key.to_string(), "kind": p.kind.word(), "state": p.state.word(), "attempt": p.attempt,
            "reason": p.reason, "begun_at": p.begun_at, "accepted_at": p.accepted_at,
        })).collect::<Vec<_>>(),
        "events": view.events.iter().map(|e| json!({
            "at": e.at, "seq": e.seq, "kind": e.kind, "detail": e.detail,
        })).collect::<Vec<_>>(),
    })
}

fn decisions_document(decisions: &Decisions) -> Json {
    json!({
        "notices": decisions.selected.iter().map(|s| json!({
            "contact_id": s.contact,
            "branch_id": s.branch,
            "phone": s.phone.e164(),
            "kind": s.kind.word(),
            "total_cents": s.total().get(),
            "receivables": s.items.iter().map(|i| json!({
                "id": i.receivable, "document": i.document, "due_on": i.due_on, "stage": i.stage,
                "balance_cents": i.balance.get(), "has_boleto": i.has_boleto,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "skipped": decisions.skipped.iter().map(skipped_document).collect::<Vec<_>>(),
    })
}

fn skipped_document(skipped: &Skipped) -> Json {
    json!({
        "contact_id": skipped.contact,
        "receivable_id": skipped.receivable,
        "reason": skipped.reason.word(),
        "detail": skipped.detail,
    })
}

// ---------------------------------------------------------------- text

/// The story as a page.
struct Page<'a> {
    context: &'a Context,
    shop: &'a Shop,
}

impl Page<'_> {
    fn print(&self, story: &Explanation) -> Result<(), CliError> {
        self.customer(story)?;
        self.contacts(story)?;
        self.policies(story)?;
        self.receivables(story)?;
        self.notices(story)?;
        self.replies(story)?;
        self.decisions(story)?;
        self.outlook(story)
    }

    fn customer(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        match &story.customer {
            Some(customer) => {
                let tax_id = customer
                    .tax_id
                    .as_ref()
                    .map(|t| format!(", {} {}", t.kind(), t.formatted()))
                    .unwrap_or_default();
                out.prose(&context.text(
                    "explain-customer",
                    &[
                        ("id", story.id.to_string().into()),
                        ("name", customer.name.trim().to_owned().into()),
                        ("tax_id", tax_id.into()),
                    ],
                ))?;
                out.prose(&context.text(
                    "explain-flags",
                    &[
                        ("email", self.yes(customer.email_notice).into()),
                        ("blocked", self.yes(customer.blocked).into()),
                    ],
                ))?;
            }
            None => out.prose(&context.text("explain-unreadable", &[("id", story.id.to_string().into())]))?,
        }
        out.prose(&context.text(
            "explain-dates",
            &[
                ("today", self.date(story.today).into()),
                ("close", self.date(story.system.last_close()).into()),
                ("day", self.date(story.day).into()),
            ],
        ))?;
        if let Some(refusal) = &story.refusal {
            let error = CliError::Precondition(refusal.clone());
            for words in error.words(&context.catalog) {
                out.prose(&words.message)?;
                if let Some(hint) = words.hint {
                    out.line(&text::wrap(&format!("  → {hint}"), out.width(), "    "))?;
                }
            }
        }
        if let Some(last) = story.system.last_bank_return.filter(|_| story.bank_return_stale) {
            out.prose(&context.text("warning-bank-return", &[("last", self.date(last).into())]))?;
        }
        if let Some(hold) = &story.hold {
            let args = [("kind", self.hold_kind(&hold.kind).into())];
            match hold.until {
                Some(until) => out.prose(&context.text(
                    "explain-hold-until",
                    &[args[0].clone(), ("until", self.date(until).into())],
                ))?,
                None => out.prose(&context.text("explain-hold", &args))?,
            }
        }
        for bad in &story.bad_rows {
            out.prose(&words::bad_row(context, bad))?;
        }
        Ok(())
    }

    fn contacts(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        self.heading("explain-contacts")?;
        if story.contacts.is_empty() {
            return out.prose(&context.say("explain-no-contacts"));
        }
        let header = [
            "explain-contact",
            "explain-typed",
            "explain-read-as",
            "explain-flagged",
        ];
        let mut table = out.table(&header.map(|key| context.say(key)));
        for view in &story.contacts {
            let read = match &view.phone {
                Ok(phone) if view.opted_out => {
                    format!(
                        "{}\n{}",
                        words::phone(phone),
                        words::reason(context, SkipReason::OptedOut)
                    )
                }
                Ok(phone) => words::phone(phone),
                Err(why) => self.phone_problem(&why.to_string()),
            };
            table.add_row(vec![
                format!("{} {}", view.contact.id, view.contact.name.trim()),
                view.contact.phone.trim().to_owned(),
                read,
                self.yes(view.contact.receives_whatsapp),
            ]);
        }
        out.rows(&table)
    }

    fn policies(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        if story.branches.is_empty() {
            return Ok(());
        }
        self.heading("explain-policy")?;
        for view in &story.branches {
            let name = view
                .branch
                .as_ref()
                .map(|b| b.display_name().to_owned())
                .unwrap_or_default();
            let args = [("branch", view.id.to_string().into()), ("name", name.into())];
            let line = match &view.policy {
                None => context.text("explain-policy-unreadable", &args[..1]),
                Some(BranchPolicy::EmailNotConfigured) => context.text("explain-policy-no-email", &args),
                Some(BranchPolicy::Active(policy)) => {
                    let list = |days: &[u32]| match days {
                        [] => context.say("explain-policy-off"),
                        days => days.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
                    };
                    let mut before = policy.upcoming.clone();
                    before.reverse();
                    let repeat = policy
                        .repeat_every
                        .filter(|_| !policy.overdue.is_empty())
                        .map(|days| context.text("explain-policy-repeat", &[("days", days.into())]))
                        .unwrap_or_default();
                    context.text(
                        "explain-policy-line",
                        &[
                            args[0].clone(),
                            args[1].clone(),
                            ("upcoming", list(&before).into()),
                            ("overdue", list(&policy.overdue).into()),
                            ("repeat", repeat.into()),
                            ("stop", policy.stop_after.into()),
                            ("minimum", format::money(context.lang(), policy.min_amount).into()),
                        ],
                    )
                }
            };
            out.line(&text::wrap(&format!("  {line}"), out.width(), "    "))?;
        }
        Ok(())
    }

    fn receivables(&self, story: &Explanation) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        self.heading("explain-receivables")?;
        let (open, closed): (Vec<_>, Vec<_>) = story
            .receivables
            .iter()
            .partition(|v| !matches!(v.verdict, Err((SkipReason::Settled, _))));
        if open.is_empty() {
            out.prose(&context.say("explain-nothing-open"))?;
        } else {
            let header = [
                "explain-document",
                "explain-due",
                "explain-balance",
                "explain-stage",
                "scan-boletos",
            ];
            let mut table = out.table(&header.map(|key| context.say(key)));
            for (index, column) in table.column_iter_mut().enumerate() {
                // Numbers are to be copied whole; words may be broken.
                if index < 3 {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
            }
            if let Some(column) = table.column_mut(2) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            for view in open {
                let r = &view.receivable;
                table.add_row(vec![
                    r.label(),
                    self.date(r.due_on),
                    format::money(context.lang(), r.balance).replace('\u{a0}', " "),
                    self.verdict(story, view),
                    match view.boleto {
                        BoletoVerdict::None => context.say("scan-boletos-none"),
                        BoletoVerdict::Usable => context.say("explain-boleto-usable"),
                        BoletoVerdict::Refused(why) => words::boleto(context, why),
                    },
                ]);
            }
            out.rows(&table)?;
        }
        if !closed.is_empty() {
            out.prose(&context.text("explain-settled", &[("count", closed.len().into())]))?;
        }
        Ok(())
    }

    /// The stage or the reason; what was claimed before; what comes next.
    fn verdict(&self, story: &Explanation, view: &ReceivableView) -> String {
        let context = self.context;
        let mut lines = vec![match &view.verdict {
            Ok(stage) => stage_words(context, *stage),
            Err((reason, detail)) => self.reason(*reason, detail),
        }];
        for claim in &view.claims {
            let stage = stage_words(context, claim.stage);
            let waits = |id| {
                let view = story.notices.iter().find(|n| n.notice.id == id);
                view.is_some_and(|n| n.notice.first_departure.is_none() && n.notice.state.is_open())
            };
            lines.push(match claim.notice {
                Some(notice) if waits(notice) => context.text(
                    "explain-claim-waits",
                    &[("stage", stage.into()), ("notice", notice.to_string().into())],
                ),
                Some(notice) => context.text(
                    "explain-claimed",
                    &[("stage", stage.into()), ("notice", notice.to_string().into())],
                ),
                None => context.text("explain-claimed-baseline", &[("stage", stage.into())]),
            });
        }
        if let Some((on, stage)) = view.next {
            let args = [
                ("on", self.date(on).into()),
                ("stage", stage_words(context, stage).into()),
            ];
            lines.push(context.text("explain-next-stage", &args));
        }
        lines.dedup();
        lines.join("\n")
    }

    fn notices(&self, story: &Explanation) -> Result<(), CliError> {
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

    fn replies(&self, story: &Explanation) -> Result<(), CliError> {
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
    fn decisions(&self, story: &Explanation) -> Result<(), CliError> {
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

    /// What a selection would do now, and after the next close.
    fn outlook(&self, story: &Explanation) -> Result<(), CliError> {
        let context = self.context;
        let args = [
            ("close", self.date(story.system.last_close()).into()),
            ("day", self.date(story.day).into()),
        ];
        let waits = story
            .notices
            .iter()
            .find(|n| n.notice.first_departure.is_none() && n.notice.state.is_open());
        self.outcome(
            story,
            &context.text("explain-now", &args),
            &story.now,
            waits.map(|n| n.notice.id),
        )?;
        let args = [
            ("close", self.date(story.next.close).into()),
            ("day", self.date(story.next.day).into()),
        ];
        self.outcome(
            story,
            &context.text("explain-next", &args),
            &story.next.decisions,
            None,
        )
    }

    /// `waits`: a stored notice that this selection would replace, or find as it is.
    fn outcome(
        &self,
        story: &Explanation,
        title: &str,
        decisions: &Decisions,
        waits: Option<NoticeId>,
    ) -> Result<(), CliError> {
        let (context, out) = (self.context, &self.context.output);
        out.line("")?;
        out.prose(title)?;
        let bullet = |line: String| out.line(&text::wrap(&format!("  {line}"), out.width(), "    "));
        if let Some(refusal) = &story.refusal {
            let error = CliError::Precondition(refusal.clone());
            let words = error.words(&context.catalog);
            return bullet(
                context.text(
                    "explain-refused",
                    &[(
                        "why",
                        words
                            .first()
                            .map(|w| w.message.clone())
                            .unwrap_or_default()
                            .into(),
                    )],
                ),
            );
        }
        for selected in &decisions.selected {
            let items: Vec<String> = selected
                .items
                .iter()
                .map(|i| format!("{} {}", i.document, stage_words(context, i.stage)))
                .collect();
            bullet(context.text(
                "explain-would",
                &[
                    ("phone", words::phone(&selected.phone).into()),
                    ("contact", selected.contact_name.trim().to_owned().into()),
                    ("total", format::money(context.lang(), selected.total()).into()),
                    ("items", items.join("; ").into()),
                ],
            ))?;
        }
        if let (false, Some(waits)) = (decisions.selected.is_empty(), waits) {
            bullet(context.text("explain-waits", &[("notice", waits.to_string().into())]))?;
        }
        let mut told: Vec<String> = Vec::new();
        for skipped in &decisions.skipped {
            // A receivable's own verdict stands in its row above.
            if decisions.selected.is_empty() || skipped.contact.is_some() || skipped.receivable.is_none() {
                let mut line = self.reason(skipped.reason, &skipped.detail);
                if matches!(skipped.reason, SkipReason::Settled | SkipReason::NoStage) {
                    line = words::reason(context, skipped.reason);
                }
                if let Some(id) = &skipped.contact {
                    let name = story
                        .contacts
                        .iter()
                        .find(|v| v.contact.id == *id)
                        .map(|v| v.contact.name.trim());
                    line = format!(
                        "{}: {line}",
                        name.filter(|n| !n.is_empty()).unwrap_or(id.as_str())
                    );
                }
                let line = context.text("explain-not", &[("why", line.into())]);
                if !told.contains(&line) {
                    told.push(line);
                }
            }
        }
        if decisions.selected.is_empty() && told.is_empty() {
            told.push(context.say("explain-nothing-open"));
        }
        told.into_iter().try_for_each(bullet)
    }

    /// A reason with its detail in the operator's language, as far as the detail says more.
    fn reason(&self, reason: SkipReason, detail: &str) -> String {
        let context = self.context;
        let date = detail
            .split_whitespace()
            .next_back()
            .and_then(|word| word.parse::<NaiveDate>().ok());
        let detail = match reason {
            SkipReason::InGrace => {
                date.map(|d| context.text("explain-until", &[("date", self.date(d).into())]))
            }
            SkipReason::WrittenRecently => date.map(|d| self.date(d)),
            SkipReason::OnHold => {
                date.map(|d| context.text("explain-until", &[("date", self.date(d).into())]))
            }
            SkipReason::StageClaimed | SkipReason::BankReturnStale => {
                detail.parse().ok().map(|stage| stage_words(context, stage))
            }
            SkipReason::UnusablePhone => Some(self.phone_problem(detail)),
            SkipReason::Excluded | SkipReason::BelowMinimum => Some(detail.to_owned()),
            _ => None,
        };
        let words = words::reason(context, reason);
        match detail.filter(|d| !d.is_empty()) {
            Some(detail) => format!("{words} ({detail})"),
            None => words,
        }
    }

    /// Why a phone is none, from the reason's English words.
    fn phone_problem(&self, words: &str) -> String {
        let key = format!("phone-{}", words.replace(' ', "-"));
        if self.context.catalog.has(&key) {
            self.context.say(&key)
        } else {
            words.to_owned()
        }
    }

    fn hold_kind(&self, kind: &str) -> String {
        let key = format!("hold-{kind}");
        if self.context.catalog.has(&key) {
            self.context.say(&key)
        } else {
            kind.to_owned()
        }
    }

    fn heading(&self, key: &str) -> Result<(), CliError> {
        self.context.output.line("")?;
        self.context.output.line(&self.context.say(key))
    }

    fn date(&self, date: NaiveDate) -> String {
        format::date(self.context.lang(), date)
    }

    fn yes(&self, yes: bool) -> String {
        self.context.say(if yes { "yes-word" } else { "no-word" })
    }
}

/// `5 dias antes`: without the brackets that the words have within a sentence.
fn stage_words(context: &Context, stage: crate::domain::policy::Stage) -> String {
    words::stage(context, stage).trim_matches(['(', ')']).to_owned()
}

/// The state of one notice; the words of `status` are those of many.
fn notice_state(context: &Context, word: &str) -> String {
    context.say(&format!("explain-state-{word}"))
}
