//! What the flags and the environment mean together. The one place that reads the environment.

use std::error::Error as _;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runware::poll::Plan;
use runware::transport::ApiKey;
use runware::{API_KEY_VARIABLE, Client, ClientBuilder};

use crate::args::GlobalArgs;
use crate::output::Output;
use crate::resume::Resume;
use crate::stop::Stop;

const BASE_URL_VARIABLE: &str = "RUNWARE_HTTP_BASE_URL";
const TRANSPORT_VARIABLE: &str = "RUNWARE_TRANSPORT";

/// No key is longer; what is, is the wrong file.
const MAX_KEY_FILE: u64 = 64 << 10;

/// Where requests go, with which key, and for how long they are followed.
#[derive(Debug)]
pub(crate) struct Config {
    server: Server,
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
        base_url: Option<String>,
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
        check_transport(global.transport.as_deref())?;
        Ok(Self { server: Server::read(global, output)?, deadline: global.deadline, json: global.json })
    }

    /// True if an emulator has to be started.
    pub(crate) fn wants_emulator(&self) -> bool {
        matches!(self.server, Server::Emulator)
    }

    /// A client of the configured server, or of the emulator at `emulator_url`.
    ///
    /// # Errors
    ///
    /// The address is not one that a key can be sent to.
    pub(crate) fn client(&self, emulator_url: Option<&str>, plan: Plan) -> Result<Client, Stop> {
        let builder = Client::builder().user_agent_prefix(concat!("runware-cli/", env!("CARGO_PKG_VERSION")));
        let plan = match self.deadline {
            Some(deadline) => plan.with_deadline(deadline),
            None => plan,
        };
        self.server.choose(builder, emulator_url).plan(plan).build().map_err(|error| {
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            Stop::usage(format!(
                "the server's address cannot be used (see --http-base-url and --insecure-http): {cause}"
            ))
        })
    }

    /// How to write the command to go on with.
    pub(crate) fn resume(&self) -> Resume {
        let mut resume = match &self.server {
            Server::Emulator => Resume::default().emulator(),
            Server::Remote { key_file, base_url, insecure_http, .. } => {
                let mut resume = Resume::default();
                if let Some(url) = base_url {
                    resume = resume.option("--http-base-url", url);
                }
                if let Some(path) = key_file {
                    // The command may be pasted in another directory.
                    let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                    resume = resume.option("--api-key-file", &path.to_string_lossy());
                }
                if *insecure_http { resume.flag("--insecure-http") } else { resume }
            }
        };
        if let Some(deadline) = self.deadline {
            resume = resume.duration("--deadline", deadline);
        }
        if self.json { resume.flag("--json") } else { resume }
    }
}

impl Server {
    fn read(global: &GlobalArgs, output: &mut Output) -> Result<Self, Stop> {
        if global.emulator {
            return match global.http_base_url {
                Some(_) => Err(Stop::usage("--emulator and --http-base-url name two servers; give one")),
                None => Ok(Self::Emulator),
            };
        }
        let base_url = match &global.http_base_url {
            Some(url) => Some(url.clone()),
            None => text_variable(BASE_URL_VARIABLE)?,
        };
        Ok(Self::Remote {
            key: read_key(global.api_key_file.as_deref(), output)?,
            key_file: global.api_key_file.clone(),
            base_url,
            insecure_http: global.insecure_http,
        })
    }

    fn choose(&self, builder: ClientBuilder, emulator_url: Option<&str>) -> ClientBuilder {
        match self {
            // The emulator takes any key; a real one stays where it is.
            Self::Emulator => builder.api_key("emulator").base_url(emulator_url.unwrap_or_default()),
            Self::Remote { key, base_url, insecure_http, .. } => {
                let builder = builder.api_key(key.expose()).insecure_http(*insecure_http);
                match base_url {
                    Some(url) => builder.base_url(url),
                    None => builder,
                }
            }
        }
    }
}

fn check_transport(flag: Option<&str>) -> Result<(), Stop> {
    let (source, name) = match flag {
        Some(name) => ("--transport", name.to_owned()),
        None => (TRANSPORT_VARIABLE, text_variable(TRANSPORT_VARIABLE)?.unwrap_or_else(|| "http".to_owned())),
    };
    match name.as_str() {
        "http" => Ok(()),
        "ws" => Err(Stop::usage(format!("{source} is ws, which is not built yet; it must be http"))),
        _ => Err(Stop::usage(format!("{source} is {name:?}; it must be http"))),
    }
}

fn read_key(file: Option<&Path>, output: &mut Output) -> Result<ApiKey, Stop> {
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

fn text_variable(name: &str) -> Result<Option<String>, Stop> {
    variable(name)
        .map(|value| value.into_string().map_err(|_| Stop::usage(format!("{name} is not text"))))
        .transpose()
}

/// A variable of the environment; an empty one counts as not set.
#[expect(clippy::disallowed_methods, reason = "the one place where the command reads the environment")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn flags() -> GlobalArgs {
        GlobalArgs { quiet: true, ..GlobalArgs::default() }
    }

    fn read(global: &GlobalArgs) -> Result<Config, Stop> {
        Config::read(global, &mut Output::new(global))
    }

    fn key_file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        (folder, path)
    }

    #[test]
    fn a_key_file_may_be_written_as_people_write_them() {
        let (_folder, path) = key_file(b"\xef\xbb\xbfBearer abc123\r\n");
        let config = read(&GlobalArgs { api_key_file: Some(path), ..flags() }).unwrap();
        assert!(matches!(&config.server, Server::Remote { key, .. } if key.expose() == "abc123"));
        assert!(!format!("{config:?}").contains("abc123"));
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        for content in [&b""[..], b"s3cret one\n", b"s3cret\nsecond", b"s3cret\xff", &[b'k'; 70_000]] {
            let (_folder, path) = key_file(content);
            let stop = read(&GlobalArgs { api_key_file: Some(path), ..flags() }).unwrap_err();
            assert_eq!(stop.exit().code(), 4);
            assert!(!stop.message().contains("s3cret"), "{}", stop.message());
        }
        let missing = GlobalArgs { api_key_file: Some("/no/such/file".into()), ..flags() };
        assert_eq!(read(&missing).unwrap_err().exit().code(), 4);
    }

    #[test]
    fn the_emulator_needs_no_key_and_no_address() {
        assert!(read(&GlobalArgs { emulator: true, ..flags() }).unwrap().wants_emulator());
        let url = Some("http://127.0.0.1:1/v1".to_owned());
        let both = GlobalArgs { emulator: true, http_base_url: url, ..flags() };
        assert_eq!(read(&both).unwrap_err().exit().code(), 2);
    }

    #[test]
    fn only_http_is_there_yet() {
        for (name, expected) in
            [("http", None), ("ws", Some("not built yet")), ("smoke", Some("must be http"))]
        {
            let global = GlobalArgs { emulator: true, transport: Some(name.to_owned()), ..flags() };
            let message = read(&global).err().map(|stop| stop.message().to_owned());
            assert_eq!(message.is_some(), expected.is_some(), "{name}");
            assert!(message.unwrap_or_default().contains(expected.unwrap_or_default()), "{name}");
        }
    }

    #[test]
    fn the_command_to_go_on_with_has_the_flags_and_never_the_key() {
        let (_folder, path) = key_file(b"s3cret");
        let global = GlobalArgs {
            api_key_file: Some(path.clone()),
            http_base_url: Some("http://10.0.0.1/v1".to_owned()),
            insecure_http: true,
            deadline: Some(Duration::from_secs(5)),
            json: true,
            ..flags()
        };
        let resume = read(&global).unwrap().resume().command([]);
        assert_eq!(
            resume,
            format!(
                "runware wait --http-base-url http://10.0.0.1/v1 --api-key-file {} --insecure-http --deadline 5s --json",
                path.display()
            )
        );
    }
}
