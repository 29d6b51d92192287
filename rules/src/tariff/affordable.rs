//! How much an amount of money is good for.

use super::{NoTariff, Place, Standing, Tariff, charge, total};
use crate::{
    Time,
    money::Fen,
    usage::{Point, Used},
};

/// The largest quantity, up to `most`, that costs no more than `money` at the prices of this moment.
///
/// # Errors
/// When no version is in force.
pub fn affordable(
    versions: &[Tariff],
    standing: &Standing,
    at: Time,
    place: Place<'_>,
    money: Fen,
    most: u64,
) -> Result<u64, NoTariff> {
    let is_paid = |quantity: u64| {
        let (from, to) = (Point { at, register: 0 }, Point { at, register: quantity });
        let used = Used { epoch: 0, from, to, quantity };
        let lines = charge(versions, &mut standing.clone(), &used, place)?;
        Ok(total(&lines) <= money)
    };
    if is_paid(most)? {
        return Ok(most);
    }
    // What costs more is not cheaper: the end is found by halving.
    let (mut paid, mut unpaid) = (0, most);
    while unpaid - paid > 1 {
        let middle = paid + (unpaid - paid) / 2;
        if is_paid(middle)? { paid = middle } else { unpaid = middle }
    }
    Ok(paid)
}
