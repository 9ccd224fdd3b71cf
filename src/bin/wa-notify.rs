//! The command line; everything is in the library.

fn main() -> std::process::ExitCode {
    wa_notify::cli::run(std::env::args_os())
}
