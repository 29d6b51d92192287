//! One unit of a line: how it wants to be talked to, whether it lives, what was counted of it.

use std::time::Duration;

use super::SILENCES_MAX;
use crate::{
    line::patience::{Patience, UNKNOWN},
    modbus::{Answer, Failure, Unit, frame::Discarded},
};

/// From the death of a unit to the first probe, and the longest pause between probes.
const PROBE_FIRST: Duration = Duration::from_secs(1);
const PROBE_LAST: Duration = Duration::from_mins(1);

/// How long a dead unit is usually waited for, of which nothing is known: the longest turnaround of
/// most instruments (60 ms, manual of the JUMO LOGOSCREEN) and a margin. A trip waits for a probe.
const PROBE_UNKNOWN: Duration = Duration::from_millis(100);
/// Every so many probes it is waited for as long as can be: it may have grown slow meanwhile. Before
/// it counted as dead it was.
const LONG_PROBE: u32 = 16;

/// How a unit wants to be talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manners {
    /// Silence before it is asked again.
    pub gap_after_self: Duration,
    /// Silence before it is asked after another unit.
    pub gap_after_other: Duration,
    /// By when nearly all of its answers begin, if that is known.
    pub turnaround: Option<Duration>,
}

/// What was counted of a unit since the line's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitReport {
    pub unit: Unit,
    pub alive: bool,
    pub answers: u64,
    pub silences: u64,
    /// Answers that were none: a wrong checksum, length or echo.
    pub spoilt: u64,
    pub exceptions: u64,
    /// Answers that came when their time was over.
    pub late: u64,
    /// Whole frames of others, heard while it was asked.
    pub foreign: u64,
    pub turnaround_p50: Duration,
    pub turnaround_p999: Duration,
    /// How long its answers are waited for.
    pub patience: Duration,
}

#[derive(Debug)]
pub(super) struct UnitState {
    manners: Manners,
    patience: Patience,
    silent: u32,
    held_until: Duration,
    probe_at: Duration,
    probe_pause: Duration,
    probes: u32,
    /// Its answer came late: the next probe waits for it.
    is_slow: bool,
    answers: u64,
    silences: u64,
    spoilt: u64,
    exceptions: u64,
    late: u64,
    foreign: u64,
}

impl UnitState {
    pub(super) fn new(manners: Manners) -> Self {
        Self {
            manners,
            patience: Patience::new(manners.turnaround),
            silent: 0,
            held_until: Duration::ZERO,
            probe_at: Duration::ZERO,
            probe_pause: PROBE_FIRST,
            probes: 0,
            is_slow: false,
            answers: 0,
            silences: 0,
            spoilt: 0,
            exceptions: 0,
            late: 0,
            foreign: 0,
        }
    }

    pub(super) fn gap(&self, after_itself: bool) -> Duration {
        if after_itself { self.manners.gap_after_self } else { self.manners.gap_after_other }
    }

    /// After a silence it is waited for twice as long, then four times, but no longer than a unit of
    /// which nothing is known: who has only grown slow is heard then, and believed from then on.
    pub(super) fn patience(&self) -> Duration {
        let limit = self.patience.limit();
        (limit * 2_u32.pow(self.silent.min(2))).min(UNKNOWN).max(limit)
    }

    /// How long the next probe of a dead unit waits for it.
    pub(super) fn probe_patience(&self) -> Duration {
        if self.is_slow || self.probes % LONG_PROBE == LONG_PROBE - 1 {
            self.patience()
        } else if self.patience.is_known() {
            self.patience.limit()
        } else {
            PROBE_UNKNOWN
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        self.silent >= SILENCES_MAX
    }

    /// Until when nothing but a trip is sent to it.
    pub(super) fn held_until(&self) -> Duration {
        self.held_until
    }

    pub(super) fn probe_at(&self) -> Duration {
        self.probe_at
    }

    /// Takes in how a frame to it ended.
    pub(super) fn ended(
        &mut self,
        result: &Result<Answer, Failure>,
        discarded: Discarded,
        turnaround: Option<Duration>,
        now: Duration,
        hold: Duration,
    ) {
        self.late += u64::from(discarded.late);
        self.is_slow |= discarded.late > 0;
        self.foreign += u64::from(discarded.foreign);
        match result {
            Ok(_) | Err(Failure::Exception(_)) => {
                self.answers += 1;
                self.exceptions += u64::from(result.is_err());
                (self.silent, self.probe_pause) = (0, PROBE_FIRST);
                (self.probes, self.is_slow) = (0, false);
                if let Some(turnaround) = turnaround {
                    self.patience.learn(turnaround);
                }
            }
            Err(Failure::Silent) => {
                self.silences += 1;
                self.held_until = now + hold;
                if self.is_dead() {
                    self.probes = self.probes.saturating_add(1);
                }
                self.silent = self.silent.saturating_add(1);
                if self.is_dead() {
                    self.probe_at = now + self.probe_pause;
                    self.probe_pause = (self.probe_pause * 2).min(PROBE_LAST);
                }
            }
            // It lives, but is not understood; the line is drained before anything else is asked.
            Err(Failure::Spoilt) => {
                self.spoilt += 1;
                self.held_until = now + hold;
            }
            Err(Failure::LineDown | Failure::Expired) => {}
        }
    }

    pub(super) fn report(&self, unit: Unit) -> UnitReport {
        UnitReport {
            unit,
            alive: !self.is_dead(),
            answers: self.answers,
            silences: self.silences,
            spoilt: self.spoilt,
            exceptions: self.exceptions,
            late: self.late,
            foreign: self.foreign,
            turnaround_p50: self.patience.quantile(0.5),
            turnaround_p999: self.patience.quantile(0.999),
            patience: self.patience(),
        }
    }
}
