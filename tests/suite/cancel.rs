//! What is dropped, closed or watched by several loses nothing, buys nothing twice and asks nothing more.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use runware::types::TaskType;
use runware::{ErrorKind, Status, TaskHandle};
use runware_emulator::{Action, Options, Script};

use crate::harness::{
    World, exact_plan, id, image, millis, on_check, on_submit, over_each_transport, secs, trouble, video,
};

over_each_transport! {
    a_run_that_is_dropped_after_any_poll_can_be_resumed,
    a_run_that_is_dropped_at_any_time_can_be_resumed,
    a_run_that_is_never_polled_sends_nothing,
    waits_that_are_dropped_lose_nothing_of_a_task,
    an_event_that_is_not_waited_for_is_not_lost,
    every_watcher_sees_every_event_once_and_late_ones_too,
    a_dropped_task_is_not_asked_about,
    a_task_that_is_dropped_before_it_is_accepted_is_sent_all_the_same,
    the_driver_ends_with_the_last_client_and_task,
    closing_gives_every_waiter_the_handle_and_ends_all_asking,
    a_close_that_is_dropped_closes_all_the_same,
}

/// A world whose task `a` has a result after 2 s, a failure after 5 s and another result after 9 s.
fn world() -> World {
    let script = Script::new()
        .result_at(0, secs(2))
        .result_at(1, secs(5))
        .fail(1, "providerError")
        .result_at(2, secs(9));
    let options = Options::new().duration(secs(10)).script_task(id("a"), script);
    World::with(options, |builder| builder.plan(exact_plan()))
}

const STORY: [&str; 5] =
    ["0 accepted", "2500 result 0", "8125 failure providerError", "13188 result 1", "13188 partial"];

/// Polls a future so many times, as it is woken, and drops it; returns its output if there was one by then.
async fn poll_and_drop<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Drops a future after this time, if it does not end before.
async fn drop_after<F: Future>(world: &World, future: F, time: Duration) -> Option<F::Output> {
    match select(pin!(future), pin!(world.pass(time))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// Resumes the task `a` and finds all of it there, bought once.
async fn resume_and_find_all(world: &World) {
    let handle = TaskHandle::from(&world.client.prepare(image("a").number_results(3)).unwrap());
    let outcome = world.client.resume(handle).unwrap().await.unwrap();
    assert_eq!((outcome.results().len(), outcome.failures().len()), (2, 1));
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.accepted, account.billed), (1, 1, 2));
}

async fn a_run_that_is_dropped_after_any_poll_can_be_resumed() {
    for polls in 1.. {
        let world = world();
        let ended = poll_and_drop(world.client.run(image("a").number_results(3)), polls).await;
        resume_and_find_all(&world).await;
        if ended.is_some() {
            assert!(polls >= STORY.len(), "each event had its turn");
            break;
        }
    }
}

async fn a_run_that_is_dropped_at_any_time_can_be_resumed() {
    for time in (0..14_000).step_by(250).map(millis) {
        for pause in [Duration::ZERO, secs(20)] {
            let world = world();
            world.inject(on_submit(Action::Delay(millis(600))));
            world.inject(on_check(Action::Delay(millis(300))));
            drop_after(&world, world.client.run(image("a").number_results(3)), time).await;
            world.pass(pause).await;
            resume_and_find_all(&world).await;
        }
    }
}

async fn a_run_that_is_never_polled_sends_nothing() {
    let world = world();
    drop(world.client.run(image("a")));
    world.pass(secs(10)).await;
    assert_eq!(world.wire.sent(), []);
}

async fn waits_that_are_dropped_lose_nothing_of_a_task() {
    for polls in 0..4 {
        let world = world();
        let task = world.client.submit(image("a").number_results(3)).unwrap();
        for _ in 0..20 {
            poll_and_drop(task.accepted(), polls).await;
            drop_after(&world, task.outcome(), millis(400)).await;
            poll_and_drop(task.outcome(), polls).await;
        }
        assert_eq!(task.outcome().await.unwrap().status(), Status::Partial);
        assert_eq!(
            world.wire.check_times(),
            [1000, 2500, 4750, 8125, 13188],
            "dropping waits asks nothing more"
        );
        let account = world.account(id("a"));
        assert_eq!((account.submitted, account.billed), (1, 2));
    }
}

async fn an_event_that_is_not_waited_for_is_not_lost() {
    let world = world();
    let task = world.client.submit(image("a").number_results(3)).unwrap();
    let mut events = task.events();
    let mut count = 0;
    loop {
        let next = match drop_after(&world, events.next(), millis(700)).await {
            None => continue,
            Some(next) => next,
        };
        let Some(event) = next else { break };
        event.unwrap();
        count += 1;
    }
    assert_eq!(count, STORY.len());
}

async fn every_watcher_sees_every_event_once_and_late_ones_too() {
    let world = world();
    let task = world.client.submit(image("a").number_results(3)).unwrap();
    let twin = task.clone();
    let late = async {
        world.pass(secs(10)).await;
        world.story(&world.client.resume(id("a")).unwrap()).await
    };
    let ((first, second), late) = join(join(world.story(&task), world.story(&twin)), late).await;
    assert_eq!(first, STORY);
    assert_eq!(second, STORY);
    let from_the_beginning = ["10000 accepted", "10000 result 0", "10000 failure providerError"];
    assert_eq!(late[..3], from_the_beginning);
    assert_eq!(late[3..], STORY[3..]);
    assert_eq!(world.story(&task).await.len(), STORY.len(), "also after the end");
    assert_eq!(world.account(id("a")).checks, 5);
}

async fn a_dropped_task_is_not_asked_about() {
    let world = world();
    let task = world.client.submit(image("a").number_results(3)).unwrap();
    let twin = task.clone();
    drop(task);
    world.pass(secs(3)).await;
    assert_eq!(world.wire.check_times(), [1000, 2500], "the twin watches on");
    drop(twin);
    world.pass(secs(60)).await;
    assert_eq!(world.wire.sent().len(), 3);
    assert_eq!(world.account(id("a")).billed, 2, "the server works on");
}

async fn a_task_that_is_dropped_before_it_is_accepted_is_sent_all_the_same() {
    for (fault, sent) in [
        (None, vec![0]),
        (Some(Action::Delay(secs(5))), vec![0]),
        (Some(Action::Answer(trouble(503, "noAvailableServer"))), vec![0, 1000]),
    ] {
        let world = world();
        fault.into_iter().for_each(|action| world.inject(on_submit(action).nth(1)));
        drop(world.client.submit(image("a")).unwrap());
        world.pass(secs(60)).await;
        assert_eq!(world.wire.times_of(&TaskType::ImageInference), sent);
        assert_eq!(world.wire.check_times(), []);
        assert_eq!(world.account(id("a")).accepted, 1);
    }
}

async fn the_driver_ends_with_the_last_client_and_task() {
    let World { client, wire } = world();
    let task = client.submit(video("b")).unwrap();
    drop(client.clone());
    drop(client);
    assert!(!task.accepted().await.unwrap());
    let outcome = task.outcome().await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded, "a task keeps it running");
    assert!(!wire.is_closed());
    drop(task);
    tokio::task::yield_now().await;
    assert!(wire.is_closed());
}

async fn closing_gives_every_waiter_the_handle_and_ends_all_asking() {
    let world = world();
    world.inject(on_check(Action::Hang).when(|request| request.now < secs(30)));
    let watched = world.client.submit(video("b")).unwrap();
    world.pass(secs(2)).await;
    world.inject(on_submit(Action::HandleThenHang));
    let sent = world.client.submit(image("a").number_results(3)).unwrap();
    world.pass(millis(10)).await;
    let queued = world.client.submit(video("c")).unwrap();
    let closing = async {
        world.client.close().await;
        world.client.clone().close().await;
    };
    let (ends, ()) = join(join(watched.outcome(), join(sent.outcome(), queued.accepted())), closing).await;
    let errors = [ends.0.unwrap_err(), ends.1.0.unwrap_err(), ends.1.1.unwrap_err()];
    for (error, task) in errors.iter().zip([&watched, &sent, &queued]) {
        assert_eq!((error.kind(), error.handle()), (ErrorKind::Closed, Some(task.handle())));
        let is_unsent = task.handle() == queued.handle();
        assert_eq!(error.is_safe_to_resubmit(), is_unsent, "what was sent may have been bought");
    }
    insta::allow_duplicates! {
        insta::assert_snapshot!(errors[1], @"the client was closed while task 344ce25f-592f-49a4-852d-66048f324be8 was open; resume it with another client");
    }
    assert!(world.wire.is_closed());

    let requests = world.wire.sent().len();
    assert_eq!(world.client.submit(video("d")).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(world.client.resume(id("a")).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(world.client.status(id("a")).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(world.client.task_details(id("a")).await.unwrap_err().kind(), ErrorKind::Closed);
    world.pass(secs(60)).await;
    assert_eq!(world.wire.sent().len(), requests);

    let outcome = world.other_client().resume(sent.handle().clone()).unwrap().await.unwrap();
    assert_eq!(outcome.status(), Status::Partial);
    assert_eq!(world.account(id("a")).billed, 2);
}

async fn a_close_that_is_dropped_closes_all_the_same() {
    let world = world();
    let task = world.client.submit(video("b")).unwrap();
    assert!(poll_and_drop(world.client.close(), 1).await.is_none());
    assert_eq!(task.outcome().await.unwrap_err().kind(), ErrorKind::Closed);
}
