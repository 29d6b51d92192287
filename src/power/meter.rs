//! One room's meter as a counter: who it is, and what it has counted.
//!
//! What a count is worth in money, and what a step back or a jump of it means, is decided where bills
//! are made; here it is only handed on, with what is known of the meter that told it.

use actix::Message;
use onecard_devices::profile::Count;
use onecard_rules::{
    Time,
    ids::RoomId,
    power::{
        freshness::{Identity, identify},
        room::Happening,
    },
};
use serde::Serialize;

/// What is known of the meter that told a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// It has told the number on record since it was last away.
    Confirmed,
    /// It has no number to tell; its place on the line has to do.
    Unnamed,
    /// It has a number, and has not told it since it was last away.
    Unidentified,
    /// It is not the one on record: nobody has said yet that it is this room's.
    AnotherMeter,
}

/// A fact: a meter was read. Sent to whoever follows; the next one makes a lost one good.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct MeterRead {
    pub room: RoomId,
    /// The number that the meter told, if it has one and has told it.
    pub serial: Option<String>,
    /// The register in whole Wh, a multiple of its resolution, and how it counts.
    pub register: Count,
    /// When the answer arrived.
    pub at: Time,
    pub quality: Quality,
}

/// Send every [`MeterRead`] there from now on.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), TooManyFollow>")]
pub struct FollowMeters(pub actix::Recipient<MeterRead>);

/// Why nobody more can follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{FOLLOWERS_MAX} follow the meters already")]
pub struct TooManyFollow;

/// Most who may follow.
pub const FOLLOWERS_MAX: usize = 8;

/// The meter of one room.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Whether it has a number to tell.
    named: bool,
    /// The number on record.
    known: Option<String>,
    /// The number that it told since it was last away.
    told: Option<String>,
    counted: Option<(Count, Time)>,
}

impl Meter {
    /// A meter as it was stored.
    pub(super) fn new(named: bool, known: Option<String>) -> Self {
        Self { named, known, told: None, counted: None }
    }

    /// Takes in what happened after it was stored.
    pub(super) fn recover(&mut self, happening: &Happening) {
        if let Happening::MeterFound { serial } | Happening::MeterAccepted { serial, .. } =
            happening
        {
            self.known = Some(serial.clone());
        }
    }

    /// What is to be stored of it.
    pub(super) fn known(&self) -> Option<&str> {
        self.known.as_deref()
    }

    /// The last count, and when it was told.
    pub(super) fn counted(&self) -> Option<(Count, Time)> {
        self.counted
    }

    /// The number that it told since it was last away.
    pub(super) fn serial(&self) -> Option<&str> {
        self.told.as_deref()
    }

    /// It does not answer: who answers next may be another.
    pub(super) fn away(&mut self) {
        self.told = None;
    }

    /// It told its number; what that is news of.
    pub(super) fn identified(&mut self, serial: String) -> Option<Happening> {
        let again = self.told.as_ref() == Some(&serial);
        let happening = match identify(self.known(), Some(&serial)) {
            Identity::New { serial } => {
                self.known = Some(serial.clone());
                Some(Happening::MeterFound { serial })
            }
            Identity::Another { known, serial } if !again => {
                Some(Happening::MeterChanged { known, serial })
            }
            Identity::Another { .. } | Identity::Same | Identity::Unnamed => None,
        };
        self.told = Some(serial);
        happening
    }

    /// Puts the number that it told on record; `None`: it has told none, or that one.
    pub(super) fn accept(&mut self) -> Option<String> {
        let told = self.told.clone().filter(|told| self.known.as_ref() != Some(told))?;
        self.known = Some(told.clone());
        Some(told)
    }

    /// Whether another than the one on record answers.
    pub(super) fn is_another(&self) -> bool {
        self.quality() == Quality::AnotherMeter
    }

    /// It was read.
    pub(super) fn read(&mut self, room: &RoomId, register: Count, at: Time) -> MeterRead {
        self.counted = Some((register, at));
        let (room, serial, quality) = (room.clone(), self.told.clone(), self.quality());
        MeterRead { room, serial, register, at, quality }
    }

    fn quality(&self) -> Quality {
        match &self.told {
            _ if !self.named => Quality::Unnamed,
            None => Quality::Unidentified,
            told if *told == self.known => Quality::Confirmed,
            Some(_) => Quality::AnotherMeter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_is_known_by_its_number_until_a_person_accepts_another() {
        let at = Time::from_timestamp_millis(1_795_000_000_000).expect("a time");
        let room: RoomId = "a-1".parse().expect("a code");
        let register = Count { value: 1_230, counter: None };
        let quality = |meter: &mut Meter| meter.read(&room, register, at).quality;

        let mut unnamed = Meter::new(false, None);
        assert_eq!(quality(&mut unnamed), Quality::Unnamed);

        let mut meter = Meter::new(true, None);
        assert_eq!(quality(&mut meter), Quality::Unidentified);
        let found = Happening::MeterFound { serial: "7".into() };
        assert_eq!(meter.identified("7".into()), Some(found.clone()));
        assert_eq!((meter.identified("7".into()), quality(&mut meter)), (None, Quality::Confirmed));
        assert_eq!(meter.accept(), None, "it is on record already");

        meter.away();
        assert_eq!(quality(&mut meter), Quality::Unidentified);
        let changed = Happening::MeterChanged { known: "7".into(), serial: "8".into() };
        assert_eq!(meter.identified("8".into()), Some(changed));
        assert_eq!(meter.identified("8".into()), None, "told once");
        assert_eq!((meter.is_another(), quality(&mut meter)), (true, Quality::AnotherMeter));
        assert_eq!(meter.accept(), Some("8".into()));
        assert_eq!(quality(&mut meter), Quality::Confirmed);

        // Over a restart the number on record stays, by the store or by the journal.
        let mut meter = Meter::new(true, Some("7".into()));
        assert_eq!((meter.identified("7".into()), quality(&mut meter)), (None, Quality::Confirmed));
        let mut meter = Meter::new(true, None);
        meter.recover(&found);
        assert_eq!(meter.identified("7".into()), None);
    }
}
