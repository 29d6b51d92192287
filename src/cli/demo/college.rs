//! The college that the demonstration runs on: `examples/college`, listening on loopback, with rooms
//! that trip and come back while somebody watches.

use std::{collections::HashMap, fs, net::SocketAddr, path::Path};

use anyhow::Context as _;
use onecard_rules::power::protection::{Draft, Settings};

use super::{super::LOOPBACK, Demo};
use crate::campus::{BrokerSettings, Campus, Embedded, HttpSettings, power::Power};

/// As it stands in `examples/college`.
const COLLEGE: [(&str, &str); 5] = [
    ("campus.toml", include_str!("../../../examples/college/campus.toml")),
    ("calendar.toml", include_str!("../../../examples/college/calendar.toml")),
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
    Ok(campus)
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
        room.settings = Settings::new(room.settings.limits().clone(), draft)
            .with_context(|| format!("room `{}` cannot be hurried", room.id))?;
    }
    Ok(())
}
