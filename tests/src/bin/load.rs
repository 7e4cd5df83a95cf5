//! Many tasks at once over one client: see `cargo xtask bench load`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match runware_tests::load::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}
