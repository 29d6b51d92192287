//! Stories of one reader: how old its swipes are.

#![expect(clippy::expect_used, reason = "helpers of tests may fail loudly")]

use chrono::TimeDelta;
use onecard_devices::reader::{
    Action, Arrival, Reader,
    wire::{Swipe, SwipeText},
};
use onecard_rules::{access::Freshness, ids::ReaderId, normaliser::Normaliser, site::Limits};

fn reader() -> Reader {
    let id = ReaderId::new("north-1-in").expect("a code");
    // Five seconds of age, and five of a clock that is ahead.
    Reader::new(id, Normaliser::default(), Limits::default())
}

/// By the reader's clock, sent after (`None`: just now), what it is, the remarks.
type Row = (Option<i64>, Option<i64>, Freshness, &'static [&'static str]);

#[test]
fn a_swipe_that_cannot_be_shown_to_be_fresh_is_not_and_a_clock_that_is_ahead_shows_nothing() {
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    let ago = |ms: i64| now - TimeDelta::milliseconds(ms);
    let fresh = |age_ms| Freshness::Fresh { age_ms };
    let stale = |age_ms| Freshness::Stale { age_ms };
    let rows: [Row; 10] = [
        (None, None, fresh(None), &[]),
        (None, Some(5_000), fresh(None), &[]),
        (None, Some(5_001), stale(5_001), &["age_unknown"]),
        (Some(5_000), None, fresh(Some(5_000)), &[]),
        (Some(5_001), None, stale(5_001), &[]),
        // It may have waited for long, but its time says that it did not.
        (Some(200), Some(600_000), fresh(Some(200)), &[]),
        (Some(-5_000), Some(600_000), fresh(Some(-5_000)), &[]),
        (Some(-5_001), None, fresh(Some(-5_001)), &["clock_ahead"]),
        (Some(-3_600_000), Some(5_000), fresh(Some(-3_600_000)), &["clock_ahead"]),
        // An hour ahead, it would be fresh for an hour, wherever it waited.
        (Some(-3_600_000), Some(600_000), stale(600_000), &["clock_ahead", "age_unknown"]),
    ];
    for (at, sent_after, freshness, flags) in rows {
        let text = SwipeText::Card("04A1B2C3D4E580".to_owned());
        let swipe = Swipe { text, at: at.map(ago), key: Some((1, 1)), removed: false };
        let arrival = Arrival { swipe, sent_after: sent_after.map(ago), redelivered: false };
        let Action::Present { read, .. } = reader().handle(arrival, now) else {
            panic!("{at:?} {sent_after:?} is new");
        };
        let found: (Freshness, Vec<&str>) =
            (read.freshness, read.flags.iter().map(String::as_str).collect());
        assert_eq!(found, (freshness, flags.to_vec()), "{at:?} {sent_after:?}");
    }
}
