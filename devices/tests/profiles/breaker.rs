//! The breaker that measures, byte by byte.

use onecard_devices::profile::{Refusal, Sure};

use crate::bytes::{Read, frame, hold_orders, hold_reads, model};

#[test]
fn lx47le_125_is_read_byte_by_byte() {
    hold_reads(
        "LX47LE-125",
        &[
            Read {
                wanted: &["relay", "locked"],
                asked: &["01 04 00 00 00 01"],
                data: &["01 F0"],
                means: &[("relay", "closed"), ("locked", "yes")],
            },
            Read {
                wanted: &["relay", "locked"],
                asked: &["01 04 00 00 00 01"],
                data: &["00 0F"],
                means: &[("relay", "open"), ("locked", "no")],
            },
            Read {
                wanted: &["relay", "locked"],
                asked: &["01 04 00 00 00 01"],
                data: &["02 AA"],
                means: &[
                    ("relay", "missing: the code 170 is not known"),
                    ("locked", "missing: the code 2 is not known"),
                ],
            },
            Read {
                wanted: &[
                    "frequency_hz",
                    "leakage_a",
                    "temperature_n_celsius",
                    "temperature_l_celsius",
                    "voltage_v",
                    "current_a",
                    "power_factor",
                    "active_power_w",
                    "reactive_power_var",
                    "apparent_power_va",
                ],
                asked: &["01 04 00 04 00 0A"],
                data: &["13 88 00 1E 00 19 FF FB 00 E6 02 0D 00 61 04 B0 00 32 04 B1"],
                means: &[
                    ("frequency_hz", "50"),
                    ("leakage_a", "0.03"),
                    ("temperature_n_celsius", "25"),
                    ("temperature_l_celsius", "-5"),
                    ("voltage_v", "230"),
                    ("current_a", "5.25"),
                    ("power_factor", "0.97"),
                    ("active_power_w", "1200"),
                    ("reactive_power_var", "50"),
                    ("apparent_power_va", "1201"),
                ],
            },
            Read {
                wanted: &["trip_reason"],
                asked: &["01 04 00 17 00 01"],
                data: &["00 03"],
                means: &[("trip_reason", "3")],
            },
            Read {
                wanted: &["over_voltage_limit_v", "under_voltage_limit_v", "over_current_limit_a"],
                asked: &["01 03 00 02 00 03"],
                data: &["01 08 00 B0 06 40"],
                means: &[
                    ("over_voltage_limit_v", "264"),
                    ("under_voltage_limit_v", "176"),
                    ("over_current_limit_a", "16"),
                ],
            },
        ],
    );
    let voltage = model("LX47LE-125").point("voltage_v").map(|point| point.evidence.sure);
    assert_eq!(voltage, Some(Sure::Unverified), "two documents differ by one register");
}

#[test]
fn lx47le_125_is_given_three_seconds_to_move() {
    let profile = model("LX47LE-125");
    for (state, written) in [("closed", "01 06 00 0D FF 00"), ("open", "01 06 00 0D 00 00")] {
        let orders = profile.switch("relay", 0, state).expect("it switches");
        hold_orders(&profile, &orders, &[written], Some(("01 04 00 00 00 01", state, 3000)));
    }
}

#[test]
fn limits_of_the_lx47le_125_are_written_within_its_rating() {
    let profile = model("LX47LE-125");
    for (point, value, written) in [
        ("over_current_limit_a", 16, "01 06 00 04 06 40"),
        ("over_voltage_limit_v", 264, "01 06 00 02 01 08"),
        ("under_voltage_limit_v", 176, "01 06 00 03 00 B0"),
    ] {
        let request = profile.set(point, 0, value).expect("within its limits");
        assert_eq!(frame(&profile, &request), written);
    }
    for (point, value) in [("over_current_limit_a", 126), ("over_current_limit_a", 0)] {
        let refused = profile.set(point, 0, value);
        assert_eq!(refused, Err(Refusal::Limits { point: point.to_owned(), value }));
    }
    let refused = profile.set("voltage_v", 0, 230);
    assert_eq!(refused, Err(Refusal::NoSetting("voltage_v".to_owned())));
}
