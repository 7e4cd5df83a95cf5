//! Tasks that make nothing: ping, the account, the model catalogue, stored media.

use super::Core;
use super::error::ErrorBody;
use super::reply::Reply;
use super::request::Task;
use crate::chance::{self, Purpose};
use crate::files::Kind;
use crate::json::{Object, array};

/// The utility tasks answered here.
const NAMES: [&str; 6] =
    ["ping", "accountManagement", "modelSearch", "modelUpload", "mediaStorage", "imageUpload"];

/// The name as a constant, where it is one of a utility task.
pub(super) fn named(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|known| *known == name)
}

impl Core {
    pub(super) fn serve(&self, name: &'static str, task: &Task<'_>, reply: &mut Reply) {
        if name == "ping" {
            let uuid = task.written_uuid().filter(|_| self.options.choices.echo_ping_uuid);
            let pong = Object::new().text("taskType", name).number("pong", true);
            return reply.item(pong.with(uuid, |object, uuid| object.text("taskUUID", &uuid)).end());
        }
        let Some((written, uuid)) = self.identify(task, reply) else { return };
        let head = Object::new().text("taskType", name).text("taskUUID", &written);
        let media =
            chance::uuid(chance::draw_for(self.options.seed, Purpose::ResultUuid, uuid, 0)).to_string();
        let media_url = format!("{}/{}/{media}.png", self.files_url(), Kind::Image.folder());
        let item = match name {
            "accountManagement" => self.account(task, head),
            "modelSearch" => search(task, head),
            "modelUpload" => {
                Ok(head.text("status", "validated").text("message", "The model has been validated."))
            }
            "imageUpload" => Ok(head.text("imageUUID", &media).text("imageURL", &media_url)),
            _ => store(task, head, &media, &media_url),
        };
        match item {
            Ok(item) => reply.item(item.end()),
            Err(error) => reply.refuse(&error, Some(&written)),
        }
    }

    /// The account's details; usage is that of the ledger.
    fn account(&self, task: &Task<'_>, head: Object) -> Result<Object, ErrorBody> {
        operation(task, &["getDetails"])?;
        let balance =
            Object::new().number("amount", 100).number("freeBalance", 0).text("currency", "USD").end();
        let usage =
            Object::new().number("credits", self.ledger.charged()).number("requests", self.ledger.requests());
        let organization = chance::uuid(chance::draw(self.options.seed, Purpose::Session, &[0])).to_string();
        Ok(head
            .text("organizationUUID", &organization)
            .text("organizationName", "Emulator")
            .text("AIRSource", "emulator")
            .raw("balance", &balance)
            .raw("team", "[]")
            .raw("apiKeys", "[]")
            .raw("usage", &Object::new().raw("total", &usage.end()).end()))
    }
}

/// The models that `modelSearch` finds: AIR, name, architecture.
const MODELS: [(&str, &str, &str); 5] = [
    ("runware:100@1", "FLUX Schnell", "flux1s"),
    ("runware:101@1", "FLUX Dev", "flux1d"),
    ("runware:400@1", "FLUX.2 Dev", "flux2d"),
    ("civitai:4384@128713", "DreamShaper", "sd1x"),
    ("emulator:fast@1", "Emulator, without delay", "emulator"),
];

fn search(task: &Task<'_>, head: Object) -> Result<Object, ErrorBody> {
    let limit: usize = match task.member("limit") {
        Ok(limit) if limit.is_none_or(|limit| (1..=100).contains(&limit)) => limit.unwrap_or(20),
        _ => {
            let message = "Invalid value for 'limit' parameter. It must be a whole number from 1 to 100.";
            return Err(ErrorBody::new("invalidLimit", message).parameter("limit", "integer").range(1, 100));
        }
    };
    let offset: usize = task.member("offset").ok().flatten().unwrap_or(0);
    let wanted: String = task.member("search").ok().flatten().unwrap_or_default();
    let wanted = wanted.to_lowercase();
    let found: Vec<String> = MODELS
        .into_iter()
        .filter(|(air, name, _)| air.contains(&wanted) || name.to_lowercase().contains(&wanted))
        .map(|(air, name, architecture)| {
            Object::new()
                .text("air", air)
                .text("name", name)
                .text("category", "checkpoint")
                .text("architecture", architecture)
                .end()
        })
        .collect();
    let total = found.len();
    let page: Vec<String> = found.into_iter().skip(offset).take(limit).collect();
    Ok(head.raw("results", &array(&page)).number("totalResults", total))
}

fn store(task: &Task<'_>, head: Object, media: &str, media_url: &str) -> Result<Object, ErrorBody> {
    let operation = operation(task, &["upload", "delete"])?;
    let given: Option<String> = task.member("media").ok().flatten();
    let Some(given) = given else {
        let message = "The 'media' parameter is required.";
        return Err(ErrorBody::new("missingMedia", message).parameter("media", "string"));
    };
    let head = head.text("operation", &operation);
    if operation == "delete" {
        return Ok(head.text("mediaUUID", &given));
    }
    Ok(head.text("mediaUUID", media).text("mediaURL", media_url))
}

fn operation(task: &Task<'_>, known: &[&str]) -> Result<String, ErrorBody> {
    let wanted: Option<String> = task.member("operation").ok().flatten();
    wanted.filter(|wanted| known.contains(&wanted.as_str())).ok_or_else(|| {
        ErrorBody::new("invalidOperation", "Invalid value for 'operation' parameter.")
            .parameter("operation", "string")
            .allowed(known.iter().map(|name| format!("\"{name}\"")))
    })
}
