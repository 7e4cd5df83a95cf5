use super::Media;
use crate::{Item, RawJson};

fn item(text: &str) -> Item {
    Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap()
}

#[test]
fn every_kind_of_media_has_one_name_to_ask_for() {
    for thing in ["image", "video", "audio", "maskImage", "guideImage", "media"] {
        for (form, name) in [("URL", "Url"), ("Base64Data", "Base64"), ("DataURI", "DataUri")] {
            let item = item(&format!(r#"{{"{thing}{form}":"https:\/\/h\/x"}}"#));
            let expected = format!(r#"{name}("https://h/x")"#);
            assert_eq!(format!("{:?}", item.media().unwrap()), expected, "{thing}{form}");
            assert_eq!(item.all_media(), [item.media().unwrap()], "{thing}{form}");
        }
    }
}

#[test]
fn all_files_of_a_result_are_given_each_once() {
    let table: [(&str, &[&str]); 11] = [
        (r#"{"outputs":{"files":[{"url":"a"},{"url":"b","kind":1}]}}"#, &["a", "b"]),
        (r#"{"outputs":{"files":[{"url":"a"},{"url":"a"}]}}"#, &["a", "a"]),
        (r#"{"outputs":{"files":[{"url":"a"}]},"imageURL":"a"}"#, &["a"]),
        (r#"{"outputs":{"files":[{"url":"a"}]},"imageURL":"i"}"#, &["i", "a"]),
        (r#"{"outputs":{"files":[{"url":7},null,{"url":""},{},"x",{"url":"b"}]}}"#, &["b"]),
        (r#"{"outputs":{"files":[{"url":"a","url":"b"}],"files":[{"url":"c","url":"d"}]}}"#, &["d"]),
        (r#"{"outputs":{"files":{"url":"a"}}}"#, &[]),
        (r#"{"outputs":["a"]}"#, &[]),
        (r#"{"mediaURL":"m","videoURL":"v"}"#, &["v"]),
        (r#"{"maskImageURL":"m","imageBase64Data":"i"}"#, &["i", "m"]),
        (r#"{"imageDataURI":"d","imageBase64Data":"b","imageURL":""}"#, &["b"]),
    ];
    for (text, expected) in table {
        let item = item(text);
        let all = item.all_media();
        assert_eq!(all.iter().map(Media::as_str).collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(item.media(), all.into_iter().next(), "{text}");
    }
}

#[test]
fn texts_and_echoes_are_no_media() {
    for text in [
        r#"{"status":"processing","imageURL":"https://h/preview.png"}"#,
        r#"{"status":"error","outputs":{"files":[{"url":"a"}]}}"#,
        r#"{"text":"hi"}"#,
        r#"{"webhookURL":"https://h"}"#,
        r#"{"imageURL":""}"#,
        r#"{"imageURL":7}"#,
        r#"{"outputs":{}}"#,
    ] {
        let item = item(text);
        assert_eq!((item.media(), item.all_media()), (None, vec![]), "{text}");
    }
}

#[test]
fn data_is_decoded_in_every_way_it_is_written() {
    let table: [(Media<'_>, &[u8]); 14] = [
        (Media::Base64("".into()), b""),
        (Media::Base64("+/+/Zg==".into()), b"\xfb\xff\xbff"),
        (Media::Base64("+/+/Zg".into()), b"\xfb\xff\xbff"),
        (Media::Base64("-_-_Zg".into()), b"\xfb\xff\xbff"),
        (Media::DataUri("data:image/png;base64,Zm94".into()), b"fox"),
        (Media::DataUri("DATA:;BASE64,Zm94".into()), b"fox"),
        (Media::DataUri("data:image/png;name=a;base64,Zg%3D%3d".into()), b"f"),
        (Media::DataUri("data:image/png; base64,Zm94".into()), b"fox"),
        (Media::DataUri("data:image/png;  Base64 ,Zm94".into()), b"fox"),
        (Media::DataUri("data:,fox".into()), b"fox"),
        (Media::DataUri("data:image/svg+xml;utf8,<svg a='%23f,%2'/>%".into()), b"<svg a='#f,%2'/>%"),
        (Media::DataUri("data:text/plain,%zz%4".into()), b"%zz%4"),
        (Media::DataUri("data:text/plain,f\u{f6}x".into()), "f\u{f6}x".as_bytes()),
        (Media::DataUri("data:base64,Zm94".into()), b"Zm94"),
    ];
    for (media, expected) in table {
        assert_eq!(media.decode().unwrap(), expected, "{media:?}");
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    for (media, expected) in [
        (
            Media::Url("https://h/i.png".into()),
            r#""https://h/i.png" is an address; the file has to be downloaded"#,
        ),
        (Media::Base64("Z".into()), "the base64 of the file cannot be read: "),
        (Media::Base64("Zm 94".into()), "the base64 of the file cannot be read: "),
        (Media::Base64("+_".into()), "the base64 of the file cannot be read: "),
        (Media::DataUri("data:image/png;base64".into()), r#""data:image/png;base64" is no data URI; "#),
        (Media::DataUri("https://h/,".into()), r#""https://h/," is no data URI; "#),
        (Media::DataUri("data:;base64,Zm94%".into()), "the base64 of the file cannot be read: "),
    ] {
        let error = media.decode().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{media:?}: {error}");
    }
}

#[test]
fn data_uris_name_their_media_type() {
    for (uri, expected) in [
        ("data:image/png;base64,AAAA", Some("image/png")),
        ("data:text/plain;charset=utf-8,a", Some("text/plain")),
        ("data:image/svg+xml,<svg/>", Some("image/svg+xml")),
        ("data:;base64,AAAA", None),
        ("data:base64,AAAA", None),
        ("data:,a/b", None),
        ("data:image/png", None),
    ] {
        assert_eq!(Media::DataUri(uri.into()).media_type(), expected, "{uri}");
    }
    assert_eq!(Media::Url("data:image/png,".into()).media_type(), None);
}

#[test]
fn debug_shows_addresses_in_full_and_data_in_short() {
    let long = "A".repeat(1000);
    let url = format!("https://im.runware.ai/{long}");
    assert!(format!("{:?}", Media::Url(url.as_str().into())).contains(&url));
    let data = format!("{:?}", Media::Base64(long.as_str().into()));
    assert_eq!(data, format!(r#"Base64("{}…")"#, "A".repeat(60)));
    assert!(format!("{:?}", Media::DataUri(format!("data:image/png;base64,{long}").into())).len() < 80);
}
