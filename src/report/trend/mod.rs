//! How measurements went over many runs, version by version of the firmware: the trend page.

/// What a trend page shows, as the history hands it in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// What it is about, as a person would say it: `power-cut/download`, or `all scenarios`.
    pub subject: String,
    /// Each measurement of each scenario, in the order in which they are shown.
    pub series: Vec<Series>,
}

/// One measurement of one scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    pub scenario: String,
    pub measurement: String,
    /// Empty for a plain number.
    pub unit: String,
    /// The oldest first.
    pub points: Vec<Point>,
}

/// What was measured once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// The run's number in the history.
    pub run: u64,
    /// When the run began, UTC, RFC 3339.
    pub started: String,
    pub rig: String,
    /// The version that was under test; empty when nobody knows it.
    pub firmware: String,
    pub value: f64,
    /// The bounds that held for it then.
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}
