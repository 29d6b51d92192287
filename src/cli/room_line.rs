//! What happened to the power of a room as a line on the terminal.

use anstyle::{AnsiColor, Style};
use chrono_tz::Tz;
use onecard_rules::{
    credit::Level,
    event::{DeviceKind, Event},
    money::Fen,
    power::{
        demand::{Off, Why},
        evidence::{Evidence, Then},
        relay::{Outcome, Position, Record},
        room::Happening,
        why::{explain_demand, explain_warning},
    },
    reason::Language,
};

use crate::campus::power::Power;

/// The line, coloured where the terminal can; `None`: nothing that a person watches for.
pub fn room_line(event: &Event, power: &Power, zone: Tz) -> Option<String> {
    let (room, told) = if let Event::RoomHappened { room, happening, .. } = event {
        (room.as_str(), told(happening, zone)?)
    } else if let Event::AlarmRaised { alarm, .. } = event
        && alarm.subject.kind == DeviceKind::Room
    {
        (alarm.subject.device.as_str(), yellow("alarm", alarm.reason.for_guard(ZH)))
    } else {
        return None;
    };
    let name = power.rooms.iter().find(|(id, _)| id.as_str() == room);
    let name = name.map_or("", |(_, room)| room.name.as_str());
    let time = event.at().with_timezone(&zone).format("%H:%M:%S%.3f");
    let Told { colour, code, text } = told;
    let style = Style::new().fg_color(Some(colour.into()));
    Some(format!("{time}  {room:<16} ⚡ {style}{code:<18}{style:#} {name}  {text}"))
}

const ZH: Language = Language::Chinese;

struct Told {
    colour: AnsiColor,
    code: &'static str,
    text: String,
}

fn red(code: &'static str, text: impl Into<String>) -> Told {
    Told { colour: AnsiColor::Red, code, text: text.into() }
}

fn yellow(code: &'static str, text: impl Into<String>) -> Told {
    Told { colour: AnsiColor::Yellow, code, text: text.into() }
}

fn green(code: &'static str, text: impl Into<String>) -> Told {
    Told { colour: AnsiColor::Green, code, text: text.into() }
}

fn told(happening: &Happening, zone: Tz) -> Option<Told> {
    let told = match happening {
        Happening::Tripped { evidence } => tripped(evidence, zone),
        Happening::Reclosed { tries_left } => {
            green("reclosed", format!("自动恢复供电；今日还可自动恢复{tries_left}次。"))
        }
        Happening::Released { by } => green("released", format!("值班人员{by}解除断电。")),
        Happening::Warned { rule, remaining_s } => {
            let remaining = remaining_s.map(chrono::TimeDelta::seconds);
            yellow("warned", explain_warning(rule, remaining, ZH))
        }
        Happening::WarningCleared => green("warning_cleared", "用电恢复正常，警告解除。"),
        Happening::DemandPosted { off } => red("dark", in_words(off, zone)),
        Happening::DemandReleased { off, .. } => {
            let cause = explain_demand(off, zone, ZH).why;
            green("demand_released", format!("以下断电原因已解除：{cause}"))
        }
        Happening::CommandEnded { record } => return command_ended(record),
        Happening::LimitsSet { limit_w, by, .. } => {
            yellow("limits_set", format!("值班人员{by}将限额设为{limit_w:.0}瓦。"))
        }
        Happening::ReleaseSet { until, .. } => {
            let at = until.with_timezone(&zone).format("%H:%M:%S");
            green("release_set", format!("将于{at}依次恢复供电。"))
        }
        Happening::MeterChanged { known, serial } => {
            yellow("meter_changed", format!("电表编号由{known}变为{serial}，请核实。"))
        }
        Happening::MeterAccepted { serial, by, .. } => {
            green("meter_accepted", format!("值班人员{by}确认电表{serial}。"))
        }
        Happening::Credited { amount, .. } => {
            green("credited", format!("电费账户入账{amount}元。"))
        }
        Happening::CreditLevel { level, balance } => credit_level(*level, *balance),
        Happening::CutDeferred { balance } => {
            yellow("cut_deferred", format!("余额{balance}元，已到停电线；保护时段内暂不停电。"))
        }
        Happening::ReadingParked { .. } => {
            yellow("reading_parked", "电表读数不可信，已暂停计费，待核实。")
        }
        Happening::ReadingDecided { .. } => green("reading_decided", "电表读数已核实，恢复计费。"),
        // Each minute brings some.
        Happening::Billed { .. } => return None,
        // The trip itself says that it stays.
        Happening::LockedOut | Happening::Doubted { .. } | Happening::MeterFound { .. } => {
            return None;
        }
    };
    Some(told)
}

fn credit_level(level: Level, balance: Fen) -> Told {
    let text = |words: &str| format!("余额{balance}元，{words}。");
    match level {
        Level::Well => green("credit_well", text("充足")),
        Level::Low => yellow("credit_low", text("偏低，请及时充值")),
        Level::NearlyEmpty => yellow("credit_nearly_empty", text("即将用完，请立即充值")),
        Level::Arrears => yellow("credit_arrears", text("已欠费，正在透支")),
        Level::Spent => red("credit_spent", text("透支额度已用完")),
    }
}

fn tripped(evidence: &Evidence, zone: Tz) -> Told {
    let why = Why::Protection { rule: evidence.rule, then: evidence.then };
    let text = in_words(&Off { why, since: evidence.at, until: None }, zone);
    match evidence.then {
        Then::Reclose { .. } => red("tripped", text),
        Then::LockedOut => red("locked_out", text),
    }
}

fn in_words(off: &Off, zone: Tz) -> String {
    let told = explain_demand(off, zone, ZH);
    format!("{}{}", told.why, told.next)
}

fn command_ended(record: &Record) -> Option<Told> {
    let (outcome, at) = record.outcome?;
    let after_s = (at - record.command.issued).as_seconds_f64();
    let to = match record.command.to {
        Position::Open => "断开",
        Position::Closed => "闭合",
    };
    let told = match outcome {
        Outcome::Seen => green("seen", format!("继电器已{to}，{after_s:.2}秒后回读确认。")),
        Outcome::Expired => yellow("expired", format!("{to}指令过期，未发出。")),
        Outcome::Unanswered => yellow("unanswered", format!("{to}指令无应答。")),
        Outcome::Refused => yellow("refused", format!("设备拒绝{to}指令。")),
        Outcome::Disobeyed => yellow("disobeyed", format!("设备未执行{to}指令。")),
        Outcome::Superseded | Outcome::Interrupted => return None,
    };
    Some(told)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone as _, Utc};
    use onecard_rules::{
        event::{Alarm, Subject},
        ids::RoomId,
        power::{curve::Characteristic, evidence::Rule, relay::Command, step::Band},
        reason::Reason,
    };

    use super::*;

    #[test]
    fn each_happening_is_told_with_its_reason_or_not_at_all() {
        let at = Utc.with_ymd_and_hms(2026, 11, 26, 11, 2, 11).single().expect("a time");
        let evidence = |rule, then| {
            Box::new(Evidence {
                at,
                rule,
                characteristic: Characteristic::Definite { delay_s: 3.0 },
                position: 1.0,
                ratio: 1.5,
                since: at,
                samples: Vec::new(),
                step: None,
                then,
            })
        };
        let band = Band { from_w: 600.0, to_w: 3_500.0 };
        let kettle = Rule::MaliciousLoad { band, increment_w: 1_790.0, power_factor: 1.0 };
        let limit = Rule::RoomLimit { limit_w: 1_200.0 };
        let reclose = Then::Reclose { at: at + TimeDelta::seconds(60), tries_left: 1 };
        let record = |to, outcome| Record {
            command: Command { id: 1, to, urgent: true, why: None, issued: at, deadline: at },
            sent: None,
            answered: None,
            outcome: Some((outcome, at + TimeDelta::milliseconds(310))),
        };
        let rows = [
            (
                Happening::Tripped { evidence: evidence(kettle, reclose) },
                Some(
                    "tripped 11月26日19:02起停电：检测到约1790瓦的违规电热电器。将于11月26日19:03自动",
                ),
            ),
            (
                Happening::Tripped { evidence: evidence(limit, Then::LockedOut) },
                Some(
                    "locked_out 11月26日19:02起停电：用电功率超过房间限额1200瓦。今日自动恢复次数已用完",
                ),
            ),
            (Happening::LockedOut, None),
            (
                Happening::Reclosed { tries_left: 1 },
                Some("reclosed 自动恢复供电；今日还可自动恢复1次"),
            ),
            (
                Happening::Warned { rule: limit, remaining_s: Some(3) },
                Some("warned 警告：用电功率超过房间限额1200瓦；如不减少用电，约3秒后"),
            ),
            (
                Happening::CommandEnded { record: record(Position::Open, Outcome::Seen) },
                Some("seen 继电器已断开，0.31秒后回读确认"),
            ),
            (
                Happening::CommandEnded { record: record(Position::Closed, Outcome::Disobeyed) },
                Some("disobeyed 设备未执行闭合指令"),
            ),
            (Happening::CommandEnded { record: record(Position::Open, Outcome::Superseded) }, None),
        ];
        let room: RoomId = "dorm-1-101".parse().expect("a code");
        let zone = chrono_tz::Asia::Shanghai;
        for (happening, expected) in rows {
            let event = Event::RoomHappened {
                at,
                area: "dorm-1".parse().expect("a code"),
                room: room.clone(),
                happening: Box::new(happening),
            };
            let line = room_line(&event, &Power::default(), zone);
            let plain = line.map(|line| anstream::adapter::strip_str(&line).to_string());
            match (&plain, expected) {
                (Some(line), Some(part)) => {
                    assert!(line.starts_with("19:02:11.000  dorm-1-101       ⚡ "), "{line}");
                    // How wide the columns are is of no account.
                    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(words.contains(part), "`{words}` does not contain `{part}`");
                }
                (found, expected) => assert_eq!((found.as_deref(), expected), (None, None)),
            }
        }
    }

    #[test]
    fn alarms_of_rooms_are_told_and_others_are_not() {
        let at = Utc.with_ymd_and_hms(2026, 11, 26, 11, 2, 11).single().expect("a time");
        let alarm = |kind| Event::AlarmRaised {
            at,
            alarm: Alarm {
                subject: Subject {
                    area: "dorm-1".to_owned(),
                    kind,
                    device: "dorm-1-101".to_owned(),
                },
                reason: Reason::RelayDisobeys,
                since: at,
                detail: String::new(),
            },
        };
        let zone = chrono_tz::Asia::Shanghai;
        let told = |kind| room_line(&alarm(kind), &Power::default(), zone);
        assert!(told(DeviceKind::Room).expect("a line").contains("alarm"));
        assert_eq!(told(DeviceKind::Gate), None);
    }
}
