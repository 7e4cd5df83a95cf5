//! What the flags and the environment mean together.

mod environment;
pub(crate) mod journal;
mod key;
pub(crate) mod redaction;
mod resolved;
mod route;

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runware::Client;
use runware::poll::Plan;
use runware::transport::ApiKey;
use runware_emulator::Emulator;

use self::journal::Place;
use self::redaction::redaction;
pub(crate) use self::resolved::Resolved;
use self::route::{Route, in_flags};
use crate::args::GlobalArgs;
use crate::keeping::Kept;
use crate::output::Output;
use crate::resume::Resume;
use crate::stop::{Stop, explain};

/// Where requests go, with which key, and for how long they are followed.
#[derive(Debug)]
pub(crate) struct Config {
    server: Server,
    route: Route,
    place: Place,
    redacts: bool,
    deadline: Option<Duration>,
    json: bool,
}

/// Who answers.
#[derive(Debug)]
enum Server {
    /// An emulator inside this process.
    Emulator,
    Remote {
        key: ApiKey,
        key_file: Option<PathBuf>,
        insecure_http: bool,
    },
}

impl Config {
    /// Reads the environment for what the flags leave open.
    ///
    /// # Errors
    ///
    /// There is no usable key, or the flags contradict each other.
    pub(crate) fn read(global: &GlobalArgs, output: &mut Output) -> Result<Self, Stop> {
        let (route, server) = match global.emulator {
            true => (Route::to_emulator(global)?, Server::Emulator),
            false => (Route::read(global, output)?, Server::read(global, output)?),
        };
        let place = Place::read(global)?;
        let redacts = redaction(global)?.is_some();
        Ok(Self { server, route, place, redacts, deadline: global.deadline, json: global.json })
    }

    /// Where tasks are kept.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// True if requests are kept as their hashes only.
    pub(crate) fn redacts(&self) -> bool {
        self.redacts
    }

    /// True if an emulator has to be started.
    pub(crate) fn wants_emulator(&self) -> bool {
        matches!(self.server, Server::Emulator)
    }

    /// The name of the configured server, or of this emulator, in the journal.
    pub(crate) fn service(&self, emulator: Option<&Emulator>) -> String {
        self.route(emulator).service()
    }

    fn route(&self, emulator: Option<&Emulator>) -> Route {
        emulator.map_or_else(|| self.route.clone(), |emulator| self.route.at(emulator))
    }

    /// A client of the configured server, or of this emulator.
    ///
    /// # Errors
    ///
    /// An address is not one that a key can be sent to.
    pub(crate) fn client(
        &self,
        emulator: Option<&Emulator>,
        plan: Plan,
        kept: Option<&Kept>,
    ) -> Result<Client, Stop> {
        let builder = Client::builder().user_agent_prefix(concat!("runware-cli/", env!("CARGO_PKG_VERSION")));
        let route = self.route(emulator);
        let builder =
            kept.into_iter().fold(builder.scope(route.service()), |builder, kept| kept.lead(builder));
        let builder = match &self.server {
            // The emulator takes any key; a real one stays where it is.
            Server::Emulator => builder.api_key("emulator"),
            Server::Remote { key, insecure_http, .. } => {
                builder.api_key(key.expose()).insecure_http(*insecure_http)
            }
        };
        route.lead(builder).plan(plan).build().map_err(|error| {
            let cause = error.source().map_or_else(|| explain(&error), explain);
            Stop::usage(format!("the server's address cannot be used: {}", in_flags(&cause)))
        })
    }

    /// True if requests go over HTTP where there is no socket.
    pub(crate) fn falls_back_on_http(&self) -> bool {
        self.route.falls_back()
    }

    /// Checks that there is a way over HTTP for what this flag asks for.
    ///
    /// # Errors
    ///
    /// Wrong usage: there is none.
    pub(crate) fn check_http(&self, flag: &str) -> Result<(), Stop> {
        self.route.check_http(flag)
    }

    /// The plan with the deadline that was asked for.
    pub(crate) fn plan(&self, plan: Plan) -> Plan {
        match self.deadline {
            Some(deadline) => plan.with_deadline(deadline),
            None => plan,
        }
    }

    /// How to write the command to go on with.
    pub(crate) fn resume(&self) -> Resume {
        self.complete(match &self.server {
            Server::Emulator => Resume::default().emulator(),
            Server::Remote { key_file, insecure_http, .. } => {
                to_server(&self.route, key_file.as_deref(), *insecure_http)
            }
        })
    }

    /// The same for the server of this name in the journal, at the address that it most likely has.
    pub(crate) fn resume_at(&self, service: &str) -> Resume {
        let resume = Route::at_service(service).retrace(Resume::default());
        self.complete(match &self.server {
            Server::Remote { key_file: Some(path), .. } => with_key(resume, path),
            _ => resume,
        })
    }

    fn complete(&self, resume: Resume) -> Resume {
        let mut resume = self.place.retrace(resume);
        if let Some(deadline) = self.deadline {
            resume = resume.duration("--deadline", deadline);
        }
        if self.json { resume.flag("--json") } else { resume }
    }
}

/// The flags that lead to the same server, for a command that needs it.
///
/// # Errors
///
/// Wrong usage: the flags contradict each other.
pub(crate) fn retrace(global: &GlobalArgs, output: &mut Output) -> Result<Resume, Stop> {
    if global.emulator {
        return Ok(Resume::default());
    }
    let route = Route::read(global, output)?;
    Ok(to_server(&route, global.api_key_file.as_deref(), global.insecure_http))
}

fn to_server(route: &Route, key_file: Option<&Path>, insecure_http: bool) -> Resume {
    let resume = key_file.into_iter().fold(route.retrace(Resume::default()), with_key);
    if insecure_http { resume.flag("--insecure-http") } else { resume }
}

fn with_key(resume: Resume, path: &Path) -> Resume {
    // The command may be pasted in another directory.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    resume.option("--api-key-file", &path.to_string_lossy())
}

impl Server {
    fn read(global: &GlobalArgs, output: &mut Output) -> Result<Self, Stop> {
        Ok(Self::Remote {
            key: key::read(global.api_key_file.as_deref(), output)?,
            key_file: global.api_key_file.clone(),
            insecure_http: global.insecure_http,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A file that holds a key, readable by its owner only.
    pub(super) fn key_file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        (folder, path)
    }

    fn flags() -> GlobalArgs {
        GlobalArgs { quiet: true, ..GlobalArgs::default() }
    }

    fn read(global: &GlobalArgs) -> Result<Config, Stop> {
        Config::read(global, &mut Output::new(global))
    }

    #[test]
    fn the_emulator_needs_no_key_and_no_address() {
        for transport in [None, Some("ws".to_owned()), Some("http".to_owned())] {
            assert!(read(&GlobalArgs { emulator: true, transport, ..flags() }).unwrap().wants_emulator());
        }
        let smoke = GlobalArgs { emulator: true, transport: Some("smoke".to_owned()), ..flags() };
        let http = Some("http://127.0.0.1:1/v1".to_owned());
        let http = GlobalArgs { emulator: true, http_base_url: http, ..flags() };
        let ws = Some("ws://127.0.0.1:1/v1".to_owned());
        let ws = GlobalArgs { emulator: true, ws_base_url: ws, ..flags() };
        for global in [smoke, http, ws] {
            assert_eq!(read(&global).unwrap_err().exit().code(), 2);
        }
    }

    #[test]
    fn the_command_to_go_on_with_has_the_flags_and_never_the_key() {
        let (_folder, path) = key_file(b"s3cret");
        let global = GlobalArgs {
            api_key_file: Some(path.clone()),
            http_base_url: Some("http://10.0.0.1/v1".to_owned()),
            ws_base_url: Some("ws://10.0.0.1/v1".to_owned()),
            transport: Some("ws".to_owned()),
            insecure_http: true,
            deadline: Some(Duration::from_secs(5)),
            json: true,
            ..flags()
        };
        let config = read(&global).unwrap();
        assert_eq!(
            config.resume().command([]),
            format!(
                "runware wait --http-base-url http://10.0.0.1/v1 --ws-base-url ws://10.0.0.1/v1 --transport ws \
                 --api-key-file {} --insecure-http --deadline 5s --json",
                path.display()
            )
        );
        assert!(!format!("{config:?}").contains("s3cret"));
    }
}
