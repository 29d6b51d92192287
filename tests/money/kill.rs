//! Kills while meters are billed and money is paid in: what was acknowledged is there once, what is
//! asked again is known, every Wh is billed once, the books balance and the chain holds.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

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
use serde_json::{Value, json};

use crate::{
    campus::Folder,
    process::{self, Process},
    rooms::{STEP_FEN, STEP_WH, draw, folder},
    world::token,
};

const SEED: u64 = 20_261_126;
const ROOMS: usize = 4;

/// Pays money in without end, and writes down what was acknowledged: receipt and entry.
struct Payer {
    stop: Arc<AtomicBool>,
    done: Arc<Mutex<BTreeMap<u64, u64>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What receipt `number` is for; the same whenever it is asked again.
fn receipt(number: u64) -> Value {
    let room = number % 4 + 1;
    json!({"to": format!("room:b1-00{room}"), "amount_fen": number % 90 + 1, "desk": "main",
           "receipt": number, "why": "cash"})
}

fn pay(agent: &ureq::Agent, http: SocketAddr, token: &str, number: u64) -> Option<(String, u64)> {
    let request = agent.post(format!("http://{http}/api/money/top-up"));
    let request = request
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let mut answer = request.send(receipt(number).to_string()).ok()?;
    let body = answer.body_mut().read_to_string().ok()?;
    let body: Value = serde_json::from_str(&body).ok()?;
    Some((body["outcome"].as_str()?.to_owned(), body["entry"].as_u64()?))
}

impl Payer {
    fn start(http: SocketAddr, token: &str) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (stopped, noted, token) = (Arc::clone(&stop), Arc::clone(&done), token.to_owned());
        let thread = std::thread::spawn(move || {
            let noted: Arc<Mutex<BTreeMap<u64, u64>>> = noted;
            let agent = ureq::Agent::new_with_defaults();
            let mut number = 1;
            loop {
                // What was not acknowledged is asked again until it is, the last one too: it may be on
                // record.
                if let Some((_, entry)) = pay(&agent, http, &token, number) {
                    noted.lock().expect("noted").insert(number, entry);
                    number += 1;
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                }
            }
        });
        Self { stop, done, thread: Some(thread) }
    }

    fn count(&self) -> usize {
        self.done.lock().expect("noted").len()
    }

    fn end(mut self) -> BTreeMap<u64, u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().expect("a thread").join().expect("it ends");
        self.done.lock().expect("noted").clone()
    }
}

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

#[actix::test]
async fn what_was_acknowledged_before_a_kill_is_there_once_and_every_wh_is_billed_once() {
    let kills: usize =
        std::env::var("ONECARD_KILLS").map_or(8, |text| text.parse().expect("kills"));
    println!("seed {SEED}");
    let mut random = rand::rngs::StdRng::seed_from_u64(SEED);
    let settings = LineSettings { framing: Framing::Tcp, timing: None, gateway_timeout: None };
    let plan = Plan::of_buildings(1, ROOMS, 4, Model::Dds238, settings);
    let dormitory = Dormitory::start(plan, 7).await.expect("a dormitory");
    let line = dormitory.address("b1-line1").expect("a line");
    let (mqtt, http) = (process::free(), process::free());
    // Rooms that owe go on: what is looked at is the money.
    let credit =
        "bill_every_s = 0\ngrace = \"100000.00\"\nrestore_at = \"-99999.00\"\nsign_s = 0\n";
    let folder = folder((mqtt, http), line, ROOMS, credit);
    let token = token(&folder);
    for room in 1..=ROOMS {
        draw(&dormitory, &format!("b1-00{room}"));
    }
    let told = tokio::task::spawn_blocking(move || {
        let mut controller = Process::start(&folder);
        let payer = Payer::start(http, &token);
        for kill in 0..kills {
            let more = payer.count() + random.random_range(20..120);
            process::until("more was paid in", || {
                controller.assert_running();
                payer.count() >= more
            });
            // Sometimes meters are billed in between, sometimes a start is cut short.
            crate::pace::pause(Duration::from_millis(random.random_range(0..2_500)));
            controller.kill();
            let proof = ledger::verify(&file(&folder)).expect("it is read");
            assert_eq!(proof.flaw, None, "after kill {kill}");
            controller = Process::start(&folder);
        }
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
        (folder, seen)
    });
    let (folder, seen) = told.await.expect("it ends");

    let proof = ledger::verify(&file(&folder)).expect("it is read");
    assert_eq!(proof.flaw, None);
    let reader = LedgerReader::open(&file(&folder)).expect("it opens");
    let meters = reader.states("meter").expect("they are read");
    assert_eq!(meters.len(), ROOMS);
    let mut wh = 0;
    for (room, body) in &meters {
        let kept: Billed = serde_json::from_str(body).expect("a meter");
        assert_eq!(kept.meter.parked, None, "{room}");
        wh += assert_billed_once(&reader, room, &kept);
    }
    let balance = |account: &str| {
        let found = reader.account(&account.parse().expect("an account")).expect("it is read");
        found.expect("it is there").1.balance().get()
    };
    assert_eq!(balance("income:electricity"), wh / STEP_WH * STEP_FEN);
    let paid: i64 = seen
        .keys()
        .map(|number| receipt(*number)["amount_fen"].as_i64())
        .sum::<Option<i64>>()
        .expect("fen");
    assert_eq!(balance("cash_desk:main"), -paid, "each receipt once, and none but these");
    let all = reader.accounts("").expect("they are read");
    assert_eq!(all.iter().map(|account| account.balance().get()).sum::<i64>(), 0);
    println!("{kills} kills, {} receipts, {wh} Wh billed, {} rows", seen.len(), proof.rows);
    assert!(wh > 0, "meters were billed meanwhile");
}

fn file(folder: &Folder) -> std::path::PathBuf {
    folder.data().join(database::FILE_NAME)
}
