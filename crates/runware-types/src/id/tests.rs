use proptest::prelude::*;
use uuid::Uuid;

use super::TaskUuid;

const TEXT: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

fn refusal(text: &str) -> String {
    text.parse::<TaskUuid>().unwrap_err().to_string()
}

/// Ids that callers have stored depend on these: they never change.
#[test]
fn ids_from_keys_are_frozen() {
    for (namespace, key, id) in [
        ("", "", "374708ff-f771-4dd5-979e-c875d56cd228"),
        ("shop.example/orders", "order 1042, picture 3", "71a88966-2ec9-417d-b1ae-c7d62a0164ba"),
        ("a", "bc", "3fafa1cf-2f19-47c1-929b-eb20cf0983f7"),
        ("ab", "c", "601d5476-e2cc-4e2c-87a2-bba7a3226597"),
        ("ü", "😀", "37f32eb8-c752-43e5-915d-96b958324f07"),
    ] {
        let derived = TaskUuid::from_key(namespace, key);
        assert_eq!(derived.to_string(), id);
        assert_eq!(derived.to_string().parse(), Ok(derived));
    }
}

#[test]
fn random_bytes_become_version_4() {
    assert_eq!(TaskUuid::from_random_bytes([0; 16]).to_string(), "00000000-0000-4000-8000-000000000000");
    assert_eq!(TaskUuid::from_random_bytes([255; 16]).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

#[test]
fn a_new_id_is_strict_about_its_form() {
    assert_eq!(TEXT.parse::<TaskUuid>().unwrap().to_string(), TEXT);
    assert_eq!(TEXT.to_uppercase().parse::<TaskUuid>().unwrap().to_string(), TEXT);
    let form = "a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has ";
    for text in [
        "",
        "24cd5dffcb814db58506b72a9425f9d1",
        " 24cd5dff-cb81-4db5-8506-b72a9425f9d1",
        &format!("{{{TEXT}}}"),
    ] {
        assert_eq!(refusal(text), format!("{form}{}", text.len()));
    }
    assert_eq!(
        refusal("24cd5dff-cb81-4db5-8506-b72a9425f9dg"),
        "character 36 of a task UUID is a hexadecimal digit; this has 'g'"
    );
    assert_eq!(
        refusal("24cd5dff0cb81-4db5-8506-b72a9425f9d1"),
        "character 9 of a task UUID is a hyphen; this has '0'"
    );
    assert_eq!(
        refusal("24cd5dff-cb81-4db5-8506-b72a9425f9d\u{e9}"),
        "character 36 of a task UUID is a hexadecimal digit; this has 'é'"
    );
}

#[test]
fn a_new_id_is_of_version_4() {
    assert_eq!(
        refusal("01890a5d-ac96-774b-bcce-b302099a8057"),
        "a new task needs a UUID of version 4; this is of version 7"
    );
    assert_eq!(
        refusal("24cd5dff-cb81-4db5-0506-b72a9425f9d1"),
        "a new task needs a UUID of the RFC 9562 variant; this is of another one"
    );
    assert_eq!(refusal("00000000-0000-0000-0000-000000000000"), "the nil UUID names no task");
}

#[test]
fn a_known_id_may_be_of_any_version() {
    for text in [TEXT, "01890a5d-ac96-774b-bcce-b302099a8057", "b880f077-e514-58ef-0ebd-ce1c37b46eb7"] {
        assert_eq!(TaskUuid::parse_known(text).unwrap().to_string(), text);
    }
    let nil = TaskUuid::parse_known("00000000-0000-0000-0000-000000000000").unwrap_err();
    assert_eq!(nil.to_string(), "the nil UUID names no task");
    assert!(TaskUuid::parse_known("24cd5dffcb814db58506b72a9425f9d1").is_err());
}

#[test]
fn an_echo_is_read_in_any_form() {
    let id: TaskUuid = TEXT.parse().unwrap();
    let simple = TEXT.replace('-', "");
    for text in [
        TEXT.to_owned(),
        TEXT.to_uppercase(),
        simple.clone(),
        format!("{{{TEXT}}}"),
        format!("urn:uuid:{TEXT}"),
        format!("URN:UUID:{}", TEXT.to_uppercase()),
        format!(" {TEXT}\n"),
    ] {
        assert_eq!(TaskUuid::parse_echo(&text), Some(id), "{text}");
        let quoted = serde_json::to_string(&text).unwrap();
        assert_eq!(serde_json::from_str::<TaskUuid>(&quoted).unwrap(), id);
    }
    for text in ["", "N/A", &simple[1..], &format!("{TEXT}0")] {
        assert_eq!(TaskUuid::parse_echo(text), None, "{text}");
    }
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{TEXT}\""));
}

proptest! {
    #[test]
    fn every_id_is_read_back(bytes in any::<[u8; 16]>()) {
        let new = TaskUuid::from_random_bytes(bytes);
        prop_assert_eq!(new.to_string().parse(), Ok(new));
        let any_version = TaskUuid::from_uuid(Uuid::from_bytes(bytes));
        let shown = any_version.to_string();
        prop_assert_eq!(TaskUuid::parse_echo(&shown), Some(any_version));
        prop_assert_eq!(TaskUuid::parse_known(&shown).is_ok(), !any_version.as_uuid().is_nil());
    }

    #[test]
    fn no_text_panics(text in "[0-9a-fA-F{}-]{30,40}|\\PC{0,40}") {
        let _ = (text.parse::<TaskUuid>(), TaskUuid::parse_echo(&text));
    }

    #[test]
    fn parts_of_a_key_do_not_run_together(text in "[a-c]{2,6}", cut in 1_usize..5) {
        let cut = cut.min(text.len() - 1);
        let (namespace, key) = text.split_at(cut);
        prop_assert_ne!(TaskUuid::from_key(namespace, key), TaskUuid::from_key(&text, ""));
    }
}
