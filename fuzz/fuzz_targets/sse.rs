//! Fuzzes the reading of event streams.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runware_fuzz::sse(data));
