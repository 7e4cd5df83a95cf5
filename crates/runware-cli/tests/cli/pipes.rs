//! Pipes that nobody reads any more.

use crate::program::Program;
use crate::server::{Server, quick};

#[tokio::test]
async fn a_reader_who_leaves_ends_the_program_quietly() {
    let server = Server::with(quick().choose(|choices| choices.progress = true)).await;
    for line in ["run emulator:stuck@1 positivePrompt=fox --json", "submit m positivePrompt=fox --json"] {
        let mut running = server.program(line).start().await;
        running.stop_reading();
        let ended = running.end().await;
        assert!(matches!(ended.code, Some(0 | 141)), "{ended:?}");
        assert!(!ended.stderr.contains("error"), "{ended:?}");
    }
    let mut running = server.program("run emulator:stuck@1 positivePrompt=fox --json").start().await;
    running.event("accepted").await;
    running.stop_reading();
    let ended = running.end().await;
    assert_eq!(ended.code, Some(141), "{ended:?}");
    let accepted = server.ledger().accepted();
    assert!((1..=3).contains(&accepted), "what was submitted was submitted once: {accepted}");
}

#[tokio::test]
async fn help_and_the_demo_survive_head() {
    for line in ["--help", "run --help", "demo", "demo --json"] {
        let mut running = Program::without_key().words(line).start().await;
        running.stop_reading();
        let ended = running.end().await;
        assert!(matches!(ended.code, Some(0 | 141)), "{line}: {ended:?}");
        assert!(!ended.stderr.contains("error"), "{line}: {ended:?}");
    }
}

#[tokio::test]
async fn results_come_without_anybody_at_standard_error() {
    let server = Server::quick().await;
    let line = format!(
        "runware run runware:101@1 positivePrompt=fox deliveryMethod=sync -vv --http-base-url {} 2>&-",
        server.url()
    );
    let ended = Program::pasted(&line).run().await.expect(0);
    assert!(ended.text().starts_with("http://127.0.0.1:"), "{ended:?}");
}
