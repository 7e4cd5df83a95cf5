//! How a transport is set up, and what it refuses.

use std::error::Error;

use super::*;

fn refusal(builder: HttpTransportBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(error.delivery(), Delivery::NotSent);
    error.to_string()
}

#[test]
fn the_default_address_is_the_api() {
    let transport = HttpTransport::builder(Some(key())).build().unwrap();
    assert_eq!(transport.origin(), "https://api.runware.ai");
}

#[test]
fn a_refusal_names_its_field() {
    let builder = || HttpTransport::builder(Some(key()));
    assert!(refusal(builder().base_url("http://192.0.2.1/v1")).contains("`base_url` is plain http"));
    for (prefix, flaw) in [
        (" ", "`user_agent_prefix` is empty"),
        ("a\r\nX-Evil: 1", "`user_agent_prefix` has a character that is not printable ASCII"),
        ("ä", "`user_agent_prefix` has a character that is not printable ASCII"),
    ] {
        assert_eq!(refusal(builder().user_agent_prefix(prefix)), flaw);
    }
    let long = "x".repeat(201);
    assert_eq!(
        refusal(builder().user_agent_prefix(long)),
        "`user_agent_prefix` is longer than 200 characters"
    );
    for limits in [BodyLimits::default().with_max_bytes(0), BodyLimits::default().with_max_ratio(0)] {
        assert!(refusal(builder().limits(limits)).starts_with("`limits` has a zero"));
    }
}

#[test]
fn plain_http_to_another_machine_can_be_allowed() {
    let builder = HttpTransport::builder(None).base_url("http://192.0.2.1/v1").insecure_http(true);
    assert_eq!(builder.build().unwrap().origin(), "http://192.0.2.1");
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_a_configuration_error() {
    let client = HttpTransport::builder(None).build().unwrap().client().unwrap();
    let error = client.post("ftp://host/?q=hunter2").send().await.unwrap_err();
    let error = failure::no_reply(error, Delivery::NotSent, "ftp://host", None);
    assert!(error.is_configuration());
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let shown: String = causes.map(ToString::to_string).chain([format!("{error} {error:?}")]).collect();
    assert!(!shown.contains("hunter2"), "{shown}");
}
