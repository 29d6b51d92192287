//! The line driver and the profiles against Modbus programs of others: pymodbus and libmodbus over TCP, and
//! both again as RTU on a serial port that socat makes of two pseudo-terminals.
//!
//! What the units hold stands in `units.py` and `unit.c`, written by hand, and again here as numbers.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::time::Duration;

use onecard_devices::{
    line::{
        driver::{Command, Driver, Endpoint, Settings, Told},
        schedule::{Class, Manners, Report, Schedule, Work},
        timing::Serial,
    },
    modbus::{Failure, Request, Unit, frame::Framing},
    profile::{Library, Orders, Parity, Profile, ReadPlan, Readings, Wanted},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

mod programs;

use programs::{Port, Program};

const PATIENCE: Duration = Duration::from_secs(20);
/// A relay or breaker of a program moves at once.
const UNKNOWN: Duration = Duration::from_millis(300);

fn profile(model: &str) -> Profile {
    let library = Library::of_shipped().expect("the shipped profiles are good");
    library.model(model).unwrap_or_else(|| panic!("no profile is for {model}")).clone()
}

fn unit(address: u8) -> Unit {
    Unit::new(address).expect("a unit")
}

fn tcp(port: u16) -> Endpoint {
    Endpoint::Tcp { address: format!("127.0.0.1:{port}"), framing: Framing::Tcp }
}

fn serial(port: &Port) -> Endpoint {
    Endpoint::Serial { path: port.ours(), baud: 9_600, parity: Parity::None }
}

/// A line with a driver, asked one thing at a time.
struct Line {
    commands: mpsc::Sender<Command<u32>>,
    told: mpsc::Receiver<Told<u32>>,
    asked: u32,
}

impl Line {
    fn start(endpoint: Endpoint, units: &[u8]) -> Self {
        let mut schedule = Schedule::new(Duration::from_millis(200));
        for address in units {
            let manners = Manners { turnaround: Some(UNKNOWN), ..Manners::default() };
            schedule.add_unit(unit(*address), manners);
        }
        let wire = matches!(endpoint, Endpoint::Serial { .. });
        let serial = wire.then_some(Serial { baud: 9_600, bits_per_character: 10 });
        let settings = Settings { endpoint, serial, seed: 7 };
        let (driver, commands) = Driver::new(settings, schedule, Instant::now());
        let (tell, told) = mpsc::channel(1_024);
        // A report that is lost fails the test, for it is waited for.
        tokio::spawn(driver.run(move |what| drop(tell.try_send(what))));
        Self { commands, told, asked: 0 }
    }

    async fn ask(&mut self, address: u8, requests: Vec<Request>) -> Report<u32> {
        self.asked += 1;
        let work = Work::new(unit(address), requests, Class::Suspect, self.asked);
        self.commands.send(Command::Ask(work)).await.expect("a driver");
        loop {
            let told = timeout(PATIENCE, self.told.recv()).await.expect("an answer in time");
            if let Told::Report(report) = told.expect("a driver")
                && report.tag == self.asked
            {
                return report;
            }
        }
    }

    async fn read(&mut self, address: u8, plan: &ReadPlan) -> Readings {
        let report = self.ask(address, plan.requests().to_vec()).await;
        let answers = report.result.unwrap_or_else(|failure| panic!("unit {address}: {failure:?}"));
        let outcomes: Vec<_> =
            answers.into_iter().map(|(request, answer)| (request, Ok(answer))).collect();
        plan.decode(&outcomes)
    }

    async fn expect(&mut self, address: u8, model: &str, expected: &[(&str, f64)]) {
        let wanted: Vec<Wanted> = expected.iter().map(|(point, _)| Wanted::all(point)).collect();
        let plan = profile(model).plan(&wanted).expect("a plan");
        let readings = self.read(address, &plan).await;
        for (point, value) in expected {
            let found = readings.measured(point);
            let near = found.is_some_and(|found| (found - value).abs() < 1e-3);
            assert!(near, "{model} {point}: {found:?} is not {value}");
        }
    }

    /// Switches a relay and reads it back.
    async fn switch(&mut self, address: u8, model: &str, channel: u16, state: &str) {
        let profile = profile(model);
        let Orders { writes, verify } =
            profile.switch("relay", channel, state).expect("the model switches");
        let report = self.ask(address, writes).await;
        assert!(report.result.is_ok(), "{model}, {state}: {:?}", report.result);
        let verify = verify.expect("it can be read back");
        let readings = self.read(address, &verify.plan).await;
        assert_eq!(readings.state("relay", channel), Some(state), "{model}, channel {channel}");
        assert_eq!(verify.holds(&readings), Some(true));
    }
}

const SDM120: &[(&str, f64)] = &[
    ("voltage_v", 231.5),
    ("current_a", 4.25),
    ("active_power_w", 950.5),
    ("apparent_power_va", 983.875),
    ("reactive_power_var", -120.25),
    ("power_factor", 0.966),
    ("frequency_hz", 49.98),
];
const DDS238: &[(&str, f64)] = &[
    ("voltage_v", 231.5),
    ("current_a", 4.25),
    ("active_power_w", 950.0),
    ("reactive_power_var", -120.0),
    ("power_factor", 0.966),
    ("frequency_hz", 49.98),
];
const DDSU666: &[(&str, f64)] = &[
    ("voltage_v", 231.5),
    ("current_a", 4.25),
    ("active_power_w", 950.5),
    ("reactive_power_var", -120.25),
];

async fn counted(line: &mut Line, address: u8, model: &str, wh: i64) {
    let plan = profile(model).plan(&[Wanted::all("import_energy_wh")]).expect("a plan");
    let readings = line.read(address, &plan).await;
    let count = readings.counted("import_energy_wh").expect("a counter");
    assert_eq!(count.value, wh, "{model}");
}

/// Everything that the four units of `units.py` can do.
async fn talk_to_pymodbus(endpoint: Endpoint) {
    let mut line = Line::start(endpoint, &[1, 2, 3, 4, 9]);
    line.expect(1, "SDM120", SDM120).await;
    counted(&mut line, 1, "SDM120", 1_234_500).await;
    line.expect(2, "DDS238-2 ZN/SR", DDS238).await;
    counted(&mut line, 2, "DDS238-2 ZN/SR", 1_234_560).await;
    line.expect(4, "DDSU666", DDSU666).await;
    for state in ["open", "closed", "open"] {
        line.switch(2, "DDS238-2 ZN/SR", 0, state).await;
    }
    for (channel, state) in [(0, "closed"), (7, "closed"), (0, "open"), (3, "closed")] {
        line.switch(3, "Modbus RTU Relay 8CH", channel, state).await;
    }
    // One is left closed by the others: each channel is its own.
    let plan = profile("Modbus RTU Relay 8CH").plan(&[Wanted::all("relay")]).expect("a plan");
    let readings = line.read(3, &plan).await;
    let states: Vec<_> = (0..8).map(|channel| readings.state("relay", channel)).collect();
    let closed: Vec<_> = (0..8).filter(|at| states.get(*at) == Some(&Some("closed"))).collect();
    assert_eq!(closed, [3, 7], "{states:?}");
    // A register that is not there is an exception and no value, and the next answer is right again.
    let beyond = Request::ReadHoldingRegisters { start: 0x4000, count: 2 };
    let report = line.ask(2, vec![beyond]).await;
    assert!(matches!(report.result, Err(Failure::Exception(_))), "{:?}", report.result);
    line.expect(2, "DDS238-2 ZN/SR", DDS238).await;
}

/// Everything that `unit.c` can do.
async fn talk_to_libmodbus(endpoint: Endpoint) {
    let mut line = Line::start(endpoint, &[7, 9]);
    line.expect(7, "DDS238-2 ZN/SR", DDS238).await;
    counted(&mut line, 7, "DDS238-2 ZN/SR", 1_234_560).await;
    line.expect(7, "SDM120", SDM120).await;
    for state in ["open", "closed", "open"] {
        line.switch(7, "DDS238-2 ZN/SR", 0, state).await;
    }
    for (channel, state) in [(0, "closed"), (7, "closed"), (0, "open")] {
        line.switch(7, "Modbus RTU Relay 8CH", channel, state).await;
    }
    let beyond = Request::ReadHoldingRegisters { start: 0x4000, count: 2 };
    let report = line.ask(7, vec![beyond]).await;
    assert!(matches!(report.result, Err(Failure::Exception(_))), "{:?}", report.result);
    line.expect(7, "SDM120", SDM120).await;
}

#[tokio::test]
async fn profiles_read_and_relays_switch_on_a_pymodbus_server() {
    let program = Program::pymodbus_tcp().await;
    talk_to_pymodbus(tcp(program.port)).await;
}

#[tokio::test]
async fn profiles_read_and_relays_switch_on_a_libmodbus_server() {
    let program = Program::libmodbus_tcp();
    talk_to_libmodbus(tcp(program.port)).await;
}

#[tokio::test]
async fn rtu_works_on_a_serial_port_with_pymodbus_at_its_other_end() {
    let port = Port::open().await;
    let _program = Program::pymodbus_serial(&port).await;
    talk_to_pymodbus(serial(&port)).await;
}

#[tokio::test]
async fn rtu_works_on_a_serial_port_with_libmodbus_at_its_other_end() {
    let port = Port::open().await;
    let _program = Program::libmodbus_serial(&port);
    talk_to_libmodbus(serial(&port)).await;
    // Nobody is unit 9: that is silence, and the unit beside it still answers.
    let mut line = Line::start(serial(&port), &[7, 9]);
    let report = line.ask(9, vec![Request::ReadHoldingRegisters { start: 0, count: 1 }]).await;
    assert_eq!(report.result, Err(Failure::Silent));
    line.expect(7, "SDM120", SDM120).await;
}
