//! The transports: which one is taken, to which address, and that the key goes to no other.

use std::time::Duration;

use futures_util::future::join_all;
use runware_emulator::{Action, Ledger, RequestKind};
use tokio::net::TcpSocket;

use crate::ended::Ended;
use crate::program::{KEY, Program};
use crate::server::{Refusing, Server, Silence, on_check, on_submit, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const RUN: &str = "run runware:101@1 positivePrompt=fox";

/// How many requests came over HTTP.
fn http_requests(ledger: &Ledger) -> u64 {
    ledger.requests() - task_frames(ledger)
}

/// How many frames with tasks came over WebSocket.
fn task_frames(ledger: &Ledger) -> u64 {
    ledger.frames() - ledger.frames_of(RequestKind::Authenticate) - ledger.frames_of(RequestKind::Ping)
}

/// Checks that everything went over a socket, and that the summary counts what was sent.
#[track_caller]
fn all_by_socket(ended: &Ended, server: &Server) {
    let ledger = server.ledger();
    assert_eq!((http_requests(&ledger), ledger.sockets_opened() > 0), (0, true), "{ledger:?}");
    assert_eq!(ended.summary().number("requests"), task_frames(&ledger), "{ended:?} {ledger:?}");
    assert_eq!(ended.summary().number("statusChecks"), ledger.status_checks(), "{ended:?}");
}

/// Checks that everything went over HTTP.
#[track_caller]
fn all_by_http(server: &Server) {
    let ledger = server.ledger();
    assert_eq!((ledger.upgrades(), ledger.frames(), ledger.requests() > 0), (0, 0, true), "{ledger:?}");
}

/// An address where nobody listens, as long as the socket lives.
fn nobody() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    (socket, address)
}

#[tokio::test]
async fn with_both_addresses_it_is_the_socket() {
    let runs = [("", None), ("--transport ws", None), ("", Some("ws"))].map(async |(words, variable)| {
        let server = Server::with(quick().api_keys([KEY])).await;
        let mut program = server.both_ways(RUN).words("numberResults=2 --json").words(words);
        if let Some(name) = variable {
            program = program.env("RUNWARE_TRANSPORT", name);
        }
        let ended = program.run().await.expect(0);
        all_by_socket(&ended, &server);
        assert_eq!((server.ledger().sockets_opened(), server.ledger().billed()), (1, 2));
        assert_eq!(ended.events(), ["submitting", "accepted", "result", "result", "settled", "summary"]);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn the_addresses_may_come_from_the_environment() {
    let server = Server::quick().await;
    let program = Program::new().words(RUN).arg("--json").env("RUNWARE_HTTP_BASE_URL", server.url());
    let ended = program.env("RUNWARE_WS_BASE_URL", server.ws_url()).run().await.expect(0);
    all_by_socket(&ended, &server);
    // The flag wins.
    let other = Server::quick().await;
    let program = other.both_ways(RUN).arg("--json").env("RUNWARE_WS_BASE_URL", server.ws_url());
    all_by_socket(&program.run().await.expect(0), &other);
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn every_command_speaks_over_the_socket() {
    let server = Server::quick().await;
    let json = |line: &str| server.both_ways(line).arg("--json");
    json("submit runware:101@1 positivePrompt=fox").arg(format!("taskUUID={U}")).run().await.expect(0);
    let ended = json(&format!("wait {U}")).run().await.expect(0);
    assert_eq!(ended.only("result").task(), U);
    json(&format!("status {U}")).run().await.expect(0);
    let details = json(&format!("details {U}")).run().await.expect(0);
    assert_eq!(details.only("details").field("request")[0]["taskUUID"], U);
    let task = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;
    let batch = json("batch -").stdin([task; 30].join("\n")).run().await.expect(0);
    assert_eq!((batch.summary().counts(), batch.summary().number("requests")), ([30, 0, 0, 0, 0], 2));
    let ledger = server.ledger();
    assert_eq!((http_requests(&ledger), ledger.sockets_opened()), (0, 5));
}

#[tokio::test]
async fn http_is_taken_where_it_was_asked_for() {
    let server = Server::quick().await;
    let programs = [
        server.both_ways(RUN).words("--transport http"),
        server.both_ways(RUN).env("RUNWARE_TRANSPORT", "http"),
        server.both_ways(RUN).env("RUNWARE_TRANSPORT", "ws").words("--transport http"),
        // The other address may be there for other commands, and may be anything.
        server.program(RUN).words("--transport http").env("RUNWARE_WS_BASE_URL", "nonsense"),
    ];
    for ended in join_all(programs.map(Program::run)).await {
        ended.expect(0);
    }
    all_by_http(&server);
    assert_eq!(server.ledger().accepted(), 4);
}

#[tokio::test]
async fn with_an_http_address_alone_it_is_http_and_says_so_when_asked() {
    let server = Server::quick().await;
    let (usual, verbose) = tokio::join!(server.program(RUN).run(), server.program(RUN).arg("-v").run());
    let (usual, verbose) = (usual.expect(0), verbose.expect(0));
    all_by_http(&server);
    assert!(!usual.stderr.contains("--ws-base-url"), "{usual:?}");
    assert!(verbose.stderr.contains("over HTTP alone") && verbose.stderr.contains("--ws-base-url"));
}

#[tokio::test]
async fn a_socket_without_an_address_is_wrong_usage() {
    let server = Server::quick().await;
    let by_flag = || server.program(RUN).words("--transport ws");
    let by_variable = || server.program(RUN).env("RUNWARE_TRANSPORT", "ws");
    for (program, by) in [(by_flag(), "--transport"), (by_variable(), "RUNWARE_TRANSPORT")] {
        let ended = program.run().await.expect(2);
        assert!(ended.stderr.starts_with(&format!("error: {by} is ws")), "{ended:?}");
        assert!(ended.stderr.contains("--ws-base-url"), "{ended:?}");
        assert_eq!(ended.text(), "");
    }
    let ended = by_flag().arg("--json").run().await.expect(2);
    assert_eq!(ended.events(), ["error", "summary"]);
    assert_eq!((server.ledger().requests(), server.ledger().upgrades()), (0, 0));
}

#[tokio::test]
async fn http_without_an_address_is_wrong_usage() {
    let server = Server::quick().await;
    let to_socket = || Program::new().words(RUN).env("RUNWARE_WS_BASE_URL", server.ws_url());
    let by_flag = || to_socket().words("--transport http");
    let by_variable = || to_socket().env("RUNWARE_TRANSPORT", "http");
    for (program, by) in [(by_flag(), "--transport"), (by_variable(), "RUNWARE_TRANSPORT")] {
        let ended = program.run().await.expect(2);
        assert!(ended.stderr.starts_with(&format!("error: {by} is http")), "{ended:?}");
        assert!(ended.stderr.contains("RUNWARE_WS_BASE_URL"), "{ended:?}");
        assert!(ended.stderr.contains("--http-base-url"), "{ended:?}");
        assert_eq!(ended.text(), "");
    }
    let ended = by_flag().arg("--json").run().await.expect(2);
    assert_eq!(ended.events(), ["error", "summary"]);
    assert_eq!((server.ledger().requests(), server.ledger().upgrades()), (0, 0));
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_told_of_when_asked() {
    let (_socket, address) = nobody();
    let url = format!("ws://{address}/v1");
    let lines = [RUN.to_owned(), format!("wait {U}"), "submit runware:101@1 positivePrompt=fox".to_owned()];
    let programs = lines.iter().flat_map(|line| {
        ["", "-v", "-v --json", "-v -q"].map(|words| {
            let program = Program::new().words(line).words(words).words("--deadline 2s --ws-base-url");
            (words, program.arg(&url))
        })
    });
    let runs = programs.map(async |(words, program)| (words, program.run().await));
    for (words, ended) in join_all(runs).await {
        let told = format!("no connection, trying again: no connection to ws://{address}");
        let is_asked_for = ["-v", "-v --json"].contains(&words);
        assert_eq!(ended.stderr.contains(&told), is_asked_for, "{words}: {ended:?}");
        if words.contains("--json") {
            assert!(!ended.lines().is_empty(), "events and nothing else: {ended:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_of_when_asked() {
    let runs = ["--json", "--json -v"].map(async |words| {
        let server = Server::quick().await;
        let line = format!("run emulator:stuck@1 positivePrompt=fox --deadline 3s {words} --ws-base-url");
        let mut running = Program::new().words(&line).arg(server.ws_url()).start().await;
        running.event("accepted").await;
        drop(server);
        let ended = running.end().await.expect(8);
        let is_told = ended.stderr.contains("no connection, trying again: no connection to ws://");
        assert_eq!(is_told, words.contains("-v"), "{ended:?}");
        assert_eq!(ended.summary().counts(), [0, 0, 0, 1, 0]);
    });
    join_all(runs).await;
}

#[tokio::test]
async fn a_socket_that_is_refused_is_always_told_of() {
    let server = Server::quick().await;
    let refusing = Refusing::start().await;
    let run = |words: &str| server.program(RUN).words(words).arg("--ws-base-url").arg(refusing.ws_url());
    for ended in join_all(["", "--json", "-q"].map(|words| run(words).run())).await {
        let ended = ended.expect(0);
        assert_eq!(ended.stderr.matches("No WebSocket connection for now: ").count(), 1, "{ended:?}");
        assert!(ended.stderr.contains("403"), "{ended:?}");
        assert!(ended.stderr.contains("Requests go over HTTP meanwhile."), "{ended:?}");
        assert!(!ended.text().contains("WebSocket"), "{ended:?}");
    }
    all_by_http(&server);
}

#[tokio::test]
async fn with_a_socket_address_alone_there_is_nothing_to_fall_back_on() {
    let server = Server::quick().await;
    let program = Program::new().words(RUN).arg("--json").env("RUNWARE_WS_BASE_URL", server.ws_url());
    all_by_socket(&program.run().await.expect(0), &server);

    let (_socket, address) = nobody();
    let program = Program::new().words(RUN).words("--json --deadline 2s --ws-base-url");
    let ended = program.arg(format!("ws://{address}/v1")).run().await.expect(1);
    assert!(ended.took < Duration::from_secs(3) && ended.stderr.contains("nothing was bought"), "{ended:?}");
}

#[tokio::test]
async fn where_nobody_listens_for_sockets_it_goes_over_http() {
    let server = Server::quick().await;
    let (_socket, address) = nobody();
    let program = server.program(RUN).words("--json --ws-base-url").arg(format!("ws://{address}/v1"));
    let ended = program.run().await.expect(0);
    all_by_http(&server);
    assert_eq!(ended.summary().number("requests"), server.ledger().requests());
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

#[tokio::test]
async fn there_are_two_transports() {
    let server = Server::quick().await;
    for name in ["smoke", "WS", "wss"] {
        for program in [
            server.both_ways(RUN).env("RUNWARE_TRANSPORT", name),
            server.both_ways(RUN).arg("--transport").arg(name),
        ] {
            let ended = program.run().await.expect(2);
            assert!(ended.stderr.contains("it must be ws or http"), "{ended:?}");
        }
    }
    assert_eq!((server.ledger().requests(), server.ledger().upgrades()), (0, 0));
}

#[tokio::test]
async fn addresses_that_no_key_can_be_sent_to_are_refused_with_the_flag_at_fault() {
    let server = Server::quick().await;
    for (url, flag) in [
        ("ws://192.0.2.1/v1", "--ws-base-url"),
        ("ws://example.com/v1", "--ws-base-url"),
        ("http://127.0.0.1:1/v1", "--ws-base-url"),
        ("https://ws-api.example.com/v1", "--ws-base-url"),
        ("nonsense", "--ws-base-url"),
        ("ws://me:s3cret@127.0.0.1/v1", "--ws-base-url"),
        ("ws://127.0.0.1:1/v1", "--http-base-url"),
        ("wss://api.example.com/v1", "--http-base-url"),
    ] {
        let program = match flag {
            "--ws-base-url" => server.program(RUN),
            _ => Program::new().words(RUN).arg("--ws-base-url").arg(server.ws_url()),
        };
        let ended = program.arg(flag).arg(url).run().await.expect(2);
        let (fault, other) = match flag {
            "--ws-base-url" => ("--ws-base-url", "--http-base-url"),
            _ => ("--http-base-url", "--ws-base-url"),
        };
        let start = format!("error: the server's address cannot be used: {fault} ");
        assert!(ended.stderr.starts_with(&start) && !ended.stderr.contains(other), "{url}: {ended:?}");
        assert!(!ended.stderr.contains("base_url") && !ended.stderr.contains("insecure_http"), "{ended:?}");
        assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    }
    assert_eq!((server.ledger().requests(), server.ledger().upgrades()), (0, 0));
}

#[tokio::test]
async fn plain_sockets_to_other_machines_work_with_the_flag() {
    let server = Server::quick().await;
    // This machine by an address that does not say so.
    let url = format!("ws://0.0.0.0:{}/v1", server.port());
    let run = || Program::new().words(RUN).arg("--json").arg("--ws-base-url").arg(&url);
    let ended = run().run().await.expect(2);
    assert!(ended.only("error").str("message").contains("--insecure-http"), "{ended:?}");
    assert_eq!(server.ledger().upgrades(), 0);
    all_by_socket(&run().arg("--insecure-http").run().await.expect(0), &server);
}

#[tokio::test]
async fn the_emulator_inside_has_both_addresses_and_takes_no_other() {
    let line = "run emulator:fast@1 positivePrompt=fox --emulator --json";
    let run = |words: &str| Program::without_key().words(line).words(words);
    // What stands in the environment is meant for other commands.
    let program = run("").env("RUNWARE_WS_BASE_URL", "ws://127.0.0.1:1/v1");
    let program = program.env("RUNWARE_HTTP_BASE_URL", "http://127.0.0.1:1/v1");
    let programs = [program, run("--transport ws"), run("--transport http")];
    for ended in join_all(programs.map(Program::run)).await {
        ended.expect(0);
    }
    for url in ["--ws-base-url=ws://127.0.0.1:1/v1", "--http-base-url=http://127.0.0.1:1/v1"] {
        let ended = run(url).run().await.expect(2);
        assert!(ended.only("error").str("message").contains("two servers"), "{ended:?}");
    }
    run("--transport smoke").run().await.expect(2);
}

#[tokio::test]
async fn a_key_that_the_server_refuses_is_an_error_of_authentication() {
    let server = Server::with(quick().api_keys(["another"])).await;
    for line in [RUN.to_owned(), format!("wait {U}"), format!("status {U}"), format!("details {U}")] {
        let ended = server.both_ways(&line).arg("-vvv").run().await.expect(4);
        assert!(ended.stderr.contains("invalidApiKey"), "{ended:?}");
    }
}

#[tokio::test]
async fn a_socket_that_breaks_costs_nothing() {
    let runs = [on_submit(Action::LoseReply), on_submit(Action::Reset), on_check(Action::Reset)].map(
        async |fault| {
            let server = Server::quick().await;
            server.inject(fault.nth(1));
            let ended = server.both_ways(RUN).arg("--json").run().await.expect(0);
            let ledger = server.ledger();
            assert_eq!((ledger.accepted(), ledger.billed(), ledger.sockets_opened()), (1, 1, 2));
            // Checks that the fault kept from being carried out count as frames only.
            assert_eq!(ended.summary().number("requests"), task_frames(&ledger), "{ended:?} {ledger:?}");
            assert_eq!(http_requests(&ledger), 0, "{ledger:?}");
        },
    );
    join_all(runs).await;
}

#[tokio::test]
async fn a_silent_socket_is_left_at_the_deadline() {
    let silence = Silence::start().await;
    let line = format!("{RUN} --deadline 1s --json");
    let nobody_answers = silence.both_ways(&line).run();
    let runs = [Action::Hang, Action::HandleThenHang, Action::Mute].map(async |silent| {
        let server = Server::quick().await;
        server.inject(on_submit(silent));
        server.both_ways(&line).run().await
    });
    let (nobody_answers, runs) = tokio::join!(nobody_answers, join_all(runs));
    // Where no connection was made, it is certain that nothing was bought.
    let ended = nobody_answers.expect(1);
    assert!(ended.took < Duration::from_secs(3) && ended.stderr.contains("nothing was bought"), "{ended:?}");
    for ended in runs {
        let ended = ended.expect(8);
        assert!(ended.took < Duration::from_secs(3), "{ended:?}");
        assert_eq!(ended.only("settled").str("resume"), ended.printed_command());
    }
}

#[tokio::test]
async fn the_command_to_go_on_with_goes_the_same_way() {
    let server = Server::quick().await;
    let line = "run emulator:stuck@1 positivePrompt=fox --deadline 500ms --transport ws --json";
    let ended = server.both_ways(line).run().await.expect(8);
    let flags = format!(
        " --http-base-url {} --ws-base-url {} --transport ws --deadline 500ms --json",
        server.url(),
        server.ws_url()
    );
    assert!(ended.printed_command().ends_with(&flags), "{ended:?}");
    let again = Program::pasted(&ended.printed_command()).run().await.expect(8);
    assert_eq!(again.only("settled").task(), ended.only("settled").task());
    assert_eq!((http_requests(&server.ledger()), server.ledger().accepted()), (0, 1));
}

#[tokio::test]
async fn a_run_over_a_socket_is_interrupted_at_once() {
    let server = Server::quick().await;
    let mut running = server.both_ways("run emulator:stuck@1 positivePrompt=fox --json").start().await;
    running.event("accepted").await;
    let before = running.elapsed();
    running.signal("INT").await;
    let ended = running.end().await.expect(130);
    assert!(ended.took - before < Duration::from_secs(2), "{ended:?}");
    assert!(ended.only("error").str("resume").contains("--ws-base-url"), "{ended:?}");
}
