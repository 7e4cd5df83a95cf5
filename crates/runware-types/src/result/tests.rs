use super::{AudioResult, FilesResult, FinishReason, ImageResult, TextResult, VideoResult};
use crate::{Item, Media, RawJson};

fn item(text: &'static str) -> Item {
    Item::from_raw(RawJson::parse(text).unwrap()).unwrap()
}

#[test]
fn media_comes_in_the_form_it_was_delivered_in() {
    let image: ImageResult = item(r#"{"imageUUID":"i","imageBase64Data":"AAAA"}"#).decode().unwrap();
    assert_eq!(image.media(), Some(Media::Base64("AAAA".into())));
    let video: VideoResult = item(r#"{"videoURL":"https://h/v.mp4","videoUUID":"v"}"#).decode().unwrap();
    assert_eq!(
        (video.media(), video.uuid.as_deref()),
        (Some(Media::Url("https://h/v.mp4".into())), Some("v"))
    );
    let audio: AudioResult = item(r#"{"audioDataURI":"data:audio/wav;base64,AAAA"}"#).decode().unwrap();
    assert_eq!(audio.media(), Some(Media::DataUri("data:audio/wav;base64,AAAA".into())));
    assert!(ImageResult::from_item(&item(r#"{"status":"processing"}"#)).is_err());
}

#[test]
fn details_of_an_unexpected_type_do_not_hide_the_media() {
    let image: ImageResult =
        item(r#"{"imageURL":"https://h/i.png","seed":-1.5,"NSFWContent":"no","cost":[],"new":{"deep":[1]}}"#)
            .decode()
            .unwrap();
    assert_eq!(image.media(), Some(Media::Url("https://h/i.png".into())));
    assert_eq!((image.seed(), image.nsfw_content(), image.cost()), (None, None, None));
}

#[test]
fn large_seeds_and_small_costs_are_exact() {
    let image: ImageResult =
        item(r#"{"imageURL":"u","seed":9007199254740993,"cost":1.3e-3,"NSFWContent":false}"#)
            .decode()
            .unwrap();
    assert_eq!(image.seed(), Some(9_007_199_254_740_993));
    assert_eq!(image.cost(), Some("0.0013".parse().unwrap()));
    assert_eq!(image.nsfw_content(), Some(false));
}

#[test]
fn text_results_accept_both_names_of_token_counts() {
    let text: TextResult = item(
        r#"{"text":"","finishReason":"tool_calls","reasoningContent":"hm","cost":0.00001,
            "usage":{"promptTokens":3,"outputTokens":2,"inputTokens":9,"totalTokens":5}}"#,
    )
    .decode()
    .unwrap();
    assert_eq!(text.finish_reason, Some(FinishReason::ToolCalls));
    assert_eq!(text.reasoning_content.as_deref(), Some("hm"));
    let usage = text.usage.unwrap();
    let counts = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens);
    assert_eq!(counts, (Some(3), Some(2), Some(5)));
}

#[test]
fn a_result_of_another_type_is_a_typed_error_and_the_item_stays() {
    let item = item(r#"{"imageURL":"https://h/i.png"}"#);
    let error = item.decode::<TextResult>().unwrap_err();
    assert!(error.to_string().contains("missing field `text`"), "{error}");
    assert!(item.raw().as_str().contains("https://h/i.png"));
}

#[test]
fn files_of_three_dimensional_results() {
    let result: FilesResult =
        item(r#"{"outputs":{"files":[{"url":"https://h/a.glb","kind":"mesh"},{"url":"https://h/b.glb"}]},"seed":1}"#)
            .decode()
            .unwrap();
    let urls: Vec<_> = result.outputs.files.iter().map(|file| file.url.as_str()).collect();
    assert_eq!(urls, ["https://h/a.glb", "https://h/b.glb"]);
}
