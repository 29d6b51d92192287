//! Kills and restarts under load: what the broker acknowledged is on record exactly once, nobody is
//! refused because something was not loaded yet.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

use std::{
    collections::{HashMap, HashSet},
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use onecard::store::journal::{self, JournalReader, Query};
use onecard_rules::{
    event::Event,
    person::{CardState, PersonKind},
    reason::Reason,
};
use rumqttc::{
    QoS,
    mqttbytes::v4::{self, Connect, Packet, Publish},
};
use serde_json::json;

#[path = "support/campus.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod campus;

use campus::{Folder, holder, now};

const KILLS: usize = 5;
const READERS: usize = 4;
/// Swipes acknowledged between two kills.
const BETWEEN: u64 = 150;

fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

fn serve(folder: &Folder) -> Child {
    Command::new(env!("CARGO_BIN_EXE_onecard"))
        .arg("serve")
        .arg(folder.campus())
        .arg("--data")
        .arg(folder.data())
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .spawn()
        .expect("the controller starts")
}

/// A reader that keeps each swipe until it is acknowledged, and delivers it again after every
/// interruption; each swipe by a person of its own.
fn reader(broker: SocketAddr, number: usize, acked: &AtomicU64, stop: &AtomicBool) -> Vec<u64> {
    let mut done = Vec::new();
    let mut seq = 1;
    while !stop.load(Ordering::Relaxed) {
        // Refused or broken: the controller is away; try again at once, it is soon back.
        let Ok(mut line) = Line::open(broker, &format!("reader-{number}")) else { continue };
        while !stop.load(Ordering::Relaxed) {
            let payload = json!({
                "card": card(number, seq), "boot": 1, "seq": seq, "at": now().to_rfc3339(),
            });
            if line.publish(&topic(number), payload.to_string()).is_err() {
                break;
            }
            done.push(seq);
            seq += 1;
            acked.fetch_add(1, Ordering::Relaxed);
        }
    }
    done
}

fn topic(number: usize) -> String {
    format!("onecard/west/campus/reader/main-{}-in/swipe", number + 1)
}

fn card(number: usize, seq: u64) -> String {
    format!("04{number:02X}00{:08X}", seq % 500)
}

/// One MQTT connection that does one thing at a time.
struct Line {
    stream: TcpStream,
    buffer: BytesMut,
}

impl Line {
    fn open(broker: SocketAddr, client: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(broker)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut line = Self { stream, buffer: BytesMut::new() };
        let mut hello = BytesMut::new();
        Connect::new(client).write(&mut hello).map_err(std::io::Error::other)?;
        line.stream.write_all(&hello)?;
        line.packet().map(|_| line)
    }

    fn publish(&mut self, topic: &str, payload: String) -> std::io::Result<()> {
        let mut publish = Publish::new(topic, QoS::AtLeastOnce, payload);
        publish.pkid = 1;
        let mut out = BytesMut::new();
        publish.write(&mut out).map_err(std::io::Error::other)?;
        self.stream.write_all(&out)?;
        let answer = self.packet()?;
        if matches!(answer, Packet::PubAck(_)) {
            return Ok(());
        }
        Err(std::io::Error::other(format!("{answer:?}")))
    }

    fn packet(&mut self) -> std::io::Result<Packet> {
        loop {
            if let Ok(packet) = v4::Packet::read(&mut self.buffer, 1 << 20) {
                return Ok(packet);
            }
            let mut chunk = [0; 4096];
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..count]);
        }
    }
}

#[test]
fn what_was_acknowledged_before_a_kill_is_on_record_exactly_once() {
    let (mqtt, http) = (free(), free());
    let folder = Folder::new(mqtt, http);
    let holders = (0..READERS).flat_map(|number| (0..500).map(move |seq| (number, seq)));
    let holders = holders.map(|(number, seq)| {
        let (id, card) = (format!("S{number}-{seq}"), card(number, seq));
        holder(&id, PersonKind::Student, &card, CardState::Active)
    });
    folder.people(&holders.collect::<Vec<_>>());
    let (acked, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut controller = serve(&folder);
    let readers: Vec<_> = (0..READERS)
        .map(|number| {
            let (acked, stop) = (Arc::clone(&acked), Arc::clone(&stop));
            std::thread::spawn(move || reader(mqtt, number, &acked, &stop))
        })
        .collect();
    for round in 1..=KILLS {
        let enough = BETWEEN * round as u64;
        while acked.load(Ordering::Relaxed) < enough {
            let ended = controller.try_wait().expect("a process");
            assert!(ended.is_none(), "the controller ended by itself: {ended:?}");
            std::thread::yield_now();
        }
        controller.kill().expect("it is killed");
        controller.wait().expect("it ended");
        controller = serve(&folder);
    }
    let after = acked.load(Ordering::Relaxed) + BETWEEN;
    while acked.load(Ordering::Relaxed) < after {
        std::thread::yield_now();
    }
    stop.store(true, Ordering::Relaxed);
    let acked: HashMap<usize, Vec<u64>> =
        readers.into_iter().map(|reader| reader.join().expect("a reader")).enumerate().collect();
    controller.kill().expect("it is killed");
    controller.wait().expect("it ended");

    let path = folder.data().join(journal::FILE_NAME);
    let found = journal::verify(&path, None).expect("readable");
    assert_eq!(found.broken, None, "the chain holds over kills");
    let query = Query { limit: usize::MAX, ..Query::default() };
    let rows = JournalReader::open(&path).and_then(|reader| reader.find(&query)).expect("readable");
    let mut recorded = HashSet::new();
    for row in &rows.rows {
        let Event::EntryDecided(entry) = &*row.event else { continue };
        if entry.reason == Reason::DenyReplay {
            assert!(!entry.granted);
            continue;
        }
        let expected = [Reason::Grant, Reason::WarnPassback];
        assert!(expected.contains(&entry.reason), "wrongly refused: {entry:?}");
        let key = entry.swipe.as_ref().expect("these readers count their swipes");
        assert!(recorded.insert((key.reader.to_string(), key.seq)), "twice: {key:?}");
    }
    for (number, seqs) in acked {
        for seq in seqs {
            let key = (format!("main-{}-in", number + 1), seq);
            assert!(recorded.contains(&key), "acknowledged, but not on record: {key:?}");
        }
    }
}
