use crate::{
    FindingCode, RawTask, Report, Severity, TaskType, Verdict, check_reply, validate, validate_text,
};

fn shown(text: &str) -> String {
    validate_text(text).display("task.json", text).to_string()
}

#[test]
fn findings_are_printed_as_a_compiler_prints_them() {
    let text = r#"{
  "taskType": "imageInference",
  "positivePrompt": "größe 🦊",
	"CFGscale": 7, "numberResults": "4",
  "model": "runware:101@1"
}"#;
    let expected = r#"warning[unknown-field]: /CFGscale is not a known field of imageInference
 --> task.json:4:2
  |
4 |  "CFGscale": 7, "numberResults": "4",
  |  ^^^^^^^^^^
  = help: did you mean `CFGScale`?

error[wrong-type]: /numberResults is "4" (a string); it must be a whole number of at least 1
 --> task.json:4:34
  |
4 |  "CFGscale": 7, "numberResults": "4",
  |                                  ^^^

unknown[unchecked-model]: /model is "runware:101@1", and what this model takes could not be checked
 --> task.json:5:12
  |
5 |   "model": "runware:101@1"
  |            ^^^^^^^^^^^^^^^

task.json: 1 error, 1 warning, 1 thing that could not be checked
"#;
    assert_eq!(shown(text), expected);
}

#[test]
fn the_gutter_is_as_wide_as_the_number_of_the_line() {
    let text = format!("{}{{\"taskType\": 5}}\r\n", "\r\n".repeat(99));
    let expected = r#"error[wrong-type]: /taskType is 5 (a number); it must be a string such as "imageInference"
   --> task.json:100:14
    |
100 | {"taskType": 5}
    |              ^

task.json: 1 error
"#;
    assert_eq!(shown(&text), expected);
}

#[test]
fn of_a_long_line_the_part_around_the_place_is_shown() {
    let text = format!(
        r#"{{"taskType":"newThing","a":"{}","taskType":"{}"}}"#,
        "x".repeat(1_000_000),
        "ä".repeat(1_000_000)
    );
    let shown = shown(&text);
    let excerpt = format!("1 | …{}\",\"taskType\":\"{}…\n", "x".repeat(78), "ä".repeat(48));
    assert!(shown.contains(&excerpt), "{shown}");
    assert!(shown.len() < 2_000);
    let marks = format!("  | {}{}\n", " ".repeat(81), "^".repeat(10));
    assert!(shown.contains(&marks), "{shown}");
}

#[test]
fn the_end_of_a_text_has_a_place() {
    assert_eq!(
        shown("{\"a\":\n  1,\n\n"),
        "error[syntax]: the text is not JSON: it ends in the middle of an object\n --> task.json:2:5\n  |\n\
         2 |   1,\n  |     ^\n\ntask.json: 1 error\n"
    );
    assert_eq!(
        shown(""),
        "error[syntax]: the text is empty\n --> task.json:1:1\n  |\n1 | \n  | ^\n\ntask.json: 1 error\n"
    );
}

#[test]
fn a_typed_task_has_no_excerpts() {
    let report = validate(&RawTask::new(TaskType::ImageInference).set("model", "m").set("steps", 0));
    assert_eq!(
        report.display("the task", "").to_string(),
        "unknown[unchecked-model]: /model is \"m\", and what this model takes could not be checked\n --> the task\n\n\
         error[out-of-range]: /steps is 0; it must be a whole number of at least 1\n --> the task\n\n\
         the task: 1 error, 1 thing that could not be checked\n"
    );
}

#[test]
fn a_report_without_findings_says_so() {
    let text = r#"{"data":[]}"#;
    let report = check_reply(text.as_bytes());
    assert_eq!(report.display("reply", text).to_string(), "reply: nothing to report\n");
}

#[test]
fn orders_to_terminals_do_not_get_through() {
    let text =
        "{\"taskType\":\"imageInference\",\"\u{1b}[2J\u{9b}\":1,\"steps\u{202e}\":\"\u{7f}\",\"steps\":0}";
    for text in [text.to_owned(), text.replace('\u{1b}', "\\u001b")] {
        let report = validate_text(&text);
        let shown = report.display("a\u{1b}b", &text).to_string();
        assert!(!shown.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
    }
}

#[test]
fn api_keys_in_the_text_are_covered() {
    let text = r#"{"taskType":"newThing","apiKey":"sk-12345","numberResults":0}"#;
    let shown = shown(text);
    assert!(shown.contains(r#""apiKey":**********,"numberResults":0}"#), "{shown}");
    assert!(!shown.contains("12345"), "{shown}");
}

#[test]
fn a_text_other_than_the_one_that_was_checked_does_no_harm() {
    let report = validate_text("{\"taskType\":\"imageInference\",\"steps\":0}");
    for text in ["", "ä", "ääääääääääääääääääääääääääääääää", "\n\n\n"] {
        assert!(report.display("x", text).to_string().contains("error[out-of-range]"));
    }
}

#[test]
fn a_finding_is_json_with_names_in_camel_case() {
    let report =
        validate_text("{\"taskType\":\"imageInference\",\"model\":\"m\",\n\"outputformat\":\"JPG\"}");
    let finding = report.warnings().next().unwrap();
    let expected = serde_json::json!({
        "severity": "warning",
        "code": "unknown-field",
        "pointer": "/outputformat",
        "problem": "is not a known field of imageInference",
        "found": "\"JPG\"",
        "suggestion": "outputFormat",
        "location": { "offset": 42, "length": 14, "line": 2, "column": 1 },
        "valueIndex": 0,
    });
    assert_eq!(serde_json::to_value(finding).unwrap(), expected);
}

#[test]
fn the_worst_finding_decides() {
    let verdict = |text| validate_text(text).verdict();
    assert_eq!(verdict(r#"{"taskType":"imageInference"}"#), Verdict::Invalid);
    assert_eq!(verdict(r#"{"taskType":"imageInference","model":"m"}"#), Verdict::CannotTell);
    assert_eq!(verdict(r#"{"taskType":"newThing"}"#), Verdict::CannotTell);
    assert_eq!(verdict("[]"), Verdict::CannotTell);
    assert_eq!(Report::new(Vec::new(), 1, 0).verdict(), Verdict::Valid);
}

#[test]
fn names_are_stable() {
    assert_eq!(Severity::Unknown.to_string(), "unknown");
    assert_eq!(Verdict::CannotTell.to_string(), "cannot-tell");
    assert_eq!(FindingCode::UncheckedModel.to_string(), "unchecked-model");
    assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Unknown);
}

const GUIDE: &str = include_str!("../../../../docs/guides/validation.md");

#[test]
fn the_guide_lists_every_code() {
    for code in FindingCode::ALL {
        assert!(GUIDE.contains(&format!("\n| `{code}` | ")), "{code}");
    }
    let rows =
        GUIDE.lines().skip_while(|line| *line != "## Codes").filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, FindingCode::ALL.len());
}

#[test]
fn the_guide_shows_what_is_printed() {
    let block = |language: &str| {
        let (_, rest) = GUIDE.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    assert_eq!(shown(block("json")), block("text"));
}
