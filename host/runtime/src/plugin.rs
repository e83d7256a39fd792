//! One loaded version of a plugin, and the calls it takes.

use std::sync::Arc;

use lockgate_model::contract::inbound::{Reception, Refusal, Request};
use lockgate_model::contract::outbound::{Draft, PartOutcome, Problem};
use lockgate_model::contract::settings::{FieldProblem, Setting};
use lockgate_model::manifest::Manifest;

use crate::call::Call;
use crate::effects::Called;
use crate::inspect::{Abilities, Inspection};

/// One version of a plugin, compiled and linked. Every call runs in a fresh instance.
///
/// A call goes on when its future is dropped: what was sent cannot be called back. Its effects are lost then.
pub struct Plugin {
    pub(crate) inspection: Inspection,
}

impl Plugin {
    /// What it is and asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.inspection.manifest
    }

    /// What its file says about itself.
    pub fn inspection(&self) -> &Inspection {
        &self.inspection
    }

    /// `sha256:` and the hexadecimal digest of its file.
    pub fn digest(&self) -> &str {
        &self.inspection.digest
    }

    /// What it can do.
    pub fn abilities(&self) -> Abilities {
        self.inspection.abilities
    }

    /// Asks `connector` whether these settings make sense. Pure: no request leaves.
    pub async fn check(&self, call: Call, settings: Vec<Setting>) -> Called<Vec<FieldProblem>> {
        let _ = (call, settings);
        crate::run::refused(crate::CallFailure::NotExported)
    }

    /// Hands `ingress` one verified request. Pure: no request leaves, and it may be run again.
    pub async fn receive(&self, call: Call, request: Request) -> Called<Result<Reception, Refusal>> {
        let _ = (call, request);
        crate::run::refused(crate::CallFailure::NotExported)
    }

    /// Hands `sender` one message to send.
    pub async fn send(&self, call: Call, draft: Draft) -> Called<Vec<PartOutcome>> {
        let _ = (call, draft);
        crate::run::refused(crate::CallFailure::NotExported)
    }

    /// Asks `sender` what would be wrong with a message. No request leaves.
    pub async fn preview(&self, call: Call, draft: Draft) -> Called<Vec<Problem>> {
        let _ = (call, draft);
        crate::run::refused(crate::CallFailure::NotExported)
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.inspection.manifest.plugin.id)
            .field("version", &self.inspection.manifest.plugin.version)
            .field("digest", &self.inspection.digest)
            .finish_non_exhaustive()
    }
}

/// A plugin that calls share.
pub(crate) type Shared = Arc<Plugin>;
