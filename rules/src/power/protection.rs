//! The protection of one room: limits, malicious loads, reclosing and locking out.
//!
//! It decides from samples alone and posts what [`RoomProtection::demand`] says; it switches
//! nothing. A sample that is stale or cannot be believed neither trips nor counts as fine: the
//! accumulator stands still for as long as nothing is known.

use std::collections::VecDeque;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::{
    demand::{Off, Why},
    evidence::{Evidence, Rule, SAMPLES_MAX, Then},
    plausibility::{Implausible, Screen},
    sample::Sample,
    seconds_between, span,
    step::{Finding, StepDetector, StepMode},
};
use crate::{Time, ids::OperatorId};

mod dark;
mod overload;
mod recovery;
mod settings;

use dark::Dark;
use overload::Overload;
pub use settings::{CONFIRMATION_SAMPLES_MAX, Draft, Settings, SettingsMistake};

/// The moment of a decision, as the caller's clock and calendar tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub now: Time,
    /// The local date; a later one brings new tries.
    pub date: NaiveDate,
    /// Whether the night limit is in force.
    pub night: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Sample(Sample),
    /// A person lets the room have power again; the day's tries start anew.
    Release {
        by: OperatorId,
    },
}

/// Why a sample was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum Doubt {
    Implausible {
        why: Implausible,
    },
    /// Older than the settings allow, or from the future.
    Stale {
        at: Time,
    },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Ask the line for another sample of this room at once.
    Suspect,
    /// Tell the room that it is about to be tripped.
    Warn {
        rule: Rule,
        /// Until the trip, if the load stays as it is; `None`: this rule only warns.
        remaining: Option<TimeDelta>,
    },
    /// The warning has lost its cause.
    Clear,
    /// The room goes dark: post [`RoomProtection::demand`].
    Trip(Box<Evidence>),
    /// The room gets power again by itself: take the demand back.
    Reclose {
        /// Automatic tries left today.
        tries_left: u8,
    },
    /// This trip stays until a person releases it.
    LockOut,
    /// A person has released the room: take the demand back.
    Released { by: OperatorId },
    /// The sample was passed over; told once in a row.
    Doubt(Doubt),
}

/// What the protection remembers; it is stored, and restored after a restart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    screen: Screen,
    overload: Overload,
    /// The last sample that was believed.
    last: Option<Sample>,
    /// The sample before was passed over, and that was told.
    doubted: bool,
    step: StepDetector,
    recent: VecDeque<Sample>,
    /// The trip that stands.
    tripped: Option<Evidence>,
    /// The day, and how many automatic tries it has used.
    tries: Option<(NaiveDate, u8)>,
    /// The limit at the last sample was that of the night.
    night: bool,
    #[serde(default)]
    dark: Option<Dark>,
}

/// The protection of one room.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomProtection {
    settings: Settings,
    state: Snapshot,
}

/// Closer to the end of its time than this, in seconds, an overload trips.
const AT_ONCE_S: f64 = 1e-6;

impl RoomProtection {
    /// A room about which nothing is known yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, state: Snapshot::default() }
    }

    /// The room as it was when it was stored, under settings that may have changed since.
    #[must_use]
    pub fn restore(settings: Settings, state: Snapshot) -> Self {
        Self { settings, state }
    }

    /// What is to be stored.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.state
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Puts other settings in force; a trip that stands keeps to what it was decided with.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// The trip that stands.
    #[must_use]
    pub fn tripped(&self) -> Option<&Evidence> {
        self.state.tripped.as_ref()
    }

    /// How far the room is towards a trip, from 0 to 1.
    #[must_use]
    pub fn position(&self) -> f64 {
        self.state.overload.position()
    }

    /// The demand to be on the board. It follows from the state alone, so that a restart in the
    /// middle of a trip posts it again.
    #[must_use]
    pub fn demand(&self) -> Option<Off> {
        let evidence = self.state.tripped.as_ref()?;
        let why = Why::Protection { rule: evidence.rule, then: evidence.then };
        Some(Off { why, since: evidence.at, until: None })
    }

    /// When to call [`Self::handle_deadline`]: at a reclose, or when an overload is due to trip.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        match self.state.tripped.as_ref().map(|evidence| evidence.then) {
            Some(Then::Reclose { at, .. }) => Some(at),
            Some(Then::LockedOut) => None,
            None if self.state.overload.asked => None,
            None => {
                let last = self.state.last?;
                let (ratio, _) = self.ratio(&last, self.state.night);
                let left = self.settings.draft().curve.time_left(ratio, self.position())?;
                Some(last.at + span(left))
            }
        }
    }

    /// Recloses when it is time, or asks for the sample that an overload is due to trip by: without
    /// a fresh one nothing trips.
    pub fn handle_deadline(&mut self, moment: Moment) -> Vec<Action> {
        if self.next_deadline().is_none_or(|deadline| deadline > moment.now) {
            return Vec::new();
        }
        let Some(evidence) = self.state.tripped.take() else {
            self.state.overload.asked = true;
            return vec![Action::Suspect];
        };
        self.cool(&evidence, moment.now);
        self.comes_back(moment.now);
        let used = self.tries_used(moment.date).saturating_add(1);
        self.state.tries = Some((moment.date, used));
        let tries_left = self.settings.draft().tries_per_day.saturating_sub(used);
        vec![Action::Reclose { tries_left }]
    }

    /// Takes a sample or a person's word.
    pub fn handle(&mut self, input: Input, moment: Moment) -> Vec<Action> {
        match input {
            Input::Release { by } => {
                let Some(evidence) = self.state.tripped.take() else { return Vec::new() };
                self.cool(&evidence, moment.now);
                self.comes_back(moment.now);
                self.state.tries = None;
                vec![Action::Released { by }]
            }
            Input::Sample(sample) => match self.believe(sample, moment.now) {
                Ok(sample) => self.judge(sample, moment),
                Err(doubt) => self.doubt(doubt),
            },
        }
    }

    fn believe(&mut self, sample: Sample, now: Time) -> Result<Sample, Doubt> {
        if sample.at > now || now - sample.at > self.settings.stale_after() {
            return Err(Doubt::Stale { at: sample.at });
        }
        let judged = self.state.screen.judge(self.settings.limits(), sample);
        judged.map_err(|why| Doubt::Implausible { why })
    }

    fn doubt(&mut self, doubt: Doubt) -> Vec<Action> {
        let news = !std::mem::replace(&mut self.state.doubted, true);
        let jumped = matches!(doubt, Doubt::Implausible { why: Implausible::Jump { .. } });
        let told = news.then_some(Action::Doubt(doubt));
        told.into_iter().chain(jumped.then_some(Action::Suspect)).collect()
    }

    /// The load over what it may be, and by which rule.
    fn ratio(&self, sample: &Sample, night: bool) -> (f64, Rule) {
        let draft = self.settings.draft();
        let rated_current_a = self.settings.limits().rated_current_a;
        let (limit_w, rule) = match draft.night_limit_w.filter(|_| night) {
            Some(limit_w) => (limit_w, Rule::NightLimit { limit_w }),
            None => (draft.limit_w, Rule::RoomLimit { limit_w: draft.limit_w }),
        };
        let by_power = sample.active_power_w / limit_w;
        // The rating itself is borne for ever, nothing above it, whatever the characteristic adds.
        let by_current = sample.current_a / rated_current_a * draft.curve.pickup();
        if by_current > by_power {
            (by_current, Rule::CircuitRating { rated_current_a })
        } else {
            (by_power, rule)
        }
    }

    fn judge(&mut self, sample: Sample, moment: Moment) -> Vec<Action> {
        let (ratio, rule) = self.ratio(&sample, moment.night);
        self.accumulate(sample, ratio, moment.night);
        let finding = self.look_for_step(sample);
        if self.state.tripped.is_some() {
            return Vec::new();
        }
        let left = self.settings.draft().curve.time_left(ratio, self.position());
        let over = self.state.overload.count(left.is_some(), sample.at);
        let confirmed = over >= self.settings.draft().confirmation_samples;
        match left {
            Some(left) if confirmed && left <= AT_ONCE_S => self.trip(rule, ratio, None, moment),
            _ => {
                if let Some(finding) = finding {
                    return self.found(finding, ratio, moment);
                }
                self.react(left, confirmed, rule)
            }
        }
    }

    /// Lets the time since the last sample act, unless nothing is known of it.
    fn accumulate(&mut self, sample: Sample, ratio: f64, night: bool) {
        let state = &mut self.state;
        (state.doubted, state.overload.asked, state.night) = (false, false, night);
        if state.recent.len() >= SAMPLES_MAX {
            state.recent.pop_front();
        }
        state.recent.push_back(sample);
        let Some(last) = self.state.last.replace(sample) else { return };
        if sample.at - last.at > self.settings.stale_after() {
            // What was high then is stale now, and takes no part in a trip.
            self.state.overload.break_off();
            return;
        }
        let (before, _) = self.ratio(&last, night);
        let curve = self.settings.draft().curve;
        let seconds = seconds_between(last.at, sample.at);
        self.state.overload.advance(&curve, before, ratio, seconds);
    }

    /// A meter behind the relay says nothing while the room is dark: the time since the trip then
    /// counts as time without load, so that the room gets its whole delay again.
    fn cool(&mut self, evidence: &Evidence, now: Time) {
        if self.state.last.is_none_or(|last| last.at <= evidence.at) {
            let curve = self.settings.draft().curve;
            self.state.overload.advance(&curve, 0.0, 0.0, seconds_between(evidence.at, now));
            // The last sample is of before the trip: no overload is under way by it.
            self.state.overload.asked = true;
        }
    }

    /// What an ordinary sample, one that trips nothing, gives rise to.
    fn react(&mut self, left: Option<f64>, confirmed: bool, rule: Rule) -> Vec<Action> {
        let mut actions = Vec::new();
        let Overload { warned, asked, .. } = &mut self.state.overload;
        match left {
            Some(left) if !confirmed => {
                actions.push(Action::Suspect);
                *asked = left <= AT_ONCE_S;
            }
            Some(left) if !*warned && left >= self.settings.draft().warn_seconds_min => {
                *warned = true;
                actions.push(Action::Warn { rule, remaining: Some(span(left)) });
            }
            None if std::mem::take(warned) => actions.push(Action::Clear),
            Some(_) | None => {}
        }
        if actions.is_empty() && self.state.step.has_just_begun() {
            actions.push(Action::Suspect);
        }
        actions
    }

    fn found(&mut self, finding: Finding, ratio: f64, moment: Moment) -> Vec<Action> {
        let rule = Rule::MaliciousLoad {
            band: finding.band,
            increment_w: finding.increment.active_power_w,
            power_factor: finding.increment.power_factor,
        };
        match self.settings.draft().step.as_ref().map(|step| step.mode) {
            Some(StepMode::Trip) => self.trip(rule, ratio, Some(finding), moment),
            Some(StepMode::Warn) => vec![Action::Warn { rule, remaining: None }],
            Some(StepMode::Off) | None => Vec::new(),
        }
    }

    fn tries_used(&self, date: NaiveDate) -> u8 {
        // A clock that goes back a day brings no new tries.
        self.state.tries.filter(|(day, _)| date <= *day).map_or(0, |(_, used)| used)
    }

    fn trip(
        &mut self,
        rule: Rule,
        ratio: f64,
        step: Option<Finding>,
        moment: Moment,
    ) -> Vec<Action> {
        let Moment { now, date, .. } = moment;
        let left = self.settings.draft().tries_per_day.saturating_sub(self.tries_used(date));
        let then = match left.checked_sub(1) {
            Some(tries_left) => {
                Then::Reclose { at: now + self.settings.reclose_after(), tries_left }
            }
            None => Then::LockedOut,
        };
        let began = step.as_ref().and_then(|step| step.held.first()).map(|first| first.at);
        let state = &mut self.state;
        let evidence = Evidence {
            at: now,
            rule,
            characteristic: self.settings.draft().curve,
            position: state.overload.position(),
            ratio,
            since: began.or(state.overload.since).unwrap_or(now),
            samples: state.recent.iter().copied().collect(),
            step,
            then,
        };
        state.tripped = Some(evidence.clone());
        state.overload.break_off();
        state.overload.warned = false;
        state.step.reset();
        self.trips(&evidence);
        let locked = matches!(then, Then::LockedOut).then_some(Action::LockOut);
        [Action::Trip(Box::new(evidence))].into_iter().chain(locked).collect()
    }
}
