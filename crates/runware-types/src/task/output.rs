//! What results are delivered as.

wire_enum! {
    /// How a media result is handed over: the `outputType` of the wire.
    ///
    /// Videos and three-dimensional models come as [`Url`](Self::Url) only.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum OutputType {
        /// An address to download from, for a limited time.
        Url = "URL",
        /// The bytes in base64.
        Base64Data = "base64Data",
        /// The bytes as a `data:` address.
        DataUri = "dataURI",
    }
}

wire_enum! {
    /// The file format of a result: the `outputFormat` of the wire. Which formats there are depends on the model.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum OutputFormat {
        /// An image with loss.
        Jpg = "JPG",
        /// An image without loss.
        Png = "PNG",
        /// A small image.
        Webp = "WEBP",
        /// An image for print.
        Tiff = "TIFF",
        /// A vector image.
        Svg = "SVG",
        /// A video.
        Mp4 = "MP4",
        /// A video.
        Webm = "WEBM",
        /// A video.
        Mov = "MOV",
        /// A video.
        Mkv = "MKV",
        /// Audio with loss.
        Mp3 = "MP3",
        /// Audio without compression.
        Wav = "WAV",
        /// Audio without loss.
        Flac = "FLAC",
        /// Audio with loss.
        Ogg = "OGG",
        /// Audio with loss.
        Aac = "AAC",
        /// A three-dimensional model.
        Glb = "GLB",
        /// A three-dimensional model.
        Fbx = "FBX",
        /// Plain text.
        Text = "TEXT",
        /// JSON text.
        Json = "JSON",
    }
}
