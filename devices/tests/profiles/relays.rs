//! Relay boards, byte by byte.

use std::time::Duration;

use onecard_devices::profile::Refusal;

use crate::bytes::{Read, frame, frames, hold_orders, hold_reads, model};

#[test]
fn waveshare_8ch_is_read_byte_by_byte() {
    hold_reads(
        "Modbus RTU Relay 8CH",
        &[
            Read {
                wanted: &["relay"],
                asked: &["01 01 00 00 00 08"],
                data: &["85"],
                means: &[
                    ("relay#0", "closed"),
                    ("relay#1", "open"),
                    ("relay#2", "closed"),
                    ("relay#6", "open"),
                    ("relay#7", "closed"),
                ],
            },
            Read {
                wanted: &["relay#3"],
                asked: &["01 01 00 03 00 01"],
                data: &["01"],
                means: &[("relay#3", "closed"), ("relay#2", "not in the plan")],
            },
            Read {
                wanted: &["input"],
                asked: &["01 02 00 00 00 08"],
                data: &["02"],
                means: &[("input#0", "off"), ("input#1", "on")],
            },
            Read {
                wanted: &["firmware_version"],
                asked: &["01 03 80 00 00 01"],
                data: &["00 C8"],
                means: &[("firmware_version", "200")],
            },
            Read {
                wanted: &["unit_id"],
                asked: &["01 03 40 00 00 01"],
                data: &["00 01"],
                means: &[("unit_id", "1")],
            },
            Read {
                wanted: &["control_mode"],
                asked: &["01 03 10 00 00 08"],
                data: &["00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 02"],
                means: &[("control_mode#1", "1"), ("control_mode#7", "2")],
            },
        ],
    );
}

#[test]
fn waveshare_8ch_switches_with_function_05() {
    let profile = model("Waveshare Modbus RTU Relay (D)");
    for (channel, state, written, asked) in [
        (0, "closed", "01 05 00 00 FF 00", "01 01 00 00 00 01"),
        (7, "closed", "01 05 00 07 FF 00", "01 01 00 07 00 01"),
        (7, "open", "01 05 00 07 00 00", "01 01 00 07 00 01"),
    ] {
        let orders = profile.switch("relay", channel, state).expect("a channel");
        hold_orders(&profile, &orders, &[written], Some((asked, state, 50)));
    }
    let refused = profile.switch("relay", 8, "open").expect_err("there are eight");
    assert_eq!(refused, Refusal::NoChannel { channel: 8, channels: 8 });
    let refused = profile.switch("relay", 0, "shut").expect_err("no such state");
    let expected = Refusal::NoState { command: "relay".to_owned(), state: "shut".to_owned() };
    assert_eq!(refused, expected);
}

#[test]
fn waveshare_8ch_keeps_a_time_in_tenths_of_a_second_and_never_longer_than_asked() {
    let profile = model("Modbus RTU Relay 8CH");
    for (command, channel, milliseconds, written, asked, state) in [
        ("relay_lease", 2, 5000, "01 05 02 02 00 32", "01 01 00 02 00 01", "closed"),
        ("relay_lease", 2, 5199, "01 05 02 02 00 33", "01 01 00 02 00 01", "closed"),
        ("relay_lease", 7, 3_276_700, "01 05 02 07 7F FF", "01 01 00 07 00 01", "closed"),
        ("relay_pause", 1, 700, "01 05 04 01 00 07", "01 01 00 01 00 01", "open"),
    ] {
        let orders =
            profile.hold(command, channel, Duration::from_millis(milliseconds)).expect("a time");
        hold_orders(&profile, &orders, &[written], Some((asked, state, 50)));
    }
    for milliseconds in [0, 99, 3_276_800, u64::MAX] {
        let refused = profile.hold("relay_lease", 0, Duration::from_millis(milliseconds));
        assert!(matches!(refused, Err(Refusal::Duration { .. })), "{milliseconds}");
    }
    let refused = profile.hold("relay", 0, Duration::from_secs(1));
    assert_eq!(refused, Err(Refusal::NotTimed("relay".to_owned())));
}

#[test]
fn r421a08_counts_its_channels_from_address_1() {
    hold_reads(
        "R421A08",
        &[
            Read {
                wanted: &["relay"],
                asked: &["01 03 00 01 00 08"],
                data: &["00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 01"],
                means: &[("relay#0", "closed"), ("relay#1", "open"), ("relay#7", "closed")],
            },
            Read {
                wanted: &["relay#7"],
                asked: &["01 03 00 08 00 01"],
                data: &["00 00"],
                means: &[("relay#7", "open")],
            },
        ],
    );
}

#[test]
fn r421a08_ends_a_running_time_before_it_opens() {
    let profile = model("R421A08");
    let closed = profile.switch("relay", 0, "closed").expect("a channel");
    let seen = Some(("01 03 00 01 00 01", "closed", 50));
    hold_orders(&profile, &closed, &["01 06 00 01 01 00"], seen);
    let open = profile.switch("relay", 7, "open").expect("a channel");
    let seen = Some(("01 03 00 08 00 01", "open", 50));
    hold_orders(&profile, &open, &["01 06 00 08 06 00", "01 06 00 08 02 00"], seen);
    let lease = profile.hold("relay_lease", 0, Duration::from_secs(30)).expect("a time");
    let seen = Some(("01 03 00 01 00 01", "closed", 50));
    hold_orders(&profile, &lease, &["01 06 00 01 06 1E"], seen);
    let end = profile.release("relay_lease", 0).expect("it can be ended");
    let seen = Some(("01 03 00 01 00 01", "open", 50));
    hold_orders(&profile, &end, &["01 06 00 01 06 00"], seen);
    for seconds in [0, 256] {
        let refused = profile.hold("relay_lease", 0, Duration::from_secs(seconds));
        assert!(matches!(refused, Err(Refusal::Duration { .. })), "{seconds}");
    }
}

#[test]
fn wb_mr6c_is_read_and_switched_byte_by_byte() {
    hold_reads(
        "WB-MR6C",
        &[
            Read {
                wanted: &["relay"],
                asked: &["01 01 00 00 00 06"],
                data: &["21"],
                means: &[("relay#0", "closed"), ("relay#1", "open"), ("relay#5", "closed")],
            },
            Read {
                wanted: &["safe_state"],
                asked: &["01 03 03 A2 00 06"],
                data: &["00 00 00 00 00 00 00 00 00 00 00 01"],
                means: &[("safe_state#0", "open"), ("safe_state#5", "closed")],
            },
            Read {
                wanted: &["serial_number"],
                asked: &["01 04 01 0E 00 02"],
                data: &["00 00 30 39"],
                means: &[("serial_number", "12345")],
            },
        ],
    );
    let profile = model("WB-MR6C");
    let orders = profile.switch("relay", 5, "closed").expect("a channel");
    let seen = Some(("01 01 00 05 00 01", "closed", 50));
    hold_orders(&profile, &orders, &["01 05 00 05 FF 00"], seen);
    let orders = profile.switch("relay", 5, "open").expect("a channel");
    let seen = Some(("01 01 00 05 00 01", "open", 50));
    hold_orders(&profile, &orders, &["01 05 00 05 00 00"], seen);
}

#[test]
fn wb_mr6c_opens_by_itself_when_it_is_set_so() {
    let profile = model("WB-MR6C");
    for (point, channel, value, written) in [
        ("safety_timeout_s", 0, 15, "01 06 00 08 00 0F"),
        ("safe_state", 5, 0, "01 06 03 A7 00 00"),
        ("power_on_state", 0, 1, "01 06 00 06 00 01"),
    ] {
        let request = profile.set(point, channel, value).expect("allowed");
        assert_eq!(frame(&profile, &request), written);
    }
    assert!(profile.set("safe_state", 0, 2).is_err(), "no state has this code");
    assert!(profile.set("safety_timeout_s", 0, 65_535).is_err(), "beyond its limits");
    let plan = profile.identity_plan().expect("settings");
    let asked =
        ["01 03 00 06 00 01", "01 03 00 08 00 01", "01 03 03 A2 00 06", "01 04 01 0E 00 02"];
    assert_eq!(frames(&profile, plan.requests()), asked);
}
