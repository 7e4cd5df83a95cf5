use super::said;
use crate::spec::{Kind, Shape};
use crate::validate::findings::Findings;
use crate::validate::outline::Outline;
use crate::validate::pointer::Place;
use crate::validate::rules;
use crate::validate::tasks::Task;
use crate::{Report, TaskType};

/// What the rules look up in the table of a task: whether it has a size, and media outside of `inputs`.
const SHAPE: Shape = Shape::object("task", &[FIELDS]);

fields! { table FIELDS {
    /// Across.
    _ => "width": Kind::COUNT;
    /// Down.
    _ => "height": Kind::COUNT;
    /// An older name of an input.
    _ => "frameImages": Kind::list(&Kind::OneOf(&[Kind::Media, Kind::OBJECT]));
    /// A field that has the name of an input.
    _ => "speech": Kind::OBJECT;
} }

/// What the rules alone say about a task of which these are the members.
fn report(task_type: &TaskType, members: &str) -> Report {
    let text = format!("{{{members}}}");
    let outline = Outline::of(&text, 0).unwrap();
    let mut findings = Findings::default();
    let task = Task::new(Place::root(outline.root().unwrap()), task_type.clone(), &SHAPE);
    rules::apply(&task, &mut findings);
    findings.into_report(&text, 1).without_locations()
}

#[test]
fn each_rule_fires_and_passes() {
    use TaskType::{
        AccountManagement, ImageInference, MediaStorage, Ping, TextInference, ThreeDInference, VideoInference,
    };
    const UUID: &str = "4e7a91c3-28d5-4f6b-a0e2-7c3d8f1b5a94";
    let stored = |operation: &str, media: &str| format!(r#""operation":"{operation}","media":"{media}""#);
    for (task_type, members, expected) in [
        (ImageInference, r#""deliveryMethod":"stream""#.to_owned(), "error conflict /deliveryMethod"),
        (VideoInference, r#""deliveryMethod":"stream""#.into(), "error conflict /deliveryMethod"),
        (TextInference, r#""deliveryMethod":"stream""#.into(), ""),
        (ImageInference, r#""deliveryMethod":"async""#.into(), ""),
        (Ping, r#""deliveryMethod":"stream""#.into(), ""),
        (
            TextInference,
            r#""deliveryMethod":"stream","numberResults":2"#.into(),
            "warning conflict /numberResults",
        ),
        (TextInference, r#""deliveryMethod":"stream","numberResults":1"#.into(), ""),
        (TextInference, r#""deliveryMethod":"sync","numberResults":2"#.into(), ""),
        (ImageInference, r#""outputType":"dataURI","ttl":60"#.into(), "warning no-effect /ttl"),
        (ImageInference, r#""outputType":["dataURI"],"ttl":60"#.into(), "warning no-effect /ttl"),
        (ImageInference, r#""outputType":["dataURI","URL"],"ttl":60"#.into(), ""),
        (ImageInference, r#""outputType":"URL","ttl":60"#.into(), ""),
        (ImageInference, r#""ttl":60"#.into(), ""),
        (ImageInference, r#""outputType":"dataURI","ttl":null"#.into(), ""),
        (ImageInference, r#""outputType":"url","ttl":60"#.into(), ""),
        (
            ImageInference,
            r#""safety":{"checkContent":true,"mode":"fast"}"#.into(),
            "warning no-effect /safety/checkContent",
        ),
        (ImageInference, r#""safety":{"checkContent":true}"#.into(), ""),
        (ImageInference, r#""width":512"#.into(), "warning missing-field /height"),
        (ImageInference, r#""height":512,"steps":20"#.into(), "warning missing-field /width"),
        (ImageInference, r#""width":512,"height":512"#.into(), ""),
        (
            VideoInference,
            r#""width":512,"height":512,"resolution":"1080p""#.into(),
            "warning conflict /resolution",
        ),
        (VideoInference, r#""resolution":"1080p""#.into(), ""),
        (
            VideoInference,
            format!(r#""frameImages":["{UUID}"],"inputs":{{"frameImages":["{UUID}"]}}"#),
            "warning conflict /frameImages",
        ),
        (VideoInference, format!(r#""frameImages":["{UUID}"],"inputs":{{"video":"{UUID}"}}"#), ""),
        (VideoInference, r#""speech":{},"inputs":{"speech":{}}"#.into(), ""),
        (
            ThreeDInference,
            format!(r#""inputs":{{"images":["{UUID}"],"image":"{UUID}"}}"#),
            "warning conflict /inputs/images",
        ),
        (ThreeDInference, format!(r#""inputs":{{"images":["{UUID}"]}}"#), ""),
        (ImageInference, format!(r#""inputs":{{"images":["{UUID}"],"image":"{UUID}"}}"#), ""),
        (MediaStorage, stored("delete", "https://example.com/a.png"), "error conflict /media"),
        (MediaStorage, stored("delete", UUID), ""),
        (MediaStorage, stored("delete", "?"), ""),
        (MediaStorage, stored("upload", UUID), "warning conflict /media"),
        (MediaStorage, stored("upload", "https://example.com/a.png"), ""),
        (
            AccountManagement,
            r#""operation":"getDetails","startDate":"2026-01-01","groupBy":[]"#.into(),
            "warning no-effect /startDate, warning no-effect /groupBy",
        ),
        (AccountManagement, r#""operation":"getUsageActivity","startDate":"2026-01-01""#.into(), ""),
    ] {
        let said: Vec<String> = said(&report(&task_type, &members));
        assert_eq!(said.join(", "), expected, "{task_type} {members}");
    }
}

#[test]
fn a_rule_says_what_goes_with_what() {
    let report =
        report(&TaskType::ImageInference, r#""outputType":"dataURI","ttl":60,"deliveryMethod":"stream""#);
    let said: Vec<_> = report.findings().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            r#"warning[no-effect]: /ttl has no effect where `outputType` is "dataURI"; it is how long an address lives"#,
            r#"error[conflict]: /deliveryMethod is "stream", which only textInference can be delivered by, and not imageInference"#,
        ]
    );
}
