//! Meters of Schneider, ORNO and Peacefair, byte by byte.

use onecard_devices::profile::Sure;

use crate::bytes::{Read, frames, hold_reads, model};

#[test]
fn schneider_iem3000_counts_from_zero_on_the_wire() {
    hold_reads(
        "iEM3155",
        &[
            Read {
                wanted: &["current_a", "voltage_v", "active_power_w"],
                asked: &["01 03 0B B7 00 02", "01 03 0B D3 00 02", "01 03 0B F3 00 02"],
                data: &["40 20 00 00", "43 66 80 00", "3F C0 00 00"],
                means: &[("current_a", "2.5"), ("voltage_v", "230.5"), ("active_power_w", "1500")],
            },
            Read {
                wanted: &["frequency_hz"],
                asked: &["01 03 0C 25 00 02"],
                data: &["42 48 00 00"],
                means: &[("frequency_hz", "50")],
            },
            Read {
                wanted: &["import_energy_wh", "export_energy_wh"],
                asked: &["01 03 0C 83 00 08"],
                // 2^53 + 1 Wh, which no 64-bit float can hold; and 123 456 Wh.
                data: &["00 20 00 00 00 00 00 01 00 00 00 00 00 01 E2 40"],
                means: &[("import_energy_wh", "9007199254740993"), ("export_energy_wh", "123456")],
            },
            Read {
                wanted: &["import_l1_energy_wh", "import_l2_energy_wh", "import_l3_energy_wh"],
                asked: &["01 03 0D BD 00 0C"],
                data: &["00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02 \
                         FF FF FF FF FF FF FF FD"],
                means: &[
                    ("import_l1_energy_wh", "1"),
                    ("import_l2_energy_wh", "2"),
                    ("import_l3_energy_wh", "-3"),
                ],
            },
        ],
    );
}

#[test]
fn orno_or_we_514_is_read_without_bridging_holes() {
    hold_reads(
        "OR-WE-514",
        &[
            Read {
                wanted: &[
                    "frequency_hz",
                    "voltage_v",
                    "current_a",
                    "active_power_w",
                    "power_factor",
                ],
                asked: &[
                    "01 03 01 30 00 02",
                    "01 03 01 39 00 02",
                    "01 03 01 40 00 02",
                    "01 03 01 58 00 01",
                ],
                data: &["13 86 59 E2", "00 00 14 82", "00 00 04 B0", "03 CA"],
                means: &[
                    ("frequency_hz", "49.98"),
                    ("voltage_v", "230.1"),
                    ("current_a", "5.25"),
                    ("active_power_w", "1200"),
                    ("power_factor", "0.97"),
                ],
            },
            Read {
                wanted: &["total_energy_wh", "tariff_1_energy_wh", "tariff_2_energy_wh"],
                asked: &["01 03 A0 00 00 06"],
                data: &["00 01 86 A0 00 01 86 9F 00 00 00 01"],
                means: &[
                    ("total_energy_wh", "1000000"),
                    ("tariff_1_energy_wh", "999990"),
                    ("tariff_2_energy_wh", "10"),
                ],
            },
        ],
    );
    let profile = model("or-we-515");
    let plan = profile.power_plan().expect("it measures power");
    let expected =
        ["01 03 01 31 00 01", "01 03 01 39 00 02", "01 03 01 40 00 02", "01 03 01 58 00 01"];
    assert_eq!(frames(&profile, plan.requests()), expected, "the power factor, for want of vars");
}

#[test]
fn pzem_016_puts_the_low_word_first() {
    hold_reads(
        "PZEM-016",
        &[Read {
            wanted: &[
                "voltage_v",
                "current_a",
                "active_power_w",
                "total_energy_wh",
                "frequency_hz",
                "power_factor",
            ],
            asked: &["01 04 00 00 00 09"],
            data: &["08 FD 14 82 00 00 30 39 00 00 86 A0 00 01 01 F4 00 61"],
            means: &[
                ("voltage_v", "230.1"),
                ("current_a", "5.25"),
                ("active_power_w", "1234.5"),
                ("total_energy_wh", "100000"),
                ("frequency_hz", "50"),
                ("power_factor", "0.97"),
            ],
        }],
    );
    let profile = model("PZEM-014");
    let energy = profile.point("total_energy_wh").expect("it counts");
    assert_eq!(energy.evidence.sure, Sure::Unverified, "two sources differ by ten");
    assert!(energy.evidence.source.contains("0.0001 kWh"), "{}", energy.evidence.source);
}
