//! What rooms have left, told to whoever follows: the latest of each room that has changed, after the
//! commit that changed it.
//!
//! There is no queue that could be full: who is slow finds the latest balance of each room once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;
use onecard_rules::{
    ids::RoomId,
    ledger::{AccountName, AccountNo, Books, Purpose},
    money::Fen,
};
use tokio::sync::Notify;

/// What rooms have left, as far as it has changed and was not taken yet.
#[derive(Debug, Clone, Default)]
pub struct Balances(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    changed: Mutex<BTreeMap<RoomId, Fen>>,
    news: Notify,
}

impl Balances {
    /// Waits until some have changed, and takes them: what each room can spend on what it uses, its
    /// subsidies included. One task at a time may wait.
    pub async fn changed(&self) -> BTreeMap<RoomId, Fen> {
        loop {
            let taken = std::mem::take(&mut *self.lock());
            if !taken.is_empty() {
                return taken;
            }
            self.0.news.notified().await;
        }
    }

    /// Notes what the rooms among these accounts, or whose subsidies are, have left on `day`.
    pub(super) fn note(&self, books: &Books, touched: &[AccountNo], day: NaiveDate) {
        let rooms = touched.iter().filter_map(|number| {
            let name = books.account(*number)?.name.own();
            let AccountName::Room(room) = &name else { return None };
            Some((room.clone(), books.spendable(&name, Purpose::Usage, day)?))
        });
        let mut changed = self.lock();
        changed.extend(rooms);
        let any = !changed.is_empty();
        drop(changed);
        if any {
            self.0.news.notify_one();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RoomId, Fen>> {
        self.0.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
