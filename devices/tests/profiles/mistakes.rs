//! What is wrong in a profile, and how it is told: line, key, what, mend.

use onecard_devices::profile::{Mistake, Profile};

/// A profile without mistakes; the line numbers in the tables below count in it.
const GOOD: &str = r#"source = "a bench"
sure = "verified"

[identity]
maker = "Acme"
model = "M1"
kind = "meter"

[serial]
baud = 9600
parity = "none"
unit = 1

[bus]
max_registers = 10
bridge_holes = true

[rating]
current_a = 60

[points.active_power_w]
read = 3
address = 0x0010
type = "s32"
unit = "W"

[points.import_energy_wh]
read = 3
address = 0x0020
type = "u32"
scale = 0.01
unit = "kWh"
counter = { resettable = false }

[points.limit_a]
read = 3
address = 0x0030
type = "u16"
unit = "A"
write = 6
least = 1
most = 60

[points.relay]
read = 1
address = 0

[points.quality]
read = 3
address = 0x0040
type = "u16"
states = { good = 1, bad = 0 }

[points.flags]
read = 3
address = 0x0042
type = "u16"
bits = { leak = 0 }

[commands.relay]
write = 5
address = 0
states = { closed = 0xFF00, open = 0 }
verify = "relay"
"#;

/// One slip: what is replaced by what, and the mistake it must be told as.
pub struct Slip<'t> {
    pub from: &'t str,
    pub to: &'t str,
    pub line: usize,
    pub key: &'t str,
    pub message: &'t str,
    pub mend: &'t str,
}

fn mistakes(text: &str) -> Vec<Mistake> {
    Profile::parse("m1.toml", text).expect_err("a mistake")
}

/// Holds the reader to a table of slips.
pub fn hold(slips: &[Slip<'_>]) {
    for slip in slips {
        assert_eq!(GOOD.matches(slip.from).count(), 1, "`{}` must be there once", slip.from);
        let found = mistakes(&GOOD.replace(slip.from, slip.to));
        let expected = Mistake {
            file: "m1.toml".to_owned(),
            line: Some(slip.line),
            key: slip.key.to_owned(),
            message: slip.message.to_owned(),
            mend: slip.mend.to_owned(),
        };
        assert_eq!(found, [expected], "{} -> {}", slip.from, slip.to);
    }
}

#[test]
fn the_profile_that_the_tables_spoil_is_good() {
    assert_eq!(
        Profile::parse("m1.toml", GOOD).map(|profile| profile.identity.model),
        Ok("M1".into())
    );
}

#[test]
fn a_misspelt_word_is_told_with_the_word_that_was_meant() {
    hold(&[
        Slip {
            from: "max_registers = 10",
            to: "max_registers = 10\nmax_registrs = 12",
            line: 16,
            key: "bus.max_registrs",
            message: "is not a key of this table",
            mend: "did you mean `max_registers`?",
        },
        Slip {
            from: "[points.active_power_w]",
            to: "[points.activ_power_w]",
            line: 21,
            key: "points.activ_power_w",
            message: "is one slip away from `active_power_w`",
            mend: "did you mean `active_power_w`?",
        },
        Slip {
            from: "kind = \"meter\"",
            to: "kind = \"metre\"",
            line: 7,
            key: "identity.kind",
            message: "`metre` is not known",
            mend: "did you mean `meter`?",
        },
        Slip {
            from: "type = \"s32\"",
            to: "type = \"i32\"",
            line: 24,
            key: "points.active_power_w.type",
            message: "`i32` is not known",
            mend: "did you mean `u32` or `s32` or `f32`?",
        },
        Slip {
            from: "unit = \"kWh\"",
            to: "unit = \"KWh\"",
            line: 32,
            key: "points.import_energy_wh.unit",
            message: "`KWh` is not known",
            mend: "did you mean `kWh`?",
        },
        Slip {
            from: "verify = \"relay\"",
            to: "verify = \"relai\"",
            line: 64,
            key: "commands.relay.verify",
            message: "names the point `relai`, which does not exist",
            mend: "did you mean `relay`?",
        },
        Slip {
            from: "[rating]",
            to: "[ratings]",
            line: 18,
            key: "ratings",
            message: "is not a key of this table",
            mend: "did you mean `rating`?",
        },
    ]);
}

#[test]
fn numbers_that_no_device_can_have_are_told() {
    hold(&[
        Slip {
            from: "max_registers = 10",
            to: "max_registers = 126",
            line: 15,
            key: "bus.max_registers",
            message: "is 126",
            mend: "write a whole number from 1 to 125",
        },
        Slip {
            from: "unit = 1\n",
            to: "unit = 248\n",
            line: 12,
            key: "serial.unit",
            message: "is 248",
            mend: "write a whole number from 1 to 247",
        },
        Slip {
            from: "baud = 9600",
            to: "baud = 9700",
            line: 10,
            key: "serial.baud",
            message: "is 9700",
            mend: "use one of 1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200",
        },
        Slip {
            from: "address = 0x0010",
            to: "address = 0xFFFF",
            line: 23,
            key: "points.active_power_w.address",
            message: "reaches beyond the last address, 0xFFFF",
            mend: "lower it, or the width or channels",
        },
        Slip {
            from: "scale = 0.01",
            to: "scale = 0",
            line: 31,
            key: "points.import_energy_wh.scale",
            message: "is 0",
            mend: "write how many units one count is",
        },
        Slip {
            from: "scale = 0.01",
            to: "scale = \"0.01\"",
            line: 31,
            key: "points.import_energy_wh.scale",
            message: "is `0.01`",
            mend: "write a number such as 0.01",
        },
        Slip {
            from: "most = 60",
            to: "most = 63",
            line: 42,
            key: "points.limit_a.most",
            message: "is 63, above the rating of 60",
            mend: "write at most 60",
        },
        Slip {
            from: "least = 1",
            to: "least = 61",
            line: 41,
            key: "points.limit_a.least",
            message: "is above `most`",
            mend: "exchange them",
        },
        Slip {
            from: "resettable = false",
            to: "resettable = false, resolution = 100",
            line: 33,
            key: "points.import_energy_wh.counter.resolution",
            message: "is 100, but the scale says 10 Wh",
            mend: "mend it or take it out",
        },
    ]);
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("source = \"a bench\"", "")
        .replace("maker = \"Acme\"", "")
        .replace("parity = \"none\"", "parity = \"non\"")
        .replace("read = 1\n", "read = 9\n")
        .replace("open = 0 }", "open = 0x10000 }");
    let told: Vec<_> = mistakes(&text).iter().map(ToString::to_string).collect();
    let expected = [
        "m1.toml:1: source: is missing; add `source = \"where it comes from\"`",
        "m1.toml:4: identity.maker: is missing; add `maker = \"Eastron\"`",
        "m1.toml:11: serial.parity: `non` is not known; did you mean `none`?",
    ];
    for line in expected {
        assert!(told.contains(&line.to_owned()), "{line}\nis not in\n{}", told.join("\n"));
    }
    let lines: Vec<_> = mistakes(&text).iter().map(|mistake| mistake.line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    let keys = ["points.relay.read", "commands.relay.states.open"];
    for key in keys {
        assert!(told.iter().any(|line| line.contains(key)), "{key} is not in\n{}", told.join("\n"));
    }
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let found = mistakes(&GOOD.replace("model = \"M1\"", "model = M1"));
    let places: Vec<_> = found.iter().map(|mistake| mistake.line).collect();
    assert_eq!(places, [Some(6)], "{found:?}");
}
