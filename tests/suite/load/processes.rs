//! The measurement of `cargo xtask bench load`, small, so that it keeps working.

use std::process::{Command, Output};

use serde_json::Value;

/// The binary with twenty tasks and these arguments.
fn load(arguments: &[&str]) -> Output {
    let common = ["--tasks=20"];
    Command::new(env!("CARGO_BIN_EXE_load")).args(common).args(arguments).output().unwrap()
}

#[test]
fn a_load_is_measured_over_each_transport_by_processes_of_its_own() {
    let output = load(&["--transport=http,ws", "--median=0.2", "--timeout=30", "--table"]);
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && errors.is_empty(), "{text}{errors}");
    let (lines, table) = text.split_once("\n\n").unwrap();
    let runs: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (run, transport) in runs.iter().zip(["http", "ws"]) {
        assert_eq!(run["transport"], transport, "{run}");
        for count in
            ["tasks", "submissions", "accepted", "billed", "perfect", "outcomes", "outcomes_succeeded"]
        {
            assert_eq!(run[count], 20, "{count} of {run}");
        }
        let number = |name: &str| run[name].as_f64().unwrap();
        assert!(number("checks") >= 20.0 && number("checks_per_task") >= 1.0, "{run}");
        // Of one submission and one check at least, which are many tasks' own.
        assert!((2.0..=15.0).contains(&number("requests")), "{run}");
        // With those of the one task before the load.
        assert!((1.0..=number("requests") + 5.0).contains(&number("busiest_second")), "{run}");
        let lag = |name: &str| run["lag_s"][name].as_f64().unwrap();
        assert!(0.0 < lag("mean") && lag("p50") <= lag("p99") && lag("p99") <= lag("max"), "{run}");
        assert!(lag("max") < number("wall_s") && number("wall_s") < 30.0, "{run}");
        assert!(number("client_idle_mib") > 1.0 && number("client_peak_mib") >= 0.0, "{run}");
        assert!(number("client_cpu_s") < number("wall_s"), "{run}");
    }
    assert_eq!((runs.len(), table.lines().count()), (2, 4), "{text}");
}

#[test]
fn a_load_that_takes_too_long_fails_and_says_so() {
    let output = load(&["--transport=ws", "--median=600", "--timeout=1"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("it took longer than 1 s"), "{errors}");
    assert!(output.stdout.is_empty());
}
