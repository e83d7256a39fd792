//! A plugin that can check settings and nothing else.

use lockgate_sdk::{Connector, FieldProblem, Setting, register};

/// The plugin.
#[derive(Debug)]
pub struct ConnectorOnly;

impl Connector for ConnectorOnly {
    fn check(_: Vec<Setting>) -> Vec<FieldProblem> {
        Vec::new()
    }
}

register!(ConnectorOnly: connector);
