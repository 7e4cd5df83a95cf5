//! `decide`: what becomes of a task of which nobody can tell whether it ran.

use crate::kept::{Pen, place, undecided};
use crate::program::Program;
use crate::server::Server;

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const RUN: &str = "run runware:101@1 positivePrompt=fox taskUUID=a770f077-f413-47de-9dac-be0b26a35da6 --json";

/// A server, and a journal with a task for it that is undecided.
async fn doubt() -> (Server, tempfile::TempDir, std::path::PathBuf) {
    let server = Server::quick().await;
    let (folder, path) = place();
    let pen = Pen::earlier(&path, &format!("127.0.0.1:{}", server.port()), None);
    let ticket = pen.begin(U, |_| {}).await;
    pen.note(ticket, [undecided()]).await;
    (server, folder, path)
}

fn decide(path: &std::path::Path, decision: &str) -> Program {
    Program::without_key().words(&format!("decide {U} {decision} --json")).journal(path)
}

#[tokio::test]
async fn what_is_to_be_sent_again_is_sent_by_collect_under_the_same_id() {
    let (server, _folder, path) = doubt().await;
    let decided = decide(&path, "resubmit").run().await.expect(0);
    assert_eq!((decided.only("decided").task(), decided.only("decided").str("decision")), (U, "resubmit"));
    assert_eq!(server.ledger().requests(), 0, "to decide is to say so, and no more");
    let listed = Program::without_key().words("list --json").journal(&path).run().await.expect(0);
    let task = listed.only("task");
    assert_eq!((task.str("state"), task.has("reason")), ("open", false), "why it was undecided is over");
    let ended = server.program("collect --json").journal(&path).run().await.expect(0);
    assert_eq!(ended.only("result").task(), U);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
    decide(&path, "resubmit").run().await.expect(2);
}

/// To wait submits nothing, also where somebody wants it sent again.
#[tokio::test]
async fn what_is_to_be_sent_again_is_not_sent_by_a_wait() {
    let (server, _folder, path) = doubt().await;
    decide(&path, "resubmit").run().await.expect(0);
    let waited =
        server.program(&format!("wait {U} --json --deadline 1s")).journal(&path).run().await.expect(8);
    assert!(server.ledger().requests() > 0 && server.ledger().accepted() == 0, "{waited:?}");
    server.program("collect --json").journal(&path).run().await.expect(0);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

/// Where requests are not kept there is nothing that `collect` could send: whoever has the request sends it.
#[tokio::test]
async fn what_is_not_kept_is_sent_again_by_whoever_has_the_request() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let pen = Pen::redacting(&path, &format!("127.0.0.1:{}", server.port()));
    let ticket = pen.begin(U, |_| {}).await;
    pen.note(ticket, [undecided()]).await;
    drop(pen);
    let words = format!("decide {U} resubmit");
    let decided = Program::without_key().words(&words).journal(&path).run().await.expect(0);
    assert!(decided.stderr.contains("`collect` cannot do it"), "{decided:?}");
    assert!(!decided.stderr.contains("This does it"), "{decided:?}");
    let ended = server.program(RUN).journal(&path).run().await.expect(0);
    assert_eq!(ended.only("result").task(), U);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

#[tokio::test]
async fn what_is_given_up_is_never_sent() {
    let (server, _folder, path) = doubt().await;
    decide(&path, "abandon").run().await.expect(0);
    assert_eq!(
        server.program("collect --json").journal(&path).run().await.expect(0).summary().counts(),
        [0; 5]
    );
    let refused = server.program(RUN).journal(&path).run().await.expect(9);
    assert_eq!(refused.only("failure").field("error")["code"], "abandoned");
    assert_eq!(refused.summary().counts(), [0, 0, 0, 0, 1], "whether it ran before, nobody knows");
    for words in ["given up", "may have run", &format!("runware details {U}"), "new taskUUID"] {
        assert!(refused.only("error").str("message").contains(words), "{words}: {refused:?}");
    }
    assert_eq!(server.ledger().accepted(), 0);
    let listed = Program::without_key().words("list --done --json").journal(&path).run().await.expect(0);
    assert_eq!(listed.only("task").str("state"), "abandoned");
}

#[tokio::test]
async fn what_is_advised_leads_to_the_same_journal() {
    let (_server, _folder, path) = doubt().await;
    let named = format!(" --journal {}", path.display());
    let decide = |words: &str| Program::without_key().words(words).env("RUNWARE_JOURNAL", &path);
    let ended = decide(&format!("decide {U} resubmit")).run().await.expect(0);
    assert!(ended.stderr.contains(&format!("runware collect{named}")), "{ended:?}");
    let ended = decide(&format!("decide {U} resubmit")).run().await.expect(2);
    assert!(ended.stderr.contains(&format!("`runware list --unknown{named}`")), "{ended:?}");
    let ended = decide("decide 24cd5dff-cb81-4db5-8506-b72a9425f9d1 abandon").run().await.expect(9);
    assert!(ended.stderr.contains(&format!("`runware list{named}`")), "{ended:?}");
}

#[tokio::test]
async fn there_must_be_something_to_decide() {
    let (server, _folder, path) = doubt().await;
    let other = "decide 24cd5dff-cb81-4db5-8506-b72a9425f9d1 abandon --json";
    let ended = Program::without_key().words(other).journal(&path).run().await.expect(9);
    assert_eq!(ended.only("error").str("category"), "notFound");
    let (_empty, absent) = place();
    decide(&absent, "abandon").run().await.expect(9);
    for line in ["decide nonsense abandon", "decide a770f077-f413-47de-9dac-be0b26a35da6 perhaps"] {
        Program::without_key().words(line).journal(&path).run().await.expect(2);
    }
    let run =
        server.program("run runware:101@1 positivePrompt=owl --json").journal(&path).run().await.expect(0);
    let line = format!("decide {} abandon", run.only("settled").task());
    let ended = Program::without_key().words(&line).journal(&path).run().await.expect(2);
    assert!(ended.stderr.contains("it is confirmed"), "{ended:?}");
}

#[tokio::test]
async fn whoever_has_to_decide_is_told_how() {
    let (server, _folder, path) = doubt().await;
    let ended = server.program("collect --json").journal(&path).run().await.expect(9);
    assert_eq!(ended.summary().counts(), [0, 0, 0, 0, 1]);
    for decision in ["resubmit", "abandon"] {
        let command = format!("  runware decide {U} {decision} ");
        let line = ended
            .stderr
            .lines()
            .find(|line| line.starts_with(&command))
            .unwrap_or_else(|| panic!("{ended:?}"));
        assert!(line.contains(&format!("--journal {}", path.display())), "{line}");
    }
    let command = ended.stderr.lines().find(|line| line.contains(" abandon ")).unwrap().trim();
    Program::pasted(command).run().await.expect(0);
}

#[tokio::test]
async fn what_somebody_looks_after_is_not_decided_about() {
    let (folder, path) = place();
    let pen = Pen::new(&path, "127.0.0.1:1");
    let ticket = pen.begin(U, |_| {}).await;
    pen.note(ticket, [undecided()]).await;
    pen.take(U).await;
    let ended = decide(&path, "abandon").run().await.expect(2);
    let message = ended.only("error").str("message").to_owned();
    assert!(
        message.contains("in care of a running process") && message.contains("wait for its end"),
        "{message}"
    );
    drop(pen);
    decide(&path, "abandon").run().await.expect(0);
    drop(folder);
}
