//! Codes of phones: what their text says, and that nothing else is taken for one.

use onecard_rules::code::{Code, CodeFault, PhoneKey, PhoneSecret, SLICE_S};
use proptest::prelude::*;

use crate::college::{at, person_id};

const NOON: &str = "2026-11-23T12:00:00+08:00";

/// The secret and public key of the first test of RFC 8032, 7.1.
const SECRET: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const KEY: &str = "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A";

#[test]
fn a_key_is_that_of_the_standard() {
    let secret = PhoneSecret::of(&SECRET);
    assert_eq!(secret.key().to_string(), KEY);
    assert_eq!(KEY.to_lowercase().parse::<PhoneKey>().unwrap(), secret.key());
}

#[test]
fn texts_that_are_no_key_are_refused() {
    let (short, weak) = (&KEY[2..], format!("01{}", "00".repeat(31)));
    for text in ["", "D75A", short, &KEY.replace('D', "X"), &weak] {
        let mistake = text.parse::<PhoneKey>().unwrap_err().to_string();
        assert!(mistake.contains("64 hexadecimal digits"), "{mistake}");
    }
}

#[test]
fn a_code_names_its_person_and_its_time_and_is_short_enough_for_a_gate() {
    let code = PhoneSecret::of(&SECRET).code(&person_id("2024.0311"), at(NOON));
    let slice = at(NOON).timestamp() / SLICE_S;
    assert!(code.starts_with(&format!("OC1.2024.0311.{slice}.")), "{code}");
    assert!(code.len() < 200, "{}", code.len());
    assert_eq!(Code::parse(&code).unwrap().person, person_id("2024.0311"));
}

proptest! {
    #[test]
    fn a_code_is_good_within_a_slice_of_its_own_and_nowhere_else(seconds in -120_i64..120) {
        let secret = PhoneSecret::of(&SECRET);
        let code = Code::parse(&secret.code(&person_id("S1"), at(NOON))).unwrap();
        let now = at(NOON) + chrono::TimeDelta::seconds(seconds);
        let off = now.timestamp().div_euclid(SLICE_S) - at(NOON).timestamp().div_euclid(SLICE_S);
        let expected = match off {
            -1..=1 => Ok(()),
            2.. => Err(CodeFault::Late),
            _ => Err(CodeFault::Early),
        };
        prop_assert_eq!(code.check(&secret.key(), now), expected);
    }

    #[test]
    fn a_code_with_one_character_changed_is_never_good(place in 0_usize..200, put in "[0-9A-Z.]") {
        let secret = PhoneSecret::of(&SECRET);
        let text = secret.code(&person_id("S1"), at(NOON));
        let place = place % text.len();
        let changed = format!("{}{put}{}", &text[..place], &text[place + 1..]);
        prop_assume!(changed != text);
        let good = Code::parse(&changed).is_ok_and(|code| code.check(&secret.key(), at(NOON)).is_ok());
        prop_assert!(!good, "{changed}");
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,300}") {
        prop_assert!(Code::parse(&text).is_err());
    }
}
