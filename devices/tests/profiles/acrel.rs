//! Acrel meters, byte by byte.

use onecard_devices::profile::{Counter, Refusal};

use crate::bytes::{Read, hold_orders, hold_reads, model};

#[test]
fn adl200_is_read_byte_by_byte() {
    hold_reads(
        "ADL200",
        &[
            Read {
                wanted: &[
                    "voltage_v",
                    "current_a",
                    "active_power_w",
                    "reactive_power_var",
                    "apparent_power_va",
                    "power_factor",
                    "frequency_hz",
                ],
                asked: &["01 03 00 0B 00 07"],
                data: &["08 FD 02 0D 04 B0 FF CE 04 B1 03 CA 13 86"],
                means: &[
                    ("voltage_v", "230.1"),
                    ("current_a", "5.25"),
                    ("active_power_w", "1200"),
                    ("reactive_power_var", "-50"),
                    ("apparent_power_va", "1201"),
                    ("power_factor", "0.97"),
                    ("frequency_hz", "49.98"),
                ],
            },
            Read {
                wanted: &["total_energy_wh"],
                asked: &["01 03 00 00 00 02"],
                data: &["00 01 86 A0"],
                means: &[("total_energy_wh", "1000000")],
            },
        ],
    );
}

#[test]
fn dtsd1352_reads_its_transformers_with_every_value_that_needs_them() {
    hold_reads(
        "DTSD1352",
        &[
            Read {
                wanted: &["voltage_l1_v", "voltage_l2_v", "voltage_l3_v"],
                asked: &["01 03 00 61 00 03", "01 03 00 8D 00 01"],
                // 100.0 V behind a transformer of 100 to 1.
                data: &["03 E8 03 E9 03 EA", "00 64"],
                means: &[
                    ("voltage_l1_v", "10000"),
                    ("voltage_l2_v", "10010"),
                    ("voltage_l3_v", "10020"),
                    ("voltage_ratio", "100"),
                ],
            },
            Read {
                wanted: &["current_l1_a", "current_l2_a", "current_l3_a"],
                asked: &["01 03 00 64 00 03", "01 03 00 8E 00 01"],
                data: &["02 0D 00 64 00 00", "00 14"],
                means: &[("current_l1_a", "105"), ("current_l2_a", "20"), ("current_l3_a", "0")],
            },
            Read {
                wanted: &["import_energy_wh"],
                asked: &["01 03 00 0A 00 02", "01 03 00 8D 00 02"],
                // 123.45 kWh × 1 × 20.
                data: &["00 00 30 39", "00 01 00 14"],
                means: &[("import_energy_wh", "2469000")],
            },
            Read {
                wanted: &["import_energy_wh"],
                asked: &["01 03 00 0A 00 02", "01 03 00 8D 00 02"],
                data: &["00 00 30 39", "00 01 00 00"],
                means: &[(
                    "import_energy_wh",
                    "missing: `current_ratio`, on which it depends, is missing",
                )],
            },
            Read {
                // 22 registers are more than the 14 of one read.
                wanted: &["total_energy_wh", "import_energy_wh", "export_energy_wh"],
                asked: &["01 03 00 00 00 0C", "01 03 00 14 00 02", "01 03 00 8D 00 02"],
                data: &[
                    "00 00 30 3B 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 30 39",
                    "00 00 00 02",
                    "00 01 00 01",
                ],
                means: &[
                    ("total_energy_wh", "123470"),
                    ("import_energy_wh", "123450"),
                    ("export_energy_wh", "20"),
                ],
            },
            Read {
                wanted: &["active_power_l1_w", "active_power_w"],
                asked: &["01 03 00 8D 00 02", "01 03 01 64 00 08"],
                data: &["00 01 00 14", "00 00 00 64 00 00 00 00 00 00 00 00 FF FF FC 18"],
                means: &[("active_power_l1_w", "2000"), ("active_power_w", "-20000")],
            },
            Read {
                wanted: &["power_factor_l1", "power_factor_l2", "power_factor_l3", "power_factor"],
                asked: &["01 03 01 7C 00 04"],
                data: &["03 E8 03 CA FC 18 03 B6"],
                means: &[
                    ("power_factor_l1", "1"),
                    ("power_factor_l2", "0.97"),
                    ("power_factor_l3", "-1"),
                    ("power_factor", "0.95"),
                ],
            },
            Read {
                wanted: &["frequency_hz"],
                asked: &["01 03 00 77 00 01"],
                data: &["13 86"],
                means: &[("frequency_hz", "49.98")],
            },
        ],
    );
}

#[test]
fn dtsd1352_counts_in_steps_of_its_transformers() {
    let profile = model("DTSD1352");
    let plan = profile.energy_plan().expect("it counts");
    let answers = ["00 00 30 39", "00 01 00 14"];
    let outcomes: Vec<_> = plan
        .requests()
        .iter()
        .zip(answers)
        .map(|(request, data)| (request.clone(), Ok(crate::bytes::answer(request, data))))
        .collect();
    let count = plan.decode(&outcomes).counted("import_energy_wh").expect("a count");
    let counter = Counter { bits: Some(32), resolution: 200, resettable: true };
    assert_eq!((count.value, count.counter), (2_469_000, Some(counter)));
}

#[test]
fn ddsy1352_is_read_byte_by_byte() {
    hold_reads(
        "DDSY1352",
        &[
            Read {
                wanted: &["operating_mode"],
                asked: &["01 03 00 22 00 01"],
                data: &["00 4D"],
                means: &[("operating_mode", "multi_tariff+bit_2+external_relay+prepaid")],
            },
            Read {
                wanted: &["purchase_count", "remaining_money"],
                asked: &["01 03 00 4E 00 03"],
                data: &["00 07 00 01 86 A0"],
                means: &[("purchase_count", "7"), ("remaining_money", "100000")],
            },
            Read {
                wanted: &["forced", "forced_state", "power_limit_w"],
                asked: &["01 03 00 57 00 0B"],
                data: &["00 01 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 B0"],
                means: &[("forced", "yes"), ("forced_state", "open"), ("power_limit_w", "1200")],
            },
            Read {
                wanted: &["unit_id", "meter_number"],
                asked: &["01 03 03 60 00 05"],
                data: &["00 21 00 01 00 12 34 56 78 90"],
                means: &[("unit_id", "33"), ("meter_number", "001234567890")],
            },
            Read {
                wanted: &["meter_number"],
                asked: &["01 03 03 62 00 03"],
                data: &["00 12 34 5A 78 90"],
                means: &[("meter_number", "missing: the registers hold no number of this type")],
            },
        ],
    );
}

#[test]
fn ddsy1352_is_forced_with_two_words_and_given_back_to_its_own_rules() {
    let profile = model("DTSY1352");
    for (state, written) in [
        ("closed", "01 10 00 57 00 02 04 00 01 00 00"),
        ("open", "01 10 00 57 00 02 04 00 01 00 01"),
    ] {
        let orders = profile.switch("forced_relay", 0, state).expect("it can be forced");
        hold_orders(&profile, &orders, &[written], Some(("01 03 00 58 00 01", state, 500)));
    }
    let orders = profile.release("forced_relay", 0).expect("it can be given back");
    hold_orders(&profile, &orders, &["01 10 00 57 00 02 04 00 00 00 00"], None);
    let refused = profile.switch("relay", 0, "open").expect_err("it has no ordinary relay");
    assert_eq!(refused, Refusal::NoCommand("relay".to_owned()));
}
