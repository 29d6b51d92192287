//! A controller killed at any point of a trip finishes it after the restart.

use onecard_rules::{
    Time,
    power::{
        curve::Characteristic,
        demand::{DemandBoard, Demander, Verdict},
        protection::{self, Draft, Moment, RoomProtection},
        relay::{
            self, Action, Command, Input,
            Position::{self, Closed, Open},
            RelayControl, RelaySettings, Want,
        },
    },
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    demand::off,
    room::{after, draft, moment, sample, settings},
};

fn stored<T: Serialize + DeserializeOwned>(state: &T) -> T {
    let text = serde_json::to_string(state).expect("the state is stored");
    serde_json::from_str(&text).expect("and read back")
}

/// A controller in charge of one room, the room itself, and the line between them.
struct Controller {
    room: RoomProtection,
    board: DemandBoard,
    relay: RelayControl,
    contact: Position,
    /// Steps until the contact has moved after a command went out.
    on_the_wire: Vec<Command>,
    reads: u32,
    now: f64,
}

fn short() -> Draft {
    let curve = Characteristic::Definite { delay_s: 0.0 };
    Draft { curve, tries_per_day: 0, ..draft() }
}

impl Controller {
    fn new() -> Self {
        let mut controller = Self {
            room: RoomProtection::new(settings(short())),
            board: DemandBoard::default(),
            relay: RelayControl::new(RelaySettings::default()),
            contact: Closed,
            on_the_wire: Vec::new(),
            reads: 0,
            now: 0.0,
        };
        let actions = controller.relay.start(controller.time());
        controller.obey(actions);
        controller
    }

    fn time(&self) -> Time {
        after(self.now)
    }

    fn moment(&self) -> Moment {
        moment(self.now)
    }

    /// Everything in memory is lost; what was stored comes back, and the wire is quiet.
    fn killed(self) -> Self {
        let room = RoomProtection::restore(settings(short()), stored(self.room.snapshot()));
        let snapshot: relay::Snapshot = stored(self.relay.snapshot());
        let relay = RelayControl::restore(RelaySettings::default(), snapshot);
        let board = stored(&self.board);
        let (on_the_wire, reads) = (Vec::new(), 0);
        let mut controller = Self { room, board, relay, on_the_wire, reads, ..self };
        controller.now += 1.5;
        let actions = controller.relay.start(controller.time());
        controller.obey(actions);
        controller.post();
        controller
    }

    fn post(&mut self) {
        match self.room.demand() {
            Some(off) => drop(self.board.post(off)),
            None => drop(self.board.release(Demander::Protection)),
        }
        let want = Want::from(&self.board.verdict());
        let actions = self.relay.handle(Input::Want(want), self.time());
        self.obey(actions);
    }

    fn obey(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Read => self.reads += 1,
                Action::Send(command) => self.on_the_wire.push(command),
                Action::Withdraw { id } => self.on_the_wire.retain(|command| command.id != id),
                Action::Done(_) | Action::Raise(_) | Action::Clear(_) => {}
            }
        }
    }

    fn tell(&mut self, input: Input) {
        let actions = self.relay.handle(input, self.time());
        self.obey(actions);
    }

    /// One of the small steps in which time goes on; a kill may fall between any two.
    fn step(&mut self, step: usize) {
        self.now += 0.1;
        match step % 5 {
            0 => {
                let watts = if self.contact == Closed { 1500.0 } else { 0.0 };
                let input = protection::Input::Sample(sample(self.now, watts));
                self.room.handle(input, self.moment());
                self.post();
                self.tell(Input::Current(watts / 220.0));
            }
            1 => {
                if let Some(command) = self.on_the_wire.first().cloned() {
                    assert!(!command.is_expired(self.time()), "the line would not send it");
                    self.tell(Input::Sent { id: command.id });
                }
            }
            2 => {
                if !self.on_the_wire.is_empty() {
                    let command = self.on_the_wire.remove(0);
                    self.contact = command.to;
                    self.tell(Input::Answered { id: command.id });
                }
            }
            3 => {
                if std::mem::take(&mut self.reads) > 0 {
                    self.tell(Input::Position(self.contact));
                }
            }
            _ => {
                let actions = self.relay.handle_deadline(self.time());
                self.obey(actions);
                self.room.handle_deadline(self.moment());
            }
        }
    }
}

#[test]
fn killed_after_any_step_of_a_trip_the_room_ends_up_dark_and_stays_so() {
    for kill in 0..40 {
        let mut controller = Controller::new();
        for step in 0..80 {
            controller.step(step);
            if step == kill {
                controller = controller.killed();
            }
        }
        assert!(controller.room.tripped().is_some(), "killed after step {kill}");
        assert_eq!(controller.contact, Open, "killed after step {kill}");
        assert_eq!(controller.relay.position(), Some(Open), "killed after step {kill}");
        assert!(controller.relay.pending().is_none() && controller.relay.alarms().is_empty());
    }
}

#[test]
fn topping_up_around_a_kill_does_not_bring_the_power_back() {
    for kill in 0..40 {
        let mut controller = Controller::new();
        for step in 0..80 {
            controller.step(step);
            match step {
                12 => drop(controller.board.post(off(Demander::Schedule))),
                20 => drop(controller.board.post(off(Demander::Credit))),
                30 => drop(controller.board.release(Demander::Schedule)),
                50 => drop(controller.board.release(Demander::Credit)),
                _ => {}
            }
            if step == kill {
                controller = controller.killed();
            }
        }
        assert_ne!(controller.board.verdict(), Verdict::On, "killed after step {kill}");
        assert_eq!(controller.contact, Open, "killed after step {kill}");
    }
}

fn inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(crate::relay::want(&[])),
        Just(crate::relay::want(&[Demander::Credit])),
        Just(crate::relay::want(&[Demander::Protection])),
        (0_u64..6).prop_map(|id| Input::Sent { id }),
        (0_u64..6).prop_map(|id| Input::Answered { id }),
        (0_u64..6).prop_map(|id| Input::Refused { id }),
        Just(Input::Position(Open)),
        Just(Input::Position(Closed)),
        (0_u8..2).prop_map(|amperes| Input::Current(f64::from(amperes))),
        any::<bool>().prop_map(Input::LocallyLocked),
    ]
}

proptest! {
    /// Whatever a line and a relay tell: nothing is closed that is wanted dark, nothing is opened
    /// that is wanted on, nothing is sent before the first read-back but a trip, and every
    /// deadline that passes is gone.
    #[test]
    fn no_command_contradicts_the_board_whatever_happens(
        story in prop::collection::vec((inputs(), 1_u32..40), 1..120),
    ) {
        let mut relay = RelayControl::new(RelaySettings::default());
        relay.start(after(0.0));
        let (mut now, mut read) = (0.0, false);
        let mut last_id = None;
        for (input, tenths) in story {
            now += f64::from(tenths) / 10.0;
            let mut actions = Vec::new();
            let mut rounds = 0;
            while relay.next_deadline().is_some_and(|due| due <= after(now)) {
                actions.extend(relay.handle_deadline(after(now)));
                rounds += 1;
                prop_assert!(rounds < 5, "a deadline does not go away: {relay:?}");
            }
            let told = matches!(input, Input::Position(_));
            actions.extend(relay.handle(input, after(now)));
            read |= told;
            for action in actions {
                if let Action::Send(command) = action {
                    prop_assert!(read || command.urgent, "blind");
                    prop_assert!(last_id.is_none_or(|last| command.id > last), "an id came again");
                    last_id = Some(command.id);
                    let still = relay.pending().is_some_and(|record| record.command == command);
                    let wanted = relay.wanted().map(|want| want.to);
                    prop_assert!(!still || Some(command.to) == wanted);
                }
            }
            if let (Some(record), Some(want)) = (relay.pending(), relay.wanted()) {
                prop_assert_eq!(record.command.to, want.to);
            }
        }
    }
}
