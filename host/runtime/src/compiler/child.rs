//! The compiling process: reads a component, writes an image, and can do nothing else.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use wasmparser::{Validator, WasmFeatures};
use wasmtime::Engine;

use super::confine::{confine, confine_for, one_more};
use super::kept::Kept;
use super::standing::Head;
use super::{Aim, CPU_STANDING, CompileFailure, HASTILY};
use crate::engine;
use crate::inspect::MAX_FILE;

/// What follows the first byte of the answer.
pub(super) const IMAGE: u8 = 0;
pub(super) const INVALID: u8 = 1;
pub(super) const REFUSED: u8 = 2;
pub(super) const BROKEN: u8 = 3;

/// What an executable does that was started to compile: gives up the network, files and more memory than a compilation takes,
/// reads a component from standard input and writes its image to standard output; one that was started to stay does so again and
/// again, until its input ends. To be called before any thread is started.
///
/// The exit status says whether an answer was written, not what it is.
pub fn compile_from_stdin() -> ExitCode {
    let done = if std::env::args_os().nth(2).is_some_and(|argument| argument == HASTILY) { stay() } else { once() };
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn once() -> io::Result<()> {
    let compiled = confine().map_err(unconfined).and_then(|()| {
        let mut component = Vec::new();
        io::stdin()
            .take(MAX_FILE as u64 + 1)
            .read_to_end(&mut component)
            .map_err(|error| CompileFailure::Broken(format!("the compiler could not read the component: {error}")))?;
        compile(&component, Aim::Speed)
    });
    let (kind, bytes) = said(compiled);
    let mut out = io::stdout().lock();
    out.write_all(&[kind])?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Compiles one component after the other. Each comes behind its length, and so does each answer behind what is to say of it.
fn stay() -> io::Result<()> {
    let confined = confine_for(CPU_STANDING).map_err(unconfined);
    let kept = Arc::new(Kept::default());
    let engine = confined.and_then(|()| hasty(&kept));
    let (mut input, mut out) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut length = [0; 8];
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let length = u64::from_le_bytes(length).min(MAX_FILE as u64 + 1);
        let mut component = Vec::new();
        (&mut input).take(length).read_to_end(&mut component)?;
        kept.begin();
        let (compiled, another) = match (&engine, one_more()) {
            (Ok(engine), Ok(another)) => (compile_with(engine, &component), another),
            (Err(failure), _) => (Err(failure.clone()), false),
            (_, Err(error)) => (Err(unconfined(error)), false),
        };
        let (functions, reused) = kept.end(compiled.is_ok());
        let (kind, bytes) = said(compiled);
        out.write_all(&Head { kind, another, functions, reused, length: bytes.len() as u64 }.written())?;
        out.write_all(&bytes)?;
        out.flush()?;
        if !another {
            return Ok(());
        }
    }
}

fn said(compiled: Result<Vec<u8>, CompileFailure>) -> (u8, Vec<u8>) {
    match compiled {
        Ok(image) => (IMAGE, image),
        Err(CompileFailure::Invalid(words)) => (INVALID, words.into_bytes()),
        Err(CompileFailure::Refused(words)) => (REFUSED, words.into_bytes()),
        Err(CompileFailure::Broken(words)) => (BROKEN, words.into_bytes()),
    }
}

fn unconfined(error: super::Unconfined) -> CompileFailure {
    CompileFailure::Broken(format!("the compiler could not be confined: {error}"))
}

/// An engine that compiles in haste, and what it compiled before not at all.
pub(super) fn hasty(kept: &Arc<Kept>) -> Result<Engine, CompileFailure> {
    let broken = |error: wasmtime::Error| CompileFailure::Broken(format!("{error:#}"));
    let mut settings = engine::compiling(Aim::Haste);
    settings.enable_incremental_compilation(Arc::clone(kept) as _).map_err(broken)?;
    Engine::new(&settings).map_err(broken)
}

/// Checks a component whole and compiles it, with the settings of the engine that will run it.
pub(super) fn compile(component: &[u8], aim: Aim) -> Result<Vec<u8>, CompileFailure> {
    let engine = Engine::new(&engine::compiling(aim)).map_err(|error| CompileFailure::Broken(format!("{error:#}")))?;
    compile_with(&engine, component)
}

pub(super) fn compile_with(engine: &Engine, component: &[u8]) -> Result<Vec<u8>, CompileFailure> {
    Validator::new_with_features(WasmFeatures::default())
        .validate_all(component)
        .map_err(|error| CompileFailure::Invalid(format!("{} (at byte {})", error.message(), error.offset())))?;
    engine.precompile_component(component).map_err(|error| CompileFailure::Refused(format!("{error:#}")))
}
