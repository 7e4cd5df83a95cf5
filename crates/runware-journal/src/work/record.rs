//! Facts become durable.

use runware::journal::{Fact, Note, Part, Ticket};
use runware::types::Money;

use super::{Before, Work};
use crate::Stage;
use crate::kept;
use crate::task::Task;
use crate::trouble::Trouble;

impl Work<'_> {
    /// The tickets whose notes were refused, each once.
    pub(crate) fn record(&mut self, notes: &[Note]) -> Result<Vec<Ticket>, Trouble> {
        let mut refused = Vec::new();
        for Note { ticket, fact } in notes {
            if !self.note(*ticket, fact)? && !refused.contains(ticket) {
                refused.push(*ticket);
            }
        }
        Ok(refused)
    }

    /// Whether the ticket holds.
    fn note(&mut self, ticket: Ticket, fact: &Fact) -> Result<bool, Trouble> {
        let Some(mut task) = Task::of_id(self.connection, ticket.id.cast_signed())? else { return Ok(false) };
        if task.ticket() != ticket {
            return Ok(false);
        }
        let before = Before::of(&task);
        let holds = self.fold(&mut task, fact)?;
        if Before::of(&task).sum != before.sum {
            self.save(before, &task)?;
        }
        Ok(holds)
    }

    /// What a fact makes of a task. False if it may not be sent again.
    ///
    /// What cannot be undone is believed in any stage: a result that has come, and that a task has settled. Everything
    /// else is left out where it does not fit, since it was said before something was known that says more.
    fn fold(&mut self, task: &mut Task, fact: &Fact) -> Result<bool, Trouble> {
        match fact {
            Fact::Resending if !is_underway(task) => return Ok(false),
            Fact::Resending => self.go_on(task),
            Fact::Accepted if is_underway(task) => {
                self.go_on(task);
                task.is_accepted = true;
            }
            Fact::Ended(part) => self.end(task, part)?,
            Fact::Settled { cost } => self.settle_task(task, *cost)?,
            Fact::Refused { reason } if is_underway(task) && task.parts == 0 => {
                self.release(task)?;
                self.conclude(task, Stage::Refused);
                task.words = Some(reason.clone());
            }
            Fact::Undecided { evidence } if is_underway(task) => {
                task.stage = Stage::Undecided;
                task.is_resubmitted = false;
                task.owner = 0;
                task.words = Some(evidence.clone());
            }
            Fact::Confirmed if task.stage == Stage::Settled => {
                task.stage = Stage::Confirmed;
                task.owner = 0;
            }
            Fact::Released | Fact::Refused { .. } => task.owner = 0,
            _ => {}
        }
        Ok(true)
    }

    /// It is at work, and in this owner's care.
    fn go_on(&self, task: &mut Task) {
        task.stage = Stage::Open;
        task.is_resubmitted = false;
        task.owner = self.owner;
        task.words = None;
        task.ended_at = None;
    }

    fn end(&mut self, task: &mut Task, part: &Part) -> Result<(), Trouble> {
        if kept::add_part(self.connection, task, part)? {
            self.pages += 1 + part.raw.as_bytes().len() as u64 / 4096;
        }
        if !matches!(task.stage, Stage::Settled | Stage::Confirmed) {
            self.go_on(task);
            task.is_accepted = true;
        }
        Ok(())
    }

    fn settle_task(&mut self, task: &mut Task, cost: Option<Money>) -> Result<(), Trouble> {
        // A cost of zero is what the server says when it does not know. One below zero would make room in the budget for
        // what nobody has allowed, so that it is as good as none.
        if let Some(cost) = cost.filter(|cost| *cost > Money::ZERO)
            && task.cost.is_none()
        {
            self.spend(task, cost)?;
        }
        if !matches!(task.stage, Stage::Settled | Stage::Confirmed) {
            self.conclude(task, Stage::Settled);
            task.owner = self.owner;
            task.is_accepted = true;
            task.words = None;
        }
        Ok(())
    }

    fn conclude(&self, task: &mut Task, stage: Stage) {
        task.stage = stage;
        task.is_resubmitted = false;
        task.owner = 0;
        task.ended_at = Some(self.moment.time_of_day);
    }
}

/// Whether it may still come to something, as far as is known.
fn is_underway(task: &Task) -> bool {
    matches!(task.stage, Stage::Open | Stage::Undecided)
}
