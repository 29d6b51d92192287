//! A dormitory whose rooms pay in advance, at a price at which seconds count.

use std::{fs, net::SocketAddr, path::PathBuf};

use onecard_simulators::power::{
    appliance::Appliance, dormitory::Dormitory, habits::Socket, wire::Framing,
};

use crate::{
    campus::{Folder, edit},
    world::{add, wire},
};

/// What the meters count in one step, in Wh, and what that costs, in fen: 500 yuan for a kWh.
pub const STEP_WH: i64 = 10;
pub const STEP_FEN: i64 = 500;

/// Rated so high that ten kilowatts are believed, and overload nothing.
const POWER: &str = "limit_w = 14000\nrated_current_a = 65\nmalicious = \"off\"\n\
                     relay_interval_s = 0\nenergy_every_s = 1";

const TARIFF: &str = "[[tariffs]]\nid = \"dear\"\nfrom = \"2020-01-01\"\nunit = \"kwh\"\n\
                      [[tariffs.prices]]\nall = \"500\"\n";

/// The campus with the rooms `b1-001` and on behind a line; `credit` is the body of `[credit]`.
pub fn folder(
    (mqtt, http): (SocketAddr, SocketAddr),
    line: SocketAddr,
    rooms: usize,
    credit: &str,
) -> Folder {
    let folder = Folder::new(mqtt, http);
    fs::write(tariffs(&folder), "").expect("written");
    furnish(&folder, line, rooms, credit);
    folder
}

/// Adds the rooms to a campus that has tariffs.
pub fn furnish(folder: &Folder, line: SocketAddr, rooms: usize, credit: &str) {
    let room = |unit: usize| {
        format!(
            "\n[[rooms]]\nid = \"b1-00{unit}\"\nname = \"一号楼00{unit}\"\narea = \"dorm-1\"\n\
             line = \"b1-line1\"\nmeter = \"DDS238-2 ZN/SR\"\nunit = {unit}\n"
        )
    };
    let rooms: String = (1..=rooms).map(room).collect();
    wire(folder, line, Framing::Tcp, POWER, &rooms);
    add(folder, &format!("\n[money]\nbanks = [\"icbc\"]\n\n[credit]\ntariff = \"dear\"\n{credit}"));
    let known = fs::read_to_string(tariffs(folder)).expect("tariffs");
    fs::write(tariffs(folder), known + TARIFF).expect("written");
    // A window that is always open: two spans, for one ends a minute before it begins.
    edit(
        &folder.campus(),
        "calendar.toml",
        "# A span may cross midnight",
        "[[windows]]\nid = \"always\"\nspans = [{ days = [\"mon-sun\"], from = \"12:00\", to = \
         \"11:59\" }, { days = [\"mon-sun\"], from = \"00:00\", to = \"23:00\" }]\n\n\
         # A span may cross midnight",
    );
}

fn tariffs(folder: &Folder) -> PathBuf {
    folder.campus().join("tariffs.toml")
}

/// Ten kilowatts in a room: a step of its meter in four seconds.
pub fn draw(dormitory: &Dormitory, room: &str) -> Socket {
    let load = Appliance::load(10_000.0, 0.0);
    dormitory.inject(room, load, dormitory.clock().now()).expect("a room")
}
