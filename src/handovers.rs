//! The service of notes at the change of a shift: one actor that keeps those that nobody has taken over,
//! and records each being written and taken.

use actix::{Actor, Context, Handler, Message, MessageResult, ResponseFuture};
use onecard_devices::clock::SharedClock;
use onecard_rules::{
    event::{Act, Event},
    handover::{Handover, HandoverBoard},
    ids::{GateId, OperatorId},
};
use std::collections::BTreeSet;

use crate::store::journal::Journal;

/// Keeps the notes.
#[derive(Debug)]
pub struct Handovers {
    board: HandoverBoard,
    journal: Journal,
    clock: SharedClock,
}

/// Why a note was not written or taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandoverRefusal {
    #[error("no such note stands; somebody has taken it over already")]
    NotStanding,
    #[error("too many notes stand; take some over first")]
    Full,
    #[error("it could not be recorded; look at the controller's disk and try again")]
    NotRecorded,
}

/// Asks for the notes that concern one of these gates, the oldest first.
#[derive(Debug, Message)]
#[rtype(result = "Vec<Handover>")]
pub struct GetHandovers {
    pub gates: BTreeSet<GateId>,
}

/// Leaves a note for whoever is next at these gates; answers its name.
#[derive(Debug, Message)]
#[rtype(result = "Result<String, HandoverRefusal>")]
pub struct WriteHandover {
    pub gates: BTreeSet<GateId>,
    pub by: OperatorId,
    pub text: String,
}

/// Takes a note over.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), HandoverRefusal>")]
pub struct TakeHandover {
    pub note: String,
    pub by: OperatorId,
    pub why: String,
}

impl Handovers {
    /// The service with the notes that stood when the controller was last in charge.
    #[must_use]
    pub fn new(board: HandoverBoard, journal: Journal, clock: SharedClock) -> Self {
        Self { board, journal, clock }
    }
}

impl Actor for Handovers {
    type Context = Context<Self>;
}

impl Handler<GetHandovers> for Handovers {
    type Result = MessageResult<GetHandovers>;

    fn handle(&mut self, asked: GetHandovers, _: &mut Self::Context) -> Self::Result {
        let found = self.board.of(|gate| asked.gates.contains(gate));
        MessageResult(found.into_iter().cloned().collect())
    }
}

impl Handler<WriteHandover> for Handovers {
    type Result = ResponseFuture<Result<String, HandoverRefusal>>;

    fn handle(&mut self, asked: WriteHandover, _: &mut Self::Context) -> Self::Result {
        let WriteHandover { gates, by, text } = asked;
        let at = self.clock.now();
        let note = HandoverBoard::name_for(&by, at);
        // Two of one operator in the same millisecond are one written twice.
        if self.board.is_full() || self.board.find(&note).is_some() {
            return Box::pin(async { Err(HandoverRefusal::Full) });
        }
        let kept = Handover { note: note.clone(), at, by: by.clone(), gates, text: text.clone() };
        let gates = kept.gates.iter().cloned().collect();
        self.board.put(kept);
        let act = Act::HandoverWritten { note: note.clone(), gates };
        let event = Event::OperatorActed { at, by, why: text, act };
        let recorded = self.journal.append_and_wait(event);
        Box::pin(
            async move { recorded.await.map(|_| note).map_err(|_| HandoverRefusal::NotRecorded) },
        )
    }
}

impl Handler<TakeHandover> for Handovers {
    type Result = ResponseFuture<Result<(), HandoverRefusal>>;

    fn handle(&mut self, asked: TakeHandover, _: &mut Self::Context) -> Self::Result {
        let TakeHandover { note, by, why } = asked;
        let Some(taken) = self.board.take(&note) else {
            return Box::pin(async { Err(HandoverRefusal::NotStanding) });
        };
        let act = Act::HandoverTaken { note, written_by: taken.by };
        let event = Event::OperatorActed { at: self.clock.now(), by, why, act };
        let recorded = self.journal.append_and_wait(event);
        Box::pin(async move { recorded.await.map(drop).map_err(|_| HandoverRefusal::NotRecorded) })
    }
}
