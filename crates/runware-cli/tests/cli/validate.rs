//! `validate`: what is wrong with tasks, without a key and without a server.

use std::fs;

use crate::ended::Ended;
use crate::line::Line;
use crate::program::Program;
use crate::server::Server;

const GOOD: &str = r#"{"taskType":"getResponse","taskUUID":"a770f077-f413-47de-9dac-be0b26a35da6"}"#;
const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"a fox","width":1024,"height":1024}"#;

async fn validate(text: &str, flags: &str) -> Ended {
    let program = Program::without_key().words("validate -").words(flags);
    program.stdin(text).run().await
}

/// `severity code pointer line:column` of each finding.
fn findings(ended: &Ended) -> Vec<String> {
    let of = |line: &Line| {
        let place = line.field("location");
        let place = format!("{}:{}", place["line"], place["column"]);
        format!("{} {} {} {place}", line.str("severity"), line.str("code"), line.str("pointer"))
    };
    ended.all("finding").iter().map(of).collect()
}

#[tokio::test]
async fn a_task_without_a_fault_is_valid() {
    let ended = validate(GOOD, "--json").await.expect(0);
    let checked = ended.only("checked");
    assert_eq!(findings(&ended), Vec::<String>::new());
    assert_eq!((checked.number("tasks"), checked.number("errors"), checked.str("verdict")), (1, 0, "valid"));
}

#[tokio::test]
async fn what_only_the_server_knows_is_not_called_valid() {
    let ended = validate(FOX, "--json").await.expect(0);
    let checked = ended.only("checked");
    assert_eq!((checked.number("errors"), checked.str("verdict")), (0, "cannot-tell"));
    assert!(findings(&ended)[0].starts_with("unknown unchecked-model /model"), "{:?}", findings(&ended));
    let people = validate(FOX, "").await.expect(0);
    assert!(people.stderr.contains("1 task: nothing wrong; not everything could be checked"), "{people:?}");
}

#[tokio::test]
async fn objects_arrays_and_lines_are_taken() {
    for (text, tasks) in [
        (GOOD.to_owned(), 1),
        (format!("[{GOOD},\n {GOOD}]"), 2),
        (format!("{GOOD}\n\n{FOX}\r\n{GOOD}\n"), 3),
        (format!("\u{feff}{GOOD}"), 1),
    ] {
        let ended = validate(&text, "--json").await.expect(0);
        assert_eq!(ended.only("checked").number("tasks"), tasks, "{text}");
    }
}

#[tokio::test]
async fn every_fault_is_found_at_once_with_its_place() {
    let text = "[{\"taskType\": \"imageInference\",\n  \"positivePrompt\": \"fox\",\n  \"numberresults\": 4,\n  \"width\": \"wide\"}]";
    let ended = validate(text, "--json").await.expect(3);
    let found = findings(&ended);
    for expected in [
        "error missing-field /0/model",
        "warning unknown-field /0/numberresults 3:",
        "error wrong-type /0/width 4:12",
    ] {
        assert!(found.iter().any(|line| line.starts_with(expected)), "{expected} in {found:?}");
    }
    let near = ended.all("finding").into_iter().find(|line| line.str("code") == "unknown-field").unwrap();
    assert_eq!(near.str("suggestion"), "numberResults");
    assert_eq!(ended.only("checked").str("verdict"), "invalid");
}

#[tokio::test]
async fn people_see_the_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("task.json"), FOX.replace("1024,", "\"wide\",\n")).unwrap();
    let program = Program::without_key().folder(folder.path()).words("validate task.json");
    let ended = program.run().await.expect(3);
    assert!(ended.text().contains("error[wrong-type]: /width"), "{ended:?}");
    assert!(ended.text().contains("--> task.json:1:"), "{ended:?}");
    assert!(ended.text().contains("^^^^^^"), "{ended:?}");
    assert!(!ended.text().contains('\u{1b}'), "colours are for terminals");
    assert!(ended.stderr.contains("1 task: 1 error"), "{ended:?}");
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    for (text, code) in [("{", "syntax"), ("", "syntax"), ("42", "shape")] {
        let ended = validate(text, "--json").await.expect(3);
        assert!(
            findings(&ended)[0].starts_with(&format!("error {code}")),
            "{text:?}: {:?}",
            findings(&ended)
        );
    }
    let ended = Program::without_key().words("validate - --json").stdin([b'{', 0xff]).run().await.expect(3);
    assert!(ended.only("error").str("message").contains("byte 1"), "{ended:?}");
    let ended = Program::without_key().words("validate no-such-file --json").run().await.expect(2);
    assert!(ended.only("error").str("message").contains("no-such-file cannot be read"), "{ended:?}");
}

#[tokio::test]
async fn what_looks_wrong_is_said_and_sent_all_the_same() {
    let server = Server::quick().await;
    let line = "run runware:101@1 positivePrompt=fox numberresults:=2 deliveryMethod=sync";
    let ended = server.program(line).run().await.expect(0);
    assert!(
        ended.stderr.starts_with(
            "warning: numberresults is not a known field of imageInference; did you mean `numberResults`?\n"
        ),
        "{ended:?}"
    );
    assert!(server.body().contains("\"numberresults\":2"), "{}", server.body());

    for quiet in ["--json", "-q"] {
        let ended = server.program(line).words(quiet).run().await.expect(0);
        assert!(!ended.stderr.contains("numberresults"), "{ended:?}");
    }
}

#[tokio::test]
async fn of_a_batch_it_is_said_how_many_look_wrong() {
    let server = Server::quick().await;
    let text = [FOX, &FOX.replace("width", "Width"), FOX].join("\n");
    let ended = server.program("batch -").stdin(text).run().await.expect(0);
    assert!(
        ended.stderr.starts_with("warning: 1 task looks wrong; `runware validate` says why\n"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn keys_in_a_file_are_not_shown() {
    let text = r#"[{"taskType":"authentication","apiKey":"sk-verysecret","foo":1}]"#;
    for flags in ["", "--json"] {
        let ended = validate(text, flags).await.expect(3);
        assert!(!ended.text().contains("sk-verysecret"), "{ended:?}");
    }
}

#[tokio::test]
async fn more_findings_than_anybody_reads_are_counted() {
    let text = vec![r#"{"taskType":"getResponse"}"#; 3000].join("\n");
    let ended = validate(&text, "--json").await.expect(3);
    let checked = ended.only("checked");
    assert_eq!((checked.number("errors"), checked.number("omitted")), (1000, 2000));
    let people = validate(&text, "").await.expect(3);
    assert!(
        people.stderr.contains("3000 tasks: 1000 errors, and 2000 more that are not shown"),
        "{}",
        people.stderr
    );
}
