//! All subsets of demands: any off wins, and nobody's release clears another's demand.

use std::collections::BTreeSet;

use onecard_rules::power::{
    demand::{DemandBoard, Demander, Off, Verdict, Why},
    evidence::{Rule, Then},
};

use crate::room::{after, feeder, noon, operator, window};

/// One demand of each demander.
pub fn off(demander: Demander) -> Off {
    let why = match demander {
        Demander::Emergency => {
            Why::Emergency { by: operator("chief"), words: "fire drill".to_owned() }
        }
        Demander::Protection => {
            Why::Protection { rule: Rule::RoomLimit { limit_w: 1000.0 }, then: Then::LockedOut }
        }
        Demander::Operator => Why::Operator { by: operator("li"), words: "repairs".to_owned() },
        Demander::Feeder => Why::Feeder { feeder: feeder("dorm-3") },
        Demander::Credit => Why::Credit,
        Demander::Schedule => Why::Schedule { window: window("lights-out") },
    };
    Off { why, since: noon(), until: None }
}

fn subsets() -> impl Iterator<Item = BTreeSet<Demander>> {
    (0..1_u32 << Demander::ALL.len()).map(|bits| {
        let is_in = |place: usize| bits & (1 << place) != 0;
        let all = Demander::ALL.into_iter().enumerate();
        all.filter(|(place, _)| is_in(*place)).map(|(_, demander)| demander).collect()
    })
}

fn board_of(subset: &BTreeSet<Demander>) -> DemandBoard {
    let mut board = DemandBoard::default();
    // Posted backwards, so that the winner is not simply the first to come.
    for demander in subset.iter().rev() {
        assert_eq!(board.post(off(*demander)), None);
    }
    board
}

#[test]
fn a_room_is_on_when_nobody_demands_otherwise_and_off_in_all_other_subsets() {
    let mut count = 0;
    for subset in subsets() {
        count += 1;
        let board = board_of(&subset);
        let expected: Vec<Off> = subset.iter().copied().map(off).collect();
        match board.verdict() {
            Verdict::On => assert!(subset.is_empty(), "{subset:?}"),
            Verdict::Off { winner, others } => {
                let mut found = vec![winner.clone()];
                found.extend(others.into_iter().cloned());
                assert_eq!(found, expected, "all of them are named, the highest first");
            }
        }
    }
    assert_eq!(count, 64);
}

#[test]
fn a_release_by_one_never_clears_the_demand_of_another() {
    for subset in subsets() {
        for released in Demander::ALL {
            let mut board = board_of(&subset);
            let taken = board.release(released);
            assert_eq!(taken.is_some(), subset.contains(&released), "{subset:?} {released:?}");
            let mut rest = subset.clone();
            rest.remove(&released);
            assert_eq!(board, board_of(&rest), "{subset:?} {released:?}");
            assert_eq!(board.verdict() == Verdict::On, rest.is_empty());
        }
    }
}

#[test]
fn a_top_up_or_a_schedule_never_re_energises_a_tripped_or_cut_room() {
    let holds = [Demander::Emergency, Demander::Protection, Demander::Operator];
    for subset in subsets().filter(|subset| holds.iter().any(|hold| subset.contains(hold))) {
        let mut board = board_of(&subset);
        // Topped up, lights on, and both again in the other order.
        for demander in [Demander::Credit, Demander::Schedule, Demander::Credit] {
            board.release(demander);
            assert_ne!(board.verdict(), Verdict::On, "{subset:?}");
        }
        // Nor does running out and topping up, or a night that comes and goes.
        for demander in [Demander::Credit, Demander::Schedule] {
            board.post(Off { until: Some(after(60.0)), ..off(demander) });
        }
        board.handle_deadline(after(60.0));
        board.release(Demander::Feeder);
        assert_ne!(board.verdict(), Verdict::On, "{subset:?}");
    }
}

#[test]
fn a_demander_holds_at_most_one_demand() {
    let mut board = DemandBoard::default();
    let first = off(Demander::Operator);
    let second = Off { since: after(5.0), ..off(Demander::Operator) };
    assert_eq!(board.post(first.clone()), None);
    assert_eq!(board.post(second.clone()), Some(first));
    assert_eq!(board.of(Demander::Operator), Some(&second));
    board.release(Demander::Operator);
    assert_eq!(board.verdict(), Verdict::On, "no earlier one is left behind");
}

#[test]
fn a_demand_ends_by_itself_at_its_moment_and_not_before() {
    let mut board = board_of(&BTreeSet::from([Demander::Credit]));
    let until = |seconds| Some(after(seconds));
    board.post(Off { until: until(20.0), ..off(Demander::Schedule) });
    board.post(Off { until: until(10.0), ..off(Demander::Operator) });
    assert_eq!(board.next_deadline(), until(10.0));
    assert_eq!(board.handle_deadline(after(9.999)), vec![]);
    let ended: Vec<Demander> =
        board.handle_deadline(after(10.0)).iter().map(|off| off.why.demander()).collect();
    assert_eq!(ended, [Demander::Operator]);
    assert_eq!(board.next_deadline(), until(20.0));
    assert_eq!(board.handle_deadline(after(99.0)).len(), 1);
    assert_eq!(board.next_deadline(), None);
    assert!(board.of(Demander::Credit).is_some());
}

#[test]
fn the_board_comes_back_from_the_store() {
    for subset in subsets() {
        let board = board_of(&subset);
        let text = serde_json::to_string(&board).expect("a board is stored");
        assert_eq!(serde_json::from_str::<DemandBoard>(&text).expect("and read back"), board);
    }
}

#[test]
fn only_safety_disregards_the_wear_of_the_relay() {
    for demander in Demander::ALL {
        let urgent = matches!(demander, Demander::Emergency | Demander::Protection);
        assert_eq!(off(demander).why.is_urgent(), urgent, "{demander:?}");
    }
}
