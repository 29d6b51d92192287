//! Every demand and every rule says, in both languages, why, what next and when.

use chrono_tz::Asia::Shanghai;
use onecard_rules::{
    power::{
        demand::{DemandBoard, Demander, Off, Verdict, Why},
        evidence::{Rule, Then},
        relay::RelayAlarm,
        step::Band,
        why::{explain, explain_alarm, explain_demand, explain_warning},
    },
    reason::Language::{self, Chinese, English},
};

use crate::{
    demand::off,
    room::{after, noon},
};

fn rules() -> [(Rule, &'static str); 4] {
    let band = Band { from_w: 800.0, to_w: 3000.0 };
    [
        (Rule::RoomLimit { limit_w: 1000.0 }, "1000"),
        (Rule::NightLimit { limit_w: 600.0 }, "600"),
        (Rule::CircuitRating { rated_current_a: 16.0 }, "16"),
        (Rule::MaliciousLoad { band, increment_w: 1799.6, power_factor: 0.999 }, "1800"),
    ]
}

#[track_caller]
fn is_in(language: Language, sentence: &str) {
    match language {
        Chinese => assert!(sentence.ends_with('。') && !sentence.contains("  "), "{sentence}"),
        English => assert!(sentence.is_ascii() && sentence.ends_with('.'), "{sentence}"),
    }
}

#[test]
fn every_trip_names_its_rule_its_threshold_and_what_follows_when() {
    let reclose = Then::Reclose { at: after(300.0), tries_left: 2 };
    for (rule, number) in rules() {
        for (then, zh, en) in [
            (reclose, "11月23日12:05自动恢复供电", "at 23 Nov 12:05."),
            (Then::LockedOut, "宿管办公室解除", "until the dormitory office releases it"),
        ] {
            let off = Off { why: Why::Protection { rule, then }, since: noon(), until: None };
            for (language, since, then) in
                [(Chinese, "11月23日12:00起停电", zh), (English, "since 23 Nov 12:00", en)]
            {
                let words = explain_demand(&off, Shanghai, language);
                assert!(words.why.contains(since) && words.why.contains(number), "{}", words.why);
                assert!(words.next.contains(then), "{}", words.next);
                is_in(language, &words.why);
                is_in(language, &words.next);
            }
        }
    }
}

#[test]
fn the_sentences_read_as_they_should() {
    let then = Then::Reclose { at: after(300.0), tries_left: 2 };
    let why = Why::Protection { rule: Rule::RoomLimit { limit_w: 1000.0 }, then };
    let off = Off { why, since: noon(), until: None };
    let zh = explain_demand(&off, Shanghai, Chinese);
    assert_eq!(zh.why, "11月23日12:00起停电：用电功率超过房间限额1000瓦。");
    assert_eq!(
        zh.next,
        "将于11月23日12:05自动恢复供电。请先关闭大功率电器；此后今日还可自动恢复2次。"
    );
    let en = explain_demand(&off, Shanghai, English);
    assert_eq!(
        en.why,
        "Power is off since 23 Nov 12:00: the room used more than its limit of 1000 W."
    );
    assert_eq!(
        en.next,
        "Power returns by itself at 23 Nov 12:05. Switch off what draws much power first; \
         after that, automatic tries left today: 2."
    );
}

#[test]
fn every_demander_says_why_and_what_next_each_in_its_own_words() {
    for language in [Chinese, English] {
        let mut said = std::collections::BTreeSet::new();
        for demander in Demander::ALL {
            let words = explain_demand(&off(demander), Shanghai, Language::English);
            is_in(English, &words.why);
            let words = explain_demand(&off(demander), Shanghai, language);
            is_in(language, &words.next);
            assert!(said.insert(words.why.clone()), "{} twice", words.why);
            assert!(said.insert(words.next.clone()), "{} twice", words.next);
        }
    }
}

#[test]
fn a_demand_that_ends_by_itself_says_when() {
    for demander in [Demander::Operator, Demander::Schedule, Demander::Emergency] {
        let off = Off { until: Some(after(7200.0)), ..off(demander) };
        assert!(explain_demand(&off, Shanghai, Chinese).next.contains("11月23日14:00"));
        assert!(explain_demand(&off, Shanghai, English).next.contains("23 Nov 14:00"));
    }
}

#[test]
fn all_demands_are_told_the_winner_first() {
    let mut board = DemandBoard::default();
    assert!(explain(&Verdict::On, None, Shanghai, Chinese).is_empty());
    for demander in [Demander::Credit, Demander::Schedule, Demander::Protection] {
        board.post(off(demander));
    }
    let told = explain(&board.verdict(), None, Shanghai, English);
    let expected = [Demander::Protection, Demander::Credit, Demander::Schedule]
        .map(|demander| explain_demand(&off(demander), Shanghai, English));
    assert_eq!(told, expected);
}

#[test]
fn a_warning_says_how_long_is_left_or_that_it_only_warns() {
    for (rule, number) in rules() {
        let left = Some(chrono::TimeDelta::milliseconds(12_900));
        for (language, seconds) in [(Chinese, "约12秒后"), (English, "in about 12 seconds")] {
            let words = explain_warning(&rule, left, language);
            assert!(words.contains(seconds) && words.contains(number), "{words}");
            is_in(language, &words);
            let words = explain_warning(&rule, None, language);
            assert!(!words.contains("12") && words.contains(number), "{words}");
            is_in(language, &words);
        }
    }
}

#[test]
fn every_alarm_of_a_relay_speaks_both_languages() {
    let mut said = std::collections::BTreeSet::new();
    for alarm in RelayAlarm::ALL {
        let (zh, en) = (explain_alarm(alarm, Chinese), explain_alarm(alarm, English));
        assert!(!zh.is_ascii() && en.is_ascii() && !en.is_empty());
        assert!(said.insert(zh) && said.insert(en), "{alarm:?}");
    }
}
