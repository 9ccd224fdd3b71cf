//! `WA_NOTIFY_FAILPOINT=STEP[:NTH]`: the process dies when it gets to a step for the n-th time (the first, when left
//! out), as by a power cut: nothing is flushed, no connection is closed. For the chaos test; debug builds only.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use crate::ports::failpoint::{self, Step};

/// Name of the variable.
pub const VARIABLE: &str = "WA_NOTIFY_FAILPOINT";

/// Where to die.
static DEADLY: OnceLock<(Step, AtomicU32)> = OnceLock::new();

/// Takes the variable's order.
///
/// # Errors
/// It names no step.
pub fn arm(context: &Context) -> Result<(), CliError> {
    let Some(text) = std::env::var_os(VARIABLE).filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let text = text.to_string_lossy();
    let Some((step, nth)) = parse(&text) else {
        let args = [("variable", VARIABLE.into()), ("value", text.into_owned().into())];
        return Err(CliError::said(
            ExitCode::Usage,
            Words::new(context.text("usage-bad-variable", &args)),
        ));
    };
    let _ = DEADLY.set((step, AtomicU32::new(nth)));
    failpoint::install(die);
    Ok(())
}

fn parse(text: &str) -> Option<(Step, u32)> {
    let (name, nth) = text.split_once(':').unwrap_or((text, "1"));
    Some((Step::from_word(name)?, nth.parse().ok().filter(|nth| *nth > 0)?))
}

fn die(at: Step) {
    if let Some((step, left)) = DEADLY.get()
        && *step == at
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_and_the_time_it_is_reached() {
        assert_eq!(parse("after_claim"), Some((Step::AfterClaim, 1)));
        assert_eq!(parse("before_commit:7"), Some((Step::BeforeCommit, 7)));
        for wrong in ["", "nowhere", "after_claim:0", "after_claim:x"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
