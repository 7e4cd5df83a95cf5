//! The kinds of task.

wire_enum! {
    /// What a task asks for: the `taskType` of the wire.
    ///
    /// ```
    /// use runware_types::TaskType;
    ///
    /// assert_eq!(TaskType::from("3dInference"), TaskType::ThreeDInference);
    /// assert_eq!(TaskType::from("newThing").as_str(), "newThing");
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub enum TaskType {
        /// Presents the API key (and, over WebSocket, resumes a session).
        Authentication = "authentication",
        /// Keeps a WebSocket connection alive.
        Ping = "ping",
        /// Makes images.
        ImageInference = "imageInference",
        /// Makes videos.
        VideoInference = "videoInference",
        /// Makes audio.
        AudioInference = "audioInference",
        /// Writes text with a language model.
        TextInference = "textInference",
        /// Makes three-dimensional models.
        ThreeDInference = "3dInference",
        /// Runs a media tool.
        Tools = "tools",
        /// Describes an image or a video in words.
        Caption = "caption",
        /// Enlarges an image or a video.
        Upscale = "upscale",
        /// Removes the background of an image or a video.
        RemoveBackground = "removeBackground",
        /// Finds things in an image and makes masks for them.
        ImageMasking = "imageMasking",
        /// Makes a guide image for ControlNet.
        ControlNetPreprocess = "controlNetPreprocess",
        /// Rewrites a prompt with more detail.
        PromptEnhance = "promptEnhance",
        /// Turns an image into vector graphics.
        Vectorize = "vectorize",
        /// Trains a model.
        Training = "training",
        /// Searches the model catalogue.
        ModelSearch = "modelSearch",
        /// Adds a model to the account.
        ModelUpload = "modelUpload",
        /// Stores or deletes a media file.
        MediaStorage = "mediaStorage",
        /// Stores an image; `mediaStorage` replaces it.
        ImageUpload = "imageUpload",
        /// Reads account details and usage.
        AccountManagement = "accountManagement",
        /// Asks for the present state of an earlier task.
        GetResponse = "getResponse",
        /// Asks for the stored request and response of an earlier task.
        GetTaskDetails = "getTaskDetails",
    }
}

impl TaskType {
    /// Whether tasks of this type make something and are billed for it: the types that take `deliveryMethod`.
    pub fn is_generation(&self) -> bool {
        matches!(
            self,
            Self::ImageInference
                | Self::VideoInference
                | Self::AudioInference
                | Self::TextInference
                | Self::ThreeDInference
                | Self::Tools
                | Self::Caption
                | Self::Upscale
                | Self::RemoveBackground
                | Self::ImageMasking
                | Self::ControlNetPreprocess
                | Self::PromptEnhance
                | Self::Vectorize
                | Self::Training
        )
    }

    /// Whether tasks of this type may be billed: those that [make something](Self::is_generation), and those that are not
    /// known here, of which nobody can say.
    pub fn may_cost(&self) -> bool {
        self.is_generation() || !Self::KNOWN.contains(self)
    }

    /// Whether tasks of this type ask about an earlier task, whose `taskUUID` they carry.
    pub fn is_query(&self) -> bool {
        matches!(self, Self::GetResponse | Self::GetTaskDetails)
    }

    /// Whether tasks of this type carry a `taskUUID`: all but `authentication` and `ping`.
    pub fn has_uuid(&self) -> bool {
        !matches!(self, Self::Authentication | Self::Ping)
    }
}

#[cfg(test)]
mod tests {
    use super::TaskType;

    #[test]
    fn fourteen_types_are_generation() {
        assert_eq!(TaskType::KNOWN.iter().filter(|known| known.is_generation()).count(), 14);
        assert_eq!(TaskType::KNOWN.len(), 23);
        assert!(!TaskType::from("newThing").is_generation());
    }

    #[test]
    fn what_is_not_known_may_cost_something() {
        assert_eq!(TaskType::KNOWN.iter().filter(|known| known.may_cost()).count(), 14);
        assert!(TaskType::from("newThing").may_cost());
    }

    #[test]
    fn two_types_carry_no_uuid() {
        let without: Vec<_> = TaskType::KNOWN.iter().filter(|known| !known.has_uuid()).collect();
        assert_eq!(without, [&TaskType::Authentication, &TaskType::Ping]);
    }
}
