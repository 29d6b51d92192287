//! Frames by hand: what each model answers to the bytes of its documents.

use std::time::Duration;

use super::*;
use crate::power::{
    appliance::Appliance,
    faults::Fault,
    room::{Room, SharedRoom},
};

fn s(s: u64) -> Duration {
    Duration::from_secs(s)
}

/// A room of 1000 W and 500 var at 220 V as the trace says, so that the numbers are round:
/// 1118.034 VA, 5.08197 A, power factor 0.894427. After 3600 s: 1000 Wh, 500 varh.
fn room() -> SharedRoom {
    let mut room = Room::new(9_999.0, s(0));
    let text = "seconds,active_power_w,reactive_power_var,voltage_v\n0,1000,500,220\n";
    room.play(crate::power::trace::Trace::read(text.as_bytes()).unwrap());
    SharedRoom::new(room)
}

fn unit(model: Model) -> (Unit, SharedRoom) {
    let room = room();
    (Unit::new(7, model, vec![room.clone()]), room)
}

#[track_caller]
fn answers(unit: &mut Unit, at: Duration, table: &[(&str, &str)]) {
    for (asked, expected) in table {
        let model = unit.model();
        let answer = unit.answer(&bytes(asked), at);
        assert_eq!(text(&answer), *expected, "{model:?} asked {asked}");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split(' ')
        .flat_map(|group| {
            (0..group.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&group[at..at + 2], 16).unwrap())
        })
        .collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn an_sdm120_holds_floats_at_even_addresses_and_refuses_odd_ones() {
    let (mut unit, _room) = unit(Model::Sdm120);
    answers(
        &mut unit,
        s(3_600),
        &[
            // 220.0 = 435c0000, 1000.0 = 447a0000, 500.0 = 43fa0000, 50.0 = 42480000, 1.0 = 3f800000
            ("04 0000 0002", "0404435c0000"),
            ("04 000c 0002", "0404447a0000"),
            ("04 0018 0002", "040443fa0000"),
            ("04 0046 0004", "0408424800003f800000"),
            ("04 0156 0002", "04043f800000"),
            ("04 0158 0002", "04043f000000"),
            ("04 0001 0002", "8402"),
            ("04 0000 0001", "8402"),
            ("04 0000 002a", "8403"),
            ("04 015a 0002", "8402"),
            ("06 0014 0003", "8601"),
            ("08 0000 1234", "0800001234"),
            ("03 f920 0001", "03020002"),
            ("10 f920 0001 02 0001", "10f9200001"),
            ("03 f920 0001", "03020001"),
            ("10 f920 0001 02 0009", "9003"),
            // The unit id becomes 9.0 = 41100000.
            ("10 0014 0002 04 41100000", "1000140002"),
            ("03 0014 0002", "030441100000"),
        ],
    );
    assert_eq!(unit.id(), 9);
}

#[test]
fn a_dds238_gives_all_in_one_read_and_switches_by_function_16_only() {
    let (mut unit, room) = unit(Model::Dds238);
    answers(&mut unit, s(3_600), &[
        // Total 100 steps of 0.01 kWh; 220.0 V, 5.08 A, 1000 W, 500 var, 0.894, 50.00 Hz; unit 7
        // at 9600 baud; relay on.
        (
            "03 0000 001b",
            "0336 00000064 0000000000000000 00000000 00000000 00000064 0898 01fc 03e8 01f4 037e 1388 \
             000000000000 0701 0000000000000000 0001",
        )
        .strip(),
        ("06 001a 0000", "8601"),
        ("04 000e 0001", "8401"),
        ("03 001a 0002", "8302"),
        ("10 001a 0001 02 0002", "9003"),
        ("10 001a 0001 02 0000", "10001a0001"),
        ("03 001a 0001", "03020000"),
    ]);
    assert!(room.at(s(3_600)).truth().contact_closed, "a relay needs its 20 ms");
    assert!(!room.at(s(3_601)).truth().contact_closed);
    answers(
        &mut unit,
        s(3_700),
        &[
            ("03 000e 0001", "03020000"),
            ("10 0000 0002 04 00000000", "1000000002"),
            ("03 0000 0002", "030400000000"),
        ],
    );
}

/// Spaces make an expected frame readable.
trait Strip {
    fn strip(self) -> Self;
}

impl Strip for (&str, &str) {
    fn strip(self) -> Self {
        let joined: String = self.1.split_whitespace().collect();
        (self.0, joined.leak())
    }
}

#[test]
fn an_adl200_answers_its_seven_measurements() {
    let (mut unit, _room) = unit(Model::Adl200);
    answers(
        &mut unit,
        s(3_600),
        &[
            ("03 000b 0007", "030e 0898 01fc 03e8 01f4 045e 037e 1388").strip(),
            ("03 0000 0002", "030400000064"),
            ("03 000b 0008", "8302"),
            ("10 0000 0001 02 0000", "9001"),
        ],
    );
    unit.fault_on(Fault::SwappedCt, s(3_600)).unwrap();
    // −1000 W in two's complement; the import stands still, −894 for the factor.
    answers(
        &mut unit,
        s(7_200),
        &[
            ("03 000d 0001", "0302fc18"),
            ("03 0010 0001", "0302fc82"),
            ("03 0000 0002", "030400000064"),
        ],
    );
    assert_eq!(unit.reading(s(7_200)).export_wh, 1_000);
}

#[test]
fn a_breaker_needs_its_motor_and_stays_open_while_it_is_locked() {
    let (mut unit, room) = unit(Model::Lx47le);
    answers(
        &mut unit,
        s(10),
        &[
            // 220 V, 5.08 A, 0.89, 1000 W, 500 var, 1118 VA
            ("04 0008 0006", "040c 00dc 01fc 0059 03e8 01f4 045e").strip(),
            ("04 0000 0001", "040200f0"),
            ("03 0002 0003", "030601130 0a0189c").strip(),
            ("06 000d 0000", "06000d0000"),
            ("06 000d 0001", "8603"),
            ("04 0000 0001", "040200f0"),
        ],
    );
    answers(&mut unit, s(12), &[("04 0000 0001", "040200f0")]);
    answers(&mut unit, s(13), &[("04 0000 0001", "0402000f")]);
    assert_eq!(room.at(s(13)).truth().opened_at, Some(s(13)));
    unit.fault_on(Fault::LocalLock, s(14)).unwrap();
    answers(&mut unit, s(15), &[("04 0000 0001", "0402010f"), ("06 000d ff00", "06000dff00")]);
    answers(&mut unit, s(30), &[("04 0000 0001", "0402010f")]);
    unit.fault_off(Fault::LocalLock, s(30)).unwrap();
    answers(&mut unit, s(31), &[("06 000d ff00", "06000dff00")]);
    answers(&mut unit, s(34), &[("04 0000 0001", "040200f0")]);
}

#[test]
fn a_waveshare_board_switches_coils_and_times_them_itself() {
    let rooms: Vec<_> = (0..2).map(|_| room()).collect();
    let mut unit = Unit::new(1, Model::Waveshare8, rooms.clone());
    answers(
        &mut unit,
        s(0),
        &[
            // Two rooms have power; nothing hangs on the other channels.
            ("01 0000 0008", "010103"),
            ("02 0000 0008", "020100"),
            ("01 0000 0009", "8102"),
            ("05 0001 0000", "0500010000"),
            ("05 0007 ff00", "050007ff00"),
            ("05 0006 5500", "0500065500"),
            ("01 0000 0008", "0101c1"),
            ("05 0008 ff00", "8502"),
            ("05 0000 1234", "8503"),
            ("0f 0002 0003 01 05", "0f00020003"),
            ("01 0000 0008", "0101d5"),
            ("05 00ff 0000", "0500ff0000"),
            ("01 0000 0008", "010100"),
            // On for 30 · 100 ms.
            ("05 0200 001e", "050200001e"),
            ("01 0000 0008", "010101"),
            ("03 4000 0001", "03020001"),
            ("06 0000 0001", "8602"),
        ],
    );
    assert!(rooms[0].at(s(2)).truth().contact_closed);
    answers(&mut unit, s(4), &[("01 0000 0008", "010100")]);
    assert!(!rooms[0].at(s(4)).truth().contact_closed);
    // Off for 1 s.
    answers(&mut unit, s(5), &[("05 00ff ff00", "0500ffff00"), ("05 0401 000a", "050401000a")]);
    assert!(!rooms[1].at(Duration::from_millis(5_500)).truth().contact_closed);
    assert!(rooms[1].at(Duration::from_millis(6_100)).truth().contact_closed);
}

#[test]
fn a_pzem_puts_the_low_word_first() {
    let (mut unit, _room) = unit(Model::Pzem016);
    unit = unit.with_reading(70_000);
    // 71 000 Wh = 0x00011558; 10 000 steps of 0.1 W = 0x2710; 5082 mA = 0x13da.
    answers(
        &mut unit,
        s(3_600),
        &[
            ("04 0000 000a", "0414 0898 13da 0000 2710 0000 1558 0001 01f4 0059 0000").strip(),
            ("04 0009 0002", "8402"),
            ("03 0000 0001", "8301"),
        ],
    );
}

#[test]
fn a_ddsu666_speaks_in_kilowatts_by_either_function() {
    let (mut unit, _room) = unit(Model::Ddsu666);
    // 1.0 kW = 3f800000, 0.5 kvar = 3f000000.
    answers(
        &mut unit,
        s(3_600),
        &[
            ("03 2004 0004", "03083f8000003f000000"),
            ("04 2000 0002", "0404435c0000"),
            ("04 4000 0002", "04043f800000"),
            ("03 0006 0001", "03020007"),
            ("03 2010 0002", "8302"),
            ("03 3000 0002", "8302"),
            ("06 0006 0001", "8601"),
        ],
    );
}

#[test]
fn an_r421_ignores_an_off_while_its_timer_runs() {
    let mut unit = Unit::new(1, Model::R421a08, vec![room()]);
    answers(
        &mut unit,
        s(0),
        &[
            ("03 0001 0008", "0310 0001 0000 0000 0000 0000 0000 0000 0000").strip(),
            ("06 0001 0200", "0600010200"),
            ("06 0002 060a", "060002060a"),
            ("06 0002 0200", "0600020200"),
            ("03 0001 0002", "030400000001"),
            ("06 0002 0600", "0600020600"),
            ("03 0001 0002", "030400000000"),
            ("06 0003 0500", "0600030500"),
            ("03 0003 0001", "03020001"),
            ("06 0009 0100", "8602"),
            ("06 0001 0900", "8603"),
            ("05 0000 ff00", "8501"),
            ("03 0000 0001", "8302"),
        ],
    );
    answers(
        &mut unit,
        s(2),
        &[
            ("03 0003 0001", "03020000"),
            ("06 0000 0700", "0600000700"),
            ("06 0004 0400", "0600040400"),
            ("03 0001 0008", "0310 0000 0000 0000 0001 0000 0000 0000 0000").strip(),
        ],
    );
}

#[test]
fn a_water_meter_reverses_its_floats_and_shuts_its_valve() {
    let (mut unit, room) = unit(Model::Xintai);
    // 10 l/min for 6000 s are 1 m³: 1.0 = 3f800000 → 0000803f; 0.6 m³/h = 3f19999a → 9a99193f.
    room.at(s(0)).water.set_tap(10.0);
    answers(
        &mut unit,
        s(6_000),
        &[
            ("03 0001 0007", "030e 0000803f 00000000 9a99193f 00aa").strip(),
            ("03 001c 0001", "03020001"),
            ("06 001c 0002", "06001c0002"),
            ("03 001c 0001", "03020000"),
            ("03 0000 0002", "8302"),
            ("03 001c 0002", "8302"),
            ("06 001c 0003", "8603"),
            ("10 001c 0001 02 0001", "9001"),
        ],
    );
    answers(&mut unit, s(6_006), &[("03 001c 0001", "03020002")]);
    // 8.0 = 41000000 → 00000041: the total is what one writes.
    answers(
        &mut unit,
        s(6_006),
        &[
            ("06 0001 0000", "0600010000"),
            ("06 0002 0041", "0600020041"),
            ("03 0001 0002", "030400000041"),
        ],
    );
    unit.fault_on(Fault::Welded, s(6_007)).unwrap();
    // Stuck: it stands closed, and the fault bit is set.
    answers(&mut unit, s(6_020), &[("06 001c 0001", "06001c0001"), ("03 001c 0001", "03020006")]);
}

#[test]
fn a_frozen_meter_repeats_itself_and_a_thawed_one_catches_up() {
    let (mut unit, room) = unit(Model::Ddsu666);
    unit.fault_on(Fault::Frozen, s(3_600)).unwrap();
    room.at(s(3_600)).inject(Appliance::load(1_000.0, 0.0), s(3_600));
    answers(
        &mut unit,
        s(7_200),
        &[("03 2004 0002", "03043f800000"), ("03 4000 0002", "03043f800000")],
    );
    unit.fault_off(Fault::Frozen, s(7_200)).unwrap();
    // 2.0 kW = 40000000; 1 + 2 kWh = 40400000.
    answers(
        &mut unit,
        s(7_200),
        &[("03 2004 0002", "030440000000"), ("03 4000 0002", "030440400000")],
    );
}

#[test]
fn a_wrong_count_is_one_fewer_or_two_for_one() {
    let (mut unit, _room) = unit(Model::Dds238);
    unit.fault_on(Fault::WrongCount, s(0)).unwrap();
    answers(&mut unit, s(1), &[("03 000c 0002", "03020898"), ("03 000c 0001", "030408980000")]);
}

#[test]
fn a_welded_relay_takes_the_command_and_the_power_flows_on() {
    let (mut unit, room) = unit(Model::Dds238);
    unit.fault_on(Fault::Welded, s(0)).unwrap();
    answers(
        &mut unit,
        s(1),
        &[("10 001a 0001 02 0000", "10001a0001"), ("03 001a 0001", "03020000")],
    );
    answers(&mut unit, s(60), &[("03 000e 0001", "030203e8")]);
    assert!(room.at(s(60)).truth().contact_closed);
}

#[test]
fn a_meter_without_a_contact_cannot_weld() {
    let (mut unit, _room) = unit(Model::Pzem016);
    let error = unit.fault_on(Fault::Welded, s(0)).unwrap_err();
    assert_eq!(
        error,
        crate::power::unit::NoContact { model: Model::Pzem016, fault: Fault::Welded }
    );
}

#[test]
fn lost_counters_begin_again_from_zero() {
    let (unit, _room) = unit(Model::Adl200);
    let mut unit = unit.with_reading(5_000);
    assert_eq!(unit.reading(s(3_600)).import_wh, 6_000);
    unit.reset_counters(s(3_600));
    assert_eq!(unit.reading(s(7_200)).import_wh, 1_000);
}

#[test]
fn no_bytes_make_a_unit_fall() {
    use rand::{Rng, SeedableRng, rngs::SmallRng};
    let seed = 5;
    let mut rng = SmallRng::seed_from_u64(seed);
    for model in Model::ALL {
        let mut unit = Unit::new(3, *model, vec![room()]);
        for at in 0..4_000 {
            let mut pdu: Vec<u8> = (0..rng.random_range(0..12)).map(|_| rng.random()).collect();
            if let Some(first) = pdu.first_mut() {
                *first %= 18;
            }
            let answer = unit.answer(&pdu, s(at));
            assert!((2..=253).contains(&answer.len()), "{model:?}, {pdu:?}, seed {seed}");
        }
    }
}
