//! The ports of one worker: each call is a step of the world, or a look where nobody can tell when it happened: what it
//! reads or writes decides nothing for anybody else.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use wa_notify::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use wa_notify::domain::money::Cents;
use wa_notify::domain::notice::{Ending, MessageId, NoticeId, PartEvent, PartKey, PartState};
use wa_notify::domain::phone::Phone;
use wa_notify::domain::receivable::{
    BadRow, Batch, BoletoRecord, Branch, Contact, ContractFeature, ContractInstance, Customer, PolicyRow,
    Receivable, SystemDates,
};
use wa_notify::domain::selection::{Hold, Skipped};
use wa_notify::domain::tax_id::TaxId;
use wa_notify::ports::clock::{Clock, Random};
use wa_notify::ports::erp::{Erp, ErpError, ErpSnapshot, Scope};
use wa_notify::ports::gateway::{
    Ack, AckLevel, CanonicalId, Capabilities, Content, Fingerprint, Gateway, GatewayError, LinkState, Lookup,
    Probe, Rejection, Resolved, SendOutcome,
};
use wa_notify::ports::outbox::{
    AnswerOutcome, Answerable, AwaitingReceipt, Begin, Begun, Claim, Counts, Departure, Due, Event,
    InstanceRow, Memory, NewReply, NewRun, Notice, Outbox, OutboxError, Outcome, Recorded, ReplyStored,
    Resolution, Restarted, Restriction, RunId, RunSummary, StoredReply,
};

use super::tables::IDENTITY;
use super::world::{Message, Shared, World};

/// One worker's eyes and hands.
#[derive(Clone)]
pub struct Hand {
    pub shared: Arc<Shared>,
    pub me: usize,
}

/// Of `replies` and the commands that only look: neither `send` nor `scan` asks.
fn not_asked(what: &str) -> ! {
    panic!("the model has no {what}: send and scan do not ask for it")
}

fn begin_in(w: &mut World, begin: &Begin, me: usize) -> Begun {
    let row = w.tables.notices.get(&begin.part.notice.0);
    let instance = row.and_then(|r| w.tables.instances.get(&r.instance).cloned());
    let begun = w.tables.begin(begin, w.time);
    let row = w.tables.notices.get(&begin.part.notice.0);
    if let (Begun::Go { .. }, Some(row)) = (&begun, row) {
        let waits = |p: &super::tables::PartRow| p.seq < begin.part.seq && !p.state.is_settled();
        let rests = |r: &wa_notify::ports::outbox::Restriction| r.holds_on(begin.today);
        if row.parts.iter().any(waits) {
            w.violation(format!(
                "part {} began before an earlier one was settled",
                begin.part
            ));
        } else if instance
            .as_ref()
            .and_then(|i| i.restriction.as_ref())
            .is_some_and(rests)
        {
            w.violation(format!(
                "part {} began though the number is restricted",
                begin.part
            ));
        }
    }
    if let Begun::Go { attempt, .. } = &begun {
        w.attempt_begins(begin.part, *attempt, me);
    }
    if let (Begun::Go { .. }, Some(before)) = (&begun, instance) {
        let early = before.next_allowed.is_some_and(|(until, _)| w.time < until);
        if early {
            w.violation(format!("part {} began within the gap", begin.part));
        }
        let row = &w.tables.notices[&begin.part.notice.0];
        let after = &w.tables.instances[&row.instance];
        let (contacts, same_day) = (after.contacts, before.counted_day == after.counted_day);
        let counted = w
            .tables
            .notices
            .values()
            .filter(|n| n.counted_on == Some(begin.today) && n.instance == row.instance)
            .count();
        if contacts as usize != counted || begin.daily_cap.is_some_and(|cap| contacts > cap) {
            w.violation(format!("{contacts} contacts counted, {counted} written to"));
        }
        if same_day && contacts < before.contacts {
            w.violation("the day's counter went back".to_owned());
        }
    }
    begun
}

fn record_in(
    w: &mut World,
    part: PartKey,
    attempt: u32,
    outcome: &Outcome,
    me: usize,
) -> Result<Recorded, OutboxError> {
    let recorded = w.tables.record(part, attempt, outcome);
    w.attempt_ends(part, attempt, me);
    // Logged, and exit 8: from here on a person looks after it.
    if matches!(recorded, Ok(Recorded::LateAnswer)) && outcome.event == PartEvent::Accept {
        w.touched.insert(part);
    }
    recorded
}

impl Outbox for Hand {
    fn identity(&mut self) -> Result<String, OutboxError> {
        Ok(IDENTITY.to_owned())
    }

    fn memory(&mut self, receivables: &[ReceivableId]) -> Result<Memory, OutboxError> {
        self.shared
            .step(self.me, "memory", |w| Ok(w.tables.memory(receivables)))
    }

    fn memory_of(
        &mut self,
        customer: &CustomerId,
        phone: &Phone,
        receivables: &[ReceivableId],
    ) -> Result<Memory, OutboxError> {
        self.shared.step(self.me, "memory_of", |w| {
            Ok(w.tables.memory_of(customer, phone, receivables))
        })
    }

    fn store_run(&mut self, run: &NewRun) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
        self.shared
            .step(self.me, "store_run", |w| w.tables.store_run(IDENTITY, run))
    }

    fn runs(&mut self, close: Option<NaiveDate>, limit: u32) -> Result<Vec<RunSummary>, OutboxError> {
        self.shared
            .look(self.me, "runs", |w| Ok(w.tables.runs(close, limit)))
    }

    fn confirm_held(&mut self) -> Result<u32, OutboxError> {
        self.shared
            .step(self.me, "confirm_held", |w| Ok(w.tables.confirm_held()))
    }

    fn baseline(&mut self, claims: &[Claim], now: DateTime<Utc>) -> Result<u32, OutboxError> {
        self.shared
            .step(self.me, "baseline", |w| w.tables.baseline(claims, now))
    }

    fn after_restore(&mut self, _: &[Claim], _: DateTime<Utc>) -> Result<Restarted, OutboxError> {
        not_asked("after_restore")
    }

    fn sweep(&mut self, now: DateTime<Utc>) -> Result<Vec<PartKey>, OutboxError> {
        self.shared
            .step(self.me, "sweep", |w| w.tables.sweep(now, w.time))
    }

    fn due(&mut self, today: NaiveDate) -> Result<Vec<Due>, OutboxError> {
        self.shared.step(self.me, "due", |w| Ok(w.tables.due(today)))
    }

    fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>, OutboxError> {
        self.shared.step(self.me, "notice", |w| Ok(w.tables.notice(id)))
    }

    fn rebuild(&mut self, id: NoticeId, departure: &Departure) -> Result<bool, OutboxError> {
        self.shared
            .step(self.me, "rebuild", |w| w.tables.rebuild(IDENTITY, id, departure))
    }

    fn end_untouched(
        &mut self,
        id: NoticeId,
        ending: Ending,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, OutboxError> {
        self.shared.step(self.me, "end_untouched", |w| {
            w.tables.end_untouched(id, ending, reason, now)
        })
    }

    fn begin(&mut self, begin: &Begin) -> Result<Begun, OutboxError> {
        let me = self.me;
        self.shared.step(me, "begin", |w| Ok(begin_in(w, begin, me)))
    }

    fn record(&mut self, part: PartKey, attempt: u32, outcome: &Outcome) -> Result<Recorded, OutboxError> {
        let me = self.me;
        self.shared
            .step(me, "record", |w| record_in(w, part, attempt, outcome, me))
    }

    fn record_and_begin(
        &mut self,
        part: PartKey,
        attempt: u32,
        outcome: &Outcome,
        next: &Begin,
    ) -> Result<(Recorded, Begun), OutboxError> {
        let me = self.me;
        self.shared.step(me, "record_and_begin", |w| {
            let recorded = record_in(w, part, attempt, outcome, me)?;
            let begun = match recorded {
                Recorded::Now(_) => begin_in(w, next, me),
                Recorded::LateAnswer => Begun::NotNow,
            };
            Ok((recorded, begun))
        })
    }

    fn settle_queued(
        &mut self,
        parts: &[PartKey],
        event: PartEvent,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.shared.step(self.me, "settle_queued", |w| {
            w.tables.settle_queued(parts, event, reason, now)
        })
    }

    fn with_unknown_parts(&mut self) -> Result<Vec<NoticeId>, OutboxError> {
        self.shared.step(self.me, "with_unknown_parts", |w| {
            Ok(w.tables.with_unknown_parts())
        })
    }

    fn known_gateway_ids(&mut self, to: &CanonicalId) -> Result<Vec<String>, OutboxError> {
        self.shared.look(self.me, "known_gateway_ids", |w| {
            Ok(w.tables.known_gateway_ids(to))
        })
    }

    fn resolve(&mut self, _: PartKey, _: Resolution, _: DateTime<Utc>) -> Result<PartState, OutboxError> {
        not_asked("resolve")
    }

    fn awaiting_receipts(&mut self, since: DateTime<Utc>) -> Result<Vec<AwaitingReceipt>, OutboxError> {
        self.shared.look(self.me, "awaiting_receipts", |w| {
            Ok(w.tables.awaiting_receipts(since))
        })
    }

    fn receipt(&mut self, part: PartKey, level: AckLevel, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.shared.step(self.me, "receipt", |w| {
            if level == AckLevel::Error {
                w.error_receipts.insert(part);
            }
            w.tables.receipt(part, level, now)
        })
    }

    fn canonical(
        &mut self,
        phone: &Phone,
    ) -> Result<Option<(DateTime<Utc>, Option<CanonicalId>)>, OutboxError> {
        self.shared
            .look(self.me, "canonical", |w| Ok(w.tables.numbers.get(phone).cloned()))
    }

    fn save_canonical(
        &mut self,
        phone: &Phone,
        canonical: Option<&CanonicalId>,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.shared.look(self.me, "save_canonical", |w| {
            w.tables.numbers.insert(phone.clone(), (now, canonical.cloned()));
            Ok(())
        })
    }

    fn phone_of(&mut self, _: &CanonicalId) -> Result<Option<Phone>, OutboxError> {
        not_asked("phone_of")
    }

    fn save_lid(&mut self, _: &CanonicalId, _: &Phone) -> Result<(), OutboxError> {
        not_asked("save_lid")
    }

    fn read_until(&mut self, _: &InstanceId) -> Result<Option<DateTime<Utc>>, OutboxError> {
        not_asked("read_until")
    }

    fn set_read_until(&mut self, _: &InstanceId, _: DateTime<Utc>) -> Result<(), OutboxError> {
        not_asked("set_read_until")
    }

    fn answerable(
        &mut self,
        _: &InstanceId,
        _: &Phone,
        _: DateTime<Utc>,
    ) -> Result<Option<Answerable>, OutboxError> {
        not_asked("answerable")
    }

    fn store_reply(&mut self, _: &NewReply, _: bool, _: DateTime<Utc>) -> Result<ReplyStored, OutboxError> {
        not_asked("store_reply")
    }

    fn hold(&mut self, _: &Hold, _: DateTime<Utc>) -> Result<(), OutboxError> {
        not_asked("hold")
    }

    fn lift_hold(&mut self, _: &CustomerId, _: DateTime<Utc>) -> Result<bool, OutboxError> {
        not_asked("lift_hold")
    }

    fn replies_done(&mut self, _: Option<NoticeId>, _: DateTime<Utc>) -> Result<u32, OutboxError> {
        not_asked("replies_done")
    }

    fn begin_answer(
        &mut self,
        _: NoticeId,
        _: &str,
        _: DateTime<Utc>,
    ) -> Result<Option<MessageId>, OutboxError> {
        not_asked("begin_answer")
    }

    fn record_answer(
        &mut self,
        _: NoticeId,
        _: AnswerOutcome,
        _: Option<&str>,
        _: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        not_asked("record_answer")
    }

    fn own_gateway_ids(&mut self, _: &CanonicalId) -> Result<Vec<String>, OutboxError> {
        not_asked("own_gateway_ids")
    }

    fn opt_out(&mut self, phone: &Phone, _: &str, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.shared
            .step(self.me, "opt_out", |w| w.tables.opt_out(phone, now))
    }

    fn opt_in(&mut self, phone: &Phone, _: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.shared
            .step(self.me, "opt_in", |w| Ok(w.tables.opted_out.remove(phone)))
    }

    fn counts(&mut self, _: Option<NaiveDate>, _: DateTime<Utc>) -> Result<Counts, OutboxError> {
        not_asked("counts")
    }

    fn instances(&mut self, today: NaiveDate) -> Result<Vec<InstanceRow>, OutboxError> {
        self.shared
            .look(self.me, "instances", |w| Ok(w.tables.instances(today, w.time)))
    }

    fn restrict(
        &mut self,
        instance: &InstanceId,
        restriction: &Restriction,
        _: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        self.shared.step(self.me, "restrict", |w| {
            w.tables.restrict(instance, restriction);
            Ok(())
        })
    }

    fn lift_restriction(&mut self, _: Option<&InstanceId>, _: DateTime<Utc>) -> Result<u32, OutboxError> {
        not_asked("lift_restriction")
    }

    fn notices_of(&mut self, _: &CustomerId, _: u32) -> Result<Vec<Notice>, OutboxError> {
        not_asked("notices_of")
    }

    fn decisions_of(&mut self, _: &CustomerId, _: u32) -> Result<Vec<(NaiveDate, Skipped)>, OutboxError> {
        not_asked("decisions_of")
    }

    fn replies_for_person(&mut self, _: u32) -> Result<Vec<StoredReply>, OutboxError> {
        not_asked("replies_for_person")
    }

    fn replies_of(&mut self, _: &CustomerId, _: u32) -> Result<Vec<StoredReply>, OutboxError> {
        not_asked("replies_of")
    }

    fn events(&mut self, _: NoticeId) -> Result<Vec<Event>, OutboxError> {
        not_asked("events")
    }
}

// ---------------------------------------------------------------- the gateway

/// The longest that a request takes; a worker that is away for a half hour outstays its lease.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

fn to_id(phone: &Phone) -> CanonicalId {
    CanonicalId(format!("{}@s.whatsapp.net", phone.digits()))
}

impl Gateway for Hand {
    fn capabilities(&self) -> Capabilities {
        self.shared.lock().capabilities
    }

    fn status(&self) -> Result<LinkState, GatewayError> {
        self.shared.look(self.me, "status", |w| match w.other_fault(1) {
            0 if !w.unlinked => Ok(LinkState::Open { number: None }),
            _ => Ok(LinkState::Closed {
                removed: true,
                reason: None,
            }),
        })
    }

    fn resolve(&self, phones: &[Phone]) -> Result<Vec<Resolved>, GatewayError> {
        self.shared.look(self.me, "resolve", |w| {
            let fault = w.other_fault(2);
            if fault == 2 {
                return Err(GatewayError::NotConnected);
            }
            Ok(phones
                .iter()
                .map(|phone| Resolved {
                    phone: phone.clone(),
                    canonical: (fault == 0).then(|| to_id(phone)),
                })
                .collect())
        })
    }

    fn send(&self, id: &MessageId, to: &CanonicalId, content: &Content) -> SendOutcome {
        self.shared.step(self.me, "request", |w| {
            let part = w
                .tables
                .notices
                .values()
                .flat_map(|n| n.parts.iter().map(move |p| (n.id, p)))
                .find(|(_, p)| p.message_id == *id)
                .map(|(notice, p)| PartKey { notice, seq: p.seq });
            let Some(part) = part else {
                w.violation(format!("a request for no part: {id:?}"));
                return SendOutcome::Rejected(Rejection::InvalidRequest("no part".to_owned()));
            };
            let message = Message {
                part,
                to: to.clone(),
                fingerprint: match content {
                    Content::Text(text) => Fingerprint::Text(text.clone()),
                    Content::Document { file_name, .. } => Fingerprint::FileName(file_name.clone()),
                },
                gateway_id: format!("G{}-{part}", w.delivered.len() + w.late.len()),
                at: w.time,
            };
            let known = w
                .delivered
                .iter()
                .chain(&w.late)
                .find(|m| m.part == part)
                .cloned();
            let deduplicates = w.capabilities.own_ids == wa_notify::ports::gateway::OwnIds::Deduplicated;
            let ambiguous = || SendOutcome::Ambiguous {
                detail: "HTTP 500".to_owned(),
            };
            let fault = if w.late_answers_only {
                // A refusal that is proven, and may come late.
                w.fault(1) * 4
            } else {
                w.fault(9)
            };
            if w.signs.contains(&self.me) {
                w.violation(format!("part {part} was asked for after a sign of restriction"));
            }
            w.attempt_requested(part, self.me, (4..9).contains(&fault));
            match fault {
                fault @ (0..=2) => {
                    let gateway_id = match known.filter(|_| deduplicates) {
                        Some(known) => known.gateway_id,
                        None => {
                            let gateway_id = message.gateway_id.clone();
                            if fault == 2 {
                                w.late.push(message);
                            } else {
                                w.deliver(message);
                            }
                            gateway_id
                        }
                    };
                    if fault > 0 {
                        return ambiguous();
                    }
                    SendOutcome::Accepted {
                        gateway_id,
                        canonical: None,
                        at: None,
                    }
                }
                3 => ambiguous(),
                4 => SendOutcome::Rejected(Rejection::Unreachable("refused".to_owned())),
                5 => SendOutcome::Rejected(Rejection::RateLimited {
                    retry_after: Some(Duration::from_secs(30)),
                }),
                6 => SendOutcome::Rejected(Rejection::NotOnWhatsApp),
                7 => SendOutcome::Rejected(Rejection::Unauthorized),
                9 => {
                    w.signs.insert(self.me);
                    SendOutcome::Ambiguous {
                        detail: "HTTP 463".to_owned(),
                    }
                }
                _ => SendOutcome::Rejected(Rejection::InvalidRequest("too large".to_owned())),
            }
        })
    }

    fn send_timeout(&self) -> Duration {
        SEND_TIMEOUT
    }

    fn typing(&self, _: &CanonicalId, _: Duration) {}

    fn lookup(&self, probe: &Probe) -> Result<Lookup, GatewayError> {
        self.shared.step(self.me, "lookup", |w| {
            if w.other_fault(1) == 1 {
                return Err(GatewayError::TimedOut(Duration::from_secs(10)));
            }
            let begin = super::world::start();
            let at = |m: &Message| begin + TimeDelta::milliseconds(m.at);
            let found = w.delivered.iter().find(|m| {
                m.to == probe.to
                    && m.fingerprint == probe.fingerprint
                    && (probe.from..=probe.until).contains(&at(m))
                    && !probe.not_these.contains(&m.gateway_id)
            });
            Ok(found.map_or(Lookup::NotFound, |m| Lookup::Found {
                gateway_id: m.gateway_id.clone(),
                ack: AckLevel::Server,
            }))
        })
    }

    fn restriction(&self) -> Option<String> {
        let sign = self.shared.lock().signs.contains(&self.me);
        sign.then(|| "HTTP 463".to_owned())
    }

    fn acks(&self, gateway_ids: &[String]) -> Result<Vec<Ack>, GatewayError> {
        self.shared.look(self.me, "acks", |w| {
            let level = match w.other_fault(3) {
                0 => AckLevel::Delivered,
                1 => AckLevel::Error,
                2 => AckLevel::Pending,
                _ => return Err(GatewayError::NotConnected),
            };
            Ok(gateway_ids
                .iter()
                .map(|id| Ack {
                    gateway_id: id.clone(),
                    level,
                })
                .collect())
        })
    }
}

// ---------------------------------------------------------------- time and chance

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        self.shared.look(self.me, "now", |w| w.now())
    }

    fn monotonic(&self) -> Duration {
        self.shared.look(self.me, "monotonic", |w| {
            Duration::from_millis(u64::try_from(w.time).expect("time goes on"))
        })
    }

    fn sleep(&self, duration: Duration) -> bool {
        self.shared
            .sleep(self.me, i64::try_from(duration.as_millis()).expect("a pause"));
        true
    }

    fn stopping(&self) -> bool {
        false
    }

    fn is_moved(&self) -> bool {
        false
    }
}

impl Random for Hand {
    fn between(&self, low: Duration, _: Duration) -> Duration {
        low
    }
}

// ---------------------------------------------------------------- the ERP

/// Customers of the shop: as many as there are phones.
pub const PHONES: [&str; 2] = ["+5551987654321", "+5551912345678"];

impl Erp for Hand {
    fn snapshot(&self) -> Result<Box<dyn ErpSnapshot + '_>, ErpError> {
        let (paid, closes, customers) = self
            .shared
            .step(self.me, "snapshot", |w| (w.paid, w.closes, w.customers));
        Ok(Box::new(Snapshot {
            paid,
            closes,
            customers,
        }))
    }
}

struct Snapshot {
    paid: bool,
    closes: i64,
    customers: usize,
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

impl Snapshot {
    fn ids(&self, scope: &Scope) -> Vec<usize> {
        (0..self.customers)
            .filter(|n| match scope {
                Scope::Customers(ids) => ids.contains(&CustomerId::new(n.to_string())),
                Scope::DueBetween { .. } => true,
            })
            .collect()
    }
}

fn batch<T>(rows: Vec<T>) -> Result<Batch<T>, ErpError> {
    Ok(Batch {
        rows,
        bad: Vec::new(),
    })
}

impl ErpSnapshot for Snapshot {
    fn system(&mut self) -> Result<SystemDates, ErpError> {
        let close = date("2026-11-23") + TimeDelta::days(self.closes);
        Ok(SystemDates {
            business_date: close + TimeDelta::days(1),
            last_closed_date: Some(close),
            last_bank_return: None,
        })
    }

    fn branches(&mut self) -> Result<Batch<Branch>, ErpError> {
        batch(vec![Branch {
            id: BranchId::new("1"),
            legal_name: "Aurora Ltda".to_owned(),
            trade_name: None,
            tax_id: TaxId::parse("11.222.333/0001-81").expect("a CNPJ"),
            address: "Rua A, 1".to_owned(),
            district: None,
            city: "Canoas".to_owned(),
            state: "RS".to_owned(),
            postal_code: None,
            phone: None,
            email: None,
            logo: None,
        }])
    }

    fn contract(&mut self) -> Result<Batch<ContractFeature>, ErpError> {
        batch(vec![ContractFeature {
            feature: "WHATSAPP".to_owned(),
            active: true,
            valid_until: None,
        }])
    }

    fn instances(&mut self) -> Result<Batch<ContractInstance>, ErpError> {
        batch(vec![ContractInstance {
            instance: InstanceId::new("matriz"),
            branch: None,
            kind: None,
            url: None,
            token: None,
        }])
    }

    fn notice_policy(&mut self) -> Result<Batch<PolicyRow>, ErpError> {
        batch(vec![PolicyRow {
            branch: None,
            email_configured: true,
            notify_upcoming: false,
            upcoming_days: Vec::new(),
            notify_overdue: true,
            overdue_days: vec![7, 30],
            repeat_every_days: None,
            stop_after_days: None,
            min_amount: None,
        }])
    }

    fn customers(&mut self, scope: &Scope) -> Result<Batch<Customer>, ErpError> {
        batch(
            self.ids(scope)
                .into_iter()
                .map(|n| Customer {
                    id: CustomerId::new(n.to_string()),
                    name: "Ana Souza".to_owned(),
                    tax_id: None,
                    address: None,
                    district: None,
                    city: None,
                    state: None,
                    postal_code: None,
                    email_notice: true,
                    blocked: false,
                })
                .collect(),
        )
    }

    fn contacts(&mut self, scope: &Scope) -> Result<Batch<Contact>, ErpError> {
        batch(
            self.ids(scope)
                .into_iter()
                .map(|n| Contact {
                    id: ContactId::new("1"),
                    customer: CustomerId::new(n.to_string()),
                    name: "Ana".to_owned(),
                    phone: PHONES[n].to_owned(),
                    receives_whatsapp: true,
                })
                .collect(),
        )
    }

    fn receivables(&mut self, scope: &Scope) -> Result<Batch<Receivable>, ErpError> {
        let all = matches!(scope, Scope::Customers(_));
        batch(
            self.ids(scope)
                .into_iter()
                .filter(|_| all || !self.paid)
                .map(|n| Receivable {
                    id: ReceivableId::new(format!("R{n}")),
                    branch: BranchId::new("1"),
                    customer: CustomerId::new(n.to_string()),
                    document: format!("NF {n}"),
                    installment: None,
                    issued_on: None,
                    due_on: date("2026-11-13"),
                    amount: Cents::new(10_000),
                    balance: Cents::new(if self.paid { 0 } else { 10_000 }),
                    fine_percent: None,
                    interest_percent_month: None,
                    excluded_reason: None,
                })
                .collect(),
        )
    }

    fn boletos_each(&mut self, _: &Scope, _: &mut dyn FnMut(BoletoRecord)) -> Result<Vec<BadRow>, ErpError> {
        Ok(Vec::new())
    }

    fn find_customers(&mut self, _: &str, _: usize) -> Result<Batch<Customer>, ErpError> {
        not_asked("search for customers")
    }

    fn logo(&mut self, _: &BranchId) -> Result<Option<Vec<u8>>, ErpError> {
        Ok(None)
    }

    fn boleto_pdf(&mut self, _: &CustomerId, _: &ReceivableId) -> Result<Option<Vec<u8>>, ErpError> {
        Ok(None)
    }
}
