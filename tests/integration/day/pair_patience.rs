//! `pair` in fast motion: the real adapter and the stand-in gateway, a clock that runs ahead.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use wa_notify::adapters::evolution::{EvolutionGateway, EvolutionSettings};
use wa_notify::app::pair::{PairView, Paired, pair};
use wa_notify::domain::ids::InstanceId;
use wa_notify::domain::phone::Phone;
use wa_notify::domain::secret::Secret;
use wa_notify::ports::clock::Clock;
use wa_notify::ports::gateway::PairWith;
use wa_notify::sandbox::{self, SandboxOptions, Timing};

use crate::support::sandbox::pause;

/// Each wait lasts a hundredth of what was asked for.
struct Hurried {
    start: DateTime<Utc>,
    millis: AtomicU64,
}

impl Clock for Hurried {
    fn now(&self) -> DateTime<Utc> {
        self.start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> bool {
        pause(duration / 100);
        self.millis.fetch_add(
            duration.as_millis().try_into().expect("a pause"),
            Ordering::SeqCst,
        );
        true
    }

    fn stopping(&self) -> bool {
        false
    }

    fn is_moved(&self) -> bool {
        true
    }
}

#[derive(Default)]
struct Seen {
    codes: BTreeSet<String>,
    shown: usize,
}

impl PairView for Seen {
    fn qr(&mut self, text: &str) {
        self.codes.insert(text.to_owned());
        self.shown += 1;
    }

    fn code(&mut self, code: &str) {
        self.qr(code);
    }

    fn waiting(&mut self) {}
}

#[test]
fn codes_are_refreshed_until_patience_ends_and_a_second_try_begins_afresh() {
    let start: DateTime<Utc> = "2026-08-11T11:00:00Z".parse().expect("an instant");
    let running = sandbox::start(SandboxOptions {
        timing: Timing {
            qr_ready: Duration::from_millis(50),
            qr_period: Duration::from_millis(450),
            ..Timing::default()
        },
        ..SandboxOptions::new(Arc::new(move || start))
    })
    .expect("a stand-in gateway");
    let gateway = EvolutionGateway::new(EvolutionSettings::new(
        running.url(),
        Secret::new("sandbox"),
        InstanceId::new("loja"),
    ))
    .expect("a gateway");
    let clock = Hurried {
        start,
        millis: AtomicU64::new(0),
    };
    for with in [
        PairWith::Qr,
        PairWith::Code(Phone::from_e164("+5551988887777").expect("a phone")),
    ] {
        let mut seen = Seen::default();
        let ended = pair(&gateway, &gateway, &with, &clock, &mut seen);
        assert_eq!(ended, Ok(Paired::Expired), "{with:?}");
        assert_eq!(seen.codes.len(), seen.shown, "a code is drawn once");
        if with == PairWith::Qr {
            assert!(seen.shown > 2, "nobody scanned {} codes", seen.shown);
        }
    }
}
