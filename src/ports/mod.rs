//! The traits behind which real things plug in, and the errors a caller can act on.
//!
//! | port | real things behind it |
//! |---|---|
//! | [`erp::Erp`] | Firebird by TCP, Firebird embedded |
//! | [`outbox::Outbox`] | Firebird; the in-memory model of the state-space enumerator |
//! | [`gateway::Gateway`], [`gateway::Pairing`], [`gateway::Inbox`] | Evolution API, ... |
//! | [`clock::Clock`], [`clock::Random`] | the system; tests |
//! | [`scheduler::Scheduler`] | cron, Task Scheduler |

pub mod clock;
pub mod erp;
pub mod gateway;
pub mod outbox;
pub mod scheduler;
