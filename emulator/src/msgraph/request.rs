//! A request to Microsoft Graph, and its refusal.

use serde_json::{Map, Value};

use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};

/// A refusal.
#[derive(Debug)]
pub(super) struct GraphError {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl GraphError {
    pub(super) fn bad(message: impl Into<String>) -> Self {
        GraphError {
            status: 400,
            code: "Request_BadRequest",
            message: message.into(),
        }
    }

    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        GraphError {
            status: 400,
            code: "Request_UnsupportedQuery",
            message: message.into(),
        }
    }

    pub(super) fn not_found(id: &str) -> Self {
        GraphError {
            status: 404,
            code: "Request_ResourceNotFound",
            message: format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            ),
        }
    }

    pub(super) fn not_allowed(call: &GraphRequest<'_>) -> Self {
        GraphError {
            status: 405,
            code: "Request_BadRequest",
            message: format!(
                "Specified HTTP method is not allowed for the request target: {}.",
                call.request.method
            ),
        }
    }

    pub(super) fn no_segment(segment: &str) -> Self {
        GraphError {
            status: 400,
            code: "BadRequest",
            message: format!("Resource not found for the segment '{segment}'."),
        }
    }
}

pub(super) type GraphResult = Result<Reply, GraphError>;

/// A request to Graph.
pub(super) struct GraphRequest<'a> {
    pub(super) request: &'a Request,
    pub(super) now: Millis,
}

impl GraphRequest<'_> {
    /// The body, which has to be a JSON object.
    pub(super) fn body(&self) -> Result<Map<String, Value>, GraphError> {
        serde_json::from_slice(&self.request.body).map_err(|_| GraphError {
            status: 400,
            code: "BadRequest",
            message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.".to_owned(),
        })
    }
}
