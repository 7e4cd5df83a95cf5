use super::{check, sentences};

fn task(media: &str) -> String {
    let media = serde_json::to_string(media).unwrap();
    format!(r#"{{"taskType":"imageInference","model":"m","inputs":{{"seedImage":{media}}}}}"#)
}

#[test]
fn the_four_forms_pass() {
    for media in [
        "https://example.com/fox.png",
        "4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94",
        "data:image/png;base64,iVBORw0KGgo=",
        "data:image/svg+xml,<svg/>",
        &"AAAA".repeat(16),
    ] {
        assert_eq!(sentences(&task(media)), [""; 0], "{media}");
    }
}

#[test]
fn nothing_is_silently_taken_for_a_file() {
    for (media, problem) in [
        ("./fox.png", r#"is "./fox.png", which looks like the name of a file, and files are not read"#),
        ("C:\\fox.png", r#"is "C:\\fox.png", which looks like the name of a file, and files are not read"#),
        (
            "file:///pictures/fox.png",
            r#"is "file:///pictures/fox.png", the address of a local file, which is not read"#,
        ),
        ("https://", r#"is "https://", an incomplete address"#),
        ("data:image/png", r#"is "data:image/png", a data URI without a comma"#),
        ("a fox", r#"is "a fox""#),
        ("", r#"is """#),
    ] {
        assert_eq!(
            sentences(&task(media)),
            [format!(
                "error[not-media]: /inputs/seedImage {problem}; it must be a public http or https address, the UUID of a \
                 stored file, a data URI, or base64"
            )]
        );
    }
}

#[test]
fn data_must_be_there_and_be_what_it_says() {
    for (media, problem) in [
        ("data:image/png;base64,", "is a data URI without data"),
        ("data:image/png;base64,a b", "is a data URI of base64 whose data is not base64"),
        ("DATA:;BASE64,%20", "is a data URI of base64 whose data is not base64"),
    ] {
        assert_eq!(sentences(&task(media)), [format!("error[not-media]: /inputs/seedImage {problem}")]);
    }
}

#[test]
fn a_short_text_that_is_taken_as_base64_is_a_warning() {
    for media in ["fox", "iVBORw0KGgo=", "4e7a91c328d54f6ba0e27c3d8f1b5a94"] {
        let said = sentences(&task(media));
        assert!(matches!(said.as_slice(), [one] if one.starts_with("warning[short-base64]")), "{said:?}");
    }
}

#[test]
fn addresses_must_be_public() {
    for (text, pointer) in [
        (task("http://localhost:8080/fox.png"), "/inputs/seedImage 1:64"),
        (
            r#"{"taskType":"imageInference","model":"m","webhookURL":"http://127.0.0.1/"}"#.into(),
            "/webhookURL 1:55",
        ),
    ] {
        check(&text, &["unknown unchecked-model /model 1:38", &format!("warning private-address {pointer}")]);
    }
}
