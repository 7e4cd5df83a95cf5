//! Allowed arrows between the crates.

use super::super::arrows::check;
use super::super::facts::{Arrow, Facts, Member};
use super::super::rooms::ROOMS;
use super::{member, places};

/// The workspace with every allowed arrow drawn.
fn workspace() -> Facts {
    let member =
        |room: &super::super::rooms::Room| member(room.name, &format!("crates/{}", room.name), room.may_use);
    Facts { members: ROOMS.iter().map(member).collect(), ..Facts::default() }
}

fn find<'a>(facts: &'a mut Facts, name: &str) -> &'a mut Member {
    facts.members.iter_mut().find(|member| member.name == name).unwrap()
}

#[test]
fn passes_the_arrows_of_the_design() {
    assert_eq!(check(&workspace()), []);
}

#[test]
fn fires_on_an_arrow_upwards_even_for_tests() {
    let mut facts = workspace();
    let arrow = Arrow { to: "runware".into(), section: "dev-dependencies" };
    find(&mut facts, "runware-transport").arrows.push(arrow);
    let findings = check(&facts);
    assert_eq!(places(&findings), ["crates/runware-transport/Cargo.toml"]);
    assert!(findings[0].message.contains("dev-dependencies"), "{findings:?}");
}

#[test]
fn fires_on_an_arrow_sideways() {
    let mut facts = workspace();
    find(&mut facts, "runware-poll")
        .arrows
        .push(Arrow { to: "runware-types".into(), section: "dependencies" });
    assert_eq!(places(&check(&facts)), ["crates/runware-poll/Cargo.toml"]);
}

#[test]
fn fires_when_xtask_needs_a_crate_to_check_it() {
    let mut facts = workspace();
    find(&mut facts, "xtask")
        .arrows
        .push(Arrow { to: "runware-types".into(), section: "build-dependencies" });
    assert_eq!(places(&check(&facts)), ["crates/xtask/Cargo.toml"]);
}

#[test]
fn fires_on_a_crate_without_a_room() {
    let mut facts = workspace();
    facts.members.push(member("runware-extra", "crates/runware-extra", &[]));
    assert_eq!(places(&check(&facts)), ["crates/runware-extra/Cargo.toml"]);
}

#[test]
fn fires_on_a_room_without_a_crate() {
    let mut facts = workspace();
    facts.members.retain(|member| member.name != "runware-emulator");
    assert_eq!(places(&check(&facts)), ["xtask/src/tidy/rooms.rs"]);
}
