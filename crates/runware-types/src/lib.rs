//! The Runware wire schema: ids, tasks, replies, results and errors. No I/O, no async.
//!
//! Everything that goes over the wire has one definition here, for clients, gateways, validators and servers alike.
//!
//! * **Requests.** A [`RawTask`] is any task, with the order and the text of its fields kept; [`ImageInference`],
//!   [`VideoInference`], [`TextInference`] and others put names to the fields. [`RawTask::prepare`] fixes the id and the
//!   exact bytes, a [`Prepared`] task, before anything is sent.
//! * **Replies.** An [`Envelope`] holds the [`Item`]s and the [`ApiError`]s of a reply, whichever of its many shapes it
//!   came in, each with its raw text; typed results such as [`ImageResult`] are decoded on demand.
//! * **Values.** [`TaskUuid`] is the id that makes a task safe to send again, [`Money`] is exact, [`RawJson`] is JSON kept
//!   as it was written.
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
//! # The server is newer than this crate
//!
//! Nothing unknown is an error: enums are open ([`TaskType::Other`]), unknown fields stay in the raw text, and an item
//! that cannot be decoded is kept beside its siblings. What this crate *sends* it is strict about: a NaN, an id that is
//! not of version 4 or a count that is not a whole number is refused before it costs anything.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

#[macro_use]
mod wire_enum;
#[macro_use]
mod spec;

mod api_error;
mod category;
mod decode_error;
mod delivery;
mod details;
mod envelope;
mod finite;
mod id;
mod item;
mod json;
mod media;
mod media_input;
mod money;
mod report;
mod result;
mod status;
mod task;
mod task_type;
mod validate;

pub use api_error::ApiError;
pub use category::ErrorCategory;
pub use decode_error::{DecodeError, DecodeErrorKind};
pub use delivery::DeliveryMethod;
pub use details::TaskDetails;
pub use envelope::{Anomaly, AnomalyKind, Envelope, Limits};
pub use finite::InvalidValue;
pub use id::{InvalidTaskUuid, TaskUuid};
pub use item::Item;
pub use json::RawJson;
pub use media::Media;
pub use media_input::MediaInput;
pub use money::{InvalidMoney, Money};
pub use report::{Finding, FindingCode, Location, Report, Severity, Verdict};
pub use result::{
    AudioResult, FilesResult, FinishReason, ImageResult, OutputFile, Outputs, TaskResult, TextResult, Usage,
    VideoResult,
};
pub use status::{Phase, Status};
pub use task::{
    Authentication, GetResponse, GetTaskDetails, ImageInference, InvalidRequestHash, InvalidTask,
    OutputFormat, OutputType, Ping, Prepared, RawTask, RequestHash, TextInference, VideoInference,
    encode_request,
};
pub use task_type::TaskType;
pub use validate::validate_text;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
