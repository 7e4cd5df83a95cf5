//! The same figures, as the `metrics` crate is told them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

use crate::figures::{run_both, two_tasks};

/// Keeps what it is told, by name.
#[derive(Clone, Debug, Default)]
struct Recorded(Arc<Mutex<BTreeMap<String, Vec<f64>>>>);

impl Recorded {
    fn cell(&self, key: &Key) -> Arc<Cell> {
        assert_eq!(key.labels().count(), 0, "{key}");
        Arc::new(Cell { name: key.name().to_owned(), all: self.clone() })
    }

    /// What was recorded of a histogram, and the present value of everything else.
    fn values(&self) -> BTreeMap<String, Vec<f64>> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(Debug)]
struct Cell {
    name: String,
    all: Recorded,
}

impl Cell {
    fn change(&self, change: impl FnOnce(&mut Vec<f64>)) {
        change(self.all.0.lock().unwrap().entry(self.name.clone()).or_default());
    }

    fn set(&self, set: impl FnOnce(f64) -> f64) {
        self.change(|values| *values = vec![set(values.first().copied().unwrap_or_default())]);
    }
}

impl CounterFn for Cell {
    fn increment(&self, more: u64) {
        self.set(|value| value + more as f64);
    }

    fn absolute(&self, value: u64) {
        self.set(|_| value as f64);
    }
}

impl GaugeFn for Cell {
    fn increment(&self, more: f64) {
        self.set(|value| value + more);
    }

    fn decrement(&self, less: f64) {
        self.set(|value| value - less);
    }

    fn set(&self, value: f64) {
        Cell::set(self, |_| value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        self.change(|values| values.push(value));
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell(key))
    }
}

#[test]
fn the_same_figures_are_published() {
    let recorded = Recorded::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let stats = metrics::with_local_recorder(&recorded, || {
        runtime.block_on(async {
            let world = two_tasks();
            run_both(&world).await;
            world.client.stats()
        })
    });
    let expected = [
        ("runware_batch_size", vec![2.0, 2.0, 2.0, 2.0, 1.0]),
        ("runware_check_requests_total", vec![4.0]),
        ("runware_check_tokens", vec![f64::from(stats.check_tokens)]),
        ("runware_faults_total", vec![1.0]),
        ("runware_learned_kinds", vec![stats.learned_kinds as f64]),
        ("runware_notice_lag_bound_seconds", vec![2.6, 2.25]),
        ("runware_request_limit", vec![stats.request_limit as f64]),
        ("runware_requests_in_flight", vec![0.0]),
        ("runware_retries_total", vec![1.0]),
        ("runware_status_checks_total", vec![7.0]),
        ("runware_submission_requests_total", vec![1.0]),
        ("runware_submission_tokens", vec![f64::from(stats.submission_tokens)]),
        ("runware_submissions_total", vec![2.0]),
        ("runware_tasks_open", vec![0.0]),
        ("runware_tasks_settled_total", vec![2.0]),
        ("runware_throttled_total", vec![1.0]),
    ];
    let expected = expected.map(|(name, values)| (name.to_owned(), values));
    assert_eq!(recorded.values(), BTreeMap::from(expected));
}
