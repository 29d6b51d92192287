//! The bytes and the times of a Modbus line: frames of RTU and of TCP, and how long characters take.
//!
//! After Modbus over Serial Line V1.02 and the Modbus Messaging on TCP/IP Guide V1.0b. Who waits for
//! what is the business of `line`.

use std::time::Duration;

use bytes::{Buf, BytesMut};

/// How a gateway puts frames on its TCP connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Modbus TCP: the gateway speaks for the units.
    Tcp,
    /// RTU over TCP: the gateway passes bytes through.
    Rtu,
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The transaction of Modbus TCP; 0 in RTU, which has none.
    pub transaction: u16,
    pub unit: u8,
    pub pdu: Vec<u8>,
}

/// What stood first in the bytes that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Frame(Frame),
    /// Not a whole frame yet.
    Partly,
    /// No frame will come of it.
    Garbled,
}

/// Bytes of a frame of RTU beside its PDU: unit and check sum.
const RTU_EXTRA: usize = 3;
/// Bytes before the unit in a frame of TCP: transaction, protocol, length.
const MBAP: usize = 6;
const LONGEST_PDU: usize = 253;
const LONGEST_RTU: usize = LONGEST_PDU + RTU_EXTRA;

impl Framing {
    /// Takes the first request from the bytes that came.
    pub fn take(self, bytes: &mut BytesMut) -> Taken {
        match self {
            Self::Tcp => take_tcp(bytes),
            Self::Rtu => take_rtu(bytes),
        }
    }

    /// The bytes of a frame.
    #[must_use]
    pub fn put(self, frame: &Frame) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(frame.pdu.len() + MBAP + 1);
        match self {
            Self::Tcp => {
                let length = u16::try_from(frame.pdu.len() + 1).unwrap_or(u16::MAX);
                bytes.extend(frame.transaction.to_be_bytes());
                bytes.extend([0, 0]);
                bytes.extend(length.to_be_bytes());
                bytes.push(frame.unit);
                bytes.extend(&frame.pdu);
            }
            Self::Rtu => {
                bytes.push(frame.unit);
                bytes.extend(&frame.pdu);
                bytes.extend(crc(&bytes).to_le_bytes());
            }
        }
        bytes
    }
}

fn take_tcp(bytes: &mut BytesMut) -> Taken {
    let Some((head, rest)) = bytes.split_first_chunk::<MBAP>() else { return Taken::Partly };
    let [t1, t2, p1, p2, l1, l2] = *head;
    let length = usize::from(u16::from_be_bytes([l1, l2]));
    if [p1, p2] != [0, 0] || !(2..=LONGEST_PDU + 1).contains(&length) {
        return Taken::Garbled;
    }
    let Some((unit, pdu)) = rest.get(..length).and_then(<[u8]>::split_first) else {
        return Taken::Partly;
    };
    let transaction = u16::from_be_bytes([t1, t2]);
    let frame = Frame { transaction, unit: *unit, pdu: pdu.to_vec() };
    bytes.advance(MBAP + length);
    Taken::Frame(frame)
}

/// A unit on the wire knows a frame's end by the silence after it. TCP does not carry silences, so
/// the length is that of the function; what has none must be all that came.
fn take_rtu(bytes: &mut BytesMut) -> Taken {
    let length = match bytes.get(1) {
        None => return Taken::Partly,
        Some(1..=6 | 8) => 8,
        Some(15 | 16) => match bytes.get(6) {
            Some(count) => 9 + usize::from(*count),
            None => return Taken::Partly,
        },
        Some(_) => bytes.len(),
    };
    let Some(frame) = bytes.get(..length) else { return Taken::Partly };
    match checked(frame) {
        Some((unit, pdu)) => {
            let frame = Frame { transaction: 0, unit, pdu: pdu.to_vec() };
            bytes.advance(length);
            Taken::Frame(frame)
        }
        // An unknown function may still grow to a frame until silence falls.
        None if !matches!(bytes.get(1), Some(1..=6 | 8 | 15 | 16)) && length < LONGEST_RTU => {
            Taken::Partly
        }
        None => Taken::Garbled,
    }
}

fn checked(frame: &[u8]) -> Option<(u8, &[u8])> {
    let (body, sum) = frame.split_last_chunk::<2>()?;
    let (unit, pdu) = body.split_first()?;
    (!pdu.is_empty() && crc(body) == u16::from_le_bytes(*sum)).then_some((*unit, pdu))
}

/// The check sum of RTU: polynomial 0xA001 reflected, beginning at 0xFFFF; sent low byte first.
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        (0..8).fold(
            sum ^ u16::from(*byte),
            |sum, _| {
                if sum & 1 == 1 { sum >> 1 ^ 0xA001 } else { sum >> 1 }
            },
        )
    })
}

/// The times of a wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Bits a second.
    pub baud: u32,
    /// Bits of a character with start and stop: 10 for 8N1, 11 for 8E1.
    pub character_bits: u32,
    /// Each unit has a turnaround of its own between these two, drawn from the seed.
    pub turnaround: (Duration, Duration),
    /// How far each answer strays from its unit's turnaround, as a share of it from 0 to 1.
    pub jitter: f64,
}

impl Timing {
    /// 8N1 at a baud rate, with turnarounds of 5 to 45 ms, the spread that manuals of instruments
    /// state, and a jitter of a fifth.
    #[must_use]
    pub fn at(baud: u32) -> Self {
        let turnaround = (Duration::from_millis(5), Duration::from_millis(45));
        Self { baud, character_bits: 10, turnaround, jitter: 0.2 }
    }

    /// The same turnaround for every unit and every answer.
    #[must_use]
    pub fn steady(self, turnaround: Duration) -> Self {
        Self { turnaround: (turnaround, turnaround), jitter: 0.0, ..self }
    }

    /// How long a frame with a PDU of so many bytes takes on the wire.
    #[must_use]
    pub fn frame(self, pdu_bytes: usize) -> Duration {
        self.character() * u32::try_from(pdu_bytes + RTU_EXTRA).unwrap_or(u32::MAX)
    }

    /// The silence that ends a frame: 3.5 characters, 1.75 ms above 19 200 baud.
    #[must_use]
    pub fn silence(self) -> Duration {
        if self.baud > 19_200 { Duration::from_micros(1_750) } else { self.character() * 7 / 2 }
    }

    fn character(self) -> Duration {
        Duration::from_secs(1) * self.character_bits / self.baud.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_that_of_the_specification() {
        // The example of Modbus over Serial Line V1.02, appendix B: 02 07 gives 41 12 on the wire.
        assert_eq!(crc(&[0x02, 0x07]).to_le_bytes(), [0x41, 0x12]);
        // Read of ten registers from unit 1: C5 CD.
        assert_eq!(crc(&[1, 3, 0, 0, 0, 10]).to_le_bytes(), [0xC5, 0xCD]);
    }

    #[test]
    fn a_read_takes_the_time_of_its_characters() {
        // 8N1 at 9600: 1.0417 ms a character; T(2) = (13 + 4) · c + 2 · 3.5 · c = 24 c = 25 ms.
        let timing = Timing::at(9_600);
        let total = timing.frame(5) + timing.frame(6) + timing.silence() * 2;
        assert!(total.abs_diff(Duration::from_millis(25)) < Duration::from_micros(1), "{total:?}");
        assert_eq!(Timing::at(115_200).silence(), Duration::from_micros(1_750));
        // 8E1 at 2400: 11/2400 s = 4.583 ms.
        let even = Timing { character_bits: 11, ..Timing::at(2_400) };
        assert_eq!(even.frame(0), Duration::from_nanos(4_583_333) * 3);
    }

    #[test]
    fn frames_come_back_as_they_went_however_they_are_cut() {
        let pdus: [&[u8]; 4] = [
            &[3, 0, 0, 0, 2],
            &[16, 0, 1, 0, 2, 4, 0, 10, 1, 2],
            &[5, 0, 1, 0xFF, 0],
            &[15, 0, 0, 0, 8, 1, 0xFF],
        ];
        for framing in [Framing::Tcp, Framing::Rtu] {
            let frames = pdus.map(|pdu| {
                let transaction = if framing == Framing::Tcp { 700 } else { 0 };
                Frame { transaction, unit: 17, pdu: pdu.to_vec() }
            });
            let wire: Vec<u8> = frames.iter().flat_map(|frame| framing.put(frame)).collect();
            for cut in 1..wire.len() {
                let (mut bytes, mut got) = (BytesMut::new(), Vec::new());
                for part in [&wire[..cut], &wire[cut..]] {
                    bytes.extend_from_slice(part);
                    while let Taken::Frame(frame) = framing.take(&mut bytes) {
                        got.push(frame);
                    }
                }
                assert_eq!(got, frames, "{framing:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_no_frame_is_known_as_such() {
        let take = |framing: Framing, bytes: &[u8]| framing.take(&mut BytesMut::from(bytes));
        assert_eq!(take(Framing::Rtu, &[1, 3, 0, 0, 0, 10, 0xC5, 0xCC]), Taken::Garbled);
        assert_eq!(take(Framing::Rtu, &[1, 0x2B, 0x0E]), Taken::Partly);
        assert_eq!(take(Framing::Tcp, &[0, 1, 0, 9, 0, 6, 1, 3]), Taken::Garbled);
        assert_eq!(take(Framing::Tcp, &[0, 1, 0, 0, 0, 1]), Taken::Garbled);
        assert_eq!(take(Framing::Tcp, &[0, 1, 0, 0, 0, 6, 1, 3]), Taken::Partly);
        // A function without a known length, whole: 07 with its check sum.
        let frame = Frame { transaction: 0, unit: 2, pdu: vec![7] };
        assert_eq!(take(Framing::Rtu, &[2, 7, 0x41, 0x12]), Taken::Frame(frame));
    }
}
