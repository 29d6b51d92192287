//! Tariffs: published tables worked out by hand, and many random charges against exact sums.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use onecard_rules::{
    Time,
    calendar::{Calendar, Days as CalendarDays, Period as Named},
    money::Fen,
    tariff::{
        Allowance, Band, CarryOver, Days, Line, Period, Place, Price, Prices, Segment, Standing,
        Tariff, TariffMistake, Tiers, Unit, affordable, charge, preview, total,
    },
    usage::{Point, Used},
};

const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

/// A price in yuan for a kWh, as published.
fn kwh(yuan: &str) -> Price {
    let (whole, part) = yuan.split_once('.').unwrap();
    let digits: u64 = format!("{whole}{part:0<5}").parse().unwrap();
    Price(digits)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn flat(price: Price) -> Tariff {
    Tariff {
        id: "dorm".parse().unwrap(),
        version: 1,
        from: day("2026-01-01"),
        unit: Unit::WattHour,
        days: None,
        tiers: None,
        prices: vec![Prices::all(price)],
        allowance: None,
    }
}

fn tiered(period: Period, ends: &[u64], prices: &[&str]) -> Tariff {
    let tiers = Tiers { period, count_allowance: false, up_to: ends.to_vec() };
    let prices = prices.iter().map(|price| Prices::all(kwh(price))).collect();
    Tariff { tiers: Some(tiers), prices, ..flat(Price(0)) }
}

fn at(text: &str) -> Time {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    local.and_local_timezone(SHANGHAI).unwrap().to_utc()
}

fn used(from: Time, to: Time, quantity: u64) -> Used {
    let (from, to) = (Point { at: from, register: 0 }, Point { at: to, register: quantity });
    Used { epoch: 1, from, to, quantity }
}

fn place(calendar: &Calendar) -> Place<'_> {
    Place { zone: SHANGHAI, calendar, people: 4 }
}

/// Charges one after the other; all lines and what they come to.
fn bill(tariffs: &[Tariff], usage: &[(&str, &str, u64)]) -> (Vec<Line>, Fen) {
    let (calendar, mut standing) = (Calendar::default(), Standing::default());
    let mut lines = Vec::new();
    for (from, to, quantity) in usage {
        let used = used(at(from), at(to), *quantity);
        lines.extend(charge(tariffs, &mut standing, &used, place(&calendar)).unwrap());
    }
    let sum = total(&lines);
    (lines, sum)
}

#[test]
fn published_tariffs_come_out_to_the_fen() {
    let month = ("2026-11-02 00:00", "2026-11-29 00:00");
    let zhejiang = || tiered(Period::Month, &[50_000], &["0.53", "0.58"]);
    let beijing = || tiered(Period::Month, &[240_000, 400_000], &["0.4883", "0.5383", "0.7883"]);
    let rows: Vec<(&str, Tariff, u64, &str)> = vec![
        ("a dormitory's overage", flat(kwh("0.60")), 17_350, "10.41"),
        ("Zhejiang, within 50 kWh", zhejiang(), 50_000, "26.50"),
        ("Zhejiang, above", zhejiang(), 80_000, "43.90"),
        ("Beijing, 240 kWh", beijing(), 240_000, "117.19"),
        ("Beijing, 300 kWh", beijing(), 300_000, "149.49"),
        ("Beijing, 500 kWh", beijing(), 500_000, "282.15"),
        ("nothing", beijing(), 0, "0.00"),
    ];
    for (name, tariff, quantity, yuan) in rows {
        tariff.check().unwrap();
        let (_, sum) = bill(&[tariff], &[(month.0, month.1, quantity)]);
        assert_eq!(sum.to_string(), yuan, "{name}");
    }
}

/// Shanghai: 0.617 from 6 to 22, 0.307 in the night.
fn shanghai() -> Tariff {
    let plan = vec![
        Segment { from: 0, band: Band::Valley },
        Segment { from: 6 * 60, band: Band::Peak },
        Segment { from: 22 * 60, band: Band::Valley },
    ];
    let days = Days { workday: plan.clone(), weekend: plan.clone(), holiday: plan };
    let prices = Prices { peak: kwh("0.617"), valley: kwh("0.307"), ..Prices::default() };
    Tariff { days: Some(days), prices: vec![prices], ..flat(Price(0)) }
}

#[test]
fn time_of_use_splits_by_the_local_clock() {
    let rows: &[(&str, &str, u64, &[(Band, u64)])] = &[
        ("2026-11-26 10:00", "2026-11-26 11:00", 1_000, &[(Band::Peak, 1_000)]),
        ("2026-11-26 21:00", "2026-11-26 23:00", 1_000, &[(Band::Peak, 500), (Band::Valley, 500)]),
        (
            "2026-11-26 00:00",
            "2026-11-27 00:00",
            2_400,
            &[(Band::Valley, 800), (Band::Peak, 1_600)],
        ),
        ("2026-11-26 21:59", "2026-11-26 22:02", 100, &[(Band::Peak, 33), (Band::Valley, 67)]),
        ("2026-11-26 22:00", "2026-11-27 06:00", 777, &[(Band::Valley, 777)]),
    ];
    for (from, to, quantity, expected) in rows {
        let (lines, _) = bill(&[shanghai()], &[(from, to, *quantity)]);
        let found: Vec<(Band, u64)> = lines.iter().map(|line| (line.band, line.quantity)).collect();
        assert_eq!(found, *expected, "{from} to {to}");
    }
    let (_, sum) = bill(&[shanghai()], &[("2026-11-26 00:00", "2026-11-27 00:00", 24_000)]);
    assert_eq!(sum.to_string(), "12.32", "16 kWh at 0.617 and 8 kWh at 0.307 are 12.328");
}

#[test]
fn eight_segments_four_bands_and_three_kinds_of_days() {
    use Band::{Flat, Peak, Sharp, Valley};
    let plan = |bands: [Band; 8]| {
        let hours = [0, 6, 8, 11, 13, 17, 21, 23];
        let segments = hours.into_iter().zip(bands);
        segments.map(|(hour, band)| Segment { from: hour * 60, band }).collect::<Vec<_>>()
    };
    let days = Days {
        workday: plan([Valley, Flat, Peak, Flat, Peak, Sharp, Flat, Valley]),
        weekend: vec![Segment { from: 0, band: Flat }],
        holiday: vec![Segment { from: 0, band: Valley }],
    };
    let prices = Prices { sharp: Price(4), peak: Price(3), flat: Price(2), valley: Price(1) };
    let tariff = Tariff { days: Some(days), prices: vec![prices], ..flat(Price(0)) };
    tariff.check().unwrap();
    let mut calendar = Calendar::default();
    let days = CalendarDays { first: day("2026-10-01"), last: day("2026-10-07") };
    calendar.holidays.push(Named { name: "national day".to_owned(), days });
    let band = |from: &str| {
        let begin = at(from);
        let used = used(begin, begin + TimeDelta::minutes(1), 1);
        charge(&[tariff.clone()], &mut Standing::default(), &used, place(&calendar)).unwrap()[0]
            .band
    };
    let rows = [
        ("2026-11-26 05:59", Valley),
        ("2026-11-26 06:00", Flat),
        ("2026-11-26 08:00", Peak),
        ("2026-11-26 12:00", Flat),
        ("2026-11-26 16:59", Peak),
        ("2026-11-26 17:00", Sharp),
        ("2026-11-26 22:59", Flat),
        ("2026-11-26 23:00", Valley),
        ("2026-11-28 17:00", Flat),
        ("2026-10-03 17:00", Valley),
        ("2026-10-05 17:00", Valley),
    ];
    for (from, expected) in rows {
        assert_eq!(band(from), expected, "{from}");
    }
}

#[test]
fn daylight_saving_counts_the_real_time() {
    let berlin = chrono_tz::Europe::Berlin;
    let calendar = Calendar::default();
    let place = Place { zone: berlin, calendar: &calendar, people: 1 };
    let plan = vec![
        Segment { from: 0, band: Band::Valley },
        Segment { from: 180, band: Band::Peak },
        Segment { from: 240, band: Band::Flat },
    ];
    let days = Days { workday: plan.clone(), weekend: plan.clone(), holiday: plan };
    let tariff = Tariff { days: Some(days), ..flat(Price(1)) };
    let utc = |text: &str| text.parse::<Time>().unwrap();
    let split = |from: &str, to: &str, quantity| {
        let used = used(utc(from), utc(to), quantity);
        let lines = charge(&[tariff.clone()], &mut Standing::default(), &used, place).unwrap();
        lines.iter().map(|line| (line.band, line.quantity)).collect::<Vec<_>>()
    };
    // Put forward at 2 to 3: from 1 to 4 by the clock are two hours.
    let spring = split("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", 200);
    assert_eq!(spring, [(Band::Valley, 100), (Band::Peak, 100)]);
    // Put back at 3 to 2: from 1 to 4 by the clock are four hours.
    let autumn = split("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z", 400);
    assert_eq!(autumn, [(Band::Valley, 300), (Band::Peak, 100)]);
}

#[test]
fn tiers_begin_anew_with_the_month_or_the_year() {
    let usage = [
        ("2026-10-01 00:00", "2026-10-31 00:00", 100_000),
        ("2026-11-01 00:00", "2026-11-30 00:00", 100_000),
        ("2027-01-01 00:00", "2027-01-30 00:00", 100_000),
    ];
    let tiers = |period| {
        let tariff = tiered(period, &[150_000], &["0.50", "1.00"]);
        let (lines, _) = bill(&[tariff], &usage);
        lines.iter().map(|line| (line.tier.unwrap(), line.quantity)).collect::<Vec<_>>()
    };
    assert_eq!(tiers(Period::Month), [(1, 100_000), (1, 100_000), (1, 100_000)]);
    let expected = [(1, 100_000), (1, 50_000), (2, 50_000), (1, 100_000)];
    assert_eq!(tiers(Period::Year), expected);
}

fn allowance(carry_over: CarryOver) -> Allowance {
    Allowance { per_person: 8_000, carry_over, not_in: vec![2, 7, 8] }
}

#[test]
fn the_allowance_is_free_for_each_person_and_month_and_carries_over_by_rule() {
    let year = CarryOver::UntilMonths(vec![9]);
    let rows: &[(CarryOver, &[(&str, &str, u64)], u64)] = &[
        // Four people have 32 kWh a month.
        (CarryOver::Never, &[("2026-10-05 00:00", "2026-10-06 00:00", 32_000)], 0),
        (CarryOver::Never, &[("2026-10-05 00:00", "2026-10-06 00:00", 40_000)], 8_000),
        (
            CarryOver::Never,
            &[
                ("2026-10-05 00:00", "2026-10-06 00:00", 10_000),
                ("2026-11-05 00:00", "2026-11-06 00:00", 50_000),
            ],
            18_000,
        ),
        (
            year.clone(),
            &[
                ("2026-10-05 00:00", "2026-10-06 00:00", 10_000),
                ("2026-11-05 00:00", "2026-11-06 00:00", 50_000),
            ],
            0,
        ),
        (
            year.clone(),
            &[
                ("2026-06-05 00:00", "2026-06-06 00:00", 0),
                ("2026-09-05 00:00", "2026-09-06 00:00", 33_000),
            ],
            1_000,
        ),
        // Nothing is given in the holidays, and the reading of January bridges them.
        (year, &[("2026-07-05 00:00", "2026-07-06 00:00", 5_000)], 5_000),
    ];
    for (carry_over, usage, paid) in rows {
        let allowance = Some(allowance(carry_over.clone()));
        let (lines, _) = bill(&[Tariff { allowance, ..flat(kwh("0.60")) }], usage);
        let charged: u64 =
            lines.iter().filter(|line| line.tier.is_some()).map(|line| line.quantity).sum();
        assert_eq!(charged, *paid, "{carry_over:?} {usage:?}");
    }
}

#[test]
fn whether_the_allowance_counts_for_the_tiers_is_a_setting() {
    for (count_allowance, second_tier) in [(false, 0), (true, 32_000)] {
        let mut tariff = tiered(Period::Month, &[50_000], &["0.53", "0.58"]);
        tariff.allowance = Some(allowance(CarryOver::Never));
        tariff.tiers.as_mut().unwrap().count_allowance = count_allowance;
        let (lines, _) = bill(&[tariff], &[("2026-10-05 00:00", "2026-10-06 00:00", 82_000)]);
        let second: u64 =
            lines.iter().filter(|line| line.tier == Some(2)).map(|line| line.quantity).sum();
        assert_eq!(second, second_tier);
    }
}

#[test]
fn a_new_version_counts_from_its_day_on_and_each_line_names_its_own() {
    let new = Tariff { version: 2, from: day("2026-11-27"), ..flat(kwh("0.70")) };
    let (lines, sum) =
        bill(&[flat(kwh("0.60")), new], &[("2026-11-26 12:00", "2026-11-27 12:00", 2_000)]);
    let found: Vec<(u32, u64)> = lines.iter().map(|line| (line.version, line.quantity)).collect();
    assert_eq!(found, [(1, 1_000), (2, 1_000)]);
    assert_eq!(sum.to_string(), "1.30");
    let calendar = Calendar::default();
    let early = used(at("2025-12-31 10:00"), at("2025-12-31 11:00"), 1);
    let mut standing = Standing::default();
    assert!(charge(&[flat(Price(1))], &mut standing, &early, place(&calendar)).is_err());
    assert_eq!(standing, Standing::default(), "nothing has changed");
}

#[test]
fn a_new_tariff_is_previewed_on_what_was_used() {
    let calendar = Calendar::default();
    let before = used(at("2026-09-01 00:00"), at("2026-09-30 00:00"), 40_000);
    let month = used(at("2026-10-01 00:00"), at("2026-10-31 00:00"), 100_000);
    let since = at("2026-10-01 00:00");
    // It comes into force next year, and its tiers are a year's.
    let new = |tariff: Tariff| Tariff { from: day("2027-01-01"), ..tariff };
    let by_year = tiered(Period::Year, &[100_000], &["0.50", "0.60"]);
    for (tariff, fen) in [
        (flat(kwh("0.61")), 6_100),
        (by_year, 60 * 50 + 40 * 60),
        (tiered(Period::Month, &[50_000], &["0.50", "0.60"]), 50 * 50 + 50 * 60),
    ] {
        let found = preview(&new(tariff), &[before, month], since, place(&calendar));
        assert_eq!(found, Ok(Fen::new(fen)));
    }
}

#[test]
fn mistakes_of_a_tariff_have_names() {
    let days = |segments: Vec<Segment>| Days {
        workday: segments,
        weekend: vec![Segment { from: 0, band: Band::Flat }],
        holiday: vec![Segment { from: 0, band: Band::Flat }],
    };
    let segment = |from| Segment { from, band: Band::Flat };
    let with = |segments| Tariff { days: Some(days(segments)), ..flat(Price(1)) };
    let segments = Err(TariffMistake::Segments { day: "workday" });
    for wrong in
        [vec![], vec![segment(1)], vec![segment(0), segment(0)], vec![segment(0), segment(1_440)]]
    {
        assert_eq!(with(wrong).check(), segments);
    }
    let missing = tiered(Period::Month, &[1, 2], &["0.1", "0.2"]).check();
    assert_eq!(missing, Err(TariffMistake::Prices { found: 2, needed: 3 }));
    let falls = tiered(Period::Month, &[2, 1], &["0.1", "0.2", "0.3"]).check();
    assert_eq!(falls, Err(TariffMistake::TiersDoNotRise));
}

/// `ONECARD_CHARGES` sets how many.
#[test]
fn many_random_charges_come_to_the_exact_sum_rounded_once() {
    let charges: u64 =
        std::env::var("ONECARD_CHARGES").map_or(100_000, |text| text.parse().unwrap());
    let mut random = 0x0123_4567_89AB_CDEF_u64;
    let mut next = |bound: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % bound
    };
    let calendar = Calendar::default();
    let mut tariff = tiered(Period::Month, &[200_000, 500_000], &["0.48831", "0.53837", "0.78839"]);
    tariff.days = shanghai().days;
    for prices in &mut tariff.prices {
        prices.valley = Price(prices.peak.0 / 3 + 1);
    }
    let tariffs = [tariff];
    let (mut standing, mut charged, mut exact, mut quantity) = (Standing::default(), 0, 0, 0);
    let mut now = at("2026-01-01 00:00");
    for _ in 0..charges {
        let then = now + TimeDelta::seconds(i64::try_from(next(3_600)).unwrap() + 1);
        let used = used(now, then, next(40));
        now = then;
        quantity += used.quantity;
        for line in charge(&tariffs, &mut standing, &used, place(&calendar)).unwrap() {
            charged += i128::from(line.amount.get());
            exact += i128::from(line.quantity) * i128::from(line.price.0);
            quantity -= line.quantity;
        }
        assert!(standing.carried < 1_000_000);
    }
    assert_eq!(charged, exact / 1_000_000, "rounded once");
    assert_eq!(exact % 1_000_000, i128::from(standing.carried), "the rest is carried");
    assert_eq!(quantity, 0, "every Wh is on some line");
}

/// What an amount is good for costs no more than it, and one more would.
#[test]
fn what_is_affordable_is_the_most_that_the_money_pays() {
    let calendar = Calendar::default();
    let mut bands = shanghai();
    bands.allowance =
        Some(Allowance { per_person: 1_000, carry_over: CarryOver::Never, not_in: vec![] });
    let tiers = tiered(Period::Month, &[20_000, 50_000], &["0.48831", "0.53837", "0.78839"]);
    for (name, tariff) in [("flat", flat(Price(3_000))), ("tiers", tiers), ("bands", bands)] {
        let versions = [tariff];
        for money in [0, 1, 2, 99, 1_000, 25_000] {
            for carried in [0, 999_999] {
                let standing = Standing { carried, ..Standing::default() };
                let (now, most) = (at("2026-07-01 07:30"), 10_000_000);
                let fen = Fen::new(money);
                let found =
                    affordable(&versions, &standing, now, place(&calendar), fen, most).unwrap();
                let cost = |quantity| {
                    let used = used(now, now, quantity);
                    let lines = charge(&versions, &mut standing.clone(), &used, place(&calendar));
                    total(&lines.unwrap())
                };
                assert!(found < most && cost(found) <= fen, "{name} {money} {carried}: {found}");
                assert!(cost(found + 1) > fen, "{name} {money} {carried}: {found}");
            }
        }
        let little = affordable(
            &versions,
            &Standing::default(),
            at("2026-07-01 07:30"),
            place(&calendar),
            Fen::new(1_000),
            5,
        );
        assert_eq!(little, Ok(5), "no more than is asked about");
    }
}
