//! Every kind of value, in a shape of the tests' own.

use super::said;
use crate::Report;
use crate::spec::{Kind, Shape};
use crate::validate::outline::Outline;
use crate::validate::pointer::Place;
use crate::validate::shapes::{Checker, Side};

const POINT: Shape = Shape::object("point", &[POINT_FIELDS]);
const BOX: Shape = Shape::object("box", &[BOX_FIELDS]).with_any_of(&["w", "h"]);
const CLOSED: Shape = Shape { closed: true, ..Shape::object("closed", &[POINT_FIELDS]) };
const EMPTY: Shape = Shape::object("empty", &[]);

fields! { table POINT_FIELDS {
    /// Across.
    _ => "x": Kind::NUMBER, required;
    /// Down.
    _ => "y": Kind::NUMBER;
} }

fields! { table BOX_FIELDS {
    /// Where.
    _ => "at": Kind::Object(&POINT);
    /// How wide.
    _ => "w": Kind::COUNT;
    /// How high.
    _ => "h": Kind::COUNT;
} }

fn report(kind: &'static Kind, json: &str, side: Side) -> Report {
    let mut checker = Checker::new(side);
    let outline = Outline::of(json, 0).unwrap();
    checker.value(kind, &Place::root(outline.root().unwrap()));
    checker.findings.into_report(json, 1)
}

/// Checks what is said about values of one kind: `severity code pointer` in one line, empty for nothing.
#[track_caller]
fn check(kind: &'static Kind, cases: &[(&str, &str)]) {
    for (json, expected) in cases {
        let said: Vec<String> = said(&report(kind, json, Side::Client))
            .iter()
            .map(|line| line.rsplit_once(' ').unwrap().0.trim().to_owned())
            .collect();
        assert_eq!(said.join(", "), *expected, "{json}");
    }
}

#[test]
fn a_value_of_another_json_type_is_wrong() {
    const UUID: &str = "\"a770f077-f413-47de-9dac-be0b26a35da6\"";
    const KINDS: [(Kind, &str); 14] = [
        (Kind::Bool, "true"),
        (Kind::INTEGER, "1"),
        (Kind::NUMBER, "1.5"),
        (Kind::TEXT, "\"a\""),
        (Kind::Word(&["a", "b"]), "\"a\""),
        (Kind::Const("a"), "\"a\""),
        (Kind::NewTaskUuid, UUID),
        (Kind::Uuid, UUID),
        (Kind::Url, "\"https://h.example\""),
        (Kind::Media, UUID),
        (Kind::Money, "0.1"),
        (Kind::Object(&POINT), "{\"x\":1}"),
        (Kind::list(&Kind::TEXT), "[\"a\"]"),
        (Kind::OneOf(&[Kind::Bool, Kind::Const("a")]), "\"a\""),
    ];
    static TABLE: [(Kind, &str); 14] = KINDS;
    let of_each_type = ["null", "true", "1", "1.5", "\"a\"", "[\"a\"]", "{\"x\":1}"];
    for (kind, right) in &TABLE {
        assert_eq!(said(&report(kind, right, Side::Client)), [""; 0], "{kind:?}");
        let type_of = |json: &str| match json.as_bytes()[0] {
            byte if byte.is_ascii_digit() => b'1',
            byte => byte,
        };
        for other in of_each_type.into_iter().filter(|other| type_of(other) != type_of(right)) {
            let said = said(&report(kind, other, Side::Client));
            let may_be = matches!((kind, other), (Kind::OneOf(_), "true"));
            let expected: &[&str] = if may_be { &[] } else { &["error wrong-type  1:1"] };
            assert_eq!(said, expected, "{other} for {kind:?}");
        }
    }
    for any in of_each_type {
        assert_eq!(said(&report(&Kind::Any, any, Side::Client)), [""; 0]);
    }
}

#[test]
fn whole_numbers() {
    const OUT: &str = "error out-of-range";
    check(
        &Kind::Integer { min: 1, max: 4_294_967_295 },
        &[
            ("1", ""),
            ("4294967295", ""),
            ("0", OUT),
            ("-0", OUT),
            ("-1", OUT),
            ("4294967296", OUT),
            ("1000000000000000000000000000000000000000000", OUT),
            ("1.0", "warning wrong-type"),
            ("1e3", "warning wrong-type"),
            ("1.5", "error wrong-type"),
            ("0.0", OUT),
            ("1e400", "error wrong-type"),
            ("\"4\"", "error wrong-type"),
        ],
    );
    check(
        &Kind::INTEGER,
        &[
            ("123456789012345678901234567890123456789012345678901", ""),
            ("-9e9", "warning wrong-type"),
            ("-9e-9", "error wrong-type"),
        ],
    );
    check(
        &Kind::Integer { min: 0, max: i128::MAX },
        &[("-99999999999999999999999999999999999999999999", OUT)],
    );
}

#[test]
fn numbers() {
    const OUT: &str = "error out-of-range";
    const OFF: &str = "warning out-of-range";
    check(
        &Kind::Number { min: 0.0, max: 1.0 },
        &[("0", ""), ("1", ""), ("1.0e0", ""), ("-0.0", ""), ("1.0000001", OUT), ("-1", OUT), ("1e400", OUT)],
    );
    check(
        &Kind::NUMBER,
        &[("1e308", ""), ("1e400", "warning out-of-range"), ("-1e400", "warning out-of-range")],
    );
    check(
        &Kind::Money,
        &[("0.0013", ""), ("1e-3", ""), ("-1", ""), ("0.12345678901234567890123456789", OFF), ("1e-40", OFF)],
    );
}

#[test]
fn texts() {
    const LONG: &str = "warning out-of-range";
    check(
        &Kind::Text { min: 2, max: 3 },
        &[
            ("\"ab\"", ""),
            ("\"日本語\"", ""),
            ("\"a\"", LONG),
            ("\"abcd\"", LONG),
            ("\"\\u0061\\u0062\"", ""),
            ("\"\"", LONG),
        ],
    );
    check(&Kind::Word(&["fast", "slow"]), &[("\"fast\"", ""), ("\"Fast\"", "warning unknown-word")]);
    check(&Kind::Const("safetensors"), &[("\"safetensors\"", ""), ("\"ckpt\"", "error wrong-value")]);
}

#[test]
fn ids() {
    const WRONG: &str = "error malformed";
    const ODD: &str = "warning malformed";
    check(
        &Kind::NewTaskUuid,
        &[
            ("\"a770f077-f413-47de-9dac-be0b26a35da6\"", ""),
            ("\"A770F077-F413-47DE-9DAC-BE0B26A35DA6\"", ""),
            ("\"01977e05-7b6e-7cc0-8000-000000000000\"", ODD),
            ("\"a770f077f41347de9dacbe0b26a35da6\"", ODD),
            ("\"00000000-0000-0000-0000-000000000000\"", WRONG),
            ("\"00000000000000000000000000000000\"", WRONG),
            ("\"{a770f077-f413-47de-9dac-be0b26a35da6}\"", WRONG),
            ("\"../../etc/passwd\\u001b[2J\"", WRONG),
        ],
    );
    check(
        &Kind::Uuid,
        &[
            ("\"01977e05-7b6e-7cc0-8000-000000000000\"", ""),
            ("\"b880f077-e514-58ef-0ebd-ce1c37b46eb7\"", ""),
            ("\"b880f077e51458ef0ebdce1c37b46eb7\"", ODD),
            ("\"00000000-0000-0000-0000-000000000000\"", WRONG),
            ("\"b880f077\"", WRONG),
        ],
    );
}

#[test]
fn lists() {
    check(
        &Kind::List { of: &Kind::COUNT, min: 1, max: 2 },
        &[
            ("[1]", ""),
            ("[1,2]", ""),
            ("[]", "error out-of-range"),
            ("[1,2,3]", "error out-of-range"),
            ("[0,\"1\",2]", "error out-of-range, error out-of-range /0, error wrong-type /1"),
        ],
    );
    let problem = |kind, json| report(kind, json, Side::Client).findings()[0].problem.clone();
    static ONE: Kind = Kind::List { of: &Kind::TEXT, min: 1, max: 1 };
    static SOME: Kind = Kind::List { of: &Kind::TEXT, min: 1, max: usize::MAX };
    static FEW: Kind = Kind::List { of: &Kind::TEXT, min: 0, max: 1 };
    assert_eq!(problem(&ONE, "[]"), "has 0 elements; it must have exactly 1");
    assert_eq!(problem(&SOME, "[]"), "has 0 elements; it must have at least 1");
    assert_eq!(problem(&FEW, "[\"a\",\"b\"]"), "has 2 elements; it must have at most 1");
    assert_eq!(problem(&FEW, "1"), "is 1 (a number); it must be an array of which each element is a string");
}

#[test]
fn objects() {
    check(
        &Kind::Object(&BOX),
        &[
            (r#"{"at":{"x":1,"y":2},"w":3}"#, ""),
            (r#"{"at":{"x":1,"z":2},"h":0}"#, "warning unknown-field /at/z, error out-of-range /h"),
            (r#"{"at":{"y":1}}"#, "error missing-field, error missing-field /at/x"),
            (r#"{"w":1,"W":{"a":1,"a":1}}"#, "warning unknown-field /W, error repeated-key /W/a"),
            (r#"{"w":1,"at":[{"x":1}]}"#, "error wrong-type /at"),
        ],
    );
    check(&Kind::Object(&CLOSED), &[(r#"{"x":1}"#, ""), (r#"{"x":1,"z":1}"#, "error unknown-field /z")]);
    check(&Kind::Object(&EMPTY), &[("{}", ""), (r#"{"1:1":{"a":1}}"#, "")]);
    check(&Kind::Any, &[(r#"[{"a":[{"b":1,"c":2,"b":3}]}]"#, "error repeated-key /0/a/0/b")]);

    let inside = report(&Kind::Object(&BOX), r#"{"w":1,"x":1}"#, Side::Client);
    assert_eq!(inside.findings()[0].suggestion.as_deref(), Some("at.x"));
    let report = report(&Kind::Object(&CLOSED), r#"{"x":1,"z":1}"#, Side::Client);
    assert_eq!(report.findings()[0].allowed.as_deref(), Some("`x` and `y`"));
    assert_eq!(report.findings()[0].problem, "is not a field of closed, which takes no others");
}

#[test]
fn of_several_kinds_the_first_that_fits_counts() {
    static FRAME: Kind = Kind::OneOf(&[Kind::Word(&["first", "last"]), Kind::INTEGER]);
    check(
        &FRAME,
        &[
            ("\"first\"", ""),
            ("7", ""),
            ("7.5", "error wrong-type"),
            ("\"middle\"", "warning unknown-word"),
            ("[]", "error wrong-type"),
        ],
    );
    static POINT_OR_BOX: Kind =
        Kind::OneOf(&[Kind::Object(&POINT), Kind::Object(&BOX), Kind::list(&Kind::NUMBER)]);
    check(
        &POINT_OR_BOX,
        &[
            (r#"{"x":1}"#, ""),
            (r#"{"w":1}"#, ""),
            (r#"{"w":"1"}"#, "error wrong-type /w"),
            (r#"{"y":"1"}"#, "error missing-field, warning unknown-field /y"),
            ("[1,true]", "error wrong-type /1"),
        ],
    );
    static LIMITED: Kind = Kind::OneOf(&[Kind::Const("auto"), Kind::Const("none")]);
    check(&LIMITED, &[("\"none\"", ""), ("\"some\"", "error wrong-value")]);
    let report = report(&FRAME, "null", Side::Client);
    assert_eq!(
        report.findings()[0].problem,
        "is null; it must be a string such as \"first\" or \"last\" or a whole number"
    );
}

#[test]
fn a_null_is_an_error_where_a_field_is_required_only() {
    for (json, expected) in
        [(r#"{"x":1,"y":null}"#, "warning wrong-type /y 1:12"), (r#"{"x":null}"#, "error wrong-type /x 1:6")]
    {
        for side in [Side::Client, Side::Server] {
            assert_eq!(said(&report(&Kind::Object(&POINT), json, side)), [expected]);
        }
    }
    static ANYTHING: Kind = Kind::Object(&Shape::object("s", &[ANY]));
    fields! { table ANY {
        /// Anything.
        _ => "x": Kind::Any, required;
    } }
    assert_eq!(said(&report(&ANYTHING, r#"{"x":null}"#, Side::Server)), [""; 0]);
}
