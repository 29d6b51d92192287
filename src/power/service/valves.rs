//! Valves of taps that hang on a line: their orders and readings share it with meters and relays.
//!
//! What they are told and what their answers mean is `devices::valve::wired`'s, what follows from it
//! the water service's.

use std::time::Duration;

use actix::{AsyncContext as _, Context, Handler, Message, Recipient};
use onecard_devices::{
    alarm,
    line::{
        driver::Command,
        schedule::{Class, Manners, Poll, Work},
    },
    modbus::{Answer, Failure, Request, Unit},
    valve::{News, Order, actor::Told, wire::Leaf, wired::Wired},
};
use onecard_rules::{
    Time,
    event::{DeviceKind, Subject},
    ids::TapId,
    reason::Reason,
};
use tracing::{error, warn};

use super::Power;
use crate::{campus::power as campus, power::desk::Tag};

/// How often a valve is read while water runs.
const WATCH_EVERY: Duration = Duration::from_millis(500);
/// How often one is read that nobody uses: for leaks.
const READ_EVERY: Duration = Duration::from_secs(20);
/// So many readings in a row without an answer, and it counts as away.
const SILENCES: u32 = 3;
/// A command that has waited so long on its line is not sent any more.
const WITHIN: Duration = Duration::from_secs(2);

/// Tells the valve of a tap something.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct TellValve {
    pub tap: TapId,
    pub order: Order,
}

/// Where the valves on lines can be told something.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ValvesAt(pub Recipient<TellValve>);

/// A valve as the service keeps it.
#[derive(Debug)]
pub(super) struct ValvePost {
    site: campus::Valve,
    wired: Wired,
    /// A reading is under way.
    asked: bool,
    silences: u32,
    away: bool,
    shown: Option<(Leaf, u64)>,
}

impl ValvePost {
    /// `None` when its model is no valve; the campus folder refuses that.
    pub(super) fn of(site: &campus::Valve) -> Option<Self> {
        let wired = Wired::new(site.profile.clone(), site.unit, site.channel).ok()?;
        let site = site.clone();
        Some(Self { site, wired, asked: false, silences: 0, away: false, shown: None })
    }

    /// What its line has to know of it.
    pub(super) fn poll(&self, line: &str, at: usize) -> Option<(Unit, Manners, Poll<Tag>)> {
        (self.site.line == line).then(|| {
            let (unit, requests) = (self.wired.unit(), self.wired.reading().to_vec());
            let tag = Tag::Valve(at);
            let poll = Poll { unit, requests, class: Class::Energy, every: READ_EVERY, tag };
            (unit, self.wired.manners(), poll)
        })
    }
}

impl Power {
    /// Says where the valves are, and reads those that water runs through.
    pub(super) fn watch_valves(&self, context: &mut Context<Self>) {
        if self.valves.is_empty() {
            return;
        }
        let at = ValvesAt(context.address().recipient());
        if self.parts.valves_at.try_send(at).is_err() {
            error!("the water service does not know where its valves are");
        }
        context.run_interval(WATCH_EVERY, |power, _| {
            for at in 0..power.valves.len() {
                if power.valves.get(at).is_some_and(|valve| valve.wired.is_watched()) {
                    power.order_valve(at, Order::Report);
                }
            }
        });
    }

    fn order_valve(&mut self, at: usize, order: Order) {
        let Some(valve) = self.valves.get_mut(at) else { return };
        let Some(line) = self.lines.get(&valve.site.line) else { return };
        if order == Order::Report && valve.asked {
            return;
        }
        let (requests, class) = valve.wired.order(order);
        let tag = match order {
            Order::Report => {
                valve.asked = true;
                Tag::Valve(at)
            }
            Order::Open { .. } | Order::Close => Tag::Turn(at),
        };
        let work = Work::new(valve.wired.unit(), requests, class, tag);
        // What opens must not be late; what closes never is.
        let work = match order {
            Order::Open { .. } | Order::Report => work.by(line.elapsed() + WITHIN),
            Order::Close => work,
        };
        if !line.ask(Command::Ask(work)) {
            valve.asked = false;
            self.parts.metrics.refuse("line_busy");
            warn!(tap = %valve.site.tap, line = valve.site.line, "a line takes nothing more");
        }
    }

    /// A valve was read, or did not answer.
    pub(super) fn valve_read(
        &mut self,
        at: usize,
        result: Result<&[(Request, Answer)], Failure>,
        now: Time,
    ) {
        let Some(valve) = self.valves.get_mut(at) else { return };
        valve.asked = false;
        let mut news = Vec::new();
        match result {
            Ok(answers) => {
                (valve.silences, news) = (0, valve.wired.answered(answers));
                if valve.away {
                    valve.away = false;
                    news.insert(0, News::Online(true));
                }
            }
            // It was not asked at all.
            Err(Failure::Expired) => {}
            Err(Failure::Silent | Failure::Spoilt | Failure::LineDown | Failure::Exception(_)) => {
                valve.silences = valve.silences.saturating_add(1);
                if valve.silences == SILENCES {
                    valve.away = true;
                    news.push(News::Online(false));
                }
            }
        }
        for one in news {
            self.valve_told(at, one, now);
        }
    }

    fn valve_told(&mut self, at: usize, news: News, now: Time) {
        let Some(valve) = self.valves.get_mut(at) else { return };
        match &news {
            News::Register { ml, leaf } => {
                if valve.shown.replace((*leaf, *ml)) != Some((*leaf, *ml)) {
                    let (area, tap) = (valve.site.area.as_str(), valve.site.tap.as_str());
                    let zone = self.parts.site.zone;
                    self.parts.publisher.valve((area, tap), *leaf, *ml, (now, zone));
                }
            }
            News::Online(online) => {
                let (area, device) = (valve.site.area.to_string(), valve.site.tap.to_string());
                let subject = Subject { area, kind: DeviceKind::Valve, device };
                let gone = "it does not answer on its line".to_owned();
                let standing = (!online).then_some(gone);
                let changed = alarm::Changed { subject, reason: Reason::Offline, standing };
                if self.parts.alarms.try_send(changed).is_err() {
                    self.parts.metrics.refuse("alarm_lost");
                }
            }
            News::Closed | News::ClosedItself | News::Fault(_) => {}
        }
        let Some(valve) = self.valves.get(at) else { return };
        let told = Told { tap: valve.site.tap.clone(), news };
        // It is read again.
        if self.parts.valves_told.try_send(told).is_err() {
            self.parts.metrics.refuse("water_busy");
        }
    }

    /// A command to a valve was answered: whether it obeys, its reading tells.
    pub(super) fn valve_turned(&mut self, at: usize, failure: Option<Failure>) {
        let Some(valve) = self.valves.get(at) else { return };
        if let Some(failure) = failure {
            warn!(tap = %valve.site.tap, ?failure, "a valve was not told; it is told again");
        }
    }
}

impl Handler<TellValve> for Power {
    type Result = ();

    fn handle(&mut self, TellValve { tap, order }: TellValve, _: &mut Self::Context) {
        let at = self.valves.iter().position(|valve| valve.site.tap == tap);
        if let Some(at) = at {
            self.order_valve(at, order);
        }
    }
}
