//! What happens to a site in a round.

use std::time::Duration;

use chrono::TimeDelta;
use fastrand::Rng;
use serde_json::{Value, json};
use wa_notify::ports::failpoint::Step;

use super::site::{CONFIGS, Process, Site};
use crate::support::sandbox::pause;

/// Exit codes of a send among faults: done, gateway, needs a person.
const FAULTY: &[i32] = &[0, 5, 8];
/// The same when the database dies, too.
const WITHOUT_DATABASE: &[i32] = &[0, 4, 5, 8];

/// A kind of round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SIGKILL at random moments of `send`.
    KillSend,
    /// SIGKILL or death at a step of `scan`; two scans at once.
    KillScan,
    /// Death at a named step.
    Failpoint,
    /// 500, not delivered.
    ErrorBefore,
    /// 500 though delivered.
    ErrorAfter,
    /// Connection dropped before the delivery.
    DropBefore,
    /// Connection dropped after the delivery.
    DropAfter,
    /// No answer for a while, then 500.
    Freeze,
    /// 429.
    TooManyRequests,
    /// 400 though delivered, and the gateway forgets the message.
    BadRequestAfter,
    /// Accepted, never acknowledged.
    NeverAck,
    /// Nobody listens, or the other calls of the gateway fail.
    GatewayDown,
    /// The database's server is killed and started again.
    KillDatabase,
    /// Two `send`s at once.
    TwoSends,
    /// Three `send`s at once, one of them killed.
    ThreeSends,
    /// The clock jumps by hours and days, there and back.
    ClockJump,
    /// The lease runs out while the request is under way, and another worker takes over.
    LeaseLost,
    /// Several of these together.
    Mixed,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Kind] = &[
        Kind::KillSend,
        Kind::KillScan,
        Kind::Failpoint,
        Kind::ErrorBefore,
        Kind::ErrorAfter,
        Kind::DropBefore,
        Kind::DropAfter,
        Kind::Freeze,
        Kind::TooManyRequests,
        Kind::BadRequestAfter,
        Kind::NeverAck,
        Kind::GatewayDown,
        Kind::KillDatabase,
        Kind::TwoSends,
        Kind::ThreeSends,
        Kind::ClockJump,
        Kind::LeaseLost,
        Kind::Mixed,
    ];

    /// More of these after each of all kinds has had its turn.
    const MORE: &[Kind] = &[
        Kind::Failpoint,
        Kind::KillSend,
        Kind::Failpoint,
        Kind::KillDatabase,
        Kind::Failpoint,
        Kind::Mixed,
        Kind::Failpoint,
        Kind::Mixed,
    ];

    pub fn of_round(index: usize) -> Kind {
        let turn = index % (Self::ALL.len() + Self::MORE.len());
        *Self::ALL
            .iter()
            .chain(Self::MORE)
            .nth(turn)
            .expect("within the turn")
    }

    pub fn word(self) -> &'static str {
        match self {
            Kind::KillSend => "kill_send",
            Kind::KillScan => "kill_scan",
            Kind::Failpoint => "failpoint",
            Kind::ErrorBefore => "error_before",
            Kind::ErrorAfter => "error_after",
            Kind::DropBefore => "drop_before",
            Kind::DropAfter => "drop_after",
            Kind::Freeze => "freeze",
            Kind::TooManyRequests => "too_many_requests",
            Kind::BadRequestAfter => "bad_request_after",
            Kind::NeverAck => "never_ack",
            Kind::GatewayDown => "gateway_down",
            Kind::KillDatabase => "kill_database",
            Kind::TwoSends => "two_sends",
            Kind::ThreeSends => "three_sends",
            Kind::ClockJump => "clock_jump",
            Kind::LeaseLost => "lease_lost",
            Kind::Mixed => "mixed",
        }
    }

    /// Lets it happen; afterwards no process runs, and the database does.
    pub fn happen(self, site: &mut Site<'_>, dice: &mut Rng, index: usize) {
        if self == Kind::KillScan {
            return kill_scan(site, dice);
        }
        if self == Kind::Failpoint {
            return failpoint(site, dice, index);
        }
        site.scan();
        match self {
            Kind::KillScan | Kind::Failpoint => {}
            Kind::KillSend => kill_send(site, dice),
            Kind::ErrorBefore
            | Kind::ErrorAfter
            | Kind::DropBefore
            | Kind::DropAfter
            | Kind::Freeze
            | Kind::TooManyRequests
            | Kind::BadRequestAfter
            | Kind::NeverAck => gateway(site, dice, self.word()),
            Kind::GatewayDown => gateway_down(site, dice),
            Kind::KillDatabase => kill_database(site, dice, 1),
            Kind::TwoSends => at_once(site, dice, 2, false),
            Kind::ThreeSends => at_once(site, dice, 3, true),
            Kind::ClockJump => clock_jump(site, dice),
            Kind::LeaseLost => lease_lost(site, dice),
            Kind::Mixed => mixed(site, dice),
        }
        site.note_faults();
    }
}

/// The steps at which a process dies in turn.
pub fn steps() -> impl Iterator<Item = &'static Step> {
    Step::ALL.iter()
}

fn milliseconds(dice: &mut Rng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(dice.u64(range))
}

/// Slows the gateway down, so that a random moment is often one of a message under way.
fn slow(site: &Site<'_>, dice: &mut Rng) {
    site.sandbox.faults(json!([
        {"fault": "delay", "ms": dice.u64(5..60), "probability": 0.6, "seed": dice.u32(..)},
        {"fault": "delay_after", "ms": dice.u64(5..60), "probability": 0.6, "seed": dice.u32(..)},
    ]));
}

/// A fault that comes now and then.
fn rule(fault: &str, dice: &mut Rng) -> Value {
    let mut rule = json!({
        "fault": fault,
        "probability": 0.2 + dice.f64() * 0.5,
        "seed": dice.u32(..),
        "skip": dice.u32(0..4),
        "times": dice.u32(1..5),
    });
    match fault {
        "freeze" => rule["ms"] = dice.u64(50..500).into(),
        "too_many_requests" => {
            rule["retry_after"] = dice.u64(0..2).into();
            rule["times"] = dice.u32(1..3).into();
        }
        _ => {}
    }
    if dice.u8(0..4) == 0 {
        rule["kind"] = if dice.bool() { "text" } else { "document" }.into();
    }
    rule
}

fn send(site: &mut Site<'_>, dice: &mut Rng) -> Process {
    site.start(dice.usize(0..CONFIGS), &["send"])
}

fn kill_scan(site: &mut Site<'_>, dice: &mut Rng) {
    for _ in 0..dice.u32(1..4) {
        match dice.u8(0..3) {
            0 => {
                let scan = site.start(0, &["scan"]);
                pause(milliseconds(dice, 0..400));
                site.kill(scan, &[0, 8]);
            }
            1 => {
                let step = [
                    Step::BeforeStoreRun,
                    Step::BeforeCommit,
                    Step::AfterCommit,
                    Step::AfterStoreRun,
                ];
                let step = step[dice.usize(0..step.len())];
                let scan = site.start_with(0, &["scan"], site.now(), Some(step.word()));
                site.wait(scan, &[0, 8]);
            }
            _ => {
                let scans = [site.start(0, &["scan"]), site.start(1, &["scan"])];
                scans.into_iter().for_each(|scan| site.wait(scan, &[0, 8]));
            }
        }
    }
    if dice.bool() {
        // A scan of the same close beside a send.
        slow(site, dice);
        let both = [site.start(0, &["send"]), site.start(1, &["scan"])];
        both.into_iter().for_each(|process| site.wait(process, FAULTY));
        site.note_faults();
    }
}

fn kill_send(site: &mut Site<'_>, dice: &mut Rng) {
    slow(site, dice);
    for _ in 0..dice.u32(1..4) {
        let process = send(site, dice);
        pause(milliseconds(dice, 50..1_200));
        site.kill(process, FAULTY);
        if dice.bool() {
            site.leases_run_out();
        }
        if dice.bool() {
            site.later(TimeDelta::minutes(5));
        }
    }
}

fn failpoint(site: &mut Site<'_>, dice: &mut Rng, index: usize) {
    // Each step has its turn; at which time it is reached is drawn.
    let all: Vec<Step> = steps().copied().collect();
    let turn = (0..index)
        .filter(|earlier| Kind::of_round(*earlier) == Kind::Failpoint)
        .count();
    let step = all[turn % all.len()];
    let armed = |dice: &mut Rng, most: u32| Some(format!("{}:{}", step.word(), dice.u32(1..=most)));
    let of_scan = matches!(step, Step::BeforeStoreRun | Step::AfterStoreRun);
    let point = armed(dice, 1).filter(|_| of_scan);
    let scan = site.start_with(0, &["scan"], site.now(), point.as_deref());
    site.wait(scan, &[0, 8]);
    let scan = site.start(0, &["scan"]);
    site.wait(scan, &[0, 8]);
    if step == Step::AfterEnd {
        // Notices end untouched where all that they are about was paid since the scan.
        site.somebody_pays(dice.i64(2..5));
    }
    let of_lookup = matches!(
        step,
        Step::AfterLookup | Step::AfterLookupRecord | Step::AfterSweep
    );
    if of_lookup || dice.u8(0..3) == 0 {
        let fault = ["error_after", "drop_after", "error_before"][dice.usize(0..3)];
        let fault = if of_lookup { "error_after" } else { fault };
        site.sandbox
            .faults(json!({"fault": fault, "skip": dice.u32(0..5), "times": dice.u32(1..3)}));
    }
    for turn in 0..3 {
        let most = match step {
            Step::BeforeCommit | Step::AfterCommit => 40,
            Step::AfterLookup | Step::AfterLookupRecord | Step::AfterSweep | Step::AfterReceipts => 1,
            Step::AfterRead | Step::AfterRebuild | Step::AfterResolve => 4,
            Step::AfterEnd => 2,
            _ => 12,
        };
        // The later ones have less left to do.
        let point = armed(dice, (most / (turn + 1)).max(1));
        let process = site.start_with(dice.usize(0..CONFIGS), &["send"], site.now(), point.as_deref());
        site.wait(process, FAULTY);
        if dice.u8(0..4) > 0 {
            site.leases_run_out();
        }
        site.later(TimeDelta::minutes(4));
    }
    site.note_faults();
}

fn gateway(site: &mut Site<'_>, dice: &mut Rng, fault: &str) {
    site.unprovable |= fault == "bad_request_after";
    let rule = rule(fault, dice);
    site.sandbox.faults(rule);
    for _ in 0..dice.u32(1..3) {
        let process = send(site, dice);
        site.wait(process, FAULTY);
        site.later(TimeDelta::minutes(dice.i64(0..6)));
    }
}

fn gateway_down(site: &mut Site<'_>, dice: &mut Rng) {
    match dice.u8(0..3) {
        0 => {
            // A port that is free again: nobody listens.
            let free = std::net::TcpListener::bind("127.0.0.1:0")
                .and_then(|l| l.local_addr())
                .expect("a port");
            site.configure(0, &format!("http://{free}"));
            let process = site.start(0, &["send"]);
            site.wait(process, &[5]);
        }
        1 => site.sandbox.faults(json!([
            {"fault": "error_before", "on": "numbers", "times": dice.u32(1..4)},
            {"fault": "drop_before", "on": "instance", "times": dice.u32(0..2)},
        ])),
        _ => site.sandbox.faults(json!([
            {"fault": "error_after", "times": 2, "skip": dice.u32(0..6)},
            {"fault": "drop_before", "on": "find", "times": dice.u32(1..6)},
        ])),
    }
    for _ in 0..3 {
        let process = site.start(1, &["send"]);
        site.wait(process, FAULTY);
        site.later(TimeDelta::minutes(3));
    }
}

/// One server's death under so many `send`s.
fn kill_database(site: &mut Site<'_>, dice: &mut Rng, sends: usize) {
    slow(site, dice);
    let processes: Vec<Process> = (0..sends).map(|config| site.start(config, &["send"])).collect();
    pause(milliseconds(dice, 20..1_500));
    site.kill_database();
    pause(milliseconds(dice, 0..1_000));
    site.restart_database();
    for process in processes {
        site.wait(process, WITHOUT_DATABASE);
    }
}

fn at_once(site: &mut Site<'_>, dice: &mut Rng, sends: usize, kill: bool) {
    slow(site, dice);
    if dice.bool() {
        let fault = ["error_after", "drop_before", "drop_after"][dice.usize(0..3)];
        let rule = rule(fault, dice);
        site.sandbox.faults(rule);
    }
    let mut processes: Vec<Process> = (0..sends).map(|config| site.start(config, &["send"])).collect();
    if kill {
        pause(milliseconds(dice, 100..1_000));
        let victim = processes.swap_remove(dice.usize(0..sends));
        site.kill(victim, FAULTY);
    }
    for process in processes {
        site.wait(process, FAULTY);
    }
}

fn clock_jump(site: &mut Site<'_>, dice: &mut Rng) {
    site.other_day = true;
    site.unprovable = true;
    let jumps = [-72, -24, -7, -3, -1, 1, 3, 5, 9, 24, 48, 72, 96, 24 * 7, 24 * 30];
    for _ in 0..dice.u32(2..5) {
        let now = site.now() + TimeDelta::hours(jumps[dice.usize(0..jumps.len())]);
        let step = match dice.u8(0..4) {
            0 => Some(format!("after_claim:{}", dice.u32(1..8))),
            1 => Some(format!("after_request:{}", dice.u32(1..8))),
            _ => None,
        };
        if dice.u8(0..3) == 0 {
            let scan = site.start_with(0, &["scan"], now, None);
            // A day that is not closed yet, or was long ago.
            site.wait(scan, &[0, 2, 7, 8]);
        }
        let limit = dice.u32(1..5).to_string();
        let args: &[&str] = if dice.bool() {
            &["send"]
        } else {
            &["send", "--limit", &limit]
        };
        let process = site.start_with(dice.usize(0..CONFIGS), args, now, step.as_deref());
        site.wait(process, &[0, 5, 7, 8]);
        if dice.bool() {
            site.leases_run_out();
        }
    }
}

fn lease_lost(site: &mut Site<'_>, dice: &mut Rng) {
    let long = dice.u64(1_500..3_500);
    let end = match dice.u8(0..4) {
        0 => vec![json!({"fault": "delay_after", "ms": long})],
        1 => vec![json!({"fault": "delay", "ms": long})],
        2 => vec![
            json!({"fault": "delay_after", "ms": long}),
            json!({"fault": "error_after"}),
        ],
        _ => vec![json!({"fault": "freeze", "ms": long})],
    };
    let skip = dice.u32(0..6);
    for mut rule in end {
        rule["skip"] = skip.into();
        rule["times"] = 1.into();
        site.sandbox.faults(rule);
    }
    let slow = site.start(0, &["send"]);
    let asked = |site: &Site<'_>| {
        ["POST message/sendText", "POST message/sendMedia"]
            .iter()
            .map(|path| site.sandbox.requests(path))
            .sum::<u64>()
    };
    for _ in 0..400 {
        if asked(site) > u64::from(skip) {
            break;
        }
        pause(Duration::from_millis(15));
    }
    site.leases_run_out();
    if dice.u8(0..3) > 0 {
        site.later(TimeDelta::minutes(5));
    }
    let second = site.start(1, &["send"]);
    site.wait(second, FAULTY);
    if dice.bool() {
        let third = site.start(2, &["send"]);
        site.wait(third, FAULTY);
    }
    site.wait(slow, FAULTY);
}

fn mixed(site: &mut Site<'_>, dice: &mut Rng) {
    slow(site, dice);
    let faults = [
        "error_before",
        "error_after",
        "drop_before",
        "drop_after",
        "freeze",
        "too_many_requests",
        "bad_request_after",
        "never_ack",
    ];
    for _ in 0..dice.u32(1..4) {
        let fault = faults[dice.usize(0..faults.len())];
        site.unprovable |= fault == "bad_request_after";
        let rule = rule(fault, dice);
        site.sandbox.faults(rule);
    }
    for _ in 0..dice.u32(1..4) {
        let sends = dice.usize(1..=CONFIGS);
        let mut processes: Vec<Process> = (0..sends)
            .map(|config| {
                let step = Step::ALL[dice.usize(0..Step::ALL.len())];
                let point = format!("{}:{}", step.word(), dice.u32(1..8));
                let point = (dice.u8(0..3) == 0).then_some(point);
                site.start_with(config, &["send"], site.now(), point.as_deref())
            })
            .collect();
        pause(milliseconds(dice, 50..900));
        match dice.u8(0..4) {
            0 => {
                site.kill_database();
                pause(milliseconds(dice, 0..600));
                site.restart_database();
            }
            1 | 2 => {
                let victim = processes.swap_remove(dice.usize(0..processes.len()));
                site.kill(victim, WITHOUT_DATABASE);
            }
            _ => {}
        }
        for process in processes {
            site.wait(process, WITHOUT_DATABASE);
        }
        if dice.bool() {
            site.leases_run_out();
        }
        site.later(TimeDelta::minutes(dice.i64(0..5)));
    }
}
