//! Meters and breakers, byte by byte. Addresses and types are those of the sources that the profiles name;
//! floats are worked by hand from IEEE 754.

use onecard_devices::profile::Counter;

use crate::bytes::{Read, hold_orders, hold_plan, hold_reads, model};

#[test]
fn eastron_sdm120_is_read_byte_by_byte() {
    hold_reads(
        "SDM120",
        &[
            Read {
                wanted: &["active_power_w"],
                asked: &["01 04 00 0C 00 02"],
                // 1234.5 = 2^10 × 1.20556640625.
                data: &["44 9A 50 00"],
                means: &[("active_power_w", "1234.5")],
            },
            Read {
                // 0x0048 to 0x004B, both energies side by side.
                wanted: &["import_energy_wh", "export_energy_wh"],
                asked: &["01 04 00 48 00 04"],
                // 123.45 kWh is 123.449997 as a float; 0.5 kWh is exact.
                data: &["42 F6 E6 66 3F 00 00 00"],
                means: &[("import_energy_wh", "123450"), ("export_energy_wh", "500")],
            },
            Read {
                wanted: &["frequency_hz", "voltage_v"],
                asked: &["01 04 00 00 00 02", "01 04 00 46 00 02"],
                data: &["43 66 80 00", "7F C0 00 00"],
                means: &[
                    ("voltage_v", "230.5"),
                    ("frequency_hz", "missing: the registers hold no number of this type"),
                ],
            },
            Read {
                wanted: &["total_energy_wh", "total_reactive_energy_varh"],
                asked: &["01 04 01 56 00 04"],
                data: &["47 80 00 80 BF 80 00 00"],
                // 65 537.0 kWh, and −1 kvarh.
                means: &[("total_energy_wh", "65537000"), ("total_reactive_energy_varh", "-1000")],
            },
            Read {
                wanted: &["serial_number"],
                asked: &["01 03 FC 00 00 02"],
                // 0x0134_5678 = 20 207 224.
                data: &["01 34 56 78"],
                means: &[("serial_number", "20207224")],
            },
            Read {
                wanted: &["baud", "unit_id", "parity"],
                asked: &["01 03 00 12 00 0C"],
                data: &["00 00 00 00 40 A0 00 00 00 00 00 00 00 00 00 00 00 00 00 00 40 00 00 00"],
                means: &[("parity", "none_1"), ("unit_id", "5"), ("baud", "9600")],
            },
        ],
    );
}

#[test]
fn eastron_sdm120_answers_only_even_counts_so_one_register_is_asked_as_two() {
    let profile = model("Eastron SDM120");
    let plan = profile.identity_plan().expect("it says who it is");
    let read = Read {
        wanted: &["identity"],
        asked: &["01 03 F9 20 00 02", "01 03 FC 00 00 02"],
        data: &["00 02 FF FF", "00 00 00 2A"],
        means: &[("measurement_mode", "import_and_export"), ("serial_number", "42")],
    };
    hold_plan(&profile, &plan, &read);
}

#[test]
fn eastron_sdm120_gives_what_protection_needs_in_one_read() {
    let profile = model("sdm120");
    let plan = profile.power_plan().expect("it measures power");
    let read = Read {
        wanted: &["power"],
        // Voltage at 0x0000 to reactive power at 0x0019: 26 registers, against 32 with the power factor.
        asked: &["01 04 00 00 00 1A"],
        data: &["43 66 80 00 00 00 00 00 00 00 00 00 \
                 40 A8 00 00 00 00 00 00 00 00 00 00 \
                 44 96 00 00 00 00 00 00 00 00 00 00 \
                 00 00 00 00 00 00 00 00 00 00 00 00 \
                 C2 48 00 00"],
        means: &[
            ("voltage_v", "230.5"),
            ("current_a", "5.25"),
            ("active_power_w", "1200"),
            ("reactive_power_var", "-50"),
        ],
    };
    hold_plan(&profile, &plan, &read);
    let plan = profile.energy_plan().expect("it counts energy");
    let names: Vec<_> = plan.points().map(|(point, _)| point.name.as_str()).collect();
    assert_eq!(names, ["import_energy_wh"], "bills are made from import, never from the total");
}

#[test]
fn hiking_dds238_gives_everything_in_one_read() {
    hold_reads(
        "DDS238-2 ZN/SR",
        &[Read {
            wanted: &[
                "total_energy_wh",
                "import_energy_wh",
                "export_energy_wh",
                "voltage_v",
                "current_a",
                "active_power_w",
                "reactive_power_var",
                "power_factor",
                "frequency_hz",
                "unit_id",
                "baud",
                "relay",
            ],
            asked: &["01 03 00 00 00 1B"],
            data: &["00 01 86 A0 00 00 00 00 00 00 00 00 00 00 00 00 \
                     00 00 00 07 00 01 86 99 08 FD 02 0D FB 50 FF CE \
                     03 CA 13 86 00 00 00 00 00 00 1E 01 00 00 00 00 \
                     00 00 00 00 00 01"],
            means: &[
                // 100 000 hundredths of a kWh.
                ("total_energy_wh", "1000000"),
                ("export_energy_wh", "70"),
                ("import_energy_wh", "999930"),
                ("voltage_v", "230.1"),
                ("current_a", "5.25"),
                ("active_power_w", "-1200"),
                ("reactive_power_var", "-50"),
                ("power_factor", "0.97"),
                ("frequency_hz", "49.98"),
                ("unit_id", "30"),
                ("baud", "9600"),
                ("relay", "closed"),
            ],
        }],
    );
}

#[test]
fn hiking_dds238_switches_with_function_16_only() {
    let profile = model("DDS238-2 ZN/SR");
    for (state, written) in
        [("closed", "01 10 00 1A 00 01 02 00 01"), ("open", "01 10 00 1A 00 01 02 00 00")]
    {
        let orders = profile.switch("relay", 0, state).expect("it has a relay");
        hold_orders(&profile, &orders, &[written], Some(("01 03 00 1A 00 01", state, 200)));
    }
    let counter = profile.point("import_energy_wh").expect("it counts").counter();
    assert_eq!(counter, Some(Counter { bits: Some(32), resolution: 10, resettable: true }));
    assert_eq!(counter.and_then(|counter| counter.wraps_at()), Some(42_949_672_960));
}

#[test]
fn eastron_sdm230_has_the_map_of_the_sdm120_and_the_phase_angle() {
    for name in ["SDM230", "SDM220", "EM111"] {
        hold_reads(
            name,
            &[
                Read {
                    wanted: &["phase_angle"],
                    asked: &["01 04 00 24 00 02"],
                    data: &["C1 48 00 00"],
                    means: &[("phase_angle", "-12.5")],
                },
                Read {
                    wanted: &["import_energy_wh"],
                    asked: &["01 04 00 48 00 02"],
                    data: &["44 7A 10 00"],
                    means: &[("import_energy_wh", "1000250")],
                },
                Read {
                    wanted: &["apparent_power_va", "power_factor"],
                    asked: &["01 04 00 12 00 0E"],
                    data: &["44 9A 50 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                             00 00 00 00 00 00 00 00 3F 40 00 00"],
                    means: &[("apparent_power_va", "1234.5"), ("power_factor", "0.75")],
                },
            ],
        );
    }
}

#[test]
fn chint_ddsu666_measures_in_kilowatts() {
    hold_reads(
        "DDSU666",
        &[
            Read {
                wanted: &["voltage_v", "current_a", "active_power_w", "reactive_power_var"],
                asked: &["01 03 20 00 00 08"],
                data: &["43 66 80 00 40 20 00 00 3F C0 00 00 BE 80 00 00"],
                means: &[
                    ("voltage_v", "230.5"),
                    ("current_a", "2.5"),
                    ("active_power_w", "1500"),
                    ("reactive_power_var", "-250"),
                ],
            },
            Read {
                wanted: &["power_factor", "frequency_hz"],
                asked: &["01 03 20 0A 00 06"],
                data: &["3F 40 00 00 00 00 00 00 42 48 00 00"],
                means: &[("power_factor", "0.75"), ("frequency_hz", "50")],
            },
            Read {
                wanted: &["import_energy_wh", "export_energy_wh"],
                asked: &["01 03 40 00 00 0C"],
                data: &["44 7A 10 00 00 00 00 00 00 00 00 00 \
                         00 00 00 00 00 00 00 00 3E 80 00 00"],
                means: &[("import_energy_wh", "1000250"), ("export_energy_wh", "250")],
            },
            Read {
                wanted: &["unit_id"],
                asked: &["01 03 00 06 00 01"],
                data: &["00 11"],
                means: &[("unit_id", "17")],
            },
        ],
    );
}
