use bytes::Bytes;

use super::*;
use crate::{Delivery, ErrorKind};

fn reply(status: u16) -> Reply {
    Reply::new(status, Envelope::decode(Bytes::from_static(br#"{"data":[]}"#)).unwrap())
}

#[tokio::test]
async fn one_reply_comes_once() {
    let mut replies = Replies::one(reply(200));
    assert_eq!(replies.size_hint(), (1, Some(1)));
    assert_eq!(replies.next().await.unwrap().unwrap().status, 200);
    assert_eq!(replies.size_hint(), (0, Some(0)));
    assert!(replies.next().await.is_none());
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn many_replies_come_in_order_up_to_the_error() {
    let lost = TransportError::new(ErrorKind::Interrupted, Delivery::MaybeSent, "cut");
    let mut replies = Replies::new(futures_util::stream::iter([Ok(reply(200)), Ok(reply(400)), Err(lost)]));
    assert_eq!(replies.next().await.unwrap().unwrap().status, 200);
    assert_eq!(replies.next().await.unwrap().unwrap().status, 400);
    assert!(replies.next().await.unwrap().unwrap_err().is_interrupted());
    assert!(replies.next().await.is_none());
}
