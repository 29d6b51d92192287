//! What came of a load, with every latency, so that several runs can be told as one.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::{Latency, LoadReport};

/// What came of a load, or of several of one rate together.
#[derive(Debug, Clone)]
pub struct Measured {
    pub(super) rate: u32,
    /// How long it took to send.
    pub(super) sending: Duration,
    pub(super) offered: u64,
    pub(super) sent: u64,
    pub(super) acked: u64,
    pub(super) commands: u64,
    pub(super) duplicates: u64,
    pub(super) from_intended: Histogram<u64>,
    pub(super) from_send: Histogram<u64>,
    pub(super) ack: Histogram<u64>,
}

impl Measured {
    /// Takes another run of the same rate in: every latency counts once, whichever run it is of.
    pub fn pool(&mut self, other: &Self) {
        self.sending += other.sending;
        self.offered += other.offered;
        self.sent += other.sent;
        self.acked += other.acked;
        self.commands += other.commands;
        self.duplicates += other.duplicates;
        let pairs = [
            (&mut self.from_intended, &other.from_intended),
            (&mut self.from_send, &other.from_send),
            (&mut self.ack, &other.ack),
        ];
        for (all, these) in pairs {
            #[expect(clippy::expect_used, reason = "all have the same bounds")]
            all.add(these).expect("the same bounds");
        }
    }

    /// The figures.
    #[must_use]
    pub fn report(&self) -> LoadReport {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let achieved = self.sent as f64 / self.sending.as_secs_f64().max(1e-9);
        LoadReport {
            rate: self.rate,
            achieved,
            offered: self.offered,
            sent: self.sent,
            acked: self.acked,
            commands: self.commands,
            lost: self.sent.saturating_sub(self.commands),
            duplicates: self.duplicates,
            latency: summary(&self.from_intended),
            latency_from_send: summary(&self.from_send),
            ack: summary(&self.ack),
        }
    }
}

/// A histogram from 1 µs to a minute, three digits.
pub(super) fn histogram() -> Histogram<u64> {
    #[expect(clippy::expect_used, reason = "the bounds are constants that the crate accepts")]
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("good bounds")
}

/// The percentiles that are reported.
fn summary(histogram: &Histogram<u64>) -> Latency {
    Latency {
        count: histogram.len(),
        p50_us: histogram.value_at_quantile(0.5),
        p99_us: histogram.value_at_quantile(0.99),
        p999_us: histogram.value_at_quantile(0.999),
        max_us: histogram.max(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of as many swipes as latencies, all sent within a second.
    fn run_of(latencies: &[u64]) -> Measured {
        let mut from_intended = histogram();
        for &latency in latencies {
            from_intended.saturating_record(latency);
        }
        let count = latencies.len() as u64;
        Measured {
            rate: 10,
            sending: Duration::from_secs(1),
            offered: count,
            sent: count,
            acked: count,
            commands: count,
            duplicates: 0,
            from_send: from_intended.clone(),
            ack: from_intended.clone(),
            from_intended,
        }
    }

    #[test]
    fn a_stall_of_one_run_counts_among_the_latencies_of_all() {
        let mut calm = run_of(&[100; 99]);
        let mut stalled = run_of(&[100; 97]);
        stalled.pool(&run_of(&[900, 900, 900]));
        assert_eq!(stalled.report().latency.p99_us, 900);
        calm.pool(&run_of(&[100; 101]));
        calm.pool(&run_of(&[900; 2]));
        let latency = calm.report().latency;
        assert_eq!((latency.count, latency.p50_us, latency.p99_us), (202, 100, 100));
        assert_eq!(latency.max_us, 900);
    }

    #[test]
    fn the_rate_of_several_runs_is_that_of_each() {
        let mut pooled = run_of(&[1; 10]);
        pooled.pool(&run_of(&[1; 10]));
        let report = pooled.report();
        assert!((report.achieved - 10.0).abs() < 1e-6, "{}", report.achieved);
        assert_eq!((report.sent, report.lost), (20, 0));
    }

    #[test]
    fn a_swipe_without_a_command_in_any_run_is_lost() {
        let mut pooled = run_of(&[1; 10]);
        let mut silent = run_of(&[1; 10]);
        silent.commands = 7;
        pooled.pool(&silent);
        assert_eq!(pooled.report().lost, 3);
    }
}
