//! One instance's messages: whose each is, what it means, and what is stored of it.

use chrono::Duration;

use crate::domain::ids::InstanceId;
use crate::domain::phone::Phone;
use crate::domain::reply::{Consent, Intent, intent};
use crate::ports::gateway::{CanonicalId, ChatMessage};
use crate::ports::outbox::{NewReply, Outbox, OutboxError, ReplyStored};

use super::super::shop::Treatment;
use super::answer::{Answer, answer_once, forward, shop_wrote_since};
use super::{Branches, Chatting, RepliesContext, RepliesError, RepliesReport, rests};

/// Treats a batch of messages of one instance, oldest first.
pub fn treat(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    (instance, linked): (&InstanceId, bool),
    branches: &Branches,
    messages: &[ChatMessage],
    report: &mut RepliesReport,
) -> Result<(), RepliesError> {
    // A number that WhatsApp restricts writes nothing by itself, answers neither. Without a link nothing can leave, and the
    // one answer of a notice is not spent on it.
    let silent = !linked || rests(ctx, instance)?;
    for message in messages.iter().filter(|m| !m.from_me && !is_group(&m.chat)) {
        if ctx.clock.stopping() {
            return Ok(());
        }
        treat_one(
            ctx,
            gateway,
            (instance, silent),
            branches,
            (messages, message),
            report,
        )?;
    }
    Ok(())
}

/// One message that a person wrote to us.
fn treat_one(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    (instance, silent): (&InstanceId, bool),
    branches: &Branches,
    (messages, message): (&[ChatMessage], &ChatMessage),
    report: &mut RepliesReport,
) -> Result<(), RepliesError> {
    let Some(phone) = phone_behind(ctx.outbox, message)? else {
        report.unmatched += usize::from(message.chat.0.ends_with("@lid"));
        return Ok(());
    };
    // Not written to before that message: a stranger, and none of our business.
    let by = if follows_ours(ctx.outbox, messages, message)? {
        message.at.max(ctx.clock.now())
    } else {
        message.at
    };
    let Some(answerable) = ctx.outbox.answerable(instance, &phone, by)? else {
        return Ok(());
    };
    let meaning = message.text.as_deref().map_or(Intent::Other, intent);
    let in_window = answerable.accepted
        && message.at - answerable.first_begun_at <= Duration::days(i64::from(ctx.shop.replies.window_days));
    // An opt-out counts for ever; anything else only while it can be an answer to the notice.
    let always = meaning.consent().is_some();
    if !in_window && !always {
        return Ok(());
    }
    if ctx.shop.replies.treatment == Treatment::Ignore && !always {
        return Ok(());
    }
    let needs_person = !matches!(meaning, Intent::OptOut | Intent::OptIn);
    let reply = NewReply {
        instance: instance.clone(),
        chat: message.chat.clone(),
        gateway_id: message.gateway_id.clone(),
        phone: phone.clone(),
        notice: Some(answerable.notice),
        at: message.at,
        text: message.text.clone(),
        media: message.media.clone(),
        intent: meaning,
    };
    let now = ctx.clock.now();
    let consent_changed = match ctx.outbox.store_reply(&reply, needs_person, now)? {
        ReplyStored::Known => return Ok(()),
        ReplyStored::New { consent_changed } => usize::from(consent_changed),
    };
    report.stored += 1;
    report.needs_person += usize::from(needs_person);
    *report.intents.entry(meaning).or_default() += 1;

    match meaning.consent() {
        Some(Consent::Withdrawn { .. }) => report.opted_out += consent_changed,
        Some(Consent::Given) => report.opted_in += consent_changed,
        None => {}
    }
    if silent || gateway.restriction().is_some() {
        return Ok(());
    }
    // After days without a poll (a PC that was off) an answer would come out of the blue.
    let fresh = now - message.at <= Duration::days(i64::from(ctx.shop.replies.window_days));
    if let Some(wanted) = Answer::to(meaning, ctx.shop.replies.treatment)
        && in_window
        && fresh
        && !answerable.answered
        && !shop_wrote_since(ctx.outbox, gateway, message, &answerable, now)?
    {
        answer_once(ctx, gateway, branches, &answerable, message, wanted, report)?;
    }
    if ctx.shop.replies.treatment == Treatment::Forward && gateway.restriction().is_none() {
        forward(ctx, gateway, &answerable, message, report)?;
    }
    Ok(())
}

fn is_group(chat: &CanonicalId) -> bool {
    chat.0.ends_with("@g.us") || chat.0.ends_with("@broadcast") || chat.0.ends_with("@newsletter")
}

/// The phone behind a chat: as resolved when we wrote, or learnt from a LID. Unknown: `None`.
fn phone_behind(outbox: &mut dyn Outbox, message: &ChatMessage) -> Result<Option<Phone>, RepliesError> {
    if let Some(alt) = &message.chat_alt
        && let Some(phone) = outbox.phone_of(alt)?
    {
        outbox.save_lid(&message.chat, &phone)?;
        return Ok(Some(phone));
    }
    Ok(outbox.phone_of(&message.chat)?)
}

/// One of our own messages stands before this one in the chat, by WhatsApp's clock. That is an answer even where the notice
/// seems younger: the shop's computer is ahead, and who wants out a minute after the notice must not be taken for a stranger.
fn follows_ours(
    outbox: &mut dyn Outbox,
    messages: &[ChatMessage],
    reply: &ChatMessage,
) -> Result<bool, OutboxError> {
    let names = [Some(&reply.chat), reply.chat_alt.as_ref()];
    let same_chat = |m: &ChatMessage| {
        names.contains(&Some(&m.chat)) || m.chat_alt.is_some() && names.contains(&m.chat_alt.as_ref())
    };
    let before: Vec<&str> = messages
        .iter()
        .filter(|m| m.from_me && m.at <= reply.at && same_chat(m))
        .map(|m| m.gateway_id.as_str())
        .collect();
    if before.is_empty() {
        return Ok(false);
    }
    for name in names.into_iter().flatten() {
        if outbox
            .own_gateway_ids(name)?
            .iter()
            .any(|id| before.contains(&id.as_str()))
        {
            return Ok(true);
        }
    }
    Ok(false)
}
