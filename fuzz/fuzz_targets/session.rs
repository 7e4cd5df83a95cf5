//! Fuzzes the session of a WebSocket connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runware_fuzz::session(data));
