//! Writes the host's conversions between the contract's types and a guest's once more, for the SDK's types: so the parser that
//! is compiled into the test build hands over exactly what the sandboxed one does, and nothing is written twice.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let conversions = Path::new("../host/runtime/src/convert");
    println!("cargo::rerun-if-changed={}", conversions.display());
    let mut written = String::new();
    for direction in ["from_guest", "to_guest"] {
        for file in ["common", "content", "inbound", "outbound"] {
            let source = conversions.join(direction).join(file).with_extension("rs");
            let text = aimed_at_the_sdk(&std::fs::read_to_string(&source)?);
            writeln!(written, "mod {direction}_{file} {{\nuse super::{{Lift, Lower}};\n{text}\n}}")?;
        }
    }
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("convert.rs"), written)?;
    Ok(())
}

/// Neither side's types are of this crate, so the traits have to be.
fn aimed_at_the_sdk(text: &str) -> String {
    let code: Vec<&str> = text.lines().filter(|line| !line.starts_with("//!")).collect();
    code.join("\n")
        .replace("crate::bindings::", "super::bindings::")
        .replace("impl From<", "impl Lift<")
        .replace("fn from(", "fn lift(")
        .replace("Into::into", "Lower::lower")
        .replace(".into()", ".lower()")
}
