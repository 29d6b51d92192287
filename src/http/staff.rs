//! Operators: who there is, what they may, and what lets them in. Secrets are answered once.

use std::{collections::BTreeSet, sync::Arc};

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::TimeDelta;
use onecard_devices::gate::wire::local;
use onecard_rules::{
    Time,
    ids::{AreaId, GateId, OperatorId},
    operator::{Place, Rights, Role, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Backend,
    act::WhyAsked,
    asked::{Body, Why},
    operator::{Operator, Reader},
    people::known_operator,
    places::{known_area, known_gate},
    problem::{Code, OrderRefusals, Problem, Refusals},
};
use crate::{
    operators::{Listed, password},
    store::{
        StoreFailure,
        database::Editor,
        operator::{Token, new_token},
    },
};

/// Most characters of what screens call somebody, and of a token's label.
const NAME_CHARS_MAX: usize = 60;
/// Most days of a token.
const DAYS_MAX: u16 = 3650;

/// A token, without what proves it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    label: String,
    /// What it may at most; null: whatever its operator may.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

/// Somebody who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionShown {
    /// The address it was begun from.
    from: String,
    created_at: String,
    /// When it was last used, to the minute.
    seen_at: String,
    expires_at: String,
}

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperatorView {
    operator: String,
    /// What screens call them.
    name: String,
    #[schema(value_type = String)]
    role: Role,
    /// Null: the whole site.
    areas: Option<Vec<String>>,
    gates: Option<Vec<String>>,
    has_password: bool,
    created_at: String,
    /// From then on they may do nothing.
    revoked_at: Option<String>,
    tokens: Vec<TokenView>,
    sessions: Vec<SessionShown>,
}

fn view(listed: Listed, zone: chrono_tz::Tz) -> OperatorView {
    let show = |time: Time| local(time, zone);
    let (areas, gates) = match &listed.operator.rights.scope {
        Scope::Site => (None, None),
        Scope::Places { areas, gates } => (
            Some(areas.iter().map(ToString::to_string).collect()),
            Some(gates.iter().map(ToString::to_string).collect()),
        ),
    };
    let token = |token: Token| TokenView {
        label: token.label,
        role: token.rights.map(|rights| rights.role),
        created_at: show(token.created),
        expires_at: token.expires.map(show),
        revoked_at: token.revoked.map(show),
    };
    OperatorView {
        operator: listed.operator.id.to_string(),
        name: listed.operator.name,
        role: listed.operator.rights.role,
        areas,
        gates,
        has_password: listed.operator.password.is_some(),
        created_at: show(listed.operator.created),
        revoked_at: listed.operator.revoked.map(show),
        tokens: listed.tokens.into_iter().map(token).collect(),
        sessions: listed
            .sessions
            .into_iter()
            .map(|session| SessionShown {
                from: session.origin,
                created_at: show(session.created),
                seen_at: show(session.seen),
                expires_at: show(session.expires),
            })
            .collect(),
    }
}

/// All operators, also those who were revoked.
#[utoipa::path(
    responses((status = 200, body = [OperatorView]), Refusals), security(("token" = []))
)]
#[get("/api/operators")]
pub async fn get_operators(
    who: Reader,
    backend: web::Data<Backend>,
) -> Result<web::Json<Vec<OperatorView>>, Problem> {
    who.must_be_known()?;
    who.must_see(&backend, Place::Site)?;
    let operators = Arc::clone(&backend.operators);
    let all = web::block(move || operators.all()).await;
    let all = all.map_err(|_| Problem::no_answer())?.map_err(Problem::store)?;
    Ok(web::Json(all.into_iter().map(|listed| view(listed, backend.site.zone)).collect()))
}

/// A role where it counts.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RightsAsked {
    #[schema(value_type = String)]
    role: Role,
    /// Areas with everything inside them; with neither these nor gates, the whole site.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    areas: BTreeSet<AreaId>,
    /// Single gates, for guards.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    gates: BTreeSet<GateId>,
}

impl RightsAsked {
    fn rights(self, backend: &Backend) -> Result<Rights, Problem> {
        for area in &self.areas {
            known_area(backend, area.as_str())?;
        }
        for gate in &self.gates {
            known_gate(backend, gate.as_str())?;
        }
        let scope = if self.areas.is_empty() && self.gates.is_empty() {
            Scope::Site
        } else {
            Scope::Places { areas: self.areas, gates: self.gates }
        };
        let checked = self.role.check(&scope);
        checked.map_err(|mistake| Problem::bad_field("areas", mistake.to_string()))?;
        Ok(Rights { role: self.role, scope })
    }
}

fn short(field: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if (1..=NAME_CHARS_MAX).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let detail = format!("`{field}` has 1 to {NAME_CHARS_MAX} characters");
    Err(Problem::bad_field(field, detail))
}

/// Somebody new, or what is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorAsked {
    /// The name to sign in with.
    #[schema(value_type = String)]
    operator: OperatorId,
    /// What screens call them.
    name: String,
    rights: RightsAsked,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// A password, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordMade {
    operator: String,
    password: String,
}

/// Does something to an operator on a thread that may block.
async fn manage<T: Send + 'static>(
    backend: &Backend,
    whose: OperatorId,
    change: impl FnOnce(&mut Editor, &OperatorId) -> Result<T, StoreFailure> + Send + 'static,
) -> Result<T, Problem> {
    let operators = Arc::clone(&backend.operators);
    let done = web::block(move || operators.manage(&whose, |editor| change(editor, &whose))).await;
    done.map_err(|_| Problem::no_answer())?.map_err(Problem::store)
}

/// A new password and its hash; hashing takes a while.
async fn new_password() -> Result<(String, String), Problem> {
    let made = web::block(|| {
        let password = password::random().ok()?;
        let hash = password::hash(&password).ok()?;
        Some((password, hash))
    });
    made.await.ok().flatten().ok_or_else(Problem::no_answer)
}

/// Adds an operator; answers a password.
#[utoipa::path(
    request_body = OperatorAsked,
    responses((status = 200, body = PasswordMade), OrderRefusals), security(("token" = []))
)]
#[post("/api/operators")]
pub async fn add_operator(
    by: Operator,
    backend: web::Data<Backend>,
    Body(asked): Body<OperatorAsked>,
) -> Result<web::Json<PasswordMade>, Problem> {
    let OperatorAsked { operator, name, rights, why } = asked;
    let (name, rights) = (short("name", &name)?, rights.rights(&backend)?);
    if known_operator(&backend, &operator).await.is_ok() {
        let detail = format!("there is an operator `{operator}` already; choose another name");
        return Err(Problem::new(Code::OperatorExists, detail));
    }
    let target = format!("{operator}/add/{}", rights.role);
    let (_, audited) = by.order(&backend, Place::Site, &target, &why)?;
    let (password, hash) = new_password().await?;
    let now = backend.clock.now();
    manage(&backend, operator.clone(), move |editor, id| {
        editor.enrol(id, &name, &rights, now)?;
        editor.set_password(id, &hash)
    })
    .await?;
    audited.await?;
    Ok(web::Json(PasswordMade { operator: operator.to_string(), password }))
}

/// What is to be different about an operator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAsked {
    name: String,
    rights: RightsAsked,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

fn code(text: &str) -> Result<OperatorId, Problem> {
    OperatorId::new(text).map_err(|wrong| {
        Problem::new(Code::UnknownOperator, format!("`{text}` is no operator: {wrong}"))
    })
}

/// The operator of that name, who is not the one who asks: nobody locks themselves out.
async fn other(backend: &Backend, by: &Operator, text: &str) -> Result<OperatorId, Problem> {
    let id = code(text)?;
    known_operator(backend, &id).await?;
    if *by.name() == id {
        let detail = "this is you; another administrator must do it";
        return Err(Problem::new(Code::Yourself, detail));
    }
    Ok(id)
}

/// Gives an operator another role, other places or another name.
#[utoipa::path(
    params(("id" = String, Path)), request_body = ChangeAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[post("/api/operators/{id}/rights")]
pub async fn change_operator(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<ChangeAsked>,
) -> Result<HttpResponse, Problem> {
    let id = other(&backend, &by, &id).await?;
    let (name, rights) = (short("name", &asked.name)?, asked.rights.rights(&backend)?);
    let target = format!("{id}/rights/{}", rights.role);
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    let now = backend.clock.now();
    manage(&backend, id, move |editor, id| editor.enrol(id, &name, &rights, now)).await?;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives an operator a new password; their sessions end.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 200, body = PasswordMade), OrderRefusals), security(("token" = []))
)]
#[post("/api/operators/{id}/password")]
pub async fn reset_password(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<web::Json<PasswordMade>, Problem> {
    let id = code(&id)?;
    known_operator(&backend, &id).await?;
    let target = format!("{id}/password");
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    let (password, hash) = new_password().await?;
    manage(&backend, id.clone(), move |editor, id| editor.set_password(id, &hash)).await?;
    audited.await?;
    Ok(web::Json(PasswordMade { operator: id.to_string(), password }))
}

/// Ends an operator's sessions. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[delete("/api/operators/{id}/sessions")]
pub async fn end_sessions(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<HttpResponse, Problem> {
    let id = code(&id)?;
    known_operator(&backend, &id).await?;
    let target = format!("{id}/sessions");
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    manage(&backend, id, Editor::end_sessions).await?;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes everything from an operator. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path)), request_body = WhyAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[delete("/api/operators/{id}")]
pub async fn revoke_operator(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<WhyAsked>,
) -> Result<HttpResponse, Problem> {
    let id = other(&backend, &by, &id).await?;
    let target = format!("{id}/revoke");
    let (_, audited) = by.order(&backend, Place::Site, &target, &asked.why)?;
    let now = backend.clock.now();
    manage(&backend, id, move |editor, id| editor.revoke_operator(id, now)).await?;
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A token for a program.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenAsked {
    /// What it is for; a new one takes the place of one with the same label.
    label: String,
    /// What it may at most; null: whatever its operator may.
    rights: Option<RightsAsked>,
    /// Until it is worth nothing: 1 to 3,650; null: it stays good.
    days: Option<u16>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    why: Why,
}

/// A token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenMade {
    token: String,
}

/// Makes a token of an operator's.
#[utoipa::path(
    params(("id" = String, Path)), request_body = TokenAsked,
    responses((status = 200, body = TokenMade), OrderRefusals), security(("token" = []))
)]
#[post("/api/operators/{id}/tokens")]
pub async fn add_token(
    by: Operator,
    backend: web::Data<Backend>,
    id: web::Path<String>,
    Body(asked): Body<TokenAsked>,
) -> Result<web::Json<TokenMade>, Problem> {
    let id = code(&id)?;
    known_operator(&backend, &id).await?;
    let label = short("label", &asked.label)?;
    let rights = asked.rights.map(|rights| rights.rights(&backend)).transpose()?;
    if asked.days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return Err(Problem::bad_field("days", format!("`days` is 1 to {DAYS_MAX}")));
    }
    let (_, audited) =
        by.order(&backend, Place::Site, &format!("{id}/token/{label}"), &asked.why)?;
    let created = backend.clock.now();
    let expires = asked.days.map(|days| created + TimeDelta::days(i64::from(days)));
    let (text, hash) = new_token(&id).map_err(|_| Problem::no_answer())?;
    let operator = id.clone();
    let token = Token { operator, label, hash, rights, created, expires, revoked: None };
    manage(&backend, id, move |editor, _| editor.put_token(&token)).await?;
    audited.await?;
    Ok(web::Json(TokenMade { token: text }))
}

/// Makes a token worthless. `why` may be in the query instead of a body.
#[utoipa::path(
    params(("id" = String, Path), ("label" = String, Path)), request_body = WhyAsked,
    responses((status = 204), OrderRefusals), security(("token" = []))
)]
#[delete("/api/operators/{id}/tokens/{label}")]
pub async fn revoke_token(
    by: Operator,
    backend: web::Data<Backend>,
    path: web::Path<(String, String)>,
    Body(asked): Body<WhyAsked>,
) -> Result<HttpResponse, Problem> {
    let (id, label) = path.into_inner();
    let id = code(&id)?;
    let (_, audited) =
        by.order(&backend, Place::Site, &format!("{id}/token/{label}"), &asked.why)?;
    let now = backend.clock.now();
    let kept = label.clone();
    if !manage(&backend, id, move |editor, id| editor.revoke_token(id, &kept, now)).await? {
        let detail = format!("there is no token `{label}`, or it was revoked before");
        return Err(Problem::new(Code::UnknownToken, detail));
    }
    audited.await?;
    Ok(HttpResponse::NoContent().finish())
}
