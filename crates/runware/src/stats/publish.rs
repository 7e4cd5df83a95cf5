//! The figures for the `metrics` crate, with the feature of that name; without it, nothing.
//!
//! The names are listed at [`Stats`](super::Stats). A counter cannot take back, so a request is counted when it is over,
//! and what was never sent is not counted at all.

#[cfg(feature = "metrics")]
pub(super) use with_metrics::*;
#[cfg(not(feature = "metrics"))]
pub(super) use without::*;

#[cfg(feature = "metrics")]
mod with_metrics {
    use std::time::Duration;

    use metrics::{counter, gauge, histogram};

    use crate::stats::counters::{Request, Sort, Standing};

    pub(crate) fn began() {
        gauge!("runware_requests_in_flight").increment(1);
    }

    pub(crate) fn answered(is_fault: bool, is_throttled: bool) {
        if is_fault {
            counter!("runware_faults_total").increment(1);
        }
        if is_throttled {
            counter!("runware_throttled_total").increment(1);
        }
    }

    pub(crate) fn ended(request: Request, was_sent: bool) {
        gauge!("runware_requests_in_flight").decrement(1);
        if !was_sent {
            return;
        }
        let (requests, tasks) = match request.sort {
            Sort::Submission => ("runware_submission_requests_total", Some("runware_submissions_total")),
            Sort::Check => ("runware_check_requests_total", Some("runware_status_checks_total")),
            Sort::Archive => ("runware_archive_requests_total", Some("runware_archive_questions_total")),
            // One task each.
            Sort::Price => ("runware_price_requests_total", None),
        };
        counter!(requests).increment(1);
        if let Some(tasks) = tasks {
            counter!(tasks).increment(request.tasks as u64);
        }
        histogram!("runware_batch_size").record(request.tasks as f64);
        if request.is_retry {
            counter!("runware_retries_total").increment(1);
        }
    }

    pub(crate) fn opened() {
        gauge!("runware_tasks_open").increment(1);
    }

    pub(crate) fn closed(is_settled: bool) {
        gauge!("runware_tasks_open").decrement(1);
        match is_settled {
            true => counter!("runware_tasks_settled_total").increment(1),
            false => counter!("runware_tasks_given_up_total").increment(1),
        }
    }

    pub(crate) fn noticed(bound: Duration) {
        histogram!("runware_notice_lag_bound_seconds").record(bound.as_secs_f64());
    }

    pub(crate) fn stands(standing: Standing) {
        let Standing { request_limit, submission_tokens, check_tokens, learned_kinds } = standing;
        gauge!("runware_request_limit").set(request_limit as f64);
        gauge!("runware_submission_tokens").set(submission_tokens);
        gauge!("runware_check_tokens").set(check_tokens);
        gauge!("runware_learned_kinds").set(learned_kinds as f64);
    }
}

#[cfg(not(feature = "metrics"))]
mod without {
    use std::time::Duration;

    use crate::stats::counters::{Request, Standing};

    pub(crate) fn began() {}

    pub(crate) fn answered(_: bool, _: bool) {}

    pub(crate) fn ended(_: Request, _: bool) {}

    pub(crate) fn opened() {}

    pub(crate) fn closed(_: bool) {}

    pub(crate) fn noticed(_: Duration) {}

    pub(crate) fn stands(_: Standing) {}
}
