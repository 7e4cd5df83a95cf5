//! What many tasks cost over one WebSocket, and what is left of it.

use std::sync::Arc;

use futures_util::future::join_all;
use runware::transport::WebSocketTransportBuilder;
use runware::types::OutputType;
use runware_emulator::{Action, Cuts, RequestKind, Rule};

use super::*;
use crate::harness::{image, millis, unlearned_plan};
use crate::websocket::{Net, assert_bought_once, assert_same_bytes, within};

const TASKS: usize = 1_000;

/// As over HTTP: a thousand tasks that take 1 to 4 s, submitted from a hundred places at once. Afterwards nothing is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_share_the_frames_of_one_socket() {
    let clock = Haste::new(TIMES);
    let emulator = haste::start(clock, Options::new().seed(1).durations(secs(1)..=secs(4))).await;
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    let builder = Client::builder().api_key("test-key").ws_base_url(emulator.ws_url());
    let client = builder.clock(Arc::new(clock)).plan(unlearned_plan()).build().unwrap();
    let callers = (0..100).map(|caller| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut tasks = Vec::new();
            for number in 0..10 {
                tasks.push(client.submit(video(&format!("load {caller}.{number}"))).unwrap());
                tokio::task::yield_now().await;
            }
            for task in tasks {
                assert_eq!(task.await.unwrap().status(), Status::Succeeded);
            }
        })
    });
    let callers = callers.collect::<Vec<_>>();
    for caller in within(&clock, secs(30), join_all(callers)).await {
        caller.unwrap();
    }
    let ledger = emulator.ledger();
    let figures = Figures::of(&ledger, TASKS);
    figures.print("websocket, 1-4 s", Some(Clock::now(&clock)));
    assert!(figures.requests_per_task() <= 0.25, "{figures:?}");
    // Authentication and pings included.
    assert!(ledger.frames() as f64 / TASKS as f64 <= 0.25, "{} frames", ledger.frames());
    assert_eq!((ledger.sockets_opened(), ledger.sockets_open()), (1, 1));

    // Some callers leave in the middle of theirs.
    let tasks: Vec<_> =
        (0..50).map(|number| client.submit(video(&format!("left {number}"))).unwrap()).collect();
    Clock::sleep_until(&clock, Clock::now(&clock) + millis(100)).await;
    drop(tasks);
    within(&clock, secs(3), client.close()).await;
    drop(client);
    let settled = async {
        while emulator.ledger().sockets_open() > 0 || metrics.num_alive_tasks() > before {
            Clock::sleep_until(&clock, Clock::now(&clock) + millis(5)).await;
        }
    };
    within(&clock, secs(3), settled).await;
    emulator.shutdown().await;
}

/// The same load as over HTTP in virtual time.
#[tokio::test(start_paused = true)]
async fn tasks_that_start_together_share_the_frames_of_one_socket() {
    let mut rng = Rng::with_seed(1);
    let names: Vec<String> = (0..TASKS).map(|number| format!("together {number}")).collect();
    let options = names.iter().fold(Options::new(), |options, name| {
        let duration = Duration::from_secs_f64(20.0 * (0.5 * normal(&mut rng)).exp());
        options.script_task(id(name), Script::new().duration(duration))
    });
    let net = Net::start(options).await;
    let client = net.client().with_plan(unlearned_plan());
    let tasks: Vec<_> = names.iter().map(|name| client.submit(video(name)).unwrap()).collect();
    for outcome in net.within(secs(600), join_all(tasks.iter().map(Task::outcome))).await {
        assert_eq!(outcome.unwrap().status(), Status::Succeeded);
    }
    let figures = Figures::of(&net.ledger(), TASKS);
    figures.print("websocket, virtual, median 20 s", None);
    assert!(figures.requests_per_task() <= 0.25, "{figures:?}");
    assert!(figures.lag(1.0) <= Duration::from_millis(10_050), "{figures:?}");
    assert_eq!(net.dials().len(), 1);
}

/// The ways in which a socket is cut every 50 frames. Where both directions count, frames and answers take turns, and an
/// odd number strikes them both.
fn cuts() -> [Cuts; 4] {
    let (one, both) = (Cuts::every(50), Cuts::every(49).of_both_directions());
    [one, one.after_handling(), both, both.after_handling()]
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tasks_over_a_socket_that_is_cut_every_50_frames() {
    let [one, one_after, both, both_after] = cuts();
    // In requests of 100 tasks, and of 10, which makes ten times as many frames.
    for (batch, cuts) in [(100, one), (100, both), (10, one_after), (10, both_after)] {
        let net = Net::start(Options::new().seed(1).durations(secs(5)..=secs(40)).cuts(cuts)).await;
        let client =
            net.client_from(reconnecting, |builder| builder.batch_limit(batch).plan(unlearned_plan()));
        let names: Vec<String> = (0..TASKS).map(|number| format!("cut {number}")).collect();
        let tasks: Vec<_> = names.iter().map(|name| client.submit(video(name)).unwrap()).collect();
        let outcomes = net.within(secs(900), join_all(tasks.iter().map(Task::outcome))).await;
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().status() == Status::Succeeded));
        let elapsed = net.clock.now();
        let load = format!("virtual, {cuts:?}, in requests of {batch}");
        judge(&load, &net.ledger(), &names, &client, elapsed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_over_real_sockets_that_are_cut_every_50_frames() {
    let [.., cuts] = cuts();
    let clock = Haste::new(TIMES);
    let options = Options::new().seed(1).durations(secs(1)..=secs(3)).cuts(cuts);
    let emulator = haste::start(clock, options).await;
    let builder = Client::builder().api_key("test-key").ws_base_url(emulator.ws_url()).batch_limit(25);
    let plan = unlearned_plan().with_deadline(secs(60));
    let client = builder.clock(Arc::new(clock)).plan(plan).build().unwrap();
    let names: Vec<String> = (0..TASKS).map(|number| format!("cut {number}")).collect();
    let tasks: Vec<_> = names.iter().map(|name| client.submit(video(name)).unwrap()).collect();
    let outcomes = within(&clock, secs(60), join_all(tasks.iter().map(Task::outcome))).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().status() == Status::Succeeded));
    judge("loopback", &emulator.ledger(), &names, &client, Clock::now(&clock));
    within(&clock, secs(3), client.close()).await;
}

fn reconnecting(transport: WebSocketTransportBuilder) -> WebSocketTransportBuilder {
    let mut rng = Rng::with_seed(1);
    transport.reconnect(move || crate::websocket::spread(rng.u64(..)))
}

/// Everything was delivered, billed once, and never sent with other bytes; and the socket was cut indeed.
fn judge(load: &str, ledger: &Ledger, names: &[String], client: &Client, elapsed: Duration) {
    names.iter().for_each(|name| assert_bought_once(ledger, name));
    ledger.tasks().for_each(|(_, account)| assert_same_bytes(account));
    assert_eq!((ledger.accepted(), ledger.billed()), (names.len() as u64, names.len() as u64));
    let line = json!({
        "load": format!("socket cut every 50 frames, {load}"),
        "tasks": names.len(),
        "reconnects": ledger.sockets_opened() - 1,
        "frames": ledger.frames(),
        "submitted_again": client.stats().submissions - names.len() as u64,
        "elapsed_s": elapsed.as_millis() as f64 / 1_000.0,
    });
    println!("{line}");
    assert!(ledger.sockets_opened() > ledger.frames() / 50, "{line}");
}

/// What comes of a result of so many bytes, which are a third more in base64.
async fn large_result(bytes: usize, rule: Option<Rule>) -> (Emulator, Duration) {
    let options = Options::new().duration(millis(50)).inline_bytes(bytes);
    let emulator = Emulator::start(rule.into_iter().fold(options, Options::fault)).await.unwrap();
    let builder = Client::builder().api_key("test-key").base_url(emulator.http_url());
    let client = builder.ws_base_url(emulator.ws_url()).build().unwrap();
    let clock = TokioClock::new();
    let task = image("large").output_type(OutputType::Base64Data);
    let outcome = within(&clock, secs(20), client.run(task)).await.unwrap();
    let elapsed = clock.now();
    assert_eq!(outcome.status(), Status::Succeeded, "{:?}", outcome.failures());
    let data = outcome.results()[0].item().raw().field("imageBase64Data").unwrap().as_bytes().len();
    assert!(data > bytes * 4 / 3, "{data} bytes");
    assert_bought_once(&emulator.ledger(), "large");
    within(&clock, secs(3), client.close()).await;
    (emulator, elapsed)
}

#[tokio::test]
async fn w14_twenty_megabytes_come_over_the_socket() {
    let (emulator, elapsed) = large_result(20_000_000, None).await;
    let ledger = emulator.ledger();
    assert_eq!(ledger.sockets_opened(), 1);
    assert_eq!(ledger.frames_of(RequestKind::Status), ledger.requests_of(RequestKind::Status));
    println!(
        "{}",
        json!({"load": "20 MB in base64, websocket", "reconnects": 0, "elapsed_s": elapsed.as_secs_f64()})
    );
}

/// The socket says first that what it has is beyond the limit.
#[tokio::test]
async fn w14_what_the_socket_is_too_small_for_comes_over_http() {
    let mut header = vec![0x81, 127];
    header.extend_from_slice(&(100_u64 << 20).to_be_bytes());
    let rule = Rule::new(Action::RawBytes(header.into())).kind(RequestKind::Status);
    let (emulator, elapsed) = large_result(2_000_000, Some(rule)).await;
    let ledger = emulator.ledger();
    assert!(ledger.sockets_opened() <= 2);
    let line = json!({
        "load": "2 MB in base64, over HTTP after the socket",
        "reconnects": ledger.sockets_opened() - 1,
        "elapsed_s": elapsed.as_secs_f64(),
    });
    println!("{line}");
}
