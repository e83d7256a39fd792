//! The compiling process: reads a component, writes an image, and can do nothing else.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use wasmparser::{Validator, WasmFeatures};
use wasmtime::Engine;

use super::confine::confine;
use super::{Aim, CompileFailure, HASTILY};
use crate::engine;
use crate::inspect::MAX_FILE;

/// What follows the first byte of the answer.
pub(super) const IMAGE: u8 = 0;
pub(super) const INVALID: u8 = 1;
pub(super) const REFUSED: u8 = 2;
pub(super) const BROKEN: u8 = 3;

/// What an executable does that was started to compile: gives up the network, files and more memory than a compilation takes,
/// reads a component from standard input and writes its image to standard output. To be called before any thread is started.
///
/// The exit status says whether an answer was written, not what it is.
pub fn compile_from_stdin() -> ExitCode {
    let hastily = std::env::args_os().nth(2).is_some_and(|argument| argument == HASTILY);
    let aim = if hastily { Aim::Haste } else { Aim::Speed };
    let compiled = confine()
        .map_err(|error| CompileFailure::Broken(format!("the compiler could not be confined: {error}")))
        .and_then(|()| {
            let mut component = Vec::new();
            std::io::stdin().take(MAX_FILE as u64 + 1).read_to_end(&mut component).map_err(|error| {
                CompileFailure::Broken(format!("the compiler could not read the component: {error}"))
            })?;
            compile(&component, aim)
        });
    let (kind, bytes) = match compiled {
        Ok(image) => (IMAGE, image),
        Err(CompileFailure::Invalid(words)) => (INVALID, words.into_bytes()),
        Err(CompileFailure::Refused(words)) => (REFUSED, words.into_bytes()),
        Err(CompileFailure::Broken(words)) => (BROKEN, words.into_bytes()),
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(&[kind]).and_then(|()| out.write_all(&bytes)).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Checks a component whole and compiles it, with the settings of the engine that will run it.
pub(super) fn compile(component: &[u8], aim: Aim) -> Result<Vec<u8>, CompileFailure> {
    Validator::new_with_features(WasmFeatures::default())
        .validate_all(component)
        .map_err(|error| CompileFailure::Invalid(format!("{} (at byte {})", error.message(), error.offset())))?;
    let refused = |error: wasmtime::Error| CompileFailure::Refused(format!("{error:#}"));
    let engine = Engine::new(&engine::compiling(aim)).map_err(|error| CompileFailure::Broken(format!("{error:#}")))?;
    engine.precompile_component(component).map_err(refused)
}
