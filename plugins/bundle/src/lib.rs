//! The plugins that come with the host, compiled to components when the workspace is built.

/// A plugin that comes with the host.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// As its manifest names it.
    pub id: &'static str,
    /// The component with its manifest inside.
    pub component: &'static [u8],
}

/// Forms of websites.
pub static FORM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/form.wasm"));

/// Facebook Messenger.
pub static MESSENGER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/messenger.wasm"));

/// All of them, by id.
pub static BUNDLED: &[Bundled] =
    &[Bundled { id: "form", component: FORM }, Bundled { id: "messenger", component: MESSENGER }];
