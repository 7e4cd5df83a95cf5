//! Which file systems keep the promises that a journal needs.

use std::io;
use std::path::Path;

/// The name of the file system that a directory is on, if it does not keep what a journal needs from it: locks that hold
/// for all who use it, and memory that they share.
#[cfg(target_os = "linux")]
pub(crate) fn unsupported(directory: &Path) -> io::Result<Option<&'static str>> {
    let status = rustix::fs::statfs(directory)?;
    // The field has another type on each platform; the numbers have 32 bits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers have 32 bits")]
    let magic = status.f_type as u32;
    Ok(unsupported_magic(magic))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn unsupported(_directory: &Path) -> io::Result<Option<&'static str>> {
    Ok(None)
}

/// Source: `statfs(2)`, and `include/uapi/linux/magic.h` of Linux.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells the number"))]
pub(crate) fn unsupported_magic(magic: u32) -> Option<&'static str> {
    let name = match magic {
        0x6969 => "NFS",
        0x517B => "SMB",
        0xFF53_4D42 => "CIFS",
        0xFE53_4D42 => "SMB 2",
        0x564C => "NCP",
        0x7375_7245 => "Coda",
        0x5346_414F | 0x6B41_4653 => "AFS",
        0x0102_1997 => "9P",
        0x00C3_6400 => "Ceph",
        0x0BD0_0BD0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x0116_1970 => "GFS2",
        0x7461_636F => "OCFS2",
        0x786F_4256 => "a folder shared by VirtualBox",
        // It may be anything behind a program, such as SSHFS.
        0x6573_5546 => "FUSE",
        _ => return None,
    };
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::{unsupported, unsupported_magic};

    #[test]
    fn file_systems_on_the_network_are_told_by_their_number() {
        for (magic, name) in [(0x6969, "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "CIFS"), (0x6573_5546, "FUSE")]
        {
            assert_eq!(unsupported_magic(magic), Some(name));
        }
    }

    #[test]
    fn local_file_systems_and_those_of_containers_will_do() {
        // ext4, XFS, Btrfs, ZFS, tmpfs, overlayfs.
        for magic in [0xEF53, 0x5846_5342, 0x9123_683E, 0x2FC1_2FC1, 0x0102_1994, 0x794C_7630] {
            assert_eq!(unsupported_magic(magic), None, "{magic:x}");
        }
        assert!(unsupported(std::env::temp_dir().as_path()).is_ok());
    }
}
