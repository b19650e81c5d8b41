//! Azure Resource Manager's errors: `{"error":{"code","message","target"?,"details"?[]}}`.

use crate::base::http::Reply;

pub(crate) use crate::model::error::ErrorBody;
use serde_json::{Value, json};

/// An error reply on its way.
#[derive(Debug, Clone)]
pub(crate) struct ArmError {
    pub(crate) status: u16,
    /// Boxed, so that a result is not much larger for the error that it may hold.
    pub(crate) body: Box<ErrorBody>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl ArmError {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        ArmError::with(status, ErrorBody::new(code, message))
    }

    pub(crate) fn with(status: u16, body: ErrorBody) -> Self {
        ArmError {
            status,
            body: Box::new(body),
            headers: Vec::new(),
        }
    }

    /// The front door answered, and not the resource provider behind it.
    pub(crate) fn gateway(self) -> Self {
        self.header("x-ms-failure-cause", "gateway")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn target(mut self, target: impl Into<String>) -> Self {
        self.body.target = Some(target.into());
        self
    }

    pub(crate) fn detail(mut self, detail: ErrorBody) -> Self {
        self.body.details.push(detail);
        self
    }

    pub(crate) fn additional_info(mut self, kind: &str, info: Value) -> Self {
        let entry = json!({ "type": kind, "info": info });
        self.body.additional_info.push(entry);
        self
    }

    pub(crate) fn into_reply(self) -> Reply {
        let mut reply = Reply::json(self.status, &json!({ "error": self.body }));
        for (name, value) in self.headers {
            reply = reply.header(name, value);
        }
        reply
    }
}

/// 404 for a resource in a group that exists.
pub(crate) fn resource_not_found(kind: &str, name: &str, group: &str) -> ArmError {
    ArmError::new(
        404,
        "ResourceNotFound",
        format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        ),
    )
    .gateway()
}

/// 404 for a group.
pub(crate) fn group_not_found(group: &str) -> ArmError {
    ArmError::new(
        404,
        "ResourceGroupNotFound",
        format!("Resource group '{group}' could not be found."),
    )
    .gateway()
}

/// 400 for a value the provider does not take.
pub(crate) fn invalid_parameter(target: &str, message: impl Into<String>) -> ArmError {
    ArmError::new(400, "InvalidParameter", message).target(target)
}

/// 409 for a location other than the one that the resource is in.
pub(crate) fn other_location(name: &str, group: &str, now: &str, wanted: &str) -> ArmError {
    ArmError::new(
        409,
        "InvalidResourceLocation",
        format!(
            "The resource '{name}' already exists in location '{now}' in resource group '{group}'. A resource with the same name cannot be created in location '{wanted}'. Please select a new resource name."
        ),
    )
    .gateway()
}
