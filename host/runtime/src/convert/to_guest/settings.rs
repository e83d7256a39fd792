//! What a plugin is told of its configuration, and what it says about it, for a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<m::settings::Credential> for b::credentials::Credential {
    fn from(v: m::settings::Credential) -> Self {
        Self { name: v.name, since: v.since, expires: v.expires, generation: v.generation }
    }
}

impl From<m::settings::Setting> for b::settings::Setting {
    fn from(v: m::settings::Setting) -> Self {
        Self { key: v.key, value: v.value.into() }
    }
}

impl From<m::settings::SettingValue> for b::settings::SettingValue {
    fn from(v: m::settings::SettingValue) -> Self {
        match v {
            m::settings::SettingValue::Text(v) => Self::Text(v),
            m::settings::SettingValue::Number(v) => Self::Number(v),
            m::settings::SettingValue::Boolean(v) => Self::Boolean(v),
            m::settings::SettingValue::Texts(v) => Self::Texts(v),
            m::settings::SettingValue::Secret(v) => Self::Secret(v),
        }
    }
}
