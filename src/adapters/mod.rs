//! The real things behind the ports.
//!
//! | module | behind |
//! |---|---|
//! | [`firebird`] | `ports::erp`, `ports::outbox`; also the sample ERP of `demo` |
//! | [`evolution`] | `ports::gateway` on Evolution API 2.3 |
//! | [`system_clock`] | `ports::clock` |
//! | [`scheduler`] | `ports::scheduler`: cron and Task Scheduler |

pub mod evolution;
pub mod firebird;
pub mod scheduler;
pub mod system_clock;
