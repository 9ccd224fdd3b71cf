//! What the program writes by itself: the one automatic answer of a notice, and replies forwarded to the shop.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::domain::document::Creditor;
use crate::domain::notice::{MessageId, Reference};
use crate::domain::reply::Intent;
use crate::ports::gateway::{ChatMessage, Content, Rejection, SendOutcome};
use crate::ports::outbox::{AnswerOutcome, Answerable, Outbox};
use crate::render::message;

use super::super::shop::Treatment;
use super::{Branches, Chatting, RepliesContext, RepliesError, RepliesReport};

/// Which automatic answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What was written was received.
    Received,
    /// No more notices.
    OptedOut,
    /// Notices again.
    OptedIn,
    /// Not that person's number.
    WrongNumber,
}

impl Answer {
    /// The answer to what was meant, if the shop wants one.
    pub fn to(meaning: Intent, treatment: Treatment) -> Option<Answer> {
        if treatment == Treatment::Ignore {
            return None;
        }
        match meaning {
            Intent::OptOut => Some(Answer::OptedOut),
            Intent::WrongNumber => Some(Answer::WrongNumber),
            Intent::OptIn => Some(Answer::OptedIn),
            Intent::Paid | Intent::Other => (treatment == Treatment::AutoReply).then_some(Answer::Received),
        }
    }
}

/// A person of the shop wrote in that chat after the notice: then no machine talks over them. The whole chat since the
/// notice counts, however long ago this poll's own window began; a chat that cannot be read counts as written in.
pub fn shop_wrote_since(
    outbox: &mut dyn Outbox,
    gateway: &dyn Chatting,
    reply: &ChatMessage,
    answerable: &Answerable,
    now: DateTime<Utc>,
) -> Result<bool, RepliesError> {
    for name in [Some(&reply.chat), reply.chat_alt.as_ref()].into_iter().flatten() {
        let chat = match gateway.chat(name, answerable.first_begun_at, now) {
            Ok(chat) => chat,
            Err(error) => {
                tracing::warn!(%error, "chat not read: no automatic answer");
                return Ok(true);
            }
        };
        let ours: HashSet<String> = outbox.own_gateway_ids(name)?.into_iter().collect();
        if chat.iter().any(|m| m.from_me && !ours.contains(&m.gateway_id)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The one automatic answer of a notice: intent first, as with parts. A crash between intent and answer leaves the
/// customer without one, never with two.
pub fn answer_once(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    branches: &Branches,
    answerable: &Answerable,
    message: &ChatMessage,
    wanted: Answer,
    report: &mut RepliesReport,
) -> Result<(), RepliesError> {
    let Some(branch) = branches.get(&answerable.branch) else {
        return Ok(());
    };
    let text = match wanted {
        Answer::Received => message::auto_reply(
            ctx.shop.replies.text.as_deref(),
            &Creditor::of(branch),
            ctx.shop.lang,
        )?,
        Answer::OptedOut => message::opt_out(ctx.shop.lang).to_owned(),
        Answer::OptedIn => message::opt_in(ctx.shop.lang).to_owned(),
        Answer::WrongNumber => message::wrong_number(ctx.shop.lang).to_owned(),
    };
    let to = message.chat_alt.clone().unwrap_or_else(|| message.chat.clone());
    let Some(id) = ctx
        .outbox
        .begin_answer(answerable.notice, &text, ctx.clock.now())?
    else {
        return Ok(());
    };
    let (outcome, gateway_id) = match gateway.send(&id, &to, &Content::Text(text)) {
        SendOutcome::Accepted { gateway_id, .. } => {
            report.answered += 1;
            (AnswerOutcome::Accepted, Some(gateway_id))
        }
        SendOutcome::Rejected(_) => (AnswerOutcome::Refused, None),
        SendOutcome::Ambiguous { .. } => {
            report.unclear += 1;
            // Often a lost link: whether WhatsApp itself has ended it decides about the next answer, and about all sending.
            if let Err(error) = gateway.status() {
                tracing::debug!(%error, "state not known after an unclear answer");
            }
            (AnswerOutcome::Unknown, None)
        }
    };
    Ok(ctx
        .outbox
        .record_answer(answerable.notice, outcome, gateway_id.as_deref(), ctx.clock.now())?)
}

/// Forwards a reply to the shop's own phone. Best effort: the reply itself is stored.
pub fn forward(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    answerable: &Answerable,
    message: &ChatMessage,
    report: &mut RepliesReport,
) -> Result<(), RepliesError> {
    let Some(to) = ctx.forward_to.clone() else {
        return Ok(());
    };
    let Ok(resolved) = gateway.resolve(std::slice::from_ref(&to)) else {
        return Ok(());
    };
    let Some(canonical) = resolved.into_iter().next().and_then(|r| r.canonical) else {
        return Ok(());
    };
    let what = message
        .text
        .clone()
        .or_else(|| message.media.clone().map(|m| format!("[{m}]")))
        .unwrap_or_default();
    let reference = Reference::of(answerable.notice);
    let text = format!("{} ({reference}): {what}", answerable.phone.e164());
    let identity = ctx.outbox.identity()?;
    let id = MessageId::derive(
        &format!("{identity}:{}", message.gateway_id),
        answerable.notice,
        0,
    );
    match gateway.send(&id, &canonical, &Content::Text(text)) {
        SendOutcome::Accepted { .. } => report.forwarded += 1,
        SendOutcome::Rejected(Rejection::NotOnWhatsApp | Rejection::InvalidRequest(_))
        | SendOutcome::Rejected(_)
        | SendOutcome::Ambiguous { .. } => {}
    }
    Ok(())
}
