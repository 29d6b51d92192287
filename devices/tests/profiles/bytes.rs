//! Requests and answers as bytes, independent of the code under test, and the tables that use them.

use std::time::Duration;

use onecard_devices::{
    modbus::{Answer, Request},
    profile::{Library, Orders, Profile, ReadPlan, Readings, Value, Wanted},
};

/// The shipped profile of a model.
pub fn model(name: &str) -> Profile {
    let library = Library::of_shipped().expect("profiles without mistakes");
    library.model(name).unwrap_or_else(|| panic!("no profile for {name}")).clone()
}

/// A request's frame without its CRC, to the unit of the factory settings: `01 04 00 0C 00 02`.
pub fn frame(profile: &Profile, request: &Request) -> String {
    let mut bytes = vec![profile.serial.unit.address(), request.function()];
    match request {
        Request::ReadCoils { start, count }
        | Request::ReadDiscreteInputs { start, count }
        | Request::ReadHoldingRegisters { start, count }
        | Request::ReadInputRegisters { start, count } => {
            bytes.extend(start.to_be_bytes());
            bytes.extend(count.to_be_bytes());
        }
        Request::WriteCoil { address, value } | Request::WriteRegister { address, value } => {
            bytes.extend(address.to_be_bytes());
            bytes.extend(value.to_be_bytes());
        }
        Request::WriteRegisters { start, values } => {
            let count = u8::try_from(values.len()).expect("few");
            bytes.extend(start.to_be_bytes());
            bytes.extend([0, count, count * 2]);
            bytes.extend(values.iter().flat_map(|value| value.to_be_bytes()));
        }
        Request::WriteCoils { .. } => panic!("no shipped profile writes several coils"),
    }
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

pub fn frames(profile: &Profile, requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| frame(profile, request)).collect()
}

/// An answer from the data bytes of its frame, without unit, function, length and CRC.
pub fn answer(request: &Request, data: &str) -> Answer {
    let bytes: Vec<u8> = data
        .split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits"))
        .collect();
    match request {
        Request::ReadCoils { count, .. } | Request::ReadDiscreteInputs { count, .. } => {
            let bits = (0..usize::from(*count)).map(|bit| bytes[bit / 8] >> (bit % 8) & 1 == 1);
            Answer::Bits(bits.collect())
        }
        Request::ReadHoldingRegisters { count, .. } | Request::ReadInputRegisters { count, .. } => {
            let words = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            let words: Vec<u16> = words.collect();
            assert_eq!(words.len(), usize::from(*count), "the answer's length is wrong: {data}");
            Answer::Registers(words)
        }
        Request::WriteCoil { .. }
        | Request::WriteRegister { .. }
        | Request::WriteCoils { .. }
        | Request::WriteRegisters { .. } => Answer::Written,
    }
}

/// A value as a table writes it: a number, a state, `flag+flag`, or `missing: why`.
pub fn told(readings: &Readings, point: &str, channel: u16) -> String {
    match readings.get(point, channel) {
        None => "not in the plan".to_owned(),
        Some(Err(missing)) => format!("missing: {missing}"),
        Some(Ok(Value::Measured(number))) => number.to_string(),
        Some(Ok(Value::Counted(count))) => count.value.to_string(),
        Some(Ok(Value::State(state))) => state.clone(),
        Some(Ok(Value::Flags(flags))) => flags.join("+"),
        Some(Ok(Value::Text(text))) => text.clone(),
    }
}

/// One read of a model: what is wanted, the frames that must ask for it, the data of the answers, and what
/// they mean. `point#2` is channel 2.
pub struct Read<'t> {
    pub wanted: &'t [&'t str],
    pub asked: &'t [&'t str],
    pub data: &'t [&'t str],
    pub means: &'t [(&'t str, &'t str)],
}

fn place(named: &str) -> (&str, Option<u16>) {
    match named.split_once('#') {
        Some((point, channel)) => (point, Some(channel.parse().expect("a channel"))),
        None => (named, None),
    }
}

/// Holds a model to a table of reads.
pub fn hold_reads(name: &str, reads: &[Read<'_>]) {
    let profile = model(name);
    for read in reads {
        let wanted: Vec<Wanted> = read
            .wanted
            .iter()
            .map(|named| {
                let (point, channel) = place(named);
                Wanted { point: point.to_owned(), channel }
            })
            .collect();
        let plan = profile.plan(&wanted).expect("a plan");
        hold_plan(&profile, &plan, read);
    }
}

/// Holds a plan to one row of a table.
pub fn hold_plan(profile: &Profile, plan: &ReadPlan, read: &Read<'_>) {
    let name = &profile.identity.model;
    assert_eq!(frames(profile, plan.requests()), read.asked, "{name}: {:?}", read.wanted);
    assert_eq!(plan.requests().len(), read.data.len(), "{name}: an answer for each request");
    let outcomes: Vec<_> = plan
        .requests()
        .iter()
        .zip(read.data)
        .map(|(request, data)| (request.clone(), Ok(answer(request, data))))
        .collect();
    let readings = plan.decode(&outcomes);
    for (named, expected) in read.means {
        let (point, channel) = place(named);
        assert_eq!(told(&readings, point, channel.unwrap_or(0)), *expected, "{name}: {named}");
    }
}

/// Holds commands to the frames that must be written, and to the frames, state and wait that verify them.
pub fn hold_orders(
    profile: &Profile,
    orders: &Orders,
    writes: &[&str],
    verify: Option<(&str, &str, u64)>,
) {
    assert_eq!(frames(profile, &orders.writes), writes);
    let seen = orders.verify.as_ref().map(|verify| {
        let asked = frames(profile, verify.plan.requests()).join(", ");
        (asked, verify.state.clone(), verify.settle)
    });
    let expected = verify.map(|(asked, state, settle)| {
        (asked.to_owned(), state.to_owned(), Duration::from_millis(settle))
    });
    assert_eq!(seen, expected);
}
