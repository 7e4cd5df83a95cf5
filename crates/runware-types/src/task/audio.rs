//! Audio.

use super::RawTask;
use super::parts::MEDIA_LIST;
use crate::spec::{Kind, Shape};
use crate::{OutputType, TaskType};

task! {
    /// A task that makes music, sounds or speech.
    ///
    /// Has setters for the fields that are documented for some models; [`param`](Self::param) sets any other.
    ///
    /// ```
    /// use runware_types::{AudioInference, OutputFormat, TaskUuid};
    ///
    /// let task = AudioInference::speak("elevenlabs:25@1", "The fox is in the den.")
    ///     .voice("Sarah")
    ///     .output_format(OutputFormat::Mp3)
    ///     .sample_rate(44_100);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "den"))?;
    /// assert!(prepared.bytes().ends_with(
    ///     br#""speech":{"text":"The fox is in the den.","voice":"Sarah"},"outputFormat":"MP3","audioSettings":{"sampleRate":44100}}"#
    /// ));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    AudioInference: "audioInference" [ID, MODEL, GENERATION, ROUTING, COUNT, FILES, OWN]
}

generation! { AudioInference }
routing! { AudioInference }
model! { AudioInference }
number_results! { AudioInference }
media_files! { AudioInference, OutputType::WORDS, &["MP3", "WAV", "FLAC", "OGG", "MP4", "MOV", "WEBM"] }

impl AudioInference {
    /// Asks a model, named by its AIR id, for music or sounds as the prompt says.
    pub fn new(model: impl AsRef<str>, positive_prompt: impl AsRef<str>) -> Self {
        Self(Self::of(model).0.set("positivePrompt", positive_prompt.as_ref()))
    }

    /// Asks a model, named by its AIR id, to speak a text.
    pub fn speak(model: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        Self(Self::of(model).0.set_inside("speech", "text", text.as_ref()))
    }

    fn of(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::AudioInference).set("model", model.as_ref()))
    }
}

fields! { write AudioInference::OWN {
    /// What is to be heard.
    _ => "positivePrompt": Kind::TEXT;
    /// What must not be heard.
    negative_prompt(text) => "negativePrompt": Kind::TEXT;
    /// The length in seconds.
    duration(number) => "duration": Kind::OneOf(&[Kind::NUMBER, Kind::Word(&["auto"])]);
    /// How many steps the model takes.
    steps(u32) => "steps": Kind::COUNT;
    /// How closely the model follows the prompt.
    cfg_scale(number) => "CFGScale": Kind::NUMBER;
    /// How far the audio may move away from that which it starts from.
    strength(number) => "strength": Kind::NUMBER;
    /// The seed of the noise: the same task with the same seed makes the same audio.
    seed(u64) => "seed": Kind::INTEGER;
    /// What is said, and how.
    _ => "speech": Kind::Object(&Shape::object("speech", &[AudioInference::SPEECH]));
    /// How the audio is written.
    _ => "audioSettings": Kind::Object(&Shape::object("audioSettings", &[AudioInference::AUDIO_SETTINGS]));
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
    /// Features that only some models have.
    advanced_features(json) => "advancedFeatures": Kind::OBJECT;
    /// The media that the audio is made from, all of it at once.
    inputs(json) => "inputs": Kind::Object(&Shape::object("audioInputs", &[AudioInference::INPUTS]));
} }

fields! { write AudioInference::SPEECH in "speech" {
    /// What is said.
    _ => "text": Kind::TEXT;
    /// The voice that speaks, named as the model names it.
    voice(text) => "voice": Kind::TEXT;
    /// The voices of several speakers.
    _ => "voices": Kind::list(&Kind::Any);
    /// The language that is spoken.
    language(text) => "language": Kind::TEXT;
    /// How quickly to speak; 1 is usual.
    speed(number) => "speed": Kind::NUMBER;
    /// How loudly to speak.
    volume(number) => "volume": Kind::NUMBER;
    /// How high to speak.
    pitch(number) => "pitch": Kind::NUMBER;
    /// The mood to speak in.
    emotion(text) => "emotion": Kind::TEXT;
    /// How single words are pronounced.
    _ => "tone": Kind::list(&Kind::TEXT);
} }

fields! { write AudioInference::AUDIO_SETTINGS in "audioSettings" {
    /// How many samples a second has, such as 44100.
    sample_rate(u32) => "sampleRate": Kind::COUNT;
    /// How many kilobits a second takes, such as 128.
    bitrate(u32) => "bitrate": Kind::COUNT;
    /// How many channels there are.
    channels(u32) => "channels": Kind::COUNT;
} }

fields! { write AudioInference::INPUTS in "inputs" {
    /// The audio to work on.
    audio(media) => "audio": Kind::Media;
    /// Pieces of audio, for models that take several.
    _ => "audios": MEDIA_LIST;
    /// The video to make sound for.
    video(media) => "video": Kind::Media;
    /// The videos to make sound for.
    _ => "videos": MEDIA_LIST;
    /// Adds audio for the model to listen to.
    reference_audio(push media) => "referenceAudios": MEDIA_LIST;
    /// Adds an image for the model to look at.
    reference_image(push media) => "referenceImages": MEDIA_LIST;
    /// Voices to speak with, each as `{"audio": .., "text": ..}`.
    _ => "referenceVoices": Kind::list(&Kind::Any);
} }
