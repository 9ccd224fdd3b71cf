//! The outbox as a model: the meanings of `adapters/firebird/outbox` without its database. Each method is one atomic
//! step, as each of the adapter's is one transaction. That the two say the same is the business of `differential`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use wa_notify::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use wa_notify::domain::notice::{
    Ending, IllegalMove, MessageId, NoticeId, NoticeState, PartEvent, PartKey, PartKind, PartState,
    Reference, next_state, notice_state,
};
use wa_notify::domain::phone::Phone;
use wa_notify::domain::policy::Stage;
use wa_notify::domain::selection::{FURTHEST_SET_BACK_DAYS, Hold, NoticeKind, Recipient, Selected};
use wa_notify::ports::gateway::{AckLevel, CanonicalId};
use wa_notify::ports::outbox::{
    AwaitingReceipt, Begin, Begun, Claim, Departure, Due, InstanceRow, Memory, NewRun, Notice, NoticeItem,
    OutboxError, Outcome, Part, Recorded, Resolution, Restriction, RunId, RunSummary, Untouched,
};

/// What identifies the model's outbox.
pub const IDENTITY: &str = "model";

/// All that is committed.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub runs: BTreeMap<i64, Run>,
    pub notices: BTreeMap<i64, Row>,
    pub claims: BTreeMap<(ReceivableId, Phone, Stage), Option<NoticeId>>,
    pub written: BTreeMap<Recipient, NaiveDate>,
    pub numbers: BTreeMap<Phone, (DateTime<Utc>, Option<CanonicalId>)>,
    pub opted_out: BTreeSet<Phone>,
    pub holds: BTreeMap<CustomerId, Hold>,
    pub instances: BTreeMap<InstanceId, Instance>,
    /// Last values of the sequences, which no rollback takes back.
    pub last_run: i64,
    pub last_notice: i64,
}

#[derive(Debug, Clone)]
pub struct Run {
    pub close: NaiveDate,
    pub reference_day: NaiveDate,
    pub started_at: DateTime<Utc>,
    pub held: bool,
    pub notices: u32,
    pub skipped: u32,
    pub bad_rows: u32,
}

/// A notice. Stamps of the server's clock are milliseconds.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: NoticeId,
    pub run: i64,
    pub branch: BranchId,
    pub customer: CustomerId,
    pub contact: ContactId,
    pub contact_name: String,
    pub phone: Phone,
    pub instance: InstanceId,
    pub kind: NoticeKind,
    pub send_on: NaiveDate,
    pub state: NoticeState,
    pub ending: Option<Ending>,
    pub reason: Option<String>,
    pub first_departure: Option<NaiveDate>,
    pub counted_on: Option<NaiveDate>,
    pub revision: i64,
    pub items: Vec<NoticeItem>,
    pub parts: Vec<PartRow>,
}

#[derive(Debug, Clone)]
pub struct PartRow {
    pub seq: u16,
    pub kind: PartKind,
    pub message_id: MessageId,
    pub state: PartState,
    pub attempt: u32,
    pub may_have_left: bool,
    pub reason: Option<String>,
    pub next_try_at: Option<DateTime<Utc>>,
    /// Until when, and how long it was.
    pub lease: Option<(i64, i64)>,
    pub to: Option<CanonicalId>,
    pub text: Option<String>,
    pub file_name: Option<String>,
    pub begun_at: Option<DateTime<Utc>>,
    pub begun_on: Option<NaiveDate>,
    pub gateway_id: Option<String>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub arrived_late: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Instance {
    /// Nothing may leave before, and how long that pause was.
    pub next_allowed: Option<(i64, i64)>,
    pub counted_day: Option<NaiveDate>,
    pub contacts: u32,
    pub first_used_on: Option<NaiveDate>,
    pub departures: i64,
    pub restriction: Option<Restriction>,
}

/// What comes along with an event.
#[derive(Default)]
struct Change<'a> {
    gateway_id: Option<&'a str>,
    reason: Option<&'a str>,
    next_try_at: Option<DateTime<Utc>>,
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).expect("a duration in milliseconds")
}

fn missing(key: PartKey) -> OutboxError {
    OutboxError::Corrupt {
        table: "WA_PART",
        problem: format!("no part {key}"),
    }
}

impl Instance {
    /// Milliseconds left of the pause at `server`; more than the whole pause means a clock set back.
    fn pause_left(&self, server: i64) -> i64 {
        match self.next_allowed {
            Some((until, gap)) if (1..=gap + 1000).contains(&(until - server)) => until - server,
            _ => 0,
        }
    }
}

impl Row {
    fn untouched(&self) -> bool {
        self.state == NoticeState::Queued && self.first_departure.is_none() && self.ending.is_none()
    }

    fn place(&self, key: PartKey) -> Result<usize, OutboxError> {
        self.parts
            .iter()
            .position(|p| p.seq == key.seq)
            .ok_or_else(|| missing(key))
    }

    /// `written`: the last day of a departure that became certain or possible.
    fn apply(
        &mut self,
        place: usize,
        event: PartEvent,
        change: &Change<'_>,
        now: DateTime<Utc>,
        written: &mut Option<NaiveDate>,
    ) -> Result<PartState, OutboxError> {
        let part = &mut self.parts[place];
        let from = part.state;
        if event == PartEvent::Claim {
            return Err(IllegalMove { from, event }.into());
        }
        let to = next_state(from, event)?;
        if to.is_accepted() && !from.is_accepted() {
            part.accepted_at = Some(now);
        }
        let dropped = to == PartState::Skipped && part.may_have_left;
        part.may_have_left = to.possibly_accepted() || part.accepted_at.is_some() || dropped;
        part.state = to;
        if to != from || change.reason.is_some() {
            part.reason = change.reason.map(str::to_owned);
        }
        if from == PartState::Sending && part.may_have_left {
            *written = (*written).max(part.begun_on);
        }
        part.next_try_at = change.next_try_at;
        if let Some(id) = change.gateway_id {
            part.gateway_id = Some(id.to_owned());
        }
        part.lease = None;
        Ok(to)
    }

    fn to_notice(&self, close: NaiveDate) -> Notice {
        let mut items = self.items.clone();
        items.sort_by(|a, b| (a.due_on, &a.receivable).cmp(&(b.due_on, &b.receivable)));
        Notice {
            id: self.id,
            reference: Reference::of(self.id),
            run: RunId(self.run),
            close,
            branch: self.branch.clone(),
            customer: self.customer.clone(),
            contact: self.contact.clone(),
            contact_name: self.contact_name.clone(),
            phone: self.phone.clone(),
            instance: self.instance.clone(),
            kind: self.kind,
            send_on: self.send_on,
            state: self.state,
            reason: self.reason.clone(),
            first_departure: self.first_departure,
            revision: self.revision,
            items,
            parts: self
                .parts
                .iter()
                .map(|p| Part {
                    key: PartKey {
                        notice: self.id,
                        seq: p.seq,
                    },
                    kind: p.kind.clone(),
                    message_id: p.message_id.clone(),
                    state: p.state,
                    attempt: p.attempt,
                    reason: p.reason.clone(),
                    next_try_at: p.next_try_at,
                    to: p.to.clone(),
                    text: p.text.clone(),
                    file_name: p.file_name.clone(),
                    begun_at: p.begun_at,
                    gateway_id: p.gateway_id.clone(),
                    accepted_at: p.accepted_at,
                    arrived_late: p.arrived_late,
                })
                .collect(),
        }
    }
}

fn fresh_parts(identity: &str, notice: NoticeId, kinds: &[PartKind]) -> Vec<PartRow> {
    kinds
        .iter()
        .zip(1u16..)
        .map(|(kind, seq)| PartRow {
            seq,
            kind: kind.clone(),
            message_id: MessageId::derive(identity, notice, seq),
            state: PartState::Queued,
            attempt: 0,
            may_have_left: false,
            reason: None,
            next_try_at: None,
            lease: None,
            to: None,
            text: None,
            file_name: None,
            begun_at: None,
            begun_on: None,
            gateway_id: None,
            accepted_at: None,
            arrived_late: false,
        })
        .collect()
}

impl Tables {
    /// Runs `work`; an error leaves nothing behind but the sequences.
    fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        let mut next = self.clone();
        let done = work(&mut next);
        (self.last_run, self.last_notice) = (next.last_run, next.last_notice);
        if done.is_ok() {
            *self = next;
        }
        done
    }

    fn row(&mut self, id: NoticeId) -> Option<&mut Row> {
        self.notices.get_mut(&id.0)
    }

    fn part_row(&mut self, key: PartKey) -> Result<(&mut Row, usize), OutboxError> {
        let row = self.notices.get_mut(&key.notice.0).ok_or_else(|| missing(key))?;
        let place = row.place(key)?;
        Ok((row, place))
    }

    /// The notice's state, its claims, and the day on which its phone was written to.
    fn finish(&mut self, id: NoticeId, written: Option<NaiveDate>) {
        let Some(row) = self.notices.get_mut(&id.0) else {
            return;
        };
        row.revision += 1;
        let states: Vec<PartState> = row.parts.iter().map(|p| p.state).collect();
        row.state = notice_state(row.ending, &states);
        if row.ending.is_none() {
            let deciding = match row.state {
                NoticeState::Failed => Some(PartState::Failed),
                NoticeState::Expired => Some(PartState::Expired),
                NoticeState::Skipped => Some(PartState::Skipped),
                NoticeState::NeedsPerson => Some(PartState::Unknown),
                _ => None,
            };
            let part = row.parts.iter().find(|p| Some(p.state) == deciding);
            row.reason = part.and_then(|p| p.reason.clone());
        }
        if !row.state.is_open() && !row.parts.iter().any(|p| p.may_have_left) {
            self.claims.retain(|_, notice| *notice != Some(id));
        }
        if let Some(day) = written {
            let recipient = Recipient {
                branch: row.branch.clone(),
                customer: row.customer.clone(),
                phone: row.phone.clone(),
            };
            let known = self.written.entry(recipient).or_insert(day);
            if *known < day || (*known - day).num_days() > FURTHEST_SET_BACK_DAYS {
                *known = day;
            }
        }
    }

    fn end(
        &mut self,
        id: NoticeId,
        ending: Ending,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, OutboxError> {
        let Some(row) = self.row(id).filter(|r| r.untouched()) else {
            return Ok(false);
        };
        let change = Change {
            reason: Some(reason),
            ..Change::default()
        };
        let mut written = None;
        for place in 0..row.parts.len() {
            if row.parts[place].state == PartState::Queued {
                row.apply(place, PartEvent::Skip, &change, now, &mut written)?;
            }
        }
        row.ending = Some(ending);
        row.reason = Some(reason.to_owned());
        self.finish(id, written);
        Ok(true)
    }

    fn supersede(
        &mut self,
        notices: &[NoticeId],
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        for id in notices {
            if !self.end(*id, Ending::Superseded, reason, now)? {
                return Err(OutboxError::ClaimTaken);
            }
        }
        if !notices.is_empty() {
            let waiting: BTreeSet<i64> = self
                .notices
                .values()
                .filter(|n| n.state == NoticeState::Queued)
                .map(|n| n.run)
                .collect();
            for (id, run) in &mut self.runs {
                run.held &= waiting.contains(id);
            }
        }
        Ok(())
    }

    fn contents(
        &mut self,
        identity: &str,
        id: NoticeId,
        items: Vec<NoticeItem>,
        parts: &[PartKind],
    ) -> Result<(), OutboxError> {
        let Some(row) = self.notices.get_mut(&id.0) else {
            return Ok(());
        };
        for item in &items {
            let key = (item.receivable.clone(), row.phone.clone(), item.stage);
            if self.claims.insert(key, Some(id)).is_some() {
                return Err(OutboxError::ClaimTaken);
            }
        }
        row.items = items;
        row.parts = fresh_parts(identity, id, parts);
        Ok(())
    }

    pub fn memory_of(&self, customer: &CustomerId, phone: &Phone, receivables: &[ReceivableId]) -> Memory {
        let mut memory = self.memory(receivables);
        memory.untouched.clear();
        memory
            .last_written
            .retain(|(to, _)| to.customer == *customer && to.phone == *phone);
        memory.opted_out.retain(|p| p == phone);
        memory.holds.retain(|hold| hold.customer == *customer);
        memory
    }

    pub fn memory(&self, receivables: &[ReceivableId]) -> Memory {
        let mut last_written = self.written.clone();
        for row in self.notices.values() {
            for part in row.parts.iter().filter(|p| p.state == PartState::Sending) {
                let Some(day) = part.begun_on else { continue };
                let recipient = Recipient {
                    branch: row.branch.clone(),
                    customer: row.customer.clone(),
                    phone: row.phone.clone(),
                };
                let known = last_written.entry(recipient).or_insert(day);
                *known = day.max(*known);
            }
        }
        Memory {
            claims: self
                .claims
                .iter()
                .filter(|((receivable, _, _), _)| receivables.contains(receivable))
                .map(|((receivable, phone, stage), notice)| Claim {
                    receivable: receivable.clone(),
                    phone: phone.clone(),
                    stage: *stage,
                    notice: *notice,
                })
                .collect(),
            untouched: self
                .notices
                .values()
                .filter(|n| n.untouched() && !n.items.is_empty())
                .map(|n| {
                    let run = &self.runs[&n.run];
                    let notice = n.to_notice(run.close);
                    Untouched {
                        id: n.id,
                        close: run.close,
                        send_on: n.send_on,
                        held: run.held,
                        branch: n.branch.clone(),
                        customer: n.customer.clone(),
                        phone: n.phone.clone(),
                        items: notice
                            .items
                            .into_iter()
                            .map(|i| (i.receivable, i.stage))
                            .collect(),
                    }
                })
                .collect(),
            last_written: last_written.into_iter().collect(),
            opted_out: self.opted_out.iter().cloned().collect(),
            holds: self.holds.values().cloned().collect(),
        }
    }

    pub fn store_run(&mut self, identity: &str, run: &NewRun) -> Result<(RunId, Vec<NoticeId>), OutboxError> {
        self.transaction(|t| {
            t.supersede(&run.superseded, "new_scan", run.started_at)?;
            t.last_run += 1;
            let run_id = t.last_run;
            let count = |n: usize| u32::try_from(n).expect("a count");
            t.runs.insert(
                run_id,
                Run {
                    close: run.close,
                    reference_day: run.reference_day,
                    started_at: run.started_at,
                    held: run.held,
                    notices: count(run.notices.len()),
                    skipped: count(run.skipped.len()),
                    bad_rows: count(run.bad_rows.len()),
                },
            );
            let first = t.last_notice + 1;
            t.last_notice += i64::from(count(run.notices.len()));
            let ids: Vec<NoticeId> = (first..=t.last_notice).map(NoticeId).collect();
            for (new, id) in run.notices.iter().zip(&ids) {
                t.instances.entry(new.instance.clone()).or_default();
                let Selected {
                    branch,
                    customer,
                    contact,
                    contact_name,
                    phone,
                    kind,
                    items,
                } = new.selected.clone();
                t.notices.insert(
                    id.0,
                    Row {
                        id: *id,
                        run: run_id,
                        branch,
                        customer,
                        contact,
                        contact_name,
                        phone,
                        instance: new.instance.clone(),
                        kind,
                        send_on: run.send_on,
                        state: NoticeState::Queued,
                        ending: None,
                        reason: None,
                        first_departure: None,
                        counted_on: None,
                        revision: 0,
                        items: Vec::new(),
                        parts: Vec::new(),
                    },
                );
                let items = items
                    .into_iter()
                    .map(|i| NoticeItem {
                        receivable: i.receivable,
                        document: i.document,
                        due_on: i.due_on,
                        stage: i.stage,
                        balance: i.balance,
                        has_boleto: i.has_boleto,
                    })
                    .collect();
                t.contents(identity, *id, items, &new.parts)?;
            }
            Ok((RunId(run_id), ids))
        })
    }

    pub fn runs(&self, close: Option<NaiveDate>, limit: u32) -> Vec<RunSummary> {
        self.runs
            .iter()
            .rev()
            .filter(|(_, r)| close.is_none_or(|close| close == r.close))
            .take(limit as usize)
            .map(|(id, r)| RunSummary {
                id: RunId(*id),
                close: r.close,
                reference_day: r.reference_day,
                started_at: r.started_at,
                held: r.held,
                notices: r.notices,
                skipped: r.skipped,
                bad_rows: r.bad_rows,
            })
            .collect()
    }

    pub fn confirm_held(&mut self) -> u32 {
        let freed = self
            .notices
            .values()
            .filter(|n| n.state == NoticeState::Queued && self.runs[&n.run].held)
            .count();
        self.runs.values_mut().for_each(|r| r.held = false);
        u32::try_from(freed).expect("a count")
    }

    pub fn baseline(&mut self, claims: &[Claim], now: DateTime<Utc>) -> Result<u32, OutboxError> {
        self.transaction(|t| {
            let held: Vec<NoticeId> = t
                .notices
                .values()
                .filter(|n| n.untouched() && t.runs[&n.run].held)
                .map(|n| n.id)
                .collect();
            t.supersede(&held, "baseline", now)?;
            t.runs.values_mut().for_each(|r| r.held = false);
            let mut added = 0;
            for claim in claims {
                let key = (claim.receivable.clone(), claim.phone.clone(), claim.stage);
                if let std::collections::btree_map::Entry::Vacant(place) = t.claims.entry(key) {
                    place.insert(None);
                    added += 1;
                }
            }
            Ok(added)
        })
    }

    pub fn sweep(&mut self, now: DateTime<Utc>, server: i64) -> Result<Vec<PartKey>, OutboxError> {
        const CLOCK_SLACK: i64 = 60_000;
        let ran_out = |lease: Option<(i64, i64)>| {
            lease.is_some_and(|(until, length)| until < server || until - length > server + CLOCK_SLACK)
        };
        let found: Vec<PartKey> = self
            .notices
            .values()
            .filter(|n| matches!(n.state, NoticeState::Sending | NoticeState::NeedsPerson))
            .flat_map(|n| n.parts.iter().map(move |p| (n.id, p)))
            .filter(|(_, p)| p.state == PartState::Sending && ran_out(p.lease))
            .map(|(notice, p)| PartKey { notice, seq: p.seq })
            .collect();
        let change = Change {
            reason: Some("lease_ran_out"),
            ..Change::default()
        };
        self.transaction(|t| {
            for key in &found {
                let (row, place) = t.part_row(*key)?;
                let mut written = None;
                row.apply(place, PartEvent::LeaseRanOut, &change, now, &mut written)?;
                t.finish(key.notice, written);
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub fn due(&self, today: NaiveDate) -> Vec<Due> {
        let mut due: Vec<&Row> = self
            .notices
            .values()
            .filter(|n| matches!(n.state, NoticeState::Queued | NoticeState::Sending))
            .filter(|n| n.ending.is_none() && !self.runs[&n.run].held)
            .filter(|n| n.send_on <= today || n.first_departure.is_some())
            .collect();
        due.sort_by_key(|n| (n.first_departure.is_none(), n.send_on, n.id));
        let due = due.into_iter().map(|n| Due {
            notice: n.id,
            instance: n.instance.clone(),
            phone: n.phone.clone(),
            first_departure: n.first_departure,
            queued: n.parts.iter().filter(|p| p.state == PartState::Queued).count() as u32,
        });
        due.collect()
    }

    pub fn notice(&self, id: NoticeId) -> Option<Notice> {
        let row = self.notices.get(&id.0)?;
        Some(row.to_notice(self.runs[&row.run].close))
    }

    pub fn rebuild(
        &mut self,
        identity: &str,
        id: NoticeId,
        departure: &Departure,
    ) -> Result<bool, OutboxError> {
        self.transaction(|t| {
            let Some(row) = t.row(id).filter(|r| r.untouched()) else {
                return Ok(false);
            };
            row.kind = departure.kind;
            row.revision += 1;
            t.claims.retain(|_, notice| *notice != Some(id));
            t.contents(identity, id, departure.items.clone(), &departure.parts)?;
            Ok(true)
        })
    }

    pub fn end_untouched(
        &mut self,
        id: NoticeId,
        ending: Ending,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, OutboxError> {
        self.transaction(|t| t.end(id, ending, reason, now))
    }

    pub fn begin(&mut self, begin: &Begin, server: i64) -> Begun {
        let counted: BTreeMap<InstanceId, u32> = self
            .notices
            .values()
            .filter(|n| n.counted_on == Some(begin.today))
            .fold(BTreeMap::new(), |mut sums, n| {
                *sums.entry(n.instance.clone()).or_default() += 1;
                sums
            });
        let Some(row) = self.notices.get_mut(&begin.part.notice.0) else {
            return Begun::NotNow;
        };
        let Ok(place) = row.place(begin.part) else {
            return Begun::NotNow;
        };
        let unsettled = |p: &PartRow| !p.state.is_settled();
        let part = &row.parts[place];
        let ours = part.state == PartState::Queued
            && row.state.is_open()
            && row.ending.is_none()
            && !self.runs[&row.run].held
            && !self.opted_out.contains(&row.phone)
            && !row.parts[..place].iter().any(unsettled)
            && (row.first_departure.is_some() || row.revision == begin.revision)
            && part.next_try_at.is_none_or(|at| at <= begin.now);
        if !ours {
            return Begun::NotNow;
        }
        let instance = self.instances.entry(row.instance.clone()).or_default();
        if let Some(restriction) = instance.restriction.clone().filter(|r| r.holds_on(begin.today)) {
            return Begun::Restricted(restriction);
        }
        let left = instance.pause_left(server);
        if left > 0 {
            return Begun::Wait(Duration::from_millis(u64::try_from(left).expect("positive")));
        }
        let contacts = if instance.counted_day == Some(begin.today) {
            instance.contacts
        } else {
            counted.get(&row.instance).copied().unwrap_or(0)
        };
        let counts = row.counted_on != Some(begin.today);
        if counts && begin.daily_cap.is_some_and(|cap| contacts >= cap) {
            return Begun::CapReached;
        }
        instance.next_allowed = Some((server + ms(begin.gap), ms(begin.gap)));
        instance.counted_day = Some(begin.today);
        instance.contacts = contacts + u32::from(counts);
        instance.departures += 1;
        instance.first_used_on = instance.first_used_on.or(Some(begin.today));
        let unknown_after = row.parts[place + 1..]
            .iter()
            .any(|p| p.state == PartState::Unknown);
        let part = &mut row.parts[place];
        part.state = PartState::Sending;
        part.attempt += 1;
        part.may_have_left = true;
        part.reason = None;
        part.next_try_at = None;
        part.lease = Some((server + ms(begin.lease), ms(begin.lease)));
        part.to = Some(begin.to.clone());
        part.text = begin.text.clone();
        part.file_name = begin.file_name.clone();
        part.begun_at = Some(begin.now);
        part.begun_on = Some(begin.today);
        part.gateway_id = None;
        let go = Begun::Go {
            attempt: part.attempt,
            message_id: part.message_id.clone(),
        };
        let states: &[PartState] = if unknown_after {
            &[PartState::Sending, PartState::Unknown]
        } else {
            &[PartState::Sending]
        };
        row.state = notice_state(None, states);
        if let Some(at) = begin.resolved_at {
            self.numbers
                .insert(row.phone.clone(), (at, Some(begin.to.clone())));
        }
        row.reason = None;
        row.first_departure = row.first_departure.or(Some(begin.today));
        row.counted_on = Some(begin.today);
        row.revision += 1;
        go
    }

    pub fn record(&mut self, key: PartKey, attempt: u32, outcome: &Outcome) -> Result<Recorded, OutboxError> {
        self.transaction(|t| {
            let (row, place) = t.part_row(key)?;
            let part = &row.parts[place];
            let answer = matches!(
                outcome.event,
                PartEvent::Accept
                    | PartEvent::RefusedForNow
                    | PartEvent::RefusedForGood
                    | PartEvent::Ambiguous
                    | PartEvent::Requeue
            );
            let overtaken = answer && next_state(part.state, outcome.event).is_err();
            let ended = !row.state.is_open();
            if part.attempt != attempt || overtaken {
                let recorded = match outcome.event {
                    PartEvent::Ambiguous | PartEvent::Requeue if part.attempt == attempt => {
                        Recorded::Now(part.state)
                    }
                    _ => Recorded::LateAnswer,
                };
                if outcome.event == PartEvent::Accept && part.attempt != attempt {
                    t.accepted_late(key, place, outcome, ended)?;
                }
                return Ok(recorded);
            }
            if outcome.event == PartEvent::Accept && part.accepted_at.is_some() && part.state.is_settled() {
                return Ok(Recorded::Now(part.state));
            }
            let event = match outcome.event {
                PartEvent::RefusedForNow | PartEvent::RefusedForGood | PartEvent::Ambiguous
                    if part.arrived_late =>
                {
                    PartEvent::Accept
                }
                event => event,
            };
            let change = Change {
                gateway_id: outcome.gateway_id.as_deref(),
                reason: outcome.reason.as_deref(),
                next_try_at: outcome.next_try_at,
            };
            let mut written = None;
            let state = row.apply(place, event, &change, outcome.now, &mut written)?;
            t.finish(key.notice, written);
            if ended && event == PartEvent::Accept {
                t.claim_what_is_free(key.notice);
            }
            Ok(Recorded::Now(state))
        })
    }

    fn accepted_late(
        &mut self,
        key: PartKey,
        place: usize,
        outcome: &Outcome,
        ended: bool,
    ) -> Result<(), OutboxError> {
        let (row, _) = self.part_row(key)?;
        let part = &mut row.parts[place];
        part.arrived_late = true;
        part.may_have_left = true;
        part.accepted_at = part.accepted_at.or(Some(outcome.now));
        let mut written = part.begun_on;
        let state = part.state;
        if state.is_settled() && !state.is_accepted() || state == PartState::Queued {
            let change = Change {
                gateway_id: outcome.gateway_id.as_deref(),
                reason: Some("arrived_late"),
                ..Change::default()
            };
            row.apply(place, PartEvent::Accept, &change, outcome.now, &mut written)?;
        }
        self.finish(key.notice, written);
        if ended {
            self.claim_what_is_free(key.notice);
        }
        Ok(())
    }

    fn claim_what_is_free(&mut self, id: NoticeId) {
        let row = &self.notices[&id.0];
        for item in &row.items {
            let key = (item.receivable.clone(), row.phone.clone(), item.stage);
            self.claims.entry(key).or_insert(Some(id));
        }
    }

    pub fn restrict(&mut self, instance: &InstanceId, restriction: &Restriction) {
        if let Some(row) = self.instances.get_mut(instance) {
            let longer = |known: &Restriction| known.until > restriction.until;
            if !row.restriction.as_ref().is_some_and(longer) {
                row.restriction = Some(restriction.clone());
            }
        }
    }

    pub fn lift_restriction(&mut self, instance: Option<&InstanceId>) -> u32 {
        let mut lifted = 0;
        for (name, row) in &mut self.instances {
            if instance.is_none_or(|asked| asked == name) && row.restriction.take().is_some() {
                lifted += 1;
            }
        }
        lifted
    }

    pub fn settle_queued(
        &mut self,
        parts: &[PartKey],
        event: PartEvent,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OutboxError> {
        let change = Change {
            reason: Some(reason),
            ..Change::default()
        };
        let notices: BTreeSet<NoticeId> = parts.iter().map(|p| p.notice).collect();
        self.transaction(|t| {
            for id in notices {
                let Some(row) = t.row(id) else { continue };
                let mut written = None;
                let mut changed = false;
                for place in 0..row.parts.len() {
                    let part = &row.parts[place];
                    let asked = parts.iter().any(|k| k.notice == id && k.seq == part.seq);
                    if part.state == PartState::Queued && asked {
                        row.apply(place, event, &change, now, &mut written)?;
                        changed = true;
                    }
                }
                if changed {
                    t.finish(id, written);
                }
            }
            Ok(())
        })
    }

    pub fn with_unknown_parts(&self) -> Vec<NoticeId> {
        self.notices
            .values()
            .filter(|n| n.state == NoticeState::NeedsPerson)
            .map(|n| n.id)
            .collect()
    }

    pub fn known_gateway_ids(&self, to: &CanonicalId) -> Vec<String> {
        self.notices
            .values()
            .flat_map(|n| &n.parts)
            .filter(|p| p.to.as_ref() == Some(to))
            .filter_map(|p| p.gateway_id.clone())
            .collect()
    }

    pub fn resolve(
        &mut self,
        key: PartKey,
        resolution: Resolution,
        now: DateTime<Utc>,
    ) -> Result<PartState, OutboxError> {
        let (event, reason) = match resolution {
            Resolution::Sent => (PartEvent::Accept, "resolved_sent"),
            Resolution::Retry => (PartEvent::Requeue, "resolved_retry"),
            Resolution::Drop => (PartEvent::Skip, "resolved_drop"),
        };
        self.transaction(|t| {
            let (row, place) = t.part_row(key)?;
            let from = row.parts[place].state;
            if from.is_accepted() && row.parts[place].arrived_late && resolution == Resolution::Sent {
                row.parts[place].arrived_late = false;
                return Ok(from);
            }
            if !matches!(from, PartState::Unknown | PartState::Failed) {
                return Err(IllegalMove { from, event }.into());
            }
            let ended = !row.state.is_open();
            let change = Change {
                reason: Some(reason),
                ..Change::default()
            };
            let mut written = None;
            let state = row.apply(place, event, &change, now, &mut written)?;
            t.finish(key.notice, written);
            if ended && t.notices[&key.notice.0].state.is_open() {
                t.claim_again(key.notice)?;
            }
            Ok(state)
        })
    }

    fn claim_again(&mut self, id: NoticeId) -> Result<(), OutboxError> {
        if self.claims.values().any(|notice| *notice == Some(id)) {
            return Ok(());
        }
        let row = &self.notices[&id.0];
        for item in &row.items {
            let key = (item.receivable.clone(), row.phone.clone(), item.stage);
            if self.claims.insert(key, Some(id)).is_some() {
                return Err(OutboxError::ClaimTaken);
            }
        }
        Ok(())
    }

    pub fn awaiting_receipts(&self, since: DateTime<Utc>) -> Vec<AwaitingReceipt> {
        let departed = (since - TimeDelta::days(10)).date_naive();
        let wanted = [PartState::Accepted, PartState::ServerAck, PartState::Delivered];
        let mut found: Vec<AwaitingReceipt> = Vec::new();
        for row in self.notices.values().filter(|n| n.counted_on >= Some(departed)) {
            for part in row.parts.iter().filter(|p| wanted.contains(&p.state)) {
                if let (Some(accepted_at), Some(gateway_id)) = (part.accepted_at, &part.gateway_id)
                    && accepted_at > since
                {
                    found.push(AwaitingReceipt {
                        part: PartKey {
                            notice: row.id,
                            seq: part.seq,
                        },
                        instance: row.instance.clone(),
                        gateway_id: gateway_id.clone(),
                        state: part.state,
                        accepted_at,
                    });
                }
            }
        }
        found.sort_by_key(|a| (a.accepted_at, a.part));
        found
    }

    pub fn receipt(
        &mut self,
        key: PartKey,
        level: AckLevel,
        now: DateTime<Utc>,
    ) -> Result<bool, OutboxError> {
        let event = match level {
            AckLevel::Pending => return Ok(false),
            AckLevel::Server => PartEvent::ServerReceipt,
            AckLevel::Delivered => PartEvent::DeliveryReceipt,
            AckLevel::Read => PartEvent::ReadReceipt,
            AckLevel::Error => PartEvent::ErrorReceipt,
        };
        self.transaction(|t| {
            let (row, place) = t.part_row(key)?;
            let from = row.parts[place].state;
            if !from.is_accepted() || next_state(from, event).is_ok_and(|to| to == from) {
                return Ok(false);
            }
            let change = Change {
                reason: (event == PartEvent::ErrorReceipt).then_some("refused_after_acceptance"),
                ..Change::default()
            };
            let mut written = None;
            row.apply(place, event, &change, now, &mut written)?;
            t.finish(key.notice, written);
            Ok(true)
        })
    }

    pub fn opt_out(&mut self, phone: &Phone, now: DateTime<Utc>) -> Result<bool, OutboxError> {
        self.transaction(|t| {
            let new = t.opted_out.insert(phone.clone());
            let open: Vec<NoticeId> = t
                .notices
                .values()
                .filter(|n| n.phone == *phone && n.state.is_open())
                .map(|n| n.id)
                .collect();
            for id in open {
                if t.end(id, Ending::Skipped, "opted_out", now)? {
                    continue;
                }
                let parts = &t.notices[&id.0].parts;
                let keys: Vec<PartKey> = parts
                    .iter()
                    .map(|p| PartKey {
                        notice: id,
                        seq: p.seq,
                    })
                    .collect();
                t.settle_queued(&keys, PartEvent::Skip, "opted_out", now)?;
            }
            Ok(new)
        })
    }

    pub fn instances(&self, today: NaiveDate, server: i64) -> Vec<InstanceRow> {
        self.instances
            .iter()
            .map(|(name, i)| InstanceRow {
                instance: name.clone(),
                day: i.counted_day,
                contacts_today: if i.counted_day == Some(today) {
                    i.contacts
                } else {
                    0
                },
                first_used_on: i.first_used_on,
                pause_left: Duration::from_millis(u64::try_from(i.pause_left(server)).expect("not negative")),
                restriction: i.restriction.clone(),
            })
            .collect()
    }
}
