use super::*;

fn id(key: &str) -> TaskUuid {
    TaskUuid::from_key("files", key)
}

/// The chunks of a PNG, each with its checksum verified.
fn chunks(png: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").expect("the signature");
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let checked = &rest[4..8 + length];
        let sum = u32::from_be_bytes(rest[8 + length..12 + length].try_into().unwrap());
        assert_eq!(png::crc32(checked), sum);
        chunks.push((String::from_utf8(checked[..4].to_vec()).unwrap(), checked[4..].to_vec()));
        rest = &rest[12 + length..];
    }
    chunks
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    assert_eq!(png::crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn a_picture_is_a_whole_png_of_its_id() {
    let png = Kind::Image.format(None).file(id("a"));
    let chunks = chunks(&png);
    let names: Vec<_> = chunks.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["IHDR", "PLTE", "IDAT", "IEND"]);
    assert_eq!(chunks[0].1, [0, 0, 0, 64, 0, 0, 0, 64, 1, 3, 0, 0, 0]);
    let stream = &chunks[2].1;
    let length = u16::from_le_bytes([stream[3], stream[4]]);
    assert_eq!(usize::from(length), 64 * 9);
    assert_eq!(u16::from_le_bytes([stream[5], stream[6]]), !length);
    assert_eq!(stream.len(), 7 + 64 * 9 + 4);
    assert_eq!(png, Kind::Image.format(None).file(id("a")));
    assert_ne!(png, Kind::Image.format(None).file(id("b")));
}

#[test]
fn every_format_has_its_signature() {
    let file = |kind: Kind, name: &str| kind.format(Some(name)).file(id("a"));
    assert!(
        file(Kind::Image, "JPG").starts_with(b"\xff\xd8\xff")
            && file(Kind::Image, "JPG").ends_with(b"\xff\xd9")
    );
    let webp = file(Kind::Image, "webp");
    assert_eq!((&webp[..4], &webp[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
    assert_eq!(u32::from_le_bytes(webp[4..8].try_into().unwrap()) as usize, webp.len() - 8);
    assert!(file(Kind::Image, "SVG").starts_with(b"<svg "));
    assert!(file(Kind::Video, "WEBM").starts_with(b"\x1a\x45\xdf\xa3"));
    assert_eq!(file(Kind::Audio, "MP3")[..2], [0xff, 0xf3], "an MPEG-2 layer III frame");
    let wav = file(Kind::Audio, "WAV");
    assert_eq!((&wav[..4], &wav[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!(u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize, wav.len() - 8);
    let glb = file(Kind::Model, "GLB");
    assert_eq!(&glb[..8], b"glTF\x02\0\0\0");
    assert_eq!(u32::from_le_bytes(glb[8..12].try_into().unwrap()) as usize, glb.len());
}

#[test]
fn the_clip_is_made_of_whole_boxes() {
    let clip = Kind::Video.format(None).file(id("a"));
    let (mut rest, mut boxes) = (&clip[..], Vec::new());
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        boxes.push(std::str::from_utf8(&rest[4..8]).unwrap());
        rest = &rest[length..];
    }
    assert_eq!(boxes.first(), Some(&"ftyp"));
    assert!(boxes.contains(&"moov") && boxes.contains(&"mdat"), "{boxes:?}");
}

#[test]
fn a_path_names_a_folder_an_id_and_an_extension_of_the_folder() {
    let name = id("a").to_string();
    let (format, bytes) = find("image", &format!("{name}.png")).unwrap();
    assert_eq!((format.media_type, bytes), ("image/png", PNG.file(id("a"))));
    assert_eq!(find("audio", &format!("{name}.wav")).unwrap().0.media_type, "audio/wav");
    for (folder, name) in [
        ("image", format!("{name}.mp4")),
        ("image", format!("{name}.PNG")),
        ("image", name.clone()),
        ("image", "../../etc/passwd.png".to_owned()),
        ("images", format!("{name}.png")),
    ] {
        assert!(find(folder, &name).is_none(), "{folder}/{name}");
    }
}
