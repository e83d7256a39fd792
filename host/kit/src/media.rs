//! The files of one call, in memory: what came with its form is there beforehand, and what the plugin keeps it can read again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use lockgate_model::manifest::{MediaRule, is_kind};
use lockgate_model::media::{file_name, kind_of};
use lockgate_runtime::{MediaDescription, MediaError, MediaStore, MediaWriter};
use sha2::{Digest, Sha256};

use crate::case::CaseFile;

/// Bytes of the largest file here, whatever the manifest permits: everything is in memory.
const MOST: u64 = 64 << 20;

/// See the module.
#[derive(Debug)]
pub(crate) struct Kept {
    rule: Option<MediaRule>,
    files: Files,
}

type Files = Arc<Mutex<BTreeMap<String, File>>>;

#[derive(Debug)]
struct File {
    bytes: Bytes,
    name: Option<String>,
}

struct Writing {
    rule: MediaRule,
    files: Files,
    handle: String,
    name: Option<String>,
    bytes: Vec<u8>,
}

impl Kept {
    /// Files as the manifest permits them; `came` are those of the call's form.
    pub(crate) fn new(rule: Option<MediaRule>, came: &[CaseFile]) -> Self {
        let file = |file: &CaseFile| File { bytes: file.bytes.clone(), name: file.file_name.clone() };
        let files = came.iter().zip(1..).map(|(came, number)| (came_as(number), file(came))).collect();
        Self { rule, files: Arc::new(Mutex::new(files)) }
    }
}

/// What a form's file of this number, from 1, is called: no case can know the names that a host makes.
pub(crate) fn came_as(number: u32) -> String {
    format!("file-{number}")
}

fn open(files: &Files) -> MutexGuard<'_, BTreeMap<String, File>> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl MediaStore for Kept {
    async fn create(&self, number: u32, name: Option<String>) -> Result<Box<dyn MediaWriter>, MediaError> {
        let rule = self.rule.clone().ok_or(MediaError::NotPermitted)?;
        let rule = MediaRule { max_bytes: rule.max_bytes.min(MOST), ..rule };
        // No case can know a name that a host makes, so the kit's are made to be written down.
        let handle = format!("kept-{number}");
        let name = name.as_deref().and_then(file_name);
        Ok(Box::new(Writing { rule, files: Arc::clone(&self.files), handle, name, bytes: Vec::new() }))
    }

    async fn read(&self, handle: &str, offset: u64, count: u32) -> Result<Bytes, MediaError> {
        let files = open(&self.files);
        let bytes = &files.get(handle).ok_or(MediaError::NotFound)?.bytes;
        let length = bytes.len() as u64;
        let (start, end) = (offset.min(length), offset.saturating_add(count.into()).min(length));
        let place = |at: u64| usize::try_from(at).unwrap_or(bytes.len());
        Ok(bytes.slice(place(start)..place(end)))
    }

    async fn describe(&self, handle: &str) -> Result<MediaDescription, MediaError> {
        let files = open(&self.files);
        let file = files.get(handle).ok_or(MediaError::NotFound)?;
        Ok(MediaDescription {
            size: file.bytes.len() as u64,
            content_type: kind_of(&file.bytes).to_owned(),
            file_name: file.name.clone(),
            sha256: Sha256::digest(&file.bytes).to_vec(),
        })
    }

    /// The same address at every run, so that a case can write it down.
    async fn share(&self, handle: &str, _lifetime_ms: u64) -> Result<String, MediaError> {
        if !open(&self.files).contains_key(handle) {
            return Err(MediaError::NotFound);
        }
        Ok(format!("https://media.host.example/{handle}"))
    }
}

#[async_trait]
impl MediaWriter for Writing {
    async fn write(&mut self, bytes: Bytes) -> Result<(), MediaError> {
        if (self.bytes.len() as u64).saturating_add(bytes.len() as u64) > self.rule.max_bytes {
            return Err(MediaError::TooLarge(self.rule.max_bytes));
        }
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<String, MediaError> {
        let kind = kind_of(&self.bytes);
        if !is_kind(&self.rule.content_types, kind) {
            return Err(MediaError::TypeRefused(kind.to_owned()));
        }
        let file = File { bytes: self.bytes.into(), name: self.name };
        open(&self.files).insert(self.handle.clone(), file);
        Ok(self.handle)
    }
}
