//! Fuzzes the reading of replies.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runware_fuzz::envelope(data));
