//! The last committed rows in memory, so that publishing and screens need not touch the disk.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use super::Row;

/// A bounded run of rows without a gap up to the last one committed.
pub(super) struct Recent {
    kept: RwLock<Kept>,
    most: usize,
}

struct Kept {
    /// The row just before the first one kept.
    floor: u64,
    rows: VecDeque<Arc<Row>>,
}

impl Recent {
    /// Nothing yet after row `last`.
    pub(super) fn new(last: u64, most: usize) -> Self {
        Self { kept: RwLock::new(Kept { floor: last, rows: VecDeque::new() }), most }
    }

    pub(super) fn push(&self, rows: impl IntoIterator<Item = Arc<Row>>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.rows.extend(rows);
        while kept.rows.len() > self.most {
            if let Some(row) = kept.rows.pop_front() {
                kept.floor = row.seq;
            }
        }
    }

    /// The rows after `seq`, at most `limit`; `None` when some of them are not kept any more.
    pub(super) fn after(&self, seq: u64, limit: usize) -> Option<Vec<Arc<Row>>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if seq < kept.floor {
            return None;
        }
        let start = kept.rows.partition_point(|row| row.seq <= seq);
        Some(kept.rows.iter().skip(start).take(limit).cloned().collect())
    }
}
