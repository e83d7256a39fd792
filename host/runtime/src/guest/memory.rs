//! Counts the memory and the tables of a call, and remembers what it was refused. How many of them a component may have is bounded
//! where its image is loaded, by the places that [`crate::engine`] makes.

use wasmtime::ResourceLimiter;

/// Elements of all its tables together: functions, mostly.
const TABLE_ELEMENTS: usize = 65_536;

/// The memory and tables of all instances of one call.
pub(crate) struct Meter {
    used: u64,
    limit: u64,
    refused: bool,
    elements: usize,
}

impl Meter {
    pub(super) fn new(limit: u64) -> Self {
        Self { used: 0, limit, refused: false, elements: 0 }
    }

    /// Bytes that its memories have. They never shrink.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// Whether the guest asked for more than its limit. A guest may survive that; where it trapped, this is why.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current) as u64;
        let after = self.used.saturating_add(more);
        if after > self.limit {
            self.refused = true;
            return Ok(false);
        }
        self.used = after;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let after = self.elements.saturating_add(desired.saturating_sub(current));
        if after > TABLE_ELEMENTS {
            return Ok(false);
        }
        self.elements = after;
        Ok(true)
    }
}
