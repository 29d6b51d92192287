//! The free allowance: so much for each person and month, and what becomes of what is left.

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// What becomes of an allowance that a month leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarryOver {
    /// It is lost.
    Never,
    /// It is kept until one of these months begins, counted from 1: an academic year, or a term.
    UntilMonths(Vec<u32>),
}

/// So much is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// For each person and month.
    pub per_person: u64,
    pub carry_over: CarryOver,
    /// Months in which nothing is given, counted from 1: the holidays.
    pub not_in: Vec<u32>,
}

/// More months without a reading are as good as these.
const MONTHS_MAX: usize = 24;

impl Allowance {
    /// What is free in `month`, when `left` was left in the month `last` seen before.
    pub(super) fn left(
        &self,
        left: u64,
        last: Option<NaiveDate>,
        month: NaiveDate,
        people: u32,
    ) -> u64 {
        let given = |month: NaiveDate| {
            let nothing = self.not_in.contains(&month.month());
            if nothing { 0 } else { self.per_person.saturating_mul(people.into()) }
        };
        let Some(last) = last else { return given(month) };
        let next = |month: &NaiveDate| month.checked_add_months(Months::new(1));
        let months = std::iter::successors(next(&last), next);
        let due = months.take_while(|due| *due <= month).take(MONTHS_MAX);
        due.fold(left, |left, month| {
            let kept = match &self.carry_over {
                CarryOver::Never => 0,
                CarryOver::UntilMonths(ends) if ends.contains(&month.month()) => 0,
                CarryOver::UntilMonths(_) => left,
            };
            kept.saturating_add(given(month))
        })
    }
}
