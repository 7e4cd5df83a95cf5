//! The file, or standard input, that a command reads.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Larger files are taken for a mistake; they are in memory as a whole.
const MAX_BYTES: u64 = 1 << 30;

/// Reads a file, or standard input for `-`.
///
/// # Errors
///
/// In words: it cannot be read, or is larger than 1 GiB.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let name = path.display();
    let source: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(|error| format!("{name} cannot be read: {error}"))?),
    };
    let mut text = Vec::new();
    source
        .take(MAX_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| format!("{name} cannot be read: {error}"))?;
    match text.len() as u64 > MAX_BYTES {
        true => Err(format!("{name} is larger than {} MiB; divide it", MAX_BYTES >> 20)),
        false => Ok(text),
    }
}
