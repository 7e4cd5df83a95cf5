//! The whole client against a server whose frames are written by another library.

use std::collections::HashMap;

use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_websockets::{Config, Message, ServerBuilder, WebSocketStream};

use super::*;
use crate::harness::{image, video};

/// How often a task is asked about before it is done.
const CHECKS: u32 = 2;

/// Takes tasks, and has each done at its third check. Connections end after so many messages.
async fn serve(listener: TcpListener, config: Config, messages: usize) {
    let mut checks: HashMap<String, u32> = HashMap::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (request, mut socket) = ServerBuilder::new().config(config).accept(stream).await.unwrap();
        // Neither compression nor a subprotocol is asked for (W18), and the key is in no header.
        for header in ["sec-websocket-extensions", "sec-websocket-protocol", "authorization"] {
            assert!(request.headers().get(header).is_none(), "{header}");
        }
        for _ in 0..messages {
            let Some(Ok(message)) = socket.next().await else { break };
            let Some(text) = message.as_text() else { continue };
            let tasks: Vec<Value> = serde_json::from_str(text).unwrap();
            answer(&mut socket, &tasks, &mut checks).await;
        }
    }
}

async fn answer(socket: &mut WebSocketStream<TcpStream>, tasks: &[Value], checks: &mut HashMap<String, u32>) {
    let items: Vec<Value> = tasks
        .iter()
        .map(|task| {
            let uuid = task["taskUUID"].clone();
            match task["taskType"].as_str().unwrap() {
                "authentication" => {
                    assert_eq!(task["apiKey"], "test-key");
                    json!({"taskType": "authentication", "connectionSessionUUID": "f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f"})
                }
                "getResponse" => {
                    let seen = checks.get_mut(uuid.as_str().unwrap()).expect("it was submitted");
                    *seen += 1;
                    let done = *seen > CHECKS;
                    let (status, url) = if done { ("success", "https://example.com/v.mp4") } else { ("processing", "") };
                    let mut item = json!({"taskType": "videoInference", "taskUUID": uuid, "status": status});
                    if done {
                        item["videoURL"] = url.into();
                    }
                    item
                }
                kind => {
                    checks.entry(uuid.as_str().unwrap().to_owned()).or_default();
                    json!({"taskType": kind, "taskUUID": uuid})
                }
            }
        })
        .collect();
    socket.send(Message::text(json!({"data": items}).to_string())).await.unwrap();
}

async fn run_all(config: Config, messages: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/v1", listener.local_addr().unwrap());
    let server = tokio::spawn(serve(listener, config, messages));
    let clock = crate::haste::Haste::new(10);
    let builder = Client::builder().api_key("test-key").ws_base_url(url).clock(Arc::new(clock)).seed(5);
    let client = builder.build().unwrap();
    let tasks = (0..40).map(|number| {
        if number % 2 == 0 {
            client.submit(video(&format!("peer {number}"))).unwrap()
        } else {
            let padded = image(&format!("peer {number}")).param("padding", "ä".repeat(10_000));
            client.submit(padded).unwrap()
        }
    });
    let tasks: Vec<_> = tasks.collect();
    let outcomes = within(&clock, secs(100), join_all(tasks.iter().map(runware::Task::outcome))).await;
    for outcome in outcomes {
        let outcome = outcome.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1), "{outcome:?}");
    }
    within(&clock, secs(20), client.close()).await;
    assert!(!server.is_finished(), "the server found no fault");
    server.abort();
}

#[tokio::test]
async fn w18_frames_of_another_library_are_understood_and_understand_ours() {
    run_all(Config::default(), usize::MAX).await;
    // In many pieces.
    run_all(Config::default().frame_size(100), usize::MAX).await;
}

#[tokio::test]
async fn b08_connections_of_another_library_may_end_at_any_time() {
    run_all(Config::default(), 4).await;
}
