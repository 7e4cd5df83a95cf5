//! The measurement of `cargo xtask crash`: the real program, killed at random moments.

use std::process::Command;

/// The tool after so many rounds; it fails if anything was lost or bought twice.
fn crash(rounds: u64) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_crash")).arg(format!("--rounds={rounds}")).output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{text}");
    assert!(output.status.success() && errors.is_empty(), "{text}{errors}");
    assert!(text.starts_with(&format!("rounds={rounds} tasks=")), "{text}");
    assert!(text.contains(" lost=0 double_billed=0 redelivered="), "{text}");
    assert!(!text.contains(" delivered=0 "), "{text}");
}

#[test]
#[ignore = "takes more than a minute; `cargo xtask ci` runs it"]
fn a_program_that_is_killed_three_hundred_times_loses_nothing_and_buys_nothing_twice() {
    crash(300);
}
