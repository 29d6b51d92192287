//! The protocol data unit: a request as bytes, and an answer held against the request it is for
//! (Modbus Application Protocol V1.1b3, 6). Addresses, checksums and lengths of frames are `rtu`'s
//! and `tcp`'s.

use super::{Answer, Failure, Request};

/// The longest one (Modbus Application Protocol V1.1b3, 4.1).
pub const PDU_MAX: usize = 253;

/// Set in the function code of an answer that is an exception.
const EXCEPTION: u8 = 0x80;

/// Appends the request.
pub fn encode(request: &Request, out: &mut Vec<u8>) {
    out.push(request.function());
    let mut word = |word: u16| out.extend_from_slice(&word.to_be_bytes());
    match request {
        Request::ReadCoils { start, count }
        | Request::ReadDiscreteInputs { start, count }
        | Request::ReadHoldingRegisters { start, count }
        | Request::ReadInputRegisters { start, count } => {
            word(*start);
            word(*count);
        }
        Request::WriteCoil { address, value } | Request::WriteRegister { address, value } => {
            word(*address);
            word(*value);
        }
        Request::WriteCoils { start, values } => {
            word(*start);
            word(count(values));
            out.push(bytes_of_bits(values.len()));
            out.extend(values.chunks(8).map(|eight| {
                eight.iter().rev().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit))
            }));
        }
        Request::WriteRegisters { start, values } => {
            word(*start);
            word(count(values));
            out.push(u8::try_from(values.len() * 2).unwrap_or(u8::MAX));
            out.extend(values.iter().flat_map(|value| value.to_be_bytes()));
        }
    }
}

/// How long a good answer to the request is, in bytes.
#[must_use]
pub fn answer_length(request: &Request) -> usize {
    match request {
        Request::ReadCoils { count, .. } | Request::ReadDiscreteInputs { count, .. } => {
            2 + usize::from(*count).div_ceil(8)
        }
        Request::ReadHoldingRegisters { count, .. } | Request::ReadInputRegisters { count, .. } => {
            2 + 2 * usize::from(*count)
        }
        Request::WriteCoil { .. }
        | Request::WriteRegister { .. }
        | Request::WriteCoils { .. }
        | Request::WriteRegisters { .. } => 5,
    }
}

/// How long an answer is that begins with this function code; `None`: it answers something else.
#[must_use]
pub fn length_of(request: &Request, function: u8) -> Option<usize> {
    if function == request.function() {
        Some(answer_length(request))
    } else if function == request.function() | EXCEPTION {
        Some(2)
    } else {
        None
    }
}

/// Reads an answer and holds it against its request.
///
/// # Errors
/// [`Failure::Exception`] when the unit refuses, [`Failure::Spoilt`] when this is no answer to it:
/// another function, another number of values, the echo of something else.
pub fn decode(request: &Request, pdu: &[u8]) -> Result<Answer, Failure> {
    let (&function, rest) = pdu.split_first().ok_or(Failure::Spoilt)?;
    if function == request.function() | EXCEPTION {
        return match rest {
            [code] => Err(Failure::Exception(*code)),
            _ => Err(Failure::Spoilt),
        };
    }
    if function != request.function() || pdu.len() != answer_length(request) {
        return Err(Failure::Spoilt);
    }
    match request {
        Request::ReadCoils { count, .. } | Request::ReadDiscreteInputs { count, .. } => {
            let bytes = counted(rest)?;
            let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
            Ok(Answer::Bits(bits.take((*count).into()).collect()))
        }
        Request::ReadHoldingRegisters { .. } | Request::ReadInputRegisters { .. } => {
            let (words, _) = counted(rest)?.as_chunks::<2>();
            Ok(Answer::Registers(words.iter().map(|word| u16::from_be_bytes(*word)).collect()))
        }
        Request::WriteCoil { address, value } | Request::WriteRegister { address, value } => {
            echoed(rest, *address, *value)
        }
        Request::WriteCoils { start, values } => echoed(rest, *start, count(values)),
        Request::WriteRegisters { start, values } => echoed(rest, *start, count(values)),
    }
}

/// The values after their own count of bytes.
fn counted(rest: &[u8]) -> Result<&[u8], Failure> {
    match rest.split_first() {
        Some((count, bytes)) if usize::from(*count) == bytes.len() => Ok(bytes),
        _ => Err(Failure::Spoilt),
    }
}

fn echoed(rest: &[u8], first: u16, second: u16) -> Result<Answer, Failure> {
    let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
    if rest == [a, b, c, d] { Ok(Answer::Written) } else { Err(Failure::Spoilt) }
}

fn count<T>(values: &[T]) -> u16 {
    // `Request::well_formed` keeps it far below.
    u16::try_from(values.len()).unwrap_or(u16::MAX)
}

fn bytes_of_bits(bits: usize) -> u8 {
    u8::try_from(bits.div_ceil(8)).unwrap_or(u8::MAX)
}
