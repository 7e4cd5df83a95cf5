//! What the values of a command line become in the request.

use std::fs;

use crate::server::Server;

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// The task object that a command line sends, after its `taskType` and `taskUUID`.
async fn sent(task_type: &str, line: &str, values: &[&str]) -> String {
    let server = Server::quick().await;
    let program = server.program(line).arg(format!("taskUUID={U}"));
    let ended = values.iter().fold(program, |program, value| program.arg(value)).run().await;
    assert!(matches!(ended.code, Some(0 | 3)), "{ended:?}");
    let body = server.body();
    let head = format!(r#"[{{"taskType":"{task_type}","taskUUID":"{U}","#);
    let rest = body.strip_prefix(&head).unwrap_or_else(|| panic!("{body}"));
    rest.strip_suffix(r#","deliveryMethod":"async"}]"#).unwrap_or_else(|| panic!("{body}")).to_owned()
}

#[tokio::test]
async fn text_is_text_and_json_is_json() {
    for (values, expected) in [
        (vec!["positivePrompt=a fox, a=b; \"c\""], r#""positivePrompt":"a fox, a=b; \"c\"""#),
        (vec!["positivePrompt=42"], r#""positivePrompt":"42""#),
        (vec!["positivePrompt=日本 \u{1f98a}"], "\"positivePrompt\":\"日本 \u{1f98a}\""),
        (vec!["positivePrompt="], r#""positivePrompt":"""#),
        (
            vec!["CFGScale:=7.50", "seed:=12345678901234567890"],
            r#""CFGScale":7.50,"seed":12345678901234567890"#,
        ),
        (
            vec!["a:=true", "b:=null", "c:=[1, 2]", "d:={\"e\":1e2}"],
            r#""a":true,"b":null,"c":[1,2],"d":{"e":1e2}"#,
        ),
        (vec!["width=1024", "includeCost=true"], r#""width":1024,"includeCost":true"#),
        (vec!["width:=\"1024\""], r#""width":"1024""#),
    ] {
        let sent = sent("imageInference", "submit m", &values).await;
        assert_eq!(sent.replace(r#""c":[1, 2]"#, r#""c":[1,2]"#), format!(r#""model":"m",{expected}"#));
    }
}

#[tokio::test]
async fn dots_lead_into_objects_and_lists() {
    let values = [
        "messages.0.role=user",
        "messages.0.content=fox",
        "messages.1.role=assistant",
        "settings.maxTokens=64",
    ];
    assert_eq!(
        sent("textInference", "submit m", &values).await,
        r#""model":"m","messages":[{"role":"user","content":"fox"},{"role":"assistant"}],"settings":{"maxTokens":64}"#
    );
    let values = ["positivePrompt=fox", "inputs.images.0=https://h/a.png", "inputs.images.1=https://h/b.png"];
    assert_eq!(
        sent("imageInference", "submit m", &values).await,
        r#""model":"m","positivePrompt":"fox","inputs":{"images":["https://h/a.png","https://h/b.png"]}"#
    );
}

#[tokio::test]
async fn a_file_becomes_a_data_uri() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fox & cat.png");
    fs::write(&path, [0, 1, 2, 0xff]).unwrap();
    let value = format!("inputs.images.0=@{}", path.display());
    assert_eq!(
        sent("imageInference", "submit m", &[&value]).await,
        r#""model":"m","inputs":{"images":["data:image/png;base64,AAEC/w=="]}"#
    );
}

#[tokio::test]
async fn the_task_type_is_given_or_guessed() {
    for (line, value, task_type) in [
        ("submit m", "positivePrompt=fox", "imageInference"),
        ("submit m", "duration=5", "videoInference"),
        ("submit m", "messages.0.content=fox", "textInference"),
        ("submit m --task-type audioInference", "duration=5", "audioInference"),
        ("submit --task-type upscale m", "inputs.image=u", "upscale"),
    ] {
        assert!(sent(task_type, line, &[value]).await.starts_with(r#""model":"m","#));
    }
}

#[tokio::test]
async fn tasks_without_a_model_and_types_not_heard_of_are_passed_on() {
    assert_eq!(
        sent("promptEnhance", "submit - --task-type promptEnhance", &["prompt=fox"]).await,
        r#""prompt":"fox""#
    );
    let server = Server::quick().await;
    let line = format!("submit m --task-type hologramInference a.b=c taskUUID={U}");
    server.program(&line).run().await.expect(3);
    let expected =
        format!(r#"[{{"taskType":"hologramInference","taskUUID":"{U}","model":"m","a":{{"b":"c"}}}}]"#);
    assert_eq!(server.body(), expected);
}

#[tokio::test]
async fn the_callers_delivery_method_stands() {
    let server = Server::quick().await;
    let line = "run emulator:fast@1 positivePrompt=fox deliveryMethod=sync --json";
    let ended = server.program(line).run().await.expect(0);
    assert!(server.body().ends_with(r#""positivePrompt":"fox","deliveryMethod":"sync"}]"#));
    assert_eq!(ended.only("settled").number("polls"), 0);
}
