//! What goes out next on a line: stories of the schedule, with the wire played by the test.

#![expect(clippy::expect_used, reason = "a test may fail loudly")]

use std::time::Duration;

use onecard_devices::{
    line::schedule::{Choice, Class, Manners, Poll, QUEUE, Report, Schedule, Work},
    modbus::{Answer, Failure, Request, Unit, frame::Discarded},
};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn unit(address: u8) -> Unit {
    Unit::new(address).expect("a unit")
}

fn read(start: u16) -> Request {
    Request::ReadInputRegisters { start, count: 2 }
}

fn off() -> Request {
    Request::WriteCoil { address: 0, value: 0 }
}

/// A line whose frames take 45 ms when they are answered, and their patience when they are not.
struct Line {
    schedule: Schedule<&'static str>,
    now: Duration,
    silent: Vec<u8>,
    reports: Vec<Report<&'static str>>,
    sent: Vec<(u8, Request, Duration)>,
}

impl Line {
    fn new(rooms: u8) -> Self {
        let mut schedule = Schedule::new(Duration::ZERO);
        for address in 1..=rooms {
            let turnaround = Some(ms(20));
            schedule.add_unit(unit(address), Manners { turnaround, ..Manners::default() });
            schedule.add_poll(poll(address, Class::Power, Duration::ZERO, "power"));
        }
        let (reports, sent, silent) = (Vec::new(), Vec::new(), Vec::new());
        Self { schedule, now: Duration::ZERO, silent, reports, sent }
    }

    /// One frame, or one wait.
    fn step(&mut self) {
        match self.schedule.next(self.now, &mut self.reports) {
            Choice::Send { unit, request, patience } => {
                self.sent.push((unit.address(), request.clone(), self.now));
                let (result, took) = if self.silent.contains(&unit.address()) {
                    (Err(Failure::Silent), ms(25) + patience)
                } else {
                    let answer = if request.writes() {
                        Answer::Written
                    } else {
                        Answer::Registers(vec![0, 0])
                    };
                    (Ok(answer), ms(45))
                };
                self.now += took;
                let turnaround = result.is_ok().then_some(ms(20));
                let none = Discarded::default();
                self.schedule.ended(result, none, turnaround, self.now, &mut self.reports);
            }
            Choice::WaitUntil(at) => self.now = self.now.max(at),
            Choice::Idle => self.now += ms(1),
        }
    }

    fn run_until(&mut self, end: Duration) {
        while self.now < end {
            self.step();
        }
    }

    fn reads_of(&self, address: u8) -> usize {
        self.sent.iter().filter(|(unit, ..)| *unit == address).count()
    }
}

fn poll(address: u8, class: Class, every: Duration, tag: &'static str) -> Poll<&'static str> {
    Poll { unit: unit(address), requests: vec![read(12)], class, every, tag }
}

fn trip(address: u8) -> Work<&'static str> {
    Work::new(unit(address), vec![off()], Class::Trip, "trip")
}

#[test]
fn a_trip_goes_before_everything_that_waits_and_the_classes_follow_in_their_order() {
    let mut line = Line::new(8);
    line.run_until(ms(100));
    let ask = |class, tag| Work::new(unit(3), vec![read(1)], class, tag);
    for (class, tag) in [(Class::Suspect, "s1"), (Class::Restore, "r"), (Class::Suspect, "s2")] {
        line.schedule.ask(ask(class, tag)).expect("room");
    }
    line.schedule.ask(trip(7)).expect("room");
    line.reports.clear();
    (0..5).for_each(|_| line.step());
    let tags: Vec<_> = line.reports.iter().map(|report| report.tag).collect();
    assert_eq!(tags, ["trip", "r", "s1", "s2", "power"]);
}

#[test]
fn a_trip_goes_between_the_parts_of_a_longer_read() {
    let mut line = Line::new(1);
    let requests = vec![read(0), read(100), read(200)];
    let long = Work::new(unit(1), requests, Class::Suspect, "long");
    line.schedule.ask(long).expect("room");
    line.step();
    line.schedule.ask(trip(1)).expect("room");
    (0..3).for_each(|_| line.step());
    let tags: Vec<_> = line.reports.iter().map(|report| report.tag).collect();
    assert_eq!(tags, ["trip", "long"]);
    let parts = line.reports.last().expect("a report").result.as_ref().expect("whole").len();
    assert_eq!(parts, 3);
}

#[test]
fn a_command_past_its_deadline_is_never_sent_and_says_so() {
    let mut line = Line::new(2);
    line.schedule.ask(trip(1).by(ms(10))).expect("room");
    line.schedule.ask(trip(2).by(ms(20))).expect("room");
    line.now = ms(15);
    (0..3).for_each(|_| line.step());
    let expired = |report: &&Report<_>| report.result == Err(Failure::Expired);
    let expired: Vec<_> = line.reports.iter().filter(expired).map(|r| r.unit.address()).collect();
    assert_eq!(expired, [1]);
    let written: Vec<_> =
        line.sent.iter().filter(|(_, request, _)| request.writes()).map(|sent| sent.0).collect();
    assert_eq!(written, [2]);
}

#[test]
fn dead_units_cost_at_most_a_twentieth_of_the_time_and_healthy_ones_hardly_notice() {
    let minute = Duration::from_mins(10);
    let mut healthy = Line::new(32);
    healthy.run_until(minute);
    let mut sick = Line::new(32);
    sick.silent = vec![4, 11, 19, 27];
    sick.run_until(minute);
    assert!(sick.schedule.probing() > Duration::ZERO);
    assert!(sick.schedule.probing() * 20 <= minute, "{:?}", sick.schedule.probing());
    for address in (1..=32).filter(|address| !sick.silent.contains(address)) {
        // Four rooms less to read, a twentieth for probes.
        assert!(sick.reads_of(address) >= healthy.reads_of(address), "unit {address}");
    }
    assert!(healthy.schedule.cycle() <= ms(32 * 45), "{:?}", healthy.schedule.cycle());
    assert!(sick.schedule.units().filter(|unit| !unit.alive).count() == 4);
}

#[test]
fn a_trip_is_sent_to_a_dead_unit_at_once() {
    let mut line = Line::new(4);
    line.silent = vec![2];
    line.run_until(Duration::from_secs(30));
    line.schedule.ask(trip(2)).expect("room");
    let before = line.sent.len();
    line.step();
    let (address, request, _) = &line.sent[before];
    assert_eq!((*address, request), (2, &off()));
}

#[test]
fn a_probe_seldom_holds_the_line_up_for_long() {
    let mut line = Line::new(4);
    line.silent = vec![2];
    line.run_until(Duration::from_mins(30));
    let at: Vec<_> = line.sent.windows(2).filter(|pair| pair[0].0 == 2).collect();
    let held: Vec<_> = at.iter().map(|pair| pair[1].2.saturating_sub(pair[0].2)).collect();
    // Three silences that are waited for longer and longer, then probes.
    let (limit, probes) = (held[0], &held[3..]);
    assert!(probes.len() > 20, "{}", probes.len());
    let long = probes.iter().filter(|held| **held > limit).count();
    assert_eq!(long, probes.len() / 16, "{probes:?}");
}

#[test]
fn a_unit_that_comes_back_is_found_by_its_probe_and_polled_again() {
    let mut line = Line::new(4);
    line.silent = vec![2];
    line.run_until(Duration::from_secs(20));
    assert!(!line.schedule.units().nth(1).expect("unit 2").alive);
    line.silent.clear();
    line.run_until(Duration::from_mins(2));
    assert!(line.schedule.units().nth(1).expect("unit 2").alive);
    let (two, three) = (line.reads_of(2), line.reads_of(3));
    line.run_until(Duration::from_secs(140));
    let difference = (line.reads_of(2) - two).abs_diff(line.reads_of(3) - three);
    assert!(difference <= 1, "both are polled in turn again");
}

#[test]
fn energy_is_read_when_it_is_due_though_power_never_ends() {
    let mut line = Line::new(4);
    line.schedule.add_poll(poll(1, Class::Energy, Duration::from_secs(30), "energy"));
    line.run_until(Duration::from_mins(5));
    let energy = line.reports.iter().filter(|report| report.tag == "energy").count();
    assert!((9..=11).contains(&energy), "{energy} in five minutes");
}

#[test]
fn the_gaps_that_a_unit_wants_are_kept() {
    let mut schedule: Schedule<&str> = Schedule::new(Duration::ZERO);
    let manners =
        Manners { gap_after_self: ms(100), gap_after_other: ms(10), turnaround: Some(ms(20)) };
    for address in [1, 2] {
        schedule.add_unit(unit(address), manners);
    }
    let mut reports = Vec::new();
    for (address, tag) in [(1, "a"), (1, "b"), (2, "c")] {
        schedule.ask(Work::new(unit(address), vec![read(0)], Class::Suspect, tag)).expect("room");
    }
    let mut now = Duration::ZERO;
    let mut sent = Vec::new();
    while reports.len() < 3 {
        match schedule.next(now, &mut reports) {
            Choice::Send { .. } => {
                sent.push(now);
                now += ms(45);
                let answer = Ok(Answer::Registers(vec![0, 0]));
                schedule.ended(answer, Discarded::default(), Some(ms(20)), now, &mut reports);
            }
            Choice::WaitUntil(at) => now = at,
            Choice::Idle => panic!("there is work"),
        }
    }
    assert_eq!(sent, [ms(0), ms(145), ms(200)]);
}

#[test]
fn after_a_silence_on_a_line_without_numbers_the_unit_is_left_alone_but_for_trips() {
    let mut schedule: Schedule<&str> = Schedule::new(Duration::from_secs(1));
    for address in [1, 2] {
        schedule.add_unit(unit(address), Manners::default());
        schedule.add_poll(poll(address, Class::Power, Duration::ZERO, "power"));
    }
    let mut reports = Vec::new();
    let mut asked = |schedule: &mut Schedule<_>, now, result: Result<Answer, Failure>| {
        let Choice::Send { unit, .. } = schedule.next(now, &mut reports) else {
            panic!("something goes out at {now:?}")
        };
        schedule.ended(result, Discarded::default(), None, now, &mut reports);
        unit.address()
    };
    let good = || Ok(Answer::Registers(vec![0, 0]));
    assert_eq!(asked(&mut schedule, ms(0), Err(Failure::Silent)), 1);
    for at in [10, 20, 500, 990] {
        assert_eq!(asked(&mut schedule, ms(at), good()), 2, "at {at} ms");
    }
    schedule.ask(trip(1)).expect("room");
    assert_eq!(asked(&mut schedule, ms(995), Ok(Answer::Written)), 1);
    assert_eq!(asked(&mut schedule, ms(1_001), good()), 1);
}

#[test]
fn a_full_queue_an_unknown_unit_and_a_malformed_request_are_refused() {
    let mut line = Line::new(1);
    for _ in 0..QUEUE {
        line.schedule.ask(trip(1)).expect("room");
    }
    line.schedule.ask(trip(1)).expect_err("full");
    line.schedule.withdraw(|tag| *tag == "trip");
    line.schedule.ask(trip(1)).expect("room again");
    line.schedule.ask(trip(9)).expect_err("nobody there");
    let nothing = Request::ReadCoils { start: 0, count: 0 };
    let malformed = Work::new(unit(1), vec![nothing], Class::Suspect, "malformed");
    line.schedule.ask(malformed).expect_err("no coils");
}

#[test]
fn second_looks_at_a_dead_unit_cost_nothing_and_commands_still_go_out() {
    let mut line = Line::new(4);
    line.silent = vec![2];
    line.run_until(ms(5_000));
    let frames = |line: &Line| line.sent.iter().filter(|(unit, ..)| *unit == 2).count();
    let (before, now) = (frames(&line), line.now);
    line.reports.clear();
    for _ in 0..20 {
        let look = Work::new(unit(2), vec![read(1)], Class::Suspect, "look");
        line.schedule.ask(look).expect("room");
    }
    line.step();
    let silent = line.reports.iter().filter(|report| report.tag == "look");
    assert_eq!(silent.filter(|report| report.result == Err(Failure::Silent)).count(), 20);
    assert!(line.now <= now + ms(45) && frames(&line) == before, "none was sent");
    line.schedule.ask(trip(2)).expect("room");
    line.step();
    assert_eq!(frames(&line), before + 1, "the trip was");
}

#[test]
fn a_unit_that_was_silent_is_waited_for_longer_and_no_longer_than_an_unknown_one() {
    let mut line = Line::new(1);
    line.run_until(ms(2_000));
    line.silent = vec![1];
    let patience = |line: &Line| line.schedule.units().next().expect("a unit").patience;
    let first = patience(&line);
    let mut waits = vec![first];
    while line.schedule.units().next().expect("a unit").alive {
        line.step();
        waits.push(patience(&line));
    }
    waits.dedup();
    assert_eq!(waits, [first, first * 2, first * 4]);
    assert!(first * 4 <= ms(500), "{first:?}");
}
