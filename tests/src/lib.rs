//! End-to-end suites over all crates live in `suite/`; the examples of the front page are compiled here.

pub mod simulate;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
