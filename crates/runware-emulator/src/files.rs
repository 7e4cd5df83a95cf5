//! The files behind the URLs of results: small, valid, the same in every run.

mod png;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use runware_types::TaskUuid;

/// A kind of file, which is the folder it is served from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Image,
    Video,
    Audio,
    Model,
}

impl Kind {
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Model => "model",
        }
    }

    /// The format with this `outputFormat`, whatever its case; else the usual one of the kind.
    pub(crate) fn format(self, wanted: Option<&str>) -> &'static Format {
        let (usual, others): (_, &[&Format]) = match self {
            Self::Image => (&PNG, &[&JPG, &WEBP, &SVG]),
            Self::Video => (&MP4, &[&WEBM]),
            Self::Audio => (&MP3, &[&WAV]),
            Self::Model => (&GLB, &[]),
        };
        let fits = |format: &&&Format| wanted.is_some_and(|name| name.eq_ignore_ascii_case(format.extension));
        others.iter().find(fits).copied().unwrap_or(usual)
    }
}

/// A file format.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) kind: Kind,
    pub(crate) extension: &'static str,
    pub(crate) media_type: &'static str,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// A picture drawn from the id.
    Drawn,
    /// The same bytes for every id.
    Fixed(&'static [u8]),
}

impl Format {
    /// The file of a result.
    pub(crate) fn file(&self, id: TaskUuid) -> Bytes {
        match self.content {
            Content::Drawn => png::draw(id.as_uuid().as_bytes()).into(),
            Content::Fixed(bytes) => Bytes::from_static(bytes),
        }
    }
}

/// The file at `folder/name`, where `name` is a UUID and an extension that the folder has.
pub(crate) fn find(folder: &str, name: &str) -> Option<(&'static Format, Bytes)> {
    let kind = [Kind::Image, Kind::Video, Kind::Audio, Kind::Model]
        .into_iter()
        .find(|kind| kind.folder() == folder)?;
    let (id, extension) = name.split_once('.')?;
    let id = TaskUuid::parse_known(id).ok()?;
    let format = kind.format(Some(extension));
    (format.extension == extension).then(|| (format, format.file(id)))
}

static PNG: Format =
    Format { kind: Kind::Image, extension: "png", media_type: "image/png", content: Content::Drawn };
static JPG: Format = fixed(Kind::Image, "jpg", "image/jpeg", include_bytes!("files/samples/image.jpg"));
static WEBP: Format = fixed(Kind::Image, "webp", "image/webp", include_bytes!("files/samples/image.webp"));
static SVG: Format = fixed(Kind::Image, "svg", "image/svg+xml", include_bytes!("files/samples/image.svg"));
static MP4: Format = fixed(Kind::Video, "mp4", "video/mp4", include_bytes!("files/samples/clip.mp4"));
static WEBM: Format = fixed(Kind::Video, "webm", "video/webm", include_bytes!("files/samples/clip.webm"));
static MP3: Format = fixed(Kind::Audio, "mp3", "audio/mpeg", include_bytes!("files/samples/tone.mp3"));
static WAV: Format = fixed(Kind::Audio, "wav", "audio/wav", include_bytes!("files/samples/tone.wav"));
static GLB: Format =
    fixed(Kind::Model, "glb", "model/gltf-binary", include_bytes!("files/samples/triangle.glb"));

const fn fixed(
    kind: Kind,
    extension: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
) -> Format {
    Format { kind, extension, media_type, content: Content::Fixed(bytes) }
}
