use super::{check, said};
use crate::validate_text;

#[test]
fn columns_count_characters_and_offsets_count_bytes() {
    let text = "{\"taskType\":\"imageInference\",\"model\":\"größe 🦊 日本\",\"steps\":0}";
    let report = validate_text(text);
    assert_eq!(said(&report), ["unknown unchecked-model /model 1:38", "error out-of-range /steps 1:59"]);
    for finding in report.findings() {
        let place = finding.location.unwrap();
        assert_eq!(text.get(place.offset..place.offset + place.length), finding.found.as_deref());
    }
}

#[test]
fn lines_end_with_a_line_feed_whatever_is_before_it() {
    for break_ in ["\n", "\r\n"] {
        let text =
            ["{", "\"taskType\": \"imageInference\",", "  \"model\": \"m\",", "\t\"steps\": 0", "}", ""];
        check(&text.join(break_), &["unknown unchecked-model /model 3:12", "error out-of-range /steps 4:11"]);
    }
}

#[test]
fn a_byte_order_mark_is_no_column() {
    check("\u{feff}{\"taskType\":5}", &["error wrong-type /taskType 1:13"]);
    let report = validate_text("\u{feff}{\"taskType\":5}");
    assert_eq!(report.findings()[0].location.unwrap().offset, 15);
    check("\u{feff}", &["error syntax  1:1"]);
}

#[test]
fn one_text_may_hold_several_values() {
    let text = "{\"taskType\":1}\n\n[{\"taskType\":2},{\"taskType\":3}] {\"taskType\":4}\n";
    let report = validate_text(text);
    assert_eq!(
        said(&report),
        [
            "error wrong-type /taskType 1:13",
            "error wrong-type /0/taskType 3:14",
            "error wrong-type /1/taskType 3:29",
            "error wrong-type /taskType 3:45",
        ]
    );
    let indices: Vec<_> = report.findings().iter().map(|finding| finding.value_index).collect();
    assert_eq!((indices, report.checked()), (vec![0, 1, 1, 2], 4));
}

#[test]
fn a_broken_line_of_json_lines_hides_none_of_the_others() {
    let text = "{\"taskType\":1}\n{\"taskType\":\n\n{\"taskType\":nope}\n{\"taskType\":2}";
    let report = validate_text(text);
    assert_eq!(
        said(&report),
        [
            "error wrong-type /taskType 1:13",
            "error syntax  2:13",
            "error syntax  4:14",
            "error wrong-type /taskType 5:13",
        ]
    );
    let indices: Vec<_> = report.findings().iter().map(|finding| finding.value_index).collect();
    assert_eq!((indices, report.checked()), (vec![0, 1, 2, 3], 2));
}

#[test]
fn behind_the_first_place_that_is_no_json_other_texts_are_not_checked() {
    for (text, expected) in [
        ("[\n{\"taskType\":x},\n{\"taskType\":2}\n]", "error syntax  2:13"),
        ("{\n  \"taskType\": 1,\n  \"inputs\": [\n    {\"a\": 1},\n  ]\n}", "error syntax  5:3"),
        ("[{\"taskType\":x},\n {\"taskType\":1},\n {\"taskType\":2}]", "error syntax  1:14"),
    ] {
        check(text, &[expected]);
    }
}

#[test]
fn what_is_no_json_is_explained_where_it_is() {
    for (text, place, problem) in [
        ("", "1:1", "is empty"),
        (" \n\t", "2:2", "is empty"),
        ("{", "1:2", "is not JSON: it ends in the middle of an object"),
        ("[{\"a\":1},\n\n\n", "1:10", "is not JSON: it ends in the middle of a value"),
        ("{\"a\":\"b", "1:8", "is not JSON: it ends in the middle of a string"),
        ("{\"a\":NaN}", "1:6", "is not JSON: JSON has no number NaN"),
        ("{\"a\":-Infinity}", "1:7", "is not JSON: JSON has no number Infinity"),
        ("{\"a\":True}", "1:6", "is not JSON: JSON has no True; it writes true, false and null"),
        ("{\"a\":[None]}", "1:7", "is not JSON: JSON has no None; it writes true, false and null"),
        ("{'a':1}", "1:2", "is not JSON: strings are in double quotes"),
        ("{\"a\":'b'}", "1:6", "is not JSON: strings are in double quotes"),
        ("{a:1}", "1:2", "is not JSON: keys are strings, in double quotes"),
        ("{\"a\":1,}", "1:8", "is not JSON: a comma is before the closing bracket"),
        ("[1,]", "1:4", "is not JSON: a comma is before the closing bracket"),
        ("// a task\n{}", "1:1", "is not JSON: JSON has no comments"),
        ("{} # a task", "1:4", "is not JSON: JSON has no comments"),
        ("{\"a\":01}", "1:7", "is not JSON: invalid number"),
        ("{\"a\" 1}", "1:6", "is not JSON: expected `:`"),
        ("{\"a\":1 \"b\":2}", "1:8", "is not JSON: expected `,` or `}`"),
        ("{\"ä\":é}", "1:6", "is not JSON: expected value"),
        ("{} é", "1:4", "is not JSON: expected value"),
        ("{\"a\":\"\\x\"}", "1:8", "is not JSON: invalid escape"),
        ("\u{feff}\u{feff}{}", "1:1", "is not JSON: a byte order mark is in the middle of the text"),
    ] {
        let report = validate_text(text);
        let errors: Vec<_> = report.errors().filter(|error| error.code.as_str() == "syntax").collect();
        let [error] = errors.as_slice() else { panic!("{text:?}: {report:?}") };
        let at = error.location.unwrap();
        assert_eq!(
            (format!("{}:{}", at.line, at.column).as_str(), error.problem.as_str()),
            (place, problem),
            "{text:?}"
        );
        assert!(text.is_char_boundary(at.offset) && text.is_char_boundary(at.offset + at.length), "{text:?}");
    }
    let two = validate_text("{\"taskType\":1},{\"taskType\":2}");
    assert_eq!(
        two.findings()[1].problem,
        "is not JSON: several tasks stand in an array, or one a line without commas"
    );
}

#[test]
fn half_a_surrogate_pair_is_no_text() {
    check(
        r#"{"taskType":"imageInference","model":"\ud800","positivePrompt":"\ud83e\udd8a!","x\udfffy":1}"#,
        &[
            "error malformed /model 1:38",
            "unknown unchecked-model /model 1:38",
            "error malformed /x\\udfffy 1:80",
            "warning unknown-field /x\\udfffy 1:80",
        ],
    );
    check(r#"{"taskType":"\ud800"}"#, &["error wrong-type /taskType 1:13"]);
}

#[test]
fn what_is_nested_too_deeply_cannot_be_told() {
    let deep = format!("{{\"taskType\":\"imageInference\",\"x\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    check(&deep, &["unknown too-deep  1:161"]);
    let fine = format!("{{\"taskType\":\"newThing\",\"x\":{}{}}}", "[".repeat(127), "]".repeat(127));
    check(&fine, &["unknown unknown-task-type /taskType 1:13"]);
}

#[test]
fn keys_are_compared_without_their_escapes() {
    check(
        r#"{"taskType":"newThing","a/b":{"~":1,"\u007e":2}}"#,
        &["unknown unknown-task-type /taskType 1:13", "error repeated-key /a~1b/~0 1:37"],
    );
    check(r#"{"task\u0054ype":5}"#, &["error wrong-type /taskType 1:18"]);
}
