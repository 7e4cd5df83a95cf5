use super::{ID, id, refusal, text_of};
use crate::{
    Authentication, DeliveryMethod, GetResponse, GetTaskDetails, ImageInference, OutputFormat, OutputType,
    Ping, RawTask, TextInference, VideoInference,
};

#[test]
fn image_inference_writes_the_names_of_the_wire() {
    let task = ImageInference::new("runware:101@1", "a fox")
        .task_uuid(id())
        .negative_prompt("people")
        .width(1024)
        .height(768)
        .steps(28)
        .cfg_scale(3.5)
        .scheduler("Euler")
        .seed(u64::MAX)
        .strength(1.0)
        .lora("civitai:1@2", 0.8)
        .lora("civitai:3@4", 1.0)
        .inputs(serde_json::json!({"referenceImages": ["x"]}))
        .output_type(OutputType::Base64Data)
        .output_format("TIFF")
        .number_results(2)
        .include_cost(true)
        .delivery_method(DeliveryMethod::Sync)
        .webhook_url("https://example.com/hook")
        .upload_endpoint("https://example.com/put")
        .ttl(60)
        .output_quality(90)
        .param("vae", "civitai:5@6");
    assert_eq!(
        text_of(task),
        [
            r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"a fox","taskUUID":""#,
            ID,
            r#"","negativePrompt":"people","width":1024,"height":768,"steps":28,"CFGScale":3.5,"scheduler":"Euler","#,
            r#""seed":18446744073709551615,"strength":1,"#,
            r#""lora":[{"model":"civitai:1@2","weight":0.8},{"model":"civitai:3@4","weight":1}],"#,
            r#""inputs":{"referenceImages":["x"]},"outputType":"base64Data","outputFormat":"TIFF","numberResults":2,"#,
            r#""includeCost":true,"deliveryMethod":"sync","webhookURL":"https://example.com/hook","#,
            r#""uploadEndpoint":"https://example.com/put","ttl":60,"outputQuality":90,"vae":"civitai:5@6"}"#,
        ]
        .concat()
    );
}

#[test]
fn video_inference_writes_the_names_of_the_wire() {
    let task = VideoInference::new("klingai:5@3", "a fox")
        .negative_prompt("people")
        .duration(5.0)
        .width(1280)
        .height(720)
        .resolution("720p")
        .fps(24)
        .steps(30)
        .cfg_scale(0.5)
        .seed(1)
        .inputs([1])
        .output_format(OutputFormat::Mp4);
    assert_eq!(
        text_of(task),
        [
            r#"{"taskType":"videoInference","model":"klingai:5@3","positivePrompt":"a fox","negativePrompt":"people","#,
            r#""duration":5,"width":1280,"height":720,"resolution":"720p","fps":24,"steps":30,"CFGScale":0.5,"#,
            r#""seed":1,"inputs":[1],"outputFormat":"MP4"}"#,
        ]
        .concat()
    );
    let automatic = VideoInference::new("m", "p").param("duration", "auto");
    assert!(text_of(automatic).ends_with(r#""duration":"auto"}"#));
}

#[test]
fn text_inference_gathers_messages_and_settings() {
    let task = TextInference::prompt("m", "Hi")
        .system_prompt("Be brief.")
        .message("assistant", "Hello.")
        .message("user", [[1]])
        .max_tokens(20)
        .temperature(0.2)
        .top_p(0.9)
        .top_k(40)
        .max_tokens(30)
        .stop_sequences(["END"])
        .seed(1)
        .include_usage(true)
        .output_format(OutputFormat::Text);
    assert_eq!(
        text_of(task),
        [
            r#"{"taskType":"textInference","model":"m","messages":[{"role":"user","content":"Hi"},"#,
            r#"{"role":"assistant","content":"Hello."},{"role":"user","content":[[1]]}],"#,
            r#""settings":{"systemPrompt":"Be brief.","maxTokens":30,"temperature":0.2,"topP":0.9,"topK":40,"#,
            r#""stopSequences":["END"]},"seed":1,"includeUsage":true,"outputFormat":"TEXT"}"#,
        ]
        .concat()
    );
}

#[test]
fn numbers_that_json_lacks_are_refused_with_their_place() {
    let nan = f64::NAN;
    for (task, field) in [
        (RawTask::from(ImageInference::new("m", "p").cfg_scale(nan).strength(nan)), "CFGScale"),
        (ImageInference::new("m", "p").lora("a", 1.0).lora("b", nan).into(), "lora[1].weight"),
        (VideoInference::new("m", "p").duration(nan).into(), "duration"),
        (TextInference::prompt("m", "p").temperature(nan).into(), "settings.temperature"),
        (TextInference::prompt("m", "p").message("user", [nan]).into(), "messages[1].content[0]"),
        (TextInference::new("m").param("jsonSchema", [nan]).into(), "jsonSchema[0]"),
    ] {
        assert_eq!(refusal(task), format!("`{field}` is NaN; JSON has no such number"));
    }
}

#[test]
fn a_field_of_the_wrong_type_is_not_written_over() {
    let task = TextInference::new("m").param("settings", 3).max_tokens(1);
    assert_eq!(refusal(task), "`settings` is 3 (a number); it must be a JSON object");
    let task = TextInference::new("m").param("messages", "Hi").message("user", "Hi");
    assert_eq!(refusal(task), "`messages` is \"Hi\" (a string); it must be an array to add to it");
}

#[test]
fn counts_and_ids_are_checked_when_prepared() {
    let none = ImageInference::new("m", "p").number_results(0);
    assert_eq!(refusal(none), "`numberResults` is 0 (a number); it must be a whole number of at least 1");
    let version_7 = crate::TaskUuid::parse_known("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
    let error = ImageInference::new("m", "p").task_uuid(version_7).prepare(id()).unwrap_err();
    assert_eq!(error.field(), "taskUUID");
}

#[test]
fn utility_tasks_are_written_without_an_id_of_their_own() {
    assert_eq!(GetResponse::new(id()).encode(), format!(r#"{{"taskType":"getResponse","taskUUID":"{ID}"}}"#));
    assert_eq!(
        GetTaskDetails::new(id()).encode(),
        format!(r#"{{"taskType":"getTaskDetails","taskUUID":"{ID}"}}"#)
    );
    assert_eq!(Ping::new().encode(), r#"{"taskType":"ping","ping":true}"#);
    let authentication = Authentication::new("s3cret").session("abc");
    assert_eq!(
        authentication.encode(),
        r#"{"taskType":"authentication","apiKey":"s3cret","connectionSessionUUID":"abc"}"#
    );
    assert!(!format!("{authentication:?}").contains("s3cret"));
    assert_eq!(text_of(Ping::new()), r#"{"taskType":"ping","ping":true}"#);
}
