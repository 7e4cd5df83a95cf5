//! The real program, killed again and again: see `cargo xtask crash`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match runware_tests::crash::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("crash: {error:#}");
            ExitCode::FAILURE
        }
    }
}
