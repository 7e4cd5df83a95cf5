//! The client: submit, run, resume, ask.

mod shared;

use std::fmt;
use std::sync::Arc;

use runware_poll::{Durations, Plan};
use runware_transport::Connection;
use runware_types::{DeliveryMethod, Prepared, RawTask, TaskType};
use tokio::sync::oneshot;

pub(crate) use shared::Shared;

use crate::driver::Command;
use crate::driver::opening::Opening;
use crate::journal::Intent;
use crate::{ClientBuilder, Error, Outcome, Stats, SubmitOptions, Task, TaskHandle, TextStream, entropy};

/// A client of the Runware API.
///
/// Clones are cheap and share one driver: the tasks of all clones are submitted and checked together, many
/// to a request. The driver ends when the last clone and the last [`Task`] are dropped, or at
/// [`Client::close`].
///
/// ```no_run
/// # async fn example() -> Result<(), runware::Error> {
/// use runware::Client;
/// use runware::types::ImageInference;
///
/// let client = Client::from_env()?;
/// let outcome = client.run(ImageInference::new("runware:101@1", "a lighthouse at dawn")).await?;
/// for result in outcome.results() {
///     println!("{:?}", result.media());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    plan: Arc<Plan>,
}

impl Client {
    /// Starts the configuration of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client with the key in `RUNWARE_API_KEY` and the defaults for everything else.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the variable is missing or not a
    /// key, or outside a Tokio runtime.
    #[cfg(any(feature = "http", feature = "websocket"))]
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().api_key_from_env()?.build()
    }

    pub(crate) fn new(shared: Shared, plan: Plan) -> Self {
        Self { shared: Arc::new(shared), plan: Arc::new(plan) }
    }

    /// The same client with another plan for the tasks that are submitted or resumed through it.
    #[must_use]
    pub fn with_plan(&self, plan: Plan) -> Self {
        Self { shared: Arc::clone(&self.shared), plan: Arc::new(plan) }
    }

    /// Fixes a task's id and exact bytes without sending anything.
    ///
    /// The task's own `taskUUID` is kept; otherwise it gets a new one. Generation tasks that do not say how
    /// they are to be delivered are made asynchronous, so that no result depends on an open connection.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTask`](crate::ErrorKind::InvalidTask), with the field in the error's source.
    pub fn prepare(&self, task: impl Into<RawTask>) -> Result<Prepared, Error> {
        let task = task.into();
        task.default_delivery(DeliveryMethod::Async)
            .prepare(entropy::task_uuid())
            .map_err(Error::invalid_task)
            .and_then(|prepared| check_submittable(&prepared).map(|()| prepared))
    }

    /// Submits a task and returns at once; the handle is known before anything is sent.
    ///
    /// The task is sent also if the returned [`Task`] is dropped, as long as any clone of the client or any
    /// of its tasks is there until the server has it. Await the task for its
    /// outcome, or [`Task::accepted`] for the server's confirmation. Submitting a task that this client
    /// is watching already joins it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTask`](crate::ErrorKind::InvalidTask) as for [`Client::prepare`];
    /// [`ErrorKind::UuidReused`](crate::ErrorKind::UuidReused) if this client is watching another request
    /// of the same id, or streaming it; [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`].
    pub fn submit(&self, task: impl Into<RawTask>) -> Result<Task, Error> {
        self.submit_prepared(self.prepare(task)?)
    }

    /// Submits a task that was prepared before, by this or another client.
    ///
    /// # Errors
    ///
    /// As for [`Client::submit`].
    pub fn submit_prepared(&self, prepared: Prepared) -> Result<Task, Error> {
        self.submit_prepared_with(prepared, SubmitOptions::new())
    }

    /// Submits a task, with what else there is to say about it: a name and notes for the journal, and its price.
    ///
    /// # Errors
    ///
    /// As for [`Client::submit`].
    pub fn submit_with(&self, task: impl Into<RawTask>, options: SubmitOptions) -> Result<Task, Error> {
        self.submit_prepared_with(self.prepare(task)?, options)
    }

    /// Submits a task that was prepared before, with what else there is to say about it.
    ///
    /// # Errors
    ///
    /// As for [`Client::submit`].
    pub fn submit_prepared_with(&self, prepared: Prepared, options: SubmitOptions) -> Result<Task, Error> {
        check_submittable(&prepared)?;
        let intent = self.shared.intent(&prepared, options);
        let handle = TaskHandle::from(&prepared);
        self.open(handle, Some(prepared), intent)
    }

    /// Submits a task and waits for its outcome, at most until the plan's deadline.
    ///
    /// # Errors
    ///
    /// As for [`Client::submit`] and [`Task::outcome`]. Failed results and a passed deadline are not errors
    /// but part of the [`Outcome`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the watching, not the task, and loses its id: where that matters, use
    /// [`Client::submit`], or set the task's `taskUUID`.
    pub async fn run(&self, task: impl Into<RawTask>) -> Result<Outcome, Error> {
        self.submit(task)?.outcome().await
    }

    /// Streams the text of a language model while it is being written; the handle is known before anything is sent,
    /// which is when the stream is asked for its first piece.
    ///
    /// The task's own `taskUUID` is kept; otherwise it gets a new one. Its `deliveryMethod` becomes `stream`. Unlike a
    /// submitted task it depends on one connection, which is made over HTTP: see [`TextStream`] for what happens when
    /// that breaks.
    ///
    /// ```no_run
    /// # async fn example(client: runware::Client) -> Result<(), runware::Error> {
    /// use runware::types::TextInference;
    ///
    /// let task = TextInference::prompt("google:gemini@3.1-pro", "Why is the sky blue?").include_usage(true);
    /// match client.stream_text(task)?.text().await {
    ///     Ok(answer) => println!("{} ({:?})", answer.text, answer.usage),
    ///     Err(error) => match error.partial_text() {
    ///         Some(so_far) => println!("{} [{error}]", so_far.text),
    ///         None => return Err(error),
    ///     },
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTask`](crate::ErrorKind::InvalidTask) if the task is no `textInference`, asks for more
    /// than one result or for another delivery, or cannot be sent;
    /// [`ErrorKind::UuidReused`](crate::ErrorKind::UuidReused) if this client is streaming or watching a task of the
    /// same id; [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`].
    pub fn stream_text(&self, task: impl Into<RawTask>) -> Result<TextStream, Error> {
        self.stream_text_with(task, SubmitOptions::new())
    }

    /// Streams a text, with what else there is to say about it: a name and notes for the journal, and its price.
    ///
    /// # Errors
    ///
    /// As for [`Client::stream_text`].
    pub fn stream_text_with(
        &self,
        task: impl Into<RawTask>,
        options: SubmitOptions,
    ) -> Result<TextStream, Error> {
        TextStream::new(&self.shared, &self.plan, task.into(), options)
    }

    /// Watches a task that was submitted before, by this or any other process. No new task is submitted.
    ///
    /// The first status check is made at once; the plan's deadline counts from now. With a [journal](crate::journal) that
    /// has the task, and nobody who looks after it, it goes on as with [`Client::recover`]: results that are there are
    /// handed over again, what comes is kept, and what may never have arrived is sent again where that is safe, unless the
    /// client [only looks](crate::ClientBuilder::looks_only).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UuidReused`](crate::ErrorKind::UuidReused) if this client is watching another request
    /// of the same id; [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`Client::close`].
    pub fn resume(&self, handle: impl Into<TaskHandle>) -> Result<Task, Error> {
        self.open(handle.into(), None, None)
    }

    /// What this client and its clones have sent so far, and how their tasks stand. Reading it costs next to nothing.
    pub fn stats(&self) -> Stats {
        self.shared.counters.read()
    }

    /// What this client and its clones have learned of how long tasks take, [what they were given](ClientBuilder::durations)
    /// included: a copy, to be kept for the next client.
    ///
    /// It knows tasks by type, model, size and the like; see [`Kind`](runware_poll::Kind). Nothing of a prompt, a seed, an
    /// id or an address is in it. Tasks that are running are not part of it. After [`Client::close`] it is what was known
    /// at the end.
    ///
    /// ```no_run
    /// # async fn example(client: runware::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use runware::Client;
    /// use runware::poll::Durations;
    ///
    /// let learned = serde_json::to_vec(&client.durations().await)?;
    /// std::fs::write("durations.json", learned)?;
    ///
    /// // In the next process:
    /// let learned: Durations = serde_json::from_slice(&std::fs::read("durations.json")?)?;
    /// let client = Client::builder().api_key_from_env()?.durations(learned).build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing; what was learned is only read.
    pub async fn durations(&self) -> Durations {
        let (answer, durations) = oneshot::channel();
        if self.shared.commands.send(Command::Durations(answer)).is_ok()
            && let Ok(durations) = durations.await
        {
            return durations;
        }
        self.shared.learned.get().cloned().unwrap_or_default()
    }

    /// A view of the connection: whether there is one, is being made, or is refused, and why.
    ///
    /// Nothing has to be done about it. A client that speaks HTTP alone has no connection that lasts.
    ///
    /// ```
    /// # async fn example(client: runware::Client) {
    /// let mut connection = client.connection();
    /// while let Some(state) = connection.changed().await {
    ///     println!("{state:?}");
    /// }
    /// # }
    /// ```
    pub fn connection(&self) -> Connection {
        self.shared.lookup.transport.connection()
    }

    /// Ends the driver: nothing is sent any more, every connection is closed, and everybody who waits gets
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) with the task's handle, or, if results are there already,
    /// an outcome with [`Ending::Interrupted`](crate::Ending::Interrupted). A [`TextStream`] gets it with the text so
    /// far, and lets go of its connection, when it is next polled.
    ///
    /// With a [journal](ClientBuilder::journal) it waits until everything that is known is durable, for ten seconds at
    /// most: what the journal has not taken by then is handed over as [not durable](Outcome::is_durable).
    ///
    /// # Cancel safety
    ///
    /// The client closes even if the future is dropped.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.shared.commands.send(Command::Close(done)).is_ok() {
            // An error means that the driver has ended already, which is what was asked for.
            let _ = closed.await;
        }
    }

    /// What its clones share, and its own plan.
    pub(crate) fn parts(&self) -> (&Arc<Shared>, &Arc<Plan>) {
        (&self.shared, &self.plan)
    }

    fn open(
        &self,
        handle: TaskHandle,
        prepared: Option<Prepared>,
        intent: Option<Box<Intent>>,
    ) -> Result<Task, Error> {
        let (watch, is_new) = self.shared.registry.open(handle, prepared.is_some())?;
        let task = Task::new(Arc::clone(&watch), Arc::clone(&self.shared));
        if is_new || prepared.is_some() {
            let (registry, plan) = (Arc::clone(&self.shared.registry), Arc::clone(&self.plan));
            let kind = prepared.as_ref().and_then(|prepared| self.shared.kinds.of(prepared));
            let opening = Opening::new(watch, registry, prepared, plan, kind, intent);
            if self.shared.commands.send(Command::Open(opening)).is_err() {
                // The opening that did not arrive has told the watch.
                let end = task.watch().read(|state| state.end().cloned());
                return Err(end.and_then(Result::err).unwrap_or_else(|| Error::closed(None)));
            }
        }
        Ok(task)
    }
}

/// Refuses what has no outcome to wait for.
fn check_submittable(prepared: &Prepared) -> Result<(), Error> {
    check_no_query(prepared.task_type())?;
    if prepared.delivery() == Some(&DeliveryMethod::Stream) {
        return Err(Error::unsupported(
            "`deliveryMethod` is \"stream\"; it must be \"async\" or \"sync\" here, or use `Client::stream_text`",
        ));
    }
    Ok(())
}

pub(crate) fn check_no_query(task_type: &TaskType) -> Result<(), Error> {
    if task_type.is_query() {
        return Err(Error::unsupported(format!(
            "a `{task_type}` asks about a task and is none itself: use `Client::resume`, `status` or `task_details`"
        )));
    }
    Ok(())
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("plan", &self.plan)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
