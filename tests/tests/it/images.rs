//! Machine code made of a stranger's file: compiled by a process of its own with limits, and never loaded without this
//! installation's seal.

use std::fs;
use std::path::{Path, PathBuf};

use lockgate_simulators::graph::{GRAPH_HOST, Provider, ProviderConfig};
use lockgate_simulators::webhook::{Envelope, Retry};
use lockgate_tests::{Database, HostProcess, ProcessPlan, Setup, TestClock, conversation, until};

use crate::{PAGE, ada};

fn plan() -> ProcessPlan {
    ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), Database::Sqlite)
}

/// The images in a data folder, in the order of their names.
fn images(plan: &ProcessPlan) -> Vec<PathBuf> {
    let folder = plan.data_dir().join("images");
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

async fn installed(host: &HostProcess) {
    host.api().install(lockgate_guests::CONNECTOR_ONLY).await;
    host.api().install(lockgate_guests::CONNECTOR_AND_SENDER).await;
}

#[tokio::test]
async fn an_image_that_was_changed_while_the_host_was_stopped_is_not_loaded() {
    let clock = TestClock::default().for_provider();
    let provider = Provider::start(ProviderConfig::new(12, clock).with_page(PAGE)).await.unwrap();
    let plan = plan().with_map(GRAPH_HOST, provider.address(), provider.ca_pem());
    let host = plan.start().await;
    let mut setup = Setup::make(host.api(), &provider).await;
    let plan = host.stop().await;

    let [image] = images(&plan).try_into().unwrap();
    let sound = fs::read(&image).unwrap();
    let mut changed = sound.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    fs::write(&image, &changed).unwrap();

    let host = plan.start().await;
    assert!(plan.logged().contains("seal"), "{}", plan.logged());
    assert_eq!(images(&plan), std::slice::from_ref(&image));
    assert!(fs::read(&image).unwrap() == sound, "it was compiled anew, to the same image");
    setup.find_hook(host.api(), &provider).await;
    let text = ada().text("m_1", TestClock::default().for_provider().now_ms(), "Still here");
    setup.webhooks.tell(&Envelope::one(text), Retry::PATIENT).await.unwrap();
    let conversation = conversation(host.api(), &setup.channels[PAGE], &ada().person_id).await;
    assert_eq!(host.api().messages(&conversation).await.len(), 1);
    host.stop().await;
}

#[tokio::test]
async fn two_images_that_changed_places_are_not_loaded() {
    let host = plan().start().await;
    installed(&host).await;
    let plan = host.stop().await;
    let [one, other] = images(&plan).try_into().unwrap();
    let (first, second) = (fs::read(&one).unwrap(), fs::read(&other).unwrap());
    fs::write(&one, &second).unwrap();
    fs::write(&other, &first).unwrap();

    let host = plan.start().await;
    assert_eq!(plan.logged().matches("seal of this installation").count(), 2, "{}", plan.logged());
    assert!(fs::read(&one).unwrap() == first && fs::read(&other).unwrap() == second);
    host.stop().await;
}

#[tokio::test]
async fn the_seal_of_another_installation_is_good_for_nothing_here() {
    let ours = plan().start().await;
    installed(&ours).await;
    let theirs = plan().start().await;
    installed(&theirs).await;
    let (ours, theirs) = (ours.stop().await, theirs.stop().await);
    for image in images(&ours) {
        fs::remove_file(image).unwrap();
    }
    for image in images(&theirs) {
        fs::copy(&image, ours.data_dir().join("images").join(image.file_name().unwrap())).unwrap();
    }
    let host = ours.start().await;
    assert_eq!(ours.logged().matches("seal of this installation").count(), 2, "{}", ours.logged());
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_is_compiled_by_a_process_of_its_own_with_limits() {
    let host = plan().start().await;
    let pid = host.pid();
    let (installing, limits) = tokio::join!(
        host.api().install(lockgate_bundle::MESSENGER),
        until("the compiler is seen", async || {
            let compiler = children(pid).into_iter().find(|child| command(*child).contains("--compile-a-plugin"))?;
            let limits = fs::read_to_string(format!("/proc/{compiler}/limits")).ok()?;
            // It gives things up as the first thing it does, which may be now.
            let status = fs::read_to_string(format!("/proc/{compiler}/status")).ok()?;
            status.contains("Seccomp:\t2").then_some((limits, fs::read(format!("/proc/{compiler}/environ")).ok()?))
        })
    );
    let (limits, environment) = limits;
    assert!(!installing.is_empty());
    for (name, limit) in [
        ("Max address space", "3221225472"),
        ("Max cpu time", "120"),
        ("Max open files", "16"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line[name.len()..].split_whitespace().next(), Some(limit), "{line}");
    }
    let environment = String::from_utf8(environment).unwrap();
    assert!(environment.starts_with("RAYON_NUM_THREADS="), "nothing of the host's own: {environment}");
    assert!(!environment.contains("LOCKGATE"), "{environment}");
    host.stop().await;
}

#[test]
fn who_compiles_answers_for_good_files_and_bad_ones() {
    let said = compile(b"no component");
    assert_eq!(said.first(), Some(&1), "{}", String::from_utf8_lossy(&said));
    let said = compile(lockgate_guests::CONNECTOR_ONLY);
    assert_eq!(said.get(..5), Some([0, 0x7f, b'E', b'L', b'F'].as_slice()), "{}", String::from_utf8_lossy(&said));
}

/// What the compiling process answers to a file.
fn compile(component: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_test-host"))
        .arg("--compile-a-plugin-from-standard-input")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(component).unwrap();
    child.wait_with_output().unwrap().stdout
}

fn children(parent: u32) -> Vec<u32> {
    let tasks = fs::read_dir(Path::new("/proc").join(parent.to_string()).join("task")).into_iter().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

fn command(process: u32) -> String {
    let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).replace('\0', " ")
}
