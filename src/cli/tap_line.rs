//! What happened at a tap as one line of a live log.

use chrono_tz::Tz;
use onecard_rules::{
    event::Event,
    reason::Language,
    tariff::Unit,
    water::{Happening, Stop},
};

/// The line; `None`: nothing happened at a tap.
pub fn tap_line(event: &Event, zone: Tz) -> Option<String> {
    let Event::TapHappened { at, tap, happening, .. } = event else { return None };
    let time = at.with_timezone(&zone).format("%H:%M:%S");
    let (code, told) = match &**happening {
        Happening::Opened { customer, reserved_fen, .. } => {
            ("opened", format!("{} 开始用水，预扣{reserved_fen}元", customer.name))
        }
        Happening::Closed { customer, why, ml, quantity, unit, charged_fen, .. } => {
            let litres = format!("{}.{:03}升", ml / 1_000, ml % 1_000);
            let counted = match unit {
                Unit::Millilitre | Unit::WattHour | Unit::Use => litres,
                Unit::Second => format!("{quantity}秒，{litres}"),
            };
            let why = ended(*why);
            ("closed", format!("{} {why}，用水{counted}，扣费{charged_fen}元", customer.name))
        }
        Happening::Released { customer, reason, .. } => {
            ("released", format!("{} {}", customer.name, reason.for_person(Language::Chinese)))
        }
        Happening::Refused { reason, customer, .. } => {
            let name = customer.as_ref().map_or("", |customer| customer.name.as_str());
            ("refused", format!("{name} {}", reason.for_person(Language::Chinese)))
        }
        Happening::Shut { by, words } => ("shut", format!("{by} 停用：{words}")),
        Happening::Freed { by, words } => ("freed", format!("{by} 恢复使用：{words}")),
    };
    Some(format!("{time} {:<20} 💧 {code:<8} {told}", tap.as_str()))
}

fn ended(why: Stop) -> &'static str {
    match why {
        Stop::SecondSwipe => "再次刷卡结束",
        Stop::CardRemoved => "取卡结束",
        Stop::NoFlow => "无水流，自动结束",
        Stop::Spent => "预扣金额用完，自动停水",
        Stop::TimeUp => "到时自动停水",
        Stop::Fault => "设备故障，自动停水",
        Stop::ClosedAtTap => "阀门自行关闭",
        Stop::Operator => "值班人员停水",
        Stop::Restart => "系统重启后结算",
    }
}
