//! When to try again what was proven not to be accepted.

use std::time::Duration;

/// The longest pause before the `attempt`-th try (attempts from 1): doubled each time from 5 s, 10 minutes at most.
/// The pause itself is drawn from zero to this (full jitter), so that many senders do not come back together.
pub fn longest_backoff(attempt: u32) -> Duration {
    let base = Duration::from_secs(5);
    let cap = Duration::from_secs(600);
    base.checked_mul(1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX))
        .map_or(cap, |d| d.min(cap))
}

/// After so many proven refusals on one day the part waits for another day.
pub const ATTEMPTS_A_RUN: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_and_is_capped() {
        let seconds: Vec<u64> = [1, 2, 3, 7, 8, 40, u32::MAX]
            .iter()
            .map(|a| longest_backoff(*a).as_secs())
            .collect();
        assert_eq!(seconds, [5, 10, 20, 320, 600, 600, 600]);
    }
}
