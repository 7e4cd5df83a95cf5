//! The client over real WebSocket frames, on connections in memory and in virtual time.

#![cfg(feature = "websocket")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use runware::transport::testing::PausedClock;
use runware::transport::{ApiKey, Clock, ConnectionState, Connector, Io, WebSocketTransport, async_trait};
use runware::types::{ImageInference, RawTask, TaskUuid};
use runware::{Client, Event, Outcome, Status};
use serde_json::Value;
use tokio::io::DuplexStream;
use tokio_websockets::{Message, ServerBuilder};

/// What the server does about one message that is not the authentication.
enum Act {
    Say(Vec<String>),
    Cut,
}

/// Everything that reached the server: on which connection, when, and what.
type Received = Arc<Mutex<Vec<(usize, Duration, Value)>>>;

type Answer = Box<dyn FnMut(usize, &Value) -> Act + Send>;

/// A server whose answers are a function of the number of the message and the tasks in it.
struct Server {
    answer: Mutex<Answer>,
    received: Received,
    connections: Mutex<usize>,
    clock: PausedClock,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

#[derive(Debug)]
struct InMemory(Arc<Server>);

#[async_trait]
impl Connector for InMemory {
    async fn connect(&self) -> io::Result<Box<dyn Io>> {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        tokio::spawn(serve(Arc::clone(&self.0), theirs));
        Ok(Box::new(ours))
    }
}

async fn serve(server: Arc<Server>, stream: DuplexStream) {
    let connection = {
        let mut connections = server.connections.lock().unwrap();
        *connections += 1;
        *connections
    };
    let (_, mut socket) = ServerBuilder::new().accept(stream).await.unwrap();
    while let Some(Ok(message)) = socket.next().await {
        let Some(text) = message.as_text() else { continue };
        let tasks: Value = serde_json::from_str(text).unwrap();
        let say = |text: String| Message::text(text);
        match tasks[0]["taskType"].as_str().unwrap() {
            "authentication" => {
                let session = r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"s"}]}"#;
                socket.send(say(session.to_owned())).await.unwrap();
                continue;
            }
            "ping" => {
                socket.send(say(r#"{"data":[{"taskType":"ping","pong":true}]}"#.to_owned())).await.unwrap();
                continue;
            }
            _ => {}
        }
        let number = {
            let mut received = server.received.lock().unwrap();
            received.push((connection, server.clock.now(), tasks.clone()));
            received.len() - 1
        };
        let act = (server.answer.lock().unwrap())(number, &tasks);
        match act {
            Act::Cut => return,
            Act::Say(frames) => {
                for frame in frames {
                    socket.send(say(frame)).await.unwrap();
                }
            }
        }
    }
}

fn client(answer: impl FnMut(usize, &Value) -> Act + Send + 'static) -> (Client, Received) {
    let (received, clock) = (Received::default(), PausedClock::new());
    let server = Server {
        answer: Mutex::new(Box::new(answer)),
        received: Arc::clone(&received),
        connections: Mutex::default(),
        clock,
    };
    let transport = WebSocketTransport::builder(Some(ApiKey::new("abc123").unwrap()))
        .base_url("ws://127.0.0.1:9/v1")
        .connector(Arc::new(InMemory(Arc::new(server))))
        .build()
        .unwrap();
    (
        Client::builder().transport(Arc::new(transport)).clock(Arc::new(clock)).seed(1).build().unwrap(),
        received,
    )
}

fn id() -> TaskUuid {
    TaskUuid::from_key("test", "a")
}

fn image(results: u32) -> RawTask {
    ImageInference::new("runware:101@1", "a lighthouse").number_results(results).task_uuid(id()).into()
}

fn data(items: &[String]) -> String {
    format!(r#"{{"data":[{}]}}"#, items.join(","))
}

fn item(fields: &str) -> String {
    format!(r#"{{"taskType":"imageInference","taskUUID":"{}"{fields}}}"#, id())
}

fn picture(uuid: &str) -> String {
    item(&format!(r#","imageUUID":"{uuid}","imageURL":"u/{uuid}""#))
}

fn is_check(tasks: &Value) -> bool {
    tasks[0]["taskType"] == "getResponse"
}

/// The outcome, within an hour of virtual time.
async fn outcome(client: &Client, task: RawTask) -> Outcome {
    let bound = PausedClock::new().sleep_until(Duration::from_secs(3600));
    tokio::select! {
        outcome = client.run(task) => outcome.unwrap(),
        () = bound => panic!("the test hangs"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_is_submitted_and_watched_over_one_socket() {
    let (client, received) = client(|number, _| match number {
        0 => Act::Say(vec![data(&[item("")])]),
        1 => Act::Say(vec![data(&[])]),
        _ => Act::Say(vec![data(&[picture("p")])]),
    });
    let outcome = outcome(&client, image(1)).await;
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    assert!(matches!(client.connection().state(), ConnectionState::Ready { .. }));
    assert!(received.lock().unwrap().iter().all(|(connection, ..)| *connection == 1));
    client.close().await;
    assert!(matches!(client.connection().state(), ConnectionState::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_submission_on_a_lost_socket_is_made_good_on_the_next() {
    let (client, received) = client(|number, tasks| match number {
        0 => Act::Cut,
        _ if !is_check(tasks) => {
            Act::Say(vec![format!(r#"{{"errors":[{{"code":"conflictTaskUUID","taskUUID":"{}"}}]}}"#, id())])
        }
        1..4 => Act::Say(vec![data(&[])]),
        _ => Act::Say(vec![data(&[picture("p")])]),
    });
    let outcome = outcome(&client, image(1)).await;
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    let received = received.lock().unwrap();
    let sent: Vec<_> = received.iter().filter(|(_, _, tasks)| !is_check(tasks)).collect();
    assert_eq!(sent.len(), 2, "{received:?}");
    assert_eq!(sent[0].2, sent[1].2);
    assert!(sent[1].1 - sent[0].1 >= Duration::from_secs(1));
    assert!(sent[1].1 < Duration::from_secs(5), "{:?}", sent[1].1);
    assert_eq!((sent[0].0, sent[1].0), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn results_of_a_synchronous_task_come_one_by_one_and_survive_a_cut() {
    let (client, received) = client(|number, tasks| match number {
        0 => Act::Say(vec![data(&[picture("p")]), data(&[picture("q")])]),
        1 => Act::Cut,
        _ if is_check(tasks) => Act::Say(vec![data(&["p", "q", "r"].map(picture))]),
        _ => panic!("{tasks}"),
    });
    let task = client.submit(image(3).set("deliveryMethod", "sync")).unwrap();
    let mut events = task.events();
    let mut story = Vec::new();
    while let Some(event) = events.next().await {
        match event.unwrap() {
            Event::Result(result) => {
                story.push(result.item().result_uuid().unwrap().to_owned());
                if story.len() == 2 {
                    // Another question brings the connection down, and the rest of the answer with it.
                    let other = client.clone();
                    tokio::spawn(
                        async move { other.status(TaskUuid::from_key("test", "z")).await.unwrap_err() },
                    );
                }
            }
            Event::Settled(outcome) => {
                assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 3))
            }
            _ => {}
        }
    }
    assert_eq!(story, ["p", "q", "r"]);
    let received = received.lock().unwrap();
    let bought = received.iter().filter(|(_, _, tasks)| tasks[0]["taskType"] == "imageInference").count();
    assert_eq!(bought, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_replayed_after_a_loss_is_delivered() {
    let (client, _) = client(|number, tasks| match number {
        0 => Act::Cut,
        // The first question on the next connection is preceded by what could not be delivered on the last.
        1 => Act::Say(vec![data(&[picture("p")]), data(&[picture("p")]), data(&[])]),
        _ => panic!("{tasks}"),
    });
    let outcome = outcome(&client, image(1)).await;
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
}
