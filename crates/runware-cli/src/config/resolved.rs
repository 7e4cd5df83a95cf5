//! What the flags and the environment come to, for people who wonder; without any secret.

use super::key;
use super::route::Route;
use crate::args::GlobalArgs;
use crate::output::Output;
use crate::stop::Stop;

/// What the configuration comes to.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) service: String,
    pub(crate) transport: &'static str,
    pub(crate) http_base_url: Option<String>,
    pub(crate) ws_base_url: Option<String>,
    /// What the key was read from, or why there is none.
    pub(crate) key: Result<String, String>,
}

impl Resolved {
    /// Reads the flags and the environment. The key is looked at and not kept.
    ///
    /// # Errors
    ///
    /// Wrong usage: they contradict each other.
    pub(crate) fn read(global: &GlobalArgs, output: &mut Output) -> Result<Self, Stop> {
        let route = match global.emulator {
            true => Route::to_emulator(global)?,
            false => Route::read(global, output)?,
        };
        let key = match global.emulator {
            true => Err("the emulator needs none".to_owned()),
            false => key::source(global.api_key_file.as_deref(), output),
        };
        let (http, ws) = if global.emulator { (None, None) } else { route.addresses() };
        let service = if global.emulator { "the emulator".to_owned() } else { route.service() };
        Ok(Self {
            service,
            transport: route.transport(),
            http_base_url: http.map(without_user),
            ws_base_url: ws.map(without_user),
            key,
        })
    }
}

/// An address without a name and a password, which it should not have in the first place.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest.get(..end).and_then(|authority| authority.rfind('@')) {
        Some(at) => format!("{scheme}://(hidden){}", rest.get(at..).unwrap_or_default()),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_show_no_password() {
        for (url, shown) in [
            ("https://h/v1", "https://h/v1"),
            ("https://me:s3cret@h:1/v1", "https://(hidden)@h:1/v1"),
            ("https://me:s3@cret@h", "https://(hidden)@h"),
            ("https://h/v1?a=b@c", "https://h/v1?a=b@c"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }
}
