//! The quantities that the rest of the house knows, their standard units, and the units that makers use.
//!
//! A point's name ends in its standard unit: `active_power_w`, `volume_ml`. Not here: where a device keeps
//! them.

use super::decimal::Decimal;

/// What kind of quantity a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    Voltage,
    Current,
    ActivePower,
    ReactivePower,
    ApparentPower,
    Frequency,
    Energy,
    ReactiveEnergy,
    Volume,
    Flow,
    Velocity,
    Temperature,
    Time,
    Share,
    /// A number without a unit, such as a power factor.
    None,
}

impl Dimension {
    /// Whether its values are exact whole numbers of the standard unit, as bills need.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::Energy | Self::ReactiveEnergy | Self::Volume)
    }
}

/// The end of a name, its dimension, and the standard unit as people write it.
const SUFFIXES: [(&str, Dimension, &str); 14] = [
    ("_l_per_h", Dimension::Flow, "L/h"),
    ("_m_per_s", Dimension::Velocity, "m/s"),
    ("_celsius", Dimension::Temperature, "°C"),
    ("_percent", Dimension::Share, "%"),
    ("_varh", Dimension::ReactiveEnergy, "varh"),
    ("_var", Dimension::ReactivePower, "var"),
    ("_va", Dimension::ApparentPower, "VA"),
    ("_wh", Dimension::Energy, "Wh"),
    ("_hz", Dimension::Frequency, "Hz"),
    ("_ml", Dimension::Volume, "mL"),
    ("_v", Dimension::Voltage, "V"),
    ("_a", Dimension::Current, "A"),
    ("_w", Dimension::ActivePower, "W"),
    ("_s", Dimension::Time, "s"),
];

/// Units as a profile writes them, their dimension, and how many standard units one is.
const UNITS: [(&str, Dimension, Decimal); 29] = [
    ("V", Dimension::Voltage, Decimal::ONE),
    ("mV", Dimension::Voltage, Decimal::new(1, -3)),
    ("kV", Dimension::Voltage, Decimal::new(1, 3)),
    ("A", Dimension::Current, Decimal::ONE),
    ("mA", Dimension::Current, Decimal::new(1, -3)),
    ("W", Dimension::ActivePower, Decimal::ONE),
    ("kW", Dimension::ActivePower, Decimal::new(1, 3)),
    ("var", Dimension::ReactivePower, Decimal::ONE),
    ("kvar", Dimension::ReactivePower, Decimal::new(1, 3)),
    ("VA", Dimension::ApparentPower, Decimal::ONE),
    ("kVA", Dimension::ApparentPower, Decimal::new(1, 3)),
    ("Hz", Dimension::Frequency, Decimal::ONE),
    ("Wh", Dimension::Energy, Decimal::ONE),
    ("kWh", Dimension::Energy, Decimal::new(1, 3)),
    ("MWh", Dimension::Energy, Decimal::new(1, 6)),
    ("varh", Dimension::ReactiveEnergy, Decimal::ONE),
    ("kvarh", Dimension::ReactiveEnergy, Decimal::new(1, 3)),
    ("mL", Dimension::Volume, Decimal::ONE),
    ("L", Dimension::Volume, Decimal::new(1, 3)),
    ("m3", Dimension::Volume, Decimal::new(1, 6)),
    ("L/h", Dimension::Flow, Decimal::ONE),
    ("L/min", Dimension::Flow, Decimal::new(60, 0)),
    ("m3/h", Dimension::Flow, Decimal::new(1, 3)),
    ("m/s", Dimension::Velocity, Decimal::ONE),
    ("C", Dimension::Temperature, Decimal::ONE),
    ("s", Dimension::Time, Decimal::ONE),
    ("ms", Dimension::Time, Decimal::new(1, -3)),
    ("min", Dimension::Time, Decimal::new(60, 0)),
    ("%", Dimension::Share, Decimal::ONE),
];

/// Names that mean the same on every model. Others are a model's own.
pub const STANDARD: [&str; 41] = [
    "voltage_v",
    "voltage_l1_v",
    "voltage_l2_v",
    "voltage_l3_v",
    "current_a",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "active_power_w",
    "active_power_l1_w",
    "active_power_l2_w",
    "active_power_l3_w",
    "reactive_power_var",
    "apparent_power_va",
    "power_factor",
    "power_factor_l1",
    "power_factor_l2",
    "power_factor_l3",
    "frequency_hz",
    "leakage_a",
    "import_energy_wh",
    "export_energy_wh",
    "total_energy_wh",
    "import_reactive_energy_varh",
    "export_reactive_energy_varh",
    "total_reactive_energy_varh",
    "volume_ml",
    "reverse_volume_ml",
    "net_volume_ml",
    "flow_l_per_h",
    "temperature_celsius",
    "relay",
    "input",
    "valve",
    "serial_number",
    "firmware_version",
    "unit_id",
    "baud",
    "parity",
    "stop_bits",
    "locked",
];

/// The dimension that a name's end says.
pub fn dimension_of(name: &str) -> Dimension {
    let ending = SUFFIXES.iter().find(|(suffix, _, _)| name.ends_with(suffix));
    ending.map_or(Dimension::None, |(_, dimension, _)| *dimension)
}

/// The end that a name of a dimension must have.
pub fn suffix_of(dimension: Dimension) -> &'static str {
    let ending = SUFFIXES.iter().find(|(_, known, _)| *known == dimension);
    ending.map_or("", |(suffix, _, _)| suffix)
}

/// The standard unit of a dimension as people write it; empty for a number without one.
pub fn standard_unit(dimension: Dimension) -> &'static str {
    let ending = SUFFIXES.iter().find(|(_, known, _)| *known == dimension);
    ending.map_or("", |(_, _, unit)| unit)
}

/// The dimension and size of a unit that a profile writes.
pub fn unit(written: &str) -> Option<(Dimension, Decimal)> {
    let known = UNITS.iter().find(|(unit, _, _)| *unit == written);
    known.map(|(_, dimension, size)| (*dimension, *size))
}

/// All units that a profile may write, or those of one dimension.
pub fn units(dimension: Option<Dimension>) -> impl Iterator<Item = &'static str> + Clone {
    let fits = move |known: Dimension| dimension.is_none_or(|wanted| wanted == known);
    UNITS.iter().filter(move |(_, known, _)| fits(*known)).map(|(unit, _, _)| *unit)
}

/// The standard name that a name one slip away from it was meant to be.
pub fn misspelt(name: &str) -> Option<&'static str> {
    if STANDARD.contains(&name) {
        return None;
    }
    // Three-phase names differ from each other by one letter; a slip in anything else is a mistake.
    STANDARD.into_iter().find(|standard| strsim::osa_distance(name, standard) == 1)
}
