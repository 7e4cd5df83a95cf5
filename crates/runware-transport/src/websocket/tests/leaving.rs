//! What is left when a caller leaves, or everybody does.

use std::task::{Context, Poll, Waker};

use futures_util::FutureExt;

use super::*;

#[tokio::test(start_paused = true)]
async fn w32_a_dropped_attempt_makes_room_and_its_answer_is_unclaimed() {
    let pipe = Pipe::new();
    let settings = Settings { max_exchanges: 1, ..Settings::default() };
    let transport = builder().connector(pipe.clone()).settings(settings).build().unwrap();
    let mut unclaimed = transport.take_unclaimed().unwrap();
    let scene = async {
        let mut peer = {
            let mut sent = Box::pin(transport.send(submitting(A)));
            let peer = async {
                let mut peer = pipe.authenticated().await;
                peer.text().await;
                peer
            };
            let Either::Right((peer, _)) = select(&mut sent, pin!(peer)).await else {
                panic!("no answer yet")
            };
            peer
        };
        let other = async {
            assert!(peer.text().await.contains(B));
            peer.say(result(A)).await;
            peer.say(result(B)).await;
        };
        let (reply, ()) = join(send(&transport, getting(B)), other).await;
        assert!(is_result(&reply.unwrap(), B));
        unclaimed.next().await.unwrap()
    };
    assert!(is_result(&within(TIMEOUT, scene).await, A));
}

#[tokio::test(start_paused = true)]
async fn w32_an_attempt_dropped_before_it_is_sent_is_never_sent() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    for is_started in [false, true] {
        let mut sent = Box::pin(transport.send(submitting(A)));
        if is_started {
            assert!(sent.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    }
    let peer = async {
        let mut peer = pipe.authenticated().await;
        let text = peer.text().await;
        assert!(text.contains("getResponse"), "{text}");
        peer.say(result(A)).await;
    };
    let (reply, ()) = within(TIMEOUT, join(send(&transport, getting(A)), peer)).await;
    assert!(is_result(&reply.unwrap(), A));
}

#[tokio::test(start_paused = true)]
async fn w32_closing_ends_what_is_open_and_leaves_nothing() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut connection = transport.connection();
    let clock = TokioClock::new();
    let peer = async {
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        let farewell = async {
            let code = peer.farewell().await;
            // Reads the answer out, and waits for the client to hang up first.
            peer.closed().await;
            code
        };
        let ((), code) = join(transport.close(), farewell).await;
        code
    };
    let (result, code) = within(TIMEOUT, join(transport.send(submitting(A)), peer)).await;
    let error = result.unwrap_err();
    assert!(error.is_disconnected(), "{error:?}");
    assert_eq!((error.delivery(), code), (Delivery::MaybeSent, Some(1000)));
    assert_eq!(tasks(), before);
    assert!(clock.now() < Duration::from_secs(1), "a peer that hangs up is not waited for");
    assert!(matches!(connection.changed().await, Some(ConnectionState::Closed)));
    assert!(connection.changed().await.is_none());
    assert!(transport.take_unclaimed().unwrap().next().await.is_none());

    let error = transport.send(getting(A)).await.unwrap_err();
    assert!(error.is_closed() && error.delivery() == Delivery::NotSent, "{error:?}");
    transport.close().await;
    assert_eq!(pipe.made(), 1);
}

#[tokio::test(start_paused = true)]
async fn w32_a_peer_that_does_not_hang_up_is_waited_for_a_second() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let mut kept = None;
    let reply = asked(&transport, &pipe, async |mut peer| {
        peer.say(result(A)).await;
        kept = Some(peer);
    });
    reply.await.unwrap();
    let clock = TokioClock::new();
    within(TIMEOUT, transport.close()).await;
    let waited = clock.now();
    assert!((1..2).contains(&waited.as_secs()), "{waited:?}");
    within(TIMEOUT, kept.unwrap().closed()).await;
}

#[tokio::test(start_paused = true)]
async fn w32_a_dropped_transport_takes_its_connection_along() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let mut kept = None;
    let reply = asked(&transport, &pipe, async |mut peer| {
        peer.say(result(A)).await;
        kept = Some(peer);
    });
    reply.await.unwrap();
    assert_eq!(tasks(), 1);
    drop(transport);
    let mut peer = kept.unwrap();
    assert_eq!(within(TIMEOUT, peer.farewell()).await, Some(1000));
    drop(peer);
    within(TIMEOUT, async {
        while tasks() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(Arc::strong_count(&pipe), 1);
}

#[tokio::test(start_paused = true)]
async fn w32_closing_while_connecting_gives_the_connection_up() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let peer = async {
        let mut wire = pipe.accept().await;
        wire.request().await;
        transport.close().await;
        wire.closed().await;
    };
    let (result, ()) = within(TIMEOUT, join(transport.send(getting(A)), peer)).await;
    let error = result.unwrap_err();
    assert!(error.is_closed() && error.delivery() == Delivery::NotSent, "{error:?}");
}

#[tokio::test]
async fn closing_an_unused_transport_takes_no_time_and_no_connection() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    bounded(transport.close()).await;
    assert!(matches!(transport.connection().state(), ConnectionState::Closed));
    assert!(bounded(transport.send(getting(A))).await.unwrap_err().is_closed());
    assert_eq!(pipe.made(), 0);
}

#[tokio::test(start_paused = true)]
async fn attempts_beyond_the_bound_wait_for_room_within_their_time() {
    let pipe = Pipe::new();
    let settings = Settings { max_exchanges: 1, ..Settings::default() };
    let transport = builder().connector(pipe.clone()).settings(settings).build().unwrap();
    let mut first = submitting(A);
    first.timeout = Duration::from_secs(10);
    let mut second = submitting(B);
    second.timeout = Duration::from_secs(2);
    let peer = async {
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        peer.closed().await;
    };
    let sent = async {
        let both = join(transport.send(first), transport.send(second)).await;
        transport.close().await;
        both
    };
    let ((first, second), ()) = within(TIMEOUT, join(sent, peer)).await;
    let (first, second) = (first.unwrap_err(), second.unwrap_err());
    assert!(first.is_timeout() && first.delivery() == Delivery::MaybeSent, "{first:?}");
    assert!(second.is_timeout() && second.delivery() == Delivery::NotSent, "{second:?}");
    assert!(second.to_string().starts_with("no room"), "{second}");
}

#[tokio::test(start_paused = true)]
async fn unclaimed_replies_are_kept_up_to_a_bound() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let reply = asked(&transport, &pipe, async |mut peer| {
        for _ in 0..4_200 {
            peer.say(result(B)).await;
        }
        peer.say(result(A)).await;
    });
    reply.await.unwrap();
    transport.close().await;
    let mut unclaimed = transport.take_unclaimed().unwrap();
    let mut kept = 0;
    while let Some(reply) = within(TIMEOUT, unclaimed.next()).await {
        assert!(is_result(&reply, B));
        kept += 1;
    }
    assert_eq!(kept, 4_096);
}

#[tokio::test(start_paused = true)]
async fn unclaimed_replies_are_kept_up_to_the_weight_of_one_message() {
    let pipe = Pipe::new();
    let transport = builder().connector(pipe.clone()).max_message_bytes(1000).build().unwrap();
    let padded = format!("{}{}", result(B), " ".repeat(400 - result(B).len()));
    let reply = asked(&transport, &pipe, async |mut peer| {
        for _ in 0..10 {
            peer.say(&padded).await;
        }
        peer.say(result(A)).await;
    });
    reply.await.unwrap();
    transport.close().await;
    let mut unclaimed = transport.take_unclaimed().unwrap();
    let mut kept = 0;
    while within(TIMEOUT, unclaimed.next()).await.is_some() {
        kept += 1;
    }
    assert_eq!(kept, 2);
}

#[tokio::test(start_paused = true)]
async fn replies_that_a_caller_does_not_take_are_kept_up_to_a_bound() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let task = format!(
        r#"{{"taskType":"imageInference","taskUUID":"{A}","deliveryMethod":"sync","numberResults":20}}"#
    );
    let running =
        format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{A}","status":"processing"}}]}}"#);
    let peer = async {
        let mut peer = pipe.authenticated().await;
        peer.text().await;
        for _ in 0..300 {
            peer.say(&running).await;
        }
        peer.send(tokio_tungstenite::tungstenite::Message::Ping("".into())).await;
        peer.answer_to_ping().await;
    };
    let sent = async { transport.send(attempt(A, task)).await.unwrap() };
    let (mut replies, ()) = within(TIMEOUT, join(sent, peer)).await;
    let mut taken = 0;
    let error = loop {
        match within(TIMEOUT, replies.next()).await.unwrap() {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(error.is_too_large(), "{error:?}");
    assert!((256..=257).contains(&taken), "{taken}");
    assert!(replies.next().await.is_none());
}

#[test]
fn an_attempt_ends_with_the_runtime_and_the_next_one_starts_anew() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let first = runtime();
    let mut replies = Box::pin(transport.send(submitting(A)));
    let peer = first.block_on(async {
        let peer = async {
            let mut peer = pipe.authenticated().await;
            peer.text().await;
            peer
        };
        let Either::Right((peer, _)) = select(&mut replies, pin!(bounded(peer))).await else {
            panic!("no answer yet")
        };
        peer
    });
    drop(first);
    let Poll::Ready(Err(error)) = replies.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the attempt goes on without a runtime")
    };
    assert!(error.is_disconnected() && error.delivery() == Delivery::MaybeSent, "{error:?}");
    assert!(matches!(transport.connection().state(), ConnectionState::Idle));
    drop((peer, replies));
    let reply = runtime().block_on(asked(&transport, &pipe, async |mut peer| peer.say(result(A)).await));
    assert!(is_result(&reply.unwrap(), A));
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_unclaimed_replies_reaches_whoever_takes_them() {
    let pipe = Pipe::new();
    let transport = piped(&pipe);
    let mut unclaimed = transport.take_unclaimed().unwrap();
    let taking = tokio::spawn(async move {
        let (mut taken, mut most) = (0, 0);
        while unclaimed.next().await.is_some() {
            taken += 1;
            let mut waiting = 0;
            while let Some(Some(_)) = unclaimed.next().now_or_never() {
                waiting += 1;
            }
            taken += waiting;
            most = most.max(waiting + 1);
        }
        (taken, most)
    });
    let reply = asked(&transport, &pipe, async |mut peer| {
        for _ in 0..6_000 {
            peer.say(result(B)).await;
        }
        peer.say(result(A)).await;
    });
    reply.await.unwrap();
    transport.close().await;
    drop(transport);
    let (taken, most) = within(TIMEOUT, taking).await.unwrap();
    assert_eq!(taken, 6_000);
    assert!(most <= 33, "{most} came before anybody had a turn");
}
