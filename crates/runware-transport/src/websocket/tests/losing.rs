//! How connections are lost, and what becomes of the attempts on them.

use tokio_tungstenite::tungstenite::Message;

use super::*;

/// Sends one question to a peer that answers the connection like this; then asks again, which must go well on another
/// connection.
async fn lost<F>(serve: impl FnOnce(Peer) -> F) -> TransportError
where
    F: Future<Output = ()>,
{
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let error = asked(&transport, &pipe, serve).await.unwrap_err();
    asked(&transport, &pipe, async |mut peer| {
        peer.say(result(A)).await;
    })
    .await
    .unwrap();
    error
}

#[tokio::test(start_paused = true)]
async fn w09_a_peer_that_is_gone_without_a_word_is_noticed_by_its_silence() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let clock = TokioClock::new();
    let mut attempt = submitting(A);
    attempt.timeout = Duration::from_secs(600);
    let peer = async {
        let mut peer = pipe.authenticated().await;
        let mut received = peer.text().await;
        assert!(received.contains(A), "{received}");
        received = peer.text().await;
        assert_eq!(received, r#"[{"taskType":"ping","ping":true}]"#);
        let pinged = clock.now();
        peer.closed().await;
        (pinged, clock.now())
    };
    let (result, (pinged, closed)) =
        within(Duration::from_secs(3600), join(transport.send(attempt), peer)).await;
    let error = result.unwrap_err();
    assert!(error.is_disconnected(), "{error:?}");
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert!((30..32).contains(&pinged.as_secs()), "{pinged:?}");
    assert!((74..78).contains(&closed.as_secs()), "{closed:?}");
}

#[tokio::test(start_paused = true)]
async fn w09_a_peer_that_only_sends_control_frames_lives() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let mut attempt = getting(A);
    attempt.timeout = Duration::from_secs(600);
    let peer = async {
        let mut peer = pipe.authenticated().await;
        assert!(peer.text().await.contains(A));
        for _ in 0..10 {
            pause(Duration::from_secs(25)).await;
            peer.send(Message::Ping("".into())).await;
        }
        peer.say(result(A)).await;
        peer
    };
    let (reply, _peer) = within(Duration::from_secs(3600), join(send(&transport, attempt), peer)).await;
    assert!(is_result(&reply.unwrap(), A));
    assert_eq!(pipe.made(), 1);
}

#[tokio::test(start_paused = true)]
async fn w10_a_peer_that_never_reads_is_left_and_what_waits_behind_is_known_to_be_unsent() {
    let pipe = Pipe::with_capacity(1024);
    let transport = piped(&pipe);
    let clock = TokioClock::new();
    let large = format!(
        r#"{{"taskType":"imageInference","taskUUID":"{A}","deliveryMethod":"async","positivePrompt":"{}"}}"#,
        "x".repeat(1 << 20)
    );
    let mut waiting = submitting(B);
    waiting.timeout = Duration::from_secs(5);
    let peer = async {
        let peer = pipe.authenticated().await;
        // Held and not read.
        pause(Duration::from_secs(60)).await;
        drop(peer);
    };
    let sent = async {
        let stuck = async {
            let error = transport.send(attempt(A, large)).await.unwrap_err();
            (error, clock.now())
        };
        let behind = async {
            pause(Duration::from_secs(1)).await;
            transport.send(waiting).await.unwrap_err()
        };
        join(stuck, behind).await
    };
    let (((stuck, at), behind), ()) = within(Duration::from_secs(120), join(sent, peer)).await;
    assert!(stuck.is_disconnected(), "{stuck:?}");
    assert_eq!(stuck.delivery(), Delivery::MaybeSent);
    assert!((20..22).contains(&at.as_secs()), "{at:?}");
    assert!(behind.is_timeout(), "{behind:?}");
    assert_eq!(behind.delivery(), Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn w10_a_peer_that_reads_slowly_is_not_left() {
    let pipe = Pipe::with_capacity(1024);
    let transport = piped(&pipe);
    let large = format!(r#"{{"taskType":"getResponse","taskUUID":"{A}","note":"{}"}}"#, "x".repeat(8 << 10));
    let mut attempt = attempt(A, large);
    attempt.timeout = Duration::from_secs(1000);
    let peer = async {
        let mut peer = pipe.authenticated().await;
        let mut read = 0;
        while read < 8 << 10 {
            pause(Duration::from_secs(15)).await;
            read += peer.read_some(1024).await;
        }
        // The rest of the message went by unread, so frames no longer line up; results still can be sent.
        peer.say(result(A)).await;
        peer.closed().await;
    };
    let sent = async {
        let reply = send(&transport, attempt).await.unwrap();
        transport.close().await;
        reply
    };
    let (reply, ()) = within(Duration::from_secs(2000), join(sent, peer)).await;
    assert!(is_result(&reply, A));
}

#[tokio::test(start_paused = true)]
async fn w10_messages_and_answers_to_pings_do_not_mix_however_little_gets_through() {
    for capacity in [3, 7, 64] {
        let pipe = Pipe::with_capacity(capacity);
        let transport = piped(&pipe);
        let peer = async {
            let mut peer = pipe.authenticated().await;
            for _ in 0..10 {
                while peer.text_or_pong().await.is_none() {}
                // Its answer is stuck half-way when the next question is there to be sent.
                peer.send(Message::Ping(vec![b'p'; 100].into())).await;
                peer.say(result(A)).await;
            }
            peer
        };
        let sent = async {
            for _ in 0..10 {
                assert!(is_result(&send(&transport, getting(A)).await.unwrap(), A));
            }
        };
        within(TIMEOUT, join(sent, peer)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn w11_a_close_for_a_passing_reason_is_followed_by_another_connection() {
    for code in [1000, 1001, 1011, 1012, 1013] {
        let error = lost(async |mut peer| {
            peer.close(code).await;
            assert_eq!(peer.farewell().await, Some(code), "the answer to it");
        })
        .await;
        assert!(error.is_disconnected(), "{error:?}");
        assert_eq!(error.delivery(), Delivery::MaybeSent);
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn w12_a_cut_within_a_frame_loses_the_frame_only() {
    let error = lost(async |mut peer| {
        let text = result(A);
        let head = [&[0x81, 126, 0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        assert!(peer.write(&head[..head.len() / 2]).await);
    })
    .await;
    assert!(error.is_disconnected(), "{error:?}");
    assert_eq!(error.delivery(), Delivery::MaybeSent);
}

#[tokio::test]
async fn w12_a_reset_connection_is_a_lost_one() {
    let server = Server::bind().await;
    let transport = builder().base_url(server.url()).build().unwrap();
    let peer = async {
        let mut peer = server.accept().await.upgrade().await;
        peer.authenticate().await;
        peer.text().await;
        drop(peer);
        let mut peer = server.accept().await.upgrade().await;
        assert!(peer.authenticate().await.contains("connectionSessionUUID"), "the session goes on");
        peer.text().await;
        peer.say(result(A)).await;
    };
    let sent = async {
        assert!(transport.send(getting(A)).await.unwrap_err().is_disconnected());
        send(&transport, getting(A)).await.unwrap()
    };
    bounded(join(sent, peer)).await;
}

#[tokio::test(start_paused = true)]
async fn w12_results_that_came_before_the_connection_broke_are_kept() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let reply = asked(&transport, &pipe, async |mut peer| {
        peer.say(result(A)).await;
        drop(peer);
    })
    .await;
    assert!(is_result(&reply.unwrap(), A));
}

#[tokio::test(start_paused = true)]
async fn w12_a_connection_that_cannot_be_written_to_is_lost_after_what_was_received() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let mut unclaimed = transport.take_unclaimed().unwrap();
    let peer = async {
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        pipe.refuse_writes();
        peer.say(result(A)).await;
        // On its way already when the client finds out.
        peer.say(result(B)).await;
        peer
    };
    let sent = async {
        send(&transport, getting(A)).await.unwrap();
        transport.send(getting(A)).await.unwrap_err()
    };
    let (error, _peer) = within(TIMEOUT, join(sent, peer)).await;
    assert!(error.is_disconnected(), "{error:?}");
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert!(is_result(&unclaimed.next().await.unwrap(), B));
}

#[tokio::test(start_paused = true)]
async fn w13_the_same_policy_close_twice_is_not_run_into_a_third_time() {
    for code in [1008, 4001] {
        let pipe = Pipe::new();
        let transport = piped(&pipe);
        for _ in 0..2 {
            let error = asked(&transport, &pipe, async |mut peer| peer.close(code).await).await.unwrap_err();
            assert!(error.is_disconnected(), "{error:?}");
        }
        let error = within(TIMEOUT, transport.send(getting(A))).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "{error:?}");
        assert!(matches!(transport.connection().state(), ConnectionState::Refused { .. }));
        assert_eq!(pipe.made(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn w22_what_was_asked_on_one_connection_may_be_answered_on_the_next() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let mut unclaimed = transport.take_unclaimed().unwrap();
    assert!(transport.take_unclaimed().is_none(), "there is one reader");
    asked(&transport, &pipe, async |peer| drop(peer)).await.unwrap_err();
    let reply = asked(&transport, &pipe, async |mut peer| {
        peer.say(result(B)).await;
        peer.say(result(A)).await;
    });
    assert!(is_result(&reply.await.unwrap(), A));
    let replayed = within(TIMEOUT, unclaimed.next()).await.unwrap();
    assert!(is_result(&replayed, B) && !is_result(&replayed, A));
}
