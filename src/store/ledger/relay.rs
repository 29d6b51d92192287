//! Bringing the facts born with money to the journal: each at least once, in their order.
//!
//! A fact is forgotten here when the journal has it on disk. A crash between the two brings it there
//! again, as the same fact; an orderly end does not come between them.

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread::{self, JoinHandle},
    time::Duration,
};

use onecard_rules::event::Event;
use tracing::error;

use super::{Ledger, LedgerReader};
use crate::store::{OnDurable, StoreFailure, journal::Journal};

/// Facts taken up together.
const FACTS: u32 = 256;
/// How long to wait before trying again what a full queue or the disk refused.
const PAUSE: Duration = Duration::from_millis(50);

/// Brings facts to the journal on a thread of its own, until the ledger is closed.
pub(super) fn start(
    ledger: Ledger,
    journal: Journal,
    nudges: Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let work = move || run(&ledger, &journal, &nudges);
    thread::Builder::new().name("ledger relay".to_owned()).spawn(work)
}

fn run(ledger: &Ledger, journal: &Journal, nudges: &Receiver<()>) {
    let mut wait = Duration::ZERO;
    loop {
        let ended = matches!(nudges.recv_timeout(wait), Err(RecvTimeoutError::Disconnected));
        // Looked at first: what is committed from here on, this turn may not see.
        let closing = ledger.is_closing();
        if closing {
            written(ledger);
        }
        wait = match relay(ledger.path(), ledger, journal) {
            Ok(Left::None) => Duration::MAX,
            Ok(Left::Some) => Duration::ZERO,
            Ok(Left::Refused) => PAUSE,
            Err(failure) => {
                error!(%failure, "facts of the ledger do not reach the journal");
                PAUSE
            }
        };
        if ended || (closing && wait != Duration::ZERO) {
            return;
        }
    }
}

/// Waits until what is queued is on disk.
fn written(ledger: &Ledger) {
    let (then, receipt) = OnDurable::receipt();
    if ledger.told(0, then).is_ok() {
        // That nothing was told so far is no news; whether it was noted does not matter.
        let _ = receipt.blocking_recv();
    }
}

/// Whether anything is left to be told.
enum Left {
    None,
    Some,
    Refused,
}

fn relay(path: &std::path::Path, ledger: &Ledger, journal: &Journal) -> Result<Left, StoreFailure> {
    let facts = LedgerReader::open(path)?.outbox(FACTS)?;
    let Some(through) = facts.last().map(|(id, _)| *id) else { return Ok(Left::None) };
    let mut receipts = Vec::with_capacity(facts.len());
    for (_, body) in facts {
        let event: Event = match serde_json::from_str(&body) {
            Ok(event) => event,
            Err(failure) => {
                error!(%failure, body, "a fact of the ledger cannot be read and is left out");
                continue;
            }
        };
        let (then, receipt) = OnDurable::receipt();
        if journal.append(event, then).is_err() {
            return Ok(Left::Refused);
        }
        receipts.push(receipt);
    }
    for receipt in receipts {
        if !matches!(receipt.blocking_recv(), Ok(Ok(_))) {
            return Ok(Left::Refused);
        }
    }
    // When the queue is full or closed they are told again, which does no harm.
    let (then, receipt) = OnDurable::receipt();
    match ledger.told(through, then) {
        Ok(()) if receipt.blocking_recv().is_ok_and(|told| told.is_ok()) => Ok(Left::Some),
        Ok(()) | Err(_) => Ok(Left::Refused),
    }
}
