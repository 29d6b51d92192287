//! A mosquitto of the test's own: on a free port, with a store that outlives it, started, ended and
//! started again as the story asks. It says nothing about what goes through it.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// How many times, a hundredth of a second apart, a broker is asked whether it is there.
const ASKED: u32 = 2_000;

/// A mosquitto that ends with the test.
pub struct Mosquitto {
    folder: TempDir,
    pub port: u16,
    process: Option<Child>,
}

impl Mosquitto {
    /// Starts it and waits until it takes connections. It writes its store at every change: a kill
    /// forgets next to nothing.
    pub async fn start() -> Self {
        Self::start_with("autosave_on_changes true\nautosave_interval 1\n").await
    }

    /// Starts it with more settings and waits until it takes connections.
    pub async fn start_with(more: &str) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().to_str().expect("a path in UTF-8");
        // Started by root it would become another user, who may not write to the folder of the test.
        let settings = format!(
            "user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n\
             persistence true\npersistence_location {store}/\n\
             max_queued_messages 100000\nmax_inflight_messages 100\nlog_type error\n{more}"
        );
        fs::write(folder.path().join("mosquitto.conf"), settings).expect("a settings file");
        let mut broker = Self { folder, port, process: None };
        broker.start_again().await;
        broker
    }

    /// Starts it once more on the same port, with the sessions that it had stored.
    pub async fn start_again(&mut self) {
        let mut command = Command::new(program());
        command.arg("-c").arg(self.folder.path().join("mosquitto.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().expect("mosquitto is installed"));
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        for _ in 0..ASKED {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return;
            }
            pause.tick().await;
        }
        panic!("mosquitto takes no connections on port {}", self.port);
    }

    /// Ends it as a service manager does: it stores its sessions first.
    pub fn end(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let id = process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        assert!(told.success(), "mosquitto runs");
        process.wait().expect("mosquitto ends");
    }

    /// Takes its stored sessions away, while it does not run.
    pub fn forget(&self) {
        fs::remove_file(self.folder.path().join("mosquitto.db")).expect("a store");
    }

    /// Kills it: what it had not stored is gone.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("mosquitto runs");
            process.wait().expect("mosquitto ends");
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Debian puts it where an ordinary user's path does not reach.
fn program() -> PathBuf {
    let debian = PathBuf::from("/usr/sbin/mosquitto");
    if debian.exists() { debian } else { PathBuf::from("mosquitto") }
}
