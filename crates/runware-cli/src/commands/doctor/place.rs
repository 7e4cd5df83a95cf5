//! Where a file is, as far as the machine tells.

use std::fs;
use std::path::Path;

/// The rights of a file and of its directory, as `ls` counts them; `None` where there are no such rights.
#[cfg(unix)]
pub(super) fn permissions(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| Some(fs::metadata(path).ok()?.permissions().mode() & 0o7777);
    // A name alone has a directory, too.
    let path = fs::canonicalize(path).ok()?;
    let (file, directory) = (mode(&path)?, mode(path.parent()?)?);
    Some(format!("{file:04o} in a directory with {directory:04o}"))
}

#[cfg(not(unix))]
pub(super) fn permissions(_path: &Path) -> Option<String> {
    None
}

/// The kind of file system, where the machine tells.
pub(super) fn file_system(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    of_mounts(&fs::read_to_string("/proc/self/mounts").ok()?, &path)
}

/// The last of the deepest mounts above the path covers the others.
fn of_mounts(mounts: &str, path: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (folder, kind) = (words.next()?.replace("\\040", " "), words.next()?);
        path.starts_with(&folder).then(|| (folder.len(), kind.to_owned()))
    });
    mounts.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_counts() {
        let mounts =
            "overlay / overlay rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nnas:/x /mnt/my\\040disk nfs4 rw 0 0\n";
        for (path, kind) in
            [("/a/b", "overlay"), ("/tmp/j.db", "tmpfs"), ("/mnt/my disk/j.db", "nfs4"), ("/tmpx", "overlay")]
        {
            assert_eq!(of_mounts(mounts, Path::new(path)).as_deref(), Some(kind));
        }
        assert_eq!(of_mounts("", Path::new("/a")), None);
    }
}
