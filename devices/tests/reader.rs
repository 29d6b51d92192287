//! Stories of one reader: how old its swipes are, and which are copies of earlier ones.

#![expect(clippy::expect_used, reason = "helpers of tests may fail loudly")]

use std::time::Duration;

use chrono::TimeDelta;
use onecard_devices::reader::{
    Action, Arrival, Reader, Ticket,
    memory::{Memory, REMEMBERED, Recall},
    wire::{Swipe, SwipeText},
};
use onecard_rules::{
    Time, access::Freshness, ids::DecisionId, ids::ReaderId, normaliser::Normaliser, site::Limits,
};
use proptest::{prelude::*, sample::Index};

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

const DEBOUNCE_MS: i64 = 300;
const REDELIVERY_MS: i64 = 5_000;

fn memory() -> Memory {
    let ms = |ms: i64| Duration::from_millis(ms.unsigned_abs());
    Memory::new(ms(DEBOUNCE_MS), ms(REDELIVERY_MS))
}

fn start() -> Time {
    chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

fn decision(number: u64) -> DecisionId {
    DecisionId::new(&format!("1-{number}")).expect("a code")
}

fn of_card(card: u8, at: Option<Time>, key: Option<(u64, u64)>) -> Swipe {
    Swipe { text: SwipeText::Card(format!("04A1B2C3D4E5{card:02X}")), at, key, removed: false }
}

/// A swipe of one card, by the number that it is known by.
type KnownBy = fn(u64) -> Swipe;

#[test]
fn as_many_swipes_as_a_reader_remembers_push_the_first_out() {
    let more = REMEMBERED as u64 - 1;
    let counted: KnownBy = |seq| of_card(1, None, Some((1, seq)));
    let timed: KnownBy =
        |second| of_card(1, Some(start() + TimeDelta::seconds(second.cast_signed())), None);
    let replay = Recall::Replay(Some(decision(0)));
    // What the first is taken for when it comes again: before, and after one more.
    let rows: [(&str, KnownBy, Recall, Recall); 2] = [
        ("counted", counted, replay.clone(), Recall::Replay(None)),
        ("timed", timed, replay, Recall::New),
    ];
    for (name, swipe, before, after) in rows {
        let mut memory = memory();
        for number in 0..=more {
            memory.restore(&swipe(number), decision(number), start());
        }
        assert_eq!(memory.recall(&swipe(0), false, start()), before, "{name}");
        memory.restore(&swipe(more + 1), decision(more + 1), start());
        assert_eq!(memory.recall(&swipe(0), false, start()), after, "{name}");
    }
}

/// What may happen to a reader's memory.
#[derive(Debug, Clone)]
enum Step {
    /// After so many ms a swipe of one of three cards comes, known by one of three things.
    Swipe {
        after_ms: i64,
        card: u8,
        known_by: u8,
        which: u64,
        redelivered: bool,
    },
    Decided(Index),
    Recorded(Index, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let after = prop_oneof![Just(0), 0..=DEBOUNCE_MS, 0..=2 * REDELIVERY_MS];
    let swipe = (after, 0..3u8, 0..3u8, 0..4u64, any::<bool>());
    prop_oneof![
        3 => swipe.prop_map(|(after_ms, card, known_by, which, redelivered)| {
            Step::Swipe { after_ms, card, known_by, which, redelivered }
        }),
        1 => any::<Index>().prop_map(Step::Decided),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(which, durable)| Step::Recorded(which, durable)),
    ]
}

/// All that ever came, searched from end to end.
#[derive(Default)]
struct Model(Vec<Known>);

struct Known {
    swipe: Swipe,
    ticket: Ticket,
    arrived: Time,
    decision: Option<DecisionId>,
    durable: bool,
    forgotten: bool,
    replayed: bool,
}

impl Model {
    fn recall(&mut self, swipe: &Swipe, redelivered: bool, now: Time) -> Recall {
        let is_it = |known: &&mut Known| match (known.swipe.key, swipe.key) {
            (Some(known), Some(key)) => known == key,
            (None, None) => known.swipe.text == swipe.text && known.swipe.at == swipe.at,
            _ => false,
        };
        let latest = self.0.iter_mut().rev().find(is_it).filter(|known| !known.forgotten);
        let Some(known) = latest else { return Recall::New };
        let plain = swipe.key.is_none() && swipe.at.is_none();
        let window = if redelivered { REDELIVERY_MS } else { DEBOUNCE_MS };
        if plain && (now - known.arrived).num_milliseconds() >= window {
            return Recall::New;
        }
        let same = known.swipe == *swipe;
        match (same, known.durable) {
            (true, false) => Recall::Pending(known.ticket),
            (true, true) if redelivered || plain => Recall::Repeat,
            _ if known.replayed => Recall::Repeat,
            _ => {
                known.replayed = true;
                Recall::Replay(known.decision.clone())
            }
        }
    }
}

proptest! {
    #[test]
    fn a_copy_is_told_from_a_new_swipe_as_if_all_were_remembered(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let (mut memory, mut model, mut now) = (memory(), Model::default(), start());
        for step in steps {
            match step {
                Step::Swipe { after_ms, card, known_by, which, redelivered } => {
                    now += TimeDelta::milliseconds(after_ms);
                    let time = start() + TimeDelta::seconds(which.cast_signed());
                    let at = (known_by == 1).then_some(time);
                    let swipe = of_card(card, at, (known_by == 0).then_some((1, which)));
                    let found = memory.recall(&swipe, redelivered, now);
                    prop_assert_eq!(&found, &model.recall(&swipe, redelivered, now), "{:?}", swipe);
                    if found == Recall::New {
                        let ticket = memory.remember(&swipe, now);
                        model.0.push(Known {
                            swipe,
                            ticket,
                            arrived: now,
                            decision: None,
                            durable: false,
                            forgotten: false,
                            replayed: false,
                        });
                    }
                }
                Step::Decided(which) if !model.0.is_empty() => {
                    let number = which.index(model.0.len());
                    let known = &mut model.0[number];
                    known.decision = Some(decision(number as u64));
                    memory.decided(known.ticket, decision(number as u64));
                }
                Step::Recorded(which, durable) if !model.0.is_empty() => {
                    let number = which.index(model.0.len());
                    let known = &mut model.0[number];
                    (known.durable, known.forgotten) = (durable, known.forgotten || !durable);
                    memory.recorded(known.ticket, durable);
                }
                Step::Decided(_) | Step::Recorded(..) => {}
            }
        }
    }
}
