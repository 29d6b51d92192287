//! Frames at the level of bytes: what is sent is what the protocol's own examples show, and nothing
//! but the answer that was asked for is ever taken for it.

#![expect(clippy::expect_used, reason = "a test may fail loudly")]

use onecard_devices::modbus::{
    Answer, Failure, Request, Unit,
    frame::{Framing, Wire, crc},
    pdu,
};
use proptest::prelude::*;

fn unit(address: u8) -> Unit {
    Unit::new(address).expect("a unit")
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).expect("digits");
        u8::from_str_radix(text, 16).expect("a byte")
    };
    digits.chunks(2).map(pair).collect()
}

fn rtu(body: &[u8]) -> Vec<u8> {
    let mut frame = body.to_vec();
    frame.extend_from_slice(&crc(body).to_le_bytes());
    frame
}

/// The examples of Modbus Application Protocol V1.1b3, 6.1 to 6.12, and what boards make of them.
#[test]
fn requests_and_answers_are_those_of_the_protocols_own_examples() {
    let registers = |values: &[u16]| Answer::Registers(values.to_vec());
    let bits = |text: &str| Answer::Bits(text.bytes().map(|bit| bit == b'1').collect());
    let rows = [
        (
            Request::ReadCoils { start: 0x13, count: 19 },
            "01 0013 0013",
            "01 03 CD6B05",
            // Lowest first: CD, 6B, and three bits of 05.
            bits("1011001111010110101"),
        ),
        (
            Request::ReadDiscreteInputs { start: 0xC4, count: 22 },
            "02 00C4 0016",
            "02 03 ACDB35",
            bits("0011010111011011101011"),
        ),
        (
            Request::ReadHoldingRegisters { start: 0x6B, count: 3 },
            "03 006B 0003",
            "03 06 022B 0000 0064",
            registers(&[555, 0, 100]),
        ),
        (
            Request::ReadInputRegisters { start: 8, count: 1 },
            "04 0008 0001",
            "04 02 000A",
            registers(&[10]),
        ),
        (
            Request::WriteCoil { address: 0xAC, value: 0xFF00 },
            "05 00AC FF00",
            "05 00AC FF00",
            Answer::Written,
        ),
        (
            // Waveshare: flash relay 1 on for 700 ms.
            Request::WriteCoil { address: 0x0200, value: 7 },
            "05 0200 0007",
            "05 0200 0007",
            Answer::Written,
        ),
        (
            Request::WriteRegister { address: 1, value: 3 },
            "06 0001 0003",
            "06 0001 0003",
            Answer::Written,
        ),
        (
            Request::WriteCoils {
                start: 0x13,
                values: "1011001110".bytes().map(|bit| bit == b'1').collect(),
            },
            "0F 0013 000A 02 CD01",
            "0F 0013 000A",
            Answer::Written,
        ),
        (
            Request::WriteRegisters { start: 1, values: vec![10, 258] },
            "10 0001 0002 04 000A 0102",
            "10 0001 0002",
            Answer::Written,
        ),
    ];
    for (request, asked, answered, expected) in rows {
        let mut sent = Vec::new();
        pdu::encode(&request, &mut sent);
        assert_eq!(sent, hex(asked), "{request:?}");
        let answer = hex(answered);
        assert_eq!(pdu::decode(&request, &answer), Ok(expected), "{request:?}");
        assert_eq!(pdu::answer_length(&request), answer.len(), "{request:?}");
        let refusal = [request.function() | 0x80, 2];
        assert_eq!(pdu::decode(&request, &refusal), Err(Failure::Exception(2)), "{request:?}");
    }
}

#[test]
fn the_checksum_is_that_of_the_serial_line() {
    // Modbus over Serial Line V1.02, 6.2.2, and the often printed read of one register of unit 1.
    assert_eq!(crc(&hex("02 07")), 0x1241);
    assert_eq!(crc(&hex("01 03 0000 0001")).to_le_bytes(), [0x84, 0x0A]);
}

#[test]
fn frames_are_wrapped_as_each_wire_wants_them() {
    let request = Request::ReadHoldingRegisters { start: 0, count: 1 };
    let mut serial = Wire::new(Framing::Rtu);
    assert_eq!(serial.ask(unit(1), &request), hex("01 03 0000 0001 840A"));
    let mut tcp = Wire::new(Framing::Tcp);
    assert_eq!(tcp.ask(unit(1), &request), hex("0001 0000 0006 01 03 0000 0001"));
    assert_eq!(tcp.ask(unit(2), &request), hex("0002 0000 0006 02 03 0000 0001"));
}

#[test]
fn what_is_no_answer_to_the_request_is_refused() {
    let request = Request::ReadHoldingRegisters { start: 0, count: 1 };
    // No register, two of them, a count that lies, a cut exception, another function, nothing.
    for answer in ["03 00", "03 04 0001 0002", "03 04 0001", "83", "04 02 0001", ""] {
        assert_eq!(pdu::decode(&request, &hex(answer)), Err(Failure::Spoilt), "{answer}");
    }
    let write = Request::WriteRegister { address: 1, value: 3 };
    for answer in ["06 0001 0004", "06 0002 0003", "06 0001"] {
        assert_eq!(pdu::decode(&write, &hex(answer)), Err(Failure::Spoilt), "{answer}");
    }
}

#[test]
fn a_late_answer_over_tcp_is_counted_and_the_right_one_taken() {
    let request = Request::ReadHoldingRegisters { start: 0, count: 1 };
    let mut wire = Wire::new(Framing::Tcp);
    wire.ask(unit(1), &request);
    wire.ask(unit(1), &request);
    let late = hex("0001 0000 0005 01 03 02 1111");
    let foreign = hex("0002 0000 0005 07 03 02 2222");
    let right = hex("0002 0000 0005 01 03 02 3333");
    assert_eq!(wire.hear(&late, unit(1), &request), None);
    assert_eq!(wire.hear(&foreign, unit(1), &request), None);
    let found = wire.hear(&right, unit(1), &request);
    assert_eq!(found, Some(Ok(Answer::Registers(vec![0x3333]))));
    let discarded = wire.take_discarded();
    assert_eq!((discarded.late, discarded.foreign), (1, 1));
    assert!(!wire.is_lost());
    // RTU frames on a TCP port: there is no telling where the next one begins.
    wire.ask(unit(1), &request);
    let found = wire.hear(&hex("01 03 02 0007 F846 FF FF FF"), unit(1), &request);
    assert_eq!((found, wire.is_lost()), (Some(Err(Failure::Spoilt)), true));
}

/// Something that comes before the right answer: noise, others' frames, a spoilt copy of itself.
fn before(framing: Framing, number: u16) -> impl Strategy<Value = Vec<u8>> {
    let value = any::<u16>();
    let other_unit = (2_u8..=247, value).prop_map(move |(address, value)| {
        let [high, low] = value.to_be_bytes();
        wrapped(framing, number, &[address, 3, 2, high, low])
    });
    match framing {
        Framing::Rtu => {
            let noise = prop::collection::vec(any::<u8>(), 0..24);
            let spoilt = value.prop_map(|value| {
                let [high, low] = value.to_be_bytes();
                let mut frame = rtu(&[1, 3, 2, high, low]);
                *frame.last_mut().expect("a checksum") ^= 0x55;
                frame
            });
            let count = value.prop_map(|value| {
                let [high, low] = value.to_be_bytes();
                rtu(&[1, 3, 4, high, low, high, low])
            });
            prop_oneof![noise, other_unit, spoilt, count].boxed()
        }
        Framing::Tcp => {
            let late = (0..number, value).prop_map(|(number, value)| {
                let [high, low] = value.to_be_bytes();
                wrapped(Framing::Tcp, number, &[1, 3, 2, high, low])
            });
            prop_oneof![late, other_unit].boxed()
        }
    }
}

fn wrapped(framing: Framing, number: u16, body: &[u8]) -> Vec<u8> {
    match framing {
        Framing::Rtu => rtu(body),
        Framing::Tcp => {
            let length = u16::try_from(body.len()).expect("short");
            [&number.to_be_bytes(), &[0, 0][..], &length.to_be_bytes(), body].concat()
        }
    }
}

proptest! {
    #[test]
    fn nothing_but_the_answer_is_taken_for_it_whatever_comes_before_and_however_it_is_cut(
        (framing, stream) in prop_oneof![Just(Framing::Rtu), Just(Framing::Tcp)].prop_flat_map(
            |framing| (Just(framing), prop::collection::vec(before(framing, 3), 0..4))),
        pieces in prop::collection::vec(1_usize..9, 1..40),
    ) {
        let request = Request::ReadHoldingRegisters { start: 5, count: 1 };
        let mut wire = Wire::new(framing);
        for _ in 0..3 {
            wire.ask(unit(1), &request);
        }
        let mut bytes = stream.concat();
        bytes.extend(wrapped(framing, 3, &[1, 3, 2, 0xBE, 0xEF]));
        let mut found = None;
        let mut rest = bytes.as_slice();
        let mut pieces = pieces.into_iter().cycle();
        while !rest.is_empty() && found.is_none() {
            let (piece, after) = rest.split_at(pieces.next().unwrap_or(1).min(rest.len()));
            rest = after;
            found = wire.hear(piece, unit(1), &request);
        }
        prop_assert_eq!(found, Some(Ok(Answer::Registers(vec![0xBEEF]))));
    }

    #[test]
    fn without_an_answer_nothing_is_found_in_noise(
        noise in prop::collection::vec(any::<u8>(), 0..1500), count in 1_u16..20
    ) {
        let request = Request::ReadInputRegisters { start: 5, count };
        let mut wire = Wire::new(Framing::Rtu);
        wire.ask(unit(9), &request);
        let found = wire.hear(&noise, unit(9), &request);
        // Noise with a good unit, function, length and checksum is one in 2^40; it may refuse.
        prop_assert!(matches!(found, None | Some(Err(_))), "{found:?}");
    }
}
