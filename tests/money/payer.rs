//! Somebody who pays in and moves money without end over HTTP, and notes what was acknowledged.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

/// Whose purse is spent on showers, and whose goes on to rooms.
const SHOWERS: [&str; 2] = ["li", "sun"];
const MOVES: &str = "zhao";

/// Between two payments: enough happens, and all is asked again at the end.
const BREATH: Duration = Duration::from_millis(3);

/// Pays without end, and writes down what was acknowledged: receipt and entry.
pub struct Payer {
    stop: Arc<AtomicBool>,
    done: Arc<Mutex<BTreeMap<u64, u64>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Where money comes from and goes to, and how much, in fen.
pub struct Movement {
    pub from: String,
    pub to: String,
    pub fen: i64,
}

/// What receipt `number` moves; the same whenever it is asked again.
pub fn movement(number: u64) -> Movement {
    let (round, place) = (number / 6, number % 6);
    let room = format!("room:b1-00{}", round % 4 + 1);
    let shower = SHOWERS[usize::from(round % 2 == 1)];
    let desk = || "cash_desk:main".to_owned();
    let (from, to) = match place {
        0..3 => (desk(), room),
        3 => (desk(), format!("purse:{shower}")),
        4 => (desk(), format!("purse:{MOVES}")),
        _ => (format!("purse:{MOVES}"), room),
    };
    // What was paid in to that purse goes on to the room: it never runs dry.
    let amount = if place == 5 { number - 1 } else { number } % 90 + 1;
    let fen = i64::try_from(amount).expect("fen");
    Movement { from, to, fen }
}

fn asked(number: u64) -> (&'static str, Value) {
    let Movement { from, to, fen } = movement(number);
    if let Some(person) = from.strip_prefix("purse:") {
        let room = to.strip_prefix("room:").expect("a room");
        let body = json!({"person": person, "room": room, "amount_fen": fen,
                          "key": format!("k{number}"), "why": "electricity"});
        ("transfer", body)
    } else {
        let body = json!({"to": to, "amount_fen": fen, "desk": "main", "receipt": number,
                          "why": "cash"});
        ("top-up", body)
    }
}

/// Asks for receipt `number`; the outcome and the entry, once it is on record.
pub fn pay(
    agent: &ureq::Agent,
    http: SocketAddr,
    token: &str,
    number: u64,
) -> Option<(String, u64)> {
    let (what, body) = asked(number);
    let request = agent.post(format!("http://{http}/api/money/{what}"));
    let request = request
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let mut answer = request.send(body.to_string()).ok()?;
    let body = answer.body_mut().read_to_string().ok()?;
    let body: Value = serde_json::from_str(&body).ok()?;
    Some((body["outcome"].as_str()?.to_owned(), body["entry"].as_u64()?))
}

impl Payer {
    pub fn start(http: SocketAddr, token: &str) -> Self {
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
                    crate::pace::pause(BREATH);
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                }
            }
        });
        Self { stop, done, thread: Some(thread) }
    }

    pub fn count(&self) -> usize {
        self.done.lock().expect("noted").len()
    }

    pub fn end(mut self) -> BTreeMap<u64, u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().expect("a thread").join().expect("it ends");
        self.done.lock().expect("noted").clone()
    }
}
