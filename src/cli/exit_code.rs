//! The program's exit codes: a contract with the scheduler and with scripts (DESIGN.md section 9). They may only grow.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// All done.
    Done = 0,
    /// Something that should not happen: a fault of the program or of the machine.
    Unexpected = 1,
    /// The command line, or what it was given to read, is wrong.
    Usage = 2,
    /// The configuration is missing or wrong.
    Configuration = 3,
    /// The database could not be reached, or does not hold what is needed.
    Database = 4,
    /// The gateway could not be reached, or refused.
    Gateway = 5,
    /// The instance is not linked to a phone.
    NotPaired = 6,
    /// Not contracted, e-mail notices not configured, day not closed.
    Precondition = 7,
    /// Done, but something waits for a person.
    NeedsPerson = 8,
    /// Another command with the same configuration file is running.
    Locked = 9,
    /// A guard holds the work until a person confirms.
    Held = 10,
}

impl ExitCode {
    /// All codes, in order.
    pub const ALL: [ExitCode; 11] = [
        ExitCode::Done,
        ExitCode::Unexpected,
        ExitCode::Usage,
        ExitCode::Configuration,
        ExitCode::Database,
        ExitCode::Gateway,
        ExitCode::NotPaired,
        ExitCode::Precondition,
        ExitCode::NeedsPerson,
        ExitCode::Locked,
        ExitCode::Held,
    ];

    /// The code of a number; a number that is none of ours is unexpected.
    pub fn from_number(number: u8) -> Self {
        Self::ALL
            .into_iter()
            .find(|code| code.number() == number)
            .unwrap_or(ExitCode::Unexpected)
    }

    /// The number given to the system.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ExitCode::Done => "done",
            ExitCode::Unexpected => "unexpected",
            ExitCode::Usage => "usage",
            ExitCode::Configuration => "configuration",
            ExitCode::Database => "database",
            ExitCode::Gateway => "gateway",
            ExitCode::NotPaired => "not_paired",
            ExitCode::Precondition => "precondition",
            ExitCode::NeedsPerson => "needs_person",
            ExitCode::Locked => "locked",
            ExitCode::Held => "held",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_contract() {
        let numbers: Vec<u8> = ExitCode::ALL.iter().map(|code| code.number()).collect();
        assert_eq!(numbers, (0..=10).collect::<Vec<u8>>());
    }
}
