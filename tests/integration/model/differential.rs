//! The model against the real outbox: random sequences of calls, the same answers, the same tables to be seen. A model that
//! says something else than the adapter would prove nothing.

use std::fmt::Debug;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use wa_notify::domain::ids::{CustomerId, InstanceId, ReceivableId};
use wa_notify::domain::notice::{Ending, NoticeId, PartEvent, PartKey, PartKind};
use wa_notify::domain::phone::Phone;
use wa_notify::domain::policy::Stage;
use wa_notify::ports::gateway::{AckLevel, CanonicalId};
use wa_notify::ports::outbox::{
    Begin, Begun, Claim, Departure, Memory, NewNotice, NewRun, NoticeItem, Outbox, OutboxError, Outcome,
    Resolution, Restriction,
};

use super::tables::Tables;
use crate::outbox as real;

const PHONES: [&str; 3] = [real::ANA, real::BIA, "+5551933334444"];
const RECEIVABLES: [&str; 4] = ["R0", "R1", "R2", "R3"];

/// The two, side by side, and the time that both are told.
struct Pair {
    real: real::World,
    model: Tables,
    identity: String,
    random: fastrand::Rng,
    now: DateTime<Utc>,
    today: NaiveDate,
    /// The model's server clock; the real one only has to go on, since leases and gaps are nothing or an hour.
    server: i64,
    calls: Vec<String>,
}

/// What an answer says, as far as both must say the same.
fn said<T: Debug>(answer: Result<T, OutboxError>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(OutboxError::ClaimTaken) => "ClaimTaken".to_owned(),
        Err(OutboxError::Illegal(illegal)) => illegal.to_string(),
        Err(OutboxError::Corrupt { table, problem }) => format!("{table}: {problem}"),
        Err(other) => panic!("{other}"),
    }
}

fn begun(answer: Result<Begun, OutboxError>) -> String {
    match answer {
        Ok(Begun::Wait(_)) => "Wait".to_owned(),
        other => said(other),
    }
}

fn sorted(mut memory: Memory) -> Memory {
    memory.claims.sort();
    memory.opted_out.sort();
    memory
}

impl Pair {
    fn new(seed: u64) -> Self {
        let mut real = real::World::new();
        Pair {
            identity: real.outbox.identity().expect("an identity"),
            real,
            model: Tables::default(),
            random: fastrand::Rng::with_seed(seed),
            now: real::now(),
            today: real::today(),
            server: 0,
            calls: Vec::new(),
        }
    }

    fn agree(&mut self, call: String, real: String, model: String) {
        self.calls.push(format!("{call} -> {real}"));
        assert_eq!(real, model, "{}", self.calls.join("\n"));
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.usize(..from.len())].clone()
    }

    fn notice(&mut self) -> NoticeId {
        // One more than there are: nobody has that.
        NoticeId(self.random.i64(1..=self.model.last_notice.max(1) + 1))
    }

    fn part(&mut self) -> PartKey {
        PartKey {
            notice: self.notice(),
            seq: self.random.u16(1..=3),
        }
    }

    fn some_receivables(&mut self) -> Vec<&'static str> {
        let count = self.random.usize(1..=2);
        self.random.choose_multiple(RECEIVABLES, count)
    }

    fn new_notice(&mut self) -> NewNotice {
        let phone = self.pick(&PHONES);
        let receivables = self.some_receivables();
        let mut notice = real::notice(phone, &receivables);
        notice.instance = InstanceId::new(self.pick(&["matriz", "filial"]));
        notice.selected.customer = CustomerId::new(self.pick(&["C1", "C2"]));
        notice.parts.truncate(3);
        for item in &mut notice.selected.items {
            item.stage = Stage::Overdue(self.random.u32(1..=2));
        }
        notice
    }

    fn store(&mut self) {
        let notices = (0..self.random.usize(1..=2)).map(|_| self.new_notice()).collect();
        let untouched: Vec<NoticeId> = self.model.memory(&[]).untouched.iter().map(|n| n.id).collect();
        let mut superseded: Vec<NoticeId> = Vec::new();
        if self.random.bool() {
            superseded = untouched;
        }
        // Sometimes one that may be under way, or ended.
        if self.model.last_notice > 0 && self.random.u8(..8) == 0 {
            let other = NoticeId(self.random.i64(1..=self.model.last_notice));
            if !superseded.contains(&other) {
                superseded.push(other);
            }
        }
        let run = NewRun {
            close: self.today - Days::new(1),
            send_on: self.today,
            held: self.random.u8(..6) == 0,
            superseded,
            ..real::run(notices)
        };
        let model = said(self.model.store_run(&self.identity, &run));
        let real = said(self.real.outbox.store_run(&run));
        self.agree(
            format!("store {} superseding {:?}", run.notices.len(), run.superseded),
            real,
            model,
        );
    }

    fn begin(&mut self) {
        let part = self.part();
        let lease = self.pick(&[Duration::ZERO, Duration::from_secs(3600)]);
        let long_gap = self.random.u8(..25) == 0;
        let phone = self.model.notices.get(&part.notice.0).map(|n| n.phone.clone());
        let known = self.model.notices.get(&part.notice.0).map_or(0, |n| n.revision);
        let stale = self.random.u8(..10) == 0;
        let begin = Begin {
            revision: known - i64::from(stale),
            owner: "worker".to_owned(),
            lease,
            to: CanonicalId(format!(
                "{}@s.whatsapp.net",
                phone.as_ref().map_or("", Phone::digits)
            )),
            resolved_at: self.random.bool().then_some(self.now),
            now: self.now,
            today: self.today,
            gap: Duration::from_secs(if long_gap { 3600 } else { 0 }),
            daily_cap: self.pick(&[None, None, Some(1), Some(2)]),
            ..real::begin(part)
        };
        let model = begun(Ok(self.model.begin(&begin, self.server)));
        let real = begun(self.real.outbox.begin(&begin));
        self.agree(format!("begin {part}, cap {:?}", begin.daily_cap), real, model);
    }

    fn record(&mut self) {
        let part = self.part();
        let attempt = self
            .model
            .notice(part.notice)
            .and_then(|n| n.parts.iter().find(|p| p.key == part).map(|p| p.attempt))
            .unwrap_or(1);
        let attempt = match self.random.u8(..8) {
            0 => attempt + 1,
            1 => attempt.saturating_sub(1).max(1),
            _ => attempt,
        };
        let event = self.pick(&[
            PartEvent::Accept,
            PartEvent::Accept,
            PartEvent::RefusedForNow,
            PartEvent::RefusedForGood,
            PartEvent::Ambiguous,
            PartEvent::Requeue,
        ]);
        let outcome = Outcome {
            event,
            gateway_id: (event == PartEvent::Accept).then(|| format!("G{}", self.random.u8(..))),
            reason: self.pick(&[None, Some("why".to_owned())]),
            next_try_at: self.pick(&[None, Some(self.now + TimeDelta::seconds(90))]),
            now: self.now,
        };
        let model = said(self.model.record(part, attempt, &outcome));
        let real = said(self.real.outbox.record(part, attempt, &outcome));
        self.agree(format!("record {part} {attempt} {event:?}"), real, model);
    }

    fn rebuild(&mut self) {
        let id = self.notice();
        let new = self.new_notice();
        let departure = Departure {
            kind: new.selected.kind,
            items: new
                .selected
                .items
                .iter()
                .map(|i| NoticeItem {
                    receivable: i.receivable.clone(),
                    document: i.document.clone(),
                    due_on: i.due_on,
                    stage: i.stage,
                    balance: i.balance,
                    has_boleto: false,
                })
                .collect(),
            parts: vec![PartKind::Text, PartKind::Statement],
        };
        let model = said(self.model.rebuild(&self.identity, id, &departure));
        let real = said(self.real.outbox.rebuild(id, &departure));
        self.agree(format!("rebuild {id}"), real, model);
    }

    fn call(&mut self) {
        let now = self.now;
        match self.random.u8(..42) {
            0..=5 => self.store(),
            6..=17 => self.begin(),
            18..=25 => self.record(),
            26 => self.rebuild(),
            27 => {
                let model = said(self.model.sweep(now, self.server));
                let real = said(self.real.outbox.sweep(now));
                self.agree("sweep".to_owned(), real, model);
            }
            28 => {
                let (id, ending) = (self.notice(), self.pick(&[Ending::Skipped, Ending::Failed]));
                let model = said(self.model.end_untouched(id, ending, "why", now));
                let real = said(self.real.outbox.end_untouched(id, ending, "why", now));
                self.agree(format!("end {id} {ending:?}"), real, model);
            }
            29 => {
                let parts = [self.part(), self.part(), self.part()];
                let event = self.pick(&[PartEvent::Skip, PartEvent::Expire]);
                let model = said(self.model.settle_queued(&parts, event, "why", now));
                let real = said(self.real.outbox.settle_queued(&parts, event, "why", now));
                self.agree(format!("settle {parts:?} {event:?}"), real, model);
            }
            30..=32 => {
                let part = self.part();
                let word = self.pick(&[Resolution::Sent, Resolution::Retry, Resolution::Drop]);
                let model = said(self.model.resolve(part, word, now));
                let real = said(self.real.outbox.resolve(part, word, now));
                self.agree(format!("resolve {part} {word:?}"), real, model);
            }
            33 | 34 => {
                let part = self.part();
                let level = self.pick(&[
                    AckLevel::Pending,
                    AckLevel::Server,
                    AckLevel::Delivered,
                    AckLevel::Read,
                    AckLevel::Error,
                ]);
                let model = said(self.model.receipt(part, level, now));
                let real = said(self.real.outbox.receipt(part, level, now));
                self.agree(format!("receipt {part} {level:?}"), real, model);
            }
            35 => {
                let phone = real::phone(self.pick(&PHONES));
                let (model, real) = if self.random.bool() {
                    let model = said(self.model.opt_out(&phone, now));
                    (model, said(self.real.outbox.opt_out(&phone, "asked", now)))
                } else {
                    let model = said(Ok(self.model.opted_out.remove(&phone)));
                    (model, said(self.real.outbox.opt_in(&phone, now)))
                };
                self.agree(format!("opt out or in {phone:?}"), real, model);
            }
            36 => {
                let model = said(Ok(self.model.confirm_held()));
                let real = said(self.real.outbox.confirm_held());
                self.agree("confirm".to_owned(), real, model);
            }
            37 if self.random.u8(..3) == 0 => {
                let claims: Vec<Claim> = self
                    .some_receivables()
                    .into_iter()
                    .map(|id| Claim {
                        receivable: ReceivableId::new(id),
                        phone: real::phone(real::ANA),
                        stage: Stage::Overdue(1),
                        notice: None,
                    })
                    .collect();
                let model = said(self.model.baseline(&claims, now));
                let real = said(self.real.outbox.baseline(&claims, now));
                self.agree(format!("baseline {claims:?}"), real, model);
            }
            40 => {
                let instance = InstanceId::new(self.pick(&["matriz", "filial", "nobody"]));
                let days = self.random.u64(0..3);
                let restriction = Restriction {
                    on: self.today,
                    until: self.today + Days::new(days),
                    why: "HTTP 463".to_owned(),
                };
                self.model.restrict(&instance, &restriction);
                let real = said(self.real.outbox.restrict(&instance, &restriction, now));
                self.agree(
                    format!("restrict {instance} for {days} days"),
                    real,
                    "()".to_owned(),
                );
            }
            41 => {
                let one = InstanceId::new(self.pick(&["matriz", "filial", "nobody"]));
                let one = self.random.bool().then_some(one);
                let model = said(Ok(self.model.lift_restriction(one.as_ref())));
                let real = said(self.real.outbox.lift_restriction(one.as_ref(), now));
                self.agree(format!("lift {one:?}"), real, model);
            }
            38 => {
                // A day on, and sometimes back again.
                let day = self.pick(&[real::today(), real::today() + Days::new(1)]);
                self.today = day;
                self.calls.push(format!("it is {day}"));
            }
            _ => {
                self.now += TimeDelta::seconds(60);
                self.calls.push("a minute later".to_owned());
            }
        }
        self.server += 10;
    }

    /// All that can be seen.
    fn look(&mut self) {
        let all: Vec<ReceivableId> = RECEIVABLES.iter().map(ReceivableId::new).collect();
        for id in 1..=self.model.last_notice {
            let id = NoticeId(id);
            let model = said(Ok(self.model.notice(id)));
            let real = said(self.real.outbox.notice(id));
            self.agree(format!("notice {id}"), real, model);
        }
        let model = said(Ok(sorted(self.model.memory(&all))));
        let real = said(self.real.outbox.memory(&all).map(sorted));
        self.agree("memory".to_owned(), real, model);
        for id in 1..=self.model.last_notice {
            let Some(notice) = self.model.notice(NoticeId(id)) else {
                continue;
            };
            let (of, to) = (&notice.customer, &notice.phone);
            let model = said(Ok(sorted(self.model.memory_of(of, to, &all))));
            let real = said(self.real.outbox.memory_of(of, to, &all).map(sorted));
            self.agree(format!("memory of notice {id}"), real, model);
            let model = said(Ok(self.model.numbers.get(to).cloned()));
            let real = said(self.real.outbox.canonical(to));
            self.agree(format!("number of notice {id}"), real, model);
        }
        let model = said(Ok(self.model.due(self.today)));
        let real = said(self.real.outbox.due(self.today));
        self.agree("due".to_owned(), real, model);
        let model = said(Ok(self.model.with_unknown_parts()));
        let real = said(self.real.outbox.with_unknown_parts());
        self.agree("unknown".to_owned(), real, model);
        let model = said(Ok(self.model.runs(None, 100)));
        let real = said(self.real.outbox.runs(None, 100));
        self.agree("runs".to_owned(), real, model);
        let since = self.now - TimeDelta::minutes(3);
        let model = said(Ok(self.model.awaiting_receipts(since)));
        let real = said(self.real.outbox.awaiting_receipts(since));
        self.agree("awaiting receipts".to_owned(), real, model);
        let to = CanonicalId(format!("{}@s.whatsapp.net", real::phone(real::ANA).digits()));
        let ids = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        let model = said(Ok(ids(self.model.known_gateway_ids(&to))));
        let real = said(self.real.outbox.known_gateway_ids(&to).map(ids));
        self.agree("known ids".to_owned(), real, model);
        let seen = |rows: Vec<wa_notify::ports::outbox::InstanceRow>| -> Vec<_> {
            rows.into_iter()
                .map(|i| {
                    (
                        i.instance,
                        i.day,
                        i.contacts_today,
                        i.first_used_on,
                        i.pause_left.is_zero(),
                        i.restriction,
                    )
                })
                .collect()
        };
        let model = said(Ok(seen(self.model.instances(self.today, self.server))));
        let real = said(self.real.outbox.instances(self.today).map(seen));
        self.agree("instances".to_owned(), real, model);
        let departures: i64 = self.model.instances.values().map(|i| i.departures).sum();
        let real = said(self.real.outbox.high_water());
        self.agree("departures".to_owned(), real, departures.to_string());
    }
}

fn same_answers(seeds: std::ops::Range<u64>, calls: usize) {
    for seed in seeds {
        let mut pair = Pair::new(seed);
        pair.calls.push(format!("seed {seed}"));
        for call in 0..calls {
            pair.call();
            if call % 10 == 9 {
                pair.look();
            }
        }
    }
}

#[test]
fn the_model_answers_as_the_outbox_does() {
    same_answers(0..12, 60);
}

#[test]
#[ignore = "minutes: scripts/model"]
fn long() {
    same_answers(1000..1400, 150);
}
