//! The demonstration as a newcomer meets it: a live log in which rooms trip, come back by rule, and say why.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// Far more than anything takes; the demonstration ends by itself then, and so does the log.
const PATIENCE_S: &str = "60";

/// A demonstration that ends with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        // It may have ended; either way it is gone afterwards.
        drop(told);
        drop(self.0.wait());
    }
}

/// What does not belong to the story of a trip: warnings, and money.
fn beside(code: &str) -> bool {
    code == "warned" || code.starts_with("credit")
}

fn get(address: &str, path: &str) -> Value {
    let mut stream = TcpStream::connect(address).expect("HTTP listens");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).unwrap_or_else(|wrong| panic!("{path}: {wrong}: {body}"))
}

#[test]
fn rooms_trip_for_a_reason_that_is_told_and_come_back_by_rule() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_onecard"))
        .args(["demo", "--mqtt-port", "0", "--websocket-port", "0", "--http-port", "0"])
        .args(["--people", "300", "--no-faults", "--for", PATIENCE_S])
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    let _demo = Demo(child);
    let mut http = None;
    let mut entries = 0;
    // What each room went through, in order.
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let story = ["tripped", "seen", "reclosed", "seen"];
    for line in output.lines() {
        let line = line.expect("text");
        if let Some(rest) = line.strip_prefix("HTTP  http://") {
            http = rest.split('/').next().map(str::to_owned);
        }
        entries += usize::from(line.contains(" grant "));
        let mut words = line.split_whitespace().skip(1);
        let (Some(room), Some("⚡"), Some(code)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let name = words.next().expect("a name");
        assert!(name.ends_with('室'), "{line}");
        let lived = rooms.entry(room.to_owned()).or_default();
        if code == "tripped" {
            assert!(line.contains("停电") && line.contains("自动恢复供电"), "{line}");
            if lived.is_empty() || lived.iter().all(|code| beside(code)) {
                let http = http.as_deref().expect("the address stands before the log");
                let why = get(http, &format!("/api/rooms/{room}/why"));
                assert!(why["en"].as_str().is_some_and(|en| en.contains("Power is off")), "{why}");
            }
        }
        lived.push(code.to_owned());
        let told: Vec<&str> =
            lived.iter().map(String::as_str).filter(|code| !beside(code)).collect();
        if told.starts_with(&story) {
            assert!(entries > 0, "people come and go meanwhile");
            return;
        }
    }
    panic!("no room tripped and came back: {rooms:#?}");
}
