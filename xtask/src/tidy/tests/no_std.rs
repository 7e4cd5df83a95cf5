//! The attribute that keeps the standard library out.

use super::super::no_std::check;
use super::{files, places};

const ROOT: &str = "crates/runware-types/src/lib.rs";

#[test]
fn passes_a_crate_that_does_without() {
    for text in ["//! Doc.\n\n#![no_std]\n", "//! Doc.\n#![cfg_attr(not(test), no_std)]\nmod a;\n"] {
        assert_eq!(check(&files(&[(ROOT, text)])), [], "{text}");
    }
}

#[test]
fn fires_when_the_attribute_is_gone_commented_out_or_left_to_a_feature() {
    for text in [
        "//! Doc.\nmod a;\n",
        "//! #![no_std]\n// #![no_std]\n",
        "const A: &str = \"#![no_std]\";\n",
        "#![cfg_attr(not(feature = \"std\"), no_std)]\n",
    ] {
        assert_eq!(places(&check(&files(&[(ROOT, text)]))), [ROOT], "{text}");
    }
}

#[test]
fn fires_when_the_file_is_gone() {
    assert_eq!(places(&check(&files(&[]))), [ROOT]);
}
