//! Operators, their tokens and their sessions in the database.
//!
//! Every change but a session's being used counts up the revision, by which a running controller
//! notices it.

use std::collections::BTreeSet;

use onecard_rules::{
    Time,
    ids::{AreaId, GateId, OperatorId},
    operator::{Rights, Role, Scope},
};
use rusqlite::{OptionalExtension as _, Row, params, types::ValueRef};

use super::{
    Editor,
    editor::{bump, created},
};
use crate::store::{
    StoreFailure,
    operator::{MAIN_TOKEN, Operator, Session, Token, TokenHash},
    sqlite::{self, Stamp, damaged, parsed, parsed_if, time},
};

pub(super) const OPERATORS: &str =
    "SELECT id, name, role, areas, gates, password, created_ms, revoked_ms FROM operators";
pub(super) const TOKENS: &str = "SELECT operator, label, hash, role, areas, gates, created_ms, expires_ms, revoked_ms FROM tokens";
pub(super) const SESSIONS: &str =
    "SELECT hash, operator, origin, created_ms, expires_ms, seen_ms FROM sessions";

impl Editor {
    /// Adds an operator, or gives one a new token in place of the main one. Who is new is an
    /// administrator: see [`Editor::enrol`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_operator(
        &mut self,
        id: &OperatorId,
        token: &TokenHash,
        now: Time,
    ) -> Result<(), StoreFailure> {
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT INTO operators VALUES (?1, ?1, 'administrator', NULL, NULL, NULL, ?2, NULL)
             ON CONFLICT (id) DO UPDATE SET revoked_ms = NULL",
            params![id.as_str(), Stamp(now)],
        )?;
        transaction.execute(
            "INSERT OR REPLACE INTO tokens (operator, label, hash, created_ms)
             VALUES (?1, ?2, ?3, ?4)",
            params![id.as_str(), MAIN_TOKEN, token.to_string(), Stamp(now)],
        )?;
        bump(&transaction, "operators_revision")?;
        Ok(transaction.commit()?)
    }

    /// Adds an operator, or gives one another name and role. The password stays.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn enrol(
        &mut self,
        id: &OperatorId,
        name: &str,
        rights: &Rights,
        now: Time,
    ) -> Result<(), StoreFailure> {
        let (areas, gates) = words_of(&rights.scope);
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT INTO operators VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, NULL)
             ON CONFLICT (id) DO UPDATE SET
                 name = ?2, role = ?3, areas = ?4, gates = ?5, revoked_ms = NULL",
            params![id.as_str(), name, rights.role.as_str(), areas, gates, Stamp(now)],
        )?;
        bump(&transaction, "operators_revision")?;
        Ok(transaction.commit()?)
    }

    /// Gives an operator a password by its hash and ends the operator's sessions; false when there
    /// is no such operator.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_password(&mut self, id: &OperatorId, hash: &str) -> Result<bool, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "UPDATE operators SET password = ?2 WHERE id = ?1 AND revoked_ms IS NULL";
        let known = transaction.execute(sql, params![id.as_str(), hash])? > 0;
        transaction.execute("DELETE FROM sessions WHERE operator = ?1", [id.as_str()])?;
        bump(&transaction, "operators_revision")?;
        transaction.commit()?;
        Ok(known)
    }

    /// Ends an operator's sessions; returns how many there were.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_sessions(&mut self, id: &OperatorId) -> Result<usize, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "DELETE FROM sessions WHERE operator = ?1";
        let ended = transaction.execute(sql, [id.as_str()])?;
        bump(&transaction, "operators_revision")?;
        transaction.commit()?;
        Ok(ended)
    }

    /// Makes an operator's tokens and sessions worthless from `now` on; false when there is no such
    /// operator, or it was revoked before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revoke_operator(&mut self, id: &OperatorId, now: Time) -> Result<bool, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "UPDATE operators SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms IS NULL";
        let revoked = transaction.execute(sql, params![id.as_str(), Stamp(now)])? > 0;
        transaction.execute("DELETE FROM sessions WHERE operator = ?1", [id.as_str()])?;
        bump(&transaction, "operators_revision")?;
        transaction.commit()?;
        Ok(revoked)
    }

    /// Adds a token, in place of the operator's one with the same label.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_token(&mut self, token: &Token) -> Result<(), StoreFailure> {
        let Token { operator, label, hash, rights, created, expires, revoked } = token;
        let role = rights.as_ref().map(|rights| rights.role.as_str());
        let (areas, gates) = rights.as_ref().map(|rights| words_of(&rights.scope)).unzip();
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT OR REPLACE INTO tokens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                operator.as_str(),
                label,
                hash.to_string(),
                role,
                areas.flatten(),
                gates.flatten(),
                Stamp(*created),
                sqlite::stamp(*expires),
                sqlite::stamp(*revoked),
            ],
        )?;
        bump(&transaction, "operators_revision")?;
        Ok(transaction.commit()?)
    }

    /// Makes a token worthless from `now` on; false when there is no such token, or it was revoked
    /// before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn revoke_token(
        &mut self,
        operator: &OperatorId,
        label: &str,
        now: Time,
    ) -> Result<bool, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "UPDATE tokens SET revoked_ms = ?3
                   WHERE operator = ?1 AND label = ?2 AND revoked_ms IS NULL";
        let revoked = transaction.execute(sql, params![operator.as_str(), label, Stamp(now)])? > 0;
        bump(&transaction, "operators_revision")?;
        transaction.commit()?;
        Ok(revoked)
    }

    /// Begins a session. Of the operator's sessions the oldest beyond `most` end, and with them all
    /// that have expired by then.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_session(&mut self, session: &Session, most: usize) -> Result<(), StoreFailure> {
        let Session { hash, operator, origin, created, expires, seen } = session;
        let transaction = self.begin()?;
        transaction.execute("DELETE FROM sessions WHERE expires_ms <= ?1", [Stamp(*created)])?;
        transaction.execute(
            "INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                hash,
                operator.as_str(),
                origin,
                Stamp(*created),
                Stamp(*expires),
                Stamp(*seen)
            ],
        )?;
        transaction.execute(
            "DELETE FROM sessions WHERE operator = ?1 AND hash NOT IN (
                 SELECT hash FROM sessions WHERE operator = ?1 ORDER BY created_ms DESC LIMIT ?2)",
            params![operator.as_str(), i64::try_from(most).unwrap_or(i64::MAX)],
        )?;
        bump(&transaction, "operators_revision")?;
        Ok(transaction.commit()?)
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn touch_session(&mut self, hash: &str, seen: Time) -> Result<(), StoreFailure> {
        let transaction = self.begin()?;
        let sql = "UPDATE sessions SET seen_ms = ?2 WHERE hash = ?1";
        transaction.execute(sql, params![hash, Stamp(seen)])?;
        Ok(transaction.commit()?)
    }

    /// Ends a session; returns whose it was.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end_session(&mut self, hash: &str) -> Result<Option<OperatorId>, StoreFailure> {
        let transaction = self.begin()?;
        let sql = "DELETE FROM sessions WHERE hash = ?1 RETURNING operator";
        let whose = transaction.query_row(sql, [hash], |row| parsed(row, 0)).optional()?;
        bump(&transaction, "operators_revision")?;
        transaction.commit()?;
        Ok(whose)
    }
}

/// Areas and gates as stored; both absent for the whole site.
fn words_of(scope: &Scope) -> (Option<String>, Option<String>) {
    match scope {
        Scope::Site => (None, None),
        Scope::Places { areas, gates } => {
            let areas: Vec<&str> = areas.iter().map(AreaId::as_str).collect();
            let gates: Vec<&str> = gates.iter().map(GateId::as_str).collect();
            (Some(areas.join(";")), Some(gates.join(";")))
        }
    }
}

/// A role with its scope, of three columns.
fn rights(row: &Row<'_>, role: Role, areas: usize) -> rusqlite::Result<Rights> {
    let scope = match row.get_ref(areas)? {
        ValueRef::Null => Scope::Site,
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
            Scope::Places { areas: codes(row, areas)?, gates: codes(row, areas + 1)? }
        }
    };
    Ok(Rights { role, scope })
}

fn codes<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<BTreeSet<T>>
where
    T: std::str::FromStr + Ord,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text = row.get_ref(column)?.as_str_or_null()?.unwrap_or_default();
    let words = text.split(';').filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|error| damaged(column, Box::new(error)))).collect()
}

pub(super) fn read_operator(row: &Row<'_>) -> rusqlite::Result<Operator> {
    Ok(Operator {
        id: parsed(row, 0)?,
        name: row.get(1)?,
        rights: rights(row, parsed(row, 2)?, 3)?,
        password: row.get(5)?,
        created: created(row, 6)?,
        revoked: time(row, 7)?,
    })
}

pub(super) fn read_token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let role: Option<Role> = parsed_if(row, 3)?;
    Ok(Token {
        operator: parsed(row, 0)?,
        label: row.get(1)?,
        hash: parsed(row, 2)?,
        rights: role.map(|role| rights(row, role, 4)).transpose()?,
        created: created(row, 6)?,
        expires: time(row, 7)?,
        revoked: time(row, 8)?,
    })
}

pub(super) fn read_session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        hash: row.get(0)?,
        operator: parsed(row, 1)?,
        origin: row.get(2)?,
        created: created(row, 3)?,
        expires: created(row, 4)?,
        seen: created(row, 5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        database::{DatabaseReader, schema::STEPS},
        operator::{claimed, new_token},
    };

    #[test]
    fn a_token_from_before_there_were_roles_is_an_administrators() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("onecard.db");
        let id = OperatorId::new("wang.wei").unwrap();
        let (token, hash) = new_token(&id).unwrap();
        {
            let mut old = sqlite::open_writer(&file, sqlite::Page::Short, sqlite::BUSY).unwrap();
            sqlite::migrate(&mut old, &file, &STEPS[..2]).unwrap();
            let insert = "INSERT INTO operators VALUES (?1, ?2, 5, NULL), ('gone', ?2, 5, 6)";
            old.execute(insert, params![id.as_str(), hash.to_string()]).unwrap();
        }
        drop(Editor::open(&file).unwrap());
        let reader = DatabaseReader::open(&file).unwrap();
        let now = Time::from_timestamp(1, 0).unwrap();
        let (operators, tokens) = (reader.operators().unwrap(), reader.tokens().unwrap());
        let operator = operators.iter().find(|operator| operator.id == id).unwrap();
        assert!(operator.counts(now));
        assert_eq!(operator.rights, Rights { role: Role::Administrator, scope: Scope::Site });
        assert!(!operators.iter().find(|other| other.id.as_str() == "gone").unwrap().counts(now));
        let kept = tokens.iter().find(|kept| kept.operator == id).unwrap();
        assert!(kept.accepts(&token, now) && kept.label == MAIN_TOKEN && kept.rights.is_none());
        assert_eq!(claimed(&token), Some(id));
    }

    #[test]
    fn sessions_end_with_their_time_their_number_and_their_operator() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("onecard.db");
        let mut editor = Editor::open(&file).unwrap();
        let id = |name: &str| OperatorId::new(name).unwrap();
        let at = |second| Time::from_timestamp(second, 0).unwrap();
        let session = |name: &str, hash: &str, created: i64| Session {
            hash: hash.to_owned(),
            operator: id(name),
            origin: "10.0.0.1".to_owned(),
            created: at(created),
            expires: at(created + 100),
            seen: at(created),
        };
        let hashes = || {
            let sessions = DatabaseReader::open(&file).unwrap().sessions().unwrap();
            sessions.into_iter().map(|session| session.hash).collect::<Vec<_>>()
        };
        for (name, hash, created) in [("li", "a", 1), ("li", "b", 2), ("wang", "c", 3)] {
            editor.put_session(&session(name, hash, created), 2).unwrap();
        }
        assert_eq!(hashes(), ["a", "b", "c"]);
        editor.put_session(&session("li", "d", 4), 2).unwrap();
        assert_eq!(hashes(), ["b", "c", "d"], "the oldest of li's");
        editor.touch_session("c", at(50)).unwrap();
        assert_eq!(DatabaseReader::open(&file).unwrap().sessions().unwrap()[1].seen, at(50));
        assert_eq!(editor.end_session("d").unwrap(), Some(id("li")));
        assert_eq!(editor.end_session("d").unwrap(), None);
        editor.put_session(&session("li", "e", 103), 2).unwrap();
        assert_eq!(hashes(), ["e"], "all others have expired");
        editor.revoke_operator(&id("li"), at(104)).unwrap();
        assert!(hashes().is_empty());
    }
}
