//! What holds of every plan of every shipped profile, and of made-up ones.

use onecard_devices::{
    modbus::{Answer, Failure, Request},
    profile::{Area, Library, NoPlan, Profile, ReadPlan, Wanted, shipped},
};
use proptest::{prelude::*, sample::subsequence};

/// Area, start and count of a read.
fn span(request: &Request) -> (Area, u32, u32) {
    let (area, start, count) = match request {
        Request::ReadCoils { start, count } => (Area::Coils, start, count),
        Request::ReadDiscreteInputs { start, count } => (Area::DiscreteInputs, start, count),
        Request::ReadHoldingRegisters { start, count } => (Area::HoldingRegisters, start, count),
        Request::ReadInputRegisters { start, count } => (Area::InputRegisters, start, count),
        Request::WriteCoil { .. }
        | Request::WriteRegister { .. }
        | Request::WriteCoils { .. }
        | Request::WriteRegisters { .. } => panic!("a plan writes: {request:?}"),
    };
    (area, (*start).into(), (*count).into())
}

/// Holds a plan to its model.
fn hold(profile: &Profile, wanted: &[Wanted], plan: &ReadPlan) -> Result<(), TestCaseError> {
    let bus = &profile.bus;
    let mut read = Vec::new();
    for (point, channel) in plan.points() {
        let start = u32::from(point.address_of(channel).expect("a channel"));
        read.push((point.area, start, start + u32::from(point.encoding.registers)));
    }
    for request in plan.requests() {
        prop_assert!(request.well_formed());
        let (area, start, count) = span(request);
        if !area.is_bits() {
            prop_assert!(count <= bus.max_registers.into(), "{request:?} is too long");
            let odd = bus.even_only && (start % 2 == 1 || count % 2 == 1);
            prop_assert!(!odd, "{request:?} is odd");
        }
        // What is read without being wanted is a hole that the model allows, or fills up an even count.
        let wanted_here = |address: u32| {
            read.iter().any(|(own, from, to)| *own == area && (*from..*to).contains(&address))
        };
        let mut hole = 0;
        for address in start..start + count {
            hole = if wanted_here(address) { 0 } else { hole + 1 };
            let padding = u16::from(bus.even_only);
            prop_assert!(hole <= bus.largest_hole + padding, "{request:?} bridges too much");
        }
        prop_assert!(wanted_here(start), "{request:?} begins with nothing");
    }
    for (area, from, to) in &read {
        let whole = plan.requests().iter().filter(|request| {
            let (own, start, count) = span(request);
            own == *area && start <= *from && *to <= start + count
        });
        prop_assert_eq!(whole.count(), 1, "{:?} {}..{} must lie in one request", area, from, to);
    }
    for Wanted { point, channel } in wanted {
        let channels = profile.point(point).map_or(0, |point| point.channels);
        for own in 0..channels {
            let there = plan.points().any(|(read, at)| read.name == *point && at == own);
            prop_assert!(there || channel.is_some_and(|wanted| wanted != own), "{point}#{own}");
        }
    }
    Ok(())
}

/// A shipped profile and some of its points.
fn some_points() -> impl Strategy<Value = (Profile, Vec<Wanted>)> {
    let profiles: Vec<Profile> =
        Library::of_shipped().expect("no mistakes").iter().cloned().collect();
    proptest::sample::select(profiles).prop_flat_map(|profile| {
        let all: Vec<Wanted> = profile.points().map(|point| Wanted::all(&point.name)).collect();
        let most = all.len();
        subsequence(all, 1..=most).prop_shuffle().prop_map(move |wanted| (profile.clone(), wanted))
    })
}

/// A made-up model whose points lie anywhere, with its limits.
fn made_up() -> impl Strategy<Value = Profile> {
    let places = proptest::collection::btree_map(0_u16..300, 0_usize..3, 1..25);
    (places, 4_u16..=125, prop_oneof![Just(None), (1_u16..40).prop_map(Some)], any::<bool>())
        .prop_map(|(places, most, hole, even)| {
            let most = if even { most / 2 * 2 } else { most };
            let bridge = hole.map_or("bridge_holes = false".to_owned(), |hole| {
                format!("bridge_holes = true\nlargest_hole = {hole}")
            });
            let mut text = format!(
                "source = \"chance\"\nsure = \"verified\"\n\
                 [identity]\nmaker = \"a\"\nmodel = \"b\"\nkind = \"meter\"\n\
                 [serial]\nbaud = 9600\nparity = \"none\"\nunit = 1\n\
                 [bus]\nmax_registers = {most}\n{bridge}\neven_only = {even}\n\
                 [points.active_power_w]\nread = 3\naddress = 9000\ntype = \"s16\"\nunit = \"W\"\n"
            );
            let mut free = 0;
            for (place, kind) in places {
                let place = if even { place * 2 } else { place };
                let place = place.max(free);
                let (kind, width) = [("u16", 1), ("u32", 2), ("u64", 4)][kind];
                let at = place.to_string();
                text.extend(["[points.p", &at, "]\nread = 3\naddress = ", &at]);
                text.extend(["\ntype = \"", kind, "\"\n"]);
                free = place + width + u16::from(even) * (width % 2);
            }
            Profile::parse("chance", &text).expect("a profile without mistakes")
        })
}

proptest! {
    #[test]
    fn a_plan_keeps_to_its_model_and_covers_all_that_is_wanted((profile, wanted) in some_points()) {
        let plan = profile.plan(&wanted).expect("its own points");
        hold(&profile, &wanted, &plan)?;
    }

    #[test]
    fn a_plan_of_any_model_keeps_to_it(profile in made_up()) {
        let wanted: Vec<Wanted> = profile.points().map(|point| Wanted::all(&point.name)).collect();
        let plan = profile.plan(&wanted).expect("its own points");
        hold(&profile, &wanted, &plan)?;
    }

    #[test]
    fn the_order_of_wishes_does_not_matter((profile, wanted) in some_points()) {
        let mut reversed = wanted.clone();
        reversed.reverse();
        let plan = profile.plan(&wanted).expect("its own points");
        let other = profile.plan(&reversed).expect("its own points");
        prop_assert_eq!(plan.requests(), other.requests());
    }

    #[test]
    fn whatever_a_unit_answers_every_wish_is_answered_and_every_number_finite(
        (profile, wanted) in some_points(),
        words in proptest::collection::vec(any::<u16>(), 1..400),
        failing in any::<u8>(),
    ) {
        let plan = profile.plan(&wanted).expect("its own points");
        let mut words = words.into_iter().cycle();
        let outcomes: Vec<_> = plan.requests().iter().enumerate().map(|(at, request)| {
            let (area, _, count) = span(request);
            let taken = words.by_ref().take(usize::try_from(count).expect("few"));
            let answer = if at == usize::from(failing) {
                Err(Failure::Silent)
            } else if area.is_bits() {
                Ok(Answer::Bits(taken.map(|word| word % 2 == 1).collect()))
            } else {
                Ok(Answer::Registers(taken.collect()))
            };
            (request.clone(), answer)
        }).collect();
        let readings = plan.decode(&outcomes);
        for (point, channel) in plan.points() {
            prop_assert!(readings.get(&point.name, channel).is_some());
            if let Some(number) = readings.measured(&point.name) {
                prop_assert!(number.is_finite());
            }
            if let Some(count) = readings.counted(&point.name)
                && let Some(counter) = count.counter
            {
                let resolution = i64::try_from(counter.resolution).expect("small");
                prop_assert_eq!(count.value % resolution, 0);
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z\\[\\]=\". 0-9\n]{0,200}") {
        prop_assert!(Profile::parse("chance", &text).is_err());
    }

    #[test]
    fn a_shipped_profile_with_a_line_left_out_is_good_or_says_where_it_is_not(
        which in 0..shipped().len(),
        line in 0_usize..200,
    ) {
        let (name, text) = shipped()[which];
        let lines: Vec<&str> = text.lines().collect();
        let kept: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != line % lines.len()).map(|(_, line)| *line).collect();
        if let Err(mistakes) = Profile::parse(name, &kept.join("\n")) {
            prop_assert!(!mistakes.is_empty());
            for mistake in mistakes {
                prop_assert!(mistake.line.is_some_and(|line| (1..=lines.len()).contains(&line)));
                prop_assert!(!mistake.mend.is_empty());
            }
        }
    }
}

#[test]
fn what_a_model_does_not_have_is_refused() {
    let library = Library::of_shipped().expect("no mistakes");
    let board = library.model("WB-MR6C").expect("shipped");
    let no_point = NoPlan::NoPoint("voltage_v".to_owned());
    assert_eq!(board.plan(&[Wanted::all("voltage_v")]), Err(no_point));
    let no_channel = NoPlan::NoChannel { point: "relay".to_owned(), channel: 6, channels: 6 };
    assert_eq!(board.plan(&[Wanted::channel("relay", 6)]), Err(no_channel));
    assert_eq!(board.power_plan(), None);
    assert_eq!(board.energy_plan(), None);
    assert_eq!(board.relay_plan(6), None);
    assert_eq!(board.valve_plan(0), None);
}
