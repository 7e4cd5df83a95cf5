//! Several real processes on one journal: stopped for longer than a lease, killed, and started anew.
//!
//! Their clocks and the server's are fast, all of them alike, so that a lease of a minute ends within seconds.

mod owners;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fastrand::Rng;
use runware::transport::{Clock as _, TokioClock};
use runware::types::TaskUuid;
use runware_emulator::{Action, Emulator, RequestKind, Rule};
use runware_journal::{BootClock as _, SqliteJournal, Stage};
use runware_tests::crash::{Evidence, Heard};
use runware_tests::haste::{Haste, HastyBoot};
use runware_tests::worker;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::harness::{millis, secs};
use owners::{Life, Owners};

/// How many times as fast as the machine's the clocks are.
const TIMES: u32 = 40;

/// Longer than the lease of a journal, in the machine's time.
const PAUSE: Duration = millis(2_000);

/// Nothing here takes longer.
const PATIENCE: Duration = secs(60);

/// How many tasks each process submits.
const TASKS: u32 = 6;

/// One process.
struct Worker {
    child: Child,
    said: JoinHandle<(Vec<u8>, String)>,
    /// The number of its first task.
    first: u32,
    /// It was killed then or later, by the clock of the processes.
    killed: Option<Duration>,
}

/// What the processes have in common.
struct Site {
    clock: TokioClock,
    /// The clock by which the processes tell leases.
    boot: HastyBoot,
    emulator: Emulator,
    journal: PathBuf,
    started: u32,
    lives: Vec<Life>,
    errors: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_are_stopped_for_longer_than_their_lease_own_each_task_once() {
    let troubles = [Trouble::Stop, Trouble::Stop];
    tokio::join!(chaos(2, 1, &troubles), chaos(2, 3, &troubles), chaos(2, 4, &troubles));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_that_are_stopped_and_killed_own_each_task_once() {
    chaos(4, 5, &[Trouble::Kill, Trouble::Stop, Trouble::Kill, Trouble::Stop]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_that_are_stopped_and_killed_own_each_task_once() {
    let troubles = [Trouble::Stop, Trouble::Kill, Trouble::Stop, Trouble::Kill, Trouble::Kill];
    tokio::join!(chaos(8, 2, &troubles), chaos(8, 6, &troubles));
}

/// What happens to a process.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// It is stopped until others may take its tasks, and goes on then.
    Stop,
    /// It is killed, and another one is started.
    Kill,
}

async fn chaos(processes: usize, seed: u64, troubles: &[Trouble]) {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Rng::with_seed(seed);
    let mut site = Site::set(folder.path(), seed).await;
    let mut workers: Vec<Worker> = (0..processes).map(|_| site.start()).collect();
    for trouble in troubles {
        let (pause, place) = (millis(rng.u64(20..400)), rng.usize(0..workers.len()));
        site.begun(&workers[place]).await;
        site.pass(pause).await;
        match trouble {
            Trouble::Stop => {
                workers[place].signal("STOP").await;
                site.pass(PAUSE).await;
                workers[place].signal("CONT").await;
            }
            Trouble::Kill => {
                let mut killed = workers.swap_remove(place);
                killed.killed = Some(site.boot.since_boot());
                killed.child.start_kill().unwrap();
                site.end(killed).await;
                workers.push(site.start());
            }
        }
    }
    for mut worker in workers {
        drop(worker.child.stdin.take());
        site.end(worker).await;
    }
    site.judge(troubles).await;
}

impl Site {
    async fn set(folder: &Path, seed: u64) -> Self {
        // Some answers are lost, so that tasks are in doubt when their processes are stopped.
        let options = runware_emulator::Options::new()
            .seed(seed)
            .durations(secs(1)..=secs(60))
            .fault(Rule::new(Action::LoseReply).kind(RequestKind::Submit).probability(0.3));
        let emulator = Emulator::builder().options(options).clock(Haste::new(TIMES)).start().await.unwrap();
        let journal = folder.join("journal.db");
        let (clock, boot) = (TokioClock::new(), HastyBoot::new(TIMES));
        Self { clock, boot, emulator, journal, started: 0, lives: Vec::new(), errors: Vec::new() }
    }

    fn start(&mut self) -> Worker {
        let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
        command.arg("--journal").arg(&self.journal).args(["--url", &self.emulator.http_url()]);
        command.arg(format!("--times={TIMES}"));
        let first = self.started * TASKS;
        command.arg(format!("--first={first}")).arg(format!("--tasks={TASKS}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        self.started += 1;
        let mut child = command.spawn().unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let said = tokio::spawn(async move {
            let (mut said, mut errors) = (Vec::new(), String::new());
            let (read, read_errors) =
                tokio::join!(out.read_to_end(&mut said), err.read_to_string(&mut errors));
            read.and(read_errors).unwrap();
            (said, errors)
        });
        Worker { child, said, first, killed: None }
    }

    async fn pass(&self, time: Duration) {
        self.clock.sleep_until(self.clock.now() + time).await;
    }

    /// Waits until a process has sent one of its tasks.
    async fn begun(&self, worker: &Worker) {
        let until = self.clock.now() + PATIENCE;
        let own: Vec<TaskUuid> = (worker.first..worker.first + TASKS).map(worker::id).collect();
        while own.iter().all(|task| self.emulator.ledger().task(task).is_none()) {
            assert!(self.clock.now() < until, "a process does not begin: {:?}", self.errors);
            self.pass(millis(5)).await;
        }
    }

    /// Waits for the end of a process.
    async fn end(&mut self, mut worker: Worker) {
        let until = self.clock.now() + PATIENCE;
        let status = tokio::select! {
            status = worker.child.wait() => status.unwrap(),
            () = self.clock.sleep_until(until) => panic!("a process does not end: {:?}", self.errors),
        };
        let (said, errors) = worker.said.await.unwrap();
        if status.code().is_some_and(|code| code != 0) || errors.contains("panicked") {
            self.errors.push(format!("{status}: {errors}"));
        }
        self.lives.push(Life { heard: Heard::read(&said), killed: worker.killed });
    }

    async fn judge(self, troubles: &[Trouble]) {
        assert!(self.errors.is_empty(), "{troubles:?}: {:#?}", self.errors);
        let journal = SqliteJournal::open(&self.journal).unwrap();
        let listed = journal.list(&Default::default()).unwrap();
        let known: Vec<TaskUuid> = (0..self.started * TASKS).map(worker::id).collect();
        assert!(listed.iter().all(|task| known.contains(&task.task_uuid)), "{listed:?}");
        let open: Vec<_> = listed.iter().filter(|task| task.stage != Stage::Confirmed).collect();
        assert!(open.is_empty(), "{troubles:?}: {open:?}");
        let owners = Owners::of(&self.lives);
        let heard: Vec<Heard> = self.lives.into_iter().map(|life| life.heard).collect();
        let taken_over = heard.iter().flat_map(|heard| heard.all("takenOver")).count();
        let states = listed.iter().map(|task| (task.task_uuid.to_string(), task.stage.to_string())).collect();
        let report = Evidence::of(&heard, states).judge(0, &self.emulator.ledger());
        println!("processes={} taken_over={taken_over} {owners} {report}", self.started);
        assert!(owners.complaints.is_empty(), "{troubles:?}: {:#?}", owners.complaints);
        assert!(taken_over > 0 && owners.handed_on > 0, "{troubles:?}: nobody took a task over");
        assert!(report.complaints.is_empty(), "{troubles:?}: {:#?}", report.complaints);
    }
}

impl Worker {
    async fn signal(&self, name: &str) {
        let line = format!("kill -{name} {}", self.child.id().unwrap());
        assert!(Command::new("/bin/sh").arg("-c").arg(line).status().await.unwrap().success());
    }
}
