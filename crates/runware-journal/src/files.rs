//! The files of a journal: where they are, how they come to be, and whether they are still the same.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use runware::journal::{JournalError, JournalErrorKind};

use crate::file_system;
use crate::trouble::Trouble;

/// SQLite writes whole pages.
pub(crate) const PAGE_SIZE: u32 = 4096;

/// How many times a file is looked at that others may be writing.
const LOOKS: u32 = 3;

/// Where the files of a journal are.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The database.
    pub(crate) database: PathBuf,
    /// What was written to it last, until that is copied into it. SQLite names it so.
    pub(crate) log: PathBuf,
    /// See [`Mark`](crate::mark::Mark).
    pub(crate) mark: PathBuf,
    /// The directory of the lock files; see [`Owners`](crate::owners::Owners).
    pub(crate) owners: PathBuf,
}

impl Files {
    /// Finds out where they are, and makes the directories.
    pub(crate) fn prepare(path: &Path, allows_any_file_system: bool) -> Result<Self, JournalError> {
        let trouble = |error: io::Error| Trouble::from(error).at(path);
        let name = path.file_name().ok_or_else(|| refuse(path, "is not the name of a file"))?;
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        make_directory(parent).map_err(trouble)?;
        // Whoever opens it by another way comes to the same names.
        let parent = parent.canonicalize().map_err(trouble)?;
        if !allows_any_file_system && let Some(name) = file_system::unsupported(&parent).map_err(trouble)? {
            return Err(refuse(
                path,
                &format!(
                    "is on a file system ({name}) whose locks do not hold for all who use it; keep it on a local \
                     disk, or allow any file system if nobody else uses this one"
                ),
            ));
        }
        let database = parent.join(name);
        let beside = |suffix: &str| {
            let mut name = OsString::from(database.as_os_str());
            name.push(suffix);
            PathBuf::from(name)
        };
        let files = Self {
            log: beside("-wal"),
            mark: beside("-mark"),
            owners: beside("-owners"),
            database: database.clone(),
        };
        files.check_kind().map_err(|trouble| trouble.at(path))?;
        make_directory(&files.owners).map_err(trouble)?;
        Ok(files)
    }

    /// Whether there is a database. It is made aside and then given its name, so that it is never empty.
    pub(crate) fn is_there(&self) -> Result<bool, Trouble> {
        // What is being copied from the log into the database may end in the middle of a page, and the log may be gone
        // by the next look: but not each time.
        for _ in 0..LOOKS {
            match status(&self.database)?.map(|status| status.len()) {
                None => return Ok(false),
                Some(0) => return Err(Trouble::damaged("it is empty")),
                Some(size) if size % u64::from(PAGE_SIZE) == 0 || status(&self.log)?.is_some() => {
                    return Ok(true);
                }
                Some(_) => {}
            }
        }
        Err(Trouble::damaged("its end is missing"))
    }

    /// A name for a database that is being made; `unique` tells it from others.
    pub(crate) fn draft(&self, unique: &str) -> PathBuf {
        let mut name = OsString::from(self.database.as_os_str());
        name.push("-new-");
        name.push(unique);
        PathBuf::from(name)
    }

    /// What is there of databases that were being made, by whomever.
    pub(crate) fn drafts(&self) -> Vec<PathBuf> {
        let (Some(parent), Some(name)) = (self.database.parent(), self.database.file_name()) else {
            return Vec::new();
        };
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        let drafts =
            entries.filter(|entry| is_draft(entry.file_name().as_encoded_bytes(), name.as_encoded_bytes()));
        drafts.map(|draft| draft.path()).collect()
    }

    /// Makes the names in the directory durable.
    pub(crate) fn sync_directory(&self) -> io::Result<()> {
        match self.database.parent() {
            Some(parent) if cfg!(unix) => File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    }

    /// Makes the names of the directories durable that it is in. Whoever has made them may have been ended since, so that
    /// nobody knows whether that was done; and what is in a directory is gone with it.
    #[cfg(unix)]
    pub(crate) fn sync_ancestors(&self) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        let mut inner = None;
        for directory in self.database.ancestors().skip(1) {
            let device = fs::metadata(directory)?.dev();
            // Nobody has made a directory on which another file system is mounted.
            if inner.is_some_and(|inner| inner != device) {
                break;
            }
            if inner.is_some() {
                match File::open(directory) {
                    // Nobody here has made anything in it.
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                    opened => opened?.sync_all()?,
                }
            }
            inner = Some(device);
        }
        Ok(())
    }

    #[cfg(not(unix))]
    pub(crate) fn sync_ancestors(&self) -> io::Result<()> {
        Ok(())
    }

    /// How large they are together.
    pub(crate) fn size(&self) -> io::Result<u64> {
        let mut size = 0;
        for path in [&self.database, &self.log] {
            size += status(path)?.map_or(0, |status| status.len());
        }
        Ok(size)
    }

    /// What is there must be a file, and is made its user's own.
    fn check_kind(&self) -> Result<(), Trouble> {
        let Some(status) = status(&self.database)? else { return Ok(()) };
        if status.is_symlink() {
            let problem =
                refuse(&self.database, "is a symbolic link; give the name of the file that it leads to");
            return Err(problem.into());
        }
        if !status.is_file() {
            return Err(refuse(&self.database, "is not a file; choose another name").into());
        }
        Ok(close_to_others(&self.database, &status)?)
    }
}

fn refuse(path: &Path, why: &str) -> JournalError {
    JournalError::new(JournalErrorKind::Unsupported, format!("the journal {} {why}", path.display()))
}

/// Whether this is the name of a draft of that database, or of what SQLite keeps beside one. It must be exactly so: other
/// files are somebody's own.
fn is_draft(name: &[u8], database: &[u8]) -> bool {
    let unique = name.strip_prefix(database).and_then(|rest| rest.strip_prefix(b"-new-"));
    unique.and_then(|rest| rest.split_at_checked(16)).is_some_and(|(unique, suffix)| {
        let is_unique = unique.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'));
        is_unique && matches!(suffix, b"" | b"-journal" | b"-wal" | b"-shm")
    })
}

/// What is at this path, without following a link; `None` if nothing is.
fn status(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(status) => Ok(Some(status)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a file that only its user can read, if there is none.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn close_to_others(path: &Path, status: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if status.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn close_to_others(_path: &Path, _status: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Notices when the files of an open journal are removed, replaced or cut short by somebody else.
///
/// SQLite goes on with the files that it has opened, so that what is written would be gone with them.
#[derive(Debug)]
pub(crate) struct Watch {
    watched: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    path: PathBuf,
    identity: Identity,
    /// The largest that it was known to be: it never gets smaller while it is open.
    size: u64,
}

impl Watch {
    /// From now on, these files are to stay what they are. They are open.
    pub(crate) fn over(paths: &[&Path]) -> Result<Self, Trouble> {
        let watched = paths.iter().map(|path| {
            let status = status(path)?.ok_or_else(|| gone(path))?;
            Ok(Watched { path: path.to_path_buf(), identity: Identity::of(&status), size: status.len() })
        });
        Ok(Self { watched: watched.collect::<Result<_, Trouble>>()? })
    }

    /// Fails if one of them is not what it was.
    pub(crate) fn check(&mut self) -> Result<(), Trouble> {
        for watched in &mut self.watched {
            let status = status(&watched.path)?.ok_or_else(|| gone(&watched.path))?;
            if Identity::of(&status) != watched.identity {
                let path = watched.path.display();
                return Err(Trouble::damaged(format!("{path} was replaced while it was open")));
            }
            if status.len() < watched.size {
                let path = watched.path.display();
                return Err(Trouble::damaged(format!("the end of {path} was removed while it was open")));
            }
            watched.size = status.len();
        }
        Ok(())
    }
}

fn gone(path: &Path) -> Trouble {
    Trouble::damaged(format!("{} was removed while it was open", path.display()))
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    #[cfg(unix)]
    fn of(status: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: status.dev(), inode: status.ino() }
    }

    #[cfg(not(unix))]
    fn of(_status: &Metadata) -> Self {
        Self { device: 0, inode: 0 }
    }
}
