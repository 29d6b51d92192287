//! The rules of the ledger as tables: one line is one attempt, and what comes of it.
//!
//!     open  ACCOUNT [frozen] [closed] [single=Y] [daily=Y] [rank=N] [last=MM-DD] [back=UNIT]
//!     CAUSE MM-DD transfer PURPOSE FROM TO YUAN        -> ROW or the refusal
//!     CAUSE MM-DD reserve  PURPOSE FROM TO YUAN [HOUR] -> ROW or the refusal
//!     CAUSE MM-DD post ROW YUAN | release ROW | expire ROW | correct ROW YUAN
//!     close MM-DD -> ok or the refusal
//!     has   ACCOUNT BALANCE [AVAILABLE]
//!
//! `agree` changes the terms as `open` gives them. Hours are hours of 26 November at which a
//! reservation ends; `expire` happens at noon.

use std::collections::HashMap;

use chrono::NaiveDate;
use onecard_rules::{
    Time,
    ledger::{AccountName, Ask, Cause, Limits, Order, Purpose, Refusal, RowNo, State, Terms},
};

use crate::keeper::Keeper;

fn day(text: &str) -> NaiveDate {
    format!("2026-{text}").parse().unwrap()
}

fn hour(text: &str) -> Time {
    format!("2026-11-26T{text}:00:00Z").parse().unwrap()
}

fn account(text: &str) -> AccountName {
    text.parse().unwrap()
}

fn terms(words: &[&str]) -> Terms {
    let mut terms = Terms::default();
    for word in words {
        match word.split_once('=') {
            None if *word == "frozen" => terms.state = State::Frozen,
            None if *word == "closed" => terms.state = State::Closed,
            Some(("single", yuan)) => terms.limits.single = Some(yuan.parse().unwrap()),
            Some(("daily", yuan)) => terms.limits.daily = Some(yuan.parse().unwrap()),
            Some(("rank", rank)) => terms.rank = rank.parse().unwrap(),
            Some(("last", date)) => terms.last_day = Some(day(date)),
            Some(("back", unit)) => terms.back_to = Some(unit.parse().unwrap()),
            _ => panic!("`{word}`"),
        }
    }
    terms
}

fn row(text: &str) -> RowNo {
    RowNo(text.parse().unwrap())
}

fn ask(words: &[&str]) -> Ask {
    let purpose = |word: &str| Purpose::parse(word).unwrap();
    match words {
        ["transfer", what, from, to, yuan] => Ask::Transfer {
            purpose: purpose(what),
            from: account(from),
            to: account(to),
            amount: yuan.parse().unwrap(),
        },
        ["reserve", what, from, to, yuan, until @ ..] => Ask::Reserve {
            purpose: purpose(what),
            from: account(from),
            to: account(to),
            amount: yuan.parse().unwrap(),
            until: until.first().map(|until| hour(until)),
        },
        ["post", about, yuan] => {
            Ask::Post { reservation: row(about), amount: yuan.parse().unwrap() }
        }
        ["release", about] => Ask::Release { reservation: row(about) },
        ["expire", about] => Ask::Expire { reservation: row(about) },
        ["correct", about, yuan] => Ask::Correct { row: row(about), amount: yuan.parse().unwrap() },
        _ => panic!("{words:?}"),
    }
}

fn told(outcome: Result<String, Refusal>) -> String {
    outcome.unwrap_or_else(|refusal| refusal.to_string())
}

fn check(table: &str) {
    let mut keeper = Keeper::default();
    let mut causes = HashMap::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (attempt, expected) = line.split_once("->").unwrap_or((line, "ok"));
        let words: Vec<&str> = attempt.split_whitespace().collect();
        let outcome = match words.as_slice() {
            ["open", name, rest @ ..] => {
                told(keeper.books.open(&account(name), terms(rest)).map(|_| "ok".to_owned()))
            }
            ["agree", name, rest @ ..] => {
                told(keeper.books.agree(&account(name), terms(rest)).map(|_| "ok".to_owned()))
            }
            ["close", date] => told(keeper.books.close(day(date)).map(|()| "ok".to_owned())),
            ["has", name, balance, rest @ ..] => {
                let found = keeper.books.named(&account(name)).unwrap();
                assert_eq!(found.balance().to_string(), *balance, "{line}");
                if let [available] = rest {
                    assert_eq!(found.available().to_string(), *available, "{line}");
                }
                "ok".to_owned()
            }
            [cause, date, rest @ ..] => {
                let known = u64::try_from(causes.len()).unwrap();
                let seq = *causes.entry((*cause).to_owned()).or_insert(known);
                let terminal = "pos-3".parse().unwrap();
                let order = Order {
                    cause: Cause::Terminal { terminal, boot: 1, seq },
                    at: hour("12"),
                    day: day(date),
                    by: None,
                    why: None,
                    ask: ask(rest),
                };
                told(keeper.handle(&order).map(|row| row.to_string()))
            }
            _ => panic!("{line}"),
        };
        assert_eq!(outcome, expected.trim(), "{line}");
        keeper.assert_invariants();
    }
}

#[test]
fn money_comes_in_is_spent_and_comes_back() {
    check(
        "
        open purse:li
        open clearing:icbc
        open merchant:canteen-1
        open income:card
        a 11-26 transfer top_up clearing:icbc purse:li 100.00        -> 1
        b 11-26 transfer purchase purse:li merchant:canteen-1 12.50  -> 2
        c 11-26 transfer fee purse:li income:card 20.00              -> 3
        d 11-26 transfer purchase purse:li merchant:canteen-1 67.51  -> insufficient_funds (67.50)
        e 11-26 transfer refund merchant:canteen-1 purse:li 2.50     -> 4
        f 11-26 transfer payout merchant:canteen-1 clearing:icbc 10  -> 5
        g 11-26 transfer refund merchant:canteen-1 purse:li 1.00     -> 6
        has purse:li 71.00
        has merchant:canteen-1 -1.00
        has clearing:icbc -90.00
        has income:card 20.00
        ",
    );
}

#[test]
fn the_same_cause_is_carried_out_once() {
    check(
        "
        open purse:li
        open purse:wang
        open clearing:icbc
        open merchant:canteen-1
        open income:water
        a 11-26 transfer top_up clearing:icbc purse:li 10.00         -> 1
        a 11-26 transfer top_up clearing:icbc purse:li 10.00         -> exists (entry 1)
        a 11-26 transfer top_up clearing:icbc purse:li 11.00         -> exists_with_different_amount (entry 1: 10.00)
        a 11-26 transfer top_up clearing:icbc purse:wang 10.00       -> exists_with_different_order (entry 1)
        a 11-26 reserve water purse:li income:water 10.00            -> exists_with_different_order (entry 1)
        b 11-26 transfer purchase purse:li merchant:canteen-1 10.00  -> 2
        b 11-26 transfer purchase purse:li merchant:canteen-1 10.00  -> exists (entry 2)
        has purse:li 0.00
        c 11-26 transfer purchase purse:li merchant:canteen-1 0.01   -> insufficient_funds (0.00)
        d 11-26 transfer top_up clearing:icbc purse:li 1.00          -> 3
        c 11-26 transfer purchase purse:li merchant:canteen-1 0.01   -> 4
        ",
    );
}

#[test]
fn what_is_held_back_is_posted_released_or_expires_and_only_once() {
    check(
        "
        open purse:li
        open clearing:icbc
        open income:water
        a 11-26 transfer top_up clearing:icbc purse:li 10.00         -> 1
        b 11-26 reserve water purse:li income:water 6.00             -> 2
        has purse:li 10.00 4.00
        c 11-26 reserve water purse:li income:water 4.01             -> insufficient_funds (4.00)
        d 11-26 post 2 6.01                                          -> exceeds_reserved (6.00)
        d 11-26 post 2 2.30                                          -> 3
        has purse:li 7.70 7.70
        has income:water 2.30
        d 11-26 post 2 2.30                                          -> exists (entry 3)
        d 11-26 post 2 2.31                                          -> exists_with_different_amount (entry 3: 2.30)
        e 11-26 post 2 1.00                                          -> reservation_ended (post)
        e 11-26 release 2                                            -> reservation_ended (post)
        f 11-26 reserve water purse:li income:water 7.70             -> 4
        g 11-26 release 4                                            -> 5
        g 11-26 release 4                                            -> exists (entry 5)
        h 11-26 post 4 1.00                                          -> reservation_ended (release)
        i 11-26 reserve water purse:li income:water 7.70 13          -> 6
        j 11-26 expire 6                                             -> not_expired
        k 11-26 release 6                                            -> 7
        l 11-26 reserve water purse:li income:water 7.70 11          -> 8
        m 11-26 expire 8                                             -> 9
        n 11-26 post 8 1.00                                          -> reservation_ended (expire)
        o 11-26 post 1 1.00                                          -> reservation_unknown
        p 11-26 post 99 1.00                                         -> reservation_unknown
        has purse:li 7.70 7.70
        ",
    );
}

#[test]
fn subsidies_are_spent_by_their_rank_and_not_after_their_last_day() {
    check(
        "
        open subsidy:li:meals                                        -> unknown_account (purse:li)
        open purse:li
        open subsidy:li:late rank=200
        open subsidy:li:meals rank=1 last=11-30 back=aid
        open subsidy:li:first rank=1 last=11-26 back=aid
        open clearing:icbc
        open income:aid
        open income:water
        open merchant:canteen-1
        a 11-26 transfer top_up clearing:icbc purse:li 10.00         -> 1
        b 11-26 transfer grant income:aid subsidy:li:first 1.00      -> 2
        c 11-26 transfer grant income:aid subsidy:li:meals 2.00      -> 3
        d 11-26 transfer grant income:aid subsidy:li:late 4.00       -> 4
        e 11-26 transfer purchase purse:li merchant:canteen-1 2.50   -> 5
        has subsidy:li:first 0.00
        has subsidy:li:meals 0.50
        has purse:li 10.00
        e 11-26 transfer purchase purse:li merchant:canteen-1 2.50   -> exists (entry 5)
        f 11-26 reserve water purse:li income:water 3.00             -> 7
        has subsidy:li:meals 0.50 0.00
        has purse:li 10.00 7.50
        g 11-26 post 7 0.20                                          -> 9
        has subsidy:li:meals 0.30 0.30
        has purse:li 10.00 10.00
        h 11-26 transfer fee purse:li income:water 10.01             -> insufficient_funds (10.00)
        i 12-01 transfer purchase purse:li merchant:canteen-1 14.30  -> insufficient_funds (14.00)
        i 12-01 transfer purchase purse:li merchant:canteen-1 11.00  -> 11
        has purse:li 0.00
        has subsidy:li:late 3.00
        has subsidy:li:meals 0.30
        j 12-01 transfer subsidy_expired subsidy:li:meals income:aid 0.30 -> 13
        has income:aid -6.70
        ",
    );
}

#[test]
fn limits_count_what_a_person_spends_in_a_day() {
    check(
        "
        open purse:li single=20 daily=50
        open clearing:icbc
        open merchant:shop
        open income:water
        open room:3-412
        a 11-26 transfer top_up clearing:icbc purse:li 500.00        -> 1
        b 11-26 transfer purchase purse:li merchant:shop 20.01       -> limit_exceeded (at most 20.00)
        b 11-26 transfer purchase purse:li merchant:shop 20.00       -> 2
        c 11-26 transfer purchase purse:li merchant:shop 20.00       -> 3
        d 11-26 transfer purchase purse:li merchant:shop 10.01       -> limit_exceeded (at most 50.00)
        e 11-26 reserve water purse:li income:water 10.00            -> 4
        f 11-26 transfer purchase purse:li merchant:shop 0.01        -> limit_exceeded (at most 50.00)
        g 11-26 post 4 3.00                                          -> 5
        h 11-26 transfer purchase purse:li merchant:shop 7.00        -> 6
        i 11-26 transfer purchase purse:li merchant:shop 0.01        -> limit_exceeded (at most 50.00)
        j 11-26 transfer room_top_up purse:li room:3-412 100.00      -> 7
        i 11-27 transfer purchase purse:li merchant:shop 20.00       -> 8
        agree purse:li
        k 11-27 transfer purchase purse:li merchant:shop 200.00      -> 9
        ",
    );
}

#[test]
fn a_room_may_owe_what_it_has_used_and_nothing_else() {
    check(
        "
        open purse:li
        open clearing:icbc
        open room:3-412
        open income:electricity
        open room_subsidy:3-412:heat rank=1
        a 11-26 transfer top_up clearing:icbc purse:li 50.00              -> 1
        b 11-26 transfer room_top_up purse:li room:3-412 10.00            -> 2
        c 11-26 transfer grant income:electricity room_subsidy:3-412:heat 1.00 -> 3
        d 11-26 transfer usage room:3-412 income:electricity 13.00        -> 4
        has room_subsidy:3-412:heat 0.00
        has room:3-412 -2.00
        e 11-26 transfer usage room:3-412 income:electricity 1.00         -> 6
        f 11-26 transfer refund room:3-412 purse:li 0.01                  -> insufficient_funds (0.00)
        g 11-26 transfer room_top_up purse:li room:3-412 5.00             -> 7
        h 11-26 transfer refund room:3-412 purse:li 2.01                  -> insufficient_funds (2.00)
        i 11-26 transfer refund room:3-412 purse:li 2.00                  -> 8
        has room:3-412 0.00
        agree room:3-412 frozen
        j 11-26 transfer usage room:3-412 income:electricity 1.00         -> 9
        k 11-26 transfer refund room:3-412 purse:li 0.01                  -> account_frozen (room:3-412)
        ",
    );
}

#[test]
fn what_is_wrong_with_an_order_has_a_name() {
    check(
        "
        open purse:li
        open purse:wang frozen
        open purse:zhao closed
        open clearing:icbc
        open merchant:shop
        a 11-26 transfer top_up clearing:icbc purse:li 0                 -> not_positive (0.00)
        a 11-26 transfer top_up clearing:icbc purse:li -1                -> not_positive (-1.00)
        a 11-26 transfer top_up clearing:icbc purse:nobody 1             -> unknown_account (purse:nobody)
        a 11-26 transfer top_up clearing:nobank purse:li 1               -> unknown_account (clearing:nobank)
        a 11-26 transfer adjustment purse:li purse:li 1                  -> same_account
        a 11-26 transfer purchase clearing:icbc purse:li 1               -> wrong_accounts (purchase)
        a 11-26 transfer top_up clearing:icbc merchant:shop 1            -> wrong_accounts (top_up)
        a 11-26 transfer top_up clearing:icbc purse:wang 5               -> 1
        b 11-26 transfer purchase purse:wang merchant:shop 1             -> account_frozen (purse:wang)
        c 11-26 transfer top_up clearing:icbc purse:zhao 1               -> account_closed (purse:zhao)
        agree purse:wang closed                                          -> account_not_empty (purse:wang)
        agree purse:nobody                                               -> unknown_account (purse:nobody)
        d 11-26 transfer top_up clearing:icbc purse:li 92233720368547758.07 -> overflow
        d 11-26 transfer top_up clearing:icbc purse:li 92233720368547753.07 -> 2
        e 11-26 transfer top_up clearing:icbc purse:li 0.01              -> overflow
        e 11-26 reserve top_up clearing:icbc purse:li 0.01               -> overflow
        ",
    );
}

#[test]
fn a_frozen_purse_still_pays_for_the_water_that_has_run() {
    check(
        "
        open purse:li
        open clearing:icbc
        open income:water
        a 11-26 transfer top_up clearing:icbc purse:li 5                 -> 1
        b 11-26 reserve water purse:li income:water 5                    -> 2
        agree purse:li frozen
        c 11-26 post 2 1.23                                              -> 3
        d 11-26 reserve water purse:li income:water 1                    -> account_frozen (purse:li)
        has purse:li 3.77 3.77
        ",
    );
}

#[test]
fn a_closed_day_does_not_change_and_corrections_name_what_they_correct() {
    check(
        "
        open purse:li
        open clearing:icbc
        open merchant:shop
        open income:water
        a 11-25 transfer top_up clearing:icbc purse:li 100               -> 1
        b 11-25 transfer purchase purse:li merchant:shop 30              -> 2
        r 11-25 reserve water purse:li income:water 5                    -> 3
        close 11-25                                                      -> ok
        close 11-25                                                      -> day_closed
        close 11-24                                                      -> day_closed
        c 11-25 transfer purchase purse:li merchant:shop 1               -> day_closed
        b 11-25 transfer purchase purse:li merchant:shop 30              -> exists (entry 2)
        d 11-25 correct 2 30                                             -> day_closed
        d 11-26 correct 2 30.01                                          -> exceeds_row (30.00)
        d 11-26 correct 2 20                                             -> 4
        d 11-26 correct 2 20                                             -> exists (entry 4)
        e 11-26 correct 2 20                                             -> exceeds_row (10.00)
        e 11-26 correct 2 10                                             -> 5
        f 11-26 correct 2 0.01                                           -> exceeds_row (0.00)
        g 11-26 correct 4 1                                              -> nothing_to_correct
        h 11-26 correct 3 1                                              -> nothing_to_correct
        i 11-26 correct 77 1                                             -> row_unknown
        j 11-26 post 3 5                                                 -> 6
        has purse:li 95.00
        k 11-26 correct 6 1                                              -> 7
        l 11-26 transfer purchase purse:li merchant:shop 96              -> 8
        m 11-26 correct 1 0.01                                           -> insufficient_funds (0.00)
        ",
    );
}

#[test]
fn what_is_due_by_itself_comes_until_it_is_done() {
    let mut keeper = Keeper::default();
    for name in ["purse:li", "clearing:icbc", "income:aid", "income:water"] {
        keeper.books.open(&account(name), Terms::default()).unwrap();
    }
    let meals = terms(&["rank=1", "last=11-26", "back=aid"]);
    keeper.books.open(&account("subsidy:li:meals"), meals).unwrap();
    let order = |seq, ask| Order {
        cause: Cause::Desk { desk: "d1".parse().unwrap(), receipt: seq },
        at: hour("10"),
        day: day("11-26"),
        by: None,
        why: None,
        ask,
    };
    let grant = ask(&["transfer", "grant", "income:aid", "subsidy:li:meals", "3"]);
    keeper.handle(&order(1, grant)).unwrap();
    let water = ask(&["reserve", "water", "purse:li", "income:water", "1", "12"]);
    keeper.handle(&order(2, water)).unwrap();
    assert_eq!(keeper.books.next_deadline(), Some(hour("12")));
    assert_eq!(keeper.books.due(hour("11"), day("11-26")), []);

    let due = keeper.books.due(hour("12"), day("11-26"));
    assert_eq!(due.len(), 1, "the reservation");
    keeper.handle(&due[0]).unwrap();
    assert_eq!(keeper.books.due(hour("12"), day("11-26")), []);
    assert_eq!(keeper.books.next_deadline(), None);

    let due = keeper.books.due(hour("12"), day("11-27"));
    assert_eq!(due.len(), 1, "the subsidy");
    assert_eq!(keeper.books.due(hour("13"), day("11-28"))[0].ask, due[0].ask);
    keeper.handle(&due[0]).unwrap();
    assert_eq!(keeper.books.due(hour("12"), day("11-27")), []);
    assert_eq!(keeper.books.named(&account("income:aid")).unwrap().balance().get(), 0);
}

#[test]
fn limits_are_part_of_the_terms() {
    let limits = terms(&["single=20", "daily=50"]).limits;
    let yuan = |text: &str| text.parse().ok();
    assert_eq!(limits, Limits { single: yuan("20"), daily: yuan("50") });
}
