use super::*;

fn chain(error: &TransportError) -> Vec<String> {
    std::iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string).collect()
}

#[test]
fn display_is_one_level_and_the_causes_follow_outermost_first() {
    let error = TransportError::new(ErrorKind::Connect, Delivery::NotSent, "no connection to http://[::1]")
        .with_causes(["tcp connect error", "Connection refused"]);
    assert_eq!(error.to_string(), "no connection to http://[::1]");
    assert_eq!(chain(&error), ["tcp connect error", "Connection refused"]);
}

#[test]
fn an_error_without_causes_has_no_source() {
    let error = TransportError::new(ErrorKind::Closed, Delivery::NotSent, "closed");
    assert!(error.source().is_none());
    assert!(error.with_causes(Vec::<String>::new()).source().is_none());
}

#[test]
fn adding_to_a_clone_leaves_the_original_alone() {
    let plain = TransportError::new(ErrorKind::Undecodable, Delivery::Answered, "not an envelope");
    let full = plain.clone().with_status(503).with_retry_after(Duration::from_secs(3));
    assert_eq!((plain.status(), plain.retry_after()), (None, None));
    assert_eq!((full.status(), full.retry_after()), (Some(503), Some(Duration::from_secs(3))));
}

#[test]
fn each_kind_has_its_predicate() {
    let answers = |kind| {
        let error = TransportError::new(kind, Delivery::NotSent, "");
        [
            error.is_configuration(),
            error.is_closed(),
            error.is_connect(),
            error.is_tls(),
            error.is_timeout(),
            error.is_interrupted(),
            error.is_redirect(),
            error.is_too_large(),
            error.is_undecodable(),
        ]
        .map(u8::from)
    };
    assert_eq!(answers(ErrorKind::Configuration), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(answers(ErrorKind::Closed), [0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(answers(ErrorKind::Connect), [0, 0, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(answers(ErrorKind::Tls), [0, 0, 1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(answers(ErrorKind::Timeout), [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(answers(ErrorKind::Interrupted), [0, 0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(answers(ErrorKind::Redirect), [0, 0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(answers(ErrorKind::TooLarge), [0, 0, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(answers(ErrorKind::Undecodable), [0, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn debug_shows_what_there_is() {
    let error =
        TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, "no reply").with_causes(["a", "b"]);
    let shown = format!("{error:?}");
    let expected =
        r#"TransportError { kind: Timeout, delivery: MaybeSent, message: "no reply", cause: ["a", "b"] }"#;
    assert_eq!(shown, expected);
}
