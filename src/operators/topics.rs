//! Which topics an operator's screen may hear, as filters: the same decision as over HTTP, asked for
//! every kind of topic.

use onecard_devices::topic::{Channel, Topics, WHOLE_SITE};
use onecard_rules::{
    event::DeviceKind,
    operator::{Action, Authority, Place, Sort},
    site::Site,
};

/// What screens hear, and what hearing it amounts to. Commands, swipes and feedback are between
/// devices and the controller.
const HEARD: [(DeviceKind, Channel, Action); 23] = [
    (DeviceKind::Gate, Channel::Entry, Action::SeeEntries),
    (DeviceKind::Gate, Channel::State, Action::SeeGates),
    (DeviceKind::Gate, Channel::Availability, Action::SeeGates),
    (DeviceKind::Gate, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Reader, Channel::Availability, Action::SeeGates),
    (DeviceKind::Reader, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Room, Channel::State, Action::SeeSupplies),
    (DeviceKind::Room, Channel::Event, Action::SeeSupplies),
    (DeviceKind::Room, Channel::Availability, Action::SeeSupplies),
    (DeviceKind::Room, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Valve, Channel::State, Action::SeeSupplies),
    (DeviceKind::Valve, Channel::Event, Action::SeeSupplies),
    (DeviceKind::Valve, Channel::Availability, Action::SeeSupplies),
    (DeviceKind::Valve, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Bus, Channel::State, Action::SeeSupplies),
    (DeviceKind::Bus, Channel::Availability, Action::SeeSupplies),
    (DeviceKind::Bus, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Feeder, Channel::State, Action::SeeSupplies),
    (DeviceKind::Feeder, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Controller, Channel::Event, Action::SeeFacts),
    (DeviceKind::Controller, Channel::Ledger, Action::SeeMoney),
    (DeviceKind::Controller, Channel::Alarm, Action::SeeAlarms),
    (DeviceKind::Controller, Channel::Availability, Action::SeeCampus),
];

fn sort_of(kind: DeviceKind) -> Sort {
    match kind {
        DeviceKind::Gate | DeviceKind::Reader => Sort::Gate,
        DeviceKind::Room | DeviceKind::Valve | DeviceKind::Bus | DeviceKind::Feeder => Sort::Supply,
        DeviceKind::Controller => Sort::Site,
    }
}

/// Every filter that the operator may subscribe to, or to a part of.
#[must_use]
pub fn filters(authority: &Authority, site: &Site, topics: &Topics) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, channel, action) in HEARD {
        if !authority.may_at(action, sort_of(kind)) {
            continue;
        }
        let mut add = |area: &str, device: &str| {
            let (prefix, kind, channel) = (topics.prefix(), kind.as_str(), channel.as_str());
            found.push(format!("{prefix}/{area}/{kind}/{device}/{channel}"));
        };
        if kind == DeviceKind::Controller {
            if authority.allows(action, Place::Site, site) {
                add(WHOLE_SITE, "+");
            }
            continue;
        }
        if authority.is_site_wide() {
            add("+", "+");
            continue;
        }
        for area in site.areas.keys().filter(|area| authority.reaches(area, site)) {
            add(area.as_str(), "+");
        }
        let alone = site.gates.values().filter(|gate| {
            !authority.reaches(&gate.area, site)
                && authority.allows(action, Place::Gate(gate), site)
        });
        for gate in alone {
            match kind {
                DeviceKind::Gate => add(gate.area.as_str(), gate.id.as_str()),
                DeviceKind::Reader => {
                    let readers = site.readers.values().filter(|reader| reader.gate == gate.id);
                    readers.for_each(|reader| add(gate.area.as_str(), reader.id.as_str()));
                }
                DeviceKind::Room
                | DeviceKind::Valve
                | DeviceKind::Bus
                | DeviceKind::Feeder
                | DeviceKind::Controller => {}
            }
        }
    }
    found
}
