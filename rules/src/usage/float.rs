//! Registers that meters hold as 32-bit floating point numbers, without floating point.

/// A number held in the bits of an IEEE 754 single, times `factor`, rounded half up. `None` if it is
/// negative, no number, or too large.
#[must_use]
pub fn from_float_bits(bits: u32, factor: u32) -> Option<u64> {
    let (negative, exponent, fraction) = (bits >> 31 == 1, bits >> 23 & 0xFF, bits & 0x7F_FFFF);
    if exponent == 0xFF || negative && (exponent, fraction) != (0, 0) {
        return None;
    }
    // The value is `mantissa` times two to the power of `exponent - 150`.
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, 1) } else { (fraction | 0x80_0000, exponent) };
    let product = u128::from(mantissa) * u128::from(factor);
    let whole = match exponent.checked_sub(150) {
        Some(left) => product.checked_shl(left).filter(|whole| whole >> left == product)?,
        // Far below a half, whatever the mantissa and the factor.
        None if exponent < 50 => 0,
        None => {
            let right = 150 - exponent;
            (product + (1 << (right - 1))) >> right
        }
    };
    u64::try_from(whole).ok()
}
