//! The floor of `bench entry`: a responder without logic, as a process of its own like the controller
//! that it stands beside.
//!
//! It says `true` on standard output once it is subscribed, and is ended by whoever started it.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use bytes::Bytes;
use clap::{Args, ValueEnum};
use onecard_devices::topic::{Channel, Topics};
use onecard_rules::{
    event::DeviceKind,
    site::{Direction, Site},
};
use onecard_simulators::{load::Responder, wire::Dial};

use crate::{campus::Campus, cli::say};

/// As long as a real command, so that the wire carries the same.
const ANSWER: &[u8] = br#"{"command":"open","direction":"in","open_ms":3000,"decision":"01JD0000000000000000000000","deadline":"2026-11-23T07:45:15.123+08:00"}"#;

/// A responder without logic.
#[derive(Debug, Args)]
pub struct ResponderVerb {
    /// The campus whose readers it answers.
    campus: PathBuf,
    #[arg(long)]
    broker: SocketAddr,
    #[arg(long, value_enum)]
    answer: Answer,
}

/// What a swipe is answered on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    Command,
    /// The embedded broker lets no client command a gate, so its floor answers on the passage.
    Passage,
}

impl Answer {
    pub fn channel(self) -> Channel {
        match self {
            Self::Command => Channel::Command,
            Self::Passage => Channel::Passage,
        }
    }
}

/// A reader and its gate, as topics.
pub struct Way {
    pub swipe: String,
    pub answer: String,
}

/// Every reader for coming in, with where its swipes are answered.
pub fn ways(site: &Site, topics: &Topics, answer: Answer) -> Vec<Way> {
    let entering = site.readers.values().filter(|reader| reader.direction == Direction::In);
    entering
        .filter_map(|reader| {
            let gate = site.gates.get(&reader.gate)?;
            let area = gate.area.as_str();
            let build = |kind, device: &str, channel| topics.build(area, kind, device, channel);
            Some(Way {
                swipe: build(DeviceKind::Reader, reader.id.as_str(), Channel::Swipe),
                answer: build(DeviceKind::Gate, gate.id.as_str(), answer.channel()),
            })
        })
        .collect()
}

pub fn run(verb: &ResponderVerb) -> anyhow::Result<ExitCode> {
    let site = Campus::load(&verb.campus)?.site;
    let topics = Topics::new(&site.topic_root, &site.id);
    let answers = ways(&site, &topics, verb.answer)
        .into_iter()
        .map(|way| (way.swipe, (way.answer, Bytes::from_static(ANSWER))))
        .collect();
    let filter = topics.all(DeviceKind::Reader, Channel::Swipe);
    let dial = Dial::anonymous(verb.broker, "floor-responder");
    let _responder = Responder::start(&dial, &filter, answers)?;
    say("true");
    loop {
        std::thread::park();
    }
}
