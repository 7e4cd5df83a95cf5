use proptest::prelude::*;

use super::*;

const NOON: &[u8] = b"Wed, 21 Oct 2026 12:00:00 GMT";

fn seconds(value: &str) -> Option<u64> {
    parse_retry_after(value.as_bytes(), Some(NOON)).map(|delay| delay.as_secs())
}

#[test]
fn seconds_are_digits() {
    assert_eq!(seconds("0"), Some(0));
    assert_eq!(seconds("30"), Some(30));
    assert_eq!(seconds("0030"), Some(30));
    assert_eq!(seconds(" 30\t"), Some(30));
    assert_eq!(seconds("86400"), Some(86_400));
}

#[test]
fn a_number_too_large_is_the_longest_delay() {
    assert_eq!(parse_retry_after(b"18446744073709551615", None), Some(Duration::from_secs(u64::MAX)));
    assert_eq!(parse_retry_after(b"18446744073709551616", None), Some(Duration::MAX));
    assert_eq!(parse_retry_after(&[b'9'; 4000], None), Some(Duration::MAX));
}

#[test]
fn what_is_no_number_is_ignored() {
    for value in
        ["", " ", "-1", "+1", "1.5", "1e9", "1_0", "0x10", "inf", "nan", "1 0", "1,2", "soon", "٣٠", "１０"]
    {
        assert_eq!(seconds(value), None, "{value:?}");
    }
    assert_eq!(parse_retry_after(b"\xff\xfe", Some(NOON)), None);
}

#[test]
fn a_date_is_measured_from_the_response() {
    assert_eq!(seconds("Wed, 21 Oct 2026 12:02:00 GMT"), Some(120));
    assert_eq!(seconds("Wednesday, 21-Oct-26 12:02:00 GMT"), Some(120));
    assert_eq!(seconds("Wed Oct 21 12:02:00 2026"), Some(120));
}

#[test]
fn a_date_that_has_passed_is_zero() {
    assert_eq!(seconds("Wed, 21 Oct 2026 12:00:00 GMT"), Some(0));
    assert_eq!(seconds("Wed, 21 Oct 2026 11:00:00 GMT"), Some(0));
    assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
}

#[test]
fn a_date_without_one_to_measure_it_from_is_ignored() {
    let later = b"Wed, 21 Oct 2026 12:02:00 GMT";
    assert_eq!(parse_retry_after(later, None), None);
    assert_eq!(parse_retry_after(later, Some(b"noon")), None);
    assert_eq!(parse_retry_after(later, Some(b"")), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_ignored(value: Vec<u8>, date: Option<Vec<u8>>) {
        let read = parse_retry_after(&value, date.as_deref());
        if read.is_some() && date.is_none() {
            prop_assert!(value.trim_ascii().iter().all(u8::is_ascii_digit));
        }
    }

    #[test]
    fn any_number_of_seconds_is_itself(seconds: u64) {
        let read = parse_retry_after(seconds.to_string().as_bytes(), None);
        prop_assert_eq!(read, Some(Duration::from_secs(seconds)));
    }
}
