//! Every reader of every type of result, by the key that it reads.

use std::fmt::Debug;

use runware_types::TypedResult;

/// What a reader answers, if anything.
trait Told {
    fn told(self) -> Option<String>;
}

impl<T: Debug> Told for Option<T> {
    fn told(self) -> Option<String> {
        self.map(|value| format!("{value:?}"))
    }
}

impl<T: Debug> Told for Vec<T> {
    fn told(self) -> Option<String> {
        (!self.is_empty()).then(|| format!("{self:?}"))
    }
}

pub(crate) type Reading = (&'static str, Option<String>);

macro_rules! readings {
    ($result:ident: $($key:literal $($reader:ident).+;)+) => {
        vec![$(($key, readings!(@read $result, $($reader).+))),+]
    };
    (@read $result:ident, $reader:ident) => { $result.$reader().told() };
    (@read $result:ident, $object:ident.$reader:ident) => {
        $result.$object().and_then(|object| object.$reader().told())
    };
    (@read $result:ident, $outer:ident.$inner:ident.$reader:ident) => {
        $result.$outer().and_then(|outer| outer.$inner()).and_then(|inner| inner.$reader().told())
    };
}

/// What every reader of this result answers.
pub(crate) fn of(result: &TypedResult) -> Vec<Reading> {
    match result {
        TypedResult::Image(image) => readings! { image:
            "cost" cost; "imageUUID" uuid; "media" media; "all media" all_media; "seed" seed;
            "NSFWContent" nsfw_content; "structuredPrompt" structured_prompt; "outputs" outputs.files;
        },
        TypedResult::Video(video) => readings! { video:
            "cost" cost; "videoUUID" uuid; "media" media; "all media" all_media; "seed" seed;
            "NSFWContent" nsfw_content; "mediaUUID" media_uuid; "mediaURL" media_url;
        },
        TypedResult::Audio(audio) => readings! { audio:
            "cost" cost; "audioUUID" uuid; "media" media; "all media" all_media; "seed" seed;
            "videoUUID" video_uuid; "videoURL" video_url;
        },
        TypedResult::Text(text) => readings! { text:
            "cost" cost; "text" text; "finishReason" finish_reason; "usage" usage;
            "usage.promptTokens" usage.prompt_tokens; "usage.completionTokens" usage.completion_tokens;
            "usage.totalTokens" usage.total_tokens; "reasoningContent" reasoning_content;
            "thoughtSignature" thought_signature;
        },
        TypedResult::Files(set) => readings! { set:
            "cost" cost; "outputs" outputs; "outputs.files" files; "media" media; "all media" all_media; "seed" seed;
        },
        TypedResult::Caption(caption) => readings! { caption:
            "cost" cost; "text" text; "structuredData" structured_data;
        },
        TypedResult::Mask(mask) => readings! { mask:
            "cost" cost; "maskImageUUID" uuid; "media" media; "all media" all_media; "detections" detections;
            "inputImageUUID" input_image_uuid;
        },
        TypedResult::Guide(guide) => readings! { guide:
            "cost" cost; "guideImageUUID" uuid; "media" media; "all media" all_media;
            "inputImageUUID" input_image_uuid;
        },
        TypedResult::Prompt(prompt) => readings! { prompt: "cost" cost; "text" text; },
        TypedResult::Training(training) => readings! { training:
            "cost" cost; "air" air; "outputs" outputs; "outputs.files" files; "media" media; "all media" all_media;
        },
        TypedResult::ModelSearch(page) => {
            let mut all = readings! { page: "totalResults" total_results; "results" results; };
            for model in page.results() {
                all.extend(readings! { model:
                    "name" name; "air" air; "version" version; "category" category; "type" model_type;
                    "architecture" architecture; "baseModel" base_model; "tags" tags; "comment" comment;
                    "heroImage" hero_image; "imageURL" image_url; "thumbnailURL" thumbnail_url;
                    "private" is_private; "primary" is_primary; "nsfwLevel" nsfw_level;
                    "defaultWidth" default_width; "defaultHeight" default_height; "defaultSteps" default_steps;
                    "defaultScheduler" default_scheduler; "defaultCFG" default_cfg;
                    "defaultStrength" default_strength; "defaultWeight" default_weight;
                    "positiveTriggerWords" positive_trigger_words;
                    "negativeTriggerWords" negative_trigger_words;
                });
            }
            all
        }
        TypedResult::ModelUpload(upload) => readings! { upload:
            "status" status; "message" message; "air" air;
        },
        TypedResult::Storage(stored) => readings! { stored:
            "operation" operation; "mediaUUID" uuid; "media" media; "all media" all_media;
        },
        TypedResult::ImageUpload(stored) => readings! { stored:
            "imageUUID" uuid; "media" media; "all media" all_media;
        },
        TypedResult::Account(account) => {
            let mut all = readings! { account:
                "operation" operation; "organizationUUID" organization_uuid; "organizationName" organization_name;
                "AIRSource" air_source; "balance" balance.amount; "balance.freeBalance" balance.free_balance;
                "balance.currency" balance.currency; "usage" usage; "usage.total" usage.total.credits;
                "usage.total.requests" usage.total.requests; "usage.today" usage.today.credits;
                "usage.last7Days" usage.last_7_days.requests; "usage.last30Days" usage.last_30_days.credits;
                "team" team; "apiKeys" api_keys;
            };
            for member in account.team() {
                all.extend(readings! { member:
                    "team.name" name; "team.email" email; "team.roles" roles; "team.joinedAt" joined_at;
                });
            }
            for key in account.api_keys() {
                all.extend(readings! { key:
                    "apiKeys.name" name; "apiKeys.apiKey" masked_key; "apiKeys.description" description;
                    "apiKeys.enabled" enabled; "apiKeys.createdAt" created_at;
                    "apiKeys.lastUsedAt" last_used_at; "apiKeys.requests" requests;
                });
            }
            all
        }
        TypedResult::Authentication(session) => readings! { session:
            "connectionSessionUUID" connection_session_uuid;
        },
        TypedResult::Ping(ping) => readings! { ping: "pong" pong; },
        TypedResult::Details(details) => vec![
            ("request", details.tasks().ok().and_then(Told::told)),
            ("response", details.envelope().ok().and_then(|envelope| envelope.items.told())),
        ],
        _ => vec![],
    }
}
