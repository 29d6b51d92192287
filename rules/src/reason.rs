//! Why a decision came out as it did: stable codes, and a sentence for each in 中文 and English.
//!
//! A guard reads what happened and what to do next; the person at the gate reads what to do. The
//! codes are a superset of the `BACnet` access events (ASHRAE 135) as far as gates of a campus use
//! them, and part of the public MQTT contract: they are never renamed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "zh")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

/// What the sentences of one reason are.
struct Sentences {
    guard: (&'static str, &'static str),
    person: (&'static str, &'static str),
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal
        guard $guard_zh:literal $guard_en:literal
        person $person_zh:literal $person_en:literal;)*) => {
        /// Why a swipe, or a gate's event, is what it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code, as in topics and tables.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            fn sentences(self) -> Sentences {
                match self {
                    $(Self::$name => Sentences {
                        guard: ($guard_zh, $guard_en),
                        person: ($person_zh, $person_en),
                    },)*
                }
            }
        }
    };
}

reasons! {
    Grant = "grant"
        guard "准许通行" "Let pass"
        person "请通行" "Please pass";
    /// A way out is never refused; what would have been a refusal on the way in is a flag.
    GrantEgress = "grant_egress"
        guard "离开一律放行；请查看标记" "Leaving is never refused; see the flags"
        person "请通行" "Please pass";
    GrantCommand = "grant_command"
        guard "值班人员手动开门" "Opened by an operator"
        person "请通行" "Please pass";
    /// The gate stands open for everybody at the moment.
    GrantFree = "grant_free"
        guard "此门当前对所有人开放" "The gate is open to everybody at the moment"
        person "请通行" "Please pass";
    /// Granted, but nobody went through in time.
    NoEntry = "no_entry"
        guard "已放行但无人通过" "Let pass, but nobody went through"
        person "未检测到通行，请重新刷卡" "Nobody went through; present the card again";
    DenyUnknownCard = "deny_unknown_card"
        guard "未知卡：不属于本校，请人工核实" "Unknown card: not one of this school; check by hand"
        person "此卡不属于本校" "This card is not one of this school";
    DenyLost = "deny_lost"
        guard "此卡已挂失：请扣留卡片并联系卡务中心" "Reported lost: keep the card and call the card office"
        person "此卡已挂失，请到卡务中心办理" "This card is reported lost; please go to the card office";
    DenyFrozen = "deny_frozen"
        guard "此卡已冻结：请持卡人联系财务处" "Frozen: send the holder to the finance office"
        person "此卡已冻结，请联系财务处" "This card is frozen; please ask the finance office";
    DenyBlacklisted = "deny_blacklisted"
        guard "黑名单：禁止入内，请通知保卫处" "Blacklisted: do not let in; call the security office"
        person "此卡已停用，请联系保卫处" "This card is blocked; please ask the security office";
    DenyCancelled = "deny_cancelled"
        guard "此卡已注销或已补办：旧卡永久失效" "Cancelled or replaced: the old card is dead for good"
        person "此卡已注销，请使用新卡" "This card is cancelled; please use your new one";
    DenyExpired = "deny_expired"
        guard "此卡或权限已过期" "The card or the right has expired"
        person "此卡已过期，请到卡务中心办理" "This card has expired; please go to the card office";
    DenyNotYet = "deny_not_yet"
        guard "此卡或权限尚未生效" "The card or the right has not begun"
        person "此卡尚未生效" "This card is not valid yet";
    DenyNoRight = "deny_no_right"
        guard "没有进入此处的权限" "No rule lets this person in here"
        person "您没有进入此处的权限" "You have no right to enter here";
    DenySchedule = "deny_schedule"
        guard "不在允许的时间内" "Outside the permitted hours"
        person "当前时间不允许进入" "Not open to you at this time";
    DenyNotResident = "deny_not_resident"
        guard "非本楼住宿人员" "Does not live in this building"
        person "您不是本楼住宿人员" "You do not live in this building";
    DenyTraining = "deny_training"
        guard "缺少进入此处所需的培训" "Lacks the training this place demands"
        person "请先完成所需的安全培训" "Please complete the required training first";
    DenyQuarantine = "deny_quarantine"
        guard "隔离观察中：仅可进入本人宿舍和校医院" "In quarantine: own dormitory and clinic only"
        person "隔离期间仅可进入本人宿舍和校医院" "In quarantine you may enter your dormitory and the clinic only";
    DenyLeave = "deny_leave"
        guard "请假未获批准" "Leave is not approved"
        person "您的请假尚未获批" "Your leave is not approved yet";
    DenyFull = "deny_full"
        guard "区域人数已满" "The area is full"
        person "区域人数已满，请稍候" "The area is full; please wait";
    DenyPassback = "deny_passback"
        guard "反潜回：此人已在区域内，卡可能被转借" "Passback: already inside; the card may have been passed back"
        person "记录显示您已在区域内，请找门卫" "You are recorded as inside; please ask the guard";
    /// Let in, but the presence record disagrees (soft anti-passback).
    WarnPassback = "warn_passback"
        guard "已放行，但记录显示此人已在区域内" "Let pass, though recorded as already inside"
        person "请通行" "Please pass";
    DenyLockdown = "deny_lockdown"
        guard "区域封锁中：只出不进" "Area in lock-down: nobody enters, anybody may leave"
        person "区域封锁中，请听从保卫人员指挥" "Lock-down; please follow the security staff";
    DenyBlocked = "deny_blocked"
        guard "此门已被值班人员停用" "The gate was blocked by an operator"
        person "此门暂停使用，请走其他通道" "This gate is out of use; please take another";
    /// Older than the time limit when it arrived; recorded as late, opens nothing.
    DenyStale = "deny_stale"
        guard "刷卡记录迟到，未开门" "The swipe arrived too late to open anything"
        person "请重新刷卡" "Please present the card again";
    /// The same swipe a second time; the first one was decided.
    DenyReplay = "deny_replay"
        guard "重复的刷卡信息，已忽略" "The same swipe a second time; ignored"
        person "此次刷卡已处理，如未开门请重新刷卡" "This swipe was already handled; present the card again if the gate is shut";
    /// The policy could not be evaluated; refusing is the only safe answer.
    DenyPolicyFault = "deny_policy_fault"
        guard "规则出错，已拒绝并报警：请人工核实" "A rule failed; refused and alarmed: check by hand"
        person "系统规则故障，请找门卫" "A rule of the system failed; please ask the guard";
    /// The code of a phone is not one that this controller can check.
    DenyCode = "deny_code"
        guard "二维码无效或已过期" "The code is not valid or has expired"
        person "二维码无效，请刷新后重试" "The code is not valid; refresh it and try again";
    Forced = "forced"
        guard "强行开门：请立即查看现场" "Forced open: look at the gate at once"
        person "请勿强行开门" "Please do not force the gate";
    Held = "held"
        guard "门开启时间过长：请关门" "Held open too long: close it"
        person "请关门" "Please close the gate";
    Tamper = "tamper"
        guard "设备被拆动：请查看现场" "Tampered with: look at the device"
        person "设备故障" "The device is out of order";
    GateFault = "gate_fault"
        guard "门控设备故障：请报修" "The gate reports a fault: call for repair"
        person "设备故障，请走其他通道" "Out of order; please take another gate";
    GateUnconfirmed = "gate_unconfirmed"
        guard "门未确认指令：请到现场查看" "The gate did not confirm a command: look at it"
        person "请稍候" "Please wait";
    Offline = "offline"
        guard "设备离线：状态未知" "The device is offline: its state is unknown"
        person "设备离线" "The device is offline";
    MalformedMessage = "malformed_message"
        guard "设备发来无法识别的数据：请报修" "The device sends data that cannot be read: call for repair"
        person "设备故障，请走其他通道" "Out of order; please take another gate";
    UnknownCards = "unknown_cards"
        guard "同一读卡器多次出现未知卡：请查看现场" "Unknown cards again and again at one reader: look at it"
        person "此卡不属于本校" "This card is not one of this school";
    MessagesDropped = "messages_dropped"
        guard "消息队列已满，有消息被丢弃" "A message queue was full; messages were dropped"
        person "系统繁忙" "The system is busy";
    /// The relay answers and does not do what it is told.
    RelayDisobeys = "relay_disobeys"
        guard "继电器不执行指令：请报修" "The relay does not do what it is told: call for repair"
        person "配电设备故障，已通知维修" "The room's switch is out of order; repair is on the way";
    /// Current flows though the relay says that it is open.
    DrawsWhileOpen = "draws_while_open"
        guard "继电器已断开仍有电流：触点粘连或私自旁路，请断开上级开关并到现场" "Current flows through an open relay: welded or bypassed; open the breaker above and go there"
        person "配电设备故障，请勿触碰" "The room's switch is faulty; do not touch it";
    LocallyLocked = "locally_locked"
        guard "断路器被现场锁定：远程合闸无效，请到现场" "The breaker is locked at its place: it cannot be closed from here"
        person "断路器已被现场锁定" "The breaker is locked at its place";
    /// It opened without being told, and is left open until a person has looked.
    OpenedByItself = "opened_by_itself"
        guard "开关自行断开：请先查明原因再恢复" "The switch opened by itself: find out why before restoring"
        person "开关已自行断开，请联系水电管理员" "The switch opened by itself; please call the utilities office";
    ClosedByItself = "closed_by_itself"
        guard "开关自行合上：请到现场检查" "The switch closed by itself: look at it"
        person "配电设备故障" "The room's switch is out of order";
    RelaySilent = "relay_silent"
        guard "继电器无应答：状态未知" "The relay does not answer: how it stands is unknown"
        person "配电设备通讯中断" "The room's switch cannot be reached";
    MeterSilent = "meter_silent"
        guard "电表无应答：该房间暂无保护" "The meter does not answer: the room is not protected at the moment"
        person "电表通讯中断" "The room's meter cannot be reached";
    /// Its readings cannot be believed.
    MeterImplausible = "meter_implausible"
        guard "电表读数不可信：请检查接线" "The meter's readings cannot be believed: check its wiring"
        person "电表读数异常" "The room's meter reads wrongly";
    /// Another meter than the one on record answers.
    MeterChanged = "meter_changed"
        guard "电表编号与记录不符：请核实后确认" "Another meter answers than the one on record: check it, then accept it"
        person "电表待核实" "The room's meter is being checked";
    /// Everything that may be shed is, and the feeder is still above its limit.
    FeederOverloaded = "feeder_overloaded"
        guard "供电线路超负荷且已无可停房间：请立即人工处理" "The feeder is overloaded and nothing more can be shed: act at once"
        person "供电线路超负荷" "The supply of the building is overloaded";
    LineDown = "line_down"
        guard "总线连接中断：整条线路无法监控" "The line to the meters is down: nothing on it can be seen or switched"
        person "线路通讯中断" "The line cannot be reached";
    /// Its last rows do not hang together.
    LedgerDamaged = "ledger_damaged"
        guard "账本末尾的记录不连贯：请立即停止收款并运行 onecard ledger verify" "The last rows of the ledger do not hang together: take no money, run `onecard ledger verify`"
        person "系统维护中" "The system is being looked after";
    /// What a meter shows cannot have been used; nothing is billed until a person has decided.
    ReadingParked = "reading_parked"
        guard "电表读数不可信，已暂停计费：请核对两次读数后处理" "The register cannot be believed and nothing is billed: compare both readings, then decide"
        person "电表待核实，暂停计费" "The meter is being checked; nothing is billed meanwhile";
    /// What was used could not be charged.
    NotBilled = "not_billed"
        guard "用量无法计费：请查看电价和账户" "What was used cannot be charged: look at the tariff and the account"
        person "计费暂停" "Billing is paused";
    RulesRefused = "rules_refused"
        guard "新规则有误，沿用旧规则" "The edited rules are wrong; the old ones stay in force"
        person "系统规则故障" "A rule of the system failed";
}

impl Reason {
    /// The reason whose code is `code`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// What happened and what to do next, for the guard.
    #[must_use]
    pub fn for_guard(self, language: Language) -> &'static str {
        let (chinese, english) = self.sentences().guard;
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// What to do, for the person at the gate.
    #[must_use]
    pub fn for_person(self, language: Language) -> &'static str {
        let (chinese, english) = self.sentences().person;
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_lower_case_and_read_back() {
        let mut seen = HashSet::new();
        for reason in Reason::ALL {
            let code = reason.code();
            assert!(seen.insert(code), "{code} twice");
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
            assert_eq!(Reason::parse(code), Some(*reason));
        }
    }

    #[test]
    fn every_reason_speaks_both_languages() {
        for reason in Reason::ALL {
            for sentence in
                [reason.for_guard(Language::Chinese), reason.for_person(Language::Chinese)]
            {
                assert!(!sentence.is_ascii(), "{reason}: {sentence}");
            }
            for sentence in
                [reason.for_guard(Language::English), reason.for_person(Language::English)]
            {
                assert!(sentence.is_ascii() && !sentence.is_empty(), "{reason}: {sentence}");
            }
        }
    }
}
