//! cron: a block of the user's crontab between two marks of ours; the rest of it is never touched.

use chrono::{NaiveTime, Timelike};

use crate::ports::scheduler::{Job, Scheduler, SchedulerError, When};

/// The user's crontab.
#[derive(Debug, Default)]
pub struct Cron {
    /// The `crontab` program; the system's by default.
    pub program: Option<String>,
}

impl Cron {
    fn program(&self) -> &str {
        self.program.as_deref().unwrap_or("crontab")
    }

    /// The crontab as it is; a user without one has an empty one.
    fn read(&self) -> Result<String, SchedulerError> {
        match super::run(self.program(), &["-l"], None) {
            Err(SchedulerError::Refused { detail, .. }) if detail.contains("no crontab") => Ok(String::new()),
            other => other,
        }
    }

    /// The crontab holds jobs of `site`.
    ///
    /// # Errors
    /// [`SchedulerError`].
    pub fn is_installed(&self, site: &str) -> Result<bool, SchedulerError> {
        Ok(without_block(&self.read()?, site).1 > 0)
    }
}

impl Scheduler for Cron {
    fn plan(&self, site: &str, jobs: &[Job]) -> String {
        block(site, jobs)
    }

    fn install(&self, site: &str, jobs: &[Job]) -> Result<(), SchedulerError> {
        let (mut table, _) = without_block(&self.read()?, site);
        if !table.is_empty() && !table.ends_with('\n') {
            table.push('\n');
        }
        table.push_str(&block(site, jobs));
        super::run(self.program(), &["-"], Some(&table)).map(drop)
    }

    fn remove(&self, site: &str) -> Result<usize, SchedulerError> {
        let (table, removed) = without_block(&self.read()?, site);
        if removed > 0 {
            super::run(self.program(), &["-"], Some(&table))?;
        }
        Ok(removed)
    }
}

fn marks(site: &str) -> (String, String) {
    (
        format!("# >>> wa-notify {site}"),
        format!("# <<< wa-notify {site}"),
    )
}

fn block(site: &str, jobs: &[Job]) -> String {
    let (begin, end) = marks(site);
    let lines: Vec<String> = jobs
        .iter()
        .flat_map(|job| times(job.when).into_iter().map(|t| line(&t, job)))
        .collect();
    format!("{begin}\n{}\n{end}\n", lines.join("\n"))
}

/// The table without our block, and how many lines of ours went.
fn without_block(table: &str, site: &str) -> (String, usize) {
    let (begin, end) = marks(site);
    let (mut kept, mut removed, mut inside) = (String::new(), 0, false);
    for line in table.lines() {
        if line == begin {
            inside = true;
        } else if line == end {
            inside = false;
        } else if inside {
            removed += 1;
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    (kept, removed)
}

/// The five fields of cron, once or more. A stretch that does not start on the hour needs a line for its first hour.
fn times(when: When) -> Vec<String> {
    match when {
        When::EveryMinutes(n) if n < 60 => vec![format!("*/{n} * * * *")],
        When::EveryMinutes(n) => vec![format!("0 */{} * * *", (n / 60).max(1))],
        When::Between {
            from,
            until,
            every_minutes,
        } => {
            let step = every_minutes.clamp(1, 60);
            let mut lines: Vec<(Vec<u32>, u32, u32)> = Vec::new();
            let mut at = minutes(from);
            let end = minutes(until);
            let mut hours: Vec<(u32, Vec<u32>)> = Vec::new();
            while at <= end && at < 24 * 60 {
                match hours.last_mut() {
                    Some((hour, list)) if *hour == at / 60 => list.push(at % 60),
                    _ => hours.push((at / 60, vec![at % 60])),
                }
                at += step;
            }
            for (hour, list) in hours {
                match lines.last_mut() {
                    Some((same, _, last)) if *same == list && *last + 1 == hour => *last = hour,
                    _ => lines.push((list, hour, hour)),
                }
            }
            lines
                .into_iter()
                .map(|(list, first, last)| {
                    let list = list.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
                    let hours = if first == last {
                        first.to_string()
                    } else {
                        format!("{first}-{last}")
                    };
                    format!("{list} {hours} * * *")
                })
                .collect()
        }
    }
}

fn minutes(time: NaiveTime) -> u32 {
    time.hour() * 60 + time.minute()
}

fn line(times: &str, job: &Job) -> String {
    let command = job
        .command
        .iter()
        .map(|arg| quoted(arg))
        .collect::<Vec<_>>()
        .join(" ");
    // The program writes its own log; cron would mail what it prints.
    format!("{times} {command} >/dev/null 2>&1")
}

/// For /bin/sh inside a crontab, where `%` means a new line.
fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) {
        return arg.to_owned();
    }
    format!("'{}'", arg.replace('\'', r"'\''").replace('%', r"\%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    fn between(from: &str, until: &str) -> Vec<String> {
        times(When::Between {
            from: at(from),
            until: at(until),
            every_minutes: 30,
        })
    }

    #[test]
    fn five_fields() {
        assert_eq!(times(When::EveryMinutes(10)), ["*/10 * * * *"]);
        assert_eq!(between("09:00", "20:00"), ["0,30 9-19 * * *", "0 20 * * *"]);
        assert_eq!(between("09:45", "11:00"), ["45 9 * * *", "15,45 10 * * *"]);
        assert_eq!(between("23:50", "23:59"), ["50 23 * * *"]);
    }

    #[test]
    fn the_rest_of_the_crontab_is_kept() {
        let job = Job {
            name: "scan".into(),
            command: vec![
                "/opt/wa notify/wa-notify".into(),
                "--config".into(),
                "/etc/100%.toml".into(),
            ],
            when: When::EveryMinutes(10),
        };
        let ours = block("loja", std::slice::from_ref(&job));
        assert_eq!(
            ours,
            "# >>> wa-notify loja\n*/10 * * * * '/opt/wa notify/wa-notify' --config '/etc/100\\%.toml' \
             >/dev/null 2>&1\n# <<< wa-notify loja\n"
        );
        let table = format!("0 3 * * * backup\n{ours}@reboot other\n");
        assert_eq!(
            without_block(&table, "loja"),
            ("0 3 * * * backup\n@reboot other\n".to_owned(), 1)
        );
        assert_eq!(without_block(&table, "filial"), (table.clone(), 0));
    }
}
