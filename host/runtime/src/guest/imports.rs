//! The contract's own imports. All of them are linked to every plugin; each answers with what the call was given.

use super::state::Refused;
use super::{Guest, Mode};
use crate::bindings::lockgate::channel as wit;
use crate::failure::Stop;

/// Parts that `delivery.begin` and `delivery.settle` take at once.
const PARTS: usize = 1024;

impl wit::common::Host for Guest {}
impl wit::inbound::Host for Guest {}
impl wit::outbound::Host for Guest {}

impl wit::log::Host for Guest {
    fn write(
        &mut self,
        level: wit::log::Level,
        message: String,
        fields: Vec<wit::common::Pair>,
    ) -> wasmtime::Result<()> {
        self.ledger.log(level.into(), message, fields.into_iter().map(Into::into).collect());
        Ok(())
    }
}

impl wit::settings::Host for Guest {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<wit::settings::SettingValue>> {
        Ok(self.call.settings.iter().find(|setting| setting.key == key).map(|setting| setting.value.clone().into()))
    }

    fn all(&mut self) -> wasmtime::Result<Vec<wit::settings::Setting>> {
        Ok(self.call.settings.iter().cloned().map(Into::into).collect())
    }
}

impl wit::state::Host for Guest {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.state.get(self.call.state.as_ref(), key).await.map_err(|_| Stop::StateUnavailable.into())
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), wit::state::StateError>> {
        self.write(key, Some(value)).await
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<(), wit::state::StateError>> {
        self.write(key, None).await
    }

    async fn keys(&mut self, prefix: String, after: Option<String>, count: u32) -> wasmtime::Result<Vec<String>> {
        self.state.keys(self.call.state.as_ref(), prefix, after, count).await.map_err(|_| Stop::StateUnavailable.into())
    }
}

impl Guest {
    async fn write(
        &mut self,
        key: String,
        value: Option<Vec<u8>>,
    ) -> wasmtime::Result<Result<(), wit::state::StateError>> {
        if !self.mode.writes() {
            return Ok(Err(wit::state::StateError::ReadOnly));
        }
        let written = self.state.write(self.call.state.as_ref(), key, value).await;
        Ok(written.map_err(|_| Stop::StateUnavailable)?.map_err(|refused| match refused {
            Refused::TooLarge => wit::state::StateError::TooLarge,
            Refused::Full => wit::state::StateError::Full,
        }))
    }
}

impl wit::credentials::Host for Guest {
    fn all(&mut self) -> wasmtime::Result<Vec<wit::credentials::Credential>> {
        Ok(self.call.credentials.iter().cloned().map(Into::into).collect())
    }
}

impl wit::hooks::Host for Guest {
    fn address(&mut self, route: String) -> wasmtime::Result<Option<String>> {
        Ok(self.call.hooks.get(&route).cloned())
    }
}

impl wit::delivery::Host for Guest {
    fn begin(&mut self, parts: Vec<u32>) -> wasmtime::Result<()> {
        if self.mode == Mode::Send && parts.len() <= PARTS {
            self.ledger.begin(parts);
        }
        Ok(())
    }

    async fn settle(&mut self, parts: Vec<u32>, message: Option<String>) -> wasmtime::Result<()> {
        let Some(departure) = self.call.departure.clone().filter(|_| self.mode == Mode::Send && parts.len() <= PARTS)
        else {
            return Ok(());
        };
        departure.settle(parts, message).await.map_err(|_| Stop::StateUnavailable.into())
    }
}
