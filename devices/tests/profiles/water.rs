//! Water meters and valves, byte by byte.

use onecard_devices::{
    modbus::Failure,
    profile::{Missing, Point, Refusal, Wanted},
};

use crate::bytes::{Read, answer, frame, hold_orders, hold_reads, model};

#[test]
fn xintai_valve_meter_gives_everything_in_one_read_with_its_bytes_reversed() {
    hold_reads(
        "Xintai valve meter",
        &[
            Read {
                wanted: &[
                    "volume_ml",
                    "reverse_volume_ml",
                    "flow_l_per_h",
                    "pipe",
                    "remaining_volume_ml",
                    "unit_id",
                    "battery_v",
                    "valve",
                    "valve_faults",
                ],
                asked: &["01 03 00 01 00 1C"],
                data: &["00 00 F7 42 00 00 80 3E 00 00 C0 3F 00 AA 00 00 48 41 \
                         00 00 00 00 00 00 00 00 00 09 \
                         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                         00 00 60 40 00 09"],
                means: &[
                    ("volume_ml", "123500000"),
                    ("reverse_volume_ml", "250000"),
                    ("flow_l_per_h", "1500"),
                    ("pipe", "full"),
                    ("remaining_volume_ml", "12500000"),
                    ("unit_id", "9"),
                    ("battery_v", "3.5"),
                    ("valve", "open"),
                    ("valve_faults", "battery_low"),
                ],
            },
            Read {
                wanted: &["valve", "valve_faults", "pipe"],
                asked: &["01 03 00 07 00 01", "01 03 00 1C 00 01"],
                data: &["00 55", "00 07"],
                means: &[
                    ("pipe", "empty"),
                    ("valve", "missing: the code 3 is not known"),
                    ("valve_faults", "valve_fault"),
                ],
            },
        ],
    );
    let profile = model("Xintai valve meter");
    for (state, written) in [("open", "01 06 00 1C 00 01"), ("closed", "01 06 00 1C 00 02")] {
        let orders = profile.switch("valve", 0, state).expect("it has a valve");
        hold_orders(&profile, &orders, &[written], Some(("01 03 00 1C 00 01", state, 10_000)));
    }
}

#[test]
fn ultrasonic_kiosk_meter_keeps_its_upper_word() {
    hold_reads(
        "Ultrasonic kiosk meter",
        &[
            Read {
                wanted: &["volume_ml"],
                asked: &["01 03 00 0E 00 02"],
                // 70 000 L = 0x0001_1170, the low word first: the low word alone would say 4464 L.
                data: &["11 70 00 01"],
                means: &[("volume_ml", "70000000")],
            },
            Read {
                wanted: &["battery_v", "faults", "temperature_celsius"],
                asked: &["01 03 00 16 00 03"],
                data: &["03 65 00 11 07 D5"],
                means: &[
                    ("battery_v", "3.65"),
                    ("faults", "leak+sensor"),
                    ("temperature_celsius", "20.05"),
                ],
            },
            Read {
                wanted: &["unit_id", "health", "valve_exercise_days"],
                asked: &["01 03 00 00 00 07"],
                data: &["00 05 00 01 00 00 00 00 00 00 00 00 00 1E"],
                means: &[("unit_id", "5"), ("health", "1"), ("valve_exercise_days", "30")],
            },
            Read {
                wanted: &["valve"],
                asked: &["01 03 00 60 00 01"],
                data: &["00 02"],
                means: &[("valve", "closed")],
            },
        ],
    );
    let profile = model("Ultrasonic kiosk meter");
    for (state, written) in
        [("open", "01 10 00 60 00 01 02 00 01"), ("closed", "01 10 00 60 00 01 02 00 02")]
    {
        let orders = profile.switch("valve", 0, state).expect("it has a valve");
        hold_orders(&profile, &orders, &[written], Some(("01 03 00 60 00 01", state, 10_000)));
    }
    let request = profile.set("valve_exercise_days", 0, 30).expect("within 7 to 90");
    assert_eq!(frame(&profile, &request), "01 10 00 06 00 01 02 00 1E");
    let refused = profile.set("valve_exercise_days", 0, 6);
    let point = "valve_exercise_days".to_owned();
    assert_eq!(refused, Err(Refusal::Limits { point, value: 6 }));
    let counter = profile.billing_point().and_then(Point::counter).expect("a counter");
    assert_eq!(counter.wraps_at(), Some(4_294_967_296_000), "after 2^32 litres");
}

#[test]
fn wb_mwac_v2_has_two_meters_and_two_valves() {
    hold_reads(
        "WB-MWAC v2",
        &[
            Read {
                wanted: &["volume_ml"],
                asked: &["01 04 04 2C 00 08"],
                data: &["00 00 00 00 00 01 86 A0 00 00 00 00 00 00 00 05"],
                means: &[("volume_ml#0", "100000000"), ("volume_ml#1", "5000")],
            },
            Read {
                wanted: &["volume_ml#1", "pulse_count#1"],
                asked: &["01 04 04 28 00 02", "01 04 04 30 00 04"],
                data: &["00 00 30 39", "00 00 00 00 00 00 00 05"],
                means: &[("pulse_count#1", "12345"), ("volume_ml#1", "5000")],
            },
            Read {
                wanted: &["litres_per_pulse"],
                asked: &["01 03 04 2A 00 02"],
                data: &["00 01 00 0A"],
                means: &[("litres_per_pulse#0", "1"), ("litres_per_pulse#1", "10")],
            },
            Read {
                wanted: &["valve", "leakage_mode", "cleaning_mode"],
                asked: &["01 01 00 00 00 04"],
                data: &["06"],
                means: &[
                    ("valve#0", "closed"),
                    ("valve#1", "open"),
                    ("leakage_mode", "on"),
                    ("cleaning_mode", "off"),
                ],
            },
            Read {
                wanted: &["safety_timeout_s", "safe_state", "serial_number"],
                asked: &["01 03 00 08 00 01", "01 03 03 A2 00 02", "01 04 01 0E 00 02"],
                data: &["0E 10", "00 00 00 01", "00 00 00 2A"],
                means: &[
                    ("safety_timeout_s", "3600"),
                    ("safe_state#0", "closed"),
                    ("safe_state#1", "open"),
                    ("serial_number", "42"),
                ],
            },
        ],
    );
    let profile = model("WB-MWAC-v2");
    for (state, written) in [("open", "01 05 00 01 FF 00"), ("closed", "01 05 00 01 00 00")] {
        let orders = profile.switch("valve", 1, state).expect("it has two valves");
        hold_orders(&profile, &orders, &[written], Some(("01 01 00 01 00 01", state, 1000)));
    }
    let request = profile.set("litres_per_pulse", 1, 10).expect("allowed");
    assert_eq!(frame(&profile, &request), "01 06 04 2B 00 0A");
}

#[test]
fn tuf_2000m_is_believed_only_while_its_signal_is_good() {
    hold_reads(
        "TUF-2000M",
        &[
            Read {
                wanted: &["flow_l_per_h", "velocity_m_per_s"],
                asked: &["01 03 00 00 00 06", "01 03 00 5B 00 01"],
                data: &["00 00 3F C0 00 00 00 00 00 00 3E 80", "03 46"],
                means: &[
                    ("flow_l_per_h", "1500"),
                    ("velocity_m_per_s", "0.25"),
                    ("signal_quality", "70"),
                ],
            },
            Read {
                wanted: &["flow_l_per_h"],
                asked: &["01 03 00 00 00 02", "01 03 00 5B 00 01"],
                // A flow of 0 with a quality of 20 is no flow of 0.
                data: &["00 00 00 00", "03 14"],
                means: &[(
                    "flow_l_per_h",
                    "missing: `signal_quality` says that it cannot be believed",
                )],
            },
            Read {
                wanted: &["net_volume_ml", "volume_ml", "reverse_volume_ml"],
                asked: &["01 03 00 70 00 06"],
                data: &["00 00 42 F6 00 00 42 F7 00 00 3F 00"],
                means: &[
                    ("net_volume_ml", "123000000"),
                    ("volume_ml", "123500000"),
                    ("reverse_volume_ml", "500000"),
                ],
            },
            Read {
                wanted: &["errors", "signal_strength_up", "signal_strength_down"],
                asked: &["01 03 00 47 00 01", "01 03 00 5C 00 02"],
                data: &["00 03", "02 D5 02 D6"],
                means: &[
                    ("errors", "no_signal+poor_signal"),
                    ("signal_strength_up", "72.5"),
                    ("signal_strength_down", "72.6"),
                ],
            },
        ],
    );
}

#[test]
fn a_failed_read_costs_only_what_was_in_it_and_what_depends_on_it() {
    let profile = model("TUF-2000M");
    let wanted = [Wanted::all("flow_l_per_h"), Wanted::all("volume_ml")];
    let plan = profile.plan(&wanted).expect("a plan");
    let [flow, quality, volume] = plan.requests() else { panic!("three requests") };
    let outcomes = [
        (flow.clone(), Ok(answer(flow, "00 00 3F C0"))),
        (quality.clone(), Err(Failure::Silent)),
        (volume.clone(), Ok(answer(volume, "00 00 42 F7"))),
    ];
    let readings = plan.decode(&outcomes);
    let quality = Err(Missing::Failed(Failure::Silent));
    assert_eq!(readings.get("signal_quality", 0), Some(&quality));
    let depends = Err(Missing::Depends { point: "signal_quality".to_owned() });
    assert_eq!(readings.get("flow_l_per_h", 0), Some(&depends));
    let count = readings.counted("volume_ml").expect("a count");
    assert_eq!(count.value, 123_500_000);
    let unread = plan.decode(&[]);
    assert_eq!(unread.get("volume_ml", 0), Some(&Err(Missing::NotRead)));
}
