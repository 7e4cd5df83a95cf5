//! What a journal costs: see `cargo xtask bench journal`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match runware_tests::durable::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("journal: {error:#}");
            ExitCode::FAILURE
        }
    }
}
