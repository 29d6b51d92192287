//! Advice on a profile that is free of mistakes: what to hold against a real device before relying on it.

use super::{Action, Mistake, Point, Profile, Sure, names};

/// Something allowed that its writer should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The point or command: `points.voltage_v`.
    pub key: String,
    pub text: String,
}

/// Reads a profile and gives advice on it.
///
/// # Errors
/// All mistakes in it.
pub fn lint(name: &str, text: &str) -> Result<(Profile, Vec<Advice>), Vec<Mistake>> {
    let profile = Profile::parse(name, text)?;
    let advice = advice(&profile);
    Ok((profile, advice))
}

fn advice(profile: &Profile) -> Vec<Advice> {
    let mut advice = Vec::new();
    let mut add = |key: String, text: &str| advice.push(Advice { key, text: text.to_owned() });
    if profile.serial.evidence.sure == Sure::Unverified {
        add(
            "serial".to_owned(),
            "the factory settings are unverified: try others if a new device is silent",
        );
    }
    if profile.rating.evidence.as_ref().is_some_and(|evidence| evidence.sure == Sure::Unverified) {
        add("rating".to_owned(), "the rating is unverified: read it on the device's plate");
    }
    for point in profile.points() {
        let key = format!("points.{}", point.name);
        if point.evidence.sure == Sure::Unverified {
            add(key.clone(), "is unverified: hold it against the device's display or a capture");
        }
        if point.counter().is_some_and(|counter| counter.resettable) && is_billed(profile, point) {
            add(key.clone(), "bills are made from it and it can be set back: watch for a drop");
        }
        if point.counter().is_some_and(|counter| counter.bits.is_some_and(|bits| bits <= 16)) {
            add(key, "starts again from zero after 16 bits: read it often enough to see that");
        }
    }
    if profile.billing_point().is_some_and(|point| point.name == names::TOTAL_ENERGY) {
        let text = "bills are made from a total, which may hold exported energy too: \
                    add import_energy_wh if the model has it";
        add("points.total_energy_wh".to_owned(), text);
    }
    for command in profile.commands() {
        let key = format!("commands.{}", command.name);
        if command.evidence.sure == Sure::Unverified {
            add(key.clone(), "is unverified: try it on a device without a load");
        }
        if command.verify.is_none() {
            add(key.clone(), "nothing shows whether it was obeyed: name a point with `verify`");
        }
        if let Action::Switch { release: Some(_), .. } = command.action {
            add(key, "holds until it is released; until then the device's own rules do not rule");
        }
    }
    if profile.points().all(|point| point.name != names::SERIAL_NUMBER)
        && profile.billing_point().is_some()
    {
        let text = "without serial_number an exchanged device is not noticed by itself";
        add("points.serial_number".to_owned(), text);
    }
    advice
}

fn is_billed(profile: &Profile, point: &Point) -> bool {
    profile.billing_point().is_some_and(|billed| billed.name == point.name)
}
