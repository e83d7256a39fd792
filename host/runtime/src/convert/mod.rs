//! Between the bindings of one version of the contract and the host's own types.

mod from_guest;
mod to_guest;
