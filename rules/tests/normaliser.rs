//! Reads of real readers, and what they become.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::fmt::Write as _;

use onecard_rules::{
    credential::{Credential, CredentialFormat},
    normaliser::{
        ByteOrder, Carries, Kept, NormaliseMistake, Normaliser, Radix, collisions,
        facility_and_number, interpretations,
    },
};
use proptest::prelude::*;

const W26: Normaliser = wiegand(CredentialFormat::Wiegand26);
const W34: Normaliser = wiegand(CredentialFormat::Wiegand34);
const W37: Normaliser = wiegand(CredentialFormat::Wiegand37);
const UID: Normaliser = wiegand(CredentialFormat::Uid);

const fn wiegand(format: CredentialFormat) -> Normaliser {
    Normaliser {
        format,
        radix: Radix::Hex,
        order: ByteOrder::AsRead,
        inverted: false,
        carries: Carries::Number,
        kept: Kept::First,
    }
}

fn card(text: &str) -> Credential {
    text.parse().unwrap()
}

/// A frame with its parity bits, by the definition, bit by bit.
fn frame(data: u64, bits: u32) -> u64 {
    let half = bits.div_ceil(2);
    let bit = |at: u32| (data >> (bits - 1 - at)) & 1;
    let first = (0..half).map(bit).sum::<u64>() % 2;
    let last = 1 - (bits - half..bits).map(bit).sum::<u64>() % 2;
    (first << (bits + 1)) | (data << 1) | last
}

#[test]
fn every_reader_of_one_card_yields_the_same_credential() {
    let reversed = Normaliser { order: ByteOrder::Reversed, ..UID };
    let inverted = Normaliser { inverted: true, ..UID };
    let decimal = Normaliser { radix: Radix::Decimal, ..UID };
    let frame26 = Normaliser { carries: Carries::Frame, ..W26 };
    let frame34 = Normaliser { carries: Carries::Frame, ..W34 };
    let rows: &[(&str, Normaliser, &str)] = &[
        ("7186A61E", UID, "7186A61E"),
        ("7186a61e", UID, "7186A61E"),
        ("71:86:A6:1E", UID, "7186A61E"),
        ("71-86-a6-1e", UID, "7186A61E"),
        ("71 86 A6 1E", UID, "7186A61E"),
        ("1EA68671", reversed, "7186A61E"),
        ("8E7959E1", inverted, "7186A61E"),
        ("E159798E", Normaliser { inverted: true, ..reversed }, "7186A61E"),
        ("1904649758", decimal, "7186A61E"),
        ("0000000001", decimal, "00000001"),
        ("0514229873", Normaliser { order: ByteOrder::Reversed, ..decimal }, "7186A61E"),
        ("04A1B2C3D4E580", UID, "04A1B2C3D4E580"),
        ("80E5D4C3B2A104", reversed, "04A1B2C3D4E580"),
        ("1303908961084800", decimal, "04A1E5F671E580"),
        ("0102030405060708090A", UID, "0102030405060708090A"),
        ("7186A6", W26, "w26:7186A6"),
        ("A68671", Normaliser { order: ByteOrder::Reversed, ..W26 }, "w26:7186A6"),
        ("8E7959", Normaliser { inverted: true, ..W26 }, "w26:7186A6"),
        ("113,34470", Normaliser { radix: Radix::Decimal, ..W26 }, "w26:7186A6"),
        ("113:34470", Normaliser { radix: Radix::Decimal, ..W26 }, "w26:7186A6"),
        ("0007440038", Normaliser { radix: Radix::Decimal, ..W26 }, "w26:7186A6"),
        ("2E30D4D", frame26, "w26:7186A6"),
        ("02E30D4D", frame26, "w26:7186A6"),
        ("11CF2B2", Normaliser { inverted: true, ..frame26 }, "w26:7186A6"),
        ("48434509", Normaliser { radix: Radix::Decimal, ..frame26 }, "w26:7186A6"),
        ("7186A61E", W34, "w34:7186A61E"),
        ("1EA68671", Normaliser { order: ByteOrder::Reversed, ..W34 }, "w34:7186A61E"),
        ("2E30D4C3D", frame34, "w34:7186A61E"),
        ("29062,42526", Normaliser { radix: Radix::Decimal, ..W34 }, "w34:7186A61E"),
        ("7FFFFFFFF", W37, "w37:07FFFFFFFF"),
        ("12345678901", Normaliser { radix: Radix::Decimal, ..W37 }, "w37:02DFDC1C35"),
    ];
    for (text, normaliser, expected) in rows {
        assert_eq!(normaliser.normalise(text), Ok(card(expected)), "`{text}` {normaliser:?}");
    }
}

#[test]
fn a_text_that_is_not_what_the_reader_is_set_to_is_refused_with_the_mend() {
    let decimal = Normaliser { radix: Radix::Decimal, ..UID };
    let frame26 = Normaliser { carries: Carries::Frame, ..W26 };
    let long = "1".repeat(65);
    let rows: &[(&str, Normaliser, &str)] = &[
        ("", UID, "empty"),
        (&long, UID, "more than 64"),
        ("7186A6", UID, "8, 14 or 20"),
        ("7186A61", UID, "8, 14 or 20"),
        ("0x7186A61E", UID, "`x`"),
        ("7186A61E\n", UID, "`\n`"),
        ("71:86:A61E", UID, "between bytes"),
        ("71:86-A6:1E", UID, "between bytes"),
        (":7186A61E", UID, "between bytes"),
        ("主门", UID, "`主`"),
        ("7186A61E", decimal, "`A`"),
        ("4294967296", decimal, "32 bits"),
        ("99999999999999999", decimal, "56 bits"),
        ("99999999999999999999999999", decimal, "at most 25"),
        ("-5", decimal, "`-`"),
        ("2E30D4C", frame26, "last parity"),
        ("0E30D4D", frame26, "first parity"),
        ("6E30D4C", frame26, "26 bits"),
        ("7186A61E", W26, "where 6"),
        ("256,1", Normaliser { radix: Radix::Decimal, ..W26 }, "8 bits"),
        ("1,65536", Normaliser { radix: Radix::Decimal, ..W26 }, "16 bits"),
        (",1", Normaliser { radix: Radix::Decimal, ..W26 }, "between bytes"),
        ("1,2", Normaliser { radix: Radix::Decimal, ..W37 }, "facility"),
        ("1,2", Normaliser { radix: Radix::Decimal, ..frame26 }, "`,`"),
        ("0102030405", Normaliser { order: ByteOrder::Reversed, ..W37 }, "as_read"),
    ];
    for (text, normaliser, part) in rows {
        let mistake = normaliser.normalise(text).unwrap_err().to_string();
        assert!(mistake.contains(part), "`{text}` {normaliser:?}: {mistake}");
    }
}

#[test]
fn only_a_reversed_37_bit_reader_is_a_mistake_of_settings() {
    let reversed = Normaliser { order: ByteOrder::Reversed, ..W37 };
    assert_eq!(reversed.check(), Err(NormaliseMistake::NotBytes));
    for fine in [UID, W26, W34, W37, Normaliser { order: ByteOrder::Reversed, ..W34 }] {
        assert_eq!(fine.check(), Ok(()), "{fine:?}");
    }
}

#[test]
fn settings_are_words_and_a_misspelt_one_is_refused() {
    let read: Normaliser =
        serde_json::from_str(r#"{"format":"wiegand26","order":"reversed","carries":"frame"}"#)
            .unwrap();
    let frame = Normaliser { order: ByteOrder::Reversed, carries: Carries::Frame, ..W26 };
    assert_eq!(read, frame);
    assert_eq!(serde_json::from_str::<Normaliser>("{}").unwrap(), Normaliser::default());
    assert!(serde_json::from_str::<Normaliser>(r#"{"ordre":"reversed"}"#).is_err());
}

#[test]
fn an_explained_read_shows_the_card_under_its_interpretation() {
    let rows: &[(&str, &str, &str)] = &[
        ("1EA68671", "7186A61E", "UID of 4 bytes: hexadecimal, bytes reversed"),
        (
            "2E30D4D",
            "w26:7186A6",
            "Wiegand 26, facility 113, number 34470: hexadecimal, whole frame, parity right",
        ),
        (
            "113,34470",
            "w26:7186A6",
            "Wiegand 26, facility 113, number 34470: decimal, without parity",
        ),
        ("1904649758", "7186A61E", "UID of 4 bytes: decimal"),
        (
            "08112233",
            "08112233",
            "UID of 4 bytes: hexadecimal; a random UID, which cannot name a card",
        ),
    ];
    for (text, expected, description) in rows {
        let all = interpretations(text);
        let credentials: Vec<_> = all.iter().map(|way| way.credential).collect();
        let mut once = credentials.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), credentials.len(), "`{text}` names a credential twice");
        let way = all.iter().find(|way| way.credential == card(expected)).unwrap();
        assert_eq!(way.description, *description);
        assert_eq!(way.normaliser.normalise(text), Ok(way.credential));
    }
    assert!(interpretations("no card").is_empty());
    assert_eq!(facility_and_number(&card("w34:7186A61E")), Some((Some(29062), 42526)));
    assert_eq!(facility_and_number(&card("w37:02DFDC1C35")), Some((None, 12_345_678_901)));
    assert_eq!(facility_and_number(&card("7186A61E")), None);
}

#[test]
fn a_wiegand_reader_sees_only_part_of_a_uid() {
    let last = Normaliser { kept: Kept::Last, ..W26 };
    let reversed = Normaliser { order: ByteOrder::Reversed, ..W26 };
    let rows: &[(Normaliser, &str, Option<&str>)] = &[
        (UID, "7186A61E", Some("7186A61E")),
        (UID, "w26:7186A6", None),
        (W26, "7186A61E", Some("w26:7186A6")),
        (reversed, "7186A61E", Some("w26:7186A6")),
        (last, "7186A61E", Some("w26:86A61E")),
        (W26, "04A1B2C3D4E580", Some("w26:04A1B2")),
        (last, "04A1B2C3D4E580", Some("w26:D4E580")),
        (W34, "7186A61E", Some("w34:7186A61E")),
        (W37, "7186A61E", Some("w37:007186A61E")),
        (W26, "w26:7186A6", Some("w26:7186A6")),
        (W26, "w34:7186A61E", None),
    ];
    for (normaliser, stored, expected) in rows {
        assert_eq!(
            normaliser.as_seen_by(&card(stored)),
            expected.map(card),
            "{normaliser:?} {stored}"
        );
    }
}

#[test]
fn cards_that_a_reader_cannot_tell_apart_are_named_in_pairs() {
    let cards: Vec<Credential> =
        ["7186A61F", "7186A61E", "7186A600", "AABBCCDD", "w26:AABBCC", "7186A61E"]
            .map(card)
            .to_vec();
    let pairs = [("7186A600", "7186A61E"), ("7186A600", "7186A61F"), ("AABBCCDD", "w26:AABBCC")];
    let pairs: Vec<_> = pairs.into_iter().map(|(a, b)| (card(a), card(b))).collect();
    assert_eq!(collisions(cards.iter(), W26), pairs);
    assert_eq!(collisions(cards.iter(), UID), []);
    assert_eq!(collisions(cards.iter(), W34), []);
}

fn any_normaliser() -> impl Strategy<Value = Normaliser> {
    let formats = [UID, W26, W34, W37].map(|normaliser| normaliser.format).to_vec();
    let bools = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (proptest::sample::select(formats), bools).prop_map(
        |(format, (hex, as_read, frame, inverted))| Normaliser {
            format,
            radix: if hex { Radix::Hex } else { Radix::Decimal },
            order: if as_read { ByteOrder::AsRead } else { ByteOrder::Reversed },
            inverted,
            carries: if frame { Carries::Frame } else { Carries::Number },
            kept: Kept::First,
        },
    )
}

proptest! {
    #[test]
    fn no_text_is_fatal(normaliser in any_normaliser(), text in ".{0,80}|[0-9A-Fa-f:, -]{0,70}") {
        let _ = normaliser.normalise(&text);
        let _ = interpretations(&text);
    }

    #[test]
    fn a_frame_reads_back_and_one_wrong_bit_does_not(data: u64, wrong in 0..26_u32) {
        for (normaliser, bits, width) in [(W26, 24, 7), (W34, 32, 9), (W37, 35, 10)] {
            let normaliser = Normaliser { carries: Carries::Frame, ..normaliser };
            let data = data & ((1 << bits) - 1);
            let whole = frame(data, bits);
            let credential = normaliser.normalise(&format!("{whole:0width$X}")).unwrap();
            let bytes = usize::try_from(bits).unwrap().div_ceil(8);
            prop_assert_eq!(credential.bytes(), &data.to_be_bytes()[8 - bytes..]);
            let flipped = whole ^ (1 << wrong);
            let flipped = format!("{flipped:0width$X}");
            prop_assert!(normaliser.normalise(&flipped).is_err());
        }
    }

    #[test]
    fn what_a_reader_sends_of_a_uid_is_what_the_directory_is_checked_against(
        uid: [u8; 4], reversed: bool, inverted: bool,
    ) {
        let order = if reversed { ByteOrder::Reversed } else { ByteOrder::AsRead };
        for (reader, kept) in [(UID, 4), (W26, 3), (W34, 4)] {
            let reader = Normaliser { order, inverted, ..reader };
            let mut sent = uid[..kept].to_vec();
            if reversed { sent.reverse(); }
            if inverted { for byte in &mut sent { *byte = !*byte; } }
            let mut text = String::new();
            for byte in sent {
                write!(text, "{byte:02x}").unwrap();
            }
            let stored = Credential::uid(&uid).unwrap();
            prop_assert_eq!(reader.normalise(&text).ok(), reader.as_seen_by(&stored));
        }
    }
}
