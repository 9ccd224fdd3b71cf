//! The world of one schedule: what is committed, what was really delivered, the time, and who is next.
//!
//! Every call of a port is a step. Before it the worker gives up its turn, and the schedule says who goes on: it, another
//! worker, an event from outside, or nobody ever again (the worker's process died). What a worker has seen so far decides
//! all that it will do, so two schedules that lead to the same tables, deliveries and sights need not both be followed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Condvar, Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};
use wa_notify::domain::notice::{NoticeId, PartKey, PartState};
use wa_notify::ports::gateway::{CanonicalId, Capabilities, Fingerprint};
use wa_notify::ports::outbox::Resolution;

use super::tables::Tables;

/// Hashes what `{:?}` would print, without printing it.
struct Hashing(DefaultHasher);

impl Write for Hashing {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

fn hash_of(value: &dyn Debug) -> u64 {
    let mut hashing = Hashing(DefaultHasher::new());
    write!(hashing, "{value:?}").expect("hashing does not fail");
    hashing.0.finish()
}

/// A message that reached WhatsApp: the ground truth.
#[derive(Debug, Clone)]
pub struct Message {
    pub part: PartKey,
    pub to: CanonicalId,
    pub fingerprint: Fingerprint,
    pub gateway_id: String,
    pub at: i64,
}

/// How much may go wrong in one schedule.
#[derive(Debug, Clone, Copy, Hash)]
pub struct Budget {
    /// Of all that follows but the preemptions, this many.
    pub mishaps: u8,
    /// Times that a worker is interrupted by another one, though it could go on.
    pub preemptions: u8,
    /// Processes that die.
    pub crashes: u8,
    /// Answers of the gateway other than the good one.
    pub faults: u8,
    /// Half hours that pass in between.
    pub jumps: u8,
    /// Words of a person on an unknown or failed part.
    pub words: u8,
    /// Payments of all that is open.
    pub payments: u8,
    /// Opt-outs.
    pub opt_outs: u8,
}

impl Budget {
    /// Nothing goes wrong.
    pub const NONE: Budget = Budget {
        mishaps: 0,
        preemptions: 0,
        crashes: 0,
        faults: 0,
        jumps: 0,
        words: 0,
        payments: 0,
        opt_outs: 0,
    };

    /// Uses up what is left when no more mishap may come.
    fn spend(&mut self) {
        self.mishaps -= 1;
        if self.mishaps == 0 {
            *self = Budget {
                preemptions: self.preemptions,
                ..Budget::NONE
            };
        }
    }
}

/// A worker: one process that sends or scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Status {
    /// Wants to go on.
    Ready,
    /// Wants to go on at this moment.
    Asleep(i64),
    /// Its work is done.
    Done,
    /// Its process died.
    Dead,
}

#[derive(Debug)]
struct Worker {
    status: Status,
    /// All that it has seen so far.
    seen: u64,
}

/// What happens from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outside {
    HalfHour,
    Word(PartKey, Resolution),
    Payment,
    OptOut,
    /// What a gateway had queued goes out late.
    LateDelivery,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    Worker(usize),
    Crash,
    Outside(Outside),
}

/// The choices of a schedule; those of `prefix` are followed, then always the first.
#[derive(Debug, Default)]
pub struct Choices {
    pub taken: Vec<(usize, usize)>,
    prefix: usize,
    position: usize,
}

impl Choices {
    pub fn following(taken: Vec<(usize, usize)>) -> Self {
        Choices {
            prefix: taken.len(),
            taken,
            position: 0,
        }
    }

    fn choose(&mut self, options: usize) -> usize {
        if options < 2 {
            return 0;
        }
        if self.position == self.taken.len() {
            self.taken.push((0, options));
        }
        let (choice, known) = self.taken[self.position];
        assert_eq!(known, options, "a schedule must lead the same way each time");
        self.position += 1;
        choice
    }

    /// Past the prefix: what comes was not decided before.
    fn is_new(&self) -> bool {
        self.position >= self.prefix
    }
}

/// An attempt to send a part.
#[derive(Debug, Clone, Copy, Hash)]
pub struct Attempt {
    number: u32,
    worker: usize,
    requested: bool,
    refused: bool,
    retries_before: usize,
}

/// Unwinds a worker's thread; not a failure.
pub struct Gone;

/// Everything that a step may touch.
pub struct World {
    pub tables: Tables,
    pub delivered: Vec<Message>,
    /// Taken by the gateway, not yet delivered.
    pub late: Vec<Message>,
    /// Milliseconds since the beginning, on all clocks.
    pub time: i64,
    /// Customers of the ERP.
    pub customers: usize,
    pub paid: bool,
    /// The instance lost its phone, for good.
    pub unlinked: bool,
    /// Only what fences are for goes wrong: answers that come late, and a person's retry in between; turns change only
    /// at what they fence.
    pub late_answers_only: bool,
    /// Closes that the ERP has seen after the first.
    pub closes: i64,
    pub capabilities: Capabilities,
    pub budget: Budget,
    pub choices: Choices,
    /// A person's retries, by part.
    pub retries: BTreeMap<PartKey, usize>,
    /// The last attempt of each part: whether its request is proven not to have counted, and the retries ordered before it.
    pub attempts: BTreeMap<PartKey, Attempt>,
    /// Parts on which a person said anything, or was asked to look (a late answer).
    pub touched: HashSet<PartKey>,
    /// Refused by WhatsApp after acceptance.
    pub error_receipts: HashSet<PartKey>,
    /// Workers whose gateway has seen a sign of restriction.
    pub signs: BTreeSet<usize>,
    pub violations: Vec<String>,
    /// The steps, where they are wanted for reading.
    pub story: Option<Vec<String>>,
    pub steps: u64,
    workers: Vec<Worker>,
    /// `None`: nobody is scheduled; steps just happen (before and after the schedule).
    turn: Option<usize>,
    pruned: bool,
    visited: Option<HashSet<u64>>,
}

/// The world, and where the workers wait for their turn.
pub struct Shared {
    world: Mutex<World>,
    turns: Vec<Condvar>,
}

/// The first moment: Tuesday, 24 November 2026, noon in São Paulo.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_532_400, 0).expect("a moment")
}

const HALF_HOUR: i64 = 31 * 60_000;

impl World {
    pub fn new(capabilities: Capabilities, budget: Budget, choices: Choices, visited: HashSet<u64>) -> Self {
        World {
            tables: Tables::default(),
            delivered: Vec::new(),
            late: Vec::new(),
            time: 0,
            customers: 1,
            paid: false,
            unlinked: false,
            late_answers_only: false,
            closes: 0,
            capabilities,
            budget,
            choices,
            retries: BTreeMap::new(),
            attempts: BTreeMap::new(),
            touched: HashSet::new(),
            error_receipts: HashSet::new(),
            signs: BTreeSet::new(),
            violations: Vec::new(),
            story: None,
            steps: 0,
            workers: Vec::new(),
            turn: None,
            pruned: false,
            visited: Some(visited),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        start() + TimeDelta::milliseconds(self.time)
    }

    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(line());
        }
    }

    pub fn violation(&mut self, what: String) {
        self.tell(|| format!("!!! {what}"));
        self.violations.push(what);
    }

    /// One of the good answer and `bad` other ones, as far as the budget goes.
    pub fn fault(&mut self, bad: usize) -> usize {
        if self.budget.faults == 0 {
            return 0;
        }
        let choice = self.choices.choose(bad + 1);
        if choice > 0 {
            self.budget.faults -= 1;
            self.budget.spend();
        }
        choice
    }

    /// The same for an answer that is none to a request to send.
    pub fn other_fault(&mut self, bad: usize) -> usize {
        if self.late_answers_only {
            0
        } else {
            self.fault(bad)
        }
    }

    /// A worker begins an attempt: the one before it must be proven refused, or a person has ordered it since.
    pub fn attempt_begins(&mut self, key: PartKey, number: u32, worker: usize) {
        let retries_before = self.retries.get(&key).copied().unwrap_or(0);
        let deduplicates = self.capabilities.own_ids == wa_notify::ports::gateway::OwnIds::Deduplicated;
        if let Some(last) = self.attempts.get(&key)
            && !last.refused
            && !deduplicates
            && last.retries_before == retries_before
            && !self.error_receipts.contains(&key)
        {
            self.violation(format!(
                "attempt {number} of part {key} though the one before may have left"
            ));
        }
        let attempt = Attempt {
            number,
            worker,
            requested: false,
            refused: false,
            retries_before,
        };
        self.attempts.insert(key, attempt);
    }

    /// The request of a worker's attempt leaves; `refused`: that did not count.
    pub fn attempt_requested(&mut self, key: PartKey, worker: usize, refused: bool) {
        if let Some(attempt) = self.attempts.get_mut(&key).filter(|a| a.worker == worker) {
            (attempt.requested, attempt.refused) = (true, refused);
        }
    }

    /// A worker is done with its attempt: without a request nothing left.
    pub fn attempt_ends(&mut self, key: PartKey, number: u32, worker: usize) {
        let own = |a: &&mut Attempt| a.worker == worker && a.number == number && !a.requested;
        if let Some(attempt) = self.attempts.get_mut(&key).filter(own) {
            attempt.refused = true;
        }
    }

    fn part_state(&self, key: PartKey) -> Option<PartState> {
        let row = self.tables.notices.get(&key.notice.0)?;
        row.parts.iter().find(|p| p.seq == key.seq).map(|p| p.state)
    }

    /// A message reaches WhatsApp: the moment of truth.
    pub fn deliver(&mut self, message: Message) {
        let key = message.part;
        let row = &self.tables.notices[&key.notice.0];
        let bare = key.seq > 1
            && row.parts.first().is_some_and(|text| {
                let refused_later = text.state == PartState::Failed && text.accepted_at.is_some();
                !text.state.is_accepted() && !refused_later
            });
        if bare && !self.touched.iter().any(|k| k.notice == key.notice) {
            self.violation(format!("part {key} arrived without the text"));
        }
        let before = self.delivered.iter().filter(|m| m.part == key).count();
        if before > self.retries.get(&key).copied().unwrap_or(0) {
            self.violation(format!("part {key} delivered {} times", before + 1));
        }
        let trusted = !self.touched.iter().any(|t| t.notice == key.notice);
        for seq in 1..key.seq {
            let earlier = PartKey { seq, ..key };
            let state = self.part_state(earlier);
            if trusted && state.is_some_and(|s| !s.is_settled()) {
                self.violation(format!("part {key} left while {earlier} was {state:?}"));
            }
        }
        if trusted
            && before == 0
            && self
                .delivered
                .iter()
                .any(|m| m.part.notice == key.notice && m.part.seq > key.seq)
        {
            self.violation(format!("part {key} left after a later one"));
        }
        self.tell(|| format!("    delivered {key}"));
        self.delivered.push(message);
    }

    fn outside(&self) -> Vec<Outside> {
        let mut events = Vec::new();
        if self.budget.jumps > 0 {
            events.push(Outside::HalfHour);
        }
        if self.budget.words > 0 {
            for row in self.tables.notices.values() {
                for part in &row.parts {
                    let key = PartKey {
                        notice: row.id,
                        seq: part.seq,
                    };
                    let words: &[Resolution] = match part.state {
                        PartState::Unknown if self.late_answers_only => &[Resolution::Retry],
                        PartState::Unknown => &[Resolution::Sent, Resolution::Retry, Resolution::Drop],
                        PartState::Failed => &[Resolution::Retry],
                        _ => &[],
                    };
                    events.extend(words.iter().map(|word| Outside::Word(key, *word)));
                }
            }
        }
        if self.budget.payments > 0 {
            events.push(Outside::Payment);
        }
        if self.budget.opt_outs > 0 && !self.tables.notices.is_empty() {
            events.push(Outside::OptOut);
        }
        if !self.late.is_empty() {
            events.push(Outside::LateDelivery);
        }
        events
    }

    fn happen(&mut self, event: Outside) {
        self.tell(|| format!("-- {event:?}"));
        let now = self.now();
        match event {
            Outside::HalfHour => {
                self.budget.jumps -= 1;
                self.budget.spend();
                self.time += HALF_HOUR;
            }
            Outside::Word(key, resolution) => {
                self.budget.words -= 1;
                self.budget.spend();
                self.word(key, resolution);
            }
            Outside::Payment => {
                self.budget.payments -= 1;
                self.budget.spend();
                self.paid = true;
            }
            Outside::OptOut => {
                self.budget.opt_outs -= 1;
                self.budget.spend();
                let phone = self.tables.notices.values().next().map(|n| n.phone.clone());
                if let Some(phone) = phone
                    && let Err(error) = self.tables.opt_out(&phone, now)
                {
                    self.violation(format!("opt-out: {error}"));
                }
            }
            Outside::LateDelivery => {
                let mut message = self.late.remove(0);
                message.at = self.time;
                self.deliver(message);
            }
        }
    }

    /// `wa-notify resolve`.
    pub fn word(&mut self, key: PartKey, resolution: Resolution) {
        let now = self.now();
        match self.tables.resolve(key, resolution, now) {
            Ok(_) => {
                self.touched.insert(key);
                if resolution == Resolution::Retry {
                    *self.retries.entry(key).or_default() += 1;
                }
            }
            Err(wa_notify::ports::outbox::OutboxError::ClaimTaken) => {}
            Err(error) => self.violation(format!("resolve {key}: {error}")),
        }
    }

    /// All that decides what may come.
    fn fingerprint(&self) -> u64 {
        let workers: Vec<_> = self.workers.iter().map(|w| (w.status, w.seen)).collect();
        let marks = (
            hash_of(&self.tables),
            hash_of(&self.delivered),
            hash_of(&self.late),
        );
        let mut retries: Vec<_> = self.retries.iter().collect();
        retries.sort();
        let mut hasher = DefaultHasher::new();
        (
            workers,
            marks,
            retries,
            &self.attempts,
            &self.signs,
            self.time,
            self.paid,
            self.budget,
        )
            .hash(&mut hasher);
        hasher.finish()
    }

    /// This state was met on another way: what follows is known.
    fn is_known(&mut self) -> bool {
        if !self.choices.is_new() {
            return false;
        }
        let fingerprint = self.fingerprint();
        match &mut self.visited {
            Some(visited) => !visited.insert(fingerprint),
            None => false,
        }
    }

    /// Who is next; `None`: nobody is left, or it is known what follows.
    fn next(&mut self, current: Option<usize>) -> Option<Next> {
        loop {
            let mut options = Vec::new();
            options.extend(current.map(Next::Worker));
            let others = self.workers.iter().enumerate().filter(|(at, w)| {
                Some(*at) != current && matches!(w.status, Status::Ready | Status::Asleep(_))
            });
            if current.is_none() || self.budget.preemptions > 0 {
                options.extend(others.map(|(at, _)| Next::Worker(at)));
            }
            if options.is_empty() {
                return None;
            }
            if current.is_some() && self.budget.crashes > 0 {
                options.push(Next::Crash);
            }
            options.extend(self.outside().into_iter().map(Next::Outside));
            if options.len() > 1 && self.is_known() {
                self.pruned = true;
                return None;
            }
            let next = options[self.choices.choose(options.len())];
            match next {
                Next::Outside(event) => self.happen(event),
                Next::Worker(at) => {
                    let asleep = current.map(|c| self.workers[c].status);
                    // Leaving one that sleeps is no preemption.
                    if current.is_some_and(|c| c != at) && asleep == Some(Status::Ready) {
                        self.budget.preemptions -= 1;
                    }
                    if let Status::Asleep(until) = self.workers[at].status {
                        self.time = self.time.max(until);
                        self.workers[at].status = Status::Ready;
                    }
                    return Some(next);
                }
                Next::Crash => {
                    self.budget.crashes -= 1;
                    self.budget.spend();
                    return Some(next);
                }
            }
        }
    }

    /// The schedule is over, and what follows was met before.
    pub fn ends_known(&mut self) -> bool {
        self.pruned || self.is_known()
    }

    pub fn take_visited(&mut self) -> HashSet<u64> {
        self.visited.take().unwrap_or_default()
    }

    /// Nothing is open, and everybody has a text: further days cannot change who holds which stage.
    pub fn all_told(&self) -> bool {
        let told = |row: &super::tables::Row| {
            !row.state.is_open()
                && self
                    .delivered
                    .iter()
                    .any(|m| m.part.notice == row.id && m.part.seq == 1)
        };
        let customers: HashSet<_> = self
            .tables
            .notices
            .values()
            .filter(|row| told(row))
            .map(|row| &row.customer)
            .collect();
        customers.len() == self.customers && self.tables.notices.values().all(|row| !row.state.is_open())
    }

    /// The states of a notice's parts, for messages.
    pub fn parts_of(&self, notice: NoticeId) -> Vec<PartState> {
        let row = &self.tables.notices[&notice.0];
        row.parts.iter().map(|p| p.state).collect()
    }
}

impl Shared {
    pub fn new(mut world: World, workers: usize) -> Self {
        world.workers = (0..workers)
            .map(|_| Worker {
                status: Status::Ready,
                seen: 0,
            })
            .collect();
        Shared {
            world: Mutex::new(world),
            turns: (0..workers).map(|_| Condvar::new()).collect(),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no step panics")
    }

    pub fn into_world(self) -> World {
        self.world.into_inner().expect("no step panics")
    }

    /// Runs the workers under the schedule until all are done or dead.
    pub fn run(&self, work: &(dyn Fn(usize) + Sync)) {
        let workers = self.turns.len();
        {
            let mut world = self.lock();
            // Not a worker: nobody moves before all is set up.
            world.turn = Some(workers);
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..workers)
                .map(|me| {
                    scope.spawn(move || {
                        let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                            self.wait(self.lock(), me);
                            work(me);
                        }));
                        let mut world = self.lock();
                        match lived {
                            Ok(()) => world.workers[me].status = Status::Done,
                            Err(payload) if payload.is::<Gone>() => {}
                            Err(payload) => {
                                let text = payload
                                    .downcast_ref::<String>()
                                    .cloned()
                                    .or_else(|| payload.downcast_ref::<&str>().map(|t| (*t).to_owned()));
                                world.workers[me].status = Status::Dead;
                                world.violation(format!("worker {me} panicked: {text:?}"));
                            }
                        }
                        if world.turn == Some(me) {
                            self.hand_over(&mut world);
                        }
                    })
                })
                .collect();
            self.hand_over(&mut self.lock());
            for thread in threads {
                let _ = thread.join();
            }
        });
        self.lock().turn = None;
    }

    /// The one whose turn it was does not go on.
    fn hand_over(&self, world: &mut World) {
        if !world.pruned
            && let Some(Next::Worker(at)) = world.next(None)
        {
            world.turn = Some(at);
            self.turns[at].notify_one();
            return;
        }
        world.turn = Some(self.turns.len());
        self.turns.iter().for_each(Condvar::notify_one);
    }

    /// Waits for the turn of `me`.
    fn wait(&self, mut world: MutexGuard<'_, World>, me: usize) {
        while world.turn != Some(me) {
            if world.pruned {
                drop(world);
                std::panic::resume_unwind(Box::new(Gone));
            }
            world = self.turns[me].wait(world).expect("no step panics");
        }
    }

    fn give_up_turn(&self, me: usize, status: Status) {
        let mut world = self.lock();
        world.workers[me].status = status;
        match world.next(Some(me)) {
            Some(Next::Worker(at)) if at == me => {}
            Some(Next::Worker(at)) => {
                world.turn = Some(at);
                self.turns[at].notify_one();
                self.wait(world, me);
            }
            Some(_) => {
                world.tell(|| format!("[{me}] dies"));
                world.workers[me].status = Status::Dead;
                drop(world);
                std::panic::resume_unwind(Box::new(Gone));
            }
            None => {
                drop(world);
                std::panic::resume_unwind(Box::new(Gone));
            }
        }
    }

    /// One step of a worker: gives up the turn, then does `work` all at once.
    pub fn step<T: Debug>(&self, me: usize, name: &str, work: impl FnOnce(&mut World) -> T) -> T {
        let gives_up = {
            let world = self.lock();
            let fenced = ["sweep", "due", "begin", "request", "record"].contains(&name);
            world.turn.is_some() && (fenced || !world.late_answers_only)
        };
        if gives_up {
            self.give_up_turn(me, Status::Ready);
        }
        self.look(me, name, work)
    }

    /// The same without giving up the turn: nobody else can tell when it happened.
    pub fn look<T: Debug>(&self, me: usize, name: &str, work: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.lock();
        world.steps += 1;
        let answer = work(&mut world);
        if world.story.is_some() {
            let mut text = format!("[{me}] {name} -> {answer:?}");
            if let Some((end, _)) = text.char_indices().nth(160) {
                text.truncate(end);
            }
            world.tell(|| text);
        }
        if world.turn.is_some() {
            let mut hasher = DefaultHasher::new();
            (world.workers[me].seen, name, hash_of(&answer)).hash(&mut hasher);
            world.workers[me].seen = hasher.finish();
        }
        answer
    }

    /// Waits in the world's own time.
    pub fn sleep(&self, me: usize, milliseconds: i64) {
        let (scheduled, until) = {
            let world = self.lock();
            (world.turn.is_some(), world.time + milliseconds)
        };
        if scheduled {
            self.give_up_turn(me, Status::Asleep(until));
        } else {
            self.lock().time = until;
        }
    }
}
