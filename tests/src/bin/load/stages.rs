//! Where the time of a message goes, as the host itself measured it: the sums of its histograms.

use std::collections::BTreeMap;

use lockgate_tests::Api;

/// Name with labels, to seconds and times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stages(BTreeMap<String, (f64, f64)>);

impl Stages {
    /// What the host shows now.
    pub(crate) async fn read(api: &Api) -> Self {
        let request = api.bare(reqwest::Method::GET, "/metrics").bearer_auth(api.token());
        let text = request.send().await.unwrap().text().await.unwrap();
        let mut stages = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((series, value)) = line.rsplit_once(' ') else { continue };
            let Ok(value) = value.parse::<f64>() else { continue };
            if series.contains("_seconds_sum") {
                stages.entry(series.replace("_seconds_sum", "")).or_insert((0.0, 0.0)).0 = value;
            } else if series.contains("_seconds_count") {
                stages.entry(series.replace("_seconds_count", "")).or_insert((0.0, 0.0)).1 = value;
            }
        }
        Self(stages)
    }

    /// What was added since.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let added = self.0.iter().map(|(name, (seconds, times))| {
            let (from, before) = before.0.get(name).copied().unwrap_or_default();
            (name.clone(), (seconds - from, times - before))
        });
        Self(added.filter(|(_, (_, times))| *times > 0.0).collect())
    }

    /// Adds what was measured in another round.
    pub(crate) fn add(&mut self, other: &Self) {
        for (name, (seconds, times)) in &other.0 {
            let sum = self.0.entry(name.clone()).or_default();
            sum.0 += seconds;
            sum.1 += times;
        }
    }

    /// Mean microseconds of each, longest name first in the alphabet.
    pub(crate) fn means_us(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, (seconds, times))| (name.as_str(), seconds * 1e6 / times))
    }
}
