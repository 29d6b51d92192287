//! The tables of operators, tokens and sessions as of a revision of them, and what is different from the
//! revision before.

use std::collections::HashMap;

use chrono::TimeDelta;
use onecard_rules::{Time, audit::OperatorChange, ids::OperatorId, operator::Role};

use crate::store::{
    StoreFailure,
    database::DatabaseReader,
    operator::{Operator, Session, Token},
};

/// How long a session lasts without a request. An open page renews its MQTT ticket far more often.
const IDLE: TimeDelta = TimeDelta::minutes(30);

/// An operator that another process has changed.
pub type Changed = (OperatorId, OperatorChange, Role);

/// The tables as of a revision.
#[derive(Debug)]
pub struct Known {
    pub reader: DatabaseReader,
    pub revision: u64,
    pub operators: HashMap<OperatorId, Operator>,
    pub tokens: HashMap<OperatorId, Vec<Token>>,
    pub sessions: HashMap<String, Session>,
}

impl Known {
    pub fn load(reader: DatabaseReader) -> Result<Self, StoreFailure> {
        // The revision first: a change in between makes the next one look again.
        let revision = reader.revisions()?.operators;
        let operators = reader.operators()?.into_iter();
        let operators = operators.map(|operator| (operator.id.clone(), operator)).collect();
        let mut tokens: HashMap<OperatorId, Vec<Token>> = HashMap::new();
        for token in reader.tokens()? {
            tokens.entry(token.operator.clone()).or_default().push(token);
        }
        let sessions = reader.sessions()?.into_iter();
        let sessions = sessions.map(|session| (session.hash.clone(), session)).collect();
        Ok(Self { reader, revision, operators, tokens, sessions })
    }

    /// What is different from before.
    pub fn changes(
        &self,
        operators: &HashMap<OperatorId, Operator>,
        tokens: &HashMap<OperatorId, Vec<Token>>,
    ) -> Vec<Changed> {
        let mut found = Vec::new();
        for (id, operator) in &self.operators {
            let mut add = |change| found.push((id.clone(), change, operator.rights.role));
            match operators.get(id) {
                Some(before) if operator.revoked.is_some() => {
                    if before.revoked.is_none() {
                        add(OperatorChange::Revoked);
                    }
                    continue;
                }
                Some(before) if before.revoked.is_none() => {
                    if before.rights != operator.rights {
                        add(OperatorChange::Rights);
                    }
                    if before.password != operator.password {
                        add(OperatorChange::Password);
                    }
                }
                Some(_) | None => add(OperatorChange::Added),
            }
            if tokens.get(id) != self.tokens.get(id) {
                add(OperatorChange::Tokens);
            }
        }
        found
    }

    /// The session of that hash and its operator, if both count.
    pub fn session(&self, hash: &str, now: Time) -> Option<(&Session, &Operator)> {
        let session = self.sessions.get(hash)?;
        let alive = now < session.expires && now < session.seen + IDLE;
        let operator = self.operators.get(&session.operator)?;
        (alive && operator.counts(now)).then_some((session, operator))
    }
}
