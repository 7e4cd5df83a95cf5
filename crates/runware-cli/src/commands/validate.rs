//! `runware validate`: say what is wrong with tasks before they cost anything, without asking anybody.

use std::path::Path;

use runware::types::{Report, Severity, validate_text};

use super::input;
use crate::args::ValidateArgs;
use crate::exit::Exit;
use crate::output::event::{Checked, Event};
use crate::output::{Output, excerpt};
use crate::stop::Stop;

pub(super) fn run(args: &ValidateArgs, output: &mut Output) -> Result<Exit, Stop> {
    let text = input::read(&args.file).map_err(Stop::usage)?;
    let name = name(&args.file);
    let text = String::from_utf8(text).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Stop::rejected(format!("{name} is not UTF-8, which JSON has to be: byte {at}"))
    })?;
    let report = validate_text(&text);
    if output.is_json() {
        let told = report.findings().iter().map(|finding| Event::Finding(finding.clone()));
        told.into_iter().try_for_each(|event| output.tell(&event))?;
    } else {
        for (finding, line) in report.excerpts(&text) {
            output.painted(&excerpt::render(finding, line, &name))?;
        }
    }
    let checked = count(&report);
    output.tell(&Event::Checked(checked))?;
    Ok(if checked.errors > 0 { Exit::Rejected } else { Exit::Delivered })
}

fn name(path: &Path) -> String {
    match path.as_os_str() == "-" {
        true => "<stdin>".to_owned(),
        false => path.display().to_string(),
    }
}

fn count(report: &Report) -> Checked {
    let count = |severity| report.findings().iter().filter(|finding| finding.severity == severity).count();
    Checked {
        tasks: report.checked(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        unknown: count(Severity::Unknown),
        omitted: report.omitted(),
        verdict: report.verdict(),
    }
}
