//! Sentences for the people in a room: why it is dark, what happens next and when.
//!
//! Each stands in 中文 and English and follows from the demand alone. Codes for machines are the
//! demands themselves; sentences about gates are `reason`.

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    demand::{Off, Verdict, Why},
    evidence::{Rule, Then},
    relay::RelayAlarm,
};
use crate::{Time, money::Fen, reason::Language};

/// One demand in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Why the room is dark, and since when.
    pub why: String,
    /// What happens next, and when, and what to do.
    pub next: String,
}

/// Every demand that keeps the room dark, the one to be named first coming first; none when it has
/// power. The power comes back only when none is left. `balance` is what the room has left, where it
/// pays in advance.
#[must_use]
pub fn explain(
    verdict: &Verdict<'_>,
    balance: Option<Fen>,
    zone: Tz,
    language: Language,
) -> Vec<Explanation> {
    match verdict {
        Verdict::On => Vec::new(),
        Verdict::Off { winner, others } => std::iter::once(winner)
            .chain(others)
            .map(|off| explain_with(off, balance, zone, language))
            .collect(),
    }
}

/// A demand in words, and where money is the cause, how much there is.
fn explain_with(off: &Off, balance: Option<Fen>, zone: Tz, language: Language) -> Explanation {
    let mut told = explain_demand(off, zone, language);
    if let (Why::Credit, Some(balance)) = (&off.why, balance) {
        told.why.push_str(&match language {
            Language::Chinese => format!("当前余额{balance}元。"),
            Language::English => format!(" The balance is {balance} yuan."),
        });
    }
    told
}

/// One demand in words, with times of `zone`.
#[must_use]
pub fn explain_demand(off: &Off, zone: Tz, language: Language) -> Explanation {
    let since = moment(off.since, zone, language);
    let cause = cause(&off.why, language);
    let why = match language {
        Language::Chinese => format!("{since}起停电：{cause}。"),
        Language::English => format!("Power is off since {since}: {cause}."),
    };
    Explanation { why, next: next(off, zone, language) }
}

/// What a room is told before it is tripped, or, when `remaining` is absent, instead of it.
#[must_use]
pub fn explain_warning(rule: &Rule, remaining: Option<TimeDelta>, language: Language) -> String {
    let cause = rule_in_words(rule, language);
    match (language, remaining.map(|left| left.num_seconds())) {
        (Language::Chinese, Some(seconds)) => {
            format!("警告：{cause}；如不减少用电，约{seconds}秒后将自动断电。")
        }
        (Language::English, Some(seconds)) => format!(
            "Warning: {cause}; power goes off in about {seconds} seconds unless less is used."
        ),
        (Language::Chinese, None) => format!("警告：{cause}；请立即停用该电器。"),
        (Language::English, None) => {
            format!("Warning: {cause}; please stop using the appliance.")
        }
    }
}

/// What an alarm of a relay means and what to do, for the office.
#[must_use]
pub fn explain_alarm(alarm: RelayAlarm, language: Language) -> &'static str {
    let (chinese, english) = match alarm {
        RelayAlarm::Disobeys => (
            "继电器有应答但未执行指令：请到现场检查",
            "The relay answers but does not do what it is told: look at it on site",
        ),
        RelayAlarm::DrawsWhileOpen => (
            "继电器已断开但房间仍有电流：触点粘连或私接电线，请立即检查",
            "Current flows though the relay is open: a welded contact or a bypass; check at once",
        ),
        RelayAlarm::LocallyLocked => (
            "断路器被就地锁定：远程不能合闸，请到现场解锁",
            "The breaker is locked on site: it cannot be closed from here; unlock it there",
        ),
        RelayAlarm::OpenedByItself => (
            "继电器未经指令自行断开：请检查线路，确认安全后再恢复",
            "The relay opened without being told: check the circuit, then let it be tried again",
        ),
        RelayAlarm::ClosedByItself => (
            "继电器未经指令自行闭合：请检查是否有人手动合闸",
            "The relay closed without being told: see whether somebody closed it by hand",
        ),
        RelayAlarm::Silent => (
            "继电器无应答：状态未知，请检查线路和电源",
            "The relay does not answer: its state is unknown; check the line and its supply",
        ),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

fn moment(at: Time, zone: Tz, language: Language) -> String {
    let local = at.with_timezone(&zone);
    match language {
        Language::Chinese => local.format("%-m月%-d日%H:%M").to_string(),
        Language::English => local.format("%-d %b %H:%M").to_string(),
    }
}

fn cause(why: &Why, language: Language) -> String {
    match (why, language) {
        (Why::Emergency { words, .. }, Language::Chinese) => format!("紧急断电（{words}）"),
        (Why::Emergency { words, .. }, Language::English) => {
            format!("an emergency was declared ({words})")
        }
        (Why::Protection { rule, .. }, _) => rule_in_words(rule, language),
        (Why::Operator { by, words }, Language::Chinese) => {
            format!("值班人员{by}断电（{words}）")
        }
        (Why::Operator { by, words }, Language::English) => {
            format!("the operator {by} switched it off ({words})")
        }
        (Why::Feeder { feeder }, Language::Chinese) => {
            format!("供电线路{feeder}负荷已满，各房间轮流停电")
        }
        (Why::Feeder { feeder }, Language::English) => {
            format!("the supply {feeder} is fully loaded, and rooms take turns")
        }
        (Why::Credit, Language::Chinese) => "电费余额已用完".to_owned(),
        (Why::Credit, Language::English) => "the balance for electricity is used up".to_owned(),
        (Why::Schedule { window }, Language::Chinese) => format!("按作息时间熄灯（{window}）"),
        (Why::Schedule { window }, Language::English) => {
            format!("it is lights-out by the timetable ({window})")
        }
    }
}

fn rule_in_words(rule: &Rule, language: Language) -> String {
    match (rule, language) {
        (Rule::RoomLimit { limit_w }, Language::Chinese) => {
            format!("用电功率超过房间限额{limit_w:.0}瓦")
        }
        (Rule::RoomLimit { limit_w }, Language::English) => {
            format!("the room used more than its limit of {limit_w:.0} W")
        }
        (Rule::NightLimit { limit_w }, Language::Chinese) => {
            format!("用电功率超过夜间限额{limit_w:.0}瓦")
        }
        (Rule::NightLimit { limit_w }, Language::English) => {
            format!("the room used more than its limit at night of {limit_w:.0} W")
        }
        (Rule::CircuitRating { rated_current_a }, Language::Chinese) => {
            format!("电流超过线路额定值{rated_current_a:.0}安")
        }
        (Rule::CircuitRating { rated_current_a }, Language::English) => {
            format!("the current exceeded the circuit's rating of {rated_current_a:.0} A")
        }
        (Rule::MaliciousLoad { increment_w, .. }, Language::Chinese) => {
            format!("检测到约{increment_w:.0}瓦的违规电热电器")
        }
        (Rule::MaliciousLoad { increment_w, .. }, Language::English) => {
            format!("a heating appliance of about {increment_w:.0} W was switched on")
        }
    }
}

fn next(off: &Off, zone: Tz, language: Language) -> String {
    let chinese = language == Language::Chinese;
    if let Why::Protection { rule, then } = &off.why {
        return after_trip(rule, *then, zone, language);
    }
    if let Some(until) = off.until {
        let until = moment(until, zone, language);
        return if chinese {
            format!("将于{until}自动恢复供电。")
        } else {
            format!("Power returns by itself at {until}.")
        };
    }
    let (zh, en) = match &off.why {
        Why::Emergency { .. } => (
            "险情解除后由值班人员恢复供电，请听从现场人员指挥。",
            "An operator restores it when the emergency is over; please follow the staff.",
        ),
        Why::Operator { .. } => (
            "由值班人员恢复供电；如有疑问请联系宿管办公室。",
            "An operator restores it; please ask the dormitory office.",
        ),
        Why::Feeder { .. } => (
            "线路有余量时自动恢复供电，停电最久的房间优先。",
            "Power returns by itself when there is room, to those longest dark first.",
        ),
        Why::Credit => (
            "充值到账后立即自动恢复供电。",
            "Power returns by itself as soon as the account is topped up.",
        ),
        Why::Schedule { .. } | Why::Protection { .. } => (
            "熄灯时段结束后自动恢复供电。",
            "Power returns by itself at the end of the lights-out period.",
        ),
    };
    if chinese { zh.to_owned() } else { en.to_owned() }
}

fn after_trip(rule: &Rule, then: Then, zone: Tz, language: Language) -> String {
    let advice = match (rule, language) {
        (Rule::MaliciousLoad { .. }, Language::Chinese) => "请先拔下电热电器",
        (Rule::MaliciousLoad { .. }, Language::English) => "Unplug the heating appliance first",
        (_, Language::Chinese) => "请先关闭大功率电器",
        (_, Language::English) => "Switch off what draws much power first",
    };
    match (then, language) {
        (Then::Reclose { at, tries_left }, Language::Chinese) => {
            let at = moment(at, zone, language);
            format!("将于{at}自动恢复供电。{advice}；此后今日还可自动恢复{tries_left}次。")
        }
        (Then::Reclose { at, tries_left }, Language::English) => {
            let at = moment(at, zone, language);
            format!(
                "Power returns by itself at {at}. {advice}; \
                 after that, automatic tries left today: {tries_left}."
            )
        }
        (Then::LockedOut, Language::Chinese) => {
            format!("今日自动恢复次数已用完，须由宿管办公室解除。{advice}，然后联系宿管办公室。")
        }
        (Then::LockedOut, Language::English) => format!(
            "No automatic tries are left; it stays off until the dormitory office releases it. \
             {advice}, then ask the office."
        ),
    }
}
