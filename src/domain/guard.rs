//! The guard against a run that is far larger than usual (DESIGN.md section 7): a wrong clock, a restored backup or
//! a changed policy must not write to half a town.

/// Runs stored before the median counts.
const RUNS_FOR_MEDIAN: usize = 3;
/// A run is far larger than usual above this multiple of the median ...
const TIMES_MEDIAN: u32 = 3;
/// ... and above this number of notices.
const SMALL_RUN: u32 = 50;

/// Why a run is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Above three times the median of the stored runs.
    FarAboveUsual {
        /// Notices of this run.
        notices: u32,
        /// Median of the runs before.
        median: u32,
    },
    /// One of the first runs, above `first_runs_limit`.
    LargeFirstRun {
        /// Notices of this run.
        notices: u32,
        /// The limit.
        limit: u32,
    },
}

/// Whether a run of `notices` is held. `earlier`: notices of each close stored before, in any order.
pub fn verdict(notices: u32, earlier: &[u32], first_runs_limit: u32) -> Option<Held> {
    if earlier.len() < RUNS_FOR_MEDIAN {
        return (notices > first_runs_limit).then_some(Held::LargeFirstRun {
            notices,
            limit: first_runs_limit,
        });
    }
    let mut sizes = earlier.to_vec();
    sizes.sort_unstable();
    let middle = sizes.len() / 2;
    // The mean of the two middle ones for an even number, rounded down.
    let median = if sizes.len() % 2 == 1 {
        sizes[middle]
    } else {
        sizes[middle - 1].midpoint(sizes[middle])
    };
    (notices > SMALL_RUN && notices > median.saturating_mul(TIMES_MEDIAN))
        .then_some(Held::FarAboveUsual { notices, median })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_usual_runs_pass() {
        for (notices, earlier, held) in [
            (300, &[][..], false),
            (301, &[], true),
            (301, &[10, 10], true),
            (50, &[1, 1, 1], false),
            (51, &[1, 1, 1], true),
            (51, &[17, 17, 17], false),
            (52, &[17, 17, 17], true),
            (120, &[30, 50, 10, 90], false),
            (121, &[30, 50, 10, 90], true),
        ] {
            assert_eq!(
                verdict(notices, earlier, 300).is_some(),
                held,
                "{notices} after {earlier:?}"
            );
        }
    }
}
