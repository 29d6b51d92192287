//! Operators: who has proved a name, by password and session or by token, and what their screens
//! may hear. Everything here blocks on the disk for microseconds, a password for tens of
//! milliseconds: ask off the arbiter.
//!
//! **Not here:** what a role may (`rules::operator`), cookies and headers (`http`).

mod attempts;
mod guests;
mod known;
pub mod password;
pub mod topics;

use std::{
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use onecard_devices::{clock::SharedClock, topic::Topics};
use onecard_rules::{
    Time,
    audit::{Audit, Deed, Means, OperatorChange, Origin},
    event::Event,
    ids::OperatorId,
    operator::Authority,
    site::Site,
};
use tokio::sync::watch;
use tracing::warn;

use self::{
    attempts::Attempts,
    guests::Guests,
    known::{Changed, Known},
};
pub use self::{attempts::WRONG_MAX, guests::Ticket};
use crate::{
    broker::accounts::Accounts,
    link::LinkHandle,
    store::{
        OnDurable, StoreFailure,
        database::{DatabaseReader, Editor},
        journal::Journal,
        operator::{self, NoRandomness, Operator, Session, Token},
    },
};

/// How long a session lasts at most: a shift.
const SESSION: TimeDelta = TimeDelta::hours(12);
/// Sessions of one operator.
const SESSIONS_MAX: usize = 16;
/// How often a session's use is noted on disk.
const NOTED: TimeDelta = TimeDelta::minutes(1);
/// Changes by others that wait to be recorded; more at once are those of a flood.
const CHANGES_MAX: usize = 4096;
/// How often it is looked whether guests may stay, and what others have changed.
const TICK: Duration = Duration::from_millis(500);

/// Why nobody could be recognised at all.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Store(#[from] StoreFailure),
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

/// Somebody with a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub operator: Operator,
    /// The session's hash, by which it is known here.
    pub session: String,
    /// What every request that changes something must carry.
    pub csrf: String,
    pub expires: Time,
}

/// An operator with what lets them in.
#[derive(Debug, Clone)]
pub struct Listed {
    pub operator: Operator,
    pub tokens: Vec<Token>,
    pub sessions: Vec<Session>,
}

/// Why a password did not let somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInRefusal {
    Wrong,
    Locked { until: Time },
}

/// Knows operators, sessions and guests.
#[derive(Debug)]
pub struct Operators {
    file: PathBuf,
    site: Arc<Site>,
    topics: Topics,
    known: Mutex<Option<Known>>,
    editor: Mutex<Option<Editor>>,
    attempts: Mutex<Attempts>,
    guests: Guests,
    /// What others have changed, until it is on record.
    changes: Mutex<Vec<Changed>>,
}

impl Operators {
    /// `file` is the database's; guests are let into `accounts`.
    #[must_use]
    pub fn new(file: PathBuf, site: Arc<Site>, topics: Topics, accounts: Arc<Accounts>) -> Self {
        Self {
            file,
            site,
            topics,
            known: Mutex::default(),
            editor: Mutex::default(),
            attempts: Mutex::default(),
            guests: Guests::new(accounts),
            changes: Mutex::default(),
        }
    }

    /// Whose token that is, what it may, and its label.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn by_token(
        &self,
        text: &str,
        now: Time,
    ) -> Result<Option<(Authority, String)>, StoreFailure> {
        let Some(id) = operator::claimed(text) else { return Ok(None) };
        self.look(|known| {
            let operator = known.operators.get(&id).filter(|operator| operator.counts(now))?;
            let token = known.tokens.get(&id)?.iter().find(|token| token.accepts(text, now))?;
            Some((operator.authority(token.rights.clone()), token.label.clone()))
        })
    }

    /// Whose session that secret is of; notes that it was used.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn by_session(&self, secret: &str, now: Time) -> Result<Option<Signed>, StoreFailure> {
        let hash = operator::derived("session", secret);
        let (mut stale, mut found) = (false, None);
        self.look(|known| {
            let (session, operator) = known.session(&hash, now)?;
            let operator = operator.clone();
            stale = session.seen + NOTED <= now;
            let expires = session.expires;
            let csrf = operator::derived("csrf", secret);
            found = Some(Signed { operator, session: hash.clone(), csrf, expires });
            let session = known.sessions.get_mut(&hash)?;
            if stale {
                session.seen = now;
            }
            Some(())
        })?;
        if stale && let Err(failure) = self.edit(|editor| editor.touch_session(&hash, now)) {
            warn!(%failure, "it could not be noted that a session was used");
        }
        Ok(found)
    }

    /// Checks a password and begins a session; returns its secret, for the cookie.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: &str,
        now: Time,
    ) -> Result<Result<(String, Signed), SignInRefusal>, Failure> {
        let id = OperatorId::new(name).ok();
        let operator = self.look(|known| {
            known.operators.get(id.as_ref()?).filter(|operator| operator.counts(now)).cloned()
        })?;
        if let Some(until) = self.attempts().locked(name, now) {
            return Ok(Err(SignInRefusal::Locked { until }));
        }
        let kept = operator.as_ref().and_then(|operator| operator.password.as_deref());
        let right = password::is_right(password, kept);
        let Some(operator) = operator.filter(|_| right) else {
            let locked = self.attempts().wrong_password(name, now);
            let refusal =
                locked.map_or(SignInRefusal::Wrong, |until| SignInRefusal::Locked { until });
            return Ok(Err(refusal));
        };
        self.attempts().forget(name);
        let secret = operator::new_secret()?;
        let session = Session {
            hash: operator::derived("session", &secret),
            operator: operator.id.clone(),
            origin: address.to_owned(),
            created: now,
            expires: now + SESSION,
            seen: now,
        };
        self.edit(|editor| editor.put_session(&session, SESSIONS_MAX))?;
        let csrf = operator::derived("csrf", &secret);
        let signed = Signed { operator, session: session.hash, csrf, expires: session.expires };
        Ok(Ok((secret, signed)))
    }

    /// Ends a session; returns the guests that went with it, whose connections are to be closed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn sign_out(&self, session: &str, now: Time) -> Result<Vec<String>, StoreFailure> {
        self.edit(|editor| editor.end_session(session))?;
        Ok(self.guests.dismiss(now, |of, _| of != session))
    }

    /// Lets a screen of a session into the broker, or `again` the one of that name.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn admit(
        &self,
        signed: &Signed,
        again: Option<&str>,
        now: Time,
    ) -> Result<Ticket, NoRandomness> {
        let authority = signed.operator.authority(None);
        let filters = topics::filters(&authority, &self.site, &self.topics);
        let until = signed.expires.min(now + guests::STAY);
        self.guests.admit(&signed.session, &authority, filters, again, until)
    }

    /// Sends away the guests whose time is over, whose session has ended, or whose operator's rights
    /// are others since; their connections are to be closed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn dismiss_guests(&self, now: Time) -> Result<Vec<String>, StoreFailure> {
        if self.guests.is_empty() {
            return Ok(Vec::new());
        }
        let gone = self.look(|known| {
            Some(self.guests.dismiss(now, |session, authority| {
                let found = known.session(session, now);
                found.is_some_and(|(_, operator)| operator.authority(None) == *authority)
            }))
        })?;
        Ok(gone.unwrap_or_default())
    }

    /// What other processes have changed since the last time it was asked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn changes(&self) -> Result<Vec<Changed>, StoreFailure> {
        self.look(|_| Some(()))?;
        Ok(std::mem::take(&mut *self.waiting()))
    }

    /// Changes an operator in the name of another, whose order is on record; what changes thereby is
    /// not noted once more as done by somebody at the command line.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn manage<T>(
        &self,
        whose: &OperatorId,
        change: impl FnOnce(&mut Editor) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        self.look(|_| Some(()))?;
        let before = self.waiting().len();
        let done = self.edit(change)?;
        self.look(|_| Some(()))?;
        let mut place = 0;
        self.waiting().retain(|(operator, _, _)| {
            place += 1;
            place <= before || operator != whose
        });
        Ok(done)
    }

    /// Every operator with their tokens and sessions, revoked or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn all(&self) -> Result<Vec<Listed>, StoreFailure> {
        let found = self.look(|known| {
            let mut all: Vec<Listed> = known
                .operators
                .values()
                .map(|operator| Listed {
                    operator: operator.clone(),
                    tokens: known.tokens.get(&operator.id).cloned().unwrap_or_default(),
                    sessions: known
                        .sessions
                        .values()
                        .filter(|session| session.operator == operator.id)
                        .cloned()
                        .collect(),
                })
                .collect();
            all.sort_by(|a, b| a.operator.id.cmp(&b.operator.id));
            Some(all)
        })?;
        Ok(found.unwrap_or_default())
    }

    /// Whether an address was wrong too often and must wait.
    pub fn is_busy(&self, address: IpAddr, now: Time) -> bool {
        self.attempts().is_busy(address, now)
    }

    /// Counts something wrong from an address; returns whether there was too much before.
    pub fn wrong_from(&self, address: IpAddr, now: Time) -> bool {
        self.attempts().wrong_from(address, now)
    }

    /// Looks into the tables, read again if they have changed.
    fn look<T>(
        &self,
        find: impl FnOnce(&mut Known) -> Option<T>,
    ) -> Result<Option<T>, StoreFailure> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be read is opened anew by the next who asks.
        let mut read = match known.take() {
            Some(read) if read.reader.revisions()?.operators == read.revision => read,
            Some(read) => self.read_again(read)?,
            None => Known::load(DatabaseReader::open(&self.file)?)?,
        };
        let found = find(&mut read);
        *known = Some(read);
        Ok(found)
    }

    fn read_again(&self, before: Known) -> Result<Known, StoreFailure> {
        let Known { reader, operators, tokens, sessions, .. } = before;
        let mut read = Known::load(reader)?;
        let changed = read.changes(&operators, &tokens);
        for (id, change, _) in &changed {
            if *change == OperatorChange::Password {
                self.attempts().forget(id.as_str());
            }
        }
        let mut waiting = self.waiting();
        let room = CHANGES_MAX.saturating_sub(waiting.len());
        waiting.extend(changed.into_iter().take(room));
        drop(waiting);
        // The disk is up to a minute behind in when a session was used.
        for (hash, session) in &mut read.sessions {
            let before = sessions.get(hash).map(|before| before.seen);
            session.seen = session.seen.max(before.unwrap_or(session.seen));
        }
        Ok(read)
    }

    fn edit<T>(
        &self,
        change: impl FnOnce(&mut Editor) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let mut kept = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        let mut editor = match kept.take() {
            Some(editor) => editor,
            None => Editor::open(&self.file)?,
        };
        let changed = change(&mut editor)?;
        *kept = Some(editor);
        Ok(changed)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Changed>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends guests away as their time or session ends, and records what others have changed, until the
/// flag is raised.
pub async fn watch(
    operators: Arc<Operators>,
    link: LinkHandle,
    journal: Journal,
    clock: SharedClock,
    mut stop: watch::Receiver<bool>,
) {
    while tokio::time::timeout(TICK, stop.changed()).await.is_err() {
        let (asked, now) = (Arc::clone(&operators), clock.now());
        let looked = tokio::task::spawn_blocking(move || {
            Ok::<_, StoreFailure>((asked.dismiss_guests(now)?, asked.changes()?))
        });
        let (gone, changes) = match looked.await {
            Ok(Ok(looked)) => looked,
            Ok(Err(failure)) => {
                warn!(%failure, "it is not known who may stay");
                continue;
            }
            Err(error) => {
                warn!(%error, "it is not known who may stay");
                continue;
            }
        };
        for name in gone {
            link.disconnect(&name).await;
        }
        for (operator, change, role) in changes {
            let from = Origin { address: "local".to_owned(), means: Means::CommandLine };
            let did = Deed::OperatorChanged { operator, change, role };
            let audit = Audit { at: now, by: None, role: None, from, did };
            let event = Event::Audited(Box::new(audit));
            if let Err(refusal) = journal.append(event, OnDurable::Nothing) {
                warn!(%refusal, "a line of the audit trail is lost");
            }
        }
    }
}
