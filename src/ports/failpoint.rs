//! Named steps at which a test may end the process (docs/state_machine.md: what a crash leaves behind).
//!
//! The rooms inside only say that they have got there. What happens then is decided outside: `cli` installs a hook
//! that kills the process, in debug builds alone. A release has neither the hook nor the calls.

use crate::domain::words::stored_words;

stored_words! {
    /// A step of the promise. Those of a commit are counted over all commits of a process, so that its n-th commit can
    /// be cut off on either side.
    Step {
        /// All of a transaction is written, nothing committed.
        BeforeCommit = "before_commit",
        /// The commit is on disk; nobody was told.
        AfterCommit = "after_commit",
        /// `scan` has decided, nothing is stored.
        BeforeStoreRun = "before_store_run",
        /// The run is stored.
        AfterStoreRun = "after_store_run",
        /// Leases that ran out are unknown parts now.
        AfterSweep = "after_sweep",
        /// A lookup has answered, nothing is recorded.
        AfterLookup = "after_lookup",
        /// What a lookup found is recorded.
        AfterLookupRecord = "after_lookup_record",
        /// The fresh read before a departure is done.
        AfterRead = "after_read",
        /// The notice says what fires today; nothing has left.
        AfterRebuild = "after_rebuild",
        /// An untouched notice was ended.
        AfterEnd = "after_end",
        /// The recipient's number is known.
        AfterResolve = "after_resolve",
        /// The intent is committed, the request has not left.
        AfterClaim = "after_claim",
        /// The answer is there, nothing is recorded.
        AfterRequest = "after_request",
        /// The outcome is recorded.
        AfterRecord = "after_record",
        /// The receipts have come, none is recorded.
        AfterReceipts = "after_receipts",
    }
}

/// What happens at each step.
#[cfg(debug_assertions)]
static HOOK: std::sync::OnceLock<fn(Step)> = std::sync::OnceLock::new();

/// Has `hook` called at each step, in this whole process; the first one stays.
#[cfg(debug_assertions)]
pub fn install(hook: fn(Step)) {
    let _ = HOOK.set(hook);
}

/// Says that a step is reached.
#[cfg(debug_assertions)]
pub fn reached(step: Step) {
    if let Some(hook) = HOOK.get() {
        hook(step);
    }
}

/// Says that a step is reached: to nobody, in a release.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn reached(_: Step) {}
