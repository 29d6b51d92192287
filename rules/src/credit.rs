//! Prepaid electricity of one room: when it is warned, when it is dark for want of money, and when
//! it is lit again.
//!
//! **Words.** Four *levels* lie below a room that is well: *low* (warned), *nearly empty* (dark for a
//! moment, as a sign), *arrears* (lives on the *grace* that it is granted), *spent* (dark until
//! somebody pays). Nobody's room goes dark for money in a *protected* time: at night, in exams, on
//! holidays; nor does an exempt room.
//!
//! What comes of it is a demand on the room's board, never a switched relay: a top-up takes this
//! demand back and nobody else's, so that it lights no room that was tripped.

use chrono::{TimeDelta, Timelike as _};
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    calendar::Moment,
    ids::WindowId,
    money::Fen,
    power::demand::{Off, Why},
};

/// What the school has decided of prepaid rooms. All amounts are balances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Below it the room is warned.
    pub low: Fen,
    /// Below it the room goes dark once for `sign`.
    pub nearly_empty: Fen,
    /// How long that is; `None`: it does not.
    pub sign: Option<TimeDelta>,
    /// How far below zero the room may go.
    pub grace: Fen,
    /// A level is left upwards only this much above its bound.
    pub hysteresis: Fen,
    /// A dark room needs at least this much to be lit again.
    pub restore_at: Fen,
    /// Windows in which no room goes dark for money.
    pub protected: Vec<WindowId>,
    pub protect_holidays: bool,
    pub protect_exams: bool,
}

/// Why settings make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsMistake {
    #[error("`low` must not be less than `nearly_empty`, nor that less than zero")]
    LevelsDoNotFall,
    #[error("`grace`, `hysteresis` and `sign` must not be negative")]
    Negative,
    #[error("`restore_at` must be more than `grace` below zero, or a room flickers")]
    RestoreTooLow,
}

/// How a room stands.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Well,
    Low,
    NearlyEmpty,
    Arrears,
    Spent,
}

impl Level {
    pub const ALL: [Self; 5] =
        [Self::Well, Self::Low, Self::NearlyEmpty, Self::Arrears, Self::Spent];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Low => "low",
            Self::NearlyEmpty => "nearly_empty",
            Self::Arrears => "arrears",
            Self::Spent => "spent",
        }
    }
}

/// The credit of one room. To be stored, so that a restart warns nobody twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub level: Level,
    pub dark: Dark,
}

/// Whether the room is wanted dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "dark", rename_all = "snake_case")]
pub enum Dark {
    #[default]
    No,
    /// It is spent, and only the time protects it.
    Deferred {
        since: Time,
    },
    Yes {
        since: Time,
    },
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Tell the people of the room, and the office.
    Tell {
        level: Level,
        balance: Fen,
    },
    /// It would be dark by now, but for the time.
    TellDeferred {
        balance: Fen,
    },
    Post(Off),
    Release,
}

impl Settings {
    /// # Errors
    /// When a level could never be left or entered.
    pub fn check(&self) -> Result<(), SettingsMistake> {
        if self.low < self.nearly_empty || self.nearly_empty.is_negative() {
            return Err(SettingsMistake::LevelsDoNotFall);
        }
        let sign = self.sign.unwrap_or_default();
        if self.grace.is_negative() || self.hysteresis.is_negative() || sign < TimeDelta::zero() {
            return Err(SettingsMistake::Negative);
        }
        if self.restore_at <= self.bound(Level::Spent) {
            return Err(SettingsMistake::RestoreTooLow);
        }
        Ok(())
    }

    /// The balance below which a level begins.
    fn bound(&self, level: Level) -> Fen {
        match level {
            Level::Well => Fen::MAX,
            Level::Low => self.low,
            Level::NearlyEmpty => self.nearly_empty,
            Level::Arrears => Fen::ZERO,
            Level::Spent => Fen::ZERO.minus(self.grace).unwrap_or_default(),
        }
    }

    /// The level of a balance, coming from `before`.
    fn level(&self, before: Level, balance: Fen) -> Level {
        let reached = |level: &Level| {
            // On the way up, a level is held until the balance is clearly above its bound.
            let held = *level <= before && *level > Level::Well;
            let margin = if held { self.hysteresis } else { Fen::ZERO };
            let bound = match level {
                Level::Spent if held => self.restore_at,
                Level::Well | Level::Low | Level::NearlyEmpty | Level::Arrears | Level::Spent => {
                    self.bound(*level).plus(margin).unwrap_or(Fen::MAX)
                }
            };
            balance < bound
        };
        let lowest_first = [Level::Spent, Level::Arrears, Level::NearlyEmpty, Level::Low];
        lowest_first.into_iter().find(|level| reached(level)).unwrap_or_default()
    }

    /// Whether no room goes dark for money now.
    #[must_use]
    pub fn protects(&self, moment: &Moment) -> bool {
        self.protect_holidays && moment.holiday
            || self.protect_exams && moment.exam
            || self.protected.iter().any(|window| moment.windows.contains(window))
    }
}

impl Credit {
    /// Looks at the balance of a room after it has changed, or at a deadline.
    pub fn handle(
        &mut self,
        balance: Fen,
        exempt: bool,
        settings: &Settings,
        moment: &Moment,
        now: Time,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let before = self.level;
        self.level = settings.level(before, balance);
        if self.level != before {
            actions.push(Action::Tell { level: self.level, balance });
        }
        let protects = settings.protects(moment);
        let fell_to = |level| before < level && self.level == level;
        if fell_to(Level::NearlyEmpty)
            && !exempt
            && !protects
            && let Some(sign) = settings.sign
        {
            let until = Some(now + sign);
            actions.push(Action::Post(Off { why: Why::Credit, since: now, until }));
        }
        let wanted = self.level == Level::Spent && !exempt;
        match (wanted, self.dark) {
            (false, Dark::No) | (true, Dark::Yes { .. }) => {}
            (false, Dark::Deferred { .. }) => self.dark = Dark::No,
            (false, Dark::Yes { .. }) => {
                self.dark = Dark::No;
                actions.push(Action::Release);
            }
            (true, Dark::No) if protects => {
                self.dark = Dark::Deferred { since: now };
                actions.push(Action::TellDeferred { balance });
            }
            (true, Dark::Deferred { .. }) if protects => {}
            (true, Dark::No | Dark::Deferred { .. }) => {
                self.dark = Dark::Yes { since: now };
                actions.push(Action::Post(Off { why: Why::Credit, since: now, until: None }));
            }
        }
        actions
    }

    /// When to look again though no money has moved: a protected time ends at a full minute.
    #[must_use]
    pub fn next_deadline(&self, now: Time) -> Option<Time> {
        let seconds = i64::from(60 - now.second() % 60);
        let next = now + TimeDelta::seconds(seconds);
        match self.dark {
            Dark::Deferred { .. } => next.with_nanosecond(0),
            Dark::No | Dark::Yes { .. } => None,
        }
    }

    /// What stands on the room's board after a restart.
    #[must_use]
    pub fn demand(&self) -> Option<Off> {
        match self.dark {
            Dark::Yes { since } => Some(Off { why: Why::Credit, since, until: None }),
            Dark::No | Dark::Deferred { .. } => None,
        }
    }
}

/// For how many days the balance lasts, in tenths, if the days to come are like those given; `None`
/// if nothing was spent, or nothing is known. Days without a figure are left out, not counted as
/// days on which nothing was spent.
#[must_use]
pub fn tenths_of_days_left(balance: Fen, spent_by_day: &[Option<Fen>]) -> Option<u64> {
    let known = || spent_by_day.iter().flatten();
    let spent = known().map(|fen| i128::from(fen.get())).sum::<i128>();
    let days = i128::try_from(known().count()).ok()?;
    let left = i128::from(balance.get().max(0));
    (spent > 0).then(|| u64::try_from(left * days * 10 / spent).unwrap_or(u64::MAX))
}
