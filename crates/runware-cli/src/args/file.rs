//! Files that travel inside a task.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a data URI may hold; in base64 it is a third more, and a request has to stay acceptable to servers.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file into a data URI; the media type is guessed from the file's name.
///
/// # Errors
///
/// In words, as the rest of a sentence that begins with the key: the file cannot be read, is empty or larger than
/// 64 MiB, or is no regular file.
pub(crate) fn data_uri(path: &Path) -> Result<String, String> {
    let content =
        read(path).map_err(|problem| format!("names the file {}, which {problem}", path.display()))?;
    let media_type = mime_guess::from_path(path).first_or_octet_stream();
    Ok(format!("data:{media_type};base64,{}", STANDARD.encode(content)))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    // Asked before it is opened: opening a pipe would wait for somebody to write into it.
    let kind = fs::metadata(path).map_err(unreadable)?.file_type();
    if kind.is_dir() {
        return Err("is a directory".to_owned());
    }
    if !kind.is_file() {
        return Err("is no regular file".to_owned());
    }
    // Its length is not trusted: it may grow while it is read.
    let mut content = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut content).map_err(unreadable)?;
    match content.len() as u64 {
        0 => Err("is empty".to_owned()),
        1..=MAX_BYTES => Ok(content),
        _ => Err(format!("is larger than {} MiB; upload it and give its URL", MAX_BYTES >> 20)),
    }
}

fn unreadable(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_becomes_a_data_uri() {
        for (name, expected) in [
            ("cat.png", "data:image/png;base64,AAEC"),
            ("CLIP.MP4", "data:video/mp4;base64,AAEC"),
            ("unheard.of", "data:application/octet-stream;base64,AAEC"),
        ] {
            let (_folder, path) = file(name, &[0, 1, 2]);
            assert_eq!(data_uri(&path).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let (folder, empty) = file("empty", b"");
        assert!(data_uri(&empty).unwrap_err().ends_with("which is empty"));
        assert!(data_uri(folder.path()).unwrap_err().ends_with("which is a directory"));
        assert!(data_uri(&folder.path().join("none")).unwrap_err().ends_with("which does not exist"));
        #[cfg(unix)]
        assert!(data_uri(Path::new("/dev/zero")).unwrap_err().ends_with("which is no regular file"));
    }

    #[test]
    fn a_large_file_is_refused() {
        let (_folder, path) = file("large", b"");
        File::options().write(true).open(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(data_uri(&path).unwrap_err().contains("is larger than 64 MiB"));
    }
}
