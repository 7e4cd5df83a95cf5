//! The servers at the other end: the emulator with a few handles, and one that never answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use runware_emulator::{Action, Answer, Emulator, Ledger, Options, RequestKind, Rule};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

use crate::program::{KEY, Program};

/// An emulator and everything that was sent to it.
pub(crate) struct Server {
    emulator: Emulator,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// An emulator whose results take no time.
    pub(crate) async fn quick() -> Self {
        Self::with(quick()).await
    }

    /// An emulator of the test's own, whose requests are not recorded.
    pub(crate) fn around(emulator: Emulator) -> Self {
        Self { emulator, bodies: Arc::default() }
    }

    pub(crate) async fn with(options: Options) -> Self {
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&bodies);
        let record = Rule::new(Action::Hang).when(move |request| {
            kept.lock().unwrap().push(String::from_utf8(request.body.to_vec()).unwrap());
            false
        });
        // Its own host name may stand for any of this machine's addresses.
        let builder = Emulator::builder().options(options.fault(record)).allow_remote(true);
        Self { emulator: builder.start().await.unwrap(), bodies }
    }

    /// The program, pointed here, over HTTP.
    pub(crate) fn program(&self, words: &str) -> Program {
        Program::new().words(words).arg("--http-base-url").arg(self.url())
    }

    /// The program, pointed here, both ways: over WebSocket, with HTTP to fall back on.
    pub(crate) fn both_ways(&self, words: &str) -> Program {
        self.program(words).arg("--ws-base-url").arg(self.ws_url())
    }

    pub(crate) fn ws_url(&self) -> String {
        self.emulator.ws_url()
    }

    pub(crate) fn url(&self) -> String {
        self.emulator.http_url()
    }

    pub(crate) fn port(&self) -> u16 {
        self.emulator.address().port()
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.emulator.ledger()
    }

    pub(crate) fn inject(&self, rule: Rule) {
        self.emulator.inject(rule);
    }

    /// The bodies of all requests so far.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    /// The only request so far.
    #[track_caller]
    pub(crate) fn body(&self) -> String {
        let mut bodies = self.bodies();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        bodies.remove(0)
    }

    /// Sends a body past the program, and returns the reply's.
    pub(crate) async fn post(&self, body: &str) -> String {
        let mut stream = TcpStream::connect(self.emulator.address()).await.unwrap();
        let (port, length) = (self.port(), body.len());
        let request = format!(
            "POST /v1 HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {KEY}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Submits a video, as another program would.
    pub(crate) async fn hold(&self, task: &str, model: &str, results: u32) {
        let reply = self
            .post(&format!(
                r#"[{{"taskType":"videoInference","taskUUID":"{task}","model":"{model}","positivePrompt":"waves","numberResults":{results}}}]"#
            ))
            .await;
        assert!(!reply.contains("errors"), "{reply}");
    }

    /// What the archive has of a task: the raw text around its `request` and `response`.
    pub(crate) async fn archived(&self, task: &str) -> String {
        self.post(&format!(r#"[{{"taskType":"getTaskDetails","taskUUID":"{task}"}}]"#)).await
    }
}

/// Options of an emulator whose results take no time.
pub(crate) fn quick() -> Options {
    Options::new().duration(Duration::ZERO)
}

/// A fault of submissions.
pub(crate) fn on_submit(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Submit)
}

/// A fault of status checks.
pub(crate) fn on_check(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Status)
}

/// An answer in place of the server's own.
pub(crate) fn answer(status: u16, body: &str) -> Action {
    Action::Answer(Answer::body(status, "application/json", body.to_owned()))
}

/// A server that takes connections and requests and never answers.
pub(crate) struct Silence {
    port: u16,
    task: JoinHandle<()>,
    connections: Receiver<()>,
}

impl Silence {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connected, connections) = mpsc::channel(100);
        let task = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.push(stream);
                let _ = connected.try_send(());
            }
        });
        Self { port, task, connections }
    }

    /// Waits for a connection that was not waited for before.
    pub(crate) async fn connected(&mut self) {
        self.connections.recv().await.unwrap();
    }

    pub(crate) fn program(&self, words: &str) -> Program {
        Program::new().words(words).arg("--http-base-url").arg(format!("http://127.0.0.1:{}/v1", self.port))
    }

    /// The program, pointed here both ways.
    pub(crate) fn both_ways(&self, words: &str) -> Program {
        self.program(words).arg("--ws-base-url").arg(format!("ws://127.0.0.1:{}/v1", self.port))
    }

    /// Makes way for a server that answers, at the same address.
    pub(crate) async fn healed(self, options: Options) -> Emulator {
        self.task.abort();
        let _ = self.task.await;
        let builder = Emulator::builder().options(options).bind(([127, 0, 0, 1], self.port).into());
        builder.start().await.unwrap()
    }
}

/// A server that refuses every upgrade.
pub(crate) struct Refusing {
    port: u16,
    task: JoinHandle<()>,
}

impl Refusing {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // Read first: a socket that is closed with something unread resets its peer.
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
            }
        });
        Self { port, task }
    }

    pub(crate) fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}/v1", self.port)
    }
}

impl Drop for Refusing {
    fn drop(&mut self) {
        self.task.abort();
    }
}
