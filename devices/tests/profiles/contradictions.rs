//! Mistakes of one part of a profile against another, and how they are told. Line numbers count in the good
//! profile of `mistakes.rs`.

use crate::mistakes::{Slip, hold};

#[test]
fn points_that_cannot_be_read_are_told() {
    hold(&[
        Slip {
            from: "address = 0x0020",
            to: "address = 0x0011",
            line: 29,
            key: "points.import_energy_wh.address",
            message: "overlaps `active_power_w` at 0x0011",
            mend: "mend one address, or give both a `mask` for bits of their own",
        },
        Slip {
            from: "address = 0x0020",
            to: "address = 0x002F\nchannels = 2",
            line: 38,
            key: "points.limit_a.address",
            message: "overlaps `import_energy_wh` at 0x0030",
            mend: "mend one address, or give both a `mask` for bits of their own",
        },
        Slip {
            from: "bridge_holes = true",
            to: "bridge_holes = true\neven_only = true\n[points.odd]\nread = 4\naddress = 7\ntype = \"u16\"",
            line: 20,
            key: "points.odd.address",
            message: "is 0x0007, but the model answers only even starts",
            mend: "mend the address or `bus.even_only`",
        },
        Slip {
            from: "max_registers = 10",
            to: "max_registers = 9\neven_only = true",
            line: 15,
            key: "bus.max_registers",
            message: "is 9 though only even counts are answered",
            mend: "write 8",
        },
        Slip {
            from: "type = \"s32\"",
            to: "type = \"bcd\"\nregisters = 12",
            line: 24,
            key: "points.active_power_w.type",
            message: "takes 12 registers, more than one read of 10",
            mend: "raise `bus.max_registers` or mend the type",
        },
        Slip {
            from: "write = 6",
            to: "write = 5",
            line: 40,
            key: "points.limit_a.write",
            message: "does not write holding registers",
            mend: "use 6 or 16",
        },
        Slip {
            from: "type = \"u32\"",
            to: "type = \"u32\"\norder = \"DCAB\"",
            line: 31,
            key: "points.import_energy_wh.order",
            message: "`DCAB` is no order of 2 registers",
            mend: "use one of ABCD, CDAB, BADC, DCBA",
        },
        Slip {
            from: "bridge_holes = true",
            to: "bridge_holes = false\nlargest_hole = 4",
            line: 17,
            key: "bus.largest_hole",
            message: "is given though holes may not be bridged",
            mend: "take it out or set `bridge_holes = true`",
        },
    ]);
}

#[test]
fn what_leads_nowhere_or_means_nothing_is_told() {
    hold(&[
        Slip {
            from: "unit = \"W\"",
            to: "unit = \"W\"\nvalid_only_if = { point = \"qualty\", is = \"good\" }",
            line: 26,
            key: "points.active_power_w.valid_only_if",
            message: "names the point `qualty`, which does not exist",
            mend: "did you mean `quality`?",
        },
        Slip {
            from: "unit = \"W\"",
            to: "unit = \"W\"\nvalid_only_if = { point = \"quality\", is = \"god\" }",
            line: 26,
            key: "points.active_power_w.valid_only_if.is",
            message: "`god` is no state of `quality`",
            mend: "did you mean `good`?",
        },
        Slip {
            from: "unit = \"W\"",
            to: "unit = \"W\"\nvalid_only_if = { point = \"flags\", at_least = 1 }",
            line: 26,
            key: "points.active_power_w.valid_only_if",
            message: "tests `flags` as something that it is not",
            mend: "use is for states, has for bits, at_least and at_most for numbers",
        },
        Slip {
            from: "unit = \"W\"",
            to: "unit = \"W\"\ntimes = [\"ratio\"]",
            line: 26,
            key: "points.active_power_w.times",
            message: "names the point `ratio`, which does not exist",
            mend: "use one of active_power_w, flags, import_energy_wh, limit_a, quality, relay",
        },
        Slip {
            from: "unit = \"W\"",
            to: "unit = \"V\"",
            line: 25,
            key: "points.active_power_w.unit",
            message: "is V though the name says W",
            mend: "end the name in `_v` or mend the unit",
        },
        Slip {
            from: "unit = \"W\"\n",
            to: "",
            line: 21,
            key: "points.active_power_w.unit",
            message: "is missing",
            mend: "add `unit`, one of W, kW",
        },
        Slip {
            from: "counter = { resettable = false }\n",
            to: "",
            line: 27,
            key: "points.import_energy_wh.counter",
            message: "is missing",
            mend: "add `counter = { resettable = true }`",
        },
        Slip {
            from: "good = 1, bad = 0",
            to: "good = 1, bad = 1",
            line: 52,
            key: "points.quality.states",
            message: "gives 1 to both `bad` and `good`",
            mend: "give each state a code of its own",
        },
    ]);
}

#[test]
fn commands_that_could_not_cut_off_or_be_seen_to_are_told() {
    hold(&[
        Slip {
            from: "states = { closed = 0xFF00, open = 0 }",
            to: "states = { closed = 0xFF00 }",
            line: 63,
            key: "commands.relay.states",
            message: "has no `open`, so it could never cut off",
            mend: "add the value for `open`",
        },
        Slip {
            from: "states = { closed = 0xFF00, open = 0 }",
            to: "states = { closed = 0, open = 0 }",
            line: 63,
            key: "commands.relay.states",
            message: "writes the same for `closed` and `open`",
            mend: "give each state a value of its own",
        },
        Slip {
            from: "states = { closed = 0xFF00, open = 0 }",
            to: "states = { closed = 0xFF00, open = 0, shut = 1 }",
            line: 63,
            key: "commands.relay.states",
            message: "`shut` is no state that `relay` can show",
            mend: "use one of open, closed",
        },
        Slip {
            from: "states = { closed = 0xFF00, open = 0 }",
            to: "states = { closed = [1, 2], open = 0 }",
            line: 63,
            key: "commands.relay.states",
            message: "`closed` has 2 values, more than the function writes",
            mend: "use function 16, or one value",
        },
        Slip {
            from: "write = 5",
            to: "write = 0xAA",
            line: 61,
            key: "commands.relay.write",
            message: "is 170, which is no standard function that writes",
            mend: "use 5, 6, 15 or 16; a maker's private function cannot be offered",
        },
        Slip {
            from: "verify = \"relay\"",
            to: "verify = \"limit_a\"",
            line: 64,
            key: "commands.relay.verify",
            message: "names `limit_a`, which has no states",
            mend: "name a point with `states`",
        },
        Slip {
            from: "verify = \"relay\"",
            to: "verify = \"relay\"\nchannels = 8",
            line: 65,
            key: "commands.relay.channels",
            message: "is 8 here and 1 at `relay`",
            mend: "give both the same channels",
        },
        Slip {
            from: "states = { closed = 0xFF00, open = 0 }",
            to: "timer = { unit_ms = 100, most = 9, state = \"closed\", afterwards = \"open\", blocks_switch = true }",
            line: 63,
            key: "commands.relay.timer.cancel",
            message: "is missing though the time keeps the device from obeying a switch",
            mend: "add the value that ends the time",
        },
    ]);
}
