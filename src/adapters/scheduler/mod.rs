//! The machine's scheduler: cron on Linux, Task Scheduler on Windows.
//!
//! Both plans can be drawn on any system (they are text); only carrying them out needs the system itself.

pub mod cron;
pub mod task_scheduler;

use std::io::Write;
use std::process::{Command, Stdio};

use crate::ports::scheduler::SchedulerError;

/// Runs a program of the system, with `input` on its standard input, and gives its standard output. A program that
/// fails is [`SchedulerError::Refused`] with its own words.
fn run(program: &str, args: &[&str], input: Option<&str>) -> Result<String, SchedulerError> {
    let cannot = |e: std::io::Error| SchedulerError::CannotRun {
        program: program.to_owned(),
        detail: e.to_string(),
    };
    let mut child = Command::new(program)
        .args(args)
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input.as_bytes()).map_err(cannot)?;
    }
    let output = child.wait_with_output().map_err(cannot)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = [output.stderr, output.stdout].concat();
    Err(SchedulerError::Refused {
        program: program.to_owned(),
        detail: String::from_utf8_lossy(&words).trim().to_owned(),
    })
}
