//! What the sign-in service says when it refuses.

use serde_json::json;

use crate::base::clock::login_time;
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::state::World;

/// A refusal of the sign-in service.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error: &'static str,
    pub(crate) code: u32,
    pub(crate) message: String,
    /// What the user has to prove, as JSON text.
    pub(crate) claims: Option<String>,
}

pub(crate) fn refuse(
    status: u16,
    error: &'static str,
    code: u32,
    message: impl Into<String>,
) -> Refusal {
    Refusal {
        status,
        error,
        code,
        message: message.into(),
        claims: None,
    }
}

/// 400 for a parameter of the request that is missing.
pub(crate) fn missing(name: &str) -> Refusal {
    refuse(
        400,
        "invalid_request",
        900_144,
        format!("The request body must contain the following parameter: '{name}'."),
    )
}

/// 401 for a client that could not prove who it is.
pub(crate) fn bad_client(code: u32, message: impl Into<String>) -> Refusal {
    refuse(401, "invalid_client", code, message)
}

impl Refusal {
    /// The code and the message as one text: `AADSTS700016: …`.
    pub(crate) fn text(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.message)
    }

    pub(crate) fn reply(self, world: &World, request: &Request) -> Reply {
        let trace = random::guid();
        let correlation = request
            .header("client-request-id")
            .filter(|id| random::is_guid(id))
            .map_or_else(random::guid, str::to_owned);
        let timestamp = login_time(world.server_time());
        let code = self.code;
        let mut body = json!({
            "error": self.error,
            "error_description": format!(
                "{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
                self.text()
            ),
            "error_codes": [code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={code}", world.site.endpoint),
        });
        if let Some(claims) = self.claims {
            body["claims"] = json!(claims);
            body["suberror"] = json!("basic_action");
        }
        Reply::json(self.status, &body).header("Cache-Control", "no-store, no-cache")
    }
}
