//! Orders that come as messages: the same orders as over HTTP, decided, noted and carried out by the
//! same code. How a message arrives and where its answer goes, `requests` knows.

use actix_web::http::Method;
use onecard_rules::mode::MeasureKind;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    Backend, act,
    asked::read_json,
    operator::Operator,
    power,
    problem::{Code, Problem},
    proposals::Sent,
    rights,
};

/// What can be ordered by a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Open a gate once.
    Open,
    /// Lock an area down.
    Lockdown,
    /// End a lock-down.
    Release,
    /// Have all gates of an area stand open.
    Emergency,
    /// End that.
    EndEmergency,
    /// Make a room dark.
    Cut,
    /// Take that back.
    Restore,
}

impl Verb {
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Lockdown,
        Self::Release,
        Self::Emergency,
        Self::EndEmergency,
        Self::Cut,
        Self::Restore,
    ];

    /// As it stands in topics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Lockdown => "lockdown",
            Self::Release => "release",
            Self::Emergency => "emergency",
            Self::EndEmergency => "end_emergency",
            Self::Cut => "cut",
            Self::Restore => "restore",
        }
    }

    /// The field that says where.
    fn place(self) -> &'static str {
        match self {
            Self::Open => "gate",
            Self::Lockdown | Self::Release | Self::Emergency | Self::EndEmergency => "area",
            Self::Cut | Self::Restore => "room",
        }
    }

    /// The fields that the order takes beside its place; what else a message says is ignored.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Open => &["direction", "why"],
            Self::Lockdown | Self::Emergency | Self::Cut => &["why", "until"],
            Self::Release | Self::EndEmergency | Self::Restore => &["why"],
        }
    }

    /// The same order over HTTP.
    fn over_http(self) -> (Method, &'static str) {
        match self {
            Self::Open => (Method::POST, "/api/gates/{id}/open"),
            Self::Lockdown => (Method::POST, "/api/areas/{id}/lockdown"),
            Self::Release => (Method::POST, "/api/areas/{id}/release"),
            Self::Emergency => (Method::POST, "/api/areas/{id}/emergency"),
            Self::EndEmergency => (Method::DELETE, "/api/areas/{id}/emergency"),
            Self::Cut => (Method::POST, "/api/rooms/{id}/cut"),
            Self::Restore => (Method::POST, "/api/rooms/{id}/restore"),
        }
    }
}

/// An order as a message has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    verb: Verb,
    id: String,
    /// What it would be over HTTP; fields in a fixed order.
    sent: Sent,
}

impl Order {
    /// What a message orders; its other fields are left alone.
    ///
    /// # Errors
    /// When it does not say where.
    pub(crate) fn read(verb: Verb, said: &Map<String, Value>) -> Result<Self, Problem> {
        let place = verb.place();
        let id = match said.get(place) {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            Some(_) => return Err(Problem::bad_field(place, format!("`{place}` is no code"))),
            None => {
                let detail = format!("`{place}` is missing: say which {place} is meant");
                return Err(Problem::bad_field(place, detail));
            }
        };
        let known = verb.fields().iter().filter_map(|field| said.get_key_value(*field));
        let body: Map<String, Value> =
            known.map(|(field, value)| (field.clone(), value.clone())).collect();
        let (method, pattern) = verb.over_http();
        let path = pattern.replace("{id}", &id);
        let sent = Sent { method: method.to_string(), path, body: Value::Object(body).to_string() };
        Ok(Self { verb, id, sent })
    }

    /// Carries the order out in the name of the token's holder; what it came to.
    ///
    /// # Errors
    /// As over HTTP.
    pub(crate) async fn carry_out(
        &self,
        backend: &Backend,
        token: String,
    ) -> Result<Value, Problem> {
        let (method, pattern) = self.verb.over_http();
        let Some(action) = rights::action_of(&method, pattern) else {
            return Err(Problem::new(Code::Forbidden, format!("no role may use `{pattern}`")));
        };
        let by = Operator::behind(backend, token, action, self.sent.clone()).await?;
        let (id, by) = (self.id.as_str(), &by);
        match self.verb {
            Verb::Open => told(&act::open(backend, id, by, self.asked()?).await?),
            Verb::Lockdown => {
                told(&act::begin(backend, MeasureKind::Lockdown, id, by, self.asked()?).await?)
            }
            Verb::Release => {
                told(&act::end(backend, MeasureKind::Lockdown, id, by, self.asked()?).await?)
            }
            Verb::Emergency => {
                told(&act::begin(backend, MeasureKind::Release, id, by, self.asked()?).await?)
            }
            Verb::EndEmergency => {
                told(&act::end(backend, MeasureKind::Release, id, by, self.asked()?).await?)
            }
            // How the room stands, its own topic tells.
            Verb::Cut => power::cut(backend, id, by, self.asked()?).await.map(|_| Value::Null),
            Verb::Restore => {
                power::restore(backend, id, by, self.asked()?).await.map(|_| Value::Null)
            }
        }
    }

    fn asked<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read_json(self.sent.body.as_bytes())
    }
}

fn told<T: Serialize>(outcome: &T) -> Result<Value, Problem> {
    // What is serialised here are lists of codes.
    serde_json::to_value(outcome).map_err(|_| Problem::no_answer())
}
