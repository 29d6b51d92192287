//! One line as the service keeps it: its driver's inbox, what it last told, what was computed of it.

use std::{sync::Arc, time::Duration};

use actix::Recipient;
use onecard_devices::{
    line::{
        bound::Bound,
        driver::{Command, Driver, Settings, State},
        schedule::{Manners, Poll, Schedule},
    },
    modbus::{Unit, frame::Framing},
};
use tokio::{sync::mpsc, time::Instant};

use super::{LineView, desk::Tag, service::LineTold};
use crate::{
    campus::power::{self as campus, LineLoad},
    clock::monotonic,
};

/// How long a silent unit is left alone where frames carry no number: longer than any answer that is
/// still to be expected (600 ms is the latest that was seen, libmodbus issue 776).
const HOLD: Duration = Duration::from_secs(1);
/// How often a line's state goes out.
const SHOW_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct LinePost {
    site: campus::Line,
    rooms: usize,
    bound: Bound,
    commands: mpsc::Sender<Command<Tag>>,
    start: std::time::Instant,
    /// `None`: not known yet.
    up: Option<bool>,
    state: Option<State>,
    shown: Option<Duration>,
}

impl LinePost {
    /// Starts the driver of a line with what hangs on it, as a task of the arbiter that calls.
    pub(super) fn start(
        load: &LineLoad<'_>,
        units: impl Iterator<Item = (Unit, Manners)>,
        polls: impl Iterator<Item = Poll<Tag>>,
        tell: Recipient<LineTold>,
    ) -> Self {
        let site = load.line;
        let hold = match site.endpoint.framing() {
            Framing::Tcp => Duration::ZERO,
            Framing::Rtu => HOLD,
        };
        let mut schedule = Schedule::new(hold);
        units.for_each(|(unit, manners)| schedule.add_unit(unit, manners));
        polls.for_each(|poll| schedule.add_poll(poll));
        let start = monotonic();
        let settings = Settings {
            endpoint: site.endpoint.clone(),
            serial: Some(site.serial),
            seed: u64::from(std::process::id()),
        };
        let (driver, commands) = Driver::new(settings, schedule, Instant::from_std(start));
        let line: Arc<str> = site.id.as_str().into();
        actix::spawn(driver.run(move |told| {
            let line = Arc::clone(&line);
            // A reading that is lost is read again; a report of a command that is lost shows in the
            // relay's read-back.
            if tell.try_send(LineTold { line, told }).is_err() {
                tracing::warn!("the power service takes no more reports");
            }
        }));
        Self {
            site: site.clone(),
            rooms: load.rooms,
            bound: load.bound,
            commands,
            start,
            up: None,
            state: None,
            shown: None,
        }
    }

    pub(super) fn site(&self) -> &campus::Line {
        &self.site
    }

    /// The time on the line's own scale.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Hands a command to the driver; false when it takes no more.
    pub(super) fn ask(&self, command: Command<Tag>) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// Notes whether the line is up; returns whether that is news.
    pub(super) fn is(&mut self, up: bool) -> bool {
        self.up.replace(up) != Some(up)
    }

    /// Keeps what the line said of itself; returns whether it is time to show it.
    pub(super) fn keep(&mut self, state: State) -> bool {
        let due = self.shown.is_none_or(|shown| state.at.saturating_sub(shown) >= SHOW_EVERY);
        if due {
            self.shown = Some(state.at);
        }
        self.state = Some(state);
        due
    }

    pub(super) fn view(&self) -> LineView {
        let up = self.up == Some(true);
        LineView::of(&self.site, self.rooms, &self.bound, up, self.state.as_ref())
    }
}
