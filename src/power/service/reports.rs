//! What lines tell the power service: readings, read-backs, the fate of commands, their own state.

use actix::{Context, Handler};
use onecard_devices::{
    line::driver::Told,
    modbus::{Answer, Failure, Request},
};
use onecard_rules::{
    event::{DeviceKind, Subject},
    power::{relay, room::Input},
    reason::Reason,
};
use tracing::warn;

use super::{LineTold, Power};
use crate::power::desk::Tag;

impl Handler<LineTold> for Power {
    type Result = ();

    fn handle(&mut self, LineTold { line, told }: LineTold, context: &mut Self::Context) {
        match told {
            Told::Report(report) => {
                let result = report.result.as_deref().map_err(|failure| *failure);
                self.reported(report.tag, result, context);
            }
            Told::Refused(work) => {
                self.parts.metrics.refuse("line_busy");
                warn!(%line, tag = ?work.tag, "a line takes nothing more");
            }
            Told::Up => self.line_is(&line, None),
            Told::Down(error) => self.line_is(&line, Some(error.to_string())),
            Told::State(state) => {
                let Some(post) = self.lines.get_mut(&*line) else { return };
                if post.keep(state) {
                    self.parts.publisher.line(&post.view());
                }
            }
        }
    }
}

impl Power {
    fn line_is(&mut self, line: &str, down: Option<String>) {
        let Some(post) = self.lines.get_mut(line) else { return };
        if post.is(down.is_none()) {
            let area = post.site().area.to_string();
            let subject = Subject { area, kind: DeviceKind::Bus, device: line.to_owned() };
            self.raise(subject, Reason::LineDown, down);
        }
    }

    fn reported(
        &mut self,
        tag: Tag,
        result: Result<&[(Request, Answer)], Failure>,
        context: &mut Context<Self>,
    ) {
        let now = self.now();
        match tag {
            Tag::Reading(at) | Tag::Suspect(at) => {
                let Some(post) = self.posts.get(at) else { return };
                let input = post.desk.sample(result, now);
                if let Input::Sample(sample) = &input {
                    self.remember(at, sample.active_power_w, now);
                }
                self.read(at, input, context);
            }
            Tag::ReadBack(at) => {
                // No answer: the relay's own deadline for it passes.
                let Ok(answers) = result else { return };
                let Some(post) = self.posts.get(at) else { return };
                for input in post.desk.position(answers) {
                    let events = self.give(at, Input::Relay(input), context);
                    self.record(events);
                }
            }
            // A counter that was not read is read again.
            Tag::Energy(at) => {
                if let Ok(answers) = result {
                    self.counted(at, answers);
                }
            }
            Tag::Identity(at) => {
                if let Ok(answers) = result {
                    self.identified(at, answers);
                }
            }
            Tag::Feeder(at) => {
                if let Some(supply) = self.supplies.get_mut(at) {
                    supply.read(result.ok(), now);
                }
            }
            Tag::Valve(at) => self.valve_read(at, result, now),
            Tag::Turn(at) => self.valve_turned(at, result.err()),
            Tag::Switch { room: at, command: id } => self.switched(at, id, result.err(), context),
        }
    }

    fn switched(
        &mut self,
        at: usize,
        id: u64,
        failure: Option<Failure>,
        context: &mut Context<Self>,
    ) {
        let now = self.now();
        let input = match failure {
            None => {
                let Some(post) = self.posts.get_mut(at) else { return };
                let pending = post.room.relay().pending().filter(|record| record.command.id == id);
                let settle = pending.map(|record| post.desk.settle(record.command.to));
                let settle = settle.and_then(|settle| chrono::TimeDelta::from_std(settle).ok());
                post.settled = settle.map(|settle| now + settle);
                relay::Input::Answered { id }
            }
            Some(Failure::Exception(_)) => relay::Input::Refused { id },
            // It may have been heard; its read-back tells.
            Some(Failure::Silent | Failure::Spoilt | Failure::LineDown) => {
                relay::Input::Sent { id }
            }
            // Never sent: the relay's own deadline ends it.
            Some(Failure::Expired) => return,
        };
        let events = self.give(at, Input::Relay(input), context);
        self.record(events);
    }
}
