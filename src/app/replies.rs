//! Treats what customers answer (DESIGN.md section 8).
//!
//! The paired phone is often the shop's own, so everything here is narrow: a message counts only when it comes from
//! a number that we wrote a notice to, within `reply_window_days`; others are never stored, answered or marked as
//! read. An automatic answer goes out once a notice, and never when a person of the shop wrote in that chat after
//! the notice. Opt-outs are honoured whenever they come.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};

use crate::domain::document::Creditor;
use crate::domain::ids::InstanceId;
use crate::domain::notice::PartState;
use crate::domain::phone::Phone;
use crate::domain::receivable::Branch;
use crate::domain::reply::{Consent, Intent, intent};
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, ErpError};
use crate::ports::gateway::{
    CanonicalId, ChatMessage, Content, Gateway, GatewayError, Inbox, LinkState, Rejection, SendOutcome,
};
use crate::ports::outbox::{
    AnswerOutcome, Answerable, AwaitingReceipt, NewReply, Outbox, OutboxError, ReplyStored, Restriction,
};
use crate::render::message::{self, TemplateError};

use super::ground::{GroundError, check_contract};
use super::receipts;
use super::shop::{Shop, Treatment};

/// Polling windows overlap by so much: a message that the gateway stored late is still seen (and seen once, by its
/// key).
const OVERLAP_MINUTES: i64 = 15;

/// How far back the very first poll looks.
const FIRST_LOOK_DAYS: i64 = 3;

/// A gateway that can both send and read.
pub trait Chatting: Gateway + Inbox {}
impl<T: Gateway + Inbox> Chatting for T {}

/// Which automatic answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Received,
    OptedOut,
    OptedIn,
    WrongNumber,
}

/// Opens the gateway of an instance, to read and to answer.
pub type OpenChat<'a> = dyn Fn(&InstanceId) -> Result<Box<dyn Chatting>, GatewayError> + 'a;

/// What a run needs.
pub struct RepliesContext<'a> {
    /// The ERP: contract, and the branch's name for the answer.
    pub erp: &'a dyn Erp,
    /// Our tables.
    pub outbox: &'a mut dyn Outbox,
    /// The shop's settings.
    pub shop: &'a Shop,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Opens the gateway of an instance.
    pub gateway: &'a OpenChat<'a>,
    /// Where `forward` sends to.
    pub forward_to: Option<Phone>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepliesReport {
    /// Messages seen in the window, in all chats.
    pub seen: usize,
    /// Stored as answers to our notices, for the first time.
    pub stored: usize,
    /// By what they mean.
    pub intents: BTreeMap<Intent, usize>,
    /// Answered automatically.
    pub answered: usize,
    /// Forwarded to the shop.
    pub forwarded: usize,
    /// Phones that opted out in this run.
    pub opted_out: usize,
    /// Phones that came back.
    pub opted_in: usize,
    /// Messages under an opaque id whose phone is not known: left alone.
    pub unmatched: usize,
    /// A person should look at so many.
    pub needs_person: usize,
    /// Automatic answers of which nobody knows whether they left: not sent again.
    pub unclear: usize,
    /// Ctrl-C: the rest is treated by the next run.
    pub interrupted: bool,
    /// Instances that could not be read, and why.
    pub failed: Vec<(InstanceId, GatewayError)>,
    /// Instances that are not linked.
    pub not_paired: Vec<(InstanceId, LinkState)>,
    /// Instances of which this run met the sign that WhatsApp restricts their number: written down for all runs to come.
    pub restricted: Vec<(InstanceId, Restriction)>,
}

/// Why a run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum RepliesError {
    /// The ERP, or the contract.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The configured text of the answer.
    #[error(transparent)]
    Message(#[from] TemplateError),
}

impl From<ErpError> for RepliesError {
    fn from(error: ErpError) -> Self {
        RepliesError::Ground(error.into())
    }
}

/// Polls the instances once.
///
/// # Errors
/// [`RepliesError`]; what was treated until then is on record and is not treated again.
pub fn poll(ctx: &mut RepliesContext<'_>, instances: &[InstanceId]) -> Result<RepliesReport, RepliesError> {
    let mut report = RepliesReport::default();
    let now = ctx.clock.now();
    let branches: HashMap<_, _> = {
        let mut snapshot = ctx.erp.snapshot()?;
        check_contract(&mut *snapshot, ctx.shop.today(now))?;
        snapshot
            .branches()?
            .rows
            .into_iter()
            .map(|b| (b.id.clone(), b))
            .collect()
    };
    for instance in instances {
        if ctx.clock.stopping() {
            break;
        }
        let gateway = match (ctx.gateway)(instance) {
            Ok(gateway) => gateway,
            Err(error) => {
                report.failed.push((instance.clone(), error));
                continue;
            }
        };
        let linked = match gateway.status() {
            Ok(LinkState::Open { .. }) => true,
            // Messages that came while it was linked can still be read.
            Ok(state) => {
                report.not_paired.push((instance.clone(), state));
                false
            }
            Err(error) => {
                report.failed.push((instance.clone(), error));
                continue;
            }
        };
        let since = looks_back_to(ctx.outbox.read_until(instance)?, now);
        let messages = gateway.messages(since, now);
        if let Ok(messages) = &messages {
            report.seen += messages.len();
            treat(
                ctx,
                &*gateway,
                (instance, linked),
                &branches,
                messages,
                &mut report,
            )?;
        }
        remember(ctx, &*gateway, instance, &mut report)?;
        match messages {
            Ok(_) => {}
            // Told already, with what follows from it.
            Err(GatewayError::Restricted(_)) => continue,
            Err(error) => {
                report.failed.push((instance.clone(), error));
                continue;
            }
        }
        // What was written while the link was down comes with its own, older times once it is up again.
        if linked && !ctx.clock.stopping() {
            ctx.outbox.set_read_until(instance, now)?;
        }
    }
    report.interrupted = ctx.clock.stopping();
    if !report.interrupted {
        let gateway = ctx.gateway;
        let acks = |instance: &InstanceId, ids: &[String]| gateway(instance).ok()?.acks(ids).ok();
        // Often, so only the fresh ones that may not have arrived yet; `send` asks for the rest.
        let fresh = now - Duration::days(1);
        let undelivered =
            |one: &AwaitingReceipt| one.accepted_at >= fresh && one.state != PartState::Delivered;
        receipts::collect(ctx.outbox, &acks, &undelivered, fresh, ctx.clock.now())?;
    }
    Ok(report)
}

/// The instance's number was restricted, and its rest is not over.
fn rests(ctx: &mut RepliesContext<'_>, instance: &InstanceId) -> Result<bool, OutboxError> {
    let today = ctx.shop.today(ctx.clock.now());
    Ok(ctx.outbox.instances(today)?.into_iter().any(|row| {
        row.instance == *instance
            && row
                .restriction
                .is_some_and(|restriction| restriction.holds_on(today))
    }))
}

/// Writes down a sign of restriction that this run has met, so that no `send` begins anything either. One that shows for as
/// long as the link is down is written down once, and not at each poll until it counts as the next one.
fn remember(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    instance: &InstanceId,
    report: &mut RepliesReport,
) -> Result<(), OutboxError> {
    let Some(why) = gateway.restriction() else {
        return Ok(());
    };
    if !rests(ctx, instance)? {
        let found = super::send::note_restriction(ctx.outbox, ctx.shop, ctx.clock, instance, why)?;
        report.restricted.push((instance.clone(), found));
    }
    Ok(())
}

/// Treats a batch of messages of one instance, oldest first.
fn treat(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    (instance, linked): (&InstanceId, bool),
    branches: &HashMap<crate::domain::ids::BranchId, Branch>,
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
        let Some(phone) = phone_behind(ctx.outbox, message)? else {
            report.unmatched += usize::from(message.chat.0.ends_with("@lid"));
            continue;
        };
        // Not written to before that message: a stranger, and none of our business.
        let by = if follows_ours(ctx.outbox, messages, message)? {
            message.at.max(ctx.clock.now())
        } else {
            message.at
        };
        let Some(answerable) = ctx.outbox.answerable(instance, &phone, by)? else {
            continue;
        };
        let meaning = message.text.as_deref().map_or(Intent::Other, intent);
        let in_window = answerable.accepted
            && message.at - answerable.first_begun_at
                <= Duration::days(i64::from(ctx.shop.replies.window_days));
        // An opt-out counts for ever; anything else only while it can be an answer to the notice.
        let always = meaning.consent().is_some();
        if !in_window && !always {
            continue;
        }
        if ctx.shop.replies.treatment == Treatment::Ignore && !always {
            continue;
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
            ReplyStored::Known => continue,
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
        let confirmation = match meaning {
            Intent::OptOut => Some(Answer::OptedOut),
            Intent::WrongNumber => Some(Answer::WrongNumber),
            Intent::OptIn => Some(Answer::OptedIn),
            Intent::Paid | Intent::Other => None,
        };
        let wanted = match (confirmation, ctx.shop.replies.treatment) {
            (_, Treatment::Ignore) => None,
            (Some(confirmation), _) => Some(confirmation),
            (None, Treatment::AutoReply) => Some(Answer::Received),
            (None, Treatment::Store | Treatment::Forward) => None,
        };
        // After days without a poll (a PC that was off) an answer would come out of the blue.
        let fresh = now - message.at <= Duration::days(i64::from(ctx.shop.replies.window_days));
        if let (Some(wanted), true) = (wanted, in_window && fresh)
            && !answerable.answered
            && !silent
            && gateway.restriction().is_none()
            && !shop_wrote_since(ctx.outbox, gateway, message, &answerable, now)?
        {
            answer_once(ctx, gateway, branches, &answerable, message, wanted, report)?;
        }
        if ctx.shop.replies.treatment == Treatment::Forward && !silent && gateway.restriction().is_none() {
            forward(ctx, gateway, &answerable, message, report)?;
        }
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

/// A person of the shop wrote in that chat after the notice: then no machine talks over them. The whole chat since the
/// notice counts, however long ago this poll's own window began; a chat that cannot be read counts as written in.
fn shop_wrote_since(
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
fn answer_once(
    ctx: &mut RepliesContext<'_>,
    gateway: &dyn Chatting,
    branches: &HashMap<crate::domain::ids::BranchId, Branch>,
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
fn forward(
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
    let reference = crate::domain::notice::Reference::of(answerable.notice);
    let text = format!("{} ({reference}): {what}", answerable.phone.e164());
    let identity = ctx.outbox.identity()?;
    let id = crate::domain::notice::MessageId::derive(
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

/// From when on a poll looks. A mark ahead of the clock was made while the clock was wrong: it marks nothing.
pub fn looks_back_to(mark: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let mark = mark.filter(|mark| *mark <= now);
    mark.map_or(now - Duration::days(FIRST_LOOK_DAYS), |mark| {
        mark - Duration::minutes(OVERLAP_MINUTES)
    })
}
