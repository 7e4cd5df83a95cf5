use proptest::prelude::*;

use super::*;

fn key(text: &str) -> String {
    ApiKey::new(text).unwrap().expose().to_owned()
}

#[test]
fn what_people_paste_around_a_key_is_taken_off() {
    for text in [
        "abc123",
        "  abc123\r\n",
        "\u{feff}abc123",
        "\"abc123\"",
        "'abc123'",
        "`abc123`",
        "Bearer abc123",
        "bearer\tabc123",
        "\u{feff} \"Bearer  'abc123' \" \n",
    ] {
        assert_eq!(key(text), "abc123", "{text:?}");
    }
}

#[test]
fn a_key_that_only_looks_wrapped_is_kept() {
    assert_eq!(key("Bearerabc"), "Bearerabc");
    assert_eq!(key("\"abc"), "\"abc");
    assert_eq!(key("a\"b\"c"), "a\"b\"c");
}

#[test]
fn nothing_is_not_a_key() {
    for text in ["", "  \n", "\u{feff}", "\"\"", "Bearer", "bearer  ", "'Bearer '"] {
        let error = ApiKey::new(text).unwrap_err();
        assert_eq!(error.to_string(), "the API key is empty", "{text:?}");
    }
}

#[test]
fn a_broken_key_is_refused_by_position_and_not_shown() {
    for (text, position) in [("sekret\nX: y", 7), ("sek ret", 4), ("sekr\u{e9}t", 5), ("sekret\u{0}", 7)] {
        let error = ApiKey::new(text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&position.to_string()), "{shown}");
        assert!(!shown.contains("sek"), "{shown}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_printable_key_or_an_error(text in any::<String>()) {
        if let Ok(key) = ApiKey::new(text) {
            prop_assert!(!key.expose().is_empty());
            prop_assert!(key.expose().bytes().all(|byte| byte.is_ascii_graphic()));
            // Taking the wrappers off once more changes nothing.
            let again = ApiKey::new(key.expose()).unwrap();
            prop_assert_eq!(again.expose(), key.expose());
        }
    }
}

#[test]
fn a_fingerprint_is_always_the_same_and_says_nothing_of_the_key() {
    let key = ApiKey::new("abc123").unwrap();
    assert_eq!(key.fingerprint(), "d8b7b900");
    assert_ne!(ApiKey::new("abc124").unwrap().fingerprint(), key.fingerprint());
}
