//! Fuzz targets of the manifest: its text, its shape, and what its patterns cover. Run by `lockgate_fuzz`.

mod pattern;
mod shape;
mod text;
