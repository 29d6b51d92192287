//! Kills under a mixed load: meters are billed, money is paid in and moved, people shower against
//! what is reserved of their purses. What was acknowledged is there once, what is asked again is
//! known, every Wh is billed once, no session is forgotten, and the books balance.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use onecard::store::{
    database,
    ledger::{self, LedgerReader},
};
use onecard_rules::{
    billing::Billed,
    ledger::{AccountName, Cause, Purpose},
};
use onecard_simulators::power::{
    dormitory::{Dormitory, Plan},
    line::LineSettings,
    model::Model,
    wire::Framing,
};
use rand::{Rng, SeedableRng};

use crate::{
    campus::Folder,
    payer::{Payer, movement, pay},
    process::{self, Process},
    rooms::{STEP_FEN, STEP_WH, draw, furnish},
    showers::{KEYS, Sessions, Showers, assert_all_idle},
    taps,
    world::token,
};

const SEED: u64 = 20_261_126;
const KILLS: usize = 50;
const ROOMS: usize = 4;
/// Rooms that owe go on: what is looked at is the money.
const CREDIT: &str =
    "bill_every_s = 0\ngrace = \"100000.00\"\nrestore_at = \"-99999.00\"\nsign_s = 0\n";

/// The registers that a line of a statement was billed between, as its words say.
fn between(why: &str) -> (u64, u64) {
    let words: Vec<&str> = why.split([' ', ';']).collect();
    let number = |place: usize| words[place].parse().expect("a register");
    (number(2), number(4))
}

/// Every Wh since a meter was first read is billed once, over all runs.
fn assert_billed_once(reader: &LedgerReader, room: &str, kept: &Billed) -> i64 {
    let account: AccountName = format!("room:{room}").parse().expect("an account");
    let mut lines = reader.statement(&account, None, usize::MAX).expect("a statement");
    lines.reverse();
    let usage: Vec<_> = lines.iter().filter(|line| line.what.purpose == Purpose::Usage).collect();
    let mut next = None;
    let mut wh = 0;
    for line in &usage {
        let (from, to) = between(line.why.as_deref().expect("words"));
        assert!(next.is_none_or(|next| next == from), "{room}: a gap or an overlap at {from}");
        let used = i64::try_from(to - from).expect("Wh");
        assert_eq!(line.what.amount.get(), used / STEP_WH * STEP_FEN, "{room}");
        let Some(Cause::Reading { register, .. }) = &line.cause else { panic!("{line:?}") };
        assert_eq!(*register, to);
        (next, wh) = (Some(to), wh + used);
    }
    let billed = kept.meter.billed.expect("it was read").register;
    assert_eq!(next, Some(billed), "{room}: what is kept of its meter is what was billed");
    wh
}

/// Kills the controller again and again under the load; what was acknowledged: receipt and entry.
fn kill_again_and_again(
    folder: &Folder,
    (mqtt, http): (SocketAddr, SocketAddr),
    kills: usize,
) -> BTreeMap<u64, u64> {
    let mut random = rand::rngs::StdRng::seed_from_u64(SEED);
    let token = token(folder);
    let mut controller = Process::start(folder);
    let payer = Payer::start(http, &token);
    let people = u64::try_from(kills).expect("a number") * 4;
    let showers = Showers::start(mqtt, people, SEED);
    for kill in 0..kills {
        let more = payer.count() + random.random_range(20..120);
        process::until("more was paid in", || {
            controller.assert_running();
            payer.count() >= more
        });
        // Sometimes much happens in between, sometimes a start is cut short.
        crate::pace::pause(Duration::from_millis(random.random_range(0..2_000)));
        controller.kill();
        let proof = ledger::verify(&file(folder)).expect("it is read");
        assert_eq!(proof.flaw, None, "after kill {kill}");
        controller = Process::start(folder);
    }
    println!("{:?}", showers.end(http));
    let seen = payer.end();
    let agent = ureq::Agent::new_with_defaults();
    for (number, entry) in &seen {
        let mut again = None;
        process::until("it answers again", || {
            again = pay(&agent, http, &token, *number);
            again.is_some()
        });
        assert_eq!(again, Some(("exists".to_owned(), *entry)), "receipt {number}");
    }
    assert_eq!(controller.terminate().code(), Some(0));
    seen
}

/// What the receipts have moved into an account, less what they have moved out of it.
fn moved(seen: &BTreeMap<u64, u64>, account: &str) -> i64 {
    let change = |number: &u64| {
        let moved = movement(*number);
        i64::from(moved.to == account) * moved.fen - i64::from(moved.from == account) * moved.fen
    };
    seen.keys().map(change).sum()
}

#[actix::test]
async fn under_kills_nothing_acknowledged_is_lost_done_twice_or_half_done() {
    let kills: usize =
        std::env::var("ONECARD_KILLS").map_or(KILLS, |text| text.parse().expect("kills"));
    println!("seed {SEED}");
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, ROOMS, 4, Model::Dds238, settings);
    let dormitory = Dormitory::start(plan, 7).await.expect("a dormitory");
    let line = dormitory.address("b1-line1").expect("a line");
    let listens = (process::free(), process::free());
    let folder = taps::folder(listens.0, listens.1, KEYS);
    furnish(&folder, line, ROOMS, CREDIT);
    for room in 1..=ROOMS {
        draw(&dormitory, &format!("b1-00{room}"));
    }
    let told = tokio::task::spawn_blocking(move || {
        let seen = kill_again_and_again(&folder, listens, kills);
        (folder, seen)
    });
    let (folder, seen) = told.await.expect("it ends");

    let proof = ledger::verify(&file(&folder)).expect("it is read");
    assert_eq!((proof.flaw, proof.reservations), (None, 0));
    let reader = LedgerReader::open(&file(&folder)).expect("it opens");
    let meters = reader.states("meter").expect("they are read");
    assert_eq!(meters.len(), ROOMS);
    let mut wh = 0;
    for (room, body) in &meters {
        let kept: Billed = serde_json::from_str(body).expect("a meter");
        assert_eq!(kept.meter.parked, None, "{room}");
        wh += assert_billed_once(&reader, room, &kept);
    }
    let balance = |account: &str| taps::money(&folder.data(), account).0;
    assert_eq!(balance("income:electricity"), wh / STEP_WH * STEP_FEN);
    let desk = "cash_desk:main";
    assert_eq!(balance(desk), moved(&seen, desk), "each receipt once, and none but these");

    let sessions = Sessions::of(&folder);
    let charged = sessions.assert_settled_once();
    assert_eq!(balance("income:water"), charged);
    assert_all_idle(&reader);
    let mut paid = 0;
    for (person, .., first) in taps::PEOPLE {
        let Some(first) = first else { continue };
        let purse = format!("purse:{person}");
        let (left, held) = taps::money(&folder.data(), &purse);
        assert_eq!(held, 0, "something of {person} is still held back");
        paid += first + moved(&seen, &purse) - left;
    }
    assert_eq!(paid, charged, "people have paid what their showers were charged");
    let all = reader.accounts("").expect("they are read");
    assert_eq!(all.iter().map(|account| account.balance().get()).sum::<i64>(), 0);
    println!(
        "{kills} kills, {} receipts, {wh} Wh billed, {} showers for {charged} fen, {} rows",
        seen.len(),
        sessions.count(),
        proof.rows
    );
    assert!(wh > 0 && charged > 0, "meters and showers were billed meanwhile");
}

fn file(folder: &Folder) -> std::path::PathBuf {
    folder.data().join(database::FILE_NAME)
}
