//! The executable `lockgate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockgate::cli::main(lockgate::seams::Seams::real())
}
