//! Power that comes back to many rooms in turn: each demand ends at its moment, and no other by it.

use onecard_rules::{
    ids::OperatorId,
    power::{
        curve::Characteristic,
        demand::{Demander, Verdict},
        protection::Draft,
        relay::RelaySettings,
        room::{Action, Happening, Input, Room, Snapshot},
    },
};

use crate::room::{after, draft, moment, noon, operator, sample, settings};

fn room(snapshot: Snapshot) -> Room {
    let curve = Characteristic::Definite { delay_s: 0.0 };
    let draft = Draft { curve, tries_per_day: 0, confirmation_samples: 1, ..draft() };
    let mut room = Room::restore(settings(draft), RelaySettings::default(), snapshot);
    room.start(noon());
    room
}

fn happenings(actions: Vec<Action>) -> Vec<Happening> {
    let happened = |action| match action {
        Action::Happened(happening) => Some(happening),
        Action::Suspect
        | Action::Read
        | Action::Send(_)
        | Action::Withdraw { .. }
        | Action::Raise(_)
        | Action::Clear(_) => None,
    };
    actions.into_iter().filter_map(happened).collect()
}

fn cut() -> Input {
    Input::Cut { by: operator("li"), words: "repairs".to_owned(), until: None }
}

fn release_at(seconds: f64) -> Input {
    let (by, words) = (Some::<OperatorId>(operator("wang")), Some("repaired".to_owned()));
    Input::ReleaseAt { demander: Demander::Operator, at: after(seconds), by, words }
}

#[test]
fn a_cut_ends_at_its_turn_and_the_record_names_who_let_it() {
    let mut dark = room(Snapshot::default());
    dark.handle(cut(), moment(0.0));
    let set = happenings(dark.handle(release_at(4.0), moment(1.0)));
    let Some(Happening::ReleaseSet { demander, until, by, words }) = set.first() else {
        panic!("{set:?}");
    };
    assert_eq!((*demander, *until), (Demander::Operator, after(4.0)));
    assert_eq!((by.as_ref(), words.as_deref()), (Some(&operator("wang")), Some("repaired")));
    assert!(matches!(dark.verdict(), Verdict::Off { .. }));

    // A later turn does not put off an earlier one.
    assert_eq!(happenings(dark.handle(release_at(9.0), moment(1.0))), []);
    let until = dark.demand_of(Demander::Operator).and_then(|off| off.until);
    assert_eq!(until, Some(after(4.0)));

    // The same over a restart, from the store or from the record.
    let mut recovered = room(Snapshot::default());
    let off = dark.demand_of(Demander::Operator).cloned().expect("a cut");
    let posted =
        Happening::DemandPosted { off: onecard_rules::power::demand::Off { until: None, ..off } };
    for happening in [&posted, &set[0]] {
        recovered.recover(happening, moment(0.0).date);
    }
    for mut room in [room(dark.snapshot()), recovered, dark] {
        let over = happenings(room.handle_deadline(moment(4.0)));
        assert!(
            over.iter().any(|over| matches!(over, Happening::DemandReleased { .. })),
            "{over:?}"
        );
        assert_eq!(room.verdict(), Verdict::On);
    }
}

#[test]
fn a_turn_that_is_due_ends_the_cut_at_once_and_never_a_trip() {
    let mut dark = room(Snapshot::default());
    for seconds in [1.0, 2.0] {
        dark.handle(Input::Sample(sample(seconds, 5_000.0)), moment(seconds));
    }
    assert!(dark.protection().tripped().is_some());
    dark.handle(cut(), moment(3.0));
    let over = happenings(dark.handle(release_at(3.0), moment(3.0)));
    assert!(matches!(&over[..], [Happening::DemandReleased { by: Some(_), .. }]), "{over:?}");
    assert!(matches!(dark.verdict(), Verdict::Off { .. }), "the trip stands");
    assert_eq!(
        happenings(dark.handle(release_at(3.0), moment(3.0))),
        [],
        "there is nothing to end"
    );
}
