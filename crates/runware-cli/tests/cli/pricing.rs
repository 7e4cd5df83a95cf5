//! Tasks of unknown price under a budget: what is not sent, what is said of it, and who is asked.

use std::fs;
use std::path::Path;

use runware_emulator::{Action, Rule};
use runware_journal::{Filter, SqliteJournal, Stage};

use crate::ended::Ended;
use crate::kept::{Pen, place};
use crate::program::{Program, Running};
use crate::server::{Server, answer, on_submit};
use crate::terminals::{END, Terminal};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;
const OWL: &str =
    r#"{"taskType":"imageInference","model":"new:1@1","positivePrompt":"owl","key":"order-17"}"#;
const REFUSED: &str = r#"{"taskType":"imageInference","model":"emulator:refuse@1","positivePrompt":"fox"}"#;

/// Names no price for the model of the owl, this often.
fn silent(times: u64) -> Rule {
    let is_owl = |body: &[u8]| body.windows(7).any(|word| word == b"new:1@1");
    on_submit(answer(200, r#"{"data":[]}"#)).when(move |request| is_owl(request.body)).first(times)
}

/// A server that names no price for the owl, once.
async fn server() -> Server {
    let server = Server::quick().await;
    server.inject(silent(1));
    server
}

fn batch(server: &Server, path: &Path, words: &str) -> Program {
    let file = path.ancestors().nth(2).unwrap().join("tasks.jsonl");
    fs::write(&file, format!("{FOX}\n\n{OWL}\n{FOX}")).unwrap();
    server.program("batch --budget 1").arg(file).words(words).journal(path)
}

/// Checks that the foxes were sent and the owl was not.
#[track_caller]
fn only_the_owl_is_missing(server: &Server, ended: &Ended) {
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (2, 2), "{ended:?}");
    let bodies = server.bodies();
    assert_eq!(bodies.iter().filter(|body| body.contains("new:1@1")).count(), 1, "its price was asked for");
}

#[tokio::test]
async fn a_line_without_a_price_is_named_and_not_sent_and_the_others_go_on() {
    let server = server().await;
    let (_folder, path) = place();
    let ended = batch(&server, &path, "--json").run().await.expect(6);
    assert_eq!(ended.summary().counts(), [2, 0, 1, 0, 0]);
    let failure = ended.only("failure");
    let error = failure.field("error");
    assert_eq!((error["code"].as_str(), error["category"].as_str()), (Some("unpriced"), Some("quota")));
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("line 3 (key \"order-17\"): ") && message.contains("--price"), "{message}");
    assert_eq!(ended.all("submitting").len(), 2);
    assert!(ended.all("submitting").iter().all(|line| line.task() != failure.task()));
    only_the_owl_is_missing(&server, &ended);

    // The same file again, with what it asks for, buys what is missing.
    server.inject(silent(1));
    let again = batch(&server, &path, "--json --price 0.01").run().await.expect(0);
    assert_eq!(again.summary().counts(), [3, 0, 0, 0, 0]);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (3, 3));
}

#[tokio::test]
async fn people_are_told_which_line_it_is() {
    let server = server().await;
    let (_folder, path) = place();
    let ended = batch(&server, &path, "").run().await.expect(6);
    let told = ended.stderr.lines().find(|line| line.contains("line 3 (key \"order-17\")"));
    assert!(told.is_some_and(|line| line.contains("--price AMOUNT")), "{ended:?}");
    only_the_owl_is_missing(&server, &ended);
}

#[tokio::test]
async fn a_line_that_would_be_refused_is_named_and_the_others_go_on() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let text = format!("{FOX}\n{REFUSED}");
    let batch = server.program("batch - --budget 1 --json").journal(&path).stdin(text);
    let ended = batch.run().await.expect(6);
    assert_eq!(ended.summary().counts(), [1, 0, 1, 0, 0]);
    let failure = ended.only("failure");
    assert_eq!(failure.field("error")["code"], "invalidModel");
    assert!(failure.field("error")["message"].as_str().unwrap().starts_with("line 2: "), "{ended:?}");
    assert_eq!(ended.all("submitting").len(), 1);
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn a_price_in_advance_is_for_batches_with_a_budget() {
    let server = Server::quick().await;
    for words in ["batch - --price 0.01", "batch - --budget 1 --price -1", "batch - --budget 1 --price free"]
    {
        server.program(words).stdin(FOX).run().await.expect(2);
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn an_amount_below_zero_says_what_is_wanted() {
    let server = Server::quick().await;
    for (words, flag) in [("--budget -1", "--budget"), ("--budget 1 --price -0.5", "--price")] {
        let line = format!("run runware:101@1 positivePrompt=fox {words}");
        let ended = server.program(&line).run().await.expect(2);
        let wanted = "it must be an amount in US dollars, zero or more, such as 2.50";
        assert!(ended.stderr.contains(flag) && ended.stderr.contains(wanted), "{ended:?}");
    }
    assert_eq!(server.ledger().requests(), 0);
}

/// Starts a batch whose owl has no price, and waits until somebody is asked about it.
async fn asked(server: &Server, path: &Path) -> (Running, Terminal) {
    let (mut terminal, theirs) = Terminal::open();
    let running = batch(server, path, "").at(&theirs).start().await;
    drop(theirs);
    terminal.shows("Nobody knows what this task costs: line 3 (key \"order-17\").").await;
    terminal.shows("(y/N)").await;
    assert_eq!(server.ledger().accepted(), 0, "nothing is sent before the answer");
    (running, terminal)
}

#[tokio::test]
async fn whoever_says_yes_gets_all_of_it() {
    let server = server().await;
    let (_folder, path) = place();
    let (running, mut terminal) = asked(&server, &path).await;
    terminal.types("y\n");
    running.end().await.expect(0);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (3, 3));
    assert!(terminal.text().await.contains("3 succeeded"));
}

#[tokio::test]
async fn whoever_says_no_or_nothing_gets_the_others() {
    for typed in ["n\n", "\n", END] {
        let server = server().await;
        let (_folder, path) = place();
        let (running, mut terminal) = asked(&server, &path).await;
        terminal.types(typed);
        let ended = running.end().await.expect(6);
        only_the_owl_is_missing(&server, &ended);
        assert!(terminal.text().await.contains("line 3 (key \"order-17\"): there is a budget"));
    }
}

#[tokio::test]
async fn whoever_interrupts_the_question_sends_nothing() {
    let server = server().await;
    let (_folder, path) = place();
    let (running, terminal) = asked(&server, &path).await;
    running.signal("INT").await;
    running.end().await.expect(130);
    assert_eq!(server.ledger().accepted(), 0);
    drop(terminal);
}

#[tokio::test]
async fn one_task_is_asked_about_too() {
    for (typed, code, accepted) in [("y\n", 0, 1), ("n\n", 5, 0)] {
        let server = server().await;
        let (_folder, path) = place();
        let (mut terminal, theirs) = Terminal::open();
        let line = format!("run new:1@1 positivePrompt=owl taskUUID={U} --budget 1");
        let running = server.program(&line).journal(&path).at(&theirs).start().await;
        drop(theirs);
        terminal.shows("Nobody knows what this task costs. Send it all the same").await;
        terminal.types(typed);
        running.end().await.expect(code);
        assert_eq!(server.ledger().accepted(), accepted, "{}", terminal.text().await);
    }
}

#[tokio::test]
async fn nobody_is_asked_where_a_program_reads_the_output() {
    let server = server().await;
    let (_folder, path) = place();
    let (terminal, theirs) = Terminal::open();
    let running = batch(&server, &path, "--json").at(&theirs).start().await;
    drop(theirs);
    let ended = running.end().await.expect(6);
    only_the_owl_is_missing(&server, &ended);
    assert!(!terminal.text().await.contains("(y/N)"));
}

/// A task that the server has taken is paid for: a budget that is named only later, and a price that nobody knows, must
/// not keep its result back, and nobody must be told that it was not sent.
#[tokio::test]
async fn what_was_sent_before_without_a_budget_goes_on_though_its_price_is_unknown() {
    let script = runware_emulator::Script::new().duration(std::time::Duration::from_millis(1_500));
    let server = Server::with(crate::server::quick().script("new:1@1", script)).await;
    let (_folder, path) = place();
    let mut first = server.program("batch - --json").journal(&path).stdin(OWL).start().await;
    first.event("accepted").await;
    first.signal("KILL").await;
    first.end().await;
    assert_eq!(server.ledger().accepted(), 1);
    server.inject(silent(1));
    let ended = server.program("batch - --json --budget 1").journal(&path).stdin(OWL).run().await;
    assert_eq!(ended.all("result").len(), 1, "its result is paid for: {ended:?}");
}

/// It may never have been sent: as one that costs nothing it would be bought outside of the budget.
#[tokio::test]
async fn what_is_open_and_has_no_price_is_looked_for_and_does_not_count_as_free() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let pen = Pen::new(&path, &format!("127.0.0.1:{}", server.port()));
    pen.begin(U, |_| {}).await;
    drop(pen);
    server.inject(on_submit(answer(200, r#"{"data":[]}"#)).first(1));
    let line = std::str::from_utf8(Pen::task(U, "runware:101@1").bytes()).unwrap().to_owned();
    let batch = server.program("batch - --json --budget 1 --deadline 1s").journal(&path).stdin(line);
    batch.run().await.expect(8);
    assert_eq!(server.ledger().accepted(), 0);
    let listed = SqliteJournal::open(&path).unwrap().list(&Filter::new()).unwrap();
    assert_eq!((listed.len(), listed[0].stage, listed[0].reserved), (1, Stage::Open, None));
}

/// Answers no question about the price of the owl.
fn deaf() -> Rule {
    let is_owl = |body: &[u8]| body.windows(7).any(|word| word == b"new:1@1");
    on_submit(Action::Reset).when(move |request| is_owl(request.body))
}

#[tokio::test]
async fn a_line_whose_price_cannot_be_asked_fails_alone() {
    let server = Server::quick().await;
    server.inject(deaf());
    let (_folder, path) = place();
    let ended = batch(&server, &path, "--json --price 0.01").run().await.expect(6);
    assert_eq!(ended.summary().counts(), [2, 0, 1, 0, 0]);
    let failure = ended.only("failure");
    let message = failure.field("error")["message"].as_str().unwrap();
    assert!(message.starts_with("line 3 (key \"order-17\"): no price could be had"), "{message}");
    let settled = ended.all("settled").into_iter().find(|line| line.task() == failure.task()).unwrap();
    assert_eq!(settled.str("status"), "failed");
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (2, 2), "{ended:?}");

    let ended =
        server.program("batch - --dry-run --json").stdin(format!("{FOX}\n{OWL}")).run().await.expect(1);
    assert_eq!(ended.events(), ["priced", "error", "summary"]);
    assert!(ended.only("error").str("message").starts_with("line 2: no price could be had"), "{ended:?}");
    let summary = ended.summary();
    assert_eq!((summary.number("priced"), summary.number("unpriced"), summary.number("rejected")), (1, 1, 0));
}

/// As if it had been submitted: every line fails for the connection, and the command says so once.
#[tokio::test]
async fn without_a_connection_every_line_fails_and_few_are_asked_about() {
    let server = Server::quick().await;
    server.inject(on_submit(Action::Reset));
    let (_folder, path) = place();
    let lines: Vec<String> = (0..100).map(|seed| FOX.replace("fox", &format!("fox {seed}"))).collect();
    let batch = server.program("batch - --budget 1 --json").journal(&path).stdin(lines.join("\n"));
    let ended = batch.run().await.expect(1);
    assert_eq!(ended.summary().counts(), [0, 0, 100, 0, 0]);
    assert!(ended.only("error").str("message").starts_with("all 100 tasks were stopped alike"), "{ended:?}");
    assert_eq!(server.ledger().accepted(), 0);
    assert!(server.bodies().len() < 50, "{}", server.bodies().len());
    let is_asked = |seed: usize| server.bodies().iter().any(|body| body.contains(&format!("fox {seed}\"")));
    let unasked = "was not asked for, since the server answered none of the 8 questions before";
    for (seed, failure) in ended.all("failure").iter().enumerate() {
        let message = failure.field("error")["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("line {}: ", seed + 1)), "{message}");
        assert_eq!((is_asked(seed), message.contains(unasked)), (seed < 8, seed >= 8), "{message}");
    }
}

/// A batch whose price is asked, of so many owls, a fox, as many owls again, and another fox.
fn owls_and_foxes(server: &Server, owls: usize) -> Program {
    let owl =
        |seed: usize| OWL.replace("order-17", &seed.to_string()).replace("\"owl", &format!("\"owl {seed}"));
    let owls = |from: usize| (from..from + owls).map(owl).collect::<Vec<_>>().join("\n");
    let text = format!("{}\n{FOX}\n{}\n{}", owls(0), owls(100), FOX.replace("fox", "vixen"));
    server.program("batch - --json").stdin(text)
}

#[tokio::test]
async fn however_many_lines_get_no_answer_the_others_go_on_once_one_has_one() {
    let server = Server::quick().await;
    server.inject(deaf());
    let (_folder, path) = place();
    let ended = owls_and_foxes(&server, 7).words("--budget 1").journal(&path).run().await.expect(6);
    assert_eq!(ended.summary().counts(), [2, 0, 14, 0, 0]);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (2, 2));
    for failure in ended.all("failure") {
        let message = failure.field("error")["message"].as_str().unwrap();
        assert!(message.contains("no price could be had"), "each was asked about: {message}");
    }
}

/// Where the server says that it is in trouble, there is a connection.
#[tokio::test]
async fn lines_that_the_server_cannot_price_keep_no_others_from_being_asked_about() {
    let server = Server::quick().await;
    let is_owl = |body: &[u8]| body.windows(7).any(|word| word == b"new:1@1");
    server.inject(on_submit(answer(500, "{}")).when(move |request| is_owl(request.body)));
    let ended = owls_and_foxes(&server, 9).words("--dry-run").run().await.expect(1);
    let lines: Vec<_> = ended.all("error").iter().map(|line| line.str("message").to_owned()).collect();
    assert_eq!(lines.len(), 18, "{ended:?}");
    assert!(lines[0].starts_with("line 1: no price could be had"), "{lines:?}");
    assert!(lines[17].starts_with("line 19: no price could be had"), "{lines:?}");
    assert_eq!(ended.summary().number("priced"), 2);
}
