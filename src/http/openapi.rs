//! The list of all handlers, once: from it come the routes and the document of the contract.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        PathItem,
        security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        },
    },
};

use super::{
    act, alarms, audit, backups, campus, devices, flow, handovers, health, money,
    operator::COOKIE,
    pay, people, photos, places, power, preview,
    problem::{Code, Problem},
    proposals, quarantine, read, rooms, rules, session, staff, taps,
};

macro_rules! interface {
    ($($module:ident :: $handler:ident,)*) => {
        /// The document.
        #[derive(Debug, OpenApi)]
        #[openapi(
            info(
                title = "OneCard",
                description = "Entries, gates, areas, rooms, taps and alarms to read, and orders to give by a \
                               named operator. Refusals are `application/problem+json`.",
            ),
            paths(get_document, $($module::$handler,)*),
            components(schemas(super::problem::Problem)),
            modifiers(&Security)
        )]
        struct Document;

        /// Every path.
        pub fn routes(config: &mut web::ServiceConfig) {
            config.service(get_document);
            $(config.service($module::$handler);)*
        }
    };
}

interface! {
    session::sign_in,
    session::get_session,
    session::sign_out,
    session::get_ticket,
    campus::get_campus,
    read::get_entries,
    read::get_facts,
    alarms::get_alarms,
    places::get_gates,
    places::get_gate,
    places::get_areas,
    places::get_people_within,
    power::get_rooms,
    power::get_room,
    power::get_why,
    power::get_lines,
    power::get_feeders,
    power::cut_room,
    power::restore_room,
    power::limit_room,
    power::accept_meter,
    power::cut_rooms,
    power::restore_rooms,
    power::limit_rooms,
    taps::get_taps,
    taps::get_tap,
    taps::shut_tap,
    taps::free_tap,
    money::get_accounts,
    money::get_account,
    money::get_statement,
    money::get_accounts_of,
    money::get_room_account,
    money::get_room_statement,
    money::get_day,
    money::get_adjustments,
    pay::top_up,
    pay::transfer_money,
    pay::refund_money,
    pay::correct_row,
    pay::adjust_money,
    pay::confirm_adjustment,
    pay::withdraw_adjustment,
    pay::close_day,
    quarantine::get_quarantine,
    quarantine::decide_reading,
    act::open_gate,
    act::set_gate_mode,
    act::clear_gate_mode,
    act::begin_lockdown,
    act::end_lockdown,
    act::release_lockdown,
    act::begin_emergency,
    act::end_emergency,
    act::forgive_passback,
    alarms::acknowledge_alarm,
    alarms::note_alarm,
    alarms::escalate_alarm,
    alarms::assign_alarm,
    alarms::page_alarm,
    handovers::get_handovers,
    handovers::write_handover,
    handovers::take_handover,
    flow::get_flow,
    people::find_people,
    photos::get_photo,
    rooms::get_events,
    rooms::get_power,
    audit::get_audit,
    audit::prove_journal,
    staff::get_operators,
    staff::add_operator,
    staff::change_operator,
    staff::reset_password,
    staff::end_sessions,
    staff::revoke_operator,
    staff::add_token,
    staff::revoke_token,
    devices::get_devices,
    devices::make_credential,
    devices::revoke_device,
    rules::get_rules,
    rules::check_rules,
    preview::preview_rules,
    rules::save_rules,
    rules::get_rule_sets,
    backups::get_backups,
    backups::take_backup,
    backups::verify_backup,
    proposals::get_proposals,
    proposals::decline_proposal,
    health::get_health,
    health::get_metrics,
    health::get_version,
}

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", token);
        let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
        components.add_security_scheme("session", session);
        // Where a token is good, a session is.
        for item in document.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten()
            {
                let named = &mut operation.security;
                let token = SecurityRequirement::new("token", [""; 0]);
                if let Some(all) = named.as_mut().filter(|all| all.contains(&token)) {
                    all.push(SecurityRequirement::new("session", [""; 0]));
                }
            }
        }
    }
}

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Document::openapi);

/// The document as it is served.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    &DOCUMENT
}

/// This document.
#[utoipa::path(responses((status = 200, body = Object)))]
#[get("/openapi.json")]
pub async fn get_document() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

/// Answers what no route took: a path that is not there, or a method that it does not know.
pub fn refuse(request: &HttpRequest) -> Problem {
    let path = request.path();
    let allowed: Vec<&str> = document()
        .paths
        .paths
        .iter()
        .filter(|(pattern, _)| matches(pattern, path))
        .flat_map(|(_, item)| methods(item))
        .collect();
    if allowed.is_empty() {
        let detail = format!("there is no `{path}`; `/openapi.json` lists all paths");
        return Problem::new(Code::UnknownPath, detail);
    }
    Problem::method_not_allowed(request.method().as_str(), path, allowed.join(", "))
}

/// Whether that is a path of the document, whatever the method.
pub fn is_known(path: &str) -> bool {
    document().paths.paths.keys().any(|pattern| matches(pattern, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(there)) if wanted == there => {}
            (Some(wanted), Some(there)) if wanted.starts_with('{') && !there.is_empty() => {}
            (_, _) => return false,
        }
    }
}

/// The methods that a path knows.
pub fn methods(item: &PathItem) -> Vec<&'static str> {
    [("GET", &item.get), ("POST", &item.post), ("DELETE", &item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| operation.as_ref().map(|_| method))
        .collect()
}
