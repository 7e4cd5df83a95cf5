//! `--help`: what is there is listed, what is not there is not.

use crate::program::Program;

const GLOBAL: &[&str] = &[
    "--api-key-file",
    "--http-base-url",
    "--ws-base-url",
    "--insecure-http",
    "--transport",
    "--emulator",
    "--json",
    "--deadline",
    "--journal",
    "--no-journal",
    "--journal-redact",
    "RUNWARE_JOURNAL_REDACT",
    "RUNWARE_JOURNAL",
    "-v",
    "-q",
];

const COMMANDS: &[(&str, &[&str])] = &[
    (
        "run",
        &[
            "key=value",
            "--task-type",
            "--stream",
            "key:=json",
            "key=@file",
            "--dry-run",
            "--price",
            "--key",
            "--tag",
            "--budget",
            "--budget-name",
        ],
    ),
    (
        "submit",
        &[
            "key=value",
            "--task-type",
            "key:=json",
            "key=@file",
            "--price",
            "--key",
            "--tag",
            "--budget",
            "--budget-name",
        ],
    ),
    ("wait", &["UUID"]),
    ("status", &["UUID"]),
    ("details", &["UUID", "--request", "--response"]),
    ("batch", &["FILE", "--dry-run", "--name", "--budget", "--budget-name", "--price"]),
    ("collect", &[]),
    ("list", &["--open", "--done", "--unknown", "--tag", "--limit"]),
    ("decide", &["UUID", "resubmit", "abandon"]),
    ("doctor", &[]),
    ("prune", &["--older-than", "--forget-ids"]),
    ("emulate", &["--port", "--seed"]),
    ("demo", &[]),
];

/// What the contract announces and this program does not do yet.
const UNBUILT: &[&str] = &["--no-download", "--output-dir"];

#[tokio::test]
async fn the_help_of_every_command_lists_its_flags_and_nothing_unbuilt() {
    for (command, own) in COMMANDS {
        let help = Program::without_key().words(command).arg("--help").run().await.expect(0);
        for flag in GLOBAL.iter().chain(*own) {
            assert!(help.text().contains(flag), "no {flag} in {help:?}");
        }
        for flag in UNBUILT {
            assert!(!help.text().contains(flag), "{flag} in {help:?}");
        }
        assert_eq!(help.text().contains("--stream"), *command == "run", "{help:?}");
        assert!(help.text().contains("[env: RUNWARE_TRANSPORT] [default: ws"), "{help:?}");
        assert_eq!(help.stderr, "");
    }
}

#[tokio::test]
async fn the_front_page_lists_every_command_and_every_exit_code() {
    let help = Program::without_key().arg("--help").run().await.expect(0);
    let has_line = |start: &str| help.text().lines().any(|line| line.trim_start().starts_with(start));
    for (command, _) in COMMANDS {
        assert!(has_line(&format!("{command} ")), "no {command} in {help:?}");
    }
    for code in ["0", "1", "2", "3", "4", "5", "6", "8", "9", "130"] {
        assert!(has_line(&format!("{code}  ")), "no {code} in {help:?}");
    }
    assert!(!has_line("7  "), "{help:?}");
}

#[tokio::test]
async fn the_version_is_told() {
    let version = Program::without_key().arg("--version").run().await.expect(0);
    assert_eq!(version.text(), concat!("runware ", env!("CARGO_PKG_VERSION"), "\n"));
}
