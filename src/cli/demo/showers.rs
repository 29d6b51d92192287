//! People who shower in the demonstration: what they have paid in at the cash desk, and the simulated
//! taps that they stand under.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    thread::JoinHandle,
};

use onecard_devices::topic::Topics;
use onecard_rules::{
    ids::DeskId,
    ledger::{AccountName, Purpose},
    money::Fen,
    person::{Card, CardState},
    site::Site,
};
use onecard_simulators::{
    showers::{self, Place, Settings, Summary},
    tap::Fault,
};
use tokio::sync::watch;
use tracing::warn;

use crate::money::{Cashier, Payment, Source};

/// So many people take turns.
const PEOPLE: usize = 60;
/// One in so many has a few fen only: the shower stops when they are gone.
const POOR: usize = 3;
/// The number of the first receipt (rooms have those from a million on), and who took the money.
const RECEIPTS: u64 = 1;
const BY: &str = "demo";

/// The simulated taps.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    thread: JoinHandle<anyhow::Result<Summary>>,
}

/// The cards of those who shower.
pub fn bathers(cards: &[Card]) -> Vec<Card> {
    let good = cards.iter().filter(|card| card.state == CardState::Active);
    good.take(PEOPLE).cloned().collect()
}

/// Pays in at the cash desk what each of them has; once, however often the demonstration is started
/// on the same data.
pub async fn pay_in(cashier: &Cashier, desk: &DeskId, bathers: &[Card]) -> anyhow::Result<()> {
    for (receipt, (place, card)) in (RECEIPTS..).zip(bathers.iter().enumerate()) {
        let yuan = i64::try_from(place % 16)? + 5;
        let amount = if place % POOR == 0 { 3 + yuan % 5 } else { yuan * 100 };
        let (from, cause) = Source::Desk { desk: desk.clone(), receipt }.account();
        let payment = Payment {
            cause,
            purpose: Purpose::TopUp,
            from,
            to: AccountName::Purse(card.person.clone()),
            amount: Fen::new(amount),
            by: BY.parse()?,
            why: "cash for showers".to_owned(),
        };
        cashier.pay(payment).await?;
    }
    Ok(())
}

/// Starts the taps of a campus, with people before them. `None`: it has none.
pub fn start(
    site: &Site,
    broker: SocketAddr,
    bathers: &[Card],
    seed: u64,
    faults: bool,
) -> anyhow::Result<Option<Running>> {
    if site.taps.is_empty() {
        return Ok(None);
    }
    let place = |tap: &onecard_rules::site::Tap| Place {
        tap: tap.id.clone(),
        reader: tap.reader.clone(),
        area: tap.area.to_string(),
    };
    // A worn seal, and a supply that is shut off.
    let mut ailing = site.taps.keys().skip(1).step_by(5);
    let wrong = [Fault::Leak, Fault::NoFlow];
    let wrong = wrong.into_iter().filter_map(|fault| Some((ailing.next()?.clone(), fault)));
    let settings = Settings {
        broker,
        topics: Topics::new(&site.topic_root, &site.id),
        places: site.taps.values().map(place).collect(),
        cards: bathers.iter().map(|card| card.credential.hex()).collect(),
        seed,
        free_s: 2.0..12.0,
        use_s: 4.0..25.0,
        people: u64::MAX,
        present: Arc::new(AtomicU64::new(0)),
        faults: if faults { wrong.collect() } else { Vec::new() },
    };
    let (stop, stopped) = watch::channel(false);
    // On a thread of its own, as devices are elsewhere, too.
    let thread = std::thread::Builder::new().name("showers".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(showers::run(settings, stopped)).map_err(anyhow::Error::from)
    })?;
    Ok(Some(Running { stop, thread }))
}

impl Running {
    /// Ends the simulation.
    pub fn end(self) -> Option<Summary> {
        // It ends with the flag, and with its sender.
        let _ = self.stop.send(true);
        match self.thread.join() {
            Ok(Ok(summary)) => Some(summary),
            Ok(Err(error)) => {
                warn!(%error, "the showers did not end in order");
                None
            }
            Err(_) => {
                warn!("the showers failed");
                None
            }
        }
    }
}
