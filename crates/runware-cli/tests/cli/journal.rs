//! The journal itself: where it is, who may read it, and what happens without one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::kept::place;
use crate::line::is_uuid;
use crate::program::{KEY, Program};
use crate::server::{Server, Silence};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const RUN: &str = "run runware:101@1 positivePrompt=fox deliveryMethod=sync --json";
const FOX: &str = r#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"fox"}"#;

/// The rights of a file or folder.
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// How many tasks a journal has.
async fn tasks(path: &Path) -> usize {
    Program::without_key().words("list --json").journal(path).run().await.expect(0).all("task").len()
}

#[tokio::test]
async fn it_is_in_the_state_directory_and_nobody_else_may_read_it() {
    let server = Server::quick().await;
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    server.program(RUN).env("XDG_STATE_HOME", state.path()).run().await.expect(0);
    let folder = state.path().join("runware");
    assert_eq!((mode(&folder), mode(&folder.join("journal.db"))), (0o700, 0o600));
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
    server.program(RUN).homeless().env("HOME", home.path()).run().await.expect(0);
    let path = home.path().join(".local/state/runware/journal.db");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(tasks(&path).await, 1);
}

#[tokio::test]
async fn without_a_home_nothing_is_sent_and_both_ways_out_are_named() {
    let server = Server::quick().await;
    for line in [RUN, "submit runware:101@1 positivePrompt=fox --json", "batch - --json"] {
        let ended = server.program(line).homeless().stdin(FOX).run().await.expect(1);
        let message = ended.only("error").str("message").to_owned();
        assert!(message.contains("--journal PATH") && message.contains("--no-journal"), "{message}");
        assert!(ended.all("submitting").is_empty());
    }
    assert_eq!(server.ledger().requests(), 0);
    server.program(RUN).homeless().arg("--no-journal").run().await.expect(0);

    // What submits nothing goes on.
    server.hold(U, "emulator:fast@1", 1).await;
    let ended = server.program(&format!("wait {U} --json")).homeless().run().await.expect(0);
    assert!(ended.stderr.contains("going on without the journal"), "{ended:?}");
    server.program(&format!("status {U}")).homeless().run().await.expect(0);
    server.program(&format!("details {U}")).homeless().run().await.expect(0);
}

#[tokio::test]
async fn a_flag_is_stronger_than_the_environment() {
    let server = Server::quick().await;
    let ((_one, flag), (_two, variable)) = (place(), place());
    let run = || server.program(RUN).env("RUNWARE_JOURNAL", &variable);
    run().journal(&flag).run().await.expect(0);
    assert!(flag.exists() && !variable.exists());
    run().arg("--no-journal").run().await.expect(0);
    assert!(!variable.exists());
    run().run().await.expect(0);
    assert!(variable.exists());
    run().journal(&flag).arg("--no-journal").run().await.expect(2);
}

#[tokio::test]
async fn what_ends_with_the_command_is_kept_only_where_somebody_says_so() {
    let (folder, path) = place();
    let emulated =
        || Program::without_key().words(RUN).arg("--emulator").env("XDG_STATE_HOME", folder.path());
    let demo = Program::without_key().words("demo -q").env("XDG_STATE_HOME", folder.path());
    let (run, demo) = tokio::join!(emulated().run(), demo.env("RUNWARE_JOURNAL", &path).run());
    run.expect(0);
    demo.expect(0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    emulated().journal(&path).run().await.expect(0);
    assert_eq!(tasks(&path).await, 1);
    emulated().env("RUNWARE_JOURNAL", &path).run().await.expect(0);
    assert_eq!(tasks(&path).await, 2, "the variable says so as well as the flag");
    emulated().env("RUNWARE_JOURNAL", &path).arg("--no-journal").run().await.expect(0);
    assert_eq!(tasks(&path).await, 2);
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_what_submits() {
    let server = Server::quick().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a journal, and far too short to be one").unwrap();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
    let mut places =
        vec![file.join("journal.db"), folder.path().to_owned(), file, "/proc/runware/j.db".into()];
    // Rights do not stop everybody.
    if fs::write(locked.join("try"), "").is_err() {
        places.push(locked.join("journal.db"));
    }
    for path in places {
        for line in [RUN, "submit runware:101@1 positivePrompt=fox --json", "batch - --json"] {
            let ended = server.program(line).journal(&path).stdin(FOX).run().await.expect(1);
            let message = ended.only("error").str("message").to_owned();
            assert!(message.contains("--no-journal"), "{}: {message}", path.display());
        }
        let ended = server.program("collect --json").journal(&path).run().await;
        assert_ne!(ended.code, Some(101), "{ended:?}");
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn the_command_to_go_on_with_leads_to_the_same_journal() {
    let server = Server::quick().await;
    let (folder, path) = place();
    let named =
        server.program("submit emulator:stuck@1 positivePrompt=fox").words("--journal kept/journal.db");
    let command = named.folder(folder.path()).run().await.expect(0).printed_command();
    let path = fs::canonicalize(path).unwrap();
    let canonical = command.replace(
        &folder.path().display().to_string(),
        &fs::canonicalize(&folder).unwrap().display().to_string(),
    );
    assert!(canonical.ends_with(&format!("--journal {}", path.display())), "{command}");
    let without = server.program("submit emulator:stuck@1 positivePrompt=fox --no-journal");
    assert!(without.run().await.expect(0).printed_command().ends_with(" --no-journal"));
}

#[tokio::test]
async fn many_open_tasks_are_collected_rather_than_listed() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let stuck = FOX.replace("runware:101@1", "emulator:stuck@1");
    let batch = |words: &str| server.program(words).stdin([stuck.as_str(); 12].join("\n"));
    let ended = batch("batch - --json --deadline 1s").journal(&path).run().await.expect(8);
    let command = format!("runware collect --http-base-url {} --journal {}", server.url(), path.display());
    assert!(ended.stderr.contains(&command), "{ended:?}");
    let ended = batch("batch - --json --deadline 1s --no-journal").run().await.expect(8);
    let ids = ended.printed_command().split(' ').filter(|word| is_uuid(word)).count();
    assert_eq!(ids, 12, "{ended:?}");
}

#[tokio::test]
async fn the_key_is_in_none_of_its_files() {
    let server = Server::quick().await;
    let silence = Silence::start().await;
    let (folder, path) = place();
    server.program(RUN).journal(&path).run().await.expect(0);
    server.program("run emulator:refuse@1 positivePrompt=fox").journal(&path).run().await.expect(3);
    server.program("batch - --json").journal(&path).stdin(FOX).run().await.expect(0);
    let mut lost = silence.program("run m positivePrompt=fox --json").journal(&path).start().await;
    lost.event("submitting").await;
    lost.signal("KILL").await;
    lost.end().await;
    for line in ["list", "doctor", "list --json", "doctor --json"] {
        Program::new().words(line).journal(&path).run().await.expect(0);
    }
    let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut files = 0;
    for folder in [folder.path().join("kept"), folder.path().join("kept/journal.db-owners")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let content = fs::read(&path).unwrap();
                files += 1;
                for form in [KEY.to_owned(), BASE64_STANDARD.encode(KEY), hex.clone()] {
                    let found = content.windows(form.len()).any(|window| window == form.as_bytes());
                    assert!(!found, "the key is in {}", path.display());
                }
            }
        }
    }
    assert!(files >= 2, "{files}");
}

#[tokio::test]
async fn waiting_goes_on_without_a_journal_that_is_damaged() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let line = format!("submit runware:101@1 positivePrompt=fox taskUUID={U}");
    server.program(&line).journal(&path).run().await.expect(0);
    fs::remove_file(&path).unwrap();
    let ended = server.program(&format!("wait {U} --json")).journal(&path).run().await.expect(0);
    assert_eq!(ended.only("result").task(), U);
    assert!(
        !ended.only("result").has("deliveryId") && ended.stderr.contains("going on without"),
        "{ended:?}"
    );
    assert_eq!(
        server.program("collect --json").journal(&path).run().await.expect(1).events(),
        ["error", "summary"]
    );
    assert_eq!(server.program(RUN).journal(&path).run().await.expect(1).events(), ["error", "summary"]);
    assert_eq!(server.ledger().accepted(), 1);
}

#[tokio::test]
async fn what_was_delivered_is_not_delivered_again() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let run = |words: &str| server.program(words).journal(&path).run();
    run(RUN).await.expect(0);
    run("run emulator:partial@1 positivePrompt=fox numberResults=2").await.expect(6);
    run("run openai:1@1 messages.0.role=user messages.0.content=hi --stream").await.expect(0);
    run("run emulator:refuse@1 positivePrompt=fox").await.expect(3);
    let listed = Program::without_key().words("list --done --json").journal(&path).run().await.expect(0);
    let states: Vec<String> = listed.all("task").iter().map(|task| task.str("state").to_owned()).collect();
    assert_eq!(states, ["refused", "confirmed", "confirmed", "confirmed"]);
    assert_eq!(run("collect --json").await.expect(0).summary().counts(), [0; 5]);
}

#[tokio::test]
async fn a_streamed_text_has_the_same_name_when_it_is_delivered_again() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let task = "a770f077-f413-47de-9dac-be0b26a35da6";
    let line = "run openai:1@1 messages.0.role=user messages.0.content=hi --stream --json";
    let run = || server.program(line).arg(format!("taskUUID={task}")).journal(&path).run();
    let first = run().await.expect(0);
    let again = run().await.expect(0);
    for (ended, is_redelivered) in [(&first, false), (&again, true)] {
        let result = ended.only("result");
        assert_eq!(result.str("deliveryId"), format!("{task}/0"), "{ended:?}");
        assert_eq!(result.has("redelivered"), is_redelivered, "{ended:?}");
        assert_eq!(result.raw("item"), first.only("result").raw("item"));
    }
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (1, 1));
}

/// True if the journal's files hold these words anywhere.
fn holds(path: &Path, words: &str) -> bool {
    let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.is_file())
        .any(|file| fs::read(file).unwrap().windows(words.len()).any(|window| window == words.as_bytes()))
}

#[tokio::test]
async fn prompts_are_kept_out_of_it_on_request() {
    let server = Server::quick().await;
    let line = "run runware:101@1 positivePrompt=marzipan deliveryMethod=sync --json";
    for (flag, value, is_kept) in [
        ("", "", true),
        ("", "0", true),
        ("--journal-redact", "0", false),
        ("", "1", false),
        ("", "true", false),
    ] {
        let (_folder, path) = place();
        let run = server.program(line).words(flag).env("RUNWARE_JOURNAL_REDACT", value).journal(&path);
        run.run().await.expect(0);
        assert_eq!(holds(&path, "marzipan"), is_kept, "{flag:?} {value:?}");
        assert_eq!(tasks(&path).await, 1);
        let doctor = || {
            let doctor = Program::without_key().words("doctor").words(flag).journal(&path);
            doctor.env("RUNWARE_JOURNAL_REDACT", value)
        };
        let report = doctor().arg("--json").run().await.expect(0).only("doctor").field("journal").clone();
        assert_eq!(report["redacts"], !is_kept);
        assert_eq!(doctor().run().await.expect(0).text().contains("only their hashes are kept"), !is_kept);
    }
    let before = server.ledger().requests();
    let ended = server.program(line).env("RUNWARE_JOURNAL_REDACT", "perhaps").run().await.expect(2);
    assert!(ended.only("error").str("message").contains("RUNWARE_JOURNAL_REDACT"), "{ended:?}");
    assert_eq!(server.ledger().requests(), before);
}

#[tokio::test]
async fn a_batch_whose_prompts_are_not_kept_can_be_repeated() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let batch =
        || server.program("batch - --json --journal-redact").journal(&path).stdin([FOX; 3].join("\n"));
    batch().run().await.expect(0);
    assert_eq!(batch().run().await.expect(0).summary().counts(), [3, 0, 0, 0, 0]);
    assert_eq!((server.ledger().accepted(), server.ledger().billed()), (3, 3));
}
