//! `demo`: the whole story in one command, offline.

use std::time::Duration;

use crate::program::Program;

#[tokio::test]
async fn the_story_goes_as_planned_for_people_and_for_programs() {
    let people = Program::without_key().words("demo").run();
    let programs = Program::without_key().words("demo --json").run();
    // It needs no address and heeds none.
    let misled = Program::new().words("demo --json").env("RUNWARE_HTTP_BASE_URL", "http://127.0.0.1:1/v1");
    let misled =
        misled.env("RUNWARE_WS_BASE_URL", "ws://127.0.0.1:1/v1").env("RUNWARE_TRANSPORT", "http").run();
    let by_http = Program::without_key().words("demo --transport http").run();
    let (people, programs, misled, by_http) = tokio::join!(people, programs, misled, by_http);
    let (people, programs, by_http) = (people.expect(0), programs.expect(0), by_http.expect(0));
    misled.expect(0);
    // The lost reply is a lost socket, and what it held is looked for over the next.
    assert!(people.text().contains(" messages over 2 WebSockets, "), "{people:?}");
    assert!(!by_http.text().contains(" WebSockets, "), "{by_http:?}");
    for ended in [&people, &programs] {
        assert!(ended.took < Duration::from_secs(15), "{ended:?}");
    }
    for words in ["failed", "request:", "response:", "5 tasks took"] {
        assert!(people.text().contains(words) || people.stderr.contains(words), "no {words:?} in {people:?}");
    }

    assert_eq!(programs.summary().counts(), [4, 1, 0, 0, 0]);
    for name in ["submitting", "accepted", "progress", "result", "failure", "settled", "details", "summary"] {
        assert!(!programs.all(name).is_empty(), "no {name} in {programs:?}");
    }
    assert!(programs.all("settled").iter().any(|line| line.str("status") == "partial"));
    assert_eq!(programs.all("failure").len(), 1);
    assert_eq!(programs.all("error").len(), 0);
}

#[tokio::test]
async fn it_can_be_interrupted() {
    let mut running = Program::without_key().words("demo --json").start().await;
    running.event("accepted").await;
    running.signal("INT").await;
    let ended = running.end().await.expect(130);
    assert_eq!(ended.summary().number("tasks"), 4);
}
