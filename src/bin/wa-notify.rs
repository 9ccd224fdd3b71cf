//! The program of the operator and of the scheduler; everything is in the library.

fn main() -> std::process::ExitCode {
    wa_notify::cli::run(std::env::args_os())
}
