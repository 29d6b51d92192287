//! Frames on the two kinds of wire, and finding the one answer that is wanted among what comes.
//!
//! TCP numbers its transactions, so that a late answer shows (Modbus Messaging on TCP/IP V1.0b, 3.1).
//! RTU does not: a frame is told by its unit, function, length and checksum (Modbus over Serial Line
//! V1.02, 2.5.1), and after a silence the line is drained. Sockets and time are the driver's.

use super::{Answer, Failure, Request, Unit, pdu};

/// How frames are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// With a transaction number and a length.
    Tcp,
    /// With a checksum: on a serial line, or through a transparent gateway.
    Rtu,
}

/// More than any answer, with what noise may come along; beyond that the oldest bytes are noise.
const KEPT_MAX: usize = 1024;
const MBAP: usize = 7;

/// What was thrown away while waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discarded {
    /// Answers to earlier requests.
    pub late: u32,
    /// Whole frames of other units.
    pub foreign: u32,
    /// Bytes that are no frame.
    pub garbage: u32,
}

/// One end of a line: wraps requests, unwraps their answers, keeps what is half there.
#[derive(Debug)]
pub struct Wire {
    framing: Framing,
    transaction: u16,
    kept: Vec<u8>,
    out: Vec<u8>,
    discarded: Discarded,
    /// What comes cannot be told apart any more; only a new connection helps.
    lost: bool,
}

impl Wire {
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        let (kept, out) = (Vec::with_capacity(KEPT_MAX), Vec::with_capacity(pdu::PDU_MAX + MBAP));
        Self { framing, transaction: 0, kept, out, discarded: Discarded::default(), lost: false }
    }

    /// The bytes of the next request. What was kept of earlier answers is garbage from here on.
    pub fn ask(&mut self, unit: Unit, request: &Request) -> &[u8] {
        self.out.clear();
        match self.framing {
            Framing::Tcp => {
                self.transaction = self.transaction.wrapping_add(1);
                self.out.extend_from_slice(&self.transaction.to_be_bytes());
                self.out.extend_from_slice(&[0, 0, 0, 0, unit.address()]);
                pdu::encode(request, &mut self.out);
                let length = u16::try_from(self.out.len() - MBAP + 1).unwrap_or(u16::MAX);
                if let Some(field) = self.out.get_mut(4..6) {
                    field.copy_from_slice(&length.to_be_bytes());
                }
            }
            Framing::Rtu => {
                self.drop_front(self.kept.len());
                self.out.push(unit.address());
                pdu::encode(request, &mut self.out);
                let check = crc(&self.out).to_le_bytes();
                self.out.extend_from_slice(&check);
            }
        }
        &self.out
    }

    /// Takes bytes off the wire. `Some` ends the wait for the answer to `request`.
    pub fn hear(
        &mut self,
        bytes: &[u8],
        unit: Unit,
        request: &Request,
    ) -> Option<Result<Answer, Failure>> {
        self.kept.extend_from_slice(bytes);
        let answer = match self.framing {
            Framing::Tcp => self.find_tcp(unit, request),
            Framing::Rtu => self.find_rtu(unit, request),
        };
        if self.kept.len() > KEPT_MAX {
            self.drop_front(self.kept.len() - KEPT_MAX);
        }
        answer
    }

    /// Throws away what came while nobody waited.
    pub fn drain(&mut self, bytes: &[u8]) {
        if self.framing == Framing::Rtu {
            self.discarded.garbage = self.discarded.garbage.saturating_add(length(bytes));
        } else {
            // Half a frame may be there: the rest of it must be told from what follows.
            self.kept.extend_from_slice(bytes);
        }
    }

    /// What was thrown away since the last time this was asked.
    pub fn take_discarded(&mut self) -> Discarded {
        std::mem::take(&mut self.discarded)
    }

    /// Whether frames cannot be told apart any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// A new connection: nothing of the old one counts.
    pub fn reset(&mut self) {
        self.kept.clear();
        self.lost = false;
    }

    fn drop_front(&mut self, count: usize) {
        self.discarded.garbage =
            self.discarded.garbage.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        self.kept.drain(..count.min(self.kept.len()));
    }

    fn find_tcp(&mut self, unit: Unit, request: &Request) -> Option<Result<Answer, Failure>> {
        loop {
            let header = self.kept.first_chunk::<MBAP>()?;
            let [t0, t1, p0, p1, l0, l1, from] = *header;
            let (number, length) = (u16::from_be_bytes([t0, t1]), u16::from_be_bytes([l0, l1]));
            let whole = usize::from(length) + MBAP - 1;
            if [p0, p1] != [0, 0] || !(3..=pdu::PDU_MAX + 1).contains(&usize::from(length)) {
                self.lost = true;
                return Some(Err(Failure::Spoilt));
            }
            let body = self.kept.get(MBAP..whole)?;
            let wanted = number == self.transaction && from == unit.address();
            let answer = wanted.then(|| pdu::decode(request, body));
            if number != self.transaction {
                self.discarded.late = self.discarded.late.saturating_add(1);
            } else if !wanted {
                self.discarded.foreign = self.discarded.foreign.saturating_add(1);
            }
            self.kept.drain(..whole);
            if answer.is_some() {
                return answer;
            }
        }
    }

    /// The first frame of the unit that answers the request, wherever it begins: transceivers that
    /// turn round put a byte or two of noise before it. Its checksum, unit, function and length all
    /// have to fit.
    fn find_rtu(&mut self, unit: Unit, request: &Request) -> Option<Result<Answer, Failure>> {
        for start in 0..self.kept.len() {
            let rest = self.kept.get(start..).unwrap_or_default();
            let &[address, function, ..] = rest else { return None };
            if address != unit.address() {
                continue;
            }
            let Some(length) = pdu::length_of(request, function) else { continue };
            let Some(frame) = rest.get(..length + 3) else { continue };
            let Some((body, check)) = frame.split_last_chunk::<2>() else { continue };
            if crc(body).to_le_bytes() != *check {
                continue;
            }
            let answer = pdu::decode(request, body.get(1..).unwrap_or_default());
            self.count_before(start);
            self.kept.drain(..start + length + 3);
            return Some(answer);
        }
        None
    }

    /// Counts what stood before an answer: a whole frame of somebody's, or noise.
    fn count_before(&mut self, start: usize) {
        let before = self.kept.get(..start).unwrap_or_default();
        let whole = before
            .split_last_chunk::<2>()
            .is_some_and(|(body, check)| body.len() > 1 && crc(body).to_le_bytes() == *check);
        if whole {
            self.discarded.foreign = self.discarded.foreign.saturating_add(1);
        } else {
            self.discarded.garbage = self.discarded.garbage.saturating_add(length(before));
        }
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// CRC-16 with polynomial 0xA001, from 0xFFFF (Modbus over Serial Line V1.02, 6.2.2).
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        let index = usize::from((crc ^ u16::from(*byte)) & 0xFF);
        crc >> 8 ^ CRC_OF_BYTE.get(index).copied().unwrap_or_default()
    })
}

const CRC_OF_BYTE: [u16; 256] = {
    let mut table = [0; 256];
    let mut index: u16 = 0;
    while index < 256 {
        let (mut crc, mut bit) = (index, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "counted to the table's length")]
        {
            table[index as usize] = crc;
        }
        index += 1;
    }
    table
};
