//! The stand-in gateway, for trying out and for tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    wa_notify::cli::sandbox::run(std::env::args_os())
}
