//! What the wire itself takes: the arithmetic of RS-485 (Modbus over Serial Line V1.02, 2.5.1).

use std::time::Duration;

use crate::modbus::{Request, pdu};

/// How the bits of a line go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serial {
    /// In bits per second.
    pub baud: u32,
    /// Start, data, parity and stop: 10 for 8N1, 11 for 8E1 and 8N2.
    pub bits_per_character: u32,
}

impl Serial {
    /// One character.
    #[must_use]
    pub fn character(&self) -> Duration {
        Duration::from_secs(1) * self.bits_per_character / self.baud.max(1)
    }

    /// The silence that ends a frame: 3.5 characters, and 1.75 ms above 19,200 baud.
    #[must_use]
    pub fn silence(&self) -> Duration {
        if self.baud > 19_200 { Duration::from_micros(1_750) } else { self.character() * 7 / 2 }
    }

    /// A frame of so many bytes.
    #[must_use]
    pub fn frame(&self, bytes: usize) -> Duration {
        self.character() * u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// Request, answer and the silences around them, without the unit's own turnaround and gaps:
    /// `(13 + 2N)·c + 2·t35` for a read of N registers, `16·c + 2·t35` for a write of one.
    #[must_use]
    pub fn transaction(&self, request: &Request) -> Duration {
        self.frame(request_bytes(request) + answer_bytes(request)) + self.silence() * 2
    }
}

/// A request with address and checksum, in bytes.
#[must_use]
pub fn request_bytes(request: &Request) -> usize {
    match request {
        Request::ReadCoils { .. }
        | Request::ReadDiscreteInputs { .. }
        | Request::ReadHoldingRegisters { .. }
        | Request::ReadInputRegisters { .. }
        | Request::WriteCoil { .. }
        | Request::WriteRegister { .. } => 8,
        Request::WriteCoils { values, .. } => 9 + values.len().div_ceil(8),
        Request::WriteRegisters { values, .. } => 9 + 2 * values.len(),
    }
}

/// Its answer with address and checksum, in bytes.
#[must_use]
pub fn answer_bytes(request: &Request) -> usize {
    pdu::answer_length(request) + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(count: u16) -> Request {
        Request::ReadInputRegisters { start: 0, count }
    }

    #[test]
    fn a_transaction_takes_what_the_characters_and_the_silences_take() {
        // Worked by hand: (13 + 2N) characters and seven of silence, and 20 ms of turnaround.
        let rows = [
            (2_400, 2, 120.0),
            (2_400, 10, 186.7),
            (2_400, 40, 436.7),
            (9_600, 2, 45.0),
            (9_600, 10, 61.7),
            (9_600, 40, 124.2),
            (19_200, 2, 32.5),
            (19_200, 10, 40.8),
            (19_200, 40, 72.1),
            // Above 19,200 the silence is fixed: 1.48 + 3.5 + 20.
            (115_200, 2, 24.98),
        ];
        for (baud, registers, milliseconds) in rows {
            let serial = Serial { baud, bits_per_character: 10 };
            let whole = serial.transaction(&read(registers)) + Duration::from_millis(20);
            let difference = (whole.as_secs_f64() * 1_000.0 - milliseconds).abs();
            assert!(difference < 0.1, "{baud} baud, {registers} registers: {whole:?}");
        }
    }

    #[test]
    fn a_write_of_one_takes_sixteen_characters() {
        let serial = Serial { baud: 9_600, bits_per_character: 10 };
        let write = Request::WriteCoil { address: 0, value: 0 };
        let expected = serial.character() * 16 + serial.silence() * 2;
        assert_eq!(serial.transaction(&write), expected);
        assert!((expected.as_secs_f64() * 1_000.0 - 23.96).abs() < 0.01);
    }
}
