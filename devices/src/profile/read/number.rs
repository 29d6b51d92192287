//! Reading what a point's number means: scale, offset, unit, and how a counter counts.

use crate::profile::{
    decimal::Decimal,
    encoding::{Encoding, Kind},
    mistake::mend_by,
    point::{Counter, Meaning},
    quantity::{Dimension, dimension_of, standard_unit, suffix_of, unit, units},
    table::{Lined, Table},
};

/// The keys of a number.
pub(super) struct Numeric {
    scale: Option<Lined<Decimal>>,
    offset: Option<Lined<Decimal>>,
    unit: Option<Lined<String>>,
    counter: Option<Given>,
}

/// How a counter is said to count.
struct Given {
    line: usize,
    bits: Option<u8>,
    resolution: Option<Lined<i64>>,
    resettable: bool,
}

impl Numeric {
    pub fn take(table: &mut Table<'_>) -> Self {
        let (scale, offset) = (table.decimal("scale"), table.decimal("offset"));
        if let Some(scale) = scale
            && scale.value.is_zero()
        {
            table.tell(scale.line, "scale", "is 0", "write how many units one count is");
        }
        let unit = table.text("unit");
        let counter = table.table("counter").map(|mut counter| {
            let bits = counter.number("bits", &(8..=64));
            let resolution = counter.integer("resolution", &(1..=1_000_000_000));
            if !counter.has("resettable") {
                counter.missing("resettable", "true");
            }
            let resettable = counter.flag("resettable").unwrap_or(true);
            let line = counter.line();
            counter.finish();
            Given { line, bits, resolution, resettable }
        });
        Self { scale, offset, unit, counter }
    }

    /// Tells of keys that only a number has.
    pub fn refuse(&self, table: &Table<'_>) {
        let keys = [
            ("scale", self.scale.as_ref().map(|scale| scale.line)),
            ("offset", self.offset.as_ref().map(|offset| offset.line)),
            ("unit", self.unit.as_ref().map(|unit| unit.line)),
            ("counter", self.counter.as_ref().map(|counter| counter.line)),
        ];
        for (key, line) in keys {
            if let Some(line) = line {
                table.tell(line, key, "is given for what is no number", "take it out");
            }
        }
    }

    pub fn meaning(
        &self,
        name: &str,
        table: &Table<'_>,
        encoding: Option<Encoding>,
    ) -> Option<Meaning> {
        let dimension = dimension_of(name);
        let size = self.size(dimension, table)?;
        let scale = self.scale.map_or(Decimal::ONE, |scale| scale.value).times(size)?;
        let offset = self.offset.map_or(Decimal::ZERO, |offset| offset.value).times(size)?;
        if dimension.is_counted() {
            let counter = self.counter.as_ref();
            let counter = counter.map(|given| given.read(dimension, scale, table, encoding?));
            return Some(Meaning::Counted { scale, offset, counter: counter.flatten() });
        }
        if let Some(counter) = &self.counter {
            let message = "is given for what is neither energy nor volume";
            table.tell(
                counter.line,
                "counter",
                message,
                "take it out, or end the name in _wh or _ml",
            );
        }
        Some(Meaning::Measured { scale, offset })
    }

    /// How many standard units the unit is.
    fn size(&self, dimension: Dimension, table: &Table<'_>) -> Option<Decimal> {
        let Some(written) = &self.unit else {
            if dimension == Dimension::None {
                return Some(Decimal::ONE);
            }
            let known: Vec<_> = units(Some(dimension)).collect();
            let mend = format!("add `unit`, one of {}", known.join(", "));
            table.tell(table.line(), "unit", "is missing", mend);
            return None;
        };
        let Some((own, size)) = unit(&written.value) else {
            let mend = if dimension == Dimension::None {
                mend_by(&written.value, units(None))
            } else {
                mend_by(&written.value, units(Some(dimension)))
            };
            table.tell(written.line, "unit", format!("`{}` is not known", written.value), mend);
            return None;
        };
        if own != dimension {
            let message = if dimension == Dimension::None {
                format!("is {} though the name has no unit", written.value)
            } else {
                format!("is {} though the name says {}", written.value, standard_unit(dimension))
            };
            let mend = format!("end the name in `{}` or mend the unit", suffix_of(own));
            table.tell(written.line, "unit", message, mend);
            return None;
        }
        Some(size)
    }
}

impl Given {
    fn read(
        &self,
        dimension: Dimension,
        scale: Decimal,
        table: &Table<'_>,
        encoding: Encoding,
    ) -> Option<Counter> {
        let float = encoding.kind == Kind::Float;
        let given = self.resolution.and_then(|given| u64::try_from(given.value).ok());
        let unit = standard_unit(dimension);
        // A step below the standard unit is rounded down to it.
        let step = scale.floor().and_then(|step| u64::try_from(step.max(1)).ok());
        let resolution = match (float, self.resolution, step) {
            (true, None, _) => {
                let mend = format!("add `resolution`, the counter's smallest step in {unit}");
                table.tell(self.line, "counter.resolution", "is missing", mend);
                return None;
            }
            (false, Some(given), Some(step)) if u64::try_from(given.value) != Ok(step) => {
                let message = format!("is {}, but the scale says {step} {unit}", given.value);
                table.tell(given.line, "counter.resolution", message, "mend it or take it out");
                step
            }
            (true, Some(_), _) => given?,
            (false, _, step) => step?,
        };
        let width = u8::try_from(encoding.bits()).ok();
        if let Some(bits) = self.bits
            && (float || width.is_none_or(|width| bits > width))
        {
            let message = format!("is {bits}, more than the value holds");
            table.tell(self.line, "counter.bits", message, "mend it or take it out");
        }
        let wraps = matches!(encoding.kind, Kind::Unsigned | Kind::Signed);
        let bits = self.bits.or(width.filter(|_| wraps));
        Some(Counter { bits, resolution, resettable: self.resettable })
    }
}
