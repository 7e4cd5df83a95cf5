//! How the connection stands, as those who watch it are told.

use runware::transport::ConnectionState;
use runware::types::DeliveryMethod;
use runware_emulator::Answer;
use tokio::task::JoinHandle;

use super::*;
use crate::harness::{image, video};

/// Writes down each state of a client's connection, with the millisecond at which it was known, until there are no more.
fn follow(net: &Net, client: &Client) -> JoinHandle<Vec<String>> {
    let clock = Arc::clone(&net.clock);
    let mut connection = client.connection();
    tokio::spawn(async move {
        let mut states = vec![word(&connection.state(), clock.now())];
        while let Some(state) = connection.changed().await {
            states.push(word(&state, clock.now()));
        }
        states
    })
}

fn word(state: &ConnectionState, now: Duration) -> String {
    let state = match state {
        ConnectionState::Idle => "idle".to_owned(),
        ConnectionState::Connecting { attempt, .. } => format!("connecting, try {attempt}"),
        ConnectionState::Ready { resumed, .. } => format!("ready, resumed: {resumed}"),
        ConnectionState::Waiting { until, reason, .. } => {
            format!("waiting until {}, {:?}", until.as_millis(), reason.kind())
        }
        ConnectionState::Refused { until, reason, .. } => {
            format!("refused until {}, {:?} {:?}", until.as_millis(), reason.kind(), reason.status())
        }
        ConnectionState::Closed => "closed".to_owned(),
        other => format!("{other:?}"),
    };
    format!("{} {state}", now.as_millis())
}

#[tokio::test(start_paused = true)]
async fn w12_a_socket_that_is_cut_is_told_of_step_by_step_until_it_is_resumed() {
    let net = Net::start(usual()).await;
    let client = net.client();
    let states = follow(&net, &client);
    net.pass(secs(1)).await;
    // Its answer is waited for all the time.
    let task = client.submit(image("w12").delivery_method(DeliveryMethod::Sync)).unwrap();
    net.pass(secs(2)).await;
    net.cut().await;
    let outcome = net.within(secs(60), task.outcome()).await.unwrap();
    net.assert_delivered("w12", &outcome);
    net.within(secs(2), client.close()).await;
    let states = net.within(secs(1), states).await.unwrap();
    let expected = [
        "0 idle",
        "1000 connecting, try 1",
        "1000 ready, resumed: false",
        // For as long as it takes the client to ask what became of the task.
        "3000 idle",
        "3000 waiting until 3500, Connect",
        "3500 connecting, try 1",
        "3500 ready, resumed: true",
        "6000 closed",
    ];
    assert_eq!(states, expected);
}

#[tokio::test(start_paused = true)]
async fn w01_a_refusal_is_told_of_and_so_is_its_end() {
    let refused = on_upgrade(Action::Answer(Answer::empty(401))).first(1);
    let net = Net::start(usual().fault(refused)).await;
    let client = net.client();
    let states = follow(&net, &client);
    let error = net.within(secs(1), client.run(video("first"))).await.unwrap_err();
    assert!(error.is_auth(), "{error:?}");
    net.pass(secs(60)).await;
    let outcome = net.within(secs(60), client.run(video("second"))).await.unwrap();
    net.assert_delivered("second", &outcome);
    net.within(secs(2), client.close()).await;
    let states = net.within(secs(1), states).await.unwrap();
    let expected = [
        "0 idle",
        "0 connecting, try 1",
        "0 refused until 60000, Connect Some(401)",
        "60000 idle",
        "60000 connecting, try 2",
        "60000 ready, resumed: false",
    ];
    assert_eq!(states[..6], expected);
    assert!(states[6].ends_with("closed") && states.len() == 7, "{states:?}");
}
