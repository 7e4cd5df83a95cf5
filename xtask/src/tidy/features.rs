//! Features that change the meaning of a shared crate are on nowhere below the workspace.

use super::Finding;
use super::facts::Facts;

struct Forbidden {
    package: &'static str,
    feature: &'static str,
    reason: &'static str,
}

const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        package: "serde_json",
        feature: "arbitrary_precision",
        reason: "it changes how every number of every crate is decoded",
    },
    Forbidden {
        package: "serde_json",
        feature: "preserve_order",
        reason: "it changes the type behind every JSON map; field order is kept in raw text",
    },
    Forbidden {
        package: "rustls",
        feature: "ring",
        reason: "aws-lc-rs is the provider, and with two of them none is the default",
    },
];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &facts.resolved {
        for forbidden in FORBIDDEN.iter().filter(|forbidden| forbidden.package == package.name) {
            if package.features.iter().any(|feature| feature == forbidden.feature) {
                findings.push(Finding::new(
                    format!("{} {}", package.name, package.version),
                    format!(
                        "feature `{0}` is on: {1}; find who asks with `cargo tree --all-features --edges features --invert {2}` and turn it off",
                        forbidden.feature, forbidden.reason, package.name
                    ),
                ));
            }
        }
    }
    findings
}
