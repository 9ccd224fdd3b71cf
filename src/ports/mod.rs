//! The traits behind which real things plug in, and the errors a caller can act on.
//!
//! | port | real things behind it |
//! |---|---|
//! | [`erp::Erp`] | Firebird by TCP, Firebird embedded |
//! | [`outbox::Outbox`] | Firebird; the in-memory model of the state-space enumerator |
//! | [`gateway::Gateway`], [`gateway::Pairing`], [`gateway::Inbox`] | Evolution API, ... |
//! | [`clock::Clock`], [`clock::Random`] | the system; tests |
//! | [`scheduler::Scheduler`] | cron, Task Scheduler |
//!
//! [`failpoint`] is no port: it names the steps at which a test may end the process.

pub mod clock;
pub mod erp;
pub mod failpoint;
pub mod gateway;
pub mod outbox;
pub mod scheduler;
