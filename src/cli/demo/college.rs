//! The college that the demonstration runs on: `examples/college`, listening on loopback, with rooms
//! that trip and come back while somebody watches.

use std::{collections::HashMap, fs, net::SocketAddr, path::Path, time::Duration};

use anyhow::Context as _;
use onecard_rules::{
    credit::Settings,
    money::Fen,
    power::protection::{self, Draft},
    tariff::{Price, Prices},
};

use super::{super::LOOPBACK, Demo};
use crate::campus::{BrokerSettings, Campus, Embedded, HttpSettings, power::Power};

/// As it stands in `examples/college`.
const COLLEGE: [(&str, &str); 6] = [
    ("campus.toml", include_str!("../../../examples/college/campus.toml")),
    ("calendar.toml", include_str!("../../../examples/college/calendar.toml")),
    ("tariffs.toml", include_str!("../../../examples/college/tariffs.toml")),
    (
        "policies/10-everybody.cedar",
        include_str!("../../../examples/college/policies/10-everybody.cedar"),
    ),
    (
        "policies/20-dormitories.cedar",
        include_str!("../../../examples/college/policies/20-dormitories.cedar"),
    ),
    (
        "policies/30-places.cedar",
        include_str!("../../../examples/college/policies/30-places.cedar"),
    ),
];

/// A dark room gets power again so soon, and so often, that both are seen. A relay rests ten seconds
/// between two operations.
const RECLOSE_AFTER_S: f64 = 15.0;
const TRIES_PER_DAY: u8 = 2;
/// How often meters are read as counters.
const ENERGY_EVERY: Duration = Duration::from_secs(5);
/// Fifty yuan for a kWh: fifty fen for a step of a meter.
const PRICE: Price = Price(5_000_000);

/// The example college, listening on loopback and open to clients without a name.
pub fn college(verb: &Demo, folder: &Path) -> anyhow::Result<Campus> {
    for (name, text) in COLLEGE {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        if !file.exists() {
            fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        }
    }
    let mut campus = Campus::load(folder)?;
    let on = |port| SocketAddr::new(LOOPBACK, port);
    campus.broker = BrokerSettings::Embedded(Embedded {
        listen: on(verb.mqtt_port),
        websocket: Some(on(verb.websocket_port)),
        websocket_url: None,
        tls: None,
        anonymous: true,
    });
    let two_people = std::mem::take(&mut campus.http.two_people);
    campus.http = HttpSettings { listen: on(verb.http_port), anonymous_read: true, two_people };
    hurry(&mut campus.power, verb.rooms)?;
    hurry_money(&mut campus);
    Ok(campus)
}

/// Makes electricity so dear, and the levels so close to each other, that minutes show: a step of a meter is
/// ten Wh. What is metered, charged and paid is as everywhere.
fn hurry_money(campus: &mut Campus) {
    campus.power.energy_every = ENERGY_EVERY;
    for tariff in campus.tariffs.values_mut().flatten() {
        if tariff.id.as_str() == "dorm-power" {
            (tariff.tiers, tariff.allowance, tariff.days) = (None, None, None);
            tariff.prices = vec![Prices::all(PRICE)];
        }
    }
    if let Some(prepaid) = &mut campus.money.prepaid {
        prepaid.bill_every = chrono::TimeDelta::zero();
        prepaid.settings = Settings {
            low: Fen::new(150),
            nearly_empty: Fen::new(50),
            // The light goes out for other reasons often enough.
            sign: None,
            grace: Fen::new(20),
            hysteresis: Fen::new(10),
            restore_at: Fen::new(1),
            // It is evening at any hour, and a school day.
            protected: Vec::new(),
            protect_holidays: false,
            protect_exams: false,
        };
    }
}

/// Leaves so many rooms on each line, and makes protection quick enough to be watched. It is evening
/// in the demonstration at any hour: neither the night limit nor lights-out is in force.
fn hurry(power: &mut Power, rooms_a_line: usize) -> anyhow::Result<()> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    power.rooms.retain(|_, room| {
        let taken = taken.entry(room.line.clone()).or_default();
        *taken += 1;
        *taken <= rooms_a_line
    });
    power.lines.retain(|line, _| rooms_a_line > 0 && taken.contains_key(line));
    (power.night, power.lights_out) = (None, None);
    for room in power.rooms.values_mut() {
        let draft = Draft {
            reclose_after_s: RECLOSE_AFTER_S,
            tries_per_day: TRIES_PER_DAY,
            ..room.settings.draft().clone()
        };
        room.settings = protection::Settings::new(room.settings.limits().clone(), draft)
            .with_context(|| format!("room `{}` cannot be hurried", room.id))?;
    }
    Ok(())
}
