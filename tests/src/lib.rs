//! End-to-end suites over all crates live in `suite/`; the examples of the front page are compiled here, and what is
//! measured is measured here.

pub mod crash;
pub mod durable;
pub mod haste;
pub mod load;
pub mod program;
pub mod worker;

pub mod simulate;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
