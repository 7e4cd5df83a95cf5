//! Prints the files of the JSON Schemas as one JSON object: `{"<file>": "<text>", …}`.
//!
//! ```sh
//! cargo run -p runware-types --features schema --example schemas
//! ```

use std::collections::BTreeMap;

fn main() -> Result<(), serde_json::Error> {
    let files: BTreeMap<String, String> = runware_types::schema::files().collect();
    println!("{}", serde_json::to_string(&files)?);
    Ok(())
}
