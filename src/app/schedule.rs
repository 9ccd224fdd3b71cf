//! The jobs of a site: what runs when.

use chrono::NaiveTime;

use crate::domain::calendar::Hours;
use crate::ports::scheduler::{Job, When};

use super::shop::Shop;

/// `scan` and `replies` ask so often; both are cheap when there is nothing new.
const EVERY_MINUTES: u32 = 10;

/// `send` comes back so often until the window closes, for what had to wait.
const SEND_EVERY_MINUTES: u32 = 30;

/// The jobs of a site. `program`: the executable; `config`: its configuration file, both absolute.
pub fn jobs(shop: &Shop, program: &str, config: &str) -> Vec<Job> {
    let command = |name: &str| {
        ["--quiet", "--config", config, name]
            .iter()
            .fold(vec![program.to_owned()], |mut command, arg| {
                command.push((*arg).to_owned());
                command
            })
    };
    let every = |name: &str| Job {
        name: name.to_owned(),
        command: command(name),
        when: When::EveryMinutes(EVERY_MINUTES),
    };
    let send = Job {
        name: "send".to_owned(),
        command: command("send"),
        when: When::Between {
            from: shop.send_at,
            until: last_closing(shop),
            every_minutes: SEND_EVERY_MINUTES,
        },
    };
    vec![every("scan"), send, every("replies")]
}

/// The latest hour at which any day's window closes; days that close earlier refuse by themselves.
fn last_closing(shop: &Shop) -> NaiveTime {
    let sending = &shop.sending;
    [
        sending.weekdays,
        sending.saturday,
        sending.sunday,
        sending.holidays,
    ]
    .into_iter()
    .flatten()
    .map(|hours: Hours| hours.until)
    .max()
    .unwrap_or(shop.send_at)
}
