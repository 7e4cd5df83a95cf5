//! What was typed: the command line as clap reads it.

pub(crate) mod emulate;
pub(crate) mod file;
pub(crate) mod keeping;
pub(crate) mod task;
#[cfg(test)]
mod tests;
pub(crate) mod value;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Parser, Subcommand};
use runware::types::Money;

use self::emulate::EmulateArgs;
use self::keeping::{BudgetArgs, DecideArgs, ListArgs, NoteArgs, PruneArgs, money};

/// Submit Runware tasks, wait for their results, and look at them again later.
///
/// Try it without an account: `runware demo`, or any command with `--emulator`.
#[derive(Debug, Parser)]
#[command(
    name = "runware",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = EXIT_CODES
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The flags that stand before or after any command.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Read the API key from this file instead of RUNWARE_API_KEY
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// Send requests to this address [env: RUNWARE_HTTP_BASE_URL] [default: https://api.runware.ai/v1]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) http_base_url: Option<String>,
    /// Connect to this address for WebSocket [env: RUNWARE_WS_BASE_URL] [default: wss://ws-api.runware.ai/v1]
    ///
    /// The key goes to no server that was not named: with one address of your own, only that one is used.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) ws_base_url: Option<String>,
    /// How to talk to the server: ws falls back on http [env: RUNWARE_TRANSPORT] [default: ws, or http if only
    /// --http-base-url is given] [possible values: ws, http]
    #[arg(long, global = true, value_name = "TRANSPORT")]
    pub(crate) transport: Option<String>,
    /// Allow plain http and ws to other machines; the key and the prompts can be read on the way then
    #[arg(long, global = true)]
    pub(crate) insecure_http: bool,
    /// Keep tasks in this file, so that `runware collect` finds them whatever happens [env: RUNWARE_JOURNAL] [default:
    /// runware/journal.db in the user's state directory, and none with --emulator]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    /// Keep no record of tasks: what this command leaves open is lost with its output
    #[arg(long, global = true)]
    pub(crate) no_journal: bool,
    /// Keep prompts out of the journal: of each request only its hash [env: RUNWARE_JOURNAL_REDACT=1]
    ///
    /// If nobody can tell whether such a task was sent, it is looked for, and cannot be sent again; only the same command
    /// or batch, with the same id, can do that. Results are kept as they came.
    #[arg(long, global = true)]
    pub(crate) journal_redact: bool,
    /// Start an emulator of the service inside this command and use it: needs no key, costs nothing
    #[arg(long, global = true)]
    pub(crate) emulator: bool,
    /// Print one JSON object a line on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How long to wait for a task, from its submission: 90s, 20m, 1h 30m [default: 20m]
    #[arg(long, global = true, value_name = "DURATION", value_parser = deadline)]
    pub(crate) deadline: Option<Duration>,
    /// Say more on standard error; twice for every detail
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Submit one task, wait for it, and print its results
    Run(RunArgs),
    /// Submit one task, return as soon as the server has it, and print its taskUUID
    Submit(SubmitArgs),
    /// Wait for tasks that were submitted before, by this or any other program; submits nothing
    Wait(UuidArgs),
    /// Check each task once, without waiting
    ///
    /// The exit code tells the state, as for commands that wait: 0 all succeeded, 6 one failed or failed in
    /// part, 8 one is still running, 9 the server shows nothing of one.
    Status(UuidArgs),
    /// Show the original request and response of a task
    ///
    /// Exits with 9 if the server's archive has no such task.
    Details(DetailsArgs),
    /// Submit the tasks of a JSON Lines file together, and wait for all of them
    ///
    /// Each line is a task object with a `taskType`; blank lines are skipped. Fields are passed on as they are,
    /// and a `taskUUID` is used where given. Every line is checked before anything is sent.
    ///
    /// The same file again submits only what the journal does not have, and finishes the rest. A line is known by its
    /// `taskUUID`, or by its member `key`, which is your own name for it and is not sent, or by its content; lines of the
    /// same content are told apart by their order.
    Batch(BatchArgs),
    /// Finish every task that the journal holds as open, of any earlier command; submits nothing new
    ///
    /// Results that were never seen to be delivered are delivered again, with the same `deliveryId` and `redelivered`.
    Collect,
    /// List the tasks in the journal, the newest first; asks nobody and needs no key
    List(ListArgs),
    /// Decide about a task of which nobody can tell whether it ran
    ///
    /// `runware list --unknown` shows them. The task keeps its id and its bytes: where the server has it after all, it is
    /// not bought again.
    Decide(DecideArgs),
    /// Look after the journal: is it whole, what is open, what is unknown, and what the configuration comes to
    ///
    /// Asks nobody and needs no key. Exits with 1 if the journal is damaged or cannot be used.
    Doctor,
    /// Remove what the journal keeps of tasks that are long over; never of one that is open, unknown or not yet
    /// delivered
    Prune(PruneArgs),
    /// Say what is wrong with tasks before they are sent; asks nobody and needs no key
    ///
    /// Reads a task object, an array of tasks, or JSON Lines. Exits with 3 if something is documented to be rejected;
    /// what is only unknown here is a warning. The limits of a single model are known to the server only.
    Validate(ValidateArgs),
    /// Run an emulator of the service as a local server, until interrupted
    ///
    /// The first line on standard output says where it listens. Any key will do. These models do a trick:
    /// emulator:fast@1, emulator:partial@1, emulator:fail@1, emulator:stuck@1, emulator:refuse@1,
    /// emulator:poor@1, emulator:busy@1, emulator:think@1.
    Emulate(EmulateArgs),
    /// See the whole story in one command, offline
    Demo,
}

#[derive(Debug, clap::Args)]
#[command(after_help = VALUES)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) task: TaskArgs,
    /// Print the text of a language model while it is written
    ///
    /// Its thoughts go to standard error, unless -q. With --json, each piece is a `delta` event, and the `result` at
    /// the end is put together from them: text, finishReason, usage and cost as they came. Streams go over HTTP, and
    /// one that breaks off cannot be taken up again; the command to go on with waits for the whole text.
    #[arg(long)]
    pub(crate) stream: bool,
    /// Ask the server what the task would cost, and whether it would take it; nothing runs and nothing is charged
    ///
    /// Prices are asked for over HTTP. One that the server does not name is unknown: `null` with --json.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) note: NoteArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = VALUES)]
pub(crate) struct SubmitArgs {
    #[command(flatten)]
    pub(crate) task: TaskArgs,
    #[command(flatten)]
    pub(crate) note: NoteArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

/// The task of `run` and `submit`.
#[derive(Debug, clap::Args)]
pub(crate) struct TaskArgs {
    /// The model, such as runware:101@1; `-` for the few task types that take none
    pub(crate) model: String,
    /// The task's parameters; see below
    #[arg(value_name = "key=value")]
    pub(crate) values: Vec<String>,
    /// What kind of task it is, such as imageInference or upscale [default: guessed from the keys]
    #[arg(long, value_name = "TYPE")]
    pub(crate) task_type: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct UuidArgs {
    /// The taskUUID of each task
    #[arg(required = true, value_name = "UUID")]
    pub(crate) uuids: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DetailsArgs {
    /// The taskUUID of the task
    #[arg(value_name = "UUID")]
    pub(crate) uuid: String,
    /// Print the request alone, byte for byte
    #[arg(long, conflicts_with = "response")]
    pub(crate) request: bool,
    /// Print the response alone, byte for byte
    #[arg(long)]
    pub(crate) response: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BatchArgs {
    /// The file; `-` for standard input
    pub(crate) file: PathBuf,
    /// Ask the server what each task would cost, and say what all cost together; nothing runs and nothing is charged
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Which batch it is: under another name the same lines are other tasks
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
    /// What a task costs in US dollars if the server does not say, such as 0.02; --budget sets that much aside
    #[arg(
        long,
        value_name = "AMOUNT",
        value_parser = money,
        allow_negative_numbers = true,
        requires = "cap",
        help_heading = "Budget"
    )]
    pub(crate) price: Option<Money>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ValidateArgs {
    /// The file; `-` for standard input
    pub(crate) file: PathBuf,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  everything asked for was delivered
  1  something else went wrong (connection, server)
  2  wrong usage
  3  the request was rejected as invalid; nothing was charged
  4  authentication
  5  quota or budget
  6  a task failed, wholly or in part; what succeeded was delivered
  8  still running at the deadline; the command to go on with is printed
  9  outcome unknown; what is known and what to do is printed
  130  interrupted; the command to go on with is printed";

const VALUES: &str = "\
Values:
  key=text        text; well-known numbers and switches such as width=1024 become what the API expects
  key:=json       any JSON: width:=1024, seed:='\"text\"', inputs:='{\"images\":[]}'
  key=@file       the file's content, as a data URI
  a.b.0=text      a member of an object or a list: inputs.images.0=@cat.png, messages.0.role=user

Task type, unless --task-type says it; the first of these keys decides:
  messages             textInference
  audioSettings        audioInference
  upscaleFactor        upscale
  fps, frameImages     videoInference
  speech               audioInference
  duration             videoInference
  none of these        imageInference

Examples:
  runware run runware:101@1 positivePrompt='a lighthouse at dawn' width=1024 height=1024 --emulator
  runware run openai:1@1 messages.0.role=user messages.0.content='Four words, please.' --emulator";

/// Longer than any task takes; short enough that adding it to a time cannot overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn deadline(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration > LONGEST {
        return Err("it must be at most 365d".to_owned());
    }
    Ok(duration)
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; it must be a number and a unit, such as 90s or 20m"))
}
