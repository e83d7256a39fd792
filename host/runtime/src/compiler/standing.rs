//! A compiling process that stays, seen from outside: handed one component after the other, and waited for so long and no longer.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::time::Instant;

use super::{CompileFailure, HASTILY, MAX_IMAGE, WALL, broken, ended, meant, start, too_long};

/// A compiling process that is started when it is needed first, and again where it ended. It ends with this.
pub struct Standing {
    argument: &'static str,
    process: Mutex<Option<Process>>,
    last: Mutex<Option<Compilation>>,
}

/// What a compilation was like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compilation {
    /// From the component that was handed over to the image that came back.
    pub took: Duration,
    /// Functions of the component.
    pub functions: u64,
    /// Those of them that had been compiled before, and were taken from memory.
    pub reused: u64,
}

/// What an answer begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// What the answer is, as that of a process which compiles once.
    pub(super) kind: u8,
    /// Whether the process waits for another component.
    pub(super) another: bool,
    pub(super) functions: u64,
    pub(super) reused: u64,
    /// Bytes that follow.
    pub(super) length: u64,
}

struct Process {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standing").field("argument", &self.argument).finish_non_exhaustive()
    }
}

impl Head {
    pub(super) fn written(self) -> Vec<u8> {
        let mut bytes = vec![self.kind, u8::from(self.another)];
        [self.functions, self.reused, self.length].iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        bytes
    }

    fn read(from: &mut impl io::Read) -> io::Result<Self> {
        let mut flags = [0; 2];
        from.read_exact(&mut flags)?;
        let mut number = || {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes).map(|()| u64::from_le_bytes(bytes))
        };
        let [kind, another] = flags;
        Ok(Self { kind, another: another == 1, functions: number()?, reused: number()?, length: number()? })
    }
}

impl Standing {
    pub(super) fn new(argument: &'static str) -> Self {
        Self { argument, process: Mutex::new(None), last: Mutex::new(None) }
    }

    pub(super) fn last(&self) -> Option<Compilation> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The image of a component. Blocks, also while another is compiled.
    pub(super) fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileFailure> {
        let mut place = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let process = match place.take() {
            Some(process) => process,
            None => Process::start(self.argument)?,
        };
        let began = Instant::now();
        let (head, said, process) = process.hand(component)?;
        *place = process;
        let last = Compilation { took: began.elapsed(), functions: head.functions, reused: head.reused };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        meant(head.kind, said)
    }
}

impl Process {
    fn start(argument: &str) -> Result<Self, CompileFailure> {
        let mut child = start(&[argument, HASTILY])?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(to), Some(from)) => Ok(Self { child, to, from }),
            _ => Err(CompileFailure::Broken("the compiler has no pipes".into())),
        }
    }

    /// Hands a component over and takes an answer back; beside it the process, where it waits for another.
    fn hand(mut self, component: &[u8]) -> Result<(Head, Vec<u8>, Option<Self>), CompileFailure> {
        let Self { child, to, from } = &mut self;
        let (done, answered) = mpsc::sync_channel(1);
        let given = std::thread::scope(|scope| {
            // Where it ends before it has read all, its answer says why.
            let writer = scope.spawn(move || {
                let length = (component.len() as u64).to_le_bytes();
                drop(to.write_all(&length).and_then(|()| to.write_all(component)).and_then(|()| to.flush()));
            });
            scope.spawn(move || drop(done.send(answer(from))));
            let given = match answered.recv_timeout(WALL) {
                Ok(Ok(answer)) => Ok(answer),
                // It closed its pipe, as it does where it ends. What ended by itself says why.
                Ok(Err(_)) => Err(match soon(|| child.try_wait().transpose()) {
                    Some(status) => status.map_or_else(broken, ended),
                    None => CompileFailure::Broken("what the compiler said could not be read".into()),
                }),
                Err(_) => Err(too_long()),
            };
            // Nobody waits for what reads no more, or goes on after its answer.
            if given.is_err() || soon(|| writer.is_finished().then_some(())).is_none() {
                drop(child.kill());
            }
            given
        });
        given.map(|(head, said)| (head, said, head.another.then_some(self)))
    }
}

/// What is there within some seconds.
fn soon<T>(mut there: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        if let Some(is) = there() {
            return Some(is);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

fn answer(from: &mut ChildStdout) -> io::Result<(Head, Vec<u8>)> {
    let head = Head::read(from)?;
    if head.length > MAX_IMAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut said = Vec::new();
    from.take(head.length).read_to_end(&mut said)?;
    if said.len() as u64 == head.length { Ok((head, said)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
