use super::{MediaForm, MediaInput};
use crate::{ImageInference, Media, RawJson, TaskUuid};

#[test]
fn the_forms_are_told_apart() {
    use MediaForm::{Base64, DataUri, Url, Uuid};
    for (text, form) in [
        ("https://h/i.png", Some(Url)),
        ("HTTP://h", Some(Url)),
        ("https://", None),
        ("http:///etc/passwd", None),
        ("https://h/a b.png", None),
        ("ftp://h/i.png", None),
        ("file:///etc/passwd", None),
        ("data:image/png;base64,AAAA", Some(DataUri)),
        ("data:image/png", None),
        ("4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94", Some(Uuid)),
        ("4e7a91c328d54f6ba0e27c3d8f1b5a94", Some(Base64)),
        ("iVBORw0KGgo=", Some(Base64)),
        ("iVBORw0KGgo", Some(Base64)),
        ("_-8", Some(Base64)),
        ("A", None),
        ("AAAA====", None),
        ("fox.png", None),
        ("./fox", None),
        ("C:\\fox", None),
        ("", None),
    ] {
        assert_eq!(MediaInput::recognise(text), form, "{text:?}");
    }
}

#[test]
fn a_text_that_does_not_fit_is_refused_with_its_field() {
    for (media, message) in [
        (MediaInput::url("fox.png"), r#""fox.png" is not an address that begins with http:// or https://"#),
        (MediaInput::uuid("fox"), r#""fox" is not a UUID"#),
        (
            MediaInput::data_uri("data:x"),
            r#""data:x" is not an address that begins with data: and has a comma"#,
        ),
        (MediaInput::data_uri("data:,"), r#""data:," is a data URI without data"#),
        (
            MediaInput::data_uri("data:image/png;base64,"),
            r#""data:image/png;base64," is a data URI without data"#,
        ),
        (
            MediaInput::data_uri("data:image/png; Base64,!!!"),
            r#""data:image/png; Base64,!!!" is a data URI of base64 whose data is not base64"#,
        ),
        (MediaInput::base64("fox.png"), r#""fox.png" is not base64"#),
    ] {
        let task = ImageInference::new("m", "a fox").reference_image(media);
        let error = task.prepare(TaskUuid::from_key("test", "media")).unwrap_err();
        assert_eq!(error.field(), "inputs.referenceImages[0]");
        assert!(error.to_string().ends_with(message), "{error}");
    }
}

#[test]
fn data_that_is_not_in_base64_need_not_look_like_it() {
    for media in [
        MediaInput::data_uri("data:image/svg+xml,<svg a='!!!,'/>"),
        MediaInput::data_uri("data:base64,!!!"),
        MediaInput::url("https://h/a,"),
    ] {
        assert!(RawJson::from_value(&media).is_ok(), "{media:?}");
    }
}

#[test]
fn a_result_can_be_the_input_of_the_next_task() {
    let media = Media::Base64("AAAA".into());
    assert_eq!(RawJson::from_value(&MediaInput::from(media)).unwrap().as_str(), r#""AAAA""#);
}

#[test]
fn debug_is_short() {
    let shown = format!("{:?}", MediaInput::base64("A".repeat(1_000_000)));
    assert!(shown.len() < 80, "{shown}");
}
