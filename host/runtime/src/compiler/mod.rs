//! Compiling a plugin, away from everything that is worth taking.
//!
//! The compiler is a million lines that read a stranger's file. It runs in a process of its own that has no network, opens no
//! file, and has bounds on memory, CPU time and open files ([`child`]); this side hands it the component, waits for so long and
//! no longer, and takes an image back. What the process says is believed as far as the image goes: a compiler that was taken
//! over can give a wrong image of the plugin that took it over, and of no other.
//!
//! A host has a process for each compilation. An author who compiles the same plugin again and again has one that stays
//! ([`standing`]) and remembers what it compiled ([`kept`]): confined alike, and of the author's own plugin alone.

mod child;
mod confine;
mod here;
mod kept;
mod standing;

use std::io::{Read as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::inspect::InstallRefusal;

pub use child::compile_from_stdin;
pub use confine::{Unconfined, confine};
pub use here::Workshop;
pub use standing::{Compilation, Standing};

/// Virtual memory of the compiling process. The largest plugins seen, of 18 MB, take a third of it.
const MEMORY: u64 = 3 << 30;
/// CPU time of the compiling process, over all its threads.
const CPU: Duration = Duration::from_secs(120);
/// CPU time in seconds of a process that stays, over all that it compiles. Before it is used up, another one takes its place.
const CPU_STANDING: u64 = 3600;
/// How long a compilation is waited for.
const WALL: Duration = Duration::from_secs(180);
/// The largest image that is taken back.
const MAX_IMAGE: u64 = 512 << 20;
/// Threads of the compiling process; each reserves memory.
const THREADS: u32 = 4;

/// Where plugins are compiled.
#[derive(Clone, Debug, Default)]
pub enum Compiler {
    /// In this process: for tests and benchmarks, whose executables cannot be asked to.
    #[default]
    Here,
    /// As [`Compiler::Here`], in less time, to code that is slower, and what was compiled last not again.
    HereHastily(Arc<Workshop>),
    /// In a process of its own, limited: this very executable, which calls [`compile_from_stdin`] when it is started with this
    /// one argument.
    Process(&'static str),
    /// As [`Compiler::Process`], for an author who waits: in less time, to code that is slower, by a process that stays. Its images
    /// are of no use to a host.
    Hasty(Arc<Standing>),
}

/// The second argument of a process that compiles in haste, one component after the other.
const HASTILY: &str = "hastily";

/// What an image is to be good at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// At being run.
    Speed,
    /// At being there soon.
    Haste,
}

/// Why there is no image. The words are for an admin or the plugin's author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CompileFailure {
    /// The file is no valid component.
    Invalid(String),
    /// It cannot be compiled with the host's settings, or not within the limits.
    Refused(String),
    /// The compiling process could not do its work; nothing is wrong with the file.
    Broken(String),
}

impl From<CompileFailure> for InstallRefusal {
    fn from(failure: CompileFailure) -> Self {
        match failure {
            CompileFailure::Invalid(words) => Self::NotAComponent(words),
            CompileFailure::Refused(words) => Self::Shape(words),
            CompileFailure::Broken(words) => Self::Host(words),
        }
    }
}

impl Compiler {
    /// The same, for who waits for one component after the other.
    #[must_use]
    pub fn hasty(self) -> Self {
        match self {
            Self::Process(argument) => Self::Hasty(Arc::new(Standing::new(argument))),
            Self::Here => Self::HereHastily(Arc::default()),
            hasty => hasty,
        }
    }

    /// What the last compilation in haste was like, once.
    pub fn last(&self) -> Option<Compilation> {
        match self {
            Self::Hasty(standing) => standing.last(),
            Self::Here | Self::HereHastily(_) | Self::Process(_) => None,
        }
    }

    /// The image of a component. Blocks.
    pub(crate) fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileFailure> {
        match self {
            Self::Here => child::compile(component, Aim::Speed),
            Self::HereHastily(workshop) => workshop.compile(component),
            Self::Process(argument) => away(&[argument], component),
            Self::Hasty(standing) => standing.compile(component),
        }
    }
}

/// Starts the compiling process.
fn start(arguments: &[&str]) -> Result<Child, CompileFailure> {
    // Not by its path: what lies there after an upgrade would give images of another engine.
    Command::new("/proc/self/exe")
        .arg0("lockgate")
        .args(arguments)
        .env_clear()
        .env("RAYON_NUM_THREADS", THREADS.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(broken)
}

fn broken(error: std::io::Error) -> CompileFailure {
    CompileFailure::Broken(format!("the compiler could not be run: {error}"))
}

/// Runs a compiling process that ends with its answer.
fn away(arguments: &[&str], component: &[u8]) -> Result<Vec<u8>, CompileFailure> {
    let mut child = start(arguments)?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(CompileFailure::Broken("the compiler has no pipes".into()));
    };
    let mut said: Vec<u8> = Vec::new();
    let began = Instant::now();
    // The three wait for each other: what is written, what is read, and how long it may take.
    let (read, waited) = std::thread::scope(|scope| {
        // Where it ends before it has read all, its answer says why.
        scope.spawn(move || drop(to.write_all(component)));
        let reader = scope.spawn(|| from.take(MAX_IMAGE).read_to_end(&mut said));
        let waited = loop {
            match child.try_wait() {
                Ok(None) if began.elapsed() < WALL => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) => {
                    drop(child.kill());
                    drop(child.wait());
                    break Ok(None);
                }
                done => break done,
            }
        };
        (reader.join(), waited)
    });
    match (waited.map_err(broken)?, read) {
        (None, _) => Err(too_long()),
        (Some(status), Ok(Ok(_))) => answer(status, said),
        (Some(_), _) => Err(CompileFailure::Broken("what the compiler said could not be read".into())),
    }
}

fn too_long() -> CompileFailure {
    CompileFailure::Refused(format!("compiling it took longer than {} s", WALL.as_secs()))
}

/// What the compiling process has to say: one byte for what it is, and the image or words.
fn answer(status: ExitStatus, mut said: Vec<u8>) -> Result<Vec<u8>, CompileFailure> {
    match said.first() {
        Some(&kind) if status.success() => {
            said.drain(..1);
            meant(kind, said)
        }
        _ => Err(ended(status)),
    }
}

/// What follows a byte that says what it is.
fn meant(kind: u8, said: Vec<u8>) -> Result<Vec<u8>, CompileFailure> {
    let words = || String::from_utf8_lossy(&said).chars().take(2000).collect();
    match kind {
        child::IMAGE => Ok(said),
        child::INVALID => Err(CompileFailure::Invalid(words())),
        child::REFUSED => Err(CompileFailure::Refused(words())),
        child::BROKEN => Err(CompileFailure::Broken(words())),
        _ => Err(CompileFailure::Broken("the compiler said something that is none of its answers".into())),
    }
}

/// Why a process ended that had no answer.
fn ended(status: ExitStatus) -> CompileFailure {
    match status.signal() {
        // SIGXCPU, or the kill that follows it a second later.
        Some(24 | 9) => CompileFailure::Refused(format!("compiling it took more than {} s of CPU", CPU.as_secs())),
        // An allocation that failed aborts.
        Some(6) => CompileFailure::Refused(format!("compiling it took more than {} MiB of memory", MEMORY >> 20)),
        _ => CompileFailure::Broken(format!("the compiler ended with {status}")),
    }
}
