//! Alarms that stand, and what operators do about them.

use actix_web::{HttpResponse, get, post, web};
use onecard_devices::gate::wire::local;
use onecard_rules::{
    alarm::{Severity, Standing, Step},
    event::{DeviceKind, Subject},
    ids::OperatorId,
    reason::{Language, Reason},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    asked::{Body, Why},
    desks::ask,
    operator::{Operator, Reader},
    people::known_operator,
    places::{area_of, place_of},
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::alarms::{Acknowledge, AcknowledgeRefusal, GetStanding, HandleAlarm, Wanted};

impl From<AcknowledgeRefusal> for Problem {
    fn from(refusal: AcknowledgeRefusal) -> Self {
        let code = match refusal {
            AcknowledgeRefusal::NotStanding => Code::AlarmNotStanding,
            AcknowledgeRefusal::NotRecorded => Code::NotRecorded,
        };
        Self::new(code, refusal.to_string())
    }
}

/// What an operator did about an alarm.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemarkView {
    at: String,
    by: String,
    /// `noted`, `escalated`, `assigned` or `paged`.
    step: &'static str,
    /// How much hangs on it since, when it was escalated.
    #[schema(value_type = Option<String>)]
    severity: Option<Severity>,
    /// Who sees to it since, when it was assigned.
    to: Option<String>,
    text: String,
}

/// An alarm that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmView {
    area: String,
    kind: &'static str,
    device: String,
    #[schema(value_type = String)]
    reason: Reason,
    /// `critical`, `serious` or `minor`.
    #[schema(value_type = String)]
    severity: Severity,
    since: String,
    /// What exactly, for those who mend it.
    detail: String,
    text_zh: &'static str,
    text_en: &'static str,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<String>,
    /// Who handed it up to the security office.
    escalated_by: Option<String>,
    /// Who sees to it.
    assigned_to: Option<String>,
    /// When it was to sound again.
    paged_at: Option<String>,
    /// The oldest first.
    remarks: Vec<RemarkView>,
}

/// All alarms that stand.
#[utoipa::path(
    responses((status = 200, body = [AlarmView]), Refusals), security(("token" = []))
)]
#[get("/api/alarms")]
pub async fn get_alarms(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<AlarmView>>, Problem> {
    let zone = backend.site.zone;
    let mut standing = ask(&backend.alarms.standing, GetStanding).await?;
    standing.retain(|standing| {
        let subject = &standing.alarm.subject;
        let area = area_of(subject).ok().flatten();
        who.sees(&backend, place_of(&backend, subject, area.as_ref()))
    });
    let remark = |remark: onecard_rules::alarm::Remark| {
        let (severity, to) = match &remark.step {
            Step::Escalated { severity } => (Some(*severity), None),
            Step::Assigned { to } => (None, to.as_ref().map(ToString::to_string)),
            Step::Noted | Step::Paged => (None, None),
        };
        RemarkView {
            at: local(remark.at, zone),
            by: remark.by.to_string(),
            step: remark.step.as_str(),
            severity,
            to,
            text: remark.text,
        }
    };
    let view = |standing: Standing| {
        let severity = standing.severity();
        let (by, at) = standing.acknowledged.unzip();
        let alarm = standing.alarm;
        AlarmView {
            area: alarm.subject.area,
            kind: alarm.subject.kind.as_str(),
            device: alarm.subject.device,
            reason: alarm.reason,
            severity,
            since: local(alarm.since, zone),
            detail: alarm.detail,
            text_zh: alarm.reason.for_guard(Language::Chinese),
            text_en: alarm.reason.for_guard(Language::English),
            acknowledged_by: by.map(|by| by.to_string()),
            acknowledged_at: at.map(|at| local(at, zone)),
            escalated_by: standing.escalated.map(|(by, _)| by.to_string()),
            assigned_to: standing.assigned.map(|to| to.to_string()),
            paged_at: standing.paged.map(|at| local(at, zone)),
            remarks: standing.remarks.into_iter().map(remark).collect(),
        }
    };
    Ok(web::Json(standing.into_iter().map(view).collect()))
}

/// Which alarm is meant, as `/api/alarms` names it, and what is to be written about it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeAsked {
    area: String,
    /// `gate`, `reader`, `room`, `valve`, `bus`, `feeder` or `controller`.
    #[schema(value_type = String)]
    kind: DeviceKind,
    device: String,
    #[schema(value_type = String)]
    reason: Reason,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// Which alarm somebody sees to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignAsked {
    area: String,
    #[schema(value_type = String)]
    kind: DeviceKind,
    device: String,
    #[schema(value_type = String)]
    reason: Reason,
    /// An operator; null: nobody sees to it any more.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(value_type = Option<String>)]
    to: Option<OperatorId>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

fn target_of(subject: &Subject) -> String {
    format!("{}/{}/{}", subject.area, subject.kind.as_str(), subject.device)
}

/// Notes that an alarm was seen.
#[utoipa::path(
    request_body = AcknowledgeAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/alarms/acknowledge")]
pub async fn acknowledge_alarm(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<AcknowledgeAsked>,
) -> Result<HttpResponse, Problem> {
    let subject = Subject { area: asked.area, kind: asked.kind, device: asked.device };
    let area = area_of(&subject)?;
    let place = place_of(&backend, &subject, area.as_ref());
    let (by, audited) = by.order(&backend, place, &target_of(&subject), &asked.why)?;
    let order = Acknowledge { subject, reason: asked.reason, by, why: asked.why.0 };
    ask(&backend.alarms.acknowledge, order).await??;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn handle(
    backend: &Backend,
    by: &Operator,
    asked: AcknowledgeAsked,
    wanted: Wanted,
) -> Result<HttpResponse, Problem> {
    let subject = Subject { area: asked.area, kind: asked.kind, device: asked.device };
    let area = area_of(&subject)?;
    let place = place_of(backend, &subject, area.as_ref());
    let (by, audited) = by.order(backend, place, &target_of(&subject), &asked.why)?;
    let order = HandleAlarm { subject, reason: asked.reason, wanted, by, why: asked.why.0 };
    ask(&backend.alarms.handle, order).await??;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Writes a remark, `why`, about an alarm.
#[utoipa::path(
    request_body = AcknowledgeAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/alarms/note")]
pub async fn note_alarm(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<AcknowledgeAsked>,
) -> Result<HttpResponse, Problem> {
    handle(&backend, &by, asked, Wanted::Note).await
}

/// Hands an alarm up to the security office: a severity up, and not taken note of any more.
#[utoipa::path(
    request_body = AcknowledgeAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/alarms/escalate")]
pub async fn escalate_alarm(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<AcknowledgeAsked>,
) -> Result<HttpResponse, Problem> {
    handle(&backend, &by, asked, Wanted::Escalate).await
}

/// Has an alarm sound again wherever it is shown.
#[utoipa::path(
    request_body = AcknowledgeAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/alarms/page")]
pub async fn page_alarm(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<AcknowledgeAsked>,
) -> Result<HttpResponse, Problem> {
    handle(&backend, &by, asked, Wanted::Page).await
}

/// Says who sees to an alarm.
#[utoipa::path(
    request_body = AssignAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/alarms/assign")]
pub async fn assign_alarm(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<AssignAsked>,
) -> Result<HttpResponse, Problem> {
    let AssignAsked { area, kind, device, reason, to, why } = asked;
    if let Some(to) = &to {
        known_operator(&backend, to).await?;
    }
    let asked = AcknowledgeAsked { area, kind, device, reason, why };
    handle(&backend, &by, asked, Wanted::Assign(to)).await
}
