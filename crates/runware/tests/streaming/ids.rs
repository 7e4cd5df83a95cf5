//! One id, used more than once.

use super::*;

#[tokio::test]
async fn an_id_is_streamed_once_at_a_time() {
    let setup = Setup::with(events(SAMPLE));
    let first = setup.stream();
    assert_eq!(setup.client.stream_text(task()).unwrap_err().kind(), ErrorKind::UuidReused);
    setup.moving(first.text()).await.unwrap();
    drop(setup.stream());

    let watched = setup.client.resume(first_handle()).unwrap();
    assert_eq!(setup.client.stream_text(task()).unwrap_err().kind(), ErrorKind::UuidReused);
    drop(watched);
}

#[tokio::test]
async fn an_id_is_not_sent_twice_within_a_second_by_streams_and_submissions() {
    let times = |setup: &Setup| -> Vec<Duration> {
        setup.transport.attempts().iter().map(|attempt| attempt.at).collect()
    };
    // Two streams, the first of which is dropped after its first piece.
    let setup = Setup::new();
    setup.transport.answer_with(|_| events(SAMPLE));
    let mut first = setup.stream();
    setup.moving(first.next()).await.unwrap().unwrap();
    drop(first);
    setup.text().await.unwrap();
    assert_eq!(times(&setup), [NOW, SECOND]);

    // A stream and a submission, at once and one after the other.
    let setup = Setup::new();
    setup.transport.answer_with(|_| events(SAMPLE));
    let mut stream = setup.stream();
    setup.moving(stream.next()).await.unwrap().unwrap();
    assert_eq!(setup.client.submit(task()).unwrap_err().kind(), ErrorKind::UuidReused);
    drop(setup.client.resume(first_handle()).unwrap());
    drop(stream);
    tokio::task::yield_now().await;
    let submitted = setup.client.submit(task()).unwrap();
    let _ = setup.moving(submitted.accepted()).await;
    assert_eq!(times(&setup)[..2], [NOW, SECOND]);

    // And the other way round; a stream that was never sent is not in the way of anything.
    let setup = Setup::new();
    let running = format!(r#"{{"data":[{{"taskType":"textInference","taskUUID":"{TASK}"}}]}}"#);
    setup.transport.push(Step::body(200, running));
    setup.transport.answer_with(|_| events(SAMPLE));
    drop(setup.stream());
    let submitted = setup.client.submit(task()).unwrap();
    submitted.accepted().await.unwrap();
    drop(submitted);
    tokio::task::yield_now().await;
    setup.text().await.unwrap();
    assert_eq!(times(&setup), [NOW, SECOND]);
}

fn first_handle() -> runware::TaskHandle {
    runware::TaskHandle::new(TASK.parse().unwrap())
}
