//! Compiling again and again in this very process, for tests and benchmarks of many components that are nearly the same one.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::Engine;

use super::CompileFailure;
use super::child::{compile_with, hasty};
use super::kept::Kept;

/// An engine that compiles in haste, with the functions of what it compiled last.
#[derive(Default)]
pub struct Workshop {
    engine: Mutex<Option<(Engine, Arc<Kept>)>>,
}

impl std::fmt::Debug for Workshop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workshop").finish_non_exhaustive()
    }
}

impl Workshop {
    /// The image of a component. Blocks, also while another is compiled.
    pub(super) fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileFailure> {
        let mut place = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let (engine, kept) = match place.take() {
            Some(made) => made,
            None => {
                let kept = Arc::default();
                (hasty(&kept)?, kept)
            }
        };
        kept.begin();
        let image = compile_with(&engine, component);
        kept.end(image.is_ok());
        *place = Some((engine, kept));
        image
    }
}
