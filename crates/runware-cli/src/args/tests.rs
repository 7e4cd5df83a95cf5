//! Tests of what clap makes of a command line.

use std::time::Duration;

use clap::{CommandFactory as _, Parser as _};

use super::{Args, Command};

fn parse(line: &str) -> Result<Args, clap::Error> {
    Args::try_parse_from(line.split_whitespace())
}

#[test]
fn the_definition_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn global_flags_stand_before_or_after_the_command() {
    for line in [
        "runware --json --emulator --deadline 90s run m a=b",
        "runware run m a=b --json --emulator --deadline 90s",
        "runware --json run --emulator m a=b --deadline=90s",
    ] {
        let args = parse(line).unwrap();
        assert!(args.global.json && args.global.emulator, "{line}");
        assert_eq!(args.global.deadline, Some(Duration::from_secs(90)), "{line}");
        assert!(matches!(args.command, Command::Run(run) if run.task.values == ["a=b"]), "{line}");
    }
}

#[test]
fn wrong_usage_exits_with_2_and_help_with_0() {
    for line in [
        "runware",
        "runware frobnicate",
        "runware run",
        "runware wait",
        "runware details",
        "runware details a b",
        "runware details a --request --response",
        "runware run m --api-key secret",
        "runware run m --deadline soon",
        "runware run m --deadline -5s",
        "runware run m --deadline 400d",
        "runware run m --deadline 18446744073709551615s",
        "runware emulate --failure-rate NaN",
        "runware emulate --failure-rate 1.5",
        "runware emulate --duration 5s..1s",
        "runware emulate --port 70000",
    ] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
    for command in ["run", "submit", "wait", "status", "details", "batch", "emulate", "demo"] {
        assert_eq!(parse(&format!("runware {command} --help")).unwrap_err().exit_code(), 0, "{command}");
    }
}

#[test]
fn durations_may_be_ranges() {
    let Command::Emulate(args) = parse("runware emulate --duration 1s..5s").unwrap().command else {
        panic!()
    };
    assert_eq!(args.duration, Some(Duration::from_secs(1)..=Duration::from_secs(5)));
    let Command::Emulate(args) = parse("runware emulate --duration 20ms").unwrap().command else { panic!() };
    assert_eq!(args.duration, Some(Duration::from_millis(20)..=Duration::from_millis(20)));
}
