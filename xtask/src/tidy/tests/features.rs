//! Features that change a shared crate.

use super::super::facts::{Facts, Resolved};
use super::super::features::check;
use super::places;

fn resolved(name: &str, features: &[&str]) -> Facts {
    let features = features.iter().map(ToString::to_string).collect();
    Facts {
        resolved: vec![Resolved { name: name.into(), version: "1.2.3".into(), features }],
        ..Facts::default()
    }
}

#[test]
fn passes_the_features_in_use() {
    assert_eq!(check(&resolved("serde_json", &["default", "raw_value", "std"])), []);
    assert_eq!(check(&resolved("rustls", &["aws_lc_rs", "std", "tls12"])), []);
}

#[test]
fn fires_on_each_forbidden_feature() {
    for (package, feature) in
        [("serde_json", "arbitrary_precision"), ("serde_json", "preserve_order"), ("rustls", "ring")]
    {
        let findings = check(&resolved(package, &["std", feature]));
        assert_eq!(places(&findings), [format!("{package} 1.2.3")]);
        assert!(findings[0].message.contains(feature), "{findings:?}");
    }
}

#[test]
fn passes_a_feature_of_that_name_elsewhere() {
    assert_eq!(check(&resolved("rustls-webpki", &["ring"])), []);
}
