//! Fuzzes the reading of tasks.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runware_fuzz::task_text(data));
