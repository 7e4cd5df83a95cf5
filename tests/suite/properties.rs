//! What holds for every input: of the decoder, of the collector, and of the polling machines.
//!
//! Each is fed through its public interface with what the emulator really answers.

mod collector;
mod decoder;
mod scheduler;

use proptest::prelude::ProptestConfig;

/// So many cases of a property, and no files left behind.
///
/// `PROPTEST_CASES` is what takes the place of 256, the framework's own number: ten times that, ten times this.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let framework = ProptestConfig::default();
    let cases = (cases * framework.cases / 256).max(1);
    ProptestConfig { cases, failure_persistence: None, ..framework }
}
