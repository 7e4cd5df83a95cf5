//! Frames and messages that are not as they should be.

use proptest::prelude::*;
use tokio_tungstenite::tungstenite::Message;

use super::*;

/// Sends one question over a connection with a limit of a thousand bytes, and answers with these bytes below the
/// layer of frames; the code of the client's farewell comes along.
async fn cut_off(transport: &WebSocketTransport, pipe: &Pipe, bytes: &[u8]) -> (TransportError, Option<u16>) {
    let mut code = None;
    let result = asked(transport, pipe, async |mut peer| {
        peer.write(bytes).await;
        code = peer.farewell().await;
    });
    (result.await.unwrap_err(), code)
}

fn limited(pipe: &Arc<Pipe>) -> WebSocketTransport {
    builder().connector(pipe.clone()).max_message_bytes(1000).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn w14_a_message_over_the_limit_costs_one_more_connection_at_most() {
    let pipe = Pipe::new();
    let transport = limited(&pipe);
    for _ in 0..2 {
        let (error, code) = cut_off(&transport, &pipe, &[0x81, 126, 3, 233]).await;
        assert!(error.is_too_large(), "{error:?}");
        assert_eq!((error.delivery(), code), (Delivery::Answered, Some(1009)));
    }
    let error = within(TIMEOUT, transport.send(getting(A))).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent, "{error:?}");
    assert_eq!(pipe.made(), 2);
}

#[tokio::test(start_paused = true)]
async fn w14_a_message_within_the_limit_passes() {
    let pipe = Pipe::new();
    let transport = limited(&pipe);
    let text = result(A);
    let text = format!("{text}{}", " ".repeat(1000 - text.len()));
    let reply = asked(&transport, &pipe, async |mut peer| peer.say(&text).await).await;
    assert!(is_result(&reply.unwrap(), A));
}

#[tokio::test(start_paused = true)]
async fn w15_fragments_without_an_end_are_cut_at_the_limit() {
    let pipe = Pipe::new();
    let transport = limited(&pipe);
    let fragment = |head: u8| [&[head, 100][..], &[b' '; 100]].concat();
    let endless = [fragment(0x01), fragment(0x00).repeat(10)].concat();
    let (error, code) = cut_off(&transport, &pipe, &endless).await;
    assert!(error.is_too_large(), "{error:?}");
    assert_eq!(code, Some(1009));
}

#[tokio::test(start_paused = true)]
async fn w15_a_flood_of_empty_fragments_is_cut() {
    let pipe = Pipe::new();
    let transport = limited(&pipe);
    let error = asked(&transport, &pipe, async |mut peer| {
        assert!(peer.write([0x01, 1, b' ']).await);
        let mut written = 0_usize;
        while peer.write([0x00, 0].repeat(1000)).await {
            written += 2000;
            assert!(written < 1 << 20, "it goes on for ever");
        }
    })
    .await
    .unwrap_err();
    assert!(error.is_disconnected(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn w15_pings_between_messages_are_no_flood() {
    let pipe = Pipe::new();
    let transport = limited(&pipe);
    let reply = asked(&transport, &pipe, async |mut peer| {
        let pings = [&[0x89, 125][..], &[0; 125]].concat();
        for _ in 0..10_000 {
            assert!(peer.write(&pings).await);
            // The answers must be taken, or both sides wait for each other.
            peer.answer_to_ping().await;
        }
        peer.say(result(A)).await;
    });
    assert!(is_result(&reply.await.unwrap(), A));
}

#[tokio::test(start_paused = true)]
async fn w16_text_that_is_not_utf8_ends_the_connection() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let (error, code) = cut_off(&transport, &pipe, &[0x81, 2, 0xff, 0xfe]).await;
    assert!(error.is_disconnected(), "{error:?}");
    assert_eq!(code, Some(1007));
}

#[tokio::test(start_paused = true)]
async fn w16_binary_messages_are_read_and_garbage_in_them_is_survived() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let reply = asked(&transport, &pipe, async |mut peer| {
        peer.send(Message::binary(vec![0xff, 0x00, 0x7b])).await;
        peer.send(Message::binary(result(A))).await;
    });
    assert!(is_result(&reply.await.unwrap(), A));
    assert_eq!(pipe.made(), 1);
}

#[tokio::test(start_paused = true)]
async fn w17_frames_against_the_rules_end_the_connection_and_the_second_time_for_longer() {
    for frame in [
        &[0x81, 0x81, 1, 2, 3, 4, b' '][..],
        &[0xc1, 1, b' '],
        &[0x83, 1, b' '],
        &[0x8b, 0],
        &[0x09, 0],
        &[0x80, 0],
    ] {
        let pipe = Pipe::new();
        let transport = piped(&pipe);
        for _ in 0..2 {
            let (error, code) = cut_off(&transport, &pipe, frame).await;
            assert!(error.is_disconnected(), "{frame:x?}: {error:?}");
            assert_eq!(code, Some(1002), "{frame:x?}");
        }
        let error = within(TIMEOUT, transport.send(getting(A))).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "{frame:x?}: {error:?}");
        assert_eq!(pipe.made(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn w31_a_deeply_nested_message_is_survived() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let reply = asked(&transport, &pipe, async |mut peer| {
        peer.say("[".repeat(100_000)).await;
        peer.say(format!(r#"{{"data":{}{}}}"#, "[".repeat(1000), "]".repeat(1000))).await;
        peer.say(result(A)).await;
    });
    assert!(is_result(&reply.await.unwrap(), A));
    assert_eq!(pipe.made(), 1);
}

/// Bytes as frames have them: mostly small heads, some noise.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let head = prop_oneof![
        Just(0x81),
        Just(0x82),
        Just(0x01),
        Just(0x00),
        Just(0x80),
        Just(0x88),
        Just(0x89),
        any::<u8>()
    ];
    let frame = (head, 0_u8..128, proptest::collection::vec(any::<u8>(), 0..140));
    let frames = proptest::collection::vec(frame, 0..20);
    frames.prop_map(|frames| {
        frames.into_iter().flat_map(|(head, length, body)| [vec![head, length], body].concat()).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn w16_whatever_bytes_come_the_attempt_ends_and_the_transport_closes(bytes in noise(), is_cut: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let pipe = Pipe::new();
            let transport = limited(&pipe);
            let peer = async {
                let mut peer = pipe.authenticated().await;
                peer.text().await;
                peer.write(&bytes).await;
                if !is_cut {
                    peer.closed().await;
                }
            };
            let sent = async {
                let result = transport.send(submitting(A)).await;
                transport.close().await;
                result
            };
            let (result, ()) = within(Duration::from_secs(60), join(sent, peer)).await;
            if let Err(error) = result {
                assert_ne!(error.delivery(), Delivery::NotSent, "{error:?}");
            }
        });
    }
}
