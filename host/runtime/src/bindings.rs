//! Bindings generated from the contract: one set, on the world that exports every ability, serves plugins with any subset.

#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::indexing_slicing)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "lockgate:channel/plugin",
    imports: {
        "lockgate:channel/state.get": async | trappable,
        "lockgate:channel/state.keys": async | trappable,
        "lockgate:channel/state.set": async | trappable,
        "lockgate:channel/state.delete": async | trappable,
        "lockgate:channel/delivery.settle": async | trappable,
        "lockgate:channel/media-store": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "lockgate:channel/media-store.writer": crate::guest::Writing,
        "wasi:http": wasmtime_wasi_http::p2::bindings::http,
        "wasi:io": wasmtime_wasi::p2::bindings::io,
        "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
    },
});
