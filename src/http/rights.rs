//! Which path asks for which right, once: a path that is not here is refused to everybody.
//!
//! Extractors look here before a handler runs; where it is to be done, the handler says, and may not
//! have the operator's name before it has (see `operator`).

use actix_web::http::Method;
use onecard_rules::operator::Action;

/// What a request to this path of the document amounts to.
pub fn action_of(method: &Method, pattern: &str) -> Option<Action> {
    let action = match (method.as_str(), pattern) {
        ("GET", "/api/campus" | "/api/proposals") | ("DELETE", "/api/proposals/{id}") => {
            Action::SeeCampus
        }
        ("GET", "/api/entries" | "/api/flow" | "/api/people/{id}/photo") => Action::SeeEntries,
        (
            "GET",
            "/api/facts"
            | "/api/audit"
            | "/api/journal/proof"
            | "/api/rules"
            | "/api/rules/versions",
        )
        | ("POST", "/api/rules/check" | "/api/rules/preview") => Action::SeeFacts,
        ("GET", "/api/alarms") => Action::SeeAlarms,
        ("GET", "/api/people") => Action::SearchPerson,
        ("GET", "/api/gates" | "/api/gates/{id}" | "/api/handovers") => Action::SeeGates,
        ("GET", "/api/areas") => Action::SeeAreas,
        ("GET", "/api/areas/{id}/people") => Action::SeePeople,
        (
            "GET",
            "/api/rooms"
            | "/api/rooms/{id}"
            | "/api/rooms/{id}/why"
            | "/api/rooms/{id}/events"
            | "/api/rooms/{id}/power"
            | "/api/rooms/{id}/account"
            | "/api/rooms/{id}/statement"
            | "/api/feeders"
            | "/api/lines"
            | "/api/taps"
            | "/api/taps/{id}",
        ) => Action::SeeSupplies,
        ("POST", "/api/gates/{id}/open") => Action::OpenGate,
        ("POST" | "DELETE", "/api/gates/{id}/mode") => Action::SetGateMode,
        ("POST", "/api/areas/{id}/lockdown") => Action::LockDown,
        ("DELETE", "/api/areas/{id}/lockdown") | ("POST", "/api/areas/{id}/release") => {
            Action::EndLockDown
        }
        ("POST", "/api/areas/{id}/emergency") => Action::BeginEmergency,
        ("DELETE", "/api/areas/{id}/emergency") => Action::EndEmergency,
        ("POST", "/api/passback/forgive") => Action::ForgivePassback,
        ("POST", "/api/alarms/acknowledge") => Action::AcknowledgeAlarm,
        (
            "POST",
            "/api/alarms/note" | "/api/alarms/escalate" | "/api/alarms/assign" | "/api/alarms/page",
        ) => Action::HandleAlarm,
        ("POST", "/api/handovers" | "/api/handovers/{id}/take") => Action::HandOver,
        ("POST", "/api/rooms/{id}/cut" | "/api/areas/{id}/rooms/cut") => Action::CutRoom,
        ("POST", "/api/rooms/{id}/restore" | "/api/areas/{id}/rooms/restore") => {
            Action::RestoreRoom
        }
        ("POST", "/api/rooms/{id}/limits" | "/api/areas/{id}/rooms/limits") => Action::LimitRoom,
        ("POST", "/api/rooms/{id}/meter") => Action::AcceptMeter,
        ("POST" | "DELETE", "/api/taps/{id}/shut") => Action::ShutTap,
        ("GET" | "POST", "/api/operators")
        | (
            "POST",
            "/api/operators/{id}/rights"
            | "/api/operators/{id}/password"
            | "/api/operators/{id}/tokens",
        )
        | (
            "DELETE",
            "/api/operators/{id}"
            | "/api/operators/{id}/sessions"
            | "/api/operators/{id}/tokens/{label}",
        ) => Action::ManageOperators,
        ("GET", "/api/devices")
        | ("POST", "/api/devices/{username}/credential")
        | ("DELETE", "/api/devices/{username}") => Action::ManageDevices,
        ("POST", "/api/rules") => Action::ManageRules,
        ("GET" | "POST", "/api/backups") | ("POST", "/api/backups/{name}/verify") => {
            Action::ManageBackups
        }
        (
            "GET",
            "/api/accounts"
            | "/api/accounts/{id}"
            | "/api/accounts/{id}/statement"
            | "/api/people/{id}/accounts"
            | "/api/money/days/{id}"
            | "/api/money/adjustments",
        ) => Action::SeeMoney,
        ("POST", "/api/money/top-up") => Action::TopUp,
        ("POST", "/api/money/transfer") => Action::TransferMoney,
        ("POST", "/api/money/refund" | "/api/money/correct") => Action::RefundMoney,
        ("POST", "/api/money/adjust") | ("DELETE", "/api/money/adjustments/{id}") => {
            Action::AdjustMoney
        }
        ("POST", "/api/money/adjustments/{id}/confirm") => Action::ConfirmAdjustment,
        ("POST", "/api/money/days/{id}/close") => Action::CloseDay,
        ("GET", "/api/quarantine") => Action::SeeQuarantine,
        ("POST", "/api/rooms/{id}/reading") => Action::DecideReading,
        _ => return None,
    };
    Some(action)
}
