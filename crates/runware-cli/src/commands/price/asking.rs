//! Asking whoever sits at the terminal whether tasks of unknown price may be sent.

use std::io::{self, IsTerminal as _};

use crate::commands::quote::PRICED;
use crate::origin::Origin;
use crate::output::human;
use crate::session::Session;
use crate::stop::Stop;

/// How many tasks are named before the rest is only counted.
const NAMED: usize = 5;

/// Asks whether these tasks may be sent with nothing set aside for them; where nobody can be asked, they may not.
///
/// # Errors
///
/// Somebody interrupts.
///
/// # Cancel safety
///
/// Dropping the future leaves a thread that goes on reading the answer.
pub(super) async fn may_be_sent(session: &mut Session<'_>, tasks: &[&Origin]) -> Result<bool, Stop> {
    if session.output.is_json() || !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(false);
    }
    session.output.warn(&question(tasks));
    let mut interrupt = session.interrupt.clone();
    // A signal is heard while somebody thinks it over.
    let answer = tokio::task::spawn_blocking(|| answer(&mut io::stdin().lock()));
    tokio::select! {
        biased;
        () = interrupt.raised() => Err(Stop::interrupted_before(PRICED)),
        answer = answer => Ok(answer.unwrap_or(false)),
    }
}

fn question(tasks: &[&Origin]) -> String {
    let names: Vec<String> = tasks.iter().filter_map(|task| task.name()).collect();
    let which = match (names.len(), names.get(..NAMED)) {
        (0, _) => String::new(),
        (all, Some(first)) if all > NAMED => format!(": {} and {} more", first.join(", "), all - NAMED),
        _ => format!(": {}", names.join(", ")),
    };
    match tasks.len() {
        1 => format!(
            "Nobody knows what this task costs{which}. Send it all the same, with nothing set aside for it? (y/N)"
        ),
        all => format!(
            "Nobody knows what {} cost{which}. Send them all the same, with nothing set aside for them? (y/N)",
            human::count(all, "task")
        ),
    }
}

/// True if the next line says yes. Where there is none, that is no.
fn answer(lines: &mut impl io::BufRead) -> bool {
    let mut line = String::new();
    lines.read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (typed, expected) in [
            ("y\n", true),
            ("Y\r\n", true),
            (" yes \n", true),
            ("y", true),
            ("n\n", false),
            ("\n", false),
            ("", false),
            ("no\ny\n", false),
            ("yesterday\n", false),
        ] {
            assert_eq!(answer(&mut typed.as_bytes()), expected, "{typed:?}");
        }
        assert!(!answer(&mut &b"y\xff\n"[..]));
    }

    #[test]
    fn the_question_names_the_lines() {
        let line = |line| Origin { line: Some(line), ..Origin::default() };
        let lines: Vec<Origin> = (1..=7).map(line).collect();
        let ask = |lines: &[Origin]| question(&lines.iter().collect::<Vec<_>>());
        assert!(ask(&lines[2..3]).starts_with("Nobody knows what this task costs: line 3. Send it"));
        assert!(ask(&lines[..2]).starts_with("Nobody knows what 2 tasks cost: line 1, line 2. Send them"));
        assert!(ask(&lines).contains("7 tasks cost: line 1, line 2, line 3, line 4, line 5 and 2 more. "));
        assert!(ask(&[Origin::default()]).starts_with("Nobody knows what this task costs. Send it"));
    }
}
