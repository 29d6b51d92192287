//! An evening that is never still, for demonstrations: somebody in some room plugs in what the room must
//! not bear, and most unplug it when the light goes out.
//!
//! Who does what is drawn from a seed; that a room goes dark, and by what rule, is not known here.

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::SmallRng};
use tokio::sync::watch;

use crate::power::{
    appliance::{
        AIR_CONDITIONER, Appliance, DESKTOP, HAIR_DRYER_HIGH, IMMERSION_HEATER, KETTLE,
        SMALL_KETTLE,
    },
    dormitory::Dormitory,
    habits::Socket,
};

/// Before the first of all, and between one and the next.
const FIRST: Duration = Duration::from_millis(300);
const PAUSE_S: std::ops::Range<f64> = 1.5..6.0;
/// How long somebody sits in the dark before the plug is pulled.
const REACTION_S: std::ops::Range<f64> = 4.0..12.0;
/// Who has not been cut off by then has finished.
const FINISHED: Duration = Duration::from_mins(1);
/// Of those who leave it plugged in until a person comes: one in so many.
const STUBBORN: u32 = 6;
/// How long a stubborn one leaves it: far longer than all tries of a day take.
const STUBBORN_FOR: Duration = Duration::from_mins(10);
/// How often rooms are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// A heater, or many things together: each with the time after which it follows the one before.
pub type Load = &'static [(Appliance, Duration)];

const NOW: Duration = Duration::ZERO;
const SOON: Duration = Duration::from_secs(2);

const LOADS: [Load; 6] = [
    &[(KETTLE, NOW)],
    &[(SMALL_KETTLE, NOW)],
    &[(HAIR_DRYER_HIGH, NOW)],
    &[(IMMERSION_HEATER, NOW)],
    // None of them is forbidden; together they are too much.
    &[(AIR_CONDITIONER, NOW), (DESKTOP, SOON), (DESKTOP, SOON)],
    &[(AIR_CONDITIONER, NOW), (AIR_CONDITIONER, SOON)],
];

/// What somebody does in a room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incident {
    /// After the one before.
    pub pause: Duration,
    /// By its place among the rooms.
    pub room: usize,
    pub load: Load,
    /// How long after the light went out it is unplugged.
    pub reaction: Duration,
    /// Whether it stays plugged in, so that the room trips until its tries are used up.
    pub stubborn: bool,
}

/// The incidents of an evening, without end; none when there are no rooms.
#[derive(Debug)]
pub struct Evening {
    rng: SmallRng,
    rooms: usize,
    begun: bool,
}

impl Evening {
    /// The same arguments give the same evening.
    #[must_use]
    pub fn new(rooms: usize, seed: u64) -> Self {
        Self { rng: SmallRng::seed_from_u64(seed), rooms, begun: false }
    }
}

impl Iterator for Evening {
    type Item = Incident;

    fn next(&mut self) -> Option<Incident> {
        if self.rooms == 0 {
            return None;
        }
        let pause = Duration::from_secs_f64(self.rng.random_range(PAUSE_S));
        let pause = if std::mem::replace(&mut self.begun, true) { pause } else { FIRST };
        let load = LOADS.get(self.rng.random_range(0..LOADS.len()))?;
        Some(Incident {
            pause,
            room: self.rng.random_range(0..self.rooms),
            load,
            reaction: Duration::from_secs_f64(self.rng.random_range(REACTION_S)),
            stubborn: self.rng.random_ratio(1, STUBBORN),
        })
    }
}

/// Something that is plugged in.
struct Plugged<'a> {
    room: &'a str,
    sockets: Vec<Socket>,
    reaction: Duration,
    until: Duration,
    dark_since: Option<Duration>,
}

/// Lets the incidents happen in `rooms` until `stop` turns true or its sender is gone. In each room
/// there is one at a time.
pub async fn run(
    dormitory: &Dormitory,
    rooms: &[String],
    seed: u64,
    mut stop: watch::Receiver<bool>,
) {
    let mut evening = Evening::new(rooms.len(), seed);
    let Some(mut next) = evening.next() else { return };
    let mut due = dormitory.clock().now() + next.pause;
    let mut plugged: Vec<Plugged<'_>> = Vec::new();
    while !*stop.borrow() {
        let now = dormitory.clock().now();
        if now >= due {
            if let Some(room) = rooms.get(next.room)
                && plugged.iter().all(|other| other.room != room)
            {
                plugged.push(plug(dormitory, room, &next, now));
            }
            let Some(following) = evening.next() else { return };
            next = following;
            due = now + next.pause;
        }
        plugged.retain_mut(|plugged| stays(dormitory, plugged, now));
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

fn plug<'a>(
    dormitory: &Dormitory,
    room: &'a str,
    incident: &Incident,
    now: Duration,
) -> Plugged<'a> {
    let mut at = now;
    let sockets = incident.load.iter().filter_map(|(appliance, after)| {
        at += *after;
        dormitory.inject(room, *appliance, at)
    });
    let sockets = sockets.collect();
    let (reaction, lasts) = if incident.stubborn {
        (STUBBORN_FOR, STUBBORN_FOR)
    } else {
        (incident.reaction, FINISHED)
    };
    Plugged { room, sockets, reaction, until: now + lasts, dark_since: None }
}

/// Whether it stays plugged in.
fn stays(dormitory: &Dormitory, plugged: &mut Plugged<'_>, now: Duration) -> bool {
    let dark = dormitory.truth(plugged.room).is_some_and(|truth| !truth.contact_closed);
    let since = *plugged.dark_since.get_or_insert(now);
    if !dark {
        plugged.dark_since = None;
    }
    let has_reacted = dark && now.saturating_sub(since) >= plugged.reaction;
    let pulled = has_reacted || now >= plugged.until;
    if pulled {
        for socket in &plugged.sockets {
            dormitory.unplug(plugged.room, *socket);
        }
    }
    !pulled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::{dormitory::Plan, line::LineSettings, model::Model, wire::Framing};

    #[test]
    fn the_same_seed_gives_the_same_evening_with_all_sorts_of_incidents() {
        let some = |seed| Evening::new(64, seed).take(300).collect::<Vec<_>>();
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
        let incidents = some(7);
        for load in LOADS {
            assert!(incidents.iter().any(|incident| incident.load == load), "{load:?}");
        }
        assert!(incidents.iter().all(|incident| incident.room < 64));
        assert!(incidents.iter().any(|incident| incident.stubborn));
        assert_eq!(Evening::new(0, 7).next(), None);
    }

    #[tokio::test]
    async fn who_sits_in_the_dark_pulls_the_plug_and_the_stubborn_do_not() {
        let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
        let plan = Plan::of_buildings(1, 2, 2, Model::Dds238, settings);
        let dormitory = Dormitory::start(plan, 7).await.unwrap();
        let now = dormitory.clock().now();
        let incident = |stubborn| Incident {
            pause: NOW,
            room: 0,
            load: LOADS[0],
            reaction: Duration::from_secs(5),
            stubborn,
        };
        let mut rooms: Vec<_> = [("b1-001", false), ("b1-002", true)]
            .map(|(room, stubborn)| plug(&dormitory, room, &incident(stubborn), now))
            .into();
        assert!(dormitory.truth("b1-001").unwrap().power.active_w > 1_500.0);
        for room in dormitory.rooms().values() {
            let mut room = room.at(now);
            room.relay.command(false, now);
            room.advance(now + Duration::from_secs(1));
        }
        for (after, left) in [(1, 2), (2, 2), (7, 1), (60, 1), (601, 0)] {
            let then = now + Duration::from_secs(after);
            rooms.retain_mut(|room| stays(&dormitory, room, then));
            assert_eq!(rooms.len(), left, "after {after} s");
        }
    }
}
