//! Payloads that no honest device sends, and what each must count as: known from how it was made,
//! not from how it is read.

use std::ops::Range;

use onecard_rules::Time;
use rand::{Rng, rngs::StdRng};

/// The longest payload that the broker takes, in bytes.
const BROKER_LIMIT: usize = 64 * 1024;
/// The longest message that a device may send, in bytes.
const DEVICE_LIMIT: usize = 4096;

/// What a message must be taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum As {
    /// A message that is not taken, counted under this name.
    Refused(&'static str),
    /// A new swipe, to be decided like any other.
    Swipe,
    /// A copy of the swipe before: at most recorded as a replay.
    Copy,
    /// A good message of no consequence.
    Good,
    /// A swipe with a few bytes changed: it may be anything.
    Anything,
}

/// A message.
#[derive(Debug)]
pub struct Garbage {
    pub topic: String,
    pub payload: Vec<u8>,
    pub taken_as: As,
}

/// What one client sends: for the reader `load-N-in`, the gate `load-N`, and devices that there are
/// not.
pub struct Maker {
    random: StdRng,
    number: usize,
    seq: u64,
    /// The swipe before, and how often it is still to be copied.
    last: Option<(Vec<u8>, u32)>,
    now: Time,
}

impl Maker {
    pub fn new(random: StdRng, number: usize, now: Time) -> Self {
        Self { random, number, seq: 0, last: None, now }
    }

    fn range(&mut self, range: Range<usize>) -> usize {
        self.random.random_range(range)
    }

    pub fn reader(&self) -> String {
        format!("load-{}-in", self.number)
    }

    pub fn gate(&self) -> String {
        format!("load-{}", self.number)
    }

    fn on_reader(&self, payload: Vec<u8>, taken_as: As) -> Garbage {
        let topic = format!("onecard/west/campus/reader/{}/swipe", self.reader());
        Garbage { topic, payload, taken_as }
    }

    fn on_gate(&mut self, payload: Vec<u8>, taken_as: As) -> Garbage {
        let channel = if self.random.random() { "state" } else { "passage" };
        let topic = format!("onecard/west/campus/gate/{}/{channel}", self.gate());
        Garbage { topic, payload, taken_as }
    }

    /// A swipe of an unknown card, like none before.
    fn swipe(&mut self, at: &str) -> String {
        self.seq += 1;
        let (card, seq) = (format!("04FF{:02X}{:08X}", self.number, self.seq), self.seq);
        format!(r#"{{"card":"{card}","boot":1,"seq":{seq},"at":"{at}"}}"#)
    }

    /// The next message.
    pub fn next(&mut self) -> Garbage {
        if let Some((payload, times)) = self.last.take_if(|(_, times)| *times > 0) {
            self.last = Some((payload.clone(), times - 1));
            return self.on_reader(payload, As::Copy);
        }
        match self.range(0..100) {
            0..55 => {
                let (payload, what) = self.unreadable();
                if self.random.random_ratio(2, 3) {
                    self.on_reader(payload, As::Refused(what))
                } else {
                    self.on_gate(payload, As::Refused(what))
                }
            }
            55..72 => self.wrong_swipe(),
            72..78 => self.report(),
            78..88 => self.of_a_ghost(),
            88..93 => self.changed_swipe(),
            93..97 => self.far_in_time(),
            _ => {
                let now = self.now.to_rfc3339();
                let payload = self.swipe(&now).into_bytes();
                self.last = Some((payload.clone(), self.random.random_range(1..5)));
                self.on_reader(payload, As::Swipe)
            }
        }
    }

    /// Nothing that any device could be told apart by.
    fn unreadable(&mut self) -> (Vec<u8>, &'static str) {
        let now = self.now.to_rfc3339();
        match self.range(0..11) {
            0 => {
                let rest = self.range(0..300);
                let mut bytes = vec![0xFF];
                bytes.extend((0..rest).map(|_| self.random.random::<u8>()));
                (bytes, "not_json")
            }
            1 => {
                let whole = self.swipe(&now).into_bytes();
                let cut = self.range(1..whole.len());
                (whole[..cut].to_vec(), "not_json")
            }
            2 => (Vec::new(), "not_json"),
            3 => ("[".repeat(self.range(1..DEVICE_LIMIT)).into_bytes(), "not_json"),
            4 => (nested(self.range(200..2000)), "not_json"),
            5 => (nested(self.range(1..100)), "not_an_object"),
            6 => (br#"{"card":1e999}"#.to_vec(), "not_json"),
            7 => (b"{\"card\":\"04\xC3\x28\",\"state\":\"open\"}".to_vec(), "not_json"),
            8 => {
                let other = ["null", "true", "-0", "17", "1.5e3", "\"04A1B2C3D4E580\"", "[1,{}]"];
                (other[self.range(0..other.len())].as_bytes().to_vec(), "not_an_object")
            }
            9 => {
                let length = self.range(DEVICE_LIMIT + 1..10 * DEVICE_LIMIT);
                (vec![b' '; length], "too_long")
            }
            _ => {
                // Few of the longest, for they cost the sender the most.
                let long = self.random.random_ratio(1, 10);
                let length = if long { BROKER_LIMIT } else { DEVICE_LIMIT + 1 };
                let mut text = format!(r#"{{"card":"{}"#, "A".repeat(length)).into_bytes();
                text.truncate(length);
                (text, "too_long")
            }
        }
    }

    fn wrong_swipe(&mut self) -> Garbage {
        let float = self.random.random::<f64>();
        let text = "A".repeat(self.range(513..3000));
        let rows: [(String, &'static str); 18] = [
            ("{}".into(), "missing_field"),
            (r#"{"card":null}"#.into(), "missing_field"),
            (r#"{"Card":"04A1B2C3D4E580"}"#.into(), "missing_field"),
            (r#"{"card":"04A1B2C3D4E580","boot":7}"#.into(), "missing_field"),
            (r#"{"card":"04A1B2C3D4E580","code":"x"}"#.into(), "contradicting_fields"),
            (format!(r#"{{"card":{float}}}"#), "wrong_field"),
            (format!(r#"{{"card":"{text}"}}"#), "wrong_field"),
            (r#"{"card":["04A1B2C3D4E580"]}"#.into(), "wrong_field"),
            (r#"{"card":{"card":"04A1B2C3D4E580"}}"#.into(), "wrong_field"),
            (r#"{"card":"no card at all"}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","card":7}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","seq":-1}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","seq":1.5}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","seq":9223372036854775808}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","at":"yesterday"}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","at":"1969-07-20T20:17:40Z"}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","at":"+99999-01-01T00:00:00Z"}"#.into(), "wrong_field"),
            (r#"{"card":"04A1B2C3D4E580","at":1795420800}"#.into(), "wrong_field"),
        ];
        let (text, what) = &rows[self.range(0..rows.len())];
        self.on_reader(text.clone().into_bytes(), As::Refused(what))
    }

    fn report(&mut self) -> Garbage {
        let rows = [
            ("state", r#"{"leaf":"open"}"#, "missing_field"),
            ("state", r#"{"state":"ajar"}"#, "wrong_field"),
            ("state", r#"{"state":"open","tamper":"yes"}"#, "wrong_field"),
            ("state", r#"{"state":7,"state":true}"#, "wrong_field"),
            ("passage", r#"{"direction":"in"}"#, "missing_field"),
            ("passage", r#"{"direction":"up","passed":true}"#, "wrong_field"),
            ("passage", r#"{"direction":"in","passed":1}"#, "wrong_field"),
            ("availability", "maybe", "wrong_field"),
            ("availability", "", "wrong_field"),
        ];
        let (channel, text, taken_as) = match rows.get(self.range(0..2 * rows.len())) {
            Some((channel, text, what)) => (*channel, *text, As::Refused(what)),
            // Good and bad by turns.
            None => ("state", r#"{"state":"closed"}"#, As::Good),
        };
        let topic = format!("onecard/west/campus/gate/{}/{channel}", self.gate());
        Garbage { topic, payload: text.as_bytes().to_vec(), taken_as }
    }

    /// Devices that the campus does not have.
    fn of_a_ghost(&mut self) -> Garbage {
        let ghost: u32 = self.random.random();
        let payload = br#"{"card":"04A1B2C3D4E580"}"#.to_vec();
        let (topic, what) = match self.range(0..4) {
            0 => (format!("campus/reader/ghost-{ghost}/swipe"), "unknown_device"),
            1 => (format!("lab/reader/{}/swipe", self.reader()), "unknown_device"),
            2 => (format!("campus/gate/ghost-{ghost}/state"), "unknown_device"),
            _ => (format!("campus/room/ghost-{ghost}/availability"), "unexpected_kind"),
        };
        let topic = format!("onecard/west/{topic}");
        Garbage { topic, payload, taken_as: As::Refused(what) }
    }

    fn changed_swipe(&mut self) -> Garbage {
        let now = self.now.to_rfc3339();
        let mut payload = self.swipe(&now).into_bytes();
        for _ in 0..self.range(1..6) {
            let place = self.range(0..payload.len());
            payload[place] = self.random.random();
        }
        self.on_reader(payload, As::Anything)
    }

    fn far_in_time(&mut self) -> Garbage {
        let at = ["2000-01-01T00:00:00Z", "2026-01-01T00:00:00+08:00", "2199-12-31T23:59:59-12:00"];
        let at = at[self.range(0..at.len())];
        let payload = self.swipe(at).into_bytes();
        self.on_reader(payload, As::Swipe)
    }
}

/// Lists in lists, so deep.
fn nested(depth: usize) -> Vec<u8> {
    ["[".repeat(depth), "]".repeat(depth)].concat().into_bytes()
}
