//! Every package below `runware-types` is on a list, each with its reason, and the lists hold nothing else.

use super::Finding;
use super::facts::{Facts, Tree};
use std::collections::BTreeSet;

/// What a crate may be built on with a set of features on.
pub(super) struct AllowList {
    pub(super) package: &'static str,
    /// How `cargo tree` is told the features; empty for the default ones.
    pub(super) features: &'static [&'static str],
    /// What comes in on top of this crate's lists above, and what for.
    pub(super) added: &'static [(&'static str, &'static str)],
}

pub(super) const LISTS: &[AllowList] = &[
    AllowList {
        package: "runware-types",
        features: &[],
        added: &[
            ("arrayvec", "rust_decimal: digits without an allocation"),
            ("base64", "a file of the caller's as a data URI, and the bytes of a result"),
            ("block-buffer", "sha2: the unfinished block"),
            ("bytes", "parts of a reply, shared without a copy"),
            ("cfg-if", "sha2: which code for which processor"),
            ("cpufeatures", "sha2: what the processor can do"),
            ("crypto-common", "sha2: traits"),
            ("digest", "sha2: traits"),
            ("hybrid-array", "sha2: arrays whose length is a type"),
            ("itoa", "serde_json: whole numbers as text"),
            ("memchr", "searching in the text of replies"),
            ("num-traits", "rust_decimal: traits"),
            ("proc-macro2", "serde_derive: while compiling"),
            ("quote", "serde_derive: while compiling"),
            ("rust_decimal", "money without a binary float"),
            ("serde", "encoding and decoding"),
            ("serde_core", "serde: its traits"),
            ("serde_derive", "serde: its macros"),
            ("serde_json", "the wire is JSON, and its raw text is kept"),
            ("sha2", "ids made from a caller's key"),
            ("syn", "serde_derive: while compiling"),
            ("typenum", "sha2: lengths as types"),
            ("unicode-ident", "serde_derive: while compiling"),
            ("uuid", "the ids of tasks"),
            ("zmij", "serde_json: floats as text"),
        ],
    },
    AllowList {
        package: "runware-types",
        features: &["--all-features"],
        added: &[
            ("dyn-clone", "schemars: transforms that can be cloned"),
            ("ref-cast", "schemars: a schema as a view of a value"),
            ("ref-cast-impl", "ref-cast: its macro"),
            ("schemars", "the trait that JSON Schema documents come from"),
        ],
    },
];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    differences(LISTS, &facts.listed)
}

/// `trees` has one tree for each list, in the order of the lists.
pub(super) fn differences(lists: &[AllowList], trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, (list, tree)) in lists.iter().zip(trees).enumerate() {
        let above = lists.iter().take(index).filter(|above| above.package == list.package);
        let allowed: BTreeSet<&str> = above.chain([list]).flat_map(AllowList::names).collect();
        let present: BTreeSet<&str> = tree.below().map(|(_, name)| name).collect();
        let options = [&["--package", list.package], list.features].concat().join(" ");
        for name in present.difference(&allowed) {
            findings.push(Finding::new(
                list.package,
                format!(
                    "`{name}` is not on the list; see who asks with `cargo tree --edges normal {options} --invert {name}`, then drop it, or add it to xtask/src/tidy/allow_list.rs with its reason"
                ),
            ));
        }
        for name in list.names().filter(|name| !present.contains(name)) {
            findings.push(Finding::new(
                list.package,
                format!(
                    "`{name}` is on the list in xtask/src/tidy/allow_list.rs, but `cargo tree --edges normal {options}` does not name it; delete its line"
                ),
            ));
        }
    }
    findings
}

impl AllowList {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.added.iter().map(|(name, _)| *name)
    }
}
