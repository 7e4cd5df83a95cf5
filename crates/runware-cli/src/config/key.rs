//! The API key: from the environment, or from a file.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use runware::API_KEY_VARIABLE;
use runware::transport::ApiKey;

use super::environment::variable;
use crate::output::Output;
use crate::stop::Stop;

/// No key is longer; what is, is the wrong file.
const MAX_KEY_FILE: u64 = 64 << 10;

/// Reads the key.
///
/// # Errors
///
/// There is none, or it is not one that can be sent.
pub(super) fn read(file: Option<&Path>, output: &mut Output) -> Result<ApiKey, Stop> {
    let (text, source) = match file {
        Some(path) => (read_key_file(path, output)?, path.display().to_string()),
        None => match variable(API_KEY_VARIABLE).map(OsString::into_string) {
            Some(Ok(text)) => (text, API_KEY_VARIABLE.to_owned()),
            Some(Err(_)) => return Err(Stop::auth(format!("{API_KEY_VARIABLE} is not text"))),
            None => return Err(Stop::auth(NO_KEY)),
        },
    };
    ApiKey::new(text).map_err(|error| Stop::auth(format!("{source}: {error}")))
}

/// Says what the key is read from, without keeping it.
///
/// # Errors
///
/// In words: why there is none.
pub(super) fn source(file: Option<&Path>, output: &mut Output) -> Result<String, String> {
    match read(file, output) {
        Ok(_) => Ok(file.map_or_else(|| API_KEY_VARIABLE.to_owned(), |path| path.display().to_string())),
        Err(_) if file.is_none() && variable(API_KEY_VARIABLE).is_none() => {
            Err(format!("neither {API_KEY_VARIABLE} nor --api-key-file is given"))
        }
        Err(stop) => Err(stop.message().to_owned()),
    }
}

const NO_KEY: &str = "there is no API key, and nothing was sent. Sign up at https://my.runware.ai/signup, create a key \
                      on the page \"API Keys\", and set RUNWARE_API_KEY, or give --api-key-file PATH. \
                      To try without one, add --emulator: it needs no key and costs nothing";

fn read_key_file(path: &Path, output: &mut Output) -> Result<String, Stop> {
    let refused = |problem: String| Stop::auth(format!("the key file {} {problem}", path.display()));
    let unreadable = |error: std::io::Error| refused(format!("cannot be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    if is_open_to_others(&file) {
        output.warn(&format!(
            "warning: others on this machine may read the key in {0}; change that with: chmod 600 {0}",
            path.display()
        ));
    }
    let mut content = Vec::new();
    file.take(MAX_KEY_FILE + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > MAX_KEY_FILE {
        return Err(refused("is too large to hold a key".to_owned()));
    }
    String::from_utf8(content).map_err(|_| refused("is not text".to_owned()))
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &File) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::GlobalArgs;
    use crate::config::tests::key_file;

    fn read_file(path: &Path) -> Result<ApiKey, Stop> {
        read(Some(path), &mut Output::new(&GlobalArgs { quiet: true, ..GlobalArgs::default() }))
    }

    #[test]
    fn a_key_file_may_be_written_as_people_write_them() {
        let (_folder, path) = key_file(b"\xef\xbb\xbfBearer abc123\r\n");
        let key = read_file(&path).unwrap();
        assert_eq!(key.expose(), "abc123");
        assert!(!format!("{key:?}").contains("abc123"));
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        for content in [&b""[..], b"s3cret one\n", b"s3cret\nsecond", b"s3cret\xff", &[b'k'; 70_000]] {
            let (_folder, path) = key_file(content);
            let stop = read_file(&path).unwrap_err();
            assert_eq!(stop.exit().code(), 4);
            assert!(!stop.message().contains("s3cret"), "{}", stop.message());
        }
        assert_eq!(read_file(Path::new("/no/such/file")).unwrap_err().exit().code(), 4);
    }
}
