//! `source check`, `source export`.

use super::args::SourceArgs;
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;

/// Runs the command.
///
/// # Errors
/// None.
pub fn run(_context: &Context, _args: &SourceArgs) -> Result<ExitCode, CliError> {
    Ok(ExitCode::Done)
}
