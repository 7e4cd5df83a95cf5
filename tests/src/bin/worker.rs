//! One of several processes that share a journal, in fast time; started by the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    match runware_tests::worker::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
