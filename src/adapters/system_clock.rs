//! The system's clock: the only place that reads the wall clock. `WA_NOTIFY_NOW` moves it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::ports::clock::{Clock, Random};

/// Asks everything that waits on the clock to stop.
#[derive(Clone, Default)]
pub struct StopSignal(Arc<(AtomicBool, Mutex<()>, Condvar)>, Arc<Mutex<Vec<Hook>>>);

/// Something to do at the stop.
type Hook = Box<dyn Fn() + Send>;

impl std::fmt::Debug for StopSignal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StopSignal").field(&self.is_set()).finish()
    }
}

impl StopSignal {
    /// Stop: no new work, sleepers wake.
    pub fn stop(&self) {
        let (flag, lock, wake) = &*self.0;
        flag.store(true, Ordering::SeqCst);
        {
            let _guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
            wake.notify_all();
        }
        for hook in self.1.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            hook();
        }
    }

    /// Has something done at the stop, such as breaking off a query; at once when it was asked for already.
    pub fn on_stop(&self, hook: impl Fn() + Send + 'static) {
        if self.is_set() {
            hook();
        }
        self.1
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(hook));
    }

    /// It was asked for.
    pub fn is_set(&self) -> bool {
        self.0.0.load(Ordering::SeqCst)
    }
}

/// The wall clock, perhaps moved: it starts at a given instant and runs on.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    moved_to: Option<DateTime<Utc>>,
    stop: StopSignal,
}

impl SystemClock {
    /// A clock that tells the time, or that starts at `moved_to`.
    #[expect(clippy::disallowed_methods, reason = "this is the system clock")]
    pub fn new(moved_to: Option<DateTime<Utc>>, stop: StopSignal) -> Self {
        SystemClock {
            started: Instant::now(),
            moved_to,
            stop,
        }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the system clock")]
    fn now(&self) -> DateTime<Utc> {
        match self.moved_to {
            None => Utc::now(),
            Some(start) => start + self.started.elapsed(),
        }
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the system clock")]
    fn sleep(&self, duration: Duration) -> bool {
        let (flag, lock, wake) = &*self.stop.0;
        let until = Instant::now() + duration;
        let mut guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !flag.load(Ordering::SeqCst) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            guard = wake
                .wait_timeout(guard, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        false
    }

    fn stopping(&self) -> bool {
        self.stop.is_set()
    }

    fn is_moved(&self) -> bool {
        self.moved_to.is_some()
    }
}

/// The system's chance.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn between(&self, low: Duration, high: Duration) -> Duration {
        let span = high.saturating_sub(low).as_millis() as u64;
        low + Duration::from_millis(if span == 0 { 0 } else { fastrand::u64(0..=span) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_clock_runs_on() {
        let start: DateTime<Utc> = "2026-11-23T12:01:00Z".parse().unwrap();
        let clock = SystemClock::new(Some(start), StopSignal::default());
        let first = clock.now();
        assert!(first >= start && clock.is_moved());
        clock.sleep(Duration::from_millis(5));
        assert!(clock.now() - first >= chrono::Duration::milliseconds(5));
    }

    #[test]
    fn a_stop_wakes_sleepers_at_once() {
        let stop = StopSignal::default();
        let clock = SystemClock::new(None, stop.clone());
        let sleeper = std::thread::spawn(move || clock.sleep(Duration::from_secs(3600)));
        stop.stop();
        assert!(!sleeper.join().unwrap());
    }
}
