//! The `runware` command.

mod args;
mod commands;
mod config;
mod connection;
mod exit;
mod ids;
mod interrupt;
mod keeping;
mod origin;
mod output;
mod resume;
mod session;
mod stop;
mod tree;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match args::Args::try_parse() {
        Ok(args) => commands::execute(args).into(),
        Err(refusal) => {
            // Help that nobody reads any more is no reason to fail.
            let _ = refusal.print();
            u8::try_from(refusal.exit_code()).unwrap_or(exit::Exit::Usage.code()).into()
        }
    }
}
