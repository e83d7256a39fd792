//! Compiled images: kept, found again, and never trusted without a check.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use lockgate_guests::CONNECTOR_ONLY;
use lockgate_runtime::{Runtime, SealKey};
use tempfile::TempDir;

use crate::harness::config;

fn images(folder: &TempDir) -> Vec<PathBuf> {
    fs::read_dir(folder.path().join("images")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

async fn load(folder: &TempDir) -> Runtime {
    let runtime = Runtime::start(config(folder)).unwrap();
    let plugin = runtime.load(Arc::from(CONNECTOR_ONLY)).await.unwrap();
    assert_eq!(plugin.manifest().plugin.id, "connector-only");
    runtime
}

#[tokio::test]
async fn an_image_is_kept_for_this_user_alone_and_used_again() {
    let folder = tempfile::tempdir().unwrap();
    load(&folder).await;
    let [image] = images(&folder).try_into().unwrap();
    assert_eq!(fs::metadata(&image).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(image.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let written = fs::metadata(&image).unwrap().modified().unwrap();
    load(&folder).await;
    assert_eq!(images(&folder), std::slice::from_ref(&image));
    assert_eq!(fs::metadata(&image).unwrap().modified().unwrap(), written);
}

#[tokio::test]
async fn an_image_that_was_changed_or_that_others_can_write_is_compiled_anew() {
    let folder = tempfile::tempdir().unwrap();
    load(&folder).await;
    let [image] = images(&folder).try_into().unwrap();
    let sound = fs::read(&image).unwrap();
    let mut damaged = sound.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    fs::write(&image, &damaged).unwrap();
    load(&folder).await;
    assert_eq!(fs::read(&image).unwrap(), sound);

    fs::set_permissions(&image, fs::Permissions::from_mode(0o666)).unwrap();
    load(&folder).await;
    assert_eq!(fs::metadata(&image).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn an_image_with_another_installation_s_seal_is_compiled_anew() {
    let folder = tempfile::tempdir().unwrap();
    load(&folder).await;
    let [image] = images(&folder).try_into().unwrap();
    let mut other = config(&folder);
    other.seal = SealKey::new([9; 32]);
    let runtime = Runtime::start(other).unwrap();
    runtime.load(Arc::from(CONNECTOR_ONLY)).await.unwrap();
    let [sealed_anew] = images(&folder).try_into().unwrap();
    assert_ne!(image, sealed_anew);
}
