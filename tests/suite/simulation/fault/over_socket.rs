//! What goes wrong on a socket.

use fastrand::Rng;
use runware_emulator::{Action, Answer, CheckError, RequestKind};

use super::{Kind, add_foreign_result, repeat_results, replay};
use crate::harness::millis;

impl Kind {
    /// The kinds of faults of sockets.
    pub(super) const OVER_SOCKETS: [Self; 31] = [
        Self::Refused,
        Self::Reset,
        Self::LostReply,
        Self::CutReply,
        Self::Slow,
        Self::Hang,
        Self::HangAfterwards,
        Self::Stall,
        Self::Blind,
        Self::EmptyErrors,
        Self::Repeated,
        Self::Foreign,
        Self::ErrorAfterwards,
        Self::BusyAfterwards,
        Self::Nonsense,
        Self::Garbage,
        Self::StrangersPage,
        Self::Throttled,
        Self::Storm,
        Self::NoCapacity,
        Self::CheckTrouble,
        Self::CheckTroubleNamed,
        Self::Stale,
        Self::Muted,
        Self::Closed,
        Self::Expired,
        Self::Interjected,
        Self::Violation,
        Self::BusyUpgrade,
        Self::BusyGreeting,
        Self::SlowGreeting,
    ];

    /// What happens where frames take the place of requests. What names no task answers nobody there.
    pub(super) fn on_socket(self, rng: &mut Rng) -> Action {
        match self {
            Self::Refused | Self::Reset => Action::Reset,
            Self::LostReply => Action::LoseReply,
            Self::CutReply => Action::Truncate(rng.usize(0..60)),
            Self::Slow => Action::Delay(millis(rng.u64(10..15_000))),
            Self::SlowGreeting => Action::Delay(millis(rng.u64(10..20_000))),
            Self::Hang => Action::Hang,
            Self::HangAfterwards => Action::HandleThenHang,
            Self::Stall => Action::Stall(rng.usize(0..60)),
            Self::Blind => Action::Blind,
            Self::EmptyErrors => Action::EmptyErrors,
            Self::Repeated => Action::rewrite(repeat_results),
            Self::Foreign => Action::rewrite(add_foreign_result),
            Self::ErrorAfterwards => {
                Action::HandleThenAnswer(Answer::error_for_each(500, "internalServerError"))
            }
            Self::BusyAfterwards => {
                Action::HandleThenAnswer(Answer::error_for_each(503, "noAvailableServer"))
            }
            Self::Nonsense => {
                let body = rng.choice(["", "null", "42", "[null]", "\"ok\"", "{}"]).unwrap();
                Action::HandleThenAnswer(Answer::body(200, "application/json", body))
            }
            Self::Garbage => Action::rewrite(|body| [&body, &b"}"[..]].concat().into()),
            Self::GatewayPage | Self::Unavailable | Self::StrangersPage => Action::Answer(Answer::html(200)),
            Self::Throttled => Action::Answer(Answer::error(429, "rateLimit")),
            Self::Storm => Action::Answer(Answer::error_for_each(429, "rateLimitExceeded")),
            Self::NoCapacity => Action::Answer(Answer::error_for_each(503, "noAvailableServer")),
            Self::CheckTrouble => Action::CheckError(CheckError::new("serviceUnavailable")),
            Self::CheckTroubleNamed => Action::CheckError(CheckError::new("rateLimitExceeded").names_task()),
            Self::Stale => Action::rewrite(replay()),
            Self::Muted => Action::Mute,
            Self::Closed => {
                let codes = [1000, 1001, 1008, 1009, 1011, 1012, 1013, 4000];
                Action::Close(rng.choice(codes).unwrap())
            }
            Self::Expired => Action::TokenExpired,
            Self::Interjected => {
                let texts = [
                    "",
                    "[null]",
                    r#"{"data":[]}"#,
                    r#"{"error":{"message":"Server overloaded"}}"#,
                    r#"{"errors":[{"code":"serviceUnavailable","message":"m"}]}"#,
                    r#"{"errors":[{"code":"maxTasksPerRequestExceeded","message":"m"}]}"#,
                ];
                Action::Interject(rng.choice(texts).unwrap().to_owned())
            }
            Self::Violation => {
                let bytes = rng.choice(["\u{7f}\u{7f}\u{7f}", "HTTP/1.1 400"]).unwrap();
                Action::RawBytes(bytes.into())
            }
            Self::BusyUpgrade => {
                let page = Answer::html(rng.choice([429, 502, 503]).unwrap());
                Action::Answer(page.retry_after(rng.u64(1..=20).to_string()))
            }
            Self::BusyGreeting => Action::Answer(Answer::error(503, "serviceUnavailable")),
        }
    }

    /// What it can strike.
    pub(super) fn scope_on_socket(self, rng: &mut Rng) -> Option<RequestKind> {
        match self {
            Self::Refused | Self::BusyUpgrade => Some(RequestKind::Upgrade),
            Self::BusyGreeting | Self::SlowGreeting => Some(RequestKind::Authenticate),
            // What every status check says of a task for half a minute is believed.
            Self::ErrorAfterwards => Some(RequestKind::Submit),
            _ => self.scope(rng),
        }
    }
}
