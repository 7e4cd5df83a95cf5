//! What the journal keeps of a task that the archive does not have.

use runware::journal::{Part, PartKind};
use runware::types::{RawJson, TaskUuid};
use runware_journal::Kept;

use crate::exit::Exit;
use crate::keeping::{open_existing, unusable};
use crate::session::Session;
use crate::stop::Stop;

/// The request and the response, as far as they are kept.
pub(super) type Pair = (Option<RawJson>, Option<RawJson>);

/// Looks into the journal, and says that it is the journal that speaks, and why.
///
/// # Errors
///
/// What is kept is no JSON, or somebody interrupts.
///
/// # Cancel safety
///
/// Dropping the future leaves a thread that goes on opening the journal.
pub(super) async fn find(
    session: &mut Session<'_>,
    task_uuid: TaskUuid,
    why: &str,
) -> Result<Option<Pair>, Stop> {
    let mut interrupt = session.interrupt.clone();
    let journal = open_existing(session.place(), &mut interrupt).await.and_then(|journal| match journal {
        Some(journal) => journal.kept(None, task_uuid).map_err(|error| unusable(&error)),
        None => Ok(Vec::new()),
    });
    let mut kept = match journal {
        Ok(kept) => kept,
        Err(stop) if stop.exit() == Exit::Interrupted => return Err(stop),
        Err(stop) => {
            session.output.warn(&format!("warning: the journal cannot be asked: {}", stop.message()));
            return Ok(None);
        }
    };
    let here = kept.iter().position(|kept| kept.scope == session.service).unwrap_or(0);
    if kept.is_empty() {
        return Ok(None);
    }
    let kept = kept.swap_remove(here);
    session.output.warn(&format!("{why} {task_uuid}; this is what the journal keeps."));
    pair(&kept).map(Some)
}

fn pair(kept: &Kept) -> Result<Pair, Stop> {
    let json = |text: Vec<u8>| {
        RawJson::parse(text)
            .map_err(|error| Stop::machine(format!("what the journal keeps is no JSON: {error}")))
    };
    let request = kept.request.as_ref().map(|request| json(request.to_vec())).transpose()?;
    let response = (!kept.parts.is_empty()).then(|| json(response(&kept.parts).into_bytes())).transpose()?;
    Ok((request, response))
}

/// The kept results and failures in the envelope that they came in, byte for byte.
fn response(parts: &[Part]) -> String {
    let lists = [("data", PartKind::Result), ("errors", PartKind::Failure)].map(|(name, kind)| {
        let raw = parts.iter().filter(|part| part.kind == kind).map(|part| part.raw.as_str());
        (name, raw.collect::<Vec<_>>())
    });
    let lists = lists.into_iter().filter(|(_, raw)| !raw.is_empty());
    let lists = lists.map(|(name, raw)| format!("\"{name}\":[{}]", raw.join(",")));
    format!("{{{}}}", lists.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_every_byte() {
        let part = |ordinal, kind, raw: &'static str| {
            let raw = RawJson::parse(raw).unwrap();
            Part { ordinal, index: None, kind, raw }
        };
        let parts = [
            part(0, PartKind::Result, r#"{"cost": 1.10}"#),
            part(1, PartKind::Failure, r#"{"code":"x"}"#),
            part(2, PartKind::Result, r#"{"a":1e2}"#),
        ];
        assert_eq!(response(&parts), r#"{"data":[{"cost": 1.10},{"a":1e2}],"errors":[{"code":"x"}]}"#);
        assert_eq!(response(&parts[1..2]), r#"{"errors":[{"code":"x"}]}"#);
    }
}
