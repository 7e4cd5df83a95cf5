//! `cargo xtask features`: every crate compiles without its features and with each of them alone.

use crate::workspace;
use anyhow::{Context, Result};
use std::process::Command;

pub(crate) fn run() -> Result<()> {
    for package in workspace::metadata()?.workspace_packages() {
        for feature in combinations(package.features.keys().map(String::as_str)) {
            let arguments = arguments(&package.name, feature);
            let line = format!("cargo {}", arguments.join(" "));
            println!("{line}");
            workspace::show(Command::new("cargo").args(&arguments)).context(line)?;
        }
    }
    Ok(())
}

/// No feature, then each alone; a crate without features needs no run of its own.
fn combinations<'a>(features: impl Iterator<Item = &'a str>) -> Vec<Option<&'a str>> {
    let mut alone: Vec<Option<&str>> = features.filter(|feature| *feature != "default").map(Some).collect();
    if !alone.is_empty() {
        alone.insert(0, None);
    }
    alone
}

fn arguments<'a>(package: &'a str, feature: Option<&'a str>) -> Vec<&'a str> {
    let mut arguments = vec!["check", "--quiet", "--locked", "--package", package, "--no-default-features"];
    if let Some(feature) = feature {
        arguments.extend(["--features", feature]);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::{arguments, combinations};

    #[test]
    fn each_feature_is_tried_alone_and_so_is_none() {
        assert_eq!(
            combinations(["default", "http", "testing"].into_iter()),
            [None, Some("http"), Some("testing")]
        );
    }

    #[test]
    fn no_feature_is_on_but_the_one_that_is_tried() {
        let bare = "check --quiet --locked --package runware-types --no-default-features";
        assert_eq!(arguments("runware-types", None).join(" "), bare);
        assert_eq!(arguments("runware-types", Some("std")).join(" "), format!("{bare} --features std"));
    }

    #[test]
    fn a_crate_without_features_is_left_to_the_other_steps() {
        assert!(combinations(["default"].into_iter()).is_empty());
        assert!(combinations(std::iter::empty()).is_empty());
    }
}
