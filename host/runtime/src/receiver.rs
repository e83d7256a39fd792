//! The function of a plugin that takes a request in, ready to be called.
//!
//! Comparing its type with the contract's takes longer than instantiating the plugin, and gives the same answer for every
//! instance of one component: it is done in the first instance alone.

use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::Store;
use wasmtime::component::{Component, ComponentExportIndex, Instance, TypedFunc};

use crate::bindings::lockgate::channel::inbound::{Reception, Refusal, Request};
use crate::guest::Guest;
use crate::inspect::interface;

/// `ingress.receive` of any instance.
pub(crate) type Receive<'a> = TypedFunc<(&'a Request,), (Result<Reception, Refusal>,)>;

/// Finds `ingress.receive` in the instances of one component.
pub(crate) struct Receiver {
    index: ComponentExportIndex,
    /// Whether an instance of this component was seen to have the contract's type.
    is_as_agreed: AtomicBool,
}

impl Receiver {
    /// None where the component does not export it.
    pub(crate) fn find(component: &Component) -> Option<Self> {
        let ingress = component.get_export_index(None, interface("ingress"))?;
        let index = component.get_export_index(Some(&ingress), "receive")?;
        Some(Self { index, is_as_agreed: AtomicBool::new(false) })
    }

    /// The function of this instance, which is one of the component that [`Receiver::find`] looked at.
    ///
    /// # Errors
    ///
    /// Where its type is another one than the contract's.
    #[allow(unsafe_code)]
    pub(crate) fn load<'a>(&self, store: &mut Store<Guest>, instance: &Instance) -> wasmtime::Result<Receive<'a>> {
        let missing = || wasmtime::Error::msg("the ability is not exported");
        let function = instance.get_func(&mut *store, self.index).ok_or_else(missing)?;
        if self.is_as_agreed.load(Ordering::Relaxed) {
            // SAFETY: the index is of the one component that all these instances are of, and the types of what a component
            // exports belong to the component. Another instance passed `Func::typed` with these very parameters.
            return Ok(unsafe { TypedFunc::new_unchecked(function) });
        }
        let function = function.typed(&*store)?;
        self.is_as_agreed.store(true, Ordering::Relaxed);
        Ok(function)
    }
}
