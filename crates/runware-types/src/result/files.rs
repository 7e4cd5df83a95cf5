//! Sets of files.

use crate::spec::Kind;

result! {
    /// A set of files: a three-dimensional model, or what a media tool made.
    ///
    /// ```
    /// use runware_types::{FilesResult, Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "3dInference",
    ///     "taskUUID": "3c9e5d7f-8a61-4b2c-9f0e-7d6c5b4a3921",
    ///     "outputs": {"files": [{"url": "https://im.runware.ai/fox.glb"}, {"url": "https://im.runware.ai/fox.png"}]}
    /// }"#)?)?;
    /// let model = FilesResult::from_item(&item)?;
    /// assert_eq!(model.files()[0].url().as_deref(), Some("https://im.runware.ai/fox.glb"));
    /// assert_eq!(model.all_media().len(), 2);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    FilesResult: "filesResult" [HEAD, OUTPUTS, OWN] has ["outputs"]
}

generated! { FilesResult }
with_outputs! { FilesResult }
with_media! { FilesResult }

fields! { read FilesResult::OWN {
    /// The seed that makes the same files again.
    seed(u64) => "seed": Kind::INTEGER;
} }

part! {
    /// The `outputs` of a result.
    Outputs: "outputs" [OWN]
}

fields! { read Outputs::OWN {
    /// The files, in the order they were sent.
    files(parts OutputFile) => "files": Kind::list(&Kind::Object(&OutputFile::SHAPE));
} }

part! {
    /// One file of [`Outputs`].
    OutputFile: "outputFile" [OWN]
}

fields! { read OutputFile::OWN {
    /// The address to download the file from.
    url(text) => "url": Kind::Url, required;
} }
