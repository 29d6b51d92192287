//! A room's power over days: means and peaks of five minutes, a row a day in UTC. Bounded by the days
//! that are kept, whatever happens.
//!
//! What a room drew in a slot that is not over yet is lost with the controller; the rest of the slot
//! then has the mean.

use onecard_rules::Time;

/// How long a slot is, in seconds.
pub const SLOT_S: i64 = 300;
/// Days that are kept.
pub const DAYS: i64 = 31;

const DAY_S: i64 = 24 * 60 * 60;
/// Bytes of a slot: mean and peak in watts, each a big-endian `i16`.
const BYTES: usize = 4;
/// A slot in which nothing was read.
const NOTHING: i16 = i16::MIN;

/// Five minutes of a room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub at: Time,
    pub mean_w: i16,
    pub peak_w: i16,
}

/// What is being gathered of one room.
#[derive(Debug, Default)]
pub struct History {
    day: i64,
    /// The day's slots that are over.
    body: Vec<u8>,
    /// Of the slot that is not: its number since 1970, sum, count, peak.
    open: Option<(i64, f64, u32, f64)>,
}

/// The day of a moment, since 1970 in UTC.
#[must_use]
pub fn day_of(at: Time) -> i64 {
    at.timestamp().div_euclid(DAY_S)
}

impl History {
    /// Goes on with a day as it was kept.
    #[must_use]
    pub fn of(day: i64, body: Vec<u8>) -> Self {
        Self { day, body, open: None }
    }

    /// Takes a reading in. When it is the first of a slot, the day with the slot before it is to be
    /// kept: its number and its row.
    pub fn take(&mut self, at: Time, watts: f64) -> Option<(i64, Vec<u8>)> {
        let slot = at.timestamp().div_euclid(SLOT_S);
        match &mut self.open {
            // A clock that was set back goes on with the open slot.
            Some((open, sum, count, peak)) if slot <= *open => {
                *sum += watts;
                *count += 1;
                *peak = peak.max(watts);
                None
            }
            Some(_) | None => {
                let over = self.open.replace((slot, watts, 1, watts));
                over.map(|over| self.close(over))
            }
        }
    }

    fn close(&mut self, (slot, sum, count, peak): (i64, f64, u32, f64)) -> (i64, Vec<u8>) {
        let day = (slot * SLOT_S).div_euclid(DAY_S);
        if day != self.day {
            (self.day, self.body) = (day, Vec::new());
        }
        let place = usize::try_from(slot - day * (DAY_S / SLOT_S)).unwrap_or_default() * BYTES;
        while self.body.len() < place + BYTES {
            self.body.extend_from_slice(&NOTHING.to_be_bytes());
        }
        let values = [sum / f64::from(count.max(1)), peak].map(whole);
        let bytes = values.into_iter().flat_map(i16::to_be_bytes);
        for (kept, byte) in self.body.iter_mut().skip(place).zip(bytes) {
            *kept = byte;
        }
        (self.day, self.body.clone())
    }
}

/// Whole watts, as far as a slot can hold them.
fn whole(watts: f64) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "it is clamped to what fits")]
    let whole = watts.round().clamp(-32_767.0, 32_767.0) as i16;
    whole
}

/// The slots of a day's row in which something was read.
#[must_use]
pub fn spans(day: i64, body: &[u8]) -> Vec<Span> {
    let slots = body.chunks_exact(BYTES).zip(0_i64..);
    let span = |(bytes, slot): (&[u8], i64)| {
        let [a, b, c, d] = <[u8; BYTES]>::try_from(bytes).ok()?;
        let (mean_w, peak_w) = (i16::from_be_bytes([a, b]), i16::from_be_bytes([c, d]));
        let at = Time::from_timestamp(day * DAY_S + slot * SLOT_S, 0)?;
        (mean_w != NOTHING).then_some(Span { at, mean_w, peak_w })
    };
    slots.filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_timestamp(20_000 * DAY_S + second, 0).unwrap()
    }

    #[test]
    fn means_and_peaks_come_back_and_days_begin_anew() {
        let mut history = History::default();
        let readings =
            [(0, 100.0), (299, 300.0), (300, 50.0), (900, 2000.4), (901, -5.0), (DAY_S, 7.0)];
        let kept: Vec<(i64, Vec<u8>)> = readings
            .iter()
            .filter_map(|(second, watts)| history.take(at(*second), *watts))
            .collect();
        let last = kept.last().unwrap();
        assert_eq!((kept.len(), last.0), (3, 20_000));
        let found: Vec<(i64, i16, i16)> = spans(last.0, &last.1)
            .iter()
            .map(|span| ((span.at - at(0)).num_seconds(), span.mean_w, span.peak_w))
            .collect();
        assert_eq!(found, [(0, 200, 300), (300, 50, 50), (900, 998, 2000)], "one slot is empty");
        let (day, body) = history.take(at(DAY_S + 300), 9.0).unwrap();
        assert_eq!(day, 20_001);
        assert_eq!(spans(day, &body), [Span { at: at(DAY_S), mean_w: 7, peak_w: 7 }]);
        // After a restart the day goes on.
        let mut again = History::of(day, body);
        assert!(again.take(at(DAY_S + 400), 1.0).is_none());
        let (day, body) = again.take(at(DAY_S + 600), 1.0).unwrap();
        assert_eq!(spans(day, &body).len(), 2);
    }

    #[test]
    fn a_clock_set_back_and_absurd_readings_do_no_harm() {
        let mut history = History::default();
        assert!(history.take(at(600), 1e9).is_none());
        assert!(history.take(at(0), f64::NAN).is_none());
        let (day, body) = history.take(at(900), 1.0).unwrap();
        assert_eq!(spans(day, &body).len(), 1);
    }
}
