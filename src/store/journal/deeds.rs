//! Questions to the journal that dashboards ask: what people did, and how many passed where.

use onecard_rules::{
    Time,
    event::{Act, Event},
    ids::GateId,
    site::Direction,
};
use rusqlite::params;

use super::{
    Row,
    reader::{JournalReader, fact_of},
};
use crate::store::{
    StoreFailure,
    sqlite::{self, Stamp},
};

/// The facts of which `journal_deeds` is the index; the words must be the index's own.
const DEEDS: &str = "fact IN ('audited', 'operator_acted',
        'measure_begun', 'measure_ended', 'rules_loaded', 'rules_refused', 'booted', 'stopped',
        'people_imported')";

/// Most rows that one search for deeds looks at.
const LOOKS_MAX: usize = 50_000;

/// How finely passages are counted: hours of every zone begin at a multiple of it.
const QUARTER_MS: i64 = 15 * 60 * 1000;

/// Which deeds to look for; what is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeedsAsked {
    /// Who did it: a name, or the begin of one.
    pub who: Option<String>,
    /// The kind of fact, deed, act or action, such as `searched` or `lock_down`.
    pub action: Option<String>,
    /// The gate, area, room or device that it is about.
    pub place: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
    /// Before this row.
    pub before: Option<u64>,
    pub limit: usize,
}

/// Deeds, the newest first.
#[derive(Debug, Default)]
pub struct DeedsFound {
    pub rows: Vec<Row>,
    /// Where to go on with `before`; `None`: there is no more.
    pub next_before: Option<u64>,
}

/// How many were let pass and refused at a gate within a quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub gate: GateId,
    /// When the quarter began.
    pub at: Time,
    pub entered: u64,
    pub left: u64,
    pub refused: u64,
}

impl DeedsAsked {
    fn wants(&self, row: &Row) -> bool {
        let is = |wanted: &Option<String>, found: &[String]| {
            wanted.as_ref().is_none_or(|wanted| found.iter().any(|word| word == wanted))
        };
        let (who, actions, places) = words_of(&row.event);
        let is_who = |wanted: &String| who.as_ref().is_some_and(|who| who.starts_with(wanted));
        self.who.as_ref().is_none_or(is_who)
            && is(&self.action, &actions)
            && is(&self.place, &places)
    }
}

/// Who did it, what it is called, and what it is about.
fn words_of(event: &Event) -> (Option<String>, Vec<String>, Vec<String>) {
    use onecard_rules::audit::Deed;
    let mut actions = vec![event.name().to_owned()];
    let mut places = Vec::new();
    let who = match event {
        Event::Audited(audit) => {
            match &audit.did {
                Deed::SignedIn => actions.push("signed_in".to_owned()),
                Deed::SignedOut => actions.push("signed_out".to_owned()),
                Deed::SignInRefused { claimed, .. } => {
                    actions.push("sign_in_refused".to_owned());
                    places.push(claimed.clone());
                }
                Deed::Ordered { action, target, .. } => {
                    actions.extend(["ordered".to_owned(), action.as_str().to_owned()]);
                    places.extend(parts_of(target));
                }
                Deed::Proposed { action, target, .. } => {
                    actions.extend(["proposed".to_owned(), action.as_str().to_owned()]);
                    places.extend(parts_of(target));
                }
                Deed::Searched { person, .. } => {
                    actions.push("searched".to_owned());
                    places.push(person.to_string());
                }
                Deed::SearchedName { name, .. } => {
                    actions.push("searched_name".to_owned());
                    places.push(name.clone());
                }
                Deed::OperatorChanged { operator, .. } => {
                    actions.push("operator_changed".to_owned());
                    places.push(operator.to_string());
                }
            }
            audit.by.as_ref().map(ToString::to_string)
        }
        Event::OperatorActed { by, act, .. } => {
            let (name, place) = match act {
                Act::OverrideSet { gate, .. } => ("override_set", gate.to_string()),
                Act::OverrideCleared { gate } => ("override_cleared", gate.to_string()),
                Act::PassbackForgiven { person } => ("passback_forgiven", person.to_string()),
                Act::PassbackForgivenWithin { area, .. } => {
                    ("passback_forgiven_within", area.to_string())
                }
                Act::AlarmAcknowledged { subject, .. } => {
                    ("alarm_acknowledged", subject.device.clone())
                }
                Act::AlarmHandled { subject, .. } => ("alarm_handled", subject.device.clone()),
                Act::HandoverWritten { note, .. } => ("handover_written", note.clone()),
                Act::HandoverTaken { note, .. } => ("handover_taken", note.clone()),
            };
            actions.push(name.to_owned());
            places.push(place);
            Some(by.to_string())
        }
        Event::MeasureBegun { measure, .. } => {
            places.push(measure.area.to_string());
            Some(measure.by.to_string())
        }
        Event::MeasureEnded { measure, by, .. } => {
            places.push(measure.area.to_string());
            by.as_ref().map(ToString::to_string)
        }
        Event::RulesLoaded { .. }
        | Event::RulesRefused { .. }
        | Event::Booted { .. }
        | Event::Stopped { .. }
        | Event::PeopleImported { .. }
        | Event::EntryDecided(_)
        | Event::PassageEnded(_)
        | Event::GateModeChanged { .. }
        | Event::PresenceForgotten { .. }
        | Event::AlarmRaised { .. }
        | Event::AlarmCleared { .. }
        | Event::RoomHappened { .. }
        | Event::TapHappened { .. }
        | Event::MoneyMoved(_)
        | Event::DayClosed { .. } => None,
    };
    (who, actions, places)
}

/// A target such as `library/gate/library-1` is found by the whole and by each part.
fn parts_of(target: &str) -> impl Iterator<Item = String> + '_ {
    std::iter::once(target.to_owned()).chain(target.split('/').map(str::to_owned))
}

impl JournalReader {
    /// What people did, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn deeds(&self, asked: &DeedsAsked) -> Result<DeedsFound, StoreFailure> {
        let sql = format!(
            "SELECT seq, boot, at_ms, body FROM journal WHERE {DEEDS} AND seq < ?1
             ORDER BY seq DESC LIMIT ?2"
        );
        let before = asked.before.unwrap_or(u64::MAX / 2);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let looks = i64::try_from(LOOKS_MAX).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![sqlite::number(before), looks])?;
        let (mut found, mut looked, mut last) = (DeedsFound::default(), 0, None);
        while let Some(row) = rows.next()? {
            let row = fact_of(row)?;
            looked += 1;
            last = Some(row.seq);
            let is_early = asked.from.is_some_and(|from| row.at < from);
            let is_late = asked.until.is_some_and(|until| row.at >= until);
            if !is_early && !is_late && asked.wants(&row) {
                found.rows.push(row);
            }
            if found.rows.len() >= asked.limit {
                break;
            }
        }
        if found.rows.len() >= asked.limit || looked >= LOOKS_MAX {
            found.next_before = last;
        }
        Ok(found)
    }

    /// Who was let pass and refused at each gate, by quarters of an hour.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn flow(&self, from: Time, until: Time) -> Result<Vec<Flow>, StoreFailure> {
        let sql = "SELECT gate, at_ms / ?3 * ?3,
                sum(granted = 1 AND direction = ?4), sum(granted = 1 AND direction = ?5),
                sum(granted = 0)
            FROM (SELECT gate, at_ms, body ->> '$.granted' AS granted,
                         body ->> '$.direction' AS direction
                  FROM journal INDEXED BY journal_at
                  WHERE at_ms >= ?1 AND at_ms < ?2 AND fact = 'entry_decided')
            GROUP BY 1, 2 ORDER BY 2, 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let (entered, left) = (Direction::In.as_str(), Direction::Out.as_str());
        let values = params![Stamp(from), Stamp(until), QUARTER_MS, entered, left];
        let rows = statement.query_map(values, |row| {
            let at = sqlite::time(row, 1)?.ok_or_else(|| sqlite::damaged(1, "no time"))?;
            Ok(Flow {
                gate: sqlite::parsed(row, 0)?,
                at,
                entered: sqlite::unsigned(row, 2)?,
                left: sqlite::unsigned(row, 3)?,
                refused: sqlite::unsigned(row, 4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
