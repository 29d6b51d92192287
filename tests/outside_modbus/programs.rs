//! The programs of others: started on free ports or on a serial port of two pseudo-terminals, ended with
//! the test. They must be installed; `.ci/run` says how.

use std::{
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// How many times, a hundredth of a second apart, a program is asked whether it is there.
const ASKED: u32 = 2_000;

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside_modbus").join(file)
}

/// The Python of the virtual environment that has pymodbus.
fn python() -> PathBuf {
    let folder = std::env::var_os("ONECARD_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/outside/python"),
        PathBuf::from,
    );
    let python = folder.join("bin/python");
    assert!(python.exists(), "{} is not there; .ci/run makes it", python.display());
    python
}

/// A process that ends with the test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        let told = format!("{command:?}");
        let child = command.stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{told} cannot start: {error}")))
    }

    fn assert_running(&mut self) {
        let ended = self.0.try_wait().expect("a process");
        assert!(ended.is_none(), "a program ended by itself: {ended:?}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended; either way it is gone afterwards.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

async fn until(process: &mut Process, what: &str, so: impl Fn() -> bool) {
    let mut pause = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..ASKED {
        if so() {
            return;
        }
        process.assert_running();
        pause.tick().await;
    }
    panic!("waited in vain until {what}");
}

fn free_port() -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    free.local_addr().expect("an address").port()
}

/// A serial port: what is written to one end is read at the other.
pub struct Port {
    folder: TempDir,
    _socat: Process,
}

impl Port {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let end =
            |name: &str| format!("pty,raw,echo=0,link={}", folder.path().join(name).display());
        let mut socat = Process::start(Command::new("socat").args([end("ours"), end("theirs")]));
        let there = |name: &str| folder.path().join(name).exists();
        until(&mut socat, "socat has made both ends", || there("ours") && there("theirs")).await;
        Self { folder, _socat: socat }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a path in UTF-8").to_owned()
    }

    pub fn ours(&self) -> String {
        self.path("ours")
    }

    pub fn theirs(&self) -> String {
        self.path("theirs")
    }
}

/// A Modbus server of others.
pub struct Program {
    /// 0 on a serial port.
    pub port: u16,
    _process: Process,
    _folder: Option<TempDir>,
}

impl Program {
    pub async fn pymodbus_tcp() -> Self {
        let port = free_port();
        let mut command = Command::new(python());
        let mut process =
            Process::start(command.arg(source("units.py")).arg("tcp").arg(port.to_string()));
        let connects = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        until(&mut process, "pymodbus listens", connects).await;
        Self { port, _process: process, _folder: None }
    }

    pub async fn pymodbus_serial(port: &Port) -> Self {
        let mut command = Command::new(python());
        let mut process =
            Process::start(command.arg(source("units.py")).args(["serial", &port.theirs()]));
        until(&mut process, "pymodbus has opened its port", || holds(port)).await;
        Self { port: 0, _process: process, _folder: None }
    }

    pub fn libmodbus_tcp() -> Self {
        let port = free_port();
        Self::libmodbus(port, &["tcp".to_owned(), port.to_string()])
    }

    pub fn libmodbus_serial(port: &Port) -> Self {
        Self::libmodbus(0, &["serial".to_owned(), port.theirs()])
    }

    fn libmodbus(port: u16, words: &[String; 2]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("unit");
        let built = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-I/usr/include/modbus", "-o"])
            .args([&program, &source("unit.c")])
            .arg("-lmodbus")
            .status()
            .expect("a C compiler");
        assert!(built.success(), "unit.c is built; is libmodbus-dev installed?");
        let mut process = Process::start(Command::new(&program).args(words).stdout(Stdio::piped()));
        let mut line = String::new();
        let output = process.0.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut line).expect("it speaks");
        assert_eq!(line, "ready\n");
        Self { port, _process: process, _folder: Some(folder) }
    }
}

/// Whether somebody beside socat has opened their end of a port.
fn holds(port: &Port) -> bool {
    let end = std::fs::canonicalize(port.theirs()).expect("an end");
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    let opened = processes.flat_map(|process| {
        let files = std::fs::read_dir(process.path().join("fd"));
        files
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|file| std::fs::read_link(file.path()).ok())
    });
    // socat itself is one of them.
    opened.filter(|opened| *opened == end).count() > 1
}
