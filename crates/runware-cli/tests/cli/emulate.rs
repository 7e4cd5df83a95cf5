//! `emulate`: the emulator as a server.

use futures_util::future::join_all;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::program::{Program, Running};

/// Starts it, and returns its address, which its first line says.
async fn started(words: &str) -> (Running, String) {
    let mut running = Program::without_key().words("emulate").words(words).start().await;
    let line = running.line().await;
    let said: Value = serde_json::from_str(&line).unwrap();
    let url = said["http"].as_str().unwrap().to_owned();
    let port = url.strip_prefix("http://127.0.0.1:").unwrap().strip_suffix("/v1").unwrap();
    assert!(port.parse::<u16>().unwrap() > 0);
    let ws = url.replace("http:", "ws:");
    assert_eq!(line, format!(r#"{{"event":"listening","http":"{url}","ws":"{ws}"}}"#));
    (running, url)
}

fn run(url: &str, words: &str) -> Program {
    Program::new().words(words).words("--json --http-base-url").arg(url)
}

#[tokio::test]
async fn it_says_where_it_listens_serves_and_ends_when_told() {
    let runs = [("", "TERM"), ("--json", "INT")].map(async |(words, signal)| {
        let (running, url) = started(words).await;
        run(&url, "run emulator:fast@1 positivePrompt=fox deliveryMethod=sync").run().await.expect(0);
        run(&url, "run emulator:refuse@1 positivePrompt=fox").run().await.expect(3);
        let ws = url.replace("http:", "ws:");
        let over_socket =
            run(&url, "run emulator:fast@1 positivePrompt=fox -v").arg("--ws-base-url").arg(&ws);
        let over_socket = over_socket.run().await.expect(0);
        assert!(!over_socket.stderr.contains("over HTTP alone"), "{over_socket:?}");
        let alone = Program::new().words("run emulator:fast@1 positivePrompt=fox --ws-base-url").arg(&ws);
        alone.run().await.expect(0);
        running.signal(signal).await;
        let ended = running.end().await.expect(0);
        assert_eq!(ended.text().lines().count(), 1, "{ended:?}");
        let flags = format!(" --http-base-url {url} --ws-base-url {ws}\n");
        assert!(words == "--json" || ended.stderr.contains(&flags), "{ended:?}");
        run(&url, "status a770f077-f413-47de-9dac-be0b26a35da6").run().await.expect(1);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn it_ends_although_somebody_waits_for_a_reply() {
    let (running, url) = started("").await;
    let line = "run emulator:stuck@1 positivePrompt=fox deliveryMethod=sync --deadline 10s";
    let mut client = run(&url, line).start().await;
    client.event("submitting").await;
    running.signal("TERM").await;
    running.end().await.expect(0);
    client.signal("INT").await;
    client.end().await.expect(130);
}

#[tokio::test]
async fn tasks_outlive_the_commands_that_submit_them() {
    let (_running, url) = started("--duration 10ms").await;
    let submitted = run(&url, "submit klingai:5@3 duration=5 positivePrompt=waves").run().await.expect(0);
    let task = submitted.only("accepted").task().to_owned();
    let ended = run(&url, "wait").arg(&task).run().await.expect(0);
    assert_eq!(ended.only("result").task(), task);
    let details = run(&url, "details").arg(&task).run().await.expect(0);
    assert_eq!(details.only("details").field("request")[0]["taskUUID"], task.as_str());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_results() {
    let line = "run runware:101@1 positivePrompt=fox deliveryMethod=sync \
                taskUUID=a770f077-f413-47de-9dac-be0b26a35da6";
    let mut images = Vec::new();
    for words in ["--seed 7 --duration 1ms", "--seed 7 --duration 1ms", "--seed 8 --duration 1ms"] {
        let (_running, url) = started(words).await;
        let ended = run(&url, line).run().await.expect(0);
        images.push(ended.only("result").field("item")["imageUUID"].clone());
    }
    assert!(images[0] == images[1] && images[1] != images[2], "{images:?}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_trouble() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let ended = Program::without_key().words(&format!("emulate --port {port}")).run().await.expect(1);
    assert!(ended.stderr.contains(&format!("127.0.0.1:{port}")), "{ended:?}");
    assert_eq!(ended.text(), "");
}
