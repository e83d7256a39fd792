//! What a compiling process that stays keeps of the functions that it compiled: those of the last component, and no more than so many
//! bytes.
//!
//! They are kept in the memory of that process and nowhere else: machine code that lay in a file would have to be trusted, and a folder
//! of it cleared some day.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wasmtime::CacheStore;

/// The most bytes that are kept. What the largest plugins seen, of 23 MB, come to is a third of it.
const MOST: usize = 512 << 20;

/// Compiled functions by a digest of what they were compiled from. All that it does stands behind one lock, for a moment each time.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Shelves>);

#[derive(Default)]
struct Shelves {
    /// Of the component that is being compiled.
    now: HashMap<Vec<u8>, Vec<u8>>,
    /// Of the one before, as far as it was not asked for yet.
    before: HashMap<Vec<u8>, Vec<u8>>,
    /// Bytes on both.
    bytes: usize,
    functions: u64,
    reused: u64,
}

impl std::fmt::Debug for Shelves {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelves").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Kept {
    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A component is about to be compiled.
    pub(super) fn begin(&self) {
        let mut shelves = self.shelves();
        shelves.before = std::mem::take(&mut shelves.now);
        (shelves.functions, shelves.reused) = (0, 0);
    }

    /// It was compiled, or (not `well`) was not. Gives its functions, and how many of them had been compiled before. What of the
    /// component before it was not asked for is dropped, unless this one came to nothing.
    pub(super) fn end(&self, well: bool) -> (u64, u64) {
        let mut shelves = self.shelves();
        let before = std::mem::take(&mut shelves.before);
        if well {
            let bytes: usize = before.values().map(Vec::len).sum();
            shelves.bytes = shelves.bytes.saturating_sub(bytes);
        } else {
            shelves.now.extend(before);
        }
        (shelves.functions, shelves.reused)
    }
}

impl CacheStore for Kept {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let mut shelves = self.shelves();
        shelves.functions += 1;
        if let Some((key, value)) = shelves.before.remove_entry(key) {
            shelves.now.insert(key, value);
        }
        let value = shelves.now.get(key)?.clone();
        shelves.reused += 1;
        Some(Cow::Owned(value))
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        let mut shelves = self.shelves();
        if shelves.bytes.saturating_add(value.len()) > MOST {
            return false;
        }
        shelves.bytes += value.len();
        if let Some(old) = shelves.now.insert(key.to_vec(), value) {
            shelves.bytes = shelves.bytes.saturating_sub(old.len());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::compiler::child::{compile_with, hasty};

    #[test]
    fn of_a_component_with_a_small_change_the_rest_is_not_compiled_again() {
        let kept = Arc::new(Kept::default());
        let engine = hasty(&kept).unwrap();
        let compiled = |constant: i32| {
            kept.begin();
            let image = compile_with(&engine, &component(constant)).unwrap();
            (image, kept.end(true))
        };
        let (first, (functions, reused)) = compiled(1);
        assert_eq!((functions, reused), (functions.max(20), 0));
        let (second, (again, reused)) = compiled(2);
        assert_eq!((again, reused), (functions, functions - 1), "all but the one that changed");
        assert_ne!(first, second);
        // The same code comes of it as without.
        let fresh = Arc::new(Kept::default());
        assert!(second == compile_with(&hasty(&fresh).unwrap(), &component(2)).unwrap());
    }

    #[test]
    fn what_the_last_component_had_is_kept_and_no_more_than_there_is_room_for() {
        let kept = Kept::default();
        let held = |kept: &Kept| {
            let shelves = kept.shelves();
            (shelves.now.len(), shelves.bytes)
        };
        kept.begin();
        assert!(kept.insert(b"a", vec![1; 10]) && kept.insert(b"b", vec![2; 20]));
        assert_eq!(kept.end(true), (0, 0));
        kept.begin();
        assert_eq!(kept.get(b"a").as_deref(), Some([1; 10].as_slice()));
        assert_eq!(kept.get(b"c"), None);
        assert_eq!((kept.end(false), held(&kept)), ((2, 1), (2, 30)), "what came to nothing drops nothing");
        kept.begin();
        assert!(kept.get(b"a").is_some());
        assert_eq!((kept.end(true), held(&kept)), ((1, 1), (1, 10)));
        kept.shelves().bytes = MOST;
        assert!(!kept.insert(b"d", vec![0]));
    }

    /// A component with twenty functions; one of them gives this constant.
    fn component(constant: i32) -> Vec<u8> {
        use wasm_encoder::{
            CodeSection, Component, Function, FunctionSection, Module, ModuleSection, TypeSection, ValType,
        };
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for at in 0..20 {
            functions.function(0);
            let mut body = Function::new([]);
            body.instructions().i32_const(if at == 7 { 1000 + constant } else { at }).end();
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        let mut component = Component::new();
        component.section(&ModuleSection(&module));
        component.finish()
    }
}
