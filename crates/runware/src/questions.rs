//! Questions about tasks, and about what they would cost; nothing is submitted.

use runware_types::{DeliveryMethod, Prepared, RawTask, TaskDetails, TaskUuid};

use crate::client::check_no_query;
use crate::lookup::StatusReport;
use crate::{Client, Error, Quote, entropy};

impl Client {
    /// Asks once how a task stands.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::QueryFailed`](crate::ErrorKind::QueryFailed) if no answer was had within the plan's query
    /// timeout (10 s); it is asked once. [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`].
    /// An unknown task is not an error: its report [is empty](StatusReport::is_unknown).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; a status check changes nothing.
    pub async fn status(&self, task_uuid: TaskUuid) -> Result<StatusReport, Error> {
        let (shared, plan) = self.parts();
        shared.check_open(task_uuid)?;
        shared.lookup.status(task_uuid, plan).await
    }

    /// Fetches the original request and response of a task, byte for byte, from the server's archive.
    ///
    /// `None` if the archive has no such task, or it belongs to another organisation
    /// (Task Details page, "Task not found").
    ///
    /// # Errors
    ///
    /// [`ErrorKind::QueryFailed`](crate::ErrorKind::QueryFailed) if no answer was had in three attempts, or if
    /// the server asks for more time than one of them may take (10 s);
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; the archive is only read.
    pub async fn task_details(&self, task_uuid: TaskUuid) -> Result<Option<TaskDetails>, Error> {
        let (shared, plan) = self.parts();
        shared.check_open(task_uuid)?;
        shared.lookup.details(task_uuid, plan).await
    }

    /// Asks the server what a task would cost, and whether it would take it. Nothing is carried out and nothing is billed.
    ///
    /// What is sent is a copy under a new `taskUUID` of its own, so that the task's own stays free for its submission. The
    /// copy also asks for the cost (`includeCost`), and a text that is to be streamed is priced as one that is not. It goes
    /// over HTTP; a client of [`Protocol::WebSocket`](crate::Protocol) alone cannot ask.
    ///
    /// That nothing is billed rests on the server, which is told by the header `X-Runware-Dry-Run`; `docs/wire.md`, "Dry
    /// runs", says where that is known from.
    ///
    /// ```no_run
    /// # async fn example(client: runware::Client) -> Result<(), runware::Error> {
    /// use runware::types::VideoInference;
    ///
    /// let task = VideoInference::new("klingai:5@3", "waves at dawn").number_results(3);
    /// match client.dry_run(task).await?.cost() {
    ///     Some(price) => println!("{price} US dollars"),
    ///     None => println!("the server names no price"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTask`](crate::ErrorKind::InvalidTask) as for [`Client::prepare`];
    /// [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) if the server would not take the task, with its
    /// [error](Error::api_error); [`ErrorKind::QueryFailed`](crate::ErrorKind::QueryFailed) if no answer was had in three
    /// attempts, each within the plan's query timeout (10 s), or if the server asks for more time than that;
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the transport makes no dry runs;
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`]. None of them has a handle: there is no task.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; a dry run changes nothing.
    pub async fn dry_run(&self, task: impl Into<RawTask>) -> Result<Quote, Error> {
        let copy = copy_to_price(task.into())?;
        let (shared, plan) = self.parts();
        if shared.commands.is_closed() {
            return Err(Error::closed(None));
        }
        shared.lookup.price(&copy, plan).await
    }
}

/// The task as it is sent to be priced: under an id of its own, so that the price does not use up the task's.
fn copy_to_price(task: RawTask) -> Result<Prepared, Error> {
    check_no_query(task.task_type())?;
    // What is wrong with the task's own id would show only at its submission.
    if let Some(Err(mistake)) = task.task_uuid() {
        return Err(Error::invalid_task(mistake));
    }
    let task_uuid = entropy::task_uuid();
    let mut copy = task.default_delivery(DeliveryMethod::Async).set("taskUUID", task_uuid);
    if copy.task_type().is_generation() {
        copy = copy.set("includeCost", true);
    }
    // No reply is to be read as a stream.
    if copy.delivery_method() == Some(DeliveryMethod::Stream) {
        copy = copy.set("deliveryMethod", DeliveryMethod::Async);
    }
    copy.prepare(task_uuid).map_err(Error::invalid_task)
}
