//! Exact amounts of money.

#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::string::ToString;
use core::fmt;
use core::iter::Sum;
use core::ops::{Add, AddAssign};
use core::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An exact amount of US dollars.
///
/// Read from the digits of the JSON number and never held in a binary float, so that sums come out to the last digit.
/// Amounts have up to 28 significant digits; equal amounts are equal however many zeros they were written with.
///
/// ```
/// use runware_types::Money;
///
/// let costs: Vec<Money> = serde_json::from_str("[0.1, 0.2, 1.3e-3]")?;
/// assert_eq!(costs.into_iter().sum::<Money>().to_string(), "0.3013");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(Decimal);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads a JSON number, or a string that holds one.
    pub(crate) fn from_json(value: &str) -> Option<Self> {
        match crate::json::text(value) {
            Some(number) => number.parse().ok(),
            None => value.parse().ok(),
        }
    }

    /// Whether this is no money.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or nothing if it cannot be held to the last digit.
    ///
    /// ```
    /// use runware_types::Money;
    ///
    /// let [cent, most]: [Money; 2] = ["0.01".parse()?, "79228162514264337593543950335".parse()?];
    /// assert_eq!(cent.checked_add(cent), Some("0.02".parse()?));
    /// assert_eq!(most.checked_add(cent), None);
    /// # Ok::<(), runware_types::InvalidMoney>(())
    /// ```
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        exactly(self, other, self.0.checked_add(other.0))
    }

    /// The difference, which may be below zero, or nothing if it cannot be held to the last digit.
    ///
    /// ```
    /// use runware_types::Money;
    ///
    /// let [budget, price]: [Money; 2] = ["12.50".parse()?, "0.0013".parse()?];
    /// assert_eq!(budget.checked_sub(price), Some("12.4987".parse()?));
    /// # Ok::<(), runware_types::InvalidMoney>(())
    /// ```
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        exactly(self, other, self.0.checked_sub(other.0))
    }
}

/// A sum or a difference, unless it was rounded: `Decimal` drops decimal places where there are too many digits.
fn exactly(first: Money, second: Money, result: Option<Decimal>) -> Option<Money> {
    let places = first.0.normalize().scale().max(second.0.normalize().scale());
    result.filter(|result| result.scale() >= places).map(Money)
}

/// Reads the text of a JSON number: `0.0013`, `1.3e-3`, `-2`.
impl FromStr for Money {
    type Err = InvalidMoney;

    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        parse_number(text).map(Self)
    }
}

/// Plain digits without an exponent, with as many decimal places as were read.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Exact up to 28 significant digits; beyond, the sum is rounded, and an overflow stops at the largest amount.
impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Self>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

/// Writes a JSON number with exactly the digits of [`Display`](fmt::Display); for JSON only.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Reads a JSON number, or a string that holds one; from JSON only, and not inside `flatten` or an untagged enum,
/// where the digits are already lost.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        let number = match value.get() {
            quoted if quoted.starts_with('"') => {
                serde_json::from_str(quoted).map_err(serde::de::Error::custom)?
            }
            number => number.to_owned(),
        };
        number.parse().map_err(serde::de::Error::custom)
    }
}

/// Text that is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMoney(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    NoNumber(String),
    TooPrecise(String),
}

impl fmt::Display for InvalidMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::NoNumber(text) => {
                write!(f, "{text:?} is no amount of money; it must be a JSON number such as 0.0013")
            }
            Reason::TooPrecise(text) => {
                write!(f, "{text:?} cannot be held exactly: an amount has at most 28 digits")
            }
        }
    }
}

impl core::error::Error for InvalidMoney {}

/// `Decimal` can read numbers itself, but rounds what it cannot hold. This reads every digit or refuses.
fn parse_number(text: &str) -> Result<Decimal, InvalidMoney> {
    let shown = || crate::json::shortened(text, 60);
    let number = Number::split(text).ok_or_else(|| InvalidMoney(Reason::NoNumber(shown())))?;
    number.exact().ok_or_else(|| InvalidMoney(Reason::TooPrecise(shown())))
}

/// A price has few digits; counting in 128 bits takes several times as long.
const MOST_DIGITS_OF_I64: usize = 18;

/// The parts of a JSON number.
struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: &'a str,
}

impl<'a> Number<'a> {
    /// Takes a number apart by the grammar of RFC 8259.
    fn split(text: &'a str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, rest) = split_digits(text);
        let (fraction, rest) = match rest.strip_prefix('.').map(split_digits) {
            Some(("", _)) => return None,
            Some(parts) => parts,
            None => ("", rest),
        };
        let exponent = match rest.strip_prefix(['e', 'E']) {
            Some(exponent) => exponent,
            None if rest.is_empty() => "0",
            None => return None,
        };
        let is_exponent = match split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)) {
            (digits, "") => !digits.is_empty(),
            _ => false,
        };
        let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
        let is_number = is_exponent && !whole.is_empty() && !has_leading_zero;
        is_number.then_some(Self { negative, whole, fraction, exponent })
    }

    /// The number, if a `Decimal` can hold it to the last digit.
    fn exact(&self) -> Option<Decimal> {
        let places = Decimal::MAX_SCALE as usize;
        let fraction =
            if self.fraction.len() > places { self.fraction.trim_end_matches('0') } else { self.fraction };
        let mut digits = self.whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0');
        let mut mantissa = if self.whole.len() + fraction.len() <= MOST_DIGITS_OF_I64 {
            i128::from(digits.fold(0_i64, |number, digit| number * 10 + i64::from(digit)))
        } else {
            digits.try_fold(0_i128, |number, digit| number.checked_mul(10)?.checked_add(i128::from(digit)))?
        };
        if mantissa == 0 {
            return Some(Decimal::ZERO);
        }
        let exponent: i64 = self.exponent.parse().ok()?;
        let mut scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
        }
        while scale > i64::from(Decimal::MAX_SCALE) && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        let signed = if self.negative { -mantissa } else { mantissa };
        Decimal::try_from_i128_with_scale(signed, u32::try_from(scale).ok()?).ok()
    }
}

/// The digits at the front, and what follows them.
fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}
