//! Redirects are never followed: neither the key nor a prompt goes where it was not sent.

use super::*;

async fn redirected(status: u16, location: &str) -> TransportError {
    let headers = format!("Location: {location}\r\n");
    answered(response(&format!("{status} X"), &headers, "")).await.unwrap_err()
}

#[tokio::test]
async fn a_redirect_is_an_error_and_its_target_hears_nothing() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::bind().await;
        let target = Server::bind().await;
        let transport = transport(&server.url());
        let location = format!("Location: http://user:pass@{}/path?token=hunter2#frag\r\n", target.address());
        let serve = async {
            let mut connection = server.accept().await;
            connection.request().await;
            connection.write(response(&format!("{status} X"), &location, "")).await;
            connection
        };
        let sent = bounded(join(send(&transport, ping()), serve));
        let error = match select(pin!(sent), pin!(target.accept())).await {
            Either::Left(((result, _), _)) => result.unwrap_err(),
            Either::Right(_) => panic!("the target was called on status {status}"),
        };
        assert!(error.is_redirect());
        assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(status)));
        let expected = format!(
            "http://{} redirects to http://{} (status {status}); redirects are not followed",
            server.address(),
            target.address()
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn no_more_of_the_target_than_its_origin_is_shown() {
    for (location, shown) in [
        ("https://other.example/a?b=hunter2", "https://other.example"),
        ("//other.example:8443/hunter2", "http://other.example:8443"),
        ("javascript:hunter2", "an unnamed place"),
        ("data:text/html,hunter2", "an unnamed place"),
        ("http://[hunter2", "an unnamed place"),
        ("http://Sekret-0123456789ABCDEF.example/", "http://[API key].example"),
    ] {
        let error = redirected(307, location).await;
        assert!(error.to_string().contains(&format!("redirects to {shown} (status 307)")), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_within_the_origin_or_to_nowhere_is_an_error_too() {
    assert!(redirected(302, "/v2").await.is_redirect());
    for status in ["300 X", "304 Not Modified", "399 X"] {
        let error = answered(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")).await.unwrap_err();
        assert!(error.is_redirect());
        assert!(error.to_string().contains("an unnamed place"), "{error}");
    }
}
