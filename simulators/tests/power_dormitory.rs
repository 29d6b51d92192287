//! Whole dormitories: plans, truth, faults and overloads, seen through the lines.

use std::{collections::BTreeMap, time::Duration};

use onecard_simulators::power::{
    appliance::{Appliance, KETTLE},
    dormitory::{Dormitory, LinePlan, NoSuch, Plan, PlanError, UnitPlan},
    faults::Fault,
    habits::Rates,
    line::LineSettings,
    model::Model,
    room::Overload,
    unit::NoContact,
    wire::{Framing, Timing},
};
use tokio::io::duplex;
use tokio_modbus::{
    Slave,
    client::{Context, Reader, Writer, rtu, tcp},
    slave::SlaveContext,
};

fn settings(framing: Framing, timing: Option<Timing>) -> LineSettings {
    LineSettings { framing, timing, gateway_timeout: None }
}

fn client(dormitory: &Dormitory, line: &str) -> Context {
    let (ours, theirs) = duplex(1_024);
    dormitory.lines()[line].attach(theirs);
    rtu::attach_slave(ours, Slave(1))
}

const POWER: u16 = 0x000E;
const RELAY: u16 = 0x001A;

/// Looks again and again until something is so.
async fn until(mut so: impl FnMut() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    while !so() {
        looks.tick().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_from_a_kettle_to_the_dark_is_seen_in_the_truth() {
    let timing = Some(Timing::at(9_600).steady(Duration::from_millis(20)));
    let mut plan = Plan::of_buildings(1, 3, 32, Model::Dds238, settings(Framing::Rtu, timing));
    plan.speed = 1.0;
    let dormitory = Dormitory::start(plan, 1).await.unwrap();
    let kettle_at = dormitory.clock().now() + Duration::from_millis(300);
    dormitory.inject("b1-002", KETTLE, kettle_at).unwrap();
    let mut client = client(&dormitory, "b1-line1");
    'poll: loop {
        for unit in 1..=3 {
            client.set_slave(Slave(unit));
            let power = client.read_holding_registers(POWER, 1).await.unwrap().unwrap();
            if power[0] > 1_200 {
                client.write_multiple_registers(RELAY, &[0]).await.unwrap().unwrap();
                break 'poll;
            }
        }
    }
    let cut = || dormitory.overloads("b1-002").unwrap().iter().any(|overload| overload.cut);
    until(cut).await;
    let overloads = dormitory.overloads("b1-002").unwrap();
    let [Overload { began, ended: Some(ended), cut: true }] = overloads[..] else {
        panic!("{overloads:?}");
    };
    assert_eq!(began, kettle_at);
    assert_eq!(dormitory.truth("b1-002").unwrap().opened_at, Some(ended));
    assert_eq!(dormitory.overloads("b1-001").unwrap(), []);
    // At most a round of three reads of 43 ms, the read that sees it, the write's 11 characters and
    // the silences, and the relay's 20 ms.
    let took = ended.saturating_sub(began);
    assert!((Duration::from_millis(60)..Duration::from_millis(240)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_world_may_run_faster_than_the_wire() {
    let mut plan = Plan::of_buildings(1, 1, 32, Model::Dds238, settings(Framing::Rtu, None));
    plan.speed = 600.0;
    let dormitory = Dormitory::start(plan, 1).await.unwrap();
    dormitory.inject("b1-001", Appliance::load(1_000.0, 0.0), Duration::ZERO).unwrap();
    let before = dormitory.truth("b1-001").unwrap();
    tokio::time::advance(Duration::from_secs(6)).await;
    let after = dormitory.truth("b1-001").unwrap();
    assert_eq!(after.at, before.at + Duration::from_hours(1));
    assert_eq!(after.energy_wh - before.energy_wh, 1_000);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_builds_the_same_dormitory() {
    let read = async |seed| {
        let mut plan = Plan::of_buildings(2, 20, 8, Model::Dds238, settings(Framing::Rtu, None));
        plan.rates = Some(Rates::default());
        plan.begins = Duration::from_hours(21);
        let dormitory = Dormitory::start(plan, seed).await.unwrap();
        assert_eq!(dormitory.lines().len(), 6, "8 + 8 + 4 rooms in each building");
        let mut words = BTreeMap::new();
        for line in dormitory.lines().keys() {
            let mut client = client(&dormitory, line);
            let read = client.read_holding_registers(0, 27).await.unwrap().unwrap();
            words.insert(line.clone(), read);
        }
        let power = dormitory
            .rooms()
            .keys()
            .map(|room| dormitory.truth(room).unwrap().power.active_w.to_bits());
        (words, power.collect::<Vec<_>>())
    };
    let one = read(5).await;
    assert_eq!(one, read(5).await);
    assert_ne!(one, read(6).await);
}

#[tokio::test(start_paused = true)]
async fn faults_and_lost_counters_are_switched_while_it_runs() {
    let plan = Plan::of_buildings(1, 2, 32, Model::Adl200, settings(Framing::Rtu, None));
    let dormitory = Dormitory::start(plan, 1).await.unwrap();
    let mut client = client(&dormitory, "b1-line1");
    let energy = async |client: &mut Context| {
        let words = client.read_holding_registers(0, 2).await.unwrap().unwrap();
        u32::from(words[0]) << 16 | u32::from(words[1])
    };
    assert!(energy(&mut client).await >= 100_000, "1 MWh in steps of 0.01 kWh");
    dormitory.reset_counters("b1-line1", 1).unwrap();
    assert_eq!(energy(&mut client).await, 0);

    dormitory.inject("b1-001", Appliance::load(800.0, 0.0), Duration::ZERO).unwrap();
    dormitory.fault("b1-line1", 1, Fault::SwappedCt, true).unwrap();
    let power = client.read_holding_registers(0x000D, 1).await.unwrap().unwrap();
    assert_eq!(power[0].cast_signed(), -800);
    dormitory.fault("b1-line1", 1, Fault::SwappedCt, false).unwrap();
    let power = client.read_holding_registers(0x000D, 1).await.unwrap().unwrap();
    assert_eq!(power[0].cast_signed(), 800);

    let line = "b1-line1".to_owned();
    let no_contact = NoContact { model: Model::Adl200, fault: Fault::Welded };
    let table = [
        (dormitory.fault("b2-line1", 1, Fault::Silent, true), NoSuch::Line("b2-line1".to_owned())),
        (dormitory.fault("b1-line1", 3, Fault::Silent, true), NoSuch::Unit { line, id: 3 }),
        (dormitory.fault("b1-line1", 1, Fault::Welded, true), NoSuch::Contact(no_contact)),
    ];
    for (result, expected) in table {
        assert_eq!(result, Err(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_meter_and_a_board_share_a_room() {
    let unit = |id, model, room: &str| UnitPlan { id, model, rooms: vec![room.to_owned()] };
    let mut plan = Plan::of_buildings(1, 1, 1, Model::Ddsu666, settings(Framing::Rtu, None));
    let name = "b1-001";
    plan.lines[0].units = vec![unit(1, Model::Ddsu666, name), unit(2, Model::Waveshare8, name)];
    let dormitory = Dormitory::start(plan, 1).await.unwrap();
    dormitory.inject(name, Appliance::load(500.0, 0.0), Duration::ZERO).unwrap();
    let mut client = client(&dormitory, "b1-line1");
    // 0.5 kW = 3f000000.
    let words = client.read_holding_registers(0x2004, 2).await.unwrap().unwrap();
    assert_eq!(words, [0x3F00, 0]);
    client.set_slave(Slave(2));
    client.write_single_coil(0, false).await.unwrap().unwrap();
    client.set_slave(Slave(1));
    // The contactor takes its time; the meter follows it.
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    while client.read_holding_registers(0x2004, 2).await.unwrap().unwrap() != [0, 0] {
        looks.tick().await;
    }
}

#[tokio::test]
async fn a_plan_that_contradicts_itself_is_refused_with_its_mend() {
    type Spoil = fn(&mut Vec<LinePlan>);
    let table: [(Spoil, &str); 6] = [
        (|lines| lines[1].name = "b1-line1".to_owned(), "two lines `b1-line1`"),
        (|lines| lines[0].units[0].id = 0, "0 is no unit id; take one of 1 to 247"),
        (|lines| lines[0].units[1].id = 1, "two units have the id 1"),
        (|lines| lines[0].units[0].rooms.clear(), "takes 1 to 1 rooms and not 0"),
        (
            |lines| lines[1].units[0].rooms = vec!["b1-001".to_owned()],
            "line `b1-line2`, unit 1: room `b1-001` has a contact already",
        ),
        (|lines| lines[0].listen = "203.0.113.1:502".parse().unwrap(), "choose a free port"),
    ];
    for (spoil, part) in table {
        let mut plan = Plan::of_buildings(1, 4, 2, Model::Dds238, settings(Framing::Tcp, None));
        spoil(&mut plan.lines);
        let error: PlanError = Dormitory::start(plan, 1).await.unwrap_err();
        assert!(error.to_string().contains(part), "{error} for {part}");
    }
}

#[tokio::test]
async fn a_campus_of_125_lines_listens_and_answers() {
    let timing = Some(Timing::at(115_200).steady(Duration::ZERO));
    let mut plan = Plan::of_buildings(25, 160, 32, Model::Dds238, settings(Framing::Tcp, timing));
    plan.rates = Some(Rates::default());
    let dormitory = Dormitory::start(plan, 9).await.unwrap();
    assert_eq!((dormitory.lines().len(), dormitory.rooms().len()), (125, 4_000));
    let mut clients = Vec::new();
    for line in dormitory.lines().keys() {
        let address = dormitory.address(line).unwrap();
        clients.push(tokio::spawn(async move {
            let mut client = tcp::connect_slave(address, Slave(1)).await.unwrap();
            for unit in 1..=32 {
                client.set_slave(Slave(unit));
                let words = client.read_holding_registers(0, 27).await.unwrap().unwrap();
                // About 220 V, whatever is plugged in.
                assert!((2_000..=2_250).contains(&words[0x0C]), "{words:?}");
            }
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    let requests: u64 = dormitory.lines().values().map(|line| line.traffic().requests).sum();
    assert_eq!(requests, 4_000);
}
