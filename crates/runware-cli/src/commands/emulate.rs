//! `runware emulate`: the emulator as a server.

use std::net::Ipv4Addr;

use runware_emulator::{Emulator, Options};

use crate::args::emulate::EmulateArgs;
use crate::exit::Exit;
use crate::output::Output;
use crate::session;
use crate::stop::Stop;

pub(super) async fn run(args: EmulateArgs, output: &mut Output) -> Result<Exit, Stop> {
    let mut interrupt = session::listen(Exit::Delivered)?;
    let port = args.port;
    let emulator = Emulator::builder()
        .options(options(args))
        .bind((Ipv4Addr::LOCALHOST, port).into())
        .start()
        .await
        .map_err(|error| session::not_started(&error))?;
    let (http, ws) = (emulator.http_url(), emulator.ws_url());
    output.line(&format!(r#"{{"event":"listening","http":"{http}","ws":"{ws}"}}"#))?;
    output.note(&format!(
        "Any key will do. In another terminal:\n  RUNWARE_API_KEY=any runware run runware:101@1 \
         positivePrompt='a lighthouse at dawn' --http-base-url {http} --ws-base-url {ws}\nCtrl-C ends it."
    ));
    interrupt.raised().await;
    emulator.shutdown().await;
    Ok(Exit::Delivered)
}

fn options(args: EmulateArgs) -> Options {
    let options = Options::new().seed(args.seed).failure_rate(args.failure_rate);
    let options = options.choose(|choices| choices.progress = args.progress);
    match args.duration {
        Some(range) => options.durations(range),
        None => options,
    }
}
