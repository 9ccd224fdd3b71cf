//! The promise, tried in every way that a small world has: `app::send` and `app::scan` as they are, over a model of the
//! outbox, the gateway, the ERP and time (DESIGN.md section 6, docs/state_machine.md).
//!
//! | module | holds |
//! |---|---|
//! | here | what is explored, and what must hold |
//! | `tables` | the outbox as a model |
//! | `world` | one schedule: steps, choices, the ground truth |
//! | `ports` | the ports of a worker |
//! | `differential` | the model against the real outbox: the same calls, the same answers |
//!
//! The enumeration is a depth-first search over all choices (who goes on, who dies, what the gateway answers, what
//! happens from outside) within a budget of mishaps; each schedule runs from the beginning. A state met before is not
//! followed again. After each schedule come days without mishaps, and then the books must be right.

mod differential;
mod ports;
mod tables;
mod world;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveTime;
use wa_notify::app::scan::{ScanError, ScanRequest, scan};
use wa_notify::app::send::{SendContext, SendRequest, Spent, send};
use wa_notify::app::shop::{ReplyRules, Shop, Treatment};
use wa_notify::domain::calendar::{BankingCalendar, SendingCalendar};
use wa_notify::domain::lang::Lang;
use wa_notify::domain::notice::{NoticeId, NoticeState, PartEvent, PartKey, PartKind, PartState};
use wa_notify::domain::pacing::Pace;
use wa_notify::domain::policy::NoticeKinds;
use wa_notify::ports::gateway::{CanonicalId, Capabilities, Gateway, OwnIds};
use wa_notify::ports::outbox::{Begin, Begun, Outbox, OutboxError, Outcome, Recorded};

use ports::Hand;
use tables::Tables;
use world::{Budget, Choices, Shared, World};

/// What one process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Send,
    /// The scan of the next close.
    Scan,
}

/// A small world to be explored.
struct Scenario {
    name: &'static str,
    workers: &'static [Work],
    customers: usize,
    capabilities: Capabilities,
    budget: Budget,
    pace: Pace,
    late_answers_only: bool,
}

const EVOLUTION: Capabilities = Capabilities {
    own_ids: OwnIds::Ignored,
    lookup: true,
    proves_absence: false,
    inbound_polling: true,
    typing: true,
    max_document_bytes: 10_000_000,
};

/// One that drops doubles and knows what it has not.
const DEDUPLICATING: Capabilities = Capabilities {
    own_ids: OwnIds::Deduplicated,
    proves_absence: true,
    ..EVOLUTION
};

fn shop(pace: Pace) -> Shop {
    Shop {
        lang: Lang::PtBr,
        kinds: NoticeKinds::Both,
        // Short: it is rendered a million times.
        message: Some("{{ ref }}".to_owned()),
        max_boletos: 3,
        require_boleto: false,
        send_code: true,
        send_at: NaiveTime::from_hms_opt(9, 0, 0).expect("a time"),
        time_zone: chrono_tz::America::Sao_Paulo,
        sending: SendingCalendar::always(),
        banks: BankingCalendar::default(),
        grace_business_days: 1,
        max_bank_return_age: 3,
        expire_after_days: 3,
        min_days_between: 1,
        first_runs_limit: 300,
        area_code: None,
        pace,
        replies: ReplyRules {
            treatment: Treatment::Store,
            text: None,
            window_days: 3,
        },
        instance: None,
    }
}

/// One process from its start to its end.
fn work(shared: &Arc<Shared>, me: usize, what: Work, shop: &Shop) {
    let hand = Hand {
        shared: Arc::clone(shared),
        me,
    };
    // A process of its own: what the one before it has seen, it has not.
    shared.lock().signs.remove(&me);
    match what {
        Work::Send => {
            let gateway = |_: &_| Ok(Box::new(hand.clone()) as Box<dyn Gateway>);
            let done = send(
                &mut SendContext {
                    erp: &hand,
                    outbox: &mut hand.clone(),
                    more: &|| Ok(Box::new(hand.clone()) as Box<dyn Outbox>),
                    shop,
                    clock: &hand,
                    random: &hand,
                    gateway: &gateway,
                    owner: format!("worker-{me}"),
                    on_event: &mut |_| {},
                    spent: Spent::default(),
                },
                &SendRequest::default(),
            );
            if let Err(error) = done {
                shared.lock().violation(format!("send failed: {error}"));
            }
        }
        Work::Scan => match scan(
            &hand,
            Some(&mut hand.clone()),
            shop,
            &hand,
            &ScanRequest::default(),
        ) {
            // Others were quicker three times over: the next scan selects afresh.
            Ok(_) | Err(ScanError::Outbox(OutboxError::ClaimTaken)) => {}
            Err(error) => shared.lock().violation(format!("scan failed: {error}")),
        },
    }
}

/// What an exploration came to.
#[derive(Debug, Default)]
struct Tally {
    schedules: u64,
    followed: u64,
    states: usize,
    steps: u64,
    complete: bool,
}

impl Scenario {
    /// The tables after the first scan.
    fn scanned(&self) -> Tables {
        let mut world = World::new(
            self.capabilities,
            Budget::NONE,
            Choices::default(),
            HashSet::new(),
        );
        world.customers = self.customers;
        let shared = Arc::new(Shared::new(world, 1));
        work(&shared, 0, Work::Scan, &shop(self.pace));
        let tables = shared.lock().tables.clone();
        assert_eq!(tables.notices.len(), self.customers, "a notice for each customer");
        tables
    }

    /// One schedule, from what the first scan stored to the last of the quiet days after it. The flag: what follows the
    /// schedule was met before.
    fn run(&self, scanned: &Tables, choices: Choices, visited: HashSet<u64>, story: bool) -> (World, bool) {
        let shop = shop(self.pace);
        let mut world = World::new(self.capabilities, self.budget, choices, visited);
        world.tables = scanned.clone();
        world.customers = self.customers;
        world.late_answers_only = self.late_answers_only;
        world.story = story.then(Vec::new);
        world.closes += i64::from(self.workers.contains(&Work::Scan));
        let shared = Arc::new(Shared::new(world, self.workers.len()));
        shared.run(&|me| work(&shared, me, self.workers[me], &shop));
        let known = shared.lock().ends_known();
        if !known {
            self.recover(&shared, &shop);
        }
        let Ok(shared) = Arc::try_unwrap(shared) else {
            panic!("a worker is left behind");
        };
        let mut world = shared.into_world();
        if !known {
            check(&mut world);
        }
        (world, known)
    }

    /// Days on which nothing goes wrong: tasks run on, leases run out.
    fn recover(&self, shared: &Arc<Shared>, shop: &Shop) {
        {
            let mut world = shared.lock();
            world.budget = Budget::NONE;
            for message in std::mem::take(&mut world.late) {
                world.deliver(message);
            }
        }
        const DAY: i64 = 24 * 3_600_000;
        const HALF_HOUR: i64 = 31 * 60_000;
        let today = shared.lock().closes;
        for day in 0..=5 {
            {
                let mut world = shared.lock();
                world.time = world.time.max(day * DAY);
                world.closes = world.closes.max(day);
                world.tell(|| format!("== day {day}"));
            }
            if day > today {
                work(shared, 0, Work::Scan, shop);
            }
            for _ in 0..2 {
                shared.lock().time += HALF_HOUR;
                work(shared, 0, Work::Send, shop);
            }
            if shared.lock().all_told() {
                break;
            }
        }
    }

    /// `limit`: stop then, wherever it is.
    fn explore(&self, limit: Option<Duration>) -> Tally {
        #[expect(clippy::disallowed_methods, reason = "how long the exploration really took")]
        let started = Instant::now();
        let scanned = self.scanned();
        let mut tally = Tally::default();
        let mut visited = HashSet::new();
        let mut taken: Vec<(usize, usize)> = Vec::new();
        loop {
            let (mut world, known) = self.run(&scanned, Choices::following(taken), visited, false);
            tally.schedules += 1;
            tally.followed += u64::from(!known);
            tally.steps += world.steps;
            if let Some(first) = world.violations.first() {
                let choices = Choices::following(world.choices.taken.clone());
                let story = self.run(&scanned, choices, HashSet::new(), true).0.story;
                let story = story.unwrap_or_default();
                panic!(
                    "{}: {first}\nafter {} schedules, by this one:\n{}",
                    self.name,
                    tally.schedules,
                    story.join("\n")
                );
            }
            visited = world.take_visited();
            taken = world.choices.taken;
            while let Some((choice, options)) = taken.pop() {
                if choice + 1 < options {
                    taken.push((choice + 1, options));
                    break;
                }
            }
            tally.complete = taken.is_empty();
            if tally.complete || limit.is_some_and(|limit| started.elapsed() > limit) {
                break;
            }
        }
        tally.states = visited.len();
        #[expect(clippy::print_stderr, reason = "the figures of the exploration")]
        {
            eprintln!(
                "{}: {} schedules, {} to their end, {} states, {} steps, {} in {:.1?}",
                self.name,
                tally.schedules,
                tally.followed,
                tally.states,
                tally.steps,
                if tally.complete { "complete" } else { "cut off" },
                started.elapsed()
            );
        }
        tally
    }
}

/// What must hold when all is over.
fn check(world: &mut World) {
    let mut wrong = Vec::new();
    let rows: Vec<_> = world.tables.notices.values().cloned().collect();
    let touched: BTreeSet<_> = world.touched.iter().map(|k| k.notice).collect();
    let delivered = |key: PartKey| world.delivered.iter().any(|m| m.part == key);
    for row in &rows {
        let states = world.parts_of(row.id);
        let trusted = !touched.contains(&row.id);
        let unknown = states.contains(&PartState::Unknown);
        // Every notice ends in a visible state, or a person is asked.
        if row.state.is_open() && !(row.state == NoticeState::NeedsPerson && unknown) {
            wrong.push(format!("notice {} is left {:?} {states:?}", row.id, row.state));
        }
        let mut any_delivered = false;
        for part in &row.parts {
            let key = PartKey {
                notice: row.id,
                seq: part.seq,
            };
            let there = delivered(key);
            any_delivered |= there;
            let refused_later = world.error_receipts.contains(&key) && part.state == PartState::Failed;
            let admitted = part.state.is_accepted() || part.state == PartState::Unknown || refused_later;
            if trusted && there && !admitted {
                wrong.push(format!("part {key} was delivered and is {:?}", part.state));
            }
            if trusted && part.state.is_accepted() && !there {
                wrong.push(format!("part {key} is {:?} and was not delivered", part.state));
            }
        }
        // Stage claims stay exactly where something may have been accepted.
        let claims = |wanted: &dyn Fn(&(_, _, _)) -> bool| {
            world
                .tables
                .claims
                .iter()
                .filter(|(key, notice)| **notice == Some(row.id) && wanted(key))
                .count()
        };
        let all = row.items.iter().all(|item| {
            claims(&|(receivable, phone, stage)| {
                *receivable == item.receivable && *phone == row.phone && *stage == item.stage
            }) == 1
        });
        if (any_delivered || unknown) && trusted && !all {
            wrong.push(format!(
                "notice {} may have arrived and holds not all its stages",
                row.id
            ));
        }
        let proven = row.parts.iter().all(|p| !p.may_have_left);
        if !row.state.is_open()
            && (proven || row.parts.iter().all(|p| p.attempt == 0))
            && claims(&|_| true) > 0
        {
            wrong.push(format!(
                "notice {} ended with nothing sent and keeps its stages",
                row.id
            ));
        }
    }
    // Nobody twice for a stage, nobody forgotten.
    for customer in 0..world.customers {
        let of_customer: Vec<_> = rows
            .iter()
            .filter(|r| r.customer.as_str() == customer.to_string())
            .collect();
        let trusted = of_customer.iter().all(|r| !touched.contains(&r.id));
        let texts = of_customer
            .iter()
            .flat_map(|r| r.parts.iter().map(|p| (r.id, p)))
            .filter(|(_, p)| p.kind == PartKind::Text)
            .filter(|(notice, p)| {
                delivered(PartKey {
                    notice: *notice,
                    seq: p.seq,
                })
            })
            .count();
        if trusted && texts > 1 {
            wrong.push(format!(
                "customer {customer} was written to by {texts} notices of one stage"
            ));
        }
        let waits = of_customer
            .iter()
            .any(|r| matches!(r.state, NoticeState::NeedsPerson | NoticeState::Failed));
        let wants = !world.paid && world.tables.opted_out.is_empty();
        if trusted && wants && texts == 0 && !waits {
            wrong.push(format!("customer {customer} is forgotten"));
        }
    }
    for what in wrong {
        world.violation(what);
    }
}

/// What a small world may suffer in `cargo test`; [`long`] allows more.
const MISHAPS: Budget = Budget {
    mishaps: 2,
    crashes: 1,
    faults: 1,
    ..Budget::NONE
};

fn scenario(workers: &'static [Work], budget: Budget) -> Scenario {
    Scenario {
        name: "",
        workers,
        customers: 1,
        capabilities: EVOLUTION,
        budget,
        pace: Pace::NONE,
        late_answers_only: false,
    }
}

const TWO_SENDS: &[Work] = &[Work::Send, Work::Send];

/// One process after the other: each may die anywhere, the gateway may answer anything.
fn one_after_the_other() -> Scenario {
    Scenario {
        name: "one after the other",
        ..scenario(TWO_SENDS, MISHAPS)
    }
}

/// Two processes at once, on a gateway that proves presence and never absence. A half hour may pass anywhere.
fn two_at_once() -> Scenario {
    Scenario {
        name: "two at once",
        ..scenario(
            TWO_SENDS,
            Budget {
                mishaps: 1,
                preemptions: 1,
                jumps: 1,
                ..MISHAPS
            },
        )
    }
}

/// On a gateway that deduplicates our ids an unknown part is sent again.
fn a_gateway_that_deduplicates() -> Scenario {
    Scenario {
        name: "a gateway that deduplicates",
        capabilities: DEDUPLICATING,
        ..one_after_the_other()
    }
}

/// A person resolves what is unknown or failed, at any moment.
fn a_person() -> Scenario {
    Scenario {
        name: "a person",
        ..scenario(
            TWO_SENDS,
            Budget {
                words: 1,
                crashes: 0,
                ..MISHAPS
            },
        )
    }
}

/// A refusal that comes when the part was sent again already, on a person's word: what the attempt's number is for.
fn late_answers() -> Scenario {
    Scenario {
        name: "late answers",
        late_answers_only: true,
        ..scenario(
            TWO_SENDS,
            Budget {
                mishaps: 3,
                preemptions: 2,
                jumps: 1,
                words: 1,
                crashes: 0,
                ..MISHAPS
            },
        )
    }
}

/// The scan of the next close, which supersedes what nothing has left of, beside a process that sends it.
fn the_next_scan() -> Scenario {
    Scenario {
        name: "the next scan",
        ..scenario(
            &[Work::Send, Work::Scan],
            Budget {
                mishaps: 1,
                preemptions: 1,
                ..MISHAPS
            },
        )
    }
}

/// The debt is paid and the phone opts out, at any moment.
fn paid_and_opted_out() -> Scenario {
    Scenario {
        name: "paid and opted out",
        ..scenario(
            TWO_SENDS,
            Budget {
                payments: 1,
                opt_outs: 1,
                crashes: 0,
                ..MISHAPS
            },
        )
    }
}

/// Two customers, gaps, and one contact a day.
fn gaps_and_a_cap() -> Scenario {
    Scenario {
        name: "gaps and a cap",
        customers: 2,
        pace: Pace {
            part_gap: (Duration::from_secs(2), Duration::from_secs(5)),
            contact_gap: (Duration::from_secs(20), Duration::from_secs(60)),
            daily_cap: Some(1),
            warm_up: false,
        },
        ..scenario(
            TWO_SENDS,
            Budget {
                mishaps: 1,
                ..MISHAPS
            },
        )
    }
}

/// In `cargo test` each is explored to its end.
fn short(scenario: Scenario) {
    let tally = scenario.explore(None);
    assert!(tally.complete && tally.followed > 100, "{tally:?}");
}

#[test]
fn one_after_the_other_keeps_the_promise() {
    short(one_after_the_other());
}

#[test]
fn two_at_once_keep_the_promise() {
    short(two_at_once());
}

#[test]
fn a_gateway_that_deduplicates_keeps_the_promise() {
    short(a_gateway_that_deduplicates());
}

#[test]
fn a_person_keeps_the_promise() {
    short(a_person());
}

#[test]
fn late_answers_keep_the_promise() {
    short(late_answers());
}

#[test]
fn the_next_scan_keeps_the_promise() {
    short(the_next_scan());
}

#[test]
fn paid_and_opted_out_keeps_the_promise() {
    short(paid_and_opted_out());
}

#[test]
fn gaps_and_a_cap_keep_the_promise() {
    short(gaps_and_a_cap());
}

/// One part left, the request for the next was refused, and then the phone was unlinked and never came back.
#[test]
fn a_notice_under_way_expires_though_its_instance_never_comes_back() {
    let scenario = one_after_the_other();
    let shop = shop(scenario.pace);
    let mut world = World::new(EVOLUTION, Budget::NONE, Choices::default(), HashSet::new());
    world.tables = scenario.scanned();
    let id = NoticeId(1);
    let begin = Begin {
        part: PartKey { notice: id, seq: 1 },
        revision: 0,
        owner: "worker".to_owned(),
        lease: Duration::from_secs(90),
        to: CanonicalId("555187654321@s.whatsapp.net".to_owned()),
        resolved_at: None,
        text: Some("Ref.".to_owned()),
        file_name: None,
        now: world.now(),
        today: shop.today(world.now()),
        gap: Duration::ZERO,
        daily_cap: None,
    };
    let Begun::Go { attempt, .. } = world.tables.begin(&begin, 0) else {
        panic!("nothing stands against it")
    };
    let outcome = Outcome {
        event: PartEvent::Accept,
        gateway_id: Some("G0".to_owned()),
        reason: None,
        next_try_at: None,
        now: world.now(),
    };
    let recorded = world
        .tables
        .record(begin.part, attempt, &outcome)
        .expect("a record");
    assert_eq!(recorded, Recorded::Now(PartState::Accepted));
    world.unlinked = true;
    let shared = Arc::new(Shared::new(world, 1));
    let mut states = Vec::new();
    for day in 0..=shop.expire_after_days {
        shared.lock().time = i64::from(day) * 24 * 3_600_000;
        work(&shared, 0, Work::Send, &shop);
        states.push(shared.lock().tables.notices[&id.0].state);
    }
    let mut expected = vec![NoticeState::Sending; shop.expire_after_days as usize];
    expected.push(NoticeState::Expired);
    assert_eq!(states, expected);
}

/// The long form, see `scripts/model`: two interruptions and three mishaps in each world. `WA_NOTIFY_MODEL_SECONDS`
/// bounds each of the explorations, which run side by side.
#[test]
#[ignore = "minutes to hours: scripts/model"]
fn long() {
    let seconds = std::env::var("WA_NOTIFY_MODEL_SECONDS").ok();
    let seconds = seconds.map_or(600, |s| s.parse().expect("WA_NOTIFY_MODEL_SECONDS: seconds"));
    let worlds = [
        one_after_the_other(),
        two_at_once(),
        a_gateway_that_deduplicates(),
        a_person(),
        late_answers(),
        the_next_scan(),
        paid_and_opted_out(),
        gaps_and_a_cap(),
    ];
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let threads: Vec<_> = worlds
            .into_iter()
            .map(|mut world| {
                world.budget.mishaps += 1;
                world.budget.preemptions += 1;
                world.budget.crashes += 1;
                world.budget.faults += 1;
                world.budget.jumps = 1;
                scope.spawn(move || world.explore(Some(Duration::from_secs(seconds))))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("an exploration without violation"))
            .collect()
    });
    assert!(tallies.iter().all(|tally| tally.followed > 0));
}
