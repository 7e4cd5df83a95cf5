//! The words that fields of tasks take.

wire_enum! {
    /// How thoroughly results are checked for adult content: `safety.mode` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum SafetyMode {
        /// No check.
        None = "none",
        /// A quick check.
        Fast = "fast",
        /// A thorough check.
        Full = "full",
    }
}

wire_enum! {
    /// How much quality an image model may give up for speed: `acceleration` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum Acceleration {
        /// None.
        None = "none",
        /// A little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much.
        High = "high",
    }
}

wire_enum! {
    /// The notation in which a prompt gives weights to its words: `promptWeighting` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum PromptWeighting {
        /// The notation of the Compel library.
        Compel = "compel",
        /// The notation of the sd_embed library.
        SdEmbeds = "sdEmbeds",
    }
}

wire_enum! {
    /// What is drawn into a guide image for ControlNet: `preProcessorType` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum Preprocessor {
        /// Edges.
        Canny = "canny",
        /// Distances.
        Depth = "depth",
        /// Straight lines.
        Mlsd = "mlsd",
        /// The directions that surfaces face.
        NormalBae = "normalbae",
        /// The poses of people.
        OpenPose = "openpose",
        /// The image itself, coarser.
        Tile = "tile",
        /// Areas by what they show.
        Seg = "seg",
        /// Drawn lines.
        Lineart = "lineart",
        /// Drawn lines, for anime.
        LineartAnime = "lineart_anime",
        /// The colours, shuffled.
        Shuffle = "shuffle",
        /// A scribble.
        Scribble = "scribble",
        /// Soft edges.
        SoftEdge = "softedge",
    }
}

wire_enum! {
    /// What a model file is: `category` of the model tasks on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum ModelCategory {
        /// A whole model.
        Checkpoint = "checkpoint",
        /// A LoRA.
        Lora = "lora",
        /// A LyCORIS.
        Lycoris = "lycoris",
        /// A variational autoencoder.
        Vae = "vae",
        /// Embeddings, also known as textual inversion.
        Embeddings = "embeddings",
    }
}

wire_enum! {
    /// What a model of its category is for: `type` of the model tasks on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum ModelType {
        /// A checkpoint that makes images.
        Base = "base",
        /// A checkpoint that fills in parts of images.
        Inpainting = "inpainting",
        /// Embeddings for what is wanted.
        Positive = "positive",
        /// Embeddings for what is not wanted.
        Negative = "negative",
    }
}

wire_enum! {
    /// Where a model comes from: `source` of `modelSearch` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum ModelSource {
        /// From its maker.
        Official = "official",
        /// From other people.
        Community = "community",
    }
}

wire_enum! {
    /// Whose models to search: `visibility` of `modelSearch` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum ModelVisibility {
        /// Those that everybody may use.
        Public = "public",
        /// Those of the organization.
        Private = "private",
        /// Those marked as favourites.
        Favorite = "favorite",
        /// Those that the organization owns.
        Owned = "owned",
        /// All of them: older.
        All = "all",
    }
}

wire_enum! {
    /// The order of found models: `sort` of `modelSearch` on the wire, where a `-` turns it around.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum ModelSort {
        /// How well they fit what was searched for.
        Score = "_score",
        /// By how much they are used, upwards.
        Popularity = "popularity",
        /// By how much they are used, downwards.
        PopularityDescending = "-popularity",
        /// By name, upwards.
        Name = "name",
        /// By name, downwards.
        NameDescending = "-name",
        /// By when they were added, upwards.
        Added = "addedUnixTimestamp",
        /// By when they were added, downwards.
        AddedDescending = "-addedUnixTimestamp",
        /// By when they last changed, upwards.
        Updated = "updatedDateUnixTimestamp",
        /// By when they last changed, downwards.
        UpdatedDescending = "-updatedDateUnixTimestamp",
    }
}

wire_enum! {
    /// What to do with a media file: `operation` of `mediaStorage` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum MediaOperation {
        /// Store it.
        Upload = "upload",
        /// Delete it.
        Delete = "delete",
    }
}

wire_enum! {
    /// What to tell of an account: `operation` of `accountManagement` on the wire.
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum AccountOperation {
        /// The organization, its balance, its people and its keys.
        Details = "getDetails",
        /// How much was used.
        UsageActivity = "getUsageActivity",
        /// How quick it was.
        UsagePerformance = "getUsagePerformance",
        /// What went wrong: errors of the client (4xx) and of the server (5xx).
        UsageErrors = "getUsageErrors",
    }
}
