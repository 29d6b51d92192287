//! Names of points, commands and states that the rest of the house asks for by name.
//!
//! A relay that is closed is energised, so that current flows; a valve that is open lets water through.

/// What a relay or breaker stands at, and the command that switches it.
pub const RELAY: &str = "relay";
/// What a valve stands at, and the command that moves it.
pub const VALVE: &str = "valve";
/// The command that closes a relay for a time which the board itself keeps.
pub const RELAY_LEASE: &str = "relay_lease";
/// A relay: no current. A valve: water flows.
pub const OPEN: &str = "open";
/// A relay: current flows. A valve: no water.
pub const CLOSED: &str = "closed";
pub const VOLTAGE: &str = "voltage_v";
pub const CURRENT: &str = "current_a";
pub const ACTIVE_POWER: &str = "active_power_w";
pub const REACTIVE_POWER: &str = "reactive_power_var";
pub const POWER_FACTOR: &str = "power_factor";
pub const IMPORT_ENERGY: &str = "import_energy_wh";
pub const EXPORT_ENERGY: &str = "export_energy_wh";
/// What it is made of may depend on a setting of the device: bills prefer [`IMPORT_ENERGY`].
pub const TOTAL_ENERGY: &str = "total_energy_wh";
/// Forward volume.
pub const VOLUME: &str = "volume_ml";
pub const FLOW: &str = "flow_l_per_h";
pub const SERIAL_NUMBER: &str = "serial_number";
/// Whether somebody on the spot keeps a breaker from being switched.
pub const LOCKED: &str = "locked";
