//! Time and chance, so that every use case can be run at another moment and replayed.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The program's clock. `WA_NOTIFY_NOW` moves it: it starts at that instant and runs on.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// Time since some fixed start; never goes back, whatever happens to the wall clock.
    fn monotonic(&self) -> Duration;
    /// Waits. Returns early with `false` when the program was asked to stop (Ctrl-C).
    fn sleep(&self, duration: Duration) -> bool;
    /// The program was asked to stop: start nothing new.
    fn stopping(&self) -> bool;
    /// The clock was moved by hand (tests, demonstrations).
    fn is_moved(&self) -> bool;
}

/// A source of chance for gaps and jitter.
pub trait Random: Send + Sync {
    /// A duration from `low` to `high`, both included.
    fn between(&self, low: Duration, high: Duration) -> Duration;
}
