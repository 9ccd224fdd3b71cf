//! The operating system's scheduler.

/// One job to run on a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Short name, such as `scan`; part of the task's name.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// When.
    pub when: When,
}

/// When a job runs, by the PC's local clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Every so many minutes, day and night.
    EveryMinutes(u32),
    /// Every so many minutes from one time of the day until another (both included).
    Between {
        /// First run.
        from: chrono::NaiveTime,
        /// Last run.
        until: chrono::NaiveTime,
        /// Minutes between two runs.
        every_minutes: u32,
    },
}

/// Why the scheduler did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum SchedulerError {
    /// Its program could not be run.
    #[error("{program}: {detail}")]
    CannotRun {
        /// `crontab` or `schtasks`.
        program: String,
        /// The system's text.
        detail: String,
    },
    /// It refused.
    #[error("{program} refused: {detail}")]
    Refused {
        /// The program.
        program: String,
        /// Its text.
        detail: String,
    },
}

/// The scheduler of the machine.
pub trait Scheduler {
    /// What [`Self::install`] would write, for people to read.
    fn plan(&self, site: &str, jobs: &[Job]) -> String;
    /// Creates or replaces the jobs of `site`.
    ///
    /// # Errors
    /// [`SchedulerError`].
    fn install(&self, site: &str, jobs: &[Job]) -> Result<(), SchedulerError>;
    /// Removes the jobs of `site`; tells how many there were.
    ///
    /// # Errors
    /// [`SchedulerError`].
    fn remove(&self, site: &str) -> Result<usize, SchedulerError>;
}
