//! Fuzzes the reading of task ids.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runware_fuzz::uuid(data));
