//! Chaos: whatever dies, nobody is dunned twice and nobody is forgotten (DESIGN.md section 6).
//!
//! Real Firebird, real `wa-notify` processes, the stand-in gateway as ground truth. Each round has a fresh copy of one
//! small site, suffers one [`faults::Kind`] drawn in detail from its seed, settles without faults, and is then held
//! against what really reached the phones ([`check`]).
//!
//! | variable | does |
//! |---|---|
//! | `WA_NOTIFY_CHAOS_ROUNDS` | so many rounds instead of one of each kind (`scripts/chaos` runs hundreds) |
//! | `WA_NOTIFY_CHAOS_SEED` | another seed: other moments, other steps |
//! | `WA_NOTIFY_CHAOS_ROUND` | this round alone, as a failure names it |
//! | `WA_NOTIFY_CHAOS_JOBS` | so many rounds at once (4: they wait more than they work) |
//! | `WA_NOTIFY_CHAOS_KEEP` | folder for what failed rounds leave behind |

mod check;
mod faults;
mod site;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use faults::Kind;
use site::{Site, Template};

/// What all rounds saw.
#[derive(Default)]
struct Figures {
    /// Rounds and failed ones, by kind.
    rounds: BTreeMap<&'static str, (usize, usize)>,
    delivered: usize,
    doubles: usize,
    lost: usize,
    stuck: usize,
    /// Parts that waited for a person, since the gateway could not prove them.
    for_person: usize,
    killed: usize,
    restarts: usize,
    /// Processes by how they ended.
    exits: BTreeMap<String, usize>,
    /// Steps at which a process died.
    steps: BTreeMap<String, usize>,
    /// Faults of the gateway that really happened.
    gateway: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Figures {
    fn add(&mut self, kind: Kind, outcome: &Result<site::Tally, String>) {
        let (rounds, failed) = self.rounds.entry(kind.word()).or_default();
        *rounds += 1;
        match outcome {
            Ok(tally) => {
                self.delivered += tally.delivered;
                self.doubles += tally.doubles;
                self.lost += tally.lost;
                self.stuck += tally.stuck;
                self.for_person += tally.for_person;
                self.killed += tally.killed;
                self.restarts += tally.restarts;
                for (to, from) in [
                    (&mut self.exits, &tally.exits),
                    (&mut self.steps, &tally.steps),
                    (&mut self.gateway, &tally.gateway),
                ] {
                    from.iter()
                        .for_each(|(key, n)| *to.entry(key.clone()).or_default() += n);
                }
                if !tally.problems.is_empty() {
                    *failed += 1;
                    self.failures.push(tally.problems.join("\n  "));
                }
            }
            Err(problem) => {
                *failed += 1;
                self.failures.push(problem.clone());
            }
        }
    }

    fn table(&self) -> String {
        let mut text = format!("{:<22}{:>8}{:>8}\n", "chaos", "rounds", "failed");
        for (kind, (rounds, failed)) in &self.rounds {
            let _ = writeln!(text, "{kind:<22}{rounds:>8}{failed:>8}");
        }
        let (rounds, failed) = self
            .rounds
            .values()
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let _ = writeln!(text, "{:<22}{rounds:>8}{failed:>8}", "all");
        let list = |map: &BTreeMap<String, usize>| {
            map.iter()
                .map(|(key, n)| format!("{key} {n}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let _ = writeln!(text, "messages delivered           {}", self.delivered);
        let _ = writeln!(text, "parts delivered twice        {}", self.doubles);
        let _ = writeln!(text, "recorded, but not delivered  {}", self.lost);
        let _ = writeln!(text, "notices stuck                {}", self.stuck);
        let _ = writeln!(text, "parts asked of a person      {}", self.for_person);
        let _ = writeln!(text, "processes killed             {}", self.killed);
        let _ = writeln!(text, "database servers killed      {}", self.restarts);
        let _ = writeln!(text, "ends: {}", list(&self.exits));
        let _ = writeln!(text, "died at: {}", list(&self.steps));
        let _ = writeln!(text, "gateway: {}", list(&self.gateway));
        text
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}

#[test]
fn whatever_dies_nobody_is_dunned_twice_and_nobody_forgotten() {
    let seed = number("WA_NOTIFY_CHAOS_SEED").unwrap_or(1);
    let only = number("WA_NOTIFY_CHAOS_ROUND");
    let rounds = number("WA_NOTIFY_CHAOS_ROUNDS").map_or(Kind::ALL.len(), |n| n as usize);
    let jobs = if only.is_some() {
        1
    } else {
        number("WA_NOTIFY_CHAOS_JOBS").unwrap_or(4)
    };
    let plan: Vec<usize> = only.map_or_else(|| (0..rounds).collect(), |only| vec![only as usize]);
    let keep = std::env::var_os("WA_NOTIFY_CHAOS_KEEP").map(PathBuf::from);
    let loud = rounds > Kind::ALL.len() || only.is_some();

    let next = AtomicUsize::new(0);
    let figures = Mutex::new(Figures::default());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                let template = Template::new();
                let expected = calm(&template);
                while let Some(index) = plan.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let kind = Kind::of_round(*index);
                    let outcome = catch_unwind(AssertUnwindSafe(|| {
                        round(&template, &expected, seed, *index, keep.as_deref())
                    }))
                    .unwrap_or_else(|panic| {
                        let text = panic.downcast_ref::<String>().cloned();
                        Err(format!(
                            "round {index} ({}) seed {seed}: {}",
                            kind.word(),
                            text.unwrap_or_default()
                        ))
                    });
                    let mut figures = figures.lock().expect("the figures");
                    figures.add(kind, &outcome);
                    if loud {
                        say(&format!("round {index} {}: {}", kind.word(), line(&outcome)));
                    }
                    template.ready();
                }
            });
        }
    });

    let figures = figures.into_inner().expect("the figures");
    say(&figures.table());
    assert!(figures.failures.is_empty(), "{}", figures.failures.join("\n"));
    assert_eq!((figures.doubles, figures.lost, figures.stuck), (0, 0, 0));
    let done: usize = figures.rounds.values().map(|(rounds, _)| rounds).sum();
    assert_eq!(done, plan.len());
    if rounds >= 200 && only.is_none() {
        let missed: Vec<_> = faults::steps()
            .filter(|step| !figures.steps.contains_key(step.word()))
            .collect();
        assert!(missed.is_empty(), "no process died at {missed:?}");
    }
}

/// A round without faults: what everybody must get, whatever happens.
fn calm(template: &Template) -> check::Letters {
    let mut site = Site::new(template);
    site.scan();
    let problems = site.settle();
    assert!(problems.is_empty(), "without any fault: {problems:?}");
    let letters = check::letters(&site);
    assert!(letters.len() > 10, "a site with something to send: {letters:?}");
    assert!(letters.values().all(|n| *n == 1), "{letters:?}");
    letters
}

fn round(
    template: &Template,
    expected: &check::Letters,
    seed: u64,
    index: usize,
    keep: Option<&std::path::Path>,
) -> Result<site::Tally, String> {
    let kind = Kind::of_round(index);
    let mut dice = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(index as u64));
    let mut site = Site::new(template);
    kind.happen(&mut site, &mut dice, index);
    let mut problems = std::mem::take(&mut site.problems);
    problems.extend(site.settle());
    problems.extend(check::promise(&mut site));
    let asked = site.ask_a_person();
    if site.tally.for_person > 0 {
        problems.extend(asked);
        problems.extend(site.send_on());
        problems.extend(check::promise(&mut site));
    }
    if !site.other_day {
        problems.extend(check::same(expected, &check::letters(&site)));
    }
    let mut tally = site.tally();
    if !problems.is_empty() {
        let name = format!("chaos-{seed}-{index}-{}", kind.word());
        let kept = site.keep(keep, &name);
        let head = format!(
            "round {index} ({}) seed {seed}, again by WA_NOTIFY_CHAOS_SEED={seed} WA_NOTIFY_CHAOS_ROUND={index}; kept: {kept}",
            kind.word()
        );
        tally.problems = std::iter::once(head).chain(problems).collect();
    }
    Ok(tally)
}

fn line(outcome: &Result<site::Tally, String>) -> String {
    match outcome {
        Ok(tally) if tally.problems.is_empty() => {
            format!(
                "{} delivered, {} asked of a person",
                tally.delivered, tally.for_person
            )
        }
        Ok(tally) => tally.problems.join("\n  "),
        Err(problem) => problem.clone(),
    }
}

/// Past the harness, which shows nothing of a test that passes.
fn say(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
