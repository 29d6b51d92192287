//! What can be done or seen. Who may is the roles' to say.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is to be done or seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Names of places and devices within the scope: what a screen needs to begin.
    SeeCampus,
    /// How gates and their readers stand.
    SeeGates,
    /// The entry log.
    SeeEntries,
    /// Where one person has been.
    SearchPerson,
    /// How many are in an area, and what is in force over it.
    SeeAreas,
    /// Who is in an area.
    SeePeople,
    SeeAlarms,
    /// Rooms, taps and the lines to them.
    SeeSupplies,
    /// Every fact of the journal.
    SeeFacts,
    OpenGate,
    SetGateMode,
    LockDown,
    EndLockDown,
    BeginEmergency,
    EndEmergency,
    ForgivePassback,
    AcknowledgeAlarm,
    /// Remarks on an alarm, handing it up, who sees to it, having it sound again.
    HandleAlarm,
    /// Notes at the change of a shift.
    HandOver,
    CutRoom,
    RestoreRoom,
    LimitRoom,
    /// An exchanged meter is the room's from now on.
    AcceptMeter,
    /// A tap is out of use, or in use again.
    ShutTap,
    /// Operators, their roles, passwords, tokens and sessions.
    ManageOperators,
    /// What devices sign in to the broker with.
    ManageDevices,
    /// Policies, calendar and tariffs of the campus folder.
    ManageRules,
    ManageBackups,
    /// Accounts, statements, closed days.
    SeeMoney,
    /// Money comes in: at a cash desk, from a bank.
    TopUp,
    /// From a person's purse to a room.
    TransferMoney,
    /// Money goes back to who paid.
    RefundMoney,
    /// Money is set right by hand.
    AdjustMoney,
    /// Another's adjustment is agreed to.
    ConfirmAdjustment,
    /// A day of the books is closed.
    CloseDay,
    /// Registers of meters that are not believed.
    SeeQuarantine,
    /// What such a register is worth.
    DecideReading,
}

impl Action {
    pub const ALL: [Self; 37] = [
        Self::SeeCampus,
        Self::SeeGates,
        Self::SeeEntries,
        Self::SearchPerson,
        Self::SeeAreas,
        Self::SeePeople,
        Self::SeeAlarms,
        Self::SeeSupplies,
        Self::SeeFacts,
        Self::OpenGate,
        Self::SetGateMode,
        Self::LockDown,
        Self::EndLockDown,
        Self::BeginEmergency,
        Self::EndEmergency,
        Self::ForgivePassback,
        Self::AcknowledgeAlarm,
        Self::HandleAlarm,
        Self::HandOver,
        Self::CutRoom,
        Self::RestoreRoom,
        Self::LimitRoom,
        Self::AcceptMeter,
        Self::ShutTap,
        Self::ManageOperators,
        Self::ManageDevices,
        Self::ManageRules,
        Self::ManageBackups,
        Self::SeeMoney,
        Self::TopUp,
        Self::TransferMoney,
        Self::RefundMoney,
        Self::AdjustMoney,
        Self::ConfirmAdjustment,
        Self::CloseDay,
        Self::SeeQuarantine,
        Self::DecideReading,
    ];

    /// Whether it changes something; the others only look.
    #[must_use]
    pub fn is_order(self) -> bool {
        match self {
            Self::SeeCampus
            | Self::SeeGates
            | Self::SeeEntries
            | Self::SearchPerson
            | Self::SeeAreas
            | Self::SeePeople
            | Self::SeeAlarms
            | Self::SeeSupplies
            | Self::SeeFacts
            | Self::SeeMoney
            | Self::SeeQuarantine => false,
            Self::OpenGate
            | Self::SetGateMode
            | Self::LockDown
            | Self::EndLockDown
            | Self::BeginEmergency
            | Self::EndEmergency
            | Self::ForgivePassback
            | Self::AcknowledgeAlarm
            | Self::HandleAlarm
            | Self::HandOver
            | Self::CutRoom
            | Self::RestoreRoom
            | Self::LimitRoom
            | Self::AcceptMeter
            | Self::ManageOperators
            | Self::ManageDevices
            | Self::ManageRules
            | Self::ManageBackups
            | Self::TopUp
            | Self::TransferMoney
            | Self::RefundMoney
            | Self::AdjustMoney
            | Self::ConfirmAdjustment
            | Self::CloseDay
            | Self::DecideReading
            | Self::ShutTap => true,
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SeeCampus => "see_campus",
            Self::SeeGates => "see_gates",
            Self::SeeEntries => "see_entries",
            Self::SearchPerson => "search_person",
            Self::SeeAreas => "see_areas",
            Self::SeePeople => "see_people",
            Self::SeeAlarms => "see_alarms",
            Self::SeeSupplies => "see_supplies",
            Self::SeeFacts => "see_facts",
            Self::OpenGate => "open_gate",
            Self::SetGateMode => "set_gate_mode",
            Self::LockDown => "lock_down",
            Self::EndLockDown => "end_lock_down",
            Self::BeginEmergency => "begin_emergency",
            Self::EndEmergency => "end_emergency",
            Self::ForgivePassback => "forgive_passback",
            Self::AcknowledgeAlarm => "acknowledge_alarm",
            Self::HandleAlarm => "handle_alarm",
            Self::HandOver => "hand_over",
            Self::CutRoom => "cut_room",
            Self::RestoreRoom => "restore_room",
            Self::LimitRoom => "limit_room",
            Self::AcceptMeter => "accept_meter",
            Self::ShutTap => "shut_tap",
            Self::ManageOperators => "manage_operators",
            Self::ManageDevices => "manage_devices",
            Self::ManageRules => "manage_rules",
            Self::ManageBackups => "manage_backups",
            Self::SeeMoney => "see_money",
            Self::TopUp => "top_up",
            Self::TransferMoney => "transfer_money",
            Self::RefundMoney => "refund_money",
            Self::AdjustMoney => "adjust_money",
            Self::ConfirmAdjustment => "confirm_adjustment",
            Self::CloseDay => "close_day",
            Self::SeeQuarantine => "see_quarantine",
            Self::DecideReading => "decide_reading",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
