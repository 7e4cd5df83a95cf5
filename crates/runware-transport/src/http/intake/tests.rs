use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

const GZIP: Option<&[u8]> = Some(b"gzip");

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn take<'a>(
    encoding: Option<&[u8]>,
    limits: BodyLimits,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Bytes, TransportError> {
    let mut intake = Intake::new(encoding, limits)?;
    for chunk in chunks {
        intake.push(chunk)?;
    }
    intake.finish()
}

fn whole(encoding: Option<&[u8]>, body: &[u8]) -> Result<Bytes, TransportError> {
    take(encoding, BodyLimits::default(), [body])
}

#[test]
fn a_plain_body_is_itself() {
    for encoding in [None, Some(&b"identity"[..]), Some(b""), Some(b" Identity ")] {
        assert_eq!(whole(encoding, b"{\"data\":[]}").unwrap(), "{\"data\":[]}");
    }
}

#[test]
fn a_compressed_body_is_decompressed() {
    for encoding in ["gzip", "x-gzip", "GZIP", " gzip "] {
        assert_eq!(whole(Some(encoding.as_bytes()), &gzip(b"{\"data\":[]}")).unwrap(), "{\"data\":[]}");
    }
}

#[test]
fn a_compressed_body_may_have_several_members() {
    let body = [gzip(b"{\"data\":"), gzip(b""), gzip(b"[]}")].concat();
    assert_eq!(whole(GZIP, &body).unwrap(), "{\"data\":[]}");
}

#[test]
fn a_compressed_body_of_no_bytes_is_empty() {
    assert_eq!(whole(GZIP, b"").unwrap(), "");
    assert_eq!(whole(GZIP, &gzip(b"")).unwrap(), "");
}

#[test]
fn an_encoding_that_was_not_asked_for_is_refused() {
    for encoding in ["br", "deflate", "zstd", "gzip, gzip", "\u{1b}[2J"] {
        let error = whole(Some(encoding.as_bytes()), b"").unwrap_err();
        assert!(error.is_undecodable());
        assert_eq!(error.delivery(), Delivery::Answered);
        assert!(!error.to_string().contains('\u{1b}'));
    }
}

#[test]
fn broken_compression_is_refused() {
    let body = gzip(&b"some text that goes on for a while ".repeat(50));
    for length in 1..body.len() {
        assert!(whole(GZIP, &body[..length]).unwrap_err().is_undecodable(), "cut to {length}");
    }
    let mut wrong_sum = body.clone();
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    assert!(whole(GZIP, &wrong_sum).unwrap_err().is_undecodable());
    assert!(whole(GZIP, &[body, b"garbage".to_vec()].concat()).unwrap_err().is_undecodable());
    assert!(whole(GZIP, b"<html>").unwrap_err().is_undecodable());
}

#[test]
fn the_size_is_that_of_the_decompressed_body() {
    let limits = BodyLimits::default().with_max_bytes(1000);
    let body = vec![b'x'; 1000];
    assert_eq!(take(None, limits, [&body[..]]).unwrap().len(), 1000);
    assert_eq!(take(GZIP, limits, [&gzip(&body)[..]]).unwrap().len(), 1000);

    let body = vec![b'x'; 1001];
    for error in
        [take(None, limits, [&body[..]]), take(GZIP, limits, [&gzip(&body)[..]])].map(Result::unwrap_err)
    {
        assert!(error.is_too_large());
        assert_eq!(error.to_string(), "the reply is larger than 1000 bytes");
    }
}

#[test]
fn an_announced_size_is_refused_before_a_byte_is_taken() {
    let intake = Intake::new(None, BodyLimits::default().with_max_bytes(1000)).unwrap();
    assert!(intake.announce(1000).is_ok());
    assert!(intake.announce(1001).unwrap_err().is_too_large());
    assert!(intake.announce(u64::MAX).unwrap_err().is_too_large());
}

#[test]
fn a_bomb_is_refused_long_before_it_has_unfolded() {
    let bomb = gzip(&vec![0; 12 << 20]);
    let mut intake = Intake::new(GZIP, BodyLimits::default()).unwrap();
    let error = bomb.chunks(1000).find_map(|chunk| intake.push(chunk).err()).unwrap();
    assert!(error.is_too_large());
    assert_eq!(error.to_string(), "the reply grows more than 100 times when decompressed");
    assert!(intake.bounded().bytes.capacity() <= 8 << 20, "{}", intake.bounded().bytes.capacity());
}

#[test]
fn a_small_body_may_be_compressed_as_well_as_it_likes() {
    let body = vec![b' '; 1 << 20];
    let compressed = gzip(&body);
    assert!(compressed.len() * 100 < body.len());
    assert_eq!(whole(GZIP, &compressed).unwrap().len(), body.len());
}

#[test]
fn nothing_beyond_the_largest_size_is_allocated() {
    let mut intake = Intake::new(None, BodyLimits::default().with_max_bytes(100_000)).unwrap();
    while intake.push(&[b'x'; 777]).is_ok() {}
    assert!(intake.bounded().bytes.capacity() <= 100_000);
}

/// Cuts a body at places that the network might choose.
fn cut(body: &[u8], places: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(body.len() + 1)).collect();
    places.extend([0, body.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| body[pair[0]..pair[1]].to_vec()).collect()
}

fn verdict(result: Result<Bytes, TransportError>) -> Result<Bytes, String> {
    result.map_err(|error| format!("{error:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn how_a_body_is_cut_changes_nothing(
        seed in prop::collection::vec(any::<u8>(), 1..400),
        repeats in 1_usize..60,
        max_bytes in prop_oneof![Just(1000), Just(20_000), Just(1 << 20)],
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let plain = seed.repeat(repeats);
        let mut compressed = gzip(&plain);
        if let Some((place, byte)) = damage {
            let at = place.index(compressed.len());
            compressed[at] = byte;
        }
        let limits = BodyLimits::default().with_max_bytes(max_bytes);
        for (encoding, body) in [(None, &plain), (GZIP, &compressed)] {
            let chunks = cut(body, &places);
            let in_pieces = take(encoding, limits, chunks.iter().map(Vec::as_slice));
            let in_one = take(encoding, limits, [body.as_slice()]);
            let in_bytes = take(encoding, limits, body.chunks(1));
            let in_one = verdict(in_one);
            prop_assert_eq!(verdict(in_pieces), in_one.clone());
            prop_assert_eq!(verdict(in_bytes), in_one);
        }
    }

    #[test]
    fn any_bytes_are_taken_or_refused(body: Vec<u8>) {
        let with_header = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], body.as_slice()].concat();
        for body in [body, with_header] {
            if let Err(error) = whole(GZIP, &body) {
                prop_assert!(error.is_undecodable());
            }
        }
    }
}
