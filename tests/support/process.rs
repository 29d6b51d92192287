//! A controller as a process of its own, as a service manager runs it: started, killed, told to stop;
//! and what it says over HTTP. It knows nothing of swipes.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use onecard_rules::Time;
use serde_json::Value;

use super::{
    campus::{Folder, edit, now},
    pace::pause,
};

/// Far more than anything takes.
pub const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// The first port that connections are not made from by themselves, as [`free`] sees it, and how many
/// there are: a story that starts its controller again must find the port that it had.
const PORTS: (u16, u16) = (20_000, 12_000);

/// An address of loopback that is free at the moment, and not given to another story of this process.
pub fn free() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let (first, count) = PORTS;
    // Test programs that run at the same time begin at different places.
    let offset = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(count));
    let offset = offset.expect("less than the count");
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed) % count;
        let port = first + (offset + next) % count;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().expect("an address");
        }
    }
}

/// Waits until something is so; gives up after far more than it can take.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = now();
    while !so() {
        assert!(now() - began < PATIENCE, "waited in vain until {what}");
        pause(Duration::from_millis(10));
    }
}

/// A controller on a folder; killed at the latest when dropped.
pub struct Process {
    child: Child,
    /// When it was started.
    pub since: Time,
}

impl Process {
    /// Starts it, and waits for nothing.
    pub fn start(folder: &Folder) -> Self {
        let since = now();
        let child = Command::new(env!("CARGO_BIN_EXE_onecard"))
            .arg("serve")
            .arg(folder.campus())
            .arg("--data")
            .arg(folder.data())
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "error".to_owned()))
            .stdin(Stdio::null())
            .spawn()
            .expect("the controller starts");
        Self { child, since }
    }

    /// Fails when it has ended by itself.
    pub fn assert_running(&mut self) {
        let ended = self.child.try_wait().expect("a process");
        assert!(ended.is_none(), "the controller ended by itself: {ended:?}");
    }

    /// `kill -9`; answers when that was.
    pub fn kill(&mut self) -> Time {
        let at = now();
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it ended");
        at
    }

    /// Tells it to stop as a service manager does, and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        assert!(told.success(), "the controller runs");
        let mut ended = None;
        until("the controller has ended in order", || {
            ended = self.child.try_wait().expect("a process");
            ended.is_some()
        });
        ended.expect("it has ended")
    }

    /// The memory that it holds at the moment, in KiB (Linux).
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended; either way it is gone afterwards.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Asks the HTTP interface; `None` while nobody listens there.
pub fn get(http: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(http).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {http}\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
}

/// Whether the controller is there and its link is up.
pub fn link_is_up(http: SocketAddr) -> bool {
    let health = get(http, "/health").and_then(|body| serde_json::from_str::<Value>(&body).ok());
    health.is_some_and(|health| health["link_up"] == true)
}

/// The value of one series of `/metrics`; 0: nothing was counted under it yet.
pub fn metric(metrics: &str, series: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map_or(0, |value| value.parse().expect("a whole number"))
}

/// Sixteen more gates to the city, `load-1` to `load-16`, each with a reader `load-N-in`.
pub fn more_gates(folder: &Folder) {
    edit(
        &folder.campus(),
        "campus.toml",
        "# Readers: a way in",
        "[[gates]]\nid = \"load-{1..16}\"\nname = \"侧门{n}号通道\"\nfrom = \"outside\"\n\
         to = \"campus\"\nkind = \"turnstile\"\n\n[[readers]]\nid = \"load-{1..16}-in\"\n\
         gate = \"load-{n}\"\ndirection = \"in\"\n\n# Readers: a way in",
    );
}

/// The campus takes a broker of its own instead of the embedded one.
pub fn outside_broker(folder: &Folder, broker: SocketAddr) {
    let path = folder.campus().join("campus.toml");
    let text = std::fs::read_to_string(&path).expect("a file");
    let listen = text.lines().find(|line| line.starts_with("listen = ")).expect("a broker");
    let embedded = format!("{listen}\nanonymous = true");
    edit(&folder.campus(), "campus.toml", &embedded, &format!("outside = \"{broker}\""));
}
