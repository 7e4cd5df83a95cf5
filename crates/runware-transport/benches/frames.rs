//! How many messages a connection carries: through the session and the frames, over a pipe in memory.
//!
//! A peer in the same thread answers every question at once, so the time is that of both ends together.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench stops at the line that failed"
)]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use runware_transport::{ApiKey, Attempt, Call, Connector, Io, Transport, WebSocketTransport, async_trait};
use tokio::runtime::{Builder, Runtime};
use tokio_websockets::{Message, ServerBuilder};

/// Questions that are under way at once.
const AT_ONCE: usize = 64;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    targets = frames
}
criterion_main!(benches);

fn frames(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("question and answer");
    for items in [1, 100] {
        let (transport, attempts) = scene(&runtime, items);
        group.throughput(Throughput::Elements(AT_ONCE as u64));
        group.bench_function(format!("{items} items each, {AT_ONCE} at once"), |bencher| {
            bencher
                .iter(|| runtime.block_on(join_all(attempts.iter().map(|attempt| ask(&transport, attempt)))));
        });
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("{items} items, one after the other"), |bencher| {
            bencher.iter(|| runtime.block_on(ask(&transport, &attempts[0])));
        });
        runtime.block_on(transport.close());
    }
    group.finish();
}

async fn ask(transport: &WebSocketTransport, attempt: &Attempt) {
    let mut replies = transport.send(attempt.clone()).await.unwrap();
    while let Some(reply) = replies.next().await {
        assert!(!reply.unwrap().envelope.items.is_empty());
    }
}

/// A transport, and questions to which each answer has so many items.
fn scene(runtime: &Runtime, items: usize) -> (WebSocketTransport, Vec<Attempt>) {
    let connector = Arc::new(Answering { items });
    let transport = WebSocketTransport::builder(Some(ApiKey::new("Sekret-0123456789abcdef").unwrap()))
        .connector(connector)
        .build()
        .unwrap();
    let attempts: Vec<Attempt> = (0..AT_ONCE).map(question).collect();
    runtime.block_on(ask(&transport, &attempts[0]));
    (transport, attempts)
}

fn question(n: usize) -> Attempt {
    let uuid = format!("a0000000-0000-4000-8000-{n:012x}");
    let task = format!(r#"{{"taskType":"getResponse","taskUUID":"{uuid}"}}"#);
    Attempt::new([Call::new(Some(uuid.parse().unwrap()), task)], Duration::from_secs(10))
}

/// Makes connections to a peer that answers every question.
#[derive(Debug)]
struct Answering {
    items: usize,
}

#[async_trait]
impl Connector for Answering {
    async fn connect(&self) -> io::Result<Box<dyn Io>> {
        let (client, server) = tokio::io::duplex(1 << 20);
        tokio::spawn(answer(server, self.items));
        Ok(Box::new(client))
    }
}

async fn answer(stream: tokio::io::DuplexStream, items: usize) {
    let (_, mut peer) = ServerBuilder::new().accept(stream).await.unwrap();
    peer.next().await.unwrap().unwrap();
    peer.send(Message::text(r#"{"data":[{"taskType":"authentication"}]}"#)).await.unwrap();
    while let Some(Ok(message)) = peer.next().await {
        let Some(text) = message.as_text() else { break };
        let Some(uuid) = text.split('"').find(|part| part.len() == 36) else { continue };
        let item = format!(
            r#"{{"taskType":"imageInference","taskUUID":"{uuid}","status":"success","imageUUID":"{uuid}","imageURL":"https://im.runware.ai/image/ws/2/ii/{uuid}.jpg","cost":0.0013,"seed":4294967296}}"#
        );
        let items = vec![item; items].join(",");
        peer.send(Message::text(format!(r#"{{"data":[{items}]}}"#))).await.unwrap();
    }
}
