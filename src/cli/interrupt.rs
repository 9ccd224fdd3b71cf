//! Ctrl-C: the command in hand is finished, nothing new is begun.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::adapters::system_clock::StopSignal;
use crate::i18n::{Catalog, Lang};

/// The signal that the clock watches; given by the first Ctrl-C (or a request to terminate).
pub type Stop = StopSignal;

/// Installs the handler and returns its flag. The first Ctrl-C asks to stop; the second says what is waited for;
/// the third ends the process at once, which is safe too: what was under way is then `unknown` and is looked up.
pub fn install(lang: Lang) -> Stop {
    let stop = Stop::default();
    let (signal, count) = (stop.clone(), AtomicU8::new(0));
    let texts = {
        let catalog = Catalog::new(lang);
        ["interrupt-first", "interrupt-second", "interrupt-third"].map(|key| catalog.say(key))
    };
    let handler = move || {
        signal.stop();
        let nth = count.fetch_add(1, Ordering::SeqCst).min(2);
        let mut stderr = console::Term::stderr();
        let _ = std::io::Write::write_all(&mut stderr, format!("\n{}\n", texts[usize::from(nth)]).as_bytes());
        if nth == 2 {
            #[expect(
                clippy::disallowed_methods,
                reason = "the third Ctrl-C is an order to end here and now"
            )]
            std::process::exit(i32::from(super::exit_code::ExitCode::Unexpected.number()));
        }
    };
    // A handler stands already in tests that run several commands in one process; then the flag stays false.
    let _ = ctrlc::set_handler(handler);
    stop
}
