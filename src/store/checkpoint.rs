//! Bringing what is in the log of a file into its pages, beside the writer instead of in it.
//!
//! `SQLite` does that by itself after some commit, which then takes as long as forty megabytes
//! take to the disk. Here a thread with a connection of its own does it, which holds no writer up.
//! It never catches up wholly with a writer that goes on, and only a log that is wholly brought over
//! is begun anew; so from time to time the writer brings over the little that is left.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use super::{StoreFailure, priority, sqlite};

/// So many new pages, as estimated, are worth a turn of the thread.
const WORTH: u64 = 4_096;
/// What a commit writes beside its rows, a page each: one without any counts, too, or the log of a
/// quiet site would only grow.
const PAGES_A_COMMIT: u64 = 4;
/// A log longer than this, in bytes, is to be begun anew.
const LONG: i64 = 40 * 1024 * 1024;
/// The most, in bytes, that the writer brings over itself: some milliseconds.
const LITTLE: i64 = LONG / 10;
/// How often the thread tries to catch up with a writer that goes on.
const TURNS: usize = 4;
/// Should the thread have ended: at so many bytes the writer does it all, as `SQLite` has it.
const AT_LAST: i64 = LONG * 10;

/// The writer's side. Dropping it ends the thread, and waits for that.
pub(super) struct Checkpoints {
    nudge: Option<SyncSender<()>>,
    /// The log is long, and little of it is left to bring over.
    nearly_done: Arc<AtomicBool>,
    pages: u64,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread for the file at `path`, and leaves its log, which is `writer`'s, to it.
    pub(super) fn start(path: &Path, writer: &Connection) -> Result<Self, StoreFailure> {
        let page: i64 = writer.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = AT_LAST / page.max(1);
        writer.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?;
        let connection = sqlite::open_writer(path, sqlite::Page::Short, sqlite::BUSY)?;
        let nearly_done = Arc::new(AtomicBool::new(false));
        // One nudge is enough to have all brought over.
        let (nudge, nudges) = sync_channel(1);
        let done = Arc::clone(&nearly_done);
        let work = move || {
            priority::lowest();
            bring_over(&connection, page, &nudges, &done);
        };
        let thread = thread::Builder::new().name("checkpoint".to_owned()).spawn(work);
        let thread = Some(thread.map_err(StoreFailure::Thread)?);
        Ok(Self { nudge: Some(nudge), nearly_done, pages: 0, thread })
    }

    /// The writer has committed so many rows.
    pub(super) fn committed(&mut self, writer: &Connection, rows: u64) {
        self.pages = self.pages.saturating_add(rows.saturating_add(PAGES_A_COMMIT));
        if self.pages >= WORTH {
            self.pages = 0;
            if let Some(nudge) = &self.nudge {
                // Full: a nudge waits already. Closed: then the log grows until `AT_LAST`.
                let _ = nudge.try_send(());
            }
        }
        if self.nearly_done.swap(false, Ordering::Acquire)
            && let Err(error) = checkpoint(writer)
        {
            tracing::warn!(%error, "a log is not brought over; it goes on growing");
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.nudge.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by its hook; there is nothing left to do.
            let _ = thread.join();
        }
    }
}

fn bring_over(connection: &Connection, page: i64, nudges: &Receiver<()>, nearly_done: &AtomicBool) {
    while nudges.recv().is_ok() {
        match catch_up(connection, page) {
            Ok(is_nearly) => nearly_done.store(is_nearly, Ordering::Release),
            Err(error) => tracing::warn!(%error, "a log could not be brought over"),
        }
    }
}

/// Brings over what there is, and what was written meanwhile, until that is little. Whether the log
/// is long, and the writer should do the rest.
fn catch_up(connection: &Connection, page: i64) -> rusqlite::Result<bool> {
    let mut pages = checkpoint(connection)?;
    for _ in 0..TURNS {
        let before = pages;
        pages = checkpoint(connection)?;
        if pages.saturating_sub(before).saturating_mul(page) <= LITTLE {
            return Ok(pages.saturating_mul(page) > LONG);
        }
    }
    Ok(false)
}

/// Brings over what can be without holding anybody up; how long the log was, in pages.
fn checkpoint(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
}
