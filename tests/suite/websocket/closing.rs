//! What is left when a caller or the client goes.

use futures_util::FutureExt;

use super::*;
use crate::harness::{image, video};

/// Waits until the runtime has nothing of the client any more.
async fn tasks_alive_after_settling(net: &Net, at_most: usize) -> usize {
    let metrics = tokio::runtime::Handle::current().metrics();
    for _ in 0..100 {
        if metrics.num_alive_tasks() <= at_most {
            break;
        }
        net.pass(millis(20)).await;
    }
    metrics.num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn w32_d_nothing_is_left_of_a_client_that_is_closed() {
    let net = Net::start(usual()).await;
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    for round in 0..5 {
        let client = net.client();
        let tasks: Vec<_> =
            (0..20).map(|number| client.submit(video(&format!("w32 {round} {number}"))).unwrap()).collect();
        net.pass(millis(100) * round * round).await;
        // Some callers have gone, some are waiting, one is asking.
        drop(tasks.into_iter().step_by(2).collect::<Vec<_>>());
        let _ = client.status(id("w32 0 0")).now_or_never();
        let _ = client.run(image(&format!("w32 image {round}"))).now_or_never();
        net.within(secs(2), client.close()).await;
        assert_eq!(tasks_alive_after_settling(&net, before).await, before, "round {round}");
        assert_eq!(net.ledger().sockets_open(), 0, "round {round}");
    }
    // What the server took is billed all the same, and once.
    net.pass(secs(60)).await;
    let ledger = net.ledger();
    assert!(ledger.accepted() > 0);
    assert!(ledger.tasks().all(|(_, account)| account.accepted == account.billed && account.accepted <= 1));
}

#[tokio::test(start_paused = true)]
async fn w32_d_nothing_is_left_of_a_client_that_is_dropped() {
    let net = Net::start(usual()).await;
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let client = net.client();
    let task = client.submit(video("w32")).unwrap();
    task.accepted().await.unwrap();
    let handle = task.handle().clone();
    drop((client, task));
    assert_eq!(tasks_alive_after_settling(&net, before).await, before);
    assert_eq!(net.ledger().sockets_open(), 0);
    let outcome = net.within(secs(60), net.client().resume(handle).unwrap().outcome()).await.unwrap();
    net.assert_delivered("w32", &outcome);
}

/// The future of a run is dropped at each time it could have gone on.
#[tokio::test(start_paused = true)]
async fn w32_a_run_that_is_dropped_at_any_moment_leaves_nothing_that_is_not_known() {
    for moment in 0..30 {
        let net = Net::start(usual()).await;
        let client = net.client();
        let run = client.run(video("w32"));
        let alarm = net.clock.sleep_until(millis(moment * 250));
        match select(pin!(run), alarm).await {
            Either::Left((outcome, _)) => net.assert_delivered("w32", &outcome.unwrap()),
            Either::Right(_) => {
                // The same task by the same id is the same task.
                let outcome = net.within(secs(60), client.run(video("w32"))).await.unwrap();
                net.assert_delivered("w32", &outcome);
            }
        }
        net.within(secs(2), client.close()).await;
    }
}

/// A closed client answers those who wait.
#[tokio::test(start_paused = true)]
async fn w32_those_who_wait_are_told_that_the_client_is_closed() {
    let net = Net::start(usual()).await;
    let client = net.client();
    let task = client.submit(video("w32")).unwrap();
    task.accepted().await.unwrap();
    net.within(secs(2), client.close()).await;
    let error = net.within(millis(10), task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), runware::ErrorKind::Closed);
    let handle = error.handle().unwrap().clone();
    let outcome = net.within(secs(60), net.client().resume(handle).unwrap().outcome()).await.unwrap();
    net.assert_delivered("w32", &outcome);
}
