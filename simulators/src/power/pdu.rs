//! The inner part of a Modbus frame, from the unit's side: what was asked, and the bytes that answer.
//!
//! Written from the Modbus Application Protocol V1.1b3. Framing and time are the business of `wire`
//! and `line`; what the registers hold is that of `model`.

/// Why a unit refuses (7 of the specification).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    /// The unit does not know the function.
    Function = 1,
    /// The unit has no such address, or not so many.
    Address = 2,
    /// The value or the count is not allowed.
    Value = 3,
    /// A gateway got no answer from the unit.
    NoAnswer = 0x0B,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Functions 01 and 02.
    ReadBits { function: u8, start: u16, count: u16 },
    /// Functions 03 and 04.
    ReadWords { function: u8, start: u16, count: u16 },
    /// Function 05, with the raw value.
    WriteBit { address: u16, value: u16 },
    /// Function 06.
    WriteWord { address: u16, value: u16 },
    /// Function 15.
    WriteBits { start: u16, values: Vec<bool> },
    /// Function 16.
    WriteWords { start: u16, values: Vec<u16> },
    /// Function 08, whose sub-function 0 is echoed.
    Echo,
}

/// What is answered, if not an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Bits(Vec<bool>),
    Words(Vec<u16>),
    /// A write was taken (or an echo is asked for).
    Done,
}

const MOST_BITS: u16 = 2_000;
const MOST_WORDS: u16 = 125;

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

impl Request {
    /// Reads what is asked; an unknown function and a bad count are exceptions.
    pub fn parse(pdu: &[u8]) -> Result<Self, Exception> {
        let function = *pdu.first().ok_or(Exception::Function)?;
        let two = || word(pdu, 1).zip(word(pdu, 3)).ok_or(Exception::Value);
        match function {
            1 | 2 => {
                let (start, count) = two()?;
                within(count, MOST_BITS)?;
                Ok(Self::ReadBits { function, start, count })
            }
            3 | 4 => {
                let (start, count) = two()?;
                within(count, MOST_WORDS)?;
                Ok(Self::ReadWords { function, start, count })
            }
            5 => two().map(|(address, value)| Self::WriteBit { address, value }),
            6 => two().map(|(address, value)| Self::WriteWord { address, value }),
            8 if word(pdu, 1) == Some(0) => Ok(Self::Echo),
            15 => {
                let (start, count) = two()?;
                let bytes = carried(pdu, usize::from(count).div_ceil(8))?;
                let bit =
                    |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
                let values = (0..usize::from(count)).map(bit).collect();
                Ok(Self::WriteBits { start, values })
            }
            16 => {
                let (start, count) = two()?;
                let bytes = carried(pdu, usize::from(count) * 2)?;
                let values = (0..usize::from(count)).filter_map(|at| word(bytes, at * 2)).collect();
                Ok(Self::WriteWords { start, values })
            }
            _ => Err(Exception::Function),
        }
    }

    /// Whether it changes something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self, Self::ReadBits { .. } | Self::ReadWords { .. } | Self::Echo)
    }
}

fn within(count: u16, most: u16) -> Result<(), Exception> {
    if (1..=most).contains(&count) { Ok(()) } else { Err(Exception::Value) }
}

/// The values of a write of several, if there are as many bytes as were announced.
fn carried(pdu: &[u8], length: usize) -> Result<&[u8], Exception> {
    let announced = pdu.get(5).is_some_and(|bytes| usize::from(*bytes) == length);
    pdu.get(6..)
        .filter(|bytes| announced && length > 0 && bytes.len() == length)
        .ok_or(Exception::Value)
}

/// The bytes that answer the request.
#[must_use]
pub fn encode(request: &[u8], answer: Result<Answer, Exception>) -> Vec<u8> {
    let function = request.first().copied().unwrap_or_default();
    match answer {
        Ok(Answer::Words(words)) => {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            counted(function, bytes)
        }
        Ok(Answer::Bits(bits)) => {
            let byte =
                |bits: &[bool]| bits.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit));
            counted(function, bits.chunks(8).map(byte).collect())
        }
        // A single write and an echo come back whole, a write of several without its values.
        Ok(Answer::Done) if matches!(function, 15 | 16) => {
            request.iter().take(5).copied().collect()
        }
        Ok(Answer::Done) => request.to_vec(),
        Err(exception) => vec![function | 0x80, exception as u8],
    }
}

fn counted(function: u8, mut bytes: Vec<u8>) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    bytes.splice(0..0, [function, length]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_the_specification_writes_them() {
        let table = [
            (
                vec![1, 0, 0x13, 0, 0x25],
                Ok(Request::ReadBits { function: 1, start: 0x13, count: 37 }),
            ),
            (vec![3, 0, 0x6B, 0, 3], Ok(Request::ReadWords { function: 3, start: 0x6B, count: 3 })),
            (vec![5, 0, 0xAC, 0xFF, 0], Ok(Request::WriteBit { address: 0xAC, value: 0xFF00 })),
            (
                vec![15, 0, 0x13, 0, 10, 2, 0xCD, 1],
                Ok(Request::WriteBits {
                    start: 0x13,
                    values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0].map(|bit| bit == 1).to_vec(),
                }),
            ),
            (
                vec![16, 0, 1, 0, 2, 4, 0, 0x0A, 1, 2],
                Ok(Request::WriteWords { start: 1, values: vec![10, 0x0102] }),
            ),
            (vec![3, 0, 0, 0, 0], Err(Exception::Value)),
            (vec![3, 0, 0, 0, 126], Err(Exception::Value)),
            (vec![16, 0, 1, 0, 2, 3, 0, 0x0A, 1], Err(Exception::Value)),
            (vec![16, 0, 1, 0, 2, 4, 0, 0x0A, 1], Err(Exception::Value)),
            (vec![6, 0, 1], Err(Exception::Value)),
            (vec![0x2B, 14], Err(Exception::Function)),
        ];
        for (bytes, expected) in table {
            assert_eq!(Request::parse(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn answers_are_written_as_the_specification_writes_them() {
        let words = Ok(Answer::Words(vec![0x022B, 0, 0x64]));
        assert_eq!(encode(&[3, 0, 0x6B, 0, 3], words), [3, 6, 2, 0x2B, 0, 0, 0, 0x64]);
        let bits = [1, 0, 1, 1, 0, 0, 1, 1, 1].map(|bit| bit == 1).to_vec();
        assert_eq!(encode(&[1, 0, 0, 0, 9], Ok(Answer::Bits(bits))), [1, 2, 0xCD, 1]);
        let several = [16, 0, 1, 0, 2, 4, 0, 10, 1, 2];
        assert_eq!(encode(&several, Ok(Answer::Done)), [16, 0, 1, 0, 2]);
        assert_eq!(encode(&[6, 0, 1, 0, 3], Ok(Answer::Done)), [6, 0, 1, 0, 3]);
        assert_eq!(encode(&[3, 0, 1, 0, 3], Err(Exception::Address)), [0x83, 2]);
    }
}
