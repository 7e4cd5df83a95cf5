//! Where tasks are kept.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::environment::variable;
use crate::args::GlobalArgs;
use crate::resume::Resume;
use crate::stop::Stop;

/// The environment variable with the journal's path.
const VARIABLE: &str = "RUNWARE_JOURNAL";

/// The place of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this file.
    At {
        path: PathBuf,
        /// What has named it; `None` where it is the usual place.
        by: Option<&'static str>,
    },
    /// Nowhere: somebody wants it so.
    Off,
    /// Nowhere: the server ends with this command, its tasks with it, and nobody has named a place.
    Passing,
    /// Nobody has named one, and there is no home where it could be.
    Homeless,
}

impl Place {
    /// What the flags and the environment say.
    ///
    /// # Errors
    ///
    /// Wrong usage: the flags contradict each other.
    pub(crate) fn read(global: &GlobalArgs) -> Result<Self, Stop> {
        match (&global.journal, global.no_journal) {
            (Some(_), true) => Err(Stop::usage("--journal and --no-journal contradict each other; give one")),
            (Some(path), false) if path.as_os_str().is_empty() => Err(Stop::usage("--journal names no file")),
            (Some(path), false) => Ok(Self::At { path: path.clone(), by: Some("--journal") }),
            (None, true) => Ok(Self::Off),
            (None, false) => Ok(match variable(VARIABLE) {
                Some(path) => Self::At { path: path.into(), by: Some(VARIABLE) },
                None if global.emulator => Self::Passing,
                None => usual().map_or(Self::Homeless, |path| Self::At { path, by: None }),
            }),
        }
    }

    /// The same for commands that look at the journal alone: no emulator has to do with them.
    ///
    /// # Errors
    ///
    /// As for [`Place::read`].
    pub(crate) fn read_offline(global: &GlobalArgs) -> Result<Self, Stop> {
        Self::read(&GlobalArgs { emulator: false, ..global.clone() })
    }

    /// The same for a command that is about the journal and nothing else.
    ///
    /// # Errors
    ///
    /// Wrong usage: there is to be none.
    pub(crate) fn read_wanted(global: &GlobalArgs) -> Result<Self, Stop> {
        match Self::read_offline(global)? {
            Self::Off => {
                Err(Stop::usage("--no-journal leaves nothing to look at: the tasks are in the journal"))
            }
            place => Ok(place),
        }
    }

    /// The file, if there is to be one.
    ///
    /// # Errors
    ///
    /// Nobody has named one, and there is no home.
    pub(crate) fn path(&self) -> Result<Option<&Path>, Stop> {
        match self {
            Self::At { path, .. } => Ok(Some(path)),
            Self::Off | Self::Passing => Ok(None),
            Self::Homeless => Err(Stop::machine(NO_HOME)),
        }
    }

    /// Writes the flags that lead to the same place.
    pub(crate) fn retrace(&self, resume: Resume) -> Resume {
        match self {
            // Of the environment nobody knows whether the next command has it as well.
            Self::At { path, by: Some(_) } => {
                // The command may be pasted in another directory.
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                resume.option("--journal", &path.to_string_lossy())
            }
            Self::Off => resume.flag("--no-journal"),
            Self::At { .. } | Self::Passing | Self::Homeless => resume,
        }
    }
}

const NO_HOME: &str = "there is no place for the journal, since neither XDG_STATE_HOME nor HOME is set: name a file with \
                       --journal PATH, or go without one with --no-journal";

/// Where the journal is unless somebody says otherwise.
fn usual() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    // Where the environment names no home, the user database may; who cleared the environment does not expect that.
    let is_at_home = cfg!(windows) || variable("HOME").is_some();
    let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    let is_named = variable("XDG_STATE_HOME").is_some_and(|named| Path::new(&named) == state);
    (is_at_home || is_named).then(|| state.join("runware").join("journal.db"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags() -> GlobalArgs {
        GlobalArgs { quiet: true, ..GlobalArgs::default() }
    }

    #[test]
    fn flags_decide_first() {
        let named = GlobalArgs { journal: Some("j.db".into()), ..flags() };
        let at = Place::At { path: "j.db".into(), by: Some("--journal") };
        assert_eq!(Place::read(&named).unwrap(), at);
        assert_eq!(Place::read(&GlobalArgs { emulator: true, ..named.clone() }).unwrap(), at);
        assert_eq!(Place::read(&GlobalArgs { no_journal: true, ..flags() }).unwrap(), Place::Off);
        assert_eq!(Place::read(&GlobalArgs { emulator: true, ..flags() }).unwrap(), Place::Passing);
        for wrong in
            [GlobalArgs { no_journal: true, ..named }, GlobalArgs { journal: Some("".into()), ..flags() }]
        {
            assert_eq!(Place::read(&wrong).unwrap_err().exit().code(), 2);
        }
    }

    #[test]
    fn the_command_to_go_on_with_leads_to_the_same_place() {
        let command = |place: Place| place.retrace(Resume::default()).command([]);
        let at = |by| Place::At { path: "/a b/j.db".into(), by };
        assert_eq!(command(at(Some("--journal"))), "runware wait --journal '/a b/j.db'");
        assert_eq!(command(at(Some(VARIABLE))), "runware wait --journal '/a b/j.db'");
        assert_eq!(command(at(None)), "runware wait");
        assert_eq!(command(Place::Off), "runware wait --no-journal");
        assert_eq!(command(Place::Passing), "runware wait");
    }

    #[test]
    fn without_a_home_both_ways_out_are_named() {
        let message = Place::Homeless.path().unwrap_err();
        assert!(message.message().contains("--journal PATH") && message.message().contains("--no-journal"));
        assert_eq!(message.exit().code(), 1);
    }
}
