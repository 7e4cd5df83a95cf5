//! The Runware wire schema: ids, tasks, replies, results and errors. No I/O, no async.
//!
//! Everything that goes over the wire has one definition here, for clients, gateways, validators and servers alike.
//!
//! * **Requests.** A [`RawTask`] is any task, with the order and the text of its fields kept; [`ImageInference`],
//!   [`VideoInference`], [`TextInference`] and the other types put names to the fields, and a [`TypedTask`] is one of them all.
//!   [`RawTask::prepare`] fixes the id and the exact bytes, a [`Prepared`] task, before anything is sent.
//! * **Replies.** An [`Envelope`] holds the [`Item`]s and the [`ApiError`]s of a reply, whichever of its many shapes it
//!   came in, each with its raw text; [`Item::result`] puts names to the fields of a result, as [`ImageResult`] does.
//! * **Streams.** A [`TextStreamDecoder`] reads a streamed answer in whatever pieces it arrives, and tells a cut stream from
//!   a finished one; [`CollectedText`] is the text so far.
//! * **Values.** [`TaskUuid`] is the id that makes a task safe to send again, [`Money`] is exact, [`RawJson`] is JSON kept
//!   as it was written.
//! * **Checks.** [`validate`] and [`validate_text`] say what is wrong with tasks before they are sent, [`check_request`] and
//!   [`check_reply`] with bodies on the wire: everything at once, each [`Finding`] with its place and the nearest known name.
//!
//! ```
//! use runware_types::{Envelope, ImageInference, ImageResult, TaskUuid, encode_request};
//!
//! let task = ImageInference::new("runware:101@1", "a red fox in the snow").width(1024).height(768);
//! let prepared = task.prepare(TaskUuid::from_key("shop.example/orders", "order 1042"))?;
//! let request = encode_request([&prepared]);
//! # assert!(request.starts_with(b"[{"));
//!
//! // Send the request with whatever you like; this is what comes back.
//! let reply = format!(
//!     r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{}","imageUUID":"5a3ca3a4-6c12-4d57-8cfb-9d1b1f6a3c77",
//!         "imageURL":"https://im.runware.ai/image/5a3ca3a4.jpg","cost":0.0013}}]}}"#,
//!     prepared.uuid()
//! );
//! let reply = Envelope::decode(reply)?;
//! for item in reply.items.iter().filter(|item| item.task_uuid() == Some(prepared.uuid())) {
//!     let image: ImageResult = item.decode()?;
//!     println!("{:?} for {:?} dollars", image.media(), item.cost());
//! #   assert_eq!(item.cost(), Some("0.0013".parse()?));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which to take
//!
//! | you want to | take |
//! |---|---|
//! | check tasks, requests, replies | [`validate`], [`validate_text`], [`check_request`], [`check_reply`] |
//! | build a task | [`ImageInference`] and 22 more, or [`RawTask`] for what has no type yet |
//! | tell tasks apart, as a server or gateway | [`TypedTask`] |
//! | read a reply | [`Envelope`], then [`Item::result`], [`Item::media`] and [`ApiError`] |
//! | read a streamed text | [`TextStreamDecoder`] |
//! | know what an error code means | [`ErrorCode`], [`ErrorCategory`] |
//! | hand the schema to another language | the feature `schema`, or the files in `docs/schema` |
//!
//! # The server is newer than this crate
//!
//! Nothing unknown is an error: enums are open ([`TaskType::Other`]), unknown fields stay in the raw text, and an item
//! that cannot be decoded is kept beside its siblings. What this crate *sends* it is strict about: a NaN, an id that is
//! not of version 4 or a count that is not a whole number is refused before it costs anything.
//!
//! # What is wrong with a task
//!
//! ```
//! use runware_types::{Verdict, validate_text};
//!
//! let text = r#"{ "taskType": "imageInference", "model": "runware:101@1", "outputQuality": 100 }"#;
//! let report = validate_text(text);
//! assert_eq!(report.verdict(), Verdict::Invalid);
//! assert_eq!(
//!     report.errors().next().map(ToString::to_string).as_deref(),
//!     Some("error[out-of-range]: /outputQuality is 100; it must be a whole number from 20 to 99")
//! );
//! print!("{}", report.display("task.json", text)); // as a compiler would
//! ```

#![cfg_attr(not(test), no_std)]

extern crate alloc;

#[macro_use]
mod wire_enum;
#[macro_use]
mod spec;
#[cfg(feature = "schema")]
#[macro_use]
pub mod schema;

mod api_error;
mod category;
mod decode_error;
mod delivery;
mod details;
mod envelope;
mod error_code;
mod finite;
mod id;
mod item;
mod json;
mod media;
mod media_input;
mod money;
mod report;
mod result;
mod sse;
mod status;
mod task;
mod task_type;
mod text_stream;
mod validate;

pub use api_error::{AllowedRange, AllowedValue, ApiError};
pub use category::ErrorCategory;
pub use decode_error::{DecodeError, DecodeErrorKind};
pub use delivery::DeliveryMethod;
pub use details::TaskDetails;
pub use envelope::{Anomaly, AnomalyKind, Envelope, Limits};
pub use error_code::ErrorCode;
pub use finite::InvalidValue;
pub use id::{InvalidTaskUuid, TaskUuid};
pub use item::Item;
pub use json::RawJson;
pub use media::{InvalidMedia, Media};
pub use media_input::MediaInput;
pub use money::{InvalidMoney, Money};
pub use report::{Excerpt, Finding, FindingCode, Location, Report, Severity, Verdict};
pub use result::{
    AccountKey, AccountResult, AccountUsage, AudioResult, AuthenticationResult, Balance, CaptionResult,
    FilesResult, FinishReason, FoundModel, GuideResult, ImageResult, ImageUploadResult, MaskResult,
    ModelSearchResult, ModelUploadResult, OutputFile, Outputs, PingResult, PromptResult, StorageResult,
    TeamMember, TextResult, TrainingResult, TypedResult, UploadStatus, Usage, UsagePeriod, VideoResult,
};
pub use sse::{SseDecoder, SseEvent};
pub use status::{Phase, Status};
pub use task::{
    Acceleration, AccountManagement, AccountOperation, AudioInference, Authentication, Caption,
    ControlNetPreprocess, FramePosition, GetResponse, GetTaskDetails, ImageInference, ImageMasking,
    ImageUpload, InvalidRequestHash, InvalidTask, MediaOperation, MediaStorage, ModelCategory, ModelSearch,
    ModelSort, ModelSource, ModelType, ModelUpload, ModelVisibility, NewModel, OutputFormat, OutputType,
    Ping, Prepared, Preprocessor, PromptEnhance, PromptWeighting, RawTask, RemoveBackground, RequestHash,
    SafetyMode, TextInference, ThreeDInference, Tools, Training, TypedTask, Upscale, Vectorize,
    VideoInference, encode_request,
};
pub use task_type::TaskType;
pub use text_stream::{CollectedText, TextDelta, TextEvent, TextStreamDecoder, TextStreamEnd};
pub use validate::{check_reply, check_request, validate, validate_text};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/validation.md")]
mod validation_guide {}

#[cfg(all(doctest, feature = "schema"))]
#[doc = include_str!("../../../docs/guides/json-schema.md")]
mod json_schema_guide {}
