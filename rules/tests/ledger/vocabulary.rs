//! Names, causes and refusals: what is written is read back, and every rule has one name.

use std::collections::HashSet;

use onecard_rules::{
    ledger::{
        AccountKind, AccountName, Cause, CauseMistake, Limit, Phase, Purpose, Refusal, RowNo,
    },
    money::Fen,
    reason::Language,
};

#[test]
fn accounts_are_named_by_kind_and_owner() {
    let good = [
        "purse:2024001",
        "subsidy:2024001:meals-2026",
        "room:dorm-3-412",
        "room_subsidy:dorm-3-412:heat",
        "merchant:canteen-1",
        "income:electricity",
        "clearing:icbc",
        "cash_desk:d1",
        "suspense",
    ];
    let kinds: HashSet<AccountKind> =
        good.iter().map(|text| text.parse::<AccountName>().unwrap().kind()).collect();
    assert_eq!(kinds.len(), AccountKind::ALL.len());
    for text in good {
        assert_eq!(text.parse::<AccountName>().unwrap().to_string(), text);
    }
    for text in
        ["", "purse", "purse:", "subsidy:li", "suspense:x", "wallet:li", "purse:a:b", "room:a/b"]
    {
        assert!(text.parse::<AccountName>().is_err(), "`{text}`");
    }
}

fn causes() -> Vec<Cause> {
    let (terminal, meter, by) =
        ("pos-3".parse().unwrap(), "m-1".parse().unwrap(), "li".parse().unwrap());
    vec![
        Cause::Terminal { terminal, boot: 3, seq: u64::MAX },
        Cause::Reading { meter, epoch: 2, register: 12_345, line: 0 },
        Cause::Bank { bank: "icbc".parse().unwrap(), reference: "2026-1".parse().unwrap() },
        Cause::Bank { bank: "icb".parse().unwrap(), reference: "c2026-1".parse().unwrap() },
        Cause::Desk { desk: "d1".parse().unwrap(), receipt: 7 },
        Cause::Request { by, key: "01JX".parse().unwrap() },
        Cause::Tap { tap: "t-1".parse().unwrap(), session: 9 },
        Cause::End { reservation: RowNo(8) },
        Cause::Grant { fund: "meals".parse().unwrap(), person: "p1".parse().unwrap(), round: 1 },
        Cause::Expiry {
            fund: "meals".parse().unwrap(),
            owner: "p1".parse().unwrap(),
            last_day: -1,
        },
    ]
}

#[test]
fn causes_have_bytes_of_their_own_which_read_back_and_nothing_else_does() {
    let mut seen = HashSet::new();
    for cause in causes() {
        let bytes = cause.bytes();
        assert_eq!(Cause::read(&bytes), Ok(cause.clone()));
        assert!(seen.insert(bytes.clone()), "{cause}");
        for length in 0..bytes.len() {
            assert_eq!(Cause::read(&bytes[..length]), Err(CauseMistake), "{cause}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(Cause::read(&longer), Err(CauseMistake), "{cause}");
        let json = serde_json::to_string(&cause).unwrap();
        assert_eq!(serde_json::from_str::<Cause>(&json).unwrap(), cause);
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_speaks_both_languages() {
    let (entry, amount) = (RowNo(1), Fen::new(5));
    let account: AccountName = "purse:li".parse().unwrap();
    let all = [
        Refusal::Exists { entry },
        Refusal::ExistsWithDifferentAmount { entry, amount },
        Refusal::ExistsWithDifferentOrder { entry },
        Refusal::NotPositive { amount },
        Refusal::DayClosed,
        Refusal::UnknownAccount { account: account.clone() },
        Refusal::SameAccount,
        Refusal::AccountClosed { account: account.clone() },
        Refusal::AccountFrozen { account: account.clone() },
        Refusal::AccountNotEmpty { account },
        Refusal::WrongAccounts { purpose: Purpose::Fee },
        Refusal::LimitExceeded { limit: Limit::Daily, at_most: amount },
        Refusal::InsufficientFunds { available: amount },
        Refusal::ReservationUnknown,
        Refusal::ReservationEnded { how: Phase::Post },
        Refusal::ExceedsReserved { reserved: amount },
        Refusal::NotExpired,
        Refusal::RowUnknown,
        Refusal::NothingToCorrect,
        Refusal::ExceedsRow { left: amount },
        Refusal::Overflow,
    ];
    let codes: HashSet<&str> = all.iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), all.len());
    for refusal in all {
        assert!(!refusal.for_person(Language::Chinese).is_ascii(), "{refusal}");
        assert!(refusal.for_person(Language::English).is_ascii(), "{refusal}");
    }
}
