//! The rooms of the workspace: the one list of crates, their layers, and what each may depend on.

use super::facts::Member;

/// A package of the workspace.
pub(super) struct Room {
    pub(super) name: &'static str,
    /// Its layer, counted from the ground; `None` for what is not shipped.
    pub(super) layer: Option<u8>,
    /// The packages of the workspace that its manifest may name, in any of its sections.
    pub(super) may_use: &'static [&'static str],
}

/// Dev-dependencies included: nothing depends upwards to test itself, tests across crates live in `tests/`.
pub(super) const ROOMS: &[Room] = &[
    Room { name: "runware-types", layer: Some(0), may_use: &[] },
    Room { name: "runware-poll", layer: Some(0), may_use: &[] },
    Room { name: "runware-transport", layer: Some(1), may_use: &["runware-types"] },
    Room { name: "runware-emulator", layer: Some(1), may_use: &["runware-types"] },
    Room {
        name: "runware",
        layer: Some(2),
        may_use: &["runware-types", "runware-transport", "runware-poll"],
    },
    Room { name: "runware-journal", layer: Some(3), may_use: &["runware"] },
    Room {
        name: "runware-cli",
        layer: Some(3),
        may_use: &["runware", "runware-journal", "runware-emulator"],
    },
    Room {
        name: "runware-tests",
        layer: None,
        may_use: &[
            "runware-types",
            "runware-poll",
            "runware-transport",
            "runware-emulator",
            "runware",
            "runware-journal",
            "runware-cli",
        ],
    },
    Room { name: "xtask", layer: None, may_use: &[] },
];

impl Room {
    pub(super) fn of(member: &Member) -> Option<&'static Self> {
        ROOMS.iter().find(|room| room.name == member.name)
    }

    /// `L0`, or a dash for what is not shipped.
    pub(super) fn layer(&self) -> String {
        self.layer.map_or_else(|| "–".to_owned(), |layer| format!("L{layer}"))
    }
}
