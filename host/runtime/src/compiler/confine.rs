//! What a compiling process gives up before it reads its first byte.

use std::collections::BTreeMap;

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

use super::{CPU, CPU_STANDING, MEMORY};

/// Files that may be open at once: the three it was given, and what a panic needs.
const OPEN_FILES: u64 = 16;

/// System calls that fail from now on: the network, other files, other programs, other processes. `prctl(2)`'s *no new
/// privileges* is set with the filter, so that none of it can be had back.
const DENIED: [i64; 22] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mkdirat,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_io_uring_setup,
    libc::SYS_kill,
];

/// The same by the older names that some machines still have.
#[cfg(target_arch = "x86_64")]
const DENIED_OLD: [i64; 8] = [
    libc::SYS_open,
    libc::SYS_creat,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_mkdir,
    libc::SYS_fork,
];
#[cfg(not(target_arch = "x86_64"))]
const DENIED_OLD: [i64; 0] = [];

/// Why a process could not be confined. It does not compile then.
#[derive(Debug, thiserror::Error)]
pub enum Unconfined {
    /// A limit was refused.
    #[error("its limits could not be set")]
    Limits(#[from] rustix::io::Errno),
    /// The kernel has no filter for system calls, or none for this processor.
    #[error("system calls cannot be filtered on this machine: {0}")]
    Filter(String),
}

/// Gives up what compiling does not need, for ever: of this thread and those it starts the system calls, of the process the
/// limits.
///
/// # Errors
///
/// Where this machine cannot do that.
pub fn confine() -> Result<(), Unconfined> {
    confine_for(CPU.as_secs() + 1)
}

/// The same for a process that compiles more than once: `cpu` is the second of its CPU time at which it ends in any case.
pub(super) fn confine_for(cpu: u64) -> Result<(), Unconfined> {
    limit(Resource::As, MEMORY, MEMORY)?;
    // A signal at the first, the end at the second.
    limit(Resource::Cpu, CPU.as_secs(), cpu)?;
    limit(Resource::Nofile, OPEN_FILES, OPEN_FILES)?;
    limit(Resource::Fsize, 0, 0)?;
    limit(Resource::Core, 0, 0)?;
    let filter = |error: &dyn std::fmt::Display| Unconfined::Filter(error.to_string());
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| filter(&error))?;
    let rules: BTreeMap<i64, Vec<_>> = DENIED.into_iter().chain(DENIED_OLD).map(|call| (call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let program: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, denied, arch)
        .and_then(TryInto::try_into)
        .map_err(|error| filter(&error))?;
    apply_filter(&program).map_err(|error| filter(&error))
}

/// Gives one more compilation its CPU time. Says whether there will be enough for another.
pub(super) fn one_more() -> Result<bool, Unconfined> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(u64::MAX);
    let until = used.saturating_add(CPU.as_secs() + 1);
    limit(Resource::Cpu, until.min(CPU_STANDING), CPU_STANDING)?;
    Ok(until.saturating_add(CPU.as_secs() + 1) < CPU_STANDING)
}

fn limit(resource: Resource, soft: u64, hard: u64) -> rustix::io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) })
}
