//! The alarm service: one actor that keeps the alarm board and records every change of it.
//!
//! Devices say that something is wrong or right again; operators say that they have seen it. The
//! retained messages that screens see are a consequence of the recorded facts.

use actix::{Actor, Context, Handler, Message, ResponseFuture};
use onecard_devices::{alarm, clock::SharedClock};
use onecard_rules::{
    alarm::{AlarmBoard, Remark, Standing, Step},
    event::{Act, Alarm, Event, Subject},
    ids::OperatorId,
    reason::Reason,
};
use tracing::{info, warn};

use crate::{
    metrics::Metrics,
    store::{OnDurable, journal::Journal},
};

/// Keeps the alarm board.
#[derive(Debug)]
pub struct Alarms {
    board: AlarmBoard,
    journal: Journal,
    clock: SharedClock,
    metrics: Metrics,
}

/// Asks for all alarms that stand.
#[derive(Debug, Message)]
#[rtype(result = "Vec<Standing>")]
pub struct GetStanding;

/// Why an alarm could not be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcknowledgeRefusal {
    #[error("no such alarm stands; it may have cleared by itself")]
    NotStanding,
    #[error("it could not be recorded; look at the controller's disk and try again")]
    NotRecorded,
}

/// Notes that an operator has seen an alarm. Answered when it is on record.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), AcknowledgeRefusal>")]
pub struct Acknowledge {
    pub subject: Subject,
    pub reason: Reason,
    pub by: OperatorId,
    pub why: String,
}

/// What an operator wants done about an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Keep what is written.
    Note,
    /// Hand it up to the security office, a severity up.
    Escalate,
    /// Somebody sees to it, or nobody any more.
    Assign(Option<OperatorId>),
    /// Have it sound again.
    Page,
}

/// Does something about an alarm, in an operator's name; `why` is what was written. Answered when it
/// is on record.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), AcknowledgeRefusal>")]
pub struct HandleAlarm {
    pub subject: Subject,
    pub reason: Reason,
    pub wanted: Wanted,
    pub by: OperatorId,
    pub why: String,
}

impl Alarms {
    /// The service with the alarms that stood when the controller was last in charge.
    #[must_use]
    pub fn new(board: AlarmBoard, journal: Journal, clock: SharedClock, metrics: Metrics) -> Self {
        Self { board, journal, clock, metrics }
    }

    fn record(&self, event: Event) {
        self.metrics.alarms_standing.set(i64::try_from(self.board.len()).unwrap_or(i64::MAX));
        // An alarm that cannot be recorded still stands on the board; the journal's own health
        // turns red by the same cause.
        if let Err(refusal) = self.journal.append(event, OnDurable::Nothing) {
            self.metrics.refuse("alarm_not_recorded");
            warn!(%refusal, "an alarm could not be recorded");
        }
    }
}

impl Actor for Alarms {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(4096);
    }
}

impl Handler<alarm::Changed> for Alarms {
    type Result = ();

    fn handle(&mut self, changed: alarm::Changed, _: &mut Self::Context) {
        let alarm::Changed { subject, reason, standing } = changed;
        let at = self.clock.now();
        let device = subject.device.clone();
        match standing {
            Some(detail) => {
                let alarm = Alarm { subject, reason, since: at, detail };
                if self.board.raise(alarm.clone()) {
                    warn!(%device, %reason, detail = alarm.detail, "alarm raised");
                    self.record(Event::AlarmRaised { at, alarm });
                }
            }
            None => {
                if self.board.clear(&subject, reason) {
                    info!(%device, %reason, "alarm cleared");
                    self.record(Event::AlarmCleared { at, subject, reason });
                }
            }
        }
    }
}

impl Handler<GetStanding> for Alarms {
    type Result = actix::MessageResult<GetStanding>;

    fn handle(&mut self, _: GetStanding, _: &mut Self::Context) -> Self::Result {
        actix::MessageResult(self.board.all().cloned().collect())
    }
}

impl Handler<Acknowledge> for Alarms {
    type Result = ResponseFuture<Result<(), AcknowledgeRefusal>>;

    fn handle(&mut self, asked: Acknowledge, _: &mut Self::Context) -> Self::Result {
        let Acknowledge { subject, reason, by, why } = asked;
        let at = self.clock.now();
        if !self.board.acknowledge(&subject, reason, &by, at) {
            return Box::pin(async { Err(AcknowledgeRefusal::NotStanding) });
        }
        let act = Act::AlarmAcknowledged { subject, reason };
        let recorded = self.journal.append_and_wait(Event::OperatorActed { at, by, why, act });
        Box::pin(
            async move { recorded.await.map(drop).map_err(|_| AcknowledgeRefusal::NotRecorded) },
        )
    }
}

impl Handler<HandleAlarm> for Alarms {
    type Result = ResponseFuture<Result<(), AcknowledgeRefusal>>;

    fn handle(&mut self, asked: HandleAlarm, _: &mut Self::Context) -> Self::Result {
        let HandleAlarm { subject, reason, wanted, by, why } = asked;
        let at = self.clock.now();
        let Some(standing) = self.board.find(&subject, reason) else {
            return Box::pin(async { Err(AcknowledgeRefusal::NotStanding) });
        };
        let step = match wanted {
            Wanted::Note => Step::Noted,
            Wanted::Escalate => Step::Escalated { severity: standing.severity().raised() },
            Wanted::Assign(to) => Step::Assigned { to },
            Wanted::Page => Step::Paged,
        };
        let remark = Remark { at, by: by.clone(), step: step.clone(), text: why.clone() };
        self.board.handle(&subject, reason, remark);
        let act = Act::AlarmHandled { subject, reason, step };
        let recorded = self.journal.append_and_wait(Event::OperatorActed { at, by, why, act });
        Box::pin(
            async move { recorded.await.map(drop).map_err(|_| AcknowledgeRefusal::NotRecorded) },
        )
    }
}
