//! The story of a customer as a page: who it is, contacts, policies, receivables. What was done and what comes next is in
//! [`super::past`] and [`super::outlook`].

use chrono::NaiveDate;
use comfy_table::{CellAlignment, ColumnConstraint};

use crate::app::explain::{BoletoVerdict, Explanation, ReceivableView};
use crate::app::shop::Shop;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::{text, words};
use crate::domain::policy::Stage;
use crate::domain::selection::{BranchPolicy, SkipReason};
use crate::i18n::format;

/// The story as a page.
pub(super) struct Page<'a> {
    pub(super) context: &'a Context,
    pub(super) shop: &'a Shop,
}

impl Page<'_> {
    pub(super) fn print(&self, story: &Explanation) -> Result<(), CliError> {
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

    /// A reason with its detail in the operator's language, as far as the detail says more.
    pub(super) fn reason(&self, reason: SkipReason, detail: &str) -> String {
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

    pub(super) fn heading(&self, key: &str) -> Result<(), CliError> {
        self.context.output.line("")?;
        self.context.output.line(&self.context.say(key))
    }

    pub(super) fn date(&self, date: NaiveDate) -> String {
        format::date(self.context.lang(), date)
    }

    fn yes(&self, yes: bool) -> String {
        self.context.say(if yes { "yes-word" } else { "no-word" })
    }
}

/// `5 dias antes`: without the brackets that the words have within a sentence.
pub(super) fn stage_words(context: &Context, stage: Stage) -> String {
    words::stage(context, stage).trim_matches(['(', ')']).to_owned()
}
