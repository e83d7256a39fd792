//! What is printed.

use std::collections::BTreeMap;
use std::fmt;

use lockgate_tests::figures::Spread;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::side::{Round, Side};

/// Of one database.
pub(crate) struct Report {
    database: &'static str,
    rounds: u32,
    sandboxed: Figures,
    other: Figures,
    other_name: &'static str,
    ratio: f64,
}

/// Of one side.
#[derive(Serialize)]
struct Figures {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_ms_per_1000: f64,
    /// Least and most of each.
    spread: BTreeMap<&'static str, [f64; 2]>,
    /// Mean microseconds that the host measured, by stage.
    stages_us: BTreeMap<String, f64>,
    acknowledged: usize,
    /// Acknowledged, and not in the database exactly once.
    missing: usize,
}

impl Figures {
    async fn of(side: &Side) -> Self {
        let mut spread = BTreeMap::new();
        let mut median = |name, pick: fn(&Round) -> f64| {
            let figures = Spread::of(side.rounds.iter().map(pick));
            spread.insert(name, [figures.min, figures.max]);
            figures.median
        };
        let per_s = median("per_s", |round| round.per_s);
        let p50_ms = median("p50_ms", |round| round.p50_ms);
        let p99_ms = median("p99_ms", |round| round.p99_ms);
        let cpu_ms_per_1000 = median("cpu_ms_per_1000", |round| round.cpu_ms_per_1000);
        let stages_us =
            side.stages.means_us().map(|(name, us)| (name.to_owned(), (us * 10.0).round() / 10.0)).collect();
        let (missing, acknowledged) = side.missing().await;
        Self { per_s, p50_ms, p99_ms, cpu_ms_per_1000, spread, stages_us, acknowledged, missing }
    }
}

impl Report {
    pub(crate) async fn of(
        database: &'static str,
        rounds: u32,
        against: bool,
        [sandboxed, other]: &mut [&mut Side; 2],
    ) -> Self {
        let (sandboxed, other) = (Figures::of(sandboxed).await, Figures::of(other).await);
        assert_eq!((sandboxed.missing, other.missing), (0, 0), "acknowledged messages are missing from the database");
        let ratio = (sandboxed.per_s / other.per_s).min(other.cpu_ms_per_1000 / sandboxed.cpu_ms_per_1000);
        let other_name = if against { "against" } else { "native" };
        Self { database, rounds, sandboxed, other, other_name, ratio: (ratio * 1000.0).round() / 1000.0 }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("database", self.database)?;
        map.serialize_entry("rounds", &self.rounds)?;
        map.serialize_entry("sandboxed", &self.sandboxed)?;
        map.serialize_entry(self.other_name, &self.other)?;
        map.serialize_entry("ratio", &self.ratio)?;
        map.end()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({} rounds each; median, least to most)", self.database, self.rounds)?;
        writeln!(f, "  {:<18}{:>28}{:>28}", "", "sandboxed", self.other_name)?;
        type Pick = fn(&Figures) -> f64;
        let rows: [(&str, &str, Pick); 4] = [
            ("messages/s", "per_s", |figures| figures.per_s),
            ("p50 ms", "p50_ms", |figures| figures.p50_ms),
            ("p99 ms", "p99_ms", |figures| figures.p99_ms),
            ("CPU ms/1000", "cpu_ms_per_1000", |figures| figures.cpu_ms_per_1000),
        ];
        for (title, name, pick) in rows {
            let cell = |figures: &Figures| {
                let [least, most] = figures.spread[name];
                format!("{:.2} ({least:.2} to {most:.2})", pick(figures))
            };
            writeln!(f, "  {title:<18}{:>28}{:>28}", cell(&self.sandboxed), cell(&self.other))?;
        }
        writeln!(
            f,
            "  ratio {:.3}: the lower of throughput (sandboxed/{1}) and CPU ({1}/sandboxed)",
            self.ratio, self.other_name
        )?;
        writeln!(
            f,
            "  acknowledged and found in the database: {} and {}",
            self.sandboxed.acknowledged, self.other.acknowledged
        )?;
        writeln!(f, "  where the time of a message goes, mean µs as the host measured it:")?;
        for (name, us) in &self.sandboxed.stages_us {
            let other = self.other.stages_us.get(name).map_or_else(|| "-".to_owned(), |us| format!("{us:.1}"));
            writeln!(f, "    {name:<70}{us:>10.1}{other:>10}")?;
        }
        Ok(())
    }
}
