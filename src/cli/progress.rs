//! Progress bars: on a terminal only, never with `--quiet` or `--json`.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// A bar of `total` steps, or one that is not drawn.
pub fn bar(output: &Output, total: u64, label: String) -> ProgressBar {
    if !output.shows_progress() {
        return ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
        .with_style(style)
        .with_message(label)
}

/// A spinner for work of unknown length, or one that is not drawn.
pub fn spinner(output: &Output, label: String) -> ProgressBar {
    if !output.shows_progress() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(label);
    spinner.enable_steady_tick(std::time::Duration::from_millis(120));
    spinner
}
