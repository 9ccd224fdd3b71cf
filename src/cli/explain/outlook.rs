//! What a selection would do now, and after the next close.

use super::page::{Page, stage_words};
use crate::app::explain::Explanation;
use crate::cli::error::CliError;
use crate::cli::{text, words};
use crate::domain::notice::NoticeId;
use crate::domain::selection::{Decisions, SkipReason};
use crate::i18n::format;

impl Page<'_> {
    /// What a selection would do now, and after the next close.
    pub(super) fn outlook(&self, story: &Explanation) -> Result<(), CliError> {
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
}
