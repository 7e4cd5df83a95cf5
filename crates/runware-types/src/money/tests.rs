use proptest::prelude::*;

use super::Money;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[test]
fn numbers_are_read_to_the_last_digit() {
    for (text, shown) in [
        ("0", "0"),
        ("-0", "0"),
        ("0.0013", "0.0013"),
        ("1.10", "1.10"),
        ("-2.5", "-2.5"),
        ("1.3e-3", "0.0013"),
        ("1.3E-03", "0.0013"),
        ("1E2", "100"),
        ("1.5e+1", "15"),
        ("1.25e1", "12.5"),
        ("0e99999999999999999999", "0"),
        ("0.0013000000000000001", "0.0013000000000000001"),
        ("1e-28", "0.0000000000000000000000000001"),
        ("100e-30", "0.0000000000000000000000000001"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("0.500000000000000000000000000000000000000000000000", "0.5"),
    ] {
        assert_eq!(money(text).to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_json_number_is_refused() {
    for text in
        ["", "-", "+1", ".5", "1.", "01", "1e", "1e+", "1,5", " 1", "0x1", "NaN", "$1", "1_000", "1.2.3", "٣"]
    {
        let error = text.parse::<Money>().unwrap_err();
        let expected = format!("{text:?} is no amount of money; it must be a JSON number such as 0.0013");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn what_cannot_be_held_exactly_is_refused() {
    for text in [
        "1e-29",
        "1e29",
        "1e99999999999999999999",
        "0.12345678901234567890123456789012",
        "79228162514264337593543950336",
    ] {
        let error = text.parse::<Money>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{text:?} cannot be held exactly: an amount has at most 28 digits")
        );
    }
}

#[test]
fn equality_ignores_how_many_zeros_were_written() {
    assert_eq!(money("0.10"), money("1e-1"));
    assert!(money("0.1") < money("0.11"));
    assert!(money("-1") < Money::ZERO);
    assert!(money("0.000").is_zero());
    assert_eq!(Money::default(), Money::ZERO);
}

#[test]
fn adding_never_panics() {
    let largest = money("79228162514264337593543950335");
    assert_eq!(largest + largest, largest);
    assert_eq!(money("0.1") + money("0.2"), money("0.3"));
}

#[test]
fn checked_sums_and_differences_are_exact_or_nothing() {
    let (largest, smallest) = (money("79228162514264337593543950335"), money("1e-28"));
    for (first, second, sum, difference) in [
        ("0.1", "0.2", Some("0.3"), Some("-0.1")),
        ("1", "1", Some("2"), Some("0")),
        ("0.00", "5", Some("5"), Some("-5")),
        ("12.50", "0.0013", Some("12.5013"), Some("12.4987")),
        ("1", "1e-28", Some("1.0000000000000000000000000001"), Some("0.9999999999999999999999999999")),
        ("10", "1e-28", None, None),
        ("10.000", "1", Some("11"), Some("9")),
    ] {
        let (first, second) = (money(first), money(second));
        assert_eq!(first.checked_add(second), sum.map(money), "{first} + {second}");
        assert_eq!(first.checked_sub(second), difference.map(money), "{first} - {second}");
    }
    assert_eq!(largest.checked_add(largest), None);
    assert_eq!(largest.checked_add(smallest), None);
    assert_eq!(largest.checked_sub(largest), Some(Money::ZERO));
    assert_eq!(largest.checked_sub(money("-1")), None);
}

#[test]
fn json_keeps_the_digits() {
    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    struct Item {
        cost: Money,
    }
    let item: Item = serde_json::from_str(r#"{"cost": 1.10}"#).unwrap();
    assert_eq!(serde_json::to_string(&item).unwrap(), r#"{"cost":1.10}"#);
    let item: Item = serde_json::from_str(r#"{"cost": "0.0013"}"#).unwrap();
    assert_eq!(serde_json::to_string(&item).unwrap(), r#"{"cost":0.0013}"#);
    let from_value: Item = serde_json::from_value(serde_json::json!({"cost": 2})).unwrap();
    assert_eq!(from_value.cost, money("2"));
    for text in [r#"{"cost": null}"#, r#"{"cost": true}"#, r#"{"cost": {}}"#, r#"{"cost": "cheap"}"#] {
        let error = serde_json::from_str::<Item>(text).unwrap_err();
        assert!(error.to_string().contains("is no amount of money"), "{error}");
    }
}

proptest! {
    #[test]
    fn shown_digits_are_read_back_to_the_same_amount(units in any::<i64>(), places in 0_u32..=28) {
        let amount = money(&format!("{units}e-{places}"));
        let shown = amount.to_string();
        prop_assert!(!shown.contains(['e', 'E']));
        prop_assert_eq!(money(&shown), amount);
        prop_assert_eq!(serde_json::to_string(&amount).unwrap(), shown);
    }

    #[test]
    fn sums_are_exact(units in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..200)) {
        let sum: Money = units.iter().map(|units| money(&format!("{units}e-6"))).sum();
        let exact: i64 = units.iter().sum();
        prop_assert_eq!(sum, money(&format!("{exact}e-6")));
    }

    #[test]
    fn what_was_added_can_be_taken_away_again(units in any::<[i64; 2]>(), places in any::<[u8; 2]>()) {
        let [first, second] = [0, 1].map(|at| money(&format!("{}e-{}", units[at], places[at] % 12)));
        if let Some(sum) = first.checked_add(second) {
            prop_assert_eq!(sum.checked_sub(second), Some(first));
            prop_assert_eq!(sum.checked_sub(first), Some(second));
        }
    }

    #[test]
    fn no_text_panics(text in "[-+0-9.eE]{0,40}|\\PC{0,20}") {
        let _ = text.parse::<Money>();
    }
}
