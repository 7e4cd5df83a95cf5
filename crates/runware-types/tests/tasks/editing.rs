//! Tasks that change, describe or prepare something, and training.

use runware_types::{
    Caption, ControlNetPreprocess, DeliveryMethod, ImageMasking, OutputFormat, OutputType, Preprocessor,
    PromptEnhance, RemoveBackground, Tools, Training, Upscale, Vectorize,
};

use super::{Case, case, id, json, stored, web};

pub(crate) fn table() -> Vec<Case> {
    [pictures(), words(), masks(), vectors(), tools(), training()].into_iter().flatten().collect()
}

/// Sets what all of these take, in the order of the samples.
macro_rules! common {
    ($task:expr) => {
        $task
            .task_uuid(id())
            .delivery_method(DeliveryMethod::Async)
            .webhook_url("https://example.com/hook")
            .include_cost(true)
    };
}

macro_rules! files {
    ($task:expr, $format:ident) => {
        common!($task)
            .routing(json(r#"{"region":"eu"}"#))
            .output_type(OutputType::Url)
            .output_format(OutputFormat::$format)
            .upload_endpoint("https://example.com/put")
            .ttl(60)
    };
}

fn pictures() -> Vec<Case> {
    let large = files!(Upscale::image("runware:501@1", stored()), Webp)
        .output_quality(90)
        .upscale_factor(1.5)
        .positive_prompt("a fox")
        .settings(json(r#"{"steps":20}"#))
        .provider_settings(json(r#"{"topaz":{}}"#));
    let alone = files!(RemoveBackground::image("runware:110@1", stored()), Png)
        .output_quality(90)
        .settings(json(r#"{"rgba":[255,255,255,0]}"#))
        .provider_settings(json(r#"{"bria":{"preserveAlpha":true}}"#));
    vec![
        case(Upscale::image("runware:501@1", stored())),
        case(large),
        case(Upscale::image("runware:501@1", stored()).target_megapixels(4)),
        case(Upscale::video("bytedance:50@1", stored()).width(3840).height(2160).fps(29.97)),
        case(Upscale::video("bytedance:50@1", stored()).resolution("4k")),
        case(RemoveBackground::image("runware:110@1", stored())),
        case(alone),
        case(RemoveBackground::video("bria:51@1", stored())),
    ]
}

fn words() -> Vec<Case> {
    let caption = common!(Caption::image("runware:150@2", stored()))
        .routing(json(r#"{"region":"eu"}"#))
        .prompt("What is it?");
    let several = Caption::image("runware:150@2", stored()).inputs(json(r#"{"images":["STORED"]}"#));
    let prompt = common!(PromptEnhance::new("a red fox"))
        .routing(json(r#"{"region":"eu"}"#))
        .model("runware:prompt-enhance@1")
        .prompt_max_length(64)
        .prompt_versions(3);
    vec![
        case(Caption::image("runware:150@2", stored())),
        case(caption),
        case(Caption::video("memories:1@1", stored())),
        case(several),
        case(PromptEnhance::new("a red fox")),
        case(prompt),
    ]
}

fn masks() -> Vec<Case> {
    let mask =
        files!(ImageMasking::new("runware:35@1", stored()), Png).settings(json(r#"{"confidence":0.4}"#));
    let canny = "runware:controlnet-preprocess@canny";
    let guide = files!(ControlNetPreprocess::new(canny, stored()), Png).settings(json(r#"{"threshold":1}"#));
    let older = ControlNetPreprocess::with_preprocessor(Preprocessor::Canny, stored())
        .width(512)
        .height(512)
        .low_threshold_canny(100)
        .high_threshold_canny(200)
        .include_hands_and_face(true);
    vec![
        case(ImageMasking::new("runware:35@1", stored())),
        case(mask),
        case(ControlNetPreprocess::new(canny, stored())),
        case(guide),
        case(older),
    ]
}

fn vectors() -> Vec<Case> {
    let lines = files!(Vectorize::image("recraft:1@1", stored()), Svg)
        .settings(json(r#"{"style":"line"}"#))
        .provider_settings(json(r#"{"recraft":{"styleId":"s"}}"#));
    vec![
        case(Vectorize::image("recraft:1@1", stored())),
        case(lines),
        case(Vectorize::prompt("recraft:1@1", "a fox").width(1024).height(1024)),
    ]
}

fn tools() -> Vec<Case> {
    let film = common!(Tools::new("runware:ffmpeg@0"))
        .inputs(json(r#"{"video":"STORED"}"#))
        .settings(json(r#"{"trim":[0,5]}"#))
        .output_format(OutputFormat::Mkv)
        .ttl(60);
    vec![case(Tools::new("runware:ffmpeg@0")), case(film)]
}

fn training() -> Vec<Case> {
    let start =
        |import| Training::new("runware:qwen-image@style-lora-training", web("foxes.zip"), json(import));
    let full = start(
        r#"{"air":"acme:1@1","name":"Foxes","version":"1.0","uniqueIdentifier":"foxes-1","private":true,"heroImageURL":"https://example.com/fox.png","shortDescription":"Foxes.","architecture":"qwen-image","category":"lora"}"#,
    );
    vec![
        case(start(r#"{"name":"Foxes"}"#)),
        case(common!(full).learning_rate(0.0004).training_steps(1000).trigger_word("redfox")),
    ]
}
