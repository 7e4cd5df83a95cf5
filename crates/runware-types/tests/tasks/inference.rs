//! Tasks that make images, videos, audio, texts and three-dimensional models.

use runware_types::{
    Acceleration, AudioInference, DeliveryMethod, FramePosition, ImageInference, MediaInput, OutputFormat,
    OutputType, PromptWeighting, SafetyMode, TextInference, ThreeDInference, VideoInference,
};

use super::{Case, case, id, json, png, stored, web};

pub(crate) fn table() -> Vec<Case> {
    [images(), videos(), audio(), texts(), three_d()].into_iter().flatten().collect()
}

/// Sets what all of these take, in the order of the samples.
macro_rules! common {
    ($task:expr) => {
        $task
            .task_uuid(id())
            .delivery_method(DeliveryMethod::Async)
            .webhook_url("https://example.com/hook")
            .include_cost(true)
            .routing(json(r#"{"region":"eu"}"#))
            .number_results(2)
    };
}

macro_rules! files {
    ($task:expr, $kind:ident, $format:ident) => {
        common!($task)
            .output_type(OutputType::$kind)
            .output_format(OutputFormat::$format)
            .upload_endpoint("https://example.com/put")
            .ttl(60)
    };
}

const ACCELERATORS: &str = r#"{"fbcache":true,"cacheDistance":0.1,"teaCache":true,"teaCacheDistance":0.5,"deepCache":true,"deepCacheInterval":3,"deepCacheBranchId":0,"deepCacheSkipMode":"uniform","cacheStartStep":2,"cacheStopStep":20,"cacheStartStepPercentage":10,"cacheEndStepPercentage":90,"cacheMaxConsecutiveSteps":3}"#;

fn images() -> Vec<Case> {
    let full = files!(ImageInference::new("runware:101@1", "a red fox"), Base64Data, Png)
        .output_quality(90)
        .check_content(true)
        .safety_mode(SafetyMode::Full)
        .negative_prompt("people")
        .width(1024)
        .height(768)
        .steps(28)
        .cfg_scale(3.5)
        .true_cfg_scale(4.0)
        .scheduler("Euler")
        .seed(u64::MAX)
        .strength(0.8)
        .clip_skip(1)
        .mask_margin(32)
        .prompt_weighting(PromptWeighting::Compel)
        .acceleration(Acceleration::High)
        .vae("civitai:5@6")
        .structured_prompt(json(r#"{"subject":"fox"}"#))
        .settings(json(r#"{"quality":"high"}"#))
        .provider_settings(json(r#"{"bfl":{"safetyTolerance":2}}"#))
        .advanced_features(json(r#"{"layerDiffuse":true}"#))
        .inputs(json(
            r#"{"images":["STORED"],"superResolutionReferences":["data:image/png;base64,iVBORw0KGgo="],"fonts":[{"url":"https://example.com/font.ttf"}]}"#,
        ))
        .seed_image(web("fox.png"))
        .mask_image(MediaInput::base64("iVBORw0KGgo="))
        .reference_image(stored())
        .reference_image(png())
        .image(web("in.png"))
        .mask(web("mask.png"))
        .lora("civitai:1@2", 0.8)
        .lora("civitai:3@4", 1.0)
        .lycoris("civitai:7@8", -1.0)
        .embedding("civitai:9@10", 0.5)
        .control_net(json(
            r#"{"model":"runware:20@1","guideImage":"STORED","weight":1,"startStep":1,"endStep":20,"controlMode":"balanced"}"#,
        ))
        .control_net(json(
            r#"{"model":"runware:20@1","guideImage":"STORED","startStepPercentage":5,"endStepPercentage":90}"#,
        ))
        .ip_adapter(json(
            r#"{"model":"runware:55@2","guideImage":"STORED","guideImages":["STORED"],"weight":0.5,"combineMethod":"concat","weightType":"normal","embedScaling":"only_v","weightComposition":1}"#,
        ))
        .refiner(json(r#"{"model":"civitai:101055@128080","startStep":30}"#))
        .outpaint(json(r#"{"top":256,"right":128,"bottom":256,"left":128,"blur":16}"#))
        .hires_fix(true)
        .accelerator_options(json(ACCELERATORS))
        .pulid(json(
            r#"{"inputImages":["STORED"],"idWeight":1,"trueCFGScale":1.5,"CFGStartStep":3,"CFGStartStepPercentage":10}"#,
        ))
        .photo_maker(json(r#"{"images":["STORED"],"style":"Cinematic","strength":20}"#))
        .ultralytics(json(
            r#"{"inpaintSize":512,"maskBlur":4,"maskPadding":8,"confidence":0.4,"positivePrompt":"a face","negativePrompt":"blur","steps":20,"CFGScale":7,"strength":0.5}"#,
        ))
        .ace_plus_plus(json(
            r#"{"taskType":"portrait","repaintingScale":0.5,"inputImages":["STORED"],"inputMasks":["STORED"]}"#,
        ));
    let other = ImageInference::without_prompt("google:4@2")
        .resolution("2K")
        .refiner(json(r#"{"model":"civitai:101055@128080","startStepPercentage":90}"#))
        .hires_fix(json(r#"{"upscale":2}"#))
        .inputs(json(
            r#"{"referenceImages":[{"image":"STORED","role":"style","tag":"den","type":"place","strength":0.5}]}"#,
        ));
    vec![case(ImageInference::new("runware:101@1", "a red fox")), case(full), case(other)]
}

fn videos() -> Vec<Case> {
    let full = files!(VideoInference::new("klingai:5@3", "a red fox"), Url, Mp4)
        .output_quality(90)
        .check_content(true)
        .safety_mode("full")
        .negative_prompt("people")
        .duration(7.5)
        .width(1280)
        .height(720)
        .fps(24)
        .steps(30)
        .cfg_scale(0.5)
        .seed(1)
        .speech(json(
            r#"{"text":"Who is there?","voice":"Sarah","voices":["Sarah"],"language":"en","speed":1,"volume":1,"pitch":0,"emotion":"calm","tone":["fox/(f)(o)(x)"]}"#,
        ))
        .acceleration(Acceleration::Low)
        .accelerator_options(json(ACCELERATORS))
        .lora("civitai:1@2", 0.8)
        .settings(json(r#"{"mode":"std"}"#))
        .provider_settings(json(r#"{"klingai":{"cameraFixed":true}}"#))
        .inputs(json(
            r#"{"images":["STORED"],"audios":["STORED"],"referenceVoices":["v1"],"speech":[{"id":"1","text":"Hm."}],"elements":[{"id":"fox"}],"frame":"12","draftId":"d1","videoId":"v1","avatar":"a1","background":"white"}"#,
        ))
        .frame_image(stored())
        .frame_image_at(FramePosition::Last, stored())
        .frame_image_at(FramePosition::Number(48), stored())
        .reference_image(stored())
        .reference_video(stored())
        .reference_audio(stored())
        .video(web("in.mp4"))
        .audio(web("in.mp3"))
        .image(web("in.png"))
        .mask(web("mask.png"));
    let other = VideoInference::without_prompt("minimax:3@1")
        .automatic_duration()
        .resolution("1080p")
        .frame_image_at(FramePosition::First, stored());
    let other = other.inputs(json(
        r#"{"frameImages":[{"image":"STORED","frame":"first"},{"image":"STORED","timestamp":2.5}],"referenceImages":[{"tag":"fox","type":"subject","images":["STORED"],"audio":"STORED"},{"image":"STORED"}],"referenceVideos":[{"video":"STORED","tag":"run","type":"motion"}],"audio":[{"id":"1","source":"STORED"}]}"#,
    ));
    vec![case(VideoInference::new("klingai:5@3", "a red fox")), case(full), case(other)]
}

fn audio() -> Vec<Case> {
    let full = files!(AudioInference::new("elevenlabs:1@1", "rain"), DataUri, Flac)
        .negative_prompt("thunder")
        .duration(15.0)
        .steps(20)
        .cfg_scale(2.0)
        .strength(0.5)
        .seed(1)
        .voice("Sarah")
        .language("en")
        .speed(1.2)
        .volume(0.9)
        .pitch(-1.0)
        .emotion("calm")
        .sample_rate(44_100)
        .bitrate(128)
        .channels(2)
        .settings(json(r#"{"instrumental":true}"#))
        .provider_settings(json(r#"{"elevenlabs":{"music":{}}}"#))
        .advanced_features(json(r#"{"x":1}"#))
        .inputs(json(
            r#"{"audios":["STORED"],"videos":["STORED"],"referenceVoices":[{"audio":"STORED","text":"Hm."}]}"#,
        ))
        .audio(web("in.mp3"))
        .video(web("in.mp4"))
        .reference_audio(stored())
        .reference_image(stored());
    let chorus = AudioInference::speak("minimax:speech@1", "Hm.")
        .param("speech", json(r#"{"text":"Hm.","voices":["Sarah"],"tone":["fox/(f)(o)(x)"]}"#));
    vec![
        case(AudioInference::new("elevenlabs:1@1", "rain")),
        case(full),
        case(AudioInference::speak("elevenlabs:25@1", "The fox is in the den.").voice("Sarah")),
        case(chorus),
    ]
}

fn texts() -> Vec<Case> {
    let full = TextInference::prompt("google:gemini@3.1-pro", "Hi")
        .message("assistant", json(r#"[{"type":"text","text":"Hello."}]"#));
    let full = common!(full)
        .output_format(OutputFormat::Json)
        .json_schema(json(r#"{"type":"object"}"#))
        .include_usage(true)
        .seed(1)
        .tool(json(r#"{"name":"weather","description":"Tells the weather."}"#))
        .tool_choice(json(r#"{"type":"auto"}"#))
        .settings(json(r#"{"thinking":true,"cache":{"scope":"system"}}"#))
        .system_prompt("Be brief.")
        .max_tokens(20)
        .temperature(0.2)
        .top_p(0.9)
        .top_k(40)
        .min_p(0.1)
        .stop_sequences(["END"])
        .frequency_penalty(0.5)
        .presence_penalty(0.25)
        .repetition_penalty(1.1)
        .thinking_level("low")
        .provider_settings(json(r#"{"google":{"search":true}}"#))
        .image(stored())
        .video(stored())
        .document(web("a.pdf"));
    let called = TextInference::new("m").param(
        "messages",
        json(r#"[{"role":"assistant","tools":[{"id":"1","name":"weather"}]},{"role":"tool","id":"1","content":"Snow."}]"#),
    );
    vec![case(TextInference::prompt("google:gemini@3.1-pro", "Hi")), case(full), case(called)]
}

fn three_d() -> Vec<Case> {
    let full = files!(ThreeDInference::new("tripo:1@3"), Url, Glb)
        .positive_prompt("a fox")
        .negative_prompt("a dog")
        .seed(1)
        .settings(json(r#"{"pbr":true}"#))
        .image(stored())
        .mask(stored())
        .mesh_file(web("fox.glb"));
    let several =
        ThreeDInference::new("meshy:1@1").add_image(stored()).add_image(png()).reference_image(stored());
    vec![case(ThreeDInference::new("tripo:1@3")), case(full), case(several)]
}
