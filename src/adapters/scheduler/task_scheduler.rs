//! Windows Task Scheduler: one XML a job, carried out by `schtasks`.
//!
//! The tasks run as SYSTEM, so that they run whether somebody is logged in or not and no password of theirs can
//! expire; installing them needs an elevated console. `StartWhenAvailable` makes up for a machine that was off.

use std::fs;

use chrono::{NaiveTime, Timelike};

use crate::ports::scheduler::{Job, Scheduler, SchedulerError, When};

/// The Task Scheduler of this machine.
#[derive(Debug, Default)]
pub struct TaskScheduler {
    /// The `schtasks` program; the system's by default.
    pub program: Option<String>,
}

/// The jobs that may have been installed, by name; `remove` asks for each.
const NAMES: [&str; 3] = ["scan", "send", "replies"];

impl TaskScheduler {
    fn program(&self) -> &str {
        self.program.as_deref().unwrap_or("schtasks")
    }
}

impl Scheduler for TaskScheduler {
    fn plan(&self, site: &str, jobs: &[Job]) -> String {
        let mut out = String::new();
        for job in jobs {
            let file = format!("{}.xml", job.name);
            out.push_str(&format!(
                "schtasks /create /xml {file} /tn \"{}\" /f\n\n",
                task_name(site, &job.name)
            ));
            out.push_str(&format!("{file}:\n{}\n", xml(site, job)));
        }
        out
    }

    fn install(&self, site: &str, jobs: &[Job]) -> Result<(), SchedulerError> {
        let cannot = |e: std::io::Error| SchedulerError::CannotRun {
            program: self.program().to_owned(),
            detail: e.to_string(),
        };
        let dir = tempfile::tempdir().map_err(cannot)?;
        for job in jobs {
            let file = dir.path().join(format!("{}.xml", job.name));
            fs::write(&file, utf16(&xml(site, job))).map_err(cannot)?;
            let path = file.to_string_lossy();
            super::run(
                self.program(),
                &["/create", "/xml", &path, "/tn", &task_name(site, &job.name), "/f"],
                None,
            )?;
        }
        Ok(())
    }

    fn remove(&self, site: &str) -> Result<usize, SchedulerError> {
        let mut removed = 0;
        for name in NAMES {
            match super::run(
                self.program(),
                &["/delete", "/tn", &task_name(site, name), "/f"],
                None,
            ) {
                Ok(_) => removed += 1,
                // schtasks says so in the language of Windows; that it was not there is no error.
                Err(SchedulerError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }
}

fn task_name(site: &str, job: &str) -> String {
    format!("wa-notify\\{site}\\{job}")
}

/// Task Scheduler itself writes UTF-16 with a byte order mark, and reads nothing else in every version.
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

fn xml(site: &str, job: &Job) -> String {
    let (start, interval, duration) = match job.when {
        When::EveryMinutes(n) => (NaiveTime::MIN, n, 24 * 60),
        When::Between {
            from,
            until,
            every_minutes,
        } => {
            let length =
                (until.hour() * 60 + until.minute()).saturating_sub(from.hour() * 60 + from.minute());
            (from, every_minutes, length.max(every_minutes))
        }
    };
    let limit = if job.name == "send" { "PT12H" } else { "PT1H" };
    let (program, args) = job
        .command
        .split_first()
        .map_or(("", &[][..]), |(p, args)| (p.as_str(), args));
    let folder = program.rfind(['\\', '/']).map_or("", |at| &program[..at]);
    let args = args.iter().map(|a| quoted(a)).collect::<Vec<_>>().join(" ");
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
    };
    // The order of elements is the schema's: Windows refuses another.
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>wa-notify {name} ({site})</Description>
    <URI>\{uri}</URI>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2026-01-01T{start}</StartBoundary>
      <Repetition>
        <Interval>PT{interval}M</Interval>
        <Duration>PT{duration}M</Duration>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>{limit}</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{args}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"#,
        name = escaped(&job.name),
        site = escaped(site),
        uri = escaped(&task_name(site, &job.name)),
        start = start.format("%H:%M:%S"),
        program = escaped(program),
        args = escaped(&args),
        folder = escaped(folder),
    )
}

/// One argument as Windows programs split their command line.
fn quoted(arg: &str) -> String {
    if !arg.is_empty() && !arg.contains([' ', '\t', '"']) {
        return arg.to_owned();
    }
    let mut out = String::from("\"");
    let mut backslashes = 0;
    for c in arg.chars() {
        match c {
            '\\' => backslashes += 1,
            '"' => {
                // Backslashes before a quote count double, and the quote itself needs one.
                out.push_str(&"\\".repeat(backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        out.push(c);
    }
    out.push_str(&"\\".repeat(backslashes));
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_as_windows_wants_it() {
        let job = Job {
            name: "send".into(),
            command: vec![
                r"C:\Program Files\wa-notify\wa-notify.exe".into(),
                "--config".into(),
                r"C:\Loja & Cia\wa-notify.toml".into(),
                "send".into(),
            ],
            when: When::Between {
                from: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
                until: NaiveTime::from_hms_opt(20, 0, 0).unwrap(),
                every_minutes: 30,
            },
        };
        let xml = xml("loja", &job);
        for expected in [
            "<Task version=\"1.3\"",
            "<StartBoundary>2026-01-01T09:00:00</StartBoundary>",
            "<Interval>PT30M</Interval>",
            "<Duration>PT660M</Duration>",
            "<StartWhenAvailable>true</StartWhenAvailable>",
            "<Command>C:\\Program Files\\wa-notify\\wa-notify.exe</Command>",
            "<Arguments>--config &quot;C:\\Loja &amp; Cia\\wa-notify.toml&quot; send</Arguments>",
            "<WorkingDirectory>C:\\Program Files\\wa-notify</WorkingDirectory>",
        ] {
            assert!(xml.contains(expected), "{expected} in\n{xml}");
        }
        assert!(xml.find("<Enabled>true").unwrap() < xml.find("<StartBoundary>").unwrap());
        assert_eq!(utf16("<")[..], [0xFF, 0xFE, b'<', 0]);
    }

    #[test]
    fn arguments_survive_the_command_line() {
        for (arg, quoted_arg) in [
            ("send", "send"),
            (r"C:\x y\", r#""C:\x y\\""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(arg), quoted_arg);
        }
    }
}
